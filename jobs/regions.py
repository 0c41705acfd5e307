"""From region codes, names and addresses as people write them to region codes."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from jobs.gazetteer import Gazetteer, Region, RegionMatch
from jobs.region_reader import RegionReader, Unresolved

__all__ = ["HOME_PROVINCE", "REGIONS_FOLDER", "RegionIndex", "RegionMatch", "Unresolved"]

REGIONS_FOLDER = Path(__file__).resolve().parents[1] / "assets" / "regions"

HOME_PROVINCE = "420000"
"""Hubei, GB/T 2260: a name that several provinces share is taken to mean the one here."""

_COUNTRY = ("中华人民共和国", "中国")
_GROUPING_ROWS = (
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
    "市辖区",
)


class RegionIndex:
    """All regions of the country, ready to be found in messy values.

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
        self, rows: Iterable[tuple[str, str, str, str]], aliases: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._gazetteer = Gazetteer(rows, aliases)
        self._reader = RegionReader(self._gazetteer)

    @classmethod
    def from_folder(cls, folder: Path = REGIONS_FOLDER) -> "RegionIndex":
        """Read ``regions.csv`` and ``aliases.csv``.

        Raises
        ------
        FileNotFoundError
            If one of the two files is missing.
        ValueError
            If a row names a parent, or an alias a code, that is not there.
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
        inside the one before. A name without rank counts only where it is not the beginning of a
        street's or an institution's name (江汉路, 公安局); one of a county, if no city stands
        before it, only by itself or before one of its streets.

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
        return [each.match if isinstance(each, Region) else None for each in found]

    def reason(self, value: str | None, *, within: str | None = HOME_PROVINCE) -> Unresolved | None:
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
        return self._gazetteer.codes[code].name

    def _hint(self, within: str | None) -> Region | None:
        if within is None:
            return None
        if within not in self._gazetteer.codes:
            raise ValueError(
                f"within {within!r} is not a known region code; pass a code of regions.csv, "
                f"for example {HOME_PROVINCE!r}, or None"
            )
        return self._gazetteer.codes[within]

    def _find(self, value: str | None, hint: Region | None) -> Region | Unresolved:
        text = unicodedata.normalize("NFKC", value).strip() if value else ""
        if not text:
            return Unresolved.EMPTY
        if text[0].isdecimal():
            by_code = self._find_code(text.removesuffix(".0"))
            if by_code:
                return by_code
        if "辖" in text:
            for grouping in _GROUPING_ROWS:
                text = text.replace(grouping, " ")
        for country in _COUNTRY:
            text = text.removeprefix(country)
        return self._reader.read(text, hint)

    def _find_code(self, text: str) -> Region | Unresolved | None:
        codes = self._gazetteer.codes
        digits = len(text) - len(text.lstrip("0123456789"))
        code = text[:digits]
        listed = codes.get(code[:9]) if digits in {6, 9, 12} else None
        if listed or digits < len(text):
            return listed
        if digits in {2, 4}:
            return codes.get(code.ljust(6, "0")) or Unresolved.UNKNOWN_CODE
        county, city = codes.get(code[:6]), codes.get(f"{code[:4]}00")
        if digits in {9, 12} and county:
            return county
        if digits in {6, 9, 12} and city and city.depth == 1:
            return city
        return Unresolved.UNKNOWN_CODE
