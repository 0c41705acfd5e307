"""How long answers are kept, how many, and by what they are told apart."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd

from queries.scope import Scope
from queries.selection import Selection

TTL = dt.timedelta(minutes=10)
"""How long an answer is kept; a database server has no generations, so this is its delay at most."""

ENTRIES = 400
"""Answers kept of each kind; an answer is a few kilobytes."""

KEYS: dict[str | type[Any], Callable[[Any], Any]] = {Selection: repr, Scope: repr}
"""By what Streamlit tells one selection, and one viewer's rights, from another.

All of either is in its text. Streamlit's own way, value by value, takes six to nine times as long
(115 us instead of 13 for a selection), and a page that is all in the cache asks some fifty times.
"""


def _told(frame: pd.DataFrame) -> str:
    columns = [(name, str(each.dtype), each.tolist()) for name, each in frame.items()]
    return repr((frame.index.tolist(), columns))


FRAMES: dict[str | type[Any], Callable[[Any], Any]] = KEYS | {pd.DataFrame: _told}
"""The same for what is given a small table: all of it as text, which stays the same when the table
was kept itself. Streamlit's own way takes three times as long (32 ms instead of 9 for 36 rows of 56
columns)."""
