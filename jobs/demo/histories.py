"""What regulators routinely know of the demo's businesses: licences, reports, inspections, tests."""

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from jobs.demo.choosing import Floats, Ints
from jobs.demo.conduct import Conduct
from jobs.demo.workdays import EPOCH, day_number

COLUMNS: dict[str, type[pl.DataType]] = {
    "operator": pl.Int64, "day": pl.Int64, "ends": pl.Int64, "outcome": pl.String,
    "severity": pl.String, "amount": pl.Float64, "count": pl.Int64, "subject": pl.String,
    "detail": pl.String,
}  # fmt: skip
"""An event: position of the business, days since 1970, codes and words."""

INSPECTIONS_A_YEAR = 0.28
INSPECTED_COMPLAINTS = 0.06
"""Chance that a submission has its business inspected within a month; ours."""

YEAR_DAYS = 365.25
REPORT_DEADLINE = (6, 30)
"""Last day of the year for the annual report of the year before (企业信息公示暂行条例)."""


def happened(operator: Ints, day: Ints, **columns: object) -> pl.DataFrame:
    """Return events with the columns of `COLUMNS`, those not given empty.

    Examples
    --------
    >>> happened(np.array([3]), np.array([20_000]), outcome="passed").row(0)[:4]
    (3, 20000, None, 'passed')
    """
    count = len(operator)
    given = {"operator": operator, "day": day, **columns}
    frame = {}
    for name, dtype in COLUMNS.items():
        value = given.get(name)
        if value is None or isinstance(value, str | int | float):
            frame[name] = pl.Series([value], dtype=dtype).new_from_index(0, count)
        else:
            column = (
                value if isinstance(value, pl.Series) else pl.Series(np.asarray(value).tolist())
            )
            frame[name] = column.cast(dtype)
    return pl.DataFrame(frame)


def logistic(odds: Floats) -> Floats:
    """Return chances from log-odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))


def pick(rng: np.random.Generator, options: list[str], count: int) -> pl.Series:
    """Return ``count`` options at random."""
    return pl.Series(options, dtype=pl.String).gather(rng.integers(0, len(options), count))


def trade_codes(conduct: Conduct) -> npt.NDArray[np.str_]:
    """Return each business's trade."""
    world = conduct.province.world
    return np.array([*world.catalogue.trades.codes, "platform"])[world.operators.trade]


def at_random(conduct: Conduct, a_year: Floats | float) -> tuple[Ints, Ints]:
    """Return businesses and days of events that happen at a rate, chance deciding."""
    rng, count = conduct.rng, len(conduct.own)
    days = conduct.last_day - conduct.first_day + 1
    times = rng.poisson(np.broadcast_to(np.asarray(a_year) * days / YEAR_DAYS, (count,)))
    operator = np.repeat(np.arange(count), times)
    return operator, conduct.first_day + rng.integers(0, days, len(operator))


def licences(conduct: Conduct) -> pl.DataFrame:
    """Return the licences in force, and those that ran out and were not renewed."""
    code, parts = trade_codes(conduct), []
    rng, last = conduct.rng, conduct.last_day
    expired_one = conduct.of("expired_licence")
    for kind, spec in conduct.spec["licences"].items():
        holders = np.flatnonzero(np.isin(code, spec["trades"]))
        length = round(spec["years"] * YEAR_DAYS)
        left = rng.integers(1, length, len(holders))
        lapsed = rng.random(len(holders)) < logistic(-4.5 + 0.8 * conduct.own[holders])
        left = np.where(lapsed, -rng.integers(1, 300, len(holders)), left)
        planted = np.isin(holders, expired_one)
        left = np.where(planted, -rng.integers(20, 400, len(holders)), left)
        ends = last + left
        parts.append(happened(holders, ends - length, ends=ends, outcome="valid", subject=kind))
    return _joined(parts)


def report_years(conduct: Conduct) -> list[int]:
    """Return the years whose annual reports were due: the last two."""
    end = EPOCH + dt.timedelta(days=int(conduct.last_day))
    latest = end.year - 1 if (end.month, end.day) > REPORT_DEADLINE else end.year - 2
    return [latest - 1, latest]


def annual_reports(conduct: Conduct) -> pl.DataFrame:
    """Return who filed, filed late, or did not file the last two annual reports."""
    rng, count, parts = conduct.rng, len(conduct.own), []
    never = np.isin(np.arange(count), conduct.of("no_insured_issuer", "fake_registration"))
    for year in report_years(conduct):
        due = day_number(dt.date(year + 1, *REPORT_DEADLINE))
        draw = rng.random(count)
        missing = (draw < logistic(-3.6 + 0.9 * conduct.own)) | never
        late = ~missing & (draw > 1 - logistic(-3.4 + 0.5 * conduct.own))
        day = np.where(late, due + rng.integers(5, 120, count), due - rng.integers(0, 175, count))
        day = np.where(missing, due + 1, day)
        outcome = np.where(missing, "missing", np.where(late, "late", "filed"))
        parts.append(happened(np.arange(count), day, outcome=outcome, count=year))
    return _joined(parts)


