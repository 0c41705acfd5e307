import json
import random

import pandas as pd
import pytest

from analytics.cluster_decisions import (
    Decision,
    apply_decisions,
    decision_from,
    decision_record,
)
from analytics.cluster_matching import (
    anchor_of,
    match_clusters,
    recognise,
    word_similarity,
)
from analytics.clustering import cluster_texts

SUBJECTS = {
    "gym": ["健身房", "年卡", "私教课", "教练", "会员", "闭店", "跑路", "游泳馆", "瑜伽", "退费"],
    "food": ["蛋糕", "头发", "异物", "变质", "面包", "发霉", "牛奶", "过期", "饭店", "拉肚子"],
    "car": ["汽车", "发动机", "漏油", "变速箱", "异响", "提车", "轮胎", "刹车", "保养", "车架"],
    "phone": ["手机", "屏幕", "充电", "电池", "黑屏", "主板", "摄像头", "进水", "换机", "碎屏"],
    "housing": ["装修", "瓷砖", "漏水", "地板", "甲醛", "工期", "橱柜", "油漆", "墙面", "防水"],
    "school": ["培训班", "课时费", "老师", "学费", "英语", "辅导", "开班", "停课", "校区", "补课"],
}
LATER = ["快递", "丢件", "包裹", "驿站", "签收", "破损", "派送", "运费", "保价", "网点"]


def submissions(start, count, *, subjects, seed):
    draw = random.Random(seed)
    names = [draw.choice(list(subjects)) for _ in range(count)]
    index = [f"S{number:05}" for number in range(start, start + count)]
    texts = ["，".join(draw.sample(subjects[name], 4)) for name in names]
    return pd.Series(texts, index=index), pd.Series(names, index=index)


def month(number):
    """Return the submissions of one run: the last 300, of which 100 are new each time."""
    with_new = SUBJECTS | ({"parcel": LATER} if number >= 1 else {})
    parts = [
        submissions(100 * at, 100, subjects=SUBJECTS if at < 3 else with_new, seed=at)
        for at in range(number, number + 3)
    ]
    texts, truth = zip(*parts, strict=True)
    return pd.concat(texts), pd.concat(truth)


def cluster_of(run, truth, name):
    return int(run.labels[truth == name].mode()[0])


@pytest.fixture(scope="module")
def runs():
    found = []
    for number in range(4):
        texts, truth = month(number)
        found.append((texts, truth, cluster_texts(texts, n_clusters=6 + (number > 0), seed=number)))
    return found


def test_clusters_are_continued_and_new_ones_named(runs):
    (_, truth, first), (_, later_truth, second) = runs[:2]
    matching = match_clusters(first, second)
    for name in SUBJECTS:
        now = cluster_of(second, later_truth, name)
        assert matching.clusters.loc[now, "previous"] == cluster_of(first, truth, name)
    new = matching.clusters.index[matching.clusters["new"]].tolist()
    assert new == [cluster_of(second, later_truth, "parcel")]
    assert matching.ended == ()
    known = matching.clusters[~matching.clusters["new"]]
    assert (known["overlap"] > 0.9).all()
    assert (known["shared"] > 10).all()


def test_clusters_without_common_texts_are_matched_by_words(runs):
    (_, truth, first), (_, later_truth, last) = runs[0], runs[3]
    assert not first.labels.index.intersection(last.labels.index).size
    matching = match_clusters(first, last, threshold=0.2)
    for name in SUBJECTS:
        now = cluster_of(last, later_truth, name)
        assert matching.clusters.loc[now, "previous"] == cluster_of(first, truth, name)
    assert matching.clusters["overlap"].isna().all()


def test_an_ended_cluster_is_named(runs):
    (_, _, first), (_, later_truth, second) = runs[:2]
    matching = match_clusters(second, first)
    assert matching.ended == (cluster_of(second, later_truth, "parcel"),)


def test_matching_refuses_an_index_that_tells_no_texts_apart(runs):
    run = runs[0][2]
    doubled = cluster_texts(pd.Series(["蛋糕"] * 3, index=["a", "a", "b"]), n_clusters=1)
    with pytest.raises(ValueError, match="'a' twice"):
        match_clusters(run, doubled)


