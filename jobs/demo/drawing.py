"""Draw submissions: every attribute in turn, each given those before it."""

from dataclasses import dataclass, field

import numpy as np

from jobs.demo.catalogue import KINDS
from jobs.demo.choosing import Chooser, Floats, Ints
from jobs.demo.naming import MISSPELT, OFFICIAL, SHORT, SIGN
from jobs.demo.rows import BUYS, LETTERS, REGISTERS, Flags, Rows
from jobs.demo.timeline import month_of, month_offset
from jobs.demo.workdays import DAY_SECONDS
from jobs.demo.world import HOLIDAY_KINDS, LONG_HOLIDAYS, MODES, World
from queries.vocabulary import Kind

NAME_FORMS = {
    "phone": {OFFICIAL: 42, SIGN: 33, SHORT: 11, MISSPELT: 14},
    "net": {OFFICIAL: 66, SIGN: 20, SHORT: 6, MISSPELT: 8},
    "office": {OFFICIAL: 78, SIGN: 12, SHORT: 6, MISSPELT: 4},
}
"""How a business is named, by mode; ours."""

REGISTER_SHARES = {
    ("complaint", "phone"): {"note": 88, "brief": 8, "staff": 4},
    ("complaint", "net"): {"consumer": 69, "long": 13, "brief": 13, "formal": 5},
    ("complaint", "office"): {"formal": 45, "staff": 40, "consumer": 15},
    ("tipoff", "phone"): {"tip_note": 92, "tip_brief": 8},
    ("tipoff", "net"): {"tip_net": 64, "tip_formal": 22, "tip_brief": 14},
    ("tipoff", "office"): {"tip_formal": 72, "tip_note": 28},
    ("inquiry", "phone"): {"ask_note": 100},
    ("inquiry", "net"): {"ask_net": 100},
    ("inquiry", "office"): {"ask_note": 100},
}
"""Manner of writing by kind and mode; ours."""

RESPONDENT_KNOWN = (0.975, 0.985, 0.12)
"""Share of submissions that name a business, by kind; ours."""

DISPUTE_LAG_DAYS, DISPUTE_LAG_SIGMA, DISPUTE_LAG_MOST = 8.0, 1.1, 700
"""From purchase to registration: median, log-normal width, most; ours."""

SEVERAL_BELOW_YUAN = 300
"""Dearer goods are bought one at a time; ours."""

CONTRACT_GROUPS = frozenset({"house", "renovation", "wedding"})
CONTRACT_PRODUCTS = frozenset({"G165-01", "G165-02", "G141-05", "S18-01", "S18-02"})
MEALS = frozenset({"S01-01", "S01-02", "S01-03"})
DELIVERED = frozenset({"S01-02", "S01-03"})
SOLD_ONLINE = frozenset({"S02-01", "S02-02", "S02-03"})


