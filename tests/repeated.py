"""Submissions of which it is known who filed again, and two cities that must not see each other."""

import datetime as dt
from pathlib import Path
from typing import Any

import jobs.refresh
from jobs.decided import NOTHING_DECIDED, Decided
from queries.generations import GenerationStore
from tests.staging import batch, record

LAST_DAY = dt.date(2026, 3, 31)
SECRET = "YICHANGONLY"
"""Stands in every text of Yichang's submissions, and nowhere else."""

MATTERS = (
    "在城南健身房办理年卡花费三千元，门店停业后拒绝退还剩余费用",
    "网店购买的羽绒服穿了两天就掉毛，商家拖延不处理",
    "加油站加油机显示与实际油量不符，要求检查计量",
    "外卖送来的盒饭里吃出异物，联系商家无人回应",
)
LABELS = (
    "万家超市的饼干外包装没有生产日期，要求退一赔十",
    "在江汉路买的蜂蜜标注有机但查不到认证证书",
    "某电商寄来的进口奶粉缺少中文说明，应当十倍赔偿",
    "红星副食店散装瓜子无标识卡，请依法查处并奖励",
    "这款燕窝宣称能治病，属于虚假宣传",
    "白酒瓶身写着国家级品牌，用了绝对化用语",
)
ISSUES = ("C04", "C02", "C05", "C01")
CATEGORIES = ("S201", "G134", "G165", "G101")


def filed(number: int, day: str, *, person: str | None, about: int = 0, **fields: Any) -> Any:
    """Return a submission of Wuhan in 2026; ``day`` is month and day."""
    return record(
        f"s{number:04}",
        f"2026-{day}T10:00",
        **{
            "person_key": person,
            "person_phone": person and f"1380000{int(person[1:]):04}",
            "person_name": person and f"赵{person}",
            "complainant_masked": person and "赵**",
            "narrative": MATTERS[about],
            "operator_id": f"op{about}",
            "respondent_name": f"第{about}商行",
            "issue_type": ISSUES[about],
            "product_category": CATEGORIES[about],
            "channel": "app",
            "handling_unit": "武昌区局",
            "province_code": "420000",
            "city_code": "420100",
            "county_code": "420106",
            **fields,
        },
    )


YICHANG: dict[str, Any] = {
    "city_code": "420500",
    "county_code": "420506",
    "handling_unit": f"{SECRET}局",
    "respondent_name": f"{SECRET}商行",
    "operator_id": f"op-{SECRET}",
}

REPEAT = [filed(1, "03-01", person="p1"), filed(2, "03-05", person="p1")]
ELSEWHERE = [
    filed(3, "03-01", person="p2", about=1),
    filed(4, "03-08", person="p2", about=1, kind="tipoff", channel="tel_12315"),
]
APART = [filed(5, "01-01", person="p3", about=2), filed(6, "03-01", person="p3", about=2)]
SERIAL = [
    filed(10 + n, f"02-{1 + 4 * n:02}", person="p4", about=3, operator_id=f"shop{n}",
          respondent_name=f"第{10 + n}食品店", narrative=text)
    for n, text in enumerate(LABELS)
]  # fmt: skip
NOBODY = [filed(20, "03-01", person=None), filed(21, "03-02", person=None)]
ALL = [*REPEAT, *ELSEWHERE, *APART, *SERIAL, *NOBODY]

EXPECTED = {
    "s0002": "repeat",
    "s0004": "multichannel",
    **{each["submission_id"]: "serial_claim" for each in SERIAL},
}
"""Why submissions of `ALL` are left out."""

ACROSS = [
    filed(31, "03-10", person="p7", narrative=f"{SECRET}{MATTERS[1]}", **YICHANG),
    filed(32, "03-12", person="p7", about=1, narrative=f"{SECRET}{MATTERS[1]}"),
    *[
        filed(40 + n, f"03-{20 + n % 5}", person=f"p{40 + n}", about=2,
              narrative=f"{SECRET}{MATTERS[2]}" if n < 3 else MATTERS[2],
              **(YICHANG | {"operator_id": "op2"} if n < 3 else {}))
        for n in range(8)
    ],
]  # fmt: skip
"""A person who filed in both cities, and an operator of whom persons of both complain."""

LAST = [filed(90, "03-31", person="p90", narrative="三月最后一天的咨询", kind="inquiry")]


def load(store: GenerationStore, records: list[Any]) -> None:
    with store.building() as building:
        building.stage(batch(records))
        building.merge(synthetic=True)


def plant(folder: Path, *, decided: Decided = NOTHING_DECIDED) -> Path:
    """Write the warehouse into ``folder`` and return it."""
    store = GenerationStore(folder)
    load(store, [*ALL, *ACROSS, *LAST])
    jobs.refresh.refresh(store, decided=decided)
    return folder
