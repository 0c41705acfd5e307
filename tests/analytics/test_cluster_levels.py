"""Zooms of one set of texts, and the parts of a split."""

import random

import numpy as np
import pandas as pd
import pytest

from analytics.cluster_decisions import Decision, apply_decisions
from analytics.cluster_levels import LEVELS, cluster_levels, unlike
from analytics.cluster_matching import Anchor
from analytics.cluster_splitting import UnlikePartsError, part_anchors
from analytics.clustering import cluster_texts
from tests.finders.cluster_records import rows

TEXTS = pd.Series({each["submission_id"]: each["narrative"] for each in rows("a", each=40)})


@pytest.fixture(scope="module")
def found():
    return cluster_levels(TEXTS)


def test_a_coarser_level_is_a_union_of_finer_ones(found):
    coarse, medium, fine = (found.by_level[name].labels for name in LEVELS)
    assert coarse.nunique() == 10
    assert medium.nunique() == fine.nunique() == 10
    for finer, coarser in ((fine, medium), (medium, coarse)):
        pairs = set(zip(finer, coarser, strict=True))
        assert len(pairs) == len({a for a, _ in pairs})


def test_the_number_of_clusters_grows_with_the_texts():
    many = pd.Series([f"{text}{number}" for number in range(4) for text in TEXTS])
    levels = cluster_levels(many).by_level
    assert [len(levels[name].topics) for name in LEVELS] == [10, 30, 40]


def test_seed_topics_stand_besides_what_is_found(found):
    seeds = {"健身": ["健身房", "私教课"], "无": ["没有的词"], "停车": ["停车场", "道闸"]}
    levels = cluster_levels(TEXTS, seeds=seeds).by_level
    for name in LEVELS:
        topics = levels[name].topics
        assert len(topics) == len(found.by_level[name].topics) + 2
        assert sorted(topics["seed"]) == [*[""] * (len(topics) - 2), "停车", "健身"]
        for topic in ("健身", "停车"):
            (number,) = topics.index[topics["seed"] == topic]
            held = TEXTS.map(lambda text, words=seeds[topic]: any(word in text for word in words))
            others = TEXTS.map(lambda text: any(w in text for n in seeds for w in seeds[n]))
            inside = levels[name].labels == number
            assert inside[held].all()
            assert not (inside & others & ~held).any()
    shuffled = cluster_levels(TEXTS.sample(frac=1, random_state=1), seeds=seeds).by_level
    again = shuffled["coarse"].labels.reindex(TEXTS.index)
    pd.testing.assert_series_equal(again, levels["coarse"].labels)


def test_seed_topics_that_take_every_text():
    levels = cluster_levels(TEXTS, seeds={"一": ["元"], "二": ["合计"]}).by_level
    for name in LEVELS:
        assert levels[name].topics["seed"].tolist() == ["一"]
        assert levels[name].labels.eq(0).all()


def test_the_order_of_rows_has_no_say(found):
    shuffled = cluster_levels(TEXTS.sample(frac=1, random_state=1))
    for name in LEVELS:
        again = shuffled.by_level[name].labels.reindex(TEXTS.index)
        pd.testing.assert_series_equal(again, found.by_level[name].labels)
    pd.testing.assert_frame_equal(shuffled.places.reindex(found.places.index), found.places)


def test_distances_and_deviations(found):
    level = found.by_level["fine"]
    assert level.distance.between(0, 2).all()
    assert level.distance.index.equals(TEXTS.index)
    assert set(level.deviation.dropna().index) <= set(TEXTS.index)


def test_a_map_of_fewer_texts_is_drawn_by_lot(found):
    few = cluster_levels(TEXTS, map_rows=50)
    assert len(few.places) == 50
    assert len(found.places) == len(TEXTS)
    assert few.places.abs().to_numpy().max() <= 1


def test_texts_of_which_nothing_is_known():
    texts = pd.Series(["健身房停业不退费", None, "", "!!"])
    found = cluster_levels(texts)
    level = found.by_level["coarse"]
    assert level.labels.tolist() == [0, -1, -1, -1]
    assert level.distance.isna().tolist() == [False, True, True, True]
    assert found.places.index.tolist() == [0]


def test_a_few_texts_many_times_each():
    few = ["商家拒绝退款", "健身房闭店失联，年卡不退费", "羽绒服掉色", "加油站短斤少两"]
    texts = pd.Series(random.Random(0).choices([*few, None], k=300))
    levels = cluster_levels(texts).by_level
    for level in levels.values():
        told = pd.DataFrame({"text": texts, "label": level.labels}).dropna()
        assert told.groupby("text")["label"].nunique().max() == 1
        assert level.labels[texts.isna()].eq(-1).all()


def test_unlike_texts_are_spread():
    places = pd.DataFrame({"x": [0, 0, 10, 5], "y": [0, 0, 0, 5]})
    assert unlike(places, number=3) == [0, 2, 3]
    assert unlike(places.iloc[:2], number=3) == [0]
    assert unlike(places.iloc[:0]) == []


def test_parts_hold_the_texts_of_their_words():
    texts = pd.Series({"a": "健身房跑路", "b": "健身房不退费", "c": "健身房"})
    parts = part_anchors(texts, [["跑路"], ["退费"]], words=["健身房", "跑路", "退费"])
    assert [part.members for part in parts] == [("a", "c"), ("b",)]


@pytest.mark.parametrize("parts", [[["跑路"]], [["跑路"], []]])
def test_a_split_needs_two_parts_with_words(parts):
    with pytest.raises(ValueError, match="two or more parts"):
        part_anchors(pd.Series({"a": "跑路"}), parts, words=["跑路"])


def test_parts_unlike_the_cluster_are_refused():
    with pytest.raises(UnlikePartsError, match="give each part some of them"):
        part_anchors(pd.Series({"a": "跑路"}), [["天气"], ["地铁"]], words=["跑路"])


def test_what_a_decision_made_names_the_decision():
    found = cluster_texts(TEXTS, n_clusters=5)
    words = found.topics["words"][0]
    whole = TEXTS[found.labels == 0]
    parts = part_anchors(whole, [words[:1], words[1:2]], words=words)
    gone = Anchor(("早已没有",), tuple(TEXTS.index[:3]))
    merged = [
        Anchor(tuple(found.topics["words"][at]), tuple(TEXTS.index[found.labels == at]))
        for at in (3, 4)
    ]
    decisions = [
        Decision("merge", tuple(merged)),
        Decision("split", parts),
        Decision("pin", (gone,)),
    ]
    topics = apply_decisions(found, decisions, texts=TEXTS).topics
    made = topics[topics["made_by"] >= 0]
    assert list(zip(made["made_by"], made["part"], strict=True)) == [(1, 0), (1, 1), (2, 0)]
    assert made.index.tolist() == [5, 6, 7]
    assert np.all(topics.loc[topics["made_by"] < 0, "part"] == 0)
