"""How many operators there are: from when they come again or by the facts, the same number."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.piece_rows import fetch_member_count
from queries.reading import reading
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, Selection
from queries.sources import FACTS, Piece
from queries.warehouse import open_current
from tests.staging import batch, record

LAST = dt.date(2026, 3, 31)
HELD = [
    ("op-a", LAST, "complaint"),
    ("op-a", LAST - dt.timedelta(days=50), "complaint"),
    ("op-b", LAST - dt.timedelta(days=9), "tipoff"),
    ("op-c", LAST - dt.timedelta(days=10), "complaint"),
    (None, LAST - dt.timedelta(days=20), "complaint"),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    store = GenerationStore(tmp_path_factory.mktemp("counts") / "warehouse")
    rows = [
        record(f"s-{number}", f"{day}T10:00", kind=kind, operator_id=operator)
        for number, (operator, day, kind) in enumerate(HELD)
    ]
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()
    refresh(store, only="operators")
    opened = open_current(f"duckdb:///{store.folder}")
    yield opened
    opened.engine.dispose()


def counted(warehouse, selection, scope, days):
    statements = []
    sa.event.listen(
        warehouse.engine,
        "before_cursor_execute",
        lambda *given: statements.append(given[2]),
    )
    with reading(warehouse, selection, scope) as opened:
        found = fetch_member_count(
            opened, "operator_id", days, [Piece(FACTS, days)], without=("operator_id",)
        )
    return found, any("DISTINCT" in each for each in statements)


@pytest.mark.parametrize(
    ("days", "back", "expected"),
    [
        (10, 0, (2, 2)),
        (11, 0, (3, 3)),
        (30, 0, (4, 3)),
        (365, 0, (4, 3)),
        (30, 5, (3, 2)),
        (60, 5, (4, 3)),
        (60, 15, (2, 1)),
        (10, 5, (2, 2)),
    ],
)
def test_operators_of_a_span(warehouse, days, back, expected):
    end = LAST - dt.timedelta(days=back)
    span = DateRange(end - dt.timedelta(days=days - 1), end)
    quick = counted(warehouse, Selection(), EVERYTHING, span)
    slow = counted(dataclasses.replace(warehouse, fresh=frozenset()), Selection(), EVERYTHING, span)
    assert quick == (expected, False)
    assert slow == (expected, True)


@pytest.mark.parametrize(
    ("selection", "scope", "expected"),
    [
        (Selection().with_filter("kind", ["tipoff"]), EVERYTHING, (1, 1)),
        (Selection(), Scope(kinds=("complaint",), everything=True), (3, 2)),
        (Selection(), Scope(regions=("429005",)), (0, 0)),
        (Selection(), Scope(), (0, 0)),
    ],
)
def test_what_is_filtered_is_counted_from_the_facts(warehouse, selection, scope, expected):
    span = DateRange(LAST - dt.timedelta(days=364), LAST)
    assert counted(warehouse, selection, scope, span) == (expected, True)
