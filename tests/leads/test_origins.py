"""What pointed at leads, and the submissions behind them as the warehouse has them now."""

import datetime as dt
from typing import Any

import pandas as pd

from queries.lead_batches import open_batch
from queries.lead_drafts import Evidence, LeadDraft
from queries.lead_evidence import fetch_evidence
from queries.lead_origins import fetch_lead_origins, fetch_leads_version
from queries.lead_signals import dismiss_signal, record_signals, reopen_signal
from queries.leads import add_leads, move_lead, remove_lead
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import LeadState
from queries.warehouse import open_current
from tests.leading import plant

DAY = dt.date(2026, 3, 1)


def draft(code, signals, **places):
    return LeadDraft(
        candidate_id=code,
        operator_id=code,
        operator_name=code,
        conduct="metering",
        sources="campaign",
        worth=50.0,
        signal_on=DAY,
        evidence=(Evidence("s1", DAY),),
        facts={"signals": [{"source": s, "reference": r} for s, r in signals]},
        **places,
    )


def test_origins_are_told_in_scope_and_not_of_withdrawn_leads(store):
    by: dict[str, Any] = {"author": "甲", "role": "analyst"}
    batch = open_batch(store, office="420000", title="批", recipients=["局"], **by)
    drafts = [
        draft("a", [("campaign", "x.y"), ("risk", "D")], city_code="420100", county_code="420106"),
        draft("b", [("campaign", "x.z")], city_code="420500", county_code="420506"),
        draft("c", []),
    ]
    one, two, _ = add_leads(store, batch, drafts, **by)
    found = fetch_lead_origins(store, EVERYTHING)
    assert list(found.itertuples(index=False, name=None)) == [
        (one, "campaign", "x.y"),
        (one, "risk", "D"),
        (two, "campaign", "x.z"),
    ]
    assert fetch_lead_origins(store, Scope(regions=("420500",)))["lead_id"].tolist() == [two]
    today = dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date()
    move_lead(store, one, LeadState.WITHDRAWN, today, seen=LeadState.PROPOSED, **by)
    assert fetch_lead_origins(store, EVERYTHING)["lead_id"].tolist() == [two]


def test_evidence_is_read_by_number_under_scope_and_within_its_days(tmp_path):
    folder = plant(tmp_path / "warehouse", f"sqlite:///{tmp_path}/workflow.db")
    warehouse = open_current(f"duckdb:///{folder}")
    days = {"since": dt.date(2025, 1, 1), "until": dt.date(2026, 3, 20)}
    found = fetch_evidence(warehouse, EVERYTHING, ["sc0", "sc3", "sf1", "nobody"], **days)
    assert set(found["submission_id"]) == {"sc0", "sc3", "sf1"}
    assert found["registered_at"].is_monotonic_decreasing
    assert "发票" in str(found.set_index("submission_id").loc["sc0", "narrative"])
    inner = fetch_evidence(warehouse, Scope(regions=("420100",)), ["sc0", "sf1"], **days)
    assert inner["submission_id"].tolist() == ["sc0"]
    later = fetch_evidence(
        warehouse, EVERYTHING, ["sc0", "sc3"], since=dt.date(2026, 3, 20), until=days["until"]
    )
    assert later["submission_id"].tolist() == ["sc0"]
    assert isinstance(fetch_evidence(warehouse, EVERYTHING, [], **days), pd.DataFrame)
    warehouse.engine.dispose()


def test_every_write_changes_the_version(store):
    by: dict[str, Any] = {"author": "甲", "role": "analyst"}
    seen = [fetch_leads_version(store)]
    row = {
        "candidate_id": "a", "operator_id": "a", "operator_name": "a", "conduct": "metering",
        "sources": "risk", "province_code": None, "city_code": None, "county_code": None,
        "model_version": None, "worth": 1.0, "latest_on": DAY,
    }  # fmt: skip
    record_signals(store, pd.DataFrame([row]), as_of=DAY)
    seen.append(fetch_leads_version(store))
    dismiss_signal(store, "a", "另案", **by)
    seen.append(fetch_leads_version(store))
    reopen_signal(store, "a", **by)
    assert fetch_leads_version(store) == seen[1]
    batch = open_batch(store, office="420000", title="批", recipients=["局"], **by)
    (lead_id,) = add_leads(store, batch, [draft("a", [])], **by)
    seen.append(fetch_leads_version(store))
    remove_lead(store, lead_id, **by)
    assert fetch_leads_version(store) == seen[1]
    record_signals(store, pd.DataFrame([row | {"worth": 2.0}]), as_of=DAY + dt.timedelta(days=7))
    seen.append(fetch_leads_version(store))
    assert len(set(seen)) == len(seen)
