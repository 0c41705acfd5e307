"""The list of submissions: which page of it, how long and sorted how, and what a click opens."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.components import address
from pages.components.panels import Click
from pages.components.tables import Cell
from queries.results import SubmissionPage

SIZES = (20, 50, 100)
MAX_PAGE_DIGITS = 7

ORDERS = ("registered_at", "disputed_yuan")
"""Columns that the list can be sorted by, latest or largest first."""

CELLS = (
    Cell("登记时间", (("registered_at",), ("kind", "status")), width=128, sort="registered_at"),
    Cell("区域与渠道", (("county_code",), ("channel",)), width=124),
    Cell("商品服务与问题", (("product_category",), ("issue_type",)), width=138),
    Cell("主体与承办单位", (("operator_name",), ("handling_unit",)), width=190),
    Cell("具体问题", (("narrative",),)),
    Cell("争议金额", (("disputed_yuan",),), width=104, right=True, sort="disputed_yuan"),
    Cell("诉求人", (("complainant_masked",), ("phone_masked",)), width=104),
)
"""The list, two lines a row."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the list is asked for; ``number`` counts from 1."""

    number: int
    size: int
    order: str


def place(query: Mapping[str, str]) -> Place:
    """Read page and page size from an address; what makes no sense is the default.

    Examples
    --------
    >>> place({"page": "3", "size": "50"})
    Place(number=3, size=50, order='registered_at')
    >>> place({"page": "-1", "size": "7", "order": "phone"})
    Place(number=1, size=20, order='registered_at')
    """
    number, size, order = (query.get(name, "") for name in ("page", "size", "order"))
    known = number.isascii() and number.isdigit() and len(number) <= MAX_PAGE_DIGITS
    return Place(
        number=max(1, int(number)) if known else 1,
        size=int(size) if size in map(str, SIZES) else SIZES[0],
        order=order if order in ORDERS else ORDERS[0],
    )


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the name as registered where the operator is not known."""
    known = frame["operator_name"].notna()
    return frame.assign(operator_name=frame["operator_name"].where(known, frame["respondent_name"]))


def span_text(page: SubmissionPage) -> str:
    """Return which rows are shown, of how many.

    Examples
    --------
    >>> span_text(SubmissionPage(frame=pd.DataFrame({"kind": ["tipoff"] * 5}), total=25, page=2, page_size=20))
    '第21至25件，共25件'
    """
    first = (page.page - 1) * page.page_size + 1
    return f"第{first:,}至{first + len(page.frame) - 1:,}件，共{page.total:,}件"


def choose_size(now: Place) -> None:
    """Draw the choice of the page size; the first row shown stays in sight."""

    def change(size: int) -> None:
        first = (now.number - 1) * now.size
        address.go(size=str(size), page=str(first // size + 1))

    st.segmented_control(
        "每页",
        SIZES,
        format_func=lambda size: f"每页{size}件",
        key=address.bound("list.size", now.size),
        required=True,
        on_change=address.once_chosen("list.size", change),
        label_visibility="collapsed",
    )


def clicked(click: Click) -> None:
    """Open the submission of a row, or sort by a column."""
    if click.act == "open":
        address.go(id=click.code)
    elif click.act == "sort" and click.code in ORDERS:
        address.go(order=None if click.code == ORDERS[0] else click.code, page=None)
