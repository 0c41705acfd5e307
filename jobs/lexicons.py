"""Word lists that segmentation is given: shipped ones and the names of the classification."""

import csv
import functools
from pathlib import Path

ASSETS = Path(__file__).parent.parent / "assets"


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@functools.cache
def stopwords() -> frozenset[str]:
    """Return words that say nothing about a complaint's subject, in lower case."""
    files = ("stopwordsiso_zh.txt", "stopwords_12315.txt")
    return frozenset(word.lower() for name in files for word in _lines(ASSETS / "lexicons" / name))


@functools.cache
def lexicon() -> tuple[str, ...]:
    """Return words that must stay whole: the field's own and the classification's."""
    found = set(_lines(ASSETS / "lexicons" / "market_regulation.txt"))
    for name in ("products", "issues"):
        path = ASSETS / "classification" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            found.update(row["name"] for row in csv.DictReader(file))
    return tuple(sorted(word for word in found if word.isalnum() and len(word) <= 8))
