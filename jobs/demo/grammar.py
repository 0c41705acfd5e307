"""A text grammar that is expanded for all rows at once.

A grammar file names symbols; each has patterns, one a line or parted by ``|``. In a pattern
``<name>`` stands for another symbol or for a value of the row, ``<name?60>`` for the same in 60
of 100 texts, and ``<2-9>`` for a whole number. With ``by: column`` the row's value in that column
chooses among several lists, ``any`` being the one for every other value.

Expansion goes twice through the symbols: from the top, drawing a pattern for each place where a
symbol is needed, then back up, joining strings. Every pattern is joined once for all its rows.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import yaml

Ints = npt.NDArray[np.int64]
Resolver = Callable[[str, Ints], pl.Series]
"""Gives the value of a slot that is no symbol, for the rows at these positions."""

_SLOT = re.compile(r"<([^<>?]+)(?:\?(\d+))?>")
_RANGE = re.compile(r"(\d+)-(\d+)")
_NUMBERS = 20_000


class GrammarError(ValueError):
    """A grammar file cannot be used; the message names the symbol and the way out."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a pattern; ``percent`` of the texts have it."""

    name: str
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Pattern:
    """Literals and slots in order."""

    parts: tuple[str | Slot, ...]

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Read one pattern.

        Examples
        --------
        >>> Pattern.parse("花费<amount>，<mood?30>").parts
        ('花费', Slot(name='amount', percent=100), '，', Slot(name='mood', percent=30))
        """
        parts: list[str | Slot] = []
        end = 0
        for match in _SLOT.finditer(text):
            if match.start() > end:
                parts.append(text[end : match.start()])
            parts.append(Slot(match[1], int(match[2] or 100)))
            end = match.end()
        if end < len(text):
            parts.append(text[end:])
        return cls(tuple(parts))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Slots of the pattern, left to right."""
        return tuple(part for part in self.parts if isinstance(part, Slot))


