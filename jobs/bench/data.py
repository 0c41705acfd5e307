"""The warehouses that are measured: made once through the normal import and refresh, then reused."""

import datetime as dt
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from jobs.bench.processes import Progress, alone
from jobs.bench.report import Made
from jobs.refresh import STEPS, refresh
from queries.cubes import CUBES, cube_table
from queries.generations import GenerationStore
from queries.loading import raw_connection
from queries.measures import SUMS
from queries.rollups import ROLLUPS
from queries.schema import SCHEMA_VERSION, derived, submissions
from queries.warehouse import open_file

LAST_DAY = dt.date(2026, 6, 30)
"""Last day of the rows, fixed so that the same seed gives the same rows next year."""

MONTHS = 60
"""Months that the rows are spread over."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a bench warehouse is made of; two of the same recipe hold the same rows."""

    submissions: int
    seed: int
    months: int = MONTHS
    last_day: str = LAST_DAY.isoformat()
    schema_version: int = SCHEMA_VERSION
