"""What an officer takes up as a case lead, checked before it is written."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from queries.lead_rules import MAX_FACTS, InvalidLeadError, Problem, checked, checked_note

LENGTHS = {
    "candidate_id": 128,
    "operator_id": 64,
    "operator_name": 256,
    "conduct": 40,
    "sources": 128,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A submission that a lead rests on.

    Attributes
    ----------
    is_serial
        True if it comes from a suspected serial claimant.
    """

    submission_id: str
    registered_on: dt.date
    is_serial: bool = False


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """A candidate as an officer takes it up.

    Attributes
    ----------
    sources
        Codes of `SignalSource`, comma-joined.
    model_version
        Of the risk model, None if the operator was not scored.
    facts
        The candidate as it was taken, plain JSON values.
    signal_on
        Day of the data on which the signal was first seen.
    evidence
        One submission at least.
    """

    candidate_id: str
    operator_id: str
    operator_name: str
    conduct: str
    sources: str
    worth: float
    signal_on: dt.date
    evidence: tuple[Evidence, ...]
    uscc: str | None = None
    province_code: str | None = None
    city_code: str | None = None
    county_code: str | None = None
    model_version: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def checked_draft(draft: LeadDraft, on: dt.date) -> str:
    """Return the draft's facts as they are stored, if all of it fits.

    Raises
    ------
    InvalidLeadError
        If something does not.
    """
    for name, limit in LENGTHS.items():
        checked(name, getattr(draft, name), limit, least=1)
    checked_note(draft.note)
    if not draft.evidence:
        raise InvalidLeadError(
            "evidence", draft.candidate_id, "a lead rests on one submission", Problem.NEEDED
        )
    if draft.signal_on > on:
        raise InvalidLeadError(
            "signal_on", draft.signal_on, f"give a day up to {on}", Problem.FUTURE, on
        )
    return plain_json("facts", dict(draft.facts))


def plain_json(name: str, value: object) -> str:
    """Return a value as JSON, if it is plain and fits.

    Raises
    ------
    InvalidLeadError
        If not.

    Examples
    --------
    >>> plain_json("facts", {"b": 1, "a": None})
    '{"a": null, "b": 1}'
    """
    try:
        stored = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidLeadError(
            name, value, f"give plain JSON values: {error}", Problem.FORMAT
        ) from error
    return checked(name, stored, MAX_FACTS)
