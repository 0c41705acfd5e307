"""Outcomes that another system sends as rows: each brings its lead forward, or is refused and says why."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.lead_course import lead_row, write_step
from queries.lead_outcomes import SUMS, TEXTS, Outcome, stored_outcome, write_outcome
from queries.lead_rules import (
    CASE_RESULTS,
    MAX_UNIT,
    InvalidLeadError,
    LeadError,
    Problem,
    WrongStateError,
    checked,
    checked_day,
    checked_note,
    take_turn,
    way_to,
)
from queries.lead_scope import leads_within
from queries.lead_tables import lead_steps, leads
from queries.scope import Scope
from queries.vocabulary import LeadResult, LeadState
from queries.workflow import write_audit

DAYS = ("happened_on", "filed_on", "closed_on")

OUTCOME_COLUMNS = (
    "row_number",
    "lead_number",
    "state",
    "result",
    *TEXTS,
    *DAYS,
    *SUMS,
    "unit",
    "note",
)
"""Columns of rows of outcomes: codes of `LeadState` and `LeadResult`, days, yuan; missing is None."""

REFUSED_COLUMNS = ("row_number", "lead_number", "column", "value", "problem", "limit", "reason")
"""What is told of a row that is left out: `Problem`, what would be allowed, and both in a sentence."""

SENT_STATES = frozenset(LeadState) - {LeadState.PROPOSED, LeadState.WITHDRAWN}
"""States that a receiver may send."""


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """What became of the rows.

    Attributes
    ----------
    applied
        Rows that changed something.
    unchanged
        Rows whose lead stood so already.
    refused
        Columns of `REFUSED_COLUMNS`.
    """

    applied: int
    unchanged: int
    refused: pd.DataFrame


class _RefusedRowError(LeadError):
    def __init__(
        self, column: str, value: object, reason: str, problem: Problem, limit: object = ""
    ) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.problem = problem
        self.limit = str(limit)


def apply_outcomes(
    engine: sa.Engine,
    rows: pd.DataFrame,
    *,
    scope: Scope,
    author: str,
    role: str,
    source: str,
) -> Applied:
    """Bring leads to where rows say they stand; the same rows again change nothing.

    One transaction; a row that does not fit is left out and told, the others count. States that a
    row passes over are written as inferred, on the day of the next state that is known. A lead
    that is further on already by the same days is left alone.

    Parameters
    ----------
    rows
        Columns of `OUTCOME_COLUMNS`; a lead may come in several rows, in the order of its course,
        but with a result in one only.
    source
        Name of the file, for the record.
    """
    refused: list[dict[str, Any]] = []
    applied = unchanged = 0
    ended: dict[str, int] = {}
    with engine.begin() as conn:
        take_turn(conn)
        for row in _plain(rows):
            number = str(row["lead_number"] or "")
            try:
                if row["result"] and number in ended:
                    raise _RefusedRowError(
                        "lead_number",
                        number,
                        f"row {ended[number]} has its result already",
                        Problem.TWICE,
                        ended[number],
                    )
                with conn.begin_nested():
                    changed = _apply(conn, row, scope, author=author, role=role)
            except LeadError as error:
                told = _refusal(row, error)
                refused.append({name: told[name] for name in REFUSED_COLUMNS})
                continue
            if row["result"]:
                ended[number] = row["row_number"]
            applied, unchanged = applied + changed, unchanged + (not changed)
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="import_lead_outcomes",
            subject=f"{source} {applied} {unchanged} {len(refused)}",
        )
    return Applied(
        applied, unchanged, pd.DataFrame(refused, columns=list(REFUSED_COLUMNS), dtype=object)
    )


def _apply(
    conn: sa.Connection, row: Mapping[str, Any], scope: Scope, *, author: str, role: str
) -> bool:
    lead = _lead(conn, row, scope)
    result = _code(row, "result", LeadResult)
    target = _target(row, result)
    moved = _walk(conn, lead, row, target, result, author=author)
    if result is None and not any(row[name] for name in (*TEXTS, *SUMS)):
        return moved
    lead = lead_row(conn, lead["lead_id"])
    before = stored_outcome(conn, lead["lead_id"]) or Outcome(None)
    told = {name: row[name] for name in (*TEXTS, *SUMS) if row[name] is not None}
    # a day of filing or closing that the walk wrote as a step is the outcome's own
    told |= {name: row[name] for name in ("filed_on", "closed_on") if row[name] is not None}
    outcome = replace(before, result=before.result if result is None else result, **told)
    written = write_outcome(conn, lead, outcome, author=author, role=role, origin="file")
    return moved or written


def _lead(conn: sa.Connection, row: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    number = row["lead_number"]
    if not number:
        raise _RefusedRowError("lead_number", number, "give the number of a lead", Problem.NEEDED)
    found = (
        conn.execute(sa.select(leads).where(leads.c.number == number, leads_within(scope, leads)))
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise _RefusedRowError(
            "lead_number", number, "no such lead among those you may see", Problem.UNKNOWN
        )
    return dict(found)


def _code(row: Mapping[str, Any], column: str, codes: type[LeadState] | type[LeadResult]) -> Any:  # noqa: ANN401
    value = row[column]
    if not value:
        return None
    if value not in set(codes):
        raise _RefusedRowError(
            column, value, f"give one of {', '.join(codes)}", Problem.UNKNOWN, ", ".join(codes)
        )
    return codes(value)


def _target(row: Mapping[str, Any], result: LeadResult | None) -> LeadState:
    """Return the state that a row names, or that its result means."""
    state: LeadState | None = _code(row, "state", LeadState)
    if state is not None:
        if state not in SENT_STATES:
            raise _RefusedRowError(
                "state", state.value, "a receiver does not send this state", Problem.FIT
            )
        return state
    if result is None:
        raise _RefusedRowError("state", None, "give a state or a result", Problem.NEEDED)
    if row["closed_on"] is not None:
        return LeadState.CLOSED
    if result in CASE_RESULTS or row["filed_on"] is not None:
        return LeadState.FILED
    return LeadState.NOT_FILED


def _walk(
    conn: sa.Connection,
    lead: Mapping[str, Any],
    row: Mapping[str, Any],
    target: LeadState,
    result: LeadResult | None,
    *,
    author: str,
) -> bool:
    """Write the steps to a state, if the lead is not there or past it; tell whether there were any."""
    unit = checked("unit", row["unit"] or "", MAX_UNIT)
    note = checked_note(row["note"] or "")
    found = LeadState(lead["state"])
    day = _day_of(row, target)
    passed = _step_days(conn, lead["lead_id"], target)
    further = found is target or way_to(target, found, by=_by(found, LeadState.FILED))
    if day in passed or (day is None and passed and further):
        return False
    if found is LeadState.PROPOSED:
        raise _RefusedRowError(
            "state", target.value, "this lead was not handed over yet", Problem.STATE, found.value
        )
    if found is target:
        raise _RefusedRowError(
            "state",
            target.value,
            f"the lead is so since {max(passed)}, not {day}",
            Problem.STATE,
            max(passed),
        )
    by = _by(found, _branch(row, target, result))
    way = way_to(found, target, by=by)
    if not way:
        raise WrongStateError(lead["number"], found, target.value, _possible(found))
    days = _days(row, way, target, day)
    for state in way:
        known = days[state]
        checked_day(
            "happened_on" if state is target else "filed_on", known[0], since=lead["state_on"]
        )
        write_step(
            conn,
            lead,
            state,
            known[0],
            author=author,
            unit=unit,
            note=note if state is target else "",
            origin="file" if known[1] else "inferred",
        )
        lead = lead_row(conn, lead["lead_id"])
    return True


def _step_days(conn: sa.Connection, lead_id: int, state: LeadState) -> set[dt.date]:
    return set(
        conn.scalars(
            sa.select(lead_steps.c.happened_on).where(
                lead_steps.c.lead_id == lead_id, lead_steps.c.state == state.value
            )
        )
    )


def _by(found: LeadState, other: LeadState) -> LeadState:
    return found if found in {LeadState.FILED, LeadState.NOT_FILED} else other


def _possible(found: LeadState) -> list[str]:
    return sorted(
        each.value for each in SENT_STATES if way_to(found, each, by=_by(found, LeadState.FILED))
    )


def _branch(row: Mapping[str, Any], target: LeadState, result: LeadResult | None) -> LeadState:
    """Return how the check ended, by what the row says."""
    if target is LeadState.NOT_FILED or result is LeadResult.NOT_FILED:
        return LeadState.NOT_FILED
    if target is LeadState.CLOSED and row["filed_on"] is None and result not in CASE_RESULTS:
        if result is None:
            raise _RefusedRowError(
                "result", None, "give it, to know whether a case was filed", Problem.NEEDED
            )
        return LeadState.NOT_FILED
    return LeadState.FILED


def _day_of(row: Mapping[str, Any], state: LeadState) -> dt.date | None:
    own = {LeadState.FILED: "filed_on", LeadState.CLOSED: "closed_on"}.get(state)
    if own is not None and row[own] is not None:
        found: dt.date = row[own]
        return found
    told: dt.date | None = row["happened_on"]
    if told is None and state is LeadState.NOT_FILED:
        told = row["closed_on"]
    return told


def _days(
    row: Mapping[str, Any],
    way: tuple[LeadState, ...],
    target: LeadState,
    day: dt.date | None,
) -> dict[LeadState, tuple[dt.date, bool]]:
    """Return of each state its day, and whether the row says so."""
    if day is None:
        needed = {LeadState.FILED: "filed_on", LeadState.CLOSED: "closed_on"}
        column = needed.get(target, "happened_on")
        raise _RefusedRowError(
            column, None, f"give the day on which the lead became {target}", Problem.NEEDED
        )
    if LeadState.FILED in way and target is LeadState.CLOSED and row["filed_on"] is None:
        raise _RefusedRowError(
            "filed_on", None, "give the day on which the case was filed", Problem.NEEDED
        )
    days: dict[LeadState, tuple[dt.date, bool]] = {}
    following = day
    for state in reversed(way):
        told = day if state is target else row["filed_on"] if state is LeadState.FILED else None
        following = following if told is None else told
        days[state] = (following, told is not None)
    return days


def _refusal(row: Mapping[str, Any], error: LeadError) -> dict[str, Any]:
    told: dict[str, Any] = {"column": "state", "value": row["state"], "problem": Problem.STATE}
    reason, limit = str(error), ""
    if isinstance(error, _RefusedRowError):
        told = {"column": error.column, "value": error.value, "problem": error.problem}
        limit = error.limit
    elif isinstance(error, InvalidLeadError):
        told = {"column": error.field, "value": error.value, "problem": error.problem}
        reason, limit = error.way_out, error.limit
    elif isinstance(error, WrongStateError):
        limit = error.found.value
    return {
        "row_number": row["row_number"],
        "lead_number": row["lead_number"],
        "column": told["column"],
        "value": None if told["value"] in {None, ""} else str(told["value"]),
        "problem": told["problem"].value,
        "limit": limit,
        "reason": reason,
    }


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    missing = [name for name in OUTCOME_COLUMNS if name not in rows.columns]
    if missing:
        raise InvalidLeadError(
            "rows", ", ".join(missing), f"give {', '.join(OUTCOME_COLUMNS)}", Problem.NEEDED
        )
    return [
        {str(name): _value(str(name), value) for name, value in row.items()}
        for row in rows[list(OUTCOME_COLUMNS)].to_dict("records")
    ]


def _value(name: str, value: Any) -> Any:  # noqa: ANN401
    if pd.isna(value):
        return None
    if name in DAYS:
        return pd.Timestamp(value).date()
    if name in SUMS:
        return float(value)
    return int(value) if name == "row_number" else str(value).strip()
