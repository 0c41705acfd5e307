"""Repeats, multi-channel copies, frequent filers and claimants to verify; what de-noised counts leave out."""

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from analytics.repeats import FREQUENT_DAYS, REPEAT_DAYS, find_filed_again, find_frequent_filers
from analytics.serial_claims import SerialClaims, find_serial_claimants
from analytics.serial_rules import DEFAULT_RULES, SerialRules, read_rules
from jobs.decided import Decided
from jobs.finders.finder import Finder, digest_of
from queries import exclusions, repeats
from queries.deriving import recount
from queries.repeat_tables import repeat_members, serial_claimants, serial_members
from queries.vocabulary import ClaimantVerdict, DecisionKind

ROWS_AT_ONCE = 400_000
"""Submissions looked at together; ours, about 1 GB. Every person's are in one part."""

YEAR = 365 * 86_400
"""Seconds of the window in which a claimant files the least that any tier needs."""

FIGURES = (
    "total", "year_peak", "burst_peak", "operator_burst_peak", "purchases_peak", "quantity_peak",
    "names_on_phone", "names_on_id", "rejected", "keyword_score",
)  # fmt: skip


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
    """Find groups and claimants, and write into the facts what de-noised counts leave out.

    A group never holds two persons, so the groups of all persons who file on a changed day, or did,
    are made anew from all their submissions: the outcome is that of a run from nothing. Claimants
    are joined over the whole of the data by what identifies them, so they are always found anew.
    """
    if days is None or days:
        _find_groups(conn, days)
        _find_claimants(conn, read_rules())
    _leave_out(conn, decided)
    return repeats.count_rows(conn, repeat_members, serial_claimants, serial_members)


def _find_groups(conn: sa.Connection, days: Sequence[dt.date] | None) -> None:
    touched = None if days is None else repeats.touched_persons(conn, days)
    repeats.delete_members(conn, touched)
    near = repeats.find_near(conn, touched, days=max(REPEAT_DAYS, FREQUENT_DAYS))
    parts = -(-near.num_rows // ROWS_AT_ONCE)
    slots = near.column("slot").to_numpy()
    for part in range(parts):
        keys = near.filter(pa.array(slots % parts == part)).select(["submission_key"])
        filed = repeats.read_rows(conn, keys, repeats.FILED)
        found = pd.concat([find_filed_again(filed), find_frequent_filers(filed)])
        if len(found):
            repeats.add_members(conn, _members(found, filed))


def _members(found: pd.DataFrame, filed: pd.DataFrame) -> pa.Table:
    known = filed.set_index("submission_id")
    own = known.loc[found["submission_id"]]
    return pa.table(
        {
            "submission_key": own["submission_key"].to_numpy(),
            "registered_on": pa.array(own["registered_on"]),
            "person_key": pa.array(own["person_key"], pa.string()),
            "kind": pa.array(found["reason"], pa.string()),
            "group_key": known.loc[found["group"], "submission_key"].to_numpy(),
            "role": pa.array(found["role"], pa.string()),
        }
    )


def _find_claimants(conn: sa.Connection, rules: SerialRules) -> None:
    repeats.replace_claimants(conn)
    identities = repeats.read_identities(conn, most_names=rules.switchboard_names)
    least = min(rules.watch_year, rules.suspected_burst, rules.suspected_names_year)
    for keys in _busy(identities, least):
        rows = repeats.read_rows(conn, keys, repeats.CLAIMED, with_persons=True)
        found = find_serial_claimants(rows, rules=rules)
        if len(found.claimants):
            repeats.add_claimants(conn, *_claimants(found, rows))


def _busy(identities: pa.Table, least: int) -> Iterator[pa.Table]:
    """Yield the keys of persons who file so often within a year, whole persons in each part."""
    person = _joined(identities)
    told = np.flatnonzero(person >= 0)
    second = identities.column("second").to_numpy()
    order = told[np.lexsort((second[told], person[told]))]
    person, second = person[order], second[order]
    reach = least - 1
    close = (person[reach:] == person[: len(person) - reach]) & (
        second[reach:] - second[: len(second) - reach] <= YEAR
    )
    busy = np.isin(person, np.unique(person[: len(close)][close]))
    keys = identities.column("submission_key").to_numpy()[order[busy]]
    starts = np.flatnonzero(np.diff(person[busy], prepend=-1))
    part = starts // ROWS_AT_ONCE
    cuts = starts[np.flatnonzero(np.diff(part)) + 1] if len(starts) else starts
    for each in np.split(keys, cuts):
        if len(each):
            yield pa.table({"submission_key": each})


def _joined(identities: pa.Table) -> np.ndarray:
    """Give all submissions joined by any identity one number; -1 for those that tell nobody."""
    rows, columns, width = [], [], identities.num_rows
    for name in ("phone", "id_number", "home", "person"):
        column = identities.column(name)
        given = np.flatnonzero(column.is_valid().to_numpy())
        codes = np.unique(column.drop_null().to_numpy(), return_inverse=True)[1]
        rows.append(given)
        columns.append(codes + width)
        width += int(codes.max(initial=-1)) + 1
    left, right = np.concatenate(rows), np.concatenate(columns)
    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(width, width))
    component = connected_components(links, directed=False)[1][: identities.num_rows]
    person = np.full(identities.num_rows, -1, dtype=np.int64)
    person[left] = component[left]
    return person


def _claimants(found: SerialClaims, rows: pd.DataFrame) -> tuple[pa.Table, pa.Table]:
    known = rows.set_index("submission_id")
    claimants, members = found.claimants, found.members
    told = {
        "group_key": known.loc[claimants["claimant"], "submission_key"].to_numpy(),
        "tier": pa.array(claimants["tier"], pa.string()),
        **{f"f{n}": pa.array(claimants[f"f{n}"], pa.bool_()) for n in range(1, 6)},
        **{name: pa.array(claimants[name], pa.int32()) for name in FIGURES},
        "keywords": pa.array([",".join(each) for each in claimants["keywords"]], pa.string()),
        "first_day": pa.array(claimants["first_day"], pa.date32()),
        "last_day": pa.array(claimants["last_day"], pa.date32()),
    }
    own = known.loc[members["submission_id"]]
    belonging = {
        "submission_key": own["submission_key"].to_numpy(),
        "registered_on": pa.array(own["registered_on"]),
        "group_key": known.loc[members["claimant"], "submission_key"].to_numpy(),
    }
    return pa.table(told), pa.table(belonging)


def _leave_out(conn: sa.Connection, decided: Decided) -> None:
    verdicts = {each.subject: each.verdict for each in decided.of(DecisionKind.SUBMISSION)}
    about = decided.of(DecisionKind.CLAIMANT)
    claimant = exclusions.claimants_of(conn, {each.subject for each in about})
    latest = {claimant[each.subject]: each.verdict for each in about if each.subject in claimant}
    days = exclusions.leave_out(
        conn,
        decided=verdicts,
        dismissed=[key for key, verdict in latest.items() if verdict == ClaimantVerdict.DISMISSED],
        confirmed=[key for key, verdict in latest.items() if verdict == ClaimantVerdict.CONFIRMED],
    )
    recount(conn, days)


FINDER = Finder(
    repeats.STEP,
    find,
    decided_by=(DecisionKind.SUBMISSION, DecisionKind.CLAIMANT),
    rules=lambda: digest_of(DEFAULT_RULES),
)
