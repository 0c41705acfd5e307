import pytest

from jobs.bench.cases import (
    make_cases,
)
from jobs.bench.data import bench_warehouse
from tests.bench.asking import RECIPE, silent


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="session")
def warehouse(folder):
    return bench_warehouse(RECIPE, folder, progress=silent)


@pytest.fixture(scope="session")
def cases(warehouse):
    content = warehouse.content
    return make_cases(
        content.days.start, content.days.end, city=content.city, section=content.section
    )
