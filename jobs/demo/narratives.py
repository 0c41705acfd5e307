"""The texts: what the grammar's slots mean for a row, and the texts of all rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from jobs.demo.catalogue import KINDS
from jobs.demo.choosing import Floats, Ints
from jobs.demo.grammar import Key
from jobs.demo.naming import MISSPELT, OFFICIAL, SHORT, SIGN
from jobs.demo.rows import BUYS, LETTERS, REGISTERS, Rows
from jobs.demo.workdays import DAY_SECONDS
from jobs.demo.world import MARGIN_DAYS, World

TEXT_NAME_FORMS = (SIGN, SIGN, SIGN, OFFICIAL, OFFICIAL, SHORT, MISSPELT)
"""How texts name a business: by its sign more often than forms do; ours."""

STAFF_TITLES = ("经理", "店长", "老板", "主管", "老师", "顾问", "客服", "师傅", "教练", "总")
VAGUE_AMOUNTS = ("几十块钱", "几百元", "几千元", "上万元", "十几万元")
HOURS = ("上午9点", "上午10点", "上午11点左右", "中午12点", "中午", "下午2点", "下午3点左右", "下午5点", "晚上7点",
         "晚上8点半", "晚上10点多", "凌晨1点", "早上7点", "傍晚6点", "18:30", "19点40分")  # fmt: skip
GLITCHES = ("。。", "，，", "。，", "，。", "：，", "，：", "！。", "？。", "？？")
MENDED = ("。", "，", "。", "。", "：", "：", "！", "？", "？")
DATE_FORMS = ("%Y年%-m月%-d日", "%Y年%-m月%-d日", "%-m月%-d日", "%-m月%-d日", "%-m月%-d日", "%Y-%m-%d",
              "%Y.%-m.%-d", "%-m月%-d号", "%Y年%-m月")  # fmt: skip
NEAR_DAYS = ("今天", "昨天", "前天")
OUTCOMES = (
    "agreement", "no_agreement", "case_opened", "case_declined", "answered", "withdrawn", "other",
    *(f"declined_{reason}" for reason in range(7)),
)  # fmt: skip
"""Ends of a course, as the grammar names them; declined ones by reason."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Series of strings, one a row."""

    narrative: pl.Series
    title: pl.Series
    feedback: pl.Series


