"""What leaves a page says what it is, and holds what the page shows."""

import copy
import datetime as dt
import io
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.components import boards, data, explorer_export, exports, listing_export, spreadsheets
from pages.components.access import Role, Viewer
from pages.components.data import totals
from pages.components.settings import settings
from queries.measures import MEASURES
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, Period, Selection
from queries.workflow import fetch_audit, open_workflow
from tests.ui.counted import plant, within
from tests.ui.pages import ROOT

WUHAN = Scope(regions=("420100",))
ANALYST = Viewer("武汉市局研判分析员", Role.ANALYST, WUHAN)
KPIS = ("submissions", "complaints", "closure_rate")
QUARTER = Selection(period=Period("90d"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(autouse=True)
def over_it(warehouse, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
    monkeypatch.setenv("VIEWER_REGIONS", "all")
    settings.cache_clear()
    yield
    settings.cache_clear()


def counted(selection=QUARTER, scope=EVERYTHING):
    return totals(selection, scope, measures=KPIS)


def explorer_sheets(selection=QUARTER, scope=EVERYTHING, measure="submissions"):
    found = explorer_export.sheets(
        boards.views(selection, {}, scope),
        selection,
        scope,
        MEASURES[measure],
        kpis=KPIS,
        grain="week",
    )
    return {sheet.title: sheet for sheet in found}


def test_every_file_says_what_was_counted():
    everyone = within(90, city_code="420100")
    operator = next(row["operator_id"] for row in everyone if row["kind"] == "tipoff")
    chosen = QUARTER.with_filter("kind", ["tipoff"]).with_filter("operator", [operator])
    found = counted(chosen, WUHAN)
    said = dict(exports.preface(chosen, WUHAN, found, viewer=ANALYST, name="一屏分析"))
    theirs = within(90, kind="tipoff", operator_id=operator, city_code="420100")
    assert said["诉求数量"] == f"共{len(theirs)}件，范围内共{len(everyone)}件"
    assert "类型：举报" in said["筛选条件"]
    assert f"主体：第{operator[3:]}号商行" in said["筛选条件"]
    assert said["统计期"] == "2026年1月1日至3月31日"
    assert said["数据截至"] == "2026年3月31日"
    assert said["可见范围"] == "武汉市"
    assert said["导出人"] == "武汉市局研判分析员"
    assert said["数据版本"].startswith("gen-")
    assert said["提示"].startswith("数据已落后")


def test_synthetic_data_is_marked(monkeypatch):
    status = replace(data.status(), synthetic=True)
    monkeypatch.setattr(data, "status", lambda: status)
    said = dict(exports.preface(QUARTER, EVERYTHING, counted(), viewer=ANALYST, name="x"))
    assert said["数据性质"].startswith("合成数据")
    assert "合成数据" in exports.caption(counted(), QUARTER, EVERYTHING).replace("\n", "")


def test_the_explorers_boards_are_what_an_independent_count_gives():
    sheet = explorer_sheets()["问题"]
    frame = sheet.frame
    assert isinstance(frame, pd.DataFrame)
    expected = pd.DataFrame(within(90))["issue_type"].value_counts().to_dict()
    assert dict(zip(frame["代码"], frame["诉求量（件）"], strict=True)) == expected
    assert frame["占比"].sum() == pytest.approx(1)
    assert frame["名次"].to_list() == list(range(1, len(expected) + 1))
    assert sheet.total == len(expected)
    assert sheet.note == ""


def test_a_board_with_a_choice_of_its_own_says_that_all_are_listed():
    chosen = QUARTER.with_filter("issue", ["C03"])
    assert "不受本维度自身筛选限制" in explorer_sheets(chosen)["问题"].note


def test_the_trend_marks_buckets_that_are_not_whole():
    frame = explorer_sheets()["走势"].frame
    assert isinstance(frame, pd.DataFrame)
    assert frame["诉求量（件）"].sum() == len(within(90))
    assert frame["时段完整"].to_list() == ["否", *["是"] * (len(frame) - 2), "否"]


def test_a_rate_comes_with_its_base_and_no_comparison_while_it_grows():
    sheet = explorer_sheets(measure="closure_rate")["类型"]
    frame = sheet.frame
    assert isinstance(frame, pd.DataFrame)
    rows = within(90, kind="complaint")
    closed = sum(row["closed_at"] is not None for row in rows)
    complaint = frame.set_index("代码").loc["complaint"]
    assert complaint["办结率（%）"] == pytest.approx(closed / len(rows))
    assert complaint["诉求量（件）"] == len(rows)
    assert "环比" not in frame
    assert "办结率（%）" in sheet.shares


def test_figures_with_and_without_a_base():
    frame = explorer_sheets(Selection(period=Period("all")))["指标"].frame
    assert isinstance(frame, pd.DataFrame)
    by_name = frame.set_index("指标")
    assert by_name.loc["诉求量", "本期"] == 1600
    assert by_name.loc["诉求量", "环比"] == "—"
    assert by_name.loc["办结率", "环比"] == explorer_export.NOT_COMPARED


@pytest.mark.parametrize("scope", [EVERYTHING, WUHAN])
def test_the_whole_list_goes_out_sorted_and_masked(scope):
    [sheet] = listing_export.sheets(QUARTER, scope, order="registered_at")
    within_scope = {} if scope.everything else {"city_code": "420100"}
    rows = within(90, **within_scope)
    newest_first = sorted(rows, key=lambda row: row["registered_at"], reverse=True)
    raw = spreadsheets.workbook([sheet], [])
    book = openpyxl.load_workbook(io.BytesIO(raw))
    lines = list(book["诉求明细"].iter_rows(values_only=True))
    head = list(lines[0])
    assert {line[head.index("市州")] for line in lines[1:]} <= {"武汉市", "宜昌市", "仙桃市"}
    ids = [line[head.index("登记编号")] for line in lines[1:]]
    assert sorted(ids) == sorted(row["submission_id"] for row in rows)
    moments = [line[head.index("登记时间")] for line in lines[1:]]
    assert moments == [row["registered_at"] for row in newest_first]
    told = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert told["表“诉求明细”"].startswith(f"共{len(rows)}行，已全部导出")
    assert "已脱敏" in told["表“诉求明细”"]


def test_a_list_over_the_limit_tells_how_many_there_are(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 50)
    [sheet] = listing_export.sheets(QUARTER, EVERYTHING, order="registered_at")
    archive = zipfile.ZipFile(io.BytesIO(spreadsheets.tables([sheet], [])))
    told = archive.read("说明.txt").decode("utf-8-sig")
    assert f"共{len(within(90))}行，导出前50行；每张表最多50行" in told
    assert len(archive.read("诉求明细.csv").decode("utf-8-sig").splitlines()) == 51


def test_no_column_can_show_a_person():
    assert {"complainant_masked", "phone_masked"} <= set(listing_export.COLUMNS)
    named = {"complainant_name", "phone", "id_number", "address", "person_key", "submission_key"}
    assert named.isdisjoint(listing_export.COLUMNS)


def test_a_picture_says_filters_days_base_and_date():
    chosen = QUARTER.with_filter("issue", ["C03"])
    lines = exports.caption(counted(chosen), chosen, EVERYTHING, width=300).split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 50
    text = "".join(lines)
    for part in ("2026年1月1日至3月31日", "问题：", "数据截至2026年3月31日"):
        assert part in text
    assert f"共{len(within(90, issue_type='C03'))}件，范围内共{len(within(90))}件" in text


def test_a_chart_keeps_its_own_tools_beside_the_new_one():
    option: dict[str, Any] = {
        "toolbox": {"right": 9, "feature": {"brush": {"type": ["lineX"]}}},
        "grid": [{"bottom": 4}, {"bottom": "8%"}],
        "graphic": {"type": "text"},
    }
    before = copy.deepcopy(option)
    found = exports.savable(option, name="走势", caption="一\n二")
    assert set(found["toolbox"]["feature"]) == {"brush", "saveAsImage"}
    assert found["toolbox"]["right"] == 9
    assert [grid["bottom"] for grid in found["grid"]] == [4 + 28, "8%"]
    assert len(found["graphic"]) == 2
    assert found["toolbox"]["feature"]["saveAsImage"]["backgroundColor"] == "#ffffff"
    assert option == before, "the option given is not changed"


def test_pages_offer_both_files_and_write_nothing_until_a_click(workflow_url):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for page in ("explorer", "submissions"):
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        labels = [each.proto.label for each in at.get("download_button")]
        assert labels == ["Excel工作簿（XLSX）", "CSV（压缩包，含说明）"]
    books = open_workflow(workflow_url)
    assert [line["action"] for line in fetch_audit(books)] == []
    books.dispose()


@pytest.mark.parametrize("width", range(4, 60))
def test_lines_break_no_number_and_open_with_no_closing_mark(width):
    text = (
        "2025年11月22日至2026年11月21日；区域：武汉市（市辖）、宜昌市；内容含“退款”；去重口径（剔除0件）。"
        "共44,445件，范围内共44,445件（占12.5%）；数据截至2026年11月21日。"
    )
    lines = exports.wrapped(text, width)
    assert "".join(lines) == text
    assert not [line for line in lines if not line or line[0] in "，。；：）”、%件"]
    assert sum(line.count("44,445件") for line in lines) == 2


def test_a_chart_of_another_span_says_its_own():
    days = DateRange(dt.date(2025, 4, 1), dt.date(2026, 3, 31))
    said = exports.caption(counted(), QUARTER, EVERYTHING, what="投诉量", days=days, width=4000)
    assert said == "投诉量；2025年4月1日至2026年3月31日。数据截至2026年3月31日。"
    said = exports.caption(counted(), QUARTER, EVERYTHING, what="投诉量", width=4000)
    assert said.startswith("投诉量；2026年1月1日至3月31日（近90天）；与上期比较。共")


def test_a_file_says_what_is_left_out_and_that_its_period_is_not_over():
    chosen = Selection(period=Period("2026-03-01..2026-04-30"), denoised=True)
    said = dict(exports.preface(chosen, EVERYTHING, counted(chosen), viewer=ANALYST, name="x"))
    assert said["筛选条件"] == "2026年3月1日至4月30日（统计期未满）；去重口径（剔除0件）。"
