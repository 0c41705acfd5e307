"""Server time of every page: the app is started over the warehouse and asked as a browser asks it.

The bench speaks the app's protocol over a WebSocket, so a figure holds all that the server does for
a page, from the request to the last message, and nothing that a browser does.
"""

import contextlib
import datetime as dt
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from jobs.bench.content import Content
from jobs.bench.memory import keep_cached, tree_bytes
from jobs.bench.pace import QUIET, Pace
from jobs.bench.processes import Progress
from queries.generations import GenerationStore
from queries.selection import DateRange, Period, add_months

ROOT = Path(__file__).parents[2]

PERIODS = ("30d", "12m")
"""Lengths of the periods that pages are asked for."""

START_SECONDS = 60
ANSWER_SECONDS = 120
"""Longest wait for the app to start, and for a page, before the bench gives up."""

BIG_SCREEN = "big_screen"
"""The page that knows regions and fixed periods instead of any selection."""

OPERATOR = "operator"
"""The page of one operator, over a fixed period."""


class PageFailedError(RuntimeError):
    """A page showed an error instead of its figures, so that its time says nothing."""

    def __init__(self, address: str, message: str) -> None:
        super().__init__(f"{address} failed: {message}; open it in the app and look into its log")


@dataclass(frozen=True, slots=True)
class PageResult:
    """Server time of one page over one length of period.

    Attributes
    ----------
    uncached_median, uncached_p95
        Seconds of a selection that nobody asked for before.
    cached_median, cached_p95
        Seconds of the same selection asked for again.
    sent_bytes
        Median size of all that the browser is sent for it.
    slowdown
        How many times slower than at its fastest the machine was before and after the new
        selections: median.
    uncached_quiet_runs, uncached_quiet, cached_quiet_runs, cached_quiet
        Requests that were quiet both before and after, and the medians of these alone; None
        without any.
    """

    submissions: int
    page: str
    period: str
    runs: int
    uncached_median: float
    uncached_p95: float
    cached_median: float
    cached_p95: float
    sent_bytes: int
    slowdown: float
    uncached_quiet_runs: int
    uncached_quiet: float | None
    cached_quiet_runs: int
    cached_quiet: float | None


@dataclass(frozen=True, slots=True)
class PagesMeasured:
    """All pages, and the most memory that the app had resident while they were asked for."""

    results: tuple[PageResult, ...]
    start_seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking for one page took."""

    seconds: float
    sent_bytes: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A selection asked for, and how slow the machine was before and after."""

    answer: Answer
    before: float
    after: float

    @property
    def quiet(self) -> bool:
        """True if nobody seems to have disturbed it."""
        return max(self.before, self.after) <= QUIET


