"""Batches of case leads: opened by an officer, reviewed by another one, handed over as a whole."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from queries.lead_rules import (
    MAX_RECIPIENTS,
    MAX_TITLE,
    MAX_UNIT,
    BatchStateError,
    InvalidLeadError,
    NoSuchLeadError,
    Problem,
    checked,
    checked_day,
    checked_note,
    take_turn,
    today,
)
from queries.lead_tables import lead_batches, lead_exports, lead_steps, leads
from queries.vocabulary import LeadState
from queries.workflow import utc_now, write_audit

MAX_PREFIX = 20
"""Longest text before the year of a batch's number, in characters; ours."""

BETWEEN_RECIPIENTS = "、"


def open_batch(
    engine: sa.Engine,
    *,
    office: str,
    title: str,
    recipients: Sequence[str],
    author: str,
    role: str,
    prefix: str = "",
    note: str = "",
) -> int:
    """Open a batch and return its id; its number is the next of the prefix and this year.

    Parameters
    ----------
    office
        Region code of the office that makes it.
    recipients
        Units that it goes to, one at least.
    prefix
        What the number begins with, such as a short name of the office; by default its code.

    Raises
    ------
    InvalidLeadError
        If a text is empty or too long.
    """
    with engine.begin() as conn:
        take_turn(conn)
        return open_in(
            conn,
            office=office,
            title=title,
            recipients=recipients,
            author=author,
            role=role,
            prefix=prefix,
            note=note,
        )


def open_in(
    conn: sa.Connection,
    *,
    office: str,
    title: str,
    recipients: Sequence[str],
    author: str,
    role: str,
    prefix: str = "",
    note: str = "",
) -> int:
    """Open a batch in a transaction whose turn it is, as `open_batch` does."""
    head = checked("prefix", prefix or office, MAX_PREFIX, least=1)
    values = _described(title, recipients, note)
    number = _next_number(conn, f"{head}-{today().year}-")
    batch_id = conn.execute(
        lead_batches.insert()
        .values(
            number=number,
            office=checked("office", office, 16, least=1),
            reviewer="",
            created_by=author,
            created_at=utc_now(),
            **values,
        )
        .returning(lead_batches.c.batch_id)
    ).scalar_one()
    write_audit(conn, viewer=author, role=role, action="open_lead_batch", subject=number)
    return int(batch_id)


def change_batch(
    engine: sa.Engine,
    batch_id: int,
    *,
    title: str,
    recipients: Sequence[str],
    note: str,
    author: str,
    role: str,
) -> None:
    """Give a batch that is being prepared another title, recipients and note; a review lapses.

    Raises
    ------
    InvalidLeadError
        If a text is empty or too long.
    NoSuchLeadError
        If there is no such batch.
    BatchStateError
        If it was handed over.
    """
    values = _described(title, recipients, note)
    with engine.begin() as conn:
        take_turn(conn)
        batch = preparing_batch(conn, batch_id)
        conn.execute(lead_batches.update().where(_is(batch_id)).values(**values))
        lapse_review(conn, batch_id)
        write_audit(
            conn, viewer=author, role=role, action="change_lead_batch", subject=batch["number"]
        )


def review_batch(
    engine: sa.Engine, batch_id: int, *, seen: Collection[int], author: str, role: str
) -> None:
    """Put the reviewer's name to a batch; whoever opened it or added a lead cannot.

    Any later change of the batch or its leads takes the review back.

    Parameters
    ----------
    seen
        Leads that the reviewer saw in it, without withdrawn ones.

    Raises
    ------
    NoSuchLeadError
        If there is no such batch.
    BatchStateError
        If it was handed over, is empty, holds other leads than those seen, or the reviewer had a
        hand in it.
    """
    with engine.begin() as conn:
        take_turn(conn)
        batch = preparing_batch(conn, batch_id)
        makers = set(
            conn.scalars(
                sa.select(leads.c.created_by)
                .where(
                    leads.c.batch_id == batch["batch_id"], leads.c.state == LeadState.PROPOSED.value
                )
                .distinct()
            )
        )
        if not makers:
            raise BatchStateError(batch["number"], "empty", "add leads first")
        held = conn.scalars(
            sa.select(leads.c.lead_id).where(
                leads.c.batch_id == batch_id, leads.c.state != LeadState.WITHDRAWN.value
            )
        )
        if set(held) != set(seen):
            raise BatchStateError(batch["number"], "changed", "look at its leads again")
        if author in makers | {batch["created_by"]}:
            raise BatchStateError(
                batch["number"],
                "made_by_the_reviewer",
                f"{author!r} opened it or added leads; somebody else must review it",
            )
        conn.execute(
            lead_batches.update()
            .where(_is(batch_id))
            .values(reviewer=author, reviewed_at=utc_now())
        )
        write_audit(
            conn, viewer=author, role=role, action="review_lead_batch", subject=batch["number"]
        )


