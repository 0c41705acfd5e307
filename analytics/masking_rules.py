"""Patterns that find personal data, and what replaces them.

Everything here is a table of `Rule`. The patterns use no look-around and no back-reference, so that a
vectorised engine (RE2, Rust) can apply the very same table to a column; `analytics.masking` is the
reference implementation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORDS_FILE = Path(__file__).resolve().parents[1] / "assets" / "lexicons" / "masking.yaml"

_HAN = "[\u4e00-\u9fff]"
_D = "[0-9０-９]"
_GAP = "[ \u3000\\-－—.]?"
_COLON = "[:：]"


DIGITS_HINT = rf"{_D}{{3}}{_GAP}{_D}{{4}}"
"""Found in every text that holds a telephone, identity, card or order number."""

GAPS_HINT = rf"{_D}[ -]{_D}{{4,8}}[ -]{_D}"
"""Found in every text that holds a long number written in groups."""

LONG_NUMBER = "[0-9]{10,}[0-9Xx]?"
"""A number that the rules for free text mask wherever it stands."""

FULL_WIDTH_DIGIT = "[０-９]"


def half_width(pattern: str) -> str:
    """Return a pattern without its full-width digits: as good, and twice as fast, for texts without.

    Examples
    --------
    >>> half_width("[0-9０-９]{4}[1１]")
    '[0-9]{4}[1]'
    """
    return re.sub("[０-９](?:-[０-９])?", "", pattern)


class PersonalKind(StrEnum):
    """What kind of personal data a value is; decides how it is masked."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    EMAIL = "email"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Rule:
    """One replacement.

    Attributes
    ----------
    name
        For tests and reports.
    pattern
        Regular expression without look-around.
    replacement
        Text with ``${1}`` for groups.
    hint
        Cheap pattern found in every text that the rule can change, so that a column skips most of
        its rows; the pattern itself where nothing is cheaper.
    """

    name: str
    pattern: str
    replacement: str
    hint: str = ""

    @property
    def python_replacement(self) -> str:
        """The replacement in the syntax of `re`."""
        return re.sub(r"\$\{(\d)\}", r"\\g<\1>", self.replacement)


@cache
def masking_words(path: Path = WORDS_FILE) -> dict[str, Any]:
    """Read the word lists that the patterns are built from.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    """
    words: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return words


@cache
def field_rules(kind: PersonalKind) -> tuple[Rule, ...]:
    """Return the rules for whole values of ``kind``: the first whose pattern fits wholly applies.

    Raises
    ------
    KeyError
        For `PersonalKind.TEXT`, which has `scrub_rules` instead.
    """
    return _FIELD_RULES[kind]()


def _name_rules() -> tuple[Rule, ...]:
    words = masking_words()
    compound = _any(words["compound_surnames"])
    titles = _any(words["titles"])
    return (
        Rule("blank", "", ""),
        Rule("masked already", r"(.{1,2}\*+)", "${1}"),
        Rule("surname and title", rf"((?:{compound}|{_HAN}){titles})", "${1}"),
        Rule("compound, one given", rf"({compound}){_HAN}", "${1}*"),
        Rule("compound", rf"({compound}){_HAN}.+", "${1}**"),
        Rule("one given", rf"({_HAN}){_HAN}", "${1}*"),
        Rule("two given", rf"({_HAN}){_HAN}{_HAN}", "${1}**"),
        Rule("other", r"(?s)(.).*", "${1}***"),
    )


def _phone_rules() -> tuple[Rule, ...]:
    area = "0(?:10|2[0-9]|[3-9][0-9]{2})"
    gap = "[ -]?"
    return (
        Rule("blank", "", ""),
        Rule(
            "mobile",
            rf"(?:\+?86)?{gap}(1[3-9][0-9]){gap}[0-9]{{4}}{gap}([0-9]{{4}})",
            "${1}****${2}",
        ),
        Rule("landline", rf"[(]?({area})[)]?{gap}[0-9]{{3,4}}{gap}([0-9]{{4}})", "${1}-****${2}"),
        Rule("local", rf"[0-9]{{3,4}}{gap}([0-9]{{4}})", "****${1}"),
        Rule("hotline", rf"([48]00){gap}[0-9]{{3}}{gap}([0-9]{{4}})", "${1}****${2}"),
        Rule("other", r"(?s).+", "****"),
    )


def _id_rules() -> tuple[Rule, ...]:
    return (
        Rule("blank", "", ""),
        Rule("resident, 18", "([0-9]{6})[0-9]{8}([0-9]{3}[0-9Xx])", "${1}********${2}"),
        Rule("resident, 15", "([0-9]{6})[0-9]{5}([0-9]{4})", "${1}*****${2}"),
        Rule("other document", r"(?s)(.).{2,}(.)", "${1}***${2}"),
        Rule("short", r"(?s).+", "***"),
    )


def _address_rules() -> tuple[Rule, ...]:
    words = masking_words()
    district = f"[^{words['not_districts']}]{words['district']}"
    unit = rf"(?:{district}|{_any(words['address_units'])})"
    street = rf"(?:{_HAN}{{1,8}}?{_any(words['address_streets'])})?"
    city = words["city"]
    return (
        Rule("blank", "", ""),
        Rule("no finer than a district", rf"({_HAN}{{1,24}}?{unit}|{_HAN}{{2,12}}{city})", "${1}"),
        Rule("district and street", rf"(?s)({_HAN}{{1,24}}?{unit}{street}).+", "${1}***"),
        Rule("city", rf"(?s)({_HAN}{{2,12}}?{city}).+", "${1}***"),
        Rule("other", r"(?s).+", "***"),
    )


