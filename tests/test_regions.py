import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.regions import REGIONS_FOLDER, RegionIndex, RegionMatch, Unresolved

INDEX = RegionIndex.from_folder()

JIANGAN = RegionMatch("420000", "420100", "420102", None, "county")
HONGSHAN = RegionMatch("420000", "420100", "420111", None, "county")
GUANSHAN = RegionMatch("420000", "420100", "420111", "420111002", "street")
WUHAN = RegionMatch("420000", "420100", None, None, "city")
HUBEI = RegionMatch("420000", None, None, None, "province")
XIANTAO = RegionMatch("420000", "429004", "429004", None, "city")
BEIJING = RegionMatch("110000", "110100", None, None, "city")


def read_table(name):
    with (REGIONS_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read_table("regions.csv")
BY_CODE = {row["code"]: row for row in ROWS}


def one(value, **options):
    [match] = INDEX.resolve([value], **options)
    return match


def finest(match):
    if match is None:
        return None
    return match.street_code or match.county_code or match.city_code or match.province_code


def code(value, **options):
    return finest(one(value, **options))


def path_of(row):
    above = path_of(BY_CODE[row["parent_code"]]) if row["parent_code"] else []
    return [*above, row["name"]]


@pytest.mark.parametrize(
    ("value", "match"),
    [
        pytest.param("420102", JIANGAN, id="county code"),
        pytest.param("４２０１０２", JIANGAN, id="full-width digits"),
        pytest.param("420102.0", JIANGAN, id="code that went through a spreadsheet as a number"),
        pytest.param("420102000000", JIANGAN, id="12 digits, county"),
        pytest.param("420111002", GUANSHAN, id="9 digits"),
        pytest.param("420111002013", GUANSHAN, id="12 digits, a village or community"),
        pytest.param("420111999", HONGSHAN, id="unlisted street falls back to its county"),
        pytest.param("420199", WUHAN, id="unlisted county falls back to its city"),
        pytest.param("4201", WUHAN, id="4 digits"),
        pytest.param("42", HUBEI, id="2 digits"),
        pytest.param("429000", HUBEI, id="grouping code of the counties the province runs"),
        pytest.param("429004", XIANTAO, id="county run by the province"),
        pytest.param("110000", BEIJING, id="municipality is its own city"),
        pytest.param("湖北省武汉市江岸区", JIANGAN, id="full path"),
        pytest.param("武汉市江岸区", JIANGAN, id="without the province"),
        pytest.param("江岸区", JIANGAN, id="county alone"),
        pytest.param("江岸", JIANGAN, id="county without rank"),
        pytest.param("武汉", WUHAN, id="city without rank"),
        pytest.param("湖北->武汉->江岸", JIANGAN, id="path with arrows"),
        pytest.param("湖北省 / 武汉市 / 江岸区", JIANGAN, id="path with slashes and spaces"),
        pytest.param("湖北省（武汉市）江岸区", JIANGAN, id="full-width brackets"),
        pytest.param("　江岸区　", JIANGAN, id="ideographic spaces around"),
        pytest.param("江岸区，武汉市", JIANGAN, id="finest first"),
        pytest.param("武汉市武汉市江岸区", JIANGAN, id="city twice"),
        pytest.param("420102江岸区", JIANGAN, id="code before the name"),
        pytest.param("江岸区(420102)", JIANGAN, id="code behind the name"),
        pytest.param("中国湖北省武汉市江岸区", JIANGAN, id="country before"),
        pytest.param("湖北省武汉市市辖区江岸区", JIANGAN, id="with a grouping row"),
        pytest.param(
            "湖北省省直辖县级行政区划仙桃市", XIANTAO, id="with the province's grouping row"
        ),
        pytest.param("洪山区关山街道", GUANSHAN, id="county and street"),
        pytest.param("洪山关山街道", GUANSHAN, id="county without rank before its street"),
        pytest.param("武汉市关山街道", GUANSHAN, id="county left out"),
        pytest.param("关山街道", GUANSHAN, id="street alone, unique in the province"),
        pytest.param("洪山区关山街道办事处", GUANSHAN, id="street office"),
        pytest.param("洪山区->关山", GUANSHAN, id="street without rank at the end"),
        pytest.param("武汉市东湖新技术开发区关山街道", GUANSHAN, id="zone across counties"),
        pytest.param("湖北省武汉市洪山区珞喻路10号", HONGSHAN, id="address"),
        pytest.param("洪山区珞喻路10号（关山街道）", GUANSHAN, id="street behind the road"),
        pytest.param("武汉洪山珞喻路10号", HONGSHAN, id="address without ranks"),
        pytest.param("地址：湖北省武汉市洪山区", HONGSHAN, id="words before"),
        pytest.param("投诉人在武汉市一家店购物，位于洪山区", HONGSHAN, id="words between"),
        pytest.param("北京", BEIJING, id="municipality without rank"),
    ],
)
def test_one_region_written_in_many_ways(value, match):
    assert one(value) == match


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("襄樊", "420600"),
        ("襄樊市樊城区", "420606"),
        ("荆沙市", "421000"),
        ("郧县", "420304"),
        ("420321", "420304"),
        ("监利县", "421088"),
        ("京山县", "420882"),
        ("蒲圻市", "421281"),
        ("襄阳县", "420607"),
        ("武昌县", "420115"),
        ("武昌", "420106"),
        ("长阳县", "420528"),
        ("恩施州", "422800"),
        ("汉口", "420100"),
        ("东湖高新区", "420100"),
        ("桥口区", "420104"),
        ("620201", "620200"),
        ("500229", "500229"),
        ("500200", "500100"),
    ],
)
def test_former_everyday_and_misspelt_names(value, expected):
    assert code(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("武汉江汉路步行街", "420100", id="a road, not the county 江汉"),
        pytest.param("武汉洪山广场", "420100", id="a square that lies in another county"),
        pytest.param("宜昌西陵一路5号", "420500", id="a numbered road"),
        pytest.param("荆州公安局", "421000", id="the police, not the county 公安"),
        pytest.param("荆州公安", "421022", id="the county 公安"),
        pytest.param("洪山区关山大道", "420111", id="a road, not the street 关山"),
        pytest.param("武昌区中南路", "420106", id="a road, not the street 中南路街道"),
        pytest.param("武昌区中南路街道", "420106011", id="the street"),
        pytest.param("江汉区民族街道", "420103001", id="everyday form of 民族街街道"),
        pytest.param("黄石港区", "420202", id="longer than 黄石"),
        pytest.param("黄石港口", "420200", id="the port of 黄石"),
        pytest.param("恩施", "422800", id="prefecture before its own county"),
        pytest.param("恩施市", "422801", id="the county-level city"),
        pytest.param("随州", "421300", id="city"),
        pytest.param("随县", "421321", id="county of two characters"),
        pytest.param("武汉市朝阳市场", "420100", id="a market, not 朝阳市"),
        pytest.param("武汉市场监管局", "420100", id="武汉, not 武汉市 and 场"),
        pytest.param("武汉市新城区", "420100", id="new quarters, not the county 新城区 of Xi'an"),
        pytest.param("吉林省吉林市船营区", "220204", id="city named like its province"),
        pytest.param("重庆市重庆市万州区", "500101", id="municipality twice"),
        pytest.param("重庆市->县->忠县", "500233", id="county under a grouping row"),
        pytest.param("东莞市虎门镇", "441900121", id="city without counties"),
        pytest.param("神农架松柏镇", "429021100", id="the same, without rank"),
        pytest.param("仙桃市沙嘴街道", "429004001", id="street of a county run by the province"),
        pytest.param("竹山县城关镇", "420323100", id="town name shared by 88"),
        pytest.param("上海南京东路100号", "310100", id="a road in Shanghai, not Nanjing"),
        pytest.param("深圳", "440300", id="unique elsewhere"),
        pytest.param("香港", "810000", id="region without lists"),
    ],
)
def test_names_inside_other_names(value, expected):
    assert code(value) == expected


