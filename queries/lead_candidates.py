"""Lead candidates: what the sources picked, counted by operator and conduct, and kept."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from queries.campaign_tables import STEP as CAMPAIGNS
from queries.cluster_tables import STEP as CLUSTERS
from queries.cubes import make_anew
from queries.deriving import insert_rows
from queries.identity_tables import STEP as IDENTITY
from queries.lead_candidate_tables import (
    CANDIDATE_TABLES,
    PLACES,
    lead_candidate_evidence,
    lead_candidate_run,
    lead_candidate_signals,
    lead_candidates,
)
from queries.lead_facts import facts, focus, pairs
from queries.lead_sources import PICKED, SOURCES
from queries.operator_indicators import placed
from queries.operator_tables import has_operator_tables
from queries.register_counts import select_register
from queries.repeats import SHARED_STEP, given_rows, read_frame
from queries.repeats import STEP as REPEATS
from queries.resolved_operators import resolved_register
from queries.schema import derived, facts_info, operators, submissions
from queries.score_scope import operator_labels
from queries.score_tables import STEP as SCORES
from queries.score_tables import operator_indicators, operator_scores
from queries.tag_tables import STEP as TAGS
from queries.vocabulary import Kind, OperatorStatus, SignalSource

KINDS: Mapping[str, tuple[str, ...]] = {
    "inspection": ("failed_inspections_2y", "refused_inspections_2y", "unreachable_12m"),
    "sampling": ("unqualified_batches_2y",),
    "penalty": ("penalties_year_1", "penalties_year_2", "penalties_year_3"),
    "listing": ("abnormal_listed", "serious_listed"),
    "opinion": ("opinions_major_12m", "opinions_larger_12m", "opinions_ordinary_12m"),
}
"""Kinds of evidence besides complaints and tip-offs, by raw figures of the risk score: what an
authority found itself, or the public knows."""

RESTS_ON = (
    IDENTITY, operators.name, REPEATS, SHARED_STEP, TAGS, CAMPAIGNS, CLUSTERS, SCORES,
)  # fmt: skip
"""Steps of the refresh that candidates rest on."""

Select = sa.Select[*tuple[Any, ...]]

_picked = sa.Table(
    "lead_picked",
    sa.MetaData(),
    sa.Column("source", sa.String),
    sa.Column("reference", sa.String),
    sa.Column("label", sa.String),
    sa.Column("operator_id", sa.String),
    sa.Column("conduct", sa.String),
    sa.Column("submission_key", sa.BigInteger),
    prefixes=["TEMPORARY"],
)


def last_day(conn: sa.Connection) -> dt.date | None:
    """Return the last day of the submissions, None where there is none."""
    return conn.scalar(sa.select(facts_info.c.last_day))


def made_of(conn: sa.Connection) -> str:
    """Return a short text that differs when anything that candidates rest on was made again."""
    rows = conn.execute(
        sa.select(derived.c.name, derived.c.derived_at, derived.c.row_count)
        .where(derived.c.name.in_(RESTS_ON))
        .order_by(derived.c.name)
    )
    return ";".join(f"{row.name} {row.derived_at} {row.row_count}" for row in rows)


def make_tables_anew(conn: sa.Connection) -> None:
    """Make the tables empty."""
    for table in CANDIDATE_TABLES:
        make_anew(conn, table)


def write_picked(conn: sa.Connection, picked: Mapping[SignalSource, pa.Table]) -> None:
    """Write what each source picked, for each conduct that it may be about.

    What says no conduct stands for each that the submission points at; what goes by number counts
    only where the operator has more of the conduct than its size explains.
    """
    _picked.drop(conn, checkfirst=True)
    _picked.create(conn)
    for name, rows in picked.items():
        with given_rows(conn, "lead_rows", rows.select(PICKED)) as told:
            meant = sa.or_(told.c.conduct.is_(None), told.c.conduct == pairs.c.conduct)
            found = (
                sa.select(
                    sa.literal(name.value), told.c.reference, told.c.label, pairs.c.operator_id,
                    pairs.c.conduct, pairs.c.submission_key,
                )
                .select_from(
                    told.join(pairs, sa.and_(pairs.c.submission_key == told.c.submission_key, meant))
                )
                .distinct()
            )  # fmt: skip
            if SOURCES[name].by_number:
                found = found.join(
                    focus,
                    sa.and_(
                        focus.c.operator_id == pairs.c.operator_id,
                        focus.c.conduct == pairs.c.conduct,
                    ),
                )
            conn.execute(_picked.insert().from_select([each.name for each in _picked.c], found))


def drop_picked(conn: sa.Connection) -> None:
    """Forget what the sources picked."""
    _picked.drop(conn, checkfirst=True)


def read_candidates(
    conn: sa.Connection,
    as_of: dt.date,
    *,
    proof_words: Sequence[str],
    documented_by: int,
    least_open: int,
) -> pd.DataFrame:
    """Count the evidence of every candidate.

    Parameters
    ----------
    proof_words
        Words of a narrative that tell of proof.
    documented_by
        How many of time, sum and proof make a submission documented.
    least_open
        Submissions that are in no case yet, at least.

    Returns
    -------
    pandas.DataFrame
        One row for each operator and conduct, in order of both: columns of ``lead_candidates``
        besides those of the worth and the name, and ``sources`` as a count of kinds of evidence.
    """
    told = _evidence().subquery("told")
    narrative = submissions.c.narrative
    proof = sa.or_(*[narrative.contains(word, autoescape=True) for word in proof_words])
    stated = facts.c.stated + sa.case((proof, 1), else_=0)
    counts = (
        sa.select(
            told.c.operator_id,
            told.c.conduct,
            *_counts(stated >= documented_by),
        )
        .select_from(
            told.join(facts, facts.c.submission_key == told.c.submission_key).join(
                submissions, submissions.c.submission_key == told.c.submission_key
            )
        )
        .group_by(told.c.operator_id, told.c.conduct)
        .having(sa.func.sum(sa.case((facts.c.in_case, 0), else_=1)) >= least_open)
        .subquery("counted")
    )
    sources = (
        sa.select(
            _picked.c.operator_id,
            _picked.c.conduct,
            *[
                sa.func.max(sa.case((_picked.c.source == name.value, 1), else_=0)).label(
                    f"by_{name.value}"
                )
                for name in SOURCES
            ],
        )
        .group_by(_picked.c.operator_id, _picked.c.conduct)
        .subquery("pointing")
    )
    table = read_frame(conn, _joined(conn, counts, sources, as_of))
    frame: pd.DataFrame = table.to_pandas()
    return _named(frame)


def _evidence() -> Select:
    return sa.select(_picked.c.operator_id, _picked.c.conduct, _picked.c.submission_key).distinct()


def _counts(documented: sa.ColumnElement[bool]) -> list[sa.ColumnElement[Any]]:
    own = facts.c
    people = sa.func.count(own.person_key.distinct())
    reachable = sa.func.count(sa.case((own.reachable, own.person_key)).distinct())

    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return sa.func.sum(sa.case((condition, 1), else_=0))

    def share(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return sa.func.avg(sa.case((condition, 1.0), else_=0.0))

    return [
        sa.func.min(own.registered_on).label("first_on"),
        sa.func.max(own.registered_on).label("latest_on"),
        sa.func.count().label("submissions"),
        number(own.kind == Kind.COMPLAINT.value).label("complaints"),
        number(own.kind == Kind.TIPOFF.value).label("tipoffs"),
        people.label("persons"),
        sa.func.count(own.county_code.distinct()).label("counties"),
        sa.func.count(sa.case((own.hurt, own.person_key)).distinct()).label("harmed"),
        sa.func.sum(own.disputed_yuan).label("disputed_yuan"),
        share(documented).label("documented"),
        share(own.is_serial).label("serial"),
        (sa.cast(reachable, sa.Double) / sa.func.nullif(people, 0)).label("persons_reachable"),
    ]


def _joined(
    conn: sa.Connection, counts: sa.Subquery, sources: sa.Subquery, as_of: dt.date
) -> Select:
    """Join what is known of the operators: register, places, score and raw figures."""
    own = operators
    whose = counts.c.operator_id
    joined: sa.FromClause = counts.join(
        sources,
        sa.and_(sources.c.operator_id == whose, sources.c.conduct == counts.c.conduct),
    ).outerjoin(own, own.c.operator_id == whose)
    register = None
    if has_operator_tables(conn):
        register = select_register(as_of, resolved_register(conn)).cte("register")
        joined = joined.outerjoin(register, register.c.operator_id == whose)
    columns: list[sa.ColumnElement[Any]] = [*_known(own, register)]
    inspector = sa.inspect(conn)
    if inspector.has_table(operator_scores.name):
        scores = operator_scores.c
        latest = sa.select(sa.func.max(scores.as_of)).where(scores.as_of <= as_of)
        joined = joined.outerjoin(
            operator_scores,
            sa.and_(scores.operator_id == whose, scores.as_of == latest.scalar_subquery()),
        )
        columns += [scores.score, scores.grade, scores.model_version]
    if inspector.has_table(operator_indicators.name):
        raw = operator_indicators.c
        joined = joined.outerjoin(operator_indicators, raw.operator_id == whose)
        columns += [
            sa.or_(*[sa.func.coalesce(raw[name], 0) > 0 for name in names]).label(f"known_{kind}")
            for kind, names in KINDS.items()
        ]
    return (
        sa.select(
            *counts.c,
            *[each for each in sources.c if each.name.startswith("by_")],
            *columns,
        )
        .select_from(joined)
        .order_by(whose, counts.c.conduct)
    )


def _known(own: sa.Table, register: sa.CTE | None) -> list[sa.ColumnElement[Any]]:
    places = [
        each
        for each in placed(own, register)
        if each.name in {*PLACES, "street_code", "industry_section", "industry"}
    ]
    code: sa.ColumnElement[Any] = own.c.uscc
    address: sa.ColumnElement[Any] = own.c.address
    open_: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.Boolean)
    if register is not None:
        code = sa.func.coalesce(register.c.uscc, code)
        address = sa.func.coalesce(register.c.address, address)
        open_ = register.c.status_then == OperatorStatus.OPEN.value
    return [
        *places,
        code.is_not(None).label("identified"),
        address.is_not(None).label("located"),
        open_.label("in_business"),
    ]


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Put flags of sources and of kinds of evidence into words."""
    found = frame.copy()
    by = {name.value: found.pop(f"by_{name.value}") > 0 for name in SOURCES}
    known = {
        Kind.COMPLAINT.value: found["complaints"] > 0,
        Kind.TIPOFF.value: found["tipoffs"] > 0,
        **{
            kind: found.pop(f"known_{kind}").fillna(value=False).astype(bool)
            for kind in KINDS
            if f"known_{kind}" in found.columns
        },
    }
    found["signal_sources"] = _listed(by, found.index)
    found["kinds"] = _listed(known, found.index)
    found["sources"] = pd.DataFrame(known, index=found.index).sum(axis=1)
    for name in ("score", "grade", "model_version"):
        if name not in found.columns:
            found[name] = None
    return found


