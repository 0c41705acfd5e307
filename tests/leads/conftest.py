import pytest

from queries.workflow import open_workflow


@pytest.fixture
def store(tmp_path):
    """An empty workflow store on SQLite."""
    engine = open_workflow(f"sqlite:///{tmp_path}/workflow.db")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_store(request, tmp_path):
    """An empty workflow store, once on each engine that it may live on."""
    if request.param == "sqlite":
        engine = open_workflow(f"sqlite:///{tmp_path}/workflow.db")
        yield engine
        engine.dispose()
        return
    with request.getfixturevalue("postgres_server").fresh_database() as url:
        engine = open_workflow(url.render_as_string(hide_password=False))
        yield engine
        engine.dispose()
