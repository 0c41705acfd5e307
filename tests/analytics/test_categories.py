import random

import numpy as np
import pandas as pd
import pytest

from analytics.categories import CategoryModel, find_contradictions, suggest_category

SUBJECTS = {
    "健身": ["健身房", "年卡", "私教课", "教练", "会员", "闭店", "跑路", "游泳馆", "瑜伽", "退费"],
    "食品": ["蛋糕", "头发", "异物", "变质", "面包", "发霉", "牛奶", "过期", "饭店", "拉肚子"],
    "汽车": ["汽车", "发动机", "漏油", "变速箱", "异响", "提车", "轮胎", "刹车", "保养", "车架"],
}
FILLERS = ["昨天", "商家", "态度", "一直", "拒绝", "电话", "要求", "尽快", "处理", "附近"]


def planted(count, *, seed, names=tuple(SUBJECTS)):
    draw = random.Random(seed)
    labels = draw.choices(names, k=count)
    texts = ["，".join(draw.sample(SUBJECTS[name], 2) + draw.sample(FILLERS, 3)) for name in labels]
    return pd.Series(texts), pd.Series(labels)


@pytest.fixture(scope="module")
def model():
    return CategoryModel.fit(*planted(150, seed=0))


def test_planted_categories_are_suggested(model):
    texts, labels = planted(100, seed=1)
    texts.index = labels.index = pd.Index(range(100, 0, -1))
    found = model.suggest(texts)
    assert found.columns.tolist() == ["category", "confidence"]
    assert found.index.equals(texts.index)
    assert (found["category"] == labels).mean() >= 0.98
    assert found["confidence"].between(1 / 3, 1).all()


def test_short_form_is_the_model(model):
    texts, _ = planted(20, seed=2)
    known, labels = planted(150, seed=0)
    short = suggest_category(known, labels, texts)
    pd.testing.assert_frame_equal(short, model.suggest(texts))


def test_training_rows_may_come_in_any_order(model):
    texts, labels = planted(150, seed=0)
    order = np.random.default_rng(0).permutation(150)
    other = CategoryModel.fit(texts.iloc[order], labels.iloc[order])
    asked, _ = planted(30, seed=3)
    pd.testing.assert_frame_equal(other.probabilities(asked), model.probabilities(asked))


def test_probabilities_are_probabilities(model):
    chances = model.probabilities(planted(30, seed=4)[0])
    assert chances.columns.tolist() == sorted(SUBJECTS)
    assert chances.sum(axis=1).to_numpy() == pytest.approx(np.ones(30))
    assert (chances >= 0).all(axis=None)


def test_confidence_is_lower_where_two_categories_speak(model):
    found = model.suggest(pd.Series(["健身房，年卡，教练", "健身房，年卡，蛋糕，发霉"]))
    assert found["confidence"].iloc[0] > found["confidence"].iloc[1]


def test_noisy_labels_are_not_trusted_blindly():
    texts, labels = planted(300, seed=5)
    noisy = labels.copy()
    wrong = np.random.default_rng(0).random(300) < 0.4
    noisy[wrong] = np.random.default_rng(1).choice(list(SUBJECTS), int(wrong.sum()))
    asked, truth = planted(200, seed=6)
    found = suggest_category(texts, noisy, asked)
    assert (found["category"] == truth).mean() > 0.9
    assert found["confidence"].mean() < 0.85


def test_reasons_are_words_of_the_text_that_speak_for_it(model):
    told = model.explain(pd.Series(["健身房跑路，教练失联"], index=["A"]))
    assert told["text"].tolist() == ["A"] * 3
    assert told["rank"].tolist() == [1, 2, 3]
    assert told["confidence"].is_monotonic_decreasing
    assert told["category"].iloc[0] == "健身"
    assert set(told["reasons"].iloc[0]) >= {"健身房", "跑路", "教练"}
    assert not set(told["reasons"].iloc[1]) & {"健身房", "跑路", "教练"}


def test_reasons_with_two_categories():
    two = CategoryModel.fit(*planted(60, seed=0, names=("健身", "食品")))
    told = two.explain(pd.Series(["蛋糕发霉，健身房"]), top=2).set_index("category")["reasons"]
    assert "蛋糕" in told["食品"]
    assert "健身房" in told["健身"]


def test_a_text_that_says_nothing_has_no_confidence(model):
    found = model.suggest(pd.Series([None, "", float("nan")], dtype=object))
    assert found["confidence"].isna().all()
    assert found["category"].tolist() == [model.frequent] * 3


def test_empty_question(model):
    assert model.suggest(pd.Series([], dtype=object)).shape == (0, 2)
    assert model.explain(pd.Series([], dtype=object)).empty


def test_one_category_only():
    found = suggest_category(
        pd.Series(["蛋糕", "面包"]), pd.Series(["食品"] * 2), pd.Series(["手机"])
    )
    assert found["category"].tolist() == ["食品"]
    assert found["confidence"].tolist() == [1]


def test_rare_categories_do_not_stop_the_training():
    texts, labels = planted(40, seed=0)
    texts.loc[40], labels.loc[40] = "手机屏幕碎裂", "手机"
    found = suggest_category(texts, labels, pd.Series(["手机屏幕碎裂"]))
    assert found["category"].tolist() == ["手机"]


def test_each_category_once():
    found = suggest_category(
        pd.Series(["蛋糕发霉", "健身房"]), pd.Series(["食品", "健身"]), pd.Series(["蛋糕"])
    )
    assert found["category"].tolist() == ["食品"]


def test_rows_without_text_or_label_are_left_out():
    texts, labels = planted(40, seed=0)
    texts.iloc[0], labels.iloc[1] = None, None
    assert CategoryModel.fit(texts, labels).categories == tuple(sorted(SUBJECTS))
    with pytest.raises(ValueError, match="no training text has a label"):
        CategoryModel.fit(pd.Series(["蛋糕"]), pd.Series([None]))
    with pytest.raises(ValueError, match="2 training texts have 1 labels"):
        CategoryModel.fit(pd.Series(["蛋糕", "面包"]), pd.Series(["食品"]))


def test_planted_contradictions_are_found():
    texts, labels = planted(300, seed=7)
    texts.index = labels.index = [f"S{number:03}" for number in range(300)]
    entered = labels.copy()
    wrong = labels.index[::30]
    entered[wrong] = [("食品" if name == "健身" else "健身") for name in labels[wrong]]
    found = find_contradictions(texts, entered, confidence=0.8)
    assert len(found.index.intersection(wrong)) >= 9
    assert len(found) <= 11
    assert (found["entered"] != found["suggested"]).all()
    assert found["confidence"].is_monotonic_decreasing
    assert (found["confidence"] + found["entered_confidence"] <= 1 + 1e-9).all()


def test_copies_do_not_vouch_for_each_other():
    texts, labels = planted(150, seed=8)
    copies = pd.Series(["健身房，年卡，私教课，教练"] * 4)
    entered = pd.concat([labels, pd.Series(["食品"] * 4)], ignore_index=True)
    found = find_contradictions(
        pd.concat([texts, copies], ignore_index=True), entered, confidence=0.7
    )
    assert set(found.index) >= {150, 151, 152, 153}
