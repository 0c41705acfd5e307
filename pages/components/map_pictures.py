"""Maps as pictures: what is drawn, of what, and under which number the outlines may be shown."""

from dataclasses import replace

from pages.components import data, exports, region_map
from pages.components.region_map import MapView
from pages.components.settings import settings
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Comparison, Selection


def caption(
    drawn: MapView,
    measure: Measure,
    selection: Selection,
    scope: Scope,
    *,
    width: int,
    method: str = "",
) -> str:
    """Return what the picture of a map says of itself.

    Parameters
    ----------
    selection
        The page's; the map counts all of its region, whichever parts are chosen.
    width
        Of the map in pixels, that the lines are to fit into.
    method
        How the figures were derived, if they are not the measure itself.
    """
    base = replace(drawn.base(selection), comparison=Comparison.NONE)
    told = exports.caption(
        data.totals(base, scope, measures=("submissions",)),
        base,
        scope,
        what=f"{drawn.name}{measure.label}",
        width=width,
        measures=(measure.name,),
        method=method,
    )
    return "\n".join([told, *exports.wrapped(f"{approval()}。", width / exports.CAPTION_SIZE)])


def approval() -> str:
    """Return what `region_map.approval` does, for a picture, where letters stand as they are."""
    number = settings().map_approval
    return f"审图号：{number}" if number else region_map.approval()
