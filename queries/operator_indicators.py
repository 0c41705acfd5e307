"""The raw figures that the risk score rests on, counted set-wise for all operators as of a day.

The database joins one row for each operator out of the counts of `queries.indicator_counts`; peers,
shares and days left are then computed on whole columns. A source that was never imported gives NULL
(no data), never 0; where there is one, an operator that it does not name has 0.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from numpy.typing import NDArray

from queries import indicator_counts as counts
from queries import register_counts
from queries.arrow_columns import Columns
from queries.group_alarms import find_group_alarms
from queries.operator_tables import has_operator_tables, operator_events
from queries.person_changes import find_rises
from queries.repeats import read_frame
from queries.resolved_operators import Resolved, resolved_events, resolved_register
from queries.schema import operators, submissions
from queries.score_tables import CLASS_INPUT, INPUTS, PLACED
from queries.selection import add_months
from queries.tag_tables import submission_tags
from queries.vocabulary import SOLE_PROPRIETORS, OperatorEvent, OperatorStatus

Floats = NDArray[np.float64]

LEAST_PEERS = 20
"""Operators of an industry complained about within 90 days, below which those of all industries are
the peers; ours."""

LEAST_MEDIATED = 3
"""Complaints mediated within 12 months, below which a settlement rate says nothing; ours."""

PEER_SHARE = 0.95
"""Share of the peers, of those complained about, that lie below the P95."""

DAYS_OF_YEAR = 365.25

EVENT_INPUTS: Mapping[OperatorEvent, tuple[str, ...]] = {
    OperatorEvent.LICENCE: ("licences",),
    OperatorEvent.PENALTY: (
        "penalties_year_1", "penalties_year_2", "penalties_year_3", "suspended_or_revoked_3y",
        "penalty_yuan_3y",
    ),
    OperatorEvent.INSPECTION: (
        "failed_inspections_2y", "refused_inspections_2y", "unreachable_12m",
    ),
    OperatorEvent.SAMPLING: ("unqualified_batches_2y",),
    OperatorEvent.EQUIPMENT: ("equipment_overdue",),
    OperatorEvent.ABNORMAL_LIST: ("abnormal_listed",),
    OperatorEvent.SERIOUS_LIST: ("serious_listed",),
    OperatorEvent.LINKED_FIRM: ("linked_bad_firms",),
    OperatorEvent.CHANGE: ("person_changes_12m",),
    OperatorEvent.STAFF: ("staff_findings",),
    OperatorEvent.OPINION: ("opinions_major_12m", "opinions_larger_12m", "opinions_ordinary_12m"),
}  # fmt: skip
"""Figures that are 0, not unknown, for an operator that a source could name and does not: one of the
register, or of known code. Of others only what a source tells of them is known."""


@dataclass(frozen=True, slots=True)
class OperatorFigures:
    """Raw figures of all operators.

    Attributes
    ----------
    rows
        Arrow table of ``operator_id``, `PLACED` and ``is_registered``.
    frame
        The same rows: ``complaints_12m`` and each of `INPUTS`, NaN (None of a class) where there is
        no data.
    """

    rows: pa.Table
    frame: pd.DataFrame


def read_figures(conn: sa.Connection, as_of: dt.date) -> OperatorFigures:
    """Count the raw figures of all operators as of a day.

    Scored are all that the register has and that are not deregistered, all with a submission within
    12 months, and all that events name and the register does not.
    """
    registered = has_operator_tables(conn)
    tags = submission_tags if sa.inspect(conn).has_table(submission_tags.name) else None
    sources = (resolved_register(conn), resolved_events(conn)) if registered else None
    table = read_frame(conn, select_figures(as_of, sources=sources, tags=tags))
    known = _known_sources(conn, as_of) if registered else frozenset()
    figures = Columns(table)
    since_first = conn.scalar(sa.select(sa.func.min(submissions.c.registered_on)))
    told = since_first is not None and since_first <= as_of
    frame = pd.DataFrame(
        {
            "complaints_12m": figures.number("complaints_12m", missing=0.0),
            **_register_inputs(figures, as_of),
            **_event_inputs(figures, as_of, known),
            **_submission_inputs(figures, told=told),
        }
    )
    frame["industry_percentile"] = _industry_percentile(figures)
    _flag(frame, "group_red", figures, find_group_alarms(conn, as_of), known=told)
    rises = find_rises(conn, as_of) if registered else []
    changes = OperatorEvent.CHANGE in known
    _flag(frame, "complaints_rose_after_change", figures, rises, known=changes and told)
    kept = ["operator_id", *PLACED, "is_registered"]
    return OperatorFigures(table.select(kept), frame[["complaints_12m", *INPUTS]])


def select_figures(
    as_of: dt.date, *, sources: tuple[Resolved, Resolved] | None, tags: sa.FromClause | None
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement that joins all counts, one row for each operator, in no order.

    Parameters
    ----------
    sources
        The register and the events; None where there are no such tables.
    """
    facts = counts.select_facts(as_of).cte("facts")
    injuries = counts.select_injuries(as_of, tags=tags).cte("injuries")
    parts: list[sa.FromClause] = [facts, injuries]
    ids = [sa.select(facts.c.operator_id)]
    own: sa.FromClause = operators
    register = None
    if sources is not None:
        listed, told = sources
        register = register_counts.select_register(as_of, listed).cte("register")
        events = counts.select_events(as_of, told).cte("events")
        gone = sa.func.coalesce(register.c.status_then, "") == OperatorStatus.DEREGISTERED.value
        ids += [
            sa.select(register.c.operator_id).where(~gone),
            sa.select(events.c.operator_id).where(
                events.c.operator_id.not_in(
                    sa.select(listed.operator_id).select_from(listed.source).where(listed.kept)
                )
            ),
        ]
        parts += [
            events,
            counts.select_licences(as_of, told).cte("licences_held"),
            counts.select_equipment(as_of, told).cte("equipment"),
            counts.select_linked(as_of, told).cte("linked"),
            counts.select_person_changes(as_of, told).cte("changes"),
        ]
    every = sa.union(*ids).cte("every")
    joined: sa.FromClause = every.outerjoin(own, own.c.operator_id == every.c.operator_id)
    for part in parts:
        joined = joined.outerjoin(part, part.c.operator_id == every.c.operator_id)
    columns: list[sa.ColumnElement[Any]] = [
        column for part in parts for column in part.c if column.name != "operator_id"
    ]
    if register is None:
        columns += [*placed(own, None), sa.false().label("is_registered")]
    else:
        addresses = register_counts.select_addresses(as_of).cte("addresses")
        joined = joined.outerjoin(
            register, register.c.operator_id == every.c.operator_id
        ).outerjoin(addresses, addresses.c.address_key == register.c.address_key)
        columns += [
            *placed(own, register),
            register.c.operator_id.is_not(None).label("is_registered"),
            sa.case((register.c.operator_type.in_(SOLE_PROPRIETORS), 1.0), else_=0.0).label(
                "sole"
            ),
            sa.or_(own.c.uscc.is_not(None), register.c.uscc.is_not(None)).label("has_uscc"),
            addresses.c.same_address_firms,
            *[
                register.c[name]
                for name in (
                    "established_on", "registered_capital_yuan", "paid_capital_yuan",
                    "insured_count", "last_annual_report", "is_prepaid_issuer",
                )
            ],
            *[
                sa.case((register.c.status_then.in_(states), 1.0), else_=0.0).label(name)
                for name, states in _STATES.items()
            ],
        ]  # fmt: skip
    return sa.select(every.c.operator_id, *columns).select_from(joined)


