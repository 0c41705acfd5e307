"""Joining pairs of mentions to operators without chaining branches, counties or codes together."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from analytics.operator_pairs import Mentions

OFTEN = 5
"""Times that a name is said from which it is no mere misspelling of another, where nothing but names
is known (ours)."""


NEAR_CERTAIN = 0.95
"""Confidence from which two groups become one though their leaders were not compared, both are said
often, or they have different addresses (ours)."""

SAME_ADDRESS = 85.0
"""Likeness 0-100 from which two addresses are one (ours)."""

MOST_ADDRESSES = 4
"""Addresses of a group that are compared, at most (ours)."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Which operator each mention belongs to.

    Attributes
    ----------
    operator
        Label of the operator.
    confidence
        With which the mention was joined; 1 for one that leads its group or stands alone.
    pair
        Position of the pair that joined it, -1 for none.
    alone
        Whether it stands alone.
    """

    operator: npt.NDArray[np.object_]
    confidence: npt.NDArray[np.float64]
    pair: npt.NDArray[np.int64]
    alone: npt.NDArray[np.bool_]


@dataclass(slots=True)
class _Group:
    leader: int
    members: list[int]
    labels: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()


def join_pairs(
    mentions: Mentions,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    confidence: npt.NDArray[np.float64],
    *,
    sure: float,
    doubtful: float,
    fixed: Sequence[object],
    count: npt.NDArray[np.int64],
    label: Sequence[str],
    same: Collection[tuple[str, str]] = (),
    different: Collection[tuple[str, str]] = (),
) -> Joined:
    """Join the surest pairs first, as long as nothing in their groups contradicts.

    What a person set apart, the first of a pair of ``different``, is joined last, so that it takes
    nobody along. Two groups become one only if their leaders were compared and are not unlike, or the pair is near
    certain, so that a row of small differences never bridges a large one.
    """
    total = len(mentions)
    groups = [
        _group(mentions, i, known if isinstance(known, str) else "", label[i])
        for i, known in enumerate(fixed)
    ]
    home = list(range(total))
    strength: dict[int, float] = {
        one * total + two: sure_of
        for one, two, sure_of in zip(
            left.tolist(), right.tolist(), confidence.tolist(), strict=True
        )
    }
    rank = _ranks(mentions, fixed, count, label)
    how: dict[int, int] = {}
    forbidden = _forbidden(different)

    def unite(one: int, two: int) -> None:
        keep, gone = (
            (one, two) if len(groups[one].members) >= len(groups[two].members) else (two, one)
        )
        _merge(groups[keep], groups[gone], rank)
        for member in groups[gone].members:
            home[member] = keep

    for one, two in _decided(same, label):
        a, b = home[one], home[two]
        if a != b and not _kept_apart(groups[a], groups[b], forbidden):
            unite(a, b)
    chosen = np.flatnonzero(confidence >= sure)
    pair_rank = np.minimum(rank[left[chosen]], rank[right[chosen]])
    other_rank = np.maximum(rank[left[chosen]], rank[right[chosen]])
    held = np.isin(np.array(label, dtype=object), [one for one, _ in different])
    last = held[left[chosen]] | held[right[chosen]]
    order = chosen[np.lexsort((other_rank, pair_rank, -np.round(confidence[chosen], 6), last))]
    for pair in order.tolist():
        one, two = home[left[pair]], home[right[pair]]
        a, b = groups[one], groups[two]
        if one == two or _kept_apart(a, b, forbidden) or not _fit(a, b):
            continue
        pair_sure = float(confidence[pair])
        often = not mentions.place[a.leader] and min(count[a.leader], count[b.leader]) >= OFTEN
        if pair_sure < NEAR_CERTAIN and (often or _elsewhere(a, b)):
            continue
        first, second = sorted((a.leader, b.leader))
        if pair_sure >= NEAR_CERTAIN or strength.get(first * total + second, 0.0) >= doubtful:
            how.setdefault(int(left[pair]), pair)
            how.setdefault(int(right[pair]), pair)
            unite(one, two)
    names = [
        next((str(fixed[i]) for i in group.members if isinstance(fixed[i], str)), "")
        or min(group.codes, default="")
        or _label(mentions, label, group.leader)
        for group in groups
    ]
    return _outcome(groups, home, names, how, confidence)


def _forbidden(different: Collection[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, two in different:
        found.setdefault(one, set()).add(two)
        found.setdefault(two, set()).add(one)
    return found


def _decided(same: Collection[tuple[str, str]], label: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the mentions to unite: those of one label that a decision names, and its pairs."""
    named = {each for pair in same for each in pair}
    at: dict[str, list[int]] = {}
    for i, each in enumerate(label):
        if each in named:
            at.setdefault(each, []).append(i)
    for one, two in sorted(same):
        every = [*at.get(one, []), *at.get(two, [])]
        if one in at and two in at:
            yield from itertools.pairwise(every)