def inspections(conduct: Conduct) -> pl.DataFrame:
    """Return inspections by lot, and those that submissions led to within a month."""
    rng, rows = conduct.rng, conduct.province.rows
    by_lot, lot_day = at_random(conduct, INSPECTIONS_A_YEAR)
    told = conduct.rows[rng.random(len(conduct.rows)) < INSPECTED_COMPLAINTS]
    operator = np.concatenate([by_lot, rows.operator[told]])
    day = np.concatenate([lot_day, rows.day[told] + rng.integers(4, 31, len(told))])
    own = conduct.own[operator] + np.where(np.arange(len(operator)) >= len(by_lot), 0.5, 0.0)
    draw = rng.random(len(operator))
    edges = np.cumsum(
        [
            logistic(-6.2 + 0.7 * own), logistic(-5.0 + 0.6 * own), logistic(-3.4 + 1.1 * own),
            logistic(-2.0 + 0.4 * own),
        ],
        axis=0,
    )  # fmt: skip
    outcome = np.select(
        [draw < edges[0], draw < edges[1], draw < edges[2], draw < edges[3]],
        ["refused", "unreachable", "failed", "corrected"],
        "passed",
    )
    subject = pick(rng, conduct.spec["inspection_subjects"], len(operator))
    return happened(operator, day, outcome=outcome, subject=subject)


def samplings(conduct: Conduct) -> pl.DataFrame:
    """Return sampling tests of food and goods."""
    rng, code = conduct.rng, trade_codes(conduct)
    rate = np.where(np.isin(code, list(conduct.spec["samplings"])), 0.28, 0.0)
    operator, day = at_random(conduct, rate)
    bad = rng.random(len(operator)) < logistic(-3.9 + 1.1 * conduct.own[operator])
    return happened(
        operator,
        day,
        outcome=np.where(bad, "unqualified", "qualified"),
        count=rng.integers(1, 4, len(operator)),
        subject=products_of(conduct, operator),
    )


def products_of(conduct: Conduct, operator: Ints) -> pl.Series:
    """Return a product that may be sampled at each business."""
    options, code = conduct.spec["samplings"], trade_codes(conduct)
    draw = conduct.rng.random(len(operator))
    chosen = [
        listed[int(share * len(listed))]
        for listed, share in zip(
            (options.get(each, ["其他产品"]) for each in code[operator]), draw, strict=True
        )
    ]
    return pl.Series(chosen, dtype=pl.String)


def equipment(conduct: Conduct) -> pl.DataFrame:
    """Return the last examination of special equipment and when the next is due."""
    rng, code, last, parts = conduct.rng, trade_codes(conduct), conduct.last_day, []
    for kind, trades in conduct.spec["equipment"].items():
        users = np.flatnonzero(np.isin(code, trades))
        users = users[
            (rng.random(len(users)) < 0.6) | np.isin(users, conduct.of("overdue_equipment"))
        ]
        late = rng.random(len(users)) < logistic(-4.4 + 0.7 * conduct.own[users])
        late |= np.isin(users, conduct.of("overdue_equipment"))
        left = np.where(late, -rng.integers(5, 240, len(users)), rng.integers(1, 365, len(users)))
        outcome = np.where(late, "overdue", "valid")
        ends = last + left
        parts.append(happened(users, ends - 365, ends=ends, outcome=outcome, subject=kind))
    return _joined(parts)


def staff(conduct: Conduct) -> pl.DataFrame:
    """Return what was found about people: certificates run out, debtors under execution."""
    rng, code = conduct.rng, trade_codes(conduct)
    rate = np.where(np.isin(code, conduct.spec["staff_trades"]), 0.05, 0.0)
    operator, day = at_random(conduct, rate)
    bad = rng.random(len(operator)) < logistic(-2.4 + 0.7 * conduct.own[operator])
    kind = np.array(["health_certificate", "qualification_expired", "dishonest_executed"])
    found = kind[rng.choice(3, len(operator), p=[0.6, 0.25, 0.15])]
    routine = happened(operator, day, outcome=np.where(bad, found, "none"))
    people = conduct.of("bad_company")
    planted = happened(people, conduct.since(people), outcome="dishonest_executed")
    return _joined([routine, planted])


def credit_classes(conduct: Conduct) -> pl.DataFrame:
    """Return the class of two years ago and its changes; the last ones spread as published."""
    rng, count, last = conduct.rng, len(conduct.own), conduct.last_day
    shares = np.array(list(conduct.spec["credit_classes"].values()))
    names = np.array(list(conduct.spec["credit_classes"]))
    edges = np.cumsum(shares / shares.sum())[:-1]
    steady = rng.standard_normal(count)
    parts, before = [], np.full(count, "")
    for ago in (730, 400, 40):
        known = conduct.riskiness + 0.5 * steady + 0.3 * rng.standard_normal(count)
        rank = np.argsort(np.argsort(known, kind="stable"), kind="stable")
        now = names[np.searchsorted(edges, (rank + 0.5) / count)]
        moved = np.flatnonzero(now != before)
        day = np.full(len(moved), last - ago)
        parts.append(happened(moved, day, outcome=now[moved]))
        before = now
    return _joined(parts)


def _joined(parts: list[pl.DataFrame]) -> pl.DataFrame:
    empty = happened(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    return pl.concat([empty, *parts])
