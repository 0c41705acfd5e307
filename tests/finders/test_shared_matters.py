"""What many persons share, in a refresh: one operator and problem, one event, one letter."""

import datetime as dt
import itertools

import pandas as pd
import pytest
import sqlalchemy as sa

import jobs.refresh
from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.repeat_tables import shared_matters, shared_members
from queries.schema import submissions
from queries.warehouse import open_current
from tests.repeated import filed, load

LETTER = (
    "我们是幸福小区的业主，物业公司擅自涨价并且多次停用电梯，公共收益从未公示，"
    "强烈要求有关部门查处并责令退还多收的物业费，业主代表第{}号"
)
NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅"

LETTERS = [
    filed(100 + n, f"03-{1 + n:02}", person=f"p{100 + n}", about=1, operator_id=f"wy{n}",
          narrative=LETTER.format(NAMES[n]))
    for n in range(12)
]  # fmt: skip
OTHERS = [
    filed(600 + n, f"03-{1 + n % 28:02}", person=f"p{600 + n}", about=n % 4, operator_id=None,
          narrative=f"{shop}购买的{goods}{fault}")
    for n, (shop, goods, fault) in enumerate(
        itertools.product(
            ["网上", "商场", "专卖店", "批发市场"],
            ["手机", "空调", "皮鞋", "面包", "轮胎"],
            ["开裂", "过期", "不能使用", "与宣传不符"],
        )
    )
]  # fmt: skip
TOGETHER = [filed(200 + n, f"03-{10 + n:02}", person=f"p{200 + n}", about=2) for n in range(3)]
TWO = [filed(300 + n, "03-10", person=f"p{300 + n}", about=0) for n in range(2)]
LONG_AGO = [
    {
        **filed(400 + n, "03-10", person=f"p{400 + n}", about=3),
        "registered_at": dt.datetime(2024, 3, 1, 10),
        "registered_on": dt.date(2024, 3, 1),
    }
    for n in range(3)
]


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    steps = ("operators", "repeats", "submission_words", "shared_matters")
    monkeypatch.setattr(jobs.refresh, "STEPS", steps)


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def groups(store):
    """Return the numbers of the submissions of every group, by kind; and the matters."""
    warehouse = open_current(f"duckdb:///{store.folder}")
    asked = sa.select(
        shared_members.c.kind, shared_members.c.group_key, submissions.c.submission_id
    ).join(submissions, submissions.c.submission_key == shared_members.c.submission_key)
    with warehouse.engine.connect() as conn:
        members = pd.read_sql(asked, conn)
        matters = pd.read_sql(sa.select(shared_matters), conn)
    warehouse.engine.dispose()
    found: dict[str, list[set[str]]] = {}
    for (kind, _), part in members.groupby(["kind", "group_key"]):
        found.setdefault(str(kind), []).append(set(part["submission_id"]))
    return found, matters


def ids(records):
    return {each["submission_id"] for each in records}


def test_groups_by_kind(store):
    load(store, [*LETTERS, *OTHERS, *TOGETHER, *TWO, *LONG_AGO])
    refresh(store)
    found, matters = groups(store)
    assert found["many_persons"] == [ids(TOGETHER)]
    assert found["letter"] == [ids(LETTERS)]
    assert ids(LETTERS) in found["same_issue"]
    letter = matters[matters["kind"] == "letter"].iloc[0]
    assert (letter["size"], letter["persons"]) == (12, 12)
    assert any(word in letter["label"] for word in ("物业", "电梯", "业主", "公示"))


def test_the_outcome_is_that_of_the_facts_however_they_came(tmp_path):
    steps, once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    load(steps, [*LETTERS[:9], *TOGETHER[:2]])
    refresh(steps)
    assert "letter" not in groups(steps)[0]
    load(steps, [*LETTERS[9:], *TOGETHER[2:], *TWO])
    refresh(steps)
    load(once, [*LETTERS, *TOGETHER, *TWO])
    refresh(once)
    by_kind = {kind: sorted(map(sorted, parts)) for kind, parts in groups(steps)[0].items()}
    assert by_kind == {kind: sorted(map(sorted, parts)) for kind, parts in groups(once)[0].items()}


@pytest.mark.parametrize("records", [[], TWO[:1]], ids=["empty", "one row"])
def test_small_warehouses(store, records):
    load(store, records)
    refresh(store)
    if records:
        assert groups(store)[0] == {}


def test_texts_alike_all_over_the_province_are_no_event(store):
    spread = [
        {**each, "county_code": f"4201{n:02}", "city_code": None} for n, each in enumerate(LETTERS)
    ]
    load(store, [*spread, *OTHERS])
    refresh(store)
    assert not any(ids(LETTERS) & group for group in groups(store)[0].get("same_issue", []))
