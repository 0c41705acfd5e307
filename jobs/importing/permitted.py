"""Whether a field will understand a text that a mapping writes itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from jobs.importing.amounts import read_amounts
from jobs.importing.classification import class_table, industry_code
from jobs.importing.places import region_index
from jobs.importing.targets import Reader
from jobs.importing.times import read_times
from jobs.importing.words import LIST_SEPARATORS, split_words, word_key, words_of
from jobs.regions import HOME_PROVINCE, Unresolved

NUMBER = r"^\D*(\d+(?:\.\d+)?)\D*$"
"""A quantity: the only number in its text."""

CLASSES = {
    Reader.CHANNEL: "channels",
    Reader.PRODUCT: "products",
    Reader.ISSUE: "issues",
    Reader.INDUSTRY: "industries",
}
"""The classification behind each reader."""

_ISSUE_ROOTS = ("", "C", "R", "Q")
"""First letters of the issue codes of each kind of submission; no other classification has several."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a field reads its texts.

    Attributes
    ----------
    name
        The field.
    formats, unit_yuan, separators, home_region
        What the mapping says about times, amounts, lists and regions.
    words
        Sections of the word file that hold the field's values.
    alone
        Whether no other field tells a region's other levels; if one does, a name that several
        regions share can be told apart by it.
    """

    name: str
    reader: Reader
    formats: tuple[str, ...] = ()
    unit_yuan: float = 1.0
    separators: str = LIST_SEPARATORS
    home_region: str | None = HOME_PROVINCE
    words: tuple[str, ...] = ()
    alone: bool = True


def way_out(text: str, elements: str | Sequence[str], reading: Reading) -> str | None:
    """Say what to write instead of a text that the field would not understand.

    Parameters
    ----------
    text
        A constant, default or mapped value.
    elements
        The same, cut up as the mapping's ``path`` says.

    Returns
    -------
    str or None
        None for a text that is understood, and for fields that take any text.

    Examples
    --------
    >>> way_out("来电", "来电", Reading("channel", Reader.CHANNEL))
    'a name or code of assets/classification/channels.csv'
    >>> way_out("微信小程序", "微信小程序", Reading("channel", Reader.CHANNEL)) is None
    True
    """
    reader = reading.reader
    if reader in {Reader.CODE, Reader.FLAG, Reader.SATISFACTION, Reader.REMEDIES, Reader.OUTCOME}:
        return _of_words(text, reading)
    if reader in CLASSES:
        known = _is_class(elements, CLASSES[reader])
        return None if known else f"a name or code of assets/classification/{CLASSES[reader]}.csv"
    if reader is Reader.REGION:
        return None if _is_region(text, elements, reading) else "a region's code or name: 420106"
    column = pl.Series([text])
    if reader is Reader.TIME and not read_times(column, formats=reading.formats)[0]:
        return "a time such as 2026-03-01 08:05:09, or the format of this one under formats"
    if reader is Reader.NUMBER:
        column = column.str.extract(NUMBER)
    if reader in {Reader.AMOUNT, Reader.NUMBER}:
        read = read_amounts(column, unit_yuan=reading.unit_yuan)
        return "a number such as 1200" if read[0] is None else None
    return None


def _of_words(text: str, reading: Reading) -> str | None:
    words = {word: code for section in reading.words for word, code in words_of(section).items()}
    several = reading.reader is Reader.REMEDIES
    parts = split_words(text, reading.separators) if several else [text]
    if parts and all(word_key(part) in words for part in parts):
        return None
    return f"one of {', '.join(dict.fromkeys(words.values()))}"


def _is_class(elements: str | Sequence[str], name: str) -> bool:
    table = class_table(name)
    if name == "industries" and isinstance(elements, str):
        elements = industry_code(elements)
    found = (table.resolve(elements, roots=roots) for roots in _ISSUE_ROOTS)
    return any(match.lineage and match.unknown is None for match in found)


def _is_region(text: str, elements: str | Sequence[str], reading: Reading) -> bool:
    if reading.name == "region" and not isinstance(elements, str):
        text = " ".join(elements)
    reason = region_index().reason(text, within=reading.home_region)
    return reason is None or (reason is Unresolved.AMBIGUOUS and not reading.alone)
