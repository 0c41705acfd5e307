"""Repeats and claimants in a refresh: what is left out, redone by days as from nothing, and overruled."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

import jobs.refresh
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.finders import repeats as finder
from jobs.refresh import refresh
from queries.cubes import CUBES, cube_table
from queries.decisions import Decision
from queries.deriving import COUNTED
from queries.findings import recount_days
from queries.generations import GenerationStore
from queries.repeat_tables import repeat_members, serial_claimants, serial_members
from queries.schema import dirty_days, submissions
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from queries.totals import fetch_totals
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from tests.repeated import ALL, APART, EXPECTED, MATTERS, REPEAT, SERIAL, filed, load

STEPS = (
    "operators", "repeats", "submission_words", "day", "month_unit", "leading_operators",
)  # fmt: skip
"""Of all steps those that matter here: a refresh of every step takes two seconds."""

COUNTING = {"day", "month_unit", "leading_operators"}


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    assert set(STEPS) <= set(jobs.refresh.STEPS)
    assert set(COUNTED) >= COUNTING
    monkeypatch.setattr(jobs.refresh, "STEPS", STEPS)


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def read(store, question):
    warehouse = open_current(f"duckdb:///{store.folder}")
    try:
        with warehouse.engine.connect() as conn:
            return question(conn)
    finally:
        warehouse.engine.dispose()


def reasons(store):
    """Return why submissions are left out, those counted not named."""
    column = submissions.c.exclusion_reason
    asked = sa.select(submissions.c.submission_id, column).where(column.is_not(None))
    return read(store, lambda conn: {row[0]: row[1] for row in conn.execute(asked)})


def counted(store, *, denoised):
    warehouse = open_current(f"duckdb:///{store.folder}")
    try:
        chosen = Selection(period=Period("all"), denoised=denoised)
        assert warehouse.fresh == set(STEPS)
        found = fetch_totals(warehouse, chosen, EVERYTHING, measures=("submissions",))
        return found.current["submissions"]
    finally:
        warehouse.engine.dispose()


def decisions(*told):
    """Return decisions: ``(kind, subject, verdict)`` each, oldest first."""
    by_kind: dict[DecisionKind, list[Decision]] = {}
    for number, (kind, subject, verdict) in enumerate(told):
        by_kind.setdefault(kind, []).append(
            Decision(number, kind, subject, verdict, {}, "", "张三", dt.datetime(2026, 4, 1))
        )
    return Decided({kind: tuple(each) for kind, each in by_kind.items()})


def about_submission(subject, verdict):
    return decisions((DecisionKind.SUBMISSION, subject, verdict))


def about_claimant(subject, verdict):
    return decisions((DecisionKind.CLAIMANT, subject, verdict))


def test_copies_and_serial_claims_are_left_out(store):
    load(store, ALL)
    refresh(store)
    assert reasons(store) == EXPECTED
    assert counted(store, denoised=False) == len(ALL)
    assert counted(store, denoised=True) == len(ALL) - len(EXPECTED)


def test_groups_and_claimants_are_kept_with_their_figures(store):
    load(store, ALL)
    refresh(store)
    members = sa.select(
        submissions.c.submission_id, repeat_members.c.kind, repeat_members.c.role
    ).join(repeat_members, repeat_members.c.submission_key == submissions.c.submission_key)
    kept = read(store, lambda conn: {tuple(row) for row in conn.execute(members)})
    assert kept == {
        ("s0001", "repeat", "kept"),
        ("s0002", "repeat", "copy"),
        ("s0003", "multichannel", "kept"),
        ("s0004", "multichannel", "copy"),
        *{(each["submission_id"], "frequent", "member") for each in SERIAL},
    }
    claimant = read(store, lambda conn: conn.execute(sa.select(serial_claimants)).mappings().one())
    assert (claimant["total"], claimant["burst_peak"], claimant["tier"]) == (6, 6, "suspected")
    assert (claimant["first_day"], claimant["last_day"]) == (
        dt.date(2026, 2, 1),
        dt.date(2026, 2, 21),
    )


def test_a_person_with_two_telephones_is_one_claimant_by_identity_number(store):
    halves = [
        {**each, "person_key": f"p{4 + n % 2}", "person_phone": f"1390000000{n % 2}",
         "person_id_number": "420106199001011234"}
        for n, each in enumerate(SERIAL)
    ]  # fmt: skip
    load(store, halves)
    refresh(store)
    assert set(reasons(store).values()) == {"serial_claim"}
    assert len(reasons(store)) == len(halves)


@pytest.mark.parametrize("records", [[], ALL[:1]], ids=["empty", "one row"])
def test_small_warehouses(store, records):
    load(store, records)
    refresh(store)
    if records:
        assert reasons(store) == {}
        assert counted(store, denoised=True) == len(records)


TABLES = (repeat_members, serial_claimants, serial_members)


def dump(store):
    def everything(conn):
        kept = {
            table.name: sorted(conn.execute(sa.select(table)).all(), key=repr)
            for table in (*TABLES, *[cube_table(name) for name in CUBES if name in STEPS])
        }
        return kept | {
            "days": conn.execute(sa.select(dirty_days)).all(),
            "recount": conn.execute(sa.select(recount_days)).all(),
        }

    return read(store, everything) | {"reasons": reasons(store)}


def some_records(seed, count, *, days=90):
    chance = random.Random(seed)
    found = []
    for number in range(count):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=chance.randrange(days))
        found.append(
            filed(
                1000 * seed + number,
                f"{day:%m-%d}",
                person=f"p{100 + chance.randrange(30)}",
                about=chance.randrange(len(MATTERS)),
                channel=chance.choice(["app", "tel_12315"]),
                kind=chance.choice(["complaint", "tipoff"]),
            )
        )
    return found


def test_days_redone_equal_all_made_anew(tmp_path):
    step_by_step, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    first = [*some_records(1, 150), *SERIAL[:4]]
    moved = [
        {**first[0], "person_key": "p129", "person_phone": "13800000129"},
        {**first[1], "narrative": "另一件事：停车场收费没有公示价格牌"},
        {**first[2], "registered_at": dt.datetime(2026, 3, 30, 9), "registered_on": dt.date(2026, 3, 30)},
    ]  # fmt: skip
    later = [
        *some_records(2, 12, days=6),
        *SERIAL[4:],
        *[{**each, "status": "closed", "status_rank": 90} for each in moved],
    ]
    load(step_by_step, first)
    refresh(step_by_step)
    load(step_by_step, later)
    steps = {each.name: each.days for each in refresh(step_by_step)}
    assert steps["repeats"] is not None
    load(at_once, first)
    load(at_once, later)
    refresh(at_once)
    assert dump(step_by_step) == dump(at_once)
    assert dump(at_once)["days"] == dump(at_once)["recount"] == []
    assert set(reasons(at_once).values()) == {"repeat", "multichannel", "serial_claim"}


def test_parts_of_the_persons_change_nothing(tmp_path, monkeypatch):
    whole, parts = (GenerationStore(tmp_path / name) for name in ("whole", "parts"))
    records = some_records(3, 150)
    load(whole, records)
    refresh(whole)
    monkeypatch.setattr(finder, "ROWS_AT_ONCE", 7)
    load(parts, records)
    refresh(parts)
    assert dump(whole) == dump(parts)


def test_a_new_day_that_makes_a_claimant_recounts_the_older_days_and_nothing_else(store):
    load(store, [*REPEAT, *APART, *SERIAL[:4], *some_records(5, 100)])
    refresh(store)
    assert "s0010" not in reasons(store)
    load(store, SERIAL[4:5])
    steps = {each.name: each.days for each in refresh(store)}
    assert reasons(store)["s0010"] == "serial_claim"
    assert steps["day"] == 5
    assert steps["submission_words"] == 1
    assert counted(store, denoised=True) == counted(store, denoised=False) - len(reasons(store))


@pytest.mark.parametrize(
    ("decided", "changed"),
    [
        pytest.param(about_submission("s0002", "counted"), {"s0002": None}, id="a copy counts"),
        pytest.param(
            about_submission("s0001", "excluded"), {"s0001": "decided"}, id="another does not"
        ),
        pytest.param(
            about_claimant("s0012", "dismissed"),
            {each["submission_id"]: None for each in SERIAL},
            id="no claimant",
        ),
        pytest.param(about_submission("nowhere", "excluded"), {}, id="unknown"),
    ],
)
def test_a_person_overrules_and_three_refreshes_with_new_data_keep_to_it(store, decided, changed):
    load(store, ALL)
    refresh(store)
    steps = {each.name for each in refresh(store, decided=decided)}
    assert steps == ({"repeats", *COUNTING} if changed else {"repeats"})
    expected = {name: reason for name, reason in (EXPECTED | changed).items() if reason is not None}
    assert reasons(store) == expected
    for number in range(3):
        load(store, [filed(100 + number, f"03-{10 + number}", person=f"p{50 + number}")])
        refresh(store, decided=decided)
        assert reasons(store) == expected
        assert counted(store, denoised=True) == len(ALL) + number + 1 - len(expected)
    assert refresh(store, decided=decided) == []
    refresh(store, decided=NOTHING_DECIDED)
    assert reasons(store) == EXPECTED


def test_a_confirmed_claimant_of_the_lowest_tier_is_left_out(store):
    watched = [
        filed(30 + n, f"{1 + n // 4:02}-{1 + 7 * (n % 4):02}", person="p7", about=n % 4,
              narrative=f"第{'甲乙丙丁戊己庚辛壬癸'[n]}件各不相同的事情，说的是{MATTERS[n % 4][n:]}",
              operator_id=f"x{n}")
        for n in range(10)
    ]  # fmt: skip
    load(store, watched)
    refresh(store)
    tiers = read(store, lambda conn: conn.scalars(sa.select(serial_claimants.c.tier)).all())
    assert tiers == ["watch"]
    assert "serial_claim" not in reasons(store).values()
    refresh(store, decided=about_claimant("s0035", "confirmed"))
    assert set(reasons(store)) >= {each["submission_id"] for each in watched}


def test_the_latest_word_about_a_claimant_holds(store):
    load(store, SERIAL)
    both = decisions(
        (DecisionKind.CLAIMANT, "s0010", "dismissed"), (DecisionKind.CLAIMANT, "s0011", "confirmed")
    )
    refresh(store, decided=both)
    assert set(reasons(store).values()) == {"serial_claim"}


def test_a_refresh_of_this_step_alone_leaves_counts_to_the_facts_until_the_rest_follows(store):
    load(store, ALL)
    refresh(store)
    refresh(store, only="repeats", decided=about_submission("s0002", "counted"))
    warehouse = open_current(f"duckdb:///{store.folder}")
    assert not COUNTING & warehouse.fresh
    warehouse.engine.dispose()
    assert {
        each.name for each in refresh(store, decided=about_submission("s0002", "counted"))
    } == COUNTING
    warehouse = open_current(f"duckdb:///{store.folder}")
    assert warehouse.fresh == set(STEPS)
    warehouse.engine.dispose()
