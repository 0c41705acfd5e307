"""How this process serves: it sends at once, and seldom stops to look for garbage."""

import contextlib
import gc
import socket
from functools import cache
from pathlib import Path

DESCRIPTORS = Path("/proc/self/fd")
"""What the process has open; absent where the system does not tell."""

COLLECTED_AFTER = (10_000, 10, 10)
"""Thresholds of the garbage collector; ours. What pages make holds few cycles: with the usual 700
objects a page that is all in the cache took a twentieth longer than with 50,000."""


def begin() -> None:
    """Set up this process, once however often it is called."""
    send_at_once()
    collect_seldom()


@cache
def collect_seldom() -> int:
    """Let the garbage collector look seldom, and never at what is there by now, once per process.

    A full collection stops every viewer, once all pages were opened for a third of a second. What
    the frame of the app needs, a third of all imported, is never given up and is not looked at.

    Returns
    -------
    int
        Objects set aside.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    return gc.get_freeze_count()


@cache
def send_at_once() -> int:
    """Let this process's TCP connections send small messages without delay, once per process.

    Streamlit's listening socket leaves Nagle's algorithm on, since asyncio turns it off only for
    sockets opened with the number of the protocol. A page is many small messages; the second would
    wait until the browser's system confirms the first, which takes it 40 ms and more. Connections
    accepted later take the setting from the listening socket.

    Returns
    -------
    int
        Sockets set; 0 where the system does not tell what is open.
    """
    if not DESCRIPTORS.is_dir():
        return 0
    return sum(_set(int(each.name)) for each in list(DESCRIPTORS.iterdir()))


def _set(descriptor: int) -> bool:
    # What is no socket, or was closed meanwhile, is passed over.
    with contextlib.suppress(OSError):
        opened = socket.socket(fileno=descriptor)
        try:
            internet = opened.family in {socket.AF_INET, socket.AF_INET6}
            if internet and opened.type == socket.SOCK_STREAM:
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return True
        finally:
            opened.detach()
    return False
