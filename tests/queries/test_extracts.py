"""Submissions to take away: the same as the list, whole, in parts."""

import pandas as pd
import pytest

from queries import extracts
from queries.extracts import fetch_extract
from queries.listing import LISTED_COLUMNS
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from tests.queries import oracle

ALL = Selection(period=Period("all"))


def taken(sample, selection=ALL, scope=EVERYTHING, **asked):
    return list(fetch_extract(sample.warehouse, selection, scope, **({"limit": 100_000} | asked)))


def test_parts_hold_every_submission_once_newest_first(sample, monkeypatch):
    monkeypatch.setattr(extracts, "ROWS_PER_PART", 300)
    parts = taken(sample)
    assert [len(part) for part in parts[:-1]] == [300] * (len(parts) - 1)
    whole = pd.concat(parts)
    assert whole["submission_id"].to_list() == [
        row["submission_id"] for row in reversed(sample.rows)
    ]
    assert list(whole.columns) == [*LISTED_COLUMNS, "operator_name"]


def test_an_extract_is_what_the_selection_and_the_scope_mean(sample):
    chosen = Selection(period=Period("all"), text="退款").with_filter("kind", ["complaint"])
    scope = Scope(regions=("420100",))
    days = chosen.period.range(sample.warehouse.first_day, sample.warehouse.last_day)
    expected = oracle.meant(sample.rows, chosen, scope, days)
    assert len(expected) > 10
    found = pd.concat(taken(sample, chosen, scope))["submission_id"].to_list()
    assert found == [row["submission_id"] for row in reversed(expected)]


def test_no_more_than_asked_for(sample):
    assert sum(len(part) for part in taken(sample, limit=7)) == 7


def test_nothing_selected_is_one_empty_part(sample):
    [part] = taken(sample, scope=Scope())
    assert part.empty
    assert list(part.columns) == [*LISTED_COLUMNS, "operator_name"]


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 10**7}, {"order": "phone_masked"}])
def test_questions_that_make_no_sense_are_refused_at_once(sample, asked):
    with pytest.raises(ValueError, match="must be"):
        fetch_extract(sample.warehouse, ALL, EVERYTHING, **({"limit": 1} | asked))
