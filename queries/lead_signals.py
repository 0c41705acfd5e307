"""The signals book: what refreshes put before officers, and how officers answered."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.lead_candidate_tables import STEP, CandidatesNotDerivedError, lead_candidates
from queries.lead_rules import InvalidLeadError, NoSuchLeadError, Problem, checked, take_turn, today
from queries.lead_tables import MAX_NOTE, lead_signals
from queries.vocabulary import SignalAnswer
from queries.warehouse import Warehouse
from queries.workflow import write_audit

COPIED = (
    "candidate_id",
    "operator_id",
    "operator_name",
    "conduct",
    "sources",
    "province_code",
    "city_code",
    "county_code",
    "model_version",
    "worth",
    "latest_on",
)
"""What a signal keeps of its candidate."""

FRESH = tuple(name for name in COPIED if name not in {"candidate_id", "operator_id", "conduct"})
"""What an open signal takes anew from each refresh."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the candidates of a refresh.

    Attributes
    ----------
    opened
        Signals that are new.
    updated
        Open signals that were seen again or changed.
    unchanged
        Open signals that stand as they did.
    answered
        Candidates without evidence later than that of their answered signal.
    """

    opened: int
    updated: int
    unchanged: int
    answered: int


def fetch_signal_candidates(warehouse: Warehouse) -> tuple[pd.DataFrame, dt.date | None]:
    """Return the candidates of a generation as `record_signals` takes them, and their day.

    Raises
    ------
    CandidatesNotDerivedError
        If they are not in step with the data.
    """
    if STEP not in warehouse.fresh:
        raise CandidatesNotDerivedError
    columns = [lead_candidates.c[name] for name in (*COPIED, "as_of")]
    statement = sa.select(*columns).order_by(lead_candidates.c.candidate_id)
    with warehouse.engine.connect() as conn:
        rows = conn.execute(statement).mappings().all()
    frame = pd.DataFrame([dict(row) for row in rows], columns=[*COPIED, "as_of"])
    return frame[list(COPIED)], None if frame.empty else max(frame["as_of"])


def record_signals(engine: sa.Engine, candidates: pd.DataFrame, *, as_of: dt.date) -> Recorded:
    """Open a signal for each candidate that asks for one, and bring open ones up to date.

    A candidate without a signal opens one. One whose signal is answered opens another only with
    evidence of a later day than the answer knew. An open signal takes the candidate's worth,
    sources, place and latest evidence. Signals of candidates that are no more stay open. Done twice,
    it changes nothing the second time; a signal seen on a later day is not put back to an earlier.

    Parameters
    ----------
    candidates
        Columns of `COPIED`, one row per ``candidate_id``.
    as_of
        Last day of the data that they rest on.

    Raises
    ------
    InvalidLeadError
        If a candidate comes twice or a column is missing.
    """
    _check(candidates)
    given = {row["candidate_id"]: row for row in _plain_rows(candidates)}
    with engine.begin() as conn:
        take_turn(conn)
        known = _known(conn)
        opened, updated, unchanged, answered = [], [], 0, 0
        for candidate_id, row in given.items():
            signal_id, latest_on, last_seen_on, fresh = known.get(
                candidate_id, (None, None, None, None)
            )
            if signal_id is not None and last_seen_on is not None:
                now = tuple(row[name] for name in FRESH)
                if last_seen_on > as_of or (last_seen_on == as_of and fresh == now):
                    unchanged += 1
                else:
                    updated.append({"of": signal_id, "last_seen_on": as_of} | _fresh(row))
            elif latest_on is not None and row["latest_on"] <= latest_on:
                answered += 1
            else:
                opened.append(row | {"first_seen_on": as_of, "last_seen_on": as_of, "reason": ""})
        if opened:
            conn.execute(lead_signals.insert(), opened)
        if updated:
            names = ("last_seen_on", *FRESH)
            conn.execute(
                lead_signals.update()
                .where(lead_signals.c.signal_id == sa.bindparam("of"))
                .values({name: sa.bindparam(f"new_{name}") for name in names}),
                [
                    {"of": each["of"]} | {f"new_{name}": each[name] for name in names}
                    for each in updated
                ],
            )
        if opened:
            write_audit(
                conn,
                viewer="jobs",
                role="job",
                action="open_lead_signals",
                subject=f"{as_of} {len(opened)}",
            )
    return Recorded(len(opened), len(updated), unchanged, answered)


def dismiss_signal(
    engine: sa.Engine, candidate_id: str, reason: str, *, author: str, role: str
) -> None:
    """Answer the open signal of a candidate: no lead, and why.

    Raises
    ------
    InvalidLeadError
        If the reason is empty or too long.
    NoSuchLeadError
        If the candidate has no open signal.
    """
    reason = checked("reason", reason, MAX_NOTE, least=1)
    with engine.begin() as conn:
        take_turn(conn)
        done = conn.execute(
            lead_signals.update()
            .where(lead_signals.c.candidate_id == candidate_id, lead_signals.c.answer.is_(None))
            .values(
                answer=SignalAnswer.DISMISSED.value,
                answered_on=today(),
                answered_by=author,
                reason=reason,
            )
        )
        if not done.rowcount:
            raise NoSuchLeadError("open signal of candidate", candidate_id)
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="dismiss_lead_signal",
            subject=f"{candidate_id} {reason}",
        )


def reopen_signal(engine: sa.Engine, candidate_id: str, *, author: str, role: str) -> None:
    """Take back the latest dismissal of a candidate.

    Raises
    ------
    NoSuchLeadError
        If its latest signal is not dismissed.
    """
    with engine.begin() as conn:
        take_turn(conn)
        latest = _latest(conn, candidate_id)
        if latest is None or latest["answer"] != SignalAnswer.DISMISSED.value:
            raise NoSuchLeadError("dismissed signal of candidate", candidate_id)
        _open_again(conn, latest["signal_id"])
        write_audit(
            conn, viewer=author, role=role, action="reopen_lead_signal", subject=candidate_id
        )


def answer_with_lead(
    conn: sa.Connection,
    candidate: Mapping[str, Any],
    lead_id: int,
    *,
    signal_on: dt.date,
    latest_on: dt.date,
    author: str,
    on: dt.date,
) -> None:
    """Let the candidate's signal be answered by a lead, in the lead's transaction.

    The open signal is answered, else the latest one if it was dismissed; a candidate without either
    gets a signal of its own, so that every lead of the chain answers one.

    Parameters
    ----------
    candidate
        The columns of `COPIED` but ``latest_on``.
    latest_on
        Day of the latest evidence that the lead holds.
    """
    latest = _latest(conn, candidate["candidate_id"])
    answer: dict[str, Any] = {
        "answer": SignalAnswer.LEAD.value,
        "answered_on": on,
        "answered_by": author,
        "lead_id": lead_id,
        "reason": "",
    }
    if latest is None or latest["answer"] == SignalAnswer.LEAD.value:
        conn.execute(
            lead_signals.insert().values(
                first_seen_on=signal_on,
                last_seen_on=signal_on,
                latest_on=latest_on,
                **{name: candidate[name] for name in COPIED if name != "latest_on"},
                **answer,
            )
        )
        return
    conn.execute(
        lead_signals.update()
        .where(lead_signals.c.signal_id == latest["signal_id"])
        .values(latest_on=max(latest["latest_on"], latest_on), **answer)
    )


def reopen_signals_of(conn: sa.Connection, lead_id: int) -> None:
    """Open the signals again that a lead answered, in the transaction that takes it back.

    Where another signal of the candidate is open meanwhile, both become one: the one seen first
    stays, with what the later one knew.
    """
    answered = conn.execute(
        sa.select(lead_signals.c.signal_id, lead_signals.c.candidate_id).where(
            lead_signals.c.lead_id == lead_id
        )
    ).all()
    for signal_id, candidate_id in answered:
        newer = (
            conn.execute(
                sa.select(lead_signals).where(
                    lead_signals.c.candidate_id == candidate_id, lead_signals.c.answer.is_(None)
                )
            )
            .mappings()
            .one_or_none()
        )
        fresh: dict[str, Any] = {}
        if newer is not None:
            fresh = {name: newer[name] for name in ("last_seen_on", *FRESH)}
            conn.execute(
                lead_signals.delete().where(lead_signals.c.signal_id == newer["signal_id"])
            )
        _open_again(conn, signal_id, fresh)


def _open_again(
    conn: sa.Connection, signal_id: int, fresh: Mapping[str, Any] | None = None
) -> None:
    conn.execute(
        lead_signals.update()
        .where(lead_signals.c.signal_id == signal_id)
        .values(
            answer=None,
            answered_on=None,
            answered_by=None,
            lead_id=None,
            reason="",
            **(fresh or {}),
        )
    )


def _latest(conn: sa.Connection, candidate_id: str) -> dict[str, Any] | None:
    """Return the open signal of a candidate, else the one answered last."""
    found = (
        conn.execute(
            sa.select(lead_signals)
            .where(lead_signals.c.candidate_id == candidate_id)
            .order_by(lead_signals.c.answer.is_not(None), lead_signals.c.signal_id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return None if found is None else dict(found)


def _known(conn: sa.Connection) -> dict[str, tuple[Any, Any, Any, Any]]:
    """Return of each candidate its open signal, or the latest day that its answers knew."""
    own = lead_signals.c
    answered = conn.execute(
        sa.select(own.candidate_id, sa.func.max(own.latest_on))
        .where(own.answer.is_not(None))
        .group_by(own.candidate_id)
    )
    known: dict[str, tuple[Any, Any, Any, Any]] = {
        candidate_id: (None, latest_on, None, None) for candidate_id, latest_on in answered
    }
    fresh = [own[name] for name in FRESH]
    for candidate_id, signal_id, last_seen_on, *values in conn.execute(
        sa.select(own.candidate_id, own.signal_id, own.last_seen_on, *fresh).where(
            own.answer.is_(None)
        )
    ):
        known[candidate_id] = (signal_id, None, last_seen_on, tuple(values))
    return known


def _check(candidates: pd.DataFrame) -> None:
    missing = [name for name in COPIED if name not in candidates.columns]
    if missing:
        raise InvalidLeadError(
            "candidates", ", ".join(missing), f"give {', '.join(COPIED)}", Problem.NEEDED
        )
    twice = candidates["candidate_id"][candidates["candidate_id"].duplicated()]
    if len(twice):
        raise InvalidLeadError(
            "candidate_id", twice.iloc[0], "give every candidate once", Problem.TWICE
        )


def _fresh(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FRESH}


def _plain_rows(candidates: pd.DataFrame) -> list[dict[str, Any]]:
    frame = candidates[list(COPIED)].astype(object)
    frame = frame.where(frame.notna(), None)
    frame["latest_on"] = pd.to_datetime(candidates["latest_on"]).dt.date
    frame["worth"] = candidates["worth"].astype(float)
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