@dataclass(frozen=True, slots=True)
class Symbol:
    """Patterns of one name; ``lists`` gives first pattern and number of patterns per key."""

    name: str
    by: str | None
    patterns: tuple[Pattern, ...]
    lists: Mapping[str, tuple[int, int]]

    def bounds(self, keys: tuple[str, ...]) -> tuple[Ints, Ints]:
        """Return first pattern and count for each of ``keys``; count 0 where there is no list."""
        found = [self.lists.get(key, self.lists.get("any", (0, 0))) for key in keys]
        first, count = zip(*found, strict=True) if found else ((), ())
        return np.array(first, dtype=np.int64), np.array(count, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Key:
    """A column that chooses lists: ``codes`` per row into ``names``."""

    names: tuple[str, ...]
    codes: Ints


@dataclass(slots=True)
class _Demand:
    """Places where one symbol or value is needed: row positions, in order of asking."""

    rows: list[Ints] = field(default_factory=list)
    length: int = 0

    def ask(self, rows: Ints) -> int:
        start = self.length
        self.rows.append(rows)
        self.length += len(rows)
        return start

    def all_rows(self) -> Ints:
        return np.concatenate(self.rows) if self.rows else np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Ask:
    """Where a slot's strings will stand in the answer to its name; ``kept`` marks optional ones."""

    name: str
    start: int
    length: int
    kept: npt.NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Patterns drawn for a symbol: instance order by pattern, and what each pattern asked for."""

    choice: Ints
    order: Ints
    groups: tuple[tuple[int, int, int, tuple[_Ask, ...]], ...]


class Grammar:
    """Symbols that can be expanded; see the module for the notation."""

    def __init__(self, symbols: Mapping[str, Symbol]) -> None:
        self.symbols = dict(symbols)
        self._order = _topological(self.symbols)

    @classmethod
    def read(cls, folder: Path) -> "Grammar":
        """Read every ``*.yaml`` of a folder into one grammar.

        Raises
        ------
        GrammarError
            If a symbol is defined twice, or symbols need each other in a circle.
        """
        symbols: dict[str, Symbol] = {}
        for path in sorted(folder.glob("*.yaml")):
            for name, body in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).items():
                if name in symbols:
                    msg = f"{path.name}: symbol {name!r} stands in another file too; rename one"
                    raise GrammarError(msg)
                symbols[name] = _symbol(name, body)
        return cls(symbols)

    def values(self) -> frozenset[str]:
        """Return the names of slots that are no symbol: values that a resolver must know."""
        slots = {s.name for each in self.symbols.values() for p in each.patterns for s in p.slots}
        return frozenset(s for s in slots - set(self.symbols) if not _RANGE.fullmatch(s))

    def expand(
        self,
        root: str,
        count: int,
        *,
        keys: Mapping[str, Key],
        resolve: Resolver,
        rng: np.random.Generator,
    ) -> pl.Series:
        """Write one text per row.

        Parameters
        ----------
        root
            Symbol to start from.
        count
            Number of rows.
        keys
            The columns that ``by`` names.
        resolve
            Gives the strings of a slot that is no symbol.
        rng
            Draws patterns, optional parts and numbers.

        Returns
        -------
        polars.Series
            Strings, one a row; empty where no list matches the row's key.
        """
        demands: dict[str, _Demand] = {root: _Demand()}
        demands[root].ask(np.arange(count, dtype=np.int64))
        drawn: dict[str, _Drawn] = {}
        for name in self._order:
            if name in demands:
                drawn[name] = self._draw(self.symbols[name], demands, keys, rng)
        answers: dict[str, pl.Series] = {}
        for name, demand in demands.items():
            if name not in self.symbols:
                answers[name] = _value(name, demand.all_rows(), resolve, rng)
        for name in reversed(self._order):
            if name in drawn:
                answers[name] = _join(self.symbols[name], drawn[name], answers)
        return answers[root]

    def _draw(
        self,
        symbol: Symbol,
        demands: dict[str, _Demand],
        keys: Mapping[str, Key],
        rng: np.random.Generator,
    ) -> _Drawn:
        rows = demands[symbol.name].all_rows()
        uniform = rng.random(len(rows))
        if symbol.by is None:
            choice = (uniform * len(symbol.patterns)).astype(np.int64)
        else:
            key = keys[symbol.by]
            first, counts = symbol.bounds(key.names)
            codes = key.codes[rows]
            choice = first[codes] + (uniform * counts[codes]).astype(np.int64)
            choice[counts[codes] == 0] = len(symbol.patterns)
        order = np.argsort(choice, kind="stable")
        edges = np.searchsorted(choice[order], np.arange(len(symbol.patterns) + 1))
        groups = []
        for index, pattern in enumerate(symbol.patterns):
            start, end = int(edges[index]), int(edges[index + 1])
            if start == end or not pattern.slots:
                continue
            of_pattern = rows[order[start:end]]
            asks = tuple(_ask(slot, of_pattern, demands, rng) for slot in pattern.slots)
            groups.append((index, start, end, asks))
        return _Drawn(choice=choice, order=order, groups=tuple(groups))


def _ask(slot: Slot, rows: Ints, demands: dict[str, _Demand], rng: np.random.Generator) -> _Ask:
    demand = demands.setdefault(slot.name, _Demand())
    if slot.percent >= 100:
        return _Ask(slot.name, demand.ask(rows), len(rows), None)
    kept = rng.random(len(rows)) * 100 < slot.percent
    wanted = rows[kept]
    return _Ask(slot.name, demand.ask(wanted), len(wanted), kept)


def _value(name: str, rows: Ints, resolve: Resolver, rng: np.random.Generator) -> pl.Series:
    span = _RANGE.fullmatch(name)
    if span is None:
        return resolve(name, rows)
    low, high = int(span[1]), int(span[2])
    return _numbers().gather(rng.integers(low, high, len(rows), endpoint=True).astype(np.uint32))


_cache: dict[str, pl.Series] = {}


def _numbers() -> pl.Series:
    if "numbers" not in _cache:
        _cache["numbers"] = pl.Series(np.arange(_NUMBERS + 1)).cast(pl.String)
    return _cache["numbers"]


def _join(symbol: Symbol, drawn: _Drawn, answers: Mapping[str, pl.Series]) -> pl.Series:
    """Join the strings of all patterns and put them back into the order they were asked in."""
    literals = pl.Series([_literal(pattern) for pattern in symbol.patterns] + [""], dtype=pl.String)
    if not drawn.groups:
        return literals.gather(drawn.choice.astype(np.uint32))
    in_order = drawn.choice[drawn.order].astype(np.uint32)
    pieces, position = [], 0
    for index, start, end, asks in drawn.groups:
        if position < start:
            pieces.append(literals.gather(in_order[position:start]))
        pieces.append(_concat(symbol.patterns[index], asks, answers))
        position = end
    if position < len(in_order):
        pieces.append(literals.gather(in_order[position:]))
    inverse = np.empty(len(in_order), dtype=np.uint32)
    inverse[drawn.order] = np.arange(len(in_order), dtype=np.uint32)
    return pl.concat(pieces).gather(inverse)


def _literal(pattern: Pattern) -> str:
    return "".join(part for part in pattern.parts if isinstance(part, str))


def _concat(
    pattern: Pattern, asks: tuple[_Ask, ...], answers: Mapping[str, pl.Series]
) -> pl.Series:
    columns: list[pl.Series | pl.Expr] = []
    waiting = iter(asks)
    for part in pattern.parts:
        if isinstance(part, str):
            columns.append(pl.lit(part))
            continue
        ask = next(waiting)
        strings = answers[ask.name].slice(ask.start, ask.length)
        if ask.kept is not None:
            index = np.where(ask.kept, np.cumsum(ask.kept) - 1, ask.length).astype(np.uint32)
            strings = pl.concat([strings, pl.Series([""], dtype=pl.String)]).gather(index)
        columns.append(strings)
    if len(columns) == 1 and isinstance(columns[0], pl.Series):
        return columns[0].rename("")
    return pl.select(
        pl.concat_str([pl.lit(c) if isinstance(c, pl.Series) else c for c in columns]).alias("")
    ).to_series()


def _symbol(name: str, body: object) -> Symbol:
    if isinstance(body, str):
        patterns = _patterns(body)
        return Symbol(name, None, patterns, {"any": (0, len(patterns))})
    if not isinstance(body, dict) or "by" not in body:
        msg = f"symbol {name!r} is neither text nor lists with 'by'; write one of these"
        raise GrammarError(msg)
    every: list[Pattern] = []
    lists: dict[str, tuple[int, int]] = {}
    for key, text in body.items():
        if key == "by":
            continue
        patterns = _patterns(text)
        lists[str(key)] = (len(every), len(patterns))
        every.extend(patterns)
    return Symbol(name, body["by"], tuple(every), lists)


def _patterns(text: str) -> tuple[Pattern, ...]:
    lines = [line.strip() for line in re.split(r"[\n|]", text)]
    return tuple(Pattern.parse(line) for line in lines if line)


def _topological(symbols: Mapping[str, Symbol]) -> list[str]:
    """Return the symbols, each before those that it needs."""
    needs = {
        name: sorted({s.name for p in symbol.patterns for s in p.slots if s.name in symbols})
        for name, symbol in symbols.items()
    }
    try:
        return list(reversed(list(TopologicalSorter(needs).static_order())))
    except CycleError as error:
        msg = f"symbols need each other in a circle: {' > '.join(error.args[1])}; break it"
        raise GrammarError(msg) from error
