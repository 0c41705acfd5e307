"""The table of Streamlit's own words fits the Streamlit that is installed."""

import re
from functools import cache
from pathlib import Path

import pytest
import streamlit

from pages.components import render, streamlit_words

BUNDLE = Path(streamlit.__file__).parent / "static" / "static" / "js"
WORDS = streamlit_words.read_words()
ENTRIES = [
    entry
    for each in WORDS
    for part in (each.get("texts", {}), each.get("labels", {}))
    for entry in part.items()
]
ENGLISH = sorted({english for english, _ in ENTRIES})

SPELLED = {
    "Press Enter to apply": "`Press Enter to ${e}`",
    "Press Enter to submit form": "`submit form`:`apply`",
    "Press Ctrl+Enter to apply": "`Ctrl`}+Enter to ${e}`",
    "Press Ctrl+Enter to submit form": "`Ctrl`}+Enter to ${e}`",
    "Help for {}": "`Help`:`Help for ${",
    "File must be {} or smaller.": "`File must be ${$(n,`b`)} or smaller.`",
    "{} Please fill out this cell.": " Please fill out this cell.`",
    "Choose date, {}": '"aria-label":`Choose date`',
    "Choose date range, {}": '"aria-label":`Choose date range`',
} | {
    f"Error: Date set outside allowed range. Please select a date {each}.": f"`**Error**: Date set outside allowed range. Please select a date {each.split()[0]} "
    for each in ("on or before {}", "on or after {}", "between {} and {}")
}
"""How the bundle writes what it puts together from parts."""

OF_THE_BROWSER = re.compile(r"(year|month|day), ")
"""The browser's own names of the parts of a date; Streamlit asks for them in English."""


@cache
def bundle():
    found = sorted(BUNDLE.glob("*.js"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in found)


def is_said(english):
    if english in SPELLED:
        return SPELLED[english] in bundle()
    if "{}" not in english:
        return f"`{english}`" in bundle() or f'"{english}"' in bundle()
    parts = [re.escape(part) for part in english.split("{}")]
    return re.search(r"\$\{[^`]{1,60}?\}".join(parts), bundle()) is not None


@pytest.mark.parametrize("english", [each for each in ENGLISH if not OF_THE_BROWSER.match(each)])
def test_streamlit_says_it(english):
    assert is_said(english), f"this Streamlit no longer says {english!r}: look for its new words"


@pytest.mark.parametrize("place", [each["place"] for each in WORDS])
def test_streamlit_has_the_place(place):
    names = re.findall(r'data-testid="(\w+)"|\.([\w-]+)', place)
    assert names or place.startswith("[data-key="), place
    for name in filter(None, (part for each in names for part in each)):
        assert name in bundle(), f"this Streamlit has no {name}"


def test_a_word_that_streamlit_does_not_say_is_noticed():
    assert not is_said("No results whatsoever")
    assert not is_said("Help about {}")


def test_every_word_is_put_into_chinese():
    for english, chinese in ENTRIES:
        assert re.search(r"[一-龥]", chinese), (english, chinese)
        assert chinese.count("{}") <= english.count("{}"), english


def test_a_chart_is_spoken_of_in_chinese():
    spoken = render.option_of({"series": []})["aria"]
    assert spoken["enabled"] is True
    assert "{seriesType}" not in str(spoken)
