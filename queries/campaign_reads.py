"""Reads of campaigns: how many submissions selected belong to each, and a sample to check.

All else about a campaign is an ordinary read under the filter ``campaign``.
"""

import collections
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
import sqlalchemy as sa

from queries.campaign_tables import (
    FOUND,
    STEP,
    CampaignsNotDerivedError,
    campaign_hits,
    campaign_topics,
)
from queries.counting import Count, fetch_count, fetch_number
from queries.matching import matching, of_campaigns
from queries.month_sums import count_found
from queries.operator_tables import operator_events
from queries.reading import reading
from queries.resolved_operators import resolved_events
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.tags import searched_text
from queries.vocabulary import OperatorEvent
from queries.warehouse import Warehouse

LIFTED = ("campaign",)

SAMPLED = 20
"""Submissions drawn to check how many hits are right; ours: 20 right ones leave 84 to 100 %."""

MAX_SAMPLED = 100


@dataclass(frozen=True, slots=True)
class CampaignBook:
    """What the data knows of a topic of a campaign."""

    campaign_name: str
    topic_name: str
    digest: str


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """How many of the submissions selected belong to each campaign.

    Attributes
    ----------
    frame
        ``campaign, topic`` (empty for the whole campaign, whose submissions count once),
        ``submissions``, with a comparison ``submissions_compared``; only those with any.
    base
        All submissions selected, filters on campaigns left out.
    compared
        Days compared with, None without comparison.
    """

    frame: pd.DataFrame
    base: int
    base_compared: int | None
    days: DateRange
    compared: DateRange | None

    def number(self, campaign: str, topic: str = "", *, compared: bool = False) -> int:
        """Return one figure; 0 where nothing was found."""
        column = "submissions_compared" if compared else "submissions"
        campaigns, topics = (self.frame[name].to_numpy() for name in ("campaign", "topic"))
        meant = (campaigns == campaign) & (topics == topic)
        return int(self.frame[column].to_numpy()[meant].sum())


def fetch_campaigns(warehouse: Warehouse, selection: Selection, scope: Scope) -> CampaignCounts:
    """Count the submissions selected by campaign and topic; filters on campaigns are left out.

    Raises
    ------
    CampaignsNotDerivedError
        If the campaigns are not in step with the submissions.
    """
    if STEP not in warehouse.fresh:
        raise CampaignsNotDerivedError
    with reading(warehouse, selection, scope) as opened:
        base = int(fetch_number(opened, opened.days, lifted=LIFTED))
        counts = count_found(opened, FOUND, opened.days, without="campaign")
        earlier: collections.Counter[tuple[str, ...]] = collections.Counter()
        before = None
        if opened.compared is not None:
            before = int(fetch_number(opened, opened.compared, lifted=LIFTED))
            earlier = count_found(opened, FOUND, opened.compared, without="campaign")
    keys = sorted({*counts, *earlier})
    frame = pd.DataFrame(
        {
            "campaign": pd.Series([campaign for campaign, _ in keys], dtype=object),
            "topic": pd.Series([topic for _, topic in keys], dtype=object),
            "submissions": pd.Series([counts[key] for key in keys], dtype="int64"),
        }
    )
    if opened.compared is not None:
        frame["submissions_compared"] = pd.Series([earlier[key] for key in keys], dtype="int64")
    return CampaignCounts(frame, base, before, opened.days, opened.compared)


def fetch_campaign_books(warehouse: Warehouse) -> Mapping[tuple[str, str], CampaignBook]:
    """Return what the data knows of each (campaign, topic); nothing if they are not derived."""
    if STEP not in warehouse.fresh:
        return MappingProxyType({})
    with warehouse.engine.connect() as conn:
        return MappingProxyType(
            {
                (row.campaign, row.topic): CampaignBook(
                    row.campaign_name, row.topic_name, row.digest
                )
                for row in conn.execute(sa.select(campaign_topics))
            }
        )


