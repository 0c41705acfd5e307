"""Law, authority, time limits and steps of a candidate or lead, from its evidence."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from analytics.clock_rules import read_clocks
from analytics.jurisdiction import read_jurisdiction
from analytics.lead_case import LeadCase, lead_case, read_case_rules
from analytics.legal_basis import read_conducts
from analytics.working_days import published_calendar
from pages.components import data, operator_data
from pages.components.caching import ENTRIES, FRAMES, TTL
from queries.scope import Scope

AHEAD = dt.timedelta(days=500)
"""Days of the calendar beyond the last one looked at: the longest time limit and a holiday."""


@cache
def _calendar(first: dt.date, last: dt.date) -> pd.DataFrame:
    return published_calendar(first, last)


@cache
def _laws() -> dict[str, Any]:
    return {
        "rules": read_case_rules(),
        "conducts": read_conducts(),
        "clocks": read_clocks(),
        "jurisdiction": read_jurisdiction(),
    }


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=FRAMES)
def _case(
    conduct: str, evidence: pd.DataFrame, as_of: dt.date, registered_county: str | None
) -> LeadCase:
    first = pd.to_datetime(evidence["registered_at"]).min().date().replace(month=1, day=1)
    last = (as_of + AHEAD).replace(month=12, day=31)
    return lead_case(
        conduct,
        evidence,
        calendar=_calendar(first, last),
        as_of=as_of,
        registered_county=registered_county,
        **_laws(),
    )


def case_of(scope: Scope, facts: Mapping[str, Any], evidence: pd.DataFrame) -> LeadCase | None:
    """Return the case of a candidate or lead; None without evidence in scope.

    Parameters
    ----------
    facts
        ``conduct`` and ``operator_id``.
    evidence
        As of `lead_data`.
    """
    if evidence.empty:
        return None
    as_of = data.status().last_day or max(evidence["registered_on"])
    row = None
    if operator_data.are_known():
        row = operator_data.operator(scope, operator_id=str(facts["operator_id"]))
    registered = row["county_code"] if row and row["in_register"] else None
    county = None if registered is None else str(registered)
    return _case(str(facts["conduct"]), evidence, as_of, county)
