"""Reads: the few questions that every page is made of.

Each takes a `Selection` and a `Scope`. A relative period ends on the warehouse's last day. A
comparison with days that are not wholly inside the data is left out, since it would say nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from queries.counting import Count, fetch_count, fetch_counts
from queries.figures import breakdown_frame, comparable, figures, figures_of_one
from queries.matching import check_level, member_code
from queries.measures import MEASURES, sums_of
from queries.ranking import WIDE_LEVELS, fetch_ranking
from queries.results import Breakdown, Matrix, Totals
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection, compared_range
from queries.warehouse import Warehouse
