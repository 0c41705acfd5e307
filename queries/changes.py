"""Changes: what the members of levels, and of pairs of levels, add to a rise or a fall."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from queries.breakdowns import OPERATOR
from queries.candidates import fetch_candidates
from queries.counting import Count, fetch_counts
from queries.dimensions import LEVELS
from queries.matching import member_code
from queries.measures import MEASURES, sums_of
from queries.pairs import fetch_pairs
from queries.reading import reading
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.sums import Member
from queries.warehouse import Warehouse

OTHERS = "*"
"""Member that stands for all those not looked at one by one."""

NOTHING = ""
"""Part of a pair's member that is not stated."""

SEPARATOR = "|"
"""Stands between the codes of a pair."""

Arrays = Mapping[str, np.ndarray]

COLUMNS = ("numerator", "numerator_before", "denominator", "denominator_before")


@dataclass(frozen=True, slots=True)
class Changes:
    """One measure over the period and the days compared, by the members of several levels.

    Attributes
    ----------
    frames
        By level, or ``"level_a+level_b"`` for a pair: columns ``member`` (a code, `OTHERS`, or
        ``"code_a|code_b"`` with `NOTHING` for a part not stated; None = nothing stated) and
        `COLUMNS`. Denominators are NaN for sums; what was before is NaN without days to compare.
        Every frame adds up to the same total; largest first.
    compared
        None without comparison, or where those days are not wholly inside the data.
    """

    frames: dict[str, pd.DataFrame]
    measure: str
    days: DateRange
    compared: DateRange | None


def fetch_changes(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    measure: str,
    levels: Sequence[str],
    pairs: Sequence[tuple[str, str]] = (),
) -> Changes:
    """Return what the members of levels and pairs add to a measure, now and before.

    All filters of the selection hold for every level, those on its own dimension too, so that
    every frame adds up to the figure on screen.

    Parameters
    ----------
    levels
        Of `queries.dimensions.LEVELS`. Of operators the largest of both spans of days stand for
        themselves, the rest together as `OTHERS`.
    pairs
        Pairs of two such levels, operators not among them: the cells that moved most, the rest
        together as `OTHERS`.

    Raises
    ------
    ValueError
        If a level, a pair or the measure is not usable.
    """
    _check(measure, levels, pairs)
    sums = sums_of((measure,))
    small = [level for level in levels if level != OPERATOR]
    frames = {}
    with reading(warehouse, selection, scope) as opened:
        windows = {"current": opened.days}
        if opened.compared is not None:
            windows["previous"] = opened.compared
        spans = tuple(windows.values())
        keys = [(), *[(level,) for level in small]]
        whole, *found = fetch_counts(
            opened, [Count(key, sums, spans, filtered=True) for key in keys]
        )
        totals = [{name: float(each.arrays[name][0]) for name in sums} for each in whole]
        for level, each in zip(small, found, strict=True):
            members = list(dict.fromkeys(member for counted in each for member in counted.members))
            frames[level] = _frame(
                [_code(member) for member in members],
                [counted.of(members).arrays for counted in each],
                measure,
            )
        for pair, cells in zip(
            pairs, fetch_pairs(opened, pairs, measure, spans, totals), strict=True
        ):
            frames["+".join(pair)] = _frame(
                [_code(cell) for cell in cells.members],
                cells.arrays,
                measure,
                totals=None if cells.complete else totals,
            )
        if OPERATOR in levels:
            candidates = fetch_candidates(
                opened, OPERATOR, measure, windows, count_members=None, filtered=True
            )
            frames[OPERATOR] = _frame(
                [member_code(each) for each in candidates.stored],
                [candidates.sums[name] for name in windows],
                measure,
                totals=None if candidates.complete else totals,
            )
    names = [*levels, *["+".join(pair) for pair in pairs]]
    ordered = {name: frames[name] for name in names}
    return Changes(ordered, measure, windows["current"], windows.get("previous"))


def _check(measure: str, levels: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    if measure not in MEASURES:
        msg = f"measure must be one of {', '.join(MEASURES)}; got {measure!r}"
        raise ValueError(msg)
    for level in levels:
        if level not in LEVELS:
            msg = f"a level must be one of {', '.join(LEVELS)}; got {level!r}"
            raise ValueError(msg)
    fitting = [each for each in LEVELS if each != OPERATOR]
    for pair in pairs:
        if len(set(pair)) < len(pair) or not set(pair) <= set(fitting):
            msg = f"a pair is made of two of {', '.join(fitting)}; got {pair!r}"
            raise ValueError(msg)
    if len({frozenset(pair) for pair in pairs}) < len(pairs):
        msg = f"every pair is asked for once; got {pairs!r}"
        raise ValueError(msg)


def _code(member: Member) -> str | None:
    codes = [member_code(stored) for stored in member]
    return None if set(codes) == {None} else SEPARATOR.join(code or NOTHING for code in codes)


def _frame(
    codes: Sequence[str | None],
    arrays: Sequence[Arrays],
    measure: str,
    *,
    totals: Sequence[Mapping[str, float]] | None = None,
) -> pd.DataFrame:
    """Return a frame, with one more member for what is missing to ``totals`` if they are given."""
    definition = MEASURES[measure]
    columns: dict[str, np.ndarray] = {}
    for number, suffix in enumerate(("", "_before")):
        for part, name in (
            ("numerator", definition.numerator),
            ("denominator", definition.denominator),
        ):
            values = np.full(len(codes), math.nan)
            rest = math.nan
            if name is not None and number < len(arrays):
                values = arrays[number][name].astype("float64")
                rest = 0.0 if totals is None else totals[number][name] - values.sum()
            columns[part + suffix] = values if totals is None else np.append(values, rest)
    members = [*codes, *([] if totals is None else [OTHERS])]
    sizes = columns["numerator"] + np.nan_to_num(columns["numerator_before"])
    order = sorted(
        range(len(members)),
        key=lambda place: (
            members[place] == OTHERS,
            -sizes[place],
            members[place] is None,
            members[place] or "",
        ),
    )
    member = pd.Series([members[place] for place in order], dtype=object)
    return pd.DataFrame({"member": member, **{name: columns[name][order] for name in COLUMNS}})
