"""Tags: rules of the file and of people, given to submissions day by day."""

import collections
import datetime as dt
import random

import pytest
import sqlalchemy as sa

from analytics.tag_definitions import InvalidTagsError
from analytics.tags_in_force import own_code
from jobs import tag_rules as tag_files
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.finders import tags as finder
from jobs.refresh import refresh
from jobs.tag_rules import tags
from queries.decisions import Decision
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.tag_tables import submission_tags, tag_months, tag_rules
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from tests.staging import batch, record

STEP = "submission_tags"
TEXTS = [
    "健身房老板跑路，预付卡余额不退",
    "要求退款，商家不予退款",
    "直播间购买的羽绒服掉毛",
    "所幸未受伤",
    "来电咨询营业时间",
    None,
    "",
]
OWN = own_code("羽绒服")


def records(seed, count, *, days=40):
    chance = random.Random(seed)
    return [
        record(
            f"{seed}-{number}",
            str(dt.datetime(2026, 1, 1, 9) + dt.timedelta(days=chance.randrange(days))),
            narrative=chance.choice(TEXTS),
            title=chance.choice([None, "掉毛"]),
        )
        for number in range(count)
    ]


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def found(store):
    """Return (submission id, tag) pairs, and the tags in the books."""
    opened = open_current(f"duckdb:///{store.folder}")
    pairs = sa.select(submissions.c.submission_id, submission_tags.c.tag).join(
        submissions,
        sa.and_(
            submissions.c.submission_key == submission_tags.c.submission_key,
            submissions.c.registered_on == submission_tags.c.registered_on,
        ),
    )
    with opened.engine.connect() as conn:
        rows = sorted(tuple(row) for row in conn.execute(pairs))
        stored = conn.scalar(sa.select(sa.func.count()).select_from(submission_tags))
        known = {row.tag: row.name for row in conn.execute(sa.select(tag_rules))}
        summed = sa.select(tag_months.c.tag, sa.func.sum(tag_months.c.submissions)).group_by("tag")
        by_month = {tag: int(number) for tag, number in conn.execute(summed)}
    assert STEP in opened.fresh
    opened.engine.dispose()
    counted = collections.Counter(tag for _, tag in rows)
    assert by_month == counted | ({"": len({each for each, _ in rows})} if rows else {})
    assert len(set(rows)) == len(rows) == stored
    return rows, known


def decided(*verdicts):
    return Decided(
        {
            DecisionKind.TAG_RULE: tuple(
                Decision(
                    number, DecisionKind.TAG_RULE, code, verdict, details, "", "甲", dt.datetime(2026, 1, 1),
                )
                for number, (code, verdict, details) in enumerate(verdicts, start=1)
            )
        }
    )  # fmt: skip


def in_force(code, name, rule, **more):
    return (code, "in_force", {"name": name, "description": "试", "rule": rule} | more)


def test_each_submission_gets_the_tags_whose_rules_hold(store):
    load(store, records(1, 60))
    refresh(store, only=STEP)
    pairs, known = found(store)
    assert list(known) == [tag.code for tag in tags()]
    rows = {row["submission_id"]: row for row in records(1, 60)}
    for code, word in (("runaway", "跑路"), ("livestream", "直播间"), ("injury", "受伤")):
        having = {each for each, tag in pairs if tag == code}
        # 未受伤 is denied, and that rule is guarded.
        wanted = {n for n, row in rows.items() if word in (row["narrative"] or "")}
        assert having == (set() if code == "injury" else wanted)
        assert wanted


def test_the_title_is_searched_too(store):
    load(store, records(1, 60))
    refresh(store, only=STEP, decided=decided(in_force(OWN, "羽绒服", "掉毛 NOT 直播间")))
    having = {each for each, tag in found(store)[0] if tag == OWN}
    rows = records(1, 60)
    assert having == {
        row["submission_id"]
        for row in rows
        if row["title"] and "直播间" not in (row["narrative"] or "")
    }


def test_days_redone_equal_all_made_anew(tmp_path):
    step_by_step, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    first, later = records(1, 120), records(2, 4, days=2)
    again = record(first[0]["submission_id"], "2026-01-02 09:00", narrative=TEXTS[0])
    moved = {**again, "as_of": dt.datetime(2026, 2, 1)}
    load(step_by_step, first)
    refresh(step_by_step, only=STEP)
    load(step_by_step, [*later, moved])
    (result,) = refresh(step_by_step, only=STEP)
    assert 2 <= (result.days or 0) <= 4
    load(at_once, first)
    load(at_once, [*later, moved])
    refresh(at_once, only=STEP)
    assert found(step_by_step) == found(at_once)


def test_only_the_rule_that_changed_is_searched_again(store, monkeypatch):
    load(store, records(1, 60))
    refresh(store, only=STEP)
    before = found(store)[0]
    searched = []
    given = finder._tag

    def noted(conn, wanted, days):
        searched.append((wanted, days))
        given(conn, wanted, days)

    monkeypatch.setattr(finder, "_tag", noted)
    changed = decided(in_force("runaway", "跑路", "羽绒服"), (tags()[-1].code, "off", {}))
    refresh(store, decided=changed, only=STEP)
    assert [([tag.code for tag in wanted], days) for wanted, days in searched] == [
        (["runaway"], None)
    ]
    pairs, known = found(store)
    assert known["runaway"] == "跑路"
    assert tags()[-1].code not in known
    rows = {row["submission_id"]: row["narrative"] or "" for row in records(1, 60)}
    assert {each for each, tag in pairs if tag == "runaway"} == {
        each for each, text in rows.items() if "羽绒服" in text
    }
    untouched = {"runaway", tags()[-1].code}
    assert [each for each in pairs if each[1] not in untouched] == [
        each for each in before if each[1] not in untouched
    ]


