import os
import sys

import pytest
from hypothesis import settings

from pages.components.settings import SETTINGS
from tests.engines import any_engine, fresh_engine, postgres_server

__all__ = ["any_engine", "fresh_engine", "postgres_server"]

SETTINGS_OF_THE_SHELL = tuple(setting.name for setting in SETTINGS)

settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_the_shell():
    """A developer's own warehouse must not leak into a test."""
    kept = {name: os.environ.pop(name) for name in SETTINGS_OF_THE_SHELL if name in os.environ}
    yield
    os.environ.update(kept)


@pytest.fixture(autouse=True)
def main_module_as_before():
    """Streamlit's AppTest leaves its script as ``__main__``, which a spawned process then runs."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