def _listed(flags: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    texts = pd.Series("", index=index, dtype=object)
    for name, holds in flags.items():
        texts = texts.where(~holds, texts + ("," + name))
    return texts.str.slice(1)


def write_candidates(
    conn: sa.Connection,
    candidates: pd.DataFrame,
    *,
    as_of: dt.date,
    found: int,
    missing: Sequence[str],
) -> None:
    """Put these candidates, with signals and evidence, in the place of what is stored.

    Parameters
    ----------
    candidates
        As from `read_candidates`, with parts of the worth, ``worth`` and ``reasons``.
    found
        How many there were before any was cut off.
    missing
        Sources that had nothing to go by.
    """
    make_tables_anew(conn)
    labels = operator_labels(conn, candidates["operator_id"])
    told = [labels.get(each, (each, None)) for each in candidates["operator_id"]]
    named = candidates.assign(
        operator_name=[name for name, _ in told],
        uscc=[code for _, code in told],
        as_of=as_of,
        sources=candidates["signal_sources"],
    )
    rows = {
        name: pa.array(named[name].to_numpy(dtype=object), kind, from_pandas=True)
        for name, kind in _ARROW.items()
    }
    insert_rows(conn, lead_candidates, pa.table(rows))
    own, evidence = lead_candidates.c, _evidence().subquery("told")
    same = sa.and_(own.operator_id == evidence.c.operator_id, own.conduct == evidence.c.conduct)
    conn.execute(
        lead_candidate_evidence.insert().from_select(
            [each.name for each in lead_candidate_evidence.c],
            sa.select(
                own.candidate_id, facts.c.submission_key, facts.c.registered_on, facts.c.is_serial
            )
            .select_from(
                lead_candidates.join(evidence, same).join(
                    facts, facts.c.submission_key == evidence.c.submission_key
                )
            )
            .order_by(own.candidate_id, facts.c.submission_key),
        )
    )
    pointed = sa.and_(own.operator_id == _picked.c.operator_id, own.conduct == _picked.c.conduct)
    signal = (own.candidate_id, _picked.c.source, _picked.c.reference, _picked.c.label)
    conn.execute(
        lead_candidate_signals.insert().from_select(
            [each.name for each in lead_candidate_signals.c],
            sa.select(*signal, sa.func.count(_picked.c.submission_key.distinct()))
            .select_from(lead_candidates.join(_picked, pointed))
            .group_by(*signal)
            .order_by(*signal),
        )
    )
    conn.execute(
        lead_candidate_run.insert().values(
            as_of=as_of, found=found, kept=len(candidates), missing=",".join(missing)
        )
    )


_KINDS = {
    sa.Date: pa.date32(), sa.Integer: pa.int32(), sa.Double: pa.float64(),
    sa.Boolean: pa.bool_(), sa.String: pa.string(), sa.Text: pa.string(),
}  # fmt: skip
_ARROW = {each.name: _KINDS[type(each.type)] for each in lead_candidates.c}
