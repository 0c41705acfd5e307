import datetime as dt
import json

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.settings import settings
from queries.generations import GenerationStore
from queries.workflow import fetch_audit, open_workflow
from tests.staging import batch, record
from tests.ui.pages import ROOT

LAST_DAY = dt.date(2026, 3, 31)
ATTACKS = (
    "[x](javascript:alert(1))",
    "![x](http://elsewhere.example/x.png)",
    "$$x^2$$ :red[y] :material/home: `z`",
    "<img src=x onerror=alert(1)></script><script>alert(1)</script>",
    "--x_x--0_0--alert(1)--x_x--0_0--",
)
ATTACK = " ".join(ATTACKS)
SECRET = "外市专用文字"


def one(number, **fields):
    day = LAST_DAY - dt.timedelta(days=number // 4)
    plain = {
        "province_code": "420000",
        "city_code": "420100",
        "county_code": "420106",
        "channel": "wx_mini",
        "issue_type": "C03",
        "issue_subtype": "C03-03",
        "product_category": "G134",
        "operator_id": f"op-{number % 10}",
        "respondent_name": f"第{number % 10}号商行",
        "narrative": f"第{number}件：商家拖延退款",
        "complainant_masked": "张**",
        "phone_masked": "138****8000",
        "disputed_yuan": 10.0 * number,
    }
    return record(f"{number:06}", f"{day}T{20 - number % 4}:00", **plain | fields)


ROWS = [
    *(one(number) for number in range(75)),
    one(
        100,
        title=ATTACK,
        narrative=ATTACK,
        feedback=ATTACK,
        respondent_name=ATTACK,
        operator_id="op-attack",
        product_name=ATTACK,
        linked_id="000003",
        handling_unit=ATTACK,
    ),
    one(101, city_code="420500", county_code="420506", operator_id="op-1", narrative=SECRET),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    with GenerationStore(folder).building() as building:
        building.stage(batch(ROWS))
        building.merge()
    return folder


@pytest.fixture
def opened(warehouse, monkeypatch):
    def at_address(query=None, *, regions="all"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at.switch_page("pages/submissions.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield at_address
    settings.cache_clear()


def panel(at, kind):
    found = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return next(each for each in found if each.get("kind") == kind)


def listed(at):
    return [row["code"] for row in panel(at, "table")["rows"]]


def markdown(at):
    return [each.value for each in at.markdown]


def newest_first(rows):
    return [
        row["submission_id"]
        for row in sorted(rows, key=lambda row: row["registered_at"], reverse=True)
    ]


IN_WUHAN = [row for row in ROWS if row["city_code"] == "420100"]
ALL = {"period": "all"}


def test_the_newest_come_first_twenty_a_page(opened):
    at = opened(ALL)
    assert f"第1至20件，共{len(ROWS)}件" in markdown(at)
    assert listed(at) == newest_first(ROWS)[:20]
    assert at.get("pagination")[0].proto.num_pages == 4


def test_pages_and_page_sizes(opened):
    at = opened(ALL | {"page": "2", "size": "50"})
    assert listed(at) == newest_first(ROWS)[50:]
    assert f"第51至{len(ROWS)}件，共{len(ROWS)}件" in markdown(at)


def test_a_page_after_the_last_shows_the_last(opened):
    at = opened(ALL | {"page": "999"})
    assert listed(at) == newest_first(ROWS)[60:]


def test_a_larger_page_size_keeps_the_first_row_in_sight(opened):
    at = opened(ALL | {"page": "4"})
    at.segmented_control(key="list.size").set_value(50).run()
    assert (at.query_params["size"], at.query_params["page"]) == ("50", "2")


def test_turning_the_page_writes_the_address(opened):
    at = opened(ALL)
    at.pagination[0].set_value(3).run()
    assert at.query_params["page"] == "3"
    assert listed(at) == newest_first(ROWS)[40:60]


def test_a_new_filter_starts_at_the_first_page(opened):
    at = opened(ALL | {"page": "3"})
    at.text_input(key="bar.text").set_value("退款").run()
    assert "page" not in at.query_params
    found = [row for row in ROWS if "退款" in row["narrative"]]
    assert f"第1至20件，共{len(found)}件" in markdown(at)
    assert panel(at, "table")["marked"] == ["退款"]


def test_the_largest_sums_first(opened):
    at = opened(ALL | {"order": "disputed_yuan"})
    largest = sorted(ROWS, key=lambda row: -row["disputed_yuan"])[:20]
    assert listed(at) == [row["submission_id"] for row in largest]


def test_a_row_is_worded_and_masked(opened):
    at = opened(ALL | {"operator": "op-3"})
    newest = panel(at, "table")["rows"][0]
    assert newest["code"] == "000003"
    assert newest["cells"] == [
        ["2026-03-31 17:00", "投诉　已登记"],
        ["武昌区", "微信小程序"],
        ["通讯产品", "售后服务"],
        ["第3号商行", ""],
        ["第3件：商家拖延退款"],
        ["30.00元"],
        ["张**", "138****8000"],
    ]


def test_nothing_found_is_said(opened):
    at = opened(ALL | {"q": "没有这种事"})
    assert "没有诉求记录" in at.info[0].value


def test_the_course_and_the_fields_of_one(opened):
    at = opened({"id": "000003"})
    steps = [step["label"] for step in panel(at, "course")["steps"]]
    assert steps == ["登记", "分送", "初查", "受理", "调解", "办结", "公示"]
    fields = {
        field["label"]: field["text"]
        for group in panel(at, "fields")["groups"]
        for field in group["fields"]
    }
    assert fields["登记编号"] == "000003"
    assert fields["具体问题类别"] == "拖延退款"
    assert fields["争议金额"] == "30.00元"
    assert fields["联系电话"] == "138****8000"


def test_others_against_the_same_operator(opened):
    at = opened({"id": "000003"})
    same = [
        row for row in ROWS if row["operator_id"] == "op-3" and row["submission_id"] != "000003"
    ]
    assert f"**同一主体的其他诉求**　共{len(same)}件" in markdown(at)
    assert listed(at) == newest_first(same)[:10]


def test_others_are_counted_within_the_viewers_scope(opened):
    at = opened({"id": "000001"}, regions="420100")
    same = [
        row for row in IN_WUHAN if row["operator_id"] == "op-1" and row["submission_id"] != "000001"
    ]
    assert f"**同一主体的其他诉求**　共{len(same)}件" in markdown(at)
    assert "000101" not in listed(at)


def test_the_linked_one_is_a_click_away(opened):
    at = opened(ALL | {"id": "000100"})
    at.button(key="linked").click().run()
    assert dict(at.query_params) == ALL | {"id": "000003"}


def test_back_to_the_same_list(opened):
    at = opened(ALL | {"id": "000003", "page": "2", "issue": "C03"})
    at.button(key="back").click().run()
    assert dict(at.query_params) == ALL | {"page": "2", "issue": "C03"}
    assert listed(at) == newest_first(ROWS)[20:40]


def message(at):
    return at.warning[0].value


def test_missing_and_hidden_look_the_same(opened):
    hidden = message(opened({"id": "000101"}, regions="420100"))
    missing = message(opened({"id": "999999"}, regions="420100"))
    assert hidden.replace("000101", "#") == missing.replace("999999", "#")
    assert message_is_all(opened({"id": "000101"}, regions="420100"))


def message_is_all(at):
    kinds = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    texts = [*markdown(at), *(each.value for each in at.text), *(c.value for c in at.caption)]
    return kinds == [] and not any(SECRET in text or "420506" in text for text in texts)


def test_what_the_public_wrote_is_plain_text(opened):
    at = opened({"id": "000100"})
    assert [each.value for each in at.text] == [ATTACK] * 3
    assert not any("javascript:" in each for each in markdown(at))
    assert not any("alert(1)" in each.proto.body for each in at.get("html"))


def test_an_id_from_the_address_is_plain_text(opened):
    at = opened({"id": ATTACKS[1]})
    assert "![x](http" not in message(at)
    assert r"\!\[x\]" in message(at)


def test_opening_a_submission_is_written_into_the_audit_log_once_a_session(opened, workflow_url):
    at = opened({"id": ROWS[0]["submission_id"]})
    at.run()
    books = open_workflow(workflow_url)
    assert [(each["action"], each["subject"]) for each in fetch_audit(books)] == [
        ("open_submission", ROWS[0]["submission_id"])
    ]
    books.dispose()


def test_demo_mode_lets_nobody_switch_viewers_over_real_data(opened, monkeypatch):
    monkeypatch.setenv("DEMO_MODE", "1")
    assert not [each for each in opened().sidebar.selectbox if each.key == "demo_viewer"]
