import pytest
import sqlalchemy as sa

from queries.warehouse import open_current
from tests.importing.loading import Import


@pytest.fixture
def into(tmp_path):
    """A warehouse to import into."""
    return Import(tmp_path)


@pytest.fixture
def stored(into):
    """Return a reader of one table's rows, by column names."""

    def read(table, *names):
        warehouse = open_current(f"duckdb:///{into.store.folder}")
        with warehouse.engine.connect() as conn:
            columns = [table.c[name] for name in names]
            found = conn.execute(sa.select(*columns).order_by(*table.c[:2])).all()
        warehouse.engine.dispose()
        return [tuple(row) for row in found]

    return read
