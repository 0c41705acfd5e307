"""Regions of China and their outlines, from ``assets/regions`` and ``assets/maps``."""

import csv
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from queries.dimensions import DIMENSIONS

ASSETS = Path(__file__).parents[2] / "assets"
COUNTRY = "100000"
"""Code of the whole country: parent of the provinces, drawn but never stored."""


class Region(NamedTuple):
    """One administrative division.

    Attributes
    ----------
    level
        ``country``, ``province``, ``city``, ``county`` or ``street``.
    parent
        Code of the division above; empty for the country.
    """

    code: str
    name: str
    level: str
    parent: str


@functools.cache
def regions() -> Mapping[str, Region]:
    """Return every region by code."""
    found = {COUNTRY: Region(COUNTRY, "全国", "country", "")}
    with (ASSETS / "regions" / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        chosen = itemgetter(
            *(header.index(name) for name in ("code", "name", "level", "parent_code"))
        )
        for code, name, level, parent in map(chosen, rows):
            found[code] = Region(code, name, level, parent or COUNTRY)
    return MappingProxyType(found)


@functools.cache
def _children() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for each in regions().values():
        found.setdefault(each.parent, []).append(each.code)
    return MappingProxyType({parent: tuple(codes) for parent, codes in found.items()})


def children(code: str) -> tuple[str, ...]:
    """Return the codes directly below ``code``, in order.

    Examples
    --------
    >>> children("420000")[:3]
    ('420100', '420200', '420300')
    """
    return _children().get(code, ())


def trail(code: str) -> tuple[str, ...]:
    """Return the codes from the province down to ``code``; empty for the country or an unknown code.

    Examples
    --------
    >>> trail("420106")
    ('420000', '420100', '420106')
    """
    found: list[str] = []
    while code in regions() and code != COUNTRY:
        found.insert(0, code)
        code = regions()[code].parent
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Outline:
    """A region's map.

    Attributes
    ----------
    code
        The region drawn: the one asked for, or the nearest above it that has a map.
    geojson
        One feature per part, ``name`` shortened by `short_name`.
    parts
        Codes of the parts.
    centres
        Longitude and latitude of each part's name, by code.
    """

    code: str
    geojson: Mapping[str, Any]
    parts: tuple[str, ...]
    centres: Mapping[str, tuple[float, float]]

    @property
    def level(self) -> str:
        """Level of the parts, such as ``county_code``."""
        return DIMENSIONS["region"].level_of(self.parts[0]).name


@functools.lru_cache(maxsize=64)
def outline(code: str) -> Outline | None:
    """Return the map for looking at ``code``, None where ``assets/maps`` has none for it.

    Examples
    --------
    >>> outline("420106").code, len(outline("420000").parts), outline("110000")
    ('420100', 17, None)
    """
    for each in reversed(trail(code)):
        path = ASSETS / "maps" / f"{each}.json"
        if path.is_file():
            geojson = json.loads(path.read_text(encoding="utf-8"))
            parts, centres = [], {}
            for feature in geojson["features"]:
                properties = feature["properties"]
                parts.append(properties["adcode"])
                longitude, latitude = properties["center"]
                centres[properties["adcode"]] = (longitude, latitude)
                properties["name"] = short_name(properties["adcode"], properties["name"])
            return Outline(each, geojson, tuple(parts), MappingProxyType(centres))
    return None


_NATIONALITIES = re.compile(r"^(..+?)(?:[^族]{1,5}族)+自治(州|县|旗)$")
_PROVINCES = MappingProxyType(
    {
        "150000": "内蒙古",
        "230000": "黑龙江",
        "450000": "广西",
        "540000": "西藏",
        "640000": "宁夏",
        "650000": "新疆",
        "810000": "香港",
        "820000": "澳门",
    }
)


def short_name(code: str, name: str) -> str:
    """Return a region's name as it fits on a map or an axis.

    Examples
    --------
    >>> short_name("422800", "恩施土家族苗族自治州"), short_name("420000", "湖北省")
    ('恩施州', '湖北')
    """
    if code.endswith("0000"):
        return _PROVINCES.get(code, name.removesuffix("省").removesuffix("市"))
    return _NATIONALITIES.sub(r"\1\2", name)
