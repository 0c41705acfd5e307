"""Joining pairs of mentions to operators without chaining branches, counties or codes together."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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


class _Groups(dict[int, _Group]):
    """Groups by the number of a member; that of one alone is made when it is asked for."""

    def __init__(
        self,
        mentions: Mentions,
        known: Sequence[str],
        label: Sequence[str],
        forbidden: Mapping[str, set[str]],
    ) -> None:
        super().__init__()
        self._of = (mentions, known, label, forbidden)

    def __missing__(self, i: int) -> _Group:
        """Make the group of a mention that stands alone so far; its labels if decided about."""
        mentions, known, label, forbidden = self._of
        labels = (each for each in (label[i], known[i]) if each in forbidden)
        found = self[i] = _group(mentions, i, known[i], labels if forbidden else ())
        return found


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
    known = [each if isinstance(each, str) else "" for each in fixed]
    forbidden = _forbidden(different)
    groups = _Groups(mentions, known, label, forbidden)
    home = list(range(total))
    strength: dict[int, float] = {
        one * total + two: sure_of
        for one, two, sure_of in zip(
            left.tolist(), right.tolist(), confidence.tolist(), strict=True
        )
    }
    rank = _ranks(mentions, fixed, count, label)
    how: dict[int, int] = {}

    def unite(one: int, two: int) -> None:
        keep, gone = (
            (one, two) if len(groups[one].members) >= len(groups[two].members) else (two, one)
        )
        _merge(groups[keep], groups[gone], rank)
        for member in groups[gone].members:
            home[member] = keep

    for at, to in _decided(same, label):
        one, two = home[at], home[to]
        if one != two and not _kept_apart(groups[one], groups[two], forbidden):
            unite(one, two)
    chosen = np.flatnonzero(confidence >= sure)
    pair_rank = np.minimum(rank[left[chosen]], rank[right[chosen]])
    other_rank = np.maximum(rank[left[chosen]], rank[right[chosen]])
    held = np.isin(np.array(label, dtype=object), [one for one, _ in different])
    last = held[left[chosen]] | held[right[chosen]]
    order = chosen[np.lexsort((other_rank, pair_rank, -np.round(confidence[chosen], 6), last))]
    for pair, at, to, pair_sure in zip(
        order.tolist(),
        left[order].tolist(),
        right[order].tolist(),
        confidence[order].tolist(),
        strict=True,
    ):
        one, two = home[at], home[to]
        if one == two:
            continue
        a, b = groups[one], groups[two]
        if _kept_apart(a, b, forbidden) or not _fit(a, b):
            continue
        often = not mentions.place[a.leader] and min(count[a.leader], count[b.leader]) >= OFTEN
        if pair_sure < NEAR_CERTAIN and (often or _elsewhere(a, b)):
            continue
        first, second = sorted((a.leader, b.leader))
        if pair_sure >= NEAR_CERTAIN or strength.get(first * total + second, 0.0) >= doubtful:
            how.setdefault(at, pair)
            how.setdefault(to, pair)
            unite(one, two)
    alone = [known[i] or mentions.uscc[i] or _label(mentions, label, i) for i in range(total)]
    names = {
        number: next((known[i] for i in group.members if isinstance(fixed[i], str)), "")
        or min(group.codes, default="")
        or alone[group.leader]
        for number, group in groups.items()
    }
    return _outcome(groups, home, alone, names, how=how, confidence=confidence)


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


def _group(mentions: Mentions, i: int, fixed: str, labels: Iterable[str]) -> _Group:
    return _Group(
        i,
        [i],
        labels=frozenset(labels),
        codes=_given(mentions.uscc[i] or fixed),
        branches=_given(mentions.parts[i].branch),
        addresses=_given(mentions.address[i]),
    )


_NOTHING: frozenset[str] = frozenset()


def _given(text: str) -> frozenset[str]:
    """Return the text if it says something; nothing is always one object."""
    return frozenset((text,)) if text else _NOTHING


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
    groups: Mapping[int, _Group],
    home: list[int],
    alone: list[str],
    names: Mapping[int, str],
    *,
    how: dict[int, int],
    confidence: npt.NDArray[np.float64],
) -> Joined:
    """Say where each mention went; ``alone`` tells the operator of one that stands alone."""
    operator = np.array(alone, dtype=object)
    sure = np.ones(len(home))
    pair = np.full(len(home), -1, dtype=np.int64)
    by_itself = np.ones(len(home), dtype=bool)
    for number, group in groups.items():
        if home[number] != number or len(group.members) < 2:
            continue
        for member in group.members:
            operator[member] = names[number]
            by_itself[member] = False
            if member in how and member != group.leader:
                pair[member] = how[member]
                sure[member] = confidence[how[member]]
    return Joined(operator, sure, pair, by_itself)


def _label(mentions: Mentions, label: Sequence[str], leader: int) -> str:
    if label[leader]:
        return label[leader]
    return "|".join((mentions.parts[leader].full, mentions.place[leader], mentions.address[leader]))
