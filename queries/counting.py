"""Counting: sums by levels and windows of days, put together from the fewest scans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import sqlalchemy as sa

from queries.functions import has_grouping_sets
from queries.matching import kept_members, matching, needed_columns
from queries.measures import FLOAT_SUMS, SUMS
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.sources import Piece, Source, pieces
from queries.warehouse import Warehouse

Statement = sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]]

_WINDOW = "window_number"
_SET = "grouped_by"


@dataclass(frozen=True, slots=True)
class Count:
    """What to count.

    Attributes
    ----------
    levels
        What to group by; may be empty, may hold ``registered_on``.
    sums
        Names of the sums, see `queries.measures.SUMS`.
    windows
        Spans of days, each counted for itself; they may overlap.
    members
        Counts only these members of the first level; empty counts all.
    """

    levels: tuple[str, ...]
    sums: tuple[str, ...]
    windows: tuple[DateRange, ...]
    members: tuple[str | None, ...] = ()

    def pieces(
        self, warehouse: Warehouse, selection: Selection, scope: Scope
    ) -> tuple[tuple[int, Piece], ...]:
        """Return what to read for each window, with the window's number."""
        columns = needed_columns(selection, scope, without=self.levels) | set(self.levels)
        return tuple(
            (number, piece)
            for number, window in enumerate(self.windows)
            for piece in pieces(
                warehouse,
                window,
                columns - {"registered_on"},
                by_day="registered_on" in columns,
            )
        )


@dataclass(frozen=True, slots=True)
class _Scan:
    """Counts answered by one statement."""

    counts: tuple[Count, ...]
    pieces: tuple[tuple[int, Piece], ...]

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(level for count in self.counts for level in count.levels))

    @property
    def sums(self) -> tuple[str, ...]:
        needed = {name for count in self.counts for name in count.sums}
        return tuple(name for name in SUMS if name in needed)


def select_count(
    warehouse: Warehouse, selection: Selection, scope: Scope, count: Count
) -> Statement:
    """Build the statement that counts: one row per window, piece and member.

    The same member may come in several rows of one window, which the reader adds up.
    """
    return _select(selection, scope, _Scan((count,), count.pieces(warehouse, selection, scope)))


def fetch_counts(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    counts: Sequence[Count],
) -> list[list[pd.DataFrame]]:
    """Count several things, those that only the facts can answer in one scan of them.

    Returns
    -------
    list
        For each of ``counts`` one frame per window: a column per level with the stored value or
        None, a column per sum. Members without any submission have no row; without levels there
        is always one row.
    """
    found: dict[Count, list[pd.DataFrame]] = {}
    for scan in _plan(conn, warehouse, selection, scope, counts):
        rows = conn.execute(_select(selection, scope, scan)).all()
        for count in scan.counts:
            found[count] = _frames(rows, count, scan)
    return [found[count] for count in counts]


def fetch_count(
    conn: sa.Connection, warehouse: Warehouse, selection: Selection, scope: Scope, count: Count
) -> list[pd.DataFrame]:
    """Count one thing; see `fetch_counts`."""
    return fetch_counts(conn, warehouse, selection, scope, [count])[0]


def _plan(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    counts: Iterable[Count],
) -> Iterable[_Scan]:
    shared: dict[object, _Scan] = {}
    for count in dict.fromkeys(counts):
        parts = count.pieces(warehouse, selection, scope)
        key: object = count
        if has_grouping_sets(conn.dialect) and all(part.source.is_facts for _, part in parts):
            kept = tuple(kept_members(each, count.levels) for each in selection.filters)
            key = (count.windows, kept, "registered_on" in count.levels, bool(count.members))
        known = shared.get(key)
        shared[key] = _Scan((*known.counts, count) if known else (count,), parts)
    return shared.values()


def _select(selection: Selection, scope: Scope, scan: _Scan) -> Statement:
    selects = [_select_piece(selection, scope, scan, number, part) for number, part in scan.pieces]
    return selects[0] if len(selects) == 1 else sa.union_all(*selects)


def _select_piece(
    selection: Selection, scope: Scope, scan: _Scan, number: int, piece: Piece
) -> sa.Select[*tuple[object, ...]]:
    source, first = piece.source, scan.counts[0]
    columns = [source.table.c[level] for level in scan.levels]
    condition = matching(
        selection, scope, table=source.table, days=piece.days, without=first.levels
    )
    if first.members:
        condition = sa.and_(condition, is_one_of(columns[0], first.members))
    statement = sa.select(
        sa.literal_column(str(number)).label(_WINDOW),
        *([sa.func.grouping(*columns).label(_SET)] if len(scan.counts) > 1 else []),
        *columns,
        *[source.total(name).label(name) for name in scan.sums],
    ).where(condition)
    return statement.group_by(*_grouping(scan, source))


def _grouping(scan: _Scan, source: Source) -> list[sa.ColumnElement[object]]:
    keys = [
        [source.table.c[level] for level in levels]
        for levels in dict.fromkeys(count.levels for count in scan.counts)
    ]
    if len(scan.counts) == 1:
        return keys[0]
    return [sa.func.grouping_sets(*[sa.tuple_(*each) for each in keys])]


def is_one_of(
    column: sa.ColumnElement[object], members: Sequence[object]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds one of these values, None among them."""
    stated = column.in_([each for each in members if each is not None])
    return sa.or_(stated, column.is_(None)) if None in members else stated


def _frames(rows: Sequence[sa.Row], count: Count, scan: _Scan) -> list[pd.DataFrame]:
    marked = len(scan.counts) > 1
    wanted = sum(
        1 << position
        for position, level in enumerate(reversed(scan.levels))
        if level not in count.levels
    )
    first = 2 if marked else 1
    keys = [first + scan.levels.index(level) for level in count.levels]
    values = [first + len(scan.levels) + scan.sums.index(name) for name in count.sums]
    added: list[dict[tuple[object, ...], list[float]]] = [{} for _ in count.windows]
    for row in rows:
        if marked and row[1] != wanted:
            continue
        window, member = added[row[0]], tuple(row[each] for each in keys)
        new = [row[each] or 0 for each in values]
        old = window.get(member)
        window[member] = [a + b for a, b in zip(old, new, strict=True)] if old else new
    return [_frame(each, count) for each in added]


def _frame(added: dict[tuple[object, ...], list[float]], count: Count) -> pd.DataFrame:
    if not count.levels:
        added = added or {(): [0] * len(count.sums)}
    frame = pd.DataFrame(index=range(len(added)))
    for position, level in enumerate(count.levels):
        frame[level] = pd.Series([member[position] for member in added], dtype=object)
    for position, name in enumerate(count.sums):
        dtype = "float64" if name in FLOAT_SUMS else "int64"
        frame[name] = pd.Series([values[position] for values in added.values()], dtype=dtype)
    return frame


def with_members(count: Count, members: Iterable[str | None]) -> Count:
    """Return the same count of these members only."""
    return replace(count, members=tuple(members))
