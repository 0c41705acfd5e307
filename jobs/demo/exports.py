"""Columns of the source files: headings as platforms print them, values as they write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from jobs.demo.catalogue import ASSETS, rows_of
from jobs.demo.places import Places

NATIONAL_TIME = "%Y-%m-%d %H:%M:%S"
HOTLINE_TIME = "%Y/%-m/%-d %H:%M"
DISTRICT_TIME = "%Y年%m月%d日 %H:%M:%S"
STATION_TIME = "%Y.%-m.%-d"

OLD_NAMES = 0.12
"""Share of categories written under a former name; ours."""

STATUS_WORDS = {
    "registered": "已登记", "odr_pending": "待企业处理", "dispatched": "已分送", "awaiting_check": "待初查",
    "accepted": "已受理", "checking": "核查中", "mediating": "调解中", "case_opened": "立案调查",
    "declined": "不予受理", "withdrawn": "撤回", "closed": "已办结", "fed_back": "已反馈", "archived": "办结已归档",
}  # fmt: skip
KIND_WORDS = {"complaint": "投诉", "tipoff": "举报", "inquiry": "咨询"}
ISSUE_ROOTS = {"complaint": "投诉问题", "tipoff": "举报问题", "inquiry": "咨询问题"}
ACCEPTANCE_WORDS = {"accepted": "已受理", "declined": "不予受理", "pending": "初查中"}
MEDIATION_WORDS = {
    "agreement": "达成调解协议", "no_agreement": "未达成调解协议", "withdrawn": "撤回", "unreachable": "联系不到当事人",
    "other": "其他",
}  # fmt: skip
ODR_WORDS = {"settled": "和解成功", "not_settled": "和解失败", "pending": "处理中"}
GENDER_WORDS = {"female": "女", "male": "男"}
SALE_WORDS = {
    "store": "现场购物",
    "online": "网络购物",
    "door_to_door": "上门推销",
    "phone": "电话购物",
    "other": "其他",
}
REMEDY_WORDS = {
    "refund": "退赔费用", "return_goods": "退货", "replace": "更换", "repair": "修理", "redo": "重作",
    "supplement": "补足商品数量", "compensate": "赔偿损失", "apologise": "赔礼道歉", "investigate": "查处", "other": "其他",
}  # fmt: skip
SATISFACTION_WORDS = {
    "5": "非常满意",
    "4": "满意",
    "3": "基本满意",
    "2": "不满意",
    "1": "非常不满意",
}
FORM_WORDS = {"complaint": "投诉单", "tipoff": "举报单", "inquiry": "咨询单"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Chinese names of codes, and former names of those that have any."""

    products: Mapping[str, str]
    old_products: Mapping[str, str]
    issues: Mapping[str, str]
    industries: Mapping[str, str]
    channels: Mapping[str, str]
    county_names: Mapping[str, str]
    full_counties: Mapping[str, str]
    street_names: Mapping[str, str]


def read_labels(places: Places, assets: Path = ASSETS) -> Labels:
    """Read the names that exports print."""
    folder = assets / "classification"
    products = rows_of(folder / "products.csv")
    full = dict(zip(places.county_codes, places.full_names().to_list(), strict=True))
    return Labels(
        products={row["code"]: row["name"] for row in products},
        old_products={
            row["code"]: row["aliases"].split(";")[0]
            for row in products
            if row["aliases"] and row["level"] == "category"
        },
        issues={row["code"]: row["name"] for row in rows_of(folder / "issues.csv")},
        industries={row["code"]: row["name"] for row in rows_of(folder / "industries.csv")},
        channels={row["code"]: row["name"] for row in rows_of(folder / "channels.csv")},
        county_names=dict(zip(places.county_codes, places.county_names, strict=True)),
        full_counties=full,
        street_names=dict(zip(places.street_codes, places.street_names, strict=True)),
    )


