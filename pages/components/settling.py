"""What stays for good is kept out of the garbage collector's sight.

Streamlit collects garbage after every run of a page, which goes over every object of the process:
modules, regions, dictionaries, and takes longer than most pages. What a page has loaded stays, so it
is frozen once the page has run for the first time.
"""

import gc

import streamlit as st


@st.cache_resource(show_spinner=False)
def settle(page: str) -> str:
    """Freeze what is loaded by now, once in the life of the process for each page.

    Frozen objects are still freed when nothing refers to them; only cycles among them stay.

    Examples
    --------
    >>> frozen = gc.get_freeze_count()
    >>> settle("a page that has run")
    'a page that has run'
    >>> gc.get_freeze_count() > frozen
    True
    >>> gc.unfreeze()
    """
    gc.collect()
    gc.freeze()
    return page
