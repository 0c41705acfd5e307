"""The words of submissions: cut with the shipped lexicon and with the words that people accepted."""

import datetime as dt
import functools
import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from analytics.segmentation import WordIndex, index_words
from jobs.decided import Decided
from jobs.lexicons import lexicon, negators, stopwords
from jobs.spreading import spread
from queries import deriving, submission_words
from queries.vocabulary import DecisionKind, WordVerdict

STEP = "submission_words"
"""Name of the refresh step, and of what it derives."""


def accepted_words(decided: Decided) -> tuple[str, ...]:
    """Return the words that people took into the lexicon, in lower case.

    Examples
    --------
    >>> from jobs.decided import NOTHING_DECIDED
    >>> accepted_words(NOTHING_DECIDED)
    ()
    """
    subjects = decided.subjects(DecisionKind.WORD, WordVerdict.ACCEPTED)
    return tuple(sorted({subject.lower() for subject in subjects}))


def digest(decided: Decided) -> str:
    """Return a short text that differs when words are to be cut otherwise.

    By other accepted words, or by other word lists shipped with the program.
    """
    told = (shipped_digest(), accepted_words(decided))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@functools.cache
def shipped_digest() -> str:
    """Return a short text that differs with the shipped word lists."""
    told = [sorted(each) for each in (lexicon(), stopwords(), negators())]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def derive_words(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:
    """Cut the narratives of these days into words; return how many (submission, word) pairs there are.

    Parameters
    ----------
    days
        None cuts all anew, as does a change of the shipped word lists. On the other days only the
        submissions are cut again that hold a word newly accepted or no longer so, and what counts
        words is told to count those days again.
    """
    accepted = accepted_words(decided)
    known = submission_words.known_cut(conn)
    if days is None or known is None or known.digest != shipped_digest():
        deriving.delete_words(conn, None)
        _cut(conn, deriving.read_texts(conn, None), accepted)
    else:
        deriving.delete_words(conn, days)
        _cut(conn, deriving.read_texts(conn, days), accepted)
        changed = sorted(set(known.words) ^ set(accepted))
        if changed:
            touched = submission_words.touched_days(conn, changed, except_on=days)
            submission_words.delete_touched(conn, changed, except_on=days)
            _cut(conn, submission_words.read_touched(conn, changed, except_on=days), accepted)
            submission_words.recount_words(conn, touched)
    submission_words.record_cut(conn, submission_words.Cut(shipped_digest(), accepted))
    return deriving.count_submission_words(conn)


def _cut(conn: sa.Connection, batches: submission_words.Batches, accepted: tuple[str, ...]) -> None:
    numbers = deriving.known_words(conn)
    work = functools.partial(index, accepted)
    for batch, found in spread(batches, work, given=lambda batch: batch.texts):
        new = {
            word: number
            for number, word in enumerate(
                (word for word in found.words if word not in numbers), start=len(numbers) + 1
            )
        }
        numbers |= new
        if new:
            deriving.add_words(conn, new)
        ids = np.array([numbers[word] for word in found.words], dtype=np.int32)
        deriving.add_submission_words(
            conn,
            pa.table(
                {
                    "submission_key": batch.keys.take(found.text_numbers),
                    "registered_on": batch.days.take(found.text_numbers),
                    "word_id": ids[found.word_numbers],
                }
            ),
        )


def index(accepted: tuple[str, ...], texts: Sequence[str | None]) -> WordIndex:
    """Return which words each text holds, accepted words among them.

    Examples
    --------
    >>> index(("陪爬师",), ["请陪爬师后不退款"]).words
    ['陪爬师', '不退款']
    """
    return index_words(
        texts,
        stopwords=stopwords() - set(accepted),
        lexicon=_dictionary(accepted),
        negators=negators(),
    )


@functools.lru_cache(maxsize=2)
def _dictionary(accepted: tuple[str, ...]) -> frozenset[str]:
    return frozenset(lexicon()) | frozenset(accepted)