def _kept_apart(a: _Group, b: _Group, forbidden: Mapping[str, set[str]]) -> bool:
    return any(each in forbidden and not forbidden[each].isdisjoint(b.labels) for each in a.labels)


def _group(mentions: Mentions, i: int, fixed: str, label: str) -> _Group:
    return _Group(
        i,
        [i],
        labels=_given(label, fixed),
        codes=_given(mentions.uscc[i] or fixed),
        branches=_given(mentions.parts[i].branch),
        addresses=_given(mentions.address[i]),
    )


def _given(*texts: str) -> frozenset[str]:
    """Return the texts that say something; all that say nothing are one object."""
    return frozenset(filter(None, texts))


def _fit(a: _Group, b: _Group) -> bool:
    codes = a.codes | b.codes
    if len(codes) > 1:
        return False
    if a.codes and a.codes == b.codes:
        return True
    numbers = {each.split("|", 1)[0] for each in a.branches | b.branches}
    return len(numbers) <= 1


def _elsewhere(a: _Group, b: _Group) -> bool:
    """Say whether two groups both have addresses, and none alike."""
    if not a.addresses or not b.addresses or a.addresses & b.addresses:
        return False
    return all(
        fuzz.partial_ratio(one, two) < SAME_ADDRESS
        for one in sorted(a.addresses)[:MOST_ADDRESSES]
        for two in sorted(b.addresses)[:MOST_ADDRESSES]
    )


def _merge(kept: _Group, gone: _Group, rank: npt.NDArray[np.int64]) -> None:
    if rank[gone.leader] < rank[kept.leader]:
        kept.leader = gone.leader
    kept.members += gone.members
    kept.labels |= gone.labels
    kept.codes |= gone.codes
    kept.branches |= gone.branches
    kept.addresses |= gone.addresses


def _ranks(
    mentions: Mentions,
    fixed: Sequence[object],
    count: npt.NDArray[np.int64],
    label: Sequence[str],
) -> npt.NDArray[np.int64]:
    """Rank mentions by how fit they are to lead a group."""
    order = sorted(
        range(len(mentions)),
        key=lambda i: (
            not isinstance(fixed[i], str),
            not mentions.uscc[i],
            -int(count[i]),
            not mentions.parts[i].formal,
            mentions.parts[i].full,
            mentions.place[i],
            mentions.address[i],
            label[i],
        ),
    )
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _outcome(
    groups: list[_Group],
    home: list[int],
    names: list[str],
    how: dict[int, int],
    confidence: npt.NDArray[np.float64],
) -> Joined:
    operator = np.empty(len(home), dtype=object)
    sure = np.ones(len(home))
    pair = np.full(len(home), -1, dtype=np.int64)
    alone = np.ones(len(home), dtype=bool)
    for number in sorted(set(home)):
        group = groups[number]
        for member in group.members:
            operator[member] = names[number]
            alone[member] = len(group.members) == 1
            if member in how and member != group.leader:
                pair[member] = how[member]
                sure[member] = confidence[how[member]]
    return Joined(operator, sure, pair, alone)


def _label(mentions: Mentions, label: Sequence[str], leader: int) -> str:
    if label[leader]:
        return label[leader]
    return "|".join((mentions.parts[leader].full, mentions.place[leader], mentions.address[leader]))
