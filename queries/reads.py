"""Reads: the few questions that every page is made of.

Each takes a `Selection` and a `Scope`. A relative period ends on the warehouse's last day. A
comparison is left out where the period, or the days that it is held against, are not wholly inside
the data, since it would say nothing.
"""

from queries.breakdowns import fetch_breakdown, fetch_breakdowns
from queries.changes import Changes, fetch_changes
from queries.extracts import fetch_extract
from queries.listing import LISTED_COLUMNS, fetch_submission, fetch_submissions
from queries.matrices import fetch_matrix
from queries.notable import NotableRules, fetch_notable
from queries.screen import Screen, ScreenPlan, fetch_screen
from queries.series import fetch_series
from queries.standings import Limits, Standings, fetch_standings
from queries.totals import fetch_totals

__all__ = [
    "LISTED_COLUMNS",
    "Changes",
    "Limits",
    "NotableRules",
    "Screen",
    "ScreenPlan",
    "Standings",
    "fetch_breakdown",
    "fetch_breakdowns",
    "fetch_changes",
    "fetch_extract",
    "fetch_matrix",
    "fetch_notable",
    "fetch_screen",
    "fetch_series",
    "fetch_standings",
    "fetch_submission",
    "fetch_submissions",
    "fetch_totals",
]
