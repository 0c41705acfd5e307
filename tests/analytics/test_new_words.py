import math
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from analytics.new_words import find_new_words, find_sentences
from analytics.ngrams import count_runs
from analytics.symbols import TEXT_GAP, encode, find_cuts

FILLER = [
    "商家",
    "客服",
    "手机",
    "衣服",
    "快递",
    "包装",
    "质量",
    "孩子",
    "老人",
    "昨天",
    "现场",
    "电话",
    "合同",
    "费用",
    "门口",
    "员工",
    "经理",
    "房间",
    "车辆",
    "学校",
    "小区",
    "医院",
    "超市",
    "餐厅",
    "味道",
    "颜色",
    "价格",
    "说明",
    "机器",
    "屏幕",
    "电池",
    "老师",
    "课程",
    "教室",
    "停车",
    "道路",
    "天气",
    "晚上",
    "周末",
    "家里",
    "邻居",
    "楼下",
    "空调",
    "冰箱",
    "鞋子",
    "裤子",
    "食品",
    "水果",
    "牛奶",
    "蛋糕",
]
LINKS = ["的", "和", "在", "说", "被", "给", "向", "要", "又", "都"]


def sentence(rng, word=""):
    """Return a made-up clause of common words with ``word`` somewhere in it."""
    parts = []
    for _ in range(rng.integers(4, 8)):
        parts += [rng.choice(FILLER), rng.choice(LINKS)]
    if word:
        parts.insert(int(rng.integers(1, len(parts))), word)
    return "".join(parts) + rng.choice(["。", "，请处理。", "！"])


def corpus(size, planted=None, *, seed=0):
    rng = np.random.default_rng(seed)
    texts = [sentence(rng) for _ in range(size)]
    for word, times in (planted or {}).items():
        for place in rng.choice(size, times, replace=False):
            texts[place] += sentence(rng, word)
    return pd.Series(texts)


PLANTED = {"陪爬师": 20, "AI课": 15, "58车贷": 12, "灵猫贷款侠": 18}


def test_planted_words_come_first_and_the_twin_is_quiet():
    found = find_new_words(corpus(600, PLANTED))
    assert set(found["word"].head(4)) == set(PLANTED)
    assert find_new_words(corpus(600)).empty


def test_a_word_is_counted_whole_and_exactly():
    texts = corpus(600, PLANTED)
    found = find_new_words(texts).set_index("word")
    assert list(found.loc["陪爬师", ["count", "texts"]]) == [20, 20]
    assert not {"陪爬", "爬师", "灵猫贷", "贷款侠", "58车", "车贷"} & set(found.index)


def test_letters_of_either_case_count_together():
    found = find_new_words(corpus(400, {"AI课": 8, "ai课": 8}))
    assert found["word"].str.lower().to_list() == ["ai课"]
    assert found["count"].to_list() == [16]


def test_known_words_are_not_new():
    texts = corpus(600, PLANTED)
    found = find_new_words(texts, lexicon=["陪爬师", "ai课", "某市灵猫贷款侠有限公司"])
    assert set(found["word"]) == {"58车贷"}


def test_dictionary_words_are_not_new():
    assert "营业执照" not in set(find_new_words(corpus(400, {"营业执照": 30}))["word"])


def test_letters_of_a_template_are_no_words():
    rng = np.random.default_rng(1)
    letter = "本人系{a}住户，{b}施工单位擅自浇筑底板，{c}联名上书恳请吊销许可恢复绿地原貌。"
    slots = [
        ["翠屏里", "碧波园", "怡景苑", "学府里", "万寿街", "柏家塘"],
        ["3月5日", "4月8日", "6月1日", "7月9日"],
        ["20户", "57户", "88户", "130户"],
    ]
    copies = [
        letter.format(**{key: rng.choice(slot) for key, slot in zip("abc", slots, strict=True)})
        for _ in range(200)
    ]
    found = find_new_words(pd.concat([corpus(600, PLANTED), pd.Series(copies)]))
    assert set(found["word"]) == set(PLANTED)


def test_copies_are_one_witness():
    one = corpus(600, {"陪爬师": 20})
    thrice = pd.concat([one, one, one])
    once, more = (find_new_words(texts).set_index("word").loc["陪爬师"] for texts in (one, thrice))
    assert more["count"] == 3 * once["count"]
    assert more["witnesses"] == once["witnesses"]
    assert more["left_entropy"] == pytest.approx(once["left_entropy"])


