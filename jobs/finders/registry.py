"""The finders of a refresh, in order."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from jobs.decided import Decided
from queries.vocabulary import DecisionKind

Find = Callable[[sa.Connection, Sequence[dt.date] | None, Decided], int]
"""Takes the days whose submissions changed, None for all, none at all where only decisions did;
returns how many rows are stored."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A step of a refresh that looks into the texts.

    Attributes
    ----------
    name
        Of the step, and of what it derives in `queries.definitions.DERIVED_TABLES`.
    decided_by
        Kinds of decisions that change what it finds.
    """

    name: str
    find: Find
    decided_by: tuple[DecisionKind, ...] = ()


BEFORE_COUNTING: tuple[Finder, ...] = ()
"""Those that change the facts which cubes count, such as what de-noised counts leave out."""

AFTER_COUNTING: tuple[Finder, ...] = ()

FINDERS = {each.name: each for each in (*BEFORE_COUNTING, *AFTER_COUNTING)}
