"""案源线索: what is stored is shown, to whom it may be; who may write; what answered is gone."""

import dataclasses
import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from jobs.lead_books import record_found_signals
from pages.components import (
    lead_candidates,
    lead_course,
    lead_data,
    lead_labels,
    lead_mentions,
    lead_picking,
    lead_store,
)
from pages.components.access import Role, Viewer
from pages.components.settings import settings
from queries.lead_candidate_reads import fetch_candidates
from queries.lead_reads import fetch_leads, fetch_signals
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import Kind, LeadResult, LeadState
from queries.warehouse import open_current
from queries.workflow import open_workflow
from tests.finders import lead_records
from tests.leading import LISTED, OPERATOR, plant
from tests.ui.pages import ROOT, components

OFFICER = Viewer("执法人员", Role.ENFORCEMENT, EVERYTHING)
LEADER = Viewer("领导", Role.LEADER, EVERYTHING)
WUHAN = Viewer("武汉执法人员", Role.ENFORCEMENT, Scope(regions=("420100",)))
ELSEWHERE = Viewer("宜昌执法人员", Role.ENFORCEMENT, Scope(regions=("420500",)))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leads")
    return plant(folder / "warehouse", f"sqlite:///{folder}/other.db")


@pytest.fixture
def workflow(tmp_path, warehouse, monkeypatch):
    url = f"sqlite:///{tmp_path}/workflow.db"
    for name, value in (
        ("WAREHOUSE_URL", f"duckdb:///{warehouse}"),
        ("WORKFLOW_URL", url),
        ("VIEWER_REGIONS", "all"),
        ("VIEWER_ROLE", "enforcement"),
    ):
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    record_found_signals(f"duckdb:///{warehouse}", url)
    yield url
    settings.cache_clear()


@pytest.fixture
def opened(workflow, monkeypatch):  # noqa: ARG001
    def shown(query=None, *, page="leads", **env):
        for name, value in env.items():
            monkeypatch.setenv(name, str(value))
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert [each.value for each in at.error] == []
        return at

    return shown


def boards(at):
    return {
        each["board"]: {
            row["code"]: [cell["text"] for cell in row["cells"]] for row in each["rows"]
        }
        for each in components(at)
        if each.get("board") and "rows" in each
    }


def tools(at):
    (listed,) = [each for each in components(at) if each.get("board") == "candidates"]
    return {tool["label"] for row in listed["rows"] for tool in row["tools"]}


def texts(at):
    parts = [*at.markdown, *at.caption, *at.info, *at.warning, *at.text]
    return "\n".join(str(each.value) for each in parts)


def stored(warehouse, scope=EVERYTHING):
    found = open_current(f"duckdb:///{warehouse}")
    frame = fetch_candidates(found, scope)
    found.engine.dispose()
    return frame


def take_up(viewer, operator_name):
    """Take the first candidate of an operator into a new batch, as the page does."""
    found = lead_data.candidates(viewer.scope)
    row = found.frame[found.frame["operator_name"] == operator_name].iloc[0].to_dict()
    code = row["candidate_id"]
    draft = lead_picking.draft(
        row,
        lead_data.candidate_evidence(viewer.scope, [code]),
        lead_data.candidate_signals(viewer.scope, [code]),
    )
    batch = lead_store.open_batch(viewer, [draft], title="第一批", recipients=["江岸区局"])
    (lead_id,) = lead_store.leads(viewer.scope, batch_id=batch)["lead_id"]
    return code, batch, int(lead_id)


def known(lead_id):
    """Return a lead that is there."""
    found = lead_store.lead(EVERYTHING, lead_id)
    assert found is not None
    return found


def today_here():
    return dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date()


def penalise(lead_id, batch):
    lead_store.review_batch(LEADER, batch, seen=[lead_id])
    today = today_here()
    lead_store.hand_over(OFFICER, batch, today)
    seen = LeadState.HANDED_OVER
    for state in (LeadState.RECEIVED, LeadState.CHECKING, LeadState.FILED):
        lead_store.move_lead(OFFICER, lead_id, state, today, seen=seen)
        seen = state
    outcome = lead_store.Outcome(
        LeadResult.PENALTY, case_number="1号", closed_on=today, fined_yuan=3e3
    )
    lead_store.write_outcome(OFFICER, lead_id, outcome, seen=seen, replaces=None)


