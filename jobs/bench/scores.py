"""The risk scores of a province measured: all operators from nothing, and after one more day.

The submissions are those of a bench warehouse, attached and left as they are; the register and the
events are made up beside them, in a file that is removed again.
"""

import datetime as dt
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from rich.table import Table

from jobs.bench.processes import Progress, alone
from jobs.decided import NOTHING_DECIDED
from jobs.finders.scores import FINDER
from queries.loading import raw_connection
from queries.operator_tables import create_operator_tables
from queries.schema import facts_info
from queries.score_tables import operator_scores

MEMORY = "4GB"
"""Memory limit of the engine, beside which the frames need their own."""

OPERATORS_BUDGET = 1_300_000
FULL_BUDGET_SECONDS, DAY_BUDGET_SECONDS, MEMORY_BUDGET_BYTES = 60.0, 15.0, 8_000_000_000
"""What the figures of `OPERATORS_BUDGET` operators, 20 million submissions and 5 million events are
held against on two cores; ours."""

KINDS = (
    "licence", "licence", "licence", "inspection", "inspection", "inspection", "sampling", "penalty",
    "change", "opinion", "credit_class", "credit_class", "staff", "linked_firm", "equipment",
    "abnormal_list", "serious_list", "annual_report", "annual_report", "annual_report",
)  # fmt: skip
"""Kinds of events, in turn; ours."""


@dataclass(frozen=True, slots=True)
class ScoresResult:
    """What scoring took.

    Attributes
    ----------
    operators
        Scored.
    full_seconds, day_seconds
        From nothing, and after a day of further submissions; both for the current month.
    peak_bytes
        Most memory of the process that scored.
    load
        Load average of the machine over the minute before each of the two.
    """

    submissions: int
    operators: int
    events: int
    full_seconds: float
    day_seconds: float
    peak_bytes: int
    load: tuple[float, float]


def scores_table(results: Sequence[ScoresResult]) -> Table:
    """Return a table for a terminal."""
    table = Table(
        title="经营主体风险评分",
        caption=(
            f"目标（{OPERATORS_BUDGET:,}户、2000万件、500万条事件，2核）：全部不超过"
            f"{FULL_BUDGET_SECONDS:g} s，一天增量不超过{DAY_BUDGET_SECONDS:g} s，"
            f"内存不超过{MEMORY_BUDGET_BYTES / 1e9:g} GB"
        ),
        title_justify="left",
        caption_justify="left",
    )
    for name in ("诉求量", "主体", "事件", "全部 s", "一天增量 s", "内存峰值 GB", "当时负载"):
        table.add_column(name, justify="right")
    for each in results:
        table.add_row(
            f"{each.submissions:,}",
            f"{each.operators:,}",
            f"{each.events:,}",
            f"{each.full_seconds:.1f}",
            f"{each.day_seconds:.1f}",
            f"{each.peak_bytes / 1e9:.2f}",
            f"{each.load[0]:.1f}、{each.load[1]:.1f}",
        )
    return table


def measure_scores(
    warehouse: Path, folder: Path, *, operators: int, events: int, progress: Progress
) -> ScoresResult:
    """Score the operators of a warehouse with a made-up register and events.

    Parameters
    ----------
    warehouse
        File of a generation; only read.
    folder
        Where the file beside it is made, and removed.
    operators, events
        Rows of the register and of the events.
    """
    draft = folder / "scores.building.duckdb"
    draft.unlink(missing_ok=True)
    try:
        alone(_prepare, progress, warehouse, draft, operators, events)
        done = alone(_score, progress, warehouse, draft)
    finally:
        draft.unlink(missing_ok=True)
    full, day, scored, submissions, load = done.result
    return ScoresResult(submissions, scored, events, full, day, done.peak_bytes, load)


def _engine(warehouse: Path, draft: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"duckdb:///{draft}",
        connect_args={"config": {"memory_limit": MEMORY, "threads": 2}},
        poolclass=sa.pool.StaticPool,
    )
    with engine.connect() as conn:
        raw_connection(conn).execute(f"ATTACH '{warehouse}' AS facts (READ_ONLY)")
        conn.commit()
    return engine


