"""What came after a score: the input of a back-test."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from queries.group_alarms import WINDOW_DAYS, group_alarms
from queries.operator_tables import has_operator_tables, operator_events
from queries.resolved_operators import resolved_events
from queries.scope import Scope
from queries.score_scope import current_day, operators_matching, require_scores, score_rows
from queries.score_tables import INDICATORS, operator_scores
from queries.vocabulary import OperatorEvent
from queries.warehouse import Warehouse

HORIZON_DAYS = 182
"""Days after the score in which outcomes are looked for; ours."""

MASS_PERSONS = 10
"""Persons within 7 days that make a mass event: the yellow level; ours."""

SERIOUS_EVENTS = (
    OperatorEvent.PENALTY, OperatorEvent.ABNORMAL_LIST, OperatorEvent.SERIOUS_LIST,
)  # fmt: skip


class NoEarlierScoresError(LookupError):
    """No month was scored so long ago that its outcomes are known."""

    def __init__(self, horizon_days: int) -> None:
        super().__init__(
            f"no month was scored {horizon_days} days or more before the last day of the data; "
            "look at fewer days, or wait until the history is longer"
        )
        self.horizon_days = horizon_days


@dataclass(frozen=True, slots=True)
class BacktestInput:
    """Scores of a past day and what happened after it.

    Attributes
    ----------
    frame
        Index ``operator_id``; ``score, grade, completeness, complaints_12m`` and the points of each
        indicator as of ``as_of``; ``penalised`` (a penalty, or an entry of a list of offenders),
        ``mass_event`` (a collective complaint of the yellow level) and ``outcome`` (either), all
        bool, within the days after it up to ``until``.
    as_of, until
        Day of the score, and last day of the outcomes.
    """

    frame: pd.DataFrame
    as_of: dt.date
    until: dt.date


def fetch_backtest_input(
    warehouse: Warehouse, scope: Scope, *, horizon_days: int = HORIZON_DAYS
) -> BacktestInput:
    """Return the latest scores whose outcomes are known whole, and these outcomes.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    NoEarlierScoresError
        If no month was scored that long ago.
    """
    require_scores(warehouse, scope)
    with warehouse.engine.connect() as conn:
        last = current_day(conn)
        as_of = None
        if last is not None:
            own = operator_scores.c.as_of
            limit = last - dt.timedelta(days=horizon_days)
            as_of = conn.scalar(sa.select(sa.func.max(own)).where(own <= limit))
        if as_of is None:
            raise NoEarlierScoresError(horizon_days)
        until = as_of + dt.timedelta(days=horizon_days)
        rows = score_rows(as_of)
        names = ["score", "grade", "completeness", "complaints_12m", *INDICATORS]
        result = conn.execute(
            sa.select(rows.c.operator_id, *[rows.c[name] for name in names])
            .where(operators_matching(conn, rows, None, scope, as_of))
            .order_by(rows.c.operator_id)
        )
        frame = pd.DataFrame(result.all(), columns=["operator_id", *names])
        punished = _punished(conn, as_of, until)
        spans = horizon_days - WINDOW_DAYS + 1
        alarms = group_alarms(conn, until, days=spans, persons=MASS_PERSONS)
    frame = frame.set_index("operator_id")
    frame["penalised"] = frame.index.isin(punished)
    frame["mass_event"] = frame.index.isin(alarms["operator_id"])
    frame["outcome"] = frame["penalised"] | frame["mass_event"]
    return BacktestInput(frame, as_of, until)


def _punished(conn: sa.Connection, as_of: dt.date, until: dt.date) -> set[str]:
    if not has_operator_tables(conn):
        return set()
    e, told = operator_events.c, resolved_events(conn)
    return set(
        conn.scalars(
            sa.select(told.operator_id)
            .select_from(told.source)
            .where(
                e.kind.in_([each.value for each in SERIOUS_EVENTS]),
                e.occurred_on > as_of,
                e.occurred_on <= until,
            )
            .distinct()
        )
    )