_STATES = {
    "is_open": (OperatorStatus.OPEN.value,),
    "is_winding_up": (OperatorStatus.SUSPENDED.value, OperatorStatus.CLOSING.value),
    "is_revoked": (OperatorStatus.REVOKED.value,),
}


def placed(own: sa.FromClause, register: sa.FromClause | None) -> list[sa.ColumnElement[Any]]:
    """Return where an operator is: as registered, else as its submissions say."""
    found: list[sa.ColumnElement[Any]] = []
    for name in PLACED:
        told: sa.ColumnElement[Any]
        if name == "province_code":
            place = sa.func.coalesce(own.c.city_code, own.c.county_code)
            told = sa.func.substr(place, 1, 2).concat("0000")
        else:
            told = own.c[name]
        if register is not None:
            # All of a place from one source: a street of the register, a county of submissions
            # would be a place that is none.
            said = register.c[name]
            told = sa.case((register.c.operator_id.is_not(None), said), else_=told)
        found.append(told.label(name))
    return found


def _known_sources(conn: sa.Connection, as_of: dt.date) -> frozenset[OperatorEvent]:
    """Return the kinds of events that any source had told of by then."""
    kind = operator_events.c.kind
    first = sa.select(kind).where(operator_events.c.occurred_on <= as_of).distinct()
    known = {each.value for each in OperatorEvent}
    return frozenset(OperatorEvent(each) for each in conn.scalars(first) if each in known)


