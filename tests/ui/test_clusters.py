"""The page of clusters: counts under filters and scope, decisions at once, and what is not there."""

import datetime as dt
import json
import os

import numpy as np
import pandas as pd
import pytest

from jobs.decided import read_decided
from jobs.refresh import refresh
from pages.components import cluster_map, cluster_view
from pages.components.store import Decision
from queries.generations import GenerationStore
from queries.vocabulary import DecisionKind
from tests.finders.cluster_records import rows
from tests.staging import record
from tests.ui.clustered import (
    ASKED,
    SECRET,
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


@pytest.mark.parametrize(
    ("regions", "county"), [("all", None), ("420506", "420506"), ("420106", "420106")]
)
def test_sizes_equal_sql_and_a_county_sees_its_own(opened, shared, regions, county):
    at = opened(shared, regions=regions)
    assert sizes(at) == dict(counted(shared, county=county))
    assert {len(cells) for cells in grid(at).values()} == {5}  # nothing is marked: no such column
    assert f"当前筛选下参与聚类{sum(sizes(at).values())}件" in everything(at)


def test_no_sentence_of_another_county(opened, shared):
    key, _ = counted(shared, county="420506").most_common(1)[0]
    assert key in counted(shared, county="420106")
    for shown in ("central", "unlike", "far", "newest"):
        at = opened(shared, ASKED | {"cluster_shown": key, "show": shown}, regions="420106")
        assert "该类诉求" in everything(at)
        assert SECRET not in everything(at)
        at = opened(shared, ASKED | {"cluster_shown": key, "show": shown}, regions="420506")
        assert SECRET in everything(at)


def test_a_filter_counts_what_is_left(opened, shared):
    at = opened(shared, ASKED | {"region": "420506"})
    assert sizes(at) == dict(counted(shared, county="420506"))


def test_a_cluster_shows_where_it_comes_from(opened, shared):
    key, size = counted(shared).most_common(1)[0]
    at = opened(shared, ASKED | {"cluster_shown": key})
    here = counted(shared, county="420106")[key]
    origins = {code: cells[1] for code, cells in grid(at, "county_code").items()}
    assert origins == {"420106": str(here), "420506": str(size - here)}


def test_all_submissions_of_a_cluster_are_listed_page_by_page(opened, shared):
    key, size = counted(shared).most_common(1)[0]
    assert size > 20
    listed = []
    for number in range(1, -(-size // 10) + 1):
        at = opened(shared, ASKED | {"cluster_shown": key, "show": "newest", "page": str(number)})
        drawn = [json.loads(each.proto.json or "0") for each in at.get("bidi_component")]
        (table,) = [each for each in drawn if each and each["kind"] == "table"]
        listed += [row["code"] for row in table["rows"]]
    assert len(listed) == len(set(listed)) == size
    beyond = opened(shared, ASKED | {"cluster_shown": key, "show": "newest", "page": "99"})
    assert f"至{size}件，共{size}件" in everything(beyond)


def test_outliers_are_listed_where_no_cluster_is_chosen(opened, shared):
    assert "离群诉求" in everything(opened(shared))


def test_finer_clusters_are_those_inside(opened, shared):
    coarse = sizes(opened(shared, {"period": "90d"}))
    key = max(coarse, key=lambda each: (coarse[each], each))
    at = opened(shared, {"period": "90d", "cluster_shown": key})
    next(each for each in at.button if each.label == "展开细类").click().run()
    inside = sizes(at)
    assert sum(inside.values()) == coarse[key]
    assert len(inside) < len(counted(shared))
    at.button(key="clusters.within").click().run()
    assert sizes(at) == dict(counted(shared))


def saved(at):
    next(each for each in at.button if each.label == "保存").click().run()
    assert not at.exception
    assert not at.error
    assert not at.warning
    return at


def chosen(opened, folder, key, action, **more):
    at = opened(folder, ASKED | {"cluster_shown": key} | more)
    at.segmented_control(key=f"cluster.action.{key}").set_value(action).run()
    return at


def test_renamed_pinned_and_hidden_at_once_and_taken_back(opened, shared):
    first, second, third = [key for key, _ in counted(shared).most_common(3)]
    at = chosen(opened, shared, third, "rename")
    at.text_input(key=f"cluster.name.{third}").set_value("我的类")
    saved(at)
    assert grid(at)[third][:2] == ["我的类", "改名待更新"]
    assert "1项决定待下次更新生效" in everything(at)
    at = saved(chosen(opened, shared, third, "pin"))
    assert next(iter(grid(at))) == third
    at = saved(chosen(opened, shared, second, "hide"))
    assert second not in grid(at)
    assert second in grid(opened(shared, ASKED | {"hidden": "yes"}))
    at = opened(shared, ASKED | {"cluster_shown": third})
    while takes := [each for each in at.button if each.label == "撤回"]:
        takes[0].click().run()
    at = opened(shared)
    assert grid(at)[third][0] != "我的类"
    assert next(iter(grid(at))) == first


def test_a_merge_shows_at_once_and_holds_after_a_refresh(opened, tmp_path):
    folder = planted(tmp_path / "warehouse", records())
    before = counted(folder)
    first, second = [key for key, _ in before.most_common(2)]
    at = chosen(opened, folder, first, "merge")
    at.selectbox(key=f"cluster.other.{first}").set_value(second)
    at.text_input(key=f"cluster.name.{first}").set_value("合起来")
    saved(at)
    assert sizes(at)[first] == before[first] + before[second]
    assert second not in grid(at)
    assert grid(at)[first][:2] == ["合起来", "合并待更新"]
    refresh(
        GenerationStore(folder), only="clusters", decided=read_decided(os.environ["WORKFLOW_URL"])
    )
    at = opened(folder, ASKED | {"cluster_shown": first})
    assert sizes(at) == dict(counted(folder))
    assert grid(at)[first][:2] == ["合起来", str(before[first] + before[second])]
    next(each for each in at.button if each.label == "撤回").click().run()
    assert "1项撤回待下次更新生效" in everything(at)


def test_a_split_waits_for_the_refresh_and_is_made_by_it(opened, tmp_path):
    folder = planted(tmp_path / "warehouse", records())
    key, size = counted(folder).most_common(1)[0]
    at = chosen(opened, folder, key, "split")
    words = grid(at)[key][0].split("、")
    at.multiselect(key=f"cluster.part1.{key}").set_value(words[:1])
    at.multiselect(key=f"cluster.part2.{key}").set_value(words[1:2])
    saved(at)
    assert grid(at)[key][1] == "拆分待更新"
    refresh(
        GenerationStore(folder), only="clusters", decided=read_decided(os.environ["WORKFLOW_URL"])
    )
    now = counted(folder)
    assert key not in now
    assert now["d1-1"] + now["d1-2"] == size
    assert min(now["d1-1"], now["d1-2"]) > 0


@pytest.mark.parametrize(
    ("action", "told"),
    [
        pytest.param("rename", "请填写新名称。", id="no name"),
        pytest.param("merge", "请选择要合并的另一类。", id="no other"),
        pytest.param("split", "请为两个部分各填写至少一个词。", id="no words"),
    ],
)
def test_what_is_missing_is_told(opened, shared, action, told):
    key = max(counted(shared))
    at = chosen(opened, shared, key, action)
    next(each for each in at.button if each.label == "保存").click().run()
    assert [each.value for each in at.warning] == [told]
    assert grid(at)[key][1] == str(counted(shared)[key])


def test_a_leader_decides_nothing(opened, shared):
    at = opened(shared, ASKED | {"cluster_shown": max(counted(shared))}, role="leader")
    assert not [each for each in at.button if each.label == "保存"]


def test_clusters_not_derived_are_told(opened, tmp_path):
    folder = planted(tmp_path / "warehouse", rows("a", each=2), derived=False)
    at = opened(folder)
    assert [each.value for each in at.info] == ["聚类尚未生成，请管理员运行刷新任务。"]


@pytest.mark.parametrize(
    "plain", [pytest.param([], id="empty"), pytest.param([record("1", narrative=None)], id="blank")]
)
def test_nothing_to_cluster_is_told(opened, tmp_path, plain):
    at = opened(planted(tmp_path / "warehouse", plain))
    assert any("没有参与聚类的投诉或举报" in each.value for each in at.info)


def test_one_submission(opened, tmp_path):
    folder = planted(tmp_path / "warehouse", [record("1", narrative="健身房停业，年卡不退费")])
    at = opened(folder, {"period": "all"})
    assert list(sizes(at).values()) == [1]
    assert "文本不足20件，未测算稳定度" in everything(at)
    opened(folder, {"period": "all", "cluster_shown": next(iter(sizes(at)))})


def test_days_outside_the_run_are_told(opened, shared):
    at = opened(shared, {"period": "2024-01-01..2024-01-31"})
    assert any("没有参与聚类" in each.value for each in at.info)
    at = opened(shared, {"period": "12m"})
    assert "统计期超出覆盖日期，只统计2026年1月1日至3月31日" in everything(at)
    assert "比较期不全在覆盖日期内，不作比较" in everything(at)


def test_hits_are_lit(opened, shared):
    at = opened(shared, ASKED | {"lit": SECRET})
    (spec,) = [
        json.loads(each.proto.spec)
        for each in at.get("echarts_chart")
        if "dataset" in each.proto.spec
    ]
    drawn = {
        series["name"]: len(spec["dataset"][series["datasetIndex"]]["source"]["x"])
        for series in spec["series"]
    }
    assert drawn["命中"] == 40
    assert sum(drawn.values()) == 160


def test_a_lasso_takes_what_is_inside():
    points = pd.DataFrame({"x": [0, 5, 9], "y": [0, 5, 0]})
    corners = [[-1, -1], [6, -1], [6, 6], [4, 6], [4, 1], [-1, 1]]
    area = {"brush_type": "polygon", "coord_range": corners}
    found = cluster_map.inside(points, {"selection": {"areas": [area]}})
    assert found is not None
    assert found.index.tolist() == [0, 1]
    states: list[object] = [None, {}, {"selection": None}, {"selection": {"areas": []}}]
    for nothing in states:
        assert cluster_map.inside(points, nothing) is None
    forged = {"brush_type": "polygon", "coord_range": [1, 2]}
    assert cluster_map.inside(points, {"selection": {"areas": [forged]}}) is None


def test_inside_a_square_by_hand():
    square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
    x, y = np.array([1.0, 3.0, -1.0, 1.0]), np.array([1.0, 1.0, 1.0, 3.0])
    assert cluster_map.within(x, y, square).tolist() == [True, False, False, False]


def frame_of(**sizes_):
    return pd.DataFrame(
        {
            "cluster_key": list(sizes_),
            "parent_key": None,
            "words": [[key] for key in sizes_],
            "name": "",
            "hidden": False,
            "pinned": False,
            "topic": "",
            "is_new": False,
            "first_day": dt.date(2026, 3, 31),
            "stability": 0.5,
            "submissions": list(sizes_.values()),
            "compared": [float(each) / 2 for each in sizes_.values()],
            "change": [float(each) / 2 for each in sizes_.values()],
            "change_rate": 1.0,
            "share": [each / sum(sizes_.values()) for each in sizes_.values()],
        }
    )


def merge(number, *keys, name=""):
    details = {"level": "fine", "keys": list(keys), "name": name}
    moment = dt.datetime(2026, 4, 1)
    return Decision(number, DecisionKind.CLUSTER, "fine", "merged", details, "", "analyst", moment)


def test_merges_join_up_and_add_up():
    frame = frame_of(c1=10, c2=6, c3=4)
    merges = [merge(1, "c1", "c3"), merge(2, "c1", "c2", name="全部")]
    found = cluster_view.view_of(frame, merges, {}, level="fine")
    (one,) = [each for _, each in found.frame.iterrows()]
    assert set(one["keys"]) == {"c1", "c2", "c3"}
    assert (one["submissions"], one["compared"], one["name"]) == (20, 10, "全部")
    assert one["share"] == pytest.approx(1)
    assert one["change_rate"] == 1
    followed = cluster_view.view_of(frame, merges[1:], {1: True, 2: True}, level="fine")
    assert followed.withdrawn == 1
    assert len(followed.frame) == 3
    assert len(cluster_view.view_of(frame, merges, {}, level="coarse").frame) == 3
