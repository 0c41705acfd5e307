"""Chinese labels of stored codes: the tables in ``assets``, and the codes of the vocabulary."""

import csv
import functools
from collections.abc import Mapping
from types import MappingProxyType

from pages.components import places
from queries.dimensions import LEVELS
from queries.vocabulary import (
    Acceptance,
    ClaimTier,
    CountVerdict,
    EventKind,
    ExclusionReason,
    Gender,
    GroupKind,
    Kind,
    MediationResult,
    OdrResult,
    Remedy,
    SaleMode,
    Status,
)

NOT_STATED = "未填写"

KINDS: dict[str, str] = {Kind.COMPLAINT: "投诉", Kind.TIPOFF: "举报", Kind.INQUIRY: "咨询"}
STATUSES: dict[str, str] = {
    Status.REGISTERED: "已登记",
    Status.ODR_PENDING: "待企业处理",
    Status.DISPATCHED: "已分送",
    Status.RETURNED: "退回改派",
    Status.AWAITING_CHECK: "待初查",
    Status.ACCEPTED: "已受理",
    Status.CHECKING: "核查中",
    Status.MEDIATING: "调解中",
    Status.CASE_OPENED: "已立案",
    Status.DECLINED: "不予受理",
    Status.WITHDRAWN: "已撤回",
    Status.CLOSED: "已办结",
    Status.FED_BACK: "已反馈",
    Status.ARCHIVED: "已归档",
}
STAGES: Mapping[str, tuple[Status, ...]] = MappingProxyType(
    {
        "待办理": (
            Status.REGISTERED,
            Status.ODR_PENDING,
            Status.DISPATCHED,
            Status.RETURNED,
            Status.AWAITING_CHECK,
        ),
        "处理中": (Status.ACCEPTED, Status.CHECKING, Status.MEDIATING, Status.CASE_OPENED),
        "办结未归档": (Status.DECLINED, Status.WITHDRAWN, Status.CLOSED, Status.FED_BACK),
        "办结已归档": (Status.ARCHIVED,),
    }
)
"""The four stages that bureaus count by, and the statuses in each; every status is in one."""

VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "kind": KINDS,
        "status": STATUSES,
        "acceptance": {
            Acceptance.PENDING: "初查中",
            Acceptance.ACCEPTED: "受理",
            Acceptance.DECLINED: "不予受理",
        },
        "mediation_result": {
            MediationResult.AGREEMENT: "达成调解协议",
            MediationResult.NO_AGREEMENT: "未达成调解协议",
            MediationResult.WITHDRAWN: "撤回",
            MediationResult.UNREACHABLE: "联系不到当事人",
            MediationResult.OTHER: "其他",
        },
        "odr_result": {
            OdrResult.SETTLED: "和解成功",
            OdrResult.NOT_SETTLED: "和解未成功",
            OdrResult.PENDING: "和解中",
        },
        "requested_remedy": {
            Remedy.REFUND: "退赔费用",
            Remedy.RETURN_GOODS: "退货",
            Remedy.REPLACE: "更换",
            Remedy.REPAIR: "修理",
            Remedy.REDO: "重作",
            Remedy.SUPPLEMENT: "补足数量",
            Remedy.COMPENSATE: "赔偿损失",
            Remedy.APOLOGISE: "赔礼道歉",
            Remedy.INVESTIGATE: "依法查处",
            Remedy.OTHER: "其他",
        },
        "complainant_gender": {Gender.FEMALE: "女", Gender.MALE: "男"},
        "sale_mode": {
            SaleMode.STORE: "门店购物",
            SaleMode.ONLINE: "网络购物",
            SaleMode.TV: "电视购物",
            SaleMode.PHONE: "电话购物",
            SaleMode.MAIL: "邮购",
            SaleMode.DOOR_TO_DOOR: "上门推销",
            SaleMode.OTHER: "其他",
        },
        "event_kind": {
            EventKind.HOLIDAY: "节假日",
            EventKind.PROMOTION: "促销与宣传日",
            EventKind.RULE: "法规政策",
            EventKind.CLASSIFICATION: "分类口径调整",
            EventKind.DATA: "数据与系统",
            EventKind.OTHER: "其他",
        },
        "exclusion_reason": {
            ExclusionReason.REPEAT: "重复诉求",
            ExclusionReason.MULTICHANNEL: "多头诉求",
            ExclusionReason.SERIAL_CLAIM: "疑似牟利性投诉（需核实）",
            ExclusionReason.DECIDED: "人工剔除",
        },
        "group_kind": {
            GroupKind.REPEAT: "重复诉求",
            GroupKind.MULTICHANNEL: "多头诉求",
            GroupKind.FREQUENT: "一人多次",
            GroupKind.MANY_PERSONS: "一事多人",
            GroupKind.SAME_ISSUE: "同一事件",
            GroupKind.LETTER: "相似文本",
        },
        "claim_tier": {
            ClaimTier.WATCH: "关注",
            ClaimTier.SUSPECTED: "疑似",
            ClaimTier.HIGHLY_SUSPECTED: "高度疑似",
        },
        "count_verdict": {CountVerdict.COUNTED: "计入", CountVerdict.EXCLUDED: "剔除"},
        "is_online": {"1": "网购", "0": "非网购"},
        "is_livestream": {"1": "直播带货", "0": "非直播"},
        "is_prepaid": {"1": "预付式", "0": "非预付式"},
        "weekday": {str(n): f"周{name}" for n, name in enumerate("一二三四五六日", start=1)},
        "hour": {str(n): f"{n}时" for n in range(24)},
    }
)
"""Labels of codes that are values of one column, by column."""

