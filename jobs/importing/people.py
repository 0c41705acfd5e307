"""Personal data of a column: masked, and told apart by a keyed hash."""

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from analytics.masking_rules import (
    DIGITS_HINT,
    FULL_WIDTH_DIGIT,
    GAPS_HINT,
    LONG_NUMBER,
    PersonalKind,
    Rule,
    field_rules,
    half_width,
    masking_words,
    scrub_rules,
)

KEY_FILE = "person.key"
KEY_BYTES = 32
PERSON_KEY_BYTES = 8
"""Half the length of a stored key in characters."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_DIGITS_ONLY = re.compile(r"[^0-9]+")


def person_secret(folder: Path) -> bytes:
    """Return the warehouse's secret for person keys, made at the first import.

    The file is readable by its owner only. Whoever loses it can no longer tell returning persons;
    whoever steals it can test guesses.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{KEY_FILE}.building"
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise ValueError(
            f"{path} holds {len(secret)} bytes instead of {KEY_BYTES}; restore it from a backup"
        )
    return secret


def mask_column(column: pl.Series, kind: PersonalKind) -> pl.Series:
    """Mask every value as `analytics.masking.mask_value` does.

    Examples
    --------
    >>> mask_column(pl.Series(["张三丰", None]), PersonalKind.NAME).to_list()
    ['张**', None]
    """
    if kind is PersonalKind.TEXT:
        return scrub_column(column)
    stripped = column.str.strip_chars()
    value = pl.col("value")
    result: pl.Expr = value
    for rule in reversed(field_rules(kind)):
        pattern = _whole(rule.pattern)
        result = (
            pl.when(value.str.contains(pattern))
            .then(value.str.replace(pattern, rule.replacement))
            .otherwise(result)
        )
    return stripped.to_frame("value").select(result.alias(column.name)).to_series()


def _whole(pattern: str) -> str:
    flags, bare = ("(?s)", pattern[4:]) if pattern.startswith("(?s)") else ("", pattern)
    return f"{flags}^(?:{bare})$"


def scrub_column(column: pl.Series, own: pl.DataFrame | None = None) -> pl.Series:
    """Mask personal data inside free texts as `analytics.masking.scrub_text` does.

    Parameters
    ----------
    own
        The complainant's own values, one column each, same rows.

    Examples
    --------
    >>> scrub_column(pl.Series(["电话13800138000"])).to_list()
    ['电话138****8000']
    """
    texts = column.clone() if own is None else _without_own(column, own)
    has_wide = texts.str.contains(FULL_WIDTH_DIGIT)
    wide = _positions(has_wide)
    suspects = _positions(texts.str.contains(half_width(DIGITS_HINT)) & ~has_wide)
    numbers = [rule for rule in scrub_rules() if rule.hint in {DIGITS_HINT, GAPS_HINT}]
    for rule in scrub_rules():
        if rule not in numbers:
            texts = _replace(texts, rule)
        elif rule is numbers[0]:
            texts = _scrub_numbers(texts, suspects, numbers, narrow=True)
            texts = _scrub_numbers(texts, wide, numbers, narrow=False)
    return texts


def _replace(texts: pl.Series, rule: Rule) -> pl.Series:
    found = _positions(texts.str.contains(rule.hint or rule.pattern))
    if not len(found):
        return texts
    return texts.scatter(found, texts.gather(found).str.replace_all(rule.pattern, rule.replacement))


def _scrub_numbers(
    texts: pl.Series, rows: pl.Series, rules: Sequence[Rule], *, narrow: bool
) -> pl.Series:
    if not len(rows):
        return texts
    part = texts.gather(rows)
    grouped = part.str.contains(GAPS_HINT).any()
    for rule in rules:
        if rule.hint == GAPS_HINT and not grouped:
            continue
        pattern = half_width(rule.pattern) if narrow else rule.pattern
        part = part.str.replace_all(pattern, rule.replacement)
    return texts.scatter(rows, part)


def _positions(mask: pl.Series) -> pl.Series:
    return mask.fill_null(value=False).arg_true()


def _without_own(column: pl.Series, own: pl.DataFrame) -> pl.Series:
    placeholders = masking_words()["not_names"]
    texts = column.clone()
    for values in own:
        value = pl.col("value")
        usable = (value.str.len_chars() > 1) & ~value.str.contains(rf"\*|^{LONG_NUMBER}$")
        mentioned = pl.col("text").str.contains(value, literal=True)
        both = pl.DataFrame([texts.alias("text"), values.alias("value")])
        rows = _positions(both.select(usable & ~value.is_in(placeholders) & mentioned).to_series())
        if not len(rows):
            continue
        found = both[rows]
        number = found["value"].str.contains("^[0-9]")
        masked = mask_column(found["value"], PersonalKind.PHONE).zip_with(
            number, mask_column(found["value"], PersonalKind.NAME)
        )
        replaced = [
            text.replace(name, mask)
            for text, name, mask in zip(
                found["text"].to_list(), found["value"].to_list(), masked.to_list(), strict=True
            )
        ]
        texts = texts.scatter(rows, pl.Series(replaced, dtype=pl.String))
    return texts


def person_keys(persons: pl.DataFrame, secret: bytes) -> pl.Series:
    """Tell persons apart without naming them.

    Parameters
    ----------
    persons
        Columns ``person_phone``, ``person_id_number``, ``person_name``, ``person_address``.
    secret
        From `person_secret`.

    Returns
    -------
    polars.Series
        A keyed hash of 16 characters over the telephone number, else the identity number, else
        name and address; null where the record tells nobody apart.
    """
    phone = pl.col("person_phone")
    plain = phone.str.contains(r"^1[3-9][0-9]{9}$")
    known = persons.select(pl.when(plain).then(pl.lit("p") + phone)).to_series()
    odd = _positions(known.is_null())
    if len(odd):
        columns = ("person_phone", "person_id_number", "person_name", "person_address")
        told = [_told_apart_by(*values) for values in persons.select(columns)[odd].iter_rows()]
        known = known.scatter(odd, pl.Series(told, dtype=pl.String))
    blake = hashlib.blake2b
    digests = [
        each and blake(each, key=secret, digest_size=PERSON_KEY_BYTES).digest()
        for each in known.cast(pl.Binary).to_list()
    ]
    return pl.Series("person_key", digests, pl.Binary).bin.encode("hex")


def _told_apart_by(
    phone: str | None, number: str | None, name: str | None, address: str | None
) -> str | None:
    """Return the best of a person's values to tell them from others, marked with its kind."""
    if phone and "*" not in phone:
        digits = _DIGITS_ONLY.sub("", _half_width(phone))
        mobile = _MOBILE.search(digits)
        if mobile or len(digits) >= 7:
            return f"p{mobile[0] if mobile else digits}"
    if number and "*" not in number and len(number) >= 6:
        return f"i{_half_width(number).upper()}"
    if name and address and "*" not in name and name not in masking_words()["not_names"]:
        return f"n{_half_width(name)}|{_half_width(address)}"
    return None


def _half_width(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
