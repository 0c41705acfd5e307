"""New words: strings that behave like words and are in no dictionary, or new against their own past."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import rjieba
from scipy.special import rel_entr
from scipy.stats import binom, false_discovery_control

from analytics.ngrams import SURROUNDING, count_runs
from analytics.segmentation import dictionary_with
from analytics.symbols import RARE, Symbols, encode, find_cuts
from analytics.word_rules import word_rules

MIN_COUNT = 4
"""Occurrences below which a string is not looked at."""

MIN_TEXTS = 3
"""Distinct texts that must hold a word: what one or two persons write is no word yet."""

MIN_WITNESSES = 3
"""Distinct surroundings of four characters on either side: all copies of a letter are one witness."""

MAX_LENGTH = 8
"""Longest word, in characters; a run of letters and digits counts as one."""

MIN_COHESION = 3.0
"""Nats, pointwise mutual information of the worst split."""

MIN_ENTROPY = 0.9
"""Nats; three neighbours in one surrounding each have 1.1, two have 0.7."""

MIN_WHOLE = 0.25
"""Share of a string's occurrences that must begin and end where the segmenter cuts."""

MIN_RISE = 4.0
"""How many times its past rate a word's rate must be to be new."""

PART_OF_WORD = 0.6
"""A string whose texts hold one certain longer candidate in at least this share is a part of it."""

PART_FACTOR = 0.3
"""Weight of a part of another candidate, and of a candidate with a dictionary word before it."""

PAST_SMOOTHING = 0.5
"""Texts added to a past count before a rate is divided by it."""

EMERGENCE_OF_EXPLAINED = 0.4
"""Exponent of the weight of parts where there is a past: a join that the past never made is new."""

LONGEST_SENTENCE = 120
"""Characters around a word beyond which a sentence is cut off, half on each side."""

_STOPS = re.compile(r"[。！？!?；;\n]+")

_COLUMNS = [
    "word", "count", "cohesion", "left_entropy", "right_entropy", "texts", "witnesses", "weight", "score",
]  # fmt: skip
_PAST_COLUMNS = ["baseline_count", "baseline_texts", "emergence", "p_value", "q_value"]
_LEVEL_COLUMNS = [
    "first", "count", "baseline_count", "texts", "baseline_texts", "whole", "passages", "left_witnesses",
    "right_witnesses", "cohesion", "left_entropy", "right_entropy",
]  # fmt: skip


def find_new_words(
    texts: pd.Series,
    *,
    baseline: pd.Series | None = None,
    lexicon: Iterable[str] | None = None,
    min_count: int = MIN_COUNT,
) -> pd.DataFrame:
    """Find words of two to eight characters that no dictionary lists.

    Parameters
    ----------
    texts
        Texts, any index, any order; missing values are passed over.
    baseline
        Texts of the past. With them a word must be new against its past as well.
    lexicon
        Words already known, such as names of operators and places. A string that is part of one of
        them is known too.
    min_count
        Fewest occurrences in ``texts``.

    Returns
    -------
    pandas.DataFrame
        One row per word, best first, ties by name. Columns:

        * ``word``: in its spelling at one place; letters of either case count together;
        * ``count``: occurrences in the texts; ``texts``: how many texts hold it;
        * ``cohesion``: pointwise mutual information of the worst split, nats;
        * ``left_entropy``, ``right_entropy``: of the neighbours, nats, each surrounding once;
        * ``witnesses``: distinct surroundings of four characters, on the side that has fewer;
        * ``weight``: 1 for a string that its parts do not explain, less for joins of dictionary words,
          phrases and parts of longer words; ``score``: what the order follows.

        With a baseline also ``baseline_count`` and ``baseline_texts``; ``emergence``, the
        log-likelihood ratio G2 of the word's rate against its past rate; ``p_value``, of the exact
        binomial test that the rate has not risen; ``q_value``, the same after the correction for the
        number of strings looked at. A word is left out if its rate is not `MIN_RISE` times its past
        one. Without any text in the baseline nothing is compared: ``emergence`` 0, ``p_value`` 1. No
        rows if nothing is found.

    Raises
    ------
    ValueError
        If ``min_count`` is below 2.

    Notes
    -----
    Candidates are runs of characters whose inner cohesion and whose entropy of neighbours on both
    sides are high (Huang and Powers 2003; Luo and Sun 2003). Surroundings are counted, not
    occurrences, so that the letters of a template speak once. Rates are compared by texts, not by
    occurrences, because a word comes in bursts within one text (Church and Gale 1995). The log-likelihood ratio is
    Dunning's (1993), the correction that of Benjamini and Hochberg (1995). Strings that dictionary
    words explain are discounted by `analytics.word_rules`.

    Limits: a word that the segmenter's guesses mostly cut through is missed, and so is one that fewer
    than three texts hold. A name and a term look alike.

    Examples
    --------
    >>> told = ["报了AI课，后悔", "想问AI课骗不骗人", "孩子学AI课没用", "要退AI课。"]
    >>> find_new_words(pd.Series(told + ["买了一件衣服，不合身"] * 9))["word"].to_list()
    ['AI课']
    """
    if min_count < 2:
        raise ValueError(f"min_count must be at least 2, got {min_count}")
    known = sorted({word.lower() for word in lexicon or ()})
    window = [text for text in texts if isinstance(text, str)]
    past = [text for text in baseline if isinstance(text, str)] if baseline is not None else []
    dictionary = dictionary_with(known)
    symbols = encode(window, past, min_count=min_count)
    found = _candidates(symbols, find_cuts(window, dictionary.cut), min_count=min_count)
    found = _weighed(found, dictionary, "\n".join(known))
    at = symbols.numbers >= RARE
    size, past_size = int(at[: symbols.window].sum()), int(at[symbols.window :].sum())
    del symbols, at
    scored = _scored(found) if baseline is None else _emerging(found, size, past_size)
    ordered = scored.sort_values(["score", "word"], ascending=[False, True], ignore_index=True)
    return ordered[_COLUMNS if baseline is None else _COLUMNS + _PAST_COLUMNS]