def test_a_new_name_searches_nothing(store, monkeypatch):
    load(store, records(1, 30))
    refresh(store, only=STEP)
    before = found(store)[0]
    monkeypatch.setattr(finder, "_tag", lambda *_: pytest.fail("searched"))
    shipped = {tag.code: tag for tag in tags()}["runaway"]
    renamed = in_force("runaway", "关店跑路", shipped.rule, guarded=shipped.guarded)
    refresh(store, decided=decided(renamed), only=STEP)
    assert found(store) == (
        before,
        {tag.code: tag.name for tag in tags()} | {"runaway": "关店跑路"},
    )


def test_decisions_survive_three_refreshes_with_new_data(store):
    said = decided(in_force(OWN, "羽绒服", "羽绒服"), ("livestream", "off", {}))
    everything = []
    for seed in (1, 2, 3):
        load(store, records(seed, 40))
        everything += records(seed, 40)
        refresh(store, decided=said, only=STEP)
        pairs, known = found(store)
        assert OWN in known
        assert "livestream" not in known
        assert {each for each, tag in pairs if tag == OWN} == {
            row["submission_id"] for row in everything if "羽绒服" in (row["narrative"] or "")
        }
    assert refresh(store, decided=said, only=STEP) == []
    refresh(store, decided=NOTHING_DECIDED, only=STEP)
    assert set(found(store)[1]) == {tag.code for tag in tags()}


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_one(store, count):
    load(store, records(1, count))
    refresh(store, only=STEP)
    pairs, known = found(store)
    assert len(known) == len(tags())
    assert len({each for each, _ in pairs}) <= count


@pytest.mark.parametrize(
    ("decision", "error"),
    [
        (in_force(OWN, "羽", "羽绒服"), InvalidTagsError),
        ((OWN, "maybe", {}), ValueError),
    ],
)
def test_what_cannot_be_used_is_an_error_and_leaves_the_generation(store, decision, error):
    load(store, records(1, 5))
    refresh(store, only=STEP)
    before = store.current()
    with pytest.raises(error, match="own_"):
        refresh(store, decided=decided(decision), only=STEP)
    assert store.current() == before


def test_a_rule_that_cannot_be_read_is_left_out_and_told_and_the_rest_goes_on(store):
    load(store, records(1, 60))
    said = decided(
        in_force(OWN, "羽绒服", "羽绒服 掉毛"),
        in_force("runaway", "关门跑路", "(跑路"),
        in_force("own_2", "掉毛", "掉毛"),
    )
    (result,) = refresh(store, decided=said, only=STEP)
    assert [each.partition(": ")[0] for each in result.left_out] == [
        "rule of tag 'runaway' (关门跑路) left out",
        f"rule of tag '{OWN}' (羽绒服) left out",
    ]
    assert "expected an operator or the end (no_operator)" in result.left_out[1]
    pairs, known = found(store)
    assert set(known) == ({tag.code for tag in tags()} | {"own_2"}) - {"runaway"}
    rows = {row["submission_id"]: row for row in records(1, 60)}
    assert {each for each, tag in pairs if tag == "own_2"} == {
        each
        for each, row in rows.items()
        if "掉毛" in (row["narrative"] or "") + (row["title"] or "")
    }
    assert refresh(store, decided=said, only=STEP) == []
    load(store, records(2, 4, days=2))
    (result,) = refresh(store, decided=said, only=STEP)
    assert len(result.left_out) == 2
    mended = decided(in_force(OWN, "羽绒服", "羽绒服"))
    (result,) = refresh(store, decided=mended, only=STEP)
    assert result.left_out == ()
    assert {OWN, "runaway"} <= set(found(store)[1])


def test_many_batches_give_what_one_gives(store, monkeypatch):
    load(store, records(1, 60))
    refresh(store, only=STEP)
    before = found(store)
    monkeypatch.setattr("queries.tags.TEXTS_PER_BATCH", 10)
    monkeypatch.setattr("jobs.spreading.PARALLEL_FROM", 10_000)
    refresh(store, only=STEP, since=dt.date(2026, 1, 1))
    assert found(store) == before


def test_another_file_of_rules_is_noticed_without_new_data(store, monkeypatch, tmp_path):
    load(store, records(1, 30))
    refresh(store, only=STEP)
    assert refresh(store, only=STEP) == []
    other = tmp_path / "tags.yaml"
    text = tag_files.TAGS_FILE.read_text(encoding="utf-8")
    other.write_text(text.replace("name: 直播带货", "name: 直播购物"), encoding="utf-8")
    monkeypatch.setattr(tag_files, "TAGS_FILE", other)
    monkeypatch.setattr(tag_files, "tags", lambda: tags(other))
    (result,) = refresh(store, only=STEP)
    assert result.days is None
    assert found(store)[1]["livestream"] == "直播购物"
    assert refresh(store, only=STEP) == []