def fetch_sample(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, campaign: str, size: int = SAMPLED
) -> pd.DataFrame:
    """Draw hits of a campaign by lot, the same ones for the same data.

    Returns
    -------
    pandas.DataFrame
        ``submission_id``, ``registered_at``, ``text``; at most ``size`` rows.

    Raises
    ------
    CampaignsNotDerivedError
        If the campaigns are not in step with the submissions.
    ValueError
        If ``size`` is not 1 to `MAX_SAMPLED`.
    """
    if not 1 <= size <= MAX_SAMPLED:
        msg = f"size must be 1 to {MAX_SAMPLED}, got {size}"
        raise ValueError(msg)
    if STEP not in warehouse.fresh:
        raise CampaignsNotDerivedError
    with reading(warehouse, selection, scope) as opened:
        found = sa.select(campaign_hits.c.submission_key).where(of_campaigns([campaign]))
        asked = (
            sa.select(
                submissions.c.submission_id,
                submissions.c.registered_at,
                searched_text().label("text"),
            )
            .where(
                matching(selection, scope, days=opened.days, without=LIFTED),
                submissions.c.submission_key.in_(found),
            )
            .order_by(sa.func.md5(submissions.c.submission_id), submissions.c.submission_id)
            .limit(size)
        )
        rows = opened.conn.execute(asked).all()
    return pd.DataFrame(
        {
            "submission_id": pd.Series([row.submission_id for row in rows], dtype=object),
            "registered_at": pd.to_datetime(
                pd.Series([row.registered_at for row in rows], dtype=object)
            ),
            "text": pd.Series([row.text for row in rows], dtype=object),
        }
    )


OUTCOMES = ("tipoffs_checked", "cases", "transferred", "closed", "recovered_yuan", "penalty_yuan")
"""Sums that tell what came of submissions, as in `queries.measures.SUMS`."""


def fetch_outcomes(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, campaign: str
) -> Mapping[str, float]:
    """Return what came of the hits of a campaign among the submissions selected.

    Returns
    -------
    Mapping
        ``submissions`` and each of `OUTCOMES`.

    Raises
    ------
    CampaignsNotDerivedError
        If the campaigns are not in step with the submissions.
    """
    chosen = selection.with_filter("campaign", [campaign])
    with reading(warehouse, chosen, scope) as opened:
        names = ("submissions", *OUTCOMES)
        (found,) = fetch_count(opened, Count((), names, (opened.days,)))
        return MappingProxyType({name: float(found.arrays[name][0]) for name in names})


@dataclass(frozen=True, slots=True)
class OperatorChecks:
    """What happened to the operators of hits within the days, for this campaign or not.

    Attributes
    ----------
    operators
        Operators that any hit names.
    inspections, penalties
        Their inspections and penalties as sources other than submissions say.
    """

    operators: int
    inspections: int
    penalties: int
    penalty_yuan: float


def fetch_operator_checks(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, campaign: str
) -> OperatorChecks | None:
    """Return inspections and penalties of the operators of hits; None without such sources.

    Only operators are counted that a hit in the viewer's scope names.

    Raises
    ------
    CampaignsNotDerivedError
        If the campaigns are not in step with the submissions.
    """
    chosen = selection.with_filter("campaign", [campaign])
    with reading(warehouse, chosen, scope) as opened:
        if not sa.inspect(opened.conn).has_table(operator_events.name):
            return None
        if opened.conn.scalar(sa.select(sa.func.count()).select_from(operator_events)) == 0:
            return None
        named = (
            sa.select(submissions.c.operator_id)
            .where(
                matching(chosen, scope, days=opened.days), submissions.c.operator_id.is_not(None)
            )
            .distinct()
            .cte("named")
        )
        told = resolved_events(opened.conn)
        kind = operator_events.c.kind
        asked = sa.select(
            sa.select(sa.func.count()).select_from(named).scalar_subquery().label("operators"),
            sa.func.count(sa.case((kind == OperatorEvent.INSPECTION.value, 1))).label("checks"),
            sa.func.count(sa.case((kind == OperatorEvent.PENALTY.value, 1))).label("penalties"),
            sa.func.coalesce(
                sa.func.sum(
                    sa.case(
                        (kind == OperatorEvent.PENALTY.value, operator_events.c.amount_yuan),
                        else_=0.0,
                    )
                ),
                0.0,
            ).label("yuan"),
        )
        asked = asked.select_from(told.source).where(
            kind.in_([OperatorEvent.INSPECTION.value, OperatorEvent.PENALTY.value]),
            told.operator_id.in_(sa.select(named.c.operator_id)),
            operator_events.c.occurred_on.between(opened.days.start, opened.days.end),
        )
        row = opened.conn.execute(asked).one()
    return OperatorChecks(int(row.operators), int(row.checks), int(row.penalties), float(row.yuan))
