"""The fields of the business register and of operator events that a mapping can fill."""

from analytics.masking_rules import PersonalKind
from jobs.importing.targets import TARGETS, Reader, Target
from queries.event_codes import EVENT_OUTCOMES, EVENT_SEVERITIES
from queries.operator_tables import operator_events, operator_register
from queries.vocabulary import OperatorEvent, Records

EVENT_KIND_WORDS = "event_kind"
OUTCOME_WORDS = {kind: f"{kind}_outcome" for kind in EVENT_OUTCOMES}
"""Section of the word file by kind of event."""

SEVERITY_WORDS = {kind: f"{kind}_severity" for kind in EVENT_SEVERITIES}

_COMPUTED = frozenset(
    {"operator_id", "register_source", "address_key", "event_key", "legal_person_masked",
     "legal_person_key", "phone_masked", "phone_key"}
)  # fmt: skip
"""Columns that follow from others, or are named otherwise in a mapping."""

_READERS: dict[Reader, str] = {
    Reader.ID: "event_id",
    Reader.CODE: "kind status",
    Reader.OUTCOME: "outcome severity",
    Reader.TIME: "established_on status_on occurred_on ends_on updated_at",
    Reader.AMOUNT: "registered_capital_yuan paid_capital_yuan amount_yuan",
    Reader.NUMBER: "insured_count last_annual_report count",
    Reader.FLAG: "is_prepaid_issuer",
    Reader.INDUSTRY: "industry_section industry",
    Reader.REGION: "province_code city_code county_code street_code",
    Reader.USCC: "uscc",
    Reader.FREE_TEXT: "subject detail",
    Reader.TEXT: (
        "source name operator_name operator_type address business_district platform_shop document_no "
        "authority"
    ),
}
_READER_OF = {name: reader for reader, names in _READERS.items() for name in names.split()}
_CODED = frozenset(
    {Reader.CODE, Reader.OUTCOME, Reader.INDUSTRY, Reader.REGION, Reader.USCC, Reader.FLAG}
)

_LABELS = {
    "source": "来源系统",
    "province_code": "省",
    "city_code": "市州",
    "county_code": "县区",
    "street_code": "街道乡镇",
    "status": "登记状态",
    "event_id": "事件编号，同一来源内不重复",
    "kind": "事件种类",
    "occurred_on": "发生日期",
    "ends_on": "到期、下次检验或移出日期；空为长期或仍在列",
    "outcome": "结果",
    "severity": "程度",
    "count": "批次数；年报填年度",
    "subject": "事由：证照类别、产品、违法行为、关联企业",
    "detail": "说明",
}

_SPELLINGS = {
    "uscc": "统一社会信用代码 信用代码",
    "name": "企业名称 市场主体名称 名称 字号名称",
    "operator_name": "企业名称 当事人名称 被检查单位 受检单位 名称",
    "operator_type": "市场主体类型 企业类型",
    "industry": "行业代码 行业 行业分类",
    "county_code": "登记机关所在区县 区县 所属区县",
    "business_district": "商圈",
    "address": "住所 经营场所 地址",
    "established_on": "成立日期 注册日期",
    "status": "登记状态 经营状态",
    "status_on": "状态日期 核准日期",
    "registered_capital_yuan": "注册资本 认缴资本",
    "paid_capital_yuan": "实缴资本",
    "insured_count": "参保人数 社保人数",
    "last_annual_report": "最近年报年度 年报年度",
    "is_prepaid_issuer": "是否发卡 是否发行预付卡",
    "platform_shop": "网店名称 平台店铺",
    "updated_at": "更新时间",
    "event_id": "编号 决定书文号 任务编号 抽样编号",
    "kind": "种类 事项",
    "occurred_on": "日期 处罚决定日期 检查日期 抽样日期",
    "ends_on": "有效期至 移出日期",
    "outcome": "结果 检查结果 检验结论",
    "severity": "程度 处罚种类 等级",
    "amount_yuan": "罚没金额 罚款金额",
    "count": "批次数 年度",
    "subject": "事由 违法行为 产品名称 许可类别",
    "document_no": "文书号 决定书文号 许可证编号",
    "authority": "机关 处罚机关 检查机关",
    "detail": "说明 备注",
    "legal_person": "法定代表人 负责人 经营者",
    "legal_person_id_number": "法定代表人证件号码",
    "phone": "联系电话 电话",
    "person_name": "姓名 当事人姓名",
    "other_person_name": "变更前姓名",
}


