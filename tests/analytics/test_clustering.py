import random

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.metrics import adjusted_rand_score

from analytics.cluster_hierarchy import relabelled, zoom
from analytics.clustering import cluster_texts
from analytics.embedding import WordVectors, count_grams, count_words, plain, word_vectors
from analytics.text_map import MAX_TEXTS, map_texts
from analytics.text_space import nearest, text_space
from analytics.topic_words import central_and_diverse, label_words

SUBJECTS = {
    "gym": ["健身房", "年卡", "私教课", "教练", "会员", "闭店", "跑路", "游泳馆", "瑜伽", "退费"],
    "food": ["蛋糕", "头发", "异物", "变质", "面包", "发霉", "牛奶", "过期", "饭店", "拉肚子"],
    "car": ["汽车", "发动机", "漏油", "变速箱", "异响", "定金", "提车", "轮胎", "刹车", "保养"],
    "phone": ["手机", "屏幕", "充电", "电池", "黑屏", "维修", "主板", "摄像头", "进水", "换机"],
    "housing": ["装修", "瓷砖", "漏水", "地板", "甲醛", "工期", "橱柜", "油漆", "墙面", "防水"],
}
FILLERS = ["昨天", "商家", "态度", "一直", "拒绝", "电话", "要求", "尽快", "处理", "附近"]


def planted(count=300, *, seed=0, subjects=SUBJECTS):
    draw = random.Random(seed)
    names = draw.choices(list(subjects), k=count)
    texts = ["，".join(draw.sample(subjects[name], 4) + draw.sample(FILLERS, 2)) for name in names]
    index = [f"S{number:04}" for number in range(count)]
    return pd.Series(texts, index=index), pd.Series(names, index=index)


@pytest.fixture(scope="module")
def found():
    texts, truth = planted()
    return texts, truth, cluster_texts(texts, n_clusters=5)


def test_planted_subjects_are_found(found):
    texts, truth, clusters = found
    assert adjusted_rand_score(truth, clusters.labels) > 0.97
    assert clusters.labels.index.equals(texts.index)


def test_number_of_clusters_is_found_within_a_factor_of_two():
    texts, truth = planted(400, seed=3)
    clusters = cluster_texts(texts)
    assert 3 <= len(clusters.topics) <= 10
    assert adjusted_rand_score(truth, clusters.labels) > 0.6


def test_label_words_are_those_of_the_subject(found):
    _, truth, clusters = found
    for cluster, words in clusters.topics["words"].items():
        name = truth[clusters.labels == cluster].mode()[0]
        parts = "".join(SUBJECTS[name])
        assert sum(word in parts for word in words[:6]) >= 5
        assert not any(a != b and a in b for a in words for b in words)


def test_topics_add_up(found):
    _, _, clusters = found
    topics = clusters.topics
    sizes = clusters.labels.value_counts().sort_index()
    assert topics["size"].tolist() == sizes.tolist()
    assert topics["size"].is_monotonic_decreasing
    assert topics["share"].sum() == pytest.approx(1)
    assert topics["stability"].between(0, 1).all()
    assert clusters.stability > 0.7
    for cluster, row in topics.iterrows():
        shown = row["central"] + row["diverse"]
        assert shown
        assert (clusters.labels[shown] == cluster).all()


def test_same_seed_gives_the_same_whatever_the_order_of_rows(found):
    texts, _, clusters = found
    again = cluster_texts(texts, n_clusters=5)
    pd.testing.assert_series_equal(again.labels, clusters.labels)
    pd.testing.assert_frame_equal(again.topics, clusters.topics)
    shuffled = cluster_texts(texts.sample(frac=1, random_state=1), n_clusters=5)
    assert shuffled.labels.reindex(texts.index).tolist() == clusters.labels.tolist()


def test_texts_beyond_the_sample_join_the_clusters():
    texts, truth = planted(400, seed=5)
    clusters = cluster_texts(texts, n_clusters=5, fit_rows=150)
    assert adjusted_rand_score(truth, clusters.labels) > 0.95


