"""What was measured, as plain values and as tables for a terminal."""

import io
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from jobs.bench.machine import Machine
from jobs.bench.pages import PageResult
from jobs.bench.race import Timing
from jobs.bench.scores import ScoresResult, scores_table
from jobs.bench.texts import TextsResult, texts_table
from jobs.bench.viewers import ViewersResult

TABLE_WIDTH = 120
"""Columns of the terminal that the tables are set for."""

BUDGET_SUBMISSIONS = 20_000_000
"""Submissions that the budgets are meant for; ours."""

BUDGET_SECONDS = {"30d": 0.10, "12m": 0.25, "all": 0.40, "12m+2": 0.80, "all+2": 0.80}
"""Warm p95 of the app by selection, in seconds on two cores; ours. Two filters: from the facts."""

PAGE_BUDGETS = (0.5, 0.1)
"""Seconds that a page may take on the server, of a selection that is new and known; ours."""


@dataclass(frozen=True, slots=True)
class Made:
    """A warehouse that was measured, and what making it took.

    Attributes
    ----------
    reused
        True if it was there from an earlier run, whose figures then stand here.
    generate_seconds, import_seconds, refresh_seconds
        Making the rows as Parquet, importing them, deriving everything.
    peak_bytes
        Most memory of the import and refresh with their helper processes.
    cube_bytes, cube_rows
        Of all cubes and rollups together, as they lie in the file.
    """

    submissions: int
    reused: bool
    generate_seconds: float
    import_seconds: float
    refresh_seconds: float
    peak_bytes: int
    file_bytes: int = 0
    cube_bytes: int = 0
    cube_rows: int = 0
    word_rows: int = 0


@dataclass(frozen=True, slots=True)
class ScreenResult:
    """One engine over one selection.

    Attributes
    ----------
    cold_seconds
        First screen with the files out of the page cache, opening included.
    ratio, ratio_min, ratio_max
        Seconds divided by the app's of the same round: median, least, most.
    budget_seconds
        What the app's p95 is held against; None for other engines and other numbers of rows.
    """

    submissions: int
    selection: str
    engine: str
    runs: int
    cold_seconds: float | None
    median_seconds: float
    p95_seconds: float
    ratio: float
    ratio_min: float
    ratio_max: float
    budget_seconds: float | None


def screen_result(
    timing: Timing, *, submissions: int, selection: str, app: str, cold_seconds: float | None
) -> ScreenResult:
    """Sum up the runs of one engine."""
    held = timing.engine == app and submissions == BUDGET_SUBMISSIONS
    return ScreenResult(
        submissions=submissions,
        selection=selection,
        engine=timing.engine,
        runs=len(timing.seconds),
        cold_seconds=cold_seconds,
        median_seconds=timing.median,
        p95_seconds=timing.p95,
        ratio=statistics.median(timing.ratios),
        ratio_min=min(timing.ratios),
        ratio_max=max(timing.ratios),
        budget_seconds=BUDGET_SECONDS.get(selection) if held else None,
    )


@dataclass(frozen=True, slots=True)
class MemoryResult:
    """What one engine took for itself."""

    submissions: int
    engine: str
    open_seconds: float
    peak_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """One way of reading one file.

    Attributes
    ----------
    ratio, ratio_min, ratio_max
        Seconds divided by those of the bare reader in the same round: median, least, most;
        None where there is no bare reader.
    """

    what: str
    rows: int
    columns: int
    file_bytes: int
    runs: int
    seconds: float
    rows_per_second: float
    ratio: float | None
    ratio_min: float | None
    ratio_max: float | None


