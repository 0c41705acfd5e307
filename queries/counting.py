"""Counting: sums by levels and windows of days, put together from the fewest scans."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from queries.functions import has_grouping_sets
from queries.matching import kept_members, matching, needed_columns
from queries.measures import SUMS
from queries.reading import Reading
from queries.selection import DateRange
from queries.sources import FACTS, LISTED, Piece, Source, pieces
from queries.sums import Sums, add_rows

Statement = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]


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
    filtered
        True leaves no filter out: only what is selected is counted, by whatever level.
    """

    levels: tuple[str, ...]
    sums: tuple[str, ...]
    windows: tuple[DateRange, ...]
    lifted: tuple[str, ...] = ()
    filtered: bool = False

    @property
    def without(self) -> tuple[str, ...]:
        """Levels whose filters are left out."""
        return () if self.filtered else self.levels + self.lifted

    def pieces(self, reading: Reading) -> tuple[tuple[DateRange, Piece], ...]:
        """Return what to read, with the window it is for."""
        needed = needed_columns(reading.selection, reading.scope, without=self.without)
        columns = (needed | set(self.levels)) - {"registered_on"}
        if self.sums == ("submissions",) and columns == needed and _are_listed(reading, needed):
            return tuple((window, Piece(LISTED, window)) for window in self.windows)
        by_day = "registered_on" in self.levels
        return tuple(
            (window, piece)
            for window in self.windows
            for piece in pieces(reading.warehouse, window, columns, by_day=by_day)
        )


def _are_listed(reading: Reading, needed: Collection[str]) -> bool:
    """Tell whether the list by operator has all that is meant: submissions of some operators."""
    asked = [each for each in reading.selection.filters if each.dimension == "operator"]
    return (
        reading.by_operator
        and set(needed) == {"operator_id"}
        and not any(each.exclude for each in asked)
    )


@dataclass(frozen=True, slots=True)
class Scan:
    """Counts answered by one statement."""

    counts: tuple[Count, ...]
    pieces: tuple[tuple[DateRange, Piece], ...]

    @property
    def windows(self) -> tuple[DateRange, ...]:
        """Windows of all counts, each once."""
        return tuple(dict.fromkeys(window for count in self.counts for window in count.windows))

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of all counts, each once."""
        return tuple(dict.fromkeys(level for count in self.counts for level in count.levels))

    @property
    def sums(self) -> tuple[str, ...]:
        """Sums of all counts, each once."""
        needed = {name for count in self.counts for name in count.sums}
        return tuple(name for name in SUMS if name in needed)

    @property
    def marked(self) -> bool:
        """True if some rows are grouped by other levels than others."""
        return any(len(self.keys(window)) > 1 for window in self.windows)

    def keys(self, window: DateRange) -> tuple[tuple[str, ...], ...]:
        """Return what to group a window by: the levels of each count, in whatever order, once."""
        wanted = [count.levels for count in self.counts if window in count.windows]
        return tuple({frozenset(levels): levels for levels in wanted}.values())

    def mark(self, count: Count, window: DateRange) -> int:
        """Return what ``GROUPING()`` of all levels of a window is in the rows of a count.

        It has a bit per level, the first level's highest, set where a row is not grouped by it;
        0 in a window that is grouped by one key only.
        """
        keys = self.keys(window)
        levels = _levels_of(keys) if len(keys) > 1 else ()
        return int("0" + "".join("01"[level not in count.levels] for level in levels), 2)


def _levels_of(keys: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(level for levels in keys for level in levels))


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
            key = tuple(kept_members(each, count.without) for each in reading.selection.filters)
        known = scans.get(key)
        if known is not None:
            parts = tuple(dict.fromkeys(known.pieces + parts))
        scans[key] = Scan((*known.counts, count) if known else (count,), parts)
    return list(scans.values())


def select_scan(reading: Reading, scan: Scan) -> Statement:
    """Build one statement: a row per window, piece, key and member.

    The same member may come in several rows of one window, which the reader adds up.
    """
    selects = [_select_piece(reading, scan, window, piece) for window, piece in scan.pieces]
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
    reading: Reading, scan: Scan, window: DateRange, piece: Piece
) -> sa.Select[*tuple[Any, ...]]:
    source, table = piece.source, piece.source.table
    keys = scan.keys(window)
    present = _levels_of(keys)
    columns = [
        table.c[level] if level in present else sa.cast(sa.null(), table.c[level].type)
        for level in scan.levels
    ]
    mark: sa.ColumnElement[int] = sa.literal_column("0")
    if len(keys) > 1:
        mark = sa.func.grouping(*[table.c[level] for level in present])
    return (
        sa.select(
            sa.literal_column(str(scan.windows.index(window))).label("window_number"),
            *([mark.label("mark")] if scan.marked else []),
            *[column.label(level) for level, column in zip(scan.levels, columns, strict=True)],
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
                by_operator=reading.by_operator,
            )
        )
        .group_by(*_group_by(keys, source))
    )


def _group_by(keys: Sequence[tuple[str, ...]], source: Source) -> list[sa.ColumnElement[Any]]:
    columns: list[list[sa.ColumnElement[Any]]] = [
        [source.table.c[level] for level in levels] for levels in keys
    ]
    if len(columns) == 1:
        return columns[0]
    return [sa.func.grouping_sets(*[sa.tuple_(*each) for each in columns])]


def _by_window(rows: Sequence[sa.Row[*tuple[Any, ...]]], count: Count, scan: Scan) -> list[Sums]:
    marked, levels, sums, windows = scan.marked, scan.levels, scan.sums, scan.windows
    first = 2 if marked else 1
    taken = [first + levels.index(level) for level in count.levels]
    taken += [first + len(levels) + sums.index(name) for name in count.sums]
    # The first is taken twice and dropped, since itemgetter of one item gives no tuple.
    values = itemgetter(taken[0], *taken)
    marks = {windows.index(window): scan.mark(count, window) for window in count.windows}
    found: dict[int, list[Sequence[Any]]] = {number: [] for number in marks}
    for row in rows:
        number = row[0]
        if number in found and (not marked or row[1] == marks[number]):
            found[number].append(values(row)[1:])
    return [add_rows(each, count.levels, count.sums) for each in found.values()]
