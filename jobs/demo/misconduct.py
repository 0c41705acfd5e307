"""What goes wrong at the demo's businesses: penalties after complaints, lists, changes, opinion."""

import numpy as np
import polars as pl

from jobs.demo.choosing import Ints
from jobs.demo.conduct import Conduct
from jobs.demo.handling import NEVER
from jobs.demo.histories import at_random, happened, logistic, pick, products_of

PENALTY_LAG_SHAPE, PENALTY_LAG_DAYS = 3.0, 25.0
"""A penalty comes some 85 days after the complaint, inspection or test behind it; ours."""

PENALTY_PER_COMPLAINT, PENALTY_A_YEAR = 0.014, 0.004
CONDUCT_PULL = 1.1
"""How much hidden conduct raises the chances, on the scale of logarithms; ours."""

CHANGES_A_YEAR = {
    "legal_person": 0.02, "shareholder": 0.02, "address": 0.03, "name": 0.01, "scope": 0.03,
    "capital": 0.01,
}  # fmt: skip


def penalties(conduct: Conduct, inspected: pl.DataFrame, sampled: pl.DataFrame) -> pl.DataFrame:
    """Return penalties: of cases behind tip-offs, after complaints, failures, and others."""
    rng, rows = conduct.rng, conduct.province.rows
    pull = np.exp(CONDUCT_PULL * conduct.own)
    by = rows.operator[conduct.rows]
    chance = PENALTY_PER_COMPLAINT * pull[by] / np.sqrt(np.maximum(conduct.complaints[by], 1))
    told = conduct.rows[rng.random(len(conduct.rows)) < chance]
    failed = inspected.filter(pl.col("outcome").is_in(["failed", "refused"]))
    unsafe = sampled.filter(pl.col("outcome") == "unqualified")
    other, other_day = at_random(conduct, PENALTY_A_YEAR * pull)
    operator = [rows.operator[told], other]
    day = [rows.day[told] + _lag(conduct, len(told)), other_day]
    for found, share in ((failed, 0.3), (unsafe, 0.5)):
        chosen = found.filter(pl.Series(rng.random(found.height) < share))
        operator.append(chosen["operator"].to_numpy())
        day.append(chosen["day"].to_numpy() + _lag(conduct, chosen.height))
    usual = _penalty(conduct, np.concatenate(operator), np.concatenate(day))
    return pl.concat([usual, _of_cases(conduct), _planted_penalties(conduct)])


def _lag(conduct: Conduct, count: int) -> Ints:
    drawn = conduct.rng.gamma(PENALTY_LAG_SHAPE, PENALTY_LAG_DAYS, count)
    return np.asarray(10 + drawn.astype(np.int64))


def _penalty(conduct: Conduct, operator: Ints, day: Ints, *, grave: bool = False) -> pl.DataFrame:
    rng, count = conduct.rng, len(operator)
    draw = rng.random(count) + (0.35 if grave else 0.0)
    severity = np.select(
        [draw < 0.18, draw < 0.955, draw < 0.985 if not grave else draw < 1.2],
        ["warning", "fine", "suspension"],
        "revocation",
    )
    yuan = np.round(np.exp(rng.normal(10.6 if grave else 8.4, 1.3, count)), -2)
    amount = pl.Series(np.maximum(yuan, 200.0)).set(pl.Series(severity == "warning"), None)
    subject = pick(rng, conduct.spec["conducts"], count)
    return happened(operator, day, severity=severity, amount=amount, subject=subject)


def _of_cases(conduct: Conduct) -> pl.DataFrame:
    """Return the penalties that the submissions' own outcomes tell of, with the same amounts."""
    rows, course = conduct.province.rows, conduct.province.course
    yuan = np.nan_to_num(course.fined_yuan) + np.nan_to_num(course.confiscated_yuan)
    fined = (yuan > 0) & (course.case_flag == 1) & (course.closed < NEVER)
    index = np.flatnonzero(fined & (rows.operator >= 0))
    subject = pick(conduct.rng, conduct.spec["conducts"], len(index))
    day = course.closed[index] // 86_400
    return happened(rows.operator[index], day, severity="fine", amount=yuan[index], subject=subject)


