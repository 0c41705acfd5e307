"""From region codes, names and addresses as people write them to region codes."""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from jobs.region_names import NameForms, city_forms, county_forms, province_forms, street_forms

REGIONS_FOLDER = Path(__file__).resolve().parents[1] / "assets" / "regions"

HOME_PROVINCE = "420000"
"""Hubei, GB/T 2260: names that several provinces share are taken to mean the one here."""

_LEVELS = ("province", "city", "county", "street")
_SEPARATORS = frozenset(" \t\r\n-–—>→~/\\|,、;:.·•_()[]{}【】《》<>\"'“”‘’")
_FILLERS = (
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
    "市辖区",
)
_COUNTRY = ("中华人民共和国", "中国")
_ROAD_WORDS = (
    *("路", "街", "道", "巷", "弄", "大道", "大街", "一路", "二路", "三路", "四路", "五路"),
    *("东路", "南路", "西路", "北路", "中路", "东街", "南街", "西街", "北街", "正街"),
)
_NAME_GOES_ON = frozenset(
    "路街道巷弄桥站里村镇乡庄大广公湖山江河港门口洲岛园学医院中高小酒宾饭火汽客货机商"
    "东西南北一二三四五六七八九十局厅分派检法油峡平鱼拉新老"
)


class Unresolved(StrEnum):
    """Why a value names no region."""

    EMPTY = "empty"
    UNKNOWN_CODE = "unknown_code"
    NO_REGION = "no_region"
    AMBIGUOUS = "ambiguous"
    CONFLICTING = "conflicting"


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
class _Region:
    code: str
    name: str
    depth: int
    lineage: tuple[str, ...]
    match: RegionMatch
    has_counties: bool = False


@dataclass(slots=True)
class _Places:
    full: list[_Region]
    short: list[_Region]


@dataclass(frozen=True, slots=True)
class _Street:
    form: str
    region: _Region | None
    standing_alone: bool


