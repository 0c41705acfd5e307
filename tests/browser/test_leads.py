"""From a candidate to a lead, a batch, its archive, the enforcement system's file and the chain."""

import csv
import hashlib
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.app_server import Serve
from tests.browser.looking import wait_until_idle
from tests.browser.test_contrast import look_at
from tests.browser.test_safety import BROKEN
from tests.leading import CAMPAIGN, HOSTILE, LISTED, OPERATOR, plant

CASE = "岸市监案〔2026〕1号"

STEPS = ("信号", "列为线索", "移送", "立案", "处罚")


def opened(context: BrowserContext, url: str, address: str) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{url}/{address}")
    wait_until_idle(page)
    return page


def chain(page: Page, url: str) -> dict[str, int]:
    """Return the figures of the chain as the page shows them."""
    page.goto(f"{url}/leads?part=chain")
    wait_until_idle(page)
    tiles = page.locator(".st-key-chain .tile")
    expect(tiles).to_have_count(len(STEPS))
    counted = {}
    for name, tile in zip(STEPS, tiles.all(), strict=True):
        text = tile.inner_text()
        assert name in text
        found = re.search(r"([\d,]+)\s*[条件]", text)
        assert found is not None, text
        counted[name] = int(found[1].replace(",", ""))
    return counted


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("leads")
    workflow = f"sqlite:///{folder}/workflow.db"
    return plant(folder / "warehouse", workflow), workflow


def take_up(page: Page, source: str, operator: str, label: str) -> None:
    """Pick a candidate of a source, where the page says that this source pointed at it."""
    page.get_by_role("combobox", name="来源").click()
    page.get_by_role("option", name=re.compile(rf"^{source} \d+$")).click()
    wait_until_idle(page)
    found = page.get_by_role("table", name="候选线索")
    found.get_by_role("button", name=operator, exact=True).first.click()
    wait_until_idle(page)
    expect(page.locator(".st-key-lead_signals")).to_contain_text(label)
    found.get_by_role("button", name=f"{operator}列入").first.click()
    wait_until_idle(page)


def make_batch(page: Page) -> None:
    """Take what is picked into a new batch, which its maker may not review."""
    page.get_by_label("批次名称").fill("第一批")
    page.get_by_label("接收单位").fill("江岸区局、洪山区局")
    page.get_by_role("button", name="列入批次").click()
    page.wait_for_url("**part=batches**")
    wait_until_idle(page)
    for operator in (OPERATOR, LISTED):
        expect(page.get_by_role("table", name="本批线索")).to_contain_text(operator)
    expect(page.get_by_role("button", name="移送", exact=True)).to_be_disabled()
    page.get_by_role("button", name="复核通过").click()
    wait_until_idle(page)
    expect(page.get_by_text("复核人不能是建立批次或列入线索的人")).to_be_visible()


def send(page: Page) -> str:
    """Hand the reviewed batch over, take it away, and return the number of the campaign's lead."""
    page.reload()
    wait_until_idle(page)
    page.get_by_role("button", name="移送", exact=True).click()
    wait_until_idle(page)
    expect(page.get_by_text("已移送").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出移送材料").click()
    content = Path(download.value.path()).read_bytes()
    number = check_archive(zipfile.ZipFile(io.BytesIO(content)))
    page.reload()
    wait_until_idle(page)
    page.get_by_text("导出记录 1次").click()
    expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()
    return number


def bring_back(page: Page, url: str, number: str, file: Path) -> None:
    """Import the outcome of a lead twice: the second time nothing changes."""
    today = page.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})")
    with file.open("w", encoding="gb18030", newline="") as written:
        writer = csv.writer(written)
        writer.writerow(
            ["线索编号", "状态", "处理结果", "案号", "立案日期", "办结日期", "罚款金额"]
        )
        writer.writerow([number, "办结", "行政处罚", CASE, today, today, "5000"])
        writer.writerow(["没有这条", "立案", "", "", today, "", ""])
    for applied in ("更新1行，已是最新0行，未采用1行", "更新0行，已是最新1行，未采用1行"):
        page.goto(f"{url}/leads?part=leads")
        wait_until_idle(page)
        page.get_by_text("导入执法办案系统的结果文件").click()
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text(file.name)).to_be_visible()
        expect(page.get_by_test_id("stFileUploader").get_by_role("progressbar")).to_have_count(0)
        wait_until_idle(page)
        submit = page.get_by_role("button", name="导入", exact=True)
        expect(submit).to_be_enabled()
        # By key: what was just uploaded still moves the button, away from under a pointer.
        submit.press("Enter")
        expect(page.get_by_text(applied)).to_be_visible(timeout=20_000)


