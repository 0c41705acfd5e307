"""Standings: the members of a level ranked, beside how they stood before and a year ago."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from queries.breakdowns import OPERATOR, check_breakdown
from queries.candidates import (
    OPERATOR_CANDIDATES,
    WORD_CANDIDATES,
    Candidates,
    candidate_pieces,
    fetch_candidates,
)
from queries.counting import fetch_number
from queries.figures import divided, figures
from queries.hot_words import LEVEL as WORD
from queries.hot_words import word_names
from queries.matching import member_code
from queries.measures import MEASURES
from queries.operator_names import operator_names
from queries.reading import Reading, reading
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection
from queries.totals import total_windows
from queries.trends import Buckets, fetch_trends, trend_buckets
from queries.warehouse import Warehouse

ORDERS = (
    "value",
    "change",
    "change_rate",
    "yearly_change",
    "yearly_rate",
    "rank_change",
    "share",
)
"""What standings can be ordered by."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Which members a ranking keeps, by their figures.

    Attributes
    ----------
    at_least
        Least value of the measure.
    growth_from
        Least change rate, 0.5 for half as much again; None keeps all. A member that had nothing
        before has no rate: it is kept if it has something now. Without a period to compare with
        no growth is known, and no member is kept.
    against
        What growth is measured against: the period before, or the same period a year earlier.
    base_at_least
        Least denominator of a rate, so that 1 of 1 need not lead a ranking; of no effect on sums.

    Raises
    ------
    ValueError
        If ``against`` is no comparison.
    """

    at_least: float = 0.0
    growth_from: float | None = None
    against: Comparison = Comparison.PREVIOUS
    base_at_least: float = 0.0

    def __post_init__(self) -> None:
        """Refuse growth against nothing."""
        if self.against is Comparison.NONE:
            msg = "against must be previous or last_year, got none; leave growth_from out instead"
            raise ValueError(msg)


NO_LIMITS = Limits()
"""Keeps every member."""


@dataclass(frozen=True, slots=True)
class Standings:
    """One page of a ranking.

    Attributes
    ----------
    frame
        Columns ``member`` (code; None = not stated; a word is its own), ``name`` (operators only),
        ``value``, ``base`` (denominator of a rate), ``share`` (of the total, 0-1; not of rates),
        ``rank`` (equal values share one), ``previous``, ``previous_rank``, ``rank_change``
        (positive has climbed), ``change``, ``change_rate``, ``last_year``, ``yearly_change``,
        ``yearly_rate`` and ``trend`` (a list, oldest first, empty where not asked for). NaN where
        nothing can be said: the rank of what is not stated or has nothing, a rate of change from
        nothing, a period that is not wholly inside the data.
    members
        How many stated members have something in the period.
    matched
        How many rows are within the limits, on all pages: members that are stated and have
        something in the period, and besides ``not_stated`` and ``gone``.
    counted
        False if ``members`` is only the least number there can be.
    candidates
        How many were looked at where there are too many to read them all, and others might be
        within the limits too: the largest of the period and of the one before. For a rate these
        have most submissions, and are ranked only among each other. None if no other can be
        within the limits.
    days, previous_days, last_year_days
        What was counted; None where the days are not wholly inside the data.
    trend_starts
        First days of the buckets of ``trend``: the last complete ones up to the end of the
        period, at most `queries.trends.BUCKETS`.
    trend_grain
        ``day``, ``week`` or ``month``.
    not_stated
        1 if what is not stated is among the rows within the limits, else 0.
    gone
        How many of the rows within the limits had something only in a period compared with.
    """

    frame: pd.DataFrame
    level: str
    measure: str
    members: int
    matched: int
    counted: bool
    candidates: int | None
    days: DateRange
    previous_days: DateRange | None
    last_year_days: DateRange | None
    trend_starts: pd.DatetimeIndex
    trend_grain: str
    not_stated: int = 0
    gone: int = 0

    @property
    def kept(self) -> int:
        """How many stated members that have something in the period are within the limits."""
        return self.matched - self.not_stated - self.gone


def fetch_standings(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measure: str = "submissions",
    order: str = "value",
    ascending: bool = False,
    limits: Limits = NO_LIMITS,
    limit: int = 20,
    page: int = 1,
    count_members: bool | None = False,
    trend_rows: int | None = None,
) -> Standings:
    """Return one page of the members of a level, ranked, with what they were before.

    Both comparisons are made, whatever the selection's own. Filters on the level's own dimension
    are left out as for a breakdown.

    Parameters
    ----------
    level
        A level of `queries.dimensions.LEVELS`, or ``"word"``, for which only the measure
        ``submissions`` exists.
    order
        One of `ORDERS`; what is not known comes last either way, equal members by value, then by
        code.
    limits
        Which members to keep; ranks and shares are of all members nevertheless.
    limit
        Rows of a page, at most `queries.breakdowns.MAX_ROWS`.
    page
        From 1; a page after the last is empty.
    count_members
        True counts all operators or words where they are not all looked at, None not even where
        that is cheap.
    trend_rows
        How many of the first rows get a trend; None for all.

    Raises
    ------
    ValueError
        If ``level``, ``measure``, ``order``, ``limit`` or ``page`` is not usable.
    WordsNotDerivedError
        If words are asked for and not in step with the submissions.
    """
    _check(level, measure, order, limit, page)
    with reading(warehouse, selection, scope) as opened:
        windows = total_windows(opened)
        plain = order in {"value", "share"} and not ascending and limits == NO_LIMITS
        from_leading = plain and page * limit <= WORD_CANDIDATES

        def look(at_least: float) -> tuple[Candidates, pd.DataFrame, pd.DataFrame]:
            found = fetch_candidates(
                opened,
                level,
                measure,
                windows,
                count_members=count_members,
                every_word_from=None if from_leading else limits.at_least,
                at_least=at_least,
            )
            frame = _frame(opened, found, level, measure, windows)
            kept = frame[_within(frame, limits)]
            ordered = _in_order(kept, order, ascending=ascending)
            return found, kept, ordered[(page - 1) * limit : page * limit]

        rising = order in {"change", "yearly_change"} and not ascending
        found, kept, shown = look(0.0 if rising else limits.at_least)
        if rising and level == OPERATOR and _may_miss(found, shown[order], measure, limits, limit):
            found, kept, shown = look(limits.at_least)
        buckets = trend_buckets(warehouse, windows["current"])
        drawn = [int(each) for each in shown.index[:trend_rows]]
        trends = _trends(opened, found, drawn, measure, buckets)
        trends += [[] for _ in range(len(shown) - len(drawn))]
        shown = shown.reset_index(drop=True)
        if level == OPERATOR:
            names = operator_names(opened.conn, shown["member"])
            named = pd.Series([names.get(each) for each in shown["member"]], dtype=object)
            shown.insert(1, "name", named)
    shown["trend"] = pd.Series(trends, dtype=object)
    return Standings(
        frame=shown,
        level=level,
        measure=measure,
        members=found.members,
        matched=len(kept),
        counted=found.counted,
        candidates=None if _all_are_known(found, measure, limits) else len(found.stored),
        days=windows["current"],
        previous_days=windows.get("previous"),
        last_year_days=windows.get("last_year"),
        trend_starts=pd.DatetimeIndex([pd.Timestamp(start) for start in buckets.starts]),
        trend_grain=buckets.grain,
        not_stated=int(kept["member"].isna().sum()),
        gone=_gone(kept, measure),
    )


def _may_miss(
    found: Candidates, rises: pd.Series, measure: str, limits: Limits, limit: int
) -> bool:
    """Tell whether more operators than were looked at may be within the limits and rise most.

    None rises by more than it has, and more than `OPERATOR_CANDIDATES` are never looked at.
    """
    if limits.at_least <= 0 or _all_are_known(found, measure, limits):
        return False
    if found.ranked["current"].sum() >= OPERATOR_CANDIDATES:
        return False
    return len(rises) < limit or not rises.iloc[-1] > found.most


def _all_are_known(found: Candidates, measure: str, limits: Limits) -> bool:
    additive = MEASURES[measure].denominator is None
    return found.complete or (additive and limits.at_least > found.most)


def _gone(kept: pd.DataFrame, measure: str) -> int:
    number = "value" if MEASURES[measure].denominator is None else "base"
    return int((kept["member"].notna() & ~(kept[number] > 0)).sum())


def _check(level: str, measure: str, order: str, limit: int, page: int) -> None:
    check_breakdown((level,), (measure,), measure, limit)
    if measure not in MEASURES:
        msg = f"measure must be one of {', '.join(MEASURES)}; got {measure!r}"
        raise ValueError(msg)
    if order not in ORDERS:
        msg = f"order must be one of {', '.join(ORDERS)}; got {order!r}"
        raise ValueError(msg)
    if page < 1:
        msg = f"page must be 1 or more, got {page}"
        raise ValueError(msg)


def _trends(
    reading: Reading, found: Candidates, places: list[int], measure: str, buckets: Buckets
) -> list[list[float]]:
    days = buckets.days
    if days is None or not places:
        return [[] for _ in places]
    by_day = buckets.grain != "month"
    trends: list[list[float]] = fetch_trends(
        reading,
        level=found.column,
        members=[found.stored[place] for place in places],
        measure=measure,
        buckets=buckets,
        pieces=candidate_pieces(reading, found, measure, days, by_day=by_day),
    ).tolist()
    return trends


def _frame(
    reading: Reading,
    found: Candidates,
    level: str,
    measure: str,
    windows: Mapping[str, DateRange],
) -> pd.DataFrame:
    definition = MEASURES[measure]
    nothing = np.full(len(found.stored), math.nan)
    stated = np.array([each is not None for each in found.stored], dtype=bool)
    values = {
        name: figures(sums, (measure,))[measure].astype("float64")
        for name, sums in found.sums.items()
    }
    ranks = {
        name: _ranks(values[name], stated & known, is_rate=definition.denominator is not None)
        for name, known in found.ranked.items()
    }
    value = values["current"]
    columns = {
        "value": value,
        "base": nothing,
        "share": nothing,
        "rank": ranks["current"],
        "previous": values.get("previous", nothing),
        "previous_rank": ranks.get("previous", nothing),
    }
    if definition.denominator is None:
        whole = _whole(reading, level, measure, windows["current"], value)
        columns["share"] = divided(value, np.full(len(value), whole))
    else:
        columns["base"] = found.sums["current"][definition.denominator].astype("float64")
    columns["rank_change"] = columns["previous_rank"] - columns["rank"]
    columns |= _change("change", "change_rate", value, columns["previous"])
    columns["last_year"] = values.get("last_year", nothing)
    columns |= _change("yearly_change", "yearly_rate", value, columns["last_year"])
    member = pd.Series(_codes(reading, found, level), dtype=object)
    return pd.DataFrame({"member": member, **columns})


def _codes(reading: Reading, found: Candidates, level: str) -> list[str | None]:
    if level != WORD:
        return [member_code(each) for each in found.stored]
    numbers = [each for each in found.stored if isinstance(each, int)]
    names = word_names(reading.conn, numbers)
    return [names[number] for number in numbers]


def _whole(
    reading: Reading, level: str, measure: str, days: DateRange, values: np.ndarray
) -> float:
    """Return what shares are shares of."""
    if level == WORD:
        return fetch_number(reading, days)
    if level == OPERATOR:
        return fetch_number(reading, days, of=MEASURES[measure].numerator, lifted=(OPERATOR,))
    return float(values.sum())


def _ranks(values: np.ndarray, eligible: np.ndarray, *, is_rate: bool) -> np.ndarray:
    """Return the place by value, the same for equal ones; NaN for what is not eligible."""
    ranked = eligible & ~np.isnan(values) & (is_rate | (values > 0))
    places = pd.Series(np.where(ranked, values, math.nan)).rank(method="min", ascending=False)
    return places.to_numpy(dtype="float64")


def _change(change: str, rate: str, value: np.ndarray, before: np.ndarray) -> dict[str, np.ndarray]:
    difference = value - before
    return {change: difference, rate: divided(difference, before)}


def _within(frame: pd.DataFrame, limits: Limits) -> np.ndarray:
    """Return which members to keep; without limits all, those of unknown value too."""
    kept = np.ones(len(frame), dtype=bool)
    if limits.at_least > 0:
        kept &= (frame["value"] >= limits.at_least).to_numpy()
    if limits.base_at_least > 0:
        base = frame["base"]
        kept &= (base.isna() | (base >= limits.base_at_least)).to_numpy()
    if limits.growth_from is not None:
        rate, before = {
            Comparison.PREVIOUS: ("change_rate", "previous"),
            Comparison.LAST_YEAR: ("yearly_rate", "last_year"),
        }[limits.against]
        from_nothing = (frame[before] == 0) & (frame["value"] > 0)
        kept &= ((frame[rate] >= limits.growth_from) | from_nothing).to_numpy()
    return kept


def _in_order(frame: pd.DataFrame, order: str, *, ascending: bool) -> pd.DataFrame:
    stated = frame["member"].notna()
    keys = pd.DataFrame(
        {
            "unknown": frame[order].isna(),
            "order": frame[order] if ascending else -frame[order],
            "value": -frame["value"],
            "not_stated": ~stated,
            "code": frame["member"].where(stated, ""),
        }
    )
    return frame.loc[keys.sort_values(list(keys.columns), kind="stable").index]
