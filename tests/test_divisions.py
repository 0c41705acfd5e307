import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from jobs.divisions import build_regions
from jobs.regions import REGIONS_FOLDER

REAL_DATA_DIR = os.environ.get("REAL_DATA_DIR", "")


def read_regions():
    with (REGIONS_FOLDER / "regions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read_regions()
BY_CODE = {row["code"]: row for row in ROWS}


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
    with pytest.raises(
        ValueError, match=r"belongs to county 420199, which areas\.csv does not list"
    ):
        build_regions(tmp_path, tmp_path / "regions.csv")
