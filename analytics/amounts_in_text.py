"""Sums of money that people write in texts: 1,280元, 1.2万, 三千八百块, 6000-8000元, 几百元.

The words are data (``assets/lexicons/amounts.yaml``). Sums are read as intervals, because much that is
said is not exact: 几百元 is 200 to 999 yuan, 600多元 is 600 to 700, 大约500元 450 to 550.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from analytics.rule_syntax import folded_codes

WORDS_FILE = Path(__file__).resolve().parents[1] / "assets" / "lexicons" / "amounts.yaml"

CUE_REACH = 8
"""Characters before a sum in which a cue says what it is for. Ours."""

ABOUT = 0.1
"""Share by which 大约, 左右 widen a sum to both sides. Ours."""

LARGEST = 1e12
"""Sums above are no sums but numbers that ran together, in yuan. Ours."""

_FULL_COMMA = 0xFF0C
_HAN = re.compile(r"[\u4e00-\u9fff]")


class AmountRole(StrEnum):
    """What a sum is for, by the words before it."""

    TOTAL = "total"
    SPENT = "spent"
    OTHER = "other"
    DEMAND = "demand"
    PRICE_PER = "price_per"


RANK = (AmountRole.TOTAL, AmountRole.SPENT, AmountRole.OTHER)
"""Roles among which a text's sum is picked, best first."""


@dataclass(frozen=True)
class AmountWords:
    """Words that sums are written with."""

    words: dict[str, Any]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Value of each Chinese digit."""
        return dict(self.words["digits"])

    @cached_property
    def countable(self) -> frozenset[str]:
        """Signs that say how many of a place or section there are."""
        return frozenset([*self.numbers, *self.words["vague"], *self.words["over"]])

    @cached_property
    def places(self) -> dict[str, int]:
        """Value of each place within a section of four digits."""
        return dict(self.words["places"])

    @cached_property
    def scales(self) -> dict[str, int]:
        """Value of each section."""
        return dict(self.words["scales"])

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of a sum; see `find_amounts` for what is then checked."""
        each = self.words
        signs = "".join([*self.numbers, *self.places, *self.scales, *each["vague"]])
        number = (
            rf"(?:(?:{_any(each['over'])})(?=[{''.join([*self.places, *self.scales])}]))?"
            rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|[{signs}])+"
        )
        units = _any(each["units"])
        scales = f"[{''.join([*self.places, *self.scales])}]"
        first = re.escape("".join({word[0] for word in (*each["signs"], *each["over"])}))
        return re.compile(
            rf"(?=[\s0-9{signs}{first}])"
            rf"(?P<sign>{_any(each['signs'])})?\s?(?<![0-9.,*])"
            rf"(?P<low>{number})(?:(?:{units})?(?:{_any(each['to'])})(?P<high>{number}))?"
            rf"(?P<more>{_any(each['more'])})?(?P<scale>{scales}*)(?P<more2>{_any(each['more'])})?"
            rf"(?:(?!{_any(each['not_units'])})(?P<unit>{units}))?"
            rf"(?P<after>{_any(each['about'])})?"
        )

    @cached_property
    def hint(self) -> re.Pattern[str]:
        """Found in every text that holds a sum."""
        return re.compile(_any([*self.words["units"], *self.words["signs"], *self.scales]))

    @cached_property
    def cues(self) -> list[tuple[AmountRole, re.Pattern[str]]]:
        """Words before a sum that say what it is for, the deciding one last."""
        return [
            (AmountRole.SPENT, re.compile(_any(self.words["spent_cues"]))),
            (AmountRole.TOTAL, re.compile(_any(self.words["total_cues"]))),
            (AmountRole.DEMAND, re.compile(_any(self.words["demand_cues"]))),
        ]

    @cached_property
    def before(self) -> re.Pattern[str]:
        """Words right before a sum that make it approximate."""
        return re.compile(rf"(?:{_any(self.words['about'])})$")

    @cached_property
    def per_before(self) -> re.Pattern[str]:
        """Words right before a sum that make it a price per something."""
        return re.compile(rf"(?:{_any(self.words['per_before'])})$")

    @cached_property
    def per(self) -> re.Pattern[str]:
        """Words right after a sum that make it a price per something."""
        return re.compile(_any(self.words["per"]))


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def amount_words(path: Path = WORDS_FILE) -> AmountWords:
    """Read the words of sums.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    """
    return AmountWords(yaml.safe_load(path.read_text(encoding="utf-8")))


def _tokens(text: str) -> list[str]:
    return re.findall(r"[0-9][0-9,]*(?:\.[0-9]+)?|.", text)


