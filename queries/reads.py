"""Reads: the few questions that every page is made of.

Each takes a `Selection` and a `Scope`. A relative period ends on the warehouse's last day. A
comparison with days that are not wholly inside the data is left out, since it would say nothing.
"""

from collections.abc import Sequence

import pandas as pd

from queries.breakdowns import fetch_breakdown, fetch_breakdowns
from queries.counting import Count, fetch_count
from queries.dimensions import LEVELS
from queries.figures import figures, figures_of_one
from queries.listing import LISTED_COLUMNS, fetch_submission, fetch_submissions
from queries.matching import member_code
from queries.measures import sums_of
from queries.notable import fetch_notable
from queries.periods import compared_days, days_of
from queries.results import Matrix, Totals
from queries.scope import Scope
from queries.screen import fetch_screen
from queries.selection import Comparison, DateRange, Period, Selection
from queries.series import fetch_series
from queries.warehouse import Warehouse

__all__ = [
    "LISTED_COLUMNS",
    "fetch_breakdown",
    "fetch_breakdowns",
    "fetch_matrix",
    "fetch_notable",
    "fetch_screen",
    "fetch_series",
    "fetch_submission",
    "fetch_submissions",
    "fetch_totals",
]
