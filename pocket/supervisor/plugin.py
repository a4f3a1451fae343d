"""A loaded plugin: calls into its worker, one at a time, each within the manifest's limits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import inf
from time import monotonic
from types import MappingProxyType

from pocket.capability.interruption import Interruption, interrupted, interruptible
from pocket.capability.refusal import Refusal
from pocket.document import JSON
from pocket.errors import (
    CallTimeout,
    HostClosed,
    InvalidInput,
    PluginError,
    PluginNotFound,
    PocketError,
    suggest,
)
from pocket.plugin.config import complete_config
from pocket.plugin.manifest import Manifest
from pocket.plugin.metadata import NodeMetadata
from pocket.supervisor.batch import portions
from pocket.supervisor.limits import PORTION_REQUESTS
from pocket.supervisor.program import Program
from pocket.supervisor.request import Request, encode
from pocket.supervisor.response import read_response
from pocket.supervisor.result import Result, Usage
from pocket.supervisor.worker import Reply, Worker

RunInThread = Callable[[Callable[[], Result]], "asyncio.Future[Result]"]

_LOOK_UP_S = 0.05
"""How long a call goes on waiting for others after it was interrupted."""

_REQUESTS_KEPT = 256
"""Encoded configs of one plugin; a workflow has one a node."""


def _usage(reply: Reply) -> Usage:
    _, wall_us, cpu_us, memory_bytes, fuel = reply
    return Usage(wall_us, cpu_us, memory_bytes, fuel or None)


def _bare(error: PocketError) -> PocketError:
    """Take from an error what leads to the frames it went through: they hold whole answers."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


