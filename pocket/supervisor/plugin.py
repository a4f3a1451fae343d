"""A loaded plugin: calls into its workers, each within the manifest's limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from functools import partial
from math import inf
from time import monotonic, perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from pocket.capability.interruption import Interruption, covered
from pocket.document import JSON, ToJSON
from pocket.errors import InvalidInput, PluginNotFound, PocketError, suggest
from pocket.plugin.config import complete_config
from pocket.plugin.manifest import Manifest
from pocket.plugin.metadata import NodeMetadata
from pocket.supervisor.awaiting import awaited
from pocket.supervisor.batch import Pace, Portion, portions
from pocket.supervisor.housekeeper import Housekeeper
from pocket.supervisor.meter import ANSWERED, Meter
from pocket.supervisor.open_streams import OpenStreams
from pocket.supervisor.pool import Pool
from pocket.supervisor.program import Program
from pocket.supervisor.request import Request, encode
from pocket.supervisor.response import read_response
from pocket.supervisor.result import Result
from pocket.supervisor.spread import spread
from pocket.supervisor.status import PluginStatus, status_of
from pocket.supervisor.stream import Chunks, Stream
from pocket.supervisor.stream_time import StreamTime
from pocket.supervisor.turns import Turns
from pocket.supervisor.unwanted import stoppable
from pocket.supervisor.worker import Reply

if TYPE_CHECKING:
    from pocket.supervisor.async_stream import AsyncStream

_REQUESTS_KEPT = 256
"""Encoded configs of one plugin; a workflow has one a node."""


def _bare(error: PocketError) -> PocketError:
    """Take from an error what leads to the frames it went through: they hold whole answers."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


