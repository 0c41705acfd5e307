import pytest
from streamlit.testing.v1 import AppTest

from pages.components.settings import settings
from tests.ui.pages import ROOT


@pytest.fixture(autouse=True)
def workflow_url(tmp_path, monkeypatch):
    """What pages write goes to a store of the test's own."""
    url = f"sqlite:///{tmp_path}/workflow.db"
    monkeypatch.setenv("WORKFLOW_URL", url)
    return url


@pytest.fixture
def open_page(monkeypatch):
    """Open pages of the app over a warehouse, as an analyst of some regions."""

    def shown(page, query=None, *, folder, regions="all"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield shown
    settings.cache_clear()
