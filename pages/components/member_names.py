"""Names of members, those of one name told apart."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import pandas as pd

from pages.components import drilling, wording
from pages.components.boards import View
from queries.dimensions import DIMENSIONS

_REGION_LEVELS = frozenset(level.name for level in DIMENSIONS["region"].levels)

NUMBER_END = 4
"""Characters of an operator's number that tell those of one name apart; ours."""

ALIKE, LONGEST_END = 5, 8
"""First characters from which names count as alike, and most characters of an end; ours."""


def member_text(level: str, code: str, name: object = None) -> str:
    """Return what stands for a member: its stored name where it has one, else its label."""
    if isinstance(name, str) and name:
        return name
    if level in _REGION_LEVELS and code:
        return wording.short_region(code)
    return wording.label(level, code or None)


def labels(frame: pd.DataFrame, view: View) -> list[str]:
    """Return the names of a ranking's members, each with what tells it from others of its name."""
    return [f"{text}（{tail}）" if tail else text for text, tail in named(frame, view)]


def named(frame: pd.DataFrame, view: View) -> list[tuple[str, str]]:
    """Return the name of each member, and what tells it from others of its name.

    Streets carry their county unless all are of one; operators of one name the end of their number.
    """
    if frame.empty:
        return []
    names = frame["name"] if "name" in frame else [None] * len(frame)
    codes = ["" if pd.isna(code) else str(code) for code in frame["member"]]
    texts = [member_text(view.level, code, name) for code, name in zip(codes, names, strict=True)]
    tails = [""] * len(codes)
    if view.level == "street_code" and not _in_one_county(view):
        tails = [_county_of(code) for code in codes]
    elif view.level == "operator_id":
        times = Counter(texts)
        tails = [
            f"尾号{code[-NUMBER_END:]}" if code and times[text] > 1 else ""
            for text, code in zip(texts, codes, strict=True)
        ]
    return list(zip(texts, tails, strict=True))


def ends(texts: Sequence[str]) -> list[str]:
    """Return by what each name ends otherwise than those that begin like it; empty where alone.

    Examples
    --------
    >>> ends(["全国12315平台手机APP", "全国12315平台PC端", "来信"])
    ['手机APP', 'PC端', '']
    >>> ends(["某某大药房连锁（尾号1234）", "某某大药房连锁（尾号1299）"])
    ['（尾号1234）', '（尾号1299）']
    """
    alike = defaultdict(list)
    for text in texts:
        alike[text[:ALIKE]].append(text)
    found = []
    for text in texts:
        shared = _shared_start(min(alike[text[:ALIKE]]), max(alike[text[:ALIKE]]))
        opened = shared.rfind("（")
        if opened > shared.rfind("）"):
            shared = shared[:opened]
        rest = text[len(shared) :]
        found.append(rest[-LONGEST_END:] if len(shared) >= ALIKE else "")
    return found


def _shared_start(one: str, other: str) -> str:
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))]


def _in_one_county(view: View) -> bool:
    if view.within is None:
        return False
    below = drilling.level_below(view.board.key, view.within)
    return below is None or below == view.level


def _county_of(code: str) -> str:
    above = drilling.parent_of("region", code) if code else None
    return wording.short_region(above) if above else ""
