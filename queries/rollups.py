"""Rollups of what has very many members: operators and words.

There are a million operators and tens of thousands of words, but a screen shows the few largest.
A rollup keeps only the *leading* members, whole: those of all time, in some rollups also those of
every county and year, or of a burst. For all others it keeps a bound: how many submissions the
largest of them had in a month, and ever. As long as the last member shown has more than that, none
of the others can belong among those shown, and the answer from the rollup is exact; otherwise a
larger rollup or the facts answer. See `queries.ranking`.

Words that rose from little are found among all words only, so that one rollup keeps them all.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from queries.cubes import Grain, key_column, sum_column
from queries.schema import submission_words, submissions
from queries.selection import DateRange, add_months

LEADING_OPERATORS = 20_000
"""Operators kept; ours. Of 20 million submissions any other of 1.3 million had 75 at most, and 11
at most within two months, while the 600th of 30 days had 10."""

BURST = 5
"""Submissions within a month and the next that an operator is kept for, whatever it had before;
ours, as many as the rules of focus ask for. Of 20 million submissions it adds 23,000 operators."""

FOREMOST_OPERATORS, LONG_DAYS = 6_000, 330
"""Operators kept for long periods of everything, and how long these are; ours. Of four
spans of 12 months of 20 million submissions any other had 122 at most, the 1,000th 138 at least."""

LEADING_WORDS = 8_000
"""Words kept; ours. Of 20 million submissions any other of 480,000 words was in 1,300 at most in 12
months and in 200 in 30 days, while a page looks at all words of one submission in a thousand, then
in 4,200 and in 330."""

LEADING_COUNTY_WORDS, WORDS_OF_EACH_COUNTY = 1_000, 100
"""Words kept by county: of all submissions, and of every county and year; ours, many times what a
list of hot words shows. A county's places and firms lead nowhere else."""

ALL_WORDS = "all_words"
"""The rollup that leaves no word out."""

REACHES = ("ever", "months", "month", "city", "county")
"""A bound holds for all time, for a month and the next together, for a month and kind, or for a
month and kind in a city or a county. Of operators the second is the least, since one that has much
of one kind or in one month has little of the others; of words it would gain little."""

_MONTH = ("registered_on", "kind", "excluded")
_REGION = ("province_code", "city_code")
_COUNTY = (*_REGION, "county_code")


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of the leading members by day or month, ``kind``, ``excluded`` and some columns.

    Attributes
    ----------
    member
        Column of the members: ``operator_id`` or ``word_id``.
    grains
        A table for each, of the same members.
    columns
        What it can be filtered by besides.
    leading
        How many members of all time are kept; None for all.
    of_each
        How many are kept besides of every value of ``columns`` in every year.
    burst
        Members kept besides: whoever had so many submissions within a month and the next; 0 for
        none.
    least_days
        Days of the shortest period that they are asked for.
    """

    name: str
    member: str
    grains: tuple[Grain, ...]
    columns: tuple[str, ...]
    sums: tuple[str, ...]
    leading: int | None
    of_each: int = field(default=0, repr=False)
    burst: int = field(default=0, repr=False)
    least_days: int = field(default=0, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """All columns but the sums."""
        return ("registered_on", "kind", "excluded", *self.columns, self.member)

    @property
    def besides(self) -> str:
        """Which members are kept besides the leading ones of all time; empty for none."""
        return f"{self.of_each} of each, {self.burst} at once" if self.of_each or self.burst else ""

    @property
    def reaches(self) -> tuple[str, ...]:
        """What the members left out are bounded within, of `REACHES`."""
        return tuple(
            reach
            for reach in REACHES
            if (reach != "months" or self.member == "operator_id")
            and (reach != "city" or set(_REGION) <= set(self.columns))
            and (reach != "county" or set(_COUNTY) <= set(self.columns))
        )

    def bound_keys(self, reach: str) -> tuple[str, ...]:
        """Return the columns of the facts that a bound of this reach is told for."""
        keys = {
            "ever": (),
            "months": ("registered_on",),
            "month": _MONTH,
            "city": (*_MONTH, *_REGION),
            "county": (*_MONTH, *_COUNTY),
        }[reach]
        return tuple(key for key in keys if key in self.keys)

    def order(self, grain: Grain) -> tuple[str, ...]:
        """Return the order of storage: months by city first, so that a city lies together."""
        if grain == "day":
            return self.keys
        return (*self.columns, "registered_on", "kind", "excluded", self.member)

    def covering(self, days: DateRange) -> list[dt.date]:
        """Return first days of pairs of months that together hold these days."""
        starts, start = [], days.start.replace(day=1)
        while start <= days.end:
            starts.append(start)
            start = add_months(start, 2)
        return starts


_MANY_COLUMNS = (
    *_COUNTY,
    "industry_section",
    "industry",
    "product_kind",
    "product_category",
    "issue_type",
    "channel_group",
    "channel",
    "is_online",
    "is_livestream",
    "is_prepaid",
)
"""An operator's submissions are few a day, so that columns cost few rows more."""

