"""Write the source files of a demo province, and count what stands in them."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from jobs.demo.choosing import Ints
from jobs.demo.columns import entry_frame, handling_frame, last_change, moment_after
from jobs.demo.exports import (
    STATION_GROUPS,
    Labels,
    district_columns,
    hotline_columns,
    national_columns,
    old_name_flags,
    read_labels,
    station_columns,
)  # fmt: skip
from jobs.demo.province import Province
from jobs.demo.rows import Flags
from jobs.demo.xlsx import write_xlsx

NATIONAL, HOTLINE, DISTRICT, STATION = (
    "national_12315",
    "hotline_12345",
    "district_platform",
    "stations",
)
SOURCES = (NATIONAL, HOTLINE, DISTRICT, STATION)

DISTRICT_COUNTY = "420111"
"""The one district with a platform of its own; its telephone, letters and visits stand there."""

DISTRICT_CHANNELS = frozenset({"tel_12315", "visit", "letter", "email", "transfer", "petition"})
HOTLINE_CHANNELS = frozenset({"tel_12345", "tel_8180"})

EXPORT_DAY = (1, 6)
"""Day of the next year on which a year's file is exported."""

UNUSABLE_SHARE = 1 / 2_000
"""Records that cannot be imported, half without id, half without a date that exists; ours."""

BAD_DATES = ("2026-13-45", "日期不详", "0000-00-00", "2025-02-30")

