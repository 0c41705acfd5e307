"""Texts on a plane, near where their subjects are near."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from analytics.embedding import Floats
from analytics.text_space import TextSpace, gathered, nearest, text_space

MAX_TEXTS = 20_000
"""Most texts on a map: a browser draws no more with ease."""

LANDMARKS = 3_000
"""Texts laid out by t-SNE; all others are put among those nearest to them."""

PERPLEXITY = 30.0
"""About how many neighbours a landmark minds; the value of van der Maaten and Hinton 2008."""

ITERATIONS = 500

AMONG = 5
"""Landmarks between which another text is put."""

NEARNESS_POWER = 8
"""Power of the cosine by which nearer landmarks draw more."""


def map_texts(texts: pd.Series, *, seed: int = 0) -> pd.DataFrame:
    """Lay texts out on a plane.

    t-SNE of at most 3,000 landmarks, begun from principal components so that the same texts always
    give the same map; every other text lies at the weighted mean of its five nearest landmarks.
    Only nearness means something on such a map, not direction, nor the width of a gap.

    Parameters
    ----------
    texts
        At most 20,000 texts, any index.
    seed
        Of the landmarks and of t-SNE.

    Returns
    -------
    pandas.DataFrame
        Same index; ``x`` and ``y``, from -1 to 1; NaN for a text of which nothing is known.

    Raises
    ------
    ValueError
        If there are more than 20,000 texts.

    Examples
    --------
    >>> map_texts(pd.Series(["健身房不退费", None])).isna().all(axis=1).tolist()
    [False, True]
    """
    if len(texts) > MAX_TEXTS:
        raise ValueError(
            f"a map holds at most {MAX_TEXTS} texts, got {len(texts)}; draw a sample first"
        )
    # The number of threads decides in which order floats are added, and so the last digits.
    with threadpool_limits(limits=1):
        places = placed(text_space(texts, seed=seed), seed=seed)
    return pd.DataFrame(places, index=texts.index, columns=["x", "y"])


def placed(
    space: TextSpace, *, landmarks: int = LANDMARKS, seed: int = 0
) -> npt.NDArray[np.float64]:
    """Return ``x`` and ``y`` of the texts of a space, in the order in which they were given to it.

    Parameters
    ----------
    landmarks
        Most texts laid out by t-SNE; the work grows with their number.
    """
    known = np.flatnonzero(space.told)
    rng = np.random.default_rng(seed)
    marks = np.sort(rng.choice(known, min(landmarks, len(known)), replace=False))
    places = np.full((len(space.texts), 2), np.nan)
    if len(marks):
        drawn = gathered(space.points[marks], neighbours=10, share=0.5, rounds=2)
        laid = _laid_out(drawn, seed)
        rows, cosines = nearest(space.points[known], space.points[marks], AMONG)
        weights = np.maximum(cosines, 1e-3).astype(np.float64) ** NEARNESS_POWER
        weights /= weights.sum(axis=1, keepdims=True)
        places[known] = (laid[rows] * weights[:, :, None]).sum(axis=1)
        places[marks] = laid
    in_place = np.empty_like(places)
    in_place[space.order] = places
    return in_place


def _laid_out(points: Floats, seed: int) -> np.ndarray:
    """Return places within -1 to 1."""
    if len(points) < 5:
        angles = np.linspace(0, 2 * np.pi, len(points), endpoint=False)
        return np.column_stack([np.cos(angles), np.sin(angles)])
    distinct, back = np.unique(points.round(5), axis=0, return_inverse=True)
    if len(distinct) < 5:
        return _laid_out(distinct[:4], seed)[back.ravel()]
    layout = TSNE(
        2,
        perplexity=min(PERPLEXITY, (len(points) - 1) / 3),
        init="pca",
        max_iter=ITERATIONS,
        random_state=seed,
        n_jobs=1,
    ).fit_transform(points)
    layout = layout - layout.mean(axis=0)
    return np.asarray(layout / np.abs(layout).max(), dtype=np.float64)
