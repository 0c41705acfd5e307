"""Masking of personal data, in fields and inside free text."""

import re
from collections.abc import Sequence
from functools import cache

from analytics.masking_rules import (
    LONG_NUMBER,
    PersonalKind,
    Rule,
    field_rules,
    masking_words,
    scrub_rules,
)


def scrub_text(text: str, *, names: Sequence[str] = ()) -> str:
    """Mask personal data inside a free text.

    Masked are mobile and landline numbers, identity numbers, bank cards, e-mail addresses,
    WeChat and QQ accounts, plates, order numbers, and names that follow a cue ("我叫", "姓名：") or
    stand before a form of address. Amounts, dates and times stay as they are; runs of ten digits and
    more do not, whatever they mean.

    Parameters
    ----------
    text
        Any text.
    names
        The complainant's own values known from the record's fields (name, telephone …), each with
        at least two characters; every occurrence is masked.

    Returns
    -------
    str
        The text; unchanged where nothing was found.

    Notes
    -----
    A name that neither the record nor a cue gives away stays: this is masking for display, not
    anonymisation.

    Examples
    --------
    >>> scrub_text("我叫王小明，电话13800138000，2026年3月1日花费1200.50元")
    '我叫王**，电话138****8000，2026年3月1日花费1200.50元'
    >>> scrub_text("张三在店里购物", names=("张三",))
    '张*在店里购物'
    """
    for name in own_values(names):
        text = text.replace(name, mask_own(name))
    for rule, pattern in _compiled():
        text = pattern.sub(rule.python_replacement, text)
    return text


def own_values(names: Sequence[str]) -> list[str]:
    """Return the values worth looking for in a text, longest first.

    Left out are placeholders, single characters, what is masked already, and long numbers, which
    the rules find by themselves.

    Examples
    --------
    >>> own_values(["张", "欧阳娜娜", "匿名", "张三", "13800138000"])
    ['欧阳娜娜', '张三']
    """
    placeholders = set(masking_words()["not_names"])
    found = {
        name
        for name in names
        if len(name) > 1
        and "*" not in name
        and name not in placeholders
        and not re.fullmatch(LONG_NUMBER, name)
    }
    return sorted(found, key=lambda name: (-len(name), name))


def mask_own(value: str) -> str:
    """Mask a value from the record that was found in its own text.

    Examples
    --------
    >>> mask_own("87654321"), mask_own("张三丰")
    ('****4321', '张**')
    """
    return mask_phone(value) if value[:1].isdigit() else mask_name(value)


@cache
def _compiled() -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    return tuple((rule, re.compile(rule.pattern)) for rule in scrub_rules())


def mask_value(kind: PersonalKind, value: str) -> str:
    """Mask ``value`` as ``kind`` says.

    Examples
    --------
    >>> mask_value(PersonalKind.EMAIL, "radar@example.com")
    'r***@example.com'
    """
    if kind is PersonalKind.TEXT:
        return scrub_text(value)
    value = value.strip()
    for rule in field_rules(kind):
        match = re.fullmatch(rule.pattern, value)
        if match:
            return match.expand(rule.python_replacement)
    return value


def mask_name(name: str) -> str:
    """Keep the surname, compound surnames included.

    Examples
    --------
    >>> mask_name("张三丰"), mask_name("欧阳娜娜"), mask_name("王先生")
    ('张**', '欧阳**', '王先生')
    """
    return mask_value(PersonalKind.NAME, name)


def mask_phone(phone: str) -> str:
    """Keep a mobile number's first three and last four digits, a landline's area code and last four.

    Examples
    --------
    >>> mask_phone("13800138000"), mask_phone("0571-87651234")
    ('138****8000', '0571-****1234')
    """
    return mask_value(PersonalKind.PHONE, phone)


def mask_id_number(number: str) -> str:
    """Keep the first six and the last four characters of a resident identity number.

    Examples
    --------
    >>> mask_id_number("110105199001010123")
    '110105********0123'
    """
    return mask_value(PersonalKind.ID_NUMBER, number)


def mask_address(address: str) -> str:
    """Keep an address down to its district or street.

    Examples
    --------
    >>> mask_address("武汉市江岸区解放大道123号"), mask_address("解放大道123号")
    ('武汉市江岸区***', '***')
    """
    return mask_value(PersonalKind.ADDRESS, address)


def mask_email(address: str) -> str:
    """Keep the first character and the domain.

    Examples
    --------
    >>> mask_email("zhang.san@example.com")
    'z***@example.com'
    """
    return mask_value(PersonalKind.EMAIL, address)
