"""Invented businesses: trade, size, place, names, codes and addresses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobs.demo.catalogue import Catalogue, Mix, Trades
from jobs.demo.choosing import Chooser, Floats, Ints, RaggedChooser
from jobs.demo.naming import Firms, Names, name_firms
from jobs.demo.places import CAPITAL_CODE, Places
from jobs.importing.operators import USCC_ALPHABET, USCC_WEIGHTS

ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""Weights of an organisation code's eight characters, GB 11714-1997."""

DEMO_ORG_PREFIX = "DM"
"""Real organisation codes issued since 2015 begin with MA, so these belong to nobody."""

SIZE_EXPONENT, SIZE_OFFSET = 0.85, 4.0
"""Zipf law of submissions per business within a trade; ours."""

CAPITAL_PULL = 2.2
"""Online businesses sit in the capital this much more often than shops; ours."""

CHAIN_BRANCHES = 6


@dataclass(frozen=True, slots=True)
class Operators:
    """Businesses, in no order.

    Attributes
    ----------
    trade, county, street
        Positions in the catalogue and the places.
    platforms
        Positions of the big online platforms (trade -1).
    chain
        Positions of the branches of the prepaid chain that is going to close.
    names
        Four names per business, see `jobs.demo.naming`.
    """

    trade: Ints
    county: Ints
    street: Ints
    weight: Floats
    individual: npt.NDArray[np.bool_]
    platforms: Ints
    chain: Ints
    names: Names
    uscc: pl.Series
    kinds: pl.Series
    industry: pl.Series
    address: pl.Series

    def __len__(self) -> int:
        """Return the number of businesses."""
        return len(self.trade)


def build_operators(catalogue: Catalogue, places: Places, *, count: int, seed: int) -> Operators:
    """Invent ``count`` businesses.

    Every trade gets one before any gets two, then by its share. A dozen big online platforms are
    among them from 240 businesses on, and from 600 on the six branches of one prepaid chain.
    """
    rng = np.random.default_rng([seed, 1])
    trades = catalogue.trades
    platforms = 12 if count >= 240 else count // 20
    branches = CHAIN_BRANCHES if count >= 600 else 0
    plain = count - platforms - branches
    trade = np.concatenate(
        [
            _trade_of_each(trades, plain, rng),
            np.full(branches, trades.codes.index("gym")),
            np.full(platforms, -1),
        ]
    )
    county = _county_of_each(trade, trades, places, rng)
    first_chain, first_platform = plain, plain + branches
    if branches:
        county[first_chain:first_platform] = _chain_counties(places)
    street = places.street_chooser().draw(county, rng.random(count))
    individual = _individual(trade, trades, rng)
    individual[first_chain:] = False
    firms = Firms(trade, county, individual, first_chain, first_platform)
    return Operators(
        trade=trade,
        county=county,
        street=street,
        weight=_sizes(trade, rng),
        individual=individual,
        platforms=np.arange(first_platform, count),
        chain=np.arange(first_chain, first_platform),
        names=name_firms(catalogue, places, firms, rng),
        uscc=_uscc(places, county, individual, seed),
        kinds=_kinds(individual, rng),
        industry=pl.Series([*trades.industry, "I64"]).gather(
            (trade % (len(trades.codes) + 1)).astype(np.uint32)
        ),
        address=_addresses(catalogue.names, places, county, street, rng),
    )


def chooser_within(operators: Operators, cell: Ints, cells: int) -> RaggedChooser:
    """Return a chooser of an ordinary business by ``cell``, one number a business."""
    ordinary = np.flatnonzero(operators.trade >= 0)
    chooser = RaggedChooser.of(cell[ordinary], operators.weight[ordinary], cells)
    return RaggedChooser(ordinary[chooser.order], chooser.running, chooser.starts)


def _trade_of_each(trades: Trades, count: int, rng: np.random.Generator) -> Ints:
    once = np.argsort(-trades.share, kind="stable")[:count]
    rest = rng.choice(
        len(trades.codes), max(0, count - len(once)), p=trades.share / trades.share.sum()
    )
    return np.concatenate([once, rest]).astype(np.int64)


def _county_of_each(trade: Ints, trades: Trades, places: Places, rng: np.random.Generator) -> Ints:
    pulled = places.weight * np.where(np.array(places.city_codes) == CAPITAL_CODE, CAPITAL_PULL, 1)
    online = np.where(trade < 0, True, trades.online[trade])
    county = Chooser.of([places.weight, pulled]).draw(
        online.astype(np.int64), rng.random(len(trade))
    )
    seats = np.flatnonzero(np.array(places.city_codes) == CAPITAL_CODE)
    return np.where(trade < 0, seats[rng.integers(0, len(seats), len(trade))], county)


