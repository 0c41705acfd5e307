"""A small warehouse with known figures, two cities apart, and what the public might write."""

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from jobs.refresh import derive
from queries.generations import GenerationStore
from queries.schema import words
from queries.vocabulary import Status
from tests.staging import batch, record

LAST_DAY = dt.date(2026, 3, 31)

SECRET = "YICHANGONLY"
"""Stands in every text of Yichang's submissions, and nowhere else."""

PICTURE = "<img src=x onerror=window.broken=1>"
SCRIPT = "</script><script>window.broken=1</script>"
CODE = "--x_x--0_0--window.broken=1--x_x--0_0--"
MARKDOWN = "![x](http://elsewhere.example/x.png) [y](javascript:window.broken=1) $x$ :red[z]"

WUHAN_NOW, WUHAN_BEFORE, WUHAN_LAST_YEAR = 6, 4, 3
YICHANG_NOW, YICHANG_BEFORE = 4, 8
"""Complaints in the 30 days to `LAST_DAY`, in the 30 days before, and a year earlier."""


PLAIN: dict[str, Any] = {
    "issue_type": "C03",
    "issue_subtype": "C03-01",
    "disputed_yuan": 100.0,
}


def complaint(number: int, day: dt.date, *, county: str, **fields: Any) -> dict[str, object]:
    return record(
        f"{county}{number:05}",
        f"{day}T10:00",
        status=Status.ACCEPTED,
        province_code="420000",
        city_code=f"{county[:4]}00",
        county_code=county,
        channel="tel_12315",
        channel_group="phone",
        acceptance="accepted",
        product_kind="G",
        product_category="G134",
        product="G134-01",
        complainant_masked="张**",
        phone_masked="138****8000",
        **(PLAIN | fields),
    )


def wuhan(number: int, day: dt.date, **fields: object) -> dict[str, object]:
    plain: dict[str, Any] = {
        "operator_id": "op-wuhan",
        "respondent_name": f"江城商行{PICTURE}",
        "industry_section": "F",
        "industry": "F52",
        "title": f"退款{CODE}",
        "narrative": f"购买手机后商家拖延退款 {PICTURE} {SCRIPT} {CODE} {MARKDOWN}",
        "handling_unit": f"武昌区局{SCRIPT}",
        "online_platform": f"某平台{CODE}",
        "product_name": PICTURE,
        "brand": SCRIPT,
    }
    return complaint(number, day, county="420106", **plain | fields)


def yichang(number: int, day: dt.date, **fields: object) -> dict[str, object]:
    plain: dict[str, Any] = {
        "operator_id": f"op-{SECRET}",
        "respondent_name": f"{SECRET}商行",
        "industry_section": "H",
        "industry": "H62",
        "title": SECRET,
        "narrative": f"{SECRET} 在餐馆用餐后腹泻住院",
        "handling_unit": f"{SECRET}市场监督管理局",
        "online_platform": SECRET,
        "product_name": SECRET,
        "brand": SECRET,
        "business_district": SECRET,
    }
    return complaint(number, day, county="420506", **plain | fields)


def rows() -> list[dict[str, object]]:
    now, before = LAST_DAY, LAST_DAY - dt.timedelta(days=30)
    last_year = dt.date(LAST_DAY.year - 1, LAST_DAY.month, LAST_DAY.day)
    planted = [wuhan(0, now, disputed_yuan=1_234_567.0)]
    planted += [wuhan(n, now - dt.timedelta(days=n)) for n in range(1, WUHAN_NOW)]
    planted += [wuhan(100 + n, before) for n in range(WUHAN_BEFORE)]
    planted += [wuhan(200 + n, last_year) for n in range(WUHAN_LAST_YEAR)]
    planted += [yichang(n, now) for n in range(YICHANG_NOW)]
    planted += [yichang(100 + n, before) for n in range(YICHANG_BEFORE)]
    planted += [
        wuhan(300 + n, day, kind="inquiry", issue_type="Q01", issue_subtype=None)
        for n, day in enumerate((dt.date(2025, 1, 1), dt.date(2025, 6, 1)))
    ]
    return planted


def plant(folder: Path) -> Path:
    """Write the warehouse into ``folder`` and return it; two of its words are attacks."""
    with GenerationStore(folder).building() as building:
        building.stage(batch(rows()))
        building.merge(synthetic=True)
        derive(building)
        with building.engine.begin() as conn:
            for word, attack in (("拖延退款", PICTURE), ("手机", CODE)):
                conn.execute(sa.update(words).where(words.c.word == word).values(word=attack))
            known = conn.scalars(sa.select(words.c.word)).all()
            assert {PICTURE, CODE} <= set(known), known
    return folder
