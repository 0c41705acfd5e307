"""The wall's clock, which also tells how large the wall is."""

import math
from typing import Any

import streamlit as st

_CLOCK_HTML = '<div class="clock"><span></span><b></b></div>'
_CLOCK_CSS = """
.clock { text-align: right; white-space: nowrap; line-height: 1.2; color: #e8f1ff;
         font-variant-numeric: tabular-nums; font-size: calc(var(--u) * 17); }
.clock b { font-size: calc(var(--u) * 30); font-weight: 600; margin-left: calc(var(--u) * 14); }
"""
_CLOCK_JS = """
export default function ({ parentElement, setStateValue }) {
  const day = parentElement.querySelector('span');
  const time = parentElement.querySelector('b');
  const two = (n) => String(n).padStart(2, '0');
  const tick = () => {
    const now = new Date();
    const weekday = '日一二三四五六'[now.getDay()];
    day.textContent = `${now.getFullYear()}年${now.getMonth() + 1}月${now.getDate()}日 周${weekday}`;
    time.textContent = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  };
  let told = 1;
  const measure = () => {
    const unit = Math.min(innerWidth / 1920, innerHeight / 1080);
    const scale = Math.round(unit * 20) / 20;
    if (scale !== told) setStateValue('scale', (told = scale));
  };
  tick();
  measure();
  const timer = setInterval(tick, 1000);
  addEventListener('resize', measure);
  return () => { clearInterval(timer); removeEventListener('resize', measure); };
}
"""
_mount = st.components.v2.component(
    "screen_clock", html=_CLOCK_HTML, css=_CLOCK_CSS, js=_CLOCK_JS, isolate_styles=False
)

SMALLEST, LARGEST = 0.4, 6.0
"""Scales taken from a browser: a 768 pixel window to beyond an 8K wall."""


def show_clock() -> float:
    """Draw the clock; return how many pixels one pixel of the design has on this screen."""
    answer = _mount(key="clock", default={"scale": 1.0}, on_scale_change=lambda: None)
    return read_scale(answer.get("scale"))


def read_scale(value: Any) -> float:  # noqa: ANN401
    """Return the scale that a browser told, 1 if that is no usable number.

    Examples
    --------
    >>> read_scale(2), read_scale("x"), read_scale(1e9)
    (2.0, 1.0, 6.0)
    """
    if not isinstance(value, int | float) or not math.isfinite(value):
        return 1.0
    return min(max(float(value), SMALLEST), LARGEST)
