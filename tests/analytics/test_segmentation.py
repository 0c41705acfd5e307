import jieba
import numpy as np
import pandas as pd
import pytest

from analytics.normalising import normalise
from analytics.segmentation import dictionary_with, index_words, segment
from jobs.lexicons import lexicon, negators, stopwords

TEXTS = [
    "我在美团点了一份黄焖鸡米饭，里面吃出一只蟑螂，商家拒绝退款。",
    "2026年3月11日在武汉市江汉区办理预付卡，充值1,280元后闭店失联！",
    "iPhone 15 Pro虚标5G，客服说\n“已激活不支持七天无理由退货”。",
    "",
    "English only, no Han at all: refund please.",
]


def test_words_joined_are_the_text():
    cut = segment(pd.Series(TEXTS), lexicon=lexicon())
    assert ["".join(words) for words in cut] == TEXTS


def test_without_guesses_the_cuts_are_jiebas():
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    assert segment(pd.Series(TEXTS), guess=False).to_list() == [
        list(tokenizer.cut(text, HMM=False)) for text in TEXTS
    ]


def test_every_word_of_the_field_stays_whole():
    words = pd.Series(lexicon())
    assert len(words) > 1_500
    torn = [
        w for w, cut in zip(words, segment(words, lexicon=lexicon()), strict=True) if cut != [w]
    ]
    assert torn == []


def test_a_word_of_the_field_stays_whole_within_a_sentence():
    sentences = pd.Series([f"投诉某店的{word}很多次" for word in lexicon()])
    cut = segment(sentences, lexicon=lexicon(), guess=False)
    assert [w for w, words in zip(lexicon(), cut, strict=True) if w not in words] == []


def test_index_is_kept_and_missing_texts_have_no_words():
    texts = pd.Series(["退款", None, np.nan, "退货"], index=[7, 7, 3, 1])
    cut = segment(texts)
    assert cut.index.to_list() == [7, 7, 3, 1]
    assert cut.to_list() == [["退款"], [], [], ["退货"]]


def test_no_texts_no_words():
    assert segment(pd.Series([], dtype=object)).to_list() == []


def test_one_lexicon_does_not_leak_into_another():
    assert segment(pd.Series(["幽灵外卖"]), lexicon=["幽灵外卖"]).iloc[0] == ["幽灵外卖"]
    assert segment(pd.Series(["幽灵外卖"])).iloc[0] == ["幽灵", "外卖"]


def test_a_dictionary_is_made_once_for_each_set_of_words():
    words = lexicon()
    made = dictionary_with(words)
    assert dictionary_with(frozenset(words[::-1])) is made
    assert dictionary_with(words[1:]) is not made


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("商家不退款", ["商家", "不退款"], id="negated"),
        pytest.param("商家退款", ["商家", "退款"], id="not negated"),
        pytest.param("未退费，已退费", ["未退费", "退费"], id="both in one text"),
        pytest.param("拒绝退款", ["拒绝退款"], id="the negator is a stop word"),
        pytest.param("没有", [], id="nothing follows"),
        pytest.param("不，退款", ["退款"], id="a comma stands between"),
    ],
)
def test_negation_is_one_word(text, words):
    found = index_words(
        [text],
        lexicon=["退费"],
        stopwords=frozenset({"拒绝", "没有"}),
        negators=frozenset({"不", "未", "拒绝", "没有"}),
    )
    assert found.words == words


def test_shipped_negators_keep_refused_refunds_apart():
    found = index_words(
        ["老板说不予退款", "同意退款"],
        lexicon=lexicon(),
        stopwords=stopwords(),
        negators=negators(),
    )
    held = [found.words[number] for number in found.word_numbers]
    assert "不予退款" in held
    assert held.count("退款") == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("ＡＩ課", "AI课", id="full width and traditional"),
        pytest.param("退費後，店鋪關門", "退费后，店铺关门", id="traditional"),
        pytest.param("著名的乾隆", "著名的乾隆", id="characters that are standard as well"),
        pytest.param("共1,234,567件", "共1234567件", id="thousands"),
        pytest.param("1,2,3", "1,2,3", id="a list is no number"),
        pytest.param("￥1,280.50", "1280.5元", id="sign"),
        pytest.param("199块钱", "199元", id="word"),
        pytest.param("1.5万元", "15000元", id="ten thousand"),
        pytest.param("买了3块地板", "买了3块地板", id="a classifier is no currency"),
        pytest.param("￥5 white", "5元 white", id="a word after the sum"),
        pytest.param("你好，（真的）！", "你好，（真的）！", id="Chinese punctuation"),
        pytest.param("", "", id="empty"),
        pytest.param("no Han", "no Han", id="ascii"),
    ],
)
def test_one_way_of_writing(text, plain):
    assert normalise(pd.Series([text])).to_list() == [plain]


def test_normalising_twice_changes_nothing():
    once = normalise(pd.Series(TEXTS))
    pd.testing.assert_series_equal(normalise(once), once)


def test_missing_texts_stay_missing():
    found = normalise(pd.Series(["退費", None], index=[5, 5], name="narrative"))
    assert found.index.to_list() == [5, 5]
    assert found.name == "narrative"
    assert found.isna().to_list() == [False, True]
