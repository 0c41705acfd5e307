"""The province's counties and streets, how many submissions each brings, and its trading areas."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from jobs.demo.catalogue import ASSETS, rows_of
from jobs.demo.choosing import Floats, Ints, RaggedChooser

PROVINCE_CODE, PROVINCE_NAME = "420000", "湖北省"
CAPITAL_CODE = "420100"

STREET_WEIGHTS = {"街道": 3.0, "镇": 1.0, "乡": 0.4}
"""Submissions of a street by what it is; ours. Farms, parks and others count 0.15."""


@dataclass(frozen=True, slots=True)
class Places:
    """Counties (县级) with their cities and streets; a county run by the province is its own city.

    Attributes
    ----------
    county_codes, county_names, city_codes, city_names
        Per county.
    weight
        Share of the submissions per county.
    street_codes, street_names, street_county, street_weight
        Per street; ``street_county`` is a position.
    districts_of
        Names of trading areas (商圈) by street code.
    """

    county_codes: tuple[str, ...]
    county_names: tuple[str, ...]
    city_codes: tuple[str, ...]
    city_names: tuple[str, ...]
    weight: Floats
    street_codes: tuple[str, ...]
    street_names: tuple[str, ...]
    street_county: Ints
    street_weight: Floats
    districts_of: dict[str, tuple[str, ...]]

    @property
    def cities(self) -> tuple[str, ...]:
        """City codes, each once, in order."""
        return tuple(dict.fromkeys(self.city_codes))

    @property
    def city_index(self) -> Ints:
        """Position in `cities` per county."""
        cities = self.cities
        return np.array([cities.index(code) for code in self.city_codes])

    def county(self, code: str) -> int:
        """Return the position of a county code."""
        return self.county_codes.index(code)

    def street_chooser(self) -> RaggedChooser:
        """Return a chooser of a street within a county."""
        return RaggedChooser.of(self.street_county, self.street_weight, len(self.county_codes))

    def full_names(self) -> pl.Series:
        """Return ``武汉市武昌区`` per county, ``仙桃市`` where a county is its own city."""
        return pl.Series(
            [
                county if county == city else f"{city}{county}"
                for county, city in zip(self.county_names, self.city_names, strict=True)
            ]
        )


def read_places(assets: Path = ASSETS) -> Places:
    """Read the province's counties, streets and trading areas.

    Raises
    ------
    ValueError
        If ``demo/places.csv`` and ``regions/regions.csv`` disagree about the counties.
    """
    regions = [
        row
        for row in rows_of(assets / "regions" / "regions.csv")
        if row["code"].startswith(PROVINCE_CODE[:2])
    ]
    names = {row["code"]: row["name"] for row in regions}
    city_of = {
        row["code"]: row["parent_code"] if row["level"] == "county" else row["code"]
        for row in regions
        if row["level"] in ("county", "city")
    }
    given = {row["county_code"]: row for row in rows_of(assets / "demo" / "places.csv")}
    with_counties = {city for code, city in city_of.items() if code != city}
    counties = sorted(code for code in city_of if code not in with_counties)
    if set(counties) != set(given):
        different = sorted(set(counties) ^ set(given))
        msg = f"demo/places.csv and regions.csv differ in {different[:5]}; bring them in line"
        raise ValueError(msg)
    streets = [row for row in regions if row["level"] == "street"]
    weight = np.array(
        [float(given[c]["population_10k"]) * float(given[c]["intensity"]) for c in counties]
    )
    position = {code: index for index, code in enumerate(counties)}
    districts: dict[str, list[str]] = {}
    for row in rows_of(assets / "regions" / "business_districts.csv"):
        if row["street_code"]:
            districts.setdefault(row["street_code"], []).append(row["name"])
    return Places(
        county_codes=tuple(counties),
        county_names=tuple(names[code] for code in counties),
        city_codes=tuple(city_of[code] for code in counties),
        city_names=tuple(names[city_of[code]] for code in counties),
        weight=weight / weight.sum(),
        street_codes=tuple(row["code"] for row in streets),
        street_names=tuple(row["name"] for row in streets),
        street_county=np.array([position[row["parent_code"]] for row in streets]),
        street_weight=np.array([_street_weight(row["name"]) for row in streets]),
        districts_of={code: tuple(found) for code, found in districts.items()},
    )


def _street_weight(name: str) -> float:
    for ending, weight in STREET_WEIGHTS.items():
        if name.endswith(ending):
            return weight
    return 0.15
