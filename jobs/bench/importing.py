"""How quick the import is, beside a reader that takes a file as it is."""

import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy.schema import CreateTableAs

from jobs.bench.processes import Progress
from jobs.bench.report import ImportResult
from jobs.demo.xlsx import write_xlsx
from jobs.importing.mapping import load_mapping
from jobs.importing.run import import_sources
from jobs.importing.sources import open_source
from jobs.refresh import STEPS, refresh
from queries.generations import GenerationStore
from queries.warehouse import open_file

EXPORT_COLUMNS = (
    "登记编号", "类型", "登记时间", "接收方式", "姓名", "联系电话", "企业名称", "统一社会信用代码", "企业地址",
    "经营区(行政区划代码)", "诉求内容", "具体问题", "问题类别全称", "客体类别全称", "商品/服务名称", "销售方式",
    "消费金额(单位:元)", "争议金额(单位:元)", "事发地", "初查受理状态", "办理情况状态", "处理机构", "办结时间",
    "反馈内容", "挽回经济损失(单位:元)",
)  # fmt: skip
"""The 25 columns of the file: those of the national platform's export that most bureaus keep."""

MAPPING = Path("national_12315")

XLSX_ROWS = 100_000
"""Most rows of the workbook; one sheet holds 1,048,576."""

ROUNDS = 3
"""Times that every way of reading is timed, in turns."""

CSV_BARE = "csv_bare"


class ImportedLessError(AssertionError):
    """An import did not take all rows, so its rate says nothing."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(f"{got:,} of {expected:,} rows came in; no rate is reported")


def measure_imports(
    export: pl.DataFrame, folder: Path, *, rounds: int = ROUNDS, progress: Progress
) -> tuple[ImportResult, ...]:
    """Time the import of an export as CSV and XLSX, and DuckDB's bare reader of the same CSV.

    Parameters
    ----------
    export
        Texts, with the columns `EXPORT_COLUMNS`.
    folder
        For the files and warehouses made, which are removed afterwards.

    Raises
    ------
    ImportedLessError
        If rows are missing after an import.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sheet = export.head(XLSX_ROWS)
    csv, workbook = folder / "export.csv", folder / "export.xlsx"
    try:
        export.write_csv(csv)
        write_xlsx(workbook, [("Sheet1", [export.columns], sheet)])
        found: dict[str, list[float]] = {}
        for number in range(1, rounds + 1):
            progress(f"import rates, round {number} of {rounds}")
            for what, seconds in _round(csv, export.height, workbook, sheet.height, folder):
                found.setdefault(what, []).append(seconds)
        bare = found[CSV_BARE]
        return tuple(
            _result(what, seconds, bare, export.height, csv)
            if what.startswith("csv")
            else _result(what, seconds, None, sheet.height, workbook)
            for what, seconds in found.items()
        )
    finally:
        shutil.rmtree(folder)


def _round(
    csv: Path, csv_rows: int, workbook: Path, sheet_rows: int, folder: Path
) -> Iterator[tuple[str, float]]:
    """Time every way once."""
    yield CSV_BARE, _timed(lambda: _read_bare(csv, folder / "bare.duckdb"), csv_rows)
    store = GenerationStore(folder / "warehouse")
    importing = _timed(lambda: _import(csv, store), csv_rows)
    yield "csv", importing
    yield "csv_refresh", importing + _timed(lambda: _refresh(store), csv_rows)
    shutil.rmtree(store.folder)
    yield "xlsx_read", _timed(lambda: _read_workbook(workbook), sheet_rows)
    yield "xlsx", _timed(lambda: _import(workbook, store), sheet_rows)
    shutil.rmtree(store.folder)


def _timed(work: Callable[[], int], rows: int) -> float:
    started = time.perf_counter()
    got = work()
    seconds = time.perf_counter() - started
    if got != rows:
        raise ImportedLessError(rows, got)
    return seconds


def _read_bare(csv: Path, database: Path) -> int:
    engine = sa.create_engine(f"duckdb:///{database}")
    # The engine's own guess at types fails where a later row does not fit it.
    as_it_is: sa.ColumnElement[bool] = sa.literal_column("all_varchar = true")
    read = sa.func.read_csv(str(csv), as_it_is).table_valued("line")
    everything: sa.ColumnElement[object] = sa.literal_column("*")
    try:
        with engine.begin() as conn:
            conn.execute(CreateTableAs(sa.select(everything).select_from(read), "bare"))
        with engine.connect() as conn:
            conn.exec_driver_sql("CHECKPOINT")
            count = sa.select(sa.func.count()).select_from(sa.table("bare"))
            return conn.execute(count).scalar_one()
    finally:
        engine.dispose()
        database.unlink()


def _import(path: Path, store: GenerationStore) -> int:
    return import_sources([str(path)], MAPPING, store=store, synthetic=True).loaded


def _refresh(store: GenerationStore) -> int:
    refresh(store)
    current = store.current()
    if current is None:
        return 0
    warehouse = open_file(current.path, current.name)
    warehouse.engine.dispose()
    return warehouse.submissions if warehouse.fresh >= set(STEPS) else 0


def _read_workbook(path: Path) -> int:
    plan = load_mapping(MAPPING)
    return sum(
        batch.frame.height
        for opened in open_source(str(path), plan.format, plan.column_names())
        for batch in opened.table.batches(EXPORT_COLUMNS)
    )


def _result(
    what: str, seconds: Sequence[float], bare: Sequence[float] | None, rows: int, path: Path
) -> ImportResult:
    median = statistics.median(seconds)
    ratios = [one / other for one, other in zip(seconds, bare, strict=True)] if bare else None
    return ImportResult(
        what=what,
        rows=rows,
        columns=len(EXPORT_COLUMNS),
        file_bytes=path.stat().st_size,
        runs=len(seconds),
        seconds=median,
        rows_per_second=rows / median,
        ratio=statistics.median(ratios) if ratios else None,
        ratio_min=min(ratios) if ratios else None,
        ratio_max=max(ratios) if ratios else None,
    )
