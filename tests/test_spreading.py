"""Work spread over processes gives what one process gives, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from jobs.spreading import WORTHWHILE, ahead, kept_processes, spread

ROOT = Path(__file__).resolve().parents[1]

LEFT_BEHIND = """
import os, time
from jobs.spreading import kept_processes, spread

if __name__ == "__main__":
    with kept_processes():
        for _, number in spread(range(8), int, given=lambda each: each):
            pass
        from multiprocessing import active_children
        print(*[each.pid for each in active_children()], flush=True)
        time.sleep(60)
"""


def same(number: int) -> int:
    return number


def own_process(_: int) -> int:
    return os.getpid()


def processes_of(batches: int, *, parallel_from: int | None = None) -> set[int]:
    found = spread(range(batches), own_process, given=same, parallel_from=parallel_from)
    return {process for _, process in found}


def raised(_: int) -> int:
    raise ValueError("spoilt")


@pytest.mark.parametrize("count", [0, 1, 3, 4, 9])
def test_results_come_in_order_however_many_batches(count):
    batches = [list(range(size)) for size in range(count)]
    found = list(spread(batches, len, given=lambda batch: batch))
    assert found == [(batch, size) for size, batch in enumerate(batches)]


def test_few_batches_stay_in_this_process_and_many_leave_it():
    assert processes_of(3) == {os.getpid()}
    assert processes_of(6, parallel_from=10) == {os.getpid()}
    assert os.getpid() not in processes_of(6)


def test_kept_processes_serve_all_work_of_a_block_and_end_with_it(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert len(processes_of(6) | processes_of(6)) == 2
    with kept_processes():
        kept = processes_of(6)
        with kept_processes():
            assert processes_of(6) == kept
        assert {ahead(partial(own_process, 1), size=WORTHWHILE)()} == kept
        assert len(kept) == 1
    assert not exists(kept.pop())


def test_a_task_is_begun_ahead_only_where_processes_are_kept_and_it_is_worth_one():
    task = partial(own_process, 1)
    assert ahead(task, size=WORTHWHILE)() == os.getpid()
    with kept_processes():
        assert ahead(task, size=WORTHWHILE - 1)() == os.getpid()
        assert ahead(task, size=WORTHWHILE)() != os.getpid()


def test_a_task_begun_ahead_is_done_meanwhile(tmp_path):
    done = tmp_path / "done"
    with kept_processes():
        result = ahead(partial(done.write_text, "x"), size=WORTHWHILE)
        deadline = time.monotonic() + 20
        while not done.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert done.exists()
        assert result() == 1


def test_what_goes_wrong_in_a_process_is_raised_here():
    with pytest.raises(ValueError, match="spoilt"):
        list(spread(range(5), raised, given=lambda each: each))
    with kept_processes():
        result = ahead(partial(raised, 1), size=WORTHWHILE)
        with pytest.raises(ValueError, match="spoilt"):
            result()


def test_processes_end_when_the_one_that_started_them_is_killed(tmp_path):
    script = tmp_path / "left_behind.py"
    script.write_text(LEFT_BEHIND, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    ) as started:
        assert started.stdout is not None
        children = [int(each) for each in started.stdout.readline().split()]
        started.send_signal(signal.SIGKILL)
    assert children
    deadline = time.monotonic() + 20
    while any(map(exists, children)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(exists, children))


def exists(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
