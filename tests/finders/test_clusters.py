"""Clusters: known subjects are found, followed from run to run, and stay as people want them."""

import datetime as dt
import json

import pandas as pd
import pytest
import sqlalchemy as sa

from analytics import cluster_levels as cluster_levels_module
from analytics.cluster_decisions import Decision as ClusterDecision
from analytics.cluster_decisions import decision_record
from analytics.cluster_matching import Anchor
from analytics.cluster_splitting import part_anchors
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.finders import clusters as finder
from jobs.refresh import refresh
from queries import cluster_runs
from queries.cluster_tables import (
    cluster_anchors,
    cluster_levels,
    cluster_members,
    cluster_places,
    clusters,
)
from queries.cluster_tables import (
    cluster_runs as runs,
)
from queries.decisions import Decision
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from tests.finders.cluster_records import LAST_DAY, NEW_SUBJECT, SUBJECTS, rows, subject_of
from tests.staging import batch, record

STEP = "clusters"
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def few_landmarks(monkeypatch):
    """The layout of the map takes most of a small run, and no test here looks at it."""
    monkeypatch.setattr(cluster_levels_module, "LANDMARKS", 60)


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, records):
    with store.building() as building:
        building.stage(batch(records))
        building.merge()


def made(store, *decisions, topics=()):
    by_kind = {DecisionKind.CLUSTER: decisions, DecisionKind.TOPIC: tuple(topics)}
    decided = Decided(by_kind) if decisions or topics else NOTHING_DECIDED
    return refresh(store, only=STEP, decided=decided)


def read(store, level="fine"):
    """Return the clusters by key, the ids of their texts by key, and the runs."""
    opened = open_current(f"duckdb:///{store.folder}")
    with opened.engine.connect() as conn:
        found = {
            row.cluster_key: row
            for row in conn.execute(sa.select(clusters).where(clusters.c.level == level))
        }
        members: dict[str, set[str]] = {key: set() for key in found}
        joined = sa.select(submissions.c.submission_id, cluster_members.c.cluster_key).join(
            cluster_members, cluster_members.c.submission_key == submissions.c.submission_key
        )
        for row in conn.execute(joined.where(cluster_members.c.level == level)):
            members[row.cluster_key].add(row.submission_id)
        history = conn.execute(sa.select(runs).order_by(runs.c.run_id)).all()
    assert STEP in opened.fresh
    opened.engine.dispose()
    assert {key: row.size for key, row in found.items()} == {k: len(v) for k, v in members.items()}
    return found, members, history


def main_subject(ids):
    counted: dict[str, int] = {}
    for each in ids:
        counted[subject_of(each)] = counted.get(subject_of(each), 0) + 1
    return max(sorted(counted), key=counted.__getitem__)


def of_subject(members, subject):
    """Return the keys of the clusters that are mainly of a subject, the largest first."""
    keys = [key for key, ids in members.items() if ids and main_subject(ids) == subject]
    return sorted(keys, key=lambda key: (-len(members[key]), key))


def anchor(found, members, key):
    return Anchor(tuple(found[key].words.split()), tuple(sorted(members[key])[:40]))


def decision(number, verdict, action, anchors, *, name="", level="fine", keys=()):
    record_ = decision_record(ClusterDecision(action, tuple(anchors), name))
    return Decision(
        number,
        DecisionKind.CLUSTER,
        f"{level}:{'+'.join(keys)}",
        verdict,
        record_ | {"level": level, "keys": list(keys)},
        "",
        "analyst",
        dt.datetime(2026, 4, 1),
    )


def test_subjects_are_parted_and_levels_nest(store):
    load(store, rows("a"))
    made(store)
    found, members, _ = read(store)
    pure = sum(
        sum(subject_of(each) == main_subject(ids) for each in ids) for ids in members.values()
    )
    assert pure / sum(map(len, members.values())) >= 0.97
    assert {main_subject(ids) for ids in members.values()} == set(SUBJECTS)
    coarse, coarse_members, _ = read(store, "coarse")
    assert len(coarse) <= 10 < len(found)
    for key, row in read(store, "medium")[0].items():
        assert row.parent_key in coarse, key
    for ids in members.values():
        assert any(ids <= whole for whole in coarse_members.values())


