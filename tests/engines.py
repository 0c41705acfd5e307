"""Real database servers for tests: DuckDB in a file, PostgreSQL on loopback."""

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.processes import free_port, start_tied, stop

START_SECONDS = 30
# An empty PostgreSQL keeps to itself: no disk syncs, since a crash may take the data with it.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "40",
    "listen_addresses": "127.0.0.1",
}
# Ends the server and removes its folder when the test run ends in whatever way.
GUARD = """
folder=$1; shift
"$@" & server=$!
trap 'kill -INT $server' TERM
wait $server; wait $server
rm -rf "$folder"
"""


class PostgresServer:
    """A PostgreSQL of one's own, reachable at ``url`` (its maintenance database)."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self._made = 0
        self._admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    @contextlib.contextmanager
    def fresh_database(self) -> Iterator[sa.URL]:
        """Make an empty database and drop it afterwards, whoever is still connected."""
        self._made += 1
        name = f"fresh_{self._made}"
        with self._admin.connect() as conn:
            conn.execute(sa.text(f"CREATE DATABASE {name}"))
        try:
            yield self.url.set(database=name)
        finally:
            with self._admin.connect() as conn:
                conn.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def server_programs() -> Path | None:
    """Return the folder of the newest installed PostgreSQL server, None without one."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest_first = sorted((p.parent for p in installed), key=lambda b: float(b.parent.name))
    if newest_first:
        return newest_first[-1]
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found and shutil.which("initdb") else None


@contextlib.contextmanager
def running_postgres(programs: Path) -> Iterator[PostgresServer]:
    """Run a new PostgreSQL cluster for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="radar-postgres-", dir="/tmp"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, "nobody")
        as_user = ["setpriv", "--reuid", "nobody", "--clear-groups", "--regid", "nogroup"]
    password = secrets.token_hex(16)
    password_file = folder / "password"
    password_file.write_text(password)
    data = folder / "data"
    if as_user:
        shutil.chown(password_file, "nobody")
    subprocess.run(
        [
            *as_user, programs / "initdb", "--pgdata", data, "--username", "tests",
            "--pwfile", password_file, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--no-locale", "--no-sync",
        ],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    port = free_port()
    options = {**SETTINGS, "port": str(port), "unix_socket_directories": str(folder)}
    command: list[str | Path] = [*as_user, programs / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log_path = folder / "log"
    with log_path.open("wb") as log:
        guard = start_tied(["sh", "-c", GUARD, "guard", folder, *command], log=log, cwd=folder)
    url = sa.URL.create("postgresql+psycopg", "tests", password, "127.0.0.1", port, "postgres")
    try:
        wait_until_answering(url, log_path)
        yield PostgresServer(url)
    finally:
        stop(guard)


def wait_until_answering(url: sa.URL, log_path: Path) -> None:
    """Return once the server takes connections; fail with its log if it does not."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            with engine.connect():
                return
        except sa.exc.OperationalError as error:
            if time.monotonic() > give_up:
                raise TimeoutError(
                    f"PostgreSQL on {url} did not answer in {START_SECONDS} s:\n"
                    + (log_path.read_text() if log_path.exists() else "(it stopped)")
                ) from error
            time.sleep(0.05)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server programs here (Debian: apt-get install postgresql)")
    with running_postgres(programs) as server:
        yield server


@pytest.fixture(scope="session")
def fresh_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], contextlib.AbstractContextManager[sa.Engine]]:
    """``with fresh_engine("postgresql") as engine:`` for tests that choose the lifetime."""

    @contextlib.contextmanager
    def fresh(kind: str) -> Iterator[sa.Engine]:
        with contextlib.ExitStack() as stack:
            if kind == "duckdb":
                folder = tmp_path_factory.mktemp("duckdb")
                url = sa.URL.create("duckdb", database=str(folder / "fresh.duckdb"))
            elif kind == "postgresql":
                server: PostgresServer = request.getfixturevalue("postgres_server")
                url = stack.enter_context(server.fresh_database())
            else:
                raise ValueError(f"kind must be 'duckdb' or 'postgresql', got {kind!r}")
            engine = sa.create_engine(url)
            stack.callback(engine.dispose)
            yield engine

    return fresh


@pytest.fixture(
    params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def any_engine(request: pytest.FixtureRequest, fresh_engine) -> Iterator[sa.Engine]:
    """An empty database, once on each engine that the warehouse may live on."""
    with fresh_engine(request.param) as engine:
        yield engine
