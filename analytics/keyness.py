"""Words that one set of texts holds more often than another."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import rel_entr
from scipy.stats import chi2, false_discovery_control

MIN_COUNT = 5
"""Texts, in both sets together, below which a word is counted but not judged."""

PRIOR_TEXTS = 100.0
"""Strength of the prior in texts: what is known of a word before the sets are looked at weighs as much
as so many texts in which both sets are alike."""

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def compare_words(
    counts: pd.Series,
    baseline_counts: pd.Series,
    *,
    total: int,
    baseline_total: int,
    prior_texts: float = PRIOR_TEXTS,
    min_count: int = MIN_COUNT,
) -> pd.DataFrame:
    """Compare how many texts of two sets hold each word.

    Parameters
    ----------
    counts, baseline_counts
        How many texts of each set hold the word; index: words. A word that one of them lacks has
        count 0 there.
    total, baseline_total
        How many texts each set has.
    prior_texts
        Strength of the prior, in texts.
    min_count
        Words with fewer texts in both sets together get NaN for everything but counts and shares.

    Returns
    -------
    pandas.DataFrame
        Index ``word``; most over-represented first (``z`` falling), ties by word, words not judged
        last. Columns:

        * ``count``, ``baseline_count``; ``share``, ``baseline_share`` of the texts, 0 to 1, NaN for
          an empty set;
        * ``log_odds``: natural logarithm of the odds ratio, drawn towards 0 by the prior; above 0
          the word is commoner in the first set; ``z``: the same over its standard error;
        * ``g2``: log-likelihood ratio, negative where the word is rarer in the first set;
        * ``p_value`` of ``g2``, two-sided, chi-squared with one degree of freedom; ``q_value``: after
          the correction for the number of words judged.

    Raises
    ------
    ValueError
        If a count is negative, missing or above its total, a word stands twice, or the prior is not
        above 0.

    Notes
    -----
    Texts are counted, not occurrences: a word repeated within one text says nothing new. The log-odds
    with an informative Dirichlet prior are those of Monroe, Colaresi and Quinn (2008), here for the two
    outcomes "text holds the word" and "does not", with the share in both sets together as the prior;
    the variance is theirs, with the second outcome kept. G2 is Dunning's (1993) over the same
    four cells, the correction that of Benjamini and Hochberg (1995). Against the same season and
    against the previous period are two calls: a word has risen where both say so.

    Limits: texts copied many times make a word look certain; count them once beforehand.

    Examples
    --------
    >>> found = compare_words(
    ...     pd.Series({"退款": 50, "闭店": 30}), pd.Series({"退款": 52, "闭店": 3}),
    ...     total=100, baseline_total=100,
    ... )
    >>> found["g2"].round(1).to_dict()
    {'闭店': 30.0, '退款': -0.1}
    """
    if prior_texts <= 0:
        raise ValueError(f"prior_texts must be above 0, got {prior_texts}")
    words = counts.index.union(baseline_counts.index)
    now = _checked(counts, words, total, "counts")
    past = _checked(baseline_counts, words, baseline_total, "baseline_counts")
    both = now + past
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = now / total, past / baseline_total
    log_odds, z = _log_odds(now, past, total, baseline_total, prior_texts)
    judged = both >= max(min_count, 1)
    g2 = np.where(judged, _signed_g2(now, past, total, baseline_total), np.nan)
    p_value = chi2.sf(np.abs(g2), df=1)
    q_value = np.full(len(words), np.nan)
    if judged.any():
        q_value[judged] = false_discovery_control(p_value[judged])
    found = pd.DataFrame(
        {
            "count": now.astype(np.int64),
            "baseline_count": past.astype(np.int64),
            "share": shares[0],
            "baseline_share": shares[1],
            "log_odds": np.where(judged, log_odds, np.nan),
            "z": np.where(judged, z, np.nan),
            "g2": g2,
            "p_value": p_value,
            "q_value": q_value,
        },
        index=pd.Index(words, name="word"),
    )
    order = np.argsort(-found["z"].fillna(-np.inf).to_numpy(), kind="stable")
    return found.iloc[order]


def _checked(counts: pd.Series, words: pd.Index, total: int, name: str) -> Floats:
    """Return counts in the order of the words, 0 where there is none."""
    if not counts.index.is_unique:
        twice = counts.index[counts.index.duplicated()][0]
        raise ValueError(f"{name} must hold each word once; {twice!r} stands there twice")
    values = counts.to_numpy(dtype=np.float64)
    bad = ~((values >= 0) & (values <= total))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{name} must lie between 0 and the total of {total} texts; "
            f"{counts.index[first]!r} has {values[first]:g}"
        )
    placed = np.zeros(len(words))
    placed[words.get_indexer(counts.index)] = values
    return placed


def _log_odds(
    now: Floats, past: Floats, total: int, past_total: int, prior_texts: float
) -> tuple[Floats, Floats]:
    """Return log-odds with an informative prior and their z-scores."""
    size = max(total + past_total, 1)
    prior = np.clip((now + past) / size, 0.5 / size, 1 - 0.5 / size) * prior_texts
    rest = prior_texts - prior
    cells: list[Any] = [
        now + prior, total - now + rest, past + prior, past_total - past + rest,
    ]  # fmt: skip
    log_odds = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    return log_odds, log_odds / np.sqrt(sum(1 / cell for cell in cells))


def _signed_g2(now: Floats, past: Floats, total: int, past_total: int) -> Floats:
    """Return the log-likelihood ratio of the four cells, negative where the word became rarer."""
    share = (now + past) / max(total + past_total, 1)
    g2 = rel_entr(now, total * share) + rel_entr(total - now, total * (1 - share))
    g2 += rel_entr(past, past_total * share) + rel_entr(past_total - past, past_total * (1 - share))
    signed: Floats = np.where(now >= total * share, 2.0, -2.0) * np.maximum(g2, 0.0)
    return signed
