"""The workflow store: what people and jobs write. Its schema changes only by migrations."""

import datetime as dt
import json
from pathlib import Path

import alembic.command
import alembic.config
import alembic.migration
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another before it gives up, in milliseconds."""

MAX_SUBJECT = 256
"""Longest subject of an audit line, in characters; an address may ask for anything."""

workflow = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

import_runs = sa.Table(
    "import_runs",
    workflow,
    sa.Column("run_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("finished_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("sources", sa.Text, nullable=False, comment="JSON list of file names or masked URLs"),
    sa.Column("mapping", sa.String(256), nullable=False),
    sa.Column("read_rows", sa.BigInteger, nullable=False),
    sa.Column("loaded", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("unchanged", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
)

audit_log = sa.Table(
    "audit_log",
    workflow,
    sa.Column("entry_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("happened_at", sa.DateTime, nullable=False, index=True, comment="UTC"),
    sa.Column("viewer", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("action", sa.String(32), nullable=False, comment="open_submission, …"),
    sa.Column("subject", sa.String(MAX_SUBJECT), nullable=False, comment="what it was done to"),
)

events = sa.Table(
    "events",
    workflow,
    sa.Column("event_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("first_day", sa.Date, nullable=False, index=True),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="vocabulary.EventKind"),
    sa.Column("region_code", sa.String(16), comment="where it holds; null: everywhere"),
    sa.Column("note", sa.String(200), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("removed_at", sa.DateTime, comment="UTC; a removed event stays for the record"),
)

saved_views = sa.Table(
    "saved_views",
    workflow,
    sa.Column("view_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("office", sa.String(16), nullable=False, index=True, comment="its home region"),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("page", sa.String(32), nullable=False),
    sa.Column("query", sa.Text, nullable=False, comment="JSON: names and values of the address"),
    sa.Column("kind", sa.String(16), nullable=False, comment="vocabulary.ViewKind"),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("updated_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.UniqueConstraint("owner", "name"),
)

home_views = sa.Table(
    "home_views",
    workflow,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column(
        "view_id",
        sa.ForeignKey("saved_views.view_id", ondelete="CASCADE"),
        nullable=False,
    ),
)
"""Where each viewer starts; an office's view may be the home of many."""

decisions = sa.Table(
    "decisions",
    workflow,
    sa.Column("decision_id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False, comment="vocabulary.DecisionKind"),
    sa.Column("subject", sa.String(64), nullable=False, comment="what it is about, by its code"),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("details", sa.Text, nullable=False, comment="JSON: what the verdict needs besides"),
    sa.Column("note", sa.String(200), nullable=False),
    sa.Column("decided_by", sa.String(64), nullable=False),
    sa.Column("decided_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("withdrawn_at", sa.DateTime, comment="UTC; null: it holds"),
    sa.Index("ix_decisions_kind_subject", "kind", "subject"),
)
"""What people decided about findings. Of one subject and verdict the latest that holds counts."""


def open_workflow(url: str) -> sa.Engine:
    """Open the workflow store and bring its schema up to date.

    Parameters
    ----------
    url
        SQLAlchemy URL; the folder of an SQLite file is made when missing.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        If the store cannot be reached or written.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        alembic.command.upgrade(config, "head")
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def utc_now() -> dt.datetime:
    """Return this moment in UTC, to the second, without a zone, as the store keeps it."""
    return dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0)


def record_import_run(
    engine: sa.Engine,
    *,
    sources: list[str],
    mapping: str,
    read: int,
    loaded: int,
    updated: int,
    unchanged: int,
    quarantined: int,
    generation: str,
) -> None:
    """Keep the result of one import."""
    with engine.begin() as conn:
        conn.execute(
            import_runs.insert().values(
                finished_at=utc_now(),
                sources=json.dumps(sources, ensure_ascii=False),
                mapping=mapping,
                read_rows=read,
                loaded=loaded,
                updated=updated,
                unchanged=unchanged,
                quarantined=quarantined,
                generation=generation,
            )
        )


def fetch_import_runs(engine: sa.Engine, *, limit: int = 10) -> list[dict[str, object]]:
    """Return the latest imports, newest first."""
    statement = sa.select(import_runs).order_by(import_runs.c.run_id.desc()).limit(limit)
    with engine.connect() as conn:
        return [dict(row) for row in conn.execute(statement).mappings()]


def record_audit(engine: sa.Engine, *, viewer: str, role: str, action: str, subject: str) -> None:
    """Write one line of the audit log; lines are never changed or deleted by this program."""
    with engine.begin() as conn:
        write_audit(conn, viewer=viewer, role=role, action=action, subject=subject)


def write_audit(conn: sa.Connection, *, viewer: str, role: str, action: str, subject: str) -> None:
    """Write a line of the audit log in the transaction of what it tells; long subjects are cut."""
    conn.execute(
        audit_log.insert().values(
            happened_at=utc_now(),
            viewer=viewer,
            role=role,
            action=action,
            subject=subject[:MAX_SUBJECT],
        )
    )


def fetch_audit(engine: sa.Engine, *, limit: int = 100) -> list[dict[str, object]]:
    """Return the latest lines of the audit log, newest first."""
    statement = sa.select(audit_log).order_by(audit_log.c.entry_id.desc()).limit(limit)
    with engine.connect() as conn:
        return [dict(row) for row in conn.execute(statement).mappings()]


def schema_version(url: str) -> str | None:
    """Return the migration that the workflow store stands at, None before the first."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as conn:
            return alembic.migration.MigrationContext.configure(conn).get_current_revision()
    finally:
        engine.dispose()
