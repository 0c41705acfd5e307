"""A reading: one selection, seen by one viewer, over one open connection."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from queries.campaign_tables import STEP as CAMPAIGNS
from queries.campaign_tables import CampaignsNotDerivedError
from queries.cluster_tables import STEP as CLUSTERS
from queries.cluster_tables import ClustersNotDerivedError, cluster_runs
from queries.schema import operators
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection, compared_range
from queries.tag_tables import STEP as TAGS
from queries.tag_tables import TagsNotDerivedError
from queries.warehouse import Warehouse


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What every part of an answer needs to know."""

    conn: sa.Connection
    warehouse: Warehouse
    selection: Selection
    scope: Scope

    @property
    def days(self) -> DateRange:
        """The days that the selection means in this warehouse."""
        return days_of(self.warehouse, self.selection)

    @property
    def by_operator(self) -> bool:
        """True if the submissions of an operator can be looked up."""
        return operators.name in self.warehouse.fresh

    @property
    def compared(self) -> DateRange | None:
        """The days to compare with, None where that would say nothing."""
        return compared_days(self.warehouse, self.selection, self.selection.comparison)


@contextlib.contextmanager
def reading(warehouse: Warehouse, selection: Selection, scope: Scope) -> Iterator[Reading]:
    """Open a reading.

    Raises
    ------
    TagsNotDerivedError, ClustersNotDerivedError, CampaignsNotDerivedError
        If tags, clusters or campaigns are selected by and not in step with the submissions.
    """
    filtered = {each.dimension for each in selection.filters}
    if "tag" in filtered and TAGS not in warehouse.fresh:
        raise TagsNotDerivedError
    if "cluster" in filtered and CLUSTERS not in warehouse.fresh:
        raise ClustersNotDerivedError
    if "campaign" in filtered and CAMPAIGNS not in warehouse.fresh:
        raise CampaignsNotDerivedError
    with warehouse.engine.connect() as conn:
        yield Reading(conn, warehouse, selection, scope)


def days_of(warehouse: Warehouse, selection: Selection) -> DateRange:
    """Return the days that a selection means; in an empty warehouse as if data ended today."""
    if warehouse.first_day is None or warehouse.last_day is None:
        today = dt.datetime.now(tz=dt.UTC).date()
        return selection.period.range(today, today)
    return selection.period.range(warehouse.first_day, warehouse.last_day)


def compared_days(
    warehouse: Warehouse, selection: Selection, comparison: Comparison
) -> DateRange | None:
    """Return the days that a selection is compared with.

    Returns
    -------
    DateRange or None
        None without comparison, and where either span of days is not wholly inside the data: a
        period that is not over would show a fall that is none. Where clusters are filtered by, both
        must be inside the days that the clusters cover: before, there are none to count.
    """
    chosen = days_of(warehouse, selection)
    days = compared_range(chosen, comparison)
    if days is None or warehouse.first_day is None or warehouse.last_day is None:
        return None
    if chosen.end > warehouse.last_day:
        return None
    first, last = warehouse.first_day, warehouse.last_day
    if any(each.dimension == "cluster" for each in selection.filters):
        covered = _clustered_days(warehouse)
        if covered is None or not covered.start <= chosen.start <= chosen.end <= covered.end:
            return None
        first, last = max(first, covered.start), min(last, covered.end)
    inside = first <= days.start and days.end <= last
    return days if inside else None


def _clustered_days(warehouse: Warehouse) -> DateRange | None:
    """Return the days that the clusters cover; None where there are none."""
    if CLUSTERS not in warehouse.fresh:
        return None
    run = cluster_runs.c
    asked = sa.select(run.first_day, run.last_day).order_by(run.run_id.desc()).limit(1)
    with warehouse.engine.connect() as conn:
        row = conn.execute(asked).first()
    if row is None or row.first_day is None or row.last_day is None:
        return None
    return DateRange(row.first_day, row.last_day)
