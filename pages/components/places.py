"""Regions of China and their outlines, from ``assets/regions`` and ``assets/maps``."""

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ASSETS = Path(__file__).parents[2] / "assets"
COUNTRY = "100000"
"""Code of the whole country: parent of the provinces, drawn but never stored."""


@dataclass(frozen=True, slots=True)
class Region:
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
        for row in csv.DictReader(file):
            parent = row["parent_code"] or COUNTRY
            found[row["code"]] = Region(row["code"], row["name"], row["level"], parent)
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
