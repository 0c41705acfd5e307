"""What came of a case lead: case, result and sums, in step with the lead's state."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from queries.lead_course import lead_row, write_step
from queries.lead_rules import (
    CASE_RESULTS,
    MAX_CASE_NUMBER,
    MAX_UNIT,
    RESULT_STATES,
    InvalidLeadError,
    LeadChangedError,
    OutcomeChangedError,
    Problem,
    WrongStateError,
    checked,
    checked_day,
    take_turn,
)
from queries.lead_tables import lead_outcomes, lead_steps
from queries.vocabulary import LeadResult, LeadState
from queries.workflow import utc_now, write_audit

MAX_YUAN = 1e12
"""Largest sum of one lead, in yuan; ours, beyond it a decimal point is missing."""

SUMS = ("fined_yuan", "confiscated_yuan", "recovered_yuan")

TEXTS = {"case_number": MAX_CASE_NUMBER, "document_number": 64, "transferred_to": MAX_UNIT}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a lead.

    Attributes
    ----------
    result
        None while a case that was filed is not decided.
    filed_on
        By default the day on which the lead was filed; of a lead that was not, None.
    closed_on
        Needed with the results of a case; it closes a lead that is still open.
    fined_yuan, confiscated_yuan
        Of a penalty only; None where not known.
    transferred_to
        Needed where the matter was transferred.
    """

    result: LeadResult | None
    case_number: str = ""
    document_number: str = ""
    filed_on: dt.date | None = None
    closed_on: dt.date | None = None
    fined_yuan: float | None = None
    confiscated_yuan: float | None = None
    recovered_yuan: float | None = None
    transferred_to: str = ""


def record_outcome(
    engine: sa.Engine,
    lead_id: int,
    outcome: Outcome,
    *,
    seen: LeadState,
    replaces: Outcome | None = None,
    author: str,
    role: str,
) -> None:
    """Write what came of a lead in place of what was written before; a day of closing closes it.

    Parameters
    ----------
    seen
        State in which the officer saw the lead.
    replaces
        What the officer saw written about it; None if nothing was.

    Raises
    ------
    NoSuchLeadError
        If there is no such lead.
    LeadChangedError
        If it is no longer in the state seen.
    OutcomeChangedError
        If something else is written about it than what was seen.
    WrongStateError
        If a lead in that state cannot have this result.
    InvalidLeadError
        If a value does not fit the result, or is negative, too long or too late.
    """
    with engine.begin() as conn:
        take_turn(conn)
        lead = lead_row(conn, lead_id)
        found = LeadState(lead["state"])
        if found is not seen:
            raise LeadChangedError(lead["number"], seen, found)
        if stored_outcome(conn, lead_id) != replaces:
            raise OutcomeChangedError(lead["number"])
        write_outcome(conn, lead, outcome, author=author, role=role)


def write_outcome(
    conn: sa.Connection,
    lead: Mapping[str, Any],
    outcome: Outcome,
    *,
    author: str,
    role: str,
    origin: str = "page",
) -> bool:
    """Check and write an outcome in a transaction; return False if it was written already.

    Raises
    ------
    WrongStateError, InvalidLeadError
        As `record_outcome`.
    """
    kept = checked_outcome(conn, lead, outcome)
    values = asdict(kept) | {"result": None if kept.result is None else kept.result.value}
    before = stored_outcome(conn, lead["lead_id"])
    found = LeadState(lead["state"])
    closes = kept.closed_on is not None and found is not LeadState.CLOSED
    if before == kept and not closes:
        return False
    if closes and kept.closed_on is not None:
        day = checked_day("closed_on", kept.closed_on, since=lead["state_on"])
        write_step(conn, lead, LeadState.CLOSED, day, author=author, origin=origin)
    written = {"origin": origin, "written_by": author, "written_at": utc_now()}
    own = lead_outcomes.c.lead_id == lead["lead_id"]
    if before is None:
        conn.execute(lead_outcomes.insert().values(lead_id=lead["lead_id"], **values, **written))
    else:
        conn.execute(lead_outcomes.update().where(own).values(**values, **written))
    was = f" was {before.result} {before.fined_yuan}" if before else ""
    write_audit(
        conn,
        viewer=author,
        role=role,
        action="record_lead_outcome",
        subject=f"{lead['number']} {kept.result} {kept.case_number} {kept.fined_yuan}{was}",
    )
    return True