def test_candidates_are_those_stored_by_worth(opened, warehouse):
    shown = boards(opened())["candidates"]
    expected = stored(warehouse)
    assert list(shown) == expected["candidate_id"].head(lead_candidates.PAGE_SIZE).tolist()
    first = expected.iloc[0]
    name, conduct, worth, count, latest, _ = shown[first["candidate_id"]]
    assert (name, conduct) == (first["operator_name"], lead_labels.conduct(first["conduct"]))
    assert (worth, count) == (f"{first['worth']:.0f}", f"{first['submissions']:,}")
    assert latest == str(first["latest_on"])[:10]


def test_a_source_and_a_name_narrow_the_list(opened):
    risk = boards(opened({"source": "risk"}))["candidates"]
    assert LISTED in {cells[0] for cells in risk.values()}
    assert OPERATOR not in {cells[0] for cells in risk.values()}
    named = boards(opened({"name": OPERATOR}))["candidates"]
    assert {cells[0] for cells in named.values()} == {OPERATOR}
    assert boards(opened({"name": "没有这家"}))["candidates"] == {}


def test_another_region_sees_nothing_of_it(opened, warehouse):
    at = opened(VIEWER_REGIONS="420500")
    assert stored(warehouse, Scope(regions=("420500",))).empty
    assert boards(at)["candidates"] == {}
    assert OPERATOR not in texts(at)
    at = opened({"candidate": f"{lead_records.CAMPAIGN}:metering"}, VIEWER_REGIONS="420500")
    assert OPERATOR not in texts(at)


def test_a_leader_reads_and_does_not_write(opened):
    at = opened(VIEWER_ROLE="leader")
    assert "由研判分析员或执法人员列入批次" in texts(at)
    assert "不列为线索" not in [each.label for each in at.button]
    assert tools(at) == set()
    assert tools(opened(VIEWER_ROLE="analyst")) == {"列入"}
    with pytest.raises(lead_store.MayNotWriteLeadsError):
        lead_store.open_batch(LEADER, [], title="批", recipients=["局"])


@pytest.mark.usefixtures("workflow")
def test_a_viewer_of_elsewhere_cannot_write_by_number():
    code, batch, lead_id = take_up(OFFICER, OPERATOR)
    for write in (
        lambda: lead_store.remove_lead(ELSEWHERE, lead_id),
        lambda: lead_store.review_batch(ELSEWHERE, batch, seen=[lead_id]),
        lambda: lead_store.confirm_basis(ELSEWHERE, lead_id, []),
        lambda: lead_store.dismiss(ELSEWHERE, code, "不是"),
        lambda: lead_store.move_lead(
            ELSEWHERE, lead_id, LeadState.WITHDRAWN, dt.date(2026, 3, 20), seen=LeadState.PROPOSED
        ),
    ):
        with pytest.raises(lead_store.NoSuchLeadError):
            write()
    assert lead_store.lead(ELSEWHERE.scope, lead_id) is None


@pytest.mark.usefixtures("workflow")
def test_who_sees_a_part_of_a_batch_does_nothing_with_the_whole():
    _, batch, lead_id = take_up(OFFICER, OPERATOR)
    (whole,) = lead_store.batches(WUHAN.scope).to_dict("records")
    assert not lead_store.owns(WUHAN, whole)
    assert lead_store.owns(OFFICER, whole)
    today = today_here()
    for write in (
        lambda: lead_store.review_batch(WUHAN, batch, seen=[lead_id]),
        lambda: lead_store.change_batch(WUHAN, batch, title="x", recipients=["x"], note=""),
        lambda: lead_store.remove_lead(WUHAN, lead_id),
        lambda: lead_store.record_pack(
            WUHAN, batch, file_name="x.zip", sha256="0" * 64, lead_count=1, evidence_count=1
        ),
        lambda: lead_store.move_lead(
            WUHAN, lead_id, LeadState.WITHDRAWN, today, seen=LeadState.PROPOSED
        ),
    ):
        with pytest.raises(lead_store.MayNotWriteLeadsError):
            write()
    lead_store.review_batch(LEADER, batch, seen=[lead_id])
    with pytest.raises(lead_store.MayNotWriteLeadsError):
        lead_store.hand_over(WUHAN, batch, today)
    lead_store.hand_over(OFFICER, batch, today)
    lead_store.move_lead(WUHAN, lead_id, LeadState.RECEIVED, today, seen=LeadState.HANDED_OVER)
    assert lead_store.leads(EVERYTHING)["state"].tolist() == ["received"]


