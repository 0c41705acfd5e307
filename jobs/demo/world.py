"""The demo province before anything is registered in it: every share turned into a chooser."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from jobs.demo.catalogue import KINDS, MONTHS, Catalogue, read_catalogue
from jobs.demo.choosing import Chooser, Floats, Ints, RaggedChooser, fit_margins
from jobs.demo.operators import Operators, build_operators, chooser_within
from jobs.demo.people import People
from jobs.demo.places import Places, read_places
from jobs.demo.workdays import WorkCalendar, day_number
from queries.selection import add_months
from queries.vocabulary import Kind

MARGIN_DAYS = 420
"""Days known before and after the span: deadlines and extended cases run on."""

PEOPLE_PER_SUBMISSION = 0.8
"""Size of the pool of people; ours, most submit once, some two or three times."""

NO_PRODUCT = frozenset({"Q01-01", "Q02-01"})
"""Inquiries that name no goods."""

PREPAID_ISSUES = frozenset({"C04-04", "C04-05", "R02-03", "Q03-03"})
"""Problem types that only prepaid cards have."""

HOLIDAY_KINDS = ("", "long", "Spring Festival")
LONG_HOLIDAYS = frozenset({"National Day", "Labour Day"})
NET, PHONE, OFFICE = "net", "phone", "office"
MODES = (PHONE, NET, OFFICE)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that rows are drawn from.

    Attributes
    ----------
    first_day, last_day
        Span of registration, day numbers, both included.
    mode_of
        Position in `MODES` per channel.
    product_chooser
        By kind × month × holiday kind.
    item_chooser
        One chooser of an item per month, groups being products.
    issue_chooser
        By kind × group.
    online_share
        Chance of an online purchase per product.
    trade_chooser
        By product × online.
    within_county, within_city, within_province
        Choosers of a business by trade and place.
    prepaid_scale
        Factor on the trades' prepaid shares that meets the overall share.
    """

    catalogue: Catalogue
    places: Places
    operators: Operators
    people: People
    people_count: int
    calendar: WorkCalendar
    first_day: int
    last_day: int
    seed: int
    mode_of: Ints
    county_chooser: Chooser
    product_chooser: Chooser
    item_chooser: tuple[RaggedChooser, ...]
    issue_chooser: Chooser
    remedy_chooser: Chooser
    online_share: Floats
    livestream_share: float
    trade_chooser: Chooser
    prepaid_scale: float
    prepaid_issue: Ints
    product_blank: Floats
    within_county: RaggedChooser
    within_city: RaggedChooser
    within_province: RaggedChooser
    street_chooser: RaggedChooser

    @property
    def days(self) -> int:
        """Number of days of the span."""
        return self.last_day - self.first_day + 1


def build_world(*, submissions: int, operators: int, months: int, seed: int, end: dt.date) -> World:
    """Make the province that ``submissions`` are drawn from.

    Parameters
    ----------
    end
        Last day of registration.
    months
        Length of the span; it starts on the day after the same day ``months`` earlier.

    Raises
    ------
    ValueError
        If a count is below 1.
    """
    for name, value in (("submissions", submissions), ("operators", operators), ("months", months)):
        if value < 1:
            msg = f"{name} is {value}; give 1 or more"
            raise ValueError(msg)
    catalogue, places = read_catalogue(), read_places()
    firms = build_operators(catalogue, places, count=operators, seed=seed)
    start = add_months(end, -months) + dt.timedelta(days=1)
    margin = dt.timedelta(days=MARGIN_DAYS)
    rng = np.random.default_rng([seed, 2])
    joint = _issue_shares(catalogue)
    online = _online_shares(catalogue)
    trades = catalogue.trades
    cells = np.maximum(firms.trade, 0)
    counties, cities = len(places.county_codes), len(places.cities)
    return World(
        catalogue=catalogue,
        places=places,
        operators=firms,
        people=People.of(catalogue.names, catalogue.mix, places, seed),
        people_count=max(1, round(submissions * PEOPLE_PER_SUBMISSION)),
        calendar=WorkCalendar.over(start - margin, end + margin),
        first_day=day_number(start),
        last_day=day_number(end),
        seed=seed,
        mode_of=_modes(catalogue),
        county_chooser=_counties_by_month(places, catalogue.mix["county_noise"], months + 1, rng),
        product_chooser=_products_by_period(catalogue),
        item_chooser=_items_by_month(catalogue),
        issue_chooser=Chooser.of(joint.reshape(-1, joint.shape[2])),
        remedy_chooser=Chooser.of(catalogue.issues.remedy_weights),
        online_share=online,
        livestream_share=_livestream_share(catalogue, online),
        trade_chooser=_trades_by_product(catalogue),
        prepaid_scale=_prepaid_scale(catalogue, online, joint),
        prepaid_issue=np.array([code in PREPAID_ISSUES for code in catalogue.issues.codes]).astype(
            np.int64
        ),
        product_blank=_blank_shares(catalogue, joint),
        within_county=chooser_within(
            firms, cells * counties + firms.county, len(trades.codes) * counties
        ),
        within_city=chooser_within(
            firms, cells * cities + places.city_index[firms.county], len(trades.codes) * cities
        ),
        within_province=chooser_within(firms, cells, len(trades.codes)),
        street_chooser=places.street_chooser(),
    )


