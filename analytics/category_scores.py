"""How categories are scored: features, a joint classifier, and calibration."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from analytics.embedding import (
    Floats,
    Ints,
    WordCounts,
    count_grams,
    count_words,
    document_frequency,
    rarity,
    unit_rows,
    weigh,
    word_vectors,
)

WORD_SHARE = 0.5
"""Weight of words beside runs of 1 to 3 characters."""

VECTOR_TEXTS, VECTOR_SHARE = 1_500, 0.5
"""Below so many training texts the vectors of words join in, with this weight; above, they add
nothing: measured +.02 macro-F1 with 330 letters, 0 with 2,500 reviews or titles."""

PENALTY = 0.7
"""Inverse strength of the support vector machine's regularisation; 0.5 to 2 differ little."""

BAYES_SMOOTHING, BAYES_SHARE = 0.05, 0.25
"""Smoothing of complement naive Bayes, and its share in the score."""

LEAST_TEXTS = 2
"""A run of characters of a single text tells nothing."""

FOLDS = 5
"""Parts for the scores by which confidence is calibrated."""

ENOUGH_HELD_OUT = 1_000
"""Held-out texts with which calibration, which fits one number, stops asking for further parts."""

TOLERANCE = 0.01
"""At which the support vector machine stops; a hundredth of it changes nothing but the time."""

TEMPERATURES = (0.05, 60.0)
"""Bounds of the factor that turns scores into probabilities."""


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """How texts become rows of numbers, as the training texts fixed it."""

    words: tuple[str, ...]
    word_weights: Floats
    grams: Ints
    gram_weights: Floats
    lexicon: tuple[str, ...]
    with_vectors: bool

    @classmethod
    def fit(
        cls, texts: list[str], lexicon: tuple[str, ...]
    ) -> tuple["TextFeatures", tuple[sparse.csr_matrix, sparse.csr_matrix]]:
        """Fix columns and weights by the training texts; return also what `blocks` makes of them."""
        found = count_words(texts, lexicon=lexicon)
        grams = count_grams(texts)
        frequency = document_frequency(grams)
        kept = np.flatnonzero(frequency >= min(LEAST_TEXTS, len(texts)))
        features = cls(
            words=found.words,
            word_weights=rarity(document_frequency(found.counts), len(texts)),
            grams=kept,
            gram_weights=rarity(frequency[kept], len(texts)),
            lexicon=lexicon,
            with_vectors=len(texts) < VECTOR_TEXTS,
        )
        return features, features._weighed(found.counts, grams)

    def counts(self, texts: list[str]) -> WordCounts:
        """Count the known words."""
        return count_words(texts, lexicon=self.lexicon, vocabulary=self.words)

    def blocks(self, texts: list[str]) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Return weighed words and runs of characters; the same with vectors."""
        return self._weighed(self.counts(texts).counts, count_grams(texts))

    def _weighed(
        self, counted: sparse.csr_matrix, grams: sparse.csr_matrix
    ) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        words = weigh(counted, self.word_weights) * WORD_SHARE
        kept = weigh(grams[:, self.grams], self.gram_weights)
        plainly = sparse.hstack([words, kept], format="csr")
        if not self.with_vectors:
            return plainly, plainly
        meaning = VECTOR_SHARE * unit_rows(words @ word_vectors().of(self.words))
        return plainly, sparse.hstack([plainly, sparse.csr_matrix(meaning)], format="csr")


@dataclass(frozen=True, slots=True)
class Scorer:
    """A support vector machine and complement naive Bayes, fitted to numbered classes."""

    machine: LinearSVC
    bayes: ComplementNB
    spread: tuple[float, float]
    classes: int

    @classmethod
    def fit(
        cls, plainly: sparse.csr_matrix, joined: sparse.csr_matrix, numbers: Ints, seed: int
    ) -> "Scorer":
        """Fit both to the same texts."""
        machine = LinearSVC(
            C=PENALTY, class_weight="balanced", random_state=seed, tol=TOLERANCE
        ).fit(joined, numbers)
        bayes = ComplementNB(alpha=BAYES_SMOOTHING).fit(plainly, numbers)
        told = _centred(bayes.predict_log_proba(plainly))
        return cls(machine, bayes, (1.0, float(told.std()) or 1.0), int(numbers.max()) + 1)

    def scores(self, plainly: sparse.csr_matrix, joined: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return one row per text, one column per class."""
        margins = self.machine.decision_function(joined)
        if margins.ndim == 1:
            margins = np.column_stack([-margins, margins])
        told = _centred(self.bayes.predict_log_proba(plainly)) / self.spread[1]
        return np.asarray((1 - BAYES_SHARE) * _centred(margins) + BAYES_SHARE * told)


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values - values.mean(axis=1, keepdims=True))


def probabilities(scores: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return the softmax of the scores times the factor."""
    powers = np.exp(factor * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def temperature(scores: NDArray[np.float64], numbers: Ints) -> float:
    """Return the factor under which the known classes are likeliest (temperature scaling)."""

    def loss(logarithm: float) -> float:
        chances = probabilities(scores, float(np.exp(logarithm)))
        return -float(np.log(chances[np.arange(len(numbers)), numbers] + 1e-12).mean())

    bounds = tuple(np.log(TEMPERATURES))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def held_out_scores(
    plainly: sparse.csr_matrix, joined: sparse.csr_matrix, numbers: Ints, classes: int, seed: int
) -> NDArray[np.float64]:
    """Return the scores of models that did not see the text; zeros where none could be fitted.

    Classes with fewer texts than folds are not left out whole: their texts are only trained on.
    """
    scores = np.zeros((len(numbers), classes))
    sizes = np.bincount(numbers, minlength=classes)
    common = sizes[numbers] >= FOLDS
    if len(np.unique(numbers[common])) < 2:
        return scores
    rows = np.flatnonzero(common)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for _, held in folds.split(rows, numbers[rows]):
        out = rows[held]
        train = np.setdiff1d(np.arange(len(numbers)), out)
        present, renumbered = np.unique(numbers[train], return_inverse=True)
        model = Scorer.fit(plainly[train], joined[train], renumbered, seed)
        scores[np.ix_(out, present)] = model.scores(plainly[out], joined[out])
        if scores.any(axis=1).sum() >= ENOUGH_HELD_OUT:
            break
    return scores
