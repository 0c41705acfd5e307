from collections.abc import Iterator

import pytest

from tests.queries.samples import (
    Sample,
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    make_rows,
    open_sample,
)


def _sample(fresh_engine, kind: str, count: int) -> Iterator[Sample]:
    with fresh_engine(kind) as engine:
        rows = make_rows(seed=1, count=count)
        create(engine)
        fill(engine, rows)
        fill_names(engine)
        with few_leading_members(14, of_each=1, burst=14):
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
    found: Sample = request.getfixturevalue(name)
    return found
