"""The demo's business register: what its administration knows of every business."""

import numpy as np
import polars as pl

from jobs.demo.choosing import Ints
from jobs.demo.conduct import Conduct
from jobs.demo.histories import pick

FIRST_PERSON = 3_000_000_000
"""Numbers of the people who run businesses begin here, beyond those who submit."""

SHARED_PERSON, SHARED_PHONE, SHARED_SHOP = 0.06, 0.03, 0.02
"""Businesses run by another's legal person, reached through an agent, sold through another's shop."""

AGENTS = 30
"""Bookkeeping agents whose telephone numbers stand in the register; ours."""

PERSONS_OF_CLUSTER = 4
"""Firms of one address that one person stands for."""

PLATFORMS = ("某宝", "某东", "拼团优选", "某音商城")

YUAN_OF_MYRIAD = 10_000.0

STILL_OPEN = (
    "no_insured_issuer", "changing_hands", "expired_licence", "repeat_offender", "event_firm",
    "substandard", "serious_list", "bad_company", "fake_registration", "overdue_equipment",
)  # fmt: skip
"""Wrongdoers who are in business as far as the register knows."""


def legal_persons(conduct: Conduct) -> Ints:
    """Return the number of the person who runs each business."""
    rng, firms = conduct.rng, conduct.province.world.operators
    count = len(firms)
    own = np.arange(count)
    other = rng.integers(0, count, count)
    runs = np.where(rng.random(count) < SHARED_PERSON, own[other], own)
    if len(firms.chain):
        runs[firms.chain] = firms.chain[0]
    cluster = conduct.of("fake_registration")
    if len(cluster):
        runs[cluster] = cluster[np.arange(len(cluster)) // PERSONS_OF_CLUSTER * PERSONS_OF_CLUSTER]
    return np.asarray(FIRST_PERSON + runs)


def register_frame(conduct: Conduct, persons: Ints, reports: pl.DataFrame) -> pl.DataFrame:
    """Return one row a business: codes, days since 1970, yuan."""
    rng, province = conduct.rng, conduct.province
    world, firms = province.world, province.world.operators
    count, last = len(firms), conduct.last_day
    everyone = np.arange(count)
    status, status_day = _status(conduct)
    capital, paid = _capital(conduct)
    agents = FIRST_PERSON - 1 - rng.integers(0, AGENTS, count)
    reached = np.where(rng.random(count) < SHARED_PHONE, agents, persons)
    latest = (
        reports.filter(pl.col("outcome") != "missing").group_by("operator").agg(pl.max("count"))
    )
    year = pl.DataFrame({"operator": everyone}).join(
        latest, on="operator", how="left", maintain_order="left"
    )
    prepaid = np.append(world.catalogue.trades.prepaid, 0.0)[firms.trade]
    issuer = (prepaid > 0.3) & (rng.random(count) < 0.7)
    issuer[np.concatenate([conduct.of("no_insured_issuer", "prepaid_closure"), firms.chain])] = True
    return pl.DataFrame({
        "operator": everyone,
        "address": _addresses(conduct),
        "established": _established(conduct),
        "status": status,
        "status_day": status_day,
        "capital": capital,
        "paid": paid,
        "person": world.people.name(persons),
        "id_number": world.people.id_number(persons),
        "phone": world.people.phone(reached),
        "insured": _insured(conduct),
        "report_year": year["count"],
        "issuer": issuer,
        "shop": _shops(conduct),
        "updated": last - rng.integers(0, 300, count),
    })  # fmt: skip


def _established(conduct: Conduct) -> Ints:
    rng, rows, count = conduct.rng, conduct.province.rows, len(conduct.own)
    age = np.clip(365 * np.exp(rng.normal(1.5, 0.8, count)), 40, 365 * 30).astype(np.int64)
    first = np.full(count, conduct.last_day)
    named = rows.operator >= 0
    np.minimum.at(first, rows.operator[named], rows.day[named])
    new = conduct.of("fake_registration")
    age[new] = rng.integers(300, 1_200, len(new))
    return np.asarray(np.minimum(conduct.last_day - age, first - 20))


def _status(conduct: Conduct) -> tuple[pl.Series, Ints]:
    rng, count, last = conduct.rng, len(conduct.own), conduct.last_day
    draw = rng.random(count) - 0.006 * conduct.own
    quiet = conduct.complaints <= 2
    status = np.select(
        [draw < 0.012, draw < 0.024, draw < 0.03, (draw < 0.06) & quiet],
        ["revoked", "suspended", "closing", "deregistered"],
        "open",
    )
    day = last - rng.integers(20, 900, count)
    for conducts, code, lag in (
        (("prepaid_closure",), "suspended", 20),
        (("revoked_trading",), "revoked", 0),
        (STILL_OPEN, "open", 0),
    ):
        bad = conduct.of(*conducts)
        status[bad] = code
        if code != "open":
            day[bad] = np.minimum(conduct.since(bad) + lag, last)
    return pl.Series(status.tolist(), dtype=pl.String), day


def _capital(conduct: Conduct) -> tuple[pl.Series, pl.Series]:
    rng, count = conduct.rng, len(conduct.own)
    individual = conduct.province.world.operators.individual
    size = np.where(individual, rng.normal(1.5, 0.8, count), rng.normal(4.6, 1.2, count))
    capital = np.maximum(np.round(np.exp(size)), 1.0) * YUAN_OF_MYRIAD
    share = np.where(rng.random(count) < 0.3, 0.0, rng.choice([0.05, 0.2, 0.5, 1.0], count))
    hollow = conduct.of("fake_registration")
    capital[hollow] = rng.choice([1_000, 2_000, 5_000], len(hollow)) * YUAN_OF_MYRIAD
    share[hollow] = 0.0
    unknown = pl.Series((rng.random(count) < 0.06) & ~np.isin(np.arange(count), hollow))
    paid = pl.Series(np.round(capital * share)).set(unknown | pl.Series(individual), None)
    return pl.Series(capital).set(unknown, None), paid


def _insured(conduct: Conduct) -> pl.Series:
    rng, count = conduct.rng, len(conduct.own)
    individual = conduct.province.world.operators.individual
    insured = np.where(individual, rng.poisson(0.8, count), rng.negative_binomial(1, 0.09, count))
    insured[conduct.of("no_insured_issuer", "prepaid_closure", "fake_registration")] = 0
    return pl.Series(insured).set(pl.Series(rng.random(count) < 0.04), None)


def _addresses(conduct: Conduct) -> pl.Series:
    """Return addresses; the firms of a cluster share their first one's."""
    addresses = conduct.province.world.operators.address
    cluster = conduct.of("fake_registration")
    if not len(cluster):
        return addresses
    day = conduct.since(cluster)
    first = np.array([cluster[np.flatnonzero(day == each)[0]] for each in day])
    return addresses.clone().scatter(cluster, addresses.gather(first) + "1201室")


def _shops(conduct: Conduct) -> pl.Series:
    rng, world = conduct.rng, conduct.province.world
    firms, count = world.operators, len(world.operators)
    online = np.append(world.catalogue.trades.online, False)[firms.trade]
    seller = np.where(
        rng.random(count) < SHARED_SHOP, rng.integers(0, count, count), np.arange(count)
    )
    name = firms.names[1].gather(seller) + "（" + pick(rng, list(PLATFORMS), count) + "）"
    return name.set(pl.Series(~online), None)
