"""What a plugin in any language can do: one table of cases.

Each language has a plugin in `plugins/` with the same node types. `deeds` takes
`{"do": DEED, "with": ARGUMENT}`:

| deed | |
|---|---|
| `echo`, `add` | gives the argument; the sum of its two whole numbers |
| `fail`, `panic`, `trap` | ends with the argument as the error; by what the language throws; by a trap |
| `log`, `print` | logs the argument at each of the four levels; writes it to stdout |
| `env`, `config` | gives a variable, or null; gives its config |
| `http`, `refusal` | posts `body` to `url` with the header `x-asked: yes`; gives why a GET is refused |
| `read`, `write` | gives the text of a file; writes `text` to `path` |
| `count`, `keys`, `forget` | adds 1 to a number in the store; keys by prefix; deletes a key |
| `random`, `calls` | a random number as text; how many calls its state has seen |

`halve` halves a number; its `prep` reads one from a text, and its `post` gives `"small"` and chooses
`small` for what is less than 1.

`louder` puts the ASCII letters of a stream into upper case, piece by piece, and gives how many bytes there
were. If its input is a text, that is its error after the first piece.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from capability.loopback import response, site
from guests.build import plugin_folder

import pocket
from pocket.authoring.trial import try_examples
from pocket.document import JSON

NODES = ("deeds", "halve", "louder")
PERMISSIONS = {"memory": "64MB", "cpu": "5s", "timeout": "30s"}
SHAPES: tuple[JSON, ...] = (
    None, True, False, 0, -1, 1.5, -2.5e-7, 1e300, "", "text", [], {}, [[], {}, [[None]]],
    {"": {"a": [1, "b", None, {"c": False}]}, "a.b": 0, '"\\/': ""},
)  # fmt: skip
TEXTS = (
    "grüße, 世界, 𝄞, 👩‍👩‍👧, עברית", "\u0000\u0001\b\f\n\r\t\u001f", '"\\/\u2028\u2029\u007f\ufeff\uffff',
    "\u0080\u07ff\u0800\ufffd\U00010000\U0010ffff",
)  # fmt: skip


_MIB = 1 << 20


class Bench:
    """Loads the plugin of a language under the permissions of a case."""

    def __init__(
        self, wasm: bytes, host: pocket.Host, folder: Path, sources: Path = Path()
    ) -> None:
        self._wasm = wasm
        self._sources = sources
        self._host = host
        self._loaded = 0
        self.folder = folder

    def at(self, folder: Path) -> Bench:
        """Give another one that writes to another folder."""
        return Bench(self._wasm, self._host, folder, self._sources)

    def line(self, place: pocket.Place) -> str:
        """Give the line of the plugin's source that a place names."""
        lines = (self._sources / place.path).read_text().splitlines()
        return lines[(place.line or 0) - 1]

    def load(self, state: str = "fresh", **permissions: JSON) -> pocket.Plugin:
        self._loaded += 1
        folder = plugin_folder(
            self.folder,
            f"deeds-{self._loaded}",
            wasm=self._wasm,
            permissions=PERMISSIONS | permissions,
            state=state,
            nodes=NODES,
        )
        return self._host.load(folder)


@dataclass(frozen=True)
class Case:
    """One thing to be able to do, and the check that says whether it is done."""

    name: str
    check: Callable[[Bench], None]


def do(plugin: pocket.Plugin, deed: str, argument: JSON = None) -> JSON:
    return plugin.call("deeds", {"do": deed, "with": argument}).output


def shapes(bench: Bench) -> None:
    plugin = bench.load()
    for shape in SHAPES:
        given = do(plugin, "echo", shape)
        assert (given, type(given) is bool) == (shape, type(shape) is bool)


def unicode(bench: Bench) -> None:
    plugin = bench.load()
    for text in TEXTS:
        assert do(plugin, "echo", {text: [text]}) == {text: [text]}


def whole_numbers(bench: Bench) -> None:
    plugin = bench.load()
    numbers = [2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1]
    assert do(plugin, "echo", numbers) == numbers
    assert do(plugin, "add", [2**53 + 1, 1]) == 2**53 + 2


def large_text(bench: Bench) -> None:
    text = "aé世\n" * 250_000
    assert do(bench.load(), "echo", text) == text


