"""Files as they reach the disk: workbook, tables, picture."""

import io
import struct
import zipfile

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from queries.workflow import fetch_audit, open_workflow
from tests.browser.looking import wait_until_idle, wait_until_painted
from tests.ui import planted
from tests.ui.counted import plant, within

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def server(serve_module, folder):
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    page.get_by_test_id("stPopover").filter(has_text="导出").get_by_role("button").click()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name=button).click()
    path = waiting.value.path()
    return waiting.value.suggested_filename, path.read_bytes()


def test_the_whole_list_as_a_workbook(server, open_page, folder):
    page = open_page(f"{server.url}/submissions?period=90d&kind=tipoff")
    name, raw = downloaded(page, "Excel工作簿（XLSX）")
    rows = within(90, kind="tipoff")
    assert name == "诉求明细_20260101-20260331.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(raw))
    told = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert told["诉求数量"] == f"共{len(rows)}件，范围内共{len(within(90))}件"
    assert told["筛选条件"].startswith("2026年1月1日至3月31日（近90天）；类型：举报")
    assert told["数据截至"] == "2026年3月31日"
    listed = {row[0] for row in book["诉求明细"].iter_rows(min_row=2, values_only=True)}
    assert listed == {row["submission_id"] for row in rows}
    books = open_workflow(f"sqlite:///{folder}/workflow.db")
    newest = fetch_audit(books)[0]
    books.dispose()
    assert (newest["action"], newest["subject"]) == (
        "export",
        "submissions xlsx period=90d&kind=tipoff",
    )


def test_what_is_on_the_explorer_as_tables(server, open_page):
    page = open_page(f"{server.url}/explorer?period=90d")
    name, raw = downloaded(page, "CSV（压缩包，含说明）")
    assert name == "一屏分析_20260101-20260331.zip"
    archive = zipfile.ZipFile(io.BytesIO(raw))
    counts = pd.DataFrame(within(90))["channel"].value_counts()
    table = pd.read_csv(archive.open("渠道.csv"), encoding="utf-8-sig")
    assert dict(zip(table["代码"], table["诉求量（件）"], strict=True)) == counts.to_dict()
    assert f"共{len(counts)}行，已全部导出" in archive.read("说明.txt").decode("utf-8-sig")


def test_a_chart_is_saved_as_a_picture(server, open_page):
    page = open_page(f"{server.url}/explorer?period=90d")
    wait_until_painted(page, canvases=1)
    chart = page.locator("[class*=st-key-trend_] canvas").first
    box = chart.bounding_box()
    assert box is not None
    with page.expect_download(timeout=30_000) as waiting:
        for right, top in ((each, down) for down in (12, 18, 24) for each in (12, 18, 24)):
            page.mouse.click(box["x"] + box["width"] - right, box["y"] + top)
    raw = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename == "走势_诉求量.png"
    assert raw.startswith(PNG)
    width, height = struct.unpack(">II", raw[16:24])
    assert width == pytest.approx(2 * box["width"], abs=4)
    assert height == pytest.approx(2 * box["height"], abs=4)
    assert len(raw) > 5_000


def test_what_is_on_the_wall_goes_out_and_the_wall_does_not_scroll(server, open_page):
    page = open_page(f"{server.url}/big_screen")
    name, raw = downloaded(page, "Excel工作簿（XLSX）")
    assert name.startswith("一屏展示_")
    titles = openpyxl.load_workbook(io.BytesIO(raw)).sheetnames
    assert {"指标", "办理进度", "行业排行", "投诉问题排行", "投诉举报走势"} <= set(titles)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_attacks_stay_text_in_what_is_taken_away(serve, tmp_path, open_page):
    folder = planted.plant(tmp_path / "planted")
    attacked = serve(folder, f"sqlite:///{tmp_path}/workflow.db", VIEWER_REGIONS="all")
    page = open_page(f"{attacked.url}/submissions?period=12m")
    _, raw = downloaded(page, "Excel工作簿（XLSX）")
    book = openpyxl.load_workbook(io.BytesIO(raw))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(planted.SCRIPT in str(cell.value) for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)


@pytest.mark.parametrize("page_name", ["explorer", "submissions"])
def test_the_button_stands_in_the_bar(server, open_page, page_name):
    page = open_page(f"{server.url}/{page_name}")
    bar = page.locator(".st-key-selection_bar")
    expect(bar.get_by_text("导出")).to_be_visible()
    expect(bar.get_by_text("视图")).to_be_visible()
    wait_until_idle(page)