@pytest.mark.parametrize(
    ("value", "within", "expected"),
    [
        ("鼓楼区", "420000", None),
        ("鼓楼区", None, None),
        ("鼓楼区", "350000", "350102"),
        ("鼓楼区", "320000", None),  # Nanjing and Xuzhou both have one
        ("鼓楼区", "320300", "320302"),
        ("福建省鼓楼区", "420000", "350102"),
        ("江苏省徐州市鼓楼区", "420000", "320302"),
        ("江苏省鼓楼区", "420000", "320000"),
        ("青山区", "420000", "420107"),
        ("青山区", "150000", "150204"),
        ("青山区", None, None),
        ("包头市青山区", "420000", "150204"),
        ("朝阳", "420000", None),
        ("朝阳区", "110000", "110105"),
        ("城关镇", "420000", None),
        ("城关镇", "420323", "420323100"),
    ],
)
def test_shared_names_are_settled_by_the_hint_or_left_open(value, within, expected):
    assert code(value, within=within) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Unresolved.EMPTY),
        ("", Unresolved.EMPTY),
        (" 　", Unresolved.EMPTY),
        ("999999", Unresolved.UNKNOWN_CODE),
        ("4201061", Unresolved.UNKNOWN_CODE),
        ("420099", Unresolved.UNKNOWN_CODE),
        ("13812345678", Unresolved.UNKNOWN_CODE),
        ("鼓楼区", Unresolved.AMBIGUOUS),
        ("朝阳", Unresolved.AMBIGUOUS),
        ("湖北省南京市鼓楼区", Unresolved.CONFLICTING),
        ("武汉市宜昌市", Unresolved.CONFLICTING),
        ("公安局", Unresolved.NO_REGION),
        ("中山大道123号", Unresolved.NO_REGION),
        ("南京东路100号", Unresolved.NO_REGION),
        ("武汉路12号", Unresolved.NO_REGION),
        ("沙县小吃", Unresolved.NO_REGION),
        ("10号", Unresolved.NO_REGION),
        ("某小区", Unresolved.NO_REGION),
        ("区", Unresolved.NO_REGION),
        ("江岸区", None),
    ],
)
def test_a_value_without_region_has_a_reason(value, reason):
    assert INDEX.reason(value) is reason
    assert (one(value) is None) == (reason is not None)


