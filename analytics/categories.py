"""Suggested categories for texts, learnt from texts whose category is known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.category_scores import (
    FOLDS,
    Scorer,
    TextFeatures,
    held_out_scores,
    probabilities,
    temperature,
)
from analytics.embedding import damp, default_lexicon, plain

TOP = 3
"""Suggestions given with reasons."""

REASONS = 5
"""Words given per suggestion."""


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """Suggests categories; made by `CategoryModel.fit`.

    Attributes
    ----------
    categories
        The known categories, sorted by name.
    frequent
        The most frequent one, suggested where a text says nothing.
    """

    categories: tuple[str, ...]
    frequent: str
    _features: TextFeatures | None
    _scorer: Scorer | None
    _factor: float

    @classmethod
    def fit(
        cls,
        texts: pd.Series,
        labels: pd.Series,
        *,
        lexicon: Iterable[str] | None = None,
        seed: int = 0,
    ) -> "CategoryModel":
        """Learn from texts whose category is known.

        A linear support vector machine, classes balanced, on words and runs of one to three
        characters (with few texts on word vectors as well), joined with complement naive Bayes; the
        scores become probabilities by temperature scaling (Guo et al. 2017) on held-out folds.

        Parameters
        ----------
        texts, labels
            Same length, taken by position. Rows with a missing text or label are left out.
        lexicon
            Words that stay whole; None takes the shipped ones.
        seed
            Of the folds and the support vector machine.

        Raises
        ------
        ValueError
            If the lengths differ or no row has both text and label.

        Examples
        --------
        >>> texts = pd.Series(["蛋糕里有异物", "面包有头发", "健身房不退费", "年卡不退费"])
        >>> labels = pd.Series(["食品", "食品", "健身", "健身"])
        >>> model = CategoryModel.fit(texts, labels)
        >>> model.suggest(pd.Series(["面包里有异物"]))["category"].tolist()
        ['食品']
        """
        rows = _training_rows(texts, labels)
        names, frequent = rows.names, rows.frequent
        written = [rows.written[at] for at in rows.order]
        numbers = np.array([names.index(rows.labels[at]) for at in rows.order], dtype=np.int64)
        if len(names) == 1:
            return cls(names, frequent, None, None, 1.0)
        kept = default_lexicon() if lexicon is None else tuple(lexicon)
        features, (plainly, joined) = TextFeatures.fit(written, kept)
        scorer = Scorer.fit(plainly, joined, numbers, seed)
        held_out = held_out_scores(plainly, joined, numbers, len(names), seed)
        seen = held_out.any(axis=1)
        factor = temperature(held_out[seen], numbers[seen]) if seen.any() else 1.0
        return cls(names, frequent, features, scorer, factor)

    def probabilities(self, texts: pd.Series) -> pd.DataFrame:
        """Return the probability of each category for each text, same index."""
        values = self._chances([plain(text) for text in texts])
        return pd.DataFrame(values, index=texts.index, columns=list(self.categories))

    def _chances(self, written: list[str]) -> NDArray[np.float64]:
        if self._features is None or self._scorer is None or not written:
            return np.ones((len(written), len(self.categories))) / len(self.categories)
        scores = self._scorer.scores(*self._features.blocks(written))
        return probabilities(scores, self._factor)

    def suggest(self, texts: pd.Series) -> pd.DataFrame:
        """Suggest a category for each text.

        Returns
        -------
        pandas.DataFrame
            Same index; ``category``, and ``confidence``: its estimated probability, 0 to 1; NaN for
            an empty text, whose category is the most frequent one.
        """
        written = [plain(text) for text in texts]
        values = self._chances(written)
        best = values.argmax(axis=1) if len(values) else np.zeros(0, dtype=np.int64)
        names = np.array(self.categories, dtype=object)[best]
        sure = values.max(axis=1, initial=0.0)
        empty = np.array([not text.strip() for text in written], dtype=bool)
        return pd.DataFrame(
            {
                "category": np.where(empty, self.frequent, names),
                "confidence": np.where(empty, np.nan, sure),
            },
            index=texts.index,
        )

    def explain(self, texts: pd.Series, *, top: int = TOP) -> pd.DataFrame:
        """Return the likeliest categories of each text with the words that speak for them.

        Parameters
        ----------
        texts
            Texts, any index.
        top
            Categories per text.

        Returns
        -------
        pandas.DataFrame
            One row per text and rank: ``text`` (index value), ``rank`` from 1, ``category``,
            ``confidence``, ``reasons`` (list of at most five words of the text that raise the score
            most; may be empty).
        """
        written = [plain(text) for text in texts]
        chances = self._chances(written)
        ranked = np.argsort(-chances, axis=1, kind="stable")[:, :top]
        reasons = self._reasons(written, ranked)
        records = [
            (key, rank + 1, self.categories[ranked[row, rank]], chances[row, ranked[row, rank]],
             reasons[row][rank])
            for row, key in enumerate(texts.index)
            for rank in range(ranked.shape[1])
        ]  # fmt: skip
        columns = ["text", "rank", "category", "confidence", "reasons"]
        return pd.DataFrame(records, columns=columns)

    def _reasons(self, texts: list[str], ranked: NDArray[np.int64]) -> list[list[list[str]]]:
        """Return, for each text and category, the words whose weight times presence is largest."""
        if self._features is None or self._scorer is None:
            return [[[] for _ in row] for row in ranked]
        counts = damp(self._features.counts(texts).counts)
        weights = self._scorer.machine.coef_[:, : len(self._features.words)]
        if len(self.categories) == 2:
            weights = np.vstack([-weights[0], weights[0]])
        found = []
        for row, classes in enumerate(ranked):
            columns = counts.indices[counts.indptr[row] : counts.indptr[row + 1]]
            told = [
                (-weights[number][columns] * self._features.word_weights[columns])
                for number in classes
            ]
            found.append(
                [
                    [self._features.words[columns[at]] for at in np.argsort(by, kind="stable")
                     if by[at] < 0 and len(self._features.words[columns[at]]) > 1][:REASONS]
                    for by in told
                ]
            )  # fmt: skip
        return found


@dataclass(frozen=True, slots=True)
class _TrainingRows:
    """Texts and labels by position, and the positions of the usable ones in canonical order."""

    order: list[int]
    written: list[str]
    labels: list[str]
    names: tuple[str, ...]
    frequent: str


def _training_rows(texts: pd.Series, labels: pd.Series) -> _TrainingRows:
    if len(texts) != len(labels):
        raise ValueError(
            f"{len(texts)} training texts have {len(labels)} labels; give one label per text"
        )
    written = [plain(text) for text in texts]
    labelled = labels.notna().tolist()
    told = [str(label) for label in labels]
    usable = [
        at for at, (text, known) in enumerate(zip(written, labelled, strict=True))
        if known and text.strip()
    ]  # fmt: skip
    if not usable:
        raise ValueError("no training text has a label; give at least one text with its category")
    order = sorted(usable, key=lambda at: (written[at], told[at]))
    counts = Counter(told[at] for at in order)
    names = tuple(sorted(counts))
    frequent = min(names, key=lambda name: (-counts[name], name))
    return _TrainingRows(order, written, told, names, frequent)


def suggest_category(
    train_texts: pd.Series,
    train_labels: pd.Series,
    texts: pd.Series,
    *,
    lexicon: Iterable[str] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Suggest a category for each text, learnt from texts whose category is known.

    Short for `CategoryModel.fit` and `CategoryModel.suggest`.

    Parameters
    ----------
    train_texts, train_labels
        Same length, taken by position.
    texts
        Texts to suggest for, any index.
    lexicon
        Words that stay whole; None takes the shipped ones.
    seed
        The same seed gives the same suggestions, whatever the order of the training rows.

    Returns
    -------
    pandas.DataFrame
        Index of ``texts``; ``category``, ``confidence`` (0 to 1, NaN for an empty text).

    Examples
    --------
    >>> suggest_category(
    ...     pd.Series(["蛋糕里有异物", "面包有头发", "健身房不退费", "年卡不退费"]),
    ...     pd.Series(["食品", "食品", "健身", "健身"]),
    ...     pd.Series(["办了年卡想退费"]),
    ... )["category"].tolist()
    ['健身']
    """
    model = CategoryModel.fit(train_texts, train_labels, lexicon=lexicon, seed=seed)
    return model.suggest(texts)


