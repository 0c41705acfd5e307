"""Sources of lead candidates: each names operators with the submissions that make them worth a look.

A source is a function of a connection and a `Look` that returns a table of `PICKED`; what it rests
on may be absent, then it returns None. To add one: a name in `queries.vocabulary.SignalSource`, an
entry in `SOURCES`, its thresholds in ``assets/rules/lead_sources.yaml``.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from queries.campaign_tables import campaign_hits
from queries.cluster_tables import cluster_members, clusters
from queries.group_alarms import WINDOW_DAYS, group_alarms
from queries.lead_facts import TOPIC, facts, focus, hits, pairs
from queries.repeat_tables import shared_matters, shared_members
from queries.repeats import given_rows, read_frame
from queries.score_tables import operator_scores
from queries.vocabulary import Kind, SignalSource

PICKED = ("operator_id", "conduct", "submission_key", "reference", "label")
"""Columns of what a source returns; ``conduct`` NULL: whatever the submission points at."""

Select = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Look:
    """What a source looks at besides the tables of `queries.lead_facts`.

    Attributes
    ----------
    as_of
        Last day that counts.
    limits
        Thresholds of this source, by name.
    topics
        `queries.lead_facts.TOPIC`, ``reference``, ``label`` and ``conduct`` of topics of campaigns;
        a conduct that is NULL leaves it to the submission.
    grave
        Conducts of which one tip-off that is open is enough.
    """

    as_of: dt.date
    limits: Mapping[str, Any]
    topics: pa.Table
    grave: tuple[str, ...]

    def recent(self) -> sa.ColumnElement[bool]:
        """Return the condition that a submission lies within the days of this source."""
        days: int = self.limits["days"]
        return facts.c.registered_on > self.as_of - dt.timedelta(days=days)


Pick = Callable[[sa.Connection, Look], pa.Table | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A source.

    Attributes
    ----------
    by_number
        Whether it goes by how many submissions there are, so that whoever has many of everything
        must have more of the conduct than others do.
    """

    name: SignalSource
    pick: Pick
    by_number: bool


def pick_risk(conn: sa.Connection, look: Look) -> pa.Table | None:
    """Pick all submissions about operators of the gravest grades."""
    if not _has(conn, operator_scores):
        return None
    scores = operator_scores.c
    latest = sa.select(sa.func.max(scores.as_of)).where(scores.as_of <= look.as_of)
    if conn.execute(latest).scalar_one() is None:
        return None
    source = facts.join(operator_scores, scores.operator_id == facts.c.operator_id)
    return _read(
        conn,
        _picked(scores.grade, scores.triggered)
        .select_from(source)
        .where(scores.as_of == latest.scalar_subquery(), scores.grade.in_(look.limits["grades"])),
    )


def pick_campaigns(conn: sa.Connection, look: Look) -> pa.Table | None:
    """Pick the hits of a topic about operators that have many of them, by several persons."""
    if not _has(conn, campaign_hits):
        return None
    own = facts.c
    with given_rows(conn, "lead_topics", look.topics) as topics:
        source = facts.join(hits, hits.c.submission_key == own.submission_key).join(
            topics, sa.and_(*[topics.c[name] == hits.c[name] for name in TOPIC])
        )
        enough = (
            sa.select(own.operator_id, topics.c.reference)
            .select_from(source)
            .where(look.recent())
            .group_by(own.operator_id, topics.c.reference)
            .having(
                sa.func.count(own.submission_key.distinct()) >= look.limits["hits"],
                sa.func.count(own.person_key.distinct()) >= look.limits["persons"],
            )
            .subquery()
        )
        found = _picked(topics.c.reference, topics.c.label, topics.c.conduct)
        return _read(
            conn,
            found.select_from(
                source.join(
                    enough,
                    sa.and_(
                        enough.c.operator_id == own.operator_id,
                        enough.c.reference == topics.c.reference,
                    ),
                )
            ).where(look.recent()),
        )


def pick_clusters(conn: sa.Connection, look: Look) -> pa.Table | None:
    """Pick the submissions of operators that hold a good part of a cluster."""
    if not _has(conn, cluster_members):
        return None
    member, cluster = cluster_members.c, clusters.c
    same = sa.and_(member.level == cluster.level, member.cluster_key == cluster.cluster_key)
    source = facts.join(cluster_members, member.submission_key == facts.c.submission_key).join(
        clusters, same
    )
    shown = sa.and_(cluster.level == look.limits["level"], cluster.hidden.is_(sa.false()))
    enough = (
        sa.select(facts.c.operator_id, cluster.cluster_key)
        .select_from(source)
        .where(shown)
        .group_by(facts.c.operator_id, cluster.cluster_key, cluster.size)
        .having(
            sa.func.count() >= look.limits["submissions"],
            sa.func.count() >= look.limits["share"] * cluster.size,
        )
        .subquery()
    )
    named = sa.func.coalesce(sa.func.nullif(cluster.name, ""), cluster.words)
    reference = cluster.level.concat(".").concat(cluster.cluster_key)
    return _read(
        conn,
        _picked(reference, sa.func.substr(named, 1, 128))
        .select_from(
            source.join(
                enough,
                sa.and_(
                    enough.c.operator_id == facts.c.operator_id,
                    enough.c.cluster_key == cluster.cluster_key,
                ),
            )
        )
        .where(shown),
    )


