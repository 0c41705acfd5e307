"""HTML of the big screen: every text is escaped as it is put in."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pages.components.screen_style import FRAMES
from pages.components.wording import Change

SECONDS_PER_ITEM = 4
"""How long an item of the live list takes to pass; read at ease from five metres."""

STILL_ITEMS = 3
"""A live list of no more than these stands still: it fits."""

JUDGED_LETTERS = 111
"""Full-width letters of the line with the computed sentences."""

HALF = 0.57
"""Width of a digit or a latin letter, in full-width letters."""

STAGE_COLOURS = ("#fcbd01", "#33a1ff", "#79ffb5", "#8fb1ee")


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the top row.

    Attributes
    ----------
    changes
        Name and value of each comparison.
    note
        Stands below the figure when nothing is compared.
    definition
        What is counted; a tooltip.
    """

    label: str
    number: str
    unit: str
    changes: tuple[tuple[str, Change], ...]
    note: str
    definition: str


@dataclass(frozen=True, slots=True)
class Rank:
    """One row of a leaderboard; ``share_of_first`` is the length of its bar, 0-1."""

    label: str
    shown: str
    change: str
    share_of_first: float


@dataclass(frozen=True, slots=True)
class Notice:
    """One submission of the live list."""

    when: str
    place: str
    kind: str
    reasons: str
    text: str


def frame(name: str, title: str, base: str, body: Markup | None = None) -> Markup:
    """Return a panel with its heading; ``base`` says what its figures count."""
    if name not in FRAMES:
        msg = f"no frame named {name!r}; known: {', '.join(FRAMES)}"
        raise KeyError(msg)
    return Markup(
        '<section class="cr-panel cr-{}"><header><b>{}</b><i>{}</i></header>'
        '<div class="cr-body">{}</div></section>'
    ).format(name, title, base, body or Markup(""))


def heading(title: str, base: str, *, synthetic: bool, warning: str | None) -> Markup:
    """Return the banner: whose screen, how old the data, and what is wrong with it."""
    badges = Markup("")
    if synthetic:
        badges += Markup('<span class="cr-badge">合成数据</span>')
    if warning:
        badges += Markup('<span class="cr-badge cr-red">{}</span>').format(warning)
    return Markup('<div class="cr-title"><b>{}</b><p>{}{}</p></div>').format(title, base, badges)


def tiles(each: Iterable[Tile]) -> Markup:
    """Return the top row."""
    cells = Markup("").join(
        Markup(
            '<div class="cr-tile" title="{}"><div class="cr-name">{}</div>'
            '<div class="cr-value">{}<small>{}</small></div>'
            '<div class="cr-changes">{}{}</div></div>'
        ).format(
            tile.definition, tile.label, tile.number, tile.unit, _changes(tile.changes), tile.note
        )
        for tile in each
    )
    return Markup('<div class="cr-tiles">{}</div>').format(cells)


def _changes(changes: Iterable[tuple[str, Change]]) -> Markup:
    return Markup("").join(
        Markup('<span>{} <span class="cr-{}">{}</span></span>').format(name, each.tone, each.text)
        for name, each in changes
    )


def judged(text: str) -> Markup:
    """Return the computed sentences, in one line: those that have room, all in the tooltip."""
    return Markup('<div class="cr-judged" title="{}"><b>研判</b>{}</div>').format(
        text, with_room(text)
    )


def with_room(text: str, letters: float = JUDGED_LETTERS) -> str:
    """Return the first sentences of a text that fit a line; the first one in any case.

    Examples
    --------
    >>> with_room("甲乙。丙丁。戊己。", letters=7), with_room("甲乙丙。丁。", letters=2)
    ('甲乙。丙丁。', '甲乙丙。')
    """
    sentences: list[str] = re.findall("[^。]*。|[^。]+$", text)
    kept = "".join(sentences[:1])
    for sentence in sentences[1:]:
        if _letters(kept + sentence) > letters:
            break
        kept += sentence
    return kept


def _letters(text: str) -> float:
    return sum(1 if unicodedata.east_asian_width(each) in "WFA" else HALF for each in text)


def ranking(rows: Sequence[Rank], rest: str = "") -> Markup:
    """Return a leaderboard, the largest on top; ``rest`` says what is in none of its places."""
    if not rows:
        return nothing()
    lines = Markup("").join(
        Markup(
            '<div><em>{}</em><span title="{}">{}</span><strong>{}</strong><u>{}</u>'
            '<s style="width:{}%"></s></div>'
        ).format(
            place, row.label, row.label, row.shown, row.change, f"{row.share_of_first * 100:.1f}"
        )
        for place, row in enumerate(rows, start=1)
    )
    foot = Markup("<p>{}</p>").format(rest) if rest else Markup("")
    return Markup('<div class="cr-rank">{}{}</div>').format(lines, foot)


def stages(parts: Sequence[tuple[str, str, str]]) -> Markup:
    """Return the four stages: name, number and share of each."""
    cells = Markup("").join(
        Markup('<div style="--tint:{}"><span>{}</span><b>{}</b><i>占{}</i></div>').format(
            colour, *part
        )
        for colour, part in zip(STAGE_COLOURS, parts, strict=True)
    )
    return Markup('<div class="cr-stages">{}</div>').format(cells)


def live_list(notices: Sequence[Notice]) -> Markup:
    """Return the live list; a long one moves upwards without end, in pure CSS."""
    if not notices:
        return nothing()
    once = Markup("").join(
        Markup(
            "<article><header><span>{}</span><span>{}</span><span>{}</span><b>{}</b></header>"
            "<p>{}</p></article>"
        ).format(each.when, each.place, each.kind, each.reasons, each.text)
        for each in notices
    )
    if len(notices) <= STILL_ITEMS:
        return Markup('<div class="cr-ticker"><div class="cr-still">{}</div></div>').format(once)
    return Markup('<div class="cr-ticker" style="--seconds:{}s"><div>{}{}</div></div>').format(
        len(notices) * SECONDS_PER_ITEM, once, once
    )


def nothing(text: str = "该范围内没有记录") -> Markup:
    """Return what stands in a panel without rows."""
    return Markup('<div class="cr-none">{}</div>').format(text)


def note(text: str) -> Markup:
    """Return a small line, such as a map's approval number."""
    return Markup('<div class="cr-note">{}</div>').format(text)