def national_columns(labels: Labels) -> list[pl.Expr]:
    """Return the national platform's export: its proved columns first, further ones after."""
    tipoff = pl.col("kind") == "tipoff"
    first_check = (
        pl.when(tipoff & pl.col("is_case_opened").is_null())
        .then(pl.lit("核查中"))
        .when(tipoff & pl.col("is_case_opened"))
        .then(pl.lit("立案"))
        .when(tipoff)
        .then(pl.lit("不立案"))
        .otherwise(_worded("acceptance", ACCEPTANCE_WORDS))
    )
    return [
        pl.col("submission_id").alias("登记编号"),
        _worded("kind", KIND_WORDS).alias("类型"),
        _time("registered_at", NATIONAL_TIME).alias("登记时间"),
        _worded("channel", labels.channels).alias("接收方式"),
        pl.col("information_source").alias("信息来源"),
        pl.col("person_name").alias("姓名"),
        _worded("complainant_gender", GENDER_WORDS).alias("性别"),
        pl.col("complainant_age_band").alias("年龄段"),
        pl.col("person_phone").alias("联系电话"),
        pl.col("person_id_number").alias("证件号码"),
        pl.col("person_address").alias("通讯地址"),
        pl.col("respondent_name").alias("企业名称"),
        pl.col("uscc").alias("统一社会信用代码"),
        pl.col("operator_type").alias("市场主体类型"),
        _worded("industry", labels.industries).alias("行业分类"),
        pl.col("respondent_address").alias("企业地址"),
        pl.col("county_code").alias("经营区(行政区划代码)"),
        pl.col("incident_place").alias("事发地"),
        _remedies(",").alias("诉求内容"),
        pl.col("narrative").alias("具体问题"),
        _worded("issue_type", labels.issues).alias("问题类别"),
        _issue_path(labels, "->", root=True).alias("问题类别全称"),
        _product_path(labels, "->", root={"G": "商品（产品）", "S": "服务"}).alias("客体类别全称"),
        pl.col("product_name").alias("商品/服务名称"),
        pl.col("brand").alias("品牌"),
        _number("quantity").alias("数量"),
        _worded("sale_mode", SALE_WORDS).alias("销售方式"),
        _yes_no("is_online").alias("是否网购"),
        pl.col("online_platform").alias("网购平台"),
        _yes_no("is_livestream").alias("是否直播"),
        _yes_no("is_prepaid").alias("是否预付式消费"),
        _number("consumed_yuan").alias("消费金额(单位:元)"),
        _number("disputed_yuan").alias("争议金额(单位:元)"),
        _time("disputed_at", NATIONAL_TIME).alias("争议发生时间"),
        pl.col("tags").alias("标签"),
        pl.col("handling_unit").alias("处理机构"),
        pl.col("handling_section").alias("处理部门"),
        _time("dispatched_at", NATIONAL_TIME).alias("分送时间"),
        _time("first_check_due_at", NATIONAL_TIME).alias("初查期限"),
        _time("first_checked_at", NATIONAL_TIME).alias("初查时间"),
        first_check.alias("初查受理状态"),
        pl.col("reject_reason").alias("不予受理原因"),
        _time("accepted_at", NATIONAL_TIME).alias("受理时间"),
        _time("due_at", NATIONAL_TIME).alias("办理期限"),
        _time("closed_at", NATIONAL_TIME).alias("办结时间"),
        _worded("status", STATUS_WORDS).alias("办理情况状态"),
        _worded("mediation_result", MEDIATION_WORDS).alias("调解结果"),
        pl.col("mediation_end_reason").alias("终止调解原因"),
        _yes_no("is_transferred_to_case").alias("是否诉转案"),
        _yes_no("is_case_opened").alias("是否立案"),
        _time("case_opened_at", NATIONAL_TIME).alias("立案时间"),
        _number("case_value_yuan").alias("案值(单位:元)"),
        _number("fined_yuan").alias("罚款金额(单位:元)"),
        _number("confiscated_yuan").alias("没收金额(单位:元)"),
        _number("recovered_yuan").alias("挽回经济损失(单位:元)"),
        pl.col("feedback").alias("反馈内容"),
        pl.col("satisfaction").cast(pl.String).alias("满意度"),
        _yes_no("is_published").alias("是否公示"),
        _time("published_at", NATIONAL_TIME).alias("公示时间"),
        _yes_no("is_odr").alias("是否ODR"),
        _worded("odr_result", ODR_WORDS).alias("ODR结果"),
        _yes_no("is_supervised").alias("督办标志"),
        _yes_no("is_serial_claimant").alias("是否疑似职业索赔"),
        pl.col("linked_id").alias("关联编号"),
        _time("updated_at", NATIONAL_TIME).alias("更新时间"),
    ]


