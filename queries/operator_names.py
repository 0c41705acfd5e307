"""Names of operators, looked up for the few that are shown rather than joined to all rows."""

from collections.abc import Iterable

import sqlalchemy as sa

from queries.schema import operators


def operator_names(conn: sa.Connection, members: Iterable[object]) -> dict[object, str]:
    """Return the name of each operator that is known; None and unknown ones are left out."""
    wanted = sorted({str(each) for each in members if each is not None})
    if not wanted:
        return {}
    known = operators.c.operator_id
    rows = conn.execute(sa.select(known, operators.c.name).where(known.in_(wanted)))
    return {row.operator_id: row.name for row in rows}