class RegionIndex:
    """All regions of the country, ready to be found in messy values.

    Parameters
    ----------
    rows
        ``(code, name, level, parent_code)``, parents before children.
    aliases
        ``(alias, code)``: former names, everyday names and withdrawn codes.

    Examples
    --------
    >>> index = RegionIndex.from_folder()
    >>> [match] = index.resolve(["湖北省武汉市洪山区珞喻路10号"])
    >>> match.city_code, match.county_code, match.level
    ('420100', '420111', 'county')
    >>> index.resolve(["鼓楼区"])
    [None]
    >>> index.reason("鼓楼区")
    <Unresolved.AMBIGUOUS: 'ambiguous'>
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str, str, str]],
        aliases: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._codes: dict[str, _Region] = {}
        self._streets_of: defaultdict[str, list[_Region]] = defaultdict(list)
        self._street_forms: dict[str, dict[str, tuple[_Street, ...]]] = {}
        self._streets_named: defaultdict[str, list[_Region]] = defaultdict(list)
        self._places: dict[str, _Places] = {}
        for code, name, level, parent_code in rows:
            self._add(code, name, level, parent_code)
        self._name_places()
        for alias, code in aliases:
            self._add_alias(alias, code)
        self._place_lengths = _lengths(self._places)
        self._street_lengths = _lengths(self._streets_named)

    @classmethod
    def from_folder(cls, folder: Path = REGIONS_FOLDER) -> "RegionIndex":
        """Read ``regions.csv`` and ``aliases.csv``.

        Raises
        ------
        FileNotFoundError
            If one of the two files is missing.
        ValueError
            If a row names a parent or an alias names a code that the table does not have.
        """
        with (folder / "regions.csv").open(encoding="utf-8", newline="") as file:
            rows = [
                (row["code"], row["name"], row["level"], row["parent_code"])
                for row in csv.DictReader(file)
            ]
        with (folder / "aliases.csv").open(encoding="utf-8", newline="") as file:
            aliases = [(row["alias"], row["code"]) for row in csv.DictReader(file)]
        return cls(rows, aliases)

    def resolve(
        self, values: Sequence[str | None], *, within: str | None = HOME_PROVINCE
    ) -> list[RegionMatch | None]:
        """Find the region that each value names.

        Understood are codes of 2, 4, 6, 9 or 12 digits (an unlisted county or street code counts
        for the city or county that it begins with), names with or without rank and with or
        without what is above them, paths with any separator, former names, and addresses. In an
        address the names are followed from the left, the longest first, as long as each lies
        inside the one before; a name without rank counts only where it is not the beginning of a
        street's or an institution's name (江汉路, 公安局).

        Parameters
        ----------
        values
            Distinct values as they came; None and blanks name nothing.
        within
            Code of the region that a shared name is taken to belong to: 青山区 is in Wuhan
            within 420000 and in Baotou within 150000. It is a hint, no filter: 深圳市 is found
            all the same. With None, a shared name stays unresolved.

        Returns
        -------
        list[RegionMatch | None]
            In the order of ``values``; None where `reason` tells why.

        Raises
        ------
        ValueError
            If ``within`` is not a known code.
        """
        hint = self._hint(within)
        found = [self._find(value, hint) for value in values]
        return [each.match if isinstance(each, _Region) else None for each in found]

    def reason(
        self, value: str | None, *, within: str | None = HOME_PROVINCE
    ) -> Unresolved | None:
        """Return why `resolve` finds no region for ``value``; None if it does find one."""
        found = self._find(value, self._hint(within))
        return found if isinstance(found, Unresolved) else None

    def name(self, code: str) -> str:
        """Return the official name of a region.

        Raises
        ------
        KeyError
            If the code is in no table.

        Examples
        --------
        >>> RegionIndex.from_folder().name("420106")
        '武昌区'
        """
        return self._codes[code].name

    def _hint(self, within: str | None) -> _Region | None:
        if within is None:
            return None
        if within not in self._codes:
            raise ValueError(
                f"within {within!r} is not a known region code; pass a code of regions.csv, "
                "for example '420000', or None"
            )
        return self._codes[within]

    def _add(self, code: str, name: str, level: str, parent_code: str) -> None:
        depth = _LEVELS.index(level)
        parent = self._codes.get(parent_code)
        if parent is None and depth:
            raise ValueError(
                f"region {code} {name} has parent {parent_code!r}, which does not come before it"
            )
        above: tuple[str, ...] = parent.lineage if parent else ()
        region = _Region(code, name, depth, (*above, code), RegionMatch(code, None, None, None, level))
        self._codes[code] = region
        if depth == 2 and parent:
            parent.has_counties = True
        if depth == 3:
            self._streets_of[parent_code].append(region)
            self._streets_named[unicodedata.normalize("NFKC", name)].append(region)

    def _name_places(self) -> None:
        cities: defaultdict[str, list[_Region]] = defaultdict(list)
        for region in self._codes.values():
            if region.depth == 1:
                cities[region.lineage[0]].append(region)
        forms = {}
        for region in self._codes.values():
            region.match = _match_of(region, cities[region.lineage[0]], self._codes)
            if region.depth < 3:
                forms[region.code] = _forms_of(region)
                self._place(forms[region.code].full).full.append(region)
        official = frozenset(self._places)
        for code, each in forms.items():
            for form in each.former:
                if form not in official:
                    self._place(form).full.append(self._codes[code])
            for form in each.short:
                self._place(form).short.append(self._codes[code])

    def _place(self, form: str) -> _Places:
        return self._places.setdefault(form, _Places([], []))

    def _add_alias(self, alias: str, code: str) -> None:
        if code not in self._codes:
            raise ValueError(f"alias {alias!r} stands for {code!r}, which is not a known region code")
        region = self._codes[code]
        if alias.isdecimal():
            self._codes[alias] = region
        elif alias.endswith(("省", "市", "区", "县", "州", "盟", "旗")):
            self._places[alias] = _Places([region], [])
        else:
            self._place(alias).short.append(region)

    def _find(self, value: str | None, hint: _Region | None) -> _Region | Unresolved:
        text = unicodedata.normalize("NFKC", value).strip() if value else ""
        if not text:
            return Unresolved.EMPTY
        if text[0].isdecimal():
            by_code = self._find_code(text.removesuffix(".0"))
            if by_code:
                return by_code
        for filler in _FILLERS:
            if filler in text:
                text = text.replace(filler, " ")
        for country in _COUNTRY:
            text = text.removeprefix(country)
        return self._walk(text, hint)

    def _find_code(self, text: str) -> _Region | Unresolved | None:
        digits = len(text) - len(text.lstrip("0123456789"))
        code = text[:digits]
        whole = digits == len(text)
        region = self._codes.get(code) or self._codes.get(code[:9]) if digits in {6, 9, 12} else None
        if region or not whole:
            return region
        if digits in {2, 4}:
            region = self._codes.get(code.ljust(6, "0"))
        elif digits in {6, 9, 12}:
            city = self._codes.get(f"{code[:4]}00")
            region = self._codes.get(code[:6]) or (city if city and city.depth == 1 else None)
        return region or Unresolved.UNKNOWN_CODE

    def _walk(self, text: str, hint: _Region | None) -> _Region | Unresolved:
        current: _Region | None = None
        ambiguous = False
        position = named_to = 0
        while position < len(text) - 1:
            adjacent = position == named_to or text[position - 1] in _SEPARATORS
            step: tuple[_Region, int] | Unresolved | None
            if current is not None and not (current.depth < 2 and current.has_counties or current.depth == 0):
                step = self._street_inside(text, position, current, adjacent=adjacent)
            else:
                step = self._place_at(text, position, current, hint, adjacent=adjacent)
                if step is None and adjacent:
                    step = self._street_anywhere(text, position, current or hint)
            if isinstance(step, tuple):
                current, position = step
                named_to = position
                if current.depth == 3:
                    break
                continue
            if step is Unresolved.CONFLICTING:
                return step
            ambiguous = ambiguous or step is Unresolved.AMBIGUOUS
            position += 1
        if current is None:
            return Unresolved.AMBIGUOUS if ambiguous else Unresolved.NO_REGION
        return current
