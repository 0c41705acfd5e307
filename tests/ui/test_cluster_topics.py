"""Clusters that words are given for, and clusters as a filter of every page."""

import os

import pytest

from jobs.decided import read_decided
from jobs.refresh import refresh
from pages.components import data, wording
from pages.components.settings import settings
from queries.cluster_tables import ClustersNotDerivedError
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import Selection
from queries.vocabulary import DecisionKind
from tests.finders.cluster_records import NEW_SUBJECT, rows
from tests.ui.clustered import (
    ASKED,
    counted,
    everything,
    grid,
    pages_opened,
    planted,
    records,
    sizes,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("clusters"), records())


@pytest.fixture
def opened(monkeypatch):
    yield from pages_opened(monkeypatch)


def topic(at, name, words):
    at.text_input(key="topic.name").set_value(name)
    at.text_input(key="topic.words").set_value(words)
    next(each for each in at.button if each.label == "保存主题").click().run()
    assert not at.exception
    return at


def test_a_seed_topic_waits_for_the_refresh_is_made_by_it_and_taken_back(opened, tmp_path):
    folder = planted(tmp_path / "warehouse", records())
    at = topic(opened(folder), "停车收费", "停车场、道闸 路边停车")
    assert "1个种子主题的改动待下次更新生效" in everything(at)
    decided = read_decided(os.environ["WORKFLOW_URL"])
    (kept,) = decided.of(DecisionKind.TOPIC)
    assert (kept.subject, dict(kept.details)) == (
        "停车收费",
        {"words": ["停车场", "道闸", "路边停车"]},
    )
    refresh(GenerationStore(folder), only="clusters", decided=decided)
    at = opened(folder)
    assert "待下次更新生效" not in everything(at)
    (row,) = [cells for cells in grid(at).values() if cells[0] == "停车收费"]
    assert row[1] == "种子"
    written = sum("停车" in each["narrative"] or "道闸" in each["narrative"] for each in records())
    assert int(row[2]) >= sum(
        any(word in each["narrative"] for word in kept.details["words"]) for each in records()
    )
    assert int(row[2]) <= written
    next(each for each in at.button if each.label == "撤回").click().run()
    assert "已撤回，待下次更新生效" in everything(at)
    assert "1个种子主题的改动待下次更新生效" in everything(at)


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("", "停车场", "请填写主题名称。"),
        ("停车", " ， ", "请填写至少一个词。"),
        ("停车", "车", "每个词2至12个字，“车”不符合。"),
        ("停车", " ".join(f"词语{n}" for n in range(13)), "一个主题不超过12个词，现有13个。"),
    ],
)
def test_a_topic_that_cannot_be_kept_is_told(opened, shared, name, words, told):
    at = topic(opened(shared), name, words)
    assert [each.value for each in at.warning] == [told]
    assert not read_decided(os.environ["WORKFLOW_URL"]).of(DecisionKind.TOPIC)


def test_seed_topics_are_for_those_who_decide_for_all(opened, shared):
    for more in ({"role": "leader"}, {"regions": "420506"}):
        at = opened(shared, **more)
        assert not [each for each in at.button if each.label == "保存主题"]


def opened_at(opened, folder, query, page, **more):
    at = opened(folder, **more)
    at.query_params.clear()
    at.query_params.update(query)
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    assert not at.error
    return at


@pytest.mark.parametrize("page", ["explorer", "submissions", "issues", "regions", "clusters"])
def test_every_page_is_filtered_by_a_cluster(opened, shared, page):
    (key, size), *_ = counted(shared).most_common(1)
    at = opened_at(opened, shared, {"period": "90d", "cluster": key}, page)
    told = everything(at)
    assert f"**共{size}件**" in told
    title = grid(opened(shared))[key][0]
    assert f"聚类：“{title}”" in told
    assert "聚类条件只含2026年1月1日至3月31日参与聚类的投诉、举报" in told
    assert "上期0件" not in told


def test_a_filter_by_cluster_is_set_from_its_page_and_taken_away(opened, shared):
    key, size = counted(shared).most_common(1)[0]
    at = opened(shared, ASKED | {"cluster_shown": key})
    at.button(key="clusters.filter").click().run()
    assert at.query_params["cluster"] in ([key], key)
    assert sizes(at) == {key: size}
    at.button(key="clusters.filter").click().run()
    assert "cluster" not in at.query_params
    assert sizes(at) == dict(counted(shared))


def test_a_cluster_that_is_no_more_is_told_and_left_out(opened, shared):
    at = opened_at(opened, shared, {"period": "90d", "cluster": "c9999"}, "submissions")
    (told,) = [each.value for each in at.warning]
    assert "聚类条件c9999已不存在" in told
    assert "**共160件**" in everything(at)
    key, size = counted(shared).most_common(1)[0]
    at = opened_at(opened, shared, {"period": "90d", "cluster": f"{key},d7-1"}, "submissions")
    assert "聚类条件d7\\-1已不存在" in at.warning[0].value
    assert f"**共{size}件**" in everything(at)


def test_a_filter_by_cluster_shows_no_word_of_another_county(opened, tmp_path):
    there = rows("b", each=20, county="420506", subjects=NEW_SUBJECT)
    here = rows("a", each=20)
    here[0]["narrative"] = there[0]["narrative"].split("，")[0]
    folder = planted(tmp_path / "warehouse", [*here, *there])
    key = counted(folder, county="420506").most_common(1)[0][0]
    query = {"period": "90d", "cluster": key}
    whole = everything(opened_at(opened, folder, query, "submissions"))
    mine = everything(opened_at(opened, folder, query, "submissions", regions="420106"))
    words = grid(opened(folder))[key][0].split("、")
    unseen = [word for word in words if not any(word in each["narrative"] for each in here)]
    assert unseen
    for word in unseen:
        assert word in whole
        assert word not in mine


def test_a_filter_by_cluster_without_clusters_is_told(monkeypatch, tmp_path):
    folder = planted(tmp_path / "warehouse", rows("a", each=2), derived=False)
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
    settings.cache_clear()
    with pytest.raises(ClustersNotDerivedError) as caught:
        data.totals(
            Selection().with_filter("cluster", ["c1"]), EVERYTHING, measures=("submissions",)
        )
    assert "或移除聚类条件后刷新本页" in str(wording.explain(caught.value))
    settings.cache_clear()
