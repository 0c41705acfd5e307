"""Mappings of a register and of events, and small sources for them."""

from typing import Any

CODE = "91350100M000100Y43"

REGISTER: dict[str, Any] = {
    "source": "register",
    "records": "operator_register",
    "missing_columns": "allow",
    "fields": {
        "name": "名称", "uscc": "代码", "legal_person": "法人", "legal_person_id_number": "证件",
        "phone": "电话", "region": ["区县", "住所"], "address": "住所", "established_on": "成立",
        "status": "状态", "registered_capital_yuan": {"column": "资本", "unit": "万元"},
        "insured_count": "社保", "last_annual_report": "年报", "is_prepaid_issuer": "发卡",
        "updated_at": "更新",
    },
}  # fmt: skip

EVENTS: dict[str, Any] = {
    "source": "inspections",
    "records": "operator_events",
    "missing_columns": "allow",
    "fields": {
        "event_id": "编号", "kind": {"constant": "检查"}, "operator_name": "名称",
        "uscc": "代码", "region": "区县", "occurred_on": "日期", "ends_on": "止", "outcome": "结果",
        "severity": "程度", "amount_yuan": {"column": "金额", "unit": "万元"}, "count": "数",
        "subject": "事由", "detail": "说明", "person_name": "人", "updated_at": "更新",
    },
}  # fmt: skip

OF_ALL_KINDS = {**EVENTS, "fields": {**EVENTS["fields"], "kind": "种类"}}


def text(header, *rows):
    return "\n".join([header, *rows, ""])
