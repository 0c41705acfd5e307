"""Who is meant: names as callers say them, brought to one operator with a confidence.

The steps are those of record linkage (Fellegi and Sunter 1969; Christen 2012, "Data Matching"):
names are taken apart (`analytics.operator_names`), mentions that may belong together are found and
compared (`analytics.operator_pairs`), the evidence is weighed (`analytics.operator_weighing`), and
the surest pairs are joined first (`analytics.operator_joining`).
"""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.operator_joining import Joined, join_pairs
from analytics.operator_names import address_key, take_apart
from analytics.operator_pairs import Mentions
from analytics.operator_weighing import DOUBTFUL, SURE, Weighed, weigh

OPTIONAL = ("raw_id", "county_code", "address", "uscc", "phone", "count")
"""Columns of mentions that may be missing."""


class MissingNameColumnError(ValueError):
    """A frame of mentions has no column of names."""

    def __init__(self, columns: Sequence[object]) -> None:
        super().__init__(
            f"column 'name' is missing; got {list(columns)}; "
            f"give 'name' and, as far as known, {', '.join(OPTIONAL)}"
        )


def resolve_operators(
    names: pd.DataFrame,
    register: pd.DataFrame | None = None,
    *,
    same: Collection[tuple[str, str]] = (),
    different: Collection[tuple[str, str]] = (),
    across: bool = True,
    sure: float = SURE,
    doubtful: float = DOUBTFUL,
) -> pd.DataFrame:
    """Say for each mention which operator is meant.

    Parameters
    ----------
    names
        Mentions, any index: ``name``, and as far as known ``county_code``, ``address``, ``uscc``
        (checked by the caller), ``phone``, ``count`` (how often it was said) and ``raw_id`` (a
        label of the caller's). Missing values are unknown.
    register
        Operators that are known, with the same columns and ``operator_id``; two rows of it are
        never joined. None if there is no register.
    same, different
        Pairs of ``raw_id`` that a person decided about; they go before everything else, and where
        they contradict one another, ``different`` goes before ``same``. The first of a pair of
        ``different`` is the one that was set apart.
    across
        Whether the same full registered name in two counties is one operator.
    sure, doubtful
        Confidences from which a mention is joined, or shown to a person.

    Returns
    -------
    pandas.DataFrame
        Index of ``names``: ``operator`` (``operator_id`` of the register, else the code of a member,
        else a label of the group), ``confidence`` that it is this one (1 where it stands alone),
        ``decision`` (``match, new, doubtful, unknown``: nobody is named), ``reason`` (see `Weighed`), and
        for doubtful ones ``candidate``, the operator it may be.

    Raises
    ------
    MissingNameColumnError
        If there is no column ``name``.

    Notes
    -----
    Two different codes, two branches of one chain, and two counties (unless the full registered
    name is the same) are never joined. The order of rows changes nothing. A short name without
    address, code or phone that fits two operators of its county equally is doubtful.

    Examples
    --------
    >>> said = pd.DataFrame({
    ...     "name": ["武汉某某商贸有限公司", "某某商贸", "别家面馆"],
    ...     "county_code": ["420106"] * 3,
    ... })
    >>> resolve_operators(said)["operator"].nunique()
    2
    """
    if "name" not in names.columns:
        raise MissingNameColumnError(list(names.columns))
    said = _whole(names)
    known = None if register is None else _whole(register)
    distinct, place = _distinct(said, known)
    if not len(distinct):
        return _answer(names.index, place, pd.DataFrame(columns=_ANSWER))
    mentions = _mentions(distinct)
    weighed = weigh(mentions, fixed=distinct["operator_id"].to_numpy(), across=across)
    joined = join_pairs(
        mentions,
        weighed.left,
        weighed.right,
        weighed.confidence,
        sure=sure,
        doubtful=doubtful,
        fixed=distinct["operator_id"].to_list(),
        count=distinct["count"].to_numpy(),
        label=distinct["raw_id"].to_list(),
        same=same,
        different=different,
    )
    return _answer(names.index, place, _told(distinct, weighed, joined, doubtful))


def group_names(names: pd.Series, *, sure: float | None = None) -> pd.Series:
    """Group spellings of one name, nothing else being known.

    Parameters
    ----------
    names
        Names, any index; one that comes often is taken for right rather than for a misspelling.
    sure
        Confidence from which two names are one; None for `SURE`.

    Returns
    -------
    pandas.Series
        Number of the group, same index, from 0 in the order of the groups' first names by spelling;
        -1 where no name is given.

    Examples
    --------
    >>> group_names(pd.Series(["Acme Bank, N.A.", "ACME BANK", "Other Credit LLC", None])).to_list()
    [0, 0, 1, -1]
    """
    plain = pd.DataFrame({"name": names.to_numpy()})
    told = resolve_operators(plain, sure=SURE if sure is None else sure)["operator"]
    first = plain["name"].astype(object)[told.notna()].groupby(told[told.notna()]).min()
    order = sorted(first.index, key=lambda operator: (str(first[operator]), operator))
    number = {operator: place for place, operator in enumerate(order)}
    found = told.map(number).fillna(-1).astype("int64")
    return pd.Series(found.to_numpy(), index=names.index, name=names.name)


