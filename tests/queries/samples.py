"""A small made-up warehouse, every column with gaps, and its plain rows to compute from."""

import contextlib
import dataclasses
import datetime as dt
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from queries.campaign_tables import campaign_hits
from queries.cluster_tables import cluster_members, cluster_runs
from queries.cubes import CUBES, derive_cube
from queries.deriving_rollups import derive_rollup
from queries.loading import raw_connection
from queries.rollups import ROLLUPS
from queries.schema import operators, submission_words, submissions, warehouse, words
from queries.tag_tables import submission_tags
from queries.warehouse import Warehouse

FIRST_DAY = dt.date(2025, 2, 10)
LAST_DAY = dt.date(2026, 3, 20)
ALL_DERIVED = frozenset(
    {*CUBES, *ROLLUPS, "submission_words", "submission_tags", "clusters", "campaigns"}
)

Row = Mapping[str, Any]

PLACES = [
    ("420000", "420100", "420102", "420102001", "bd-river"),
    ("420000", "420100", "420102", "420102002", None),
    ("420000", "420100", "420106", "420106001", "bd-lake"),
    ("420000", "420500", "420506", "420506001", None),
    ("420000", "429004", "429004", "429004001", None),
    ("420000", "420100", None, None, None),
    ("430000", "430100", "430102", "430102001", None),
    (None, None, None, None, None),
]
PRODUCTS = [
    ("G", "G134", "G134-01"),
    ("G", "G134", "G134-02"),
    ("G", "G2", None),
    ("S", "S01", "S01-01"),
    (None, None, None),
]
ISSUES = [("C01", "C01-01"), ("C01", "C01-02"), ("C02", "C02-01"), ("R05", None), (None, None)]
INDUSTRIES = [("A", "A01"), ("F", "F51"), ("F", "F52"), ("H", None), (None, None)]
CHANNELS = [("phone", "p12345"), ("internet", "app"), ("internet", "mini"), (None, None)]
NARRATIVES = [
    "商家拒绝退款",
    "打折50%后不退",
    "型号A_1有异味",
    r"路径C:\temp",
    "比例1/2不符，拒绝退款",
    "孩子烫伤住院",
    None,
]
WORDS = [f"词{number}" for number in range(40)]


def make_rows(seed: int, count: int) -> list[dict[str, object]]:
    chance = random.Random(seed)
    span = (LAST_DAY - FIRST_DAY).days
    rows = [_row(chance, number, chance.randrange(span + 1)) for number in range(count)]
    rows[0] |= _moment(dt.datetime.combine(FIRST_DAY, dt.time(0, 0, 0)))
    rows[-1] |= _moment(dt.datetime.combine(LAST_DAY, dt.time(23, 59, 59)))
    return sorted(rows, key=lambda row: (row["registered_at"], row["submission_key"]))


def _moment(at: dt.datetime) -> dict[str, object]:
    return {
        "registered_at": at,
        "registered_on": at.date(),
        "weekday": at.isoweekday(),
        "hour": at.hour,
    }


