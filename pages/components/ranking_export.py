"""Rankings, their points and heat-maps as tables to take away."""

from collections.abc import Sequence

import pandas as pd

from pages.components import (
    data,
    figures,
    focus_lists,
    heat_map,
    leaderboards,
    member_names,
    ranking_limits,
    ranking_table,
    scatter,
    trend,
)
from pages.components.boards import View
from pages.components.data import Standings
from pages.components.exports import Sheet, definitions
from pages.components.ranking_limits import Asked
from queries.measures import MEASURES, Measure
from queries.results import Matrix
from queries.scope import Scope
from queries.selection import Comparison, Selection

ROWS = 1000
"""Most members of a ranking taken away; what a read gives at once, the files say so."""


def sheets(
    view: View,
    selection: Selection,
    scope: Scope,
    asked: Asked,
    *,
    points: bool = False,
    columns: str | None = None,
    focus: Sequence[View] = (),
) -> Sequence[Sheet]:
    """Return the tables of a dimension page.

    Parameters
    ----------
    points
        True adds what the scatter draws.
    columns
        Level of the heat-map's columns; None where the page has none.
    focus
        Where the page's lists of members to look at first stand.
    """
    base = view.base(selection)
    found = data.standings(
        base,
        scope,
        level=view.level,
        measure=asked.measure.name,
        order=asked.order,
        ascending=asked.ascending,
        limits=asked.limits(selection),
        limit=ROWS,
        count_members=True,
    )
    made = [ranking(found, view, asked)]
    if len(found.trend_starts):
        made.append(courses(found, view))
    if points:
        drawn = scatter.fetch(view, selection, scope, asked)
        made.append(scattered(drawn, view, selection))
    if columns is not None:
        measure = heat_map.measure_of(asked.measure)
        pairs = data.matrix(base, scope, rows=view.level, columns=columns, measure=measure.name)
        made.append(crossed(pairs, view, measure))
    return [*made, *(listed(each, selection, scope) for each in focus)]


def listed(view: View, selection: Selection, scope: Scope) -> Sheet:
    """Return a list of members to look at first, with the rule that made it."""
    rule = focus_lists.rules()[view.board.key]
    days = data.totals(selection, scope, measures=figures.FIGURES).days.days
    found = focus_lists.fetch(rule, view, selection, scope, days=days)
    compared = ranking_limits.against_of(selection)
    yearly = compared is Comparison.LAST_YEAR
    frame, measure = (
        found.frame[found.frame["member"].notna()].head(rule.rows),
        MEASURES[rule.measure],
    )
    change = leaderboards.COMPARED[compared]
    return Sheet(
        rule.title,
        pd.DataFrame(
            {
                leaderboards.level_label(view.level): member_names.labels(frame, view),
                "代码": frame["member"].astype(str),
                f"{measure.label}（{measure.unit}）": frame["value"],
                "去年同期" if yearly else "上期": frame["last_year" if yearly else "previous"],
                change: frame["yearly_rate" if yearly else "change_rate"],
            }
        ),
        definitions([measure.name]),
        total=found.matched if found.candidates is None else None,
        complete=found.candidates is None,
        shares=frozenset({change}),
        note=rule.sentence(days, change),
    )


