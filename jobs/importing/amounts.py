"""Amounts as people write them: ``1,200元``, ``1.2万``, ``约300元``, ``一千二百``."""

import re
import unicodedata

import polars as pl

MAX_YUAN = 1e12
"""Amounts above a trillion yuan are typing errors."""

_SCALES = {
    "": 1.0,
    "百": 100.0,
    "千": 1e3,
    "万": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "k": 1e3,
    "w": 1e4,
}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?(?:e\+?\d{1,2})?|\.\d+"
_AMOUNT = re.compile(
    r"(?:大?约|大概|共计?|合计|总计|总共|近|超过?|人民币|rmb|cny|[¥$])*"
    rf"({_NUMBER})"
    r"(百万|千万|百|千|万|亿|k|w)?"
    r"(?:(\d)(?:千|百)?)?"
    r"(?:[余多几])?"
    r"(人民币|元人民币|元钱|元|块钱|块|圆|rmb|cny|yuan)?"
    r"(?:整|左右|以上|上下|余|多|/[^\d]{1,3})*"
)
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_NUMERAL = re.compile(
    rf"(?:人民币|约|共)?([{''.join(_DIGITS)}{''.join(_PLACES)}万亿]+)(?:(?:元|块|圆)(?:钱|整|正)?)?"
)


def parse_amount(text: str, *, unit_yuan: float = 1.0) -> float | None:
    """Read one amount in yuan.

    Parameters
    ----------
    text
        As it came.
    unit_yuan
        What a bare number counts, in yuan (10,000 for a column in 万元). A text that says 元 itself is
        in yuan whatever the column says.

    Returns
    -------
    float or None
        None for what is no single amount: ranges, several amounts, negative or absurd ones.

    Examples
    --------
    >>> [parse_amount(text) for text in ("1,200元", "1.2万", "￥35", "约３００元", "1万2", "一千二百元")]
    [1200.0, 12000.0, 35.0, 300.0, 12000.0, 1200.0]
    >>> parse_amount("3.5", unit_yuan=10_000), parse_amount("100-200元")
    (35000.0, None)
    """
    plain = "".join(unicodedata.normalize("NFKC", text).lower().replace("，", ",").split())
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        value = _numeral(plain)
    else:
        number, scale, tail, own_unit = match.groups()
        value = float(number.replace(",", "")) * _SCALES[scale or ""]
        if tail is not None:
            if scale not in {"百", "千", "万", "亿"}:
                return None
            value += int(tail) * _SCALES[scale] / 10
        if scale is None and own_unit is None:
            value *= unit_yuan
    return value if value is not None and 0 <= value <= MAX_YUAN else None


def _numeral(text: str) -> float | None:
    match = _NUMERAL.fullmatch(text)
    if match is None or not set(match[1]) - set("百千万亿佰仟"):
        return None
    total = group = section = digit = 0
    for char in match[1]:
        if char in _DIGITS:
            digit = _DIGITS[char]
            continue
        if char in _PLACES:
            section += (digit or (1 if _PLACES[char] == 10 else 0)) * _PLACES[char]
        elif char == "万":
            group, section = (section + digit) * 10_000, 0
        else:
            total, group, section = (group + section + digit) * 100_000_000, 0, 0
        digit = 0
    return float(total + group + section + digit)


def read_amounts(column: pl.Series, *, unit_yuan: float = 1.0) -> pl.Series:
    """Read a column of amounts; null where `parse_amount` finds none.

    Plain numbers and the commonest spellings are read as a whole, the rest once per distinct text.
    """
    plain = _numbers(column) * unit_yuan
    odd = plain.is_null() & column.is_not_null()
    if odd.any():
        in_yuan = column.str.strip_suffix("元")
        spelled = _numbers(in_yuan.set(in_yuan == column, None))
        plain = plain.zip_with(~odd, spelled)
        odd = plain.is_null() & column.is_not_null()
    values = plain.set(~plain.is_between(0, MAX_YUAN).fill_null(value=False), None)
    texts = column.filter(odd).unique()
    if not len(texts):
        return values
    parsed = pl.Series(
        [parse_amount(text, unit_yuan=unit_yuan) for text in texts.to_list()], dtype=pl.Float64
    )
    return values.zip_with(
        ~odd, column.replace_strict(texts, parsed, default=None, return_dtype=pl.Float64)
    )


def _numbers(column: pl.Series) -> pl.Series:
    """Return the plain numbers of a column, infinite and negative ones as null."""
    numbers = column.cast(pl.Float64, strict=False)
    usable = numbers.is_finite() & ~column.str.starts_with("-")
    return numbers.set(~usable.fill_null(value=False), None)
