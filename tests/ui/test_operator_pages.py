"""风险评分, 一企一档, 评分模型: what is stored is shown, decisions by who may, nothing of elsewhere."""

import json

import pandas as pd
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from analytics.risk_model import read_model
from jobs.decided import read_decided
from jobs.refresh import refresh
from pages.components import grade_view, model_view, operator_export, score_data
from pages.components.settings import settings
from queries.decisions import fetch_decisions
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.score_tables import operator_scores
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from queries.workflow import open_workflow
from tests.scored import FAR, FILED, LISTED, PENALISED, PLAIN, SECRET, fill, plant
from tests.staging import batch, record
from tests.ui.pages import ROOT


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("scored") / "warehouse")


@pytest.fixture
def opened(warehouse, monkeypatch, tmp_path):
    def shown(query=None, *, page="scores", folder=warehouse, regions="all", role="analyst"):
        for name, value in (
            ("WAREHOUSE_URL", f"duckdb:///{folder}"),
            ("WORKFLOW_URL", f"sqlite:///{tmp_path}/workflow.db"),
            ("VIEWER_REGIONS", regions),
            ("VIEWER_ROLE", role),
        ):
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page(f"pages/{page}.py").run()
        return checked(at)

    yield shown
    settings.cache_clear()


def checked(at):
    assert not at.exception
    assert [each.value for each in at.error] == []
    return at


def board(at, name):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    (found,) = [each for each in drawn if each.get("board") == name]
    return {row["code"]: [cell["text"] for cell in row["cells"]] for row in found["rows"]}


def everything(at):
    parts = [
        each.value
        for each in (*at.markdown, *at.caption, *at.info, *at.warning, *at.subheader, *at.metric)
    ]
    drawn = [each.proto.json for each in at.get("bidi_component")]
    return "\n".join(
        [*parts, *[json.dumps(json.loads(each or "0"), ensure_ascii=False) for each in drawn]]
    )


def scores_in(folder):
    found = open_current(f"duckdb:///{folder}")
    own = operator_scores.c
    with found.engine.connect() as conn:
        month = conn.scalar(sa.select(sa.func.max(own.month)))
        rows = conn.execute(sa.select(operator_scores).where(own.month == month)).mappings().all()
    found.engine.dispose()
    return {row["operator_id"]: row for row in rows}


def test_the_ranking_is_by_the_scores_stored(opened, warehouse):
    stored = scores_in(warehouse)
    rows = board(opened(), "scores")
    assert list(rows) == sorted(stored, key=lambda each: (-stored[each]["score"], each))
    for operator_id, cells in rows.items():
        assert cells[4] == f"{stored[operator_id]['score']:,.0f}"
    assert rows[LISTED][6] == "D 高※"
    assert "※：按直接定级条件定级" in everything(opened())
    assert rows[PENALISED][0] == "受罚商行"


def test_one_grade_is_chosen(opened, warehouse):
    at = opened({"grade": "D"})
    stored = {key for key, row in scores_in(warehouse).items() if row["grade"] == "D"}
    assert set(board(at, "scores")) == stored == {LISTED}
    assert "符合条件1户" in everything(at)


def test_the_file_shows_points_records_and_related(opened, warehouse):
    at = opened({"id": PENALISED, "indicator": "penalty_count"}, page="operator")
    stored = scores_in(warehouse)[PENALISED]
    points = board(at, "indicators")
    for indicator in read_model().indicators:
        told = points[indicator.code][2]
        assert told in {"无数据", f"{stored[indicator.code]:,.1f}".removesuffix(".0")}
    assert points["penalty_count"][2] == f"{stored['penalty_count']:g}" != "0"
    assert "鄂罚〔2026〕1号" in everything(at)
    assert set(board(at, "related")) == {LISTED}
    assert at.metric[0].value == f"{stored['score']:,.0f}"
    assert at.metric[4].value == f"{FILED}件"


def test_an_operator_elsewhere_is_as_unknown(opened):
    here = opened({"id": FAR}, page="operator", regions="420106")
    unknown = opened({"id": "nobody"}, page="operator", regions="420106")
    assert [each.value for each in here.warning] == [each.value for each in unknown.warning]
    assert SECRET not in everything(here)
    ranked = opened(regions="420106")
    assert FAR not in board(ranked, "scores")
    assert SECRET not in everything(ranked)


