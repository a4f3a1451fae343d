"""`pocket plugins call`: one call of a node, with two files where it works on a stream."""

from __future__ import annotations

import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from pocket.cli.line_reader import size_of
from pocket.cli.options import ConfigJson, Output, PluginName, read_json, stdin
from pocket.cli.output import Format, emit, note, printable, render
from pocket.cli.progress import Progress
from pocket.document import JSON
from pocket.errors import InvalidInput
from pocket.supervisor.limits import STREAM_CHUNK_BYTES
from pocket.units import format_bytes

if TYPE_CHECKING:
    from pocket.supervisor.plugin import Plugin
    from pocket.supervisor.result import Result

Write = Callable[[bytes], object]


def call(
    name: PluginName,
    node: Annotated[str, typer.Argument(metavar="NODE", help="One of the plugin's node types.")],
    value: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar="JSON|@FILE|-",
            help="The input; - reads stdin. Only a node that works on a stream needs none.",
        ),
    ] = None,
    config: ConfigJson = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE|-", help="What a stream node reads.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FILE|-",
            help="Where a stream node writes, a file whole or not at all; "
            "with - the output goes to stderr.",
        ),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Call one node of a plugin and print its output.

    NAME may also be a folder or a .tar.gz, written with a slash: ./my-plugin

    Examples:

      pocket plugins call sentiment-analyzer sentiment --input '{"text": "I love it"}'

      pocket plugins call statistics statistics --input @numbers.json --output yaml

      pocket plugins call line-filter filter-lines -c '{"contains": "x"}' --from a.txt --to b.txt
    """
    from pocket.supervisor.host import Host

    streams = source is not None or target is not None
    if value is None and not streams:
        raise typer.BadParameter("missing, as there is no --from and no --to", param_hint="--input")
    if value == "-" and source == "-":
        raise typer.BadParameter("stdin is what --from reads", param_hint="--input")
    data = None if value is None else read_json(value, "--input")
    settings = _mapping(read_json(config, "--config")) if config is not None else None
    with Host() as host:
        plugin = host.load(name)
        if streams:
            result = _pass_through(plugin, node, data, settings, source, target)
        else:
            result = plugin.call(node, data, config=settings)
    shown = _shown(result, output)
    if target == "-":
        note(render(shown, output))
    else:
        emit(shown, output)


def _pass_through(
    plugin: Plugin,
    node: str,
    data: JSON,
    config: dict[str, Any] | None,
    source: str | None,
    target: str | None,
) -> Result:
    """Call a node that works on a stream."""
    written = 0
    on_screen = target == "-" and sys.stdout.isatty()
    with ExitStack() as opened:
        read = opened.enter_context(_open(source)) if source is not None else None
        size = None if read is None else size_of(read.fileno())
        progress = opened.enter_context(Progress(wanted=not on_screen, total=size))
        chunks = () if read is None else _chunks(read)
        stream = opened.enter_context(plugin.stream(node, chunks, input=data, config=config))
        write = opened.enter_context(_target(target))
        for chunk in stream:
            write(chunk)
            written += len(chunk)
            done = read.tell() if read is not None and size is not None else 0
            progress.show(f"{format_bytes(written)} written", done)
        return stream.result()


@contextmanager
def _open(path: str) -> Iterator[IO[bytes]]:
    """Open what is read, without a buffer: what a pipe has comes at once."""
    try:
        file = stdin().fileno() if path == "-" else path
        stream = open(file, "rb", buffering=0, closefd=path != "-")  # noqa: SIM115
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    with stream:
        yield stream


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := stream.read(STREAM_CHUNK_BYTES):
            yield chunk
    except OSError as error:
        raise InvalidInput(f"{stream.name}: {error.strerror}") from None


@contextmanager
def _target(path: str | None) -> Iterator[Write]:
    if path is None:
        yield _refuse
    elif path == "-":
        yield _shown_safely() if sys.stdout.isatty() else _print_bytes
    else:
        from pocket.workflow.folder import Folder

        whole = Path(path)
        try:
            with Folder(whole.parent).spot(whole.name) as spot, spot.replaced() as stream:
                yield stream.write
        except ValueError as error:
            raise InvalidInput(f"{path}: {error}") from None
        except OSError as error:
            raise InvalidInput(f"{path}: {error.strerror}") from None


def _refuse(_: bytes) -> None:
    raise InvalidInput("the node writes a stream", hint="say where to, with --to FILE")


def _print_bytes(chunk: bytes) -> None:
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _shown_safely() -> Write:
    """Write to a terminal, which must obey nothing of what a plugin writes."""
    decode = getincrementaldecoder("utf-8")("backslashreplace").decode
    return lambda chunk: print(printable(decode(chunk)), end="", flush=True)


def _shown(result: Result, output: Format) -> JSON:
    if output is Format.TEXT:
        return result.output
    usage: dict[str, JSON] = {
        "wall_us": result.usage.wall_us,
        "cpu_us": result.usage.cpu_us,
        "memory_bytes": result.usage.memory_bytes,
    }
    return {"output": result.output, "next": result.next, "usage": usage}


def _mapping(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise InvalidInput(
        "--config is not a JSON object", hint="""write --config '{"threshold": 1}'"""
    )
