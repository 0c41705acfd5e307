import random
import re

import numpy as np
import pandas as pd
import pytest

from analytics.issue_vectors import formula_pattern, issue_vectors
from analytics.same_issue import group_same_issue

TOPICS = {
    "丽湾新城": "搅拌站 粉尘 噪音 运输车 半夜 施工 业主 居民 环保局 搬迁 污染 门窗 孩子 咳嗽 睡觉 投诉",
    "锦泰花园": "车位 捆绑 销售 职工 定向 限价房 预售 首付 合同 开发商 铁路 集资 名额 退房 违规 购房",
    "和悦健身": "闭店 年卡 退费 教练 会员 续卡 失联 跑路 老板 充值 转让 押金 课程 门店 公告 维权",
}
CHATTER = re.findall(
    r"\w+",
    "公交 医保 学校 路灯 工资 养老金 驾照 户口 地铁 补课 农田 水费 垃圾 广场舞 快递 油价 网络 社区 "
    "公园 电梯 暖气 桥梁 招聘 档案 图书馆 体检 疫苗 婚姻 宅基地 林地 河道 鱼塘 补贴 低保 信用卡 房产证",
)


def planted(seed=0, copies=25, noise=120):
    draw = random.Random(seed)
    said, when, truth = [], [], []
    for number, (name, words) in enumerate(TOPICS.items()):
        for _ in range(copies):
            told = draw.sample(words.split(), 9) + draw.sample(CHATTER, 12)
            draw.shuffle(told)
            said.append(f"{name}，" + "，".join(told) + f"，{name}")
            when.append(pd.Timestamp("2026-01-01") + pd.Timedelta(days=draw.randrange(60)))
            truth.append(number)
    for number in range(noise):
        said.append("，".join(draw.sample(CHATTER, 18)))
        when.append(pd.Timestamp("2026-01-01") + pd.Timedelta(days=draw.randrange(60)))
        truth.append(-1 - number)
    return pd.Series(said), pd.Series(when), np.array(truth)


def best_f1(found, members):
    return max(
        (2 * (here & members).sum() / (here.sum() + members.sum()))
        for here in (found == number for number in set(found[members]) - {-1})
    )


def test_planted_events_are_found():
    texts, times, truth = planted()
    found = group_same_issue(texts, times).to_numpy()
    for number in range(len(TOPICS)):
        assert best_f1(found, truth == number) >= 0.95


def test_a_circulated_opening_makes_no_event():
    texts, times, truth = planted()
    opening = "我是一名长期关注家乡发展的普通市民，百忙之中写信向您如实陈述一些情况，"
    noise = truth < 0
    found = group_same_issue(texts.where(~noise, opening + texts), times).to_numpy()
    sizes = np.bincount(found[noise & (found >= 0)], minlength=1)
    assert sizes.max() <= 10


def test_the_same_words_years_later_are_another_event():
    texts, times, truth = planted(copies=10, noise=60)
    first = truth == 0
    later = np.flatnonzero(first)[5:]
    times.iloc[later] += pd.Timedelta(days=365 * 12)
    found = group_same_issue(texts, times).to_numpy()
    early = np.flatnonzero(first)[:5]
    assert set(found[early]).isdisjoint(set(found[later]) - {-1})


def test_events_do_not_depend_on_the_order_of_rows():
    texts, times, _ = planted(copies=12, noise=60)
    found = group_same_issue(texts, times)
    order = np.random.default_rng(1).permutation(len(texts))
    again = group_same_issue(texts.iloc[order], times.iloc[order]).reindex(texts.index)
    pairs = pd.DataFrame({"a": found, "b": again}).drop_duplicates()
    assert pairs["a"].is_unique
    assert pairs["b"].is_unique


def test_numbers_follow_the_first_message_and_the_index_is_kept():
    texts, times, _ = planted(copies=12, noise=60)
    texts.index = pd.Index(["same"] * len(texts))
    found = group_same_issue(texts, times)
    assert found.index.equals(texts.index)
    seen = found[found >= 0].drop_duplicates().tolist()
    assert seen == sorted(seen) == list(range(len(seen)))


def test_nothing_missing_and_foreign():
    assert group_same_issue(
        pd.Series([], dtype=object), pd.Series([], dtype="datetime64[ns]")
    ).empty
    day = pd.Timestamp("2026-01-01")
    assert group_same_issue(pd.Series(["一条"]), pd.Series([day])).tolist() == [-1]
    texts = pd.Series([None, "", "搅拌站噪音扰民", "搅拌站噪音扰民", "noise at the plant"])
    times = pd.Series([day, day, day, pd.NaT, day])
    assert group_same_issue(texts, times).tolist() == [-1] * 5


def test_equal_texts_are_one_event():
    texts = pd.Series(
        ["丽湾新城搅拌站半夜施工噪音"] * 5 + ["公交停运", "医保报销", "路灯坏了"] * 20
    )
    times = pd.Series([pd.Timestamp("2026-01-01")] * len(texts))
    assert group_same_issue(texts, times).tolist()[:5] == [0] * 5


def test_nothing_but_equal_texts_is_one_event():
    texts = pd.Series(["丽湾新城搅拌站半夜施工噪音"] * 20_000)
    times = pd.Series(pd.Timestamp("2026-01-01"), index=texts.index)
    assert set(group_same_issue(texts, times)) == {0}


def test_a_component_too_large_for_a_dendrogram_is_split_or_kept_whole(monkeypatch):
    texts, times, truth = planted()
    monkeypatch.setattr("analytics.same_issue.LARGEST_TREE", 10)
    found = group_same_issue(texts, times).to_numpy()
    for number in set(found) - {-1}:
        assert len(set(truth[found == number])) == 1


def test_as_many_times_as_texts():
    with pytest.raises(ValueError, match="one time per text"):
        group_same_issue(pd.Series(["一", "二"]), pd.Series([pd.Timestamp("2026-01-01")]))


def test_other_places_keep_likes_apart():
    words = TOPICS["丽湾新城"].replace(" ", "，")
    here = [f"A7县的{words}"] * 6 + [f"K3县的{words}"] * 6 + CHATTER
    times = pd.Series([pd.Timestamp("2026-01-01")] * len(here))
    together = issue_vectors(here)
    assert together.places.shape[1] == 2
    assert together.places[0].multiply(together.places[6]).sum() == 0
    # the time between the two halves is what tips: alike words fade faster where places differ
    times.iloc[6:12] += pd.Timedelta(days=1200)
    found = group_same_issue(pd.Series(here), times)
    assert found.iloc[0] != found.iloc[6]


def test_a_formula_may_hold_any_surname():
    pattern = formula_pattern(["尊敬的?书记", "尊敬的"])
    assert pattern.sub("", "尊敬的王书记路灯坏了") == "路灯坏了"
    assert pattern.sub("", "尊敬的各位") == "各位"
