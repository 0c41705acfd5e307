"""Events that bend the figures, as analysts enter them; kept in the workflow store."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from queries.vocabulary import EventKind
from queries.workflow import events, utc_now, write_audit

MAX_NAME = 40
"""Longest name of an event, in characters; ours, so that it fits on a chart."""

MAX_NOTE = 200
"""Longest note, in characters; ours."""

EARLIEST = dt.date(2000, 1, 1)
LATEST = dt.date(2099, 12, 31)
"""Days that an event may name; ours, as wide as those of an address."""


class InvalidEventError(ValueError):
    """An event cannot be kept; ``field`` says which part of it, ``value`` what was given."""

    def __init__(self, field: str, value: str, way_out: str) -> None:
        super().__init__(f"{field}: {value!r} is not usable; {way_out}")
        self.field = field
        self.value = value


class NotYourEventError(LookupError):
    """There is no such event, or somebody else entered it."""

    def __init__(self, event_id: int, author: str) -> None:
        super().__init__(f"no event {event_id} of {author!r}; change or remove only your own")
        self.event_id = event_id


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on some days, and may explain a figure.

    Attributes
    ----------
    region_code
        Where it holds; None means everywhere.
    created_by
        Viewer who entered it; empty if it ships with the program.
    event_id
        None until it is kept.

    Examples
    --------
    >>> Event(dt.date(2026, 3, 15), dt.date(2026, 3, 14), "x", EventKind.OTHER)
    Traceback (most recent call last):
    queries.calendar_events.InvalidEventError: last_day: '2026-03-14' is not usable; give a day on or after 2026-03-15
    """

    first_day: dt.date
    last_day: dt.date
    name: str
    kind: EventKind
    region_code: str | None = None
    note: str = ""
    created_by: str = ""
    event_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse days, names and notes that cannot be kept."""
        if not self.name.strip():
            raise InvalidEventError("name", self.name, "give a name")
        for field, text, limit in (("name", self.name, MAX_NAME), ("note", self.note, MAX_NOTE)):
            if len(text) > limit:
                raise InvalidEventError(field, text, f"use at most {limit} characters")
        for field, day in (("first_day", self.first_day), ("last_day", self.last_day)):
            if not EARLIEST <= day <= LATEST:
                raise InvalidEventError(
                    field, day.isoformat(), f"give a day from {EARLIEST} to {LATEST}"
                )
        if self.last_day < self.first_day:
            raise InvalidEventError(
                "last_day", self.last_day.isoformat(), f"give a day on or after {self.first_day}"
            )


def fetch_events(engine: sa.Engine) -> tuple[Event, ...]:
    """Return every event that is not removed, earliest first."""
    statement = (
        sa.select(events)
        .where(events.c.removed_at.is_(None))
        .order_by(events.c.first_day, events.c.event_id)
    )
    with engine.connect() as conn:
        return tuple(
            Event(
                row["first_day"],
                row["last_day"],
                row["name"],
                EventKind(row["kind"]),
                row["region_code"],
                row["note"],
                row["created_by"],
                row["event_id"],
            )
            for row in conn.execute(statement).mappings()
        )


def add_event(engine: sa.Engine, event: Event, *, author: str, role: str) -> int:
    """Keep a new event and return its number; the audit log tells of it."""
    with engine.begin() as conn:
        kept = conn.execute(
            events.insert()
            .values(**_stored(event), created_by=author, created_at=utc_now())
            .returning(events.c.event_id)
        ).scalar_one()
        write_audit(
            conn, viewer=author, role=role, action="add_event", subject=_subject(kept, event)
        )
    return int(kept)


def change_event(engine: sa.Engine, event: Event, *, author: str, role: str) -> None:
    """Put ``event`` in place of the one with its number; the audit log tells of it.

    Raises
    ------
    NotYourEventError
        If ``author`` did not enter it, or it is removed.
    """
    number = event.event_id or 0
    with engine.begin() as conn:
        _write(conn, number, author, _stored(event))
        write_audit(
            conn, viewer=author, role=role, action="change_event", subject=_subject(number, event)
        )


def remove_event(engine: sa.Engine, event_id: int, *, author: str, role: str) -> None:
    """Take an event off every calendar; its row stays, and the audit log tells of it.

    Raises
    ------
    NotYourEventError
        If ``author`` did not enter it, or it is removed already.
    """
    with engine.begin() as conn:
        _write(conn, event_id, author, {"removed_at": utc_now()})
        write_audit(conn, viewer=author, role=role, action="remove_event", subject=str(event_id))


def _write(conn: sa.Connection, event_id: int, author: str, values: dict[str, object]) -> None:
    found = conn.execute(
        events.update()
        .where(
            events.c.event_id == event_id,
            events.c.created_by == author,
            events.c.removed_at.is_(None),
        )
        .values(values)
    )
    if not found.rowcount:
        raise NotYourEventError(event_id, author)


def _stored(event: Event) -> dict[str, object]:
    return {
        "first_day": event.first_day,
        "last_day": event.last_day,
        "name": event.name.strip(),
        "kind": event.kind.value,
        "region_code": event.region_code,
        "note": event.note.strip(),
    }


def _subject(event_id: int, event: Event) -> str:
    where = event.region_code or "everywhere"
    return f"{event_id} {event.first_day}..{event.last_day} {where} {event.name.strip()}"
