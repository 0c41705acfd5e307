"""How varied the texts are, as measured: distinct texts and distinct words."""

from collections import Counter
from dataclasses import dataclass

import polars as pl
import rjieba

SEVERAL = 5
"""A word counts as established from this many texts on; ours."""


@dataclass(frozen=True, slots=True)
class Variety:
    """What was measured over some texts.

    Attributes
    ----------
    distinct_texts
        Share of different texts among all.
    mean_characters
        Mean length.
    words
        Different words of two or more characters, all of them Chinese.
    words_several
        Those found in at least `SEVERAL` texts.
    """

    texts: int
    distinct_texts: float
    mean_characters: float
    words: int
    words_several: int


def measure_variety(texts: pl.Series) -> Variety:
    """Measure how varied texts are, words as rjieba cuts them.

    Examples
    --------
    >>> measure_variety(pl.Series(["商家拒绝退款", "商家拒绝退款", "快递丢失"])).words
    5
    """
    counts: Counter[str] = Counter()
    for text in texts.to_list():
        counts.update(set(rjieba.cut(text)))
    words = [
        word for word in counts if len(word) > 1 and all("一" <= char <= "鿿" for char in word)
    ]
    return Variety(
        texts=len(texts),
        distinct_texts=texts.n_unique() / max(len(texts), 1),
        mean_characters=int(texts.str.len_chars().sum()) / max(len(texts), 1),
        words=len(words),
        words_several=sum(1 for word in words if counts[word] >= SEVERAL),
    )
