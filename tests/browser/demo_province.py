"""A small demo province in a warehouse, and what stands in its source files as pandas reads them."""

import datetime as dt
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from jobs.refresh import derive
from queries.generations import GenerationStore

END = dt.date(2026, 11, 21)
ASSETS = Path(__file__).parents[2] / "assets"

Days = tuple[dt.date, dt.date]
Frame = Any
"""A frame or series of pandas, whose stubs know too little of what is in it."""

YEAR = (dt.date(2025, 11, 22), END)
YEAR_BEFORE = (dt.date(2024, 11, 22), dt.date(2025, 11, 21))
QUARTER = (dt.date(2026, 8, 24), END)
QUARTER_BEFORE = (dt.date(2026, 5, 26), dt.date(2026, 8, 23))
QUARTER_LAST_YEAR = (dt.date(2025, 8, 24), dt.date(2025, 11, 21))
MONTH = (dt.date(2026, 10, 23), END)
MONTH_BEFORE = (dt.date(2026, 9, 23), dt.date(2026, 10, 22))
"""What the addresses ``12m``, ``90d`` and ``30d`` mean at `END`, counted off on a calendar."""

STATED = (
    "id", "at", "updated", "kind", "channel", "name", "uscc", "industry", "address", "county",
    "street", "text", "issue", "product",
)  # fmt: skip
_NATIONAL = (
    "登记编号", "登记时间", "更新时间", "类型", "接收方式", "企业名称", "统一社会信用代码",
    "行业分类", "企业地址", "经营区(行政区划代码)", None, "具体问题", "问题类别全称",
    "客体类别全称",
)  # fmt: skip
_HOTLINE = (
    "工单编号", "受理时间", "更新时间", "工单类型", "来电渠道", "被反映单位", "单位信用代码",
    "所属行业", "单位地址", "所属区县", "街道乡镇", "诉求描述", "问题类别", "诉求类别",
)  # fmt: skip
_DISTRICT = (
    "工单号", "登记日期", "更新时间", "表单类型", "接收方式", "涉及主体名称",
    "统一社会信用代码", "业务分类/行业分类", "地址", "经营地址区", None, "投诉内容",
    "问题分类", "涉及客体分类",
)  # fmt: skip
_STATION = (
    "序号", "日期", "更新时间", "性质", None, "名称", None, None, "地址", "所在县区", None,
    "经过", "问题", "类别",
)  # fmt: skip


def make(folder: Path) -> Frame:
    """Write the files, import them into ``folder/warehouse`` and return what stands in them."""
    made = generate(folder / "files", submissions=8_000, operators=1_200, months=26, end=END)
    store = GenerationStore(folder / "warehouse")
    for pattern, mapping in made.sources:
        last = (pattern, mapping) == made.sources[-1]
        import_sources(
            [str(pattern)], mapping, store=store, synthetic=True, derive=derive if last else None
        )
    return read(folder / "files")


def read(files: Path) -> Frame:
    """Return one row per submission: the last record of each id, with the columns `STATED`.

    ``county`` is a code, ``issue`` and ``product`` are names of the category; ``has_hour`` is
    False where only the day is stated; ``operator`` is the code of the operator that the stated
    code or name means, by the truth that comes with the files.
    """
    text: Any = {"dtype": str, "keep_default_na": False}
    national = [pd.read_csv(path, **text) for path in sorted(files.glob("全国12315平台导出_*.csv"))]
    hotline = [
        pd.read_csv(path, encoding="gb18030", skiprows=2, **text)
        for path in sorted(files.glob("12345热线工单_*.csv"))
    ]
    district = [pd.read_csv(path, **text) for path in sorted(files.glob("洪山区综合平台_*.csv"))]
    [sheet] = files.glob("消费维权服务站登记表.xlsx")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Workbook contains no default style")
        district += [pd.read_excel(path, **text) for path in files.glob("洪山区综合平台_*.xlsx")]
        stations = pd.read_excel(sheet, sheet_name=None, header=1, **text).values()
    rows: Frame = pd.concat(
        [
            _named(national, _NATIONAL, "->", category=1),
            _named(hotline, _HOTLINE, "/", category=0),
            _named(district, _DISTRICT, "-", category=0, root=1),
            _named(list(stations), _STATION, "/", category=0),
        ],
        ignore_index=True,
    )
    rows["at"] = _times(rows["registered"])
    rows = rows[(rows["id"] != "") & rows["at"].notna()]
    rows["updated"] = _times(rows["updated"])
    rows = rows.sort_values("updated", kind="stable").drop_duplicates("id", keep="last")
    rows["has_hour"] = rows["registered"].str.contains(":", regex=False)
    rows["kind"] = rows["kind"].str.removesuffix("单")
    rows["channel"] = rows["channel"].replace("", "消费维权服务站")
    rows["county"] = rows["county"].replace(_counties())
    meant = rows["name"].map(_operators(truth(files)))
    rows["operator"] = rows["uscc"].where(rows["uscc"] != "", meant).fillna("")
    return rows.reset_index(drop=True)


def _named(
    parts: list[Frame],
    names: tuple[str | None, ...],
    separator: str,
    *,
    category: int,
    root: int | None = None,
) -> Frame:
    rows: Frame = pd.concat(parts, ignore_index=True)
    found = {
        stated: rows[name].fillna("") if name else ""
        for stated, name in zip(STATED, names, strict=True)
    }
    named: Frame = pd.DataFrame(found, index=rows.index).rename(columns={"at": "registered"})
    named["issue"] = named["issue"].str.split(separator).str[category].fillna("")
    at = category if root is None else root
    named["product"] = named["product"].str.split(separator).str[at].fillna("")
    return named


