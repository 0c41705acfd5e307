"""The finders of a refresh, in order."""

from jobs.finders import (
    campaigns,
    categories,
    clusters,
    entry_checks,
    identity,
    leads,
    new_words,
    repeats,
    scores,
    shared_matters,
    tags,
)
from jobs.finders.finder import Finder

__all__ = ["AFTER_COUNTING", "BEFORE_COUNTING", "BEFORE_OPERATORS", "FINDERS", "Finder"]

BEFORE_OPERATORS: tuple[Finder, ...] = (identity.FINDER,)
"""Those that change which operator a submission is about: everything else rests on that."""

BEFORE_COUNTING: tuple[Finder, ...] = (repeats.FINDER,)
"""Those that change the facts which cubes count, such as what de-noised counts leave out."""

AFTER_COUNTING: tuple[Finder, ...] = (
    shared_matters.FINDER,
    tags.FINDER,
    campaigns.FINDER,
    entry_checks.FINDER,
    categories.FINDER,
    new_words.FINDER,
    clusters.FINDER,
    scores.FINDER,
    leads.FINDER,
)

FINDERS = {each.name: each for each in (*BEFORE_OPERATORS, *BEFORE_COUNTING, *AFTER_COUNTING)}
