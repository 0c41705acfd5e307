"""What clusters are called, as far as a viewer may know, for those who filter by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from queries.cluster_tables import clusters
from queries.clusters import check_known, run_of, words_seen
from queries.reading import reading
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class ClusterNames:
    """Clusters by key.

    Attributes
    ----------
    names
        Given by a person, or empty.
    words
        Label words, most telling first; only those that a submission in scope holds.
    days
        Those that the run covers; None in an empty warehouse.
    """

    names: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    days: DateRange | None


def fetch_cluster_names(warehouse: Warehouse, scope: Scope, *, keys: Sequence[str]) -> ClusterNames:
    """Return the names of those of some clusters that there are.

    A key that is not among them names no cluster any more: the clusters were found anew, joined or
    split since.

    Raises
    ------
    ClustersNotDerivedError
        If the clusters are not in step with the submissions.
    """
    check_known(warehouse)
    names: dict[str, str] = {}
    words: dict[str, tuple[str, ...]] = {}
    with reading(warehouse, Selection(), scope) as opened:
        run = run_of(opened.conn)
        asked = sa.select(clusters).where(clusters.c.cluster_key.in_(keys))
        rows = opened.conn.execute(asked.order_by(clusters.c.cluster_key)).mappings().all()
        found = pd.DataFrame(rows, columns=[column.name for column in clusters.c])
        for level, frame in found.groupby("level"):
            seen = words_seen(opened, frame, run, str(level))
            names |= dict(zip(frame["cluster_key"], frame["name"], strict=True))
            words |= dict(zip(frame["cluster_key"], map(tuple, seen), strict=True))
    days = None
    if run.first_day is not None and run.last_day is not None:
        days = DateRange(run.first_day, run.last_day)
    return ClusterNames(names, words, days)
