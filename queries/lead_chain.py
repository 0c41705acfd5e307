"""The chain from signal to penalty, counted: how many go on at each step, how fast, to what sums.

Steps of the chain are events with a day: a signal is first seen, a lead is proposed, handed over
for the first time, a case is filed, a penalty is imposed. Two bases:

- *cohort*: the signals first seen in the period, and what became of them until now, on whichever
  day. Each step is a part of the one before, so rates are shares, 0 to 1; young cohorts are not
  finished.
- *activity*: what happened in the period, whenever it began. Rates compare different matters and
  may be over 1.

A withdrawn lead answers no signal and is in no step. A signal from several sources counts under
each when split by source, so that the parts may add up to more than all.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.lead_scope import leads_within
from queries.lead_tables import lead_batches, lead_outcomes, lead_signals, lead_steps, leads
from queries.scope import Scope
from queries.selection import DateRange
from queries.vocabulary import LeadResult, LeadState, SignalAnswer


class ChainStep(StrEnum):
    """Steps of the chain, and the answers and decisions beside them."""

    SIGNALS = "signals"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    LEADS = "leads"
    HANDED_OVER = "handed_over"
    DECIDED = "decided"
    CASES = "cases"
    PENALTIES = "penalties"


class ChainBase(StrEnum):
    """What is counted: signals of the period and what became of them, or events of the period."""

    COHORT = "cohort"
    ACTIVITY = "activity"


class ChainSplit(StrEnum):
    """What the chain is split by; a part without a value is ``""``."""

    NONE = "none"
    SOURCE = "source"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    MONTH = "month"
    CONDUCT = "conduct"
    MODEL = "model"


DAYS: dict[ChainStep, str] = {
    ChainStep.SIGNALS: "first_seen_on",
    ChainStep.ANSWERED: "answered_on",
    ChainStep.DISMISSED: "dismissed_on",
    ChainStep.LEADS: "proposed_on",
    ChainStep.HANDED_OVER: "handed_over_on",
    ChainStep.DECIDED: "decided_on",
    ChainStep.CASES: "filed_on",
    ChainStep.PENALTIES: "penalty_on",
}
"""Column of the day on which each step happened."""

RATES: dict[str, tuple[ChainStep, ChainStep]] = {
    "response_rate": (ChainStep.ANSWERED, ChainStep.SIGNALS),
    "lead_rate": (ChainStep.LEADS, ChainStep.SIGNALS),
    "hand_over_rate": (ChainStep.HANDED_OVER, ChainStep.LEADS),
    "case_rate": (ChainStep.CASES, ChainStep.HANDED_OVER),
    "penalty_rate": (ChainStep.PENALTIES, ChainStep.CASES),
    "penalty_per_signal": (ChainStep.PENALTIES, ChainStep.SIGNALS),
    "confirmed_share": (ChainStep.CASES, ChainStep.DECIDED),
}
"""Rates as step over step; NaN where there is nothing to divide by."""

SPANS: dict[str, tuple[ChainStep, ChainStep]] = {
    "days_to_answer": (ChainStep.SIGNALS, ChainStep.ANSWERED),
    "days_to_lead": (ChainStep.SIGNALS, ChainStep.LEADS),
    "days_to_hand_over": (ChainStep.LEADS, ChainStep.HANDED_OVER),
    "days_to_case": (ChainStep.HANDED_OVER, ChainStep.CASES),
    "days_to_penalty": (ChainStep.CASES, ChainStep.PENALTIES),
}
"""Median days from step to step, over those that made both; NaN where none did."""

SUMS = ("fined_yuan", "confiscated_yuan", "recovered_yuan")

PLACES = {
    ChainSplit.PROVINCE: "province_code",
    ChainSplit.CITY: "city_code",
    ChainSplit.COUNTY: "county_code",
    ChainSplit.CONDUCT: "conduct",
    ChainSplit.MODEL: "model_version",
}

SHOWN = (
    "candidate_id",
    "operator_id",
    "operator_name",
    "conduct",
    "sources",
    "province_code",
    "city_code",
    "county_code",
    "model_version",
    "first_seen_on",
    "answer",
    "answered_on",
    "reason",
)

MEMBER_COLUMNS = (
    "signal_id",
    *SHOWN,
    "worth",
    "lead_id",
    "number",
    "batch_number",
    "state",
    "state_on",
    "result",
    "case_number",
    *SUMS,
    "dismissed_on",
    "proposed_on",
    "handed_over_on",
    "decided_on",
    "filed_on",
    "penalty_on",
)
"""Columns of the signals behind a figure, with the lead that each became and its days."""

CHAIN_COLUMNS = ("part", *(each.value for each in ChainStep), *RATES, *SPANS, *SUMS)


def fetch_chain(
    engine: sa.Engine,
    scope: Scope,
    *,
    days: DateRange,
    split: ChainSplit = ChainSplit.NONE,
    base: ChainBase = ChainBase.COHORT,
) -> pd.DataFrame:
    """Return the figures of the chain, a row per part; one row if it is not split.

    Parameters
    ----------
    days
        Cohort: days on which the signals were first seen. Activity: days of the events.

    Returns
    -------
    pandas.DataFrame
        ``part`` (a code: of the source, region, month as YYYY-MM, conduct or model; ``""`` for all
        or for those without one); a count per `ChainStep`; `RATES`; `SPANS` (days); sums in yuan of
        what was fined, confiscated and recovered (cohort: of all outcomes; activity: of outcomes
        whose case ended in the period). By part.
    """
    members = _members(engine, scope, days, base)
    if split is ChainSplit.NONE:
        return pd.DataFrame([_figures("", members, days, base)], columns=list(CHAIN_COLUMNS))
    parts = _parts(members, split, days, base)
    rows = [
        _figures(part, members[members["signal_id"].isin(of)], of_days, base)
        for part, of, of_days in parts
    ]
    return pd.DataFrame(rows, columns=list(CHAIN_COLUMNS))


def fetch_chain_members(
    engine: sa.Engine,
    scope: Scope,
    step: ChainStep,
    *,
    days: DateRange,
    split: ChainSplit = ChainSplit.NONE,
    part: str = "",
    base: ChainBase = ChainBase.COHORT,
) -> pd.DataFrame:
    """Return the signals and leads behind a count of `fetch_chain`, one row each.

    Parameters
    ----------
    part
        As `fetch_chain` names it; passed over where it is not split.

    Returns
    -------
    pandas.DataFrame
        `MEMBER_COLUMNS`, by the day of the step and the signal's number.
    """
    members = _members(engine, scope, days, base)
    span = days
    if split is not ChainSplit.NONE:
        found = {name: (of, own) for name, of, own in _parts(members, split, days, base)}
        of, span = found.get(part, (set(), days))
        members = members[members["signal_id"].isin(of)]
    reached = members[_reached(members, step, span, base)]
    return reached.sort_values([DAYS[step], "signal_id"], ignore_index=True)[list(MEMBER_COLUMNS)]


def _members(engine: sa.Engine, scope: Scope, days: DateRange, base: ChainBase) -> pd.DataFrame:
    """Return every signal that counts at some step, with the days of all its steps."""
    steps = _first_days()
    own, out = lead_signals.c, lead_outcomes.c
    answered = own.answer == SignalAnswer.LEAD.value
    dismissed_on = sa.case((own.answer == SignalAnswer.DISMISSED.value, own.answered_on))
    filed_on = steps.c.filed_on
    decided_on = sa.func.coalesce(steps.c.filed_on, steps.c.not_filed_on)
    closed_on = sa.func.coalesce(out.closed_on, steps.c.closed_on)
    penalty_on = sa.case((out.result == LeadResult.PENALTY.value, closed_on))
    statement = (
        sa.select(
            own.signal_id,
            *[own[name] for name in SHOWN],
            own.worth,
            leads.c.lead_id,
            leads.c.number,
            lead_batches.c.number.label("batch_number"),
            leads.c.state,
            leads.c.state_on,
            out.result,
            out.case_number,
            *[out[name] for name in SUMS],
            dismissed_on.label("dismissed_on"),
            steps.c.proposed_on,
            steps.c.handed_over_on,
            decided_on.label("decided_on"),
            filed_on.label("filed_on"),
            penalty_on.label("penalty_on"),
            closed_on.label("ended_on"),
        )
        .select_from(lead_signals)
        .outerjoin(
            leads,
            sa.and_(
                leads.c.lead_id == own.lead_id,
                answered,
                leads.c.state != LeadState.WITHDRAWN.value,
            ),
        )
        .outerjoin(lead_batches, lead_batches.c.batch_id == leads.c.batch_id)
        .outerjoin(steps, steps.c.lead_id == leads.c.lead_id)
        .outerjoin(lead_outcomes, out.lead_id == leads.c.lead_id)
        .where(leads_within(scope, lead_signals))
        .order_by(own.signal_id)
    )
    if base is ChainBase.COHORT:
        statement = statement.where(own.first_seen_on.between(days.start, days.end))
    else:
        events = (
            own.first_seen_on,
            own.answered_on,
            steps.c.proposed_on,
            steps.c.handed_over_on,
            decided_on,
            closed_on,
        )
        statement = statement.where(
            sa.or_(*[each.between(days.start, days.end) for each in events])
        )
    with engine.connect() as conn:
        found = conn.execute(statement)
        frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    for name in {*DAYS.values(), "ended_on", "state_on"}:
        frame[name] = pd.to_datetime(frame[name])
    for name in (*SUMS, "worth"):
        frame[name] = frame[name].astype("float64")
    return frame


def _first_days() -> sa.Subquery:
    """Return of each lead the first day in each state."""

    def first(state: LeadState) -> sa.ColumnElement[dt.date]:
        day = sa.case((lead_steps.c.state == state.value, lead_steps.c.happened_on))
        return sa.func.min(day).label(f"{state.value}_on")

    states = (
        LeadState.PROPOSED,
        LeadState.HANDED_OVER,
        LeadState.FILED,
        LeadState.NOT_FILED,
        LeadState.CLOSED,
    )
    columns = [first(each) for each in states]
    return sa.select(lead_steps.c.lead_id, *columns).group_by(lead_steps.c.lead_id).subquery()


def _reached(
    members: pd.DataFrame, step: ChainStep, days: DateRange, base: ChainBase
) -> "pd.Series[bool]":
    when = members[DAYS[step]]
    return when.notna() if base is ChainBase.COHORT else _within(when, days)


def _within(when: "pd.Series[Any]", days: DateRange) -> "pd.Series[bool]":
    return when.between(pd.Timestamp(days.start), pd.Timestamp(days.end))


def _figures(part: str, members: pd.DataFrame, days: DateRange, base: ChainBase) -> dict[str, Any]:
    reached = {step: _reached(members, step, days, base) for step in ChainStep}
    counts = {step: int(which.sum()) for step, which in reached.items()}
    rates = {
        name: counts[of] / counts[among] if counts[among] else np.nan
        for name, (of, among) in RATES.items()
    }
    spans = {}
    for name, (start, end) in SPANS.items():
        made = members[reached[end]]
        taken = (made[DAYS[end]] - made[DAYS[start]]).dt.days
        spans[name] = float(taken.median()) if taken.notna().any() else np.nan
    ended = members if base is ChainBase.COHORT else members[_within(members["ended_on"], days)]
    sums = {name: float(ended[name].sum()) for name in SUMS}
    return {"part": part, **{step.value: n for step, n in counts.items()}, **rates, **spans, **sums}


def _parts(
    members: pd.DataFrame, split: ChainSplit, days: DateRange, base: ChainBase
) -> list[tuple[str, set[int], DateRange]]:
    """Return the name of each part, its signals and its days."""
    if split is ChainSplit.MONTH and base is ChainBase.ACTIVITY:
        return [
            (f"{month.start:%Y-%m}", set(members["signal_id"]), month) for month in _months(days)
        ]
    ids = members["signal_id"]
    if split is ChainSplit.SOURCE:
        named = members["sources"].str.split(",")
        own = pd.DataFrame({"part": named, "signal_id": ids}).explode("part")
    elif split is ChainSplit.MONTH:
        own = pd.DataFrame(
            {"part": members["first_seen_on"].dt.strftime("%Y-%m"), "signal_id": ids}
        )
    else:
        own = pd.DataFrame({"part": members[PLACES[split]].fillna(""), "signal_id": ids})
    return [
        (str(part), set(of["signal_id"]), days)
        for part, of in own.groupby("part", sort=True, dropna=False)
    ]


def _months(days: DateRange) -> list[DateRange]:
    found = []
    start = days.start
    while start <= days.end:
        following = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        found.append(DateRange(start, min(days.end, following - dt.timedelta(days=1))))
        start = following
    return found
