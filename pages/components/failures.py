"""The one error handler: a short Chinese sentence on screen, the rest in the log."""

import logging
import secrets
import traceback
from contextlib import AbstractContextManager
from types import TracebackType

import streamlit as st

from pages.components import wording

LOGGER = logging.getLogger(__name__)

LOGGED_CHARACTERS = 200
"""Of an error's first line; further lines of database errors hold statements and values."""


def noted(error: BaseException, trace: TracebackType | None) -> str:
    """Write an error into the log, without what it was about, and return its number there."""
    number = secrets.token_hex(4)
    first_line = str(error).partition("\n")[0][:LOGGED_CHARACTERS]
    LOGGER.error(
        "failure %s: %s: %s\n%s",
        number,
        type(error).__name__,
        first_line,
        "".join(traceback.format_tb(trace)),
    )
    return number


class Explained(AbstractContextManager["Explained"]):
    """Shows what goes wrong inside, in words, with a number that is also in the log."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Take errors; let Streamlit's own signals (stop, rerun) and interrupts pass."""
        if not isinstance(error, Exception):
            return False
        number = noted(error, trace)
        text = wording.explain(error) or "出现未预料的错误，请稍后重试；仍不行请联系系统管理员。"
        st.error(f"{text}（编号{number}）")
        return True
