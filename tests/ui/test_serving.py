"""Small messages leave at once, on connections accepted before and after."""

import gc
import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from pages.components import serving

PIPES = 100


@pytest.fixture(autouse=True)
def asked_anew():
    serving.send_at_once.cache_clear()
    yield
    serving.send_at_once.cache_clear()


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def nagle_is_off(opened):
    return opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def open_in_this_process():
    return len(list(Path("/proc/self/fd").iterdir()))


def connect(listening):
    return socket.create_connection(listening.getsockname())


def test_connections_send_without_delay(listening):
    with connect(listening) as early, listening.accept()[0] as accepted:
        assert not nagle_is_off(accepted)
        assert serving.send_at_once() >= 3
        assert nagle_is_off(early)
        assert nagle_is_off(accepted)
        accepted.sendall(b"still open")
        assert early.recv(10) == b"still open"
    with connect(listening), listening.accept()[0] as later:
        assert nagle_is_off(later)


def test_what_is_no_socket_is_left_as_it_is(listening, monkeypatch, tmp_path):
    # Other threads of a long run open and close a few descriptors at any time, not a hundred.
    with ExitStack() as pipes:
        opened = [end for _ in range(PIPES) for end in os.pipe()]
        for end in opened:
            pipes.callback(os.close, end)
        closed = os.dup(opened[0])
        os.close(closed)
        for descriptor in [*opened, closed, listening.fileno()]:
            Path(tmp_path, str(descriptor)).touch()
        monkeypatch.setattr(serving, "DESCRIPTORS", tmp_path)
        before = open_in_this_process()
        assert serving.send_at_once() == 1
        assert abs(open_in_this_process() - before) < PIPES
        os.write(opened[1], b"still open")
        assert os.read(opened[0], 10) == b"still open"


def test_a_system_that_does_not_tell_is_left_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(serving, "DESCRIPTORS", tmp_path / "nothing")
    assert serving.send_at_once() == 0


def test_garbage_is_looked_for_seldom_and_not_among_what_was_imported():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    serving.collect_seldom.cache_clear()
    try:
        assert serving.collect_seldom() > 10_000
        assert gc.get_threshold() == serving.COLLECTED_AFTER
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        serving.collect_seldom.cache_clear()
