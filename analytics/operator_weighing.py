"""How much speaks for two mentions being one operator, and what speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA

from analytics.operator_pairs import Mentions, address_likeness, find_candidates, name_likeness

SURE = 0.8
"""Confidence from which two mentions are taken for one operator without asking (ours)."""

DOUBTFUL = 0.6
"""Confidence from which a person is asked (ours)."""

MARGIN = 0.06
"""A mention whose two best operators are no farther apart than this belongs surely to neither (ours)."""

NAME_ALONE = {"latin": 0.84, "han": 0.79}
"""Likeness of names from which they are one when nothing else is known, by script (ours)."""

OWN_LONG, OWN_SHORT, OWN_BEGINS = 0.9, 0.85, 0.82
"""Confidence of the same own part in one county: of three characters, of two, and where one begins
with the other; trades may differ (ours)."""

SAME_BRANCH = 0.6
"""Likeness of the marks of two branches below which they are two (ours)."""

BY_NAME = ("name", "sound", "own_part", "fuzzy")
"""Codes of what speaks for a pair by its names, the strongest first."""

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Pairs of mentions with the confidence that they are one operator.

    Attributes
    ----------
    left, right
        Positions.
    confidence
        0-1.
    reasons
        Codes, comma-separated: ``code, address, phone, name, sound, own_part, fuzzy``, and against:
        ``other_address, ambiguous``.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    confidence: _Floats
    reasons: list[str]


def weigh(
    mentions: Mentions, *, fixed: npt.NDArray[np.object_] | None = None, across: bool = True
) -> Weighed:
    """Find pairs and say how sure it is that both are one operator."""
    left, right = find_candidates(mentions, across=across)
    names = name_likeness(mentions, left, right)
    address = address_likeness(mentions, left, right)
    place = np.array(mentions.place, dtype=object)
    both_placed = (place[left] != "") & (place[right] != "")
    near = both_placed & (place[left] == place[right])
    confidence, reason = _by_name(mentions, left, right, names, near)
    far = both_placed & ~near
    full = np.array([each.full for each in mentions.parts], dtype=object)
    formal = np.array([each.formal for each in mentions.parts], dtype=bool)
    confidence[far] = np.where((full[left[far]] == full[right[far]]) & formal[left[far]], 0.9, 0.0)
    same = address >= 0.85
    other = address < 0.5
    confidence = np.where(
        same & (confidence >= 0.45), confidence + (1 - confidence) * 0.7, confidence
    )
    confidence = np.where(other & ~far, confidence * 0.72, confidence)
    confidence = _by_codes(mentions, left, right, confidence)
    apart = _apart([each.branch for each in mentions.parts], left, right)
    uscc = np.array(mentions.uscc, dtype=object)
    same_code = (uscc[left] != "") & (uscc[left] == uscc[right])
    confidence = np.where(apart & ~same_code, 0.0, confidence)
    if fixed is not None:
        known = np.array([isinstance(each, str) for each in fixed], dtype=bool)
        confidence = np.where(known[left] & known[right], 0.0, confidence)
    ambiguous = _ambiguous(mentions, left, right, confidence, fixed)
    confidence = np.where(ambiguous, np.minimum(confidence, 0.7), confidence)
    at = np.flatnonzero(confidence > 0)
    flags = {
        "code": same_code,
        "address": same,
        "other_address": other,
        "ambiguous": ambiguous,
    }
    reasons = _reasons(reason[at], {name: flag[at] for name, flag in flags.items()})
    return Weighed(left[at], right[at], confidence[at], reasons)


def _reasons(by_name: _Ints, flags: Mapping[str, _Bools]) -> list[str]:
    """Return the codes of each pair: that of its names, and of the flags that are set for it."""
    number = by_name * 2 ** len(flags)
    for place, flag in enumerate(flags.values()):
        number = number + flag * 2**place
    told = [
        ",".join([code, *(name for place, name in enumerate(flags) if bits >> place & 1)])
        for code in BY_NAME
        for bits in range(2 ** len(flags))
    ]
    return [told[each] for each in number.tolist()]


def _apart(branch: Sequence[str], left: _Ints, right: _Ints) -> _Bools:
    """Say which pairs' marks tell two branches apart: other numbers, or another place."""
    given = np.array([bool(each) for each in branch], dtype=bool)
    found = np.zeros(len(left), dtype=bool)
    for pair in np.flatnonzero(given[left] & given[right]).tolist():
        one, two = branch[left[pair]], branch[right[pair]]
        if one == two:
            continue
        (first, name), (second, other) = one.split("|", 1), two.split("|", 1)
        found[pair] = first != second or float(OSA.normalized_similarity(name, other)) < SAME_BRANCH
    return found