def _chain_counties(places: Places) -> list[int]:
    """Place the chain's six branches in three districts of the capital."""
    seats = [index for index, code in enumerate(places.city_codes) if code == CAPITAL_CODE]
    biggest = sorted(seats, key=lambda index: -places.weight[index])[:3]
    return [*biggest, *biggest]


def _sizes(trade: Ints, rng: np.random.Generator) -> Floats:
    order = rng.permutation(len(trade))
    shuffled = trade[order]
    by_trade = np.argsort(shuffled, kind="stable")
    starts = np.searchsorted(shuffled[by_trade], shuffled[by_trade])
    rank = np.empty(len(trade), dtype=np.float64)
    rank[order[by_trade]] = np.arange(len(trade)) - starts
    return np.asarray((rank + SIZE_OFFSET) ** -SIZE_EXPONENT)


def _individual(trade: Ints, trades: Trades, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Sole proprietors: most shops, few online sellers, no platform."""
    share = np.where(trade < 0, 0.0, np.where(trades.online[trade], 0.25, 0.62))
    firm_only = np.array([code in FIRM_ONLY for code in trades.codes])
    share = np.where((trade >= 0) & firm_only[trade], 0.0, share)
    return np.asarray(rng.random(len(trade)) < share)


FIRM_ONLY = frozenset(
    {"developer", "property", "finance", "insurance", "utility", "telecom", "petrol"}
)
"""Trades that no sole proprietor runs."""


def _kinds(individual: npt.NDArray[np.bool_], rng: np.random.Generator) -> pl.Series:
    labels = pl.Series(
        ["有限责任公司", "有限责任公司（自然人独资）", "股份有限公司", "分公司", "个体工商户"]
    )
    firm = Chooser.of([62, 24, 4, 10]).draw(0, rng.random(len(individual)))
    return labels.gather(np.where(individual, 4, firm).astype(np.uint32))


def _addresses(
    names: Mix, places: Places, county: Ints, street: Ints, rng: np.random.Generator
) -> pl.Series:
    roads, plazas = pl.Series(names["roads"].split()), pl.Series(names["plazas"].split())
    count = len(county)
    number = pl.Series(rng.integers(1, 499, count)).cast(pl.String)
    spot = plazas.gather(rng.integers(0, len(plazas), count)).set(
        pl.Series(rng.random(count) > 0.4), ""
    )
    area = pl.Series([places.districts_of.get(code, ("",))[0] for code in places.street_codes])
    near = area.gather(street.astype(np.uint32))
    spot = near.zip_with((near != "") & pl.Series(rng.random(count) < 0.7), spot)
    return (
        "湖北省"
        + places.full_names().gather(county.astype(np.uint32))
        + pl.Series(places.street_names).gather(street.astype(np.uint32))
        + roads.gather(rng.integers(0, len(roads), count))
        + number
        + "号"
        + spot
    )


def _uscc(places: Places, county: Ints, individual: npt.NDArray[np.bool_], seed: int) -> pl.Series:
    """Return codes with both check characters right (GB 32100-2015, GB 11714-1997)."""
    count = len(county)
    alphabet = np.array(list(USCC_ALPHABET))
    values = np.empty((count, 18), dtype=np.int64)
    values[:, 0] = 9
    values[:, 1] = np.where(individual, 2, 1)
    region = np.array([[int(digit) for digit in code] for code in places.county_codes])
    values[:, 2:8] = region[county]
    values[:, 8:10] = [USCC_ALPHABET.index(char) for char in DEMO_ORG_PREFIX]
    serial = (np.arange(count, dtype=np.int64) * 387_420_489 + seed * 7_919) % 31**6
    for place in range(6):
        values[:, 15 - place] = serial % 31
        serial //= 31
    characters = np.array([_org_value(char) for char in USCC_ALPHABET])[values[:, 8:16]]
    check = -(characters @ np.array(ORG_WEIGHTS)) % 11
    values[:, 16] = np.where(check == 10, USCC_ALPHABET.index("X"), check)
    values[:, 17] = -(values[:, :17] @ np.array(USCC_WEIGHTS)) % 31
    joined = alphabet[values].view(f"<U{18}").ravel()
    return pl.Series(joined.tolist(), dtype=pl.String)


def _org_value(char: str) -> int:
    return int(char) if char.isdigit() else ord(char) - ord("A") + 10
