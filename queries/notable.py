"""Notable new submissions: injuries, large sums, many against one operator within days.

Fixed rules for the eye on a big screen; early warning proper is a matter of statistics.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.counting import fetch_number
from queries.listing import rows_frame
from queries.matching import contains, matching
from queries.reading import Reading, reading
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.sources import ONE_DAY
from queries.vocabulary import Kind
from queries.warehouse import Warehouse

NOTABLE_COLUMNS = (
    "submission_id",
    "kind",
    "registered_at",
    "province_code",
    "city_code",
    "county_code",
    "operator_id",
    "respondent_name",
    "product_category",
    "issue_type",
    "issue_subtype",
    "disputed_yuan",
    "title",
    "narrative",
)
"""Columns of ``submissions`` in the list of notable ones."""

USUAL_DAYS = 14
"""Days before the new ones that tell what is usual for an operator: two weeks; ours."""


TEXTS_AT_ONCE = 10_000
"""Narratives worth looking into at once rather than asking twice; ours, about 10 ms of one core."""


class Reason(StrEnum):
    """Why a submission is notable."""

    INJURY = "injury"
    LARGE_SUM = "large_sum"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class NotableRules:
    """What makes a submission notable; the defaults are ours, a bureau sets its own.

    Attributes
    ----------
    injury_words
        Words of which one in the narrative or the title tells of an injury or a danger.
    injury_kinds
        Kinds of submission that are looked into for them: who asks how to file a report after a
        stay in hospital tells of no injury by anybody.
    days
        How many days back from the end of the period a submission is new.
    large_yuan
        Disputed amount from which a sum is large.
    many
        Submissions against one operator within ``days`` from which they are many.
    times_usual
        How many times as frequent they must be as in the `USUAL_DAYS` before, so that an operator
        that always has many is not notable every day.

    Examples
    --------
    >>> NotableRules.from_mapping({"many": 3, "injury_words": ["burnt"]}).many
    3
    """

    injury_words: tuple[str, ...]
    injury_kinds: tuple[str, ...] = (Kind.COMPLAINT, Kind.TIPOFF)
    days: int = 7
    large_yuan: float = 50_000
    many: int = 5
    times_usual: float = 3.0

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> "NotableRules":
        """Return the rules written in a file, such as ``assets/rules/notable.yaml``.

        Raises
        ------
        TypeError
            If a rule is unknown or ``injury_words`` is no list of words.
        ValueError
            If ``injury_kinds`` names a kind that there is not.
        """
        words = values.get("injury_words")
        if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
            msg = f"injury_words must be a list of words, got {words!r}"
            raise TypeError(msg)
        read: dict[str, object] = {"injury_words": tuple(words)}
        kinds = values.get("injury_kinds")
        if kinds is not None:
            if not isinstance(kinds, list) or not set(kinds) <= set(Kind):
                msg = f"injury_kinds must be a list of {', '.join(Kind)}, got {kinds!r}"
                raise ValueError(msg)
            read["injury_kinds"] = tuple(kinds)
        return cls(**{**values, **read})  # type: ignore[arg-type]


def fetch_notable(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    rules: NotableRules,
    limit: int = 30,
) -> pd.DataFrame:
    """Return the newest notable submissions among those selected, newest first.

    Returns
    -------
    pandas.DataFrame
        `NOTABLE_COLUMNS`, ``operator_name``, ``operator_submissions`` (against that operator within
        ``rules.days``; NaN where they are not many) and ``reasons`` (a tuple of `Reason`). For
        reason ``many`` only the newest submission against an operator is listed.
    """
    with reading(warehouse, selection, scope) as opened:
        recent = _recent(opened, rules)
        found = opened.conn.execute(_select_crowds(opened, rules, recent, limit=limit))
        crowds = {row.operator_id: row for row in found}
        newest = [(row.operator_id, row.newest_at) for row in crowds.values()]
        rows: list[sa.Row[*tuple[Any, ...]]] = []
        for days in latest_first(recent, per_day=fetch_number(opened, recent) / recent.days):
            if len(rows) < limit:
                statement = select_notable(
                    opened, rules, days, crowds=newest, limit=limit - len(rows)
                )
                rows += opened.conn.execute(statement).all()
        frame = rows_frame(opened.conn, rows, NOTABLE_COLUMNS)
    frame["operator_submissions"] = pd.Series(
        [crowds[row.operator_id].number if row.many else None for row in rows], dtype="float64"
    )
    frame["reasons"] = pd.Series(
        [tuple(each for each in Reason if getattr(row, each.value)) for row in rows], dtype=object
    )
    return frame


def select_notable(
    reading: Reading,
    rules: NotableRules,
    days: DateRange,
    *,
    crowds: Sequence[tuple[str, dt.datetime]],
    limit: int,
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement that finds notable submissions of ``days``, newest first.

    Parameters
    ----------
    crowds
        Operators against whom there are many, with the moment of their newest submission.
    """
    columns = submissions.c
    told = [
        contains(column, word)
        for word in rules.injury_words
        for column in (columns.narrative, columns.title)
    ]
    conditions: dict[str, sa.ColumnElement[bool]] = {
        Reason.INJURY: sa.and_(columns.kind.in_(rules.injury_kinds), sa.or_(sa.false(), *told)),
        Reason.LARGE_SUM: columns.disputed_yuan >= rules.large_yuan,
        Reason.MANY: sa.tuple_(columns.operator_id, columns.registered_at).in_(crowds),
    }
    return (
        sa.select(
            *[columns[name] for name in NOTABLE_COLUMNS],
            *[
                sa.case((condition, 1), else_=0).label(name)
                for name, condition in conditions.items()
            ],
        )
        .where(matching(reading.selection, reading.scope, days=days), sa.or_(*conditions.values()))
        .order_by(columns.registered_at.desc(), columns.submission_key.desc())
        .limit(limit)
    )


