"""What de-noised counts leave out, and why: written into the facts by a refresh."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from queries.repeat_tables import repeat_members, serial_claimants, serial_members
from queries.repeats import given_rows, read_frame
from queries.schema import submissions
from queries.vocabulary import ClaimTier, CountVerdict, ExclusionReason, GroupKind, GroupRole

LEFT_OUT_TIERS = (ClaimTier.SUSPECTED, ClaimTier.HIGHLY_SUSPECTED)
"""Tiers whose submissions are left out of de-noised counts; ours."""


def claimants_of(conn: sa.Connection, submission_ids: Collection[str]) -> dict[str, int]:
    """Return the claimant whom each of these submissions belongs to, those of none left out."""
    if not submission_ids:
        return {}
    statement = (
        sa.select(submissions.c.submission_id, serial_members.c.group_key)
        .join(serial_members, serial_members.c.submission_key == submissions.c.submission_key)
        .where(submissions.c.submission_id.in_(sorted(submission_ids)))
    )
    return {row.submission_id: row.group_key for row in conn.execute(statement)}


def leave_out(
    conn: sa.Connection,
    *,
    decided: Mapping[str, str],
    dismissed: Collection[int],
    confirmed: Collection[int],
) -> list[dt.date]:
    """Write into the facts why each submission is left out of de-noised counts.

    Copies are left out, through several channels first and other repeats next, and all submissions
    of claimants from the tier "suspected" on; the first of these reasons is written. What a person decided about a submission or a claimant goes before.

    Parameters
    ----------
    decided
        `queries.vocabulary.CountVerdict` by number of the submission.
    dismissed, confirmed
        Claimants, by ``group_key``, that a person took from the list, or verified.

    Returns
    -------
    list of datetime.date
        Days on which another submission than before is left out.
    """
    ranked = _ranked(dismissed, confirmed).subquery()
    verdicts = pa.table(
        {
            "submission_id": pa.array(list(decided), pa.string()),
            "verdict": pa.array(list(decided.values()), pa.string()),
        }
    )
    found = [
        (ranked.c.rank == rank, reason.value)
        for rank, reason in enumerate(
            (ExclusionReason.MULTICHANNEL, ExclusionReason.REPEAT, ExclusionReason.SERIAL_CLAIM)
        )
    ]
    with given_rows(conn, "decided_submissions", verdicts) as told:
        reason = sa.case(
            (told.c.verdict == CountVerdict.COUNTED.value, sa.null()),
            *found,
            (told.c.verdict == CountVerdict.EXCLUDED.value, ExclusionReason.DECIDED.value),
        )
        changed = read_frame(
            conn,
            sa.select(
                submissions.c.submission_key, submissions.c.registered_on, reason.label("reason")
            )
            .select_from(
                submissions.outerjoin(
                    ranked, ranked.c.submission_key == submissions.c.submission_key
                ).outerjoin(told, told.c.submission_id == submissions.c.submission_id)
            )
            .where(submissions.c.exclusion_reason.is_distinct_from(reason)),
        )
    if changed.num_rows:
        with given_rows(conn, "changed_reasons", changed) as new:
            conn.execute(
                submissions.update()
                .values(exclusion_reason=new.c.reason)
                .where(submissions.c.submission_key == new.c.submission_key)
            )
    return sorted(set(changed.column("registered_on").to_pylist()))


def _ranked(dismissed: Collection[int], confirmed: Collection[int]) -> sa.Select[*tuple[Any, ...]]:
    copies = sa.select(
        repeat_members.c.submission_key,
        sa.case((repeat_members.c.kind == GroupKind.MULTICHANNEL.value, 0), else_=1).label("rank"),
    ).where(repeat_members.c.role == GroupRole.COPY.value)
    of_tier = serial_claimants.c.tier.in_([tier.value for tier in LEFT_OUT_TIERS])
    claims = (
        sa.select(serial_members.c.submission_key, sa.literal(2))
        .join(serial_claimants, serial_claimants.c.group_key == serial_members.c.group_key)
        .where(
            sa.or_(
                sa.and_(of_tier, serial_claimants.c.group_key.not_in(sorted(dismissed))),
                serial_claimants.c.group_key.in_(sorted(confirmed)),
            )
        )
    )
    both = sa.union_all(copies, claims).subquery()
    return sa.select(both.c.submission_key, sa.func.min(both.c.rank).label("rank")).group_by(
        both.c.submission_key
    )
