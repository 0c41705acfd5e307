"""Submissions per 10,000 residents or operators: on the map and in a table, or why there are none."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.components import grid, shaded_map, wording
from pages.components.denominators import Base, Off, Rate, rate_per_10k
from pages.components.exports import Sheet, definitions
from pages.components.grid import Cell, Head, Row
from pages.components.palettes import Palette
from pages.components.region_map import MapView
from pages.components.render import Option
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection

BASES = {"count": "件数", "residents": "每万常住人口", "operators": "每万户经营主体"}
"""What the map shows, by its code in the address."""

UNITS = {"residents": "件/万人", "operators": "件/万户"}


def fetch(
    by: str, drawn: MapView, measure: Measure, selection: Selection, scope: Scope
) -> Rate | Off:
    """Return the rates of the parts of a map.

    Parameters
    ----------
    by
        A code of `BASES` other than ``count``.
    """
    return rate_per_10k(drawn.level, measure.name, drawn.base(selection), scope, base=Base(by))


def map_chart(rate: Rate, drawn: MapView, *, by: str, name: str, palette: Palette) -> Option:
    """Draw the rates; a part without a figure has the palest colour and says so."""
    known: dict[str, Mapping[Any, Any]] = {
        str(record["member"]): record for record in rate.frame.to_dict("records")
    }
    frame = pd.DataFrame(
        [_part(code, known.get(code), by) for code in drawn.outline.parts],
        columns=list(shaded_map.MAP_COLUMNS),
    )
    return shaded_map.map_chart(
        frame,
        map_name=name,
        centres=drawn.outline.centres,
        palette=palette,
        size=11,
        unit=UNITS[by],
    )


def _part(code: str, record: Mapping[Any, Any] | None, by: str) -> dict[str, Any]:
    named = {"name": wording.short_region(code), "code": code, "chosen": False}
    if record is None:
        return named | {"value": float("nan"), "shown": wording.UNKNOWN, "note": "没有可用的分母"}
    shown = f"{record['per_10k']:.2f}"
    note = f"{shown}{UNITS[by]}，{record['count']:,.0f}件÷{record['base']:,.0f}"
    return named | {"value": float(record["per_10k"]), "shown": shown, "note": note}


def table(rate: Rate, measure: Measure, selection: Selection, *, by: str) -> dict[str, Any]:
    """Return the rates as the panel draws them, highest first."""
    most = float(rate.frame["per_10k"].max()) if len(rate.frame) else 0.0
    chosen = selection.members("region")
    heads = [
        Head("市州"),
        Head(BASES[by], right=True),
        Head(measure.label, right=True),
        Head("常住人口" if by == "residents" else "经营主体", right=True),
    ]
    rows = [
        Row(
            str(record["member"]),
            (
                Cell(wording.short_region(str(record["member"]))),
                Cell(f"{record['per_10k']:.2f}件", bar=record["per_10k"] / most if most else 0.0),
                Cell(wording.count(record["count"])),
                Cell(f"{record['base']:,.0f}"),
            ),
            selected=record["member"] in chosen,
        )
        for record in rate.frame.to_dict("records")
    ]
    return grid.content("region", BASES[by], heads, rows, empty="该范围内没有记录")


def sheets(measure: Measure, selection: Selection, scope: Scope) -> list[Sheet]:
    """Return the rates of the cities to take away; none where there are none to show."""
    rate = rate_per_10k("city_code", measure.name, selection, scope)
    if isinstance(rate, Off):
        return []
    frame = pd.DataFrame(
        {
            "市州": [wording.short_region(str(code)) for code in rate.frame["member"]],
            "代码": rate.frame["member"],
            f"{measure.label}（{measure.unit}）": rate.frame["count"],
            "常住人口": rate.frame["base"],
            f"{BASES['residents']}（件）": rate.frame["per_10k"].round(4),
        }
    )
    note = rate.caption + (f"；另有{rate.left_out:,}件未计入" if rate.left_out else "")
    return [Sheet(BASES["residents"], frame, definitions([measure.name]), note=note)]
