"""Lead candidates: each source by hand, what counts as evidence, limits, and increments."""

import datetime as dt

import pytest
import sqlalchemy as sa

import jobs.finders.scores
from analytics.campaigns_in_force import IN_FORCE, OFF, own_code
from analytics.lead_source_rules import DEFAULT_SOURCES, read_lead_source_rules
from analytics.legal_basis import read_conducts
from jobs import campaign_files
from jobs.decided import Decided
from jobs.finders import leads
from jobs.refresh import derive, refresh
from queries.decisions import Decision
from queries.generations import GenerationStore
from queries.lead_candidate_reads import (
    fetch_candidate_evidence,
    fetch_candidate_run,
    fetch_candidate_signals,
    fetch_candidates,
)
from queries.lead_candidate_tables import STEP
from queries.lead_sources import SOURCES
from queries.scope import EVERYTHING
from queries.vocabulary import DecisionKind, SignalSource
from tests.finders import lead_records as made
from tests.finders.operator_files import LAST, complaint, day, event, load

STEPS = (*made.STEPS, STEP)


@pytest.fixture(autouse=True)
def _few_months(monkeypatch):
    """Months of the past are for tests of the score."""
    monkeypatch.setattr(jobs.finders.scores, "HISTORY_MONTHS", 1)


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    warehouse = made.planted(GenerationStore(tmp_path_factory.mktemp("planted") / "warehouse"))
    yield warehouse
    warehouse.engine.dispose()


def by_operator(warehouse):
    frame = fetch_candidates(warehouse, EVERYTHING)
    return {row["operator_id"]: row for row in frame.to_dict("records")}


def evidence_of(warehouse, operator_id):
    ids = fetch_candidates(warehouse, EVERYTHING)["candidate_id"]
    frame = fetch_candidate_evidence(
        warehouse, EVERYTHING, [each for each in ids if each.startswith(f"{operator_id}:")]
    )
    return dict(zip(frame["submission_id"], frame["is_serial"], strict=True))


def rules_with(monkeypatch, **changes):
    rules = read_lead_source_rules().model_copy(update=changes)
    monkeypatch.setattr(leads, "read_lead_source_rules", lambda: rules)


def test_every_source_is_planted_and_registered():
    assert set(made.SOURCE_OF.values()) == {each.value for each in SignalSource}
    assert set(SOURCES) == set(SignalSource)


def test_every_source_points_at_its_operator(planted):
    found = by_operator(planted)
    assert set(found) == set(made.SOURCE_OF)
    for operator, source in made.SOURCE_OF.items():
        assert source in found[operator]["sources"].split(","), operator
    assert {name: row["conduct"] for name, row in found.items()} == {
        "risk": "metering",
        "campaign": "metering",
        "cluster": "false_promotion",
        "shared": "unfair_terms",
        "group": "safety_hazard",
        "tipoff": "metering",
        "grave": "medicine",
    }


def test_signals_name_what_pointed(planted):
    ids = fetch_candidates(planted, EVERYTHING)["candidate_id"]
    signals = fetch_candidate_signals(planted, EVERYTHING, ids)
    told = {
        (row["candidate_id"].partition(":")[0], row["source"]): (
            row["reference"],
            row["submissions"],
        )
        for row in signals.to_dict("records")
    }
    assert told["risk", "risk"] == ("D", 1)
    assert told["campaign", "campaign"] == (made.TOPIC, 5)
    assert told["cluster", "cluster"] == ("fine.c1", 5)
    assert told["shared", "shared_matter"][0].startswith("many_persons.")
    assert told["group", "group"] == ("2026-03-20", 30)
    assert told["tipoff", "tipoff"] == ("", 3)
    labels = set(signals.loc[signals["source"] == "risk", "label"])
    assert labels == {"serious_list"}


def test_evidence_is_counted_by_hand(planted):
    found = by_operator(planted)
    risk, shared, campaign = found["risk"], found["shared"], found["campaign"]
    assert evidence_of(planted, "risk") == {"sr1": False}
    assert (risk["operator_name"], risk["kinds"]) == ("列名商行", "complaint,penalty,listing")
    assert (risk["identified"], risk["located"], risk["in_business"]) == (True, True, True)
    assert (risk["disputed_yuan"], risk["grade"], risk["model_version"]) == (5000.0, "D", "2026.1")
    assert risk["first_on"] == risk["latest_on"] == day(100)
    assert (shared["submissions"], shared["persons"], shared["counties"]) == (3, 3, 3)
    assert shared["conduct_severity"] == read_conducts()["unfair_terms"].severity
    assert (campaign["documented"], campaign["disputed_yuan"]) == (1.0, 100.0)
    assert found["group"]["harmed"] == 30
    assert found["tipoff"]["kinds"] == "tipoff,sampling"
    assert found["tipoff"]["in_business"] is False
    assert found["shared"]["in_business"] is None


