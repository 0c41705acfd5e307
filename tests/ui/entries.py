"""Entries of four units, some of them poor, so that a test can count what is missing by itself."""

import datetime as dt
from pathlib import Path
from typing import Any

from jobs.refresh import derive
from queries.generations import GenerationStore
from tests.staging import batch, record

FULL: dict[str, Any] = {
    "complainant_masked": "李*",
    "phone_masked": "138****0000",
    "respondent_name": "某某健身有限公司",
    "respondent_address": "建设大道1号",
    "disputed_at": dt.datetime(2026, 3, 1, 12),
    "product_name": "健身卡",
    "consumed_yuan": 3000.0,
    "disputed_yuan": 3000.0,
    "requested_remedies": "refund",
    "narrative": "3月1日办理健身卡，充值3000元，商家停业后不退余额，多次联系均无人处理，有合同和付款截图，要求退款。",
}
UNITS = {"江岸区局": 0, "武昌区局": 1, "夷陵区局": 3}
"""Every fourth entry of a unit, so many times, is poor."""


def rows():
    found = []
    for unit, poor in UNITS.items():
        for number in range(24):
            at = f"2026-{3 - number % 2}-{1 + number:02}T10:00".replace("-3-", "-03-").replace(
                "-2-", "-02-"
            )
            fields = FULL | {"disputed_at": None} if number % 2 else dict(FULL)
            if number % 4 < poor:
                fields = {"narrative": "退钱"}
            county = "420506" if unit == "夷陵区局" else "420102"
            found.append(
                record(
                    f"{unit}-{number}", at, handling_unit=unit, channel="tel_12315",
                    city_code=f"{county[:4]}00", county_code=county, province_code="420000", **fields,
                )
            )  # fmt: skip
    small = FULL | {"narrative": FULL["narrative"].replace("3000", "800")}
    found.append(
        record("small", "2026-03-20T10:00", handling_unit="小所", county_code="420102", **small)
    )
    return found


ROWS = rows()


def plant(folder: Path) -> Path:
    """Write the warehouse into ``folder`` and return it."""
    with GenerationStore(folder).building() as building:
        building.stage(batch([dict.fromkeys(FULL) | row for row in ROWS]))
        building.merge()
        derive(building)
    return folder