def test_a_batch_of_above_offers_nothing_of_the_whole(opened):
    take_up(OFFICER, OPERATOR)
    at = opened({"part": "batches"}, VIEWER_REGIONS="420100")
    assert "由建批单位办理" in texts(at)
    labels = [each.label for each in at.button]
    assert "复核通过" not in labels
    assert "移送" not in labels
    assert at.get("download_button") == [
        each for each in at.get("download_button") if "ZIP" not in str(each.proto.label)
    ]


def test_an_empty_batch_is_not_reviewed(opened):
    _, _, lead_id = take_up(OFFICER, OPERATOR)
    reviewer = {"VIEWER_ROLE": "leader"}
    labels = [each.label for each in opened({"part": "batches"}, **reviewer).button]
    assert "复核通过" in labels
    lead_store.remove_lead(OFFICER, lead_id)
    at = opened({"part": "batches"}, **reviewer)
    assert "复核通过" not in [each.label for each in at.button]
    assert "没有线索" in texts(at)


@pytest.mark.usefixtures("workflow")
def test_the_outcome_that_was_seen_is_the_one_replaced():
    _, batch, lead_id = take_up(OFFICER, OPERATOR)
    penalise(lead_id, batch)
    seen = lead_course.stored_outcome(known(lead_id))
    assert seen is not None
    more = dataclasses.replace(seen, fined_yuan=6e4)
    lead_store.write_outcome(OFFICER, lead_id, more, seen=LeadState.CLOSED, replaces=seen)
    with pytest.raises(lead_store.OutcomeChangedError):
        lead_store.write_outcome(OFFICER, lead_id, seen, seen=LeadState.CLOSED, replaces=seen)
    assert lead_course.stored_outcome(known(lead_id)) == more


def test_what_was_dismissed_can_be_brought_back(opened):
    code = next(iter(boards(opened())["candidates"]))
    lead_store.dismiss(OFFICER, code, "另案处理")
    assert boards(opened())["dismissed"][code][2] == "另案处理"
    lead_store.reopen(OFFICER, code)
    assert "dismissed" not in boards(opened())


def test_a_withdrawn_lead_is_told_when_its_candidate_comes_again(opened):
    code, _, lead_id = take_up(OFFICER, OPERATOR)
    number = known(lead_id)["number"]
    lead_store.move_lead(
        OFFICER, lead_id, LeadState.WITHDRAWN, today_here(), seen=LeadState.PROPOSED
    )
    assert f"曾列为线索{number.replace('-', chr(92) + '-')}，已撤回" in texts(
        opened({"candidate": code})
    )


def test_a_basis_once_confirmed_is_offered_for_the_same_conduct(opened):
    _, _, lead_id = take_up(OFFICER, OPERATOR)
    conduct = known(lead_id)["conduct"]
    assert lead_store.confirmed_basis(conduct) == []
    basis = [{"law": "计量法", "article": "27", "penalty": "没收违法所得"}]
    lead_store.confirm_basis(OFFICER, lead_id, basis)
    assert lead_store.confirmed_basis(conduct) == basis
    assert lead_store.confirmed_basis("prepaid") == []
    lead_store.confirm_basis(OFFICER, lead_id, [])
    assert lead_store.confirmed_basis(conduct) == []
    assert opened({"part": "leads", "lead": str(lead_id), "detail": "law"})


@pytest.mark.usefixtures("workflow")
def test_a_viewer_limited_to_kinds_sees_no_leads():
    scope = Scope(everything=True, kinds=(Kind.COMPLAINT,))
    take_up(OFFICER, OPERATOR)
    assert not lead_store.sees_leads(scope)
    assert lead_store.leads(scope).empty
    assert lead_mentions.campaign_text(scope, "iron_fist_2025") == ""


def test_what_is_taken_up_leaves_the_list_and_stands_in_its_batch(opened):
    before = boards(opened())["candidates"]
    code, batch, lead_id = take_up(OFFICER, OPERATOR)
    at = opened()
    assert code in before
    assert code not in boards(at)["candidates"]
    assert "另有1条已列为线索或已答复且没有新证据" in texts(at)
    shown = boards(opened({"part": "batches"}))
    assert shown["batches"][str(batch)][1:4] == ["第一批", "待复核", "1"]
    assert shown["batch_leads"][str(lead_id)][1] == OPERATOR
    assert boards(opened({"part": "leads"}))["leads"][str(lead_id)][3] == "拟移送"


