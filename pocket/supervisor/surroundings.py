"""What one plugin may see of the world outside, and ask of its host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pocket.capability.broker import Broker


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Handed to one worker.

    Attributes:
        broker: answers its host calls; None where it may make none.
        environ: the variables that it sees, as `NAME=value`.
        folders: the folders that it sees: path, mode (1 read, 2 write, 3 both), open descriptor.
    """

    broker: Broker | None = None
    environ: tuple[bytes, ...] = ()
    folders: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Grants:
    """What one plugin was granted, from which the surroundings of each of its workers are made.

    Attributes:
        broker: answers its host calls; None where it may make none.
    """

    broker: Broker | None = None

    @contextmanager
    def surroundings(self) -> Iterator[Surroundings]:
        """Give the surroundings of a new worker; what is open in them is closed afterwards."""
        yield Surroundings(self.broker)


def grants_of() -> Grants:
    """Give what a plugin is granted."""
    return Grants()
