"""Counting: sums by levels and windows of days, put together from the fewest scans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from queries.functions import has_grouping_sets
from queries.matching import kept_members, matching, needed_columns
from queries.measures import FLOAT_SUMS, SUMS
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.sources import FACTS, Piece, Source, pieces
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
    lifted
        Further levels whose filters are left out as if they were grouped by.
    """

    levels: tuple[str, ...]
    sums: tuple[str, ...]
    windows: tuple[DateRange, ...]
    lifted: tuple[str, ...] = ()

    @property
    def without(self) -> tuple[str, ...]:
        """Levels whose filters are left out."""
        return self.levels + self.lifted

    def pieces(
        self, warehouse: Warehouse, selection: Selection, scope: Scope
    ) -> tuple[tuple[int, Piece], ...]:
        """Return what to read for each window, with the window's number."""
        columns = needed_columns(selection, scope, without=self.without) | set(self.levels)
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
class Scan:
    """Counts answered by one statement."""

    counts: tuple[Count, ...]
    pieces: tuple[tuple[int, Piece], ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of all counts, each once."""
        return tuple(dict.fromkeys(level for count in self.counts for level in count.levels))

    @property
    def sums(self) -> tuple[str, ...]:
        """Sums of all counts, each once."""
        needed = {name for count in self.counts for name in count.sums}
        return tuple(name for name in SUMS if name in needed)


def plan(
    dialect: sa.Dialect,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    counts: Iterable[Count],
) -> list[Scan]:
    """Return the statements needed for ``counts``.

    Each count that cubes can answer is read from them. The others are read from the facts,
    together where they have the same condition and the engine can group by several keys at once.
    """
    scans: dict[object, Scan] = {}
    for count in dict.fromkeys(counts):
        parts = count.pieces(warehouse, selection, scope)
        key: object = count
        if has_grouping_sets(dialect) and all(part.source == FACTS for _, part in parts):
            kept = tuple(kept_members(each, count.without) for each in selection.filters)
            key = (count.windows, kept, "registered_on" in count.levels)
        known = scans.get(key)
        scans[key] = Scan((*known.counts, count) if known else (count,), parts)
    return list(scans.values())


def select_scan(selection: Selection, scope: Scope, scan: Scan) -> Statement:
    """Build one statement: a row per window, piece, key and member.

    The same member may come in several rows of one window, which the reader adds up.
    """
    selects = [_select_piece(selection, scope, scan, number, part) for number, part in scan.pieces]
    return selects[0] if len(selects) == 1 else sa.union_all(*selects)


def fetch_counts(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    counts: Sequence[Count],
) -> list[list[pd.DataFrame]]:
    """Count several things.

    Returns
    -------
    list
        For each of ``counts`` one frame per window: a column per level with the stored value or
        None, a column per sum. Members without any submission have no row; without levels there
        is always one row.
    """
    found: dict[Count, list[pd.DataFrame]] = {}
    for scan in plan(conn.dialect, warehouse, selection, scope, counts):
        rows = conn.execute(select_scan(selection, scope, scan)).all()
        for count in scan.counts:
            found[count] = _frames(rows, count, scan)
    return [found[count] for count in counts]


def fetch_count(
    conn: sa.Connection, warehouse: Warehouse, selection: Selection, scope: Scope, count: Count
) -> list[pd.DataFrame]:
    """Count one thing; see `fetch_counts`."""
    return fetch_counts(conn, warehouse, selection, scope, [count])[0]


def is_one_of(
    column: sa.ColumnElement[object], members: Sequence[object]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds one of these values, None among them."""
    stated = column.in_([each for each in members if each is not None])
    return sa.or_(stated, column.is_(None)) if None in members else stated


def frame_of(
    rows: Iterable[Sequence[object]], levels: Sequence[str], sums: Sequence[str]
) -> pd.DataFrame:
    """Return rows of levels and sums as a frame, rows of the same members added up."""
    width = len(levels)
    added: dict[tuple[object, ...], list[float]] = {}
    for row in rows:
        member = tuple(row[:width])
        new = [value or 0 for value in row[width:]]
        old = added.get(member)
        added[member] = [a + b for a, b in zip(old, new, strict=True)] if old else new
    if not levels:
        added = added or {(): [0] * len(sums)}
    columns: dict[str, pd.Series] = {}
    for position, level in enumerate(levels):
        columns[level] = pd.Series([member[position] for member in added], dtype=object)
    for position, name in enumerate(sums):
        dtype = "float64" if name in FLOAT_SUMS else "int64"
        columns[name] = pd.Series([values[position] for values in added.values()], dtype=dtype)
    return pd.DataFrame(columns)


def _select_piece(
    selection: Selection, scope: Scope, scan: Scan, number: int, piece: Piece
) -> sa.Select[*tuple[object, ...]]:
    source = piece.source
    columns = [source.table.c[level] for level in scan.levels]
    marked = [sa.func.grouping(*columns).label(_SET)] if len(scan.counts) > 1 else []
    return (
        sa.select(
            sa.literal_column(str(number)).label(_WINDOW),
            *marked,
            *columns,
            *[source.total(name).label(name) for name in scan.sums],
        )
        .where(
            matching(
                selection,
                scope,
                table=source.table,
                days=piece.days,
                without=scan.counts[0].without,
            )
        )
        .group_by(*_keys(scan, source))
    )


def _keys(scan: Scan, source: Source) -> list[sa.ColumnElement[object]]:
    keys = [
        [source.table.c[level] for level in levels]
        for levels in dict.fromkeys(count.levels for count in scan.counts)
    ]
    if len(scan.counts) == 1:
        return keys[0]
    return [sa.func.grouping_sets(*[sa.tuple_(*each) for each in keys])]


def _frames(rows: Sequence[sa.Row[*tuple[object, ...]]], count: Count, scan: Scan) -> list[pd.DataFrame]:
    marked = len(scan.counts) > 1
    left_out = [level not in count.levels for level in scan.levels]
    mark = int("".join("1" if each else "0" for each in left_out) or "0", 2)
    first = 2 if marked else 1
    taken = [first + scan.levels.index(level) for level in count.levels]
    taken += [first + len(scan.levels) + scan.sums.index(name) for name in count.sums]
    windows: list[list[list[object]]] = [[] for _ in count.windows]
    for row in rows:
        if not marked or row[1] == mark:
            windows[row[0]].append([row[each] for each in taken])
    return [frame_of(each, count.levels, count.sums) for each in windows]
