"""Standings made by hand, for tests of what draws them."""

import datetime as dt

import pandas as pd

from pages.components import ranking_limits
from pages.components.boards import Board, View
from pages.components.data import Standings
from queries.selection import DateRange

NAN = float("nan")
PAYLOAD = "<img src=x onerror=alert(1)>=1+1"
OPERATORS = View(Board("operator", "主体", "operator_id"), "operator_id")
ISSUES = View(Board("issue", "问题", "issue_type"), "issue_type")
MARCH = DateRange(dt.date(2026, 3, 2), dt.date(2026, 3, 31))
FEBRUARY = DateRange(dt.date(2026, 1, 31), dt.date(2026, 3, 1))
ASKED = ranking_limits.read({})

PLAIN = {
    "base": NAN,
    "share": 0.5,
    "rank": 1.0,
    "previous": 10.0,
    "previous_rank": 3.0,
    "rank_change": 2.0,
    "change": 10.0,
    "change_rate": 1.0,
    "last_year": NAN,
    "yearly_change": NAN,
    "yearly_rate": NAN,
    "trend": [1.0, 2.0, 3.0],
}


def member(code, value, **fields):
    return {"member": code, "value": value, **PLAIN, **fields}


def found(*rows, level="issue_type", measure="submissions", **fields):
    plain = {
        "members": len(rows),
        "matched": len(rows),
        "counted": True,
        "candidates": None,
        "days": MARCH,
        "previous_days": FEBRUARY,
        "last_year_days": None,
        "trend_starts": pd.DatetimeIndex(["2026-03-02", "2026-03-09", "2026-03-16"]),
        "trend_grain": "week",
    }
    frame = pd.DataFrame(list(rows), columns=["member", "value", *PLAIN, *_extra(rows)])
    return Standings(frame=frame, level=level, measure=measure, **(plain | fields))


def _extra(rows):
    return [name for name in (rows[0] if rows else {}) if name not in {"member", "value", *PLAIN}]
