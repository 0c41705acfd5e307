"""Members of any days, counted by the last day that has them: the same as telling them apart."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.piece_rows import fetch_member_count
from queries.reading import reading
from queries.returns import count_members, operator_returns, raw_operator_returns, word_returns
from queries.rollups import ALL_WORDS
from queries.schema import operator_submissions, submission_words, submissions
from queries.scope import EVERYTHING
from queries.selection import DateRange, Selection
from queries.warehouse import open_current
from tests.staging import batch, record

FIRST = dt.date(2025, 11, 20)
WORDS = ("预付卡", "退款", "奶茶", "健身房", "装修", "空调", "手机", "快递")


def made_up(seed, count, numbers):
    random = np.random.default_rng(seed)
    return [
        record(
            f"s-{number}",
            f"{FIRST + dt.timedelta(days=int(random.integers(0, 130)))}T10:00",
            operator_id=f"op-{random.geometric(0.05)}" if random.random() < 0.8 else None,
            narrative="，".join(random.choice(WORDS, 2)),
        )
        for number in range(numbers, numbers + count)
    ]


def given(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()
    refresh(store)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """Four hundred submissions, and forty more that came later."""
    store = GenerationStore(tmp_path_factory.mktemp("returns") / "warehouse")
    given(store, made_up(1, 400, 0))
    given(store, made_up(2, 40, 400))
    opened = open_current(f"duckdb:///{store.folder}")
    yield opened
    opened.engine.dispose()


def spans():
    random = np.random.default_rng(3)
    for _ in range(40):
        start, length = int(random.integers(-5, 130)), int(random.integers(1, 80))
        first = FIRST + dt.timedelta(days=start)
        yield DateRange(first, first + dt.timedelta(days=length - 1))


@pytest.mark.parametrize(
    ("table", "member", "days"),
    [
        (operator_returns, submissions.c.operator_id, submissions.c.registered_on),
        (
            raw_operator_returns,
            operator_submissions.c.raw_number,
            operator_submissions.c.registered_on,
        ),
        (word_returns, submission_words.c.word_id, submission_words.c.registered_on),
    ],
    ids=["operators", "raw operators", "words"],
)
def test_as_many_as_there_are(warehouse, table, member, days):
    with warehouse.engine.connect() as conn:
        rows = pd.DataFrame(conn.execute(sa.select(member, days)).all(), columns=["member", "day"])
        kept = conn.scalar(sa.select(sa.func.sum(table.c.members)))
        assert kept == len(rows.dropna().drop_duplicates())
        for span in spans():
            inside = rows[rows["day"].between(span.start, span.end)]
            assert count_members(conn, table, span) == inside["member"].nunique(), span


def test_words_of_everything_are_counted_so_only_if_the_rollup_is_in_step(warehouse):
    span = DateRange(FIRST, FIRST + dt.timedelta(days=60))
    with warehouse.engine.connect() as conn:
        found = sa.select(sa.func.count(sa.distinct(submission_words.c.word_id))).where(
            submission_words.c.registered_on.between(span.start, span.end)
        )
        expected = conn.scalar(found)
    with reading(warehouse, Selection(), EVERYTHING) as opened:
        assert fetch_member_count(opened, "word_id", span, [], without=()) == (expected, expected)
    behind = dataclasses.replace(warehouse, fresh=warehouse.fresh - {ALL_WORDS})
    with reading(behind, Selection(), EVERYTHING) as opened, pytest.raises(IndexError):
        fetch_member_count(opened, "word_id", span, [], without=())
