"""Cubes and rollups: derived days give what deriving all gives, sums have plain types."""

import collections
import datetime as dt

import pytest
import sqlalchemy as sa

from queries.cubes import CUBES, cube_table, derive_cube
from queries.measures import FLOAT_SUMS, SUMS
from queries.rollups import ROLLUPS, bound_table, derive_rollup, rollup_table
from queries.schema import submission_words, submissions
from tests.queries.samples import (
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    make_rows,
)


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def engine(request, fresh_engine):
    with fresh_engine(request.param) as engine:
        yield engine


@pytest.fixture(scope="module", params=[100, 8], ids=["all lead", "few lead"])
def changed(request, engine):
    """A warehouse derived in two steps, with some days changed between; and how many lead."""
    rows = make_rows(seed=5, count=300)
    submissions.metadata.drop_all(engine)
    create(engine)
    fill(engine, rows[:250])
    fill_names(engine)
    with few_leading_members(request.param):
        derive_all(engine)
        derive_all(engine, change(engine, rows))
    return engine, request.param


def change(engine, rows):
    """Add 50, take 5 away, move one to another day, change one where it is."""
    gone, moved, closed = rows[3:8], rows[10], rows[12]
    other_day = moved["registered_on"] + dt.timedelta(days=45)
    keys = [row["submission_key"] for row in gone]
    with engine.begin() as conn:
        for table in (submissions, submission_words):
            conn.execute(table.delete().where(table.c.submission_key.in_(keys)))
            conn.execute(
                table.update()
                .where(table.c.submission_key == moved["submission_key"])
                .values(registered_on=other_day)
            )
        conn.execute(
            submissions.update()
            .where(submissions.c.submission_key == closed["submission_key"])
            .values(disputed_yuan=123.5, status="archived")
        )
    fill(engine, rows[250:])
    touched = [*gone, moved, closed, *rows[250:]]
    return {row["registered_on"] for row in touched} | {other_day}


def contents(engine):
    tables = {name: cube_table(name) for name in CUBES}
    tables |= {
        f"{name} {grain}": rollup_table(name, grain)
        for name, rollup in ROLLUPS.items()
        for grain in rollup.grains
    }
    tables |= {f"{name} bound": bound_table(name) for name in ROLLUPS}
    with engine.connect() as conn:
        return {
            name: sorted((rounded(row) for row in conn.execute(sa.select(table))), key=repr)
            for name, table in tables.items()
        }


def rounded(row):
    return tuple(round(each, 6) if isinstance(each, float) else each for each in row)


def test_a_rollup_has_all_of_its_members_and_a_bound_for_all_others(changed):
    engine, leading = changed
    month = sa.cast(sa.func.date_trunc("month", submissions.c.registered_on), sa.Date)
    excluded = submissions.c.exclusion_reason.is_not(None)
    whole = {
        "leading_operators": (submissions, submissions.c.operator_id),
        "leading_words": (
            submissions.join(
                submission_words,
                submission_words.c.submission_key == submissions.c.submission_key,
            ),
            submission_words.c.word_id,
        ),
    }
    with engine.connect() as conn:
        for name, (source, member) in whole.items():
            rollup = rollup_table(name, "day")
            key = rollup.c[member.name]
            kept = dict(
                tuple(row)
                for row in conn.execute(
                    sa.select(key, sa.func.sum(rollup.c.submissions)).group_by(key)
                )
            )
            bounds = {
                tuple(row[:-1]): row[-1] for row in conn.execute(sa.select(bound_table(name)))
            }
            totals: collections.Counter = collections.Counter()
            for *group, who, number in conn.execute(
                sa.select(month, submissions.c.kind, excluded, member, sa.func.count())
                .select_from(source)
                .group_by(month, submissions.c.kind, excluded, member)
            ):
                totals[who] += number
                assert who in kept or number <= bounds[tuple(group)]
            assert len(set(kept) - {None}) >= min(leading, len(set(totals) - {None}))
            assert kept == {who: totals[who] for who in kept}
            others = [number for who, number in totals.items() if who not in kept]
            assert bounds[None, None, None] >= max(others, default=0)
            assert bool(others) == (leading == 8)


def test_days_derived_again_equal_all_derived(changed):
    engine, leading = changed
    step_by_step = contents(engine)
    with few_leading_members(leading):
        derive_all(engine)
    for name, rows in contents(engine).items():
        if name in CUBES or leading == 100:
            assert step_by_step[name] == rows, name
            assert rows or name.endswith("bound")


def test_sums_are_stored_as_whole_or_floating_numbers(duckdb_sample):
    with duckdb_sample.warehouse.engine.connect() as conn:
        stored = conn.execute(
            sa.text(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'cube_day'"
            )
        )
        types = dict(tuple(row) for row in stored)
    assert {types[name] for name in set(SUMS) - FLOAT_SUMS} == {"BIGINT"}
    assert {types[name] for name in FLOAT_SUMS} == {"DOUBLE"}


def test_an_empty_warehouse_has_empty_cubes(any_engine):
    create(any_engine)
    with any_engine.begin() as conn:
        assert {derive_cube(conn, name) for name in CUBES} == {0}
        assert {derive_rollup(conn, name) for name in ROLLUPS} == {0}


def test_a_cube_of_other_columns_is_made_anew(fresh_engine):
    """A warehouse copied from a generation of an earlier program has cubes of its columns."""
    with fresh_engine("duckdb") as engine:
        create(engine)
        fill(engine, make_rows(seed=6, count=5))
        with engine.begin() as conn:
            conn.execute(sa.text("CREATE TABLE cube_day (registered_on DATE)"))
            assert derive_cube(conn, "day") == 5


def test_columns_are_named_as_in_the_facts():
    for cube in CUBES.values():
        assert set(cube.columns) <= {column.name for column in submissions.c}, cube.name
        assert [column.name for column in cube_table(cube.name).c] == [*cube.keys, *SUMS]