def error(bench: Bench) -> None:
    plugin = bench.load()
    with pytest.raises(pocket.PluginError, match="es war nichts: 世界"):
        do(plugin, "fail", "es war nichts: 世界")
    assert do(plugin, "echo", 1) == 1


def thrown(bench: Bench) -> None:
    plugin = bench.load()
    for _ in range(3):
        with pytest.raises(pocket.PluginError, match="out of luck"):
            do(plugin, "panic", "out of luck")
    assert do(plugin, "calls") == 1


def steps(bench: Bench) -> None:
    plugin = bench.load()
    gave = [plugin.call("halve", given) for given in ("5", 1)]
    assert [(result.output, result.next) for result in gave] == [
        (2.5, "default"),
        ("small", "small"),
    ]
    with pytest.raises(pocket.PluginError, match="that is no number"):
        plugin.call("halve", [1])


def metadata(bench: Bench) -> None:
    plugin = bench.load()
    assert {name: node.description for name, node in plugin.nodes.items()} == {
        "deeds": "Does what its input says",
        "halve": "Halves a number, or a text of one",
        "louder": "Puts a stream into upper case",
    }
    [trial] = try_examples(plugin)
    assert trial.passed, trial


def config(bench: Bench) -> None:
    plugin = bench.load()
    given = [
        plugin.call("deeds", {"do": "config", "with": None}, config=config).output
        for config in ({}, {"times": 7})
    ]
    assert given == [{"greeting": "hällo", "times": 2}, {"greeting": "hällo", "times": 7}]


@contextmanager
def _logged() -> Iterator[list[logging.LogRecord]]:
    records: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    logger, keeper = logging.getLogger("pocket"), Keeper()
    level = logger.level
    logger.addHandler(keeper)
    logger.setLevel(logging.DEBUG)
    try:
        yield records
    finally:
        logger.removeHandler(keeper)
        logger.setLevel(level)


def logs(bench: Bench) -> None:
    plugin = bench.load()
    with _logged() as records:
        do(plugin, "log", "grün")
    levels = [record.levelname for record in records if "grün" in record.getMessage()]
    assert levels == ["DEBUG", "INFO", "WARNING", "ERROR"]


def printed(bench: Bench) -> None:
    plugin = bench.load()
    with _logged() as records:
        do(plugin, "print", "grün")
    assert ["grün" in record.getMessage() for record in records] == [True]


def environment(bench: Bench) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONFORMANCE_GIVEN", "grün=ja")
        patch.setenv("CONFORMANCE_KEPT", "no")
        plugin = bench.load(env=["CONFORMANCE_GIVEN"])
        names = ("CONFORMANCE_GIVEN", "CONFORMANCE_KEPT", "CONFORMANCE")
        assert [do(plugin, "env", name) for name in names] == ["grün=ja", None, None]


def http(bench: Bench) -> None:
    with site(response("ja, grün".encode(), headers=[("X-Answer", "7")])) as server:
        origin = f"http://127.0.0.1:{server.port}"
        plugin = bench.load(network=[origin])
        gave = do(plugin, "http", {"url": f"{origin}/a?b", "body": "grüße"})
        assert gave == {"status": 200, "answered": "7", "body": "ja, grün"}
    [asked] = server.asked
    assert (asked.line, asked.headers["x-asked"]) == ("POST /a?b HTTP/1.1", "yes")
    assert asked.body == "grüße".encode()


def refusal(bench: Bench) -> None:
    plugin = bench.load(network=["http://127.0.0.1:1"])
    assert do(plugin, "refusal", "http://127.0.0.1:2/") == "permission-denied"
    with pytest.raises(pocket.PluginError):
        do(plugin, "http", {"url": "http://127.0.0.1:2/", "body": ""})


def files(bench: Bench) -> None:
    box = bench.folder / "box"
    box.mkdir()
    (box / "here").write_text("grüße")
    plugin = bench.load(filesystem=[f"read:{box}", f"write:{box}"])
    assert do(plugin, "read", f"{box}/here") == "grüße"
    do(plugin, "write", {"path": f"{box}/new", "text": "世界"})
    assert (box / "new").read_text() == "世界"
    for path in (f"{box}/missing", "/etc/passwd", f"{box}/../here"):
        with pytest.raises(pocket.PluginError):
            do(plugin, "read", path)


