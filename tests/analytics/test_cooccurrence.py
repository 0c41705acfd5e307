import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from analytics.cooccurrence import network_around
from analytics.segmentation import WordIndex

TEXTS = (
    [["健身房", "闭店", "失联"]] * 12
    + [["健身房", "闭店", "房东"]] * 8
    + [["外卖", "异物"]] * 20
    + [["健身房", "外卖"]] * 2
    + [["退款"]] * 58
)


def indexed(texts):
    words = list(dict.fromkeys(word for text in texts for word in text))
    number = {word: place for place, word in enumerate(words)}
    return WordIndex(
        words=words,
        text_numbers=np.repeat(np.arange(len(texts), dtype=np.int32), [len(t) for t in texts]),
        word_numbers=np.array([number[word] for text in texts for word in text], dtype=np.int32),
    )


def test_an_edge_checked_by_hand():
    # 闭店 in 20 of 100 texts, 健身房 in 22, both in 20: PMI = ln(20 * 100 / (20 * 22)) = 1.5141
    found = network_around(indexed(TEXTS), "闭店", text_count=100).edges
    edge = found[(found["word"] == "闭店") & (found["other"] == "健身房")].iloc[0]
    assert edge[["texts", "word_texts", "other_texts"]].to_list() == [20, 20, 22]
    assert edge["pmi"] == pytest.approx(math.log(100 / 22))
    oracle = chi2_contingency([[20, 0], [2, 78]], correction=False, lambda_="log-likelihood")
    assert edge["g2"] == pytest.approx(oracle.statistic)


def test_what_stands_around_a_word():
    found = network_around(indexed(TEXTS), "闭店", text_count=100)
    assert found.nodes.index.to_list() == ["闭店", "健身房", "失联", "房东"]
    assert found.nodes["together"].to_list() == [20, 20, 12, 8]
    assert list(found.nodes.loc["闭店", ["x", "y"]]) == [0.0, 0.0]
    assert set(found.graph) == set(found.nodes.index)
    assert found.graph.number_of_edges() == len(found.edges)


def test_words_that_avoid_each_other_are_not_tied():
    found = network_around(indexed(TEXTS), "健身房", text_count=100)
    assert "外卖" not in found.nodes.index
    assert "退款" not in found.nodes.index


def test_order_of_texts_does_not_matter():
    one = network_around(indexed(TEXTS), "闭店", text_count=100)
    other = network_around(indexed(TEXTS[::-1]), "闭店", text_count=100)
    pd.testing.assert_frame_equal(one.nodes, other.nodes)
    pd.testing.assert_frame_equal(one.edges, other.edges)
    assert nx.utils.graphs_equal(one.graph, other.graph)


def test_no_more_words_than_asked_for():
    rng = np.random.default_rng(0)
    vocabulary = [f"w{number:02}" for number in range(90)]
    texts = []
    for number in range(600):
        middle = ["m"] if number % 2 else []
        drawn = rng.choice(vocabulary[:60] if middle else vocabulary[30:], 12, replace=False)
        texts.append([*middle, *drawn.tolist()])
    found = network_around(indexed(texts), "m", text_count=600)
    assert 5 < len(found.nodes) <= 40
    fewer = network_around(indexed(texts), "m", text_count=600, max_nodes=5)
    assert fewer.nodes.index.to_list() == found.nodes.index[:5].to_list()
    assert found.nodes[["x", "y"]].abs().to_numpy().max() <= 1


def test_a_word_alone():
    found = network_around(indexed([["退款"]] * 5), "退款", text_count=5)
    assert found.nodes.index.to_list() == ["退款"]
    assert len(found.edges) == 0
    assert found.nodes["community"].to_list() == [-1]


@pytest.mark.parametrize(
    ("together", "tied"),
    [pytest.param(2, False, id="below"), pytest.param(3, True, id="at the limit")],
)
def test_few_texts_make_no_edge(together, tied):
    texts = [["甲", "乙"]] * together + [["丙"]] * 200
    found = network_around(indexed(texts), "甲", text_count=len(texts))
    assert ("乙" in found.nodes.index) == tied


def test_unknown_word_is_an_error():
    with pytest.raises(KeyError, match="没有"):
        network_around(indexed(TEXTS), "没有", text_count=100)


def test_too_few_texts_are_refused():
    with pytest.raises(ValueError, match="below the 100 texts"):
        network_around(indexed(TEXTS), "闭店", text_count=99)
