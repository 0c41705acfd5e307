"""How slow the machine is, told in work whose time is given."""

import itertools

from jobs.bench import pace


def given(monkeypatch, *seconds):
    times = itertools.chain(seconds, itertools.repeat(seconds[-1]))
    monkeypatch.setattr(pace, "_work", lambda: next(times))


def test_slowness_is_told_by_the_fastest_so_far(monkeypatch):
    given(monkeypatch, 0.02, 0.01, 0.03, 0.005, 0.01)
    machine = pace.Pace(tries=2)
    assert [round(machine.slowdown(), 2) for _ in range(3)] == [3.0, 1.0, 2.0]


def test_a_quiet_moment_is_waited_for_but_not_for_ever(monkeypatch):
    given(monkeypatch, 0.01, 0.02, 0.02, 0.011, 0.02)
    machine = pace.Pace(tries=1)
    assert round(machine.wait_until_quiet(), 2) == 1.1
    assert machine.wait_until_quiet(seconds=0.0) == 2.0


def test_work_takes_time():
    assert pace.Pace(tries=2).slowdown() > 0
