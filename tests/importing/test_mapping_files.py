"""Mapping files: what they may say, and what is said about their faults."""

from pathlib import Path

import pytest

from jobs.importing.errors import MappingError
from jobs.importing.mapping import MAPPINGS_FOLDER, Mapping, load_mapping
from tests.importing.loading import BASIC, MAPPINGS, mapping_with

TEXT = """
source: test
fields:
  submission_id: 编号
  kind: {constant: 投诉}
  registered_at: {column: [登记时间, 时间]}
"""


def problems(into, text) -> str:
    with pytest.raises(MappingError) as error:
        load_mapping(into.write("m.yaml", text))
    return str(error.value)


def test_short_and_long_forms_mean_the_same(into):
    mapping = load_mapping(into.write("m.yaml", TEXT))
    assert mapping.fields["submission_id"].column == ("编号",)
    assert mapping.fields["registered_at"].column == ("登记时间", "时间")
    assert mapping.name == "m"


def test_scalars_stay_as_they_are_written(into):
    text = TEXT + "  brand: {column: 2024, values: {01: 甲, yes: 乙, 否: ~, null: 丙}}\n"
    spec = load_mapping(into.write("m.yaml", text)).fields["brand"]
    assert spec.column == ("2024",)
    assert spec.values == {"01": "甲", "yes": "乙", "否": None, "null": "丙"}


@pytest.mark.parametrize(
    "path",
    sorted(MAPPINGS_FOLDER.glob("*.yaml")) + sorted(MAPPINGS.glob("*.yaml")),
    ids=lambda path: path.stem,
)
def test_shipped_and_test_mappings_load(path):
    assert load_mapping(path).source


def test_a_shipped_mapping_needs_only_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_mapping(Path("district_platform")).source == "district_platform"


FAULTS = {
    "unknown key": (
        "surce: x\nsource: test\nfields: {}",
        "surce: unknown key 'surce'; did you mean source?",
    ),
    "unknown field": (
        TEXT + "  registered: x",
        "unknown field 'registered'; did you mean registered_at",
    ),
    "unknown option": (
        TEXT + "  brand: {colum: x}",
        "unknown key 'colum'; did you mean column, columns?",
    ),
    "unknown format key": (
        TEXT + "format: {header: 2}",
        "format.header: unknown key 'header'; did you mean header_rows",
    ),
    "no origin": (
        TEXT + "  brand: {prefix: x}",
        "fields.brand: give exactly one of column, columns and constant",
    ),
    "two origins": (
        TEXT + "  brand: {column: x, constant: y}",
        "give exactly one of column, columns and constant",
    ),
    "missing field": ("source: a\nfields: {kind: x}", "fields lacks submission_id, registered_at"),
    "no source": (TEXT.replace("source: test", ""), "name the source system once"),
    "two sources": (TEXT + "  source: x", "name the source system once"),
    "date format": (
        TEXT + "  due_at: {column: x, formats: yyyy-MM-dd}",
        "'yyyy-MM-dd' is no date format",
    ),
    "formats elsewhere": (
        TEXT + "  brand: {column: x, formats: '%Y'}",
        "brand: formats is only for times",
    ),
    "unit": (
        TEXT + "  consumed_yuan: {column: x, unit: 美元}",
        "known units: 元、千元、万元、亿元 (value '美元')",
    ),
    "unit elsewhere": (TEXT + "  brand: {column: x, unit: 元}", "brand: unit is only for amounts"),
    "code": (
        TEXT + "  status: {column: x, values: {开: 打开}}",
        "status: '打开' is no known value; write one of registered",
    ),
    "default": (
        TEXT + "  sale_mode: {column: x, default: 任意}",
        "sale_mode: '任意' is no known value",
    ),
    "path": (TEXT + "  product: {column: x, path: {take: 0}}", "elements are counted from 1"),
    "path key": (TEXT + "  product: {column: x, path: {sep: x}}", "unknown key 'sep'"),
    "personal": (TEXT + "  brand: {column: x, personal: 姓名}", "fields.brand.personal"),
    "encoding": (TEXT + "format: {encoding: latin}", "known encodings: auto, utf-8, gb18030"),
    "delimiter": (TEXT + "format: {delimiter: ab}", "write one character such as"),
    "header rows": (TEXT + "format: {header_rows: 0}", "format.header_rows"),
    "table and query": (
        TEXT + "format: {table: a, query: b}",
        "table and query exclude each other",
    ),
    "columns": (TEXT + "  brand: {columns: x}", "write a list of column names"),
    "twice": (TEXT + "  kind: {constant: 举报}", "the key 'kind' comes twice"),
    "no mapping": ("- a\n- b", "the file must hold keys such as source: and fields:"),
    "not yaml": ("a: [b", "not valid YAML"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_faults_name_the_key_the_value_and_the_way_out(into, text, said):
    assert said in problems(into, text)


def test_all_problems_are_listed_at_once(into):
    text = TEXT + "  brand: {colum: x}\nformat: {encoding: latin}\nextra: 1\n"
    said = problems(into, text)
    assert said.startswith("mapping m.yaml has ")
    assert all(each in said for each in ("colum", "known encodings", "extra"))


def test_another_encoding_and_a_missing_file_are_said_so(into):
    assert "not UTF-8" in problems(into, TEXT.encode("gb18030"))
    with pytest.raises(
        MappingError, match=r"no such file; write a path or a shipped name: .*district_platform"
    ):
        load_mapping(into.folder / "nowhere.yaml")


def test_column_names_hold_every_alternative():
    mapping = Mapping.model_validate(
        {"name": "x", **mapping_with({"brand": {"columns": [["甲", "乙"], "丙"]}})}
    )
    assert {"甲", "乙", "丙", *BASIC["fields"].values()} == mapping.column_names()
