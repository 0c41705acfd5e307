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
    "channel": (
        TEXT + "  channel: {column: 渠道, values: {电话: 来电}}",
        "channel: '来电' is no known value; write a name or code of assets/classification/channels",
    ),
    "channel by default": (TEXT + "  channel: {column: 渠道, default: 来电}", "channel: '来电'"),
    "channel without value": (TEXT + "  channel: {column: 渠道, empty: 来电}", "channel: '来电'"),
    "product": (
        TEXT + "  product: {column: x, values: {甲: 商品->食品->外星食品}}",
        "product: '商品->食品->外星食品' is no known value; write a name or code of assets/",
    ),
    "product beyond the path": (
        TEXT + "  product: {column: x, values: {甲: 食品}, path: {take: 2}}",
        "product: '食品' is no known value",
    ),
    "issue": (TEXT + "  issue_type: {constant: 外星问题}", "classification/issues.csv"),
    "industry": (TEXT + "  industry: {constant: 外星业}", "classification/industries.csv"),
    "region": (
        TEXT + "  county_code: {constant: 瞎区}",
        "county_code: '瞎区' is no known value; write a region's code or name: 420106",
    ),
    "region by values": (
        TEXT + "  region: {column: x, values: {甲: 瞎区}}",
        "region: '瞎区' is no known value",
    ),
    "region that several cities have": (
        TEXT + "  county_code: {constant: 鼓楼区}",
        "county_code: '鼓楼区' is no known value",
    ),
    "remedies": (
        TEXT + "  requested_remedies: {column: x, values: {甲: 退款；上天}}",
        "requested_remedies: '退款；上天' is no known value; write one of refund",
    ),
    "amount": (
        TEXT + "  consumed_yuan: {constant: abc}",
        "consumed_yuan: 'abc' is no known value; write a number such as 1200",
    ),
    "quantity": (TEXT + "  quantity: {column: x, empty: 许多}", "quantity: '许多'"),
    "time": (
        TEXT + "  due_at: {constant: 月底}",
        "due_at: '月底' is no known value; write a time such as 2026-03-01",
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


UNDERSTOOD = (
    "channel: {column: 渠道, values: {甲: 微信小程序, 乙: tel_12345, 丙: ~}, default: ~}",
    "channel: {column: 渠道, default: 12345热线}",
    "product: {column: x, values: {甲: 商品->食品->乳制品, 乙: G101-04, 丙: 一般食品}}",
    "product: {column: x, values: {甲: 商品/食品}, path: {separator: /, take: last}}",
    "product: {column: x, path: {separator: /}, default: 食品}",
    "industry: {constant: '5212'}",
    "issue_type: {constant: 价格欺诈}",
    "issue_subtype: 具体问题\n  issue_type: {column: x, values: {甲: 其他}}",
    "region: {column: x, values: {甲: 武昌, 乙: 湖北省武汉市江岸区}}",
    "city_code: 市\n  county_code: {constant: 鼓楼区}",
    "requested_remedies: {column: x, values: {甲: 退款；赔偿, 乙: 'refund,compensate'}}",
    "requested_remedies: {column: x, multi: '+', values: {甲: 退款+赔偿}}",
    "consumed_yuan: {column: x, empty: '0', values: {百元内: 1.2万, 保密: ~}}",
    "quantity: {constant: 3件}",
    "due_at: {constant: 03/31/2026, formats: '%m/%d/%Y'}",
    "closed_at: {constant: 2026年3月1日}",
    "is_online: {constant: 是}",
)


@pytest.mark.parametrize("line", UNDERSTOOD)
def test_what_the_importer_understands_may_be_written(into, line):
    mapping = load_mapping(into.write("m.yaml", f"{TEXT}  {line}\n"))
    assert line.partition(":")[0] in mapping.fields


def test_a_shared_name_means_the_region_at_home(into):
    field = "  county_code: {constant: 鼓楼区}\n"
    home = 'home_region: "320100"\n'
    assert load_mapping(into.write("m.yaml", home + TEXT + field)).home_region == "320100"


def test_all_problems_are_listed_at_once(into):
    text = TEXT + "  brand: {colum: x}\nformat: {encoding: latin}\nextra: 1\n"
    said = problems(into, text)
    assert said.startswith("mapping m.yaml has ")
    assert all(each in said for each in ("colum", "known encodings", "extra"))


def test_every_value_that_is_not_understood_is_listed(into):
    text = (
        TEXT + "  channel: {column: x, values: {甲: 来电, 乙: 来人}}\n  due_at: {constant: 月底}\n"
    )
    said = problems(into, text).splitlines()
    assert said[0] == "mapping m.yaml has 2 problem(s):"
    assert ["'来电'" in said[1], "'月底'" in said[2]] == [True, True]


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
