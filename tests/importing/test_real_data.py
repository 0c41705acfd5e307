"""Sets collected by others, imported by mapping; the expected numbers are counted apart.

The outbreak and detection sets are weekly counts and the divisions, lexicons and the taxonomy are
code tables: they hold no submissions, so there is nothing to import. The taxonomy is read through
the workbook reader all the same.
"""

import csv
import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.importing.mapping import FormatOptions
from jobs.importing.sources import open_source
from queries.vocabulary import STATUS_RANK
from tests.importing.loading import MAPPINGS, Import, real_data

csv.field_size_limit(1 << 26)


def records(path: Path, skip: int = 0) -> list[dict[str, str]]:
    """Read a file with the csv module, in the encoding that decodes it."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    lines = text.splitlines(keepends=True)[skip:]
    return list(csv.DictReader(lines))


CAR_STAGES = {"信息审核": 10, "厂家受理": 50, "处理反馈": 55, "用户评分": 90}


def test_car_stages_are_those_of_the_mapping():
    assert set(CAR_STAGES.values()) <= set(STATUS_RANK.values())


def car_files() -> list[Path]:
    return sorted(real_data("car_complaints").glob("*.csv"))


def expected_cars(files) -> dict[str, int]:
    """Return the furthest stage of every complaint number."""
    stages: dict[str, int] = {}
    for path in files:
        for row in records(path):
            number, *_, status = row.values()
            stages[number] = max(stages.get(number, 0), CAR_STAGES[status])
    return stages


def import_in_every_order(folder: Path, files) -> Iterator[Import]:
    """Yield a warehouse per order of ``files``; orders that begin alike share their beginning."""
    if not files:
        yield Import(folder)
    for path in files:
        copied = folder / path.stem
        copied.mkdir()
        shutil.copytree(folder / "warehouse", copied / "warehouse")
        summary = Import(copied).load(path, mapping=MAPPINGS / "car_complaints.yaml")
        assert (summary.read, summary.quarantined) == (len(records(path)), 0)
        assert summary.warnings == []
        yield from import_in_every_order(copied, [each for each in files if each != path])


@pytest.mark.slow
def test_the_car_crawls_in_any_order_give_the_same_warehouse(tmp_path):
    files = car_files()
    expected = {f"CAR-{number}": rank for number, rank in expected_cars(files).items()}
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "person.key").write_bytes(bytes(32))
    dumps = Counter(into.dump() for into in import_in_every_order(tmp_path, files))
    assert list(dumps.values()) == [24]
    last = Import(tmp_path.joinpath(*[path.stem for path in files]))
    stored = dict(last.rows("submission_id", "status"))
    assert {number: STATUS_RANK[status] for number, status in stored.items()} == expected


def test_all_crawls_at_once_give_the_same_as_one_by_one(tmp_path):
    dumps = set()
    for name, groups in {"one": [car_files()], "four": [[each] for each in car_files()]}.items():
        into = Import(tmp_path / name)
        for group in groups:
            into.load(*group, mapping=MAPPINGS / "car_complaints.yaml")
        dumps.add(into.dump())
    assert len(dumps) == 1


def test_car_products_join_the_columns_of_either_header(tmp_path):
    into = Import(tmp_path)
    folder = real_data("car_complaints")
    into.load(folder, mapping=MAPPINGS / "car_complaints.yaml")
    row = records(folder / "meng.csv")[0]
    number, brand, model, version = list(row.values())[:4]
    stored = {
        each[0]: each[1:] for each in into.rows("submission_id", "brand", "product_name", "product")
    }
    assert stored[f"CAR-{number}"] == (brand, f"{model} {version}", "G165-01")


def test_hotline_messages(tmp_path):
    into = Import(tmp_path)
    path = real_data("hotline_messages") / "messages.csv"
    rows = records(path)
    summary = into.load(path, mapping=MAPPINGS / "hotline_messages.yaml")
    numbers = {row["留言编号"] for row in rows}
    assert (summary.read, summary.loaded) == (len(rows), len(numbers))
    assert (summary.quarantined, summary.unchanged) == (0, len(rows) - len(numbers))
    answered = {row["留言编号"] for row in rows if row["答复时间"]}
    assert into.column("status").count("closed") == len(answered)
    assert into.column("tags").count(None) == len(
        numbers - {row["留言编号"] for row in rows if row["一级标签"]}
    )
    raw = {f"MSG-{row['留言编号']}": row["留言用户"] for row in rows if row["留言用户"]}
    assert dict(into.persons("submission_id", "name")).keys() == raw.keys()
    again = into.load(path, mapping=MAPPINGS / "hotline_messages.yaml")
    assert (again.loaded, again.updated, again.unchanged) == (0, 0, len(rows))
    assert again.generation == summary.generation


def test_cfpb_with_junk_above_the_header_and_line_breaks_inside(tmp_path):
    into = Import(tmp_path)
    path = real_data("cfpb") / "complaints_sample_raw.csv"
    rows = records(path, skip=2)
    summary = into.load(path, mapping=MAPPINGS / "cfpb.yaml")
    assert (summary.read, summary.loaded) == (len(rows), len({row["Complaint ID"] for row in rows}))
    assert (summary.quarantined, summary.warnings) == (0, [])
    assert len(set(into.column("operator_id"))) <= len({row["Company"] for row in rows})
    via = Counter(row["Submitted via"] for row in rows)
    channels = Counter(into.column("channel"))
    assert channels["web_pc"] == via["Web"]
    assert channels["letter"] == via["Postal mail"] + via["Fax"]
    told = [row["Consumer complaint narrative"] for row in rows]
    assert into.column("narrative").count(None) == sum(not each.strip() for each in told)
    assert max(map(len, filter(None, into.column("narrative")))) > 20_000


def test_nyc311_of_52_columns(tmp_path):
    into = Import(tmp_path)
    path = real_data("nyc311") / "nyc311_20131225.csv"
    rows = records(path)
    summary = into.load(path, mapping=MAPPINGS / "nyc311.yaml")
    assert (summary.read, summary.loaded) == (len(rows), len(rows))
    days = [
        [
            dt.date(int(row[name][6:10]), int(row[name][:2]), int(row[name][3:5]))
            for name in ("Created Date", "Closed Date")
        ]
        for row in rows
        if row["Closed Date"]
    ]
    [warning] = summary.warnings
    assert (warning["field"], warning["problem"]) == ("closed_at", "before registered_at")
    assert warning["records"] == sum(closed < created for created, closed in days)
    assert (
        Counter(into.column("status"))["closed"] == Counter(row["Status"] for row in rows)["Closed"]
    )
    assert set(into.column("registered_on")) == {min(into.column("registered_on"))}
    late = sum(row["Created Date"] == "12/25/2013 11:59:08 PM" for row in rows)
    moments = [f"{each:%m/%d/%Y %I:%M:%S %p}" for each in into.column("registered_at")]
    assert moments.count("12/25/2013 11:59:08 PM") == late > 0


def test_reviews_at_size_in_gb18030(tmp_path):
    into = Import(tmp_path)
    rows = records(real_data("labelled_text") / "online_shopping_10_cats.csv")
    source = tmp_path / "reviews.csv"
    with source.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "day", "cat", "label", "review"])
        for number, row in enumerate(rows):
            writer.writerow([number, "2026-03-01", row["cat"], row["label"], row["review"]])
    summary = into.load(source, mapping=MAPPINGS / "shopping_reviews.yaml")
    assert (summary.read, summary.loaded, summary.warnings) == (len(rows), len(rows), [])
    assert Counter(into.column("satisfaction")) == {
        {"0": 1, "1": 5}[label]: count
        for label, count in Counter(row["label"] for row in rows).items()
    }


def test_the_taxonomy_is_read_by_the_workbook_reader():
    path = real_data("hotline_messages") / "taxonomy.xlsx"
    [opened] = open_source(str(path), FormatOptions(), frozenset({"一级分类"}))
    assert opened.table.columns == ("一级分类", "二级分类", "三级分类")
    frames = [batch.frame for batch in opened.table.batches(opened.table.columns)]
    assert sum(frame.height for frame in frames) == 517
    assert frames[0].row(0) == ("城乡建设", "安全生产", "事故处理")


@pytest.mark.parametrize("folder", ["outbreaks", "detection_reference", "divisions"])
def test_tables_without_submissions_are_refused_and_not_half_read(tmp_path, folder):
    into = Import(tmp_path)
    with pytest.raises(ValueError, match="column not found"):
        into.load(real_data(folder), mapping=MAPPINGS / "hotline_messages.yaml")
    assert into.store.current() is None
