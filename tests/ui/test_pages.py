import pytest
from streamlit.testing.v1 import AppTest

from jobs.refresh import derive
from pages.components.settings import settings
from queries.generations import GenerationStore
from tests.ui.pages import PAGE_FILES, ROOT

TWO_LINES = "read failed\nSELECT name FROM persons"
EVERYWHERE = {"VIEWER_REGIONS": "all"}


@pytest.fixture
def app(monkeypatch):
    def opened(warehouse, **env: str) -> AppTest:
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)

    yield opened
    settings.cache_clear()


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    with GenerationStore(folder).building() as building:
        derive(building)
        building.changed = True
    return folder


@pytest.mark.parametrize("page", [path.name for path in PAGE_FILES])
def test_every_page_opens_on_an_empty_warehouse(app, empty, page):
    at = app(empty, **EVERYWHERE).run().switch_page(f"pages/{page}").run()
    assert not at.exception
    assert [each.value for each in at.error] == []


def test_an_empty_warehouse_is_said_on_the_big_screen(app, empty):
    at = app(empty, **EVERYWHERE).run()
    assert any("暂无数据" in each.proto.body for each in at.get("html"))


@pytest.mark.parametrize("page", [path.name for path in PAGE_FILES])
def test_a_failure_is_told_in_one_sentence_with_the_number_in_the_log(
    app, empty, page, monkeypatch, caplog
):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(TWO_LINES)

    for name in ("screen", "totals", "submissions"):
        monkeypatch.setattr(f"pages.components.data.{name}", broken)
    monkeypatch.setattr("pages.components.store.events", broken)
    monkeypatch.setattr("pages.components.store.decisions", broken)
    monkeypatch.setattr("pages.components.operator_data.are_known", broken)
    monkeypatch.setattr("pages.components.lead_data.are_known", broken)
    at = app(empty, **EVERYWHERE).run()
    if page == "operator.py":
        at.query_params["id"] = "op-1"
    at = at.switch_page(f"pages/{page}").run()
    assert not at.exception
    sentence = at.error[0].value
    assert sentence.startswith("出现未预料的错误")
    number = sentence.partition("编号")[2][:8]
    assert f"failure {number}: RuntimeError: read failed" in caplog.text
    assert "persons" not in caplog.text
    assert "persons" not in sentence


@pytest.mark.parametrize("env", [{"VIEWER_ROLE": "boss"}, {"HOME_REGION": "Hubei"}])
def test_a_wrong_setting_is_named(app, empty, env):
    at = app(empty, **EVERYWHERE, **env).run()
    assert next(iter(env)) in at.error[0].value
