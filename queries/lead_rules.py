"""The rules of case leads: which state may follow which, what may be written, and what is said if not."""

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from queries.lead_tables import MAX_NOTE, lead_batches
from queries.vocabulary import LeadResult, LeadState

BEIJING = ZoneInfo("Asia/Shanghai")

ONE_WRITER = 6_120_004
"""Number of the lock that lets one writer of leads at a time; ours, any number does."""

MAX_TITLE = 80
MAX_RECIPIENTS = 256
MAX_UNIT = 64
MAX_CASE_NUMBER = 64
"""Longest texts, in characters, as their columns hold."""

MAX_FACTS = 100_000
"""Longest facts or basis of a lead as JSON, in characters; ours."""

NEXT: Mapping[LeadState, frozenset[LeadState]] = MappingProxyType(
    {
        LeadState.PROPOSED: frozenset({LeadState.HANDED_OVER, LeadState.WITHDRAWN}),
        LeadState.HANDED_OVER: frozenset({LeadState.RECEIVED, LeadState.RETURNED}),
        LeadState.RECEIVED: frozenset({LeadState.CHECKING, LeadState.RETURNED}),
        LeadState.CHECKING: frozenset({LeadState.FILED, LeadState.NOT_FILED, LeadState.RETURNED}),
        LeadState.FILED: frozenset({LeadState.CLOSED}),
        LeadState.NOT_FILED: frozenset({LeadState.CLOSED}),
        LeadState.RETURNED: frozenset({LeadState.HANDED_OVER, LeadState.WITHDRAWN}),
        LeadState.CLOSED: frozenset(),
        LeadState.WITHDRAWN: frozenset(),
    }
)
"""Which states may follow a state."""

OPEN_STATES = frozenset(LeadState) - {LeadState.NOT_FILED, LeadState.CLOSED, LeadState.WITHDRAWN}
"""States of a lead that somebody still works on."""

WAITING_STATES = frozenset({LeadState.PROPOSED, LeadState.RETURNED})
"""States of a lead that is with the office that made it."""

RESULT_STATES: Mapping[LeadResult, frozenset[LeadState]] = MappingProxyType(
    {
        LeadResult.PENALTY: frozenset({LeadState.FILED, LeadState.CLOSED}),
        LeadResult.NO_PENALTY: frozenset({LeadState.FILED, LeadState.CLOSED}),
        LeadResult.CASE_WITHDRAWN: frozenset({LeadState.FILED, LeadState.CLOSED}),
        LeadResult.TRANSFERRED: frozenset({LeadState.FILED, LeadState.NOT_FILED, LeadState.CLOSED}),
        LeadResult.NOT_FILED: frozenset({LeadState.NOT_FILED, LeadState.CLOSED}),
    }
)
"""In which states a lead may come to a result."""

CASE_RESULTS = frozenset({LeadResult.PENALTY, LeadResult.NO_PENALTY, LeadResult.CASE_WITHDRAWN})
"""Results that only a case that was filed comes to."""


class LeadError(ValueError):
    """A lead, batch or signal cannot be written as asked."""


class Problem(StrEnum):
    """Why a value or a row cannot be kept, for whoever words it."""

    LENGTH = "length"
    FUTURE = "future"
    EARLY = "early"
    RANGE = "range"
    FIT = "fit"
    NEEDED = "needed"
    FORMAT = "format"
    UNKNOWN = "unknown"
    TWICE = "twice"
    STATE = "state"


class InvalidLeadError(LeadError):
    """A value cannot be kept.

    Attributes
    ----------
    field, value
        Which, and what was given.
    problem
        Why, as a code.
    limit
        How long, how late or how much it may be, such as ``1-80`` or a day; may be empty.
    """

    def __init__(
        self,
        field: str,
        value: object,
        way_out: str,
        problem: Problem,
        limit: object = "",
    ) -> None:
        text = str(value)
        shown = text if len(text) <= MAX_UNIT else f"{text[:MAX_UNIT]}…"
        super().__init__(f"{field}: {shown!r} is not usable; {way_out}")
        self.field = field
        self.value = value
        self.way_out = way_out
        self.problem = problem
        self.limit = str(limit)


class NoSuchLeadError(LeadError):
    """There is no such lead, batch or signal; ``kind`` says which of these."""

    def __init__(self, kind: str, wanted: object) -> None:
        super().__init__(f"no {kind} {wanted}; it may have been removed meanwhile, look again")
        self.kind = kind
        self.wanted = wanted


class LeadChangedError(LeadError):
    """Somebody else moved the lead since it was looked at."""

    def __init__(self, number: str, seen: LeadState, found: LeadState) -> None:
        super().__init__(
            f"lead {number} was {seen} when looked at and is {found} now; "
            "somebody else moved it, look again"
        )
        self.number = number
        self.seen = seen
        self.found = found