def _recent(reading: Reading, rules: NotableRules) -> DateRange:
    end = reading.days.end
    if reading.warehouse.last_day is not None:
        end = min(end, reading.warehouse.last_day)
    return DateRange(end - ONE_DAY * (rules.days - 1), end)


def latest_first(days: DateRange, *, per_day: float) -> list[DateRange]:
    """Return spans of growing length, latest first: the first often fills the list alone.

    Looking into texts is what takes time where a day has many, asking again where it has few, so
    that the first span holds about `TEXTS_AT_ONCE`.

    Examples
    --------
    >>> week = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 7))
    >>> [each.days for each in latest_first(week, per_day=11_000)]
    [1, 3, 3]
    >>> [each.days for each in latest_first(week, per_day=250)]
    [7]
    """
    spans: list[DateRange] = []
    end, length = days.end, max(1, round(TEXTS_AT_ONCE / max(per_day, 1.0)))
    while end >= days.start:
        start = max(days.start, end - ONE_DAY * (length - 1))
        spans.append(DateRange(start, end))
        end, length = start - ONE_DAY, length * 3
    return spans


def _select_crowds(
    reading: Reading, rules: NotableRules, recent: DateRange, *, limit: int
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement that finds operators with many more submissions than usual."""
    operator, day = submissions.c.operator_id, submissions.c.registered_on
    before = recent.start - ONE_DAY * USUAL_DAYS
    first_day = reading.warehouse.first_day
    if first_day is not None:
        before = min(max(before, first_day), recent.start)
    usual_days = (recent.start - before).days
    is_recent = day >= recent.start
    number = sa.func.sum(sa.case((is_recent, 1), else_=0))
    usual = sa.func.sum(sa.case((is_recent, 0), else_=1))
    newest = sa.func.max(sa.case((is_recent, submissions.c.registered_at)))
    return (
        sa.select(operator, number.label("number"), newest.label("newest_at"))
        .where(
            matching(reading.selection, reading.scope, days=DateRange(before, recent.end)),
            operator.is_not(None),
        )
        .group_by(operator)
        .having(
            sa.and_(
                number >= rules.many,
                number * usual_days >= usual * (rules.times_usual * recent.days),
            )
        )
        .order_by(newest.desc(), operator)
        .limit(limit)
    )