def read_number(text: str, *, words: AmountWords | None = None) -> tuple[float, float]:
    """Read a number in digits, Chinese numerals or both, as the least and the most it can mean.

    Raises
    ------
    ValueError
        If a character is no part of a number.

    Examples
    --------
    >>> read_number("三千八"), read_number("1.2万"), read_number("4万5千"), read_number("两千五百万")
    ((3800.0, 3800.0), (12000.0, 12000.0), (45000.0, 45000.0), (25000000.0, 25000000.0))
    >>> read_number("十几万"), read_number("五六百"), read_number("一千零五")
    ((110000.0, 190000.0), (500.0, 600.0), (1005.0, 1005.0))
    """
    known = words or amount_words()
    if text.isascii() and text.isdigit():
        return float(text), float(text)
    tokens = _tokens(text)
    return _value(tokens, known, least=True), _value(tokens, known, least=False)


def _joined(pending: float | None, digit: int, *, multiplied: bool, least: bool) -> float | None:
    """Add a Chinese digit: 二零二六 is one number, 五六百 from five to six hundred.

    A zero that stands for an empty place (一千零五) adds nothing.
    """
    if pending is None:
        return digit or None
    if not multiplied:
        return pending * 10 + digit
    return pending if least else digit


def _value(tokens: list[str], known: AmountWords, *, least: bool) -> float:
    total = section = 0.0
    pending: float | None = None
    last = scale_before = 1
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        if token[0].isdigit() and token[0].isascii():
            pending = float(token.replace(",", ""))
        elif token in known.numbers:
            digit = known.numbers[token]
            last = 10 if digit == 0 else last
            multiplied = after in known.places or after in known.scales
            pending = _joined(pending, digit, multiplied=multiplied, least=least)
        elif token in known.words["vague"]:
            pending = (pending or 0) + ((1 if last == 10 or pending else 2) if least else 9)
        elif token in known.words["over"]:
            pending = 1 if least else 9
        elif token in known.places:
            last = known.places[token]
            section += (1 if pending is None else pending) * last
            pending = None
        elif token in known.scales:
            last = known.scales[token]
            section += pending if pending is not None else (1.0 if section == 0 else 0.0)
            total = (
                total + section * last
                if total and last < scale_before
                else (total + section) * last
            )
            scale_before, section, pending = last, 0.0, None
        else:
            raise ValueError(f"{token!r} in {''.join(tokens)!r} is no part of a number")
    if pending is not None:
        short = last > 10 and pending < 10 and pending == int(pending)
        section += pending * last / 10 if short else pending
    return total + section


@dataclass(frozen=True, slots=True)
class _Sum:
    start: int
    end: int
    low: float
    high: float
    role: AmountRole


def find_amounts(texts: pd.Series, *, words: AmountWords | None = None) -> pd.DataFrame:
    """Find the sums of money in texts.

    Parameters
    ----------
    texts
        Texts, any index; missing values hold none.
    words
        Words of sums; the shipped ones by default.

    Returns
    -------
    pandas.DataFrame
        One row per sum, in order: ``text`` (position in the series), ``start``, ``end`` (characters),
        ``low``, ``high`` (yuan, the same where the sum is exact), ``role`` (see `AmountRole`).

    Notes
    -----
    A number counts as a sum with a currency sign or unit, or with 万 or 亿 behind a cue such as 花了.
    块 after a single number needs no Han character behind it, since 一块地 is no money. Sums in
    foreign currency, and sums written over several words (一千还是两千) are read as they stand.

    Examples
    --------
    >>> found = find_amounts(pd.Series(["充值３千元，退了一块", "花了1.2万，要求赔偿500元"]))
    >>> found[["text", "low", "high", "role"]].values.tolist()
    [[0, 3000.0, 3000.0, 'spent'], [1, 12000.0, 12000.0, 'spent'], [1, 500.0, 500.0, 'demand']]
    """
    known = words or amount_words()
    rows: list[tuple[int, int, int, float, float, str]] = []
    for position, text in enumerate(folded_texts(texts)):
        if known.hint.search(text):
            rows += [
                (position, each.start, each.end, each.low, each.high, each.role.value)
                for each in _sums(text, known)
            ]
    names = ["text", "start", "end", "low", "high", "role"]
    kinds = {"text": np.int64, "start": np.int64, "end": np.int64, "low": float, "high": float}
    return pd.DataFrame(rows, columns=names).astype({**kinds, "role": object})


def folded_texts(texts: pd.Series) -> list[str]:
    """Return texts with half-width digits and signs; commas between clauses stay full width."""
    listed = [text if isinstance(text, str) else "" for text in texts.tolist()]
    joined = "\0".join(listed)
    codes = folded_codes(joined)
    written = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes = np.where(written == _FULL_COMMA, written, codes)
    folded = codes.astype("<u4").tobytes().decode("utf-32-le")
    ends = np.cumsum([len(text) + 1 for text in listed]).tolist()
    return [folded[start : end - 1] for start, end in pairwise([0, *ends])]