class Plugin:
    """One plugin of a host. Made by `Host.load`; safe to use from several threads.

    Its processes are spawned when calls come, one for each call at the same time up to `replicas`,
    and again after they were killed.

    Attributes:
        manifest: as it stands in the package.
        name: the one in the manifest.
        nodes: what the plugin offers a workflow, by node type.
    """

    def __init__(
        self, program: Program, pool: Pool, turns: Turns, meter: Meter | None = None
    ) -> None:
        """Compile the plugin if need be, and read its metadata; `Host.load` does this."""
        self.manifest: Manifest = program.manifest
        self.name: str = program.manifest.name
        self._most_s = program.manifest.permissions.timeout_s
        self._program = program
        self._source_map = program.module.source_map
        self._pool = pool
        self._turns = turns
        self.meter = meter
        self.tally = pool.tally
        metadata, worker = program.read_metadata()
        if worker is not None and not worker.ended:
            pool.adopt(worker)
        self._runs = "run" in metadata.functions
        self.nodes: Mapping[str, NodeMetadata] = MappingProxyType(metadata.nodes)
        self._requests: dict[tuple[str, bytes], Request] = {}
        self._streams = OpenStreams()

    @property
    def pid(self) -> int | None:
        """Process id of the first worker, or None while there is none."""
        return next(iter(self.pids), None)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of all workers that live."""
        return self._pool.pids

    @property
    def replicas(self) -> int:
        """How many workers it may have at once."""
        return self._pool.replicas

    def status(self) -> PluginStatus:
        """Give how many workers there are, what they hold, and what became of earlier ones."""
        return status_of(self._pool, self.tally, self.meter)

    def count_calls(self) -> None:
        """Count from now on how calls end and how long they take."""
        self.meter = self.meter or Meter()

    def prewarm(self, workers: int | None = None) -> None:
        """Spawn workers now, so that no call has to wait for a start.

        Args:
            workers: how many there shall be at least; if left out, all that it may have.

        Raises:
            CallError: the plugin does not start.
            HostClosed
        """
        self._pool.fill(self.replicas if workers is None else workers)

    def call(
        self,
        node: str,
        input: ToJSON,  # noqa: A002
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
            PoolSaturated: too many calls wait for a worker already.
            PluginError: the plugin answered with an error.
            CallError: any other way in which the call did not end well; see `pocket.errors`.
        """
        if not config and timeout_s is None:
            request = self._requests.get((node, b""))
            if request is not None:
                return self._call(request, input, self._most_s)
        until = inf if timeout_s is None else monotonic() + timeout_s
        request, time_s = self._request(node, config), self._timeout(timeout_s)
        return self._call(request, input, time_s, until, interruptible=covered())

    def prepare(
        self, node: str, config: Mapping[str, JSON] | None = None
    ) -> Callable[[ToJSON], Result]:
        """Give a function from input to result, with the config checked and encoded once."""
        return partial(self._call, self._request(node, config), timeout_s=self._timeout(None))

    def map(
        self,
        node: str,
        inputs: Iterable[ToJSON],
        *,
        config: Mapping[str, JSON] | None = None,
        return_errors: bool = False,
    ) -> Iterator[Result]:
        """Call a node for each of many inputs; results come in the same order.

        Requests are sent ahead, in portions that grow up to 1024 requests or 192 KB, so an input is
        read before the results of those just ahead of it are used. With `replicas` each worker has
        portions of its own.

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
        pace = Pace(1) if self._program.asks_host else Pace()
        answer = partial(self._answer, node=request.node, timeout_s=timeout_s)
        for results in spread(answer, portions(request, inputs, pace), self.replicas, pace):
            for result in results:
                if self.meter is not None:
                    outcome = ANSWERED if result.error is None else result.error.code
                    self.meter.count(outcome, result.usage.wall_us / 1e6)
                if result.error is not None and not return_errors:
                    raise result.error
                yield result

    async def acall(
        self,
        node: str,
        input: ToJSON,  # noqa: A002
        *,
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Do as `call` does, from asyncio.

        Cancelling the task kills the call's worker, or takes the call out of those that wait.
        """
        request, time = self._request(node, config), self._timeout(timeout_s)
        interruption = Interruption()
        call = partial(self._call, request, input, time, interruptible=True)
        turn = self._turns.submit(partial(interruption.run, call))

        def stop() -> None:
            if not self._turns.withdraw(turn):
                interruption.happen()

        return await awaited(asyncio.wrap_future(turn.future), stop)

    def stream(
        self,
        node: str,
        chunks: Chunks,
        *,
        input: ToJSON = None,  # noqa: A002
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> Stream:
        """Call a node that works on streams of bytes, of any length, in little memory.

        The manifest's time and CPU time are those of one chunk: from one that the plugin gets to
        the next. What the caller does with a chunk, or to make one, does not count.

        Args:
            node: one of `nodes` that says `stream: true` of itself.
            chunks: what it reads: an iterable of bytes, or a file opened for reading bytes.
            input: as in `call`.
            config: as in `call`.
            timeout_s: how long all of it may take, the caller's own part included; it is looked at
                between two chunks.

        Returns:
            An iterator of what the plugin writes. Its `result()` has the answer and the usage.

        Raises:
            InvalidInput: the node takes no stream, the input is not JSON, or the config does not
                fit the node's schema.
            PluginNotFound: the plugin has no such node.
        """
        request = self._new_request(node, config or {}, streams=True)
        stream = Stream(
            self.name,
            request.encode(input),
            chunks,
            partial(StreamTime, self._most_s, inf if timeout_s is None else timeout_s),
            self._pool.detach,
            self._pool.attach,
            partial(self._read_streamed, node),
            self.meter,
        )
        return self._streams.add(stream)

    def astream(
        self,
        node: str,
        chunks: Chunks | AsyncIterable[bytes],
        *,
        input: ToJSON = None,  # noqa: A002
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> AsyncStream:
        """Do as `stream` does, for `async for`; the chunks may come from an asynchronous iterable.

        Cancelling the task that reads it ends the call.
        """
        from pocket.supervisor.async_stream import AsyncStream

        stream = partial(self.stream, node, input=input, config=config, timeout_s=timeout_s)
        return AsyncStream(chunks, stream)

    def close(self) -> None:
        """End every worker; calls that are under way in other threads fail."""
        self._turns.close()
        self._pool.close()
        self._streams.stop()
        self._program.close()

    def retire(self, housekeeper: Housekeeper) -> None:
        """Keep no worker that nobody calls, as another version has taken the place of this one."""
        housekeeper.retire(self._pool)

    def abandon(self) -> None:
        """Forget the workers, in a forked child of the process that owns them."""
        self._pool.abandon()
        self._turns.begin()
        self._streams.begin()
        if self.meter is not None:
            self.meter.begin()

    def _request(self, node: str, config: Mapping[str, JSON] | None) -> Request:
        key = (node, encode(dict(config), "config") if config else b"")
        request = self._requests.get(key)
        if request is None:
            request = self._new_request(node, config or {})
            if len(self._requests) >= _REQUESTS_KEPT:
                self._requests.clear()
            self._requests[key] = request
        return request

    def _new_request(
        self, node: str, config: Mapping[str, JSON], *, streams: bool = False
    ) -> Request:
        metadata = self.nodes.get(node)
        if metadata is None:
            raise PluginNotFound(
                f"plugin {self.name} has no node {node!r}",
                hint=suggest(node, list(self.nodes)) or f"it has {', '.join(self.nodes)}",
            )
        if metadata.stream != streams:
            raise InvalidInput(
                f"node {node!r} of plugin {self.name} "
                + ("works on a stream" if metadata.stream else "takes no stream"),
                hint="use `Plugin.stream`, in a workflow `stream: {from: FILE, to: FILE}`, "
                "or with `pocket plugins call` --from FILE --to FILE"
                if metadata.stream
                else "use `Plugin.call`, or `pocket plugins call` with --input alone",
            )
        complete = complete_config(config, metadata.config_schema, f"node {node!r}")
        return Request.of(node, complete, runs=self._runs)

    def _timeout(self, timeout_s: float | None) -> float:
        return self._most_s if timeout_s is None else min(timeout_s, self._most_s)

    def _call(
        self,
        request: Request,
        value: ToJSON,
        timeout_s: float,
        until: float = inf,
        *,
        interruptible: bool = False,
    ) -> Result:
        meter = self.meter
        began_s = 0.0 if meter is None else perf_counter()
        try:
            payload = request.encode(value)
            if until == inf and not interruptible:
                pool = self._pool
                replica = pool.take()
                try:
                    response, usage = replica.worker.call(payload, timeout_s)
                except BaseException:
                    pool.give_back(replica)
                    raise
                pool.give(replica)
            else:
                response, usage = self._call_until(until, payload, timeout_s)
            output, action = read_response(response, self.name, request.node, self._source_map)
        except PocketError as error:
            if meter is not None:
                meter.count(error.code, perf_counter() - began_s)
            self._program.grants.mask.error(error)
            raise
        if meter is not None:
            meter.count(ANSWERED, perf_counter() - began_s)
        # As `Result(output, action, usage)` does, in half the time.
        return tuple.__new__(Result, (output, action, usage, None))

    def _read_streamed(self, node: str, reply: Reply) -> Result:
        result = self._read(node, reply)
        if result.error is not None:
            raise result.error
        return result

    def _call_until(self, until: float, payload: bytes, timeout_s: float) -> Reply:
        """Do a call that may be interrupted, or whose wait for other calls counts."""
        replica = self._pool.take(until)
        try:
            left_s = min(timeout_s, until - monotonic())
            if left_s <= 0:
                raise self._pool.late()
            with stoppable(replica.worker.kill):
                return replica.worker.call(payload, left_s, timeout_s)
        finally:
            self._pool.give_back(replica)

    def _answer(self, portion: Portion, node: str, timeout_s: float) -> list[Result]:
        """Answer requests of a portion from the first on, as many as one worker does."""
        if isinstance(portion, InvalidInput):
            return [self._read(node, portion)]
        with self._pool.lent() as worker:
            return worker.call_many(portion, timeout_s, partial(self._read, node))

    def _read(self, node: str, answer: Reply | PocketError) -> Result:
        if isinstance(answer, PocketError):
            return Result(None, "error", error=_bare(answer))
        try:
            response, usage = answer
            output, action = read_response(response, self.name, node, self._source_map)
        except PocketError as error:
            said = _bare(self._program.grants.mask.error(error))
            return Result(None, "error", usage, said)
        return tuple.__new__(Result, (output, action, usage, None))
