"""Tables of the standing run of clusters: as found, as people want them, and who belongs where."""

import sqlalchemy as sa

from queries.findings import findings

STEP = "clusters"
"""Name of the refresh step, and of what it derives."""


class ClustersNotDerivedError(RuntimeError):
    """No clusters were derived from the submissions as they are now."""

    def __init__(self) -> None:
        super().__init__(
            "clusters are not derived from the submissions as they are now; "
            "run 'python -m jobs refresh'"
        )


cluster_runs = sa.Table(
    "cluster_runs",
    findings,
    sa.Column("run_id", sa.Integer, nullable=False, comment="from 1, one more at each run"),
    sa.Column("first_day", sa.Date, comment="of the days looked at; NULL in an empty warehouse"),
    sa.Column("last_day", sa.Date, comment="of the days looked at"),
    sa.Column("available", sa.BigInteger, nullable=False, comment="texts of these days"),
    sa.Column("clustered", sa.BigInteger, nullable=False, comment="texts that were clustered"),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("next_number", sa.Integer, nullable=False, comment="number of the next new cluster"),
    sa.Column("topics", sa.Text, nullable=False, comment="words by seed topic, JSON"),
    sa.Column("made_at", sa.DateTime, nullable=False, comment="UTC"),
)

cluster_levels = sa.Table(
    "cluster_levels",
    findings,
    sa.Column("run_id", sa.Integer, nullable=False),
    sa.Column("level", sa.String(8), nullable=False, comment="coarse, medium or fine"),
    sa.Column("stability", sa.Float, comment="mean adjusted Rand index; NULL below 20 texts"),
    sa.Column("ended", sa.Integer, comment="clusters of the run before that none continues"),
)

found_clusters = sa.Table(
    "found_clusters",
    findings,
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("number", sa.Integer, nullable=False, comment="stays from run to run"),
    sa.Column("words", sa.Text, nullable=False, comment="parted by spaces, most telling first"),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("stability", sa.Float, comment="mean Jaccard index; NULL below 20 texts"),
    sa.Column("is_new", sa.Boolean, nullable=False, comment="continues none of the run before"),
    sa.Column("first_day", sa.Date, comment="last day of the run that found it first"),
    sa.Column("topic", sa.String(24), nullable=False, comment="seed topic that it is, or empty"),
)
"""Clusters of the latest run as the method found them: what decisions are applied to."""

clusters = sa.Table(
    "clusters",
    findings,
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column(
        "cluster_key", sa.String(16), nullable=False, comment="c12, or d3-1 made by decision 3"
    ),
    sa.Column(
        "parent_key", sa.String(16), comment="of the next coarser level; NULL at the coarsest"
    ),
    sa.Column("words", sa.Text, nullable=False, comment="parted by spaces, most telling first"),
    sa.Column("name", sa.String(64), nullable=False, comment="given by a person, or empty"),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("stability", sa.Float, comment="NULL where people merged, split or gave the words"),
    sa.Column("is_new", sa.Boolean, nullable=False),
    sa.Column("first_day", sa.Date),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("topic", sa.String(24), nullable=False, comment="seed topic that it is, or empty"),
    sa.Column("sources", sa.Text, nullable=False, comment="numbers as found, parted by spaces"),
)
"""The same after people's decisions: what pages show."""

cluster_members = sa.Table(
    "cluster_members",
    findings,
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False, comment="at the time of the run"),
    sa.Column("number", sa.Integer, nullable=False, comment="of found_clusters"),
    sa.Column("cluster_key", sa.String(16), nullable=False, comment="of clusters"),
    sa.Column("distance", sa.Float, nullable=False, comment="1 - cosine with the centre as found"),
    sa.Column("deviation", sa.Float, comment="robust z-score of an outlier, NULL for all others"),
)

cluster_places = sa.Table(
    "cluster_places",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("x", sa.SmallInteger, nullable=False, comment="-1000 to 1000"),
    sa.Column("y", sa.SmallInteger, nullable=False, comment="-1000 to 1000"),
)

cluster_anchors = sa.Table(
    "cluster_anchors",
    findings,
    sa.Column("decision_id", sa.Integer, nullable=False),
    sa.Column("matched", sa.Boolean, nullable=False, comment="whether it fits any cluster"),
    sa.Column("record", sa.Text, nullable=False, comment="the decision as it reads today, JSON"),
)
"""Decisions that the clusters follow, their anchors as of the latest run."""

CLUSTER_TABLES = (
    cluster_runs, cluster_levels, found_clusters, clusters, cluster_members, cluster_places,
    cluster_anchors,
)  # fmt: skip