def _sums(text: str, known: AmountWords) -> list[_Sum]:
    found = []
    behind = 0
    for match in known.pattern.finditer(text):
        if not (match["unit"] or match["sign"] or _is_scaled(match, known)):
            continue
        context = text[max(behind, match.start() - CUE_REACH) : match.start()]
        role = _role(context, text[match.end() : match.end() + 3], known)
        if not _is_money(match, text, role, known):
            continue
        behind = match.end()
        low, high = _interval(match, known)
        if match["after"] or known.before.search(context):
            low, high = low * (1 - ABOUT), high * (1 + ABOUT)
        if 0 < high < LARGEST:
            found.append(_Sum(match.start(), match.end(), low, high, role))
    return found


def _role(context: str, after: str, known: AmountWords) -> AmountRole:
    if known.per.match(after) or known.per_before.search(context):
        return AmountRole.PRICE_PER
    best, place = AmountRole.OTHER, -1
    for role, cues in known.cues:
        for match in cues.finditer(context):
            if match.end() >= place:
                best, place = role, match.end()
    return best


def _is_money(match: re.Match[str], text: str, role: AmountRole, known: AmountWords) -> bool:
    unit = match["unit"]
    if unit in known.words["counted_units"]:
        behind = text[match.end() : match.end() + 1]
        counted = len(match["low"]) == 1 and not match["low"].isdigit()
        return bool(match["after"]) or not (counted or _HAN.match(behind))
    if unit or match["sign"]:
        return True
    return role is not AmountRole.OTHER and _is_scaled(match, known)


def _is_scaled(match: re.Match[str], known: AmountWords) -> bool:
    """Tell whether a number counts tens of thousands or more."""
    large = match["low"] + (match["high"] or "") + match["scale"]
    if known.scales.keys().isdisjoint(large):
        return False
    return any(sign.isdigit() or sign in known.countable for sign in match["low"])


def _interval(match: re.Match[str], known: AmountWords) -> tuple[float, float]:
    scale = _value(_tokens(match["scale"]), known, least=True) if match["scale"] else 1.0
    low, high = read_number(match["low"], words=known)
    if match["high"]:
        worth = known.places | known.scales
        units = [worth[sign] for sign in match["high"] if sign in worth]
        bare = worth.keys().isdisjoint(match["low"])
        high = read_number(match["high"], words=known)[1]
        if units and bare and low * units[-1] <= high:
            low *= units[-1]
    if match["more"] or match["more2"]:
        high = high + _step(high)
    return min(low, high) * scale, max(low, high) * scale


def _step(value: float) -> float:
    """Return the value of the last place that is not zero: 600 gives 100, 1180 gives 10."""
    step = 1.0
    while value >= 10 and value % 10 == 0:
        value, step = value / 10, step * 10
    return step


def pick_amounts(amounts: pd.DataFrame, *, n_texts: int) -> pd.DataFrame:
    """Pick the sum that a text is about.

    The best role wins (total, spent, other), within a role the first. Demands, refunds, fines and
    prices per something are never picked.

    Parameters
    ----------
    amounts
        What `find_amounts` gave.
    n_texts
        Number of texts that were asked about.

    Returns
    -------
    pandas.DataFrame
        ``low``, ``high`` per text by position; NaN where there is none.

    Examples
    --------
    >>> texts = pd.Series(["单价10元，共计120元，要求赔偿500元", "没有说"])
    >>> pick_amounts(find_amounts(texts), n_texts=2)
         low   high
    0  120.0  120.0
    1    NaN    NaN
    """
    rank = {role.value: number for number, role in enumerate(RANK)}
    usable = amounts.assign(rank=amounts["role"].map(rank)).dropna(subset=["rank"])
    best = usable.sort_values(["text", "rank", "start"], kind="stable").drop_duplicates("text")
    return best.set_index("text")[["low", "high"]].reindex(range(n_texts)).rename_axis(None)


def amounts_near(
    low: npt.ArrayLike, high: npt.ArrayLike, stated: npt.ArrayLike, *, tolerance: float
) -> npt.NDArray[np.bool_]:
    """Tell which stated sums lie within their interval, give or take a share of themselves.

    Examples
    --------
    >>> amounts_near([100, 200], [100, 900], [101, 1000], tolerance=0.02).tolist()
    [True, False]
    """
    value = np.asarray(stated, dtype=float)
    slack = np.abs(value) * tolerance + 0.5
    return np.asarray((value >= np.asarray(low) - slack) & (value <= np.asarray(high) + slack))
