"""Tables of categories: what was judged, what is doubtful, and over which days."""

import sqlalchemy as sa

from queries.findings import findings

STEP = "category_doubts"
"""Name of the refresh step, and of what it derives."""

UNCLEAR = ("C17", "R14")
"""Types of issue that say "other"."""

category_judged = sa.Table(
    "category_judged",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("agrees", sa.Boolean, comment="entered is suggested; NULL: no category entered"),
)

category_doubts = sa.Table(
    "category_doubts",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("entered", sa.String(8), comment="type of issue; NULL: none entered"),
    sa.Column("suggested", sa.String(8), nullable=False, comment="type of issue"),
    sa.Column("confidence", sa.Float, nullable=False, comment="0 to 1"),
    sa.Column("reasons", sa.Text, nullable=False, comment="words of the text, by spaces"),
    sa.Column("unclear", sa.Boolean, nullable=False, comment="none or an unclear one entered"),
)

category_run = sa.Table(
    "category_run",
    findings,
    sa.Column("first_day", sa.Date, nullable=False, comment="of the records judged"),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("judged", sa.BigInteger, nullable=False),
    sa.Column("agreeing", sa.BigInteger, nullable=False, comment="out of fold"),
    sa.Column("entered", sa.BigInteger, nullable=False, comment="base of agreeing"),
)
"""At most one row."""

CATEGORY_TABLES = (category_judged, category_doubts, category_run)


class CategoriesNotJudgedError(RuntimeError):
    """The categories are not judged for the submissions as they are."""
