"""Hot words as a cloud: the most frequent, or those that rose most."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from pages.components import charts, choices, data, ranking_table, wording
from pages.components.boards import BOARDS, WORD, View
from pages.components.data import Limits, Standings
from pages.components.palettes import Palette
from pages.components.ranking_limits import Asked
from pages.components.render import Option
from pages.components.screen_rows import SMALL_BASE
from queries.scope import Scope
from queries.selection import Selection

WORDS = 80
"""Words in the cloud; ours, what a quarter of a screen holds in letters of 12 pixels and more."""

SIZES = {"value": "按件数", "change": "按增量"}
"""What makes a word large."""

LETTERS = 17
"""Height of the smallest letters, in pixels; the largest are 2.4 times as high."""

TOP, HEIGHT = 34, "76%"
"""Place of the words: below the chart's button and above its caption."""

VIEW = View(next(board for board in BOARDS if board.key == WORD), WORD)
"""Where the ranking of words stands; words have no hierarchy."""


def guarded(asked: Asked) -> Asked:
    """Return the ranking asked for, without words of few submissions where growth orders it.

    Examples
    --------
    >>> from pages.components import ranking_limits
    >>> guarded(ranking_limits.read({"sort": "change_rate"})).at_least
    20
    >>> guarded(ranking_limits.read({"sort": "change_rate", "min": "5"})).at_least
    5
    """
    if asked.order in ("change_rate", "yearly_rate") and not asked.at_least:
        return replace(asked, at_least=SMALL_BASE)
    return asked


def fetch_cloud(selection: Selection, scope: Scope, *, by: str) -> Standings:
    """Read the words of the cloud: the most frequent, or those that rose most.

    The first have trends, for the first page of the ranking.
    """
    limits = Limits(at_least=SMALL_BASE) if by == "change" else Limits()
    return data.standings(
        selection,
        scope,
        level=WORD,
        order=by,
        limits=limits,
        limit=WORDS,
        trend_rows=ranking_table.ROWS,
    )


def size(asked: Mapping[str, str]) -> str:
    """Return the code of `SIZES` that an address asks for."""
    return choices.chosen("cloud", SIZES, asked)


def largest(
    words: Standings, ranking: Asked, selection: Selection, asked: Mapping[str, str]
) -> Standings | None:
    """Return the words of the cloud if they hold the first page of the ranking too, else None."""
    same = size(asked) == "value" and ranking.limits(selection) == Limits()
    return words if same else None


def cloud(found: Standings, *, by: str, palette: Palette) -> Option | None:
    """Draw the words; None where there are none, such as no word that rose.

    Parameters
    ----------
    by
        A code of `SIZES`.
    """
    frame = found.frame[found.frame[by] > 0]
    if frame.empty:
        return None
    option = charts.cloud_chart(
        [str(each) for each in frame["member"]],
        [float(each) for each in frame[by]],
        palette=palette,
        size=LETTERS,
    )
    option["series"][0] |= {"top": TOP, "height": HEIGHT}
    for item, record in zip(option["series"][0]["data"], frame.to_dict("records"), strict=True):
        item["tooltip"] = {"formatter": _tooltip(record)}
    return option


def _tooltip(record: Mapping[Any, Any]) -> str:
    change = wording.change("submissions", record["value"], _known(record["previous"]))
    against = "" if change.direction == "unknown" else f"，环比{change.text}"
    return f"{record['member']}\n{wording.count(record['value'])}{against}"


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def meaning(*, by: str = "value") -> str:
    """Return what is counted of a word, in short, for a picture.

    Examples
    --------
    >>> meaning()
    '词出现在多少件诉求中即为多少件'
    """
    counted = "词出现在多少件诉求中即为多少件"
    if by != "change":
        return counted
    return f"{counted}，字越大比上期增量越大，只取本期不少于{SMALL_BASE}件的词"


def note(found: Standings, *, by: str) -> str:
    """Return what the words of a cloud are counted by."""
    days = wording.days_text(found.days)
    base = f"统计期{days}，词出现在多少件诉求中即为多少件，一件中多次出现计一次；“不退款”“拒绝退款”等否定说法单独计，点击词语则按字面搜索内容、标题、企业和商品名称，所得件数可略多于按词计的件数。"
    if by != "change":
        return base
    if found.previous_days is None:
        return f"{base}上期数据不全，无法比较增量。"
    before = wording.days_text(found.previous_days)
    return f"{base}增量与上期（{before}）相比，只取本期不少于{SMALL_BASE}件的词（本系统设定）。"