def hotline_columns(labels: Labels) -> list[pl.Expr]:
    """Return the 12345 hotline's orders: regions by name, amounts as words, minutes only."""
    return [
        pl.col("submission_id").alias("工单编号"),
        _time("registered_at", HOTLINE_TIME).alias("受理时间"),
        _worded("channel", labels.channels).alias("来电渠道"),
        _worded("kind", KIND_WORDS).alias("工单类型"),
        pl.col("person_name").alias("来电人"),
        _worded("complainant_gender", {"female": "女士", "male": "先生"}).alias("性别"),
        pl.col("person_phone").alias("来电号码"),
        pl.col("person_address").alias("来电人地址"),
        pl.when(pl.col("row") % 3 == 0).then(_worded("county_code", labels.full_counties))
        .otherwise(_worded("county_code", labels.county_names)).alias("所属区县"),
        _worded("street_code", labels.street_names).alias("街道乡镇"),
        pl.col("respondent_name").alias("被反映单位"),
        pl.col("respondent_address").alias("单位地址"),
        pl.col("uscc").alias("单位信用代码"),
        _worded("industry", labels.industries).alias("所属行业"),
        pl.col("title").alias("工单标题"),
        pl.col("narrative").alias("诉求描述"),
        _product_path(labels, "/", root={}).alias("诉求类别"),
        pl.col("product_name").alias("商品或服务"),
        _issue_path(labels, "/", root=False).alias("问题类别"),
        _remedies("、").alias("诉求目的"),
        _spoken_amount("disputed_yuan").alias("涉及金额"),
        _spoken_amount("consumed_yuan").alias("消费金额"),
        _yes_no("is_online").alias("是否网购"),
        pl.col("online_platform").alias("电商平台"),
        _yes_no("is_livestream").alias("直播带货"),
        _yes_no("is_prepaid").alias("预付卡"),
        _time("disputed_at", HOTLINE_TIME).alias("消费时间"),
        pl.col("handling_unit").alias("承办单位"),
        pl.col("handling_section").alias("承办部门"),
        _time("dispatched_at", HOTLINE_TIME).alias("派单时间"),
        _time("first_check_due_at", HOTLINE_TIME).alias("初查截止"),
        _time("first_checked_at", HOTLINE_TIME).alias("初查反馈时间"),
        _worded("acceptance", ACCEPTANCE_WORDS).alias("受理情况"),
        pl.col("reject_reason").alias("不受理原因"),
        _time("due_at", HOTLINE_TIME).alias("办理截止"),
        _time("closed_at", HOTLINE_TIME).alias("办结时间"),
        _worded("status", STATUS_WORDS).alias("工单状态"),
        _worded("mediation_result", MEDIATION_WORDS).alias("调解结果"),
        pl.col("mediation_end_reason").alias("终止原因"),
        _yes_no("is_case_opened").alias("是否立案"),
        _time("case_opened_at", HOTLINE_TIME).alias("立案时间"),
        _spoken_amount("fined_yuan").alias("罚款"),
        _spoken_amount("confiscated_yuan").alias("没收"),
        _spoken_amount("recovered_yuan").alias("挽回损失"),
        _yes_no("is_transferred_to_case").alias("诉转案"),
        pl.col("feedback").alias("办理结果"),
        pl.col("satisfaction").cast(pl.String).replace(SATISFACTION_WORDS).alias("满意度评价"),
        _yes_no("is_published").alias("是否公示"),
        _time("published_at", HOTLINE_TIME).alias("公示时间"),
        _yes_no("is_supervised").alias("督办"),
        _yes_no("is_serial_claimant").alias("疑似职业索赔"),
        pl.col("linked_id").alias("关联工单"),
        _time("updated_at", HOTLINE_TIME).alias("更新时间"),
    ]  # fmt: skip