def store(bench: Bench) -> None:
    plugin = bench.load(store="1MB")
    assert [do(plugin, "count", "visits") for _ in range(3)] == [1, 2, 3]
    do(plugin, "count", "views")
    assert [do(plugin, "keys", "v"), do(plugin, "keys", "vi"), do(plugin, "keys", "x")] == [
        ["views", "visits"],
        ["views", "visits"],
        [],
    ]
    assert [do(plugin, "forget", "views") for _ in range(2)] == [True, False]
    with pytest.raises(pocket.PluginError, match=r"permissions\.store"):
        do(bench.load(), "count", "visits")


def random(bench: Bench) -> None:
    plugin = bench.load()
    assert len({str(do(plugin, "random")) for _ in range(30)}) == 30


def state(bench: Bench) -> None:
    fresh, kept = bench.load(), bench.load(state="kept")
    assert [do(fresh, "calls") for _ in range(3)] == [1, 1, 1]
    assert [do(kept, "calls") for _ in range(3)] == [1, 2, 3]


def trap(bench: Bench) -> None:
    plugin = bench.load()
    with pytest.raises(pocket.PluginCrashed):
        do(plugin, "trap")
    assert do(plugin, "calls") == 1


def _marked(bench: Bench, error: pocket.CallError, mark: str) -> None:
    """Look whether the innermost frame in a file of the author's is at the line with a mark."""
    places = [frame.place for frame in error.stack if frame.place]
    assert places, error.stack
    line = bench.line(places[0])
    assert mark in line, (places[0], line)


def stack_of_error(bench: Bench) -> None:
    plugin = bench.load()
    for deed in ("fail", "panic"):
        with pytest.raises(pocket.PluginError) as caught:
            do(plugin, deed, "out of luck")
        if caught.value.stack:
            break
    _marked(bench, caught.value, "the error")


def stack_of_crash(bench: Bench) -> None:
    crash_at_its_mark(bench, bench.load())


def crash_at_its_mark(bench: Bench, plugin: pocket.Plugin) -> None:
    """Look whether a crash of the plugin tells the line with its mark."""
    with pytest.raises(pocket.PluginCrashed) as caught:
        do(plugin, "trap")
    _marked(bench, caught.value, "the crash")


def streams(bench: Bench) -> None:
    plugin = bench.load()
    assert plugin.nodes["louder"].stream
    for chunks in (
        [],
        [b"a"],
        [b"gr\xc3\xbc\xc3\x9fe, ", b"", b"W" * 99, bytes(range(256)) * 3000],
    ):
        with plugin.stream("louder", chunks) as stream:
            assert b"".join(stream) == b"".join(chunks).upper()
            assert stream.result().output == len(b"".join(chunks))


def stream_error(bench: Bench) -> None:
    plugin = bench.load()
    stream = plugin.stream("louder", [b"first", b"second"], input="es war nichts: 世界")
    assert next(stream) == b"FIRST"
    with pytest.raises(pocket.PluginError, match="es war nichts: 世界"):
        next(stream)
    assert do(plugin, "echo", 1) == 1


def back_pressure(bench: Bench) -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(32):
            taken += _MIB
            yield b"x" * _MIB

    given = 0
    with bench.load(memory="16MB").stream("louder", chunks()) as stream:
        for chunk in stream:
            given += len(chunk)
            # What the plugin holds, a pipe each way, and a chunk at each end of them.
            assert taken - given <= 3 * _MIB
    assert given == taken == 32 * _MIB


CASES = (
    Case("JSON of every shape", shapes),
    Case("Unicode", unicode),
    Case("whole numbers of 64 bits", whole_numbers),
    Case("a text of 2 MB", large_text),
    Case("an error with its message", error),
    Case("what the language throws", thrown),
    Case("prep, post and next", steps),
    Case("several nodes, metadata, examples", metadata),
    Case("config with defaults", config),
    Case("the log and its levels", logs),
    Case("printed lines", printed),
    Case("environment variables", environment),
    Case("HTTP", http),
    Case("a refusal as a value", refusal),
    Case("files", files),
    Case("the store", store),
    Case("random numbers of each call", random),
    Case("a fresh state, and a kept one", state),
    Case("a trap", trap),
    Case("the stack of an error", stack_of_error),
    Case("the stack of a crash", stack_of_crash),
    Case("streams, also empty ones", streams),
    Case("an error in mid-stream", stream_error),
    Case("a stream is read no faster than written", back_pressure),
)
