"""The risk score of every operator: the current month, and the months before it as a history."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from analytics.risk import score_operators
from analytics.risk_model import DEFAULT_MODEL, RiskModel, model_in_force
from jobs.decided import Decided
from jobs.finders.finder import Finder, digest_of
from queries import scores
from queries.operator_indicators import month_ends, read_figures
from queries.resolved_operators import aliases_digest
from queries.score_tables import STEP
from queries.vocabulary import DecisionKind, RiskModelVerdict

HISTORY_MONTHS = 12
"""Months before the current one that are scored when they were not yet; ours."""

HISTORY_OPERATORS = 300_000
"""Operators above which no month is scored after the fact, so that a run stays bounded; ours. The
history then grows by a month every month."""


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
    """Score all operators as of the last day of the data.

    The figures of all are counted set-wise from the windows that they need (at most 12 months of
    submissions) rather than followed up change by change: percentiles of peers move with anybody's
    complaints, and days pass for everybody. So a day's increment gives what a run from nothing
    gives. Months that are over stay as they were scored, unless all is made anew (``days`` None) or
    most of the register and the events changed.
    """
    model = risk_model(decided)
    anew = days is None or scores.sources_replaced(conn)
    if anew:
        scores.make_tables_anew(conn)
    as_of, first = scores.last_day(conn), scores.first_day(conn)
    if as_of is None or first is None:
        return 0
    if scores.count_operators(conn) <= HISTORY_OPERATORS:
        stored = scores.scored_months(conn)
        for end in month_ends(as_of, HISTORY_MONTHS):
            if end >= first and stored.get(end.replace(day=1)) != end:
                _score(conn, end, model, current=False)
    count = _score(conn, as_of, model, current=True)
    scores.record_run(conn, as_of, model.version)
    return count


def risk_model(decided: Decided) -> RiskModel:
    """Return the model in force."""
    return model_in_force(
        [
            each.details
            for each in decided.of(DecisionKind.RISK_MODEL)
            if each.verdict == RiskModelVerdict.IN_FORCE.value
        ]
    )


def _score(conn: sa.Connection, as_of: dt.date, model: RiskModel, *, current: bool) -> int:
    figures = read_figures(conn, as_of)
    scored = score_operators(figures.frame, model=model)
    scores.write_month(
        conn, figures, scored, as_of=as_of, model_version=model.version, current=current
    )
    return len(scored)


def _sources(conn: sa.Connection) -> str:
    known = f"{scores.sources_digest(conn)} {aliases_digest(conn)}"
    return f"{known} {digest_of(DEFAULT_MODEL)}"


FINDER = Finder(STEP, find, decided_by=(DecisionKind.RISK_MODEL,), sources=_sources)
