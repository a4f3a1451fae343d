"""Streams through a plugin: any number of bytes, in order, in little memory, and ended at any time."""

from __future__ import annotations

import gc
import io
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance.passage import MIB, blocks, pass_through
from conftest import Load
from hypothesis import given, settings
from hypothesis import strategies as st

import pocket
from pocket.supervisor import limits
from pocket.supervisor.worker import Worker


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_goes_in_comes_out(load: Load) -> None:
    stream = load("stream_copy").stream("main", [b"a", b"", bytearray(b"bc"), memoryview(b"d")])
    assert b"".join(stream) == b"abcd"
    result = stream.result()
    assert result.output == 4
    assert result.next == "default"
    assert result.usage.cpu_us > 0


def test_an_empty_stream_ends_at_once(load: Load) -> None:
    stream = load("stream_copy").stream("main", [])
    assert list(stream) == []
    assert stream.result().output == 0


def test_chunks_of_all_sizes_keep_their_order(load: Load) -> None:
    plugin = load("stream_copy")

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.binary(max_size=200) | st.integers(0, 3 * limits.STREAM_CHUNK_BYTES)))
    def check(chunks: list[bytes | int]) -> None:
        wanted = [bytes([size % 251]) * size if isinstance(size, int) else size for size in chunks]
        out = list(plugin.stream("main", wanted))
        assert b"".join(out) == b"".join(wanted)
        assert all(0 < len(chunk) <= limits.STREAM_CHUNK_BYTES for chunk in out)

    check()


def test_a_file_is_read_in_large_pieces(load: Load) -> None:
    data = b"line\n" * 200_000
    file = io.BytesIO(data)
    assert b"".join(load("stream_copy").stream("main", file)) == data


def test_the_result_can_be_had_without_the_chunks(load: Load) -> None:
    assert load("stream_copy").stream("main", blocks(3)).result().output == 3 * MIB
    assert load("stream_count", name="count").stream("main", blocks(3)).result().output == 3 * MIB


def test_nothing_is_read_ahead_of_the_reader(load: Load) -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for block in blocks(1000):
            taken += 1
            yield block

    with load("stream_copy").stream("main", chunks()) as stream:
        assert taken == 0
        next(stream)
        # A chunk in the host, one in the worker on each side, and a pipe of 1 MiB each way.
        assert taken <= 4


def test_the_worker_waits_for_the_reader(load: Load) -> None:
    with load("stream_flood").stream("main", []) as stream:
        plugin_cpu = [len(next(stream)) for _ in range(10)]
        assert min(plugin_cpu) > 0
        # Longer than its CPU time of 100 ms: a worker that did not wait would be killed.
        time.sleep(0.3)
        assert len(next(stream)) > 0


def test_the_caller_s_own_time_does_not_count(load: Load) -> None:
    def slowly() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.25)
            yield b"x"

    plugin = load("stream_copy", permissions={"timeout": "200ms", "cpu": "100ms"})
    assert plugin.stream("main", slowly()).result().output == 3


def test_a_worker_goes_on_to_the_next_call(load: Load) -> None:
    plugin = load("stream_copy")
    plugin.stream("main", [b"x"]).result()
    pid = plugin.pid
    assert pid is not None
    plugin.stream("main", [b"y"]).result()
    assert plugin.pid == pid


def test_two_streams_of_one_plugin_at_once(load: Load) -> None:
    plugin = load("stream_copy")
    first, second = plugin.stream("main", blocks(4)), plugin.stream("main", blocks(4))
    pairs = list(zip(first, second, strict=False))
    assert len(pairs) > 4
    assert first.result().output == second.result().output == 4 * MIB


def test_a_stream_through_two_plugins(load: Load) -> None:
    first, second = load("stream_copy"), load("stream_copy", name="second")
    data = os.urandom(2 * MIB)
    through = second.stream("main", first.stream("main", [data]))
    assert b"".join(through) == data


def test_the_plugin_s_own_error_leaves_the_worker(load: Load) -> None:
    plugin = load("stream_fails")
    stream = plugin.stream("main", [b"x"])
    assert next(stream) == b"x"
    with pytest.raises(pocket.PluginError, match="see the manifest"):
        next(stream)
    assert plugin.pid is not None
    with pytest.raises(pocket.InvalidInput, match="has no result"):
        stream.result()


def test_a_trap_ends_the_stream_after_what_was_written(load: Load) -> None:
    plugin = load("stream_traps")
    stream = plugin.stream("main", [b"x"])
    assert next(stream) == b"x"
    with pytest.raises(pocket.PluginCrashed):
        next(stream)
    assert plugin.pid is None


def test_each_chunk_has_the_cpu_time_of_a_call(load: Load) -> None:
    plugin = load("stream_spins", permissions={"cpu": "50ms"})
    with pytest.raises(
        pocket.CpuLimitExceeded, match="one chunk of the stream used more than 50ms"
    ):
        plugin.stream("main", [b"x"]).result()


def test_a_stream_that_needs_more_cpu_time_in_all_than_one_chunk_may(load: Load) -> None:
    plugin = load("stream_copy", permissions={"cpu": "20ms", "memory": "16MB"})
    result = plugin.stream("main", blocks(256)).result()
    assert result.output == 256 * MIB
    assert result.usage.cpu_us > 20_000


