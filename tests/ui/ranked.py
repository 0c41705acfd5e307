"""A warehouse for rankings: steady members, one that surges, one that vanished, one without a past."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from jobs.refresh import derive
from queries.generations import GenerationStore
from tests.staging import batch, record
from tests.ui import counted

LAST_DAY = counted.LAST_DAY
INDUSTRIES = ("F52", "H62", "I64", "O80")
SURGE, GONE, NEW = "op-surge", "op-gone", "op-new"
WUHAN, YICHANG = "420100", "420500"


def _extra(number: int, day: dt.date, **fields: Any) -> dict[str, object]:
    plain: dict[str, Any] = {
        "province_code": "420000",
        "city_code": WUHAN,
        "county_code": "420106",
        "channel": "tel_12315",
        "issue_type": "C03",
        "issue_subtype": "C03-01",
        "product_kind": "G",
        "product_category": "G101",
        "product": "G101-01",
        "industry_section": "F",
        "industry": "F52",
        "narrative": "商家拖延退款",
    }
    return record(f"x{number:05}", f"{day}T09:00", **plain | fields)


def _back(days: int) -> dt.date:
    return LAST_DAY - dt.timedelta(days=days)


ROWS = [
    row | {"industry": code, "industry_section": code[:1]}
    for number, row in enumerate(counted.ROWS)
    for code in [INDUSTRIES[number * 5 % 7 % 4]]
]
ROWS += [
    _extra(
        n,
        _back(n % 30),
        operator_id=SURGE,
        respondent_name="突增商行",
        industry="H62",
        industry_section="H",
    )
    for n in range(40)
]
ROWS += [
    _extra(
        100 + n,
        _back(30 + n),
        operator_id=SURGE,
        respondent_name="突增商行",
        industry="H62",
        industry_section="H",
    )
    for n in range(4)
]
ROWS += [
    _extra(200 + n, _back(30 + n % 30), operator_id=GONE, respondent_name="歇业商行")
    for n in range(25)
]
ROWS += [
    _extra(
        300 + n, _back(n), operator_id=NEW, respondent_name="新店商行",
        city_code=YICHANG, county_code="420506", issue_type="C02", issue_subtype="C02-01",
    )
    for n in range(12)
]  # fmt: skip

TABLE = pd.DataFrame(ROWS)


def within(days: int, *, until: dt.date = LAST_DAY, **members: Any) -> pd.DataFrame:
    """Return the rows of so many days up to ``until`` that have these values."""
    start = until - dt.timedelta(days=days - 1)
    kept = TABLE["registered_on"].between(start, until)
    for name, value in members.items():
        kept &= TABLE[name] == value
    return TABLE[kept]


def standings(days: int, column: str, **members: Any) -> pd.DataFrame:
    """Count members over so many days and the days before, largest first, ties by code."""
    now = within(days, **members)[column].value_counts()
    before = within(days, until=_back(days), **members)[column].value_counts()
    found = pd.DataFrame({"now": now, "before": before}).fillna(0).astype(int)
    found["change"] = found["now"] - found["before"]
    found["rank"] = found["now"].rank(ascending=False, method="min").astype(int)
    found["was"] = found["before"].rank(ascending=False, method="min").astype(int)
    return (
        found.rename_axis("code")
        .reset_index()
        .sort_values(["now", "code"], ascending=[False, True])
    )


def plant(folder: Path) -> Path:
    """Write the warehouse into ``folder`` and return it."""
    with GenerationStore(folder).building() as building:
        building.stage(batch(ROWS))
        building.merge()
        derive(building)
    return folder