def hand_over(
    engine: sa.Engine,
    batch_id: int,
    on: dt.date,
    *,
    author: str,
    role: str,
    unit: str = "",
    note: str = "",
) -> int:
    """Hand a reviewed batch over and return how many leads went with it.

    Raises
    ------
    NoSuchLeadError
        If there is no such batch.
    BatchStateError
        If it was handed over already, is not reviewed or empty.
    InvalidLeadError
        If the day is in the future, or before one on which a lead was proposed.
    """
    unit, note = checked("unit", unit, MAX_UNIT), checked_note(note)
    with engine.begin() as conn:
        take_turn(conn)
        batch = preparing_batch(conn, batch_id)
        own = sa.and_(
            leads.c.batch_id == batch["batch_id"], leads.c.state == LeadState.PROPOSED.value
        )
        count, latest = conn.execute(
            sa.select(sa.func.count(), sa.func.max(leads.c.state_on)).where(own)
        ).one()
        if not count:
            raise BatchStateError(batch["number"], "empty", "add leads first")
        if batch["reviewed_at"] is None:
            raise BatchStateError(
                batch["number"], "not_reviewed", "somebody other than its maker reviews it first"
            )
        checked_day("handed_over_on", on, since=latest)
        conn.execute(_steps_of(own, on, unit=unit, note=note, author=author))
        conn.execute(
            leads.update().where(own).values(state=LeadState.HANDED_OVER.value, state_on=on)
        )
        conn.execute(lead_batches.update().where(_is(batch_id)).values(handed_over_on=on))
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="hand_over_lead_batch",
            subject=f"{batch['number']} {on} {count}",
        )
    return int(count)


def record_lead_export(
    engine: sa.Engine,
    batch_id: int,
    *,
    file_name: str,
    sha256: str,
    lead_count: int,
    evidence_count: int,
    author: str,
    role: str,
) -> int:
    """Keep who took a batch away as a file, and which; return the export's number.

    Raises
    ------
    InvalidLeadError
        If a text is too long, or the checksum is none.
    NoSuchLeadError
        If there is no such batch.
    """
    file_name = checked("file_name", file_name, 128, least=1)
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise InvalidLeadError("sha256", sha256, "give 64 digits 0-9 and a-f", Problem.FORMAT)
    with engine.begin() as conn:
        batch = batch_row(conn, batch_id)
        export_id = conn.execute(
            lead_exports.insert()
            .values(
                batch_id=batch["batch_id"],
                file_name=file_name,
                sha256=sha256,
                lead_count=int(lead_count),
                evidence_count=int(evidence_count),
                exported_by=author,
                exported_at=utc_now(),
            )
            .returning(lead_exports.c.export_id)
        ).scalar_one()
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="export_lead_batch",
            subject=f"{batch['number']} {file_name} {sha256}",
        )
    return int(export_id)


def batch_row(conn: sa.Connection, batch_id: int) -> dict[str, Any]:
    """Return a batch.

    Raises
    ------
    NoSuchLeadError
        If there is none.
    """
    found = conn.execute(sa.select(lead_batches).where(_is(batch_id))).mappings().one_or_none()
    if found is None:
        raise NoSuchLeadError("batch", batch_id)
    return dict(found)


def preparing_batch(conn: sa.Connection, batch_id: int) -> dict[str, Any]:
    """Return a batch that may still be changed.

    Raises
    ------
    NoSuchLeadError
        If there is none.
    BatchStateError
        If it was handed over.
    """
    batch = batch_row(conn, batch_id)
    if batch["handed_over_on"] is not None:
        raise BatchStateError(
            batch["number"], "handed_over", f"on {batch['handed_over_on']}; open another batch"
        )
    return batch


def lapse_review(conn: sa.Connection, batch_id: int) -> None:
    """Take back the review of a batch that was changed after it."""
    conn.execute(lead_batches.update().where(_is(batch_id)).values(reviewer="", reviewed_at=None))


def _is(batch_id: int) -> sa.ColumnElement[bool]:
    return lead_batches.c.batch_id == int(batch_id)


def _described(title: str, recipients: Sequence[str], note: str) -> dict[str, str]:
    named = [checked("recipients", each, MAX_RECIPIENTS) for each in recipients]
    joined = BETWEEN_RECIPIENTS.join(dict.fromkeys(each for each in named if each))
    return {
        "title": checked("title", title, MAX_TITLE, least=1),
        "recipients": checked("recipients", joined, MAX_RECIPIENTS, least=1),
        "note": checked_note(note),
    }


def _next_number(conn: sa.Connection, head: str) -> str:
    given = conn.scalars(
        sa.select(lead_batches.c.number).where(
            lead_batches.c.number.startswith(head, autoescape=True)
        )
    )
    serials = [int(each.removeprefix(head)) for each in given if each[len(head) :].isdecimal()]
    return f"{head}{max(serials, default=0) + 1:03}"


def _steps_of(
    own: sa.ColumnElement[bool], on: dt.date, *, unit: str, note: str, author: str
) -> sa.Insert:
    given: dict[str, Any] = {
        "state": LeadState.HANDED_OVER.value,
        "happened_on": on,
        "unit": unit,
        "note": note,
        "origin": "page",
        "written_by": author,
        "written_at": utc_now(),
    }
    columns = [
        sa.literal(value, lead_steps.c[name].type).label(name) for name, value in given.items()
    ]
    rows = sa.select(leads.c.lead_id, *columns).where(own).order_by(leads.c.lead_id)
    return lead_steps.insert().from_select(["lead_id", *given], rows)