def test_worth_orders_and_explains(planted):
    frame = fetch_candidates(planted, EVERYTHING)
    assert frame["worth"].is_monotonic_decreasing
    assert frame["operator_id"].iloc[0] == "group"
    assert frame["reasons"].str.contains("recency.latest=").all()
    assert set(frame["as_of"]) == {LAST}


def test_who_has_much_of_everything_is_no_lead_by_number(planted, store, monkeypatch):
    assert "big" not in by_operator(planted)
    rules_with(monkeypatch, least_lift=0.0)
    assert "big" in by_operator(made.planted(store))


def test_copies_are_not_counted_and_serial_claims_are_marked(store):
    load(store, made.records(), made.register(), made.events())
    made.mark(store, "s2", "repeat")
    made.mark(store, "g0", "multichannel")
    made.mark(store, "g1", "decided")
    made.mark(store, "g2", "serial_claim")
    made.mark(store, "g3", None, is_serial_claimant=True)
    made.find(store)
    warehouse = made.opened(store)
    found = by_operator(warehouse)
    assert "shared" not in found
    marked = evidence_of(warehouse, "group")
    assert len(marked) == 28
    assert {number for number, serial in marked.items() if serial} == {"sg2", "sg3"}
    assert found["group"]["serial"] == pytest.approx(2 / 28)


def test_what_has_its_case_is_no_new_lead(store):
    load(store, made.records(), made.register(), made.events())
    made.mark(store, "x1", None, is_case_opened=True)
    made.mark(store, "r1", None, is_transferred_to_case=True)
    for number in range(2):
        made.mark(store, f"s{number}", None, is_case_opened=True)
    made.find(store)
    found = by_operator(made.opened(store))
    assert not {"grave", "risk"} & set(found)
    assert found["shared"]["submissions"] == 3


def test_a_tipoff_that_is_done_is_not_urgent(store):
    load(store, made.records(), made.register(), made.events())
    made.mark(store, "x1", None, status="closed")
    made.find(store)
    assert "grave" not in by_operator(made.opened(store))


def test_the_most_worth_are_kept_and_the_rest_is_told(store, monkeypatch):
    rules_with(monkeypatch, most=2)
    warehouse = made.planted(store)
    run = fetch_candidate_run(warehouse, EVERYTHING)
    assert (run.found, run.kept, run.in_scope, run.as_of) == (7, 2, 2, LAST)
    kept = fetch_candidates(warehouse, EVERYTHING)
    assert kept["operator_id"].iloc[0] == "group"
    ids = set(kept["candidate_id"])
    assert set(fetch_candidate_signals(warehouse, EVERYTHING, ids)["candidate_id"]) == ids


def test_an_operator_has_no_more_conducts_than_the_limit(store, monkeypatch):
    many = [
        complaint(f"m{n}", "risk", 3, **made.about(issue))
        for n, issue in enumerate(("C01-01", "C05-01", "C07-01", "C04-02"))
    ]
    load(store, [*made.records(), *many], made.register(), made.events())
    rules_with(monkeypatch, conducts_per_operator=2)
    made.find(store)
    frame = fetch_candidates(made.opened(store), EVERYTHING)
    assert (frame["operator_id"] == "risk").sum() == 2


def test_without_scores_and_registers_less_is_known(store):
    load(store, made.records())
    made.find(store, steps=("operators",), clusters_too=False)
    warehouse = made.opened(store)
    run = fetch_candidate_run(warehouse, EVERYTHING)
    assert set(run.missing) == {"risk", "campaign", "cluster", "shared_matter"}
    found = by_operator(warehouse)
    assert set(found) == {"group", "tipoff", "grave"}
    assert {row["grade"] for row in found.values()} == {None}
    assert {row["in_business"] for row in found.values()} == {None}


def test_an_empty_warehouse_has_no_candidates(store):
    load(store, [complaint("only", None, 3)])
    with store.building() as building:
        with building.engine.begin() as conn:
            conn.execute(sa.text("DELETE FROM submissions"))
            conn.execute(sa.text("UPDATE facts_info SET first_day = NULL, last_day = NULL"))
        derive(building, only="operators")
        derive(building, only=STEP)
    warehouse = made.opened(store)
    assert fetch_candidates(warehouse, EVERYTHING).empty
    assert fetch_candidate_evidence(warehouse, EVERYTHING, ["a:b"]).empty
    assert fetch_candidate_run(warehouse, EVERYTHING).in_scope == 0