def stored_outcome(conn: sa.Connection, lead_id: int) -> Outcome | None:
    """Return what was written about a lead, None if nothing was."""
    columns = [lead_outcomes.c[name] for name in Outcome.__dataclass_fields__]
    statement = sa.select(*columns).where(lead_outcomes.c.lead_id == lead_id)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    result = None if row["result"] is None else LeadResult(row["result"])
    return Outcome(**(dict(row) | {"result": result}))


def step_day(conn: sa.Connection, lead_id: int, state: LeadState) -> dt.date | None:
    """Return the day on which a lead last came into a state, None if it never did."""
    found: dt.date | None = conn.scalar(
        sa.select(sa.func.max(lead_steps.c.happened_on)).where(
            lead_steps.c.lead_id == lead_id, lead_steps.c.state == state.value
        )
    )
    return found


def checked_outcome(conn: sa.Connection, lead: Mapping[str, Any], outcome: Outcome) -> Outcome:
    """Return an outcome as it is kept, if it fits the lead.

    Raises
    ------
    WrongStateError, InvalidLeadError
        If it does not.
    """
    filed = step_day(conn, lead["lead_id"], LeadState.FILED)
    closed = step_day(conn, lead["lead_id"], LeadState.CLOSED)
    _check_state(lead, outcome.result, filed=filed is not None)
    plain: dict[str, Any] = {
        name: checked(name, getattr(outcome, name), limit) for name, limit in TEXTS.items()
    }
    plain |= {name: _checked_sum(name, getattr(outcome, name)) for name in SUMS}
    kept = replace(
        outcome,
        **plain,
        filed_on=outcome.filed_on or filed,
        closed_on=outcome.closed_on or closed,
    )
    _check_days(kept, filed=filed, closed=closed)
    _check_fit(kept)
    return kept


def _check_state(lead: Mapping[str, Any], result: LeadResult | None, *, filed: bool) -> None:
    found = LeadState(lead["state"])
    allowed = {LeadState.FILED} if result is None else RESULT_STATES[result]
    fits = found in allowed
    if result in CASE_RESULTS:
        fits = fits and filed
    if result is LeadResult.NOT_FILED:
        fits = fits and not filed
    if not fits:
        possible = [
            each.value
            for each, states in RESULT_STATES.items()
            if found in states and (each not in CASE_RESULTS or filed)
            if not (each is LeadResult.NOT_FILED and filed)
        ]
        said = "an open case" if result is None else result.value
        raise WrongStateError(lead["number"], found, said, possible or ["results after a check"])


def _check_days(kept: Outcome, *, filed: dt.date | None, closed: dt.date | None) -> None:
    if kept.filed_on is not None:
        if filed is None:
            raise InvalidLeadError(
                "filed_on", kept.filed_on, "leave it out, no case was filed", Problem.FIT
            )
        checked_day("filed_on", kept.filed_on)
    if kept.closed_on is not None:
        checked_day("closed_on", kept.closed_on, since=kept.filed_on)
    if closed is not None and kept.closed_on != closed:
        raise InvalidLeadError(
            "closed_on", kept.closed_on, f"the lead was closed on {closed}", Problem.FIT, closed
        )
    if kept.result in CASE_RESULTS and kept.closed_on is None:
        raise InvalidLeadError("closed_on", "", "give the day of the decision", Problem.NEEDED)
    if kept.result is None and kept.closed_on is not None:
        raise InvalidLeadError(
            "result", "", "say what the case came to when it is closed", Problem.NEEDED
        )


def _check_fit(kept: Outcome) -> None:
    for name in ("fined_yuan", "confiscated_yuan"):
        value = getattr(kept, name)
        if value and kept.result is not LeadResult.PENALTY:
            raise InvalidLeadError(
                name, value, f"only a penalty has it, not {kept.result}", Problem.FIT
            )
    if kept.result is LeadResult.TRANSFERRED and not kept.transferred_to:
        raise InvalidLeadError(
            "transferred_to", "", "say where the matter was transferred to", Problem.NEEDED
        )


def _checked_sum(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    if not math.isfinite(value) or not 0 <= value <= MAX_YUAN:
        raise InvalidLeadError(
            name, value, f"give 0 to {MAX_YUAN:.0f} yuan", Problem.RANGE, f"0-{MAX_YUAN:.0f}"
        )
    return float(value)
