"""How the demo's agencies print the register and their events: columns, formats, spellings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from jobs.demo.choosing import Ints
from jobs.demo.conduct import Conduct
from jobs.demo.naming import MISSPELT, OFFICIAL, SHORT, SIGN

NAME_FORMS = {OFFICIAL: 0.9, SIGN: 0.06, SHORT: 0.02, MISSPELT: 0.02}
NO_CODE, WRONG_CODE, NO_COUNTY, HALF_WIDTH = 0.08, 0.01, 0.02, 0.05
OTHER_WORD = 0.1
"""Shares of dirty records; ours."""

REGISTER_DAY = "%Y年%m月%d日"


@dataclass(frozen=True, slots=True)
class Export:
    """One source of events.

    Attributes
    ----------
    name, source
        Short name, and the mapping that reads it.
    corrected
        Column that an earlier version of a record had wrong.
    title
        Lines above the header.
    columns
        Headings and what stands under them, in order.
    """

    name: str
    source: str
    file: str
    kinds: tuple[str, ...]
    prefix: str
    day: str
    columns: Mapping[str, str]
    encoding: str = "utf-8"
    corrected: str | None = None
    title: str = ""

    def heading(self, content: str) -> str:
        """Return the heading over some content."""
        return next(name for name, each in self.columns.items() if each == content)

    @property
    def id_column(self) -> str:
        """Heading of the record's id."""
        return self.heading("event_id")

    @property
    def day_column(self) -> str:
        """Heading of the day."""
        return self.heading("day")

    @property
    def code_column(self) -> str:
        """Heading of the credit code."""
        return self.heading("uscc")


_WHO = {"统一社会信用代码": "uscc", "企业名称": "name", "所属区县": "county"}
_END = {"更新时间": "updated"}