def _by_name(
    mentions: Mentions,
    left: _Ints,
    right: _Ints,
    names: pd.DataFrame,
    near: _Bools,
) -> tuple[_Floats, _Ints]:
    """Return confidences, and numbers of the codes in `BY_NAME`."""
    whole = names["whole"].to_numpy()
    own = names["own"].to_numpy()
    same_core = names["same_core"].to_numpy()
    core = np.array([len(each.core) for each in mentions.parts])
    shorter = np.minimum(core[left], core[right])
    latin = np.array([bool(each.words) for each in mentions.parts], dtype=bool)
    needed = np.where(latin[left], NAME_ALONE["latin"], NAME_ALONE["han"])
    alone = np.where(
        whole >= needed,
        SURE + (1 - SURE) * (whole - needed) / (1 - needed),
        whole / needed * SURE * 0.98,
    )
    begins = names["begins"].to_numpy()
    by_core = np.select(
        [same_core & (shorter >= 3), same_core, begins], [OWN_LONG, OWN_SHORT, OWN_BEGINS], 0.0
    )
    by_own = np.where((shorter >= 3) & (own >= 0.66), own * 0.9, 0.0)
    in_county = np.maximum.reduce([alone, by_core, by_own])
    confidence = np.where(near, in_county, alone)
    reason = np.select(
        [whole >= 0.999, whole >= 0.979, near & (same_core | begins)], [0, 1, 2], len(BY_NAME) - 1
    )
    return np.clip(confidence, 0, 0.97), np.asarray(reason, dtype=np.int64)


def _by_codes(
    mentions: Mentions,
    left: _Ints,
    right: _Ints,
    confidence: _Floats,
) -> _Floats:
    uscc = np.array(mentions.uscc, dtype=object)
    phone = np.array(mentions.phone, dtype=object)
    coded = (uscc[left] != "") & (uscc[right] != "")
    called = (phone[left] != "") & (phone[left] == phone[right])
    confidence = np.where(
        called & (confidence >= 0.3), confidence + (1 - confidence) * 0.6, confidence
    )
    return np.where(coded, np.where(uscc[left] == uscc[right], 0.99, 0.0), confidence)


def _ambiguous(
    mentions: Mentions,
    left: _Ints,
    right: _Ints,
    confidence: _Floats,
    fixed: npt.NDArray[np.object_] | None,
) -> _Bools:
    """Tell the pairs of a mention that fits two coded operators, or two branches, about equally."""
    codes = np.array(
        [
            fixed[i] if fixed is not None and isinstance(fixed[i], str) else mentions.uscc[i]
            for i in range(len(mentions))
        ],
        dtype=object,
    )
    branches = np.array([each.branch for each in mentions.parts], dtype=object)
    plain = (codes == "") & (branches == "")
    return _torn(codes == "", codes, left, right, confidence) | _torn(
        plain, branches, left, right, confidence
    )


def _torn(
    asking: _Bools,
    mark: npt.NDArray[np.object_],
    left: _Ints,
    right: _Ints,
    confidence: _Floats,
) -> _Bools:
    """Tell the pairs of mentions whose best partners bear more than one mark."""
    marks = np.asarray(pd.factorize(mark)[0], dtype=np.int64)
    marked = mark != ""
    parts = [
        (asking[mention] & marked[partner] & (confidence > 0), mention, partner)
        for mention, partner in ((left, right), (right, left))
    ]
    pairs = pd.DataFrame(
        {
            "pair": np.concatenate([np.flatnonzero(kept) for kept, _, _ in parts]),
            "mention": np.concatenate([mention[kept] for kept, mention, _ in parts]),
            "mark": np.concatenate([marks[partner[kept]] for kept, _, partner in parts]),
            "confidence": np.concatenate([confidence[kept] for kept, _, _ in parts]),
        }
    )
    best = pairs.groupby(["mention", "mark"])["confidence"].max()
    top = best.groupby("mention").max()
    rivals = best[best >= top.reindex(best.index.get_level_values(0)).to_numpy() - MARGIN]
    torn = rivals.groupby("mention").size()
    found = np.zeros(len(left), dtype=bool)
    found[pairs.loc[pairs["mention"].isin(torn.index[torn > 1]), "pair"]] = True
    return found