class OutcomeChangedError(LeadError):
    """Somebody else wrote what came of a lead since it was looked at."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"what came of lead {number} was written by somebody else meanwhile; look again"
        )
        self.number = number


class WrongStateError(LeadError):
    """A lead cannot go from where it stands to what was asked."""

    def __init__(self, number: str, found: LeadState, wanted: str, allowed: Iterable[str]) -> None:
        possible = ", ".join(sorted(allowed)) or "nothing, it has ended"
        super().__init__(
            f"lead {number} is {found} and cannot become {wanted}; what may follow: {possible}"
        )
        self.number = number
        self.found = found
        self.wanted = wanted


class CandidateTakenError(LeadError):
    """An open lead holds all the evidence of a candidate already."""

    def __init__(self, operator_name: str, candidate_id: str, number: str) -> None:
        super().__init__(
            f"candidate {candidate_id} ({operator_name}) has no evidence that lead {number} does not hold; "
            "follow that lead, or withdraw it first"
        )
        self.operator_name = operator_name
        self.candidate_id = candidate_id
        self.number = number


class BatchStateError(LeadError):
    """A batch is not ready for what was asked, or past it; ``problem`` is a code of it."""

    def __init__(self, number: str, problem: str, way_out: str) -> None:
        super().__init__(f"batch {number} is {problem.replace('_', ' ')}; {way_out}")
        self.number = number
        self.problem = problem


def today() -> dt.date:
    """Return this day in Beijing."""
    return dt.datetime.now(tz=BEIJING).date()


def checked(field: str, text: str, limit: int, *, least: int = 0) -> str:
    """Return a text without space around it, if it is as long as may be.

    Raises
    ------
    InvalidLeadError
        If it is shorter than ``least`` or longer than ``limit`` characters.

    Examples
    --------
    >>> checked("unit", " a ", 64)
    'a'
    >>> checked("title", "", 80, least=1)
    Traceback (most recent call last):
    queries.lead_rules.InvalidLeadError: title: '' is not usable; give 1 to 80 characters, these are 0
    """
    text = text.strip()
    if not least <= len(text) <= limit:
        raise InvalidLeadError(
            field,
            text,
            f"give {least} to {limit} characters, these are {len(text)}",
            Problem.LENGTH,
            f"{least}-{limit}",
        )
    return text


def checked_note(note: str) -> str:
    """Return a note that fits."""
    return checked("note", note, MAX_NOTE)


def checked_day(field: str, day: dt.date, *, since: dt.date | None = None) -> dt.date:
    """Return a day that is not in the future and not before another one.

    Raises
    ------
    InvalidLeadError
        If it is.
    """
    if day > today():
        raise InvalidLeadError(
            field, day, f"give a day up to today, {today()}", Problem.FUTURE, today()
        )
    if since is not None and day < since:
        raise InvalidLeadError(
            field,
            day,
            f"give a day on or after {since}, that of the last step",
            Problem.EARLY,
            since,
        )
    return day


def check_next(number: str, found: LeadState, wanted: LeadState) -> None:
    """Refuse a state that may not follow another.

    Raises
    ------
    WrongStateError
        If it may not.

    Examples
    --------
    >>> check_next("n-1", LeadState.FILED, LeadState.CHECKING)
    Traceback (most recent call last):
    queries.lead_rules.WrongStateError: lead n-1 is filed and cannot become checking; what may follow: closed
    """
    if wanted not in NEXT[found]:
        raise WrongStateError(number, found, wanted, NEXT[found])


def way_to(found: LeadState, wanted: LeadState, *, by: LeadState) -> tuple[LeadState, ...]:
    """Return the states from one to another, the last included; empty if there is no way.

    Only ways forward: what was returned or withdrawn is a person's to say.

    Parameters
    ----------
    by
        FILED or NOT_FILED: which way a check ended, if the way passes it.

    Examples
    --------
    >>> way_to(LeadState.RECEIVED, LeadState.CLOSED, by=LeadState.FILED)
    (<LeadState.CHECKING: 'checking'>, <LeadState.FILED: 'filed'>, <LeadState.CLOSED: 'closed'>)
    >>> way_to(LeadState.CLOSED, LeadState.FILED, by=LeadState.FILED)
    ()
    """
    line = (LeadState.HANDED_OVER, LeadState.RECEIVED, LeadState.CHECKING, by, LeadState.CLOSED)
    if wanted is LeadState.RETURNED:
        return (wanted,) if wanted in NEXT[found] else ()
    if found not in line or wanted not in line:
        return ()
    return line[line.index(found) + 1 : line.index(wanted) + 1]


def take_turn(conn: sa.Connection) -> None:
    """Wait until no other transaction writes leads, and keep others waiting until this one ends.

    So what is read afterwards holds until the commit, in PostgreSQL as in SQLite.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_WRITER)))
    else:
        conn.execute(lead_batches.update().where(sa.false()).values(note=""))
