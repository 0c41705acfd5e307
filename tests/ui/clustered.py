"""A page of clusters over a small warehouse: opened, read, and counted by SQL."""

import collections
import json

import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from jobs.refresh import refresh
from pages.components.settings import settings
from queries.cluster_tables import cluster_members
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current
from tests.finders.cluster_records import rows
from tests.staging import batch
from tests.ui.pages import ROOT

SECRET = "外县专用文字"
LEVEL = "medium"
ASKED = {"period": "90d", "level": LEVEL}


def records():
    there = rows("b", each=8, county="420506")
    for each in there:
        each["narrative"] += SECRET
    return [*rows("a", each=24), *there]


def planted(folder, plain, *, derived=True):
    store = GenerationStore(folder)
    with store.building() as building:
        building.stage(batch(plain))
        building.merge()
    if derived:
        refresh(store, only="clusters")
    return folder


def grid(at, board="clusters"):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    (found,) = [each for each in drawn if each.get("board") == board]
    return {row["code"]: [cell["text"] for cell in row["cells"]] for row in found["rows"]}


def sizes(at):
    return {code: int(cells[-4].replace(",", "")) for code, cells in grid(at).items()}


def everything(at):
    drawn = [json.loads(each.proto.json or "0") for each in at.get("bidi_component")]
    texts = [each.value for each in (*at.markdown, *at.caption, *at.info, *at.warning)]
    return json.dumps([drawn, texts], ensure_ascii=False)


def counted(folder, *, county=None, level=LEVEL):
    """Count the members of each cluster by SQL."""
    warehouse = open_current(f"duckdb:///{folder}")
    asked = sa.select(cluster_members.c.cluster_key, submissions.c.county_code).join(
        submissions, submissions.c.submission_key == cluster_members.c.submission_key
    )
    with warehouse.engine.connect() as conn:
        found = conn.execute(asked.where(cluster_members.c.level == level)).all()
    warehouse.engine.dispose()
    return collections.Counter(
        row.cluster_key for row in found if county in (None, row.county_code)
    )


def pages_opened(monkeypatch):
    """Yield a function that opens the page of clusters of a warehouse at an address."""

    def at_address(folder, query=None, *, regions="all", role="analyst"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        monkeypatch.setenv("VIEWER_ROLE", role)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(ASKED if query is None else query)
        at.switch_page("pages/clusters.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield at_address
    settings.cache_clear()
