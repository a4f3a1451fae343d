"""A worker that has loaded one plugin and answers its calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar, cast

from pocket._wire import Mailbox, encode_calls
from pocket.capability.interruption import Interruption
from pocket.errors import (
    CallTimeout,
    OutputTooLarge,
    PocketError,
    ProtocolViolation,
    WorkerUnavailable,
)
from pocket.plugin.manifest import Manifest
from pocket.plugin.module import Module
from pocket.supervisor import limits, placement
from pocket.supervisor.batch import chunk_at
from pocket.supervisor.blame import Blame
from pocket.supervisor.channel import (
    HOST_ANSWER,
    HOST_CALL,
    LOG,
    MAILED_CALL,
    MAILED_RESULT,
    PROTOCOL,
    READY,
    RESULT,
    SPIN_US,
    START,
    Channel,
    DeadlineExceeded,
    Disconnected,
    Frame,
    encode_frame,
)
from pocket.supervisor.process import Ending, Process
from pocket.supervisor.result import Usage
from pocket.supervisor.stream_time import StreamTime
from pocket.supervisor.streamed_call import StreamedCall
from pocket.supervisor.surroundings import Surroundings
from pocket.units import format_bytes, format_duration

if TYPE_CHECKING:
    from pocket._wire import Answer

T = TypeVar("T")
_Result = tuple[bytes, int, int, int, int]

_MOST_IDS: Final = 0xFFFF_FFFF

Reply = tuple[bytes, Usage]
"""The answer to one call: the response as the plugin wrote it, and what it cost."""


def _reply(frame: Frame) -> Reply:
    """Give what a `result` frame holds; the channel has checked its types."""
    payload, wall_us, cpu_us, memory_bytes, fuel = cast("_Result", frame[2:])
    return payload, Usage(wall_us, cpu_us, memory_bytes, fuel or None)


def _mailbox() -> Mailbox:
    try:
        return Mailbox(SPIN_US)
    except OSError as error:
        raise WorkerUnavailable(
            f"no memory to share with a worker: {error.strerror}",
            hint="close what uses much memory or many files, or raise `ulimit -n`",
        ) from error


@dataclass(slots=True)
class _Asides:
    """What a worker has sent beside the answer that is waited for."""

    log_bytes: int = 0
    host_calls: int = 0


class Worker:
    """One process of one plugin; used by one thread at a time.

    Any error but the plugin's own ends the process: `ended` then says so.
    """

    def __init__(
        self,
        manifest: Manifest,
        module: Module,
        artifact: int,
        surroundings: Surroundings,
    ) -> None:
        """Spawn the process; `start` has to follow.

        Args:
            manifest: of the plugin; its permissions become the worker's limits.
            module: of the plugin; its source is what `__pocket_init` gets.
            artifact: open descriptor of the compiled module; stays the caller's to close.
            surroundings: what the plugin may see and ask; the descriptors of its folders stay the
                caller's to close.
        """
        self._manifest = manifest
        self._source = module.source
        self._surroundings = surroundings
        self._mailbox = _mailbox()
        folders = [fd for _, _, fd in surroundings.folders]
        self._process = Process("serve", [artifact, self._mailbox.fileno(), *folders])
        self._mailbox.hand_over(self._process.replies)
        self._channel = Channel(self._process.requests, self._process.replies, self._mailbox)
        self._blame = Blame(manifest, module, surroundings.mask)
        self._interruption = Interruption()
        self._last_id = 0
        self._moved_at = -placement.MOVE_EVERY

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def calls(self) -> int:
        """How many calls it was given, from 0 again after the last number of the protocol."""
        return self._last_id

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.ended

    @property
    def killed(self) -> bool:
        """Whether somebody killed it, too late for the call that it was meant for."""
        return self._process.killed

    def end(self, because: Ending | None = None) -> None:
        """Kill the process, reap it and close its pipes; safe to repeat."""
        self._process.end(because)

    def kill(self) -> None:
        """Kill the process from any thread; a call that is under way fails, its host call too."""
        self._process.kill()
        self._interruption.happen()

    def abandon(self) -> None:
        """Forget the process, which belongs to the parent of this forked one."""
        self._process.abandon()

    def start(self, until: float = inf) -> None:
        """Load the module and run the plugin's own start; returns when calls can come.

        Args:
            until: when nobody wants it any more, by `time.monotonic`.

        Raises:
            BadArtifact: compile the module again and use a new worker.
            PocketError: whatever else keeps the plugin from starting.
        """
        permissions = self._manifest.permissions
        numbers = [
            permissions.memory_bytes,
            limits.TABLE_ELEMENTS,
            max(1, round(permissions.cpu_s * 1000)),
            limits.START_CPU_MS,
            limits.MAX_PAYLOAD_BYTES,
            limits.LOG_BYTES,
            os.getpid(),
            self._manifest.state == "kept",
            0 if self._surroundings.broker is None else limits.HOST_CALLS,
            permissions.disk_bytes,
            permissions.fuel or 0,
        ]
        environ = list(self._surroundings.environ)
        folders = [[path, mode] for path, mode, _ in self._surroundings.folders]
        message = encode_frame([START, 0, PROTOCOL, numbers, self._source, environ, folders])
        deadline = min(until, monotonic() + limits.START_TIMEOUT_S)
        try:
            self._channel.send(message, deadline)
            self._receive((READY,), 0, deadline)
        except BaseException as error:
            raise self._ended_by(error, limits.START_TIMEOUT_S, starting=True) from None

    def call(self, payload: bytes, timeout_s: float, allowed_s: float | None = None) -> Reply:
        """Send one request and wait for its response.

        Args:
            payload: the request.
            timeout_s: how long it may still take.
            allowed_s: how long it was allowed to take, as an error says it; `timeout_s` if None.

        Raises:
            CallError: the call did not end well, and neither did the worker.
            ProtocolViolation: the worker sent what it may not.
        """
        call_id = self._next_id()
        try:
            answer = self._mailbox.exchange(call_id, payload, timeout_s)
            if answer is None or isinstance(answer, bool):
                answer = self._answer_piped(call_id, payload, timeout_s, posted=answer)
        except BaseException as error:
            raise self._ended_by(error, allowed_s or timeout_s) from None
        response, usage, core = answer
        if core is not None and abs(call_id - self._moved_at) >= placement.MOVE_EVERY:
            self._moved_at = call_id
            placement.part(self.pid, core)
        # As `Usage(*usage)` does, in half the time.
        return response, tuple.__new__(Usage, usage)

    def _answer_piped(
        self, call_id: int, payload: bytes, timeout_s: float, *, posted: bool | None
    ) -> Answer:
        """Go on with a call for which the mailbox alone is not enough; see `Mailbox.exchange`."""
        # The time that was spent looking, far below a millisecond, is the worker's gift.
        deadline = monotonic() + timeout_s
        answer = None
        if posted is not None:
            mailed_call = encode_frame([MAILED_CALL, call_id])
            frames = mailed_call if posted else encode_calls(call_id, [payload])
            self._channel.send(frames, deadline)
            mailed = payload if posted else b""
            answer = self._mailbox.wait(call_id, mailed, timeout_s)
        while answer is None:
            frame = self._receive((RESULT, MAILED_RESULT), call_id, deadline)
            if frame[0] == MAILED_RESULT:
                answer = self._mailbox.take(call_id, deadline - monotonic())
            else:
                answer = (*_reply(frame), None)
        self._mailbox.leave()
        return answer

    def stream(
        self, payload: bytes, chunks: Iterator[bytes], time: StreamTime
    ) -> Generator[bytes, None, Reply]:
        """Send one request and give what the plugin writes to its stream, then return its response.

        Closed before the end, it ends the process.

        Args:
            payload: the request.
            chunks: what the plugin reads, none empty, each small enough for a frame.
            time: how long it may take.

        Raises:
            CallError: the call did not end well, and neither did the worker.
            ProtocolViolation: the worker sent what it may not.
            Exception: whatever `chunks` raises; the worker is ended.
        """
        call_id, asides = self._next_id(), _Asides()

        def receive(deadline: float) -> Frame:
            return self._attend(self._channel.receive(deadline), asides, call_id, deadline)

        failure = partial(self._blame.failure, starting=False)
        call = StreamedCall(self._manifest.name, self._channel, call_id, receive, failure)
        try:
            frame = yield from call.run(payload, chunks, time)
        except BaseException as error:
            raise self._stream_ended_by(error, time) from None
        return _reply(frame)

    def _stream_ended_by(self, error: BaseException, time: StreamTime) -> BaseException:
        if not isinstance(error, DeadlineExceeded) or not time.over:
            return self._ended_by(error, time.chunk_s, what="one chunk of the stream")
        late = self._ended_by(error, time.whole_s, what="the stream")
        if isinstance(late, CallTimeout):
            late.hint = "timeout_s, or the node's timeout in a workflow, says so"
        return late

    def call_many(
        self,
        payloads: Sequence[bytes],
        timeout_s: float,
        read: Callable[[Reply | PocketError], T],
    ) -> list[T]:
        """Send several requests ahead of their responses, then wait for each response in turn.

        Args:
            payloads: the requests.
            timeout_s: how long each may take, once the one before it is answered.
            read: makes what is returned of an answer, while the worker is at the next ones.

        Returns:
            One answer a request, in order. There are fewer where the worker was ended: by an error,
            the last answer, or because the answers became too large to be kept together.
        """
        if self._last_id + len(payloads) > _MOST_IDS:
            self._last_id = 0
        first = self._last_id + 1
        self._last_id += len(payloads)
        answers: list[T] = []
        sent = last_chunk = size = 0
        try:
            while len(answers) < len(payloads):
                if size > limits.PORTION_ANSWER_BYTES and self._is_spent(size, sent - len(answers)):
                    break
                room = size <= limits.PORTION_ANSWER_BYTES
                while room and sent < len(payloads) and len(answers) >= last_chunk:
                    chunk = chunk_at(payloads, sent)
                    self._channel.send(encode_calls(first + sent, chunk), monotonic() + timeout_s)
                    last_chunk, sent = sent, sent + len(chunk)
                replies = self._next_replies(first + len(answers), first + sent, timeout_s)
                size += sum(len(response) for response, _ in replies)
                answers.extend(map(read, replies))
        except BaseException as raised:
            error = self._ended_by(raised, timeout_s)
            if not isinstance(error, PocketError):
                raise error from None
            answers.append(read(error))
        return answers

    def _next_replies(self, first: int, end: int, timeout_s: float) -> list[Reply]:
        """Wait for the reply to call `first`; others before `end` may be there already."""
        deadline = monotonic() + timeout_s
        outcomes = self._channel.receive_results(first, end - first, deadline)
        if outcomes:
            return [(response, tuple.__new__(Usage, cost)) for response, cost in outcomes]
        return [_reply(self._receive((RESULT,), first, deadline))]

    def _is_spent(self, size: int, under_way: int) -> bool:
        """Say whether a portion ends here, with `size` bytes of answers: leave the others to later.

        Those that are under way are left to a new worker, where there is no state to lose.
        """
        if under_way == 0:
            return True
        if self._manifest.state != "kept":
            self.end()
            return True
        if size > limits.KEPT_ANSWER_BYTES:
            most = format_bytes(limits.KEPT_ANSWER_BYTES)
            message = f"the answers to requests that were sent together have more than {most}"
            raise self._blame.error(OutputTooLarge, message)
        return False

    def _next_id(self) -> int:
        self._last_id = self._last_id % _MOST_IDS + 1
        return self._last_id

    def _receive(self, kinds: tuple[int, ...], call_id: int, deadline: float) -> Frame:
        """Read until a frame of these kinds and this id; serve logs and host calls on the way."""
        frame = self._channel.receive(deadline)
        if frame[0] == LOG or frame[0] == HOST_CALL:
            frame = self._attend(frame, _Asides(), call_id, deadline)
        if frame[0] not in kinds or frame[1] != call_id:
            raise self._blame.failure(frame, starting=READY in kinds)
        return frame

    def _attend(self, frame: Frame, asides: _Asides, call_id: int, deadline: float) -> Frame:
        """Serve logs and host calls; give the first frame that is neither."""
        while frame[0] == LOG or frame[0] == HOST_CALL:
            if frame[0] == LOG:
                asides.log_bytes += len(cast("bytes", frame[3])) + limits.LOG_FRAME_BYTES
            else:
                asides.host_calls += 1
            if asides.log_bytes > limits.UNREAD_LOG_BYTES or asides.host_calls > limits.HOST_CALLS:
                what = "lines of the log" if frame[0] == LOG else "host calls"
                raise ProtocolViolation(f"plugin {self._manifest.name}: {what} without end")
            if frame[0] == LOG:
                self._blame.log(frame)
            else:
                self._serve(frame, call_id, deadline)
            if monotonic() > deadline:
                raise DeadlineExceeded
            frame = self._channel.receive(deadline)
        return frame

    def _ended_by(
        self,
        error: BaseException,
        timeout_s: float,
        *,
        starting: bool = False,
        what: str | None = None,
    ) -> BaseException:
        """End the process, and give what the caller is told; `what` took its time."""
        if isinstance(error, DeadlineExceeded):
            self.end(Ending.TIMEOUT)
            what = what or ("the start" if starting else "the call")
            message = f"{what} took longer than {format_duration(timeout_s)}"
            return self._blame.error(CallTimeout, message)
        if isinstance(error, Disconnected):
            return self._blame.died(self._process.end(), starting=starting, what=what)
        self.end(Ending.PROTOCOL if isinstance(error, ProtocolViolation) else None)
        return error

    def _serve(self, frame: Frame, call_id: int, deadline: float) -> None:
        """Answer a host call, on the thread of the call that it belongs to."""
        broker = self._surroundings.broker
        if broker is None or frame[1] != call_id:
            raise ProtocolViolation(f"plugin {self._manifest.name}: a host call out of turn")
        with self._interruption.covering():
            answer = broker.answer(cast("bytes", frame[2]), deadline - limits.HOST_CALL_MARGIN_S)
        self._channel.send(encode_frame([HOST_ANSWER, call_id, answer]), deadline)
