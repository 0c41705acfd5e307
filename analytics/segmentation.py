"""Cutting narratives into words.

The cuts are those of jieba's dictionary and algorithm; ``rjieba`` computes them about ten times
faster. A lexicon adds words that must stay whole.
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rjieba

MIN_WORD_LENGTH = 2
"""Shortest word kept by `content_words`, in characters: single characters say too little."""

MAX_WORD_LENGTH = 20
"""Longest word kept by `content_words`, in characters; longer runs are codes, not words."""

_SIGNS = re.compile(r"[a-zA-Z0-9][-+#&._%]|[-+#&._%][a-zA-Z0-9]")
_LETTERS_AND_NUMBERS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")

_CONTENT = re.compile(r"(?=.*[a-z\u4e00-\u9fff])[a-z0-9\u4e00-\u9fff]+")


@functools.lru_cache(maxsize=4)
def _cutter(lexicon: frozenset[str]) -> rjieba.Jieba:
    cutter = rjieba.Jieba()
    for word in sorted(lexicon):
        if word:
            cutter.add_word(word, None, None)
    return cutter


def dictionary_with(lexicon: Iterable[str]) -> rjieba.Jieba:
    """Return jieba's dictionary with further words.

    One object serves all calls with the same words; it must not be changed.

    Parameters
    ----------
    lexicon
        Words that are added; empty strings are passed over.

    Examples
    --------
    >>> dictionary_with(["预付卡"]).cut("预付卡退费", False)
    ['预付卡', '退费']
    """
    return _cutter(frozenset(lexicon))


def segment(
    texts: pd.Series, *, lexicon: Iterable[str] | None = None, guess: bool = True
) -> pd.Series:
    """Cut each text into words.

    Parameters
    ----------
    texts
        Texts, any index; missing values give an empty list.
    lexicon
        Words that are added to the dictionary. Made once for each set of words; give a frozenset
        to spare the copy of a large one.
    guess
        Whether to guess at words that the dictionary lacks (jieba's hidden Markov model).

    Returns
    -------
    pandas.Series
        A list of words per text, same index. Joined together the words of a text are the text.

    Notes
    -----
    The cuts are jieba's own, with guesses or without. With guesses rjieba leaves "80-90" whole,
    which jieba cuts at the hyphen: it is cut here afterwards.

    Examples
    --------
    >>> segment(pd.Series(["预付卡退费难"]), lexicon=["预付卡", "退费"]).iloc[0]
    ['预付卡', '退费', '难']
    """
    dictionary = dictionary_with(lexicon or ())
    cut = dictionary.cut
    words = [cut(text, guess) if isinstance(text, str) else [] for text in texts]
    if guess:
        for number, text in enumerate(texts):
            if isinstance(text, str) and _SIGNS.search(text):
                words[number] = list(_cut_at_signs(words[number], dictionary.has_word))
    return pd.Series(words, index=texts.index, name="words", dtype=object)


def _cut_at_signs(words: list[str], is_known: Callable[[str], bool]) -> Iterator[str]:
    """Cut unknown words of letters, digits and signs as jieba cuts them."""
    for word in words:
        if len(word) > 1 and word.isascii() and not word.isalnum() and not is_known(word):
            yield from filter(None, _LETTERS_AND_NUMBERS.split(word))
        else:
            yield word


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
    negators: frozenset[str] = frozenset(),
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
    negators
        Words that negate the content word right after them. The two count as one word, in place of
        the second alone, even where the negator is a stop word.

    Examples
    --------
    >>> found = index_words(["商家拒绝退款", None, "退款 退款"])
    >>> found.words, found.text_numbers.tolist(), found.word_numbers.tolist()
    (['商家', '拒绝', '退款'], [0, 0, 0, 2], [0, 1, 2, 2])
    >>> index_words(["不退款，未 退款"], negators=frozenset(["不", "未"])).words
    ['不退款', '退款']
    """
    cut = dictionary_with(lexicon).cut
    numbers: dict[str, int] = {}
    known: dict[str, int] = dict.fromkeys(stopwords, -1)
    lengths = np.zeros(len(texts), dtype=np.int32)
    found: list[int] = []
    for position, text in enumerate(texts):
        if not text:
            continue
        before = len(found)
        words = cut(text.lower(), True)
        if not negators.isdisjoint(words):
            words = list(_negated(words, negators, stopwords))
        for word in dict.fromkeys(words):
            number = known.get(word)
            if number is None:
                number = -1
                if is_content_word(word):
                    number = numbers[word] = len(numbers)
                known[word] = number
            if number >= 0:
                found.append(number)
        found[before:] = sorted(found[before:])
        lengths[position] = len(found) - before
    return WordIndex(
        words=list(numbers),
        text_numbers=np.repeat(np.arange(len(texts), dtype=np.int32), lengths),
        word_numbers=np.array(found, dtype=np.int32),
    )


def _negated(
    words: Iterable[str], negators: frozenset[str], stopwords: frozenset[str]
) -> Iterator[str]:
    """Join negators with the content word that follows them."""
    before = ""
    for word in words:
        if word in negators:
            before += word
            continue
        if before and is_content_word(word) and word not in stopwords:
            yield before + word
        else:
            if before:
                yield before
            yield word
        before = ""
    if before:
        yield before
