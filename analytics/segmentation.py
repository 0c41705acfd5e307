"""Cutting narratives into words.

The cuts are those of jieba's dictionary and algorithm; ``rjieba`` computes them about ten times
faster. A lexicon adds words that must stay whole.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rjieba

MIN_WORD_LENGTH = 2
"""Shortest word kept by `content_words`, in characters: single characters say too little."""

MAX_WORD_LENGTH = 20
"""Longest word kept by `content_words`, in characters; longer runs are codes, not words."""

_CONTENT = re.compile(r"(?=.*[a-z\u4e00-\u9fff])[a-z0-9\u4e00-\u9fff]+")


@functools.lru_cache(maxsize=4)
def _cutter(lexicon: tuple[str, ...]) -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for word in lexicon:
        cutter.add_word(word, None, None)
    return cutter


def segment(texts: pd.Series, *, lexicon: Iterable[str] | None = None) -> pd.Series:
    """Cut each text into words.

    Parameters
    ----------
    texts
        Texts, any index; missing values give an empty list.
    lexicon
        Words that are added to the dictionary.

    Returns
    -------
    pandas.Series
        A list of words per text, same index. Joined together the words of a text are the text.

    Examples
    --------
    >>> segment(pd.Series(["预付卡退费难"]), lexicon=["预付卡", "退费"]).iloc[0]
    ['预付卡', '退费', '难']
    """
    cut = _cutter(tuple(sorted(set(lexicon or ())))).cut
    words = [cut(text, True) if isinstance(text, str) else [] for text in texts]
    return pd.Series(words, index=texts.index, name="words", dtype=object)


def is_content_word(word: str) -> bool:
    """Tell whether a lower-case word can say what a text is about.

    It has 2 to 20 characters, all of them letters, digits or Han, and is no mere number.

    Examples
    --------
    >>> [is_content_word(word) for word in ("退款", "ai课", "138", "款")]
    [True, True, False, False]
    """
    return MIN_WORD_LENGTH <= len(word) <= MAX_WORD_LENGTH and bool(_CONTENT.fullmatch(word))


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Content words of many texts, each once per text.

    Attributes
    ----------
    words
        The distinct words, in order of first appearance.
    text_numbers, word_numbers
        Parallel int32 arrays: position of the text, position in ``words``.
    """

    words: list[str]
    text_numbers: np.ndarray[tuple[int], np.dtype[np.int32]]
    word_numbers: np.ndarray[tuple[int], np.dtype[np.int32]]


def index_words(
    texts: Sequence[str | None],
    *,
    stopwords: frozenset[str] = frozenset(),
    lexicon: Iterable[str] = (),
) -> WordIndex:
    """Find which content words each text holds.

    Parameters
    ----------
    texts
        Texts; None holds no word.
    stopwords
        Words to leave out, in lower case.
    lexicon
        Words that are added to the dictionary.

    Examples
    --------
    >>> found = index_words(["商家拒绝退款", None, "退款 退款"])
    >>> found.words, found.text_numbers.tolist(), found.word_numbers.tolist()
    (['商家', '拒绝', '退款'], [0, 0, 0, 2], [0, 1, 2, 2])
    """
    cut = _cutter(tuple(sorted(set(lexicon)))).cut
    numbers: dict[str, int] = {}
    refused: set[str] = set(stopwords)
    lengths = np.zeros(len(texts), dtype=np.int32)
    found: list[int] = []
    for position, text in enumerate(texts):
        if not text:
            continue
        before = len(found)
        for word in dict.fromkeys(cut(text.lower(), True)):
            if word in refused:
                continue
            number = numbers.get(word)
            if number is None:
                if not is_content_word(word):
                    refused.add(word)
                    continue
                number = numbers[word] = len(numbers)
            found.append(number)
        found[before:] = sorted(found[before:])
        lengths[position] = len(found) - before
    return WordIndex(
        words=list(numbers),
        text_numbers=np.repeat(np.arange(len(texts), dtype=np.int32), lengths),
        word_numbers=np.array(found, dtype=np.int32),
    )
