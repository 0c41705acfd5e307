"""The row of figures at the head of a page; a click on one makes it the page's measure."""

from collections.abc import Sequence

from pages.components import address, data, panels, tiles
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection

FIGURES = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closure_rate",
    "on_time_rate",
    "mediation_rate",
    "recovered_yuan",
)
"""What is shown unless a page says otherwise."""


def show(
    selection: Selection, scope: Scope, *, chosen: Measure, names: Sequence[str] = FIGURES
) -> None:
    """Draw the figures with both changes, in one row."""
    totals = data.totals(selection, scope, measures=names)
    drawn = tiles.tiles(
        names,
        totals.current,
        totals.previous,
        totals.last_year,
        until=totals.days.end,
        chosen=chosen.name,
    )
    panels.show(
        "tiles",
        {"tiles": drawn, "inRow": True},
        key="figures",
        on_click=lambda click: address.go(measure=None if click.code == names[0] else click.code),
    )