def _modes(catalogue: Catalogue) -> Ints:
    mode_of = {
        channel: MODES.index(mode)
        for mode, listed in catalogue.mix["modes"].items()
        for channel in listed
    }
    return np.array([mode_of[channel] for channel in catalogue.channels])


def product_shares(catalogue: Catalogue) -> Floats:
    """Return the share of each product, kinds × products, seasons apart."""
    products = catalogue.products
    shares = np.zeros((len(KINDS), len(products.codes)))
    for row, kind in enumerate(KINDS):
        listed = catalogue.mix["categories"]["tipoff" if kind is Kind.TIPOFF else "complaint"]
        goods = catalogue.mix["goods_share"][kind]
        for letter, part in (("G", goods), ("S", 100 - goods)):
            total = sum(value for code, value in listed.items() if code[0] == letter)
            for position, code in enumerate(products.category_codes):
                if code[0] != letter:
                    continue
                members = products.category == position
                weight = products.weight * members
                shares[row] += part / 100 * listed[code] / total * weight / weight.sum()
    return shares


def _products_by_period(catalogue: Catalogue) -> Chooser:
    products = catalogue.products
    factors = catalogue.mix["holiday_factors"]
    shares = product_shares(catalogue)
    rows = []
    for kind in range(len(KINDS)):
        for month in range(MONTHS):
            for holiday in HOLIDAY_KINDS:
                boost = factors.get("National Day" if holiday == "long" else holiday, {})
                by_category = np.array([boost.get(code, 1.0) for code in products.category_codes])
                rows.append(
                    shares[kind] * products.season[:, month] * by_category[products.category]
                )
    return Chooser.of(np.array(rows))


def _items_by_month(catalogue: Catalogue) -> tuple[RaggedChooser, ...]:
    products = catalogue.products
    return tuple(
        RaggedChooser.of(
            products.item_product,
            np.where(
                products.item_months[:, month],
                np.where(products.item_months.all(axis=1), 1, 2),
                0.0,
            ),
            len(products.codes),
        )
        for month in range(MONTHS)
    )


def _group_shares(catalogue: Catalogue) -> Floats:
    """Return the share of each group, kinds × groups."""
    groups = len(catalogue.products.groups)
    return np.array(
        [
            np.bincount(catalogue.products.group, weights=row, minlength=groups)
            for row in product_shares(catalogue)
        ]
    )


def _issue_shares(catalogue: Catalogue) -> Floats:
    """Return P(kind, group, issue): group and problem sums as published, pairs that make sense."""
    issues, mix = catalogue.issues, catalogue.mix["issues"]
    groups = _group_shares(catalogue)
    tables = []
    for row, letter in enumerate("CRQ"):
        of_kind = np.array([code[0] == letter for code in issues.codes])
        target = np.zeros(len(issues.codes))
        for kind_of_issue in dict.fromkeys(issues.types):
            members = np.array([each == kind_of_issue for each in issues.types]) & of_kind
            if members.any():
                weight = issues.weight * members
                target += mix[kind_of_issue] / 100 * weight / weight.sum()
        affinity = issues.affinity * of_kind
        affinity[affinity.sum(axis=1) == 0] = of_kind * 0.1
        weighted = affinity * np.where(target > 0, issues.weight, 0)
        tables.append(fit_margins(weighted, groups[row], target / target.sum()))
    return np.array(tables)