def test_equal_texts_have_equal_labels():
    texts, _ = planted(60, seed=7)
    doubled = pd.concat([texts, texts.rename(lambda name: name + "b")])
    labels = cluster_texts(doubled, n_clusters=5).labels
    assert labels.iloc[:60].tolist() == labels.iloc[60:].tolist()


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        pytest.param([], [], id="no text"),
        pytest.param(["健身房不退费"], [0], id="one text"),
        pytest.param([None, float("nan"), "", "。。"], [-1] * 4, id="nothing said"),
        pytest.param(["健身房不退费"] * 30, [0] * 30, id="all equal"),
    ],
)
@pytest.mark.parametrize("number", [None, 3])
def test_edges(texts, labels, number):
    clusters = cluster_texts(pd.Series(texts, dtype=object), n_clusters=number)
    assert clusters.labels.tolist() == labels
    assert len(clusters.topics) == len({label for label in labels if label >= 0})
    assert clusters.labels.dtype == "int64"


def test_texts_that_differ_in_stop_words_only_are_one_point():
    fillers = ["您好", "谢谢", "请问", "麻烦", "反映", "投诉", "尽快", "处理", "希望", "要求"]
    texts = [
        f"{a}{what}{b}" for what in ("蛋糕发霉", "健身房关门") for a in fillers for b in fillers
    ]
    labels = cluster_texts(pd.Series(texts), n_clusters=12).labels
    assert labels.nunique() <= 12
    assert not set(labels[:100]) & set(labels[100:])
    assert cluster_texts(pd.Series(texts)).labels.nunique() >= 2


def test_missing_texts_are_in_no_cluster():
    texts, _ = planted(40)
    texts.iloc[3] = None
    labels = cluster_texts(texts, n_clusters=3).labels
    assert labels.iloc[3] == -1
    assert (labels.drop(labels.index[3]) >= 0).all()


def test_duplicated_and_unsorted_index_is_kept():
    texts, _ = planted(40)
    texts.index = pd.Index([9, 3] * 20)
    assert cluster_texts(texts, n_clusters=3).labels.index.tolist() == [9, 3] * 20


def test_other_languages_cluster_by_their_words():
    draw = random.Random(2)
    topics = [
        ["card", "fee", "bank", "loan", "credit", "mortgage"],
        ["rats", "noise", "street", "heat", "water", "dog"],
    ]
    truth = [draw.randrange(2) for _ in range(80)]
    texts = pd.Series([" ".join(draw.sample(topics[kind], 4)) for kind in truth])
    assert adjusted_rand_score(truth, cluster_texts(texts, n_clusters=2).labels) > 0.95


def test_text_far_from_all_is_an_outlier():
    texts, _ = planted(200)
    texts["odd"] = "钢琴 望远镜 恐龙 火山 钢琴 望远镜 恐龙 火山 退费"
    outliers = cluster_texts(texts, n_clusters=5).outliers
    assert outliers.index[0] == "odd"
    assert outliers["deviation"].is_monotonic_decreasing
    assert (outliers["deviation"] > 2).all()


def test_seed_topics_take_their_texts():
    texts, truth = planted(300)
    seeds = {"退卡": ["健身房", "年卡", "私教课"], "食品": ["蛋糕", "面包"]}
    clusters = cluster_texts(texts, n_clusters=5, seeds=seeds)
    named = clusters.topics.index[clusters.topics["seed"] == "退卡"][0]
    own = clusters.labels == named
    assert own[texts.str.contains("健身房|年卡|私教课")].all()
    assert (truth[own] == "gym").mean() > 0.95
    assert own[truth == "gym"].mean() > 0.95
    assert sorted(clusters.topics["seed"]) == ["", "", "", "退卡", "食品"]


def test_too_few_clusters_are_refused():
    texts, _ = planted(10)
    with pytest.raises(ValueError, match="n_clusters is 0"):
        cluster_texts(texts, n_clusters=0)
    with pytest.raises(ValueError, match="one for each seed topic"):
        cluster_texts(texts, n_clusters=1, seeds={"a": ["健身房"], "b": ["蛋糕"]})


