"""Tables of what jobs find in the texts: tags, repeats, new words, clusters, gaps of entry.

Each finding keeps the submissions it rests on by ``submission_key``, so that a page counts it under
the viewer's selection and scope by joining the facts, and opens the records that prove it. The
tables are derived, like cubes: a refresh makes them, and an older warehouse simply has none yet.
"""

import sqlalchemy as sa

from queries.schema import submissions

findings = sa.MetaData()

applied_decisions = sa.Table(
    "applied_decisions",
    findings,
    sa.Column("name", sa.String(64), nullable=False, comment="a step of the refresh"),
    sa.Column("digest", sa.String(16), nullable=False, comment="of the decisions it knew"),
)

recount_days = sa.Table(
    "recount_days",
    findings,
    sa.Column("registered_on", sa.Date, nullable=False, comment="a day whose counts changed"),
    sa.Column("facts_version", sa.Integer, nullable=False, comment="the version that changed them"),
)
"""Days on which other submissions are left out of de-noised counts, though none of them changed."""


def with_submissions(table: sa.Table) -> sa.Join:
    """Return the submissions with what was found in them, a row for each finding.

    The day stands in both; comparing it lets each be cut to the days asked for before.
    """
    return sa.join(
        submissions,
        table,
        sa.and_(
            table.c.submission_key == submissions.c.submission_key,
            table.c.registered_on == submissions.c.registered_on,
        ),
    )
