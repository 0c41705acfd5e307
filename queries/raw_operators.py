"""Who a submission names before names are brought together, as a number: a code, else name and county.

Numbers of 64 bits, as much as an id by name has, are compared and counted in half the time of texts.
"""

import sqlalchemy as sa

from queries.identity_tables import operator_mentions
from queries.schema import submissions


def said_without_code() -> sa.Subquery:
    """Select who is meant by a name in a county without a code: ``named`` and ``raw``."""
    m = operator_mentions.c
    return (
        sa.select(
            sa.func.hash(m.name, m.county_code).label("named"),
            sa.func.hash(m.raw_operator_id).label("raw"),
        )
        .where(m.uscc.is_(None), m.said > 0)
        .subquery("said")
    )


def with_said(said: sa.Subquery) -> sa.FromClause:
    """Return the submissions, each with who is meant by its name if it has no code."""
    s = submissions.c
    named = sa.and_(
        s.uscc.is_(None), said.c.named == sa.func.hash(s.respondent_name, s.county_code)
    )
    return submissions.outerjoin(said, named)


def raw_number(said: sa.Subquery | None) -> sa.ColumnElement[int]:
    """Return the number of who a submission names; nothing is known by name where ``said`` is None."""
    own = sa.func.hash(sa.func.coalesce(submissions.c.uscc, submissions.c.operator_id))
    number = own if said is None else sa.func.coalesce(said.c.raw, own)
    # The engine's are unsigned.
    return sa.cast(number.op(">>")(1), sa.BigInteger)