@dataclass(frozen=True, slots=True)
class BenchReport:
    """Everything that one run measured."""

    machine: Machine
    seed: int
    cap: int
    made: tuple[Made, ...]
    screens: tuple[ScreenResult, ...]
    memory: tuple[MemoryResult, ...]
    imports: tuple[ImportResult, ...]
    pages: tuple[PageResult, ...] = ()
    viewers: tuple[ViewersResult, ...] = ()
    scores: tuple[ScoresResult, ...] = ()
    texts: tuple[TextsResult, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return asdict(self)

    def table(self) -> str:
        """Return tables for a terminal."""
        written = io.StringIO()
        console = Console(file=written, width=TABLE_WIDTH)
        counts = dict.fromkeys(each.submissions for each in self.screens)
        for each in (
            *[_screens_table(self.screens, count, self.cap) for count in counts],
            _memory_table(self.memory),
            _made_table(self.made),
            _imports_table(self.imports),
            _pages_table(self.pages),
            _viewers_table(self.viewers),
            scores_table(self.scores),
            texts_table(self.texts),
        ):
            if each.row_count:
                console.print(each)
        return self._head() + written.getvalue()

    def _head(self) -> str:
        versions = "，".join(f"{name} {each}" for name, each in self.machine.versions.items())
        return (
            f"{self.machine.cores}核，内存{_gigabytes(self.machine.memory_bytes)}，{versions}；"
            f"随机种子{self.seed}\n"
        )


def _screens_table(screens: Sequence[ScreenResult], submissions: int, cap: int) -> Table:
    table = _table(
        f"一屏十问，{submissions:,}件",
        ["筛选", "引擎"],
        ["次数", "冷启动 ms", "中位 ms", "p95 ms", "目标 ms", "与本系统之比", "最小–最大"],
        caption=(
            "比值：同一轮中该引擎用时除以本系统用时，大于1即比本系统慢。"
            f"pandas、SQLite只测{cap:,}件以内，不作推算。"
        ),
    )
    previous = ""
    for each in screens:
        if each.submissions != submissions:
            continue
        if previous not in {"", each.selection}:
            table.add_section()
        table.add_row(
            SELECTIONS_SHOWN[each.selection] if each.selection != previous else "",
            ENGINES_SHOWN[each.engine],
            str(each.runs),
            _milliseconds(each.cold_seconds),
            _milliseconds(each.median_seconds),
            _milliseconds(each.p95_seconds),
            _budget(each),
            f"{each.ratio:.2f}",
            f"{each.ratio_min:.2f}–{each.ratio_max:.2f}",
        )
        previous = each.selection
    return table


def _memory_table(memory: Sequence[MemoryResult]) -> Table:
    table = _table("各引擎的内存与文件", ["诉求量", "引擎"], ["打开或装载 s", "内存峰值", "文件"])
    for each in memory:
        table.add_row(
            f"{each.submissions:,}",
            ENGINES_SHOWN[each.engine],
            f"{each.open_seconds:.2f}",
            _gigabytes(each.peak_bytes),
            _gigabytes(each.file_bytes),
        )
    return table


def _made_table(made: Sequence[Made]) -> Table:
    table = _table(
        "数据仓库的生成",
        ["诉求量"],
        ["生成 s", "导入 s", "更新 s", "内存峰值", "文件", "汇总表", "汇总行数", "词行数"],
        caption="沿用以前生成的数据仓库时，所列为当时的用时",
    )
    for each in made:
        table.add_row(
            f"{each.submissions:,}{'（沿用）' if each.reused else ''}",
            f"{each.generate_seconds:.1f}",
            f"{each.import_seconds:.1f}",
            f"{each.refresh_seconds:.1f}",
            _gigabytes(each.peak_bytes),
            _gigabytes(each.file_bytes),
            _gigabytes(each.cube_bytes),
            f"{each.cube_rows:,}",
            f"{each.word_rows:,}",
        )
    return table


def _imports_table(imports: Sequence[ImportResult]) -> Table:
    table = _table(
        "导入速度",
        ["做法"],
        ["行", "列", "文件", "次数", "用时 s", "行/秒", "与直接读入之比", "最小–最大"],
        caption="直接读入：DuckDB的read_csv把同一文件原样读成一张表，不核对、不合并",
    )
    for each in imports:
        spread = "–" if each.ratio is None else f"{each.ratio_min:.2f}–{each.ratio_max:.2f}"
        table.add_row(
            IMPORTS_SHOWN[each.what],
            f"{each.rows:,}",
            str(each.columns),
            _gigabytes(each.file_bytes),
            str(each.runs),
            f"{each.seconds:.2f}",
            f"{each.rows_per_second:,.0f}",
            "–" if each.ratio is None else f"{each.ratio:.2f}",
            spread,
        )
    return table


def _pages_table(pages: Sequence[PageResult]) -> Table:
    table = _table(
        "各页面的服务端用时",
        ["诉求量", "页面", "期间"],
        [
            "次数",
            "首次",
            "首次 p95",
            "再次",
            "再次 p95",
            "发送",
            "减速",
        ],
        caption=(
            "从请求到最后一条消息，不含浏览器。首次：此前无人问过的条件；再次：同一条件再问；均为中位，单位 ms。"
            "减速：当时一段固定计算的用时与最快时之比。"
            f"目标：首次不超过{_milliseconds(PAGE_BUDGETS[0])} ms，"
            f"再次不超过{_milliseconds(PAGE_BUDGETS[1])} ms"
        ),
    )
    for each in pages:
        table.add_row(
            f"{each.submissions:,}",
            each.page,
            SELECTIONS_SHOWN[each.period],
            str(each.runs),
            _milliseconds(each.uncached_median),
            _milliseconds(each.uncached_p95),
            _milliseconds(each.cached_median),
            _milliseconds(each.cached_p95),
            _gigabytes(each.sent_bytes),
            f"{each.slowdown:.2f}",
        )
    return table


def _viewers_table(viewers: Sequence[ViewersResult]) -> Table:
    table = _table(
        "多人同时使用",
        ["诉求量"],
        ["人数", "时长 s", "点击", "中位 ms", "p95 ms", "最慢 ms", "内存峰值"],
        caption="每人随机翻看各页，间隔2–6秒；用时从请求到最后一条消息，不含浏览器",
    )
    for each in viewers:
        table.add_row(
            f"{each.submissions:,}",
            str(each.viewers),
            f"{each.seconds:g}",
            f"{each.clicks:,}",
            _milliseconds(each.median_seconds),
            _milliseconds(each.p95_seconds),
            _milliseconds(each.slowest_seconds),
            _gigabytes(each.peak_bytes),
        )
    return table


SELECTIONS_SHOWN = {
    "30d": "近30天",
    "12m": "近12个月",
    "all": "全部",
    "12m+2": "近12个月＋市州＋行业",
    "all+2": "全部＋市州＋行业",
}
ENGINES_SHOWN = {
    "app": "本系统",
    "duckdb": "DuckDB（无汇总）",
    "pandas": "pandas（内存）",
    "sqlite": "SQLite（有索引）",
    "pages": "页面服务",
}
IMPORTS_SHOWN = {
    "csv_bare": "CSV，DuckDB直接读入",
    "csv": "CSV，导入（核对、脱敏、合并）",
    "csv_refresh": "CSV，导入并更新",
    "xlsx_read": "XLSX，读表",
    "xlsx": "XLSX，导入（核对、脱敏、合并）",
}


def _table(
    title: str, texts: Sequence[str], numbers: Sequence[str], *, caption: str | None = None
) -> Table:
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for name in texts:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:,.0f}"


def _budget(each: ScreenResult) -> str:
    if each.budget_seconds is None:
        return "–"
    met = "达到" if each.p95_seconds <= each.budget_seconds else "未达到"
    return f"{_milliseconds(each.budget_seconds)} {met}"


def _gigabytes(size: int) -> str:
    if size >= 1e9:
        return f"{size / 1e9:.2f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1e7 else f"{size / 1e3:.0f} kB"
