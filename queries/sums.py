"""Sums by member: what comes out of counting, before it is made into figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from queries.measures import FLOAT_SUMS

Member = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums by member.

    Attributes
    ----------
    members
        The stored values of the levels counted by, None where nothing is stored; each member
        once, those without any submission not at all. Without levels just ``[()]``.
    arrays
        One per sum, in the order of ``members``.
    """

    members: list[Member]
    arrays: dict[str, np.ndarray]

    @property
    def firsts(self) -> list[Any]:
        """The stored values of the first level."""
        return [member[0] for member in self.members]

    def take(self, rows: Iterable[int]) -> "Sums":
        """Return the members at these positions."""
        chosen = list(rows)
        arrays = {name: array[chosen] for name, array in self.arrays.items()}
        return Sums([self.members[row] for row in chosen], arrays)

    def of(self, members: Sequence[Member]) -> "Sums":
        """Return these members in this order, 0 for those not counted.

        Examples
        --------
        >>> counted = Sums([("A",), (None,)], {"closed": np.array([3, 1])})
        >>> counted.of([(None,), ("B",)]).arrays["closed"].tolist()
        [1, 0]
        """
        place = {member: number for number, member in enumerate(self.members)}
        rows = [place.get(member, -1) for member in members]
        arrays = {
            name: np.append(array, array.dtype.type(0))[rows] for name, array in self.arrays.items()
        }
        return Sums(list(members), arrays)

    def placed(self, places: Sequence[int | None], length: int) -> dict[str, np.ndarray]:
        """Add up members of the same place, from 0 to below ``length``; None has no place."""
        kept = [number for number, each in enumerate(places) if each is not None]
        target = np.array([each for each in places if each is not None], dtype=np.intp)
        added = {name: np.zeros(length, array.dtype) for name, array in self.arrays.items()}
        for name, array in self.arrays.items():
            np.add.at(added[name], target, array[kept])
        return added


def add_rows(rows: Iterable[Sequence[Any]], levels: Sequence[str], sums: Sequence[str]) -> Sums:
    """Return the sums of rows of levels and sums, rows of the same member added up."""
    width = len(levels)
    added: dict[Sequence[Any], Sequence[Any]] = {}
    for row in rows:
        member, new = row[:width], row[width:]
        old = added.setdefault(member, new)
        if old is not new:
            added[member] = [(a or 0) + (b or 0) for a, b in zip(old, new, strict=True)]
    if not levels:
        # Without rows, SQL adds up to NULL.
        total = added.get((), [0] * len(sums))
        added = {(): [value or 0 for value in total]}
    columns: Iterable[Sequence[Any]] = (
        zip(*added.values(), strict=True) if added else [()] * len(sums)
    )
    arrays = {
        name: np.array(column, dtype=sum_type(name))
        for name, column in zip(sums, columns, strict=True)
    }
    return Sums([tuple(member) for member in added], arrays)


def joined(parts: Sequence[Sums]) -> Sums:
    """Return the members of parts that have none in common."""
    return Sums(
        [member for part in parts for member in part.members],
        {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays},
    )


def sum_type(name: str) -> str:
    """Return the type that a sum is held in.

    Examples
    --------
    >>> sum_type("submissions")
    'int64'
    """
    return "float64" if name in FLOAT_SUMS else "int64"