def test_what_a_run_keeps_of_itself(store):
    load(store, [*rows("a", each=30), *rows("q", each=10, kind="inquiry")])
    made(store)
    found, members, (run,) = read(store)
    assert (run.first_day, run.last_day) == (LAST_DAY - dt.timedelta(days=89), LAST_DAY)
    assert run.available == run.clustered == 150
    assert not any(each.startswith("q-") for ids in members.values() for each in ids)
    assert not any(row.is_new for row in found.values())
    opened = open_current(f"duckdb:///{store.folder}")
    with opened.engine.connect() as conn:
        levels = conn.execute(sa.select(cluster_levels)).all()
        places = conn.execute(sa.select(cluster_places)).all()
    opened.engine.dispose()
    assert {row.level for row in levels} == {"coarse", "medium", "fine"}
    assert all(-1 <= row.stability <= 1 and row.ended is None for row in levels)
    assert len(places) == 150
    assert all(-1000 <= row.x <= 1000 and -1000 <= row.y <= 1000 for row in places)


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([], id="no submission"),
        pytest.param([record("1", narrative="健身房停业不退费")], id="one"),
        pytest.param([record("1", narrative=None)], id="one without text"),
        pytest.param([record("1", narrative="")], id="one of no words"),
        pytest.param([record(str(n), narrative="同一段话") for n in range(30)], id="all equal"),
    ],
)
def test_few_texts(store, records):
    load(store, records)
    made(store)
    found, members, history = read(store)
    assert len(history) == 1
    told = [each for each in records if each["narrative"]]
    assert sum(map(len, members.values())) == len(told)
    assert len(found) == bool(told)


def test_more_texts_than_a_run_takes_are_drawn_by_lot(store, monkeypatch):
    monkeypatch.setattr(cluster_runs.read_texts, "__kwdefaults__", {"limit": 100})
    load(store, rows("a"))
    made(store)
    _, members, (run,) = read(store)
    assert (run.available, run.clustered) == (300, 100)
    subjects = {subject_of(each) for ids in members.values() for each in ids}
    assert subjects == set(SUBJECTS)


def test_no_new_run_before_seven_days_and_one_after(store):
    load(store, rows("a"))
    made(store)
    before = read(store)
    load(store, rows("b", each=2, last_day=LAST_DAY + dt.timedelta(days=6), days=6))
    made(store)
    assert read(store) == before
    load(store, rows("c", each=2, last_day=LAST_DAY + WEEK, days=1))
    made(store)
    _, members, history = read(store)
    assert [run.run_id for run in history] == [1, 2]
    assert any(each.startswith("c-") for ids in members.values() for each in ids)


def test_many_more_texts_make_a_run_at_once(store):
    load(store, rows("a"))
    made(store)
    load(store, rows("b", each=20))
    made(store)
    assert len(read(store)[2]) == 2


def test_keys_stay_and_a_new_subject_is_marked_new(store):
    load(store, rows("a", each=80))
    made(store)
    found, members, _ = read(store, "coarse")
    later = LAST_DAY + WEEK
    load(
        store,
        [
            *rows("b", each=6, last_day=later, days=7),
            *rows("n", each=60, last_day=later, days=7, subjects=NEW_SUBJECT),
        ],
    )
    made(store)
    now, now_members, _ = read(store, "coarse")
    for subject in SUBJECTS:
        first = of_subject(members, subject)[0]
        assert first in now, subject
        assert main_subject(now_members[first]) == subject
        assert not now[first].is_new
        assert now[first].first_day == LAST_DAY
    new = of_subject(now_members, "scales")
    assert new
    assert all(now[key].is_new and now[key].first_day == later for key in new)
    assert not set(new) & set(found)


def test_the_same_data_give_the_same_clusters(tmp_path):
    dumps = []
    for name, records in (("one", rows("a")), ("two", rows("a")[::-1])):
        other = GenerationStore(tmp_path / name)
        load(other, records)
        made(other)
        dumps.append(read(other)[1])
    assert dumps[0] == dumps[1]


def test_decisions_survive_three_runs_with_new_data(store):
    load(store, rows("a", each=80))
    made(store)
    found, members, _ = read(store, "coarse")
    first = {subject: of_subject(members, subject)[0] for subject in SUBJECTS}
    own = {subject: anchor(found, members, key) for subject, key in first.items()}
    texts = _texts(store, members[first["clothes"]])
    words = found[first["clothes"]].words.split()
    parts = part_anchors(texts, [["羽绒服", *words[1:2]], ["毛衣", *words[:1]]], words=words)
    decisions = [
        decision(1, "renamed", "rename", [own["gym"]], name="健身跑路", level="coarse"),
        decision(2, "merged", "merge", [own["cake"], own["car"]], name="吃与车", level="coarse"),
        decision(3, "hidden", "hide", [own["parking"]], level="coarse"),
        decision(4, "pinned", "pin", [own["gym"]], level="coarse"),
        decision(5, "split", "split", parts, level="coarse"),
    ]
    for week in range(4):
        if week:
            day = LAST_DAY + week * WEEK
            load(store, rows(f"w{week}", each=12, last_day=day, days=7))
        made(store, *decisions)
        now, ids, history = read(store, "coarse")
        assert len(history) == week + 1
        (gym,) = [key for key, row in now.items() if row.name == "健身跑路"]
        assert main_subject(ids[gym]) == "gym"
        assert now[gym].pinned
        (merged,) = [key for key, row in now.items() if row.name == "吃与车"]
        both = [subject_of(each) for each in ids[merged]]
        assert {"cake", "car"} <= set(both)
        assert sum(each in {"cake", "car"} for each in both) >= 0.9 * len(both)
        assert now[merged].stability is None
        hidden = [key for key, row in now.items() if row.hidden]
        assert [main_subject(ids[key]) for key in hidden] == ["parking"]
        assert {"d5-1", "d5-2"} <= set(now)
        assert {main_subject(ids["d5-1"]), main_subject(ids["d5-2"])} == {"clothes"}
        assert _matched(store) == dict.fromkeys(range(1, 6), True)


