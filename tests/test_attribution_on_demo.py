"""Planted changes are explained by what was planted."""

import datetime as dt
import json

import pytest

from analytics.attribution import attribute_change, explain_change
from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from queries.changes import fetch_changes
from queries.generations import GenerationStore
from queries.operator_names import operator_names
from queries.scope import EVERYTHING
from queries.selection import DateRange, Period, Selection
from queries.warehouse import open_current

END = dt.date(2026, 11, 21)
KINDS = {"surge", "chain_closure", "food_scare", "template_letters"}
LEVELS = (
    "city_code",
    "county_code",
    "product_category",
    "product",
    "issue_type",
    "issue_subtype",
    "operator_id",
)
PAIRS = (
    ("county_code", "product"),
    ("product", "issue_subtype"),
    ("county_code", "issue_subtype"),
)
LEAST_COUNT = 15
"""Submissions of an event that can be told from chance in a province of this size."""
LEAST_SHARE = 0.2
"""Share that an event has of all that its counties registered meanwhile."""
TRULY_FIRST = 0.95

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    made = generate(folder / "files", submissions=30_000, operators=5_000, months=14, end=END)
    store = GenerationStore(folder / "warehouse")
    for pattern, mapping in made.sources:
        import_sources([str(pattern)], mapping, store=store)
    warehouse = open_current(f"duckdb:///{folder / 'warehouse'}")
    yield warehouse, json.loads(made.truth.read_text(encoding="utf-8"))
    warehouse.engine.dispose()


def counties_of(codes: dict) -> list[str]:
    return codes["county_codes"] if "county_codes" in codes else [codes["county_code"]]


def names_of(codes: dict) -> tuple[set[str], set[str]]:
    """Return the codes of the finest level that were planted, and the names of operators."""
    issues = codes["issue_subtypes"] if "issue_subtypes" in codes else [codes["issue_subtype"]]
    operators = {codes.get("operator"), *codes.get("operators", ())} - {None}
    return {*counties_of(codes), codes["product"], *issues}, operators


def explained(warehouse, event):
    counties = counties_of(event["codes"])
    days = DateRange(*(dt.date.fromisoformat(event[key]) for key in ("first_day", "last_day")))
    chosen = Selection(period=Period.between(days.start, days.end)).with_filter("region", counties)
    found = fetch_changes(
        warehouse, chosen, EVERYTHING, measure="submissions", levels=LEVELS, pairs=PAIRS
    )
    return found if found.compared is not None else None


def is_true(warehouse, member, codes) -> bool:
    true, operators = names_of(codes)
    with warehouse.engine.connect() as conn:
        named = operator_names(conn, [member]).get(member)
    return set(str(member).split("|")) <= true or named in operators


def test_the_planted_member_comes_first(province):
    warehouse, truth = province
    misses, cases = [], 0
    for event in truth["events"]:
        found = explained(warehouse, event) if event["type"] in KINDS else None
        if found is None:
            continue
        now = found.frames["product"]["numerator"].sum()
        if event["count"] < LEAST_COUNT or event["count"] < LEAST_SHARE * now:
            continue
        best = explain_change(found.frames).iloc[0]
        cases += 1
        if not is_true(warehouse, best["member"], event["codes"]):
            misses.append((event["name"], best.to_dict()))
        assert best["score"] > 0, event["name"]
    assert cases >= 10
    assert len(misses) <= (1 - TRULY_FIRST) * cases, misses


def test_contributions_add_up_to_the_change(province):
    warehouse, truth = province
    compared = 0
    for event in truth["events"]:
        found = explained(warehouse, event) if event["type"] in KINDS else None
        if found is None:
            continue
        compared += 1
        whole = found.frames["product"]
        change = whole["numerator"].sum() - whole["numerator_before"].sum()
        for key, frame in found.frames.items():
            assert attribute_change(frame)["contribution"].sum() == change, (event["name"], key)
    assert compared >= 15


def test_where_nothing_was_planted_little_is_found(province):
    warehouse, truth = province
    planted = {
        code
        for event in truth["events"]
        if event["type"] in KINDS
        for code in counties_of(event["codes"])
    }
    quiet = [code for code in truth["totals"]["county"] if code not in planted]
    found = []
    for code in quiet[::3]:
        chosen = Selection(period=Period("2026-08-03..2026-08-16")).with_filter("region", [code])
        changes = fetch_changes(
            warehouse, chosen, EVERYTHING, measure="submissions", levels=LEVELS, pairs=PAIRS
        )
        found.append(explain_change(changes.frames)["score"].max() > 0)
    assert len(found) > 20
    # Of m members that moved by chance, one passes ln m in 1 / (2 sqrt(pi ln m)) of cases: 0.12 of 100.
    assert sum(found) <= 0.15 * len(found)