EXPORTS = (
    Export("licences", "demo_licences", "行政许可.csv", ("licence",), "XK", "%Y-%m-%d",
           {"许可证编号": "event_id", **_WHO, "许可类别": "subject", "发证日期": "day",
            "有效期至": "ends", "许可状态": "outcome", "发证机关": "authority", **_END}),
    Export("annual_reports", "demo_annual_reports", "年报公示情况.csv", ("annual_report",), "NB",
           "%Y年%m月%d日",
           {"流水号": "event_id", **_WHO, "年报年度": "count", "报送日期": "day",
            "年报情况": "outcome", **_END}, encoding="gb18030"),
    Export("inspections", "demo_inspections", "双随机及日常检查结果.csv", ("inspection",), "JC", "%Y/%m/%d",
           {"检查任务编号": "event_id", "受检主体": "name", "统一社会信用代码": "uscc", "所属区县": "county",
            "检查事项": "subject", "检查日期": "day", "检查结果": "outcome", "检查机关": "authority",
            "检查情况": "detail", **_END}, corrected="检查结果"),
    Export("samplings", "demo_samplings", "监督抽检结果.xlsx", ("sampling",), "CJ", "%Y.%m.%d",
           {"抽样单编号": "event_id", "被抽样单位": "name", "信用代码": "uscc", "区县": "county",
            "产品名称": "subject", "抽样批次": "count", "抽样日期": "day", "检验结论": "outcome", **_END},
           corrected="检验结论"),
    Export("equipment", "demo_equipment", "特种设备检验.csv", ("equipment",), "TS", "%Y%m%d",
           {"设备注册代码": "event_id", "使用单位": "name", "统一社会信用代码": "uscc", "所属区县": "county",
            "设备种类": "subject", "检验日期": "day", "下次检验日期": "ends", "检验状态": "outcome", **_END}),
    Export("penalties", "demo_penalties", "行政处罚公示.csv", ("penalty",), "鄂市监处罚〔", "%Y年%m月%d日",
           {"决定书文号": "event_id", "当事人名称": "name", "统一社会信用代码": "uscc", "所属区县": "county",
            "违法行为": "subject", "处罚种类": "severity", "罚没金额(万元)": "myriads", "处罚日期": "day",
            "处罚机关": "authority", **_END}, encoding="gb18030",
           title="湖北省行政处罚信息公示（合成数据）\n\n"),
    Export("lists", "demo_lists", "经营异常与严重违法名单.csv", ("abnormal_list", "serious_list"), "MD",
           "%Y-%m-%d",
           {"列入文号": "event_id", **_WHO, "名单类别": "kind", "列入原因": "subject", "列入日期": "day",
            "移出日期": "ends", "作出机关": "authority", **_END}),
    Export("credit_classes", "demo_credit_classes", "信用风险分类结果.csv", ("credit_class",), "FL",
           "%Y-%m-%d",
           {"编号": "event_id", **_WHO, "分类日期": "day", "风险类别": "outcome", **_END}),
    Export("changes", "demo_changes", "变更登记.csv", ("change",), "BG", "%Y-%m-%d",
           {"受理号": "event_id", **_WHO, "变更事项": "outcome", "核准日期": "day", "变更说明": "detail",
            "原法定代表人": "person", "新法定代表人": "other", **_END}, encoding="gb18030"),
    Export("linked_firms", "demo_linked_firms", "关联企业.csv", ("linked_firm",), "GL", "%Y/%m/%d",
           {"记录号": "event_id", **_WHO, "关联企业名称": "subject", "关联企业状态": "outcome",
            "查询日期": "day", **_END}),
    Export("staff", "demo_staff", "从业人员核查.xlsx", ("staff",), "RY", "%Y-%m-%d",
           {"核查编号": "event_id", **_WHO, "姓名": "person", "核查日期": "day", "核查结果": "outcome",
            "情况": "detail", **_END}),
    Export("opinions", "demo_opinions", "涉企舆情.csv", ("opinion",), "YQ", "%Y-%m-%d",
           {"舆情编号": "event_id", **_WHO, "标题": "subject", "等级": "severity", "发现日期": "day", **_END}),
)  # fmt: skip
"""Sources of events, in order of import."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every export needs."""

    conduct: Conduct
    persons: Ints
    words: Mapping[str, Mapping[str, list[str]]]
    rng: np.random.Generator
    counties: pl.Series

    @classmethod
    def of(
        cls,
        conduct: Conduct,
        persons: Ints,
        words: Mapping[str, Mapping[str, list[str]]],
        rng: np.random.Generator,
    ) -> "Desk":
        """Make the desk of a province."""
        world = conduct.province.world
        counties = pl.Series(world.places.county_names).gather(
            world.operators.county.astype(np.uint32)
        )
        return cls(conduct, persons, words, rng, counties)

    def codes(self, operator: pl.Series, *, none: float, wrong: float) -> pl.Series:
        """Return credit codes, some missing, some with a wrong check character."""
        rng, given = self.rng, self.conduct.province.world.operators.uscc.gather(operator)
        draw = pl.Series(rng.random(len(given)))
        last = given.str.slice(17).replace_strict({"A": "B"}, default="A", return_dtype=pl.String)
        misread = given.str.head(17) + last
        return misread.zip_with(draw < wrong, given).set(
            (draw >= wrong) & (draw < wrong + none), None
        )

    def spoken(self, section: str, codes: pl.Series) -> pl.Series:
        """Return the words for codes; every so often another one than the commonest."""
        listed = self.words.get(section)
        if listed is None:
            return codes
        usual = {code: words[0] for code, words in listed.items()}
        other = {code: words[min(1, len(words) - 1)] for code, words in listed.items()}
        first = codes.replace_strict(usual, default=None, return_dtype=pl.String)
        second = codes.replace_strict(other, default=None, return_dtype=pl.String)
        return second.zip_with(pl.Series(self.rng.random(len(codes)) < OTHER_WORD), first)

    def names(self, operator: pl.Series) -> pl.Series:
        """Return names as other agencies write them."""
        rng, known = self.rng, self.conduct.province.world.operators.names
        form = rng.choice(list(NAME_FORMS), len(operator), p=list(NAME_FORMS.values()))
        found = known[OFFICIAL].gather(operator)
        for each in (SIGN, SHORT, MISSPELT):
            found = known[each].gather(operator).zip_with(pl.Series(form == each), found)
        half = found.str.replace_many(["（", "）"], ["(", ")"])
        return half.zip_with(pl.Series(rng.random(len(found)) < HALF_WIDTH), found)