def district_columns(labels: Labels, *, as_text: bool) -> list[pl.Expr]:
    """Return a district platform's export; times as texts, or as spreadsheet times."""

    def time(name: str) -> pl.Expr:
        return _time(name, DISTRICT_TIME) if as_text else pl.col(name)

    def amount(name: str) -> pl.Expr:
        return _number(name) if as_text else pl.col(name)

    return [
        pl.col("submission_id").alias("工单号"),
        _worded("kind", FORM_WORDS).alias("表单类型"),
        pl.col("title").alias("标题"),
        pl.col("person_name").alias("(投诉/举报人)姓名"),
        _worded("complainant_gender", GENDER_WORDS).alias("性别"),
        pl.col("person_phone").alias("联系电话"),
        pl.col("person_id_number").alias("证件号码"),
        pl.col("complainant_age_band").alias("年龄段"),
        _worded("channel", labels.channels).alias("接收方式"),
        pl.col("information_source").alias("信息来源"),
        time("registered_at").alias("登记日期"),
        pl.col("respondent_name").alias("涉及主体名称"),
        pl.col("uscc").alias("统一社会信用代码"),
        pl.col("operator_type").alias("市场主体类型"),
        _worded("industry", labels.industries).alias("业务分类/行业分类"),
        _worded("county_code", labels.county_names).alias("经营地址区"),
        pl.col("respondent_address").alias("地址"),
        pl.col("incident_place").alias("事发地"),
        pl.col("product_name").alias("商品/服务名称"),
        pl.col("brand").alias("品牌"),
        _product_path(labels, "-", root={"G": "商品", "S": "服务"}).alias("涉及客体分类"),
        amount("quantity").alias("数量"),
        amount("consumed_yuan").alias("消费金额"),
        amount("disputed_yuan").alias("争议金额"),
        _worded("sale_mode", SALE_WORDS).alias("购物方式"),
        _yes_no("is_online").alias("是否网购"),
        pl.col("online_platform").alias("网购平台"),
        time("disputed_at").alias("争议发生时间"),
        _issue_path(labels, "-", root=False).alias("问题分类"),
        pl.col("narrative").alias("投诉内容"),
        pl.col("handling_unit").alias("承办机构"),
        time("dispatched_at").alias("案件分派日期"),
        time("first_check_due_at").alias("初查反馈期限"),
        time("first_checked_at").alias("初步反馈日期"),
        _worded("acceptance", ACCEPTANCE_WORDS).alias("受理状态"),
        time("due_at").alias("办理期限"),
        time("closed_at").alias("办结日期"),
        _worded("status", STATUS_WORDS).alias("办理状态"),
        _worded("mediation_result", MEDIATION_WORDS).alias("调解结果"),
        _yes_no("is_transferred_to_case").alias("是否诉转案"),
        _yes_no("is_case_opened").alias("是否立案"),
        amount("case_value_yuan").alias("案值"),
        amount("fined_yuan").alias("罚款金额"),
        amount("confiscated_yuan").alias("没收金额"),
        amount("recovered_yuan").alias("挽回金额"),
        pl.col("satisfaction").cast(pl.String).alias("满意度"),
        _yes_no("is_published").alias("信息公开"),
        _yes_no("is_serial_claimant").alias("是否职投"),
        pl.col("linked_id").alias("登记编号"),
        time("updated_at").alias("更新时间"),
    ]


STATION_GROUPS = (
    ("登记", 3), ("诉求人", 4), ("被投诉方", 3), ("诉求情况", 6), ("处理情况", 5),
)  # fmt: skip
"""Upper header of the stations' sheet: title and number of columns under it."""


