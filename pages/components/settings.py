"""Settings of the app, read once from the environment; nothing else reads it."""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass

ALL_REGIONS = "all"
"""Value of ``VIEWER_REGIONS`` that lifts the restriction by region."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, its default and what it is for (shown in README.md)."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "WAREHOUSE_URL",
        "duckdb:///data/warehouse",
        "数据仓库地址：DuckDB文件夹，或数据库服务器的SQLAlchemy地址",
    ),
    Setting("WORKFLOW_URL", "sqlite:///data/workflow.db", "业务库地址（账号、处置、留痕等）"),
    Setting("DEMO_MODE", "0", "1表示演示：侧栏可切换不同身份；0表示固定身份"),
    Setting("VIEWER_ROLE", "analyst", "固定身份的角色：leader、analyst或enforcement"),
    Setting(
        "VIEWER_REGIONS",
        "",
        "固定身份可见的行政区划代码，逗号分隔；all表示全部；不填则不显示任何数据",
    ),
    Setting("HOME_REGION", "420000", "一屏展示的起始区域（行政区划代码）"),
    Setting("REFRESH_SECONDS", "60", "一屏展示自动刷新的间隔，单位秒，至少5"),
    Setting("STALE_WORKING_DAYS", "2", "数据落后超过几个工作日时给出警示"),
    Setting("MAP_APPROVAL", "", "地图审图号，经使用单位核实后填写；不填则注明待核实"),
)
"""Every setting, in the order of the table in README.md."""


class InvalidSettingError(ValueError):
    """An environment variable cannot be read; ``name`` says which, ``value`` what it held."""

    def __init__(self, name: str, value: str, way_out: str) -> None:
        super().__init__(f"{name}={value!r} is not usable; {way_out}")
        self.name = name
        self.value = value


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, parsed."""

    warehouse_url: str
    workflow_url: str
    demo_mode: bool
    viewer_role: str
    viewer_regions: tuple[str, ...]
    home_region: str
    refresh_seconds: int
    stale_working_days: int
    map_approval: str

    def __repr__(self) -> str:
        """Leave out the two URLs, which may hold passwords."""
        return f"Settings(demo_mode={self.demo_mode}, viewer_role={self.viewer_role!r})"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from ``environment``; what is unset or blank has its default.

    Raises
    ------
    InvalidSettingError
        If a value has not the form its setting asks for.

    Examples
    --------
    >>> read_settings({"VIEWER_REGIONS": "420100, 420500"}).viewer_regions
    ('420100', '420500')
    """
    values = {
        each.name: environment.get(each.name, "").strip() or each.default for each in SETTINGS
    }
    return Settings(
        warehouse_url=values["WAREHOUSE_URL"],
        workflow_url=values["WORKFLOW_URL"],
        demo_mode=_flag("DEMO_MODE", values["DEMO_MODE"]),
        viewer_role=values["VIEWER_ROLE"],
        viewer_regions=_regions("VIEWER_REGIONS", values["VIEWER_REGIONS"]),
        home_region=_region("HOME_REGION", values["HOME_REGION"]),
        refresh_seconds=_number("REFRESH_SECONDS", values["REFRESH_SECONDS"], least=5),
        stale_working_days=_number("STALE_WORKING_DAYS", values["STALE_WORKING_DAYS"], least=0),
        map_approval=values["MAP_APPROVAL"],
    )


@functools.cache
def settings() -> Settings:
    """Return the settings of this process."""
    return read_settings(os.environ)


def _flag(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise InvalidSettingError(name, value, "set 1 or 0")
    return value == "1"


def _number(name: str, value: str, *, least: int) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise InvalidSettingError(name, value, f"set a whole number of at least {least}")
    return int(value)


def _region(name: str, value: str) -> str:
    if not value.isascii() or not value.isdigit() or len(value) not in (6, 9):
        raise InvalidSettingError(name, value, "set a region code such as 420000 or 420106")
    return value


def _regions(name: str, value: str) -> tuple[str, ...]:
    if value == ALL_REGIONS:
        return (ALL_REGIONS,)
    return tuple(_region(name, each.strip()) for each in value.split(",") if each.strip())