_TABLES = MappingProxyType(
    {"product": "products", "issue": "issues", "industry": "industries", "channel": "channels"}
)


@functools.cache
def _names(table: str, folder: str = "classification") -> Mapping[str, str]:
    path = places.ASSETS / folder / f"{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(file)})


def codes(level: str) -> list[str]:
    """Return the codes of a level of goods, issues or industries, in the order of their table.

    Examples
    --------
    >>> codes("issue_type")[:2]
    ['C01', 'C02']
    """
    dimension = LEVELS[level]
    table = _names(_TABLES[dimension.name])
    return [code for code in table if dimension.level_of(code).name == level]


def label(level: str, code: str | None) -> str:
    """Return the Chinese label of ``code`` on this level or column.

    A code that no table knows is its own label, so that nothing is hidden; None and empty text are
    未填写. Levels whose members are text (words, units, platforms, operators) label themselves.

    Examples
    --------
    >>> label("issue_type", "C01"), label("city_code", "420100"), label("kind", None)
    ('食品安全', '武汉市', '未填写')
    """
    if code is None or code != code or code == "":  # noqa: PLR0124 (NaN is not itself)
        return NOT_STATED
    code = str(code)
    if level in VALUES:
        return VALUES[level].get(code, code)
    dimension = LEVELS[level].name if level in LEVELS else level
    if dimension == "region":
        region = places.regions().get(code)
        return region.name if region else code
    if dimension == "business_district":
        return _names("business_districts", "regions").get(code, code)
    if dimension in _TABLES:
        return _names(_TABLES[dimension]).get(code, code)
    return code


def short_region(code: str) -> str:
    """Return a region's name as it fits on a map or an axis.

    Examples
    --------
    >>> short_region("422800"), short_region("420000"), short_region("420100")
    ('恩施州', '湖北', '武汉市')
    """
    return places.short_name(code, label("region", code))


def remedies(stored: str | None) -> str:
    """Return the labels of comma-joined remedies, as ``requested_remedies`` stores them.

    Examples
    --------
    >>> remedies("refund,apologise")
    '退赔费用、赔礼道歉'
    """
    if not stored:
        return NOT_STATED
    return "、".join(label("requested_remedy", each.strip()) for each in stored.split(","))
