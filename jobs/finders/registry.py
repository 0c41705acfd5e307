"""The finders of a refresh, in order."""

from jobs.finders import (
    categories,
    clusters,
    entry_checks,
    new_words,
    repeats,
    scores,
    shared_matters,
    tags,
)
from jobs.finders.finder import Finder

__all__ = ["AFTER_COUNTING", "BEFORE_COUNTING", "FINDERS", "Finder"]

BEFORE_COUNTING: tuple[Finder, ...] = (repeats.FINDER,)
"""Those that change the facts which cubes count, such as what de-noised counts leave out."""

AFTER_COUNTING: tuple[Finder, ...] = (
    shared_matters.FINDER,
    tags.FINDER,
    entry_checks.FINDER,
    categories.FINDER,
    new_words.FINDER,
    clusters.FINDER,
    scores.FINDER,
)

FINDERS = {each.name: each for each in (*BEFORE_COUNTING, *AFTER_COUNTING)}
