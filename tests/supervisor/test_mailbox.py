"""The memory that a worker shares with its host: whatever it writes there, the host is not hurt."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import resource
import signal
import struct
import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from conftest import Load
from hypothesis import given
from hypothesis import strategies as st

from pocket._wire import Mailbox
from pocket.errors import CallTimeout, PluginCrashed, ProtocolViolation

AWAY, OPEN, ASLEEP, POSTED, PIPED = range(5)
HEADER_BYTES, ROOM_AT, ROOM = 128, 4096, 1 << 20
SMALL = 32 << 10
REPLIES_AT = HEADER_BYTES
STATE, ID, LENGTH, NUMBERS, PUT, TAKEN = 0, 8, 12, 16, 48, 64
MOST = 64 << 20
TIMEOUT_S = 30.0


class OtherSide:
    """What a worker can do: write any bytes at any time."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.memory = mmap.mmap(mailbox.fileno(), 0)

    def word(self, at: int) -> int:
        return int(struct.unpack_from("<I", self.memory, at)[0])

    def put(self, at: int, *words: int) -> None:
        # In one step: `pack_into` would write zeros first.
        self.memory[at : at + 4 * len(words)] = struct.pack(f"<{len(words)}I", *words)

    def answer(self, call_id: int, response: bytes, *, length: int | None = None) -> None:
        at = ROOM_AT + ROOM
        self.memory[at : at + len(response)] = response
        self.put(REPLIES_AT + ID, call_id, len(response) if length is None else length)
        self.memory[REPLIES_AT + NUMBERS : REPLIES_AT + NUMBERS + 32] = struct.pack(
            "<4Q", 1, 2, 65_536, 0
        )
        self.put(REPLIES_AT + STATE, POSTED)

    def take_long(self) -> bytes:
        """Take a request longer than the room, as the host goes on with it."""
        length, taken = self.word(LENGTH), bytearray()
        while len(taken) < length:
            at = len(taken) % ROOM
            piece = min(self.word(PUT) - len(taken), ROOM - at)
            taken += self.memory[ROOM_AT + at : ROOM_AT + at + piece]
            self.put(TAKEN, len(taken))
        return bytes(taken)

    def answer_long(self, call_id: int, response: bytes) -> None:
        """Put a reply longer than the room, as the host makes room for it."""
        room_at, put = ROOM_AT + ROOM, min(ROOM, len(response))
        self.put(REPLIES_AT + TAKEN, 0)
        self.put(REPLIES_AT + PUT, put)
        self.answer(call_id, response[:put], length=len(response))
        while put < len(response):
            at = put % ROOM
            free = self.word(REPLIES_AT + TAKEN) + ROOM - put
            piece = min(free, ROOM - at, len(response) - put)
            self.memory[room_at + at : room_at + at + piece] = response[put : put + piece]
            put += piece
            self.put(REPLIES_AT + PUT, put)

    def count_to(self, at: int, number: int) -> None:
        """Say a number for as long as a message is under way."""
        for _ in range(50):
            self.put(at, number)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox(10_000_000)  # the other side may have to wait for a core


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


def test_a_worker_that_is_not_looking_gets_its_request_by_the_pipe(mailbox: Mailbox) -> None:
    assert mailbox.exchange(1, b"{}", TIMEOUT_S) is False