def station_columns(labels: Labels) -> list[pl.Expr]:
    """Return the sheet that consumer stations keep by hand."""
    return [
        pl.col("submission_id").alias("序号"),
        _time("registered_at", STATION_TIME).alias("日期"),
        _worded("kind", KIND_WORDS).alias("性质"),
        pl.col("person_name").alias("姓名"),
        _worded("complainant_gender", GENDER_WORDS).alias("性别"),
        pl.col("person_phone").alias("电话"),
        pl.col("person_address").alias("住址"),
        pl.col("respondent_name").alias("名称"),
        pl.col("respondent_address").alias("地址"),
        _worded("county_code", labels.full_counties).alias("所在县区"),
        pl.col("product_name").alias("商品或服务"),
        _product_path(labels, "/", root={}).alias("类别"),
        _issue_path(labels, "/", root=False).alias("问题"),
        _spoken_amount("disputed_yuan").alias("金额"),
        pl.col("narrative").alias("经过"),
        _remedies("、").alias("要求"),
        _worded("status", STATUS_WORDS).alias("状态"),
        _worded("mediation_result", MEDIATION_WORDS).alias("调解结果"),
        _time("closed_at", STATION_TIME).alias("办结日期"),
        _spoken_amount("recovered_yuan").alias("挽回损失"),
        _time("updated_at", NATIONAL_TIME).alias("更新时间"),
    ]


def _worded(column: str, words: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(dict(words), default=None, return_dtype=pl.String)


def _time(column: str, form: str) -> pl.Expr:
    return pl.col(column).dt.strftime(form)


def _yes_no(column: str) -> pl.Expr:
    return pl.when(pl.col(column)).then(pl.lit("是")).when(~pl.col(column)).then(pl.lit("否"))


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.strip_suffix(".0")


def _remedies(separator: str) -> pl.Expr:
    codes = pl.col("requested_remedies")
    return codes.str.replace_many(list(REMEDY_WORDS), list(REMEDY_WORDS.values())).str.replace_all(
        ",", separator, literal=True
    )


def _product_path(labels: Labels, separator: str, *, root: Mapping[str, str]) -> pl.Expr:
    """Return category and product as a path; every so often the category's former name."""
    category = pl.col("product").str.split("-").list.first()
    old = category.replace_strict(dict(labels.old_products), default=None, return_dtype=pl.String)
    name = category.replace_strict(dict(labels.products), default=None, return_dtype=pl.String)
    used = pl.when(pl.col("old_name")).then(pl.coalesce(old, name)).otherwise(name)
    parts = [used, _worded("product", labels.products)]
    if root:
        parts.insert(
            0, pl.col("product").str.head(1).replace_strict(dict(root), return_dtype=pl.String)
        )
    return pl.concat_str(parts, separator=separator)


def _issue_path(labels: Labels, separator: str, *, root: bool) -> pl.Expr:
    parts = [_worded("issue_type", labels.issues), _worded("issue_subtype", labels.issues)]
    if root:
        parts.insert(0, _worded("kind", ISSUE_ROOTS))
    return pl.concat_str(parts, separator=separator)


def _spoken_amount(column: str) -> pl.Expr:
    """Return amounts as clerks type them: 128元, 1,200元, 1.2万, 1200."""
    value = pl.col(column)
    plain = _number(column)
    whole = value.floor().cast(pl.Int64)
    grouped = pl.concat_str(
        (whole // 1000).cast(pl.String),
        pl.lit(","),
        (whole % 1000).cast(pl.String).str.zfill(3),
        pl.lit("元"),
    )
    myriads = pl.concat_str((value / 10_000).cast(pl.String).str.strip_suffix(".0"), pl.lit("万"))
    form = pl.col("row") % 4
    return (
        pl.when((value >= 10_000) & (value % 1_000 == 0) & (form < 2))
        .then(myriads)
        .when((value >= 1_000) & (value < 1_000_000) & (value == value.floor()) & (form == 1))
        .then(grouped)
        .when(form == 2)
        .then(plain)
        .otherwise(pl.concat_str(plain, pl.lit("元")))
    )


def old_name_flags(count: int, rng: np.random.Generator) -> pl.Series:
    """Choose which rows print a former category name."""
    return pl.Series(rng.random(count) < OLD_NAMES)