def _texts(store, wanted):
    opened = open_current(f"duckdb:///{store.folder}")
    with opened.engine.connect() as conn:
        rows_ = conn.execute(
            sa.select(submissions.c.submission_id, submissions.c.narrative).where(
                submissions.c.submission_id.in_(sorted(wanted)[:40])
            )
        ).all()
    opened.engine.dispose()
    return pd.Series({row.submission_id: row.narrative for row in rows_})


def _matched(store):
    opened = open_current(f"duckdb:///{store.folder}")
    with opened.engine.connect() as conn:
        found = {row.decision_id: row.matched for row in conn.execute(sa.select(cluster_anchors))}
    opened.engine.dispose()
    return found


def test_a_decision_is_applied_without_a_new_run_and_taken_back(store):
    load(store, rows("a"))
    made(store)
    plain = read(store, "coarse")
    found, members, _ = plain
    keys = [of_subject(members, subject)[0] for subject in ("gym", "cake")]
    merge = decision(
        1, "merged", "merge", [anchor(found, members, key) for key in keys], level="coarse"
    )
    made(store, merge)
    now, now_members, history = read(store, "coarse")
    assert len(history) == 1
    assert now_members[keys[0]] == members[keys[0]] | members[keys[1]]
    assert keys[1] not in now
    made(store)
    assert read(store, "coarse") == plain
    assert _matched(store) == {}


def test_a_decision_without_its_cluster_is_told(store):
    load(store, rows("a"))
    made(store)
    lost = decision(7, "hidden", "hide", [Anchor(("不存在的词",), ("nobody",))], level="coarse")
    made(store, lost)
    assert _matched(store) == {7: False}
    assert not any(row.hidden for row in read(store, "coarse")[0].values())


def topic(number, name, *words):
    moment = dt.datetime(2026, 4, 1)
    return Decision(
        number, DecisionKind.TOPIC, name, "seeded", {"words": list(words)}, "", "analyst", moment
    )


def test_seed_topics_steer_the_run_at_every_level_and_are_taken_back(store):
    records = rows("a")
    load(store, records)
    made(store)
    plain = read(store, "coarse")
    toys = topic(1, "消防通道", "停车场", "小区停车")
    wanted = {
        each["submission_id"]
        for each in records
        if "停车场" in each["narrative"] or "小区停车" in each["narrative"]
    }
    made(store, topics=[toys, topic(2, "没有人说", "三文鱼刺身")])
    for level in ("coarse", "medium", "fine"):
        found, members, history = read(store, level)
        (key,) = [each for each, row in found.items() if row.topic]
        assert (found[key].topic, found[key].name) == ("消防通道", "消防通道")
        assert wanted <= members[key]
        assert not found[key].is_new
        assert found[key].stability is None
        own = [subject_of(each) == "parking" for each in members[key]]
        assert sum(own) >= 0.9 * len(own)
    assert [run.run_id for run in history] == [1, 2]
    assert json.loads(history[-1].topics) == {
        "没有人说": ["三文鱼刺身"],
        "消防通道": ["停车场", "小区停车"],
    }
    assert not made(store, topics=[toys, topic(2, "没有人说", "三文鱼刺身")])
    made(store)
    again, members, history = read(store, "coarse")
    assert len(history) == 3
    assert not any(row.topic for row in again.values())
    assert sorted(map(len, members.values())) == sorted(map(len, plain[1].values()))


def test_decisions_hold_beside_seed_topics(store):
    load(store, rows("a"))
    made(store)
    found, members, _ = read(store, "coarse")
    gym = of_subject(members, "gym")[0]
    named = decision(
        3, "renamed", "rename", [anchor(found, members, gym)], name="健身跑路", level="coarse"
    )
    made(store, named, topics=[topic(1, "停车", "停车场", "道闸", "路边停车")])
    now, ids, _ = read(store, "coarse")
    assert {row.name for row in now.values()} == {"", "健身跑路", "停车"}
    (key,) = [each for each, row in now.items() if row.name == "健身跑路"]
    assert main_subject(ids[key]) == "gym"


def test_the_finder_names_what_decides():
    assert finder.FINDER.decided_by == (DecisionKind.CLUSTER, DecisionKind.TOPIC)
    assert finder.FINDER.rules is not None
    assert len(finder.FINDER.rules()) == 32
    assert finder.FINDER.name == STEP