def test_pages_without_scores_tell_what_to_do(opened, tmp_path):
    store = GenerationStore(tmp_path / "bare")
    with store.building() as building:
        building.stage(batch([record("s-1", operator_id="op", respondent_name="某店")]))
        building.merge()
    for page, query in (("scores", {}), ("risk_model", {"part": "trial"})):
        at = opened(query, page=page, folder=store.folder)
        assert any("管理员运行刷新任务" in each.value for each in at.info)
    at = opened({"id": "op"}, page="operator", folder=store.folder)
    assert any("风险评分" in each.value for each in at.info)
    assert opened(page="operator", folder=store.folder).info


def test_the_model_is_told_in_words(opened):
    rows = board(opened(page="risk_model"), "model")
    model = read_model()
    assert list(rows) == [each.code for each in model.indicators]
    assert "近12个月重大舆情不少于1计60分" in rows["opinion"][3]
    assert sum(float(cells[2]) for cells in rows.values()) == 1000
    assert "D 高600分起" in model_view.grades_text(model)
    assert "直接定级条件：列入严重违法失信名单（至少D）" in everything(opened(page="risk_model"))


def test_too_short_a_history_is_told(opened):
    at = opened({"part": "trial"}, page="risk_model")
    assert any("回测" in each.value for each in (*at.info, *at.markdown))


def test_another_model_is_previewed_put_in_force_and_scored_by(opened, tmp_path):
    store = GenerationStore(tmp_path / "own")
    fill(store)
    before = scores_in(store.folder)
    at = opened({"part": "edit"}, page="risk_model", folder=store.folder)
    assert "0户（0.0%）改变等级" in everything(at)
    at.number_input(key="model.cut.B.2026.1").set_value(1.0)
    checked(at.run())
    moved = sum(1 <= row["score"] < 200 and row["grade"] == "A" for row in before.values())
    assert moved
    assert f"{moved}户（" in everything(at)
    at.text_input(key="model.version").set_value("本局1版")
    checked(at.run())
    at.text_input(key="model.reason").set_value("试点")
    checked(at.run())
    next(each for each in at.button if each.label == "启用此版本").click()
    checked(at.run())
    assert any("待下次更新生效" in each.value for each in at.info)
    workflow = f"sqlite:///{tmp_path}/workflow.db"
    (decision,) = fetch_decisions(open_workflow(workflow), DecisionKind.RISK_MODEL)
    assert decision.subject == "本局1版"
    refresh(store, decided=read_decided(workflow))
    after = scores_in(store.folder)
    assert {row["model_version"] for row in after.values()} == {"本局1版"}
    changed = {key for key, row in after.items() if row["grade"] != before[key]["grade"]}
    assert len(changed) == moved
    assert {key: row["score"] for key, row in after.items()} == pytest.approx(
        {key: row["score"] for key, row in before.items()}
    )


@pytest.mark.parametrize(("role", "regions"), [("leader", "all"), ("analyst", "420106")])
def test_only_who_sees_all_and_decides_edits_the_model(opened, role, regions):
    at = opened({"part": "edit"}, page="risk_model", role=role, regions=regions)
    assert not [each for each in at.button if each.label == "启用此版本"]
    assert any("由能查看全部数据" in each.value for each in at.info)


def test_the_file_to_take_away_holds_what_is_shown(opened, warehouse):
    opened({"id": PLAIN}, page="operator")
    scope = EVERYTHING
    found = score_data.score(scope, operator_id=PLAIN)
    row = {"operator_id": PLAIN, "name": "平安商行", "in_register": True}
    sheets = operator_export.sheets(row, found, grade_view.model(), scope)
    assert [each.title for each in sheets] == ["登记信息", "风险评分", "逐月风险分", "监管事项"]
    points, events = (pd.concat(each.parts()) for each in (sheets[1], sheets[3]))
    assert points["得分"].sum() == pytest.approx(scores_in(warehouse)[PLAIN]["score"])
    assert len(events) == sheets[3].total == 3
