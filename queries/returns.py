"""How many members any days have, told from the days on which each comes again.

A member is counted within some days by the last of them that has it: its next day, if there is one,
is later. So the members need not be told apart, which takes half a second for the operators of a
year of 20 million submissions; the pairs of a day and the next are few.
"""

import sqlalchemy as sa

from queries.cubes import make_anew, within
from queries.schema import operator_submissions, warehouse
from queries.selection import DateRange


def _table(name: str) -> sa.Table:
    return sa.Table(
        name,
        warehouse,
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("next_on", sa.Date, comment="day on which they come next; NULL if they do not"),
        sa.Column("members", sa.BigInteger, nullable=False),
        comment="how many members have these two days one after the other",
    )


operator_returns = _table("operator_returns")
raw_operator_returns = _table("raw_operator_returns")
word_returns = _table("word_returns")


def derive_operator_returns(conn: sa.Connection) -> None:
    """Make the tables of operators anew, as they are known and as they are said to be."""
    _derive(conn, operator_returns, operator_submissions.c.operator_id)
    _derive(conn, raw_operator_returns, operator_submissions.c.raw_number)


def derive_word_returns(conn: sa.Connection, words_by_day: sa.Table) -> None:
    """Make the table of words anew, from a rollup of all words by day: 4 s for 20 million submissions."""
    _derive(conn, word_returns, words_by_day.c.word_id)


def _derive(conn: sa.Connection, table: sa.Table, member: sa.Column[str] | sa.Column[int]) -> None:
    make_anew(conn, table)
    day = member.table.c.registered_on
    days = sa.select(member, day).distinct().subquery()
    each = days.c.registered_on
    following = sa.func.lead(each).over(partition_by=days.c[member.name], order_by=each)
    pairs = sa.select(each, following.label("next_on")).subquery().c
    conn.execute(
        table.insert().from_select(
            table.c.keys(),
            sa.select(pairs.registered_on, pairs.next_on, sa.func.count())
            .group_by(pairs.registered_on, pairs.next_on)
            .order_by(pairs.registered_on, pairs.next_on),
        )
    )


def count_members(conn: sa.Connection, table: sa.Table, days: DateRange) -> int:
    """Return how many members some days have."""
    last = sa.or_(table.c.next_on.is_(None), table.c.next_on > days.end)
    counted = sa.select(sa.func.sum(table.c.members)).where(within(table, days), last)
    return int(conn.scalar(counted) or 0)