def test_inputs_are_not_changed():
    texts, _ = planted(30)
    before = texts.copy()
    cluster_texts(texts, n_clusters=3)
    pd.testing.assert_series_equal(texts, before)


def test_zoom_levels_are_nested():
    texts, truth = planted(300)
    fine = cluster_texts(texts, n_clusters=15)
    levels = zoom(fine, sizes=(3, 5, 15, 99))
    assert [levels[size].nunique() for size in (3, 5, 15, 99)] == [3, 5, 15, 15]
    for coarse, finer in ((3, 5), (5, 15)):
        assert levels.groupby(finer)[coarse].nunique().eq(1).all()
    assert adjusted_rand_score(truth, relabelled(fine.labels, levels[5])) > 0.9
    with pytest.raises(ValueError, match="at least 1"):
        zoom(fine, sizes=(0,))


def test_map_keeps_subjects_together_and_is_repeatable():
    texts, truth = planted(200)
    texts["none"] = ""
    places = map_texts(texts)
    pd.testing.assert_frame_equal(places, map_texts(texts))
    assert places.loc["none"].isna().all()
    known = places.drop("none")
    assert np.abs(known.to_numpy()).max() == pytest.approx(1)
    distances = ((known.to_numpy()[:, None] - known.to_numpy()[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    alike = truth.to_numpy()[distances.argmin(axis=1)] == truth.to_numpy()
    assert alike.mean() > 0.95


@pytest.mark.parametrize("count", [0, 1, 4, 7])
def test_map_of_few_texts(count):
    places = map_texts(pd.Series(["健身房不退费"] * count, dtype=object))
    assert places.shape == (count, 2)
    assert places.notna().all(axis=None)


def test_map_refuses_too_many():
    with pytest.raises(ValueError, match="at most 20000"):
        map_texts(pd.Series(["退费"] * (MAX_TEXTS + 1)))


def test_label_words_by_hand():
    counts = sparse.csr_matrix([[2.0, 1, 0], [2, 0, 1], [0, 0, 5]])
    words = label_words(["甲乙", "丙丁", "戊己"], counts, np.array([0, 0, 1]), 2)
    assert words == [["甲乙", "丙丁", "戊己"], ["戊己"]]


def test_representatives_are_central_and_diverse():
    points = np.array([[1, 0], [0.8, 0.6], [0.8, -0.6]], dtype="float32")
    central, diverse = central_and_diverse(points, np.zeros(3, dtype=int), points @ [1.0, 0.0])
    assert central[0][0] == 0
    assert diverse[0] == [0, 1]


def test_plain_text():
    assert plain("ＡＢＣ１２３_x000D_退费") == "abc123 退费"
    assert len(plain("退" * 9_000)) == 4_000


def test_words_are_counted_within_a_vocabulary():
    found = count_words(["手机 手机 电脑", "平板"], vocabulary=["平板", "手机"])
    assert found.words == ("平板", "手机")
    assert found.counts.toarray().tolist() == [[0, 2], [1, 0]]


def test_grams_do_not_cross_texts():
    assert count_grams(["退", "款"], sizes=(2,)).nnz == 0
    assert (count_grams(["退款", "款退"], sizes=(2,)).sum(axis=0) > 0).sum() == 2


def test_vectors_are_shipped_whole():
    vectors = word_vectors()
    assert isinstance(vectors, WordVectors)
    assert len(vectors.numbers) == len(vectors.directions) == 70_000
    rows = vectors.of(["退款", "没有这样的词语"])
    assert np.linalg.norm(rows, axis=1).round(3).tolist() == [1, 0]


def test_neighbours_are_those_of_greatest_cosine():
    points = np.array([[1, 0], [0.9, np.sqrt(0.19)], [0, 1]], dtype="float32")
    rows, cosines = nearest(points, points, 2)
    assert [sorted(row) for row in rows.tolist()] == [[0, 1], [0, 1], [1, 2]]
    assert cosines.max() == pytest.approx(1)


def test_space_is_independent_of_row_order():
    texts, _ = planted(50)
    one, other = text_space(texts), text_space(texts.iloc[::-1])
    assert one.texts == other.texts
    assert np.array_equal(one.points, other.points)
