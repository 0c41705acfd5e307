"""The warehouse as readers see it: one generation, its days, and what is derived from it."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from queries.definitions import DERIVED_TABLES, definition
from queries.generations import GenerationStore
from queries.results import DataStatus
from queries.schema import SCHEMA_VERSION, derived, facts_info, submissions

READER_THREADS = 2
"""Threads of the embedded engine per process; the product is sized for two cores."""

READER_MEMORY = "1500MB"
"""Memory limit of the embedded engine in the app; leaves room for sessions within 2 GB."""


class NoWarehouseError(RuntimeError):
    """There is no warehouse to read yet; ``location`` says where one was expected."""

    def __init__(self, location: str) -> None:
        super().__init__(
            f"no warehouse at {location}; run 'python -m jobs demo' for demo data "
            "or 'python -m jobs import SOURCE --mapping FILE' for your own"
        )
        self.location = location


class SchemaVersionError(RuntimeError):
    """The warehouse was written by another version of this program."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"the warehouse has schema version {found}, this program reads {SCHEMA_VERSION}; "
            "import the sources again with this version"
        )
        self.found = found


@dataclass(frozen=True, slots=True, eq=False)
class Warehouse:
    """One generation, open for reading.

    Attributes
    ----------
    generation
        Name; a cache key for everything read from it.
    first_day, last_day
        Days of the first and last submission; None where there is none.
    fresh
        Names of what is derived from exactly these facts, by this program's definition; nothing
        else that is derived may be used.
    """

    engine: sa.Engine
    generation: str
    first_day: dt.date | None
    last_day: dt.date | None
    imported_at: dt.datetime | None
    submissions: int
    synthetic: bool
    fresh: frozenset[str]

    def status(self) -> DataStatus:
        """Return what the screen says about the data's age."""
        return DataStatus(
            generation=self.generation,
            first_day=self.first_day,
            last_day=self.last_day,
            imported_at=self.imported_at,
            submissions=self.submissions,
            synthetic=self.synthetic,
        )


def read_warehouse(engine: sa.Engine, generation: str) -> Warehouse:
    """Read what is known of the warehouse behind ``engine``.

    Raises
    ------
    SchemaVersionError
        If it was written by another version.
    """
    with engine.connect() as conn:
        info = conn.execute(sa.select(facts_info)).one()
        if info.schema_version != SCHEMA_VERSION:
            raise SchemaVersionError(info.schema_version)
        made = conn.execute(
            sa.select(derived.c.name, derived.c.definition).where(
                derived.c.facts_version == info.facts_version
            )
        )
        known = {name: definition(name) for name in DERIVED_TABLES}
        return Warehouse(
            engine=engine,
            generation=generation,
            first_day=info.first_day,
            last_day=info.last_day,
            imported_at=info.imported_at,
            submissions=conn.scalar(sa.select(sa.func.count()).select_from(submissions)) or 0,
            synthetic=info.synthetic,
            fresh=frozenset(row.name for row in made if known.get(row.name) == row.definition),
        )


@lru_cache(maxsize=16)
def warehouse_folder(url: str) -> Path | None:
    """Return the folder of an embedded warehouse's URL, None for a database server.

    Examples
    --------
    >>> warehouse_folder("duckdb:///data/warehouse")
    PosixPath('data/warehouse')
    >>> warehouse_folder("postgresql+psycopg://u@h/db") is None
    True
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "duckdb":
        return None
    return Path(parsed.database or "")


def current_generation(url: str) -> str:
    """Return the name of the generation in service, without opening it.

    Raises
    ------
    NoWarehouseError
        If there is none.
    """
    folder = warehouse_folder(url)
    if folder is None:
        return sa.make_url(url).render_as_string(hide_password=True)
    generation = GenerationStore(folder).current()
    if generation is None:
        raise NoWarehouseError(str(folder))
    return generation.name


def open_current(url: str) -> Warehouse:
    """Open the generation in service, read-only.

    Raises
    ------
    NoWarehouseError
        If there is none.
    SchemaVersionError
        If another version wrote it.
    """
    folder = warehouse_folder(url)
    if folder is None:
        return read_warehouse(sa.create_engine(url, pool_pre_ping=True), current_generation(url))
    generation = GenerationStore(folder).current()
    if generation is None:
        raise NoWarehouseError(str(folder))
    return open_file(generation.path, generation.name)


def open_file(path: Path, name: str, *, memory: str = READER_MEMORY) -> Warehouse:
    """Open one generation's file, read-only."""
    engine = sa.create_engine(
        f"duckdb:///{path}",
        connect_args={
            "read_only": True,
            "config": {
                "threads": READER_THREADS,
                "memory_limit": memory,
                "enable_external_access": "false",
                "temp_directory": "",
            },
        },
    )
    try:
        return read_warehouse(engine, name)
    except BaseException:
        engine.dispose()
        raise
