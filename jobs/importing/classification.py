"""Names, former names, codes and paths of classifications → codes."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jobs.importing.words import word_key

CLASSIFICATION_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "classification"

_PUNCTUATION = re.compile(r"[、，,。.·()（）\[\]/／\s]+")
_LEGACY_GOODS = re.compile(r"G(\d{3})")
_STATISTICAL = re.compile(r"[A-T]?(\d{2})\d{0,2}")
_PATH = re.compile(r"->|→|--|—|>|\||\\|/|-")


@dataclass(frozen=True, slots=True)
class ClassMatch:
    """What a value of a classification means.

    Attributes
    ----------
    lineage
        Codes from coarse to fine.
    unknown
        The part that is in no table; None where everything was understood.
    """

    lineage: tuple[str, ...]
    unknown: str | None


class ClassTable:
    """One classification with its hierarchy.

    Parameters
    ----------
    rows
        ``(code, name, level, parent_code, aliases)``, parents before children, aliases separated
        by ``;``.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str, str, str]]) -> None:
        self.levels: dict[str, str] = {}
        self._lineages: dict[str, tuple[str, ...]] = {}
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        for code, name, level, parent, aliases in rows:
            self.levels[code] = level
            self._lineages[code] = (*self._lineages.get(parent, ()), code)
            for spelling in (code, name, *filter(None, aliases.split(";"))):
                self._named[_key(spelling)].append(code)

    @classmethod
    def from_file(cls, name: str, folder: Path = CLASSIFICATION_FOLDER) -> "ClassTable":
        """Read ``NAME.csv``.

        Raises
        ------
        FileNotFoundError
            If there is no such table.
        """
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return cls(
                (row["code"], row["name"], row["level"], row["parent_code"], row["aliases"])
                for row in csv.DictReader(file)
            )

    def resolve(self, value: str | Sequence[str], *, roots: str = "") -> ClassMatch:
        """Find what a name, a code or a path means.

        Parameters
        ----------
        value
            A name or code, which may itself be a path; or the elements of a path.
        roots
            First letters of codes to prefer: several classes may share a name.

        Returns
        -------
        ClassMatch
            As fine as it was understood. Elements that no table knows are passed over if they
            stand at the front (a root such as 投诉) and reported otherwise.

        Examples
        --------
        >>> products = class_table("products")
        >>> products.resolve("商品（产品）->食品->乳制品").lineage
        ('G', 'G101', 'G101-04')
        >>> products.resolve("一般食品").lineage
        ('G', 'G101')
        >>> products.resolve(["商品", "食品", "外星食品"])
        ClassMatch(lineage=('G', 'G101'), unknown='外星食品')
        """
        if isinstance(value, str):
            whole = self._walk([value], roots)
            elements = [part for part in _PATH.split(value) if part.strip()]
            if whole.lineage or len(elements) < 2:
                return whole
            return self._walk(elements, roots)
        return self._walk(value, roots)

    def _walk(self, elements: Sequence[str], roots: str) -> ClassMatch:
        lineage: tuple[str, ...] = ()
        unknown = None
        for element in elements:
            code = self._below(lineage, element, roots)
            if code is not None:
                lineage, unknown = self._lineages[code], None
            elif not (lineage and _key(element) == _key(lineage[-1])):
                unknown = element.strip()
        return ClassMatch(lineage, unknown if unknown or lineage else None)

    def _below(self, lineage: tuple[str, ...], element: str, roots: str) -> str | None:
        found = self._named.get(_key(element), [])
        if lineage:
            depth = len(lineage)
            inside = [
                code for code in found
                if self._lineages[code][:depth] == lineage and len(self._lineages[code]) > depth
            ]  # fmt: skip
            return min(inside, key=lambda code: len(self._lineages[code]), default=None)
        preferred = [code for code in found if code[0] in roots] or found
        if not preferred:
            return None
        coarsest = min(preferred, key=lambda code: len(self._lineages[code]))
        rivals = [
            code for code in preferred
            if code != coarsest and coarsest not in self._lineages[code]
            and (len(self._lineages[code]) == len(self._lineages[coarsest]))
        ]  # fmt: skip
        return None if rivals else coarsest


def _key(text: str) -> str:
    return _PUNCTUATION.sub("", word_key(text))


@cache
def class_table(name: str) -> ClassTable:
    """Return a shipped classification: products, issues, industries or channels.

    Old codes count too: three digits for goods (101 is G101), and for industries the numbers of the
    national standard down to four digits.
    """
    table = ClassTable.from_file(name)
    if name == "products":
        for code in list(table.levels):
            match = _LEGACY_GOODS.fullmatch(code)
            if match:
                table._named[match[1]].append(code)  # noqa: SLF001 - its own module
    return table


def industry_code(value: str) -> str:
    """Return the division behind a four- or two-digit number of the national standard.

    Examples
    --------
    >>> industry_code("5212"), industry_code("F52"), industry_code("零售业")
    ('F52', 'F52', '零售业')
    """
    match = _STATISTICAL.fullmatch(value.strip())
    if match is None:
        return value
    codes = [code for code in class_table("industries").levels if code[1:] == match[1]]
    return codes[0] if codes else value
