"""The parts of an operator's name: what is its own, where it says it is, and what any name has."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import OSA

from analytics.normalising import CHARACTERS_FILE

_ASSETS = Path(__file__).resolve().parents[1] / "assets"
WORDS_FILE = _ASSETS / "lexicons" / "operator_names.yaml"
REGIONS_FILE = _ASSETS / "regions" / "regions.csv"

SHORTEST_CORE = 2
"""Characters that are left of a name, at least, when trade words are cut off (ours)."""

SHORTEST_ENDING = 3
"""Characters of a legal form that is known though misspelt, at least (ours)."""

LONGEST_NAME = 120
"""Characters of a name that are looked at (ours); names end long before."""

NAMES_KEPT = 50_000
"""Names taken apart that are kept for the next time (ours; some 50 MB when full)."""

_HAN = re.compile("[\u4e00-\u9fff]")
_SIGNS = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_BRACKETED = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")
_SOUND_BASE = 0xE000
_LONG_AREA = 6


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart.

    Attributes
    ----------
    full
        The name in one way of writing, nothing left out but signs.
    body
        The name in one way of writing, without place of its own county, legal form and branch.
    core
        What is left without trade words: the operator's own.
    branch
        What tells one branch of a chain from another, by sound; empty if nothing does.
    sound, core_sound
        ``body`` and ``core`` with each character by how it sounds, one sign a syllable.
    words
        Words of a Latin name in their full forms; empty for a Chinese one.
    formal
        Whether the name has a legal form, so that it is likely the registered one.
    """

    full: str
    body: str
    core: str
    branch: str
    sound: str
    core_sound: str
    words: tuple[str, ...]
    formal: bool


@dataclass(frozen=True, slots=True)
class _Words:
    characters: dict[int, str]
    legal: re.Pattern[str]
    ending: re.Pattern[str]
    misspelt: frozenset[str]
    ordinals: frozenset[str]
    branch: re.Pattern[str]
    branch_words: re.Pattern[str]
    trade: re.Pattern[str]
    phrases: Mapping[str, str]
    forms: frozenset[str]
    short: Mapping[str, str]
    generic: frozenset[str]


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


@lru_cache(maxsize=1)
def _words() -> _Words:
    told: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    lines = CHARACTERS_FILE.read_text(encoding="utf-8").splitlines()
    numbers = f"[{told['ordinals']}]"
    return _Words(
        characters={ord(line[0]): line[1] for line in lines if len(line) == 2},
        legal=re.compile(f"(?:{_any_of(told['legal_forms'])})+$"),
        ending=re.compile(f"(?:{_any_of([*told['legal_forms'], *told['shop_marks']])})+$"),
        misspelt=_misspelt([*told["legal_forms"], *told["shop_marks"]]),
        ordinals=frozenset(told["ordinals"]),
        branch=re.compile(
            f"(?<={told['legal_forms'][-3]})(.+?(?:{_any_of(told['branches'])}))$"
            f"|([^{told['ordinals']}]{{0,2}}{numbers}+(?:{_any_of(told['branches'])}))$"
        ),
        branch_words=re.compile(_any_of([*told["branches"], *told["branch_marks"]])),
        trade=re.compile(
            f"^(.{{{SHORTEST_CORE},}}?)((?:{_any_of(told['trades'])})*[{told['trade_ends']}]?)$"
        ),
        phrases=told["english_phrases"],
        forms=frozenset(told["english_forms"]),
        short=told["english_short"],
        generic=frozenset(told["english_generic"]),
    )


@lru_cache(maxsize=1)
def _regions() -> dict[str, tuple[str, ...]]:
    """Return by code the names that may stand before a name there, the longest first."""
    table = pd.read_csv(REGIONS_FILE, dtype=str, usecols=["code", "name", "level", "parent_code"])
    table = table[table["level"] != "street"]
    name = dict(zip(table["code"], table["name"], strict=True))
    parent = dict(zip(table["code"], table["parent_code"], strict=True))
    found = {}
    for code in name:
        at: object = code
        names: set[str] = set()
        while isinstance(at, str) and at in name:
            whole = name[at]
            names |= {whole, whole[:-1]} if len(whole) > 2 else {whole}
            names |= {whole[:2], whole[:3]} if len(whole) >= _LONG_AREA else set()
            at = parent.get(at)
        found[code] = tuple(sorted(names, key=lambda each: (-len(each), each)))
    return found


@lru_cache(maxsize=50_000)
def _sound(char: str) -> str:
    """Return one sign for how a character sounds; sounds that are often mixed up are one."""
    if not _HAN.match(char):
        return char
    spelt = lazy_pinyin(char, style=Style.NORMAL)[0]
    plain = re.sub(r"^([zcs])h", r"\1", re.sub(r"(?<=[aei]n)g$", "", spelt))
    return _sign_of("l" + plain[1:] if plain.startswith("n") else plain)


@lru_cache(maxsize=4_096)
def _sign_of(spelt: str) -> str:
    value = 0
    for letter in spelt:
        value = (value * 31 + ord(letter)) % 6_353
    return chr(_SOUND_BASE + value)


def sounds(text: str) -> str:
    """Return a text with each Chinese character by how it sounds.

    Examples
    --------
    >>> sounds("鑫源") == sounds("新园"), sounds("ab")
    (True, 'ab')
    """
    return "".join(map(_sound, text))


def generic_words() -> frozenset[str]:
    """Return Latin words that many names have."""
    return _words().generic


