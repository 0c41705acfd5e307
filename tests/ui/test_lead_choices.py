"""The filters of candidates: each says how many it leaves."""

import pytest

from pages.components import lead_candidates, lead_data
from pages.components.settings import settings
from queries.scope import EVERYTHING
from tests.leading import plant


@pytest.fixture
def planted(tmp_path, monkeypatch):
    folder = plant(tmp_path / "warehouse", f"sqlite:///{tmp_path}/other.db")
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
    monkeypatch.setenv("WORKFLOW_URL", f"sqlite:///{tmp_path}/workflow.db")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("planted")
def test_choices_say_how_many_candidates_they_leave():
    found = lead_data.candidates(EVERYTHING)
    assert lead_data.candidates(EVERYTHING) is found
    named = found.frame["sources"].str.split(",")
    for source, number in found.by_source.items():
        left = lead_candidates.left(found, {"source": source})
        assert len(left) == number == sum(source in each for each in named) > 0
    for conduct, number in found.by_conduct.items():
        assert len(lead_candidates.left(found, {"conduct": conduct})) == number > 0
    assert sum(found.by_conduct.values()) == len(found.frame)