class Session:
    """One browser session with a running app, without the browser; see `opened`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    @contextlib.contextmanager
    def opened(cls, port: int) -> Iterator[Self]:
        """Open a session with the app on this port of the loopback address."""
        with connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            origin=Origin(f"http://127.0.0.1:{port}"),
            max_size=None,
            proxy=None,
        ) as socket:
            yield cls(socket)

    def ask(self, page: str, query: str) -> Answer:
        """Ask for a page and wait until the server has sent all of it.

        Raises
        ------
        PageFailedError
            If it shows an error.
        TimeoutError
            If it does not end within `ANSWER_SECONDS`.
        """
        request = BackMsg()
        request.rerun_script.page_name = page
        request.rerun_script.query_string = query
        started, sent = time.perf_counter(), 0
        self._socket.send(request.SerializeToString())
        while True:
            raw = self._socket.recv(timeout=ANSWER_SECONDS)
            sent += len(raw)
            message = ForwardMsg()
            message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
            failure = _failure(message)
            if failure is not None:
                raise PageFailedError(f"{page}?{query}", failure)
            finished = message.WhichOneof("type") == "script_finished"
            if finished and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return Answer(time.perf_counter() - started, sent)


def _failure(message: ForwardMsg) -> str | None:
    """Return the text of an error that a message shows, None if it shows none."""
    element = message.delta.new_element
    if element.WhichOneof("type") == "exception":
        return str(element.exception.message)
    if element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
        return str(element.alert.body)
    return None


def page_names() -> tuple[str, ...]:
    """Return the names of all pages."""
    found = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
    return tuple(name for name in found if not name.startswith("_"))


def measure_pages(
    warehouse: Path,
    content: Content,
    *,
    repeats: int,
    progress: Progress,
    pages: Sequence[str] | None = None,
) -> PagesMeasured:
    """Time every page of the app over a warehouse, selections new and known.

    No page is asked for what another was: they share answers, and much would be known. Every page
    is asked for something else first, as of a server that is in use; a quiet moment of the machine
    is waited for before each request, though not for long. The warehouse is read through before
    each page, see `jobs.bench.memory.keep_cached`.

    Parameters
    ----------
    warehouse
        Folder of generations.
    repeats
        Selections per page and length of period, after one that is not counted.
    pages
        Names; all by default.

    Raises
    ------
    PageFailedError
        If a page shows an error.
    TimeoutError
        If the app does not start or a page does not end.
    """
    results = []
    count, pace, served = repeats + 1, Pace(), GenerationStore(warehouse).current()
    asked = {
        (page, period): addresses(page, period, content, count, after=place * count)
        for place, page in enumerate(pages or page_names())
        for period in PERIODS
    }
    started = time.perf_counter()
    with running_app(warehouse) as (port, process):
        start_seconds, peak = time.perf_counter() - started, 0
        progress(f"{content.submissions:,} submissions: every page once")
        for (page, _), (first, *_) in asked.items():
            with Session.opened(port) as session:
                session.ask(page, first)
        for (page, period), (first, *queries) in asked.items():
            progress(f"{content.submissions:,} submissions: page {page} {period}")
            if served is not None:
                keep_cached(served.path)
            with Session.opened(port) as session:
                session.ask(page, first)
                answers = [
                    (_ask(session, page, query, pace), _ask(session, page, query, pace))
                    for query in queries
                ]
            peak = max(peak, tree_bytes(process))
            results.append(_result(content.submissions, page, period, answers))
    return PagesMeasured(tuple(results), start_seconds, peak)


def _ask(session: Session, page: str, query: str, pace: Pace) -> _Asked:
    before = pace.wait_until_quiet()
    answer = session.ask(page, query)
    return _Asked(answer, before, pace.slowdown())


def addresses(page: str, period: str, content: Content, count: int, *, after: int = 0) -> list[str]:
    """Return queries of a page that each mean another selection of like size.

    They are periods that each end a day before the one before, the first ``after`` days before the
    last day of the data; on the big screen, which knows
    fixed periods only, counties; on the page of one operator, operators.
    """
    if page == OPERATOR:
        own = content.operators[PERIODS.index(period) :: len(PERIODS)]
        return [urlencode({"id": each}) for each in itertools.islice(itertools.cycle(own), count)]
    if page == BIG_SCREEN:
        regions = itertools.islice(itertools.cycle(content.counties), count)
        return [urlencode({"period": period, "region": each}) for each in regions]
    found = []
    for back in range(after, after + count):
        end = content.days.end - dt.timedelta(days=back)
        days = 30 if period == "30d" else (end - add_months(end, -12)).days
        shown = DateRange(end - dt.timedelta(days=days - 1), end)
        found.append(urlencode({"period": Period.between(shown.start, shown.end).code}))
    return found


def _result(
    submissions: int, page: str, period: str, answers: Sequence[tuple[_Asked, _Asked]]
) -> PageResult:
    (new, new_quiet), (known, known_quiet) = (
        (
            [each[place].answer.seconds for each in answers],
            [each[place].answer.seconds for each in answers if each[place].quiet],
        )
        for place in (0, 1)
    )
    return PageResult(
        submissions=submissions,
        page=page,
        period=period,
        runs=len(new),
        uncached_median=statistics.median(new),
        uncached_p95=_p95(new),
        cached_median=statistics.median(known),
        cached_p95=_p95(known),
        sent_bytes=int(statistics.median(each.answer.sent_bytes for each, _ in answers)),
        slowdown=statistics.median((each.before + each.after) / 2 for each, _ in answers),
        uncached_quiet_runs=len(new_quiet),
        uncached_quiet=statistics.median(new_quiet) if new_quiet else None,
        cached_quiet_runs=len(known_quiet),
        cached_quiet=statistics.median(known_quiet) if known_quiet else None,
    )


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[-(-95 * len(seconds) // 100) - 1]


@contextlib.contextmanager
def running_app(warehouse: Path) -> Iterator[tuple[int, int]]:
    """Run the app over a folder of generations; yield its port and process number.

    Raises
    ------
    TimeoutError
        If it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        log = Path(scratch) / "app.log"
        surroundings = os.environ | {  # noqa: TID251 - what the app gets, not what this program reads
            "WAREHOUSE_URL": f"duckdb:///{warehouse.absolute()}",
            "WORKFLOW_URL": f"sqlite:///{scratch}/workflow.db",
            "DEMO_MODE": "0",
            "VIEWER_ROLE": "analyst",
            "VIEWER_REGIONS": "all",
        }
        with log.open("wb") as written:
            process = subprocess.Popen(  # noqa: S603 - this program's own app
                command, cwd=ROOT, env=surroundings, stdout=written, stderr=written
            )
        try:
            _wait_until_healthy(port, process, log)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def _wait_until_healthy(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5),
        ):
            return
        time.sleep(0.1)
    msg = f"the app did not start in {START_SECONDS} s: {log.read_text(errors='replace')[-500:]}"
    raise TimeoutError(msg)
