"""What Streamlit itself says in English, said in Chinese.

Streamlit has no translations. One observer in the browser (``streamlit_words.js``), installed once
per page load, replaces the words of ``assets/streamlit_words.yaml`` where they stand.
"""

import json
from pathlib import Path
from typing import NotRequired, TypedDict

import streamlit as st
import yaml

from pages.components import places

WORDS_FILE = places.ASSETS / "streamlit_words.yaml"
BROWSER_FILE = Path(__file__).with_suffix(".js")


class Words(TypedDict):
    """Words of one place.

    Attributes
    ----------
    place
        A CSS selector.
    texts, labels
        English to Chinese, for what is shown and for placeholders, titles and spoken names.
    """

    place: str
    texts: NotRequired[dict[str, str]]
    labels: NotRequired[dict[str, str]]


def read_words() -> list[Words]:
    """Return the words of all places, in the order of the file."""
    words: list[Words] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return words


_mount = st.components.v2.component(
    "streamlit_words",
    css=".st-key-streamlit_words{display:none}",
    js=f"const WORDS = {json.dumps(read_words(), ensure_ascii=False)};\n"
    + BROWSER_FILE.read_text(encoding="utf-8"),
    isolate_styles=False,
)


def install() -> None:
    """Have the browser replace Streamlit's words, for as long as its page lives."""
    with st.sidebar:
        _mount(key="streamlit_words")
