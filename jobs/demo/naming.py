"""Names of invented businesses: as registered, on the sign, shortened, and misspelt."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobs.demo.catalogue import Catalogue, Mix
from jobs.demo.choosing import Ints, RaggedChooser
from jobs.demo.places import Places

OFFICIAL, SIGN, SHORT, MISSPELT = range(4)
"""Ways in which a business is named."""

CHAIN_NAME = "跃动无界健身"

Names = tuple[pl.Series, pl.Series, pl.Series, pl.Series]


@dataclass(frozen=True, slots=True)
class Firms:
    """What names are made for; the chain's branches and then the platforms stand at the end."""

    trade: Ints
    county: Ints
    individual: npt.NDArray[np.bool_]
    first_chain: int
    first_platform: int


def name_firms(
    catalogue: Catalogue, places: Places, firms: Firms, rng: np.random.Generator
) -> Names:
    """Return four names per business, by `OFFICIAL`, `SIGN`, `SHORT`, `MISSPELT`; none is empty."""
    parts = catalogue.names
    made = _parts_of(catalogue, places, firms, rng).select(
        official=_official(), sign=_sign(), short=_short()
    )
    official, sign, short = (made[name].to_list() for name in ("official", "sign", "short"))
    for step, index in enumerate(range(firms.first_chain, firms.first_platform)):
        place = places.county_names[firms.county[index]].removesuffix("区")
        number = "一二"[step // 3]
        official[index] = f"武汉{CHAIN_NAME}服务有限公司{place}第{number}分公司"
        sign[index], short[index] = f"{CHAIN_NAME}（{place}{number}店）", CHAIN_NAME
    brands = parts["platform_firms"].split()
    for step, index in enumerate(range(firms.first_platform, len(firms.trade))):
        brand = brands[step % len(brands)]
        official[index] = f"{brand}（武汉）网络科技有限公司"
        sign[index], short[index] = f"{brand}平台（湖北）", brand
    signs = pl.Series(sign, dtype=pl.String)
    return (
        pl.Series(official, dtype=pl.String),
        signs,
        pl.Series(short, dtype=pl.String),
        _misspell(signs, parts["homophones"]),
    )


def _parts_of(
    catalogue: Catalogue, places: Places, firms: Firms, rng: np.random.Generator
) -> pl.DataFrame:
    count, county = len(firms.trade), firms.county.astype(np.uint32)
    city = pl.Series(places.city_names).gather(county)
    for ending in ("土家族苗族自治州", "市", "林区"):
        city = city.str.strip_suffix(ending)
    roads = pl.Series(catalogue.names["roads"].split())
    trades = catalogue.trades
    return pl.DataFrame(
        {
            "own": _own_names(catalogue.names, count, rng),
            "shop": _words(trades.shop_words, firms.trade, rng),
            "firm": _words(trades.firm_words, firms.trade, rng),
            "county": pl.Series(places.county_names).gather(county),
            "city": city,
            "road": roads.gather(rng.integers(0, len(roads), count)),
            "individual": firms.individual,
            "online": np.where(firms.trade < 0, False, trades.online[firms.trade]),
            "form": rng.random(count),
            "variant": rng.random(count),
        }
    )


def _official() -> pl.Expr:
    form = pl.col("form")
    of_person = (
        pl.when(form < 0.25)
        .then(pl.concat_str("city", "county", "own", "shop", pl.lit("（个体工商户）")))
        .otherwise(pl.concat_str("county", "own", "shop"))
    )
    branch = pl.concat_str("city", "own", "firm", pl.lit("有限公司"), "county", pl.lit("分公司"))
    of_firm = (
        pl.when(form < 0.12)
        .then(pl.concat_str(pl.lit("湖北"), "own", "firm", pl.lit("有限公司")))
        .when(form < 0.22)
        .then(branch)
        .when(form < 0.27)
        .then(pl.concat_str("city", pl.lit("市"), "own", "firm", pl.lit("有限责任公司")))
        .otherwise(pl.concat_str("city", "own", "firm", pl.lit("有限公司")))
    )
    return pl.when(pl.col("individual")).then(of_person).otherwise(of_firm)


def _sign() -> pl.Expr:
    variant, online = pl.col("variant"), pl.col("online")
    ending = (
        pl.when(variant < 0.35)
        .then(pl.lit("旗舰店"))
        .when(variant < 0.6)
        .then(pl.lit("专营店"))
        .when(variant < 0.8)
        .then(pl.lit("优选"))
        .otherwise(pl.lit("官方店"))
    )
    return (
        pl.when(online)
        .then(pl.concat_str(pl.col("own"), ending))
        .when(variant < 0.25)
        .then(pl.concat_str("own", "shop", pl.lit("（"), "road", pl.lit("店）")))
        .otherwise(pl.concat_str("own", "shop"))
    )


def _short() -> pl.Expr:
    shop, firm = pl.concat_str("own", "shop"), pl.concat_str("city", "own", "firm")
    return pl.when(pl.col("individual")).then(shop).otherwise(firm)


def _misspell(names: pl.Series, homophones: Mix) -> pl.Series:
    """Write characters as others of the same sound; names without any lose their ending."""
    wrong = names.str.replace_many(list(homophones), list(homophones.values()))
    bare = names.str.replace("（[^）]*）$", "")
    return wrong.zip_with(wrong != names, bare.zip_with(bare != names, names.str.head(-1)))


def _own_names(parts: Mix, count: int, rng: np.random.Generator) -> pl.Series:
    """Return the part of a name that is a firm's own, mostly two or three characters."""
    first, second = pl.Series(parts["shop_first"].split()), pl.Series(parts["shop_second"].split())
    surnames = pl.Series(list(parts["surnames"]))

    def pick(options: pl.Series) -> pl.Series:
        return options.gather(rng.integers(0, len(options), count))

    frame = pl.DataFrame(
        {
            "style": rng.random(count),
            "a": pick(first),
            "b": pick(second),
            "c": pick(second),
            "s": pick(surnames),
            "g": pick(pl.Series(parts["given_male"].split())),
            "h": pick(pl.Series(parts["given_female"].split())),
        }
    )
    style = pl.col("style")
    return frame.select(
        pl.when(style < 0.62)
        .then(pl.concat_str("a", "b"))
        .when(style < 0.82)
        .then(pl.concat_str("a", "b", "c"))
        .when(style < 0.87)
        .then(pl.concat_str(pl.lit("老"), "s", pl.lit("记")))
        .when(style < 0.91)
        .then(pl.concat_str("s", "g"))
        .when(style < 0.94)
        .then(pl.concat_str(pl.lit("阿"), "h"))
        .when(style < 0.97)
        .then(pl.concat_str("s", pl.lit("氏"), "b"))
        .otherwise(pl.concat_str("a", "b", pl.lit("之家")))
        .alias("own")
    )["own"]


def _words(words: tuple[tuple[str, ...], ...], trade: Ints, rng: np.random.Generator) -> pl.Series:
    flat = [(index, word) for index, listed in enumerate(words) for word in listed]
    chooser = RaggedChooser.of(
        np.array([index for index, _ in flat]), np.ones(len(flat)), len(words)
    )
    chosen = chooser.draw(np.maximum(trade, 0), rng.random(len(trade)))
    return pl.Series([word for _, word in flat]).gather(chosen.astype(np.uint32))