def _register_inputs(figures: Columns, as_of: dt.date) -> dict[str, Floats]:
    today = _day_number(as_of)
    in_register = figures.number("is_registered") == 1
    sole = figures.number("sole", missing=0.0) == 1
    capital = figures.number("registered_capital_yuan")
    paid = figures.number("paid_capital_yuan")
    capital = np.where(sole & np.isnan(capital), 0.0, capital)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(paid / capital, 0.0, 1.0)
    share = np.where(capital == 0, 1.0, share)
    reported = figures.number("last_annual_report")
    due = counts.report_year(as_of)
    established = figures.days("established_on")
    founded_in_time = established <= _day_number(dt.date(due, 12, 31))
    missing = np.where(np.isnan(reported), np.nan, (reported < due) & founded_in_time)
    told = figures.number("reports_missing", missing=0.0) > figures.number(
        "reports_filed", missing=0.0
    )
    said = figures.number("reports_missing", missing=0.0) + figures.number(
        "reports_filed", missing=0.0
    )
    missing = np.where(said > 0, told, missing)
    busy = figures.number("complaints_90d", missing=0.0) > 0
    revoked = figures.number("is_revoked", missing=0.0) == 1
    operating = (figures.number("is_open", missing=0.0) == 1) | busy
    address = figures.number("same_address_firms")

    def where_registered(values: Any) -> Floats:  # noqa: ANN401 - an array of whatever sort
        return np.where(in_register, values, np.nan).astype(np.float64)

    return {
        "established_years": np.maximum((today - established) / DAYS_OF_YEAR, 0.0),
        "registered_capital_yuan": capital,
        "paid_share": share,
        "same_address_firms": address,
        "operating": where_registered(operating),
        "winding_up": where_registered(figures.number("is_winding_up", missing=0.0)),
        "annual_report_missing": missing.astype(np.float64),
        "insured_people": figures.number("insured_count"),
        "revoked_operating": where_registered(revoked & busy),
    }


def _event_inputs(
    figures: Columns, as_of: dt.date, known: frozenset[OperatorEvent]
) -> dict[str, Any]:
    today = _day_number(as_of)
    nameable = (figures.number("is_registered") == 1) | (
        figures.number("has_uscc", missing=0.0) == 1
    )
    inputs: dict[str, Any] = {}
    for kind, names in EVENT_INPUTS.items():
        counted = {name: figures.number(_COUNTED.get(name, name), missing=0.0) for name in names}
        told = nameable | np.logical_or.reduce([each > 0 for each in counted.values()])
        for name, values in counted.items():
            inputs[name] = np.where(told & (kind in known), values, np.nan)
    for name in ("abnormal_listed", "serious_listed"):
        inputs[name] = np.where(np.isnan(inputs[name]), np.nan, inputs[name] > 0)
    for name in ("abnormal", "serious"):
        years = (today - figures.days(f"{name}_left_on")) / DAYS_OF_YEAR
        inputs[f"{name}_left_years"] = np.maximum(years, 0.0)
    expires = figures.days("expires_on")
    left = expires - today
    inputs["licence_days_left"] = np.where(expires == _day_number(counts.OPEN_END), np.nan, left)
    inputs[CLASS_INPUT] = _credit_class(figures)
    return inputs


_COUNTED = {"abnormal_listed": "abnormal_entries", "serious_listed": "serious_entries"}


