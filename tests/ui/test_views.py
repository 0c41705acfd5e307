"""Saved views, the home, undo and the calendar, as pages use them."""

import datetime as dt
import json

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import event_form, events_table, store, views
from pages.components.access import Role, Viewer
from pages.components.settings import settings
from pages.components.store import Event
from queries.calendar_events import add_event, fetch_events
from queries.saved_views import save_view, set_home
from queries.scope import EVERYTHING, Scope
from queries.selection import Selection
from queries.vocabulary import EventKind, ViewKind
from queries.workflow import fetch_audit, open_workflow
from tests.ui.counted import plant
from tests.ui.pages import ROOT

OWNER = "研判分析员"
WUHAN = Scope(regions=("420100",))
TWO_LINES = "database is locked\nINSERT INTO events"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def books(workflow_url):
    store._events.clear()
    engine = open_workflow(workflow_url)
    yield engine
    engine.dispose()


@pytest.fixture
def app(warehouse, monkeypatch, workflow_url):
    def opened(*, regions="all", role="analyst"):
        monkeypatch.setenv("WORKFLOW_URL", workflow_url)
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        monkeypatch.setenv("VIEWER_ROLE", role)
        settings.cache_clear()
        return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)

    yield opened
    settings.cache_clear()


def keep(books, query, *, page="submissions", office="420000", owner=OWNER, kind=ViewKind.MINE):
    return save_view(
        books,
        owner=owner,
        role="analyst",
        office=office,
        name="退款",
        page=page,
        query=query,
        kind=kind,
    )


def base_line(at):
    return next(each.value for each in at.caption if "范围内" in each.value)


def test_a_session_at_the_bare_address_starts_at_the_home_once(app, books):
    number = keep(books, {"q": "退款"})
    set_home(books, number, owner=OWNER, office="420000", role="analyst")
    at = app().run()
    assert not at.exception
    assert dict(at.query_params) == {"q": "退款"}
    assert "内容含“退款”" in base_line(at)
    at.switch_page("pages/big_screen.py").run()
    assert not [each for each in at.caption if "内容含" in each.value]


def test_an_address_with_a_selection_is_not_left_for_the_home(app, books):
    number = keep(books, {"q": "退款"})
    set_home(books, number, owner=OWNER, office="420000", role="analyst")
    at = app()
    at.query_params["region"] = "420100"
    at.run()
    assert dict(at.query_params) == {"region": "420100"}


def test_without_a_home_the_first_page_opens(app, books):
    keep(books, {"q": "退款"})
    at = app().run()
    assert not at.exception
    assert dict(at.query_params) == {}


def test_a_home_on_a_page_that_is_gone_is_no_home(app, books):
    number = keep(books, {}, page="no_such_page")
    set_home(books, number, owner=OWNER, office="420000", role="analyst")
    at = app().run()
    assert not at.exception
    assert at.error == []


def test_a_home_that_names_another_city_shows_the_own(app, books):
    number = keep(books, {"region": "420500"}, office="420100")
    set_home(books, number, owner=OWNER, office="420100", role="analyst")
    at = app(regions="420100").run()
    assert "“宜昌市”不在您的可见范围内" in at.warning[0].value


def test_a_home_that_cannot_be_read_any_more_says_so(app, books):
    number = keep(books, {"period": "soon"})
    set_home(books, number, owner=OWNER, office="420000", role="analyst")
    at = app().run()
    assert "时间范围" in at.warning[0].value


def test_undo_goes_back_through_the_selections_of_several_pages(app):
    at = app().run().switch_page("pages/explorer.py").run()
    assert at.button(key="views.undo").disabled
    at.segmented_control(key="bar.period").set_value("90d").run()
    at.text_input(key="bar.text").set_value("退款").run()
    assert dict(at.query_params) == {"period": "90d", "q": "退款"}
    at.switch_page("pages/submissions.py")
    at.query_params.clear()
    at.run()
    for expected in ({"period": "90d", "q": "退款"}, {"period": "90d"}, {}):
        at.button(key="views.undo").click().run()
        assert dict(at.query_params) == expected
    assert at.button(key="views.undo").disabled


def test_the_way_back_is_bounded():
    history: list[views.Step] = []
    for number in range(200):
        step = views.Step.at("regions", {}, Selection(text=str(number)))
        history = views.remembered(history, step)
    assert len(history) == views.KEPT + 1
    assert history[-1].query == {"q": "199"}


def test_undo_restores_the_whole_address(app):
    at = app().run().switch_page("pages/regions.py").run()
    before = {"period": "90d", "measure": "complaints", "level": "county_code"}
    drilled = before | {"region": "420500", "drill": "region:420500"}
    focused = drilled | {"focus": "region:420506"}
    for query in (before, drilled, focused):
        at.query_params.clear()
        at.query_params.update(query)
        at.run()
        assert not at.exception
    for expected in (drilled, before):
        at.button(key="views.undo").click().run()
        assert not at.exception
        assert dict(at.query_params) == expected


def test_a_place_in_a_list_is_no_step():
    first = views.Step.at("submissions", {"q": "退款"}, Selection(text="退款"))
    second = views.Step.at("submissions", {"q": "退款", "page": "3", "id": "7"}, first.selection)
    assert views.remembered([first], second) == [first]


def test_another_page_takes_only_what_is_selected():
    steps = [views.Step("regions", {"drill": "region:420500"}), views.Step("issues", {"q": "退款"})]
    assert steps[0].selection == Selection()
    moved = views.remembered(steps, views.Step("regions", {"q": "退款", "drill": "region:420500"}))
    assert [step.page for step in moved] == ["regions", "regions"]


