"""The parts of a cluster that a person wants apart, as later runs recognise them."""

from collections.abc import Sequence

import pandas as pd

from analytics.cluster_matching import LEAST_WORDS, Anchor, word_similarity
from analytics.embedding import plain


class UnlikePartsError(ValueError):
    """No part has enough words in common with the cluster for it to be recognised later."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(
            f"no part has words like those of the cluster ({', '.join(words)}); "
            "give each part some of them"
        )
        self.words = tuple(words)


def part_anchors(
    texts: pd.Series, parts: Sequence[Sequence[str]], *, words: Sequence[str]
) -> tuple[Anchor, ...]:
    """Return the anchors of a cluster's parts: each text goes to the part of most of its words.

    The same rule as in `analytics.cluster_decisions.apply_decisions`: a tie goes to the first part.

    Parameters
    ----------
    texts
        Some texts of the cluster, by their ids.
    parts
        Words of each part, most telling first.
    words
        Label words of the cluster.

    Raises
    ------
    UnlikePartsError
        If the cluster could not be recognised by any part.
    ValueError
        If there are fewer than two parts, or one has no words.

    Examples
    --------
    >>> texts = pd.Series({"A": "健身房跑路", "B": "健身房不退费"})
    >>> words = ["健身房", "跑路", "退费"]
    >>> [part.members for part in part_anchors(texts, [["跑路"], ["退费"]], words=words)]
    [('A',), ('B',)]
    """
    if len(parts) < 2 or not all(parts):
        msg = f"a split needs two or more parts with words, got {[list(each) for each in parts]}"
        raise ValueError(msg)
    if max(word_similarity(words, part) for part in parts) < LEAST_WORDS:
        raise UnlikePartsError(words)
    wanted = [[plain(word) for word in part] for part in parts]
    owners = [
        max(range(len(wanted)), key=lambda at: (sum(word in text for word in wanted[at]), -at))
        for text in (plain(each) for each in texts)
    ]
    return tuple(
        Anchor(
            tuple(part),
            tuple(key for key, owner in zip(texts.index, owners, strict=True) if owner == at),
        )
        for at, part in enumerate(parts)
    )