def has_number(text: str) -> bool:
    """Say whether a text has a digit or a numeral.

    Examples
    --------
    >>> has_number("二号"), has_number("超市")
    (True, False)
    """
    return not _words().ordinals.isdisjoint(text)


@lru_cache(maxsize=NAMES_KEPT)
def take_apart(name: str, county_code: str | None = None) -> NameParts:
    """Take one name apart.

    Parameters
    ----------
    county_code
        Where the operator is; names of this place and of what it belongs to say nothing new.

    Examples
    --------
    >>> parts = take_apart("武汉某某商贸有限公司", "420106")
    >>> parts.body, parts.core, parts.formal
    ('某某商贸', '某某', True)
    >>> take_apart("ACME Financial Svcs, Inc.").words
    ('acme', 'financial', 'services')
    """
    plain = unicodedata.normalize("NFKC", name[:LONGEST_NAME]).casefold()
    words = _words()
    plain = plain.translate(words.characters)
    if not _HAN.search(plain):
        return _latin(plain, words)
    return _chinese(plain, county_code, words)


def _chinese(plain: str, county_code: str | None, words: _Words) -> NameParts:
    full = _SIGNS.sub("", plain)
    marked = [_SIGNS.sub("", each) for each in _BRACKETED.findall(plain)]
    bare = _SIGNS.sub("", _BRACKETED.sub("", plain)) or full
    branch = ""
    if found := words.branch.search(bare):
        branch = found[1] or found[2]
        bare = bare[: -len(branch)]
    formal = words.legal.search(bare) is not None
    bare = _without_ending(bare, words)
    body = _without_place(bare, county_code) or full or plain
    told = [branch, *(each for each in marked if each and not words.legal.fullmatch(each))]
    cut = words.trade.match(body)
    core = cut[1] if cut else body
    return NameParts(
        full=full,
        body=body,
        core=core,
        branch="".join(_branch(each, county_code, words) for each in told),
        sound=sounds(body),
        core_sound=sounds(core),
        words=(),
        formal=formal,
    )


def _branch(text: str, county_code: str | None, words: _Words) -> str:
    """Return what sets a branch apart; the place alone does not."""
    plain = words.branch_words.sub("", text)
    if not plain or plain in _regions().get(county_code or "", ()):
        return ""
    number = "".join(each for each in plain if each in words.ordinals)
    return f"{number}|{sounds(plain)}"


def _without_ending(text: str, words: _Words) -> str:
    """Cut legal forms and kinds of online shop off, also where a slip of the pen spoilt them."""
    for _ in range(2):
        text = words.ending.sub("", text) or text
        tail = next(
            (
                n
                for n in range(8, 2, -1)
                if len(text) - n >= SHORTEST_CORE and text[-n:] in words.misspelt
            ),
            0,
        )
        text = text[: len(text) - tail]
    return text


def _misspelt(endings: Iterable[str]) -> frozenset[str]:
    """Return endings of four and more characters with one left out, doubled, or two swapped."""
    found: set[str] = set()
    for each in endings:
        if len(each) >= SHORTEST_ENDING:
            for i in range(len(each)):
                found |= {each[:i] + each[i + 1 :], each[:i] + each[i] + each[i:]}
                found.add(each[:i] + each[i + 1 : i + 2] + each[i] + each[i + 2 :])
    return frozenset(each for each in found if len(each) >= SHORTEST_ENDING - 1)


def _without_place(text: str, county_code: str | None) -> str:
    names = _regions().get(county_code or "", ())
    for _ in range(3):
        if not text.startswith(names):
            break
        start = next((n for n in names if text.startswith(n) and len(text) - len(n) >= 2), "")
        if not start:
            break
        text = text[len(start) :]
    return text


def _latin(plain: str, words: _Words) -> NameParts:
    text = re.sub(r"\b(?:d\s*/?\s*b\s*/?\s*a|aka|fka)\b.*$|\([^)]*\)", " ", plain)
    text = re.sub(r"[.']", "", text.replace("&", " and "))
    text = " ".join(re.sub(r"[^0-9a-z\u00c0-\u024f]+", " ", text).split())
    for phrase, short in words.phrases.items():
        text = re.sub(rf"\b{phrase}\b", short, text)
    every = [words.short.get(word, word) for word in text.split()]
    if len(every) > 1 and _like_form(every[-1], words):
        every[-1] = "inc"
    kept = [word for word in every if word not in words.forms and word != "and"]
    kept = kept or every or [plain]
    body = " ".join(kept)
    joined = "".join(kept)
    return NameParts(
        full=plain,
        body=body,
        core=joined,
        branch="",
        sound=body,
        core_sound=joined,
        words=tuple(kept),
        formal=len(kept) < len(every),
    )


def _like_form(word: str, words: _Words) -> bool:
    """Say whether a last word is a legal form but for a slip of the pen."""
    if word in words.forms or word in words.generic or len(word) < SHORTEST_ENDING:
        return False
    return any(
        OSA.distance(word, form) <= (1 if len(form) < 8 else 2)
        for form in words.forms
        if len(form) >= SHORTEST_ENDING and abs(len(form) - len(word)) <= 1
    )


def address_key(address: str, county_code: str | None = None) -> str:
    """Return an address in one way of writing, without the names of its county and above.

    Examples
    --------
    >>> address_key("湖北省武汉市武昌区 珞珈山街道檀溪路４５７号", "420106")
    '珞珈山街道檀溪路457号'
    """
    plain = unicodedata.normalize("NFKC", address[:LONGEST_NAME]).casefold()
    plain = _SIGNS.sub("", plain.translate(_words().characters))
    return _without_place(plain, county_code)