def _email_rules() -> tuple[Rule, ...]:
    return (
        Rule("blank", "", ""),
        Rule("email", r"(.)[^@]*@(.+)", "${1}***@${2}"),
        Rule("other", r"(?s).+", "***"),
    )


_FIELD_RULES = {
    PersonalKind.NAME: _name_rules,
    PersonalKind.PHONE: _phone_rules,
    PersonalKind.ID_NUMBER: _id_rules,
    PersonalKind.ADDRESS: _address_rules,
    PersonalKind.EMAIL: _email_rules,
}


@cache
def scrub_rules() -> tuple[Rule, ...]:
    """Return the rules for free text, in the order in which they apply.

    Longer digit runs come before shorter ones, so that a rule for *n* digits never meets a longer
    run and needs no look-around to know where a run ends.
    """
    return (*_digit_rules(), *_word_rules())


def _digit_rules() -> tuple[Rule, ...]:
    area = rf"[0０](?:[1１][0０]|[2２]{_D}|[3-9３-９]{_D}{{2}})"
    digits = DIGITS_HINT
    return (
        Rule(
            "email",
            r"([A-Za-z0-9])[A-Za-z0-9._%+\-]*@([A-Za-z0-9][A-Za-z0-9.\-]*\.[A-Za-z]{2,})",
            "${1}***@${2}",
            "@",
        ),
        Rule("19 digits and more", rf"{_D}{{15,}}({_D}{{4}})", "****${1}", digits),
        Rule(
            "identity number",
            rf"({_D}{{6}}){_D}{{8}}({_D}{{3}}[0-9０-９XxＸ])",
            "${1}********${2}",
            digits,
        ),
        Rule(
            "identity number with gaps",
            rf"({_D}{{6}})[ -]{_D}{{8}}[ -]({_D}{{3}}[0-9０-９XxＸ])",
            "${1}********${2}",
            GAPS_HINT,
        ),
        Rule(
            "bank card with gaps",
            rf"{_D}{{4}}[ -]{_D}{{4}}[ -]{_D}{{4}}[ -]({_D}{{4}})(?:[ -]{_D}{{1,3}})?",
            "****${1}",
            GAPS_HINT,
        ),
        Rule("12 to 17 digits", rf"{_D}{{8,}}({_D}{{4}})", "****${1}", digits),
        Rule(
            "mobile",
            rf"([1１][3-9３-９]{_D}){_GAP}{_D}{{4}}{_GAP}({_D}{{4}})",
            "${1}****${2}",
            digits,
        ),
        Rule(
            "landline",
            rf"({area})[)）]?{_GAP}[2-9２-９]{_D}{{2,3}}{_GAP}({_D}{{4}})",
            "${1}-****${2}",
            digits,
        ),
        Rule("10 and 11 digits", rf"{_D}{{6,7}}({_D}{{4}})", "****${1}", digits),
    )


def _word_rules() -> tuple[Rule, ...]:
    words = masking_words()
    marked = f"(?:{_COLON}|{chr(0x662F)}|{chr(0x4E3A)})"
    surname = f"(?:{_any(words['compound_surnames'])}|[{''.join(words['surnames'].split())}])"
    titles, account = _any(words["titles"]), r"[A-Za-z0-9_\-]{2,30}"
    chat, qq = _any(words["chat_cues"]), _any(words["qq_cues"])
    plates = words["plate_provinces"]
    return (
        Rule(
            "local landline",
            rf"({_any(words['landline_cues'])}{marked}? ?)(?:[3-9]{_D}{{2,3}}|2[1-9]{_D}{{1,2}}){_GAP}({_D}{{4}})",
            "${1}****${2}",
        ),
        Rule(
            "marked chat account",
            rf"((?:{chat}|{qq}) ?{marked} ?)([A-Za-z0-9]){account}([A-Za-z0-9])",
            "${1}${2}***${3}",
        ),
        Rule("chat account", rf"({chat} ?)([A-Za-z]){account}([A-Za-z0-9])", "${1}${2}***${3}"),
        Rule("qq account", rf"({qq} ?)({_D}){_D}{{3,30}}({_D})", "${1}${2}***${3}"),
        Rule(
            "plate",
            rf"([{plates}][A-Z])[·• ]?[A-HJ-NP-Z0-9]{{3,4}}([A-HJ-NP-Z0-9]{{2}})",
            "${1}***${2}",
            "|".join(f"{province}[A-Z]" for province in plates),
        ),
        Rule(
            "order number",
            rf"({_any(words['order_cues'])}{marked}? ?)"
            r"(?:([0-9]{6}\*{4})\*{4}|[A-Za-z0-9\-]{2,40})([A-Za-z0-9]{4})",
            "${1}${2}****${3}",
        ),
        Rule(
            "own name",
            rf"({_any(words['name_cues'])}{_COLON}?)({surname}){_HAN}{{1,2}}",
            "${1}${2}**",
        ),
        Rule(
            "labelled name",
            rf"({_any(words['name_labels'])}{_COLON} ?)({surname}){_HAN}{{1,2}}",
            "${1}${2}**",
        ),
        Rule(
            "name set off",
            rf"({_any(words['name_self'])}[，,：: ]?)({surname}){_HAN}{{1,2}}([，,。；;（(：:])",
            "${1}${2}**${3}",
        ),
        Rule("name and title", rf"({surname}){_HAN}{{1,2}}({titles})", "${1}*${2}", titles),
    )


def _any(words: Sequence[str]) -> str:
    return (
        "(?:" + "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) + ")"
    )
