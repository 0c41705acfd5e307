"""How much memory a process has had, read from Linux's own books."""

import contextlib
import os
import re
from pathlib import Path

_PROCESSES = Path("/proc")

LARGEST_SHARE = 0.7
"""Share of the memory that a file may have which is kept in the system's cache; ours."""


def peak_bytes() -> int:
    """Return the most memory that this process has had resident.

    Not from `resource.getrusage`, whose figure starts at that of the process it was started by.
    """
    return _status_bytes("self", "VmHWM")


def tree_bytes(process: int) -> int:
    """Return the memory that a process and all it has started have resident now; 0 once it ended."""
    total, waiting = 0, [process]
    while waiting:
        each = waiting.pop()
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += _status_bytes(str(each), "VmRSS")
            for children in (_PROCESSES / str(each) / "task").glob("*/children"):
                waiting += [int(child) for child in children.read_text().split()]
    return total


def _status_bytes(process: str, name: str) -> int:
    status = (_PROCESSES / process / "status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def keep_cached(path: Path, *, block: int = 1 << 24) -> bool:
    """Read a file through, so that the system has it in its cache; False if memory is too small.

    A virtual machine may give its cache back to its host within minutes, while a server in use has
    its warehouse there.
    """
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if path.stat().st_size > available * LARGEST_SHARE:
        return False
    with path.open("rb", buffering=0) as opened:
        while opened.read(block):
            pass
    return True
