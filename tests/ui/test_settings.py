import ast
from dataclasses import fields
from pathlib import Path

import pytest

from pages.components.settings import SETTINGS, InvalidSettingError, Settings, read_settings

ROOT = Path(__file__).parents[2]


def test_defaults_are_a_safe_first_run():
    given = read_settings({})
    assert given.warehouse_url == "duckdb:///data/warehouse"
    assert not given.demo_mode
    assert given.viewer_regions == ()


def test_blank_is_unset():
    assert read_settings({"HOME_REGION": "  "}).home_region == "420000"


@pytest.mark.parametrize(
    ("given", "regions"),
    [
        pytest.param("all", ("all",), id="everything"),
        pytest.param("420100", ("420100",), id="one"),
        pytest.param(" 420100 ,420106001, ", ("420100", "420106001"), id="several, with blanks"),
    ],
)
def test_viewer_regions(given, regions):
    assert read_settings({"VIEWER_REGIONS": given}).viewer_regions == regions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("DEMO_MODE", "yes", id="flag in words"),
        pytest.param("VIEWER_REGIONS", "武汉市", id="region by name"),
        pytest.param("VIEWER_REGIONS", "all,420100", id="all among others"),
        pytest.param("HOME_REGION", "４２００００", id="full-width digits"),
        pytest.param("REFRESH_SECONDS", "4", id="refresh below five seconds"),
        pytest.param("STALE_WORKING_DAYS", "-1", id="negative"),
    ],
)
def test_unusable_values_are_refused_by_name(name, value):
    with pytest.raises(InvalidSettingError, match=name) as caught:
        read_settings({name: value})
    assert caught.value.name == name


def test_refresh_at_its_limit():
    assert read_settings({"REFRESH_SECONDS": "5"}).refresh_seconds == 5


def test_every_setting_is_parsed_and_explained():
    assert [each.name.lower() for each in SETTINGS] == [each.name for each in fields(Settings)]
    assert all(each.help for each in SETTINGS)


def test_passwords_stay_out_of_the_text_form():
    given = read_settings({"WAREHOUSE_URL": "postgresql+psycopg://u:secret@h/db"})
    assert "secret" not in repr(given)


def test_nothing_else_in_the_app_reads_the_environment():
    readers = []
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        names = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        if names & {"environ", "getenv", "secrets"} and path.name != "failures.py":
            readers.append(path.name)
    assert readers == ["settings.py"]
