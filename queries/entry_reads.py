"""Reads of entry quality: completeness and contradictions by group and month, what to correct."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.cubes import within
from queries.dimensions import LEVELS
from queries.entry_tables import (
    CHECKS,
    DAY_KEYS,
    ELEMENTS,
    MONTH_KEYS,
    STEP,
    EntriesNotCheckedError,
    entry_checks,
    entry_days,
    entry_months,
    lacking,
    totals,
)
from queries.figures import divided
from queries.findings import with_submissions
from queries.functions import month
from queries.listing import LISTED_COLUMNS, rows_frame
from queries.matching import matching, needed_columns
from queries.reading import Reading, reading
from queries.results import SubmissionPage
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection, add_months
from queries.sources import FACTS, Piece, Source, split
from queries.warehouse import Warehouse

UNIT, SECTION, CHANNEL = "handling_unit", "handling_section", "channel"
MONTH = "month"

LEAST_ENTRIES = 20
"""Entries from which a group is ranked; ours, below it one entry moves the share by 5 points."""

TREND_MONTHS = 13
"""Months of a trend, so that the same month of the year before is among them."""

MAX_CORRECTIONS = 10_000
"""Most submissions of one list of corrections; ours."""

LAST_DAYS = (7, 60, 400)
"""Days at the end of a period in which a page of the list is looked for first; ours."""

_BETWEEN = " "
_MONTHS = Source("entry_months", entry_months)
_DAYS = Source("entry_days", entry_days)


@dataclass(frozen=True, slots=True)
class EntryQuality:
    """How complete entries are.

    Attributes
    ----------
    total
        One row, all entries together, columns as in ``frame``.
    frame
        One row per group, the least complete first, not ranked ones last: ``member``, ``entries``,
        ``completeness`` (elements there of those asked, 0-1; NaN if none is asked), ``qualified``
        and ``actionable`` (shares of entries), per element its share of the entries asked for it,
        ``contradicting`` (entries with any), per check ``<check>`` (entries that differ) and
        ``<check>_base`` (entries that could be compared), ``rank`` (1 the most complete; NaN for
        fewer than `LEAST_ENTRIES`). With a comparison also ``completeness_compared`` and
        ``rank_compared``.
    unnamed
        Entries that name no member.
    """

    total: pd.DataFrame
    frame: pd.DataFrame
    unnamed: int
    days: DateRange
    compared: DateRange | None

    @property
    def ranked(self) -> int:
        """How many groups are ranked."""
        return int(self.frame["rank"].notna().sum())


def fetch_entry_quality(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, level: str
) -> EntryQuality:
    """Return how complete the entries selected are, by the members of a level.

    Parameters
    ----------
    level
        `UNIT`, `SECTION` (named with its unit) or `CHANNEL`. A filter on the level's own dimension
        is left out for the groups, not for the total.

    Raises
    ------
    EntriesNotCheckedError
        If the entries are not checked as they are now.
    ValueError
        If ``level`` is none of these.
    """
    if level not in {UNIT, SECTION, CHANNEL}:
        msg = f"level must be {UNIT}, {SECTION} or {CHANNEL}; got {level!r}"
        raise ValueError(msg)
    with _checked(warehouse, selection, scope) as opened:
        groups = _grouped(opened, opened.days, level)
        total = _figures(_whole(opened, opened.days, level, groups))
        found = _ranked(_figures(groups))
        if opened.compared is not None:
            groups = _grouped(opened, opened.compared, level)
            before = _ranked(_figures(groups))
            known = before.set_index("member")[["completeness", "rank"]]
            found = found.join(known.add_suffix("_compared"), on="member")
            earlier = _figures(_whole(opened, opened.compared, level, groups))
            total["completeness_compared"] = earlier["completeness"]
    unnamed = int(found.loc[found["member"].isna(), "entries"].sum())
    named = found[found["member"].notna()].reset_index(drop=True)
    return EntryQuality(total, named, unnamed, opened.days, opened.compared)


def fetch_entry_months(warehouse: Warehouse, selection: Selection, scope: Scope) -> pd.DataFrame:
    """Return completeness month by month, up to the month in which the selection ends.

    Returns
    -------
    pandas.DataFrame
        At most `TREND_MONTHS` rows, oldest first: ``month`` (first day), ``complete`` (False for a
        month that the data or the selection covers only in part) and the figures of
        `EntryQuality.frame`. Months without entries are left out.

    Raises
    ------
    EntriesNotCheckedError
        If the entries are not checked as they are now.
    """
    with _checked(warehouse, selection, scope) as opened:
        end = min(opened.days.end, warehouse.last_day or opened.days.end)
        first = warehouse.first_day or end
        start = max(add_months(end.replace(day=1), 1 - TREND_MONTHS), min(first, end))
        found = _figures(_sums(opened, DateRange(start, end), MONTH))
    starts = pd.to_datetime(found.pop("member"))
    whole = (starts >= pd.Timestamp(first)) & (starts + pd.offsets.MonthEnd(0) <= pd.Timestamp(end))
    found = found.assign(month=starts, complete=whole)
    return found.sort_values("month", ignore_index=True)


def fetch_corrections(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    wanting: str = "",
    page: int = 1,
    page_size: int = 20,
) -> SubmissionPage:
    """Return the submissions whose entry lacks something or contradicts itself, newest first.

    Parameters
    ----------
    wanting
        An element that is to be missing, or a check that is to differ; empty for any.

    Returns
    -------
    SubmissionPage
        Its frame has `LISTED_COLUMNS`, `ELEMENTS`, `CHECKS`, ``told_low_yuan`` and
        ``told_high_yuan``, values as stored.

    Raises
    ------
    EntriesNotCheckedError
        If the entries are not checked as they are now.
    ValueError
        If ``wanting``, ``page`` or ``page_size`` is not usable.
    """
    if page < 1 or not 1 <= page_size <= MAX_CORRECTIONS:
        msg = (
            f"page must be at least 1 and page_size 1 to {MAX_CORRECTIONS}, got {page}, {page_size}"
        )
        raise ValueError(msg)
    extra = [
        entry_checks.c[name] for name in (*ELEMENTS, *CHECKS, "told_low_yuan", "told_high_yuan")
    ]
    wanted = _wanting(wanting)
    with _checked(warehouse, selection, scope) as opened:
        total = _count(opened, wanting)
        rows: Sequence[sa.Row[*tuple[Any, ...]]] = ()
        for days in _widening(opened.days):
            rows = opened.conn.execute(
                _select_page(opened, days, wanted, extra, page=page, page_size=page_size)
            ).all()
            if len(rows) == page_size:
                break
        frame = rows_frame(opened.conn, rows, LISTED_COLUMNS)
    for position, column in enumerate(extra, start=len(LISTED_COLUMNS)):
        frame[column.name] = pd.Series([row[position] for row in rows], dtype="float64")
    return SubmissionPage(frame, total, page, page_size)


def _select_page(
    opened: Reading,
    days: DateRange,
    wanted: sa.ColumnElement[bool],
    extra: Sequence[sa.Column[Any]],
    *,
    page: int,
    page_size: int,
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement of one page, newest first; texts are read for these alone."""
    newest_first = (submissions.c.registered_at.desc(), submissions.c.submission_key.desc())
    checked = with_submissions(entry_checks)
    keys = (
        sa.select(submissions.c.submission_key)
        .select_from(checked)
        .where(_chosen(opened, days), wanted)
        .order_by(*newest_first)
        .limit(page_size)
        .offset((page - 1) * page_size)
        .subquery()
    )
    return (
        sa.select(*[submissions.c[name] for name in LISTED_COLUMNS], *extra)
        .select_from(checked)
        .join(keys, keys.c.submission_key == submissions.c.submission_key)
        .where(within(submissions, days), within(entry_checks, days))
        .order_by(*newest_first)
    )