def _row(chance: random.Random, number: int, day: int) -> dict[str, object]:
    at = dt.datetime.combine(FIRST_DAY, dt.time()) + dt.timedelta(
        days=day, seconds=chance.choice([0, 86_399, chance.randrange(86_400)])
    )
    kind = chance.choices(["complaint", "tipoff", "inquiry"], [5, 2, 3])[0]
    place = chance.choices(PLACES, [8, 5, 5, 4, 2, 1, 2, 1])[0]
    channel_group, channel = chance.choice(CHANNELS)
    closed = chance.random() < 0.7
    late = dt.timedelta(days=chance.uniform(0.5, 60))
    maybe = lambda *values: chance.choice([None, *values])  # noqa: E731
    operator = maybe(*[f"OP{min(chance.randrange(60), chance.randrange(60)):02}" for _ in "123"])
    return {
        "given_tags": [(), ("runaway",), ("minor", "runaway"), ("minor",), ()][number * 7 % 5],
        "given_campaigns": [
            (), ("prepaid.closed",), ("prepaid.closed", "prepaid.refund", "own_1.all"), ("own_1.all",), ()
        ][number * 3 % 5],
        "given_clusters": [("c1", "c4"), ("c2", "c4"), (), ("c1", "d3-1")][number * 5 % 4],
        "submission_key": number + 1,
        "submission_id": f"S{number:06}",
        "source": "test",
        "kind": kind,
        "linked_id": None,
        **_moment(at),
        "channel": channel,
        "channel_group": channel_group,
        "complainant_masked": "张**",
        "phone_masked": "138****8000",
        "person_key": f"{chance.randrange(99):032x}",
        "operator_id": operator,
        "respondent_name": None if operator is None else f"店_{operator}",
        **dict(zip(("province_code", "city_code", "county_code", "street_code", "business_district"), place, strict=True)),
        **dict(zip(("industry_section", "industry"), chance.choice(INDUSTRIES), strict=True)),
        **dict(zip(("product_kind", "product_category", "product"), chance.choice(PRODUCTS), strict=True)),
        **dict(zip(("issue_type", "issue_subtype"), chance.choice(ISSUES), strict=True)),
        "product_name": maybe("羽绒服", "50%羊毛"),
        "disputed_yuan": maybe(0.0, round(chance.lognormvariate(5, 2), 2)),
        "recovered_yuan": maybe(round(chance.lognormvariate(4, 2), 2)),
        "fined_yuan": maybe(None, None, 5000.0),
        "confiscated_yuan": maybe(None, None, 12.5),
        "sale_mode": maybe("online", "store"),
        "is_online": maybe(True, False),
        "online_platform": maybe("P1", "P2"),
        "is_livestream": maybe(True, False),
        "is_prepaid": maybe(True, False),
        "title": maybe("退款", "质量"),
        "narrative": chance.choice(NARRATIVES),
        "handling_unit": maybe("一所", "二所", "三所"),
        "acceptance": maybe("accepted", "declined", "pending") if kind == "complaint" else None,
        "closed_at": at + late if closed else None,
        "status": "closed" if closed else chance.choice(["registered", "mediating"]),
        "mediation_result": maybe("agreement", "no_agreement"),
        "is_transferred_to_case": maybe(True, False),
        "is_case_opened": maybe(True, False),
        "satisfaction": maybe(1, 3, 5),
        "is_published": maybe(True, False),
        "is_odr": maybe(True, False),
        "odr_result": maybe("settled", "not_settled"),
        "first_check_on_time": maybe(0, 1),
        "closed_on_time": maybe(0, 1) if closed else None,
        "handling_days": late.total_seconds() / 86_400 if closed else None,
        "exclusion_reason": chance.choices([None, "repeat"], [9, 1])[0],
        "words": tuple(sorted(set(chance.choices(range(40), weights=range(40, 0, -1), k=4)))),
    }  # fmt: skip


@dataclasses.dataclass(frozen=True, eq=False)
class Sample:
    """A warehouse and the rows in it."""

    rows: Sequence[Row]
    warehouse: Warehouse

    def knowing(self, fresh: Iterable[str]) -> Warehouse:
        always = {"submission_words", "submission_tags", "clusters", "campaigns"}
        return dataclasses.replace(self.warehouse, fresh=frozenset(fresh) | always)


def make_anew_tags(engine: sa.Engine) -> None:
    for table in (submission_tags, cluster_members, cluster_runs, campaign_hits):
        table.drop(engine, checkfirst=True)
        table.create(engine)
    run = {
        "run_id": 1, "first_day": dt.date(2000, 1, 1), "last_day": dt.date(2099, 12, 31),
        "available": 0, "clustered": 0, "seed": 0, "next_number": 9, "topics": "{}",
        "made_at": dt.datetime(2026, 4, 1),
    }  # fmt: skip
    with engine.begin() as conn:
        conn.execute(cluster_runs.insert(), [run])


