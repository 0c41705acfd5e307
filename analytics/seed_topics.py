"""Topics that a person gives a few words for, so that their texts stay together."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.embedding import default_lexicon, plain


def with_seed_words(
    lexicon: Iterable[str] | None, seeds: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return the words that stay whole, those of the topics among them.

    Parameters
    ----------
    lexicon
        Words that stay whole without topics; None takes the shipped ones.
    seeds
        Words per topic.

    Examples
    --------
    >>> with_seed_words(["退费"], {"网课": ["ＡＩ课"]})
    ('退费', 'ai课')
    """
    given = default_lexicon() if lexicon is None else lexicon
    return (*given, *[plain(word) for words in seeds.values() for word in words])


def anchored_texts(texts: Sequence[str], seeds: Mapping[str, Sequence[str]]) -> NDArray[np.int64]:
    """Return the topic of which a text holds most words, the first of equals, -1 for none.

    A word is held where it stands in the text; one of Latin letters and digits must stand alone.

    Parameters
    ----------
    texts
        As `analytics.embedding.plain` gives them.
    seeds
        Words per topic, in order of the topics' numbers.

    Examples
    --------
    >>> anchored_texts(["app扣费", "happy", "退费难"], {"软件": ["APP"], "退费": ["退费"]}).tolist()
    [0, -1, 1]
    """
    hits = np.zeros((len(texts), len(seeds)), dtype=np.int64)
    for topic, words in enumerate(seeds.values()):
        for word in sorted({plain(each).strip() for each in words} - {""}):
            hits[:, topic] += _holding(texts, word)
    anchored = np.full(len(texts), -1, dtype=np.int64)
    held = np.flatnonzero(hits.any(axis=1))
    if len(held):
        anchored[held] = hits[held].argmax(axis=1)
    return anchored


def _holding(texts: Sequence[str], word: str) -> NDArray[np.bool_]:
    if word.isascii() and word.isalnum():
        alone = re.compile(rf"(?<![0-9a-z]){word}(?![0-9a-z])")
        return np.array([alone.search(text) is not None for text in texts], dtype=bool)
    return np.array([word in text for text in texts], dtype=bool)


def held_topics(seeds: Mapping[str, Sequence[str]], anchored: NDArray[np.int64]) -> list[str]:
    """Return the names of the topics up to the last one that any text goes to.

    Examples
    --------
    >>> held_topics({"a": ["甲"], "b": ["乙"], "c": ["丙"]}, np.array([-1, 1]))
    ['a', 'b']
    """
    return list(seeds)[: int(anchored.max(initial=-1)) + 1]