_OPERATOR_SUMS = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closed",
    "closed_on_time",
    "closed_timed",
    "disputed_yuan",
    "disputed",
    "recovered_yuan",
)
_WORDS = ("submissions",)
_ALL = (
    Rollup(
        "foremost_operators",
        "operator_id",
        ("day", "month"),
        (),
        _OPERATOR_SUMS,
        FOREMOST_OPERATORS,
        least_days=LONG_DAYS,
    ),
    Rollup(
        "leading_operators",
        "operator_id",
        ("day", "month"),
        _COUNTY,
        _OPERATOR_SUMS,
        LEADING_OPERATORS,
        burst=BURST,
    ),
    Rollup(
        "leading_operators_finely",
        "operator_id",
        ("day",),
        _MANY_COLUMNS,
        _OPERATOR_SUMS,
        LEADING_OPERATORS,
    ),
    Rollup("leading_words", "word_id", ("day", "month"), (), _WORDS, LEADING_WORDS),
    Rollup(
        "leading_county_words",
        "word_id",
        ("month",),
        _COUNTY,
        _WORDS,
        LEADING_COUNTY_WORDS,
        of_each=WORDS_OF_EACH_COUNTY,
    ),
    Rollup(ALL_WORDS, "word_id", ("day", "month"), (), _WORDS, None),
)

ROLLUPS: dict[str, Rollup] = {rollup.name: rollup for rollup in _ALL}
"""Every rollup by name, of those with the same columns the smallest first; those of words are derived
from ``submission_words``."""

rollups = sa.MetaData()


def member_of(rollup: Rollup) -> sa.Column[Any]:
    """Return the column of the facts or of words that a rollup's members are from."""
    table = submission_words if rollup.member == "word_id" else submissions
    return table.c[rollup.member]


def _member_column(rollup: Rollup) -> sa.Column[Any]:
    return sa.Column(rollup.member, member_of(rollup).type)


_TABLES: dict[tuple[str, Grain], sa.Table] = {
    (each.name, grain): sa.Table(
        f"{each.name}_by_{grain}",
        rollups,
        *[key_column(name) for name in each.keys[:-1]],
        _member_column(each),
        *[sum_column(name) for name in each.sums],
    )
    for each in _ALL
    for grain in each.grains
}
_LEADING = {each.name: sa.Table(each.name, rollups, _member_column(each)) for each in _ALL}
_BOUNDS = {
    each.name: sa.Table(
        f"{each.name}_bound",
        rollups,
        sa.Column("reach", sa.String(8), nullable=False),
        *[key_column(name, nullable=True) for name in each.bound_keys(REACHES[-1])],
        sa.Column("submissions", sa.BigInteger, nullable=False, comment="most of any other member"),
    )
    for each in _ALL
}


def rollup_table(name: str, grain: Grain) -> sa.Table:
    """Return a table of a rollup."""
    return _TABLES[name, grain]


def leading_table(name: str) -> sa.Table:
    """Return the table of the members that a rollup keeps."""
    return _LEADING[name]


def bound_table(name: str) -> sa.Table:
    """Return the table of what the members that a rollup leaves out had at most."""
    return _BOUNDS[name]
