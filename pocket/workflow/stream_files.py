"""The files that a node which works on a stream reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from pocket.document import JSON
from pocket.errors import NodeError
from pocket.units import format_bytes
from pocket.workflow.folder import Folder
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text


@dataclass(frozen=True, slots=True)
class StreamFiles:
    """What `stream` in a workflow file says of a node.

    Attributes:
        source: path of the file to read; None where there is nothing to read.
        target: path of the file to write; None where the node may write nothing.
        folder: both stay in it.
        create_dirs: whether the folders of `target` are made.
        max_bytes: the most that is written.
    """

    source: Text | None
    target: Text | None
    folder: Folder
    create_dirs: bool
    max_bytes: int

    @classmethod
    def of(cls, said: dict[str, Any]) -> StreamFiles:
        """Take what the file says, with its templates compiled and its defaults filled in."""
        source, target = said.get("from"), said.get("to")
        return cls(source, target, said["base_dir"], said["create_dirs"], said["max_bytes"])

    @contextmanager
    def opened(self, value: JSON, scope: Scope) -> Iterator[OpenFiles]:
        """Open the files for one call; what was written counts only if the block ends well.

        Raises:
            NodeError: one of them cannot be opened, or not be put in its place.
        """
        source = target = None
        names = [text and text(value, scope) for text in (self.source, self.target)]
        said = [f"{name!r:.200} beneath {self.folder.path}" for name in names]
        with ExitStack() as opened:
            if names[0] is not None:
                with _failures(f"cannot read {said[0]}"):
                    spot = opened.enter_context(self.folder.spot(names[0]))
                    source = opened.enter_context(spot.opened())
            if names[1] is not None:
                opened.enter_context(_failures(f"cannot write {said[1]}"))
                spot = opened.enter_context(self.folder.spot(names[1], create=self.create_dirs))
                target = opened.enter_context(spot.replaced())
            yield OpenFiles(source, target, self.max_bytes, said[0])


@contextmanager
def _failures(what: str) -> Iterator[None]:
    """Turn what goes wrong with a file into the error of the node."""
    try:
        yield
    except OSError as error:
        raise NodeError(f"{what}: {error.strerror or error}") from error
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise NodeError(f"{what}: {message}", hint=hint or None) from error


@dataclass(slots=True)
class OpenFiles:
    """The files of one call."""

    _source: BinaryIO | None
    _target: BinaryIO | None
    _max_bytes: int
    _source_said: str
    _written: int = 0

    def read(self, size: int, /) -> bytes:
        """Give the next bytes of the file that is read; none at its end, or where there is none.

        Raises:
            NodeError: it cannot be read.
        """
        if self._source is None:
            return b""
        with _failures(f"cannot read {self._source_said}"):
            return self._source.read(size)

    def write(self, chunk: bytes) -> None:
        """Add to the file that is written.

        Raises:
            NodeError: there is none, or it would grow too large.
            OSError: it cannot be written.
        """
        if self._target is None:
            raise NodeError("the node writes a stream", hint="say where to, with stream.to")
        self._written += len(chunk)
        if self._written > self._max_bytes:
            raise NodeError(
                f"the node writes more than {format_bytes(self._max_bytes)}",
                hint="stream.max_bytes says how much it may",
            )
        self._target.write(chunk)