def _prepare(progress: Progress, warehouse: Path, draft: Path, operators: int, events: int) -> None:
    progress(f"make up a register of {operators:,} and {events:,} events")
    engine = _engine(warehouse, draft)
    create_operator_tables(engine)
    with engine.begin() as conn:
        raw = raw_connection(conn)
        last: dt.date = raw.execute(
            "SELECT max(registered_on) FROM facts.main.submissions"
        ).fetchone()[0]
        raw.execute("CREATE TABLE more AS SELECT * FROM facts.main.submissions LIMIT 0")
        raw.execute(
            "CREATE VIEW submissions AS SELECT * FROM facts.main.submissions "
            "UNION ALL BY NAME SELECT * FROM more"
        )
        raw.execute("CREATE VIEW operators AS SELECT * FROM facts.main.operators")
        if raw.execute("FROM duckdb_tables() WHERE table_name = 'submission_tags'").fetchone():
            raw.execute("CREATE VIEW submission_tags AS SELECT * FROM facts.main.submission_tags")
        raw.execute("CREATE TABLE facts_info AS SELECT * FROM facts.main.facts_info")
        raw.execute("CREATE MACRO chance(x) AS CAST(hash(x) % 1000000007 AS BIGINT)")
        for statement in _made_up(operators, events, last):
            raw.execute(statement)
    engine.dispose()


def _score(
    progress: Progress, warehouse: Path, draft: Path
) -> tuple[float, float, int, int, tuple[float, float]]:
    engine = _engine(warehouse, draft)
    seconds, loads, scored = [], [], 0
    for days in (None, [dt.date.min]):
        if days is not None:
            _add_day(engine)
        progress("score all operators" + (" after one more day" if days else ""))
        loads.append(os.getloadavg()[0])
        started = time.perf_counter()
        with engine.begin() as conn:
            FINDER.find(conn, days, NOTHING_DECIDED)
        seconds.append(time.perf_counter() - started)
        with engine.connect() as conn:
            newest = sa.select(sa.func.max(operator_scores.c.month)).scalar_subquery()
            counted = sa.select(sa.func.count()).where(operator_scores.c.month == newest)
            scored = conn.scalar(counted) or 0
    with engine.connect() as conn:
        submissions = conn.scalar(sa.select(sa.func.count()).select_from(sa.table("submissions")))
    engine.dispose()
    return seconds[0], seconds[1], scored, int(submissions or 0), (loads[0], loads[1])


def _add_day(engine: sa.Engine) -> None:
    """Add the submissions of the last day once more, a day later."""
    with engine.begin() as conn:
        raw = raw_connection(conn)
        raw.execute(
            "INSERT INTO more SELECT * REPLACE (registered_on + 1 AS registered_on, "
            "submission_key + 1000000000 AS submission_key) FROM facts.main.submissions "
            "WHERE registered_on = (SELECT max(registered_on) FROM facts.main.submissions)"
        )
        conn.execute(
            facts_info.update().values(
                last_day=facts_info.c.last_day + dt.timedelta(days=1),
                facts_version=facts_info.c.facts_version + 1,
            )
        )


