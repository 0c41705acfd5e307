"""Chinese labels of what the register and the events of operators are coded with."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from pages.components import wording
from queries.vocabulary import OperatorEvent, OperatorStatus, Relation

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        OperatorStatus.OPEN: "存续",
        OperatorStatus.SUSPENDED: "停业",
        OperatorStatus.CLOSING: "清算或注销公告中",
        OperatorStatus.REVOKED: "已吊销",
        OperatorStatus.DEREGISTERED: "已注销",
    }
)

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        OperatorEvent.LICENCE: "许可证照",
        OperatorEvent.ANNUAL_REPORT: "年度报告",
        OperatorEvent.INSPECTION: "监督检查",
        OperatorEvent.SAMPLING: "监督抽检",
        OperatorEvent.EQUIPMENT: "特种设备",
        OperatorEvent.PENALTY: "行政处罚",
        OperatorEvent.ABNORMAL_LIST: "经营异常名录",
        OperatorEvent.SERIOUS_LIST: "严重违法失信名单",
        OperatorEvent.CREDIT_CLASS: "信用风险分类",
        OperatorEvent.CHANGE: "登记变更",
        OperatorEvent.LINKED_FIRM: "关联企业",
        OperatorEvent.STAFF: "从业人员",
        OperatorEvent.OPINION: "舆情",
        OperatorEvent.CASE: "案件",
    }
)

_OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "valid": "有效",
        "revoked": "吊销",
        "cancelled": "注销",
        "filed": "已报",
        "missing": "未报",
        "late": "逾期报送",
        "passed": "合格",
        "corrected": "责令改正后合格",
        "failed": "不合格",
        "refused": "拒不整改",
        "unreachable": "通过住所联系不上",
        "qualified": "合格",
        "unqualified": "不合格",
        "overdue": "超期未检",
        "A": "A类",
        "B": "B类",
        "C": "C类",
        "D": "D类",
        "legal_person": "变更法定代表人",
        "shareholder": "变更股东",
        "name": "变更名称",
        "address": "变更住所",
        "scope": "变更经营范围",
        "capital": "变更注册资本",
        "dishonest": "失信",
        "normal": "正常",
        "qualification_expired": "从业资格过期",
        "health_certificate": "健康证问题",
        "dishonest_executed": "失信被执行",
        "none": "未发现问题",
    }
)

_SEVERITIES: Mapping[str, str] = MappingProxyType(
    {
        "warning": "警告",
        "fine": "罚款",
        "suspension": "责令停业",
        "revocation": "吊销许可或执照",
        "major": "重大",
        "larger": "较大",
        "ordinary": "一般",
        "none": "未定级",
    }
)

RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        Relation.LEGAL_PERSON: "同一法定代表人",
        Relation.LEGAL_PERSON_NAME: "法定代表人同名（同市，须核实）",
        Relation.ADDRESS: "同一住所",
        Relation.PHONE: "同一电话",
        Relation.SHOP: "同一网店",
    }
)


_INPUTS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "class": lambda code: f"{code}类",
        "flag": lambda number: "是" if number else "否",
        "share": wording.percent,
        "yuan": wording.yuan,
        "days": lambda days: f"已过期{-days:,.0f}天" if days < 0 else f"{days:,.0f}天",
        "years": lambda years: f"{years:,.1f}年",
        "count": lambda number: f"{number:,.0f}",
        "number": lambda number: f"{number:,.2f}",
    }
)
"""How a raw figure of the score is said, by its unit."""


def known(code: object) -> str:
    """Return a stored code as text, empty where nothing is stored.

    Examples
    --------
    >>> known("valid"), known(None), known(float("nan"))
    ('valid', '', '')
    """
    return "" if pd.isna(code) else str(code)  # type: ignore[call-overload]


def result(outcome: object, severity: object) -> str:
    """Return what came of an event; a code that is not known stands for itself.

    Examples
    --------
    >>> result("failed", None), result(None, "fine"), result(None, None)
    ('不合格', '罚款', '')
    """
    told = known(outcome)
    if told:
        return _OUTCOMES.get(told, told)
    told = known(severity)
    return _SEVERITIES.get(told, told)


def day(value: object) -> str:
    """Return a stored day or moment as a date, empty where there is none.

    Examples
    --------
    >>> import datetime as dt
    >>> day(dt.date(2026, 3, 1)), day(None)
    ('2026-03-01', '')
    """
    return "" if pd.isna(value) else f"{pd.Timestamp(value):%Y-%m-%d}"  # type: ignore[call-overload, arg-type]


def input_text(value: object, unit: str) -> str:
    """Return a raw figure of the score with its unit; 无数据 where there is none.

    Examples
    --------
    >>> input_text(0.25, "share"), input_text(1.0, "flag"), input_text(None, "count")
    ('25.0%', '是', '无数据')
    """
    told = known(value)
    return _INPUTS[unit](value) if told else "无数据"