def test_a_plugin_that_reads_nothing_gets_no_more_time(load: Load) -> None:
    plugin = load("stream_flood", permissions={"cpu": "10s", "timeout": "300ms"})
    with pytest.raises(pocket.CallTimeout, match="one chunk of the stream took longer than 300ms"):
        plugin.stream("main", blocks(1000)).result()


def test_the_whole_has_a_limit_of_the_caller_s(load: Load) -> None:
    plugin = load("stream_copy")
    stream = plugin.stream("main", blocks(1_000_000), timeout_s=0.3)
    begun = time.monotonic()
    with pytest.raises(pocket.CallTimeout, match="the stream took longer than 300ms") as caught:
        stream.result()
    assert time.monotonic() - begun < 2
    assert "timeout_s" in (caught.value.hint or "")


class OutOfDisk(Exception):
    pass


def test_an_error_of_the_producer_reaches_the_caller(load: Load) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise OutOfDisk

    plugin = load("stream_count")
    with pytest.raises(OutOfDisk):
        plugin.stream("main", chunks()).result()
    assert plugin.pid is None
    assert plugin.stream("main", [b"x"]).result().output == 1


@pytest.mark.parametrize("chunks", [["text"], b"bytes", [None]], ids=["text", "numbers", "nothing"])
def test_what_is_no_chunk_is_refused(load: Load, chunks: object) -> None:
    with pytest.raises(pocket.InvalidInput, match="chunks of bytes"):
        load("stream_copy").stream("main", chunks).result()  # type: ignore[arg-type]


def test_a_stream_closed_early_leaves_nothing(load: Load) -> None:
    plugin = load("stream_flood")
    plugin.stream("main", []).close()
    before, others = len(os.listdir("/proc/self/fd")), set(_children())
    pids = set[int]()
    for close in (True, False):
        stream = plugin.stream("main", [])
        next(stream)
        pids |= set(_children()) - others
        if close:
            stream.close()
            assert list(stream) == []
        else:
            del stream  # an iterator that nobody holds any more
    gc.collect()
    assert pids
    assert not any(_alive(pid) for pid in pids)
    assert len(os.listdir("/proc/self/fd")) <= before


def _children() -> list[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in text.split()]


def test_closing_the_host_ends_streams(shared_home: Path, load: Load, host: pocket.Host) -> None:
    others = set(_children())
    stream = load("stream_flood").stream("main", [])
    next(stream)
    pids = set(_children()) - others
    assert pids
    host.close()
    assert not any(_alive(pid) for pid in pids)
    # Not as if that were all: whoever writes a file of it would keep the half.
    with pytest.raises(pocket.PluginCrashed, match="stopped before its end"):
        next(stream)


def test_a_reader_that_comes_while_a_stream_is_stopped_sees_it_fail(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = load("stream_flood")
    stopping, seen = threading.Event(), threading.Event()
    attach = plugin._pool.attach

    def slow(worker: Worker) -> None:
        stopping.set()
        seen.wait(0.2)  # a reader that does not wait is through by then
        attach(worker)

    monkeypatch.setattr(plugin._pool, "attach", slow)
    stream = plugin.stream("main", [])
    next(stream)
    thread = threading.Thread(target=plugin.close)
    thread.start()
    assert stopping.wait(10)
    try:
        with pytest.raises(pocket.PluginCrashed, match="stopped before its end"):
            next(stream)
    finally:
        seen.set()
        thread.join(10)


def test_closing_the_plugin_ends_a_stream_that_is_read_elsewhere(load: Load) -> None:
    plugin = load("stream_spins", permissions={"cpu": "60s", "timeout": "60s"})
    errors: list[BaseException] = []
    begun = threading.Event()

    def chunks() -> Iterator[bytes]:
        begun.set()
        yield b"x"

    def read() -> None:
        try:
            plugin.stream("main", chunks()).result()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    begun.wait()
    plugin.close()
    thread.join(10)
    assert not thread.is_alive()
    assert [type(error) for error in errors] == [pocket.PluginCrashed]


def test_a_call_needs_no_stream_and_a_stream_needs_a_node_for_it(load: Load) -> None:
    plugin = load("stream_copy")
    assert plugin.nodes["main"].stream
    with pytest.raises(pocket.InvalidInput, match="works on a stream"):
        plugin.call("main", None)
    with pytest.raises(pocket.InvalidInput, match="takes no stream"):
        load("echo", name="echo").stream("main", [])
    with pytest.raises(pocket.PluginNotFound):
        plugin.stream("mian", [])


def test_a_call_without_streams_has_none(load: Load) -> None:
    assert load("stream_without").call("main", None).output == [1, 1]


def test_pointers_outside_the_memory_read_and_write_nothing(load: Load) -> None:
    stream = load("stream_from_outside").stream("main", [b"x"])
    assert list(stream) == []
    assert stream.result().output == [1, 1]


@pytest.mark.parametrize(
    "mebibytes",
    [
        pytest.param(64, id="64 MiB"),
        pytest.param(1024, id="1 GiB", marks=pytest.mark.slow),
    ],
)
def test_memory_stays_flat_on_both_sides(load: Load, mebibytes: int) -> None:
    plugin = load("stream_copy", permissions={"memory": "16MB"})
    passage = pass_through(plugin, "main", mebibytes)
    assert passage.out_bytes == mebibytes * MIB
    assert passage.worker_peak_bytes < 6 * MIB
    assert passage.host_growth_bytes < 4 * MIB
    # `pytest --log-cli-level=info` shows it.
    logging.getLogger(__name__).info("%s", passage)