def test_new_is_new_against_its_own_past():
    past = corpus(2_000, {"旧客帮": 60}, seed=3)
    now = corpus(600, {"旧客帮": 18, "陪爬师": 12}, seed=4)
    assert {"旧客帮", "陪爬师"} <= set(find_new_words(now)["word"])
    assert find_new_words(now, baseline=past)["word"].to_list() == ["陪爬师"]


def test_emergence_checked_by_hand():
    past = corpus(2_000, {"陪爬师": 2}, seed=3)
    now = corpus(600, {"陪爬师": 12}, seed=4)
    found = find_new_words(now, baseline=past).set_index("word").loc["陪爬师"]
    size, past_size = (
        sum(map(len, re.findall("[\u4e00-\u9fff]", "".join(t)))) for t in (now, past)
    )
    share = size / (size + past_size)
    # Rates over characters: of 14 texts 14 * share are expected now.
    g2 = 2 * (12 * math.log(12 / (14 * share)) + 2 * math.log(2 / (14 * (1 - share))))
    assert list(found[["baseline_count", "baseline_texts"]]) == [2, 2]
    assert found["emergence"] == pytest.approx(g2)
    assert found["p_value"] == pytest.approx(binom.sf(11, 14, share))
    assert found["q_value"] >= found["p_value"]


def test_an_empty_baseline_compares_nothing():
    found = find_new_words(corpus(600, PLANTED), baseline=pd.Series([], dtype=object))
    assert set(found["word"]) == set(PLANTED)
    assert found["q_value"].eq(1).all()


def test_order_of_rows_and_index_do_not_matter():
    texts, past = corpus(500, PLANTED), corpus(900, seed=8)
    shuffled = texts.sample(frac=1, random_state=5)
    shuffled.index = [7] * len(shuffled)
    pd.testing.assert_frame_equal(
        find_new_words(texts, baseline=past), find_new_words(shuffled, baseline=past[::-1])
    )


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([], id="none"),
        pytest.param([None, np.nan, ""], id="missing"),
        pytest.param(["陪爬师收费不透明。"], id="one"),
        pytest.param(["陪爬师收费不透明。"] * 500, id="all equal"),
        pytest.param(["refund please, my order is late"] * 3, id="no Han"),
        pytest.param(["。。。", "\0\0", "𠀀𠀀"], id="odd characters"),
        pytest.param(["哈" * 5_000, "哈" * 4_000], id="one long repetition"),
    ],
)
@pytest.mark.parametrize("past", [None, ["昨天的快递。"]])
def test_texts_that_hold_no_new_word(texts, past):
    baseline = None if past is None else pd.Series(past)
    found = find_new_words(pd.Series(texts, dtype=object), baseline=baseline)
    assert found["word"].to_list() == []
    assert found.columns[:5].to_list() == [
        "word", "count", "cohesion", "left_entropy", "right_entropy",
    ]  # fmt: skip
    assert ("emergence" in found) == (past is not None)


@pytest.mark.parametrize(
    ("word", "useful"),
    [
        pytest.param("A7县", False, id="numbered place"),
        pytest.param("2019年5月", False, id="date"),
        pytest.param("5000元", False, id="amount"),
        pytest.param("三个月", False, id="numerals"),
        pytest.param("路交汇处", False, id="the tail of a street"),
        pytest.param("铺镇", False, id="the tail of a place"),
        pytest.param("不合格", False, id="negated word"),
        pytest.param("相关部门", False, id="plain phrase"),
        pytest.param("易书记", False, id="surname and title"),
        pytest.param("差差差", False, id="repetition"),
        pytest.param("七天养生营", True, id="begins with a number"),
        pytest.param("幽灵外卖", True, id="joined dictionary words"),
        pytest.param("虚标5G", True, id="letters"),
        pytest.param("恒旺大", True, id="an adjective that ends a name"),
    ],
)
def test_what_a_reader_would_call_a_word(word, useful):
    found = find_new_words(corpus(500, {word: 25}))
    assert found["word"].eq(word).any() == useful


def test_min_count():
    texts = corpus(500, {"陪爬师": 6})
    assert find_new_words(texts, min_count=6)["word"].to_list() == ["陪爬师"]
    assert find_new_words(texts, min_count=7).empty
    with pytest.raises(ValueError, match="at least 2, got 1"):
        find_new_words(texts, min_count=1)


