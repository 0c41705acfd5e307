"""Which members a rollup keeps besides the leading ones of all time."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from queries.ranking import fetch_ranking
from queries.ranking_sources import Ranking, certain_rollup
from queries.reading import reading
from queries.rollups import leading_table, rollup_table
from queries.schema import submissions
from queries.scope import EVERYTHING
from queries.selection import DateRange, Filter, Selection
from tests.queries.samples import (
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    make_rows,
    open_sample,
)

LOCAL = 39
"""A word that only one county uses."""

WINTER = DateRange(dt.date(2025, 12, 1), dt.date(2026, 1, 31))


def rows_of(seed: int, count: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = make_rows(seed=seed, count=count)
    counties = sorted({row["county_code"] for row in rows if row["county_code"]})
    return [
        row | {"words": ({LOCAL} if row["county_code"] == counties[0] else {0, place % 5})}
        for place, row in enumerate(rows)
    ]


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def engine(request, fresh_engine):
    with fresh_engine(request.param) as engine:
        yield engine


@pytest.fixture(scope="module", params=["at once", "day by day"])
def kept(request, engine):
    """A warehouse whose rollups keep one leading member, one of each county and year, and bursts."""
    rows = rows_of(seed=8, count=600)
    burst = [
        row | {"operator_id": "OP-BURST", "registered_on": WINTER.start + dt.timedelta(days=20 * n)}
        for n, row in enumerate(rows[-3:])
    ]
    rows = [*rows[:-3], *burst]
    submissions.metadata.drop_all(engine)
    create(engine)
    fill_names(engine)
    with few_leading_members(1, of_each=1, burst=3):
        if request.param == "at once":
            fill(engine, rows)
            derive_all(engine)
        else:
            fill(engine, rows[:300])
            derive_all(engine)
            fill(engine, rows[300:])
            derive_all(engine, sorted({row["registered_on"] for row in rows[300:]}))
    return open_sample(engine, rows)


def members(sample, name: str) -> set[object]:
    with sample.warehouse.engine.connect() as conn:
        return set(conn.scalars(sa.select(leading_table(name))))


def test_words_that_lead_in_a_county_and_year_are_kept(kept):
    told = pd.DataFrame(kept.rows)
    told["year"] = pd.to_datetime(told["registered_on"]).dt.year
    words = told.explode("words").dropna(subset="words")
    columns = ["province_code", "city_code", "county_code", "year"]
    counted = words.groupby([*columns, "words"], dropna=False).size().rename("n").reset_index()
    first = counted.sort_values(["n", "words"], ascending=[False, True])
    wanted = set(first.groupby(columns, dropna=False)["words"].first())
    wanted.add(words["words"].value_counts().sort_index(kind="stable").idxmax())
    assert wanted <= members(kept, "leading_county_words")
    assert LOCAL in wanted


def test_operators_with_many_submissions_at_once_are_kept_with_all_their_days(kept):
    told = pd.DataFrame(kept.rows).dropna(subset="operator_id")
    month = pd.to_datetime(told["registered_on"]).dt.to_period("M")
    by_month = told.groupby(["operator_id", month]).size().unstack(fill_value=0)  # noqa: PD010 - counts, nothing to aggregate
    whole = by_month.reindex(
        columns=pd.period_range(month.min(), month.max(), freq="M"), fill_value=0
    )
    both = whole + whole.shift(-1, axis=1, fill_value=0)
    wanted = set(both.index[(both >= 3).any(axis=1)]) | {whole.sum(axis=1).idxmax()}
    assert members(kept, "leading_operators") >= wanted
    assert "OP-BURST" in wanted
    table = rollup_table("leading_operators", "day").c
    statement = sa.select(table.operator_id, sa.func.sum(table.submissions)).group_by("operator_id")
    with kept.warehouse.engine.connect() as conn:
        counted = dict(tuple(row) for row in conn.execute(statement))
    everything = told.groupby("operator_id").size().to_dict()
    assert {who: everything[who] for who in wanted} == {who: counted[who] for who in wanted}


def test_a_word_of_one_county_is_ranked_from_the_rollup(kept):
    county = min(row["county_code"] for row in kept.rows if row["county_code"])
    selection = Selection(filters=(Filter("region", (county,)),))
    with reading(kept.warehouse, selection, EVERYTHING) as opened:
        asked = Ranking("word_id", ("submissions",), "submissions", WINTER, 1)
        found = fetch_ranking(opened, asked)
    assert found.rollup is not None
    assert found.rollup.name == "leading_county_words"
    assert found.sums.firsts == [LOCAL]


def test_who_had_less_than_a_burst_cannot_reach_it(kept):
    month = DateRange(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    with (
        few_leading_members(1, of_each=1, burst=3),
        reading(kept.warehouse, Selection(), EVERYTHING) as opened,
    ):
        asked = Ranking("operator_id", ("submissions",), "submissions", month, 1)
        rollup = certain_rollup(opened, asked, [month], least=3)
    assert rollup is not None
    assert rollup.name == "leading_operators"
