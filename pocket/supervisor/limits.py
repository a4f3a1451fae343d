"""The fixed caps of a running plugin, each with the reason for its number.

What a manifest may choose (memory, CPU, time) is in `pocket.plugin.permissions`.
"""

from __future__ import annotations

from typing import Final

MAX_PAYLOAD_BYTES: Final = 64 << 20
"""One request or response: far above any JSON a workflow passes on, far below what would hurt."""

MAX_FRAME_BYTES: Final = MAX_PAYLOAD_BYTES + 4096
"""A payload and its envelope; a longer frame is refused before a byte is allocated for it."""

STREAM_CHUNK_BYTES: Final = 256 << 10
"""One frame of a stream: so large that the crossing costs little beside the copying, so small that
a few of them are nothing."""

TABLE_ELEMENTS: Final = 100_000
"""Function table of one plugin: ten times what the Go runtime declares, 1.6 MB at most."""

HOST_CALLS: Final = 1_000
"""Host calls of one call: more than any plugin that fetches a page of items one by one."""

HOST_CALL_MARGIN_S: Final = 0.02
"""How long before the end of its call a host call gives up, so that the plugin hears of it."""

LOG_BYTES: Final = 64 << 10
"""Log of one call: one screen a second for an hour is less; the rest is dropped."""

UNREAD_LOG_BYTES: Final = 2 * LOG_BYTES
"""Log that may come before one reply: that of the call, and that of the new start before it. The
worker holds the plugin to it; the host holds the worker to it."""

LOG_FRAME_BYTES: Final = 16
"""What a line of the log costs besides its bytes."""

ERROR_CHARS: Final = 16 << 10
"""Text of an error that is kept: more than anybody reads, little enough to print line by line."""

LOG_LINES_KEPT: Final = 20
"""Lines of the log that an error shows its reader."""

STDERR_BYTES: Final = 64 << 10
"""What is read of a dead worker's stderr: one pipe's worth, it cannot have written more."""

START_CPU_MS: Final = 2_000
"""CPU time of a plugin's own start: the largest runtime known (Python) needs 51 ms."""

START_TIMEOUT_S: Final = 10.0
"""Spawn, load and start on a machine that is busy with other things."""

COMPILE_TIMEOUT_S: Final = 120.0
"""Compiling an 11 MB module takes 4 s on an idle core."""

SYMBOLISE_TIMEOUT_S: Final = 5.0
"""Finding the lines of a stack in the 1.5 MB of a plugin in C++ takes 5 ms."""

CONDENSE_TIMEOUT_S: Final = 30.0
"""Picking its author's lines out of 22 MB of debug information takes 0.9 s on an idle core."""

TRACE_FRAMES: Final = 50
"""Functions of a crash that a worker tells of."""

PIPE_BYTES: Final = 256 << 10
"""Read at once from a worker: four times the pipe's default size."""

LARGE_PIPE_BYTES: Final = 1 << 20
"""What a pipe is made to hold once a large frame has to go through: the most that any user may."""

PORTION_REQUESTS: Final = 1024
"""Requests of one `map` that a worker answers before others get a turn."""

PORTION_BYTES: Final = 192 << 10
"""Bytes of these requests."""

CHUNK_REQUESTS: Final = 128
"""Requests of a portion that are sent at once: enough to hide the wake-up of the other process."""

CHUNK_BYTES: Final = 24 << 10
"""Bytes of these. Two chunks are under way, so that the worker has the next one when it is done
with one; with their headers they fit into a pipe of 64 KiB: sending never waits for a call."""

PORTION_ANSWER_BYTES: Final = 16 << 20
"""Answers of one portion that are kept at once; taken apart, JSON may need 30 times its bytes."""

KEPT_ANSWER_BYTES: Final = 2 * MAX_PAYLOAD_BYTES
"""The same for a plugin with a state to lose, which is not ended before it has answered all that it
was sent."""

PORTION_MS: Final = 10
"""What a worker is given of a `map` at once where workers share it: a hundred times what handing
it over costs, and soon over where it is the last."""

PORTIONS_AHEAD: Final = 2
"""Portions of a `map` for each worker, so that one is there when the one before it is answered."""

WAITING_CALLS: Final = 1024
"""Calls of one plugin that may wait: more than a service has threads, few enough to hold."""

ACALL_THREADS: Final = 32
"""Calls of one host that asyncio has under way at once."""
