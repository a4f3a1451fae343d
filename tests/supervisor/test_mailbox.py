"""The memory that a worker shares with its host: whatever it writes there, the host is not hurt."""

from __future__ import annotations

import mmap
import os
import struct
import threading
from collections.abc import Iterator

import pytest
from conftest import Load
from hypothesis import given
from hypothesis import strategies as st

from pocket.errors import ProtocolViolation
from pocket.supervisor._wire import Mailbox

AWAY, OPEN, ASLEEP, POSTED, PIPED = range(5)
HEADER_BYTES, ROOM_AT, ROOM = 128, 4096, (16 << 20) + (64 << 10)
SMALL = 32 << 10
REPLIES_AT = HEADER_BYTES
STATE, ID, LENGTH, NUMBERS = 0, 8, 12, 16


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


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox(10_000_000)  # the other side may have to wait for a core
    yield mailbox
    mailbox.close()


def test_a_worker_that_is_not_looking_gets_its_request_by_the_pipe(mailbox: Mailbox) -> None:
    assert mailbox.exchange(1, b"{}") is False


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
    reply = mailbox.exchange(7, b"hello")
    thread.join()
    assert reply
    assert reply[:2] == (b"HELLO", (1, 2, 65_536, None))


def test_what_was_piped_is_looked_for_in_the_pipe(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    assert mailbox.exchange(1, b"{}") is False
    other.put(REPLIES_AT + STATE, PIPED)
    assert mailbox.wait(1) is None
    assert other.word(REPLIES_AT + STATE) == ASLEEP
    mailbox.leave(2)
    assert other.word(REPLIES_AT + STATE) == AWAY


def test_a_host_that_waited_long_enough_has_to_be_woken() -> None:
    hasty = Mailbox(200)
    other = OtherSide(hasty)
    other.put(STATE, OPEN)
    assert hasty.exchange(1, b"{}") is None
    assert other.word(REPLIES_AT + STATE) == ASLEEP


def test_a_worker_that_sleeps_is_rung_for_a_large_request_and_sent_a_small_one(
    mailbox: Mailbox,
) -> None:
    other = OtherSide(mailbox)
    other.put(STATE, ASLEEP)
    assert mailbox.exchange(1, bytes(SMALL)) is False
    large = b"x" * (2 << 20)
    assert mailbox.exchange(2, large) is True
    assert other.memory[ROOM_AT : ROOM_AT + other.word(LENGTH)] == large
    other.answer(2, large)
    assert (mailbox.take(2) or [b""])[0] == large


def test_memory_of_large_messages_is_given_back(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    other.put(STATE, ASLEEP)
    large = b"x" * (8 << 20)
    assert mailbox.exchange(1, large) is True
    other.answer(1, large)
    taken = os.fstat(mailbox.fileno()).st_blocks * 512
    assert mailbox.take(1)[0] == large
    mailbox.leave(len(large))
    assert taken > 16 << 20
    assert os.fstat(mailbox.fileno()).st_blocks * 512 <= (2 << 20) + 8192


def test_a_reply_to_another_call_breaks_the_protocol(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    assert mailbox.exchange(2, b"{}") is False
    other.answer(1, b"{}")
    with pytest.raises(ProtocolViolation, match="answered call 1, not 2"):
        mailbox.wait(2)


@pytest.mark.parametrize("length", [ROOM, ROOM + 1, 1 << 31, 0xFFFF_FFFF])
def test_no_length_leads_out_of_the_room(mailbox: Mailbox, length: int) -> None:
    other = OtherSide(mailbox)
    assert mailbox.exchange(1, b"{}") is False
    other.answer(1, b"{}", length=length)
    reply = mailbox.wait(1)
    assert reply
    assert len(reply[0]) == ROOM


def test_a_request_that_has_no_room_is_piped(mailbox: Mailbox) -> None:
    other = OtherSide(mailbox)
    other.put(STATE, OPEN)
    assert mailbox.exchange(1, bytes(ROOM + 1)) is False
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
        reply = mailbox.exchange(call_id, b"{}")
        if reply is False:
            other.memory[: len(header)] = header
            reply = mailbox.wait(call_id)
    except ProtocolViolation:
        return
    assert reply is None or isinstance(reply, bool) or len(reply[0]) <= ROOM


def test_calls_of_every_size_come_back_whole(load: Load) -> None:
    plugin = load("echo", permissions={"memory": "64MB"})
    for size in (0, 1, 4000, SMALL - 100, SMALL, 64 << 10, 1 << 20, 9 << 20, ROOM, 5):
        text = "x" * size
        assert plugin.call("main", text).output["input"] == text
