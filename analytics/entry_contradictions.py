"""Where the narrative of an entry contradicts its fields.

Each check gives a nullable truth value per submission; NA means that there was nothing to compare,
which is not the same as "no contradiction".
"""

import re

import numpy as np
import pandas as pd

from analytics.amounts_in_text import RANK, amounts_near
from analytics.entry_rules import Contradictions
from analytics.keyword_hits import KeywordSearch
from analytics.rule_syntax import fold

_CLAUSE = re.compile("[，。；！？,;!?\n]")


def _nullable(size: int) -> pd.Series:
    return pd.Series(pd.NA, index=range(size), dtype="boolean")


def amounts_differ(
    amounts: pd.DataFrame, stated: pd.DataFrame, *, limits: Contradictions
) -> pd.Series:
    """Tell where no sum of the narrative agrees with a stated amount.

    Parameters
    ----------
    amounts
        What `analytics.amounts_in_text.find_amounts` gave; demands and prices per something are left
        out.
    stated
        Columns of stated amounts in yuan, one row per text.

    Returns
    -------
    pandas.Series
        By position; NA where the narrative has no sum, or no amount is stated.

    Notes
    -----
    Sums of several items are not added up, so that a text of many small sums can differ although its
    total is right: the list is for a look, not for a verdict.
    """
    differ = _nullable(len(stated))
    told = amounts[amounts["role"].isin([role.value for role in RANK])]
    texts = told["text"].to_numpy()
    agrees = np.zeros(len(told), dtype=np.bool_)
    for name in stated.columns:
        values = stated[name].to_numpy(dtype=float, na_value=np.nan)[texts]
        agrees |= amounts_near(
            told["low"].to_numpy(), told["high"].to_numpy(), values,
            tolerance=limits.amount_tolerance,
        )  # fmt: skip
    any_agrees = pd.Series(agrees).groupby(texts).any()
    known = stated.notna().any(axis=1).to_numpy()[any_agrees.index.to_numpy(dtype=np.int64)]
    compared = any_agrees[known]
    differ.loc[compared.index] = ~compared
    return differ


def dates_differ(
    dates: pd.DataFrame,
    registered: pd.Series,
    disputed: pd.Series,
    *,
    limits: Contradictions,
) -> pd.Series:
    """Tell where the days of the narrative cannot be.

    True where the dispute is said to be after registration, where every day with a year lies after
    registration, or where every day of the narrative is further than ``date_gap_days`` from the
    stated day of the dispute.

    Parameters
    ----------
    dates
        What `analytics.dates_in_text.find_dates` gave.
    registered, disputed
        Times by position.

    Returns
    -------
    pandas.Series
        NA where neither a dispute's time nor a day in the narrative is known.
    """
    day = np.timedelta64(1, "D")
    booked = pd.to_datetime(registered).to_numpy(dtype="datetime64[D]")
    stated = pd.to_datetime(disputed).to_numpy(dtype="datetime64[D]")
    differ = _nullable(len(booked))
    has_time = ~np.isnat(stated) & ~np.isnat(booked)
    differ[has_time] = stated[has_time] > booked[has_time]
    texts = dates["text"].to_numpy(dtype=np.int64)
    first = dates["first"].to_numpy(dtype="datetime64[D]")
    last = dates["last"].to_numpy(dtype="datetime64[D]")
    later = dates["has_year"].to_numpy() & (first > booked[texts] + day)
    beside = np.maximum(first - stated[texts], stated[texts] - last)
    far = beside > np.timedelta64(limits.date_gap_days, "D")
    by_text = pd.DataFrame({"later": later, "far": far & ~np.isnat(stated[texts])}).groupby(texts)
    impossible = by_text.all().any(axis=1)
    at = impossible.index.to_numpy(dtype=np.int64)
    differ.iloc[at] = differ.iloc[at].fillna(False).to_numpy(dtype=bool) | impossible.to_numpy()
    return differ


def categories_differ(
    entered: pd.Series, suggested: pd.DataFrame, *, limits: Contradictions
) -> pd.Series:
    """Tell where a sure suggestion is another category than the entered one.

    Parameters
    ----------
    entered
        Category by position.
    suggested
        ``category`` and ``confidence`` (0 to 1) by position.

    Returns
    -------
    pandas.Series
        NA where nothing was entered or the suggestion is not sure enough.
    """
    differ = _nullable(len(entered))
    sure = suggested["confidence"].ge(limits.category_confidence).fillna(value=False).to_numpy(bool)
    known = sure & entered.notna().to_numpy() & suggested["category"].notna().to_numpy()
    differ[known] = entered.to_numpy()[known] != suggested["category"].to_numpy()[known]
    return differ


def regions_differ(
    texts: list[str], counties: pd.Series, places: pd.DataFrame, *, limits: Contradictions
) -> pd.Series:
    """Tell where every place named in the narrative lies in another city or county.

    Parameters
    ----------
    texts
        Narratives by position.
    counties
        Six-digit code of each submission's county.
    places
        ``name`` and six-digit ``code`` of cities and counties; a name may have several codes.

    Returns
    -------
    pandas.Series
        NA where no place is named, or no county is known. A city contains its counties. Places that
        ``other_place_before`` and ``other_place_after`` mark as a person's home do not count.
    """
    differ = _nullable(len(texts))
    own = counties.astype(object).to_numpy()
    codes = places.groupby("name")["code"].agg(list)
    search = KeywordSearch(list(codes.index), negations=None)
    folded = [fold(str(name)) for name in codes.index]
    named: dict[int, list[str]] = {}
    for piece in search.pieces(texts):
        found = piece.found()
        for (name, listed), key in zip(codes.items(), folded, strict=True):
            if key not in found:
                continue
            spans = piece.spans(str(name))
            where = piece.texts(spans.starts)
            for text, start in zip(where.tolist(), spans.starts.tolist(), strict=True):
                at = start - int(piece.offsets[text])
                whole = texts[piece.first + text]
                if not _other_place(whole, at, at + len(str(name)), limits):
                    named.setdefault(piece.first + text, []).extend(listed)
    known = [at for at in named if isinstance(own[at], str)]
    differ.iloc[known] = [not any(_inside(own[at], code) for code in named[at]) for at in known]
    return differ


def _other_place(text: str, start: int, end: int, limits: Contradictions) -> bool:
    before = _CLAUSE.split(text[max(0, start - limits.place_reach) : start])[-1]
    after = text[end : end + limits.place_reach // 2]
    return any(cue in before for cue in limits.other_place_before) or after.startswith(
        limits.other_place_after
    )


def _inside(county: str, named: str) -> bool:
    """Tell whether a named place is the county, its city, or lies in the county's own city level."""
    if named == county:
        return True
    return named[:4] == county[:4] and (named.endswith("00") or county.endswith("00"))
