"""Where everything stands on the big screen, in pixels of its 1920 x 1080 design."""

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

_CSS = Path(__file__).with_name("screen.css")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the design, from its left top corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def css(self) -> str:
        """Return position and size in CSS, in units of the design."""
        return (
            f"left:calc(var(--x0) + var(--u)*{self.x});top:calc(var(--y0) + var(--u)*{self.y});"
            f"width:calc(var(--u)*{self.width});height:calc(var(--u)*{self.height});"
        )


LEFT, MIDDLE, RIGHT = 20, 490, 1440
SIDE, CENTRE = 460, 940

FRAMES: dict[str, Box] = {
    "title": Box(330, 6, 1260, 84),
    "tiles": Box(LEFT, 92, 1880, 116),
    "industry": Box(LEFT, 252, SIDE, 292),
    "issue": Box(LEFT, 552, SIDE, 292),
    "channel": Box(LEFT, 852, SIDE, 216),
    "map": Box(MIDDLE, 252, CENTRE, 544),
    "trend": Box(MIDDLE, 804, CENTRE, 264),
    "operator": Box(RIGHT, 252, SIDE, 292),
    "word": Box(RIGHT, 552, SIDE, 212),
    "live": Box(RIGHT, 772, SIDE, 296),
}
"""Panels, most with a heading."""

PLACES: dict[str, Box] = {
    "period": Box(60, 26, 420, 50),
    "tools": Box(340, 26, 132, 50),
    "clock": Box(1440, 26, 460, 48),
    "judged": Box(LEFT, 214, 1880, 32),
    "way": Box(MIDDLE + 14, 362, 600, 44),
    "map": Box(MIDDLE + 10, 364, CENTRE - 20, 408),
    "trend": Box(MIDDLE + 12, 842, CENTRE - 24, 220),
    "channel": Box(LEFT + 6, 888, SIDE - 12, 176),
    "word": Box(RIGHT + 8, 590, SIDE - 16, 170),
    "live": Box(RIGHT + 14, 812, SIDE - 28, 252),
}
"""Containers of Streamlit, by key; charts stand in the frames' free parts."""


def style() -> Markup:
    """Return the style sheet of the big screen."""
    places = "".join(f".st-key-panel-{name}{{{box.css}}}" for name, box in PLACES.items())
    frames = "".join(f".cr-{name}{{{box.css}}}" for name, box in FRAMES.items())
    css = _CSS.read_text(encoding="utf-8") + places + frames
    return Markup(f"<style>{css}</style>")  # noqa: S704 (all of it is ours)


def height(place: str) -> str:
    """Return the height of a container in CSS.

    Examples
    --------
    >>> height("live")
    'calc(var(--u) * 252)'
    """
    return f"calc(var(--u) * {PLACES[place].height})"
