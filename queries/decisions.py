"""What people decided about what jobs found: it outlives every refresh.

A finding may come and go with the data; a decision names its subject by a code that stays (a word,
the number of a submission, the key of a person, the anchor of a cluster) and is kept apart from it.
Nothing is changed in place: a new decision takes the place of an earlier one, which stays for the
record.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from queries.vocabulary import DecisionKind
from queries.workflow import decisions, utc_now, write_audit

MAX_SUBJECT = 64
"""Longest code of a subject, in characters."""

MAX_VERDICT = 16
"""Longest verdict, in characters."""

MAX_NOTE = 200
"""Longest note, in characters; ours."""

MAX_DETAILS = 20_000
"""Longest details as JSON, in characters; ours, twice the shipped model of the risk score."""


class InvalidDecisionError(ValueError):
    """A decision cannot be kept; ``field`` says which part of it, ``limit`` how long it may be."""

    def __init__(self, field: str, value: str, limit: int) -> None:
        shown = value if len(value) <= MAX_SUBJECT else f"{value[:MAX_SUBJECT]}…"
        super().__init__(f"{field}: {shown!r} is not usable; give 1 to {limit} characters")
        self.field = field
        self.limit = limit


class NoSuchDecisionError(LookupError):
    """There is no such decision, or it was withdrawn already."""

    def __init__(self, decision_id: int) -> None:
        super().__init__(f"no decision {decision_id} that holds; it may have been withdrawn")
        self.decision_id = decision_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided.

    Attributes
    ----------
    subject
        Code of what it is about, of its kind.
    verdict
        A word of the kind's own, such as ``accepted``.
    details
        What the verdict needs besides, such as a new name; plain JSON values.
    decided_at
        UTC.
    """

    decision_id: int
    kind: DecisionKind
    subject: str
    verdict: str
    details: Mapping[str, Any]
    note: str
    decided_by: str
    decided_at: dt.datetime


def decide(
    engine: sa.Engine,
    kind: DecisionKind,
    subject: str,
    verdict: str,
    *,
    author: str,
    role: str,
    details: Mapping[str, Any] | None = None,
    note: str = "",
    instead_of: tuple[str, ...] = (),
) -> int:
    """Keep a decision and return its number; an earlier one of the same verdict gives way.

    Parameters
    ----------
    instead_of
        Other verdicts on the same subject that give way too, such as ``rejected`` to ``accepted``.

    Raises
    ------
    InvalidDecisionError
        If a part is empty or too long.
    """
    stored = json.dumps(dict(details or {}), ensure_ascii=False, sort_keys=True)
    for field, text, least, limit in (
        ("subject", subject, 1, MAX_SUBJECT),
        ("verdict", verdict, 1, MAX_VERDICT),
        ("note", note, 0, MAX_NOTE),
        ("details", stored, 0, MAX_DETAILS),
    ):
        if not least <= len(text) <= limit:
            raise InvalidDecisionError(field, text, limit)
    now = utc_now()
    with engine.begin() as conn:
        conn.execute(
            decisions.update()
            .where(
                decisions.c.kind == kind.value,
                decisions.c.subject == subject,
                decisions.c.verdict.in_({verdict, *instead_of}),
                decisions.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=now)
        )
        kept = conn.execute(
            decisions.insert()
            .values(
                kind=kind.value,
                subject=subject,
                verdict=verdict,
                details=stored,
                note=note,
                decided_by=author,
                decided_at=now,
            )
            .returning(decisions.c.decision_id)
        ).scalar_one()
        write_audit(
            conn,
            viewer=author,
            role=role,
            action=f"decide_{kind.value}",
            subject=f"{kept} {verdict} {subject}",
        )
    return int(kept)


def withdraw(engine: sa.Engine, decision_id: int, *, author: str, role: str) -> None:
    """Take a decision back; it stays for the record.

    Raises
    ------
    NoSuchDecisionError
        If it does not hold.
    """
    with engine.begin() as conn:
        row = conn.execute(
            decisions.update()
            .where(decisions.c.decision_id == decision_id, decisions.c.withdrawn_at.is_(None))
            .values(withdrawn_at=utc_now())
            .returning(decisions.c.kind, decisions.c.subject)
        ).first()
        if row is None:
            raise NoSuchDecisionError(decision_id)
        write_audit(
            conn,
            viewer=author,
            role=role,
            action=f"withdraw_{row.kind}",
            subject=f"{decision_id} {row.subject}",
        )


def fetch_decisions(engine: sa.Engine, kind: DecisionKind) -> tuple[Decision, ...]:
    """Return the decisions of a kind that hold, oldest first."""
    statement = (
        sa.select(decisions)
        .where(decisions.c.kind == kind.value, decisions.c.withdrawn_at.is_(None))
        .order_by(decisions.c.decision_id)
    )
    with engine.connect() as conn:
        return tuple(
            Decision(
                row["decision_id"],
                DecisionKind(row["kind"]),
                row["subject"],
                row["verdict"],
                MappingProxyType(json.loads(row["details"])),
                row["note"],
                row["decided_by"],
                row["decided_at"],
            )
            for row in conn.execute(statement).mappings()
        )
