"""A period that ends after the data is held against nothing, by whatever read."""

import pytest

from queries.breakdowns import fetch_breakdown
from queries.changes import fetch_changes
from queries.notable import NotableRules
from queries.scope import EVERYTHING
from queries.screen import ScreenPlan, fetch_screen
from queries.selection import Comparison, Period, Selection
from queries.series import fetch_series
from queries.standings import fetch_standings
from queries.totals import fetch_totals

PLAN = ScreenPlan(measures=("submissions",), rules=NotableRules(injury_words=("烫伤",)))


@pytest.mark.parametrize(
    ("code", "over"),
    [("2026-03-01..2026-03-20", True), ("2026-03-01..2026-03-21", False), ("30d", True)],
)
def test_a_period_that_is_not_over_is_compared_by_no_read(sample, code, over):
    warehouse = sample.warehouse
    for against in (Comparison.PREVIOUS, Comparison.LAST_YEAR):
        chosen = Selection(period=Period(code), comparison=against)
        totals = fetch_totals(warehouse, chosen, EVERYTHING, measures=("submissions",))
        assert [(each is not None) for each in (totals.previous, totals.last_year)] == [over, over]
        assert totals.current["submissions"] > 0
        series = fetch_series(warehouse, chosen, EVERYTHING, measures=("submissions",))
        assert (series.compared is not None) is over
        broken = fetch_breakdown(warehouse, chosen, EVERYTHING, level="city_code").frame
        assert ("submissions_compared" in broken) is over
        standings = fetch_standings(warehouse, chosen, EVERYTHING, level="city_code")
        assert (standings.previous_days is not None) is over
        assert (standings.last_year_days is not None) is over
        changes = fetch_changes(
            warehouse, chosen, EVERYTHING, measure="submissions", levels=("city_code",)
        )
        assert (changes.compared is not None) is over
        screen = fetch_screen(warehouse, chosen, EVERYTHING, plan=PLAN)
        assert (screen.totals.previous is not None) is over
        assert ("submissions_compared" in screen.breakdowns["city_code"].frame) is over