def event_cells(desk: Desk, export: Export, events: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Return the cells of a source, and the true credit code of each record."""
    operator = events["operator"].cast(pl.UInt32)
    sheet = _Sheet(desk, export, events, operator)
    cells = pl.DataFrame({name: sheet.content(content) for name, content in export.columns.items()})
    return cells, desk.conduct.province.world.operators.uscc.gather(operator)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One source being printed."""

    desk: Desk
    export: Export
    events: pl.DataFrame
    operator: pl.Series

    def content(self, content: str) -> pl.Series:
        """Return what stands under a heading."""
        write = _WRITERS.get(content)
        return self.events[content] if write is None else write(self)

    def ids(self) -> pl.Series:
        """Return the records' ids: prefix, year and number."""
        number = pl.int_range(1, self.events.height + 1, eager=True).cast(pl.String).str.zfill(6)
        closing = "〕号" if self.export.prefix.endswith("〔") else ""
        year = _days(self.events["day"], "%Y")
        return self.export.prefix + year + closing[:1] + number + closing[1:]

    def county(self) -> pl.Series:
        """Return counties by name, some blank."""
        blank = pl.Series(self.desk.rng.random(len(self.operator)) < NO_COUNTY)
        return self.desk.counties.gather(self.operator).set(blank, None)

    def spoken(self, column: str) -> pl.Series:
        """Return the words for outcomes or severities."""
        return self.desk.spoken(f"{self.export.kinds[0]}_{column}", self.events[column])

    def updated(self) -> pl.Series:
        """Return when each record was last touched: some days later."""
        days = self.events["day"].to_numpy() + self.desk.rng.integers(0, 9, self.events.height)
        last = np.minimum(days, self.desk.conduct.last_day)
        return _days(pl.Series(last), "%Y-%m-%d") + " 17:30:00"

    def people(self, who: str) -> pl.Series:
        """Return names: of staff, or of the legal persons before and after a change."""
        conduct = self.desk.conduct
        number = self.desk.persons[self.operator.to_numpy()]
        if who == "person":
            number = number + 500_000_000 + self.events["day"].to_numpy()
        names = conduct.province.world.people.name(number)
        if self.export.kinds == ("change",):
            return names.set(self.events["outcome"] != "legal_person", None)
        return names

    def detail(self) -> pl.Series:
        """Return remarks; those about people name them."""
        if self.export.kinds == ("change",):
            return "法定代表人由" + self.people("person") + "变更为" + self.people("other")
        if self.export.kinds == ("staff",):
            return (
                "经核查，从业人员"
                + self.people("person")
                + self.desk.spoken("staff_outcome", self.events["outcome"])
            )
        return self.events["outcome"].replace_strict(REMARKS, default=None, return_dtype=pl.String)


REMARKS = {
    "failed": "现场发现问题，已立案或移交",
    "corrected": "当场责令改正",
    "refused": "拒不配合检查",
    "unreachable": "住所查无该企业",
}

_WRITERS: dict[str, Callable[[_Sheet], pl.Series]] = {
    "event_id": _Sheet.ids,
    "uscc": lambda sheet: sheet.desk.codes(sheet.operator, none=NO_CODE, wrong=WRONG_CODE),
    "name": lambda sheet: sheet.desk.names(sheet.operator),
    "county": _Sheet.county,
    "day": lambda sheet: _days(sheet.events["day"], sheet.export.day),
    "ends": lambda sheet: _days(sheet.events["ends"], sheet.export.day),
    "kind": lambda sheet: sheet.desk.spoken("event_kind", sheet.events["kind"]),
    "outcome": lambda sheet: sheet.spoken("outcome"),
    "severity": lambda sheet: sheet.spoken("severity"),
    "myriads": lambda sheet: _myriads(sheet.events["amount"]),
    "count": lambda sheet: sheet.events["count"].cast(pl.String),
    "authority": lambda sheet: sheet.desk.counties.gather(sheet.operator) + "市场监督管理局",
    "updated": _Sheet.updated,
    "person": lambda sheet: sheet.people("person"),
    "other": lambda sheet: sheet.people("other"),
    "detail": _Sheet.detail,
}


def _days(days: pl.Series, form: str) -> pl.Series:
    return days.cast(pl.Int32).cast(pl.Date).dt.strftime(form)


def _myriads(yuan: pl.Series) -> pl.Series:
    """Return amounts in units of 10,000 yuan, every third with its unit written out."""
    plain = (yuan / 10_000).round(4).cast(pl.String)
    spelled = (yuan.cast(pl.Int64).cast(pl.String)) + "元"
    return spelled.zip_with(pl.int_range(len(yuan), eager=True) % 3 == 0, plain)


def register_cells(desk: Desk, register: pl.DataFrame) -> pl.DataFrame:
    """Return the register as its administration prints it."""
    firms, operator = desk.conduct.province.world.operators, register["operator"].cast(pl.UInt32)
    names = firms.names[OFFICIAL]
    half = names.str.replace_many(["（", "）"], ["(", ")"])
    return pl.DataFrame({
        "统一社会信用代码": desk.codes(operator, none=0.012, wrong=0.006),
        "企业名称": half.zip_with(pl.Series(desk.rng.random(len(names)) < HALF_WIDTH), names),
        "市场主体类型": firms.kinds,
        "行业代码": firms.industry,
        "登记区县": desk.counties,
        "住所": register["address"],
        "成立日期": _days(register["established"], REGISTER_DAY),
        "登记状态": desk.spoken("operator_status", register["status"]),
        "状态日期": _days(register["status_day"], REGISTER_DAY),
        "注册资本(万元)": (register["capital"] / 10_000).cast(pl.String).str.strip_suffix(".0"),
        "实缴资本(万元)": (register["paid"] / 10_000).cast(pl.String).str.strip_suffix(".0"),
        "法定代表人": register["person"],
        "证件号码": register["id_number"],
        "联系电话": register["phone"],
        "参保人数": register["insured"].cast(pl.String),
        "最近年报年度": register["report_year"].cast(pl.String),
        "是否发卡": pl.Series(["否", "是"]).gather(register["issuer"].cast(pl.UInt32)),
        "网店名称": register["shop"],
        "更新时间": _days(register["updated"], "%Y-%m-%d"),
    })  # fmt: skip