def _checked(
    warehouse: Warehouse, selection: Selection, scope: Scope
) -> AbstractContextManager[Reading]:
    if STEP not in warehouse.fresh:
        raise EntriesNotCheckedError
    return reading(warehouse, selection, scope)


def _chosen(
    reading: Reading, days: DateRange, *, without: tuple[str, ...] = ()
) -> sa.ColumnElement[bool]:
    return sa.and_(
        matching(reading.selection, reading.scope, days=days, without=without),
        entry_checks.c.registered_on.between(days.start, days.end),
    )


def _widening(days: DateRange) -> Iterator[DateRange]:
    """Yield the last days of a span, more and more of them: the newest rows are soon found."""
    for last in LAST_DAYS:
        if last < days.days:
            yield DateRange(days.end - dt.timedelta(days=last - 1), days.end)
    yield days


def _count(reading: Reading, wanting: str) -> int:
    """Return how many entries the list is of."""
    statements = []
    for piece in _pieces(reading, reading.days):
        if piece.source != FACTS:
            table = piece.source.table
            column = table.c[wanting or "lacking"]
            counted = table.c[f"{wanting}_base"] - column if wanting in ELEMENTS else column
            chosen = matching(reading.selection, reading.scope, table=table, days=piece.days)
            statements.append(sa.select(sa.func.sum(counted)).where(chosen))
        else:
            statements.append(
                sa.select(sa.func.count())
                .select_from(with_submissions(entry_checks))
                .where(_chosen(reading, piece.days), _wanting(wanting))
            )
    return sum(int(reading.conn.scalar(each) or 0) for each in statements)


