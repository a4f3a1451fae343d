"""Calls that say how long each of their steps took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter_ns
from types import TracebackType
from typing import NamedTuple, Self

from pocket.document import JSON
from pocket.errors import PocketError
from pocket.supervisor.limits import PORTION_BYTES, PORTION_REQUESTS
from pocket.supervisor.plugin import Plugin
from pocket.supervisor.response import read_response
from pocket.supervisor.result import Usage
from pocket.supervisor.worker import Reply

_HEADER_BYTES = 18
"""What a frame has besides its request."""


class Steps(NamedTuple):
    """One call of a plugin, step by step, in nanoseconds."""

    encode_ns: int
    """Making the request of the input."""
    exchange_ns: int
    """From before the request is written until the reply is read."""
    guest_ns: int
    """What the worker says of the guest's code; part of the exchange."""
    decode_ns: int
    """Making the output of the reply."""


class TimedWorker:
    """One more worker of a plugin; its calls take the steps of `Plugin.call`, on the clock.

    The clock is read here and not in `Plugin.call`, which would be slower for it.

    Args:
        plugin: a loaded plugin; its own workers have no part in this.
        node: one of its nodes.
        config: of the node.

    Raises:
        PocketError: the plugin does not start.
    """

    def __init__(self, plugin: Plugin, node: str, config: Mapping[str, JSON] | None = None) -> None:
        self._name, self._node = plugin.name, node
        self._timeout_s = plugin.manifest.permissions.timeout_s
        self._request = plugin._request(node, config)  # noqa: SLF001
        program = plugin._program  # noqa: SLF001
        self._asks_host = program.asks_host
        self._worker = program.start_worker()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._worker.end()

    def call(self, value: JSON) -> Steps:
        """Call once.

        Raises:
            PocketError: as `Plugin.call` does; the worker may be gone then.
        """
        began = perf_counter_ns()
        payload = self._request.encode(value)
        encoded = perf_counter_ns()
        response, usage = self._worker.call(payload, self._timeout_s)
        answered = perf_counter_ns()
        read_response(response, self._name, self._node)
        ended = perf_counter_ns()
        return Steps(encoded - began, answered - encoded, usage.wall_us * 1000, ended - answered)

    def most_at_once(self, value: JSON) -> int:
        """Give how many requests of an input `Plugin.map` would send ahead."""
        if self._asks_host:
            return 1
        size = len(self._request.encode(value)) + _HEADER_BYTES
        return max(1, min(PORTION_REQUESTS, PORTION_BYTES // size))

    def call_many(self, values: Sequence[JSON]) -> tuple[int, int]:
        """Send requests together, at most `most_at_once`, and wait for all.

        Returns:
            The time of the whole exchange, and that of the guest's code within it, in nanoseconds.

        Raises:
            PocketError: the first call that failed.
        """
        payloads = [self._request.encode(value) for value in values]
        began = perf_counter_ns()
        usages = self._worker.call_many(payloads, self._timeout_s, _usage)
        took_ns = perf_counter_ns() - began
        return took_ns, sum(usage.wall_us for usage in usages) * 1000


def _usage(answer: Reply | PocketError) -> Usage:
    if isinstance(answer, PocketError):
        raise answer
    return answer[1]
