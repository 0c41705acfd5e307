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


LEFT, MIDDLE, RIGHT = 20, 484, 1450
SIDE, CENTRE = 450, 952

FRAMES: dict[str, Box] = {
    "title": Box(500, 6, 920, 84),
    "tiles": Box(LEFT, 92, 1880, 122),
    "industry": Box(LEFT, 224, SIDE, 300),
    "issue": Box(LEFT, 534, SIDE, 300),
    "channel": Box(LEFT, 844, SIDE, 220),
    "map": Box(MIDDLE, 224, CENTRE, 576),
    "trend": Box(MIDDLE, 810, CENTRE, 254),
    "operator": Box(RIGHT, 224, SIDE, 300),
    "word": Box(RIGHT, 534, SIDE, 220),
    "live": Box(RIGHT, 764, SIDE, 300),
}
"""Panels, most with a heading."""

PLACES: dict[str, Box] = {
    "period": Box(60, 26, 420, 50),
    "clock": Box(1440, 26, 460, 48),
    "way": Box(MIDDLE + 14, 334, 600, 44),
    "map": Box(MIDDLE + 10, 336, CENTRE - 20, 440),
    "trend": Box(MIDDLE + 12, 850, CENTRE - 24, 208),
    "channel": Box(LEFT + 6, 882, SIDE - 12, 176),
    "word": Box(RIGHT + 8, 574, SIDE - 16, 174),
    "live": Box(RIGHT + 14, 806, SIDE - 28, 254),
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
    'calc(var(--u) * 254)'
    """
    return f"calc(var(--u) * {PLACES[place].height})"
