"""Write the source files about the demo's businesses besides submissions, dirt included."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from jobs.demo import histories, misconduct
from jobs.demo.catalogue import ASSETS
from jobs.demo.choosing import Ints
from jobs.demo.conduct import Conduct, decide_conduct
from jobs.demo.events import date_of
from jobs.demo.operator_exports import EXPORTS, Desk, Export, event_cells, register_cells
from jobs.demo.province import Province
from jobs.demo.registering import legal_persons, register_frame
from jobs.demo.sources import SourceFile
from jobs.demo.xlsx import write_xlsx
from jobs.importing.words import WORDS_FILE

REGISTER = "register"
REGISTER_FILE, CORRECTIONS_FILE = "市场主体登记名册.csv", "市场主体登记名册_更正.xlsx"
REGISTER_PATTERN = "市场主体登记名册*"
RISK_FILE, UNCLEAR_FILE = "truth_risk.csv", "truth_event_operators.csv"

DUPLICATED, CORRECTED, UNUSABLE_SHARE = 0.01, 0.015, 1 / 2_000
"""Records that come twice, in an earlier version too, and that no import can use; ours."""

CORRECTED_FIRMS = 0.015


@dataclass(frozen=True, slots=True)
class OperatorFiles:
    """What was written.

    Attributes
    ----------
    sources
        File patterns and the mapping that reads them, in order of import.
    truth
        What ``truth.json`` says about them.
    """

    files: tuple[SourceFile, ...]
    sources: list[tuple[Path, Path]]
    truth: dict[str, Any]


def write_operator_files(province: Province, folder: Path, *, seed: int) -> OperatorFiles:
    """Write the register and the event sources, and the truth about them.

    Parameters
    ----------
    province
        Its submissions are left as they are; what happens to the businesses follows from them and
        from a hidden riskiness of each.
    """
    conduct = decide_conduct(province, seed=seed)
    persons = legal_persons(conduct)
    told = draw_histories(conduct)
    desk = Desk.of(conduct, persons, _spoken(), np.random.default_rng([seed, 31]))
    register = register_frame(conduct, persons, told["annual_report"])
    files = _write_register(desk, folder, register)
    unclear: list[pl.DataFrame] = []
    counts: dict[str, int] = {}
    for export in EXPORTS:
        events = pl.concat(
            [told[kind].with_columns(kind=pl.lit(kind)) for kind in export.kinds], how="vertical"
        )
        events = events.filter(pl.col("day") <= conduct.last_day).sort(
            "day", "operator", maintain_order=True
        )
        counts |= dict(events.group_by("kind").len().iter_rows())
        cells, operator = event_cells(desk, export, events)
        file, cells, unusable = _with_dirt(desk, export, cells)
        _write(folder / export.file, export, cells)
        files.append(file)
        unclear.append(_unclear(export, cells, operator, unusable))
    pl.concat(unclear).write_csv(folder / UNCLEAR_FILE)
    _write_risk(conduct, folder / RISK_FILE)
    return OperatorFiles(tuple(files), _sources(folder, files), _truth(conduct, files, counts))


def draw_histories(conduct: Conduct) -> dict[str, pl.DataFrame]:
    """Return all events by kind, days after the last included."""
    inspected = pl.concat([histories.inspections(conduct), misconduct.planted_inspections(conduct)])
    sampled = pl.concat([histories.samplings(conduct), misconduct.planted_samplings(conduct)])
    reports = histories.annual_reports(conduct)
    punished = misconduct.penalties(conduct, inspected, sampled)
    return {
        "licence": histories.licences(conduct),
        "annual_report": reports,
        "inspection": inspected,
        "sampling": sampled,
        "equipment": histories.equipment(conduct),
        "penalty": punished,
        "abnormal_list": misconduct.abnormal_list(conduct, reports, inspected),
        "serious_list": misconduct.serious_list(conduct, punished),
        "credit_class": histories.credit_classes(conduct),
        "change": misconduct.changes(conduct),
        "linked_firm": misconduct.linked_firms(conduct, conduct.province.world.operators.names[0]),
        "staff": histories.staff(conduct),
        "opinion": misconduct.opinions(conduct),
    }


def _spoken() -> dict[str, dict[str, list[str]]]:
    """Return the words for each code, commonest first, by section of the word file."""
    listed: dict[str, dict[str, list[str]]] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return listed


def _write_register(desk: Desk, folder: Path, register: pl.DataFrame) -> list[SourceFile]:
    """Write the register, and apart from it corrections that came late."""
    rng, count = desk.rng, register.height
    cells = register_cells(desk, register)
    late = np.sort(rng.choice(count, round(count * CORRECTED_FIRMS), replace=False))
    corrections = cells[late]
    stale = pl.Series(np.isin(np.arange(count), late))
    cells = cells.with_columns(
        cells["参保人数"].set(stale, None).alias("参保人数"),
        cells["登记状态"].set(stale, "存续").alias("登记状态"),
        cells["更新时间"].set(stale, date_of(desk.conduct.last_day - 320)).alias("更新时间"),
    )
    nameless = cells[np.sort(rng.integers(0, count, round(count * UNUSABLE_SHARE)))]
    nameless = nameless.with_columns(pl.lit(None, pl.String).alias("企业名称"))
    whole = pl.concat([cells, nameless])
    (folder / REGISTER_FILE).write_bytes(whole.write_csv().encode("gb18030"))
    reasons = {"missing_operator": nameless.height} if nameless.height else {}
    files = [SourceFile(REGISTER_FILE, REGISTER, whole.height, 0, reasons)]
    if corrections.height:
        write_xlsx(folder / CORRECTIONS_FILE, [("更正", [corrections.columns], corrections)])
        files.append(
            SourceFile(CORRECTIONS_FILE, REGISTER, corrections.height, corrections.height, {})
        )
    return files


def _with_dirt(
    desk: Desk, export: Export, cells: pl.DataFrame
) -> tuple[SourceFile, pl.DataFrame, Ints]:
    """Put in second copies, earlier versions and records that no import can use."""
    rng, count = desk.rng, cells.height
    twice = cells[np.flatnonzero(rng.random(count) < DUPLICATED)]
    before = cells[np.flatnonzero(rng.random(count) < CORRECTED)]
    if export.corrected is not None and before.height:
        wrong = cells[export.corrected].gather(rng.integers(0, count, before.height))
        before = before.with_columns(wrong.alias(export.corrected))
    before = before.with_columns(
        pl.lit(f"{date_of(desk.conduct.first_day - 30)} 08:00:00").alias("更新时间")
    )
    number = round(count * UNUSABLE_SHARE)
    spoilt = cells[np.sort(rng.integers(0, max(count, 1), number))] if number else cells.head(0)
    without_id = pl.Series(np.arange(spoilt.height) % 2 == 0)
    spoilt = spoilt.with_columns(
        (spoilt[export.id_column] + "-X").set(without_id, None).alias(export.id_column),
        spoilt[export.day_column].set(~without_id, "日期不详").alias(export.day_column),
    )
    whole = pl.concat([cells, twice, before, spoilt])
    place = np.concatenate([np.arange(count), rng.random(whole.height - count) * max(count, 1)])
    order = np.argsort(place, kind="stable")
    missing = int(without_id.sum())
    reasons = {"missing_id": missing, "invalid_occurred_on": spoilt.height - missing}
    reasons = {name: found for name, found in reasons.items() if found}
    repeated = twice.height + before.height
    file = SourceFile(export.file, export.name, whole.height, repeated, reasons)
    return file, whole[order], order


def _write(path: Path, export: Export, cells: pl.DataFrame) -> None:
    if path.suffix == ".xlsx":
        write_xlsx(path, [(export.name, [cells.columns], cells)])
    else:
        text = export.title + cells.write_csv()
        path.write_bytes(text.encode(export.encoding))


def _unclear(export: Export, cells: pl.DataFrame, operator: pl.Series, order: Ints) -> pl.DataFrame:
    """Return who the events are about that give no usable credit code."""
    truth = operator.rename("true_uscc")
    by_id = pl.DataFrame({"event_id": cells[export.id_column], "uscc": cells[export.code_column]})
    first = by_id.filter(pl.Series(order < len(truth)))
    known = first.with_columns(truth.gather(order[order < len(truth)]))
    wrong = pl.col("uscc").is_null() | (pl.col("uscc") != pl.col("true_uscc"))
    return known.filter(wrong).select(
        pl.lit(export.source).alias("source"), "event_id", "true_uscc"
    )


def _write_risk(conduct: Conduct, path: Path) -> None:
    firms = conduct.province.world.operators
    planted = {each.operator: each.conduct for each in conduct.wrongdoers}
    pl.DataFrame({
        "uscc": firms.uscc,
        "name": firms.names[0],
        "riskiness": np.round(conduct.riskiness, 4),
        "own": np.round(conduct.own, 4),
        "submissions": conduct.complaints,
        "conduct": [planted.get(index, "") for index in range(len(firms))],
    }).write_csv(path)  # fmt: skip


def _sources(folder: Path, files: list[SourceFile]) -> list[tuple[Path, Path]]:
    present = {each.source for each in files}
    mappings = ASSETS / "mappings"
    found = [(folder / REGISTER_PATTERN, mappings / "demo_register.yaml")]
    return found + [
        (folder / each.file, mappings / f"{each.source}.yaml")
        for each in EXPORTS
        if each.name in present
    ]


def _truth(conduct: Conduct, files: list[SourceFile], counts: Mapping[str, int]) -> dict[str, Any]:
    firms = conduct.province.world.operators
    unusable: Counter[str] = Counter()
    for each in files:
        unusable.update(each.unusable)
    return {
        "operator_files": [asdict(each) for each in files],
        "operator_events": dict(sorted(counts.items())),
        "operator_unusable": dict(sorted(unusable.items())),
        "credit_classes": conduct.spec["credit_classes"],
        "wrongdoers": [
            {
                "uscc": firms.uscc[each.operator],
                "name": firms.names[0][each.operator],
                "conduct": each.conduct,
                "since": date_of(each.since),
                "planted": list(each.planted),
            }
            for each in conduct.wrongdoers
        ],
    }
