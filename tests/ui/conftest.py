import pytest


@pytest.fixture(autouse=True)
def workflow_url(tmp_path, monkeypatch):
    """What pages write goes to a store of the test's own."""
    url = f"sqlite:///{tmp_path}/workflow.db"
    monkeypatch.setenv("WORKFLOW_URL", url)
    return url
