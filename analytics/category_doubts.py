"""Records whose entered category is unclear or contradicts their text."""

import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.categories import CategoryModel
from analytics.embedding import plain

TRAINED_ON = 5_000
"""Most texts that each of the two models learns from, the first ones given; ours, for the time it takes."""

CONTRADICTED_FROM = 0.9
"""Confidence from which a text contradicts the category entered; ours."""

SUGGESTED_FROM = 0.6
"""Confidence from which a category is suggested where none, or an unclear one, is entered; ours."""

LEAST_TRAINED = 20
"""Labelled texts without which nothing is learnt; ours."""

COLUMNS = ("entered", "suggested", "confidence", "reasons")


@dataclass(frozen=True, slots=True)
class CategoryDoubts:
    """What is doubtful among the records judged.

    Attributes
    ----------
    frame
        Index of the texts, in their order; ``entered`` (None where nothing is), ``suggested``,
        ``confidence`` (0 to 1), ``reasons`` (list of at most five words of the text).
    agrees
        Index of the texts judged: True where the category entered is the likeliest one, False where
        it is not, missing where none is entered. Boolean dtype.
    """

    frame: pd.DataFrame
    agrees: pd.Series


def category_doubts(
    texts: pd.Series,
    labels: pd.Series,
    *,
    judged: int | None = None,
    unclear: Collection[str] = (),
    trained_on: int = TRAINED_ON,
    contradicted_from: float = CONTRADICTED_FROM,
    suggested_from: float = SUGGESTED_FROM,
    lexicon: Iterable[str] | None = None,
    seed: int = 0,
) -> CategoryDoubts:
    """Judge the entered category of each text by a model that did not see the text.

    The texts are halved by a checksum of what they say, so that equal texts are in one half and a
    text stays in its half whatever else is there. Each half is judged by the model of the other.

    Parameters
    ----------
    texts, labels
        Same length, taken by position, the most telling (newest) first. Labels may be missing.
    judged
        How many of the first texts are judged; None judges all. The others are only learnt from.
    unclear
        Categories that say nothing, such as "other". They are learnt, but never suggested.
    trained_on
        Most texts that a model learns from: the first labelled ones of its half.
    contradicted_from, suggested_from
        Least confidence of a suggestion where a clear category is entered, and where none or an
        unclear one is.
    lexicon, seed
        As for `analytics.categories.suggest_category`.

    Returns
    -------
    CategoryDoubts
        Empty texts are not judged; nothing is where a half has fewer than `LEAST_TRAINED` labelled
        texts or a single category.

    Raises
    ------
    ValueError
        If the lengths differ.

    Examples
    --------
    >>> texts = pd.Series([f"蛋糕里有异物{n}" for n in range(60)] + [f"年卡不退费{n}" for n in range(60)])
    >>> labels = pd.Series(["food"] * 59 + ["gym"] + ["gym"] * 60)
    >>> found = category_doubts(texts, labels).frame
    >>> found[["entered", "suggested"]].to_dict("index")
    {59: {'entered': 'gym', 'suggested': 'food'}}
    """
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts have {len(labels)} labels; give one label per text")
    written = [plain(text).strip() for text in texts]
    halves = np.array(
        [zlib.crc32(each.encode()) % 2 if each else -1 for each in written], dtype=int
    )
    known = labels.notna().to_numpy(dtype=bool)
    asked = np.arange(len(texts)) < (len(texts) if judged is None else judged)
    found: list[tuple[int, object, str, float, list[str]]] = []
    agrees: dict[int, object] = {}
    for half in (0, 1):
        learnt = np.flatnonzero((halves == 1 - half) & known)[:trained_on]
        rows = np.flatnonzero((halves == half) & asked)
        if len(learnt) < LEAST_TRAINED or not len(rows) or labels.iloc[learnt].nunique() < 2:
            continue
        model = CategoryModel.fit(
            texts.iloc[learnt], labels.iloc[learnt], lexicon=lexicon, seed=seed
        )
        numbered = pd.Series([written[at] for at in rows], index=rows, dtype=object)
        told = model.suggest(numbered)
        entered = labels.iloc[rows].astype(object).where(known[rows], None)
        agrees |= {
            int(at): None if own is None else own == best
            for at, own, best in zip(rows, entered, told["category"], strict=True)
        }
        doubtful = _doubtful(
            entered.to_numpy(dtype=object), told, model.categories, unclear,
            contradicted_from=contradicted_from, suggested_from=suggested_from,
        )  # fmt: skip
        if not doubtful.any():
            continue
        explained = model.explain(numbered[doubtful], top=1)
        found += zip(
            explained["text"].tolist(),
            entered.to_numpy(dtype=object)[doubtful].tolist(),
            explained["category"].tolist(),
            explained["confidence"].tolist(),
            explained["reasons"].tolist(),
            strict=True,
        )
    found.sort(key=lambda each: each[0])
    frame = pd.DataFrame(
        [each[1:] for each in found],
        columns=list(COLUMNS),
        index=texts.index[[each[0] for each in found]],
    )
    places = sorted(agrees)
    judgement = pd.Series([agrees[at] for at in places], index=texts.index[places], dtype="boolean")
    return CategoryDoubts(frame, judgement)


def _doubtful(
    entered: NDArray[np.object_],
    told: pd.DataFrame,
    learnt: Collection[str],
    unclear: Collection[str],
    *,
    contradicted_from: float,
    suggested_from: float,
) -> NDArray[np.bool_]:
    """Return which suggestions are to be told; what was never learnt is contradicted by nothing."""
    best = told["category"].to_numpy(dtype=object)
    sure = told["confidence"].to_numpy(dtype=float)
    open_to = np.array([own is None or own in unclear for own in entered], dtype=bool)
    comparable = np.array([own is None or own in learnt or own in unclear for own in entered])
    other = (best != entered) & ~np.isin(best, list(unclear)) & comparable
    return np.asarray(other & (sure >= np.where(open_to, suggested_from, contradicted_from)))
