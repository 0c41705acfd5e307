"""Clusters: what the complaints and tip-offs of the newest 90 days speak of.

A run is made when seven days have passed since the last one, the texts are by a fifth others, or
people changed the seed topics; between two runs only people's decisions are applied anew.
"""

import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from analytics.cluster_decisions import (
    CuratedClusters,
    Decision,
    apply_decisions,
    decision_from,
    decision_record,
)
from analytics.cluster_levels import LEVELS, LevelClusters, cluster_levels
from analytics.cluster_matching import match_clusters
from analytics.embedding import VECTOR_FILES
from jobs.decided import Decided
from jobs.finders.finder import Finder, Finish, at_once, digest_of
from jobs.lexicons import lexicon, stopwords
from jobs.spreading import ahead
from jobs.words import shipped_digest
from queries import cluster_runs, cluster_tables
from queries.cluster_runs import DAYS_BETWEEN_RUNS, GROWN_SHARE, KeptRun, Run
from queries.selection import DateRange
from queries.vocabulary import DecisionKind

SEED = 0

PLACE_STEPS = 1_000
"""Steps of the map from its middle to its edge."""

MEMBER_COLUMNS = (
    "level", "submission_key", "registered_on", "submission_id", "number", "distance", "deviation",
)  # fmt: skip
FOUND_COLUMNS = (
    "level", "number", "words", "size", "stability", "is_new", "first_day", "topic",
)  # fmt: skip
CLUSTER_COLUMNS = (
    "level", "cluster_key", "parent_key", "words", "name", "size", "stability", "is_new",
    "first_day", "hidden", "pinned", "topic", "sources",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    """A level as found, its clusters numbered by the numbers that stay."""

    labels: "pd.Series[int]"
    topics: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Standing:
    """A decision of a level, as it reads today."""

    decision_id: int
    level: str
    decision: Decision


_Levels = tuple[dict[str, LevelClusters], pd.DataFrame]
"""Clusters by level, and the places of texts on the map."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """A run that was begun, and what gives the clusters that it finds."""

    days: DateRange | None
    available: int
    topics: str
    texts: pd.DataFrame
    levels: Callable[[], _Levels]


def begin(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> Finish:
    """Begin to find clusters if it is time."""
    run = cluster_runs.latest_run(conn)
    topics = _topics(decided)
    is_due = run is None or run.topics != topics or _is_due(conn, run, anew=days is None)
    return functools.partial(_finish, _begin_run(conn, topics) if is_due else None, decided=decided)


def _finish(begun: _Begun | None, conn: sa.Connection, *, decided: Decided) -> int:
    """Keep the run that was begun, and bring all in step with what people decided."""
    run = cluster_runs.latest_run(conn)
    anchors = {} if run is None else cluster_runs.read_anchors(conn)
    standing = _standing(decided, anchors)
    if begun is not None:
        before = None if run is None else cluster_runs.read_run(conn, run)
        texts, kept = begun.texts, _new_run(conn, before, begun)
    elif run is None or [each.decision_id for each in standing] == sorted(anchors):
        return cluster_runs.count_members(conn)
    else:
        texts, kept = cluster_runs.read_run_texts(conn), cluster_runs.read_run(conn, run)
    _write_decided(conn, kept, standing, texts.set_index("submission_id")["narrative"])
    return cluster_runs.count_members(conn)


def _is_due(conn: sa.Connection, run: Run, *, anew: bool) -> bool:
    days = cluster_runs.window(conn)
    if anew or days is None or run.last_day is None:
        return True
    if days.end >= run.last_day + dt.timedelta(days=DAYS_BETWEEN_RUNS):
        return True
    there = cluster_runs.count_texts(conn, days)
    return abs(there - run.available) > GROWN_SHARE * max(run.available, 1)


def _topics(decided: Decided) -> str:
    """Return the words of the seed topics as a run keeps them."""
    words = {each.subject: list(each.details["words"]) for each in decided.of(DecisionKind.TOPIC)}
    return json.dumps(words, ensure_ascii=False, sort_keys=True)


def _standing(decided: Decided, anchors: Mapping[int, str]) -> list[_Standing]:
    """Return the decisions that hold, oldest first, with their anchors as of the latest run."""
    return [
        _Standing(
            each.decision_id,
            str(each.details["level"]),
            decision_from(
                json.loads(anchors[each.decision_id])
                if each.decision_id in anchors
                else each.details
            ),
        )
        for each in sorted(decided.of(DecisionKind.CLUSTER), key=lambda one: one.decision_id)
    ]


def _begin_run(conn: sa.Connection, topics: str) -> _Begun:
    """Begin to cluster the newest texts."""
    days = cluster_runs.window(conn)
    available = 0 if days is None else cluster_runs.count_texts(conn, days)
    texts = (
        pd.DataFrame(columns=["submission_key", "registered_on", "submission_id", "narrative"])
        if days is None
        else cluster_runs.read_texts(conn, days)
    )
    task = functools.partial(
        levels_of, texts.set_index("submission_id")["narrative"], json.loads(topics)
    )
    return _Begun(days, available, topics, texts, ahead(task, size=len(texts)))


def levels_of(texts: pd.Series, topics: Mapping[str, Sequence[str]]) -> _Levels:
    """Return the clusters of texts by level, and the places of texts on the map."""
    found = cluster_levels(texts, seeds=topics, lexicon=lexicon(), stopwords=stopwords(), seed=SEED)
    return dict(found.by_level), found.places


def _new_run(conn: sa.Connection, before: KeptRun | None, begun: _Begun) -> KeptRun:
    """Keep a run; return what was found."""
    days, texts = begun.days, begun.texts
    levels, places = begun.levels()
    run = Run(
        run_id=1 if before is None else before.run.run_id + 1,
        first_day=None if days is None else days.start,
        last_day=None if days is None else days.end,
        available=begun.available,
        clustered=len(texts),
        seed=SEED,
        next_number=1 if before is None else before.run.next_number,
        topics=begun.topics,
        made_at=dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0),
    )
    found, members, told = [], [], []
    for name in LEVELS:
        run, numbered, ended = _numbered(run, levels[name], name, before)
        found.append(numbered.topics.reset_index().assign(level=name))
        members.append(_members(texts, levels[name], numbered, name))
        told.append(
            {
                "run_id": run.run_id,
                "level": name,
                "stability": _or_none(levels[name].stability),
                "ended": ended,
            }
        )
    kept = KeptRun(
        run,
        pd.concat(found, ignore_index=True)[list(FOUND_COLUMNS)],
        pd.concat(members, ignore_index=True)[list(MEMBER_COLUMNS)],
    )
    cluster_runs.begin_run(conn, kept, told, _places(texts, places))
    return kept


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _numbered(
    run: Run, found: LevelClusters, level: str, before: KeptRun | None
) -> tuple[Run, _Level, int | None]:
    """Give each cluster the number of the one it continues, or a new one.

    Returns
    -------
    tuple
        The run with its next number, the level so numbered, how many earlier clusters ended.
    """
    earlier = None if before is None else _as_found(before, level)
    matched = None if earlier is None else match_clusters(earlier, found)
    seeded = found.topics["seed"].ne("")
    numbers, firsts, new = {}, {}, {}
    number = run.next_number
    for cluster in found.topics.index:
        continues = -1 if matched is None else int(matched.clusters["previous"][cluster])
        if continues >= 0 and earlier is not None:
            numbers[cluster], new[cluster] = continues, False
            firsts[cluster] = earlier.topics["first_day"][continues]
        else:
            numbers[cluster], new[cluster] = number, earlier is not None and not seeded[cluster]
            firsts[cluster] = run.last_day
            number += 1
    topics = found.topics.rename(columns={"seed": "topic"}).assign(
        is_new=pd.Series(new, dtype=bool), first_day=pd.Series(firsts, dtype=object)
    )
    topics.index = pd.Index([numbers[each] for each in topics.index], name="number", dtype="int64")
    labels = found.labels.map({**numbers, -1: -1}).astype("int64")
    ended = None if matched is None else len(matched.ended)
    return replace(run, next_number=number), _Level(labels, topics.sort_index()), ended


def _as_found(kept: KeptRun, level: str) -> _Level:
    members = kept.members[kept.members["level"] == level]
    labels = pd.Series(
        members["number"].to_numpy(dtype="int64"), index=pd.Index(members["submission_id"])
    )
    topics = kept.found[kept.found["level"] == level].set_index("number")
    return _Level(labels, topics)


def _members(
    texts: pd.DataFrame, found: LevelClusters, numbered: _Level, level: str
) -> pd.DataFrame:
    frame = texts[["submission_key", "registered_on", "submission_id"]].assign(
        level=level,
        number=numbered.labels.to_numpy(),
        distance=found.distance.to_numpy(),
        deviation=found.deviation.to_numpy(),
    )
    return frame[frame["number"] >= 0]


def _places(texts: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    keys = texts.set_index("submission_id")["submission_key"].loc[places.index]
    steps = (places * PLACE_STEPS).round().astype("int16")
    return steps.assign(submission_key=keys.to_numpy())


def _write_decided(
    conn: sa.Connection, kept: KeptRun, standing: Sequence[_Standing], texts: pd.Series
) -> None:
    """Apply what people decided, level by level, and write the clusters that come of it."""
    rows, members, anchors = [], [], []
    coarser: pd.Series | None = None
    for level in LEVELS:
        asked = [each for each in standing if each.level == level]
        found = _as_found(kept, level)
        curated = apply_decisions(
            found, [each.decision for each in asked], texts=texts.reindex(found.labels.index)
        )
        keys = _keys(curated, asked)
        mine = kept.members[kept.members["level"] == level]
        belongs = pd.Series(
            curated.labels.map(keys).to_numpy(dtype=object), index=found.labels.index
        )
        members.append(mine.assign(cluster_key=belongs.to_numpy()))
        parents = None if coarser is None else _parents(belongs, coarser)
        rows.append(_rows(level, found, curated, keys, parents))
        anchors += [
            {
                "decision_id": each.decision_id,
                "matched": position not in curated.unmatched,
                "record": json.dumps(decision_record(renewed), ensure_ascii=False),
            }
            for position, (each, renewed) in enumerate(zip(asked, curated.decisions, strict=True))
        ]
        coarser = belongs
    cluster_runs.write_clusters(
        conn,
        pd.concat(rows, ignore_index=True),
        pd.concat(members, ignore_index=True),
        pd.DataFrame(anchors, columns=["decision_id", "matched", "record"]),
    )


def _keys(curated: CuratedClusters, asked: Sequence[_Standing]) -> dict[int, str]:
    """Return the key of each cluster: its number, or the decision and part that made it."""
    topics = curated.topics
    return {
        int(number): f"d{asked[made_by].decision_id}-{part + 1}" if made_by >= 0 else f"c{number}"
        for number, made_by, part in zip(
            topics.index.to_numpy(), topics["made_by"], topics["part"], strict=True
        )
    }


def _parents(belongs: pd.Series, coarser: pd.Series) -> dict[str, str]:
    """Return the coarser cluster that holds most of each cluster, of equals the first by key."""
    counted = (
        pd.DataFrame({"own": belongs, "above": coarser.reindex(belongs.index)})
        .value_counts()
        .reset_index()
        .sort_values(["own", "count", "above"], ascending=[True, False, True])
        .drop_duplicates("own")
    )
    return dict(zip(counted["own"], counted["above"], strict=True))


def _rows(
    level: str,
    found: _Level,
    curated: CuratedClusters,
    keys: Mapping[int, str],
    parents: Mapping[str, str] | None,
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for number, topic in curated.topics.iterrows():
        sources = found.topics.loc[topic["merged"]]
        seeds = found.topics["topic"].reindex([int(str(number))])
        topic_named = "" if seeds.isna().all() else str(seeds.iloc[0])
        alone = len(sources) == 1 and topic["made_by"] < 0 and not topic_named
        rows.append(
            {
                "level": level,
                "cluster_key": keys[int(str(number))],
                "parent_key": None if parents is None else parents.get(keys[int(str(number))]),
                "words": " ".join(topic["words"]),
                "name": topic["name"] or topic_named,
                "size": int(topic["size"]),
                "stability": _or_none(sources["stability"].iloc[0]) if alone else None,
                "is_new": bool(len(sources)) and bool(sources["is_new"].all()),
                "first_day": min(sources["first_day"], default=None),
                "hidden": bool(topic["hidden"]),
                "pinned": bool(topic["pinned"]),
                "topic": topic_named,
                "sources": " ".join(map(str, topic["merged"])),
            }
        )
    return pd.DataFrame(rows, columns=list(CLUSTER_COLUMNS))


find = at_once(begin)

FINDER = Finder(
    cluster_tables.STEP,
    find,
    begin=begin,
    decided_by=(DecisionKind.CLUSTER, DecisionKind.TOPIC),
    rules=lambda: digest_of(*VECTOR_FILES) + shipped_digest(),
)
