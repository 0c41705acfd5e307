"""One way of writing: half width, simplified characters, plain numbers, amounts in yuan."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

_LEXICONS = Path(__file__).resolve().parents[1] / "assets" / "lexicons"
WORDS_FILE = _LEXICONS / "normalising.yaml"
CHARACTERS_FILE = _LEXICONS / "traditional_simplified.txt"

_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_SHIFT = 0xFEE0
_KEPT_PUNCTUATION = frozenset("！（），：；？～")
_COMPATIBILITY = (range(0x2F00, 0x2FD6), range(0xF900, 0xFB00))
_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class _Forms:
    characters: dict[int, str]
    thousands: re.Pattern[str]
    amounts: re.Pattern[str]
    amount: Callable[[re.Match[str]], str]


def _characters() -> dict[int, str]:
    """Return what single characters become."""
    found = {
        code: chr(code - _FULL_WIDTH_SHIFT)
        for code in _FULL_WIDTH
        if chr(code) not in _KEPT_PUNCTUATION
    }
    found[0x3000] = " "
    for codes in _COMPATIBILITY:
        for code in codes:
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1:
                found[code] = plain
    for line in CHARACTERS_FILE.read_text(encoding="utf-8").splitlines():
        if len(line) == 2:
            found[ord(line[0])] = line[1]
    return found


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    words: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    yuan: str = words["yuan"]
    larger = _alternatives(words["ten_thousand"])
    units = _alternatives([*words["yuan_words"], yuan])
    number = r"(?<![\d.])(\d+(?:\.\d+)?)"
    larger_unit = rf"(?: ?({larger})(?![a-zA-Z]))?"
    amounts = re.compile(
        rf"[{re.escape(words['yuan_signs'])}] ?(\d+(?:\.\d+)?){larger_unit}(?: ?(?:{units}))?"
        rf"|{number} ?({larger})?(?:{units})(?![a-zA-Z])"
    )

    def amount(found: re.Match[str]) -> str:
        value = Decimal(found[1] or found[3])
        if found[2] or found[4]:
            value *= _TEN_THOUSAND
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) + yuan

    return _Forms(
        characters=_characters(),
        thousands=re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)"),
        amounts=amounts,
        amount=amount,
    )


def normalise(texts: pd.Series) -> pd.Series:
    """Write texts in one way, so that the same thing is the same string.

    Full-width letters, digits and signs become half-width ones, Chinese punctuation stays. Traditional
    characters become simplified ones. "1,234" becomes "1234", and an amount of money in any spelling
    its digits with one unit.

    Parameters
    ----------
    texts
        Texts, any index; missing values stay missing.

    Returns
    -------
    pandas.Series
        Texts, same index and name.

    Notes
    -----
    Characters are mapped one by one, by the table of OpenCC: a simplified character that stands for
    several traditional ones never splits, and characters that are also standard ones are left alone.
    Numerals in Chinese characters are left as they are. Only for counting: what is shown to
    people is the text as it came.

    Examples
    --------
    >>> normalise(pd.Series(["ＡＩ課，￥1,280", "花了１.5万块钱"])).to_list()
    ['AI课，1280元', '花了15000元']
    """
    forms = _forms()
    return texts.map(lambda text: _normalised(text, forms), na_action="ignore")


def _normalised(text: str, forms: _Forms) -> str:
    if text.isascii() and not any(map(str.isdigit, text)):
        return text
    text = text.translate(forms.characters)
    if "," in text:
        text = forms.thousands.sub(lambda found: found[0].replace(",", ""), text)
    return forms.amounts.sub(forms.amount, text)
