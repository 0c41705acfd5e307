"""Clusters and suggested categories on real texts: the untouched half against floors."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score, f1_score, normalized_mutual_info_score
from sklearn.model_selection import StratifiedKFold

from analytics.categories import suggest_category
from analytics.clustering import cluster_texts

FLOORS = json.loads(Path(__file__).with_name("clusters_floors.json").read_text(encoding="utf-8"))
SPLIT_SEED = 20261122
"""Of the split in two halves; what was tuned was tuned on the first."""


def labelled(name):
    """Return texts and classes; the untouched half where there are enough."""
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR is not set: no labelled texts")
    root = Path(folder)
    if name == "messages":
        frame = pd.read_csv(root / "hotline_messages" / "messages.csv")
        frame = frame[frame["一级标签"].notna()].reset_index(drop=True)
        return frame["留言主题"] + "。" + frame["留言详情"], frame["一级标签"]
    if name == "reviews":
        frame = pd.read_csv(root / "labelled_text" / "online_shopping_10_cats.csv")
        frame = frame.dropna().drop_duplicates("review").reset_index(drop=True)
        texts, classes = frame["review"], frame["cat"]
    else:
        lines = (root / "labelled_text" / "news_titles_dev.txt").read_text("utf-8").splitlines()
        pairs = [line.split("\t") for line in lines]
        texts, classes = (pd.Series(part) for part in zip(*pairs, strict=True))
    order = np.random.default_rng(SPLIT_SEED).permutation(len(texts))
    half = order[len(texts) // 2 :][:10_000]
    return texts.iloc[half].reset_index(drop=True), classes.iloc[half].reset_index(drop=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["messages", "reviews", "titles"])
def test_clusters_agree_with_the_known_classes(name):
    texts, classes = labelled(name)
    texts, classes = texts[:5_000], classes[:5_000]
    given = cluster_texts(texts, n_clusters=classes.nunique()).labels
    floors = FLOORS[name]
    assert normalized_mutual_info_score(classes, given) >= floors["nmi"]
    assert adjusted_rand_score(classes, given) >= floors["ari"]
    chosen = cluster_texts(texts)
    assert 0.5 <= len(chosen.topics) / classes.nunique() <= 2
    assert normalized_mutual_info_score(classes, chosen.labels) >= floors["nmi_own_number"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reviews", "titles"])
def test_suggested_categories(name):
    texts, classes = labelled(name)
    middle = min(5_000, len(texts) // 2)
    found = suggest_category(texts[:middle], classes[:middle], texts[middle : 2 * middle])
    check(found, classes[middle : 2 * middle], FLOORS[name])


@pytest.mark.slow
def test_suggested_categories_with_few_examples():
    texts, classes = labelled("messages")
    folds = StratifiedKFold(5, shuffle=True, random_state=4).split(texts, classes)
    parts = [
        suggest_category(texts.iloc[train], classes.iloc[train], texts.iloc[test])
        for train, test in folds
    ]
    found = pd.concat(parts).sort_index()
    check(found, classes, FLOORS["messages"])


def check(found, classes, floors):
    right = found["category"].to_numpy() == classes.to_numpy()
    sure = found["confidence"].to_numpy()
    assert f1_score(classes, found["category"], average="macro") >= floors["f1"]
    surest = np.argsort(-sure, kind="stable")[: int(0.8 * len(sure))]
    assert right[surest].mean() >= floors["surest"]
    assert calibration_error(sure, right) <= floors["calibration_error"]


def calibration_error(sure, right):
    """Return the expected calibration error over ten bins."""
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [
        (bins == at).mean() * abs(sure[bins == at].mean() - right[bins == at].mean())
        for at in np.unique(bins)
    ]
    return sum(gaps)
