import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.engines import server_programs

ROOT = Path(__file__).parents[1]
numbers = sa.Table("numbers", sa.MetaData(), sa.Column("n", sa.Integer))


@pytest.mark.parametrize("again", ["first", "second"])
def test_each_test_gets_an_empty_database(any_engine, again):
    assert sa.inspect(any_engine).get_table_names() == [], again
    numbers.create(any_engine)
    with any_engine.begin() as conn:
        conn.execute(numbers.insert(), [{"n": 1}, {"n": 2}])
        assert conn.scalar(sa.select(sa.func.sum(numbers.c.n))) == 3


@pytest.mark.postgres
def test_a_forgotten_connection_does_not_hold_the_database(postgres_server):
    with postgres_server.fresh_database() as url:
        engine = sa.create_engine(url)
        forgotten = engine.connect()
        assert forgotten.scalar(sa.text("SELECT current_database()")) == url.database
    with postgres_server.fresh_database() as other:
        assert other.database != url.database
    forgotten.invalidate()
    engine.dispose()


@pytest.mark.postgres
def test_names_sort_by_code_point_like_in_duckdb(any_engine):
    names = ["武汉", "Aha", "阿里", "aha", "仙桃"]
    listed = sa.union_all(*(sa.select(sa.literal(name).label("name")) for name in names)).subquery()
    with any_engine.connect() as conn:
        found = conn.scalars(sa.select(listed.c.name).order_by(listed.c.name)).all()
    assert found == sorted(names)


@pytest.mark.postgres
@pytest.mark.skipif(server_programs() is None, reason="no PostgreSQL server programs here")
def test_the_server_dies_with_a_killed_test_run():
    script = textwrap.dedent(
        """
        import time
        from tests.engines import running_postgres, server_programs
        with running_postgres(server_programs()) as server:
            print(server.url.port, flush=True)
            time.sleep(60)
        """
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    port = int(run.stdout.readline())
    assert listening(port)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    give_up = time.monotonic() + 10
    while listening(port) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not listening(port)


def listening(port: int) -> bool:
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in table)
