"""Operators about which many persons complain at once: the red level of collective complaints.

Absolute: within 7 days 100 persons or more, or disputed amounts of 5 million yuan or more, or five
persons or more whose texts say that the shop is closed and gone. And relative: more complaints than
3 times the weekly mean of the 8 weeks before, and than the 99.9 % point of a Poisson count of that
mean. No official threshold is published; all are ours, as in the rules of campaigns.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from scipy.stats import poisson

from queries.indicator_counts import counted_complaint
from queries.repeats import read_frame
from queries.schema import submissions
from queries.tag_tables import submission_tags

WINDOW_DAYS = 7
BASE_WEEKS = 8
RECENT_DAYS = 30
"""A red alarm counts as standing for so many days after its window; ours."""

RED_PERSONS = 100
RED_YUAN = 5_000_000.0
RUNAWAY_PERSONS = 5
RUNAWAY_TAG = "runaway"
TIMES_USUAL = 3.0
USUAL_SHARE = 0.999
LEAST_PERSONS = 5
"""Persons below which no amount makes a collective complaint; ours."""


def find_group_alarms(conn: sa.Connection, as_of: dt.date) -> list[str]:
    """Return the operators with a red alarm within the last `RECENT_DAYS`, in order of their ids."""
    alarms = group_alarms(conn, as_of)
    return sorted(alarms["operator_id"].unique())


def group_alarms(
    conn: sa.Connection, as_of: dt.date, *, days: int = RECENT_DAYS, persons: int = RED_PERSONS
) -> pd.DataFrame:
    """Return the days that end a window of alarm.

    Parameters
    ----------
    days
        How many days that end a window are looked at, up to ``as_of``.
    persons
        Persons within a window from which there is an alarm; 10 is the yellow level.

    Returns
    -------
    pandas.DataFrame
        ``operator_id``, ``day``, ``persons``, ``complaints``, ``disputed_yuan``, ``runaway``
        (persons whose texts say so), by operator and day.
    """
    rows = _candidates(conn, as_of, days=days, persons=persons)
    age = (np.datetime64(as_of, "D") - rows["registered_on"].to_numpy("datetime64[D]")).astype(int)
    whose, operators = pd.factorize(rows["operator_id"], sort=True)
    order = np.lexsort((age, whose))
    columns = _Complaints(
        age=age[order],
        person=pd.factorize(rows["person_key"])[0][order],
        yuan=np.nan_to_num(rows["disputed_yuan"].to_numpy(dtype=np.float64)[order]),
        runaway=rows["runaway"].to_numpy()[order] == 1,
    )
    starts = np.searchsorted(whose[order], np.arange(len(operators) + 1))
    found = [
        (str(operator), *alarm)
        for number, operator in enumerate(operators)
        for alarm in _alarms(
            columns.part(starts[number], starts[number + 1]), as_of, days=days, persons=persons
        )
    ]
    names = ["operator_id", "day", "persons", "complaints", "disputed_yuan", "runaway"]
    return pd.DataFrame(found, columns=names)


def _candidates(conn: sa.Connection, as_of: dt.date, *, days: int, persons: int) -> pd.DataFrame:
    """Read the complaints of operators that could have an alarm at all."""
    facts = submissions.c
    first = as_of - dt.timedelta(days=days + WINDOW_DAYS)
    complaint = sa.and_(counted_complaint(), facts.operator_id.is_not(None))
    tagged = sa.inspect(conn).has_table(submission_tags.name)
    said = sa.select(submission_tags.c.submission_key).where(submission_tags.c.tag == RUNAWAY_TAG)
    runaway = facts.submission_key.in_(said) if tagged else sa.false()
    people = sa.func.count(facts.person_key.distinct())
    told = sa.func.count(sa.case((runaway, facts.person_key)).distinct())
    recent = sa.and_(facts.registered_on > first, facts.registered_on <= as_of)
    # Counted first: to tell persons apart costs many times as much.
    busy = (
        sa.select(facts.operator_id)
        .where(complaint, recent)
        .group_by(facts.operator_id)
        .having(sa.func.count() >= LEAST_PERSONS)
    )
    many = (
        sa.select(facts.operator_id)
        .where(complaint, recent, facts.operator_id.in_(busy))
        .group_by(facts.operator_id)
        .having(
            sa.or_(
                people >= persons,
                sa.and_(
                    people >= LEAST_PERSONS,
                    sa.or_(sa.func.sum(facts.disputed_yuan) >= RED_YUAN, told >= RUNAWAY_PERSONS),
                ),
            ),
        )
    )
    rows = read_frame(
        conn,
        sa.select(
            facts.operator_id,
            facts.registered_on,
            facts.person_key,
            facts.disputed_yuan,
            sa.case((runaway, 1), else_=0).label("runaway"),
        ).where(
            complaint,
            facts.operator_id.in_(many),
            facts.registered_on > first - dt.timedelta(weeks=BASE_WEEKS),
            facts.registered_on <= as_of,
        ),
    )
    frame: pd.DataFrame = rows.to_pandas()
    return frame


@dataclass(frozen=True, slots=True)
class _Complaints:
    """Complaints, the newest first: days before the last one, persons as numbers, -1 unknown."""

    age: NDArray[np.int64]
    person: NDArray[np.int64]
    yuan: NDArray[np.float64]
    runaway: NDArray[np.bool_]

    def part(self, start: int, end: int) -> "_Complaints":
        return _Complaints(
            self.age[start:end], self.person[start:end], self.yuan[start:end],
            self.runaway[start:end],
        )  # fmt: skip

    def aged(self, youngest: int, *, days: int) -> "_Complaints":
        start, end = np.searchsorted(self.age, (youngest, youngest + days))
        return self.part(int(start), int(end))


def _persons(keys: NDArray[np.int64]) -> int:
    return len(np.unique(keys[keys >= 0]))


def _alarms(
    own: _Complaints, as_of: dt.date, *, days: int, persons: int
) -> Iterator[tuple[dt.date, int, int, float, int]]:
    """Yield the alarms of one operator, the earliest first."""
    for back in sorted({int(each) for each in own.age if each < days}, reverse=True):
        inside = own.aged(back, days=WINDOW_DAYS)
        people = _persons(inside.person)
        told = _persons(inside.person[inside.runaway])
        yuan = float(inside.yuan.sum())
        grave = people >= persons or (
            people >= LEAST_PERSONS and (yuan >= RED_YUAN or told >= RUNAWAY_PERSONS)
        )
        if not grave:
            continue
        before = own.aged(back + WINDOW_DAYS, days=BASE_WEEKS * WINDOW_DAYS)
        usual = len(before.age) / BASE_WEEKS
        least = max(TIMES_USUAL * usual, float(poisson.ppf(USUAL_SHARE, usual)) if usual else 0.0)
        if len(inside.age) >= least:
            yield as_of - dt.timedelta(days=back), people, len(inside.age), yuan, told
