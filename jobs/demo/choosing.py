"""Weighted choices for whole columns: one uniform number a row, one binary search."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chooser:
    """Draws an option for each row from the weights of the row's group.

    Parameters
    ----------
    edges
        Running sums of each group's shares, group ``g`` running from ``g`` to ``g + 1``.
    options
        Options per group.

    Examples
    --------
    >>> chooser = Chooser.of(np.array([[1.0, 3.0], [1.0, 0.0]]))
    >>> chooser.draw(np.array([0, 0, 1]), np.array([0.2, 0.3, 0.99])).tolist()
    [0, 1, 0]
    """

    edges: Floats
    options: int

    @classmethod
    def of(cls, weights: npt.ArrayLike) -> "Chooser":
        """Make a chooser of a matrix (groups × options) of weights; one row for one group."""
        matrix = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        totals = matrix.sum(axis=1, keepdims=True)
        if not np.all(totals > 0):
            empty = np.flatnonzero(totals[:, 0] <= 0).tolist()
            msg = f"groups {empty[:5]} have no option with a weight above 0; give each one"
            raise ValueError(msg)
        shares = np.cumsum(matrix / totals, axis=1)
        shares[:, -1] = 1.0
        edges = np.minimum(shares, 1.0) + np.arange(len(matrix))[:, None]
        return cls(edges.ravel(), matrix.shape[1])

    def draw(self, group: Ints | int, uniform: Floats) -> Ints:
        """Return the option of each row; ``uniform`` is in [0, 1)."""
        start = np.asarray(group, dtype=np.int64)
        found = np.searchsorted(self.edges, start + uniform, side="right")
        option = np.minimum(found - start * self.options, self.options - 1)
        return np.asarray(option, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class RaggedChooser:
    """Draws a member of the row's group, groups being of any size.

    Members are numbered as given; ``order`` lists them by group.
    """

    order: Ints
    running: Floats
    starts: Ints

    @classmethod
    def of(cls, group: Ints, weights: Floats, groups: int) -> "RaggedChooser":
        """Make a chooser of the group and weight of each member."""
        order = np.argsort(group, kind="stable").astype(np.int64)
        running = np.concatenate([[0.0], np.cumsum(weights[order])])
        starts = np.searchsorted(group[order], np.arange(groups + 1)).astype(np.int64)
        return cls(order, running, starts)

    def sizes(self, group: Ints) -> Ints:
        """Return how many members each row's group has."""
        return np.asarray(self.starts[group + 1] - self.starts[group])

    def draw(self, group: Ints, uniform: Floats) -> Ints:
        """Return a member of each row's group, -1 where the group is empty."""
        first, last = self.starts[group], self.starts[group + 1]
        low, high = self.running[first], self.running[last]
        found = np.searchsorted(self.running, low + uniform * (high - low), side="right") - 1
        found = np.clip(found, first, np.maximum(last - 1, first))
        inside = (last > first) & (high > low)
        return np.where(inside, self.order[np.minimum(found, len(self.order) - 1)], -1)


def fit_margins(affinity: Floats, rows: Floats, columns: Floats, *, rounds: int = 200) -> Floats:
    """Scale a table of affinities until its sums match (iterative proportional fitting).

    Parameters
    ----------
    affinity
        Rows × columns, 0 where a pair never occurs.
    rows, columns
        Wanted sums, both adding up to 1.
    rounds
        Most passes over rows and columns.

    Returns
    -------
    numpy.ndarray
        Joint shares; the rows fit exactly, the columns as far as the zeros allow.

    Examples
    --------
    >>> fit_margins(np.ones((2, 2)), np.array([0.25, 0.75]), np.array([0.5, 0.5])).tolist()
    [[0.125, 0.125], [0.375, 0.375]]
    """
    table = affinity.astype(np.float64).copy()
    for _ in range(rounds):
        sums = table.sum(axis=0)
        table *= np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        sums = table.sum(axis=1)
        table *= np.divide(rows, sums, out=np.zeros_like(sums), where=sums > 0)[:, None]
        if np.abs(table.sum(axis=0) - columns).max() < 1e-9:
            break
    return table
