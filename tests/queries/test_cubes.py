"""Cubes and rollups: derived days give what deriving all gives, sums have plain types."""

import collections
import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

from queries.cubes import CUBES, Grain, cube_table, derive_cube
from queries.deriving_rollups import derive_rollup
from queries.measures import FLOAT_SUMS, SUMS
from queries.rollups import ROLLUPS, bound_table, rollup_table
from queries.schema import submission_words, submissions
from queries.selection import DateRange, add_months
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


@pytest.fixture(
    scope="module",
    params=[(100, 0, 0), (8, 0, 0), (8, 1, 4)],
    ids=["all lead", "few lead", "few and some besides"],
)
def changed(request, engine):
    """A warehouse derived in two steps, with some days changed between; and how many lead."""
    leading, of_each, burst = request.param
    rows = make_rows(seed=5, count=300)
    submissions.metadata.drop_all(engine)
    create(engine)
    fill(engine, rows[:250])
    fill_names(engine)
    with few_leading_members(leading, of_each=of_each, burst=burst):
        derive_all(engine)
        derive_all(engine, change(engine, rows))
    return engine, leading


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
    facts, pairs = submissions.c, submission_words.c
    group = (
        sa.cast(sa.func.date_trunc("month", facts.registered_on), sa.Date),
        facts.kind,
        facts.exclusion_reason.is_not(None),
        facts.province_code,
        facts.city_code,
        facts.county_code,
    )
    words = submissions.join(submission_words, pairs.submission_key == facts.submission_key)
    sources: dict[str, tuple[Grain, sa.FromClause, sa.Column]] = {
        "foremost_operators": ("day", submissions, facts.operator_id),
        "leading_operators": ("day", submissions, facts.operator_id),
        "leading_operators_finely": ("day", submissions, facts.operator_id),
        "leading_words": ("day", words, pairs.word_id),
        "leading_county_words": ("month", words, pairs.word_id),
        "all_words": ("day", words, pairs.word_id),
    }
    assert set(sources) == set(ROLLUPS)
    with engine.connect() as conn:
        for name, (grain, source, member) in sources.items():
            rollup, bounds = rollup_table(name, grain), bound_table(name)
            key = rollup.c[member.name]
            kept = as_dict(conn, sa.select(key, sa.func.sum(rollup.c.submissions)).group_by(key))
            counted = conn.execute(
                sa.select(member, *group, sa.func.count())
                .select_from(source)
                .group_by(member, *group)
            ).all()
            totals: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
            for who, *place, number in counted:
                totals["ever"][who,] += number
                totals["month"][who, *place[:3]] += number
                totals["months"][who, place[0]] += number
                totals["months"][who, add_months(place[0], -1)] += number
                totals["city"][who, *place[:5]] += number
                totals["county"][who, *place] += number
            for reach in ROLLUPS[name].reaches:
                columns = [bounds.c[each] for each in ROLLUPS[name].bound_keys(reach)]
                known = as_dict(
                    conn,
                    sa.select(*columns, bounds.c.submissions).where(bounds.c.reach == reach),
                )
                others = [each for each in totals[reach].items() if each[0][0] not in kept]
                for (_, *place), number in others:
                    assert known[key_of(place)] >= number
                assert bool(others) == (leading == 8 and ROLLUPS[name].leading is not None)
            everyone = {who: n for (who,), n in totals["ever"].items()}
            assert len(set(kept) - {None}) >= min(leading, len(set(everyone) - {None}))
            assert kept == {who: everyone[who] for who in kept}


def test_pairs_of_months_cover_all_days():
    rollup = ROLLUPS["leading_operators"]
    for start, days in ((dt.date(2026, 1, 31), 1), (dt.date(2025, 11, 30), 93)):
        span = DateRange(start, start + dt.timedelta(days=days - 1))
        pairs = [(first, add_months(first, 2)) for first in rollup.covering(span)]
        assert pairs[0][0] <= span.start
        assert pairs[-1][1] > span.end
        assert all(end == first for (_, end), (first, _) in itertools.pairwise(pairs))


def as_dict(conn, statement):
    return {key_of(row[:-1]): row[-1] for row in conn.execute(statement)}


def key_of(values):
    return values[0] if len(values) == 1 else tuple(values)


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
