"""Business districts (商圈) found by name in addresses and narratives."""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.regions import REGIONS_FOLDER


@dataclass(frozen=True, slots=True)
class BusinessDistrict:
    """A shopping area.

    Attributes
    ----------
    code
        Code that is stored with a submission.
    name
        Everyday name.
    county_code
        County that it is counted to, also if it reaches into the next.
    street_code
        Street that it is counted to; None where it spans several.
    aliases
        Other names of the same area.
    """

    code: str
    name: str
    county_code: str
    street_code: str | None = None
    aliases: tuple[str, ...] = ()


class BusinessDistrictIndex:
    """The known business districts, ready to be found in texts.

    Examples
    --------
    >>> index = BusinessDistrictIndex.from_folder()
    >>> index.find("武汉市洪山区街道口群光广场").name
    '街道口'
    >>> index.find("光谷步行街", county_code="420102") is None
    True
    """

    def __init__(self, districts: Iterable[BusinessDistrict]) -> None:
        by_start: defaultdict[str, list[tuple[str, BusinessDistrict]]] = defaultdict(list)
        self.districts = tuple(districts)
        for district in self.districts:
            for name in (district.name, *district.aliases):
                spelling = unicodedata.normalize("NFKC", name)
                by_start[spelling[:2]].append((spelling, district))
        self._by_start = dict(by_start)

    @classmethod
    def from_folder(cls, folder: Path = REGIONS_FOLDER) -> "BusinessDistrictIndex":
        """Read ``business_districts.csv``.

        Raises
        ------
        FileNotFoundError
            If the file is missing.
        """
        with (folder / "business_districts.csv").open(encoding="utf-8", newline="") as file:
            return cls(
                BusinessDistrict(
                    code=row["code"],
                    name=row["name"],
                    county_code=row["county_code"],
                    street_code=row["street_code"] or None,
                    aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
                )
                for row in csv.DictReader(file)
            )

    def find(self, text: str | None, *, county_code: str | None = None) -> BusinessDistrict | None:
        """Return the district with the longest name in ``text``; of equal ones the first.

        Parameters
        ----------
        text
            Address or narrative; None names nothing.
        county_code
            Where the address is known to lie: districts of other counties do not count.
        """
        if not text:
            return None
        text = unicodedata.normalize("NFKC", text)
        found: BusinessDistrict | None = None
        longest = 0
        for position in range(len(text) - 1):
            for spelling, district in self._by_start.get(text[position : position + 2], ()):
                if (
                    len(spelling) > longest
                    and county_code in {None, district.county_code}
                    and text.startswith(spelling, position)
                ):
                    found, longest = district, len(spelling)
        return found

    def resolve(
        self, texts: Sequence[str | None], *, county_codes: Sequence[str | None]
    ) -> list[str | None]:
        """Return the code of the district named in each text, None where there is none.

        Parameters
        ----------
        texts
            Addresses or narratives.
        county_codes
            County of each, None where it is not known.

        Raises
        ------
        ValueError
            If there are not as many counties as texts.

        Examples
        --------
        >>> index = BusinessDistrictIndex.from_folder()
        >>> index.resolve(["江汉路步行街", None], county_codes=["420103", None])
        ['420103-01', None]
        """
        found = [
            self.find(text, county_code=county_code)
            for text, county_code in zip(texts, county_codes, strict=True)
        ]
        return [district.code if district else None for district in found]
