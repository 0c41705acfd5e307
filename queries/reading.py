"""A reading: one selection, seen by one viewer, over one open connection."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from queries.cluster_tables import STEP as CLUSTERS
from queries.cluster_tables import ClustersNotDerivedError
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
    def compared(self) -> DateRange | None:
        """The days to compare with, None where that would say nothing."""
        return compared_days(self.warehouse, self.selection, self.selection.comparison)


@contextlib.contextmanager
def reading(warehouse: Warehouse, selection: Selection, scope: Scope) -> Iterator[Reading]:
    """Open a reading.

    Raises
    ------
    TagsNotDerivedError, ClustersNotDerivedError
        If tags or clusters are selected by and not in step with the submissions.
    """
    filtered = {each.dimension for each in selection.filters}
    if "tag" in filtered and TAGS not in warehouse.fresh:
        raise TagsNotDerivedError
    if "cluster" in filtered and CLUSTERS not in warehouse.fresh:
        raise ClustersNotDerivedError
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
        period that is not over would show a fall that is none.
    """
    chosen = days_of(warehouse, selection)
    days = compared_range(chosen, comparison)
    if days is None or warehouse.first_day is None or warehouse.last_day is None:
        return None
    if chosen.end > warehouse.last_day:
        return None
    inside = warehouse.first_day <= days.start and days.end <= warehouse.last_day
    return days if inside else None