class Writer:
    """Writes the texts of one batch of rows.

    Parameters
    ----------
    world, rows
        What the texts are about.
    handled
        Day named in reports of the handling unit.
    rng
        Draws wording.
    """

    def __init__(self, world: World, rows: Rows, handled: Ints, rng: np.random.Generator) -> None:
        self.world, self.rows, self.handled, self.rng = world, rows, handled, rng
        catalogue, names = world.catalogue, world.catalogue.names
        products, places = catalogue.products, world.places
        self._items = pl.Series(products.item_names)
        self._units = pl.Series(products.units)
        self._shops = pl.concat([*world.operators.names, pl.Series(["某商家"])])
        self._surnames = pl.Series(list(names["surnames"]))
        self._roads = pl.Series(names["roads"].split())
        self._brands = [pl.Series(names[part].split()) for part in ("brand_first", "brand_second")]
        self._counties = pl.Series([*places.county_names])
        self._full_counties = places.full_names()
        self._streets = pl.Series(places.street_names)
        self._trades = pl.Series([word for words in catalogue.trades.shop_words for word in words])
        self._platforms = platform_names(world)
        self._dates = _Dates.around(world)
        self._slots: dict[str, Callable[[Ints], pl.Series]] = {
            "amount": self._amount, "brand": self.brand, "count": self._count, "county": self._county,
            "date": lambda at: self._date(at, self.rows.disputed[at] // DAY_SECONDS),
            "goods": lambda at: self._items.gather(_u(self.rows.item[at])),
            "handled": lambda at: self._date(at, self.handled[at]),
            "home": lambda at: self.world.people.address(self.rows.person[at]),
            "idno": lambda at: self.world.people.id_number(self.rows.person[at]),
            "item": self._item, "later": self._later,
            "name": lambda at: self.world.people.name(self.rows.person[at]),
            "order": self._order,
            "phone": lambda at: self.world.people.phone(self.rows.phone_of[at]),
            "place": self._place, "platform": self._platform, "road": self._road, "shop": self._shop,
            "shop_phone": self._shop_phone,
            "staff": lambda at: self._some(self._surnames, at) + self._some(pl.Series(STAFF_TITLES), at),
            "street": lambda at: self._streets.gather(_u(self.rows.street[at])),
            "surname": lambda at: self.world.people.surname(self.rows.person[at]),
            "time": lambda at: self._some(pl.Series(HOURS), at),
            "today": lambda at: self._date(at, self.rows.day[at]),
            "track": lambda at: "YT" + self._digits(at, 13),
            "trade": lambda at: self._some(self._trades, at),
            "unit": lambda at: self._units.gather(_u(self.rows.product[at])),
            "wechat": lambda at: "wx" + self._digits(at, 8),
        }  # fmt: skip

    def narratives(self) -> pl.Series:
        """Return what people say."""
        keys = self._keys()
        text = self.world.catalogue.grammar.expand(
            "text", len(self.rows), keys=keys, resolve=self.resolve, rng=self.rng
        )
        return text.str.replace_many(list(GLITCHES), list(MENDED)).str.strip_suffix("，")

    def titles(self) -> pl.Series:
        """Return headings, as a hotline files them."""
        kinds = Key(tuple(KINDS), self.rows.kind)
        return self._write("title", {"kind": kinds})

    def feedback(self, outcome: Ints) -> pl.Series:
        """Return the handling unit's reports; ``outcome`` is a position in `OUTCOMES`."""
        return self._write("feedback", {"outcome": Key(OUTCOMES, outcome), **self._keys()})

    def phrases(self, symbol: str, count: int) -> pl.Series:
        """Return ``count`` phrases of a symbol that needs no key, for the first rows."""
        return self.world.catalogue.grammar.expand(
            symbol, count, keys={}, resolve=self.resolve, rng=self.rng
        )

    def resolve(self, name: str, at: Ints) -> pl.Series:
        """Return the value of a slot for the rows at these positions."""
        return self._slots[name](at)

    def slots(self) -> frozenset[str]:
        """Return the names of all slots that can be resolved."""
        return frozenset(self._slots)

    def brand(self, at: Ints) -> pl.Series:
        """Return invented brands, the same for the same item and business."""
        first, second = self._brands
        number = self.rows.operator[at] * 31 + self.rows.item[at] * 7
        return first.gather(_u(number % len(first))) + second.gather(_u(number // 7 % len(second)))

    def _write(self, symbol: str, keys: Mapping[str, Key]) -> pl.Series:
        text = self.world.catalogue.grammar.expand(
            symbol, len(self.rows), keys=keys, resolve=self.resolve, rng=self.rng
        )
        return text.str.replace_many(list(GLITCHES), list(MENDED))

    def _keys(self) -> dict[str, Key]:
        catalogue, rows = self.world.catalogue, self.rows
        remedies = tuple(each[0] for each in catalogue.issues.remedies)
        return {
            "register": Key(REGISTERS, rows.register),
            "buy": Key(BUYS, rows.buy),
            "letter": Key(LETTERS, rows.letter),
            "issue": Key(catalogue.issues.codes, rows.issue),
            "group": Key(catalogue.products.groups, catalogue.products.group[rows.product]),
            "remedy": Key(remedies, rows.remedy),
        }

    def _some(self, options: pl.Series, at: Ints) -> pl.Series:
        return options.gather(self.rng.integers(0, len(options), len(at)).astype(np.uint32))

    def _digits(self, at: Ints, count: int) -> pl.Series:
        low = 10 ** (count - 1)
        return pl.Series(self.rng.integers(low, 10 * low, len(at))).cast(pl.String)

    def _amount(self, at: Ints) -> pl.Series:
        paid, form = self.rows.paid[at], self.rng.random(len(at))
        size = np.clip(np.floor(np.log10(paid)), 1, len(VAGUE_AMOUNTS)).astype(np.int64) - 1
        vague = ~self.rows.amount_known[at] & (self.rng.random(len(at)) < 0.3)
        return (
            pl.Series(VAGUE_AMOUNTS)
            .gather(_u(size))
            .zip_with(pl.Series(vague), yuan_text(paid, form))
        )

    def _count(self, at: Ints) -> pl.Series:
        return pl.Series(self.rows.quantity[at]).cast(pl.String) + self._units.gather(
            _u(self.rows.product[at])
        )

    def _item(self, at: Ints) -> pl.Series:
        item = self._items.gather(_u(self.rows.item[at]))
        goods = ~self.world.catalogue.products.is_service[self.rows.product[at]]
        form = self.rng.random(len(at))
        branded = goods & (form < 0.3)
        quoted = ~branded & (form < 0.36)
        return pl.select(
            pl.when(pl.lit(pl.Series(branded)))
            .then(pl.lit(self.brand(at)) + "牌" + pl.lit(item))
            .when(pl.lit(pl.Series(quoted)))
            .then(pl.lit("“") + pl.lit(item) + "”")
            .otherwise(pl.lit(item))
        ).to_series()

    def _county(self, at: Ints) -> pl.Series:
        county = _u(self.rows.county[at])
        full = self._full_counties.gather(county)
        return full.zip_with(
            pl.Series(self.rng.random(len(at)) < 0.35), self._counties.gather(county)
        )

    def _road(self, at: Ints) -> pl.Series:
        return self._roads.gather(
            _u(
                (np.maximum(self.rows.operator[at], 0) * 7 + self.rows.county[at])
                % len(self._roads)
            )
        )

    def _place(self, at: Ints) -> pl.Series:
        number = pl.Series(self.rng.integers(1, 399, len(at))).cast(pl.String) + "号"
        return self._county(at) + self._road(at) + number

    def _platform(self, at: Ints) -> pl.Series:
        return self._platforms.gather(_u(self.rows.platform[at]))

    def _shop(self, at: Ints) -> pl.Series:
        forms = np.array(TEXT_NAME_FORMS)[self.rng.integers(0, len(TEXT_NAME_FORMS), len(at))]
        businesses = len(self.world.operators)
        operator = self.rows.operator[at]
        return self._shops.gather(
            _u(np.where(operator < 0, 4 * businesses, forms * businesses + operator))
        )

    def _shop_phone(self, at: Ints) -> pl.Series:
        operator = np.maximum(self.rows.operator[at], 0)
        mobile = self.world.people.phone(operator + self.world.people_count)
        landline = "027-8" + (pl.Series(operator * 7919 % 900_0000 + 100_0000)).cast(pl.String)
        return mobile.zip_with(pl.Series(operator % 5 > 1), landline)

    def _order(self, at: Ints) -> pl.Series:
        return self._digits(at, 18)

    def _later(self, at: Ints) -> pl.Series:
        first, last = self.rows.disputed[at] // DAY_SECONDS, self.rows.day[at]
        return self._date(
            at, first + (self.rng.random(len(at)) * (last - first + 1)).astype(np.int64)
        )

    def _date(self, at: Ints, day: Ints) -> pl.Series:
        dates = self._dates
        index = np.clip(day - dates.first, 0, dates.days - 1)
        ago = self.rows.day[at] - day
        near = (ago >= 0) & (ago < len(NEAR_DAYS)) & (self.rng.random(len(at)) < 0.5)
        form = self.rng.integers(0, dates.forms, len(at))
        return dates.texts.gather(
            _u(np.where(near, dates.forms * dates.days + ago, form * dates.days + index))
        )


def _u(index: Ints) -> pl.Series:
    return pl.Series(index.astype(np.uint32))


@dataclass(frozen=True, slots=True)
class _Dates:
    """Every day from ``first`` on in each of several spellings, then `NEAR_DAYS`."""

    texts: pl.Series
    first: int
    days: int
    forms: int

    @classmethod
    def around(cls, world: World) -> "_Dates":
        first = world.first_day - MARGIN_DAYS
        days = pl.Series(np.arange(first, world.last_day + MARGIN_DAYS).astype("datetime64[D]"))
        forms = [days.dt.strftime(form) for form in DATE_FORMS]
        return cls(pl.concat([*forms, pl.Series(NEAR_DAYS)]), first, len(days), len(forms))


def platform_names(world: World) -> pl.Series:
    """Return the names that ``Rows.platform`` points to."""
    mix = world.catalogue.mix
    return pl.Series(
        [
            *mix["platforms"],
            *mix["service_platforms"],
            *mix["livestream_platforms"],
        ]
    )


def yuan_text(amount: Floats, form: Floats) -> pl.Series:
    """Write amounts in yuan as people do; ``form`` in [0, 1) chooses how.

    Examples
    --------
    >>> yuan_text(np.array([1280.0, 1280.0, 12800.0, 19.9]), np.array([0.1, 0.7, 0.95, 0.2])).to_list()
    ['1280元', '1,280元', '1.28万元', '19.9元']
    """
    whole = np.floor(amount).astype(np.int64)
    tenth = np.round((amount - whole) * 10).astype(np.int64)
    whole, tenth = whole + tenth // 10, tenth % 10
    plain = pl.Series(whole).cast(pl.String)
    fraction = pl.Series(tenth).cast(pl.String)
    thousands = (
        pl.Series(whole // 1000).cast(pl.String)
        + ","
        + pl.Series(whole % 1000).cast(pl.String).str.zfill(3)
    )
    myriads = pl.Series(np.round(amount / 10_000, 2)).cast(pl.String).str.strip_suffix(".0")
    table = pl.DataFrame(
        {
            "plain": plain,
            "fraction": fraction,
            "thousands": thousands,
            "myriads": myriads,
            "form": form,
            "whole": whole,
            "tenth": tenth,
        }
    )
    form_of, whole_of = pl.col("form"), pl.col("whole")
    return table.select(
        pl.when(pl.col("tenth") > 0)
        .then(pl.concat_str("plain", pl.lit("."), "fraction", pl.lit("元")))
        .when((form_of >= 0.9) & (whole_of >= 10_000) & (whole_of % 100 == 0))
        .then(pl.concat_str("myriads", pl.lit("万元")))
        .when((form_of >= 0.65) & (form_of < 0.8) & (whole_of >= 1_000) & (whole_of < 1_000_000))
        .then(pl.concat_str("thousands", pl.lit("元")))
        .when(form_of >= 0.97)
        .then(pl.concat_str(pl.lit("￥"), "plain"))
        .when((form_of >= 0.8) & (form_of < 0.9))
        .then(pl.concat_str("plain", pl.lit("块钱")))
        .otherwise(pl.concat_str("plain", pl.lit("元")))
        .alias("text")
    )["text"]
