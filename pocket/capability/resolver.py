"""Names to addresses, never past the deadline."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import Final, Protocol

from pocket.capability.interruption import interruptible
from pocket.plugin.host_name import IPAddress

MAX_LOOKUPS: Final = 4
"""Lookups of one plugin at once: each holds a thread until the system's resolver gives up."""


class Resolver(Protocol):
    """Finds the addresses of a name."""

    def resolve(self, host: str, port: int, deadline: float) -> Sequence[IPAddress]:
        """Give every address of a canonical name, A and AAAA.

        Raises:
            TimeoutError: there was no answer before the deadline.
            OSError: the name has no address.
        """


class SystemResolver:
    """The resolver of this machine."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._free = BoundedSemaphore(MAX_LOOKUPS)

    def resolve(self, host: str, port: int, deadline: float) -> Sequence[IPAddress]:
        """See `Resolver`."""
        if self._process != os.getpid():
            self._begin()  # after a fork, lookups that were under way are the parent's
        if not self._free.acquire(timeout=max(0.0, deadline - monotonic())):
            raise TimeoutError
        answers: SimpleQueue[Sequence[IPAddress] | OSError] = SimpleQueue()
        # getaddrinfo cannot be interrupted: a thread waits for it when nobody else does any more.
        thread = Thread(target=self._look_up, args=(host, port, answers), daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            self._free.release()
            raise OSError(str(error)) from None
        try:
            with interruptible(lambda: answers.put(OSError("the call was stopped"))):
                answer = answers.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            raise TimeoutError from None
        if isinstance(answer, OSError):
            raise answer
        return answer

    def _look_up(
        self, host: str, port: int, answers: SimpleQueue[Sequence[IPAddress] | OSError]
    ) -> None:
        try:
            # As bytes the name is not encoded again by Python's own, older IDNA.
            found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
            answers.put([ipaddress.ip_address(entry[4][0]) for entry in found])
        except (OSError, ValueError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            self._free.release()