def test_stale_data_is_said_on_every_page_with_a_bar(app):
    at = app().run()
    for page in ("explorer", "submissions"):
        at = at.switch_page(f"pages/{page}.py").run()
        assert any("个工作日" in each.value for each in at.markdown), page


def test_fresh_data_is_not_called_stale(app, monkeypatch):
    monkeypatch.setenv("STALE_WORKING_DAYS", "99999")
    at = app().run().switch_page("pages/explorer.py").run()
    assert not any("个工作日" in each.value for each in at.markdown)


def listed(at):
    found = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    grid = next(each for each in found if each.get("kind") == "grid")
    return [(row["cells"][1]["text"], row["usable"]) for row in grid["rows"]]


def calendar(at, **query):
    at.run()
    at.query_params.update(query)
    at.switch_page("pages/events.py").run()
    assert not at.exception
    assert not at.error
    return at


def test_the_calendar_lists_a_year(app):
    names = [name for name, _ in listed(calendar(app(), year="2026"))]
    assert names[:3] == ["元旦", "春节", "3·15"]
    assert "新办法施行" in names
    kinds = [name for name, _ in listed(calendar(app(), year="2026", what="rule"))]
    assert kinds == ["新办法施行"]


def test_an_analyst_adds_changes_and_removes_an_own_event(app, books):
    at = calendar(app(), year="2026")
    at.text_input(key="event.new0.name").set_value("系统停机")
    at.selectbox(key="event.new0.kind").set_value("data")
    at.date_input(key="event.new0.first_day").set_value(dt.date(2026, 5, 20))
    at.date_input(key="event.new0.last_day").set_value(dt.date(2026, 5, 21))
    at.button[0].click().run()
    [kept] = fetch_events(books)
    assert (kept.name, kept.kind, kept.created_by) == ("系统停机", EventKind.DATA, OWNER)
    assert ("系统停机", True) in listed(at)
    assert at.text_input(key="event.new1.name").value == ""
    number = str(kept.event_id)
    at.query_params["edit"] = number
    at.run()
    at.text_input(key=f"event.{number}.name").set_value("停机升级")
    at.button[0].click().run()
    assert [each.name for each in fetch_events(books)] == ["停机升级"]
    at.query_params["edit"] = number
    at.run()
    at.button[1].click().run()
    assert fetch_events(books) == ()
    done = [line["action"] for line in reversed(fetch_audit(books))]
    assert done == ["add_event", "change_event", "remove_event"]


@pytest.mark.parametrize(
    ("name", "last_day", "said"),
    [("", dt.date(2026, 5, 20), "请填写事件名称"), ("停机", dt.date(2026, 5, 19), "不早于起始日")],
)
def test_what_cannot_be_kept_is_said_and_not_kept(app, books, name, last_day, said):
    at = calendar(app(), year="2026")
    at.text_input(key="event.new0.name").set_value(name)
    at.date_input(key="event.new0.first_day").set_value(dt.date(2026, 5, 20))
    at.date_input(key="event.new0.last_day").set_value(last_day)
    at.button[0].click().run()
    assert said in at.warning[0].value
    assert at.date_input(key="event.new0.last_day").value == last_day
    assert fetch_events(books) == ()


def test_the_name_of_an_event_is_text_in_the_title_of_its_form(app, books):
    day = dt.date(2026, 5, 20)
    named = Event(day, day, "**粗**[链](http://elsewhere)", EventKind.OTHER)
    number = add_event(books, named, author=OWNER, role="analyst")
    at = calendar(app(), year="2026", edit=str(number))
    title = next(each.label for each in at.expander if each.label.startswith("修改事件"))
    assert "\\*\\*粗" in title
    assert "[链](" not in title


def test_others_look_on(app, books):
    add_event(
        books,
        Event(dt.date(2026, 5, 20), dt.date(2026, 5, 20), "别人的", EventKind.OTHER),
        author="别人",
        role="analyst",
    )
    assert ("别人的", False) in listed(calendar(app(), year="2026"))
    at = calendar(app(role="leader"), year="2026")
    assert ("别人的", False) in listed(at)
    assert not at.text_input


def test_regions_that_a_viewer_enters_events_for():
    assert event_form.regions_of(EVERYTHING, "420000")[:2] == ["", "420100"]
    own = event_form.regions_of(WUHAN, "420000")
    assert own[0] == "420100"
    assert "" not in own
    assert all(code.startswith("4201") for code in own)


def test_only_an_own_event_opens():
    viewer = Viewer(OWNER, Role.ANALYST, EVERYTHING)
    day = dt.date(2026, 5, 20)
    own = Event(day, day, "x", EventKind.OTHER, created_by=OWNER, event_id=1)
    assert events_table.is_own(own, viewer)
    assert not events_table.is_own(own, Viewer(OWNER, Role.LEADER, EVERYTHING))
    assert not events_table.is_own(own, Viewer("别人", Role.ANALYST, EVERYTHING))
    assert not events_table.is_own(Event(day, day, "春节", EventKind.HOLIDAY), viewer)


def test_a_store_that_cannot_be_written_is_told_with_a_number_in_the_log(
    app, books, monkeypatch, caplog
):
    at = calendar(app(), year="2026")

    def locked(*_: object, **__: object) -> None:
        raise store.StoreError(TWO_LINES)

    monkeypatch.setattr(store, "add_event", locked)
    at.text_input(key="event.new0.name").set_value("系统停机")
    at.button[0].click().run()
    assert not at.exception
    told = at.warning[0].value
    assert told.startswith("未能保存")
    assert f"failure {told.partition('编号')[2][:8]}: SQLAlchemyError: database is" in caplog.text
    assert "INSERT" not in caplog.text
    assert fetch_events(books) == ()
