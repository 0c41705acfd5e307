"""How the server sends: at once, instead of waiting for the browser to confirm what came before."""

import contextlib
import socket
from functools import cache
from pathlib import Path

DESCRIPTORS = Path("/proc/self/fd")
"""What the process has open; absent where the system does not tell."""


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