def create(engine: sa.Engine) -> None:
    warehouse.create_all(engine)
    make_anew_tags(engine)


def fill(engine: sa.Engine, rows: Sequence[Row]) -> None:
    facts: list[dict[str, Any]] = [
        {column.name: row.get(column.name) for column in submissions.c} for row in rows
    ]
    pairs = [
        {
            "submission_key": row["submission_key"],
            "registered_on": row["registered_on"],
            "word_id": word,
        }
        for row in rows
        for word in row.get("words", ())
    ]
    tags = [
        {name: row[name] for name in ("submission_key", "registered_on")} | {"tag": tag}
        for row in rows
        for tag in row.get("given_tags", ())
    ]
    members = [
        {name: row[name] for name in ("submission_key", "registered_on")}
        | {"level": level, "number": 1, "cluster_key": key, "distance": 0.5, "deviation": None}
        for row in rows
        for level, key in zip(("coarse", "fine"), row.get("given_clusters", ()), strict=False)
    ]
    hits = [
        {name: row[name] for name in ("submission_key", "registered_on")}
        | dict(zip(("campaign", "topic"), each.split("."), strict=True))
        for row in rows
        for each in row.get("given_campaigns", ())
    ]
    with engine.begin() as conn:
        for table, batch in (
            (submissions, facts),
            (submission_words, pairs),
            (submission_tags, tags),
            (cluster_members, members),
            (campaign_hits, hits),
        ):
            if batch and engine.dialect.name == "duckdb":
                _fill_at_once(conn, table, batch)
            elif batch:
                conn.execute(table.insert(), batch)


def _fill_at_once(conn: sa.Connection, table: sa.Table, batch: list[dict[str, Any]]) -> None:
    names = [column.name for column in table.c]
    raw = raw_connection(conn)
    raw.register("batch", pa.Table.from_pylist(batch))
    source = sa.table("batch", *[sa.column(name) for name in names])
    conn.execute(table.insert().from_select(names, sa.select(*source.c)))
    raw.unregister("batch")


def fill_names(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        conn.execute(
            words.insert(),
            [{"word_id": number, "word": word} for number, word in enumerate(WORDS)],
        )
        conn.execute(
            operators.insert(),
            [{"operator_id": f"OP{n:02}", "name": f"第{n}店"} for n in range(60) if n != 7],
        )


def derive_all(engine: sa.Engine, days: Sequence[dt.date] | None = None) -> None:
    with engine.begin() as conn:
        for name in CUBES:
            derive_cube(conn, name, days=days)
        for name in ROLLUPS:
            derive_rollup(conn, name, days=days)


@contextlib.contextmanager
def few_leading_members(
    number: int, *, foremost: int | None = None, of_each: int = 0, burst: int = 0
) -> Iterator[None]:
    """Keep so few members in rollups that their bounds matter, of those for long periods fewer.

    ``of_each`` and ``burst`` are for the rollups that have them.
    """
    kept = dict(ROLLUPS)
    for name, rollup in kept.items():
        if rollup.leading is not None:
            leading = foremost if rollup.least_days else None
            ROLLUPS[name] = dataclasses.replace(
                rollup,
                leading=leading or number,
                of_each=of_each if rollup.of_each else 0,
                burst=burst if rollup.burst else 0,
            )
    try:
        yield
    finally:
        ROLLUPS.update(kept)


def open_sample(engine: sa.Engine, rows: Sequence[Row]) -> Sample:
    days = [row["registered_on"] for row in rows]
    opened = Warehouse(
        engine=engine,
        generation="test",
        first_day=min(days),
        last_day=max(days),
        imported_at=None,
        submissions=len(rows),
        synthetic=True,
        fresh=ALL_DERIVED,
    )
    return Sample(rows, opened)