PATTERNS = {
    NATIONAL: "全国12315平台导出_*.csv",
    HOTLINE: "12345热线工单_*.csv",
    DISTRICT: "洪山区综合平台_*",
    STATION: "消费维权服务站登记表.xlsx",
}
MAPPINGS = {
    NATIONAL: "national_12315.yaml",
    HOTLINE: "demo_hotline.yaml",
    DISTRICT: "district_platform.yaml",
    STATION: "demo_stations.yaml",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One written file.

    Attributes
    ----------
    records
        Records in the file, repeated and unusable ones included.
    repeated
        Records that stand in an earlier file already, here in a newer state.
    unusable
        Records that cannot be imported, by reason.
    """

    name: str
    source: str
    records: int
    repeated: int
    unusable: dict[str, int]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: files in order of import, final ids, and the source of each submission."""

    files: tuple[SourceFile, ...]
    ids: pl.Series
    source: Ints


@dataclass(frozen=True, slots=True)
class _Export:
    """One file to write: its year, when it is exported, and the submissions in it."""

    year: int
    moment: int
    index: Ints
    repeated: int


Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every writer needs."""

    province: Province
    folder: Path
    entry: pl.DataFrame
    labels: Labels
    rng: np.random.Generator

    def table(self, index: Ints, moment: int, columns: list[pl.Expr]) -> pl.DataFrame:
        """Return the cells of a file: what was on record of some submissions at a moment."""
        province = self.province
        handled = handling_frame(
            province.rows.take(index), province.course.take(index),
            province.texts.feedback.gather(index), moment,
        )  # fmt: skip
        return pl.concat([self.entry[index], handled], how="horizontal").select(columns)


def write_sources(
    province: Province, folder: Path, *, seed: int, progress: Progress | None = None
) -> Written:
    """Write every source file into ``folder``."""
    source = _source_of(province)
    ids = _final_ids(province, source)
    rng, rows = np.random.default_rng([seed, 11]), province.rows
    entry = entry_frame(province.world, rows, province.texts, ids, rng).with_columns(
        row=pl.Series(np.arange(len(rows))), old_name=old_name_flags(len(rows), rng)
    )
    desk = _Desk(
        province,
        folder,
        _with_hostile_names(province, entry),
        read_labels(province.world.places),
        rng,
    )
    files: list[SourceFile] = []
    for number, (name, write) in enumerate(_WRITERS.items()):
        mine = np.flatnonzero(source == number)
        if len(mine):
            files.extend(write(desk, mine))
            if progress is not None:
                progress(f"{PATTERNS[name]}: {len(mine):,} submissions")
    return Written(tuple(files), ids, source)


def _write_national(desk: _Desk, mine: Ints) -> list[SourceFile]:
    columns = national_columns(desk.labels)
    files = []
    for export, last in _exports(desk.province, mine):
        cells = desk.table(export.index, export.moment, columns)
        cells, unusable = _spoilt(desk, cells, "登记编号", "登记时间", len(mine) if last else 0)
        name = PATTERNS[NATIONAL].replace("*", str(export.year))
        cells.write_csv(desk.folder / name, include_bom=True)
        files.append(SourceFile(name, NATIONAL, cells.height, export.repeated, unusable))
    return files


def _write_hotline(desk: _Desk, mine: Ints) -> list[SourceFile]:
    columns = hotline_columns(desk.labels)
    files = []
    for export, last in _exports(desk.province, mine):
        cells = desk.table(export.index, export.moment, columns)
        cells, unusable = _spoilt(desk, cells, "工单编号", "受理时间", len(mine) if last else 0)
        name = PATTERNS[HOTLINE].replace("*", str(export.year))
        junk = (
            f"湖北省12345政务服务便民热线工单导出\r\n导出条件：{export.year}年,市场监管类\r\n\r\n"
        )
        text = junk + cells.write_csv(line_terminator="\r\n")
        (desk.folder / name).write_bytes(text.encode("gb18030"))
        files.append(SourceFile(name, HOTLINE, cells.height, export.repeated, unusable))
    return files


def _write_district(desk: _Desk, mine: Ints) -> list[SourceFile]:
    """Write the last year as a workbook, the years before as CSV."""
    files = []
    for number, (export, last) in enumerate(_exports(desk.province, mine)):
        cells = desk.table(
            export.index, export.moment, district_columns(desk.labels, as_text=not last)
        )
        name = PATTERNS[DISTRICT].replace("*", f"{export.year}.{'xlsx' if last else 'csv'}")
        unusable: dict[str, int] = {}
        if last:
            write_xlsx(desk.folder / name, [("诉求", [cells.columns], cells)])
        else:
            cells, unusable = _spoilt(
                desk, cells, "工单号", "登记日期", len(mine) if number == 0 else 0
            )
            cells.write_csv(desk.folder / name)
        files.append(SourceFile(name, DISTRICT, cells.height, export.repeated, unusable))
    return files


def _write_stations(desk: _Desk, mine: Ints) -> list[SourceFile]:
    """Write one sheet a year under two header rows."""
    columns = station_columns(desk.labels)
    years = _year_of(desk.province, mine)
    sheets = []
    for year in np.unique(years):
        cells = desk.table(mine[years == year], desk.province.moment, columns)
        upper = [
            title if place == 0 else "" for title, width in STATION_GROUPS for place in range(width)
        ]
        sheets.append((f"{year}年", [upper, cells.columns], cells))
    write_xlsx(desk.folder / PATTERNS[STATION], sheets)
    return [SourceFile(PATTERNS[STATION], STATION, len(mine), 0, {})]


_WRITERS: dict[str, Callable[[_Desk, Ints], list[SourceFile]]] = {
    NATIONAL: _write_national,
    HOTLINE: _write_hotline,
    DISTRICT: _write_district,
    STATION: _write_stations,
}


def _year_of(province: Province, index: Ints) -> Ints:
    days = province.rows.day[index].astype("datetime64[D]")
    return np.asarray(days.astype("datetime64[Y]").astype(np.int64) + 1970)


def _exports(province: Province, mine: Ints) -> Sequence[tuple[_Export, bool]]:
    """Return the yearly files of one source, each with whether it is the last.

    A file is exported early in the next year and holds the year's submissions, and those of earlier
    years that something happened to since the file before.
    """
    year_of = _year_of(province, mine)
    years = np.unique(year_of)
    rows, course = province.rows.take(mine), province.course.take(mine)
    exports: list[_Export] = []
    for year in years:
        moment = province.moment
        if year != years[-1]:
            moment = min(moment, moment_after(dt.date(int(year) + 1, *EXPORT_DAY)))
        again = np.zeros(len(mine), dtype=np.bool_)
        if exports:
            again = (year_of < year) & (last_change(rows, course, moment) > exports[-1].moment)
        exports.append(
            _Export(int(year), moment, mine[again | (year_of == year)], int(again.sum()))
        )
    return [(export, export is exports[-1]) for export in exports]


def _spoilt(
    desk: _Desk, cells: pl.DataFrame, id_column: str, time_column: str, submissions: int
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Put in records that cannot be imported, as many as fit a source of this size."""
    count = round(submissions * UNUSABLE_SHARE)
    if not count or not cells.height:
        return cells, {}
    chosen = cells[np.sort(desk.rng.integers(0, cells.height, count))]
    number = pl.Series(np.arange(count))
    without_id = number % 2 == 0
    bad_dates = pl.Series(BAD_DATES).gather((number // 2) % len(BAD_DATES))
    spoilt = chosen.with_columns(
        (chosen[id_column] + "-X").set(without_id, None).alias(id_column),
        bad_dates.zip_with(~without_id, chosen[time_column]).alias(time_column),
    )
    place = np.concatenate([np.arange(cells.height), desk.rng.random(count) * cells.height])
    mixed = pl.concat([cells, spoilt])[np.argsort(place, kind="stable")]
    missing = int(without_id.sum())
    reasons = {"missing_id": missing, "invalid_registered_at": count - missing}
    return mixed, {reason: found for reason, found in reasons.items() if found}


def _source_of(province: Province) -> Ints:
    """Return the position in `SOURCES` that each submission is exported by."""
    world, rows = province.world, province.rows
    channels = world.catalogue.channels

    def through(names: frozenset[str]) -> Flags:
        return np.isin(rows.channel, [channels.index(name) for name in names])

    here = rows.county == world.places.county(DISTRICT_COUNTY)
    return np.select(
        [
            through(HOTLINE_CHANNELS),
            through(frozenset({"station"})),
            here & through(DISTRICT_CHANNELS),
        ],
        [SOURCES.index(HOTLINE), SOURCES.index(STATION), SOURCES.index(DISTRICT)],
        SOURCES.index(NATIONAL),
    ).astype(np.int64)


def _final_ids(province: Province, source: Ints) -> pl.Series:
    """Return ids in the form of each source."""
    rows = province.rows
    days = pl.Series(rows.day.astype("datetime64[D]")).dt.strftime("%Y%m%d")
    serial = np.empty(len(rows), dtype=np.int64)
    for number in range(len(SOURCES)):
        mine = np.flatnonzero(source == number)
        day = rows.day[mine]
        serial[mine] = np.arange(len(mine)) - np.searchsorted(day, day) + 1
    counted = pl.Series(serial).cast(pl.String)
    county = pl.Series(province.world.places.county_codes).gather(
        pl.Series(rows.county.astype(np.uint32))
    )
    table = pl.DataFrame(
        {
            "source": source,
            "national": province.ids,
            "hotline": "RX" + days + counted.str.zfill(6),
            "district": "HS-" + days + "-" + counted.str.zfill(4),
            "station": "FWZ" + county + days + counted.str.zfill(3),
        }
    )
    return table.select(
        pl.when(pl.col("source") == SOURCES.index(HOTLINE))
        .then(pl.col("hotline"))
        .when(pl.col("source") == SOURCES.index(DISTRICT))
        .then(pl.col("district"))
        .when(pl.col("source") == SOURCES.index(STATION))
        .then(pl.col("station"))
        .otherwise(pl.col("national"))
        .alias("id")
    )["id"]


def _with_hostile_names(province: Province, entry: pl.DataFrame) -> pl.DataFrame:
    if not len(province.hostile_names):
        return entry
    given = pl.Series(province.plot.spec["hostile"][: len(province.hostile_names)])
    return entry.with_columns(entry["product_name"].scatter(province.hostile_names, given))
