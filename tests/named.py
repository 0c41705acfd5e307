"""Submissions that name operators in several ways, in two counties that must not see each other."""

from pathlib import Path
from typing import Any

import jobs.refresh
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.importing.operators import operator_id
from queries.generations import GenerationStore
from tests.staging import batch, record

COUNTY, OTHER = "420106", "420506"
CODE = "92420106DM0000001Y"
SECRET = "远安秘密"
"""Begins every name of the other county, and none elsewhere."""

SAID = (
    ("s1", "武昌区和达之家私房菜馆", CODE, "湖北省武汉市武昌区东湖路9号"),
    ("s2", "和达之家私房菜馆", None, None),
    ("s3", "和大之家私房菜馆", None, "东湖路9号"),
    ("s4", "武汉麦轩时装有限公司", None, "武汉市武昌区中山路3号"),
    ("s5", "麦轩羽绒服专卖店", None, "中山路3号"),
    ("s6", "别家面馆", None, None),
    ("s7", "嘉盛便利店", None, "中北路1号"),
    ("s8", "嘉盛超市", None, "徐东大街77号"),
)

ELSEWHERE = (
    ("e1", f"{SECRET}便利店", None, "解放路1号"),
    ("e2", f"{SECRET}超市", None, "沿江大道77号"),
    ("e3", f"{SECRET}一号面馆有限公司", None, None),
    ("e4", f"{SECRET}一号面馆", None, None),
)


def said(
    number: str,
    name: str | None,
    uscc: str | None = None,
    address: str | None = None,
    *,
    day: int = 1,
    county: str | None = COUNTY,
    **fields: Any,
) -> dict[str, object]:
    """Return a submission of January 2026 as an import would have it."""
    return record(
        number,
        f"2026-01-{day:02d}T10:00",
        **{
            "respondent_name": name,
            "uscc": uscc,
            "respondent_address": address,
            "province_code": "420000",
            "city_code": county and f"{county[:4]}00",
            "county_code": county,
            "operator_id": uscc or (operator_id(name, county) if name else None),
            **fields,
        },
    )


ALL = [said(*each, day=place + 1) for place, each in enumerate(SAID)]
ACROSS = [said(*each, day=place + 1, county=OTHER) for place, each in enumerate(ELSEWHERE)]


def raw(name: str, county: str = COUNTY) -> str:
    """Return the raw operator of a name without code."""
    found = operator_id(name, county)
    assert found is not None
    return found


def load(store: GenerationStore, records: list[dict[str, object]]) -> None:
    with store.building() as building:
        building.stage(batch(records))
        building.merge()


def plant(
    folder: Path, records: list[dict[str, object]] | None = None, decided: Decided = NOTHING_DECIDED
) -> Path:
    """Make a warehouse of these submissions, of all when None, with all that a refresh derives."""
    store = GenerationStore(folder)
    load(store, [*ALL, *ACROSS] if records is None else records)
    jobs.refresh.refresh(store, decided=decided)
    return folder
