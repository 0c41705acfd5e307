"""A warehouse of few rows in which each source points at an operator of its own."""

import sqlalchemy as sa

from jobs.decided import NOTHING_DECIDED
from jobs.refresh import derive
from queries.cluster_tables import CLUSTER_TABLES, cluster_members, clusters
from queries.generations import GenerationStore
from queries.lead_candidate_tables import CANDIDATE_TABLES, STEP
from queries.schema import submissions
from queries.warehouse import open_current
from tests.finders.operator_files import complaint, day, event, load, registered

RISK, CAMPAIGN, CLUSTER, SHARED, GROUP, TIPOFF, GRAVE = (
    "risk", "campaign", "cluster", "shared", "group", "tipoff", "grave",
)  # fmt: skip
BIG = "big"
"""Complained about in the mix of everybody."""

SOURCE_OF = {
    RISK: "risk", CAMPAIGN: "campaign", CLUSTER: "cluster", SHARED: "shared_matter",
    GROUP: "group", TIPOFF: "tipoff", GRAVE: "tipoff",
}  # fmt: skip
ELSEWHERE = {"city_code": "420500", "county_code": "420506"}
STEPS = ("operators", "shared_matters", "submission_tags", "campaigns", "scores")
MIX = ("C17-01", "C12-01", "C13-01", "C08-01", "C02-02", "C05-01", "C14-01", "C04-01")
TOPIC = "iron_fist.short_weight"


def about(issue, **fields):
    return {"issue_type": issue[:3], "issue_subtype": issue, **fields}


def records():
    filler = [
        complaint(f"f{n}", f"f{n}", n % 170, **about(MIX[n % len(MIX)]), **ELSEWHERE)
        for n in range(120)
    ]
    big = [
        complaint(f"b{n}", BIG, n % 170, **about(MIX[n % len(MIX)]), kind="tipoff",
                  narrative="缺斤短两" if n % 8 == 3 else None)
        for n in range(48)
    ]  # fmt: skip
    return [
        *filler,
        *big,
        complaint("r1", RISK, 100, **about("C08-01"), disputed_yuan=5000.0, disputed_at=None),
        *[complaint(f"c{n}", CAMPAIGN, 10 * n, narrative="买菜缺斤短两，有发票",
                    disputed_yuan=20.0) for n in range(5)],
        *[complaint(f"k{n}", CLUSTER, 20 * n, **about("C05-01")) for n in range(5)],
        *[complaint(f"s{n}", SHARED, n, **about("C04-02"), county_code=f"42010{n + 2}")
          for n in range(3)],
        *[complaint(f"g{n}", GROUP, n % 5, **about("C09-01"), disputed_yuan=10.0)
          for n in range(30)],
        *[complaint(f"t{n}", TIPOFF, 15 * n, **about("R08-01"), kind="tipoff") for n in range(3)],
        complaint("x1", GRAVE, 80, **about("R11-01"), kind="tipoff"),
        complaint("late", RISK, 180, **about("C08-01")),
        complaint("asked", RISK, 5, **about("C08-01"), kind="inquiry"),
    ]  # fmt: skip


def events():
    return [
        event(RISK, "serious_list", 10),
        event(RISK, "penalty", 30, severity="fine", amount_yuan=2e4),
        event(TIPOFF, "sampling", 30, outcome="unqualified", count=1),
    ]


def register():
    return [
        registered(RISK, name="列名商行", address="列名路1号"),
        registered(TIPOFF, status="revoked", status_on=day(300)),
        registered(GROUP),
    ]


def add_clusters(conn):
    for table in CLUSTER_TABLES:
        table.create(conn, checkfirst=True)
    plain = {
        "level": "fine", "parent_key": None, "words": "虚假 宣传", "name": "", "stability": None,
        "is_new": True, "first_day": None, "hidden": False, "pinned": False, "topic": "",
        "sources": "",
    }  # fmt: skip
    conn.execute(clusters.insert(), [{**plain, "cluster_key": "c1", "size": 20}])
    keys = conn.execute(
        sa.select(submissions.c.submission_key, submissions.c.registered_on).where(
            submissions.c.operator_id == CLUSTER
        )
    ).all()
    conn.execute(
        cluster_members.insert(),
        [
            {"level": "fine", "submission_key": key, "registered_on": on, "number": 1,
             "cluster_key": "c1", "distance": 0.1, "deviation": None}
            for key, on in keys
        ],
    )  # fmt: skip


def mark(store: GenerationStore, number: str, reason: str | None, **fields):
    """Write why a submission is left out of counts, as the finder of repeats does."""
    with store.building() as building, building.engine.begin() as conn:
        own = submissions.c.submission_id == f"s{number}"
        conn.execute(submissions.update().where(own).values(exclusion_reason=reason, **fields))
        building.changed = True


def find(store: GenerationStore, *, steps=STEPS, clusters_too=True, decided=NOTHING_DECIDED):
    """Derive what candidates rest on, and them, in one generation."""
    with store.building() as building:
        for step in steps:
            derive(building, only=step, decided=decided)
        if clusters_too:
            with building.engine.begin() as conn:
                add_clusters(conn)
        return derive(building, only=STEP, decided=decided)


def planted(store: GenerationStore):
    load(store, records(), register(), events())
    find(store)
    return opened(store)


def opened(store: GenerationStore):
    return open_current(f"duckdb:///{store.folder}")


def dump(warehouse):
    """Return all that is stored of candidates."""
    with warehouse.engine.connect() as conn:
        return {
            table.name: sorted(map(tuple, conn.execute(sa.select(table)).all()), key=repr)
            for table in CANDIDATE_TABLES
        }