def test_the_whole_chain(
    serve: Serve, browser_context: BrowserContext, planted: tuple[Path, str], tmp_path: Path
) -> None:
    warehouse, workflow = planted
    officer = serve(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="enforcement").url
    leader = serve(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="leader").url
    page = opened(browser_context, officer, "leads?part=chain")
    before = chain(page, officer)
    assert before["信号"] > 0
    assert [before[name] for name in STEPS[1:]] == [0, 0, 0, 0]

    page.get_by_text("候选线索", exact=True).click()
    wait_until_idle(page)
    take_up(page, "专项行动", OPERATOR, CAMPAIGN)
    take_up(page, "风险评分", LISTED, "风险评分")
    make_batch(page)
    review = opened(browser_context, leader, "leads?part=batches")
    review.get_by_role("button", name="复核通过").click()
    wait_until_idle(review)
    expect(review.get_by_text("待移送").first).to_be_visible()
    number = send(page)
    sent = chain(page, officer)
    assert sent == before | {"列为线索": 2, "移送": 2}

    bring_back(page, officer, number, tmp_path / "结果.csv")
    assert chain(page, officer) == sent | {"立案": 1, "处罚": 1}
    expect(page.get_by_text("罚款5,000元")).to_be_visible()
    page.locator(".st-key-chain .tile").nth(4).click()
    wait_until_idle(page)
    page.get_by_role("table", name="信号与线索").get_by_role("button", name=OPERATOR).click()
    page.wait_for_url("**part=leads**")
    wait_until_idle(page)
    expect(page.get_by_role("table", name="办理过程")).to_contain_text("文件导入")
    expect(page.get_by_text(CASE).first).to_be_visible()


def check_archive(archive: zipfile.ZipFile) -> str:
    """Check sums and contents of the archive and return the number of the campaign's lead."""
    names = archive.namelist()
    for line in archive.read("校验.txt").decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        assert name in names
    book = openpyxl.load_workbook(io.BytesIO(archive.read("线索清单.xlsx")))
    listed = book["线索清单"]
    rows = [[str(cell.value) for cell in row] for row in listed.iter_rows()]
    numbers = {
        operator: re.search(r"\d{6}-\d{4}-\d{3}-\d{3}", " ".join(row))
        for row in rows
        for operator in (OPERATOR, LISTED)
        if operator in row
    }
    assert set(numbers) == {OPERATOR, LISTED}
    found = {each[0] for each in numbers.values() if each}
    assert {Path(each).stem for each in names if each.startswith("登记表/")} == found
    number = numbers[OPERATOR]
    assert number is not None
    return number[0]


def test_what_the_public_writes_stays_text(
    serve: Serve, browser_context: BrowserContext, planted: tuple[Path, str]
) -> None:
    warehouse, workflow = planted
    url = serve(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst").url
    page = opened(browser_context, url, "leads?source=campaign")
    found = page.get_by_role("table", name="候选线索")
    found.get_by_role("button", name=HOSTILE, exact=True).click()
    wait_until_idle(page)
    for part in ("线索要点", "证据", "依据与时限", "关联主体"):
        page.get_by_text(part, exact=True).click()
        wait_until_idle(page)
        if part == "证据":
            expect(page.get_by_text("<script>").first).to_be_visible()
        assert page.evaluate(BROKEN) == []
    page.goto(f"{url}/leads?part=chain")
    wait_until_idle(page)
    expect(page.get_by_role("table", name="信号与线索")).to_contain_text(HOSTILE)
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out(
    serve: Serve, browser_context: BrowserContext, planted: tuple[Path, str], theme: str
) -> None:
    warehouse, workflow = planted
    server = serve(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst")
    for path in ("leads", "leads?detail=evidence", "leads?detail=law"):
        look_at(server, browser_context, path, theme)


def test_a_candidate_is_dismissed_with_a_reason(
    serve: Serve, browser_context: BrowserContext, planted: tuple[Path, str]
) -> None:
    warehouse, workflow = planted
    url = serve(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst").url
    page = opened(browser_context, url, "leads")
    found = page.get_by_role("table", name="候选线索")
    first = found.locator("tbody tr").first.get_by_role("button").first.inner_text()
    before = found.locator("tbody tr").count()
    page.get_by_role("button", name="不列为线索").click()
    page.get_by_label("理由").fill("已由区局另案处理")
    page.get_by_role("button", name="确定").click()
    wait_until_idle(page)
    expect(found.locator("tbody tr")).to_have_count(before - 1)
    page.goto(f"{url}/leads?part=chain")
    wait_until_idle(page)
    expect(page.get_by_text(re.compile("不列为线索1条"))).to_be_visible()
    expect(page.get_by_role("table", name="信号与线索")).to_contain_text(first)
