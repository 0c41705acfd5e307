"""The app started as its users start it, once per test or module."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.conftest import SETTINGS_OF_THE_SHELL
from tests.processes import free_port, start_tied, stop

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class AppServer:
    """The app in a process of its own."""

    url: str
    log_path: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")


class Serve(Protocol):
    def __call__(self, warehouse_dir: Path, workflow_url: str, **env: str) -> AppServer: ...


def start_app(
    log_path: Path,
    warehouse_dir: Path,
    workflow_url: str,
    env: dict[str, str],
    *,
    script: Path = ROOT / "app.py",
) -> AppServer:
    """Start Streamlit on a free port and return once it answers."""
    inherited = {k: v for k, v in os.environ.items() if k not in SETTINGS_OF_THE_SHELL}
    port = free_port()
    command: list[str | Path] = [
        sys.executable, "-m", "streamlit", "run", script,
        "--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
    with log_path.open("wb") as log:
        process = start_tied(
            command,
            log=log,
            cwd=ROOT,
            env={
                **inherited,
                "WAREHOUSE_URL": f"duckdb:///{warehouse_dir}",
                "WORKFLOW_URL": workflow_url,
                **env,
            },
        )
    server = AppServer(f"http://127.0.0.1:{port}", log_path, process)
    try:
        wait_until_healthy(server)
    except TimeoutError:
        stop(process)
        raise
    return server


def wait_until_healthy(server: AppServer) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and server.process.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the app did not get healthy in {START_SECONDS} s:\n{server.log}")


@contextlib.contextmanager
def app_servers(folder: Path) -> Iterator[Serve]:
    """Give a function that starts app servers, and stop them all at the end."""
    with contextlib.ExitStack() as stack:
        started = 0

        def serve(warehouse_dir: Path, workflow_url: str, **env: str) -> AppServer:
            nonlocal started
            started += 1
            log_path = folder / f"app-{started}.log"
            server = start_app(log_path, warehouse_dir, workflow_url, env)
            stack.callback(stop, server.process)
            return server

        yield serve
