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

from jobs.bench.operator_sources import make_up_sources
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
        raw.execute("CREATE TABLE more AS SELECT * FROM facts.main.submissions LIMIT 0")
        raw.execute(
            "CREATE VIEW submissions AS SELECT * FROM facts.main.submissions "
            "UNION ALL BY NAME SELECT * FROM more"
        )
        raw.execute("CREATE VIEW operators AS SELECT * FROM facts.main.operators")
        if raw.execute("FROM duckdb_tables() WHERE table_name = 'submission_tags'").fetchone():
            raw.execute("CREATE VIEW submission_tags AS SELECT * FROM facts.main.submission_tags")
        raw.execute("CREATE TABLE facts_info AS SELECT * FROM facts.main.facts_info")
        make_up_sources(conn, operators=operators, events=events)
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
