import contextlib
import dataclasses
from collections.abc import Iterator

import pytest

from queries.rollups import ROLLUPS
from tests.queries.samples import Sample, create, derive_all, fill, fill_names, make_rows, open_sample

LEADING = {"operator_id": 12, "word_id": 15}


@contextlib.contextmanager
def few_leading_members() -> Iterator[None]:
    """Keep so few members in rollups that their bounds matter."""
    kept = dict(ROLLUPS)
    for name, rollup in kept.items():
        ROLLUPS[name] = dataclasses.replace(rollup, leading=LEADING[rollup.member])
    try:
        yield
    finally:
        ROLLUPS.update(kept)


def _sample(fresh_engine, kind: str, count: int) -> Iterator[Sample]:
    with fresh_engine(kind) as engine:
        rows = make_rows(seed=1, count=count)
        create(engine)
        fill(engine, rows)
        fill_names(engine)
        with few_leading_members():
            derive_all(engine)
        yield open_sample(engine, rows)


@pytest.fixture(scope="session")
def duckdb_sample(fresh_engine):
    yield from _sample(fresh_engine, "duckdb", 3_000)


@pytest.fixture(scope="session")
def postgres_sample(fresh_engine):
    yield from _sample(fresh_engine, "postgresql", 1_000)


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def sample(request: pytest.FixtureRequest) -> Sample:
    """The made-up warehouse, all derived, once on each engine."""
    name = "duckdb_sample" if request.param == "duckdb" else "postgres_sample"
    return request.getfixturevalue(name)
