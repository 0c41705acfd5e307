"""All regions of the country with every spelling of their names, indexed for reading text."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from jobs.region_names import NameForms, city_forms, county_forms, province_forms, street_forms

LEVELS = ("province", "city", "county", "street")
"""Levels of ``regions.csv``, coarse to fine; a region's depth is its position here."""

_RANKS = ("省", "市", "区", "县", "州", "盟", "旗")
_TOWNSHIP_RANKS = ("街道", "镇", "乡", "办事处", "街办")


@dataclass(frozen=True, slots=True)
class RegionMatch:
    """The region that a value names, with everything above it.

    Attributes
    ----------
    province_code, city_code, county_code, street_code
        GB/T 2260 codes of 6 digits, street 9; None below what the value says. A city without
        counties (仙桃市, 东莞市) stands at county level too: both codes are the same.
    level
        Level of the finest region named, as in ``regions.csv``: province, city, county, street.
    """

    province_code: str
    city_code: str | None
    county_code: str | None
    street_code: str | None
    level: str


@dataclass(slots=True, eq=False)
class Region:
    """One row of the region table; ``lineage`` runs from the province to the region itself."""

    code: str
    name: str
    depth: int
    lineage: tuple[str, ...]
    match: RegionMatch
    has_counties: bool = False


@dataclass(slots=True)
class Places:
    """What one spelling can mean: with its rank (江岸区) and without (江岸)."""

    ranked: list[Region]
    bare: list[Region]


class Reach(Enum):
    """Where in a text a spelling of a street's name may be believed."""

    ANYWHERE = auto()
    ADJACENT = auto()
    ALONE = auto()


@dataclass(frozen=True, slots=True)
class StreetForm:
    """A spelling of a street's name; ``region`` is None if two streets share it."""

    form: str
    region: Region | None
    reach: Reach


class Gazetteer:
    """Regions by code and by spelling.

    Parameters
    ----------
    rows
        ``(code, name, level, parent_code)``, parents before children.
    aliases
        ``(alias, code)``: former names, everyday names and withdrawn codes.

    Raises
    ------
    ValueError
        If a row names a parent, or an alias a code, that is not there.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str, str, str]], aliases: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.codes: dict[str, Region] = {}
        self.places: dict[str, Places] = {}
        self.streets_named: defaultdict[str, list[Region]] = defaultdict(list)
        self._streets_of: defaultdict[str, list[Region]] = defaultdict(list)
        self._street_forms: dict[str, dict[str, list[StreetForm]]] = {}
        for code, name, level, parent_code in rows:
            self._add(code, name, level, parent_code)
        self._match_provinces()
        self._spell()
        for alias, code in aliases:
            self._add_alias(alias, code)
        self.place_lengths = _lengths(self.places)
        self.street_lengths = _lengths(self.streets_named)

    def street_forms(self, county: Region) -> dict[str, list[StreetForm]]:
        """Return the spellings of a county's streets by first two characters, longest first."""
        known = self._street_forms.get(county.code)
        if known is None:
            known = self._street_forms[county.code] = _spell_streets(self._streets_of[county.code])
        return known

    def _add(self, code: str, name: str, level: str, parent_code: str) -> None:
        depth = LEVELS.index(level)
        parent = self.codes.get(parent_code)
        if parent is None and depth:
            raise ValueError(
                f"region {code} {name} has parent {parent_code!r}, which does not come before it"
            )
        lineage = (*parent.lineage, code) if parent else (code,)
        if depth == 2 and parent:
            parent.has_counties = True
            parent.match = RegionMatch(lineage[0], lineage[1], None, None, "city")
        match = RegionMatch(
            lineage[0],
            lineage[1] if depth else None,
            None if depth == 0 else lineage[2] if len(lineage) > depth >= 2 else lineage[1],
            code if depth == 3 else None,
            level,
        )
        region = self.codes[code] = Region(code, name, depth, lineage, match)
        if depth == 3:
            self._streets_of[parent_code].append(region)
            spelling = unicodedata.normalize("NFKC", name)
            if len(spelling) > 2 and spelling.endswith(_TOWNSHIP_RANKS):
                self.streets_named[spelling].append(region)

    def _match_provinces(self) -> None:
        for region in self.codes.values():
            above = self.codes[region.lineage[0]]
            if region.depth == 1 and region.name == above.name:
                above.match = region.match

    def _spell(self) -> None:
        forms = {code: _forms_of(region) for code, region in self.codes.items() if region.depth < 3}
        for code, form in forms.items():
            self._place(form.full).ranked.append(self.codes[code])
        official = frozenset(self.places)
        for code, form in forms.items():
            for spelling in form.former:
                if spelling not in official:
                    self._place(spelling).ranked.append(self.codes[code])
            for spelling in form.short:
                self._place(spelling).bare.append(self.codes[code])

    def _place(self, spelling: str) -> Places:
        return self.places.setdefault(spelling, Places([], []))

    def _add_alias(self, alias: str, code: str) -> None:
        if code not in self.codes:
            raise ValueError(
                f"alias {alias!r} stands for {code!r}, which is not a known region code"
            )
        region = self.codes[code]
        if alias.isdecimal():
            self.codes[alias] = region
        elif alias.endswith(_RANKS):
            self.places[alias] = Places([region], [])
        else:
            self._place(alias).bare.append(region)


def _forms_of(region: Region) -> NameForms:
    if region.depth == 0:
        return province_forms(region.name)
    if region.depth == 1 and region.has_counties:
        return city_forms(region.name)
    return county_forms(region.name)


def _spell_streets(streets: list[Region]) -> dict[str, list[StreetForm]]:
    meant: dict[str, tuple[Region | None, Reach]] = {}
    bare: dict[str, Region | None] = {}
    for street in streets:
        forms = street_forms(unicodedata.normalize("NFKC", street.name))
        for spelling in (forms.full, *forms.former):
            township = len(spelling) > 2 and spelling.endswith(_TOWNSHIP_RANKS)
            reach = Reach.ANYWHERE if township else Reach.ADJACENT
            meant[spelling] = (None if spelling in meant else street, reach)
        for spelling in forms.short:
            bare[spelling] = None if spelling in bare else street
    for spelling, region in bare.items():
        meant.setdefault(spelling, (region, Reach.ALONE))
    by_start: defaultdict[str, list[StreetForm]] = defaultdict(list)
    for spelling in sorted(meant, key=len, reverse=True):
        region, reach = meant[spelling]
        by_start[spelling[:2]].append(StreetForm(spelling, region, reach))
    return dict(by_start)


def _lengths(spellings: Iterable[str]) -> dict[str, tuple[int, ...]]:
    by_start: defaultdict[str, set[int]] = defaultdict(set)
    for spelling in spellings:
        by_start[spelling[:2]].add(len(spelling))
    return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in by_start.items()}