def _planted_penalties(conduct: Conduct) -> pl.DataFrame:
    rng, parts = conduct.rng, []
    for name, most, spread in (("repeat_offender", 5, 700), ("substandard", 2, 300)):
        bad = np.repeat(
            conduct.of(name), rng.integers(most // 2 + 1, most + 1, len(conduct.of(name)))
        )
        parts.append(_penalty(conduct, bad, conduct.last_day - rng.integers(5, spread, len(bad))))
    listed = np.repeat(conduct.of("serious_list"), 2)
    parts.append(
        _penalty(
            conduct, listed, conduct.since(listed) - rng.integers(5, 90, len(listed)), grave=True
        )
    )
    firms = conduct.of("event_firm", "prepaid_closure")
    lag = rng.integers(35, 95, len(firms))
    parts.append(_penalty(conduct, firms, conduct.since(firms) + lag, grave=True))
    return pl.concat(parts)


def planted_inspections(conduct: Conduct) -> pl.DataFrame:
    """Return the inspections that wrongdoers fail, refuse, or cannot be found for."""
    rng = conduct.rng
    offenders = np.repeat(conduct.of("repeat_offender"), 3)
    draw = rng.random(len(offenders))
    shown = conduct.of("event_firm")
    gone = conduct.of("prepaid_closure", "fake_registration")
    return pl.concat([
        happened(offenders, conduct.last_day - rng.integers(10, 700, len(offenders)),
                 outcome=np.where(draw < 0.3, "refused", "failed"), subject="专项检查"),
        happened(shown, conduct.since(shown) + rng.integers(3, 13, len(shown)),
                 outcome="failed", subject="投诉举报核查"),
        happened(gone, conduct.since(gone) + rng.integers(3, 25, len(gone)),
                 outcome="unreachable", subject="登记事项检查"),
    ])  # fmt: skip


def planted_samplings(conduct: Conduct) -> pl.DataFrame:
    """Return the tests that wrongdoers fail."""
    rng = conduct.rng
    bad = np.repeat(conduct.of("substandard"), rng.integers(2, 4, len(conduct.of("substandard"))))
    return happened(
        bad, conduct.last_day - rng.integers(20, 500, len(bad)), outcome="unqualified",
        count=rng.integers(1, 3, len(bad)), subject=products_of(conduct, bad),
    )  # fmt: skip


def abnormal_list(conduct: Conduct, reports: pl.DataFrame, inspected: pl.DataFrame) -> pl.DataFrame:
    """Return entries after missing reports and vain visits; most leave the list again."""
    rng = conduct.rng
    unfiled = reports.filter(
        (pl.col("outcome") == "missing") & pl.Series(rng.random(reports.height) < 0.5)
    )
    gone = inspected.filter(pl.col("outcome") == "unreachable")
    operator = np.concatenate([unfiled["operator"].to_numpy(), gone["operator"].to_numpy()])
    day = np.concatenate([unfiled["day"].to_numpy() + 8, gone["day"].to_numpy() + 20])
    ends = day + rng.integers(30, 500, len(operator))
    stays = rng.random(len(operator)) < logistic(-0.8 + 0.5 * conduct.own[operator])
    stays |= np.isin(operator, conduct.of("fake_registration", "prepaid_closure"))
    reasons = pl.Series(conduct.spec["abnormal_reasons"][:2])
    why = reasons.gather((np.arange(len(operator)) >= unfiled.height).astype(np.uint32))
    open_ended = pl.Series(ends).set(pl.Series(stays | (ends > conduct.last_day)), None)
    return happened(operator, day, ends=open_ended, subject=why)


def serious_list(conduct: Conduct, punished: pl.DataFrame) -> pl.DataFrame:
    """Return the listed wrongdoers, and some others who left the list since."""
    rng = conduct.rng
    listed = conduct.of("serious_list")
    now = happened(listed, conduct.since(listed), subject="情节严重的违法行为")
    grave = punished.filter(pl.col("severity").is_in(["suspension", "revocation"]))
    once = grave.filter(pl.Series(rng.random(grave.height) < 0.12))
    once = once.filter(~pl.col("operator").is_in(listed.tolist()))
    day = once["day"].to_numpy() + 45
    ends = day + rng.integers(200, 1_100, len(day))
    left = pl.Series(ends).set(pl.Series(ends > conduct.last_day), None)
    return pl.concat([now, happened(once["operator"].to_numpy(), day, ends=left,
                                    subject="情节严重的违法行为")])  # fmt: skip


def changes(conduct: Conduct) -> pl.DataFrame:
    """Return changes of the register; wrongdoers change hands before it shows."""
    rng, parts = conduct.rng, []
    for name, rate in CHANGES_A_YEAR.items():
        pull = np.exp(0.3 * conduct.own) if name in ("legal_person", "address") else 1.0
        parts.append(happened(*at_random(conduct, rate * pull), outcome=name))
    hands = np.repeat(
        conduct.of("changing_hands"), rng.integers(2, 4, len(conduct.of("changing_hands")))
    )
    parts.append(
        happened(hands, conduct.last_day - rng.integers(5, 350, len(hands)), outcome="legal_person")
    )
    closing = np.repeat(conduct.of("prepaid_closure"), 2)
    before = conduct.since(closing) - rng.integers(10, 90, len(closing))
    parts.append(happened(closing, before, outcome="legal_person"))
    return pl.concat(parts)


def linked_firms(conduct: Conduct, names: pl.Series) -> pl.DataFrame:
    """Return firms of the same legal person or shareholder, and how they stand."""
    rng, count = conduct.rng, len(conduct.own)
    firms = np.flatnonzero(~conduct.province.world.operators.individual)
    operator = np.repeat(firms, rng.choice(4, len(firms), p=[0.7, 0.18, 0.08, 0.04]))
    bad = rng.random(len(operator)) < logistic(-3.0 + 0.8 * conduct.own[operator])
    kind = np.where(rng.random(len(operator)) < 0.5, "dishonest", "revoked")
    planted = np.repeat(conduct.of("bad_company"), 3)
    everyone = np.concatenate([operator, planted])
    outcome = np.concatenate([
        np.where(bad, kind, "normal"), np.where(rng.random(len(planted)) < 0.5, "dishonest", "revoked"),
    ])  # fmt: skip
    day = conduct.last_day - rng.integers(1, 900, len(everyone))
    other = names.gather(rng.integers(0, count, len(everyone)))
    return happened(everyone, day, outcome=outcome, subject=other)


def opinions(conduct: Conduct) -> pl.DataFrame:
    """Return items of public opinion, more of them about what is complained about."""
    rng, rows = conduct.rng, conduct.province.rows
    told = conduct.rows[rng.random(len(conduct.rows)) < 0.008]
    operator = rows.operator[told]
    day = rows.day[told] + rng.integers(-3, 12, len(told))
    draw = rng.random(len(told)) + 0.04 * conduct.own[operator]
    severity = np.select(
        [draw > 0.995, draw > 0.96, draw > 0.3], ["major", "larger", "ordinary"], "none"
    )
    shown = conduct.of("event_firm", "prepaid_closure")
    loud = np.where(rng.random(len(shown)) < 0.4, "major", "larger")
    everyone = np.concatenate([operator, shown])
    return happened(
        everyone,
        np.concatenate([day, conduct.since(shown) + rng.integers(1, 6, len(shown))]),
        severity=np.concatenate([severity, loud]),
        subject=pick(rng, conduct.spec["opinions"], len(everyone)),
    )
