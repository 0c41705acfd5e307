import datetime as dt

import pytest
from sqlalchemy.pool import QueuePool

from pages.components import data
from pages.components.settings import settings
from queries import reads
from queries.generations import GenerationStore
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from tests.staging import batch, record

WUHAN = Scope(regions=("420100",))
TOTALS = {"measures": ("submissions",)}


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{tmp_path}")
    settings.cache_clear()
    yield GenerationStore(tmp_path)
    data.opened.clear()
    settings.cache_clear()


def publish(store, *days):
    with store.building() as building:
        rows = [
            record(f"a{n}", f"{day}T10:00", city_code="420100" if n % 2 else "420500")
            for n, day in enumerate(days)
        ]
        building.stage(batch(rows))
        building.merge()


@pytest.fixture
def asked(monkeypatch):
    """Every question that reached the queries."""
    questions = []
    fetch = reads.fetch_totals

    def counted(warehouse, selection, scope, **options):
        questions.append((warehouse.generation, selection, scope))
        return fetch(warehouse, selection, scope, **options)

    monkeypatch.setattr(reads, "fetch_totals", counted)
    return questions


def open_connections(warehouse):
    pool = warehouse.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedin()


def test_the_same_question_is_asked_once(store, asked):
    publish(store, "2026-03-01", "2026-03-02")
    answers = [data.totals(Selection(), EVERYTHING, **TOTALS).current for _ in range(3)]
    assert answers == [{"submissions": 2.0}] * 3
    assert len(asked) == 1


def test_viewers_of_another_scope_get_their_own_answer(store, asked):
    publish(store, "2026-03-01", "2026-03-02")
    assert data.totals(Selection(), EVERYTHING, **TOTALS).current == {"submissions": 2.0}
    assert data.totals(Selection(), WUHAN, **TOTALS).current == {"submissions": 1.0}
    assert data.totals(Selection(), Scope(), **TOTALS).current == {"submissions": 0.0}
    assert len(asked) == 3


def test_equal_scopes_share_an_answer(store, asked):
    publish(store, "2026-03-01")
    for regions in (("420100", "420500"), ("420500", "420100", "420100")):
        data.totals(Selection(period=Period("12m")), Scope(regions=regions), **TOTALS)
    assert len(asked) == 1


def test_a_new_generation_is_picked_up_and_a_rollback_too(store):
    publish(store, "2026-03-01")
    assert data.status().last_day == dt.date(2026, 3, 1)
    publish(store, "2026-03-01", "2026-03-02", "2026-03-03")
    assert data.status().last_day == dt.date(2026, 3, 3)
    assert data.totals(Selection(), EVERYTHING, **TOTALS).current == {"submissions": 3.0}
    store.rollback()
    assert data.status().last_day == dt.date(2026, 3, 1)
    assert data.totals(Selection(), EVERYTHING, **TOTALS).current == {"submissions": 1.0}


def test_a_generation_two_behind_is_closed(store):
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]
    publish(store, *days[:1])
    first = data.opened(data.source_now())
    for known in (2, 3):
        assert open_connections(first) == 1
        publish(store, *days[:known])
        assert data.status().submissions == known
    assert open_connections(first) == 0


def test_a_caller_cannot_spoil_what_is_cached(store):
    publish(store, "2026-03-01")
    data.totals(Selection(), EVERYTHING, **TOTALS).current["submissions"] = 99.0
    assert data.totals(Selection(), EVERYTHING, **TOTALS).current == {"submissions": 1.0}


@pytest.mark.usefixtures("store")
def test_no_warehouse_is_an_error_and_not_a_zero():
    with pytest.raises(data.NoWarehouseError):
        data.totals(Selection(), EVERYTHING, **TOTALS)


def test_words_are_not_asked_for_before_they_are_derived(store):
    publish(store, "2026-03-01")
    assert not data.words_are_known()
    found = data.screen(Selection(), EVERYTHING, measures=("submissions",), levels=("kind", "word"))
    assert list(found.breakdowns) == ["kind"]