def _online_shares(catalogue: Catalogue) -> Floats:
    """Shift the products' log-odds together until the published share of online purchases is met."""
    weight = _claims(catalogue)
    odds = np.log(catalogue.products.online / (1 - catalogue.products.online))
    low, high = -6.0, 6.0
    for _ in range(60):
        middle = (low + high) / 2
        share = float((weight / (1 + np.exp(-(odds + middle)))).sum())
        low, high = (middle, high) if share < catalogue.mix["online_share"] else (low, middle)
    return np.asarray(1 / (1 + np.exp(-(odds + low))))


def _claims(catalogue: Catalogue) -> Floats:
    """Return product shares of complaints and tip-offs together."""
    kinds = catalogue.mix["kinds"]
    shares = product_shares(catalogue)
    both = kinds["complaint"] * shares[0] + kinds["tipoff"] * shares[1]
    return np.asarray(both / both.sum())


def _livestream_share(catalogue: Catalogue, online: Floats) -> float:
    """Return the chance of a livestream among online purchases of goods."""
    goods = ~catalogue.products.is_service
    return float(catalogue.mix["livestream_share"] / (_claims(catalogue) * online * goods).sum())


def _trades_by_product(catalogue: Catalogue) -> Chooser:
    """Return who sells a product: by product × online; online sellers where there are any."""
    trades = catalogue.trades
    sells = trades.sells.T * trades.share
    online = sells * trades.online
    offline = sells * ~trades.online
    rows = np.stack([offline, online], axis=1)
    nobody = rows.sum(axis=2) == 0
    rows[nobody] = np.broadcast_to(sells[:, None, :], rows.shape)[nobody]
    return Chooser.of(rows.reshape(-1, len(trades.codes)))


def _prepaid_scale(catalogue: Catalogue, online: Floats, joint: Floats) -> float:
    """Solve for the factor on the trades' prepaid shares that meets the published share."""
    trades, products, issues = catalogue.trades, catalogue.products, catalogue.issues
    kinds = catalogue.mix["kinds"]
    always = np.array([code in PREPAID_ISSUES for code in issues.codes])
    weights = np.array([kinds["complaint"], kinds["tipoff"]]) / (
        kinds["complaint"] + kinds["tipoff"]
    )
    certain = float((weights * joint[:2][:, :, always].sum(axis=(1, 2))).sum())
    sells = trades.sells.T * trades.share * ~trades.online
    totals = np.maximum(sells.sum(axis=1), 1e-12)
    chance = (sells * trades.prepaid).sum(axis=1) / totals
    group_free = 1 - (
        joint[:2][:, :, always].sum(axis=2) / np.maximum(joint[:2].sum(axis=2), 1e-12)
    )
    free = (weights[:, None] * group_free).sum(axis=0)[products.group]
    expected = float((_claims(catalogue) * (1 - online) * chance * free).sum())
    return max(0.0, (float(catalogue.mix["prepaid_share"]) - certain) / expected)


def _blank_shares(catalogue: Catalogue, joint: Floats) -> Floats:
    """Return per issue how often no product is registered: inquiries mostly, others never."""
    issues = catalogue.issues
    always = np.array([code in NO_PRODUCT for code in issues.codes])
    inquiry = np.array([code[0] == "Q" for code in issues.codes])
    without = float(joint[2][:, always].sum())
    wanted = 1 - catalogue.mix["inquiry_with_product"]
    rest = max(0.0, (wanted - without) / (1 - without))
    return np.where(always, 1.0, np.where(inquiry, rest, 0.0))


def _counties_by_month(
    places: Places, noise: float, months: int, rng: np.random.Generator
) -> Chooser:
    """Return counties by month of the span, each with a little fortune of its own."""
    factor = np.exp(noise * rng.standard_normal((months, len(places.weight))) - noise**2 / 2)
    return Chooser.of(places.weight * factor)
