import pytest

from tests.importing.loading import Import


@pytest.fixture
def into(tmp_path):
    """A warehouse to import into."""
    return Import(tmp_path)
