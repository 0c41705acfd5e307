"""Floors for segmentation and new words on real messages, half of which nobody tuned on."""

import json
import os
from itertools import pairwise
from pathlib import Path

import jieba
import numpy as np
import pandas as pd
import pytest

from analytics.new_words import find_new_words
from analytics.segmentation import segment

FLOORS = json.loads(Path(__file__).with_name("words_floors.json").read_text(encoding="utf-8"))

WORDS = [
    "幽冥快递",
    "云端养牛",
    "陪爬员",
    "AI陪练",
    "58车租",
    "先学后交费",
    "盲盒剪发",
    "凤栖云苑",
    "鼎麟教育",
    "代排族",
    "共享奶爸",
    "灵猫贷",
    "数藏茶",
    "光子嫩肤卡",
    "GPT家教",
    "围炉露营车",
    "零糖槟榔",
    "鑫瑞鹏驾校",
    "云顶澜湾",
    "刷脸储水",
    "砂浆渗水王",
    "扶摇理财",
    "智能井盖车",
    "蹭停族",
    "鹭岛春晓",
    "VR看诊",
    "电摩解码器",
    "薪乐宝",
    "预售菜金",
    "软装贷",
    "绿心牌号",
    "跨楼充电",
    "剧本酒馆",
    "7日瘦腿营",
    "青禾壹号院",
    "菌草纸",
]
CARRIERS = (
    "最近在{}方面出现了很多纠纷，", "我家去年办理了{}，一直没人管。", "关于{}的问题恳请处理。", "小区旁边新开的{}扰民。",
    "被{}骗了三千多元，", "很多人都在说{}，到底合法吗？", "{}收费太高！", "销售人员推荐{}给老人，", "请查处{}。", "孩子报名{}以后不能退钱。",
)  # fmt: skip
LETTER = (
    "尊敬的领导：我是{}的住户，{}施工方未经批准擅自浇筑地下室底板，严重违反消防疏散规范，全体居民夜不能寐。"
    "我们{}联名上书，恳请依法吊销其施工许可，恢复绿地原貌，并追究瞒报沉降数据的责任！"
)
ESTATES = [
    "翠屏里小区",
    "南湖一号",
    "碧波园",
    "金桂花园",
    "怡景苑",
    "白鹭洲",
    "柏家塘",
    "学府里",
    "万寿街",
    "同心家园",
]


@pytest.fixture(scope="module")
def messages():
    """The half of the messages on which nothing was tuned, oldest first."""
    root = os.environ.get("REAL_DATA_DIR")
    if not root:
        pytest.skip("REAL_DATA_DIR is not set: the private test data is not at hand")
    read = pd.read_csv(Path(root) / "hotline_messages" / "messages.csv", dtype=str)
    read = read.drop_duplicates("留言编号")
    order = np.random.default_rng(7).permutation(len(read))
    half = read.iloc[np.sort(order[1::2])]
    text = half["留言主题"].fillna("") + "。" + half["留言详情"].fillna("").str.strip()
    frame = pd.DataFrame({"time": pd.to_datetime(half["留言时间"]), "text": text})
    return frame.sort_values("time", ignore_index=True)


def with_planted(messages, *, seed, copies):
    """Split at the last two months and plant 20 words and a letter in them."""
    rng = np.random.default_rng(seed)
    recent = messages["time"] > messages["time"].max() - pd.DateOffset(months=2)
    window, past = messages["text"][recent].to_list(), messages["text"][~recent]
    words = rng.choice(WORDS, 20, replace=False).tolist()
    for word in words:
        for _ in range(rng.integers(4, 26)):
            place = int(rng.integers(len(window)))
            stops = [at for at, sign in enumerate(window[place]) if sign in "。，！？"]
            at = int(rng.choice(stops)) + 1 if stops else 0
            carrier = CARRIERS[rng.integers(len(CARRIERS))].format(word)
            window[place] = window[place][:at] + carrier + window[place][at:]
    for _ in range(copies):
        day, flats = rng.integers(1, 28), rng.integers(20, 300)
        window.append(LETTER.format(rng.choice(ESTATES), f"3月{day}日", f"{flats}户"))
    return pd.Series(window), past, words


@pytest.fixture(scope="module")
def planted_runs(messages):
    runs = []
    for seed, copies in enumerate((60, 300, 150)):
        window, past, words = with_planted(messages, seed=seed, copies=copies)
        ranking = find_new_words(window, baseline=past)["word"].to_list()
        runs.append((words, ranking, find_new_words(window)["word"].to_list()))
    return runs


@pytest.mark.parametrize("first", [20, 50])
def test_planted_words_come_first(planted_runs, first):
    recall = np.mean([np.isin(words, ranking[:first]).mean() for words, ranking, _ in planted_runs])
    assert recall >= FLOORS[f"planted_recall_at_{first}"]


def test_no_fragment_of_a_letter(planted_runs):
    letters = [LETTER.format(estate, "3月5日", "20户") for estate in ESTATES]
    for _, emerging, plain in planted_runs:
        for word in (*emerging[:50], *plain[:50]):
            assert not any(word in letter for letter in letters), word


def test_few_dates_amounts_and_place_codes(messages):
    words = find_new_words(messages["text"])["word"].head(300)
    junk = words.str.contains(r"^[A-Za-z]?\d|[A-Za-z]\d*[省市区县镇]|\d[年月日号元]|路交汇|[的了]$")
    assert 1 - junk.mean() >= FLOORS["clean_share_of_first_300"]


def test_guessed_cuts_are_nearly_jiebas(messages):
    texts = messages["text"].head(300)
    tokenizer = jieba.Tokenizer()
    both = mine = theirs = 0
    for text, words in zip(texts, segment(texts), strict=True):
        ends = [0, *np.cumsum([len(word) for word in words]).tolist()]
        mine_here = set(pairwise(ends))
        spans = {(start, end) for _, start, end in tokenizer.tokenize(text)}
        both += len(mine_here & spans)
        mine, theirs = mine + len(mine_here), theirs + len(spans)
    assert 2 * both / (mine + theirs) >= FLOORS["span_f1_with_guesses"]


def test_cuts_without_guesses_are_jiebas(messages):
    texts = messages["text"].head(300)
    tokenizer = jieba.Tokenizer()
    expected = [list(tokenizer.cut(text, HMM=False)) for text in texts]
    assert segment(texts, guess=False).to_list() == expected