def test_a_request_and_its_reply(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    other.put(STATE, OPEN)

    def work() -> None:
        while other.word(STATE) != POSTED:
            pass
        request = other.memory[ROOM_AT : ROOM_AT + other.word(LENGTH)]
        other.answer(other.word(ID), request.upper())

    thread = threading.Thread(target=work)
    thread.start()
    reply = mailbox.exchange(7, b"hello", TIMEOUT_S)
    thread.join()
    assert reply
    assert reply[:2] == (b"HELLO", (1, 2, 65_536, None))


def test_what_was_piped_is_looked_for_in_the_pipe(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    assert mailbox.exchange(1, b"{}", TIMEOUT_S) is False
    other.put(REPLIES_AT + STATE, PIPED)
    assert mailbox.wait(1, b"{}", TIMEOUT_S) is None
    assert other.word(REPLIES_AT + STATE) == ASLEEP
    mailbox.leave()
    assert other.word(REPLIES_AT + STATE) == AWAY


def test_a_host_that_waited_long_enough_has_to_be_woken() -> None:
    hasty = Mailbox(200)
    other = OtherSide(hasty)
    other.put(STATE, OPEN)
    assert hasty.exchange(1, b"{}", TIMEOUT_S) is None
    assert other.word(REPLIES_AT + STATE) == ASLEEP


def test_a_worker_that_sleeps_is_rung_for_a_large_request_and_sent_a_small_one(
    mailbox: Mailbox,
) -> None:
    other = OtherSide(mailbox)
    other.put(STATE, ASLEEP)
    assert mailbox.exchange(1, bytes(SMALL), TIMEOUT_S) is False
    large = b"x" * ROOM
    assert mailbox.exchange(2, large, TIMEOUT_S) is True
    assert other.memory[ROOM_AT : ROOM_AT + other.word(LENGTH)] == large
    other.answer(2, large)
    assert (mailbox.take(2, TIMEOUT_S) or [b""])[0] == large


@pytest.mark.parametrize("length", [ROOM + 1, 2 * ROOM, 5 * ROOM + 12_345, MOST])
def test_a_long_message_passes_through_the_room_whole_either_way(
    mailbox: Mailbox, pipe: tuple[int, int], length: int
) -> None:
    other = OtherSide(mailbox)
    mailbox.hand_over(pipe[0])
    other.put(STATE, OPEN)
    request = os.urandom(4096) * (length // 4096 + 1)
    request = request[:length]

    def work() -> None:
        while other.word(STATE) != POSTED:
            pass
        other.answer_long(other.word(ID), other.take_long())

    thread = threading.Thread(target=work)
    thread.start()
    reply = mailbox.exchange(7, request, TIMEOUT_S)
    thread.join()
    assert isinstance(reply, tuple)
    assert reply[0] == request
    # The memory that both see is no more than two rooms, whatever went through.
    assert other.memory.size() <= 2 * ROOM + ROOM_AT


@pytest.mark.parametrize("stuck", ["request", "reply"])
def test_a_long_message_with_which_the_worker_does_not_go_on_ends_at_its_time(
    stuck: str, pipe: tuple[int, int]
) -> None:
    mailbox = Mailbox(50)
    other = OtherSide(mailbox)
    mailbox.hand_over(pipe[0])
    if stuck == "request":
        other.put(STATE, OPEN)
        assert mailbox.exchange(1, bytes(2 * ROOM), 0.05) is None
    else:
        assert mailbox.exchange(1, b"{}", TIMEOUT_S) is False
        other.answer(1, b"", length=2 * ROOM)
        assert mailbox.take(1, 0.05) is None


@pytest.mark.parametrize("stuck", ["request", "reply"])
def test_a_long_message_ends_with_its_worker(stuck: str, pipe: tuple[int, int]) -> None:
    mailbox = Mailbox(50)
    other = OtherSide(mailbox)
    mailbox.hand_over(pipe[0])
    os.close(pipe[1])  # the worker has gone
    began = monotonic()
    if stuck == "request":
        other.put(STATE, OPEN)
        assert mailbox.exchange(1, bytes(2 * ROOM), 1000.0) is None
    else:
        assert mailbox.exchange(1, b"{}", TIMEOUT_S) is False
        other.answer(1, b"", length=2 * ROOM)
        assert mailbox.take(1, 1000.0) is None
    assert monotonic() - began < 500


WORDS = st.integers(0, 0xFFFF_FFFF) | st.sampled_from([0, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM])


@given(WORDS, WORDS)
def test_no_counter_leads_out_of_the_room(put: int, taken: int) -> None:
    mailbox = Mailbox(1)
    other = OtherSide(mailbox)
    ends = os.pipe()
    mailbox.hand_over(ends[0])
    try:
        other.put(STATE, OPEN)
        other.memory[ROOM_AT + ROOM :] = bytes(ROOM)
        lying = threading.Thread(target=other.count_to, args=(TAKEN, taken))
        lying.start()
        mailbox.exchange(1, b"x" * (3 * ROOM), 0.002)
        lying.join()
        # What the host sends stays in the room of requests.
        assert not any(other.memory[ROOM_AT + ROOM :])
        other.put(REPLIES_AT + PUT, put)
        other.answer(1, b"", length=3 * ROOM)
        reply = mailbox.take(1, 0.002)
        assert reply is None or len(reply[0]) == 3 * ROOM
    finally:
        for end in ends:
            os.close(end)


def test_a_reply_to_another_call_breaks_the_protocol(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    assert mailbox.exchange(2, b"{}", TIMEOUT_S) is False
    other.answer(1, b"{}")
    with pytest.raises(ProtocolViolation, match="answered call 1, not 2"):
        mailbox.wait(2, b"{}", TIMEOUT_S)


@pytest.mark.parametrize("length", [MOST + 1, 1 << 31, 0xFFFF_FFFF])
def test_a_reply_longer_than_any_is_refused_before_there_is_memory_for_it(
    mailbox: Mailbox, length: int
) -> None:
    other = OtherSide(mailbox)
    assert mailbox.exchange(1, b"{}", TIMEOUT_S) is False
    other.answer(1, b"{}", length=length)
    with pytest.raises(ProtocolViolation, match=f"a reply of {length} bytes"):
        mailbox.wait(1, b"{}", TIMEOUT_S)


def test_a_request_longer_than_any_is_piped(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    other.put(STATE, OPEN)
    assert mailbox.exchange(1, bytes(MOST + 1), TIMEOUT_S) is False
    assert other.word(STATE) == OPEN


def test_nobody_can_cut_the_memory_short(mailbox: Mailbox) -> None:
    for size in (0, 4096, 1 << 30):
        with pytest.raises(PermissionError):
            os.ftruncate(mailbox.fileno(), size)


@given(st.binary(min_size=2 * HEADER_BYTES, max_size=2 * HEADER_BYTES), st.integers(0, 2**32 - 1))
def test_any_header_gives_bytes_the_pipe_or_a_violation(header: bytes, call_id: int) -> None:
    mailbox = Mailbox(50)
    other = OtherSide(mailbox)
    other.memory[: len(header)] = header
    try:
        reply = mailbox.exchange(call_id, b"{}", TIMEOUT_S)
        if reply is False:
            other.memory[: len(header)] = header
            reply = mailbox.wait(call_id, b"{}", TIMEOUT_S)
    except ProtocolViolation:
        return
    assert reply is None or isinstance(reply, bool) or len(reply[0]) <= MOST


def test_calls_of_every_size_come_back_whole(load: Load) -> None:
    plugin = load("echo", permissions={"memory": "64MB"})
    for size in (0, 1, 4000, SMALL - 100, SMALL, 64 << 10, 1 << 20, 9 << 20, 5):
        text = "x" * size
        assert plugin.call("main", text).output["input"] == text


def test_a_worker_that_stops_in_a_long_request_is_timed_out(load: Load) -> None:
    plugin = load("echo", permissions={"memory": "64MB"})
    text = "x" * (2 << 20)
    assert plugin.call("main", text).output["input"] == text
    assert plugin.pid
    os.kill(plugin.pid, signal.SIGSTOP)
    with pytest.raises(CallTimeout):
        plugin.call("main", text, timeout_s=0.2)
    assert plugin.call("main", text).output["input"] == text


def test_a_worker_that_dies_in_a_long_request_has_crashed(load: Load) -> None:
    plugin = load("echo", permissions={"memory": "64MB", "timeout": "60s"})
    text = "x" * (2 << 20)
    plugin.call("main", text)
    assert plugin.pid
    os.kill(plugin.pid, signal.SIGSTOP)
    threading.Timer(0.1, os.kill, (plugin.pid, signal.SIGKILL)).start()
    with pytest.raises(PluginCrashed):
        plugin.call("main", text)
    assert plugin.call("main", text).output["input"] == text


def test_memory_that_is_not_to_be_had_is_refused_with_the_reason() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(OSError) as refused:
            Mailbox(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert refused.value.errno == errno.EMFILE
    assert "open files" in str(refused.value.strerror)
