"""Submissions in words: English columns and codes inside, Chinese labels only here."""

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
import yaml

from pages.components import places, wording
from pages.components.labels import NOT_STATED

Form = Literal["text", "code", "flag", "moment", "yuan", "number", "days", "remedies", "source"]


SEEN_AT_ONCE, BEFORE_HIT = 20, 12
"""Characters surely in sight in a narrow cell, and those kept before a hit further on."""


@dataclass(frozen=True, slots=True)
class Column:
    """How a column of submissions is shown."""

    label: str
    form: Form = "text"


def _columns(form: Form, **labels: str) -> dict[str, Column]:
    return {name: Column(label, form) for name, label in labels.items()}


COLUMNS: Mapping[str, Column] = MappingProxyType(
    _columns(
        "text",
        submission_id="登记编号",
        linked_id="关联诉求",
        information_source="信息来源",
        respondent_name="被投诉企业（登记原文）",
        operator_name="经营主体",
        operator_id="主体编号",
        uscc="统一社会信用代码",
        operator_type="市场主体类型",
        respondent_address="企业地址",
        incident_place="事发地",
        product_name="商品/服务名称",
        brand="品牌",
        online_platform="网购平台",
        title="标题",
        narrative="具体问题",
        keywords="关键词",
        tags="标签",
        handling_unit="承办单位",
        handling_section="处理部门",
        reject_reason="不予受理原因",
        mediation_end_reason="终止调解原因",
        feedback="反馈内容",
        complainant_masked="姓名",
        complainant_age_band="年龄段",
        phone_masked="联系电话",
        counted="去重口径",
        decided="人工改判",
    )
    | _columns(
        "code",
        kind="类型",
        status="办理状态",
        channel="接收方式",
        channel_group="渠道大类",
        complainant_gender="性别",
        industry_section="行业门类",
        industry="行业大类",
        province_code="省",
        city_code="市州",
        county_code="县区",
        street_code="街道",
        business_district="商圈",
        product_kind="客体大类",
        product_category="客体中类",
        product="客体小类",
        issue_type="问题类别",
        issue_subtype="具体问题类别",
        sale_mode="销售方式",
        acceptance="初查受理",
        mediation_result="调解结果",
        odr_result="ODR结果",
        exclusion_reason="去重口径剔除原因",
    )
    | _columns(
        "flag",
        is_online="网购",
        is_livestream="直播带货",
        is_prepaid="预付式消费",
        is_transferred_to_case="诉转案",
        is_case_opened="立案",
        is_published="公示",
        is_odr="ODR企业",
        is_supervised="督办",
        is_serial_claimant="疑似职业索赔（来源系统标注）",
        first_check_on_time="按时初查",
        closed_on_time="按时办结",
    )
    | _columns(
        "moment",
        registered_at="登记时间",
        disputed_at="争议发生时间",
        dispatched_at="分送时间",
        first_check_due_at="初查期限",
        first_checked_at="初查时间",
        accepted_at="受理时间",
        due_at="办理期限",
        closed_at="办结时间",
        case_opened_at="立案时间",
        published_at="公示时间",
        updated_at="来源系统更新时间",
    )
    | _columns(
        "yuan",
        consumed_yuan="消费金额",
        disputed_yuan="争议金额",
        recovered_yuan="挽回经济损失",
        case_value_yuan="案值",
        fined_yuan="罚款金额",
        confiscated_yuan="没收金额",
    )
    | _columns("source", source="来源系统")
    | _columns("number", quantity="数量", satisfaction="满意度")
    | _columns("days", handling_days="办理时长")
    | _columns("remedies", requested_remedies="诉求内容")
)
"""Every column that a page shows, by its name in the warehouse."""


