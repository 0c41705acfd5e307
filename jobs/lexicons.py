"""Word lists that segmentation is given: shipped ones and the names of the classification."""

import csv
import functools
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ASSETS = Path(__file__).parent.parent / "assets"


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


PLACE_RANKS = re.compile(r"(?:土家族苗族自治州|自治州|自治区|自治县|林区|省|市|州|区|县)$")


def _places() -> Iterator[str]:
    """Yield the names of provinces, cities and counties, whole and without their rank."""
    with (ASSETS / "regions" / "regions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["level"] != "street":
                yield row["name"]
                yield PLACE_RANKS.sub("", row["name"])


@functools.cache
def stopwords() -> frozenset[str]:
    """Return words that say nothing about a complaint's subject, in lower case.

    Names of places are among them: where things happen is a dimension of its own.
    """
    files = ("stopwordsiso_zh.txt", "stopwords_12315.txt")
    listed = (word for name in files for word in _lines(ASSETS / "lexicons" / name))
    return frozenset(word.lower() for word in itertools.chain(listed, _places()))


@functools.cache
def lexicon() -> tuple[str, ...]:
    """Return words that must stay whole: the field's own and the classification's."""
    found = set(_lines(ASSETS / "lexicons" / "market_regulation.txt"))
    for name in ("products", "issues"):
        path = ASSETS / "classification" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            found.update(row["name"] for row in csv.DictReader(file))
    return tuple(sorted(word for word in found if word.isalnum() and len(word) <= 8))


@functools.cache
def negators() -> frozenset[str]:
    """Return words that turn the word after them into its opposite."""
    words = yaml.safe_load((ASSETS / "lexicons" / "normalising.yaml").read_text(encoding="utf-8"))
    return frozenset(words["negators"])