def pick_shared_matters(conn: sa.Connection, look: Look) -> pa.Table | None:
    """Pick what several persons tell of one operator."""
    if not _has(conn, shared_members):
        return None
    member, matter = shared_members.c, shared_matters.c
    source = facts.join(shared_members, member.submission_key == facts.c.submission_key)
    group = (member.kind, member.group_key, facts.c.operator_id)
    enough = (
        sa.select(*group)
        .select_from(source)
        .where(member.kind.in_(look.limits["kinds"]))
        .group_by(*group)
        .having(sa.func.count(facts.c.person_key.distinct()) >= look.limits["persons"])
        .subquery()
    )
    reference = member.kind.concat(".").concat(sa.cast(member.group_key, sa.String))
    return _read(
        conn,
        _picked(reference, matter.label).select_from(
            source.join(
                enough,
                sa.and_(*[enough.c[each.name] == each for each in group]),
            ).join(
                shared_matters,
                sa.and_(matter.kind == member.kind, matter.group_key == member.group_key),
            )
        ),
    )


def pick_groups(conn: sa.Connection, look: Look) -> pa.Table | None:
    """Pick the complaints of the weeks that raised an alarm."""
    alarms = group_alarms(
        conn, look.as_of, days=look.limits["days"], persons=look.limits["persons"]
    )
    days = pa.table(
        {
            "operator_id": pa.array(alarms["operator_id"], pa.string()),
            "first": pa.array(
                [day - dt.timedelta(days=WINDOW_DAYS - 1) for day in alarms["day"]], pa.date32()
            ),
            "last": pa.array(alarms["day"], pa.date32()),
        }
    )
    with given_rows(conn, "lead_alarms", days) as alarm:
        within = sa.and_(
            alarm.c.operator_id == facts.c.operator_id,
            facts.c.registered_on >= alarm.c.first,
            facts.c.registered_on <= alarm.c.last,
            facts.c.kind == Kind.COMPLAINT.value,
        )
        latest = sa.func.max(alarm.c["last"]).over(partition_by=facts.c.operator_id)
        return _read(
            conn, _picked(sa.cast(latest, sa.String), sa.literal("")).select_from(
                facts.join(alarm, within)
            ).distinct(),
        )  # fmt: skip


def pick_tipoffs(conn: sa.Connection, look: Look) -> pa.Table | None:
    """Pick the tip-offs of a conduct by several persons, or with an open one of a grave conduct."""
    tipoff = sa.and_(facts.c.kind == Kind.TIPOFF.value, look.recent())
    source = facts.join(pairs, pairs.c.submission_key == facts.c.submission_key)
    told = (facts.c.operator_id, pairs.c.conduct)
    focused = sa.and_(*[focus.c[each.name] == each for each in told])
    urgent = sa.and_(
        pairs.c.conduct.in_(look.grave), facts.c.is_open, ~facts.c.in_case, ~facts.c.is_serial
    )
    enough = (
        sa.select(*told)
        .select_from(source.outerjoin(focus, focused))
        .where(tipoff)
        .group_by(*told)
        .having(
            sa.or_(
                sa.and_(
                    sa.func.count(focus.c.conduct) > 0,
                    sa.func.count(facts.c.person_key.distinct()) >= look.limits["persons"],
                ),
                sa.func.count(sa.case((urgent, 1))) > 0,
            )
        )
        .subquery()
    )
    same = sa.and_(*[enough.c[each.name] == each for each in told])
    return _read(
        conn,
        _picked(sa.literal(""), sa.literal(""), pairs.c.conduct)
        .select_from(source.join(enough, same))
        .where(tipoff),
    )


SOURCES: Mapping[SignalSource, Source] = MappingProxyType(
    {
        each.name: each
        for each in (
            Source(SignalSource.RISK, pick_risk, by_number=True),
            Source(SignalSource.CAMPAIGN, pick_campaigns, by_number=True),
            Source(SignalSource.CLUSTER, pick_clusters, by_number=True),
            Source(SignalSource.SHARED_MATTER, pick_shared_matters, by_number=True),
            Source(SignalSource.GROUP, pick_groups, by_number=False),
            Source(SignalSource.TIPOFF, pick_tipoffs, by_number=False),
        )
    }
)
"""Every source, in the order in which a candidate names them."""


def _has(conn: sa.Connection, table: sa.Table) -> bool:
    return sa.inspect(conn).has_table(table.name)


def _picked(
    reference: sa.ColumnElement[Any],
    label: sa.ColumnElement[Any],
    conduct: sa.ColumnElement[Any] | None = None,
) -> Select:
    said = sa.cast(sa.null(), sa.String) if conduct is None else conduct
    return sa.select(
        facts.c.operator_id,
        said.label("conduct"),
        facts.c.submission_key,
        reference.label("reference"),
        label.label("label"),
    )


def _read(conn: sa.Connection, statement: Select) -> pa.Table:
    return read_frame(conn, statement)
