"""What the business register says of an operator, in words."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pages.components import grid, operator_labels, wording
from pages.components.grid import Cell, Head, Row

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "name": "名称",
        "uscc": "统一社会信用代码",
        "operator_type": "主体类型",
        "status": "登记状态",
        "status_on": "状态日期",
        "established_on": "成立日期",
        "industry": "行业",
        "registered_capital_yuan": "认缴资本",
        "paid_capital_yuan": "实缴资本",
        "legal_person_masked": "法定代表人",
        "phone_masked": "联系电话",
        "insured_count": "参保人数",
        "last_annual_report": "最近年报年度",
        "is_prepaid_issuer": "发卡",
        "platform_shop": "网店",
        "address": "住所",
    }
)
"""Columns of the register that are shown, in reading order."""

_FORMS: Mapping[str, Callable[[object], str]] = MappingProxyType(
    {
        "status": lambda code: operator_labels.STATUSES.get(str(code), str(code)),
        "registered_capital_yuan": lambda yuan: wording.yuan(float(str(yuan))),
        "paid_capital_yuan": lambda yuan: wording.yuan(float(str(yuan))),
        "status_on": operator_labels.day,
        "established_on": operator_labels.day,
        "is_prepaid_issuer": lambda flag: "是" if flag else "否",
        "industry": lambda code: wording.label("industry", str(code)),
    }
)


def value_text(name: str, value: object) -> str:
    """Return one value of the register as shown.

    Examples
    --------
    >>> value_text("status", "open"), value_text("is_prepaid_issuer", None)
    ('存续', '未填写')
    """
    if not operator_labels.known(value):
        return "未填写"
    return _FORMS.get(name, str)(value)


def register_text(register: Mapping[str, object]) -> str:
    """Return some of what the register says, in words.

    Examples
    --------
    >>> register_text({"registered_capital_yuan": 50000.0, "paid_capital_yuan": None})
    '登记信息：认缴资本5.0万元，实缴资本未填写'
    """
    told = [
        f"{label}{value_text(name, register[name])}"
        for name, label in FIELDS.items()
        if name in register
    ]
    return f"登记信息：{'，'.join(told) or '未填写'}"


def fields(row: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return all that is shown of a registration, label and text."""
    return [(label, value_text(name, row.get(name))) for name, label in FIELDS.items()]


def content(row: Mapping[str, object]) -> dict[str, Any]:
    """Return the registration as the grid panel draws it, two fields a row."""
    told = fields(row)
    heads = [Head("登记事项", width=128), Head("内容", wrap=True)] * 2
    rows = [
        Row(
            str(place),
            tuple(Cell(text) for pair in told[place : place + 2] for text in pair),
            usable=False,
        )
        for place in range(0, len(told), 2)
    ]
    return grid.content("register", "登记信息", heads, rows, empty="没有登记信息")
