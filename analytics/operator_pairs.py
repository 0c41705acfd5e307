"""Which mentions of operators may be one and the same, and how much speaks for it."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, Indel

from analytics.operator_names import SHORTEST_CORE, NameParts, generic_words, has_number

BLOCK_LIMIT = 60
"""Mentions that share a block and are all compared with one another, at most (ours). Of a larger
block each is compared with its neighbours in the order of names only."""

RARE_GRAMS = 4
"""Rarest pairs of neighbouring sounds by which a name is looked up (ours)."""

ROUGH_LIMIT = 62.0
"""Likeness 0-100 of the letters of two Latin names below which words are not compared (ours)."""

SPACED = 0.9
"""Likeness of two Latin names written without spaces from which they are one (ours)."""

GENERIC_WEIGHT = 0.35
"""Weight of a word that many names have, beside 1 for a name's own (ours)."""

TURNED = 0.92
"""Likeness of names with the same characters in another order (ours)."""

LONGER = 0.94
"""Factor where one name has two characters more than another: likely another name (ours)."""

_NUMBER = re.compile(r"\d+")
_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions with their names taken apart, in the order of the caller's.

    Attributes
    ----------
    place
        County, empty if unknown.
    address
        Normal form, empty if unknown.
    """

    parts: Sequence[NameParts]
    place: Sequence[str]
    address: Sequence[str]
    uscc: Sequence[str]
    phone: Sequence[str]

    def __len__(self) -> int:
        """Return the number of mentions."""
        return len(self.parts)


def find_candidates(mentions: Mentions, *, across: bool = True) -> tuple[_Ints, _Ints]:
    """Return pairs of positions worth comparing, each once, the smaller first.

    Mentions meet by code, by phone, by address, and within one county by how their own part sounds,
    by its first two sounds, and by the rarest neighbouring sounds or words of the whole name.
    Mentions of an unknown county, and with ``across`` those of different ones, meet by their own part.
    """
    owners: list[int] = []
    keys: list[str] = []
    grams = [_grams(each) for each in mentions.parts]
    frequency = Counter(itertools.chain.from_iterable(grams))
    by_rarity = sorted(frequency, key=lambda gram: (frequency[gram], gram))
    rarity = {gram: place for place, gram in enumerate(by_rarity)}
    anywhere = not any(mentions.place)
    for i, parts in enumerate(mentions.parts):
        rare = sorted(set(grams[i]), key=rarity.__getitem__)[:RARE_GRAMS]
        told = ["b" + parts.core_sound, *["g" + each for each in rare]]
        if parts.words:
            told += ["w" + each for each in parts.words if len(each) > 2]
            told.append("s" + "".join(sorted(parts.core))[:12])
        else:
            told += ["p" + parts.sound[:2], "s" + "".join(sorted(parts.sound))]
        place = "" if anywhere else mentions.place[i]
        found = [f"{place}|{each}" for each in told]
        if not anywhere and not place:
            found = ["*|b" + parts.core_sound] if across else []
        elif not anywhere and across:
            found.append("*|b" + parts.core_sound)
        if mentions.uscc[i]:
            found.append("u" + mentions.uscc[i])
        if mentions.phone[i]:
            found.append("t" + mentions.phone[i])
        if mentions.address[i]:
            found.append(f"a{place}|{mentions.address[i]}")
        owners += [i] * len(found)
        keys += found
    order = sorted(
        range(len(mentions)), key=lambda i: (mentions.parts[i].sound, mentions.parts[i].body)
    )
    rank = np.empty(len(mentions), dtype=np.int64)
    rank[order] = np.arange(len(mentions))
    coded = pd.factorize(np.array(keys, dtype=object), sort=False)[0].astype(np.int64)
    return _pairs(np.array(owners, dtype=np.int64), coded, rank)


def _grams(parts: NameParts) -> list[str]:
    text = parts.core if parts.words else parts.sound
    width = 3 if parts.words else 2
    return [text[i : i + width] for i in range(max(1, len(text) - width + 1))]


def _pairs(owners: _Ints, keys: _Ints, rank: _Ints) -> tuple[_Ints, _Ints]:
    if not len(owners):
        return owners, owners
    order = np.lexsort((rank[owners], keys))
    owners, keys = owners[order], keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    sizes = np.diff(np.append(starts, len(keys)))
    size_of = np.repeat(sizes, sizes)
    left, right = [], []
    reach = int(min(sizes.max(), BLOCK_LIMIT))
    for step in range(1, reach):
        near = np.flatnonzero(keys[step:] == keys[:-step])
        if step > NEIGHBOURS:
            near = near[size_of[near] <= BLOCK_LIMIT]
        if not len(near):
            break
        left.append(owners[near])
        right.append(owners[near + step])
    if not left:
        return owners[:0], owners[:0]
    one, two = np.concatenate(left), np.concatenate(right)
    low, high = np.minimum(one, two), np.maximum(one, two)
    both = np.unique(low * len(rank) + high)
    both = both[both // len(rank) != both % len(rank)]
    return both // len(rank), both % len(rank)


NEIGHBOURS = 8
"""Neighbours in the order of names that are compared in a block too large for all pairs (ours)."""


def name_likeness(mentions: Mentions, left: _Ints, right: _Ints) -> pd.DataFrame:
    """Compare the names of pairs.

    Returns
    -------
    pandas.DataFrame
        ``whole``: likeness 0-1 of the whole names, by letters or by sound whichever is more;
        ``own``: that of what is each operator's own; ``same_core``: whether that is the same by
        sound; ``begins``: whether one begins with the other.
    """
    parts = mentions.parts
    sound = [each.sound for each in parts]
    core = [each.core_sound for each in parts]

    def likeness(texts: list[str], scorer: Any) -> _Floats:  # noqa: ANN401 - a compiled function
        every = np.array(texts, dtype=object)
        values = process.cpdist(
            every[left].tolist(), every[right].tolist(), scorer=scorer, dtype=np.float32
        )
        return np.asarray(values, dtype=np.float64)

    whole = np.maximum(
        likeness([each.body for each in parts], Indel.normalized_similarity),
        0.98 * likeness(sound, OSA.normalized_similarity),
    )
    own = np.maximum(
        0.98 * likeness(core, OSA.normalized_similarity),
        likeness([each.core for each in parts], Indel.normalized_similarity),
    )
    turned = _equal(["".join(sorted(each)) for each in sound], left, right)
    size = np.array([len(each) for each in sound])
    whole = np.where(turned & (size[left] >= 3), np.maximum(whole, TURNED), whole)
    longer = np.abs(size[left] - size[right]) >= 2
    whole = np.where(longer, whole * LONGER, whole)
    latin = np.array([bool(each.words) for each in parts], dtype=bool)
    both = latin[left] & latin[right]
    if both.any():
        at = np.flatnonzero(both)
        compared = _latin_likeness(mentions, left[at], right[at])
        whole[at] = own[at] = compared
    mixed = latin[left] != latin[right]
    own[mixed] = whole[mixed]
    same = _equal(core, left, right)
    begins = _begins(parts, left, right)
    return pd.DataFrame(
        {"whole": whole, "own": own, "same_core": same & ~both, "begins": begins & ~both}
    )


def _equal(texts: Sequence[str], left: _Ints, right: _Ints) -> npt.NDArray[np.bool_]:
    """Say which pairs have equal texts."""
    codes = pd.factorize(np.array(texts, dtype=object))[0]
    return np.asarray(codes[left] == codes[right])


def _begins(parts: Sequence[NameParts], left: _Ints, right: _Ints) -> npt.NDArray[np.bool_]:
    """Say of which pairs one name's own part begins with the other's, and no number follows."""
    core = [each.core_sound for each in parts]
    size = np.array([len(each) for each in core])
    shorter = np.where(size[left] <= size[right], left, right)
    longer = np.where(size[left] <= size[right], right, left)
    asked = (size[shorter] >= SHORTEST_CORE) & (size[shorter] < size[longer])
    asked &= _equal([each[:SHORTEST_CORE] for each in core], left, right)
    found = np.zeros(len(left), dtype=bool)
    for pair in np.flatnonzero(asked).tolist():
        begin, whole = core[shorter[pair]], core[longer[pair]]
        found[pair] = whole.startswith(begin) and not has_number(
            parts[longer[pair]].core[len(begin) :]
        )
    return found


def _latin_likeness(mentions: Mentions, left: _Ints, right: _Ints) -> _Floats:
    parts = mentions.parts
    ratio = process.cpdist(
        [parts[i].body for i in left],
        [parts[i].body for i in right],
        scorer=fuzz.token_sort_ratio,
        dtype=np.float32,
    )
    joined = process.cpdist(
        [parts[i].core for i in left],
        [parts[i].core for i in right],
        scorer=OSA.normalized_similarity,
        dtype=np.float32,
    )
    rough = np.maximum(ratio, 100 * joined)
    generic = generic_words()
    found = np.zeros(len(left))
    for at in np.flatnonzero(rough >= ROUGH_LIMIT):
        one, two = parts[left[at]], parts[right[at]]
        by_words = _by_words(one.words, two.words, generic)
        spaced = float(joined[at]) if min(len(one.core), len(two.core)) >= 6 else 0.0
        found[at] = max(by_words, spaced if spaced >= SPACED else 0.0)
    return found


def _by_words(one: Sequence[str], two: Sequence[str], generic: frozenset[str]) -> float:
    """Return the share of two names' words that have a counterpart, by weight."""

    def weight(word: str) -> float:
        return GENERIC_WEIGHT if word in generic or len(word) == 1 else 1.0

    left, right = list(one), list(two)
    met = 0.0
    lost = 0.0
    for word in one:
        if word in right:
            left.remove(word)
            right.remove(word)
            met += weight(word)
    for word in list(left):
        best = max(right, key=lambda other: (_word_likeness(word, other), other), default="")
        likeness = _word_likeness(word, best) if best else 0.0
        if likeness >= 0.6:
            left.remove(word)
            right.remove(best)
            heavy = min(weight(word), weight(best))
            met += heavy * likeness
            lost += heavy * (1 - likeness) / 2
    lost += sum(map(weight, left)) / 2 + sum(map(weight, right)) / 2
    return met / (met + lost) if met else 0.0


