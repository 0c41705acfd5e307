"""Names of operators, looked up for the few that are shown rather than joined to all rows."""

from collections.abc import Iterable

import sqlalchemy as sa

from queries.matching import matching
from queries.reading import reading
from queries.schema import operators, submissions
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from queries.warehouse import Warehouse


def operator_names(conn: sa.Connection, members: Iterable[object]) -> dict[object, str]:
    """Return the name of each operator that is known; None and unknown ones are left out."""
    wanted = sorted({str(each) for each in members if each is not None})
    if not wanted:
        return {}
    known = operators.c.operator_id
    rows = conn.execute(sa.select(known, operators.c.name).where(known.in_(wanted)))
    return {row.operator_id: row.name for row in rows}


def fetch_name(warehouse: Warehouse, scope: Scope, *, operator_id: str) -> str | None:
    """Return what an operator is called.

    Returns
    -------
    str or None
        As its latest submission calls it if it is not among the operators; None if no submission in
        the scope names it.
    """
    theirs = Selection(period=Period("all")).with_filter("operator", [operator_id])
    with reading(warehouse, theirs, scope) as opened:
        known = operator_names(opened.conn, [operator_id]).get(operator_id)
        if known is not None and scope == EVERYTHING:
            return known
        chosen = matching(theirs, scope, days=opened.days, by_operator=opened.by_operator)
        latest = opened.conn.execute(
            sa.select(submissions.c.respondent_name)
            .where(chosen)
            .order_by(submissions.c.registered_at.desc(), submissions.c.submission_key.desc())
            .limit(1)
        ).one_or_none()
    return None if latest is None else known or latest.respondent_name
