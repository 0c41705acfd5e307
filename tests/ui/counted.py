"""A warehouse whose every row follows from its number, so that a test can count by itself."""

import datetime as dt
from collections import Counter
from pathlib import Path

from jobs.refresh import derive
from queries.generations import GenerationStore
from tests.staging import batch, record

LAST_DAY = dt.date(2026, 3, 31)
DAYS = 400
COUNTIES = ("420102", "420106", "420506", "429004")
KINDS = ("complaint", "tipoff", "inquiry")
CHANNELS = ("tel_12315", "wx_mini", "odr")
ISSUES = ("C01-02", "C02-01", "C03-01", "C03-02")
PRODUCTS = ("G101-01", "G134-01", "S201-01")
TEXTS = ("商家拖延退款", "食品发霉", "手机无法开机")


def one(number):
    county = COUNTIES[number * 7 % 11 % 4]
    day = LAST_DAY - dt.timedelta(days=number * 13 % DAYS)
    return record(
        f"{number:06}",
        f"{day}T{number % 24:02}:30",
        kind=KINDS[number % 5 % 3],
        province_code="420000",
        city_code=county if county[2:4] == "90" else f"{county[:4]}00",
        county_code=county,
        channel=CHANNELS[number % 7 % 3],
        issue_type=ISSUES[number % 4][:3],
        issue_subtype=ISSUES[number % 4],
        product_kind=PRODUCTS[number % 3][:1],
        product_category=PRODUCTS[number % 3][:4],
        product=PRODUCTS[number % 3],
        operator_id=f"op-{number % 30}",
        respondent_name=f"第{number % 30}号商行",
        closed_at=dt.datetime.combine(day, dt.time(23, 59)) if number % 3 else None,
        narrative=TEXTS[number % 3],
    )


ROWS = [one(number) for number in range(1600)]


def within(days, *, until=LAST_DAY, **members):
    start = until - dt.timedelta(days=days - 1)
    return [
        row
        for row in ROWS
        if start <= row["registered_on"] <= until
        and all(row[name] == value for name, value in members.items())
    ]


def expected(rows, column):
    return {member: f"{count:,}" for member, count in Counter(r[column] for r in rows).items()}


def plant(folder: Path) -> Path:
    """Write the warehouse into ``folder`` and return it."""
    with GenerationStore(folder).building() as building:
        building.stage(batch(ROWS))
        building.merge()
        derive(building)
    return folder
