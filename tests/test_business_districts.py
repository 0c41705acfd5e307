import csv

import pytest

from jobs.business_districts import BusinessDistrictIndex
from jobs.regions import REGIONS_FOLDER

DISTRICTS = BusinessDistrictIndex.from_folder()


def read_regions():
    with (REGIONS_FOLDER / "regions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BY_CODE = {row["code"]: row for row in read_regions()}


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