def _wanting(name: str) -> sa.ColumnElement[bool]:
    if not name:
        return lacking()
    if name in ELEMENTS:
        return entry_checks.c[name] == 0
    if name in CHECKS:
        return entry_checks.c[name] == 1
    msg = f"wanting must be one of {', '.join((*ELEMENTS, *CHECKS))}; got {name!r}"
    raise ValueError(msg)


def _sums(
    reading: Reading, days: DateRange, key: str = "", *, without: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Return the sums over these days, by ``key`` if there is one: a column, `SECTION` or `MONTH`.

    Whole months are read from the monthly sums where these have all that is asked for, other days
    likewise from the daily ones.
    """
    parts = [
        _of_checks(reading, piece.days, key, without)
        if piece.source == FACTS
        else _of_sums(reading, piece, key, without)
        for piece in _pieces(reading, days, key, without=without)
    ]
    found = pd.concat(parts, ignore_index=True)
    if not key:
        return found.sum().to_frame().T
    return found.groupby("member", dropna=False, as_index=False).sum()


def _pieces(
    reading: Reading, days: DateRange, key: str = "", *, without: tuple[str, ...] = ()
) -> tuple[Piece, ...]:
    needed = needed_columns(reading.selection, reading.scope, without=without)
    needed |= {key} - {"", MONTH}
    daily = _DAYS if needed <= set(DAY_KEYS) else FACTS
    by_month = needed <= set(MONTH_KEYS)
    return split(reading.warehouse, days, _MONTHS, daily) if by_month else (Piece(daily, days),)


def _of_sums(reading: Reading, piece: Piece, key: str, without: tuple[str, ...]) -> pd.DataFrame:
    table, chosen = piece.source.table, (reading.selection, reading.scope)
    keys = [] if not key else [month(table.c.registered_on) if key == MONTH else table.c[key]]
    sums = [
        sa.cast(sa.func.coalesce(sa.func.sum(table.c[name]), 0), sa.BigInteger) for name in totals()
    ]
    statement = (
        sa.select(*keys, *sums)
        .where(matching(*chosen, table=table, days=piece.days, without=without))
        .group_by(*keys)
    )
    return _frame(reading, statement, key)


def _of_checks(
    reading: Reading, days: DateRange, key: str, without: tuple[str, ...]
) -> pd.DataFrame:
    columns: Mapping[str, sa.ColumnElement[Any]] = {
        SECTION: submissions.c.handling_unit + _BETWEEN + submissions.c.handling_section,
        MONTH: month(submissions.c.registered_on),
    }
    keys = [] if not key else [columns[key] if key in columns else submissions.c[key]]
    statement = (
        sa.select(*keys, *totals().values())
        .select_from(with_submissions(entry_checks))
        .where(_chosen(reading, days, without=without))
        .group_by(*keys)
    )
    return _frame(reading, statement, key)


def _frame(reading: Reading, statement: sa.Select[*tuple[Any, ...]], key: str) -> pd.DataFrame:
    names = [*(["member"] if key else []), *totals()]
    rows = reading.conn.execute(statement).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=names)
    return frame.astype(dict.fromkeys(totals(), "int64"))


def _grouped(reading: Reading, days: DateRange, level: str) -> pd.DataFrame:
    return _sums(reading, days, level, without=() if level == SECTION else (level,))


def _whole(reading: Reading, days: DateRange, level: str, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over all groups, counted anew only where a filter on the level was lifted."""
    own = LEVELS[level].name if level in LEVELS else ""
    if any(each.dimension == own for each in reading.selection.filters):
        return _sums(reading, days)
    return groups[list(totals())].sum().to_frame().T


def _figures(sums: pd.DataFrame) -> pd.DataFrame:
    """Divide the sums, after they were added up."""
    found = sums.copy()
    entries = sums["entries"].to_numpy(float)
    filled, asked = (sums[name].to_numpy(float) for name in ("filled", "applicable"))
    found["completeness"] = divided(filled, asked)
    for name in ("qualified", "actionable"):
        found[name] = divided(sums[name].to_numpy(float), entries)
    for name in ELEMENTS:
        base = sums[f"{name}_base"].to_numpy(float)
        found[name] = divided(sums[name].to_numpy(float), base)
    return found


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    """Put groups in order, the least complete first; the small ones, unranked, last."""
    large = found["entries"].ge(LEAST_ENTRIES) & found["completeness"].notna()
    large &= found["member"].notna()
    ordered = found.assign(large=large).sort_values(
        ["large", "completeness", "member"], ascending=[False, True, False], ignore_index=True
    )
    number = int(large.sum())
    rank = np.where(ordered["large"], number - np.arange(len(ordered)), np.nan)
    return ordered.drop(columns="large").assign(rank=rank)