def ranking(found: Standings, view: View, asked: Asked) -> Sheet:
    """Return the ranking in its order, every member within the filters up to `ROWS`."""
    frame, measure = found.frame, MEASURES[found.measure]
    codes = ["" if pd.isna(code) else str(code) for code in frame["member"]]
    value = f"{measure.label}（{measure.unit}）"
    columns: dict[str, object] = {
        "名次": frame["rank"].astype("Int64"),
        leaderboards.level_label(view.level): member_names.labels(frame, view),
        "代码": codes,
        value: frame["value"],
    }
    shares = {value} if measure.unit == "%" else set()
    if measure.denominator is None:
        columns["占比"] = frame["share"]
        shares.add("占比")
    else:
        columns["基数"] = frame["base"]
    if asked.compares:
        rate = measure.unit == "%"
        changed = "差" if rate else "增减"
        columns |= {
            "上期名次": frame["previous_rank"].astype("Int64"),
            "名次升降": frame["rank_change"].astype("Int64"),
            "上期": frame["previous"],
            f"环比{changed}": frame["change"],
            "去年同期": frame["last_year"],
            f"同比{changed}": frame["yearly_change"],
        }
        if rate:
            shares |= {"上期", "去年同期", "环比差", "同比差"}
        else:
            columns |= {"环比": frame["change_rate"], "同比": frame["yearly_rate"]}
            shares |= {"环比", "同比"}
    return Sheet(
        f"{view.board.title}排名",
        pd.DataFrame(columns),
        definitions([measure.name]),
        total=found.matched if found.candidates is None else None,
        complete=found.candidates is None,
        shares=frozenset(shares),
        note=_note(found, asked),
    )


def _note(found: Standings, asked: Asked) -> str:
    notes = [ranking_table.kept_text(found)]
    if found.candidates is not None:
        notes.append(f"条件与排序只在数量最多的{found.candidates:,}个中进行，其余未比较")
    if found.matched > len(found.frame):
        notes.append(f"排名每张表最多{ROWS:,}行")
    if asked.at_least:
        notes.append(f"数量或基数不少于{asked.at_least:,}")
    if asked.growth is not None:
        notes.append(f"增长不低于{asked.growth}%")
    return "；".join(notes)


def courses(found: Standings, view: View) -> Sheet:
    """Return the small lines of the ranking and the small multiples, a column per bucket."""
    frame, measure = found.frame, MEASURES[found.measure]
    buckets = [trend.bucket_text(start, found.trend_grain) for start in found.trend_starts]
    lines = pd.DataFrame(frame["trend"].to_list(), index=frame.index)
    columns: dict[str, object] = {
        leaderboards.level_label(view.level): member_names.labels(frame, view),
        "代码": ["" if pd.isna(code) else str(code) for code in frame["member"]],
    }
    columns |= {name: lines[at] for at, name in enumerate(buckets) if at in lines}
    return Sheet(
        f"{view.board.title}走势",
        pd.DataFrame(columns),
        definitions([measure.name]),
        total=found.matched if found.candidates is None else None,
        complete=found.candidates is None,
        shares=frozenset(buckets if measure.unit == "%" else ()),
        note=f"{measure.label}（{measure.unit}）；{ranking_table.trend_text(found)}",
    )


def scattered(found: Standings, view: View, selection: Selection) -> Sheet:
    """Return the points of the scatter."""
    compared = ranking_limits.against_of(selection)
    measure = MEASURES[found.measure]
    points = scatter.frame(found, view, compared)
    base = "去年同期" if compared is Comparison.LAST_YEAR else "上期"
    frame = pd.DataFrame(
        {
            leaderboards.level_label(view.level): points["label"],
            "代码": points["code"],
            f"{measure.label}（{measure.unit}）": points["value"],
            f"本期为{base}的倍数": points["times"].round(4),
        }
    )
    return Sheet(
        f"{measure.label}与变化",
        frame,
        definitions([measure.name]),
        note=scatter.note(found, points, compared),
    )


def crossed(found: Matrix, view: View, measure: Measure) -> Sheet:
    """Return every cell of the heat-map, also those too small to be drawn."""
    frame = found.frame
    value = f"{measure.label}（{measure.unit}）"
    sides = {
        leaderboards.level_label(level): [
            member_names.member_text(level, "" if pd.isna(code) else str(code))
            for code in frame[side]
        ]
        for level, side in ((found.row_level, "row"), (found.column_level, "column"))
    }
    return Sheet(
        f"{view.board.title}交叉",
        pd.DataFrame(sides | {value: frame["value"]}),
        definitions([measure.name]),
        note="列出全部组合，含未填写的",
    )
