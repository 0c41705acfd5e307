"""The map beside the leaderboards: the same members as the region board, each a filter."""

from dataclasses import dataclass

import pandas as pd

from pages.components import drilling, places, render, shaded_map, wording
from pages.components.boards import View
from pages.components.palettes import Palette
from pages.components.places import Outline
from pages.components.render import Option
from pages.components.settings import settings
from queries.measures import Measure
from queries.results import Breakdown
from queries.scope import Scope
from queries.selection import Selection


@dataclass(frozen=True, slots=True)
class MapView:
    """What the map shows.

    Attributes
    ----------
    level
        Level of its parts.
    within
        The region drawn, where the board stands inside it; None where it is the whole.
    """

    outline: Outline
    level: str
    within: str | None

    @property
    def name(self) -> str:
        """Name of the region drawn."""
        return wording.label("region", self.outline.code)

    def base(self, selection: Selection) -> Selection:
        """Return the selection under which the parts are counted: all of them, chosen or not."""
        return selection.with_filter("region", [self.outline.code])


def map_view(board: View, scope: Scope) -> MapView | None:
    """Return the map for the region board as it stands, None where there is no outline.

    Parameters
    ----------
    board
        The view of the region board.
    """
    rights = scope.regions[0] if len(scope.regions) == 1 and not scope.everything else None
    outline = places.outline(board.within or rights or settings().home_region)
    level = drilling.level_below("region", outline.code) if outline else None
    if outline is None or level is None:
        return None
    return MapView(outline, level, outline.code if board.within else None)


def approval() -> str:
    """Return under which number the outlines may be shown, or that nobody has said so yet."""
    number = settings().map_approval
    return f"审图号：{render.as_label(number)}" if number else "地图仅作示意，审图号待使用单位核实"


def map_chart(
    found: Breakdown,
    drawn: MapView,
    measure: Measure,
    selection: Selection,
    scope: Scope,
    *,
    name: str,
    palette: Palette,
) -> Option:
    """Draw the map; the legend stands beside it.

    Parameters
    ----------
    name
        Under which the browser knows the outline.
    """
    frame = map_frame(found, drawn.outline, measure, selection, scope)
    return shaded_map.map_chart(
        frame,
        map_name=name,
        centres=drawn.outline.centres,
        palette=palette,
        size=11,
        unit=measure.unit,
    )


def map_frame(
    found: Breakdown, outline: Outline, measure: Measure, selection: Selection, scope: Scope
) -> pd.DataFrame:
    """Return what `shaded_map.map_chart` draws: one row per part.

    A part without any stands at 0, one without a rate at none, and so one that the viewer may not
    see anything of.
    """
    rows = found.frame.set_index("member")
    values: dict[object, float] = dict(rows[measure.name].items())
    chosen = {
        code for each in selection.members("region") for code in drilling.trail("region", each)
    }
    scale = 100 if measure.unit == "%" else 1
    nothing = 0.0 if measure.denominator is None else float("nan")
    hidden = {code for code in outline.parts if not _is_seen(code, scope)}
    for code in hidden:
        values[code] = float("nan")
    return pd.DataFrame(
        [
            {
                "name": wording.short_region(code),
                "code": code,
                "value": values.get(code, nothing) * scale,
                "shown": ""
                if code in hidden
                else wording.figure(measure.name, values.get(code, nothing)).removesuffix("件"),
                "note": "不在可见范围内"
                if code in hidden
                else f"{measure.label}{wording.figure(measure.name, values.get(code, nothing))}",
                "chosen": code in chosen,
            }
            for code in outline.parts
        ],
        columns=list(shaded_map.MAP_COLUMNS),
    )


def _is_seen(code: str, scope: Scope) -> bool:
    """Tell whether a viewer sees anything of a region: it, a part of it, or what it is a part of."""
    if scope.everything:
        return True
    above = drilling.trail("region", code)
    return any(right in above or code in drilling.trail("region", right) for right in scope.regions)


def toggled(selection: Selection, drawn: MapView, code: str) -> Selection:
    """Return the selection after a click on the map; a part of another map changes nothing.

    Choices that are no part of this map, such as streets below it, give way.
    """
    parts = drawn.outline.parts
    if code not in parts:
        return selection
    shown = [each for each in selection.members("region") if each in parts]
    return drilling.toggled(selection.with_filter("region", shown), "region", code, drawn.within)