@dataclass(frozen=True, slots=True)
class Draft:
    """Submissions to draw: what is given, and what is wished for (-1 where free).

    ``wishes`` may fix ``county, product, item, issue, online, operator, person, phone_of, letter,
    register, event, second``.
    """

    kind: Ints
    channel: Ints
    day: Ints
    wishes: dict[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of submissions."""
        return len(self.kind)

    def wish(self, name: str, drawn: Ints) -> Ints:
        """Return what is wished for, and where nothing is, what was drawn."""
        wished = self.wishes.get(name)
        return drawn if wished is None else np.where(wished >= 0, wished, drawn)

    @classmethod
    def concat(cls, parts: list["Draft"]) -> "Draft":
        """Return the submissions of all parts."""
        names = {name for part in parts for name in part.wishes}
        return cls(
            kind=np.concatenate([part.kind for part in parts]),
            channel=np.concatenate([part.channel for part in parts]),
            day=np.concatenate([part.day for part in parts]),
            wishes={
                name: np.concatenate([part.free_or(name) for part in parts])
                for name in sorted(names)
            },
        )

    def free_or(self, name: str) -> Ints:
        """Return what is wished for a column, all free where nothing is."""
        return self.wishes.get(name, np.full(len(self), -1, dtype=np.int64))


def draw_rows(world: World, draft: Draft, rng: np.random.Generator) -> Rows:
    """Draw the submissions of a draft."""
    count, products = len(draft), world.catalogue.products

    def uniform() -> Floats:
        return rng.random(count)

    mode = world.mode_of[draft.channel]
    county = draft.wish(
        "county", world.county_chooser.draw(month_offset(world, draft.day), uniform())
    )
    product = draft.wish("product", _product(world, draft, uniform()))
    item = draft.wish("item", _item(world, draft.day, product, uniform()))
    group = products.group[product]
    issue = draft.wish(
        "issue", world.issue_chooser.draw(draft.kind * len(products.groups) + group, uniform())
    )
    asks = draft.kind == KINDS.index(Kind.INQUIRY)
    online = draft.wish("online", (uniform() < world.online_share[product]).astype(np.int64)) == 1
    online &= ~asks
    trade = world.trade_chooser.draw(product * 2 + online, uniform())
    operator, county = _operator(world, draft, trade, county, online=online, rng=rng)
    goods = ~products.is_service[product]
    live = online & goods & (uniform() < world.livestream_share)
    prepaid = (world.prepaid_issue[issue] == 1) | (
        ~online & ~asks & (uniform() < world.catalogue.trades.prepaid[trade] * world.prepaid_scale)
    )
    registered = draft.day * DAY_SECONDS + draft.wish("second", _second(world, mode, rng))
    person = draft.wish("person", rng.integers(0, world.people_count, count))
    price = _price(world, product, prepaid, rng)
    cheap = goods & (price < SEVERAL_BELOW_YUAN)
    quantity = np.where(cheap, np.minimum(rng.geometric(0.65, count), 50), 1)
    paid = np.round(price * quantity, 1)
    missing = uniform() < _by_kind(world, "amount_missing")[draft.kind]
    known = uniform() < np.array(RESPONDENT_KNOWN)[draft.kind]
    return Rows(
        kind=draft.kind,
        channel=draft.channel,
        registered=registered,
        disputed=_disputed(registered, rng),
        county=county,
        street=_street(world, operator, county, uniform()),
        product=product,
        item=item,
        issue=issue,
        remedy=world.remedy_chooser.draw(issue, uniform()),
        operator=operator,
        person=person,
        phone_of=draft.wish("phone_of", person),
        respondent_known=(known | (draft.wish("event", np.full(count, -1)) >= 0)) & (operator >= 0),
        product_known=uniform() >= world.product_blank[issue],
        name_form=_name_form(mode, uniform()),
        online=online,
        live=live,
        prepaid=prepaid,
        platform=_platform(world, online, live, goods, uniform()),
        quantity=quantity,
        paid=paid,
        claimed=_claimed(paid, prepaid, uniform()),
        amount_known=~missing,
        register=draft.wish("register", _register(draft.kind, mode, uniform())),
        buy=_buy(world, product, online, live, prepaid),
        letter=draft.wish("letter", np.full(count, LETTERS.index("none"))),
        parent=np.full(count, -1),
        linked=np.full(count, -1),
        event=draft.wish("event", np.full(count, -1)),
        word=np.full(count, -1),
        poor=np.zeros(count, dtype=np.bool_),
    )


def _product(world: World, draft: Draft, uniform: Floats) -> Ints:
    offset = draft.day - world.calendar.first
    holiday = np.array(
        [
            1
            if name in LONG_HOLIDAYS
            else HOLIDAY_KINDS.index(name)
            if name in HOLIDAY_KINDS
            else 0
            for name in world.calendar.holiday
        ]
    )[offset]
    period = (draft.kind * 12 + month_of(draft.day)) * len(HOLIDAY_KINDS) + holiday
    return world.product_chooser.draw(np.asarray(period), uniform)


def _item(world: World, day: Ints, product: Ints, uniform: Floats) -> Ints:
    month = month_of(day)
    item = np.empty(len(day), dtype=np.int64)
    for each, chooser in enumerate(world.item_chooser):
        here = month == each
        item[here] = chooser.draw(product[here], uniform[here])
    return item


def _operator(
    world: World,
    draft: Draft,
    trade: Ints,
    county: Ints,
    *,
    online: Flags,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Choose a business of the trade: of the county, else of the city, else of the province."""
    uniform = rng.random(len(draft))
    counties, cities = len(world.places.county_codes), len(world.places.cities)
    found = world.within_county.draw(trade * counties + county, uniform)
    city = world.places.city_index[county]
    found = np.where(found >= 0, found, world.within_city.draw(trade * cities + city, uniform))
    found = np.where(found >= 0, found, world.within_province.draw(trade, uniform))
    platforms = world.operators.platforms
    if len(platforms):
        share = world.catalogue.mix["platform_respondent"]
        weights = 1.0 / np.arange(1, len(platforms) + 1)
        chosen = platforms[Chooser.of(weights).draw(0, rng.random(len(draft)))]
        found = np.where(online & (rng.random(len(draft)) < share), chosen, found)
    found = draft.wish("operator", found)
    seat = world.operators.county[np.maximum(found, 0)]
    moved = (found >= 0) & (draft.wish("county", np.full(len(draft), -1)) < 0)
    return found, np.where(moved, seat, county)


def _street(world: World, operator: Ints, county: Ints, uniform: Floats) -> Ints:
    drawn = world.street_chooser.draw(county, uniform)
    at_home = (operator >= 0) & (world.operators.county[np.maximum(operator, 0)] == county)
    return np.where(at_home, world.operators.street[np.maximum(operator, 0)], drawn)


def _second(world: World, mode: Ints, rng: np.random.Generator) -> Ints:
    hours = Chooser.of([world.catalogue.mix["hours"][name] for name in MODES])
    hour = hours.draw(mode, rng.random(len(mode)))
    return np.asarray(hour * 3600 + rng.integers(0, 3600, len(mode)))


def _disputed(registered: Ints, rng: np.random.Generator) -> Ints:
    lag = rng.lognormal(np.log(DISPUTE_LAG_DAYS), DISPUTE_LAG_SIGMA, len(registered))
    days = np.minimum(np.floor(lag), DISPUTE_LAG_MOST).astype(np.int64)
    second = rng.integers(9 * 3600, 22 * 3600, len(registered))
    bought = (registered // DAY_SECONDS - days) * DAY_SECONDS + second
    return np.asarray(np.minimum(bought, registered - 600), dtype=np.int64)


def _price(world: World, product: Ints, prepaid: Flags, rng: np.random.Generator) -> Floats:
    products = world.catalogue.products
    log_median = np.log(products.median_yuan[product]) + np.where(prepaid, 0.6, 0.0)
    price = np.exp(log_median + products.sigma[product] * rng.standard_normal(len(product)))
    return _priced(np.asarray(price), rng.random(len(product)))


def _priced(price: Floats, uniform: Floats) -> Floats:
    """Round to what stands on price tags: 12.9, 128, 1,280, 23,000."""
    step = np.select([price < 30, price < 1_000, price < 10_000], [0.1, 1.0, 10.0], 100.0)
    rounded = np.maximum(np.round(price / step), 1) * step
    with_nine = (uniform < 0.35) & (price >= 30) & (price < 10_000)
    tens = step * 10
    return np.asarray(
        np.round(np.where(with_nine, np.ceil(rounded / tens) * tens - step, rounded), 1)
    )


def _claimed(paid: Floats, prepaid: Flags, uniform: Floats) -> Floats:
    part = np.where(prepaid, 0.35 + 0.6 * uniform, 1.0)
    part = np.where(~prepaid & (uniform < 0.15), 0.2 + 4 * uniform, part)
    part = np.where(~prepaid & (uniform > 0.94), 3.0, part)
    return np.round(paid * part, 1)


def _by_kind(world: World, name: str) -> Floats:
    return np.array([world.catalogue.mix[name][kind] for kind in KINDS])


def _name_form(mode: Ints, uniform: Floats) -> Ints:
    order = (OFFICIAL, SIGN, SHORT, MISSPELT)
    return Chooser.of([[NAME_FORMS[name][form] for form in order] for name in MODES]).draw(
        mode, uniform
    )


def _platform(world: World, online: Flags, live: Flags, goods: Flags, uniform: Floats) -> Ints:
    mix = world.catalogue.mix
    platform = Chooser.of(list(mix["platforms"].values())).draw(0, uniform)
    of_services = Chooser.of(list(mix["service_platforms"].values())).draw(0, uniform)
    of_streams = Chooser.of(list(mix["livestream_platforms"].values())).draw(0, uniform)
    first, second = len(mix["platforms"]), len(mix["service_platforms"])
    platform = np.where(online & ~goods, first + of_services, platform)
    return np.where(live, first + second + of_streams, platform)


def _register(kind: Ints, mode: Ints, uniform: Floats) -> Ints:
    table = [
        [REGISTER_SHARES[name, way].get(register, 0) for register in REGISTERS]
        for name in KINDS
        for way in MODES
    ]
    return Chooser.of(table).draw(kind * len(MODES) + mode, uniform)


def _buy(world: World, product: Ints, online: Flags, live: Flags, prepaid: Flags) -> Ints:
    products = world.catalogue.products
    codes, service = products.codes, products.is_service

    def of(members: frozenset[str]) -> Flags:
        return np.array([code in members for code in codes])[product]

    contract = np.array([products.groups[group] in CONTRACT_GROUPS for group in products.group])[
        product
    ]
    found = np.select(
        [
            live,
            prepaid,
            online & (~service[product] | of(SOLD_ONLINE)),
            online & of(DELIVERED),
            online,
            of(MEALS),
            contract | of(CONTRACT_PRODUCTS),
            service[product],
        ],
        [
            BUYS.index(name)
            for name in (
                "live",
                "prepaid",
                "online",
                "delivery",
                "booking",
                "meal",
                "contract",
                "service",
            )
        ],
        BUYS.index("store"),
    )
    return found.astype(np.int64)