def find_contradictions(
    texts: pd.Series,
    labels: pd.Series,
    *,
    confidence: float = 0.9,
    lexicon: Iterable[str] | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """List the records whose entered category contradicts their text.

    Each text is judged by a model that was not trained on it, nor on a text equal to it, so that no
    record vouches for itself.

    Parameters
    ----------
    texts, labels
        Same length; the index is that of ``texts``.
    confidence
        Least confidence of the other category, 0 to 1.
    lexicon, seed
        As for `suggest_category`.

    Returns
    -------
    pandas.DataFrame
        One row per contradiction, the surest first: ``entered``, ``suggested``, ``confidence`` (of
        the suggested one) and ``entered_confidence`` (what remains for the entered one).
    """
    rows = _training_rows(texts, labels)
    order, names = rows.order, rows.names
    written = np.array([rows.written[at] for at in order], dtype=object)
    groups = pd.factorize(written)[0]
    fold = np.random.default_rng(seed).permutation(int(groups.max()) + 1)[groups] % FOLDS
    records = []
    for part in range(FOLDS):
        inside = [at for at, number in zip(order, fold, strict=True) if number == part]
        outside = [at for at, number in zip(order, fold, strict=True) if number != part]
        if not inside or not outside or len(names) == 1:
            continue
        model = CategoryModel.fit(
            texts.iloc[outside], labels.iloc[outside], lexicon=lexicon, seed=seed
        )
        chances = model.probabilities(texts.iloc[inside]).reindex(
            columns=list(names), fill_value=0.0
        )
        values = chances.to_numpy()
        for row, at in enumerate(inside):
            entered, best = rows.labels[at], int(values[row].argmax())
            if (
                entered in model.categories
                and names[best] != entered
                and values[row, best] >= confidence
            ):
                own = float(values[row, names.index(entered)])
                records.append((at, entered, names[best], float(values[row, best]), own))
    records.sort(key=lambda record: (-record[3], record[0]))
    columns = ["entered", "suggested", "confidence", "entered_confidence"]
    index = texts.index[[record[0] for record in records]]
    return pd.DataFrame([record[1:] for record in records], columns=columns, index=index)