def _times(texts: Frame) -> Frame:
    plain = texts.str.replace(r"[年月./]", "-", regex=True).str.replace("日", "")
    return pd.to_datetime(plain, errors="coerce", format="mixed")


def asset(name: str) -> Frame:
    """Return a CSV file of ``assets``."""
    return pd.read_csv(ASSETS / name, dtype=str, keep_default_na=False)


def truth(files: Path) -> Frame:
    """Return the operators that there are, by code: what each is called, and how."""
    return pd.read_csv(files / "truth_operators.csv", dtype=str).set_index("uscc")


def _operators(known: Frame) -> Frame:
    forms = ["name", "sign", "short", "misspelt"]
    called = known.reset_index().melt("uscc", forms, value_name="called")
    called = called.drop_duplicates(["uscc", "called"]).drop_duplicates("called", keep=False)
    return called.set_index("called")["uscc"]


def _counties() -> dict[str, str]:
    regions = asset("regions/regions.csv").set_index("code")
    home = regions[regions.index.str.startswith("42")]
    names = home["name"]
    counties = home[(home["level"] == "county") | names.index.str.startswith("4290")]
    codes = {}
    for code, county in counties.iterrows():
        codes[county["name"]] = code
        codes[names.get(county["parent_code"], "") + county["name"]] = code
    return codes


def within(rows: Frame, days: Days) -> Frame:
    return rows[rows["at"].dt.date.between(*days)]


def standing(now: Frame, before: Frame) -> Frame:
    """Count stated members now and before: columns ``now``, ``before`` and their ranks."""
    found: Frame = pd.DataFrame(
        {"now": now[now != ""].value_counts(), "before": before.value_counts()}
    )
    found = found[found["now"].notna()].fillna(0).astype(int)
    before = before[before != ""].value_counts()
    ranks = before.rank(ascending=False, method="min")
    found["rank"] = found["now"].rank(ascending=False, method="min").astype(int)
    found["was"] = found.index.map(ranks)
    return found.sort_values("now", ascending=False, kind="stable")


def largest(values: Frame) -> tuple[str, int]:
    """Return the stated member that stands most often, and how often."""
    counts = values[values != ""].value_counts()
    return str(counts.index[0]), int(counts.iloc[0])


def codes_of(name: str, level: str) -> dict[str, str]:
    """Return the codes of a classification's level by present and former names."""
    found = asset(f"classification/{name}.csv")
    found = found[found["level"] == level]
    former = {
        alias: row.code for row in found.itertuples() for alias in row.aliases.split(";") if alias
    }
    return former | dict(zip(found["name"], found["code"], strict=True))


def cities(rows: Frame) -> Frame:
    """Return the city code of each submission; some counties are cities of their own."""
    county = rows["county"]
    return county.where(county.str.startswith("4290"), county.str[:4] + "00")


def issues(rows: Frame) -> Frame:
    """Return the code of the category of issue."""
    return rows["issue"].map(codes_of("issues", "type")).fillna("")


def goods(rows: Frame) -> Frame:
    """Return the code of the category of goods or services."""
    return rows["product"].map(codes_of("products", "category")).fillna("")


def sections(rows: Frame) -> Frame:
    """Return the letter of the section that the industry belongs to."""
    return rows["industry"].map(codes_of("industries", "division")).str[:1].fillna("")


def ranked(page: Page, board: str, code: str) -> Locator:
    """Return a member's row in the ranking of a page, once it is there."""
    row = page.locator(f'.ranking [data-id="toggle|{board}|{code}"]')
    row.wait_for()
    return row


def cells(page: Page, code: str) -> Locator:
    """Return the cells of a row of a table, once they are there."""
    found = page.locator(f'tr[data-code="{code}"] td')
    found.first.wait_for(state="attached")
    return found


def expect_row(
    row: Locator,
    now: float,
    *,
    rank: float | None = None,
    before: float | None = None,
    was: float | None = None,
    last_year: float | None = None,
) -> None:
    """Expect a row of a ranking to show these counts, the changes that follow, and these ranks."""
    expect(row.locator(".cell.value")).to_have_text(f"{now:,.0f}")
    if rank is not None:
        expect(row.locator(".rank")).to_have_text(f"{rank:,.0f}")
    if was is not None and rank is not None:
        climbed = was - rank
        text = f"{'↑' if climbed > 0 else '↓'}{abs(climbed):,.0f}" if climbed else "平"
        expect(row.locator(".move")).to_have_text(text)
    if before is not None:
        change = now - before
        expect(row.locator(".cell.change")).to_have_text(f"{change:+,.0f}" if change else "0")
        expect(row.locator(".cell.change_rate")).to_have_text(_rate(now, before))
    if last_year is not None:
        expect(row.locator(".cell.yearly_rate")).to_have_text(_rate(now, last_year))


def _rate(now: float, before: float) -> str:
    grown = (now - before) / before
    if not grown:
        return "持平"
    arrow = "↑" if grown > 0 else "↓"
    return f"{arrow}{grown:.1f}倍" if grown >= 10 else f"{arrow}{abs(grown):.1%}"