def _made_up(operators: int, events: int, last: dt.date) -> tuple[str, ...]:
    """Return the statements that fill register and events by hashes, alike at every run."""
    day = f"DATE '{last.isoformat()}'"
    kinds = ", ".join(f"'{each}'" for each in KINDS)
    return (
        # Those of the last year first, so that about as many are scored as are registered.
        f"""CREATE TEMP TABLE known AS
        SELECT row_number() OVER (ORDER BY s.operator_id IS NULL, o.operator_id) - 1 AS i, o.*
        FROM operators o LEFT JOIN (SELECT DISTINCT operator_id FROM facts.main.submissions
            WHERE registered_on > {day} - 366) s ON s.operator_id = o.operator_id""",  # noqa: S608 - a day
        f"""INSERT INTO operator_register BY NAME
        SELECT coalesce(o.operator_id, 'R' || lpad(CAST(k.i AS VARCHAR), 17, '0')) AS operator_id,
            'bench' AS register_source, o.uscc, coalesce(o.name, 'R' || k.i) AS name,
            x.industry_section, x.industry, substr(x.city_code, 1, 2) || '0000' AS province_code,
            x.city_code, x.county_code, x.street_code,
            'address ' || (chance(k.i * 7) % {max(1, operators // 2)}) AS address_key,
            {day} - CAST(chance(k.i * 3) % 7000 AS INTEGER) AS established_on,
            ['closing', 'revoked', 'deregistered', 'open'][1 + least(chance(k.i * 5) % 50, 3)]
                AS status,
            {day} - CAST(chance(k.i * 11) % 900 AS INTEGER) AS status_on,
            CASE WHEN chance(k.i) % 3 = 0 THEN 1e5 * (1 + chance(k.i * 13) % 200) ELSE 0 END
                AS registered_capital_yuan,
            CASE WHEN chance(k.i) % 3 = 0 THEN (chance(k.i * 17) % 3) * 5e5 ELSE 0 END
                AS paid_capital_yuan,
            chance(k.i * 19) % 10 AS insured_count, {last.year - 4} + chance(k.i * 23) % 4
                AS last_annual_report,
            chance(k.i * 29) % 20 = 0 AS is_prepaid_issuer
        FROM (SELECT unnest(range({operators})) AS i) k
        LEFT JOIN known o ON o.i = k.i
        LEFT JOIN known x ON x.i = k.i % (SELECT count(*) FROM known)""",  # noqa: S608 - numbers of this module
        f"""INSERT INTO operator_events BY NAME
        SELECT k.i AS event_key, 'E' || k.i AS event_id, 'bench' AS source, kind, r.operator_id,
            r.uscc, r.name AS operator_name,
            {day} - CAST(chance(k.i * 31) % 1500 AS INTEGER) AS occurred_on,
            CASE WHEN kind = 'licence' THEN {day} + CAST(chance(k.i * 37) % 1500 AS INTEGER) - 60
                WHEN kind = 'equipment' THEN {day} + CAST(chance(k.i * 37) % 400 AS INTEGER) - 20
                WHEN kind IN ('abnormal_list', 'serious_list') AND chance(k.i * 41) % 2 = 0
                THEN {day} - CAST(chance(k.i * 43) % 700 AS INTEGER) END AS ends_on,
            CASE kind WHEN 'licence' THEN 'valid' WHEN 'equipment' THEN 'valid'
                WHEN 'inspection' THEN ['passed', 'passed', 'corrected', 'failed', 'refused',
                    'unreachable'][1 + chance(k.i * 47) % 6]
                WHEN 'sampling' THEN ['qualified', 'qualified', 'unqualified']
                    [1 + chance(k.i * 47) % 3]
                WHEN 'change' THEN ['legal_person', 'shareholder', 'name', 'address']
                    [1 + chance(k.i * 47) % 4]
                WHEN 'credit_class' THEN ['A', 'A', 'B', 'C', 'D'][1 + chance(k.i * 47) % 5]
                WHEN 'staff' THEN ['none', 'health_certificate'][1 + chance(k.i * 47) % 2]
                WHEN 'linked_firm' THEN ['normal', 'revoked', 'dishonest'][1 + chance(k.i * 47) % 3]
                WHEN 'annual_report' THEN ['filed', 'filed', 'missing'][1 + chance(k.i * 47) % 3]
                END AS outcome,
            CASE kind WHEN 'penalty' THEN ['warning', 'fine', 'suspension', 'revocation']
                    [1 + chance(k.i * 53) % 4]
                WHEN 'opinion' THEN ['major', 'larger', 'ordinary', 'none']
                    [1 + chance(k.i * 53) % 4] END AS severity,
            CASE WHEN kind = 'penalty' THEN (chance(k.i * 59) % 200) * 1000 END AS amount_yuan,
            CASE WHEN kind = 'annual_report' THEN {last.year - 4} + chance(k.i * 61) % 4
                WHEN kind = 'sampling' THEN 1 + chance(k.i * 61) % 3 END AS count,
            'subject ' || chance(k.i * 67) % 9 AS subject
        FROM (SELECT i, [{kinds}][1 + i % {len(KINDS)}] AS kind,
                chance(i * 71) % {operators} AS who
            FROM (SELECT unnest(range({events})) AS i)) k
        JOIN (SELECT row_number() OVER (ORDER BY operator_id) - 1 AS j, operator_id, uscc, name
            FROM operator_register) r ON r.j = k.who""",  # noqa: S608 - likewise
        "UPDATE operator_sources_info SET sources_version = 1",
    )