_ANSWER = ["operator", "confidence", "decision", "reason", "candidate"]


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns a mention may have, as text; unknown is empty."""
    found = pd.DataFrame(index=range(len(frame)))
    for column in ("name", "county_code", "address", "uscc", "phone", "raw_id"):
        told = frame[column] if column in frame else pd.Series("", index=frame.index)
        found[column] = (
            told.astype(object).where(told.notna(), "").astype(str).str.strip().to_numpy()
        )
    found["count"] = frame["count"].fillna(1).astype("int64").to_numpy() if "count" in frame else 1
    found["operator_id"] = frame["operator_id"].to_numpy() if "operator_id" in frame else None
    return found


_SAME = ["operator_id", "name", "county_code", "address", "uscc", "phone", "raw_id"]


def _distinct(
    said: pd.DataFrame, known: pd.DataFrame | None
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Return each different mention once, the register's first, and where each row went, -1 nowhere."""
    both = pd.concat(
        [said.assign(operator_id=None)]
        if known is None
        else [known, said.assign(operator_id=None)],
        ignore_index=True,
    )
    both["operator_id"] = both["operator_id"].astype(object)
    named = (both["name"] != "") | (both["uscc"] != "")
    keys = both[_SAME].astype(object).where(both[_SAME].notna(), "")
    number = keys.groupby(_SAME, sort=True).ngroup().to_numpy()
    number = np.where(named.to_numpy(), number, -1)
    used = np.unique(number[number >= 0])
    place = np.searchsorted(used, number)
    place = np.where(number >= 0, place, -1)
    chosen = both[named].assign(place=place[named.to_numpy()])
    counts = chosen.groupby("place")["count"].sum()
    distinct = chosen.drop_duplicates("place").sort_values("place").reset_index(drop=True)
    distinct["count"] = counts.to_numpy()
    start = 0 if known is None else len(known)
    return distinct, place[start:]


def _mentions(distinct: pd.DataFrame) -> Mentions:
    counties = distinct["county_code"].to_list()
    return Mentions(
        parts=[
            take_apart(name or code, county or None)
            for name, code, county in zip(
                distinct["name"].to_list(), distinct["uscc"].to_list(), counties, strict=True
            )
        ],
        place=counties,
        address=[
            address_key(each, county or None) if each else ""
            for each, county in zip(distinct["address"].to_list(), counties, strict=True)
        ],
        uscc=distinct["uscc"].to_list(),
        phone=distinct["phone"].to_list(),
    )


def _told(
    distinct: pd.DataFrame, weighed: Weighed, joined: Joined, doubtful: float
) -> pd.DataFrame:
    operator = joined.operator
    frame = pd.DataFrame(
        {
            "operator": operator,
            "confidence": joined.confidence,
            "decision": np.where(joined.alone, "new", "match"),
            "reason": [weighed.reasons[i] if i >= 0 else "" for i in joined.pair],
            "candidate": None,
        }
    )
    across = operator[weighed.left] != operator[weighed.right]
    open_pairs = np.flatnonzero(across & (weighed.confidence >= doubtful))
    order = open_pairs[np.argsort(-weighed.confidence[open_pairs], kind="stable")]
    fixed = np.array([isinstance(each, str) for each in distinct["operator_id"]])
    coded = fixed | (distinct["uscc"].to_numpy() != "")
    candidate: dict[int, int] = {}
    for pair in order.tolist():
        for mention in (int(weighed.left[pair]), int(weighed.right[pair])):
            if joined.alone[mention] and not coded[mention]:
                candidate.setdefault(mention, pair)
    open_to = np.array(sorted(candidate), dtype=np.int64)
    by = np.array([candidate[mention] for mention in open_to.tolist()], dtype=np.int64)
    other = np.where(weighed.left[by] == open_to, weighed.right[by], weighed.left[by])
    told = {
        "confidence": weighed.confidence[by],
        "decision": "doubtful",
        "reason": [weighed.reasons[pair] for pair in by],
        "candidate": operator[other],
    }
    for column, values in told.items():
        filled = frame[column].to_numpy(dtype=object, copy=True)
        filled[open_to] = values
        frame[column] = filled
    return frame


def _answer(index: pd.Index, place: npt.NDArray[np.int64], told: pd.DataFrame) -> pd.DataFrame:
    found = told.reindex(place)
    found.index = index
    found["confidence"] = pd.to_numeric(found["confidence"]).astype("float64")
    found["decision"] = found["decision"].where(found["operator"].notna(), "unknown")
    return found[_ANSWER]