def text_of(name: str, value: object) -> str:
    """Return one value of a column in words; 未填写 where there is none.

    Examples
    --------
    >>> text_of("kind", "tipoff"), text_of("is_online", True), text_of("disputed_yuan", 1200.5)
    ('举报', '是', '1,200.50元')
    >>> text_of("closed_at", None)
    '未填写'
    """
    if is_missing(value):
        return NOT_STATED
    return _WORDED[COLUMNS[name].form](name, value)


def is_missing(value: object) -> bool:
    """Tell whether a value was never filled in."""
    return bool(pd.isna(value)) or value == ""  # type: ignore[call-overload]


@functools.cache
def source_names() -> Mapping[str, str]:
    """Return the names of the source systems that the shipped mappings read, by their code.

    Examples
    --------
    >>> source_names()["national_12315"]
    '全国12315平台导出'
    """
    found = {}
    for path in sorted((places.ASSETS / "mappings").glob("*.yaml")):
        mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[str(mapping["source"])] = str(mapping["name"])
    return MappingProxyType(found)


def moment(value: dt.datetime | None) -> str:
    """Return a moment to the minute, and midnight as a day alone.

    Examples
    --------
    >>> moment(dt.datetime(2026, 3, 1, 9, 5)), moment(dt.datetime(2026, 3, 1)), moment(None)
    ('2026-03-01 09:05', '2026-03-01', '—')
    """
    if value is None or pd.isna(value):
        return wording.UNKNOWN
    return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M")


_WORDED: Mapping[Form, Callable[[str, Any], str]] = MappingProxyType(
    {
        "text": lambda _, value: str(value),
        "code": lambda name, value: wording.label(name, str(value)),
        "flag": lambda _, value: "是" if value else "否",
        "moment": lambda _, value: moment(value),
        "yuan": lambda _, value: f"{value:,.2f}元",
        "number": lambda _, value: f"{value:,g}",
        "days": lambda _, value: f"{value:,.1f}天",
        "remedies": lambda _, value: wording.remedies(value),
        "source": lambda _, value: source_names().get(value, value),
    }
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a table, with several columns of the frame below each other.

    Attributes
    ----------
    lines
        Columns of the frame, line by line.
    width
        In pixels; 0 takes what is left.
    right
        True for amounts.
    sort
        Column that a click on the head sorts by, empty for none.
    """

    head: str
    lines: tuple[tuple[str, ...], ...]
    width: int = 0
    right: bool = False
    sort: str = ""


def content(
    frame: pd.DataFrame, cells: Sequence[Cell], *, order: str = "", marked: Sequence[str] = ()
) -> dict[str, Any]:
    """Return submissions as the table panel draws them; a click on a row carries its id.

    Parameters
    ----------
    order
        The column that the frame is sorted by.
    marked
        Words to mark wherever they stand.
    """
    return {
        "columns": [
            {
                "label": each.head,
                "width": each.width,
                "right": each.right,
                "sort": each.sort,
                "sorted": bool(each.sort) and each.sort == order,
            }
            for each in cells
        ],
        "rows": [
            {
                "code": record["submission_id"],
                "cells": [
                    [excerpt(_line(record, line), marked) for line in each.lines] for each in cells
                ],
            }
            for record in frame.to_dict("records")
        ],
        "marked": list(marked),
    }


def excerpt(text: str, marked: Sequence[str]) -> str:
    """Return a text from a little before its first marked word, so that the word is seen.

    Examples
    --------
    >>> excerpt("消费者于三月一日在武昌区某商场购买手机一部，商家拖延退款", ["退款"])
    '……场购买手机一部，商家拖延退款'
    >>> excerpt("商家拖延退款", ["退款"])
    '商家拖延退款'
    """
    first = min((place for word in marked if (place := text.find(word)) >= 0), default=0)
    return text if first <= SEEN_AT_ONCE else f"……{text[first - BEFORE_HIT :]}"


def _line(record: Mapping[Any, Any], names: Sequence[str]) -> str:
    """Return what is stated of these columns; a line of nothing is empty."""
    return "　".join(
        text_of(name, record[name]) for name in names if not is_missing(record.get(name))
    )
