"""Which measures of how submissions were handled can be held against an earlier period yet."""

import datetime as dt

from pages.components import data
from queries.selection import Selection

RIPENING = frozenset(
    {
        "closed",
        "on_time_rate",
        "mean_handling_days",
        "mediation_rate",
        "recovery_rate",
        "satisfaction",
        "penalty_yuan",
    }
)
"""Measures of what has ended: of a young period that is what ended soon, of a settled one all."""

SETTLED_DAYS = 90
"""Days after which a period counts as settled; ours: 60 days to handle a complaint, and what is late."""

WHY_NOT = "本期件尚在办理，与早已办结的往期不可比"


def is_ripening(name: str, end: dt.date) -> bool:
    """Tell whether a measure of a period that ended on this day is not to be compared yet."""
    if name not in RIPENING:
        return False
    last_day = data.status().last_day
    return last_day is not None and end > last_day - dt.timedelta(days=SETTLED_DAYS)


def is_ripening_in(name: str, selection: Selection) -> bool:
    """Tell the same of the period of a selection."""
    if name not in RIPENING:
        return False
    status = data.status()
    if status.first_day is None or status.last_day is None:
        return False
    return is_ripening(name, selection.period.range(status.first_day, status.last_day).end)
