"""Counting: sums by levels and windows of days, put together from the fewest scans."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from queries.functions import has_grouping_sets
from queries.matching import kept_members, matching, needed_columns
from queries.measures import SUMS
from queries.reading import Reading
from queries.selection import DateRange
from queries.sources import FACTS, Piece, Source, pieces
from queries.sums import Sums, add_rows

Statement = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]

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

    def pieces(self, reading: Reading) -> tuple[tuple[int, Piece], ...]:
        """Return what to read for each window, with the window's number."""
        needed = needed_columns(reading.selection, reading.scope, without=self.without)
        columns = (needed | set(self.levels)) - {"registered_on"}
        by_day = "registered_on" in self.levels
        return tuple(
            (number, piece)
            for number, window in enumerate(self.windows)
            for piece in pieces(reading.warehouse, window, columns, by_day=by_day)
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
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """What to group by: the levels of each count, in whatever order they stand, once."""
        return tuple({frozenset(count.levels): count.levels for count in self.counts}.values())

    @property
    def sums(self) -> tuple[str, ...]:
        """Sums of all counts, each once."""
        needed = {name for count in self.counts for name in count.sums}
        return tuple(name for name in SUMS if name in needed)


def plan(reading: Reading, counts: Iterable[Count]) -> list[Scan]:
    """Return the statements needed for ``counts``.

    Each count that cubes can answer is read from them. The others are read from the facts,
    together where they have the same condition and the engine can group by several keys at once.
    """
    scans: dict[object, Scan] = {}
    for count in dict.fromkeys(counts):
        parts = count.pieces(reading)
        key: object = count
        if has_grouping_sets(reading.conn.dialect) and all(p.source == FACTS for _, p in parts):
            filters = reading.selection.filters
            key = (count.windows, tuple(kept_members(each, count.without) for each in filters))
        known = scans.get(key)
        scans[key] = Scan((*known.counts, count) if known else (count,), parts)
    return list(scans.values())


def select_scan(reading: Reading, scan: Scan) -> Statement:
    """Build one statement: a row per window, piece, key and member.

    The same member may come in several rows of one window, which the reader adds up.
    """
    selects = [_select_piece(reading, scan, number, piece) for number, piece in scan.pieces]
    return selects[0] if len(selects) == 1 else sa.union_all(*selects)


def fetch_counts(reading: Reading, counts: Sequence[Count]) -> list[list[Sums]]:
    """Count several things; for each of ``counts`` the sums over each of its windows."""
    found: dict[Count, list[Sums]] = {}
    for scan in plan(reading, counts):
        rows = reading.conn.execute(select_scan(reading, scan)).all()
        for count in scan.counts:
            found[count] = _by_window(rows, count, scan)
    return [found[count] for count in counts]


def fetch_count(reading: Reading, count: Count) -> list[Sums]:
    """Count one thing; the sums over each of its windows."""
    return fetch_counts(reading, [count])[0]


def fetch_number(
    reading: Reading,
    days: DateRange,
    *,
    of: str = "submissions",
    lifted: tuple[str, ...] = (),
) -> float:
    """Return one sum over everything selected."""
    return float(fetch_count(reading, Count((), (of,), (days,), lifted))[0].arrays[of][0])


def _select_piece(
    reading: Reading, scan: Scan, number: int, piece: Piece
) -> sa.Select[*tuple[Any, ...]]:
    source, table = piece.source, piece.source.table
    columns = [table.c[level] for level in scan.levels]
    marked = [sa.func.grouping(*columns).label(_SET)] if len(scan.keys) > 1 else []
    return (
        sa.select(
            sa.literal_column(str(number)).label(_WINDOW),
            *marked,
            *columns,
            *[source.total(name).label(name) for name in scan.sums],
        )
        .select_from(table)
        .where(
            matching(
                reading.selection,
                reading.scope,
                table=table,
                days=piece.days,
                without=scan.counts[0].without,
            )
        )
        .group_by(*_group_by(scan, source))
    )


def _group_by(scan: Scan, source: Source) -> list[sa.ColumnElement[Any]]:
    keys: list[list[sa.ColumnElement[Any]]] = [
        [source.table.c[level] for level in levels] for levels in scan.keys
    ]
    return keys[0] if len(keys) == 1 else [sa.func.grouping_sets(*[sa.tuple_(*k) for k in keys])]


def _by_window(rows: Sequence[sa.Row[*tuple[Any, ...]]], count: Count, scan: Scan) -> list[Sums]:
    marked = len(scan.keys) > 1
    # GROUPING() has a bit per level, the first level's highest, set where a row is not grouped by it.
    left_out = "".join("01"[level not in count.levels] for level in scan.levels)
    mark = int(left_out or "0", 2)
    first = 2 if marked else 1
    taken = [first + scan.levels.index(level) for level in count.levels]
    taken += [first + len(scan.levels) + scan.sums.index(name) for name in count.sums]
    windows: list[list[list[Any]]] = [[] for _ in count.windows]
    for row in rows:
        if not marked or row[1] == mark:
            windows[row[0]].append([row[each] for each in taken])
    return [add_rows(each, count.levels, count.sums) for each in windows]
