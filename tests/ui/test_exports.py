"""What leaves a page says what it is, and holds what the page shows."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.components import (
    boards,
    data,
    explorer_export,
    exports,
    listing_export,
    screen_export,
    screen_rows,
    spreadsheets,
)
from pages.components.access import Role, Viewer
from pages.components.boards import Board, View
from pages.components.data import totals
from pages.components.settings import settings
from queries.measures import MEASURES
from queries.results import Breakdown
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, Period, Selection
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
    unknown = by_name.isna()
    assert bool(unknown.loc["诉求量", "环比"])
    assert unknown.loc["办结率", ["环比", "环比差（百分点）"]].all()
    assert by_name.loc["办结率", "说明"] == explorer_export.NOT_COMPARED
    assert by_name.loc["诉求量", "说明"] == ""


def test_changes_are_numbers():
    found = explorer_sheets()
    figures = found["指标"].frame
    assert isinstance(figures, pd.DataFrame)
    row = figures.set_index("指标").loc["诉求量"]
    assert row["本期"] == len(within(90))
    assert row["环比"] == pytest.approx(row["本期"] / row["环比基期"] - 1)
    board = found["问题"].frame
    assert isinstance(board, pd.DataFrame)
    assert board["环比"].dtype == "float64"
    known = board[board["环比基期（件）"] > 0]
    expected = known["诉求量（件）"] / known["环比基期（件）"] - 1
    assert known["环比"].to_list() == pytest.approx(expected.to_list())
    assert {"环比", "占比"} <= found["问题"].shares


def test_a_rate_changes_by_points():
    now, then = pd.Series([0.9, 0.5]), pd.Series([0.95, 0.0])
    found = explorer_export.changed(MEASURES["on_time_rate"], now, then)
    assert found.to_list() == pytest.approx([-0.05, 0.5])


def test_what_is_not_stated_has_no_place():
    frame = pd.DataFrame(
        {"member": ["F52", None, "I64"], "submissions": [9, 5, 1], "share": [0.6, 0.3, 0.1]}
    )
    view = View(Board("industry", "行业", "industry"), "industry")
    found = Breakdown(frame, "industry", 3, not_stated=1)
    sheet = explorer_export.board(view, found, QUARTER, MEASURES["submissions"])
    assert isinstance(sheet.frame, pd.DataFrame)
    assert [None if pd.isna(each) else each for each in sheet.frame["名次"]] == [1, None, 2]


def test_the_hours_of_the_week_are_among_the_explorers_tables():
    frame = explorer_sheets()["星期与时段"].frame
    assert isinstance(frame, pd.DataFrame)
    assert frame["诉求量（件）"].sum() == len(within(90))


def screen_sheets():
    found = data.screen(
        QUARTER,
        EVERYTHING,
        measures=screen_rows.TILES,
        levels=("operator_id", "channel", "status", "city_code"),
        limit=120,
        operators=9,
        words=0,
        notable=30,
    )
    issues = data.breakdown(
        QUARTER.with_filter("kind", ["complaint"]), EVERYTHING, level="issue_type", limit=9
    )
    course = data.series(
        Selection(period=Period("13m"), comparison=Comparison.LAST_YEAR),
        EVERYTHING,
        measures=("complaints", "tipoffs"),
        grain="week",
    )
    ranked = {**found.breakdowns, "issue_type": issues}
    return {each.title: each for each in screen_export.sheets(found, ranked, course, QUARTER)}


def test_the_wall_goes_out_as_an_independent_count_gives_it():
    sheets = screen_sheets()
    rows = pd.DataFrame(within(90))
    frames = {title: sheet.frame for title, sheet in sheets.items()}
    channels = frames["来源渠道"]
    assert isinstance(channels, pd.DataFrame)
    assert (
        dict(zip(channels["代码"], channels["诉求量（件）"], strict=True))
        == rows["channel"].value_counts().to_dict()
    )
    cities = frames["区域分布"]
    assert isinstance(cities, pd.DataFrame)
    assert cities["诉求量（件）"].sum() == len(rows)
    issues = frames["投诉问题排行"]
    assert isinstance(issues, pd.DataFrame)
    expected = rows[rows["kind"] == "complaint"]["issue_type"].value_counts()
    assert dict(zip(issues["代码"], issues["诉求量（件）"], strict=True)).items() <= (
        expected.to_dict().items()
    )
    assert sheets["投诉问题排行"].note.startswith("只计投诉")
    stages = frames["办理进度"]
    assert isinstance(stages, pd.DataFrame)
    assert stages["诉求量（件）"].sum() <= len(rows)
    assert stages["占比"].sum() == pytest.approx(1)


def test_the_wall_says_how_many_there_are_of_what_it_cuts():
    sheet = screen_sheets()["涉诉主体排行"]
    assert isinstance(sheet.frame, pd.DataFrame)
    assert len(sheet.frame) == 9
    book = openpyxl.load_workbook(io.BytesIO(spreadsheets.workbook([sheet], [])))
    told = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    known = {row["operator_id"] for row in within(90)}
    assert told["表“涉诉主体排行”"].startswith(f"共{len(known)}行，导出前9行")


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


def test_pages_offer_both_files_and_write_nothing_until_a_click(workflow_url):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for page in ("explorer", "submissions", "big_screen"):
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        labels = [each.proto.label for each in at.get("download_button")]
        assert labels == ["Excel工作簿（XLSX）", "CSV（压缩包，含说明）"]
    books = open_workflow(workflow_url)
    assert [line["action"] for line in fetch_audit(books)] == []
    books.dispose()


def test_a_file_says_what_is_left_out_and_that_its_period_is_not_over():
    chosen = Selection(period=Period("2026-03-01..2026-04-30"), denoised=True)
    said = dict(exports.preface(chosen, EVERYTHING, counted(chosen), viewer=ANALYST, name="x"))
    assert said["筛选条件"] == "2026年3月1日至4月30日（统计期未满）；去重口径（剔除0件）。"