def _target(name: str, column_length: int | None, label: str, *, required: bool) -> Target:
    reader = _READER_OF[name]
    return Target(
        name,
        reader,
        label,
        None if reader in _CODED else column_length,
        tuple(_SPELLINGS.get(name, "").split()),
        required=required,
        words={"kind": EVENT_KIND_WORDS, "status": "operator_status"}.get(
            name, "flag" if reader is Reader.FLAG else name
        ),
    )


def _person(name: str, label: str, length: int, kind: PersonalKind) -> Target:
    return Target(name, Reader.PERSON, label, length, tuple(_SPELLINGS[name].split()), kind)


def _register() -> dict[str, Target]:
    found = {"source": _target("source", 64, _LABELS["source"], required=False)}
    for column in operator_register.c:
        name = str(column.name)
        if name not in _COMPUTED:
            label = _LABELS.get(name) or column.comment or name
            length = getattr(column.type, "length", None)
            found[name] = _target(name, length, label, required=name == "name")
    for person in (
        _person("legal_person", "法定代表人、负责人或经营者", 64, PersonalKind.NAME),
        _person("legal_person_id_number", "法定代表人证件号码", 32, PersonalKind.ID_NUMBER),
        _person("phone", "联系电话", 32, PersonalKind.PHONE),
    ):
        found[person.name] = person
    found["region"] = TARGETS["region"]
    return found


def _events() -> dict[str, Target]:
    must = {"event_id", "kind", "occurred_on"}
    found = {}
    for column in operator_events.c:
        name = str(column.name)
        if name not in _COMPUTED:
            label = _LABELS.get(name) or column.comment or name
            length = getattr(column.type, "length", None)
            found[name] = _target(name, length, label, required=name in must)
    for name in ("province_code", "city_code", "county_code", "street_code"):
        found[name] = _target(name, None, _LABELS[name], required=False)
    found["region"] = TARGETS["region"]
    for person in (
        _person("person_name", "说明中提到的人，只用于脱敏", 64, PersonalKind.NAME),
        _person("other_person_name", "说明中提到的另一人，只用于脱敏", 64, PersonalKind.NAME),
    ):
        found[person.name] = person
    return found


REGISTER_TARGETS: dict[str, Target] = _register()
"""Every field of the business register by name."""

EVENT_TARGETS: dict[str, Target] = _events()
"""Every field of an operator event by name."""

_BY_RECORDS = {
    Records.SUBMISSIONS: TARGETS,
    Records.OPERATOR_REGISTER: REGISTER_TARGETS,
    Records.OPERATOR_EVENTS: EVENT_TARGETS,
}


def targets_of(records: Records) -> dict[str, Target]:
    """Return the fields that records of this sort have.

    Examples
    --------
    >>> sorted(name for name, each in targets_of(Records.OPERATOR_EVENTS).items() if each.required)
    ['event_id', 'kind', 'occurred_on']
    """
    return _BY_RECORDS[records]


def word_sections(target: Target) -> tuple[str, ...]:
    """Return the sections of the word file that hold a field's values.

    What an event's outcome is called depends on its kind; any kind's word may stand in a mapping.
    """
    if target.reader is Reader.OUTCOME:
        by_kind = OUTCOME_WORDS if target.name == "outcome" else SEVERITY_WORDS
        return tuple(by_kind.values())
    return (target.words,)


def outcome_section(field: str, kind: str) -> str | None:
    """Return the section of the words for an event's outcome or severity; None for any text.

    Examples
    --------
    >>> outcome_section("outcome", "sampling"), outcome_section("outcome", "penalty")
    ('sampling_outcome', None)
    """
    by_kind = OUTCOME_WORDS if field == "outcome" else SEVERITY_WORDS
    return by_kind.get(OperatorEvent(kind))
