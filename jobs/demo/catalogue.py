"""What the demo province deals in: goods, problems, trades and their shares, read from assets."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from jobs.demo.choosing import Floats, Ints
from jobs.demo.grammar import Grammar
from queries.vocabulary import Kind

ASSETS = Path(__file__).resolve().parents[2] / "assets"
KINDS = (Kind.COMPLAINT, Kind.TIPOFF, Kind.INQUIRY)
MONTHS = 12

Mix = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Products:
    """Goods and services at the finest level of the classification.

    Attributes
    ----------
    category, group
        Position in ``category_codes`` and ``groups`` (the grammar's groups).
    season
        Factor per product and month, mean 1.
    item_names, item_product, item_months
        What people call the things, to which product each belongs, and the months (products of
        12 booleans) it is sold in.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    weight: Floats
    category_codes: tuple[str, ...]
    category: Ints
    groups: tuple[str, ...]
    group: Ints
    median_yuan: Floats
    sigma: Floats
    online: Floats
    units: tuple[str, ...]
    season: Floats
    item_names: tuple[str, ...]
    item_product: Ints
    item_months: npt.NDArray[np.bool_]

    @property
    def is_service(self) -> npt.NDArray[np.bool_]:
        """True for services."""
        return np.array([code.startswith("S") for code in self.codes])


@dataclass(frozen=True, slots=True)
class Issues:
    """Problem types at the second level; ``affinity`` is groups × issues.

    ``remedies`` holds combinations of remedy codes; ``remedy_weights`` is issues × combinations.
    """

    codes: tuple[str, ...]
    types: tuple[str, ...]
    weight: Floats
    affinity: Floats
    remedies: tuple[tuple[str, ...], ...]
    remedy_weights: Floats


@dataclass(frozen=True, slots=True)
class Trades:
    """Kinds of business; ``sells`` is trades × products."""

    codes: tuple[str, ...]
    industry: tuple[str, ...]
    share: Floats
    online: npt.NDArray[np.bool_]
    prepaid: Floats
    shop_words: tuple[tuple[str, ...], ...]
    firm_words: tuple[tuple[str, ...], ...]
    sells: Floats


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything read from assets that does not depend on the seed."""

    products: Products
    issues: Issues
    trades: Trades
    channels: tuple[str, ...]
    mix: Mix
    names: Mix
    grammar: Grammar


def read_catalogue(assets: Path = ASSETS) -> Catalogue:
    """Read the demo's assets.

    Raises
    ------
    ValueError
        If a table names a product, problem or group that the others do not have.
    """
    demo = assets / "demo"
    mix = read_yaml(demo / "mix.yaml")
    products = _products(assets, mix)
    return Catalogue(
        products=products,
        issues=_issues(demo / "issues.csv", products.groups),
        trades=_trades(demo / "trades.csv", products.codes),
        channels=tuple(
            row["code"]
            for row in rows_of(assets / "classification" / "channels.csv")
            if row["level"] == "channel"
        ),
        mix=mix,
        names=read_yaml(demo / "names.yaml"),
        grammar=Grammar.read(demo / "grammar"),
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the records of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_yaml(path: Path) -> Mix:
    """Return the mapping that a YAML file holds."""
    content: Mix = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


def _products(assets: Path, mix: Mix) -> Products:
    labels = {row["code"]: row["name"] for row in rows_of(assets / "classification/products.csv")}
    rows = rows_of(assets / "demo" / "goods.csv")
    codes = tuple(row["product"] for row in rows)
    if unknown := [code for code in codes if code not in labels]:
        msg = f"goods.csv: products {unknown[:5]} are not in classification/products.csv"
        raise ValueError(msg)
    groups = tuple(sorted({row["group"] for row in rows}))
    category_codes = tuple(dict.fromkeys(code.split("-")[0] for code in codes))
    items = [
        (index, *_item(text)) for index, row in enumerate(rows) for text in row["names"].split(";")
    ]
    return Products(
        codes=codes,
        names=tuple(labels[code] for code in codes),
        weight=_floats(rows, "weight"),
        category_codes=category_codes,
        category=np.array([category_codes.index(code.split("-")[0]) for code in codes]),
        groups=groups,
        group=np.array([groups.index(row["group"]) for row in rows]),
        median_yuan=_floats(rows, "median_yuan"),
        sigma=_floats(rows, "sigma"),
        online=_floats(rows, "online"),
        units=tuple(row["unit"] for row in rows),
        season=np.array([mix["seasons"][row["season"]] for row in rows]),
        item_names=tuple(name for _, name, _ in items),
        item_product=np.array([index for index, _, _ in items]),
        item_months=np.array([months for _, _, months in items]),
    )


def _item(text: str) -> tuple[str, list[bool]]:
    """Read ``羽绒服@10-2``: a name and the months it is sold in, over the year's end if need be."""
    name, _, span = text.partition("@")
    if not span:
        return name, [True] * MONTHS
    first, last = (int(month) for month in span.split("-"))
    length = (last - first) % MONTHS
    return name, [(month - first) % MONTHS <= length for month in range(1, MONTHS + 1)]


def _issues(path: Path, groups: tuple[str, ...]) -> Issues:
    rows = rows_of(path)
    remedies: dict[tuple[str, ...], int] = {}
    parsed = []
    for row in rows:
        weights = {}
        for part in row["remedies"].split(";"):
            combination, weight = part.split(":")
            key = tuple(combination.split("+"))
            weights[remedies.setdefault(key, len(remedies))] = float(weight)
        parsed.append(weights)
    remedy_weights = np.zeros((len(rows), len(remedies)))
    for index, weights in enumerate(parsed):
        remedy_weights[index, list(weights)] = list(weights.values())
    return Issues(
        codes=tuple(row["issue"] for row in rows),
        types=tuple(row["issue"].split("-")[0] for row in rows),
        weight=_floats(rows, "weight"),
        affinity=np.array([_affinity(row["affinity"], groups) for row in rows]).T,
        remedies=tuple(remedies),
        remedy_weights=remedy_weights,
    )


def _affinity(text: str, groups: tuple[str, ...]) -> list[float]:
    given = {name: float(value) for name, value in (part.split(":") for part in text.split(";"))}
    if unknown := set(given) - set(groups) - {"@goods", "@service"}:
        msg = f"issues.csv: groups {sorted(unknown)} are not in goods.csv"
        raise ValueError(msg)
    return [
        given.get(group, given.get("@goods" if group in GOODS_GROUPS else "@service", 0.0))
        for group in groups
    ]


GOODS_GROUPS = frozenset(
    [
        "food",
        "drink",
        "medicine",
        "cosmetic",
        "clothing",
        "home",
        "kids",
        "appliance",
        "digital",
        "house",
        "building",
        "jewellery",
        "vehicle",
        "fuel",
        "pet",
        "farm",
        "misc",
    ]
)
"""Groups that `issues.csv` means by ``@goods``; ``@service`` means the others."""


def _trades(path: Path, codes: tuple[str, ...]) -> Trades:
    rows = rows_of(path)
    sells = np.zeros((len(rows), len(codes)))
    for index, row in enumerate(rows):
        for part in row["products"].split(";"):
            code, weight = part.split(":")
            sells[index, codes.index(code)] = float(weight)
    return Trades(
        codes=tuple(row["code"] for row in rows),
        industry=tuple(row["industry"] for row in rows),
        share=_floats(rows, "share"),
        online=np.array([row["online"] == "1" for row in rows]),
        prepaid=_floats(rows, "prepaid"),
        shop_words=tuple(tuple(row["shops"].split(";")) for row in rows),
        firm_words=tuple(tuple(row["firms"].split(";")) for row in rows),
        sells=sells,
    )


def _floats(rows: list[dict[str, str]], column: str) -> Floats:
    return np.array([float(row[column]) for row in rows])
