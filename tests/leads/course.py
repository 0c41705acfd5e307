"""Leads made up for tests, and the way that they take."""

import concurrent.futures
import datetime as dt
import itertools
import threading
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.lead_batches import hand_over, open_batch, review_batch
from queries.lead_outcomes import Outcome, record_outcome, stored_outcome
from queries.lead_reads import fetch_lead, fetch_leads, fetch_signals
from queries.lead_rules import LeadError
from queries.lead_signals import COPIED
from queries.leads import Evidence, LeadDraft, add_leads, move_lead
from queries.scope import EVERYTHING
from queries.vocabulary import LeadResult, LeadState
from queries.workflow import fetch_audit, workflow

MAKER: Any = {"author": "张", "role": "analyst"}
REVIEWER: Any = {"author": "李", "role": "leader"}
OTHER: Any = {"author": "王", "role": "enforcement"}

SEEN = dt.date(2026, 3, 1)


def day(number):
    """Return a day of spring 2026, counted from 1 March, so that day(1) is that day."""
    return SEEN + dt.timedelta(days=number - 1)


def written(store, lead):
    """Return what is written about a lead."""
    with store.connect() as conn:
        return stored_outcome(conn, lead)


def review(store, batch_id, **by):
    """Review a batch as it stands."""
    found = fetch_leads(store, EVERYTHING, batch_id=batch_id)
    seen = found[found["state"] != LeadState.WITHDRAWN.value]["lead_id"].tolist()
    review_batch(store, batch_id, seen=seen, **by)


def candidate(name="op-1", **fields):
    operator, _, conduct = name.partition(":")
    conduct = conduct or "false_advertising"
    return {
        "candidate_id": f"{operator}:{conduct}",
        "operator_id": operator,
        "operator_name": f"甲{operator}商行",
        "conduct": conduct,
        "sources": "campaign,risk",
        "province_code": "420000",
        "city_code": "420100",
        "county_code": "420106",
        "model_version": "2026.01",
        "worth": 60.0,
        "latest_on": SEEN,
    } | fields


def frame(*candidates):
    return pd.DataFrame(list(candidates), columns=list(COPIED))


def evidence(*names, on=SEEN):
    return tuple(Evidence(name, on) for name in names)


def draft(name="op-1", ids=("S1",), **fields):
    own = candidate(name)
    del own["latest_on"]
    return LeadDraft(
        **(
            {**own, "signal_on": SEEN, "evidence": evidence(*ids), "uscc": "91420106MA4KX00001"}
            | fields
        )
    )


def batch(store, *, office="420100", **fields):
    given = {"title": "三月第一批", "recipients": ["市执法支队"], **MAKER} | fields
    return open_batch(store, office=office, **given)


def handed_over(store, *drafts, proposed=2, on=4):
    """Open, fill, review and hand over a batch; return its leads."""
    number = batch(store)
    made = add_leads(store, number, drafts or [draft()], on=day(proposed), **MAKER)
    review(store, number, **REVIEWER)
    hand_over(store, number, day(on), **MAKER)
    return made


WAY = (
    LeadState.HANDED_OVER,
    LeadState.RECEIVED,
    LeadState.CHECKING,
    LeadState.FILED,
    LeadState.CLOSED,
)


def advance(store, lead, until, *, on, by=LeadState.FILED):
    """Move a lead that was handed over on to a state, all steps on one day."""
    way = [by if each is LeadState.FILED else each for each in WAY]
    for before, state in itertools.pairwise(way):
        if way.index(state) > way.index(until):
            return
        move_lead(store, lead, state, day(on), seen=before, **OTHER)


def penalty(on, fined=10_000.0, **fields):
    return Outcome(
        **(
            {
                "result": LeadResult.PENALTY,
                "case_number": "武市监立〔2026〕1号",
                "closed_on": day(on),
                "fined_yuan": fined,
            }
            | fields
        )
    )


def punished(store, lead, *, filed=10, closed=20, **fields):
    advance(store, lead, LeadState.FILED, on=filed)
    record_outcome(store, lead, penalty(closed, **fields), seen=LeadState.FILED, **OTHER)


def actions(store):
    return [line["action"] for line in reversed(fetch_audit(store))]


def state(store, lead):
    return fetch_lead(store, EVERYTHING, lead)["state"]


def signal(store, lead_id=None):
    found = fetch_signals(store, EVERYTHING)
    return found if lead_id is None else found[found["lead_id"] == lead_id]


def counts(store):
    with store.connect() as conn:
        return {
            name: conn.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in workflow.tables.items()
        }


PLACED = {
    LeadState.PROPOSED: lambda store: add_leads(store, batch(store), [draft()], on=day(2), **MAKER),
    LeadState.HANDED_OVER: handed_over,
}


def lead_in(store, wanted):
    """Make a lead that stands in a state since day 4."""
    if wanted in PLACED:
        return PLACED[wanted](store)[0]
    if wanted is LeadState.WITHDRAWN:
        [lead] = PLACED[LeadState.PROPOSED](store)
        move_lead(store, lead, wanted, day(4), seen=LeadState.PROPOSED, **MAKER)
        return lead
    [lead] = handed_over(store)
    if wanted is LeadState.RETURNED:
        move_lead(store, lead, wanted, day(4), seen=LeadState.HANDED_OVER, **OTHER)
        return lead
    by = wanted if wanted is LeadState.NOT_FILED else LeadState.FILED
    advance(store, lead, wanted, on=4, by=by)
    return lead


def both(*tasks):
    """Run tasks at the same moment; return each one's value or the error that it met."""
    start = threading.Barrier(len(tasks))

    def run(task):
        start.wait()
        try:
            return task()
        except LeadError as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result() for each in [pool.submit(run, task) for task in tasks]]
