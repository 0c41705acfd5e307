import csv
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.business_districts import BusinessDistrictIndex
from jobs.divisions import build_regions
from jobs.regions import REGIONS_FOLDER, RegionIndex, RegionMatch, Unresolved

INDEX = RegionIndex.from_folder()
DISTRICTS = BusinessDistrictIndex.from_folder()
REAL_DATA_DIR = os.environ.get("REAL_DATA_DIR", "")

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


def test_levels_and_parents_of_the_table():
    assert Counter(row["level"] for row in ROWS) == {
        "province": 34,
        "city": 369,
        "county": 2942,
        "street": 41352,
    }
    assert len(BY_CODE) == len(ROWS)
    parent_level = {"city": "province", "county": "city"}
    for row in ROWS:
        assert len(row["code"]) == (9 if row["level"] == "street" else 6)
        if row["level"] == "province":
            assert row["parent_code"] == ""
        elif row["level"] == "street":
            assert BY_CODE[row["parent_code"]]["level"] in {"city", "county"}
        else:
            assert BY_CODE[row["parent_code"]]["level"] == parent_level[row["level"]]


@pytest.mark.parametrize(
    ("region", "level", "parent"),
    [
        ("110100", "city", "110000"),
        ("110101", "county", "110100"),
        ("500101", "county", "500100"),
        ("500229", "county", "500100"),
        ("429021", "city", "420000"),
        ("429021100", "street", "429021"),
        ("441900", "city", "440000"),
        ("441900121", "street", "441900"),
        ("460400100", "street", "460400"),
        ("620201001", "street", "620200"),
    ],
)
def test_special_units_have_their_place_in_the_table(region, level, parent):
    assert (BY_CODE[region]["level"], BY_CODE[region]["parent_code"]) == (level, parent)


def test_grouping_rows_are_no_regions():
    names = {row["name"] for row in ROWS if row["level"] != "street"}
    assert not names & {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
    assert "620201" not in BY_CODE


@pytest.mark.skipif(not REAL_DATA_DIR, reason="REAL_DATA_DIR is not set")
def test_the_table_is_what_the_division_lists_give(tmp_path):
    counts = build_regions(Path(REAL_DATA_DIR) / "divisions", tmp_path / "regions.csv")
    assert (counts.provinces, counts.cities) == (34, 369)
    assert (counts.counties, counts.streets) == (2942, 41352)
    built = (tmp_path / "regions.csv").read_bytes()
    assert built == (REGIONS_FOLDER / "regions.csv").read_bytes()


def write_lists(folder, *, streets):
    lists = {
        "provinces": 'code,name\n42,"湖北省"\n11,"北京市"\n',
        "cities": 'code,name,provinceCode\n4201,"武汉市",42\n4290,"省直辖县级行政区划",42\n1101,"市辖区",11\n',
        "areas": (
            "code,name,cityCode,provinceCode\n"
            '420102,"江岸区",4201,42\n429004,"仙桃市",4290,42\n110101,"东城区",1101,11\n'
        ),
        "streets": f"code,name,areaCode,provinceCode,cityCode\n{streets}",
    }
    for name, content in lists.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")


def test_building_the_table_checked_by_hand(tmp_path):
    write_lists(tmp_path, streets='429004001,"沙嘴街道",429004,42,4290\n')
    build_regions(tmp_path, tmp_path / "out" / "regions.csv")
    assert (tmp_path / "out" / "regions.csv").read_text(encoding="utf-8").splitlines() == [
        "code,name,level,parent_code",
        "110000,北京市,province,",
        "420000,湖北省,province,",
        "710000,台湾省,province,",
        "810000,香港特别行政区,province,",
        "820000,澳门特别行政区,province,",
        "110100,北京市,city,110000",
        "420100,武汉市,city,420000",
        "429004,仙桃市,city,420000",
        "110101,东城区,county,110100",
        "420102,江岸区,county,420100",
        "429004001,沙嘴街道,street,429004",
    ]


def test_a_street_of_an_unlisted_county_is_refused(tmp_path):
    write_lists(tmp_path, streets='420199001,"某街道",420199,42,4201\n')
    with pytest.raises(ValueError, match=r"belongs to county 420199, which areas\.csv does not list"):
        build_regions(tmp_path, tmp_path / "regions.csv")


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


def test_a_million_addresses_take_seconds_not_minutes():
    counties = [row for row in ROWS if row["level"] == "county" and row["code"][:2] == "42"]
    addresses = [
        f"{''.join(path_of(counties[number % len(counties)]))}珞瑜支路{number}号某某小区3栋2单元"
        for number in range(20_000)
    ]
    seconds = []
    for _ in range(3):
        start = time.process_time()
        matches = INDEX.resolve(addresses)
        seconds.append(time.process_time() - start)
    assert None not in matches
    # budget 50,000 values per second of one core; half of it here, for slow machines
    assert len(addresses) / min(seconds) > 25_000


def test_business_districts_lie_where_the_region_table_says():
    districts = DISTRICTS.districts
    assert 12 <= len(districts) <= 25
    assert len({district.code for district in districts}) == len(districts)
    assert len({district.name for district in districts}) == len(districts)
    for district in districts:
        assert BY_CODE[district.county_code]["level"] == "county"
        assert district.code.startswith(f"{district.county_code}-")
        if district.street_code:
            assert BY_CODE[district.street_code]["parent_code"] == district.county_code
    assert len({BY_CODE[district.county_code]["parent_code"] for district in districts}) >= 5


@pytest.mark.parametrize(
    ("text", "county_code", "name"),
    [
        ("湖北省武汉市江汉区江汉路步行街88号", None, "江汉路"),
        ("湖北省武汉市江汉区江汉路步行街88号", "420103", "江汉路"),
        ("江汉路步行街88号", "420502", None),
        ("武汉街道口群光广场", "420111", "街道口"),
        ("光谷武汉中央商务区分店", None, "武汉中央商务区"),
        ("光谷武汉中央商务区分店", "420111", "光谷"),
        ("解放大道武汉广场三楼", "420103", "武广"),
        ("武汉ＣＢＤ", "420103", "武汉中央商务区"),
        ("光谷徐东", None, "光谷"),
        ("某某路1号", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_the_longest_district_name_of_the_county_counts(text, county_code, name):
    found = DISTRICTS.find(text, county_code=county_code)
    assert (found and found.name) == name


def test_districts_of_many_texts():
    codes = DISTRICTS.resolve(
        ["光谷广场", "光谷广场", None], county_codes=["420111", "420102", None]
    )
    assert codes == ["420111-01", None, None]
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        DISTRICTS.resolve(["光谷广场"], county_codes=[])
