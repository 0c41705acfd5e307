"""Submissions that hold each word: from rollups and from the facts, the same as by hand."""

import collections
import datetime as dt

import pandas as pd
import pytest

from queries import word_counts
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from queries.word_counts import fetch_word_counts
from tests.queries.samples import ALL_DERIVED


def by_hand(sample, start, end):
    return collections.Counter(
        f"词{word}"
        for row in sample.rows
        if start <= row["registered_on"] <= end
        for word in row["words"]
    )


@pytest.mark.parametrize("fresh", [ALL_DERIVED, frozenset({"submission_words"})])
@pytest.mark.parametrize(("all_counted", "share"), [(2_000_000, 0.0), (0, 0.02)])
def test_words_over_time_are_those_of_the_plain_rows(
    sample, fresh, all_counted, share, monkeypatch
):
    monkeypatch.setattr(word_counts, "ALL_COUNTED", all_counted)
    monkeypatch.setattr(word_counts, "LEAST_SHARE", share)
    found = fetch_word_counts(sample.knowing(fresh), Selection(period=Period("30d")), EVERYTHING)
    now = by_hand(sample, found.days["current"].start, found.days["current"].end)
    kept = sorted(word for word, number in now.items() if number >= found.least)
    assert kept
    assert found.least == max(5, round(found.totals["current"] * share))
    expected = {
        name: [by_hand(sample, days.start, days.end)[word] for word in kept]
        for name, days in found.days.items()
    }
    index = pd.Index(kept, name="word", dtype=object)
    pd.testing.assert_frame_equal(
        found.frame, pd.DataFrame(expected, index=index), check_index_type=False
    )
    assert found.days["current"].end - found.days["current"].start == dt.timedelta(days=29)