def _credit_class(figures: Columns) -> Any:  # noqa: ANN401 - an array of texts
    if "dated_class" not in figures.table.column_names:
        return np.full(figures.rows, None, dtype=object)
    indices, texts = figures.codes("dated_class")
    classes = np.array([*[(text or "")[-1:] or None for text in texts], None], dtype=object)
    return classes[indices]


def _submission_inputs(figures: Columns, *, told: bool) -> dict[str, Floats]:
    complaints = figures.number("complaints_90d", missing=0.0)
    now = figures.number("complaints_30d", missing=0.0)
    before = figures.number("complaints_before", missing=0.0)
    mediated = figures.number("mediated", missing=0.0)
    enough = mediated >= LEAST_MEDIATED
    settled = figures.number("settled", missing=0.0)
    issuer = figures.number("is_prepaid_issuer")
    prepaid = figures.number("prepaid", missing=0.0) > 0
    inputs = {
        "complaints_90d": complaints,
        "peer_p95_90d": _peer_p95(figures, complaints),
        # Two Poisson counts of equal spans: their difference over the root of their sum.
        "surge_z": (now - before) / np.sqrt(np.maximum(now + before, 1.0)),
        "settlement_rate_12m": np.where(enough, settled / np.maximum(mediated, 1.0), np.nan),
        "prepaid_refunds_90d": figures.number("prepaid_refunds", missing=0.0),
        "food_drug_injury": figures.number("food_drug_injury", missing=0.0),
    }
    if not told:
        inputs = {name: np.full(figures.rows, np.nan) for name in inputs}
    return {**inputs, "prepaid_trade": np.where(prepaid, 1.0, issuer)}


def _peer_p95(figures: Columns, complaints: Floats) -> Floats:
    """Return the P95 of the complaints of an operator's industry, of those complained about."""
    industry, names = figures.codes("industry")
    busy = complaints > 0
    overall = float(np.quantile(complaints[busy], PEER_SHARE)) if busy.any() else np.nan
    peers = np.full(len(names) + 1, overall)
    grouped = pd.Series(complaints[busy]).groupby(industry[busy])
    enough = grouped.size()[lambda size: size >= LEAST_PEERS].index
    for code, value in grouped.quantile(PEER_SHARE).loc[enough].items():
        peers[int(str(code))] = value
    peers[-1] = overall
    return np.asarray(peers[industry], dtype=np.float64)


def _industry_percentile(figures: Columns) -> Floats:
    """Return where an operator's industry stands among all by complaints per registered operator."""
    industry, names = figures.codes("industry")
    registered = figures.number("is_registered") == 1
    told = industry >= 0
    base = np.bincount(industry[told & registered], minlength=len(names))
    complaints = figures.number("complaints_12m", missing=0.0)
    total = np.bincount(industry[told], weights=complaints[told], minlength=len(names))
    with np.errstate(divide="ignore", invalid="ignore"):
        intensity = pd.Series(np.where(base > 0, total / base, np.nan))
    many = int(intensity.notna().sum())
    ranked = (intensity.rank() - 1) / max(1, many - 1)
    return np.append(ranked.to_numpy(dtype=np.float64), np.nan)[industry]


def _flag(
    frame: pd.DataFrame, name: str, figures: Columns, members: list[str], *, known: bool
) -> None:
    """Write 1 for these operators and 0 for the others; NaN for all where nothing is known."""
    if not known:
        frame[name] = np.nan
        return
    wanted = pa.array(sorted(members), pa.string())
    ids = figures.table.column("operator_id")
    frame[name] = np.asarray(pc.is_in(ids, wanted)).astype(np.float64)


def _day_number(day: dt.date) -> float:
    return float((day - dt.date(1970, 1, 1)).days)


def month_ends(as_of: dt.date, count: int) -> list[dt.date]:
    """Return the last days of the ``count`` months before that of ``as_of``, oldest first.

    Examples
    --------
    >>> [str(day) for day in month_ends(dt.date(2026, 3, 20), 2)]
    ['2026-01-31', '2026-02-28']
    """
    first = as_of.replace(day=1)
    one_day = dt.timedelta(days=1)
    return [add_months(first, -back) - one_day for back in reversed(range(count))]