def _candidates(symbols: Symbols, cuts: np.ndarray, *, min_count: int) -> pd.DataFrame:
    """Return the runs that behave like words, with their figures and spelling."""
    nothing = pd.DataFrame({name: [] for name in ("word", *_LEVEL_COLUMNS)})
    frames = [nothing.astype({"word": object})]
    levels = count_runs(
        symbols, cuts, min_count=min_count, max_length=MAX_LENGTH, min_witnesses=MIN_WITNESSES
    )
    for level in levels:
        good = np.minimum(level.left_entropy, level.right_entropy) >= MIN_ENTROPY
        good &= level.cohesion >= MIN_COHESION
        good &= level.texts >= MIN_TEXTS
        good &= level.whole >= MIN_WHOLE * level.count
        if level.length == 1:
            good &= symbols.is_run[symbols.numbers[level.first]]
        frame = pd.DataFrame({name: getattr(level, name)[good] for name in _LEVEL_COLUMNS})
        frame.insert(0, "word", [symbols.text(at, level.length) for at in frame["first"].to_list()])
        if len(frame):
            frames.append(frame)
    found = pd.concat(frames[1:] or frames, ignore_index=True)
    return found[found["word"].str.len() <= 2 * MAX_LENGTH]


def _weighed(found: pd.DataFrame, dictionary: rjieba.Jieba, known: str) -> pd.DataFrame:
    """Drop known words and no words; add the weight that the parts leave."""
    rules = word_rules()
    weights = np.zeros(len(found))
    folded = found["word"].str.lower().to_list()
    parts = [dictionary.tag(word, False) for word in folded]
    cohesion = found["cohesion"].to_list()
    for number, word in enumerate(folded):
        if dictionary.has_word(word) or dictionary.has_word(word.upper()) or word in known:
            continue
        weights[number] = rules.weigh(word, parts[number], cohesion[number])
    texts = dict(zip(folded, found["texts"].to_list(), strict=True))
    kept = weights > 0
    good = {word for word, keep in zip(folded, kept, strict=True) if keep}
    for number in np.flatnonzero(kept).tolist():
        first = parts[number][0][0]
        if len(first) > 1 and folded[number][len(first) :] in good:
            weights[number] *= PART_FACTOR
    parts_of_words = _parts_of_words(good, texts)
    weights[np.array([word in parts_of_words for word in folded], dtype=bool)] *= PART_FACTOR
    return found.assign(weight=weights)[kept]


def _parts_of_words(words: set[str], texts: dict[str, int]) -> set[str]:
    """Return the words that mostly stand in one longer word."""
    return {
        word[start:end]
        for word in words
        for start in range(len(word))
        for end in range(start + 2, len(word) + 1)
        if end - start < len(word)
        and word[start:end] in words
        and texts[word] >= PART_OF_WORD * texts[word[start:end]]
    }


