"""Colours of charts, on white pages and on the dark wall."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a chart on one background.

    Attributes
    ----------
    series
        For lines, slices and words, in order of use.
    ramp
        From few to many, for maps and heat maps.
    good, bad
        For changes that are welcome, and that are not.
    more, less
        For changes that are neither.
    """

    text: str
    faint: str
    line: str
    paper: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]
    good: str
    bad: str
    more: str
    less: str


LIGHT = Palette(
    text="#1d2733",
    faint="#5b6b7c",
    line="#d6dee8",
    paper="#ffffff",
    series=("#1f5fbf", "#d9822b", "#2e8b74", "#b5485a", "#7a5ea8", "#5f7f95", "#a38a2c", "#3f9fc4"),
    ramp=("#e6effa", "#b7d0ee", "#6d9dd7", "#2f6abf", "#10366e"),
    good="#2e8b74",
    bad="#b5485a",
    more="#d9822b",
    less="#3f9fc4",
)
"""On the white pages."""

DARK = Palette(
    text="#e8f1ff",
    faint="#9fb8d9",
    line="#1d3c66",
    paper="#07152f",
    series=("#33a1ff", "#79ffb5", "#fcbd01", "#b98cff", "#f2734f", "#8fb1ee", "#59d0d8", "#cad9f0"),
    ramp=("#0c2b58", "#10458a", "#155fb8", "#2b86dd", "#d97f16"),
    good="#79ffb5",
    bad="#f2734f",
    more="#fcbd01",
    less="#59d0d8",
)
"""On the big screen; text on `paper` has a contrast of 8:1 and more."""


def current() -> Palette:
    """Return the colours for the theme that the viewer's browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT
