"""Counting: sums by levels and windows of days, put together from the fewest scans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from queries.functions import has_grouping_sets
from queries.matching import kept_members, matching, needed_columns
from queries.measures import FLOAT_SUMS, SUMS
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.sources import FACTS, Piece, Source, pieces
from queries.warehouse import Warehouse

Statement = sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]]
Member = tuple[object, ...]

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
        by_day = "registered_on" in columns
        return tuple(
            (number, piece)
            for number, window in enumerate(self.windows)
            for piece in pieces(warehouse, window, columns - {"registered_on"}, by_day=by_day)
        )


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums by member.

    Attributes
    ----------
    members
        The stored values of the levels counted by, None where nothing is stored; each member
        once, those without any submission not at all. Without levels just ``[()]``.
    values
        An array per sum, in the order of ``members``.
    """

    members: list[Member]
    values: dict[str, np.ndarray]

    @property
    def firsts(self) -> list[object]:
        """The stored values of the first level."""
        return [member[0] for member in self.members]

    def head(self, number: int) -> "Sums":
        """Return the first members only."""
        values = {name: array[:number] for name, array in self.values.items()}
        return Sums(self.members[:number], values)

    def of(self, members: Sequence[Member]) -> "Sums":
        """Return these members in this order, 0 for those not counted."""
        place = {member: number for number, member in enumerate(self.members)}
        rows = [place.get(member, -1) for member in members]
        values = {
            name: np.append(array, array.dtype.type(0))[rows] for name, array in self.values.items()
        }
        return Sums(list(members), values)

    def placed(self, places: Sequence[int | None], length: int) -> dict[str, np.ndarray]:
        """Add up the members that have the same place, from 0 to below ``length``; None has none."""
        kept = [number for number, each in enumerate(places) if each is not None]
        target = np.array([each for each in places if each is not None], dtype=np.intp)
        values = {name: np.zeros(length, array.dtype) for name, array in self.values.items()}
        for name, array in self.values.items():
            np.add.at(values[name], target, array[kept])
        return values


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
            key = (count.windows, kept)
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
) -> list[list[Sums]]:
    """Count several things; for each of ``counts`` the sums over each of its windows."""
    found: dict[Count, list[Sums]] = {}
    for scan in plan(conn.dialect, warehouse, selection, scope, counts):
        rows = conn.execute(select_scan(selection, scope, scan)).all()
        for count in scan.counts:
            found[count] = _by_window(rows, count, scan)
    return [found[count] for count in counts]


def fetch_count(
    conn: sa.Connection, warehouse: Warehouse, selection: Selection, scope: Scope, count: Count
) -> list[Sums]:
    """Count one thing; the sums over each of its windows."""
    return fetch_counts(conn, warehouse, selection, scope, [count])[0]


def fetch_number(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    days: DateRange,
    *,
    of: str = "submissions",
    lifted: tuple[str, ...] = (),
) -> float:
    """Return one sum over everything selected."""
    count = Count((), (of,), (days,), lifted)
    return float(fetch_count(conn, warehouse, selection, scope, count)[0].values[of][0])


def add_rows(
    rows: Iterable[Sequence[object]], levels: Sequence[str], sums: Sequence[str]
) -> Sums:
    """Return the sums of rows of levels and sums, rows of the same member added up."""
    width = len(levels)
    added: dict[Member, list[float]] = {}
    for row in rows:
        member = tuple(row[:width])
        old = added.get(member)
        if old is None:
            added[member] = [value or 0 for value in row[width:]]
        else:
            for position, value in enumerate(row[width:]):
                old[position] += value or 0
    if not levels:
        added = added or {(): [0] * len(sums)}
    columns = zip(*added.values(), strict=True) if added else [()] * len(sums)
    values = {
        name: np.array(column, dtype="float64" if name in FLOAT_SUMS else "int64")
        for name, column in zip(sums, columns, strict=True)
    }
    return Sums(list(added), values)


def _select_piece(
    selection: Selection, scope: Scope, scan: Scan, number: int, piece: Piece
) -> sa.Select[*tuple[object, ...]]:
    source, table = piece.source, piece.source.table
    columns = [table.c[level] for level in scan.levels]
    marked = [sa.func.grouping(*columns).label(_SET)] if _shared(scan) else []
    without = scan.counts[0].without
    return (
        sa.select(
            sa.literal_column(str(number)).label(_WINDOW),
            *marked,
            *columns,
            *[source.total(name).label(name) for name in scan.sums],
        )
        .select_from(table)
        .where(matching(selection, scope, table=table, days=piece.days, without=without))
        .group_by(*_keys(scan, source))
    )


def _shared(scan: Scan) -> bool:
    return len({count.levels for count in scan.counts}) > 1


def _keys(scan: Scan, source: Source) -> list[sa.ColumnElement[object]]:
    keys = [
        [source.table.c[level] for level in levels]
        for levels in dict.fromkeys(count.levels for count in scan.counts)
    ]
    return keys[0] if len(keys) == 1 else [sa.func.grouping_sets(*[sa.tuple_(*k) for k in keys])]


def _by_window(
    rows: Sequence[sa.Row[*tuple[object, ...]]], count: Count, scan: Scan
) -> list[Sums]:
    marked = _shared(scan)
    left_out = "".join("01"[level not in count.levels] for level in scan.levels)
    mark = int(left_out or "0", 2)
    first = 2 if marked else 1
    taken = [first + scan.levels.index(level) for level in count.levels]
    taken += [first + len(scan.levels) + scan.sums.index(name) for name in count.sums]
    windows: list[list[list[object]]] = [[] for _ in count.windows]
    for row in rows:
        if not marked or row[1] == mark:
            windows[row[0]].append([row[each] for each in taken])
    return [add_rows(each, count.levels, count.sums) for each in windows]
