"""Words of source systems for the codes that the warehouse stores."""

import unicodedata
from functools import cache
from pathlib import Path

import yaml

from queries import event_codes, vocabulary

WORDS_FILE = Path(__file__).resolve().parents[2] / "assets" / "source_words.yaml"

LIST_SEPARATORS = ",，;；、|"
"""Between several words in one text, unless the mapping lists its own."""

CODES: dict[str, tuple[str, ...]] = {
    "kind": tuple(vocabulary.Kind),
    "status": tuple(vocabulary.Status),
    "acceptance": tuple(vocabulary.Acceptance),
    "mediation_result": tuple(vocabulary.MediationResult),
    "odr_result": tuple(vocabulary.OdrResult),
    "complainant_gender": tuple(vocabulary.Gender),
    "sale_mode": tuple(vocabulary.SaleMode),
    "requested_remedies": tuple(vocabulary.Remedy),
    "satisfaction": ("1", "2", "3", "4", "5"),
    "flag": ("1", "0"),
    "operator_status": tuple(vocabulary.OperatorStatus),
    "event_kind": tuple(vocabulary.OperatorEvent),
    **{f"{kind}_outcome": tuple(codes) for kind, codes in event_codes.EVENT_OUTCOMES.items()},
    **{f"{kind}_severity": tuple(codes) for kind, codes in event_codes.EVENT_SEVERITIES.items()},
}
"""Stored codes by section of the word file."""


class WordFileError(ValueError):
    """The word file names a code that does not exist, or one word for two codes."""


def word_key(text: str) -> str:
    """Return what spellings of one word have in common.

    Examples
    --------
    >>> word_key(" ＯＤＲ 处理中") == word_key("odr处理中")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def split_words(text: str, separators: str) -> list[str]:
    """Cut a text with several words.

    Examples
    --------
    >>> split_words("退款；赔偿, ", ",；")
    ['退款', '赔偿']
    """
    for separator in separators[1:]:
        text = text.replace(separator, separators[0])
    return [part.strip() for part in text.split(separators[0]) if part.strip()]


@cache
def words_of(section: str) -> dict[str, str]:
    """Return code by word, the codes themselves included.

    Raises
    ------
    WordFileError
        If the file contradicts itself or the vocabulary.

    Examples
    --------
    >>> words_of("kind")[word_key("投诉")]
    'complaint'
    """
    listed = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))[section]
    unknown = sorted(set(map(str, listed)) - set(CODES[section]))
    if unknown:
        msg = f"{WORDS_FILE.name}, {section}: unknown code {unknown[0]!r}; known: {CODES[section]}"
        raise WordFileError(msg)
    found = {word_key(code): str(code) for code in CODES[section]}
    for code, words in listed.items():
        for word in words:
            key = word_key(str(word))
            if found.get(key, code) != code:
                msg = f"{WORDS_FILE.name}, {section}: {word!r} stands for {found[key]} and {code}"
                raise WordFileError(msg)
            found[key] = str(code)
    return found