def test_unknown_hint_is_refused():
    with pytest.raises(ValueError, match="within '425000' is not a known region code"):
        INDEX.resolve(["江岸区"], within="425000")


def test_results_keep_the_order_of_the_values():
    assert INDEX.resolve(["江岸", None, "洪山", "江岸"]) == [JIANGAN, None, HONGSHAN, JIANGAN]
    assert INDEX.resolve([]) == []


@pytest.mark.parametrize("separator", ["", "->", " "])
@pytest.mark.parametrize("within", ["420000", None])
def test_every_region_is_found_by_its_own_full_path(separator, within):
    paths = [separator.join(path_of(row)) for row in ROWS]
    found = [finest(match) for match in INDEX.resolve(paths, within=within)]
    own_city = {code: f"{code[:2]}0100" for code in ("110000", "120000", "310000", "500000")}
    assert found == [own_city.get(row["code"], row["code"]) for row in ROWS]


def test_every_code_is_found_by_itself():
    codes = [row["code"] for row in ROWS if row["level"] != "province"]
    assert [finest(match) for match in INDEX.resolve(codes)] == codes


def test_every_hubei_county_and_city_is_found_by_its_name_alone():
    rows = [row for row in ROWS if row["code"][:2] == "42" and row["level"] in {"city", "county"}]
    assert len(rows) == 17 + 101
    assert [code(row["name"]) for row in rows] == [row["code"] for row in rows]


def test_every_alias_leads_to_its_region():
    for row in read_table("aliases.csv"):
        target = INDEX.resolve([row["code"]])
        assert INDEX.resolve([row["alias"]]) == target, row["alias"]


def test_rows_and_aliases_must_fit_together():
    with pytest.raises(ValueError, match="has parent '420100', which does not come before it"):
        RegionIndex([("420102", "江岸区", "county", "420100")])
    with pytest.raises(ValueError, match="alias '汉口' stands for '420100'"):
        RegionIndex([("420000", "湖北省", "province", "")], [("汉口", "420100")])


@given(st.text(max_size=40))
def test_any_text_gets_a_region_or_a_reason(text):
    assert (one(text) is None) == (INDEX.reason(text) is not None)


@given(st.sampled_from(ROWS[34:3345]), st.sampled_from(["珞瑜支路88号", "3栋2单元", "", "(转交)"]))
def test_what_follows_a_full_path_does_not_change_its_region(row, rest):
    path = "".join(path_of(row))
    assert one(path + rest) == one(path)
