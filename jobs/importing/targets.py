"""The fields that a mapping can fill, and how each is read."""

from dataclasses import dataclass
from enum import StrEnum

from analytics.masking_rules import PersonalKind
from queries.schema import persons, submissions


class Reader(StrEnum):
    """How the text of a source becomes a stored value."""

    ID = "id"
    TEXT = "text"
    FREE_TEXT = "free_text"
    LIST = "list"
    TIME = "time"
    AMOUNT = "amount"
    NUMBER = "number"
    FLAG = "flag"
    CODE = "code"
    REMEDIES = "remedies"
    SATISFACTION = "satisfaction"
    CHANNEL = "channel"
    PRODUCT = "product"
    ISSUE = "issue"
    INDUSTRY = "industry"
    REGION = "region"
    USCC = "uscc"
    PERSON = "person"
    OUTCOME = "outcome"


READER_LABELS = {
    Reader.ID: "编号",
    Reader.TEXT: "文本",
    Reader.FREE_TEXT: "正文（自动脱敏）",
    Reader.LIST: "多个词",
    Reader.TIME: "时间",
    Reader.AMOUNT: "金额",
    Reader.NUMBER: "数",
    Reader.FLAG: "是否",
    Reader.CODE: "固定取值",
    Reader.REMEDIES: "固定取值，可多个",
    Reader.SATISFACTION: "1至5",
    Reader.CHANNEL: "渠道",
    Reader.PRODUCT: "客体分类",
    Reader.ISSUE: "问题分类",
    Reader.INDUSTRY: "行业分类",
    Reader.REGION: "区划",
    Reader.USCC: "信用代码",
    Reader.PERSON: "个人信息",
    Reader.OUTCOME: "固定取值，按种类",
}
"""Chinese names of the readers, as the documentation's table shows them."""


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a mapping can fill.

    Attributes
    ----------
    name
        Key under ``fields:``.
    reader
        How its text is read.
    label
        Chinese name.
    length
        Most characters that can be stored; None where there is no limit or none is needed.
    spellings
        Column names seen in exports, for drafting a mapping.
    personal
        Kind of personal data, for the fields that always are.
    required
        Whether a mapping must fill it.
    words
        Section of the word file that its values are looked up in.
    """

    name: str
    reader: Reader
    label: str
    length: int | None = None
    spellings: tuple[str, ...] = ()
    personal: PersonalKind | None = None
    required: bool = False
    words: str = ""


_READERS: dict[Reader, str] = {
    Reader.ID: "submission_id linked_id",
    Reader.CODE: (
        "kind complainant_gender acceptance status mediation_result odr_result sale_mode"
    ),
    Reader.TIME: (
        "registered_at disputed_at dispatched_at first_check_due_at first_checked_at accepted_at "
        "due_at closed_at case_opened_at published_at updated_at"
    ),
    Reader.AMOUNT: (
        "consumed_yuan disputed_yuan case_value_yuan fined_yuan confiscated_yuan recovered_yuan"
    ),
    Reader.NUMBER: "quantity",
    Reader.FLAG: (
        "is_online is_livestream is_prepaid is_transferred_to_case is_case_opened is_published "
        "is_odr is_supervised is_serial_claimant"
    ),
    Reader.REMEDIES: "requested_remedies",
    Reader.SATISFACTION: "satisfaction",
    Reader.CHANNEL: "channel",
    Reader.PRODUCT: "product_kind product_category product",
    Reader.ISSUE: "issue_type issue_subtype",
    Reader.INDUSTRY: "industry_section industry",
    Reader.REGION: "province_code city_code county_code street_code",
    Reader.USCC: "uscc",
    Reader.FREE_TEXT: "title narrative feedback incident_place",
    Reader.LIST: "keywords tags",
    Reader.TEXT: (
        "source information_source complainant_age_band operator_id respondent_name operator_type "
        "respondent_address business_district product_name brand online_platform handling_unit "
        "handling_section reject_reason mediation_end_reason"
    ),
}

COMPUTED = frozenset(
    {
        "submission_key", "registered_on", "weekday", "hour", "channel_group", "complainant_masked",
        "phone_masked", "person_key", "first_check_on_time", "closed_on_time", "handling_days",
        "exclusion_reason",
    }
)  # fmt: skip
"""Columns of ``submissions`` that follow from others."""

_PERSONS = {
    "person_name": PersonalKind.NAME,
    "person_phone": PersonalKind.PHONE,
    "person_id_number": PersonalKind.ID_NUMBER,
    "person_address": PersonalKind.ADDRESS,
}

_LABELS = {
    "source": "来源系统",
    "province_code": "省",
    "city_code": "市州",
    "county_code": "县区",
    "street_code": "街道乡镇",
    "is_serial_claimant": "是否疑似职业索赔",
    "satisfaction": "满意度",
    "region": "区划（由名称、代码或地址识别）",
}

_SPELLINGS = {
    "submission_id": "登记编号 编号 工单号 工单编号 投诉编号 留言编号 业务编号 id complaint_id unique_key 受理编号",
    "kind": "类型 业务类型 诉求类型 表单类型 登记类型 来件类型 诉求类别",
    "registered_at": "登记时间 登记日期 投诉时间 留言时间 受话时间 创建时间 案件接收日期 date_received created_date 提交日期",
    "channel": "接收方式 来源渠道 渠道 诉求渠道 submitted_via",
    "information_source": "信息来源 诉求来源 来源方式",
    "complainant_gender": "性别",
    "complainant_age_band": "年龄段 年龄",
    "person_name": "姓名 投诉人 投诉人姓名 举报人姓名 联系人姓名 留言用户 诉求人 (投诉/举报人)姓名",
    "person_phone": "联系电话 电话 手机 手机号 来电号码 联系方式",
    "person_id_number": "证件号码 身份证号 身份证号码 身份证",
    "person_address": "通讯地址 联系地址 住址",
    "respondent_name": "企业名称 被投诉企业名称 涉及主体名称 被投诉方 被投诉人 商家名称 核查名称 被投诉名称 company 被诉商家",
    "uscc": "统一社会信用代码 信用代码",
    "operator_type": "市场主体类型 企业类型",
    "industry": "行业分类 行业 业务分类/行业分类",
    "respondent_address": "企业地址 经营地址 地址 核查经营地址 被投诉地址 商家地址",
    "county_code": "经营区 区县 县区 区域 经营地址区 所属区县",
    "city_code": "市州 城市 地市",
    "incident_place": "事发地 事发地址 incident_address",
    "business_district": "商圈 所属板块",
    "product": "客体类别全称 涉及客体分类 客体类别 客体分类 客体小类",
    "product_category": "客体中类",
    "product_kind": "客体大类",
    "product_name": "商品/服务名称 商品名称 服务名称 complaint_type",
    "brand": "品牌 投诉品牌",
    "quantity": "数量",
    "consumed_yuan": "消费金额(单位:元) 消费金额",
    "disputed_yuan": "争议金额 涉及金额",
    "sale_mode": "销售方式 购物方式",
    "is_online": "是否网购",
    "online_platform": "网购平台 平台名称",
    "is_livestream": "是否直播",
    "is_prepaid": "是否预付式消费 是否预付卡",
    "issue_type": "问题类别全称 问题类别 问题分类 涉及问题分类 一级标签",
    "issue_subtype": "问题类别（二级） 具体问题类别",
    "requested_remedies": "诉求内容 诉求",
    "title": "标题 留言主题 主题 问题简述 descriptor",
    "narrative": "具体问题 投诉内容 简要情况 留言详情 诉求描述 内容 consumer_complaint_narrative 描述",
    "keywords": "关键词 关键字",
    "tags": "标签 政务标签",
    "disputed_at": "争议发生时间 购买日期 消费时间",
    "handling_unit": "处理机构 承办机构 处理单位 承办单位 管辖单位 agency_name",
    "handling_section": "处理部门 承办部门 处理部门（所）",
    "dispatched_at": "分送时间 案件分派日期 分派时间",
    "first_check_due_at": "初查期限 初查反馈期限",
    "first_checked_at": "初查时间 初步反馈日期",
    "acceptance": "初查受理状态 受理状态",
    "reject_reason": "不予受理原因",
    "accepted_at": "受理时间 受理日期",
    "due_at": "办理期限 due_date",
    "closed_at": "办结时间 办结日期 答复时间 closed_date",
    "status": "办理情况状态 办理状态 状态 投诉状态 办理进度",
    "mediation_result": "调解结果",
    "mediation_end_reason": "终止调解原因",
    "is_transferred_to_case": "是否诉转案",
    "is_case_opened": "是否立案",
    "case_opened_at": "立案时间",
    "case_value_yuan": "案值",
    "fined_yuan": "罚款金额(单位:元) 罚款金额",
    "confiscated_yuan": "没收金额(单位:元) 没收金额",
    "recovered_yuan": "挽回经济损失(单位:元) 挽回经济损失 挽回金额",
    "feedback": "反馈内容 答复意见 办结反馈",
    "satisfaction": "满意度",
    "is_published": "是否公示",
    "published_at": "公示时间",
    "is_odr": "是否ODR",
    "odr_result": "ODR结果",
    "is_supervised": "督办标志 是否督办",
    "is_serial_claimant": "是否职投 是否疑似职业索赔",
    "updated_at": "更新时间 最后更新时间",
    "linked_id": "关联编号",
}

REQUIRED = frozenset({"submission_id", "kind", "registered_at"})
"""Fields without which no record can be stored."""


def _targets() -> dict[str, Target]:
    reader_of = {name: reader for reader, names in _READERS.items() for name in names.split()}
    found = {}
    for column in submissions.c:
        name = str(column.name)
        if name in COMPUTED:
            continue
        length = getattr(column.type, "length", None)
        found[name] = Target(
            name,
            reader_of[name],
            _LABELS.get(name) or column.comment or name,
            length if reader_of[name] not in _CODED else None,
            tuple(_SPELLINGS.get(name, "").split()),
            None,
            name in REQUIRED,
            "flag" if reader_of[name] is Reader.FLAG else name,
        )
    for name, kind in _PERSONS.items():
        column = persons.c[name.removeprefix("person_")]
        found[name] = Target(
            name,
            Reader.PERSON,
            column.comment or name,
            getattr(column.type, "length", None),
            tuple(_SPELLINGS[name].split()),
            kind,
        )
    found["region"] = Target("region", Reader.REGION, _LABELS["region"])
    return found


_CODED = frozenset(
    {
        Reader.CODE, Reader.CHANNEL, Reader.PRODUCT, Reader.ISSUE, Reader.INDUSTRY, Reader.REGION,
        Reader.REMEDIES, Reader.USCC,
    }
)  # fmt: skip

TARGETS: dict[str, Target] = _targets()
"""Every field of a submission by name, in the order of the warehouse's columns."""


def by_reader(*readers: Reader, targets: dict[str, Target] = TARGETS) -> tuple[str, ...]:
    """Return the names of the fields that one of ``readers`` reads.

    Examples
    --------
    >>> by_reader(Reader.PRODUCT)
    ('product_kind', 'product_category', 'product')
    """
    return tuple(name for name, target in targets.items() if target.reader in readers)


def fields_table(targets: dict[str, Target] = TARGETS) -> str:
    """Return the documentation's table of all fields, in Markdown."""
    rows = ["| 字段 | 含义 | 怎样读 | 最长 | 常见列名 |", "|---|---|---|---|---|"]
    for target in targets.values():
        must = "（必填）" if target.required else ""
        rows.append(
            f"| `{target.name}` | {target.label}{must} | {READER_LABELS[target.reader]} "
            f"| {target.length or ''} | {'、'.join(target.spellings[:3])} |"
        )
    return "\n".join(rows) + "\n"