def test_decisions_survive_three_reruns_with_new_data(runs):
    _, truth, run = runs[0]
    meant = {name: anchor_of(run, cluster_of(run, truth, name)) for name in SUBJECTS}
    decisions: tuple[Decision, ...] = (
        Decision("merge", (meant["gym"], meant["school"]), "预付式消费"),
        Decision("rename", (meant["food"],), "食品安全"),
        Decision("hide", (meant["phone"],)),
        Decision("pin", (meant["car"],)),
    )
    assert apply_decisions(run, decisions).unmatched == ()
    for texts, truth, run in runs[1:]:
        stored = json.loads(json.dumps([decision_record(one) for one in decisions]))
        curated = apply_decisions(run, [decision_from(one) for one in stored], texts=texts)
        assert curated.unmatched == ()
        topics = curated.topics
        merged = topics.index[topics["name"] == "预付式消费"].item()
        together = truth.isin(["gym", "school"])
        assert (curated.labels[together] == merged).mean() > 0.95
        assert together[curated.labels == merged].mean() > 0.95
        assert len(topics.loc[merged, "merged"]) == 2
        food = topics.index[topics["name"] == "食品安全"].item()
        assert truth[curated.labels == food].mode()[0] == "food"
        assert topics.index[topics["hidden"]].tolist() == [cluster_of(run, truth, "phone")]
        assert topics.index[topics["pinned"]].tolist() == [cluster_of(run, truth, "car")]
        assert topics["size"].sum() == (curated.labels >= 0).sum()
        decisions = curated.decisions


def test_a_split_survives_a_rerun(runs):
    texts, truth, _ = runs[0]
    both = truth.isin(["gym", "school", "food"])
    coarse = cluster_texts(texts[both], n_clusters=3)
    parts = tuple(
        anchor_of(coarse, cluster_of(coarse, truth[both], name)) for name in ("gym", "school")
    )
    later_texts, later_truth, _ = runs[1]
    later = later_truth.isin(["gym", "school", "food"])
    rerun = cluster_texts(later_texts[later], n_clusters=3)
    joined = apply_decisions(
        rerun,
        [
            Decision(
                "merge",
                tuple(
                    anchor_of(rerun, cluster_of(rerun, later_truth[later], name))
                    for name in ("gym", "school")
                ),
            )
        ],
    )
    assert len(joined.topics) == 2
    apart = apply_decisions(joined, [Decision("split", parts)], texts=later_texts)
    assert len(apart.topics) == 3
    purity = apart.labels.groupby(later_truth[later]).agg(
        lambda own: own.value_counts(normalize=True).iloc[0]
    )
    assert (purity > 0.95).all()
    with pytest.raises(ValueError, match="needs the texts"):
        apply_decisions(joined, [Decision("split", parts)])


def test_a_pinned_cluster_that_dissolved_is_made_again(runs):
    _, truth, run = runs[1]
    anchor = anchor_of(run, cluster_of(run, truth, "parcel"))
    texts = month(1)[0]
    blurred = cluster_texts(texts, n_clusters=1)
    curated = apply_decisions(blurred, [Decision("pin", (anchor,), "快递")])
    assert curated.topics["pinned"].tolist() == [False, True]
    assert curated.topics["size"].iloc[1] == len(anchor.members)
    assert curated.unmatched == ()


def test_a_decision_about_what_is_gone_is_reported_and_kept(runs):
    run = runs[0][2]
    _, later_truth, later = runs[3]
    gone = Decision("hide", (anchor_of(later, cluster_of(later, later_truth, "parcel")),))
    curated = apply_decisions(run, [gone])
    assert curated.unmatched == (0,)
    assert curated.decisions == (gone,)
    assert not curated.topics["hidden"].any()


def test_deciding_changes_no_input(runs):
    run = runs[0][2]
    labels, topics = run.labels.copy(), run.topics.copy()
    pair = tuple(anchor_of(run, cluster) for cluster in (0, 1))
    apply_decisions(run, [Decision("merge", pair)])
    pd.testing.assert_series_equal(run.labels, labels)
    pd.testing.assert_frame_equal(run.topics, topics)


def test_a_small_cluster_swallowed_by_a_large_one_is_not_mistaken_for_it(runs):
    _, truth, run = runs[0]
    anchor = anchor_of(run, cluster_of(run, truth, "gym"))
    labels = pd.Series(0, index=run.labels.index)
    assert recognise(anchor, labels, {0: ["蛋糕", "汽车", "手机", "装修"]}) == []


def test_word_similarity_by_hand():
    assert word_similarity([], []) == 0
    assert word_similarity(["退费"], ["异物"]) == 0
    first, second = 1.0, 0.6309297535714575
    alike = word_similarity(["甲", "乙"], ["乙", "甲"])
    assert alike == pytest.approx(2 * second / (2 * first))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("melt", ()), "no decision"),
        (("merge", ()), "at least 2 anchors"),
        (("rename", (object(),)), "name that is not empty"),
    ],
)
def test_faulty_decisions_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Decision(*arguments)


def test_no_anchor_of_an_unknown_cluster(runs):
    with pytest.raises(ValueError, match="no cluster 99"):
        anchor_of(runs[0][2], 99)
