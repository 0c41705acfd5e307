"""What a finder is."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from jobs.decided import Decided
from queries.vocabulary import DecisionKind

Find = Callable[[sa.Connection, Sequence[dt.date] | None, Decided], int]
"""Takes the days whose submissions changed, None for all, none at all where only decisions did;
returns how many rows are stored."""

Finish = Callable[[sa.Connection], int]
"""Stores what was begun; returns how many rows are stored."""

Begin = Callable[[sa.Connection, Sequence[dt.date] | None, Decided], Finish]
"""The first part of a `Find`: reads what is needed and begins the pure work, and writes nothing."""


def at_once(begin: Begin) -> Find:
    """Return what begins and finishes in one go."""

    def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
        return begin(conn, days, decided)(conn)

    return find


@dataclass(frozen=True, slots=True)
class Finder:
    """A step of a refresh that looks into the texts.

    Attributes
    ----------
    name
        Of the step, and of what it derives in `queries.definitions.DERIVED_TABLES`.
    decided_by
        Kinds of decisions that change what it finds.
    rules
        Gives a short text that differs with the rule files it goes by; a refresh then finds anew.
    sources
        Gives a short text that differs with what it rests on besides submissions, decisions and
        rules, such as the register and events; a refresh then runs it though no day changed.
    left_out
        Gives what of people's decisions it cannot work by and leaves out, a sentence each.
    begin
        Begins it before its turn, while steps are made that it does not rest on; None where it has
        no pure work that takes long.
    """

    name: str
    find: Find
    decided_by: tuple[DecisionKind, ...] = ()
    rules: Callable[[], str] | None = None
    sources: Callable[[sa.Connection], str] | None = None
    left_out: Callable[[Decided], Sequence[str]] | None = None
    begin: Begin | None = None


def digest_of(*files: Path) -> str:
    """Return a short text that differs with what is in these files.

    Examples
    --------
    >>> digest_of() == digest_of(), len(digest_of())
    (True, 16)
    """
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()[:16]