def _word_likeness(one: str, two: str) -> float:
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):
        return 0.9
    if len(shorter) < 4:
        return 1.0 if one == two else 0.0
    return float(OSA.normalized_similarity(one, two))


def address_likeness(mentions: Mentions, left: _Ints, right: _Ints) -> _Floats:
    """Compare the addresses of pairs: 0-1, NaN where one is unknown.

    Addresses with different first house numbers are 0.
    """
    address = np.array(mentions.address, dtype=object)
    given = address != ""
    both = given[left] & given[right]
    found = np.full(len(left), np.nan)
    at = np.flatnonzero(both)
    if len(at):
        one, two = address[left[at]].tolist(), address[right[at]].tolist()
        likeness = np.maximum(
            process.cpdist(one, two, scorer=fuzz.token_set_ratio, dtype=np.float32),
            process.cpdist(one, two, scorer=fuzz.partial_ratio, dtype=np.float32),
        )
        found[at] = likeness
        found[at] /= 100
        first = [(_NUMBER.findall(each) or [""])[0] for each in mentions.address]
        numbers = pd.factorize(np.array(first, dtype=object))[0]
        numbered = np.array([bool(each) for each in first], dtype=bool)
        other = numbered[left] & numbered[right] & (numbers[left] != numbers[right])
        found[both & other] = 0.0
    return found
