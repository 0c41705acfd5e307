"""The list of submissions: which page of it, how long, and what a click on a row opens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.components import address
from queries.results import SubmissionPage

SIZES = (20, 50, 100)
ROW_HEIGHT = 34
HEAD_HEIGHT = 38
MAX_HEIGHT = 722
"""Pixels of the table: 20 rows without scrolling."""

MAX_PAGE_DIGITS = 7

COLUMNS = (
    "registered_at",
    "kind",
    "status",
    "county_code",
    "product_category",
    "issue_type",
    "operator_name",
    "narrative",
    "disputed_yuan",
    "channel",
    "handling_unit",
    "complainant_masked",
    "phone_masked",
    "submission_id",
)
"""Columns of the list, in order."""

WIDTHS = {"narrative": 420, "operator_name": 190, "kind": 60, "submission_id": 210, "handling_unit": 160}


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the list is asked for; ``number`` counts from 1."""

    number: int
    size: int


def place(query: Mapping[str, str]) -> Place:
    """Read page and page size from an address; what makes no sense is the default.

    Examples
    --------
    >>> place({"page": "3", "size": "50"}), place({"page": "-1", "size": "7"})
    (Place(number=3, size=50), Place(number=1, size=20))
    """
    number, size = query.get("page", ""), query.get("size", "")
    known = number.isascii() and number.isdigit() and len(number) <= MAX_PAGE_DIGITS
    return Place(
        number=max(1, int(number)) if known else 1,
        size=int(size) if size in map(str, SIZES) else SIZES[0],
    )


def span_text(page: SubmissionPage) -> str:
    """Return which rows are shown, of how many.

    Examples
    --------
    >>> span_text(SubmissionPage(frame=pd.DataFrame({"kind": ["tipoff"] * 5}), total=25, page=2, page_size=20))
    '第21至25件，共25件'
    """
    first = (page.page - 1) * page.page_size + 1
    return f"第{first:,}至{first + len(page.frame) - 1:,}件，共{page.total:,}件"


def height(page: SubmissionPage) -> int:
    """Return the table's height in pixels."""
    return min(HEAD_HEIGHT + ROW_HEIGHT * len(page.frame) + 2, MAX_HEIGHT)


def choose_size(now: Place) -> None:
    """Draw the choice of the page size; the first row shown stays in sight."""
    st.session_state["list.size"] = now.size

    def changed() -> None:
        size = int(st.session_state["list.size"])
        first = (now.number - 1) * now.size
        address.go(size=str(size), page=str(first // size + 1))

    st.segmented_control(
        "每页",
        SIZES,
        format_func=lambda size: f"每页{size}件",
        key="list.size",
        required=True,
        on_change=changed,
        label_visibility="collapsed",
    )


def choose_page(page: SubmissionPage) -> None:
    """Draw the page numbers."""
    key = f"list.page.{page.pages}"
    st.session_state[key] = page.page
    st.pagination(
        page.pages,
        key=key,
        on_change=lambda: address.go(page=str(st.session_state[key])),
    )


def opener(key: str, frame: pd.DataFrame) -> Callable[[], None]:
    """Return the answer to a click into the table drawn under ``key``: open that submission."""

    def opened() -> None:
        chosen = st.session_state[key]["selection"]
        rows = [*chosen["rows"], *(row for row, _ in chosen["cells"])]
        if rows:
            address.go(id=str(frame["submission_id"].iloc[rows[0]]))

    return opened