def test_nobody_suspected_gives_no_candidates(store):
    load(store, [complaint("only", "a", 3, **made.about("C17-01"))])
    made.find(store, clusters_too=False)
    warehouse = made.opened(store)
    assert fetch_candidates(warehouse, EVERYTHING).empty
    assert fetch_candidate_run(warehouse, EVERYTHING).found == 0


def test_increments_give_what_a_run_from_nothing_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs.refresh, "STEPS", STEPS)
    grown = GenerationStore(tmp_path / "grown")
    whole = GenerationStore(tmp_path / "whole")
    first = [each for each in made.records() if each["registered_on"] < day(3)]
    rest = [each for each in made.records() if each["registered_on"] >= day(3)]
    load(grown, first, made.register(), made.events())
    refresh(grown)
    load(grown, rest)
    refresh(grown)
    load(whole, first, made.register(), made.events())
    load(whole, rest)
    refresh(whole)
    one, two = made.dump(made.opened(grown)), made.dump(made.opened(whole))
    assert one == two
    assert one["lead_candidates"]
    assert refresh(grown) == []


def test_a_run_again_changes_nothing(store, planted):
    warehouse = made.planted(store)
    before = made.dump(warehouse)
    warehouse.engine.dispose()
    with store.building() as building, building.engine.begin() as conn:
        leads.find(conn, None, Decided())
        building.changed = True
    assert made.dump(made.opened(store)) == before == made.dump(planted)


def test_a_refresh_runs_the_step_when_what_it_rests_on_changed(store, monkeypatch):
    monkeypatch.setattr(jobs.refresh, "STEPS", STEPS)
    load(store, made.records(), made.register(), made.events())
    refresh(store)
    off = decided("iron_fist_2025", OFF, {})
    assert STEP in {each.name for each in refresh(store, decided=off)}
    assert "campaign" not in ",".join(
        row["sources"] for row in by_operator(made.opened(store)).values()
    )
    load(store, [], made.register()[:0], [event("cluster", "serious_list", 3)])
    assert STEP in {each.name for each in refresh(store, decided=off)}
    assert "risk" in by_operator(made.opened(store))["cluster"]["sources"]


def decided(code, verdict, details):
    moment = dt.datetime(2026, 3, 1)
    kind = DecisionKind.CAMPAIGN
    return Decided({kind: (Decision(1, kind, code, verdict, details, "", "me", moment),)})


def test_peoples_own_campaigns_point_by_the_codes_of_the_submissions(store):
    code = own_code("会员")
    details = {
        "series": "本单位", "name": "会员", "description": "试", "source": "本单位",
        "starts_on": "2026-01-01",
        "topics": [{"code": "all", "name": "全部", "rule": "会员须知"}],
    }  # fmt: skip
    own = decided(code, IN_FORCE, details)
    said = [
        complaint(f"o{n}", "members", 20 * n, narrative="会员须知", **made.about("C04-02"))
        for n in range(5)
    ]
    load(store, [*made.records(), *said], made.register(), made.events())
    made.find(store, decided=own)
    found = by_operator(made.opened(store))["members"]
    assert (found["conduct"], found["submissions"]) == ("unfair_terms", 5)


def test_of_yearly_lists_the_latest_that_began_counts():
    conducts, campaigns = read_conducts(), campaign_files.campaigns()

    def named(as_of):
        return leads.topics_meant(campaigns, as_of, conducts).to_pandas()

    now, then = named(dt.date(2026, 11, 1)), named(dt.date(2023, 6, 1))
    assert {each for each in now["campaign"] if "iron_fist" in each} == {"iron_fist_2025"}
    assert {each for each in then["campaign"] if "iron_fist" in each} == {"iron_fist_2023"}
    assert "prepaid" not in set(then["campaign"])
    assert not now["reference"].str.startswith("key_goods.food").any()
    assert set(now["conduct"]) <= set(conducts.by_code)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("window_days: 180", "window_days: 0", "window_days", id="no days"),
        pytest.param("share: 0.2", "share: 2", "share", id="share above 1"),
        pytest.param("level: fine", "level: tiny", "level", id="unknown level"),
        pytest.param("grades: [C, D]", "grades: []", "grades", id="no grades"),
        pytest.param("most: 5000", "mots: 5000", "mots", id="unknown key"),
    ],
)
def test_a_bad_rule_file_is_refused(tmp_path, old, new, says):
    text = DEFAULT_SOURCES.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "lead_sources.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_lead_source_rules(file)