def _scored(found: pd.DataFrame) -> pd.DataFrame:
    """Score words without a past: how varied, how cohesive, how whole, how little explained."""
    witnesses = found[["left_witnesses", "right_witnesses"]].min(axis=1)
    entropy = found[["left_entropy", "right_entropy"]].min(axis=1)
    evidence = np.log(np.minimum(witnesses, found["texts"]))
    whole = found["whole"] / found["count"]
    score = evidence * entropy * found["cohesion"] * found["weight"] * whole
    return found.assign(witnesses=witnesses, score=score)


def _emerging(found: pd.DataFrame, size: int, past_size: int) -> pd.DataFrame:
    """Keep and score words that are new against their past."""
    found = _scored(found)
    if not (past_size and len(found)):
        return found.assign(emergence=0.0, p_value=1.0, q_value=1.0)
    now = found[["passages", "texts"]].to_numpy(np.float64).min(axis=1)
    past = found["baseline_texts"].to_numpy(np.float64)
    share = size / (size + past_size)
    expected = (now + past) * share
    ratio = rel_entr(now, expected) + rel_entr(past, now + past - expected)
    found = found.assign(
        emergence=np.where(now >= expected, 2.0, -2.0) * ratio,
        p_value=binom.sf(now - 1, now + past, share),
    )
    found["q_value"] = false_discovery_control(found["p_value"].to_numpy())
    rise = now / (past + PAST_SMOOTHING) * (past_size / size)
    new = (now >= expected) & (rise >= MIN_RISE)
    counts = found["count"].to_numpy(np.float64)
    entropy = found[["left_entropy", "right_entropy"]].to_numpy().min(axis=1) / np.log(counts)
    cohesion = found["cohesion"].to_numpy() / np.log(size / counts)
    weight = found["weight"].to_numpy() ** EMERGENCE_OF_EXPLAINED
    weight *= np.sqrt(found["whole"].to_numpy() / counts)
    score = np.sqrt(found["emergence"].to_numpy().clip(min=0)) * entropy * cohesion * weight
    emerging: pd.DataFrame = found.assign(score=score).loc[new]
    return emerging


def find_sentences(texts: pd.Series, word: str, *, limit: int = 20) -> pd.DataFrame:
    """Find the sentences that show how a word is used.

    Parameters
    ----------
    texts
        Texts, any index; missing values are passed over.
    word
        What to look for, in either case of letters.
    limit
        Most sentences.

    Returns
    -------
    pandas.DataFrame
        One row per sentence in the order of the texts: ``position`` of the text, counted from 0;
        ``sentence``; ``start`` and ``end`` of the word in it. Of the sentences in which the same four
        characters stand on both sides of the word only the first is given, so that copies of a
        letter show once. No rows if no text holds the word.

    Raises
    ------
    ValueError
        If ``word`` is empty or ``limit`` is below 1.

    Examples
    --------
    >>> find_sentences(pd.Series(["买过AI课。客服失联！", None]), "ai课")
       position sentence  start  end
    0         0    买过AI课。      2    5
    """
    if not word:
        raise ValueError("word is empty; give the word to look for")
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    wanted = re.compile(re.escape(word), re.IGNORECASE)
    seen: set[tuple[str, str]] = set()
    rows: list[tuple[int, str, int, int]] = []
    for position, text in enumerate(texts):
        for found in wanted.finditer(text) if isinstance(text, str) else ():
            start, end = found.span()
            around = (text[max(0, start - SURROUNDING) : start], text[end : end + SURROUNDING])
            if around in seen:
                continue
            seen.add(around)
            first, last = _sentence(text, start, end)
            rows.append((position, text[first:last], start - first, end - first))
            if len(rows) == limit:
                return _sentences(rows)
    return _sentences(rows)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around a place begins and ends, at most `LONGEST_SENTENCE` long."""
    first = max((stop.end() for stop in _STOPS.finditer(text, 0, start)), default=0)
    stop = _STOPS.search(text, end)
    last = stop.end() if stop else len(text)
    room = LONGEST_SENTENCE // 2
    return max(first, start - room), min(last, end + room)


def _sentences(rows: list[tuple[int, str, int, int]]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["position", "sentence", "start", "end"])
    return found.astype({"position": "int64", "start": "int64", "end": "int64"})
