"""The list of submissions to take away: every one that matches, masked, in words."""

from collections.abc import Iterator, Sequence

import pandas as pd

from pages.components import data, listing, spreadsheets, tables
from pages.components.exports import Sheet, definitions
from queries.scope import Scope
from queries.selection import Selection

COLUMNS = (
    "submission_id",
    "kind",
    "registered_at",
    "channel",
    "status",
    "city_code",
    "county_code",
    "street_code",
    "business_district",
    "operator_name",
    "respondent_name",
    "industry",
    "product_category",
    "product",
    "product_name",
    "issue_type",
    "issue_subtype",
    "title",
    "narrative",
    "disputed_yuan",
    "recovered_yuan",
    "is_online",
    "online_platform",
    "handling_unit",
    "due_at",
    "closed_at",
    "closed_on_time",
    "complainant_masked",
    "phone_masked",
)
"""Columns of the file, in reading order."""

_WORDED = frozenset({"code", "flag", "source", "remedies"})


def sheets(selection: Selection, scope: Scope, *, order: str) -> list[Sheet]:
    """Return the list as one table, sorted as on screen; it is read part by part as it is written."""
    total = data.totals(selection, scope, measures=("submissions",)).current["submissions"]

    def parts() -> Iterator[pd.DataFrame]:
        limit = spreadsheets.MAX_ROWS + 1
        for part in data.extract(selection, scope, limit=limit, order=order):
            yield worded(listing.named(part))

    return [
        Sheet(
            "诉求明细",
            parts,
            definitions(["submissions"]),
            total=int(total),
            note=f"按{tables.COLUMNS[order].label}排列；姓名、电话等个人信息已脱敏",
        )
    ]


def worded(part: pd.DataFrame, names: Sequence[str] = COLUMNS) -> pd.DataFrame:
    """Return stored columns under their Chinese names, codes in words, amounts and times as such."""
    columns = {}
    for name in names:
        column = tables.COLUMNS[name]
        unit = "（元）" if column.form == "yuan" else ""
        values = part[name]
        if column.form in _WORDED:
            values = pd.Series(
                [
                    None if tables.is_missing(each) else tables.text_of(name, each)
                    for each in values
                ],
                index=part.index,
                dtype=object,
            )
        columns[f"{column.label}{unit}"] = values
    return pd.DataFrame(columns)