def test_a_dismissed_candidate_leaves_the_list_and_answers_its_signal(opened, workflow):
    at = opened()
    code = next(iter(boards(at)["candidates"]))
    lead_store.dismiss(OFFICER, code, "另案处理")
    assert code not in boards(opened())["candidates"]
    signals = fetch_signals(open_workflow(workflow), EVERYTHING, candidate_ids=[code])
    assert signals[["answer", "reason"]].to_numpy().tolist() == [["dismissed", "另案处理"]]
    lead_store.reopen(OFFICER, code)
    assert code in boards(opened())["candidates"]


def test_the_chain_counts_one_penalty_and_feeds_the_worth_back(opened):
    def chain(step):
        drawn = components(opened({"part": "chain", "step": step}))
        (tiles,) = [each["tiles"] for each in drawn if "tiles" in each]
        return {each["code"]: each["value"] for each in tiles}

    before = chain("signals")
    _, batch, lead_id = take_up(OFFICER, OPERATOR)
    penalise(lead_id, batch)
    after = chain("penalties")
    assert after["signals"] == before["signals"]
    assert [after[each] for each in ("leads", "handed_over", "cases", "penalties")] == ["1"] * 4
    at = opened({"part": "chain", "step": "penalties"})
    assert boards(at)["members"][f"lead:{lead_id}"][0] == OPERATOR
    assert "罚款3,000元" in texts(at)
    rates = boards(at)["hit_rates"]
    assert rates["source:campaign"][1:5] == ["专项行动", "1", "1", "100.0%"]
    course = boards(opened({"part": "leads", "lead": str(lead_id)}))["course"]
    assert [cells[1] for cells in course.values()] == [
        "拟移送",
        "已移送",
        "已接收",
        "核查",
        "立案",
        "办结",
    ]


def test_a_confirmed_basis_no_longer_asks_to_be_checked(opened):
    _, _, lead_id = take_up(OFFICER, OPERATOR)
    query = {"part": "leads", "lead": str(lead_id), "detail": "law"}
    assert "需核对；处罚幅度未填" in texts(opened(query))
    basis = [{"law": "计量法", "article": "27", "penalty": "没收违法所得"}]
    lead_store.confirm_basis(OFFICER, lead_id, basis)
    told = texts(opened(query))
    assert "《计量法》第27条，没收违法所得" in told
    assert "处罚幅度未填" not in told


def test_the_operator_and_the_campaign_tell_of_their_leads(opened, workflow):
    _, _, lead_id = take_up(OFFICER, OPERATOR)
    found = lead_store.origins(EVERYTHING)
    campaign, _, topic = found[found["source"] == "campaign"]["reference"].iloc[0].partition(".")
    assert "列为案源线索1条" in lead_mentions.campaign_text(EVERYTHING, campaign)
    assert "列为案源线索1条" in lead_mentions.campaign_text(EVERYTHING, campaign, topic)
    assert "列为案源线索0条" in lead_mentions.campaign_text(EVERYTHING, campaign, "other")
    assert "列为案源线索0条" in lead_mentions.campaign_text(EVERYTHING, campaign[:-1])
    operator = fetch_leads(open_workflow(workflow), EVERYTHING)["operator_id"].iloc[0]
    shown = boards(opened({"id": operator}, page="operator"))["mentions"]
    number, _, state, worth, *_ = shown[f"lead:{lead_id}"]
    assert (number, state) == (known(lead_id)["number"], "拟移送")
    assert worth.isdigit()
    waiting = [cells for code, cells in shown.items() if code.startswith("candidate:")]
    assert all((cells[0], cells[2]) == ("—", "候选") for cells in waiting)


def test_a_warehouse_without_candidates_says_so(opened, monkeypatch):
    monkeypatch.setattr(lead_data, "are_known", lambda: False)
    at = opened()
    assert "候选线索尚未随数据更新，请管理员运行刷新任务。" in texts(at)
    assert "candidates" not in boards(at)


def test_addresses_that_somebody_typed_change_nothing(opened):
    for query in (
        {"part": "leads", "lead": "²"},
        {"part": "leads", "lead": "99999999999"},
        {"part": "batches", "batch": "-1"},
        {"part": "batches", "batch": "9" * 5000},
        {"part": "chain", "step": "nothing", "split": "x", "chain_part": "<b>"},
        {"part": "chain", "split": "model", "chain_part": "![x](http://elsewhere/x.png)"},
        {"part": "found", "page": "999", "candidate": "nobody:x"},
    ):
        assert "elsewhere" not in texts(opened(query))
