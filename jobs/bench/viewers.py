"""Many viewers at once: sessions that walk over the pages, each with pauses as a person makes them."""

import random
import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from jobs.bench.content import Content
from jobs.bench.memory import tree_bytes
from jobs.bench.pages import BIG_SCREEN, OPERATOR, Session, page_names, running_app
from jobs.bench.processes import Progress

VIEWERS = 12
"""Viewers at once, and how long they go on in seconds; ours."""
SECONDS = 300

PAUSE_SECONDS = (2.0, 6.0)
"""Shortest and longest pause between two clicks; ours."""

PERIODS = ("7d", "30d", "90d", "12m")
LOOK_EVERY_SECONDS = 1.0
NOTHING_CHOSEN = 0.4
"""Share of clicks without any filter; ours."""


class TooFewClicksError(ValueError):
    """There was no time for a single click."""

    def __init__(self, seconds: float) -> None:
        least = PAUSE_SECONDS[1]
        super().__init__(f"viewers looked for {seconds:g} s; give at least {least:g}")


@dataclass(frozen=True, slots=True)
class ViewersResult:
    """What viewers had to wait for.

    Attributes
    ----------
    clicks
        Pages asked for by all of them, the first of each left out.
    median_seconds, p95_seconds, slowest_seconds
        From the request to the last message of the page.
    peak_bytes
        Most memory that the app had resident.
    """

    submissions: int
    viewers: int
    seconds: float
    clicks: int
    median_seconds: float
    p95_seconds: float
    slowest_seconds: float
    peak_bytes: int


def measure_viewers(
    warehouse: Path,
    content: Content,
    *,
    viewers: int = VIEWERS,
    seconds: float = SECONDS,
    seed: int = 0,
    progress: Progress,
    pages: Sequence[str] | None = None,
) -> ViewersResult:
    """Let viewers walk over the pages of one running app.

    Parameters
    ----------
    warehouse
        Folder of generations.
    viewers
        Sessions at once; each walks its own way, the same for the same seed.
    seconds
        How long; a page under way is waited for.
    pages
        Names; all by default.

    Raises
    ------
    PageFailedError
        If a page shows an error to any of them.
    TooFewClicksError
        If nobody clicked twice.
    """
    peak, ended = 0, threading.Event()
    names = tuple(pages or page_names())
    with running_app(warehouse) as (port, process), ThreadPoolExecutor(viewers) as pool:
        progress(f"{content.submissions:,} submissions: {viewers} viewers for {seconds:g} s")
        until = time.monotonic() + seconds
        walks = [
            pool.submit(_walk, port, content, names, until, random.Random(seed * 1000 + number))  # noqa: S311 - a walk is no secret
            for number in range(viewers)
        ]
        while not ended.wait(LOOK_EVERY_SECONDS):
            peak = max(peak, tree_bytes(process))
            if all(each.done() for each in walks):
                ended.set()
        waited = [each for walk in walks for each in walk.result()]
    if not waited:
        raise TooFewClicksError(seconds)
    return ViewersResult(
        submissions=content.submissions,
        viewers=viewers,
        seconds=seconds,
        clicks=len(waited),
        median_seconds=statistics.median(waited),
        p95_seconds=sorted(waited)[-(-95 * len(waited) // 100) - 1],
        slowest_seconds=max(waited),
        peak_bytes=peak,
    )


def _walk(
    port: int, content: Content, pages: tuple[str, ...], until: float, chance: random.Random
) -> list[float]:
    waited: list[float] = []
    with Session.opened(port) as session:
        time.sleep(chance.uniform(0, PAUSE_SECONDS[0]))
        session.ask(*_step(pages, content, chance))
        while True:
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            if time.monotonic() >= until:
                return waited
            waited.append(session.ask(*_step(pages, content, chance)).seconds)


def _step(pages: tuple[str, ...], content: Content, chance: random.Random) -> tuple[str, str]:
    """Return the page and query of a click."""
    page = chance.choice(pages)
    if page == OPERATOR:
        return page, urlencode({"id": chance.choice(content.operators)})
    query = {"period": chance.choice(PERIODS)}
    if chance.random() >= NOTHING_CHOSEN:
        query["region"] = chance.choice([content.city, *content.counties[:10]])
        if page != BIG_SCREEN and chance.random() < 0.5:
            query["industry"] = content.section
    return page, urlencode(query)
