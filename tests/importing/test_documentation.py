"""docs/import.md says what the importer does: its tables and its example are checked here."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from jobs.importing.classification import CLASSIFICATION_FOLDER
from jobs.importing.mapping import MAPPINGS_FOLDER, UNITS, FieldSpec, FormatOptions, Mapping
from jobs.importing.quarantine import REASON_LABELS
from jobs.importing.suggest import suggest_mapping
from jobs.importing.targets import COMPUTED, TARGETS, fields_table
from jobs.importing.words import CODES, WORDS_FILE
from queries.merging import PERSON_COLUMNS
from queries.schema import submissions

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")


def block(language) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found[0]


def section(title) -> str:
    return PAGE.split(f"{title}")[1].split("\n## ")[0].split("\n### ")[0]


def test_the_table_of_fields_is_the_importers_own():
    assert fields_table() in PAGE


def test_every_column_of_the_warehouse_can_be_filled_or_is_computed():
    columns = {each.name for each in submissions.c}
    assert set(TARGETS) - {"region", *PERSON_COLUMNS} == columns - COMPUTED
    assert set(PERSON_COLUMNS) <= set(TARGETS)
    assert columns >= COMPUTED


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("### 3.1", Mapping.model_fields),
        ("### 3.2", FormatOptions.model_fields),
        ("### 3.3", FieldSpec.model_fields),
    ],
)
def test_every_key_is_explained(title, keys):
    explained = re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE)
    assert sorted(explained) == sorted(keys)


@pytest.mark.parametrize("name", ["kind", "status"])
def test_the_permitted_values_are_listed(name):
    listed = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))[name]
    assert set(listed) == set(CODES[name])
    line = "、".join(f"`{code}` {words[0]}" for code, words in listed.items())
    assert f"`{name}`：{line}\n" in section("## 四")


def test_the_channels_are_listed():
    with (CLASSIFICATION_FOLDER / "channels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for group in (row for row in rows if row["level"] == "group"):
        inside = [row for row in rows if row["parent_code"] == group["code"]]
        line = "、".join(f"`{row['code']}` {row['name']}" for row in inside)
        assert f"- {group['name']}（`{group['code']}`）：{line}\n" in section("## 四")


def test_every_reason_is_explained():
    for reason, label in REASON_LABELS.items():
        assert f"| `{reason.value}` | {label} |" in PAGE


def test_units_and_shipped_mappings_are_named():
    assert all(unit in section("### 3.3") for unit in UNITS)
    shipped = {path.stem for path in MAPPINGS_FOLDER.glob("*.yaml")}
    named = set(re.findall(r"^\| `(\w+)` \|", section("## 八"), re.MULTILINE))
    assert named == {name for name in shipped if not name.startswith("demo_")}


def test_the_example_gives_what_the_page_says(into):
    source = into.write("三月投诉.csv", block("csv"), "gb18030")
    summary = into.load(source, mapping=into.write("我局.yaml", block("yaml")))
    assert (summary.read, summary.loaded, summary.quarantined) == (3, 2, 1)
    assert summary.reasons == {"missing_registered_at": 1}
    assert summary.warnings == []
    first = into.rows(
        "kind", "channel", "complainant_masked", "phone_masked", "county_code", "product",
        "product_category", "product_kind", "consumed_yuan", "requested_remedies", "narrative", "status",
    )[0]  # fmt: skip
    assert first == (
        "complaint", "tel_12345", "张*", "138****8000", "420106", "G101-04", "G101", "G", 120.0,
        "refund,compensate", "牛奶变质，我叫张*，电话138****8000", "checking",
    )  # fmt: skip
    assert f"{into.column('registered_at')[0]}" == "2026-03-01 08:05:00"
    for value in ("G101-04", "refund,compensate", "tel_12345", "2026-03-01 08:05:00", "我叫张*"):
        assert value in PAGE


def test_the_suggest_command_drafts_a_mapping_for_the_example(into):
    source = into.write("三月投诉.csv", block("csv"), "gb18030")
    draft = suggest_mapping(str(source))
    for column in ("工单编号", "登记时间", "电话", "状态"):
        assert f"{{column: {column}}}" in draft


def test_named_files_exist():
    root = Path(__file__).parents[2]
    for name in re.findall(r"`(assets/[\w./]+)`", PAGE):
        assert (root / name).exists(), name
