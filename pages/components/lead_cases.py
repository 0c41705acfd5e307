"""Law, authority, time limits and steps of a candidate or lead, from its evidence."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from analytics.lead_case import LeadCase, lead_case
from analytics.working_days import published_calendar
from pages.components import data, operator_data
from queries.scope import Scope

AHEAD = dt.timedelta(days=500)
"""Days of the calendar beyond the last one looked at: the longest time limit and a holiday."""


@cache
def _calendar(first: dt.date, last: dt.date) -> pd.DataFrame:
    return published_calendar(first, last)


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
    first = pd.to_datetime(evidence["registered_at"]).min().date().replace(month=1, day=1)
    last = (as_of + AHEAD).replace(month=12, day=31)
    return lead_case(
        str(facts["conduct"]),
        evidence,
        calendar=_calendar(first, last),
        as_of=as_of,
        registered_county=None if registered is None else str(registered),
    )