class Plugin:
    """One plugin of a host. Made by `Host.load`; safe to use from several threads.

    Its process is spawned by the first call, and again by the first call after it was killed.

    Attributes:
        manifest: as it stands in the package.
        nodes: what the plugin offers a workflow, by node type.
    """

    def __init__(self, program: Program, run_in_thread: RunInThread) -> None:
        """Compile the plugin if need be, and read its metadata; `Host.load` does this."""
        self.manifest: Manifest = program.manifest
        self._program = program
        self._run_in_thread = run_in_thread
        self._lock = threading.Lock()
        self._closed = False
        metadata, self._worker = program.read_metadata()
        self._runs = "run" in metadata.functions
        self.nodes: Mapping[str, NodeMetadata] = MappingProxyType(metadata.nodes)
        self._requests: dict[tuple[str, bytes], Request] = {}

    @property
    def name(self) -> str:
        """The name in the manifest."""
        return self.manifest.name

    @property
    def pid(self) -> int | None:
        """Process id of the worker, or None while there is none."""
        worker = self._worker
        return None if worker is None or worker.ended else worker.pid

    def call(
        self,
        node: str,
        input: JSON,  # noqa: A002
        *,
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Call a node and wait for its result.

        Args:
            node: one of `nodes`.
            input: any JSON value; NaN and the infinities become null.
            config: of the node; what is left out gets its default.
            timeout_s: less time than the manifest allows, in seconds; waiting for the calls of
                other threads counts.

        Raises:
            InvalidInput: the input is not JSON, or the config does not fit the node's schema.
            PluginNotFound: the plugin has no such node.
            PluginError: the plugin answered with an error.
            CallError: any other way in which the call did not end well; see `pocket.errors`.
        """
        until = None if timeout_s is None else monotonic() + timeout_s
        return self._call(self._request(node, config), input, self._timeout(timeout_s), until=until)

    def prepare(
        self, node: str, config: Mapping[str, JSON] | None = None
    ) -> Callable[[JSON], Result]:
        """Give a function from input to result, with the config checked and encoded once."""
        return partial(self._call, self._request(node, config), timeout_s=self._timeout(None))

    def map(
        self,
        node: str,
        inputs: Iterable[JSON],
        *,
        config: Mapping[str, JSON] | None = None,
        return_errors: bool = False,
    ) -> Iterator[Result]:
        """Call a node for each of many inputs; results come in the same order.

        Requests are sent ahead, in portions that grow while they fit into a pipe, so an input is
        read before the results of those just ahead of it are used.

        Args:
            node: one of `nodes`.
            inputs: read as they are needed, never all at once.
            config: as in `call`.
            return_errors: give a failed call back as a `Result` with its `error`, and go on.

        Raises:
            PocketError: as `call` does, in the place of the result that failed.
        """
        request, timeout_s = self._request(node, config), self._timeout(None)
        # A worker that waits for its host's answer must not find the next request in the pipe.
        most = 1 if self._program.asks_host else PORTION_REQUESTS
        for portion in portions(request, inputs, most):
            for answer in self._answer_all(portion, timeout_s):
                result = self._result(request.node, answer)
                if result.error is not None and not return_errors:
                    raise result.error
                yield result

    async def acall(
        self,
        node: str,
        input: JSON,  # noqa: A002
        *,
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Do as `call` does, from asyncio. Cancelling the task kills the call's worker."""
        request, time = self._request(node, config), self._timeout(timeout_s)
        interruption = Interruption()
        call = self._run_in_thread(partial(self._covered, request, input, time, interruption))
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            interruption.happen()
            await asyncio.wait([call])
            call.exception()
            raise

    def close(self) -> None:
        """End the worker; a call that is under way in another thread fails."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            worker.kill()
        with self._lock:
            if self._worker is not None:
                self._worker.end()
                self._worker = None
            self._program.close()

    def abandon(self) -> None:
        """Forget the worker, in a forked child of the process that owns it."""
        self._lock = threading.Lock()
        if self._worker is not None:
            self._worker.abandon()
            self._worker = None

    def _request(self, node: str, config: Mapping[str, JSON] | None) -> Request:
        key = (node, encode(dict(config), "config") if config else b"")
        request = self._requests.get(key)
        if request is None:
            request = self._new_request(node, config or {})
            if len(self._requests) >= _REQUESTS_KEPT:
                self._requests.clear()
            self._requests[key] = request
        return request

    def _new_request(self, node: str, config: Mapping[str, JSON]) -> Request:
        metadata = self.nodes.get(node)
        if metadata is None:
            raise PluginNotFound(
                f"plugin {self.name} has no node {node!r}",
                hint=suggest(node, list(self.nodes)) or f"it has {', '.join(self.nodes)}",
            )
        complete = complete_config(config, metadata.config_schema, f"node {node!r}")
        return Request.of(node, complete, runs=self._runs)

    def _timeout(self, timeout_s: float | None) -> float:
        most = self.manifest.permissions.timeout_s
        return most if timeout_s is None else min(timeout_s, most)

    def _call(
        self,
        request: Request,
        value: JSON,
        timeout_s: float,
        *,
        until: float | None = None,
    ) -> Result:
        payload = request.encode(value)
        if until is None:
            with self._lock:
                reply = self._live_worker().call(payload, timeout_s)
        else:
            reply = self._call_until(until, payload, timeout_s)
        try:
            output, action = read_response(reply.payload, self.name, request.node)
        except PluginError as error:
            raise self._program.grants.mask.error(error) from None
        return Result(output, action, _usage(reply))

    def _covered(
        self, request: Request, value: JSON, timeout_s: float, interruption: Interruption
    ) -> Result:
        """Do a call that another thread may end."""
        with interruption.covering():
            return self._call(request, value, timeout_s, until=inf)

    def _call_until(self, until: float, payload: bytes, timeout_s: float) -> Reply:
        """Do a call that may be interrupted, or whose wait for other calls counts."""
        if not self._acquire(until):
            raise self._late()
        try:
            worker = self._live_worker()
            left_s = min(timeout_s, until - monotonic())
            if left_s <= 0:
                raise self._late()
            with interruptible(worker.kill):
                return worker.call(payload, left_s, timeout_s)
        except Refusal:
            raise CallTimeout("the call was stopped before it began", plugin=self.name) from None
        finally:
            self._lock.release()

    def _acquire(self, until: float) -> bool:
        """Wait for the calls of other threads; False where that takes too long."""
        while True:
            left_s = max(0.0, until - monotonic())
            if interrupted() or left_s == 0:
                return self._lock.acquire(blocking=False)
            if self._lock.acquire(timeout=min(left_s, _LOOK_UP_S)):
                return True

    def _late(self) -> CallTimeout:
        message = f"plugin {self.name}: the time was over before the call began"
        return CallTimeout(
            message, hint="calls of one plugin wait for each other", plugin=self.name
        )

    def _answer_all(
        self, portion: Sequence[bytes] | InvalidInput, timeout_s: float
    ) -> Iterator[Reply | PocketError]:
        """Answer every request of a portion, in as many workers as that takes."""
        if isinstance(portion, InvalidInput):
            yield portion
            return
        payloads = portion
        while payloads:
            with self._lock:
                answers = self._live_worker().call_many(payloads, timeout_s)
            yield from answers
            payloads = payloads[len(answers) :]

    def _result(self, node: str, answer: Reply | PocketError) -> Result:
        if isinstance(answer, PocketError):
            return Result(None, "error", error=_bare(answer))
        try:
            output, action = read_response(answer.payload, self.name, node)
        except PocketError as error:
            said = _bare(self._program.grants.mask.error(error))
            return Result(None, "error", _usage(answer), said)
        return Result(output, action, _usage(answer))

    def _check_open(self) -> None:
        if self._closed:
            raise HostClosed(f"plugin {self.name}: its host is closed")

    def _live_worker(self) -> Worker:
        if self._worker is not None and self._worker.killed:
            self._worker.end()
        if self._worker is None or self._worker.ended:
            self._check_open()
            self._worker = self._program.start_worker()
            self._check_open()  # `close` did not see a worker that was just starting
        return self._worker