def runs_of(texts, length):
    """Count runs of symbols, and the contexts and neighbours on each side, one by one."""
    counts: Counter[str] = Counter()
    left: dict[str, set] = {}
    right: dict[str, set] = {}
    for text in texts:
        symbols = "#" * TEXT_GAP + re.sub("，+", "，", text) + "#" * TEXT_GAP
        for at in range(TEXT_GAP, len(symbols) - TEXT_GAP - length + 1):
            run = symbols[at : at + length]
            if any(symbol in "#，" for symbol in run):
                continue
            key = "".join(run)
            counts[key] += 1
            left.setdefault(key, set()).add(tuple(symbols[at - 4 : at]))
            right.setdefault(key, set()).add(tuple(symbols[at + length : at + length + 4]))
    return counts, left, right


def entropy(contexts, nearest):
    neighbours = Counter(c if c[nearest] == "，" else c[nearest] for c in contexts)
    total = sum(neighbours.values())
    return -sum(n / total * math.log(n / total) for n in neighbours.values())


def test_runs_are_those_counted_one_by_one():
    rng = np.random.default_rng(2)
    texts = ["，" + "".join(rng.choice(list("甲乙丙丁，"), 60)) + "，" for _ in range(30)]
    symbols = encode(texts, [], min_count=2)
    cuts = find_cuts(texts, lambda text, _: list(text))
    all_counts = {n: runs_of(texts, n)[0] for n in range(1, 5)}
    size = sum(all_counts[1].values())
    levels = list(count_runs(symbols, cuts, min_count=2, max_length=4, min_witnesses=0))
    for level in levels[1:]:
        counts, left, right = runs_of(texts, level.length)
        words = [symbols.text(int(at), level.length) for at in level.first]
        expected = {word: n for word, n in counts.items() if n >= 2}
        assert dict(zip(words, level.count.tolist(), strict=True)) == expected
        for place, word in enumerate(words):
            splits = [
                counts[word] * size
                / (all_counts[cut][word[:cut]] * all_counts[level.length - cut][word[cut:]])
                for cut in range(1, level.length)
            ]  # fmt: skip
            assert level.cohesion[place] == pytest.approx(math.log(min(splits)))
            assert level.whole[place] == counts[word]
            if all("#" not in context for context in left[word] | right[word]):
                assert level.left_witnesses[place] == len(left[word])
                assert level.left_entropy[place] == pytest.approx(entropy(left[word], -1))
                assert level.right_entropy[place] == pytest.approx(entropy(right[word], 0))


def test_sentences_show_the_word():
    texts = pd.Series(
        ["先说快递。后来AI课骗人！没人管。", None, "孩子报了ai课，退费难；要投诉", "没有提到"],
        index=[9, 9, 9, 9],
    )
    found = find_sentences(texts, "AI课")
    assert found["position"].to_list() == [0, 2]
    assert found["sentence"].to_list() == ["后来AI课骗人！", "孩子报了ai课，退费难；"]
    shown = [
        s[a:b] for s, a, b in zip(found["sentence"], found["start"], found["end"], strict=True)
    ]
    assert shown == ["AI课", "ai课"]


def test_copies_show_once():
    found = find_sentences(
        pd.Series(["我要投诉陪爬师收费乱。"] * 50 + ["新来的陪爬师跑了。"]), "陪爬师"
    )
    assert found["position"].to_list() == [0, 50]
    assert len(find_sentences(pd.Series([f"{n}陪爬师" for n in range(50)]), "陪爬师", limit=7)) == 7


def test_a_long_sentence_is_cut_off_around_the_word():
    found = find_sentences(pd.Series(["前" * 500 + "陪爬师" + "后" * 500]), "陪爬师").iloc[0]
    assert found["sentence"] == "前" * 60 + "陪爬师" + "后" * 60
    assert found["sentence"][found["start"] : found["end"]] == "陪爬师"


def test_no_sentence_no_rows():
    found = find_sentences(pd.Series(["快递", None]), "陪爬师")
    assert found.empty
    assert found.columns.to_list() == ["position", "sentence", "start", "end"]
    with pytest.raises(ValueError, match="empty"):
        find_sentences(pd.Series(["快递"]), "")
