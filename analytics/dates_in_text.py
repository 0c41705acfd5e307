"""Days that people write in texts: 2026年3月5日, 2026.3.5, 3月5号, 去年10月, 昨天, 上个月.

The words are data (``assets/lexicons/dates.yaml``). Days are read as intervals against the day a text
was registered: 去年10月 is the whole month, 上个月 at most 62 days back.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

WORDS_FILE = Path(__file__).resolve().parents[1] / "assets" / "lexicons" / "dates.yaml"

EARLIEST_YEAR = 1990
"""Years before are numbers of another kind. Ours."""

LATEST_YEAR = 2099
"""Years after are numbers of another kind. Ours."""


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@dataclass(frozen=True)
class DateWords:
    """Words that days are written with."""

    words: dict[str, Any]

    @cached_property
    def relative(self) -> dict[str, tuple[int, int]]:
        """Days before the day of registration, earliest and latest."""
        return {word: (days[0], days[1]) for word, days in self.words["relative"].items()}

    @cached_property
    def years_ago(self) -> dict[str, int]:
        """Years before the year of registration."""
        return dict(self.words["years_ago"])

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One of: a whole date, year and month, month and day, a relative day."""
        each = self.words
        year = rf"(?P<year>(?:19|20)[0-9]{{2}})\s?(?:{_any(each['year'])})"
        ago = rf"(?P<ago>{_any(self.years_ago)})"
        month, day = r"(?P<month>1[0-2]|0?[1-9])", r"(?P<day>3[01]|[12][0-9]|0?[1-9])"
        later = _any(word for word in each["not_day"] if word not in each["month"])
        full = rf"(?<![0-9]){year}\s?{month}(?:{_any(each['month'])})\s?{day}(?:{_any(each['day'])}|(?![0-9]|{later}))"
        part = (
            rf"(?:(?<![0-9])(?:{year.replace('<year>', '<year2>')}|{ago})?\s?(?<![0-9.\-/])"
            rf"{month.replace('<month>', '<month2>')}{each['month_word']}"
            rf"(?:\s?{day.replace('<day>', '<day2>')}(?:{_any(each['day'])}|(?![0-9]|{_any(each['not_day'])})))?)"
        )
        first = re.escape("".join({word[0] for word in (*self.relative, *self.years_ago)}))
        return re.compile(
            rf"(?=[\s0-9{first}])(?:{full}|{part}|(?P<relative>{_any(self.relative)}))"
        )

    @cached_property
    def hint(self) -> re.Pattern[str]:
        """Found in every text that holds a day."""
        return re.compile(
            rf"[0-9](?:{_any([*self.words['year'], self.words['month_word']])})|{_any(self.relative)}"
        )


@cache
def date_words(path: Path = WORDS_FILE) -> DateWords:
    """Read the words of days.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    """
    return DateWords(yaml.safe_load(path.read_text(encoding="utf-8")))


def find_dates(
    texts: pd.Series, registered: pd.Series, *, words: DateWords | None = None
) -> pd.DataFrame:
    """Find the days in texts.

    Parameters
    ----------
    texts
        Texts, any index; missing values hold none. Full-width digits are not read; fold them first.
    registered
        When each text was registered, in the same order; a text without it has no day either.

    Returns
    -------
    pandas.DataFrame
        One row per day, in order: ``text`` (position in the series), ``start``, ``end`` (characters),
        ``first``, ``last`` (midnights; the same for a single day), ``has_year`` (the year was written,
        so that the day may lie in the future).

    Notes
    -----
    A day without a year is the latest such day up to the day after registration. A month and a number
    without 日 or 号 (3月5) counts as a day. Days that do not exist (2月30日) are left out.

    Examples
    --------
    >>> found = find_dates(pd.Series(["12月30日购买，昨天联系"]), pd.Series(pd.to_datetime(["2026-01-05"])))
    >>> found["first"].dt.strftime("%Y-%m-%d").tolist()
    ['2025-12-30', '2026-01-04']
    """
    known = words or date_words()
    rows: list[tuple[int, int, int, dt.date, dt.date, bool]] = []
    days = pd.to_datetime(registered).to_numpy(dtype="datetime64[D]").tolist()
    for position, (text, day) in enumerate(zip(texts.tolist(), days, strict=True)):
        if day is None or not isinstance(text, str) or not known.hint.search(text):
            continue
        for match in known.pattern.finditer(text):
            read = _days(match, day, known)
            if read is not None:
                rows.append((position, *match.span(), *read))
    found = pd.DataFrame(rows, columns=["text", "start", "end", "first", "last", "has_year"])
    for name in ("first", "last"):
        found[name] = pd.to_datetime(found[name]).astype("datetime64[s]")
    kinds = {"text": np.int64, "start": np.int64, "end": np.int64, "has_year": np.bool_}
    return found.astype(kinds)


def _days(
    match: re.Match[str], today: dt.date, known: DateWords
) -> tuple[dt.date, dt.date, bool] | None:
    if match["relative"]:
        earliest, latest = known.relative[match["relative"]]
        return today + dt.timedelta(earliest), today + dt.timedelta(latest), False
    month = int(match["month"] or match["month2"])
    day = match["day"] or match["day2"]
    written = match["year"] or match["year2"]
    if written:
        return _within(int(written), month, day, has_year=True)
    if match["ago"]:
        return _within(today.year - known.years_ago[match["ago"]], month, day, has_year=True)
    found = _within(today.year, month, day, has_year=False)
    if found is None or found[0] > today + dt.timedelta(1):
        found = _within(today.year - 1, month, day, has_year=False)
    return found


def _within(
    year: int, month: int, day: str | None, *, has_year: bool
) -> tuple[dt.date, dt.date, bool] | None:
    length = calendar.monthrange(year, month)[1]
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or int(day or 1) > length:
        return None
    if day:
        single = dt.date(year, month, int(day))
        return single, single, has_year
    return dt.date(year, month, 1), dt.date(year, month, length), has_year
