"""Plugins in Python, in Pocket itself: the language, and what the world may do to the engine."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Load
from guests.python import bundle, python

import pocket
from pocket.document import JSON

ROOM = {"memory": "32MB", "cpu": "5s", "timeout": "30s"}

Script = Callable[..., pocket.Plugin]


@pytest.fixture
def script(load: Load) -> Script:
    """Load a plugin with one node, `main`, whose `exec` is what the test says."""

    def script(body: str, *, state: str = "fresh", **permissions: Any) -> pocket.Plugin:
        return load(python(body), name="script", permissions=ROOM | permissions, state=state)

    return script


def output(plugin: pocket.Plugin, value: JSON = None) -> JSON:
    return plugin.call("main", value).output


def start_error(load: Load, files: dict[str, str], caplog: pytest.LogCaptureFixture) -> str:
    with pytest.raises(pocket.PluginCrashed):
        load(bundle(files), name="broken", permissions=ROOM)
    return caplog.text


# Exceptions


def test_an_error_names_the_line_of_the_author_s_file(load: Load) -> None:
    files = {
        "plugin.py": (
            "from pocket_plugin import PluginNode\nfrom text.words import count\n\n"
            "class Main(PluginNode):\n    metadata = {'type': 'main'}\n\n"
            "    def exec(self, prepared):\n        return count(prepared)\n\n"
            "nodes = [Main()]\n"
        ),
        "text/words.py": "def count(text):\n    return len(text.split())\n",
        "text/__init__.py": "",
    }
    plugin = load(bundle(files), name="words", permissions=ROOM)
    assert output(plugin, "a b") == 2
    with pytest.raises(pocket.PluginError) as caught:
        output(plugin, 1)
    said = "plugin words: AttributeError: 'int' object has no attribute 'split'"
    assert caught.value.message == said
    assert list(map(str, caught.value.stack)) == [
        "count (text/words.py:2)",
        "exec (plugin.py:8)",
    ]


def test_a_traceback_is_in_the_log(script: Script, caplog: pytest.LogCaptureFixture) -> None:
    plugin = script("raise ValueError('grün')")
    with caplog.at_level("DEBUG", logger="pocket"), pytest.raises(pocket.PluginError):
        output(plugin)
    assert "Traceback (most recent call last):" in caplog.text
    assert 'File "plugin.py", line 8, in exec' in caplog.text


def test_exceptions_come_from_however_deep_and_leave_nothing_behind(script: Script) -> None:
    plugin = script(
        """
        order = []
        def fall(depth):
            try:
                if depth == 0: raise KeyError("bottom")
                fall(depth - 1)
            finally:
                order.append(depth)
        for _ in range(200):
            order.clear()
            try: fall(50)
            except KeyError as error: caught = error.args
        return [caught, order == list(range(51))]
        """
    )
    assert output(plugin) == [["bottom"], True]


def test_endless_recursion_is_an_exception_and_the_plugin_goes_on(script: Script) -> None:
    plugin = script(
        """
        def fall(n): return fall(n + 1)
        class Odd:
            def __eq__(self, other): return sorted([self, other], key=lambda x: x == x)
        tries = [lambda: fall(0), lambda: Odd() == Odd()]
        said = []
        for attempt in tries:
            try: attempt()
            except RuntimeError as error: said.append(str(error))
        return said
        """,
        state="kept",
    )
    for _ in range(3):
        assert output(plugin) == ["maximum recursion depth exceeded"] * 2


def test_json_that_is_too_deep_is_an_exception(script: Script) -> None:
    plugin = script(
        """
        import json
        said = []
        for text in ("[" * 200000, '{"a":' * 200000):
            try: json.loads(text)
            except RuntimeError as error: said.append(str(error))
        ring = []
        ring.append(ring)
        try: json.dumps(ring)
        except RuntimeError as error: said.append(str(error))
        return said
        """
    )
    assert output(plugin) == ["maximum recursion depth exceeded"] * 3


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("return float('nan')", "ValueError: JSON has no infinity and no NaN"),
        ("return {1: 2}", "TypeError: JSON: keys have to be str"),
        ("return {1, 2}", "TypeError: object of type set is not JSON serializable"),
        ("return self", "TypeError: object of type Main is not JSON serializable"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import socket", "ImportError: no module named 'socket'"),
    ],
)
def test_what_cannot_be_given_is_the_error_of_the_call(
    script: Script, body: str, error: str
) -> None:
    plugin = script(body)
    for _ in range(2):
        with pytest.raises(pocket.PluginError) as caught:
            output(plugin)
        assert error in caught.value.message


# Starting


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def x(:\n", "SyntaxError"),
        ("\n1 / 0\n", "ZeroDivisionError"),
        ("", "plugin.py has to say `nodes = [...]`"),
        ("nodes = [1]", "a node in `nodes` needs exec and metadata with a type"),
        (
            "from pocket_plugin import PluginNode\nnodes = [PluginNode]",
            "PluginNode in `nodes` is a class; write PluginNode()",
        ),
        (
            "from pocket_plugin import PluginNode as P\nP.metadata = {'type': 'x'}\nnodes = [P(), P()]",
            "two nodes of the type x",
        ),
    ],
)
def test_a_plugin_that_does_not_start_says_why(
    load: Load, caplog: pytest.LogCaptureFixture, source: str, said: str
) -> None:
    assert said in start_error(load, {"plugin.py": source}, caplog)


def test_a_bundle_that_is_none_is_no_plugin(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    assert "no module named 'plugin'" in start_error(load, {"other.py": ""}, caplog)


# Memory


def test_garbage_is_collected_and_nothing_else_is(script: Script) -> None:
    plugin = script(
        """
        kept = {}
        for number in range(60000):
            text = "x" * (number % 100) + str(number)
            if number % 500 == 0:
                kept[text] = [number, text, {"n": (number, text.upper())}]
        return all(k == v[1] and v[2]["n"][1] == k.upper() for k, v in kept.items()) and len(kept)
        """,
        memory="4MB",
    )
    assert output(plugin) == 120


def test_memory_that_is_used_up_is_an_error_and_the_next_call_has_all_of_it(
    script: Script,
) -> None:
    plugin = script("return len([bytes(1000) for _ in range(prepared)])", memory="8MB")
    for _ in range(2):
        with pytest.raises((pocket.PluginError, pocket.MemoryLimitExceeded)):
            output(plugin, 100_000)
        assert output(plugin, 1000) == 1000


def test_a_loop_without_end_costs_no_more_than_its_cpu_time(script: Script) -> None:
    with pytest.raises(pocket.CpuLimitExceeded):
        output(script("while True: pass", cpu="100ms"))


# The library


def test_numbers_of_json_are_those_of_python(script: Script) -> None:
    plugin = script("return prepared")
    numbers = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 1e22, 123456789.125, 2**64 - 1]
    given = output(plugin, numbers)
    assert given == numbers
    assert math.copysign(1, given[4]) == -1


@pytest.mark.parametrize(
    "text",
    [
        '"\\ud83d\\ude00 \\u00e9 \\/"', "[1, 2.5e3, -0]", '{"a": {"b": []}}', " null ",
        "", "[1,]", "01", "1.", "+1", "'a'", '"\\x"', '"\n"', "nul", "[1 2]", '{"a" 1}', "1 2", '"',
    ],
)  # fmt: skip
def test_json_loads_is_cpython_s(script: Script, text: str) -> None:
    plugin = script(
        """
        import json
        try: return [json.loads(prepared)]
        except ValueError: return None
        """
    )
    try:
        expected = [json.loads(text)]
    except ValueError:
        expected = None
    assert output(plugin, text) == expected


def test_modules_that_authors_expect(script: Script) -> None:
    plugin = script(
        """
        from __future__ import annotations
        import base64, collections, functools, itertools, json, math, os, random, re_free as _
        """.replace(", re_free as _", "")
        + """
        from typing import Any, Optional, TYPE_CHECKING
        point = collections.namedtuple("Point", ("x", "y"))(1, 2)
        return [
            base64.b64decode(base64.b64encode(b"gr\\xc3\\xbcn")).decode(),
            point.y,
            functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]),
            list(itertools.islice(itertools.count(3), 2)),
            [list(g) for _, g in itertools.groupby([1, 1, 2])],
            list(itertools.combinations("abc", 2)),
            round(math.sqrt(2), 3),
            os.getenv("NOT_GRANTED"),
            sorted(random.sample(range(5), 5)),
            f"{3.14159:.2f} {'x':>3}",
            [x for x, *_ in [(1, 2), (3, 4)]],
        ]
        """
    )
    assert output(plugin) == [
        "grün", 2, 24, [3, 4], [[1, 1], [2]], [["a", "b"], ["a", "c"], ["b", "c"]], 1.414, None,
        [0, 1, 2, 3, 4], "3.14   x", [1, 3],
    ]  # fmt: skip


def test_random_numbers_repeat_only_where_a_seed_says_so(script: Script) -> None:
    plugin = script(
        """
        import random
        if prepared: random.seed(prepared)
        return [random.random(), random.getrandbits(70), random.randint(1, 6)]
        """
    )
    first, second = output(plugin, 7), output(plugin, 7)
    assert first == second
    assert output(plugin, 8) != first
    assert len({str(output(plugin)) for _ in range(20)}) == 20


def test_a_pause_waits(script: Script) -> None:
    body = "import time; t = time.monotonic(); time.sleep(0.05); return time.monotonic() - t"
    assert 0.05 <= output(script(body)) < 5


# Files


def test_a_file_that_was_not_granted_is_refused_with_the_permission(
    script: Script, tmp_path: Path
) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "note").write_text("eins\nzwei\n")
    plugin = script(
        """
        try:
            with open(prepared[0], prepared[1]) as file:
                return file.readlines() if prepared[1] == "r" else file.write("x")
        except OSError as error:
            return str(error)
        """,
        filesystem=[f"read:{tmp_path}/box"],
    )
    note = f"{tmp_path}/box/note"
    assert output(plugin, [note, "r"]) == ["eins\n", "zwei\n"]
    refused = "permission-denied: permissions.filesystem does not allow"
    assert output(plugin, ["/etc/passwd", "r"]) == f"{refused} /etc/passwd"
    assert output(plugin, [note, "w"]) == f"{refused} writing to {note}"
    assert "ENOENT" in output(plugin, [f"{note}s", "r"])


def test_binary_files_are_written_read_and_sought(script: Script, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    plugin = script(
        """
        with open(prepared, "wb") as file:
            file.write(bytes(range(256)) * 300)
        with open(prepared, "rb") as file:
            file.seek(-3, 2)
            return [list(file.read()), file.tell()]
        """,
        filesystem=[f"read:{tmp_path}/box", f"write:{tmp_path}/box"],
    )
    assert output(plugin, f"{tmp_path}/box/data") == [[253, 254, 255], 76800]
    assert (tmp_path / "box" / "data").read_bytes() == bytes(range(256)) * 300


# Streams


def test_a_stream_goes_through_line_by_line(load: Load) -> None:
    body = """
    kept = 0
    for line in stream.lines():
        if b"odd" in line:
            stream.write(line)
            kept += 1
    return kept
    """
    plugin = load(python(body, stream=True), permissions=ROOM)
    text = b"".join(b"line %d %b\n" % (n, b"odd" if n % 2 else b"even") for n in range(20_000))
    pieces = (text[at : at + 1009] for at in range(0, len(text), 1009))
    with plugin.stream("main", pieces) as given:
        kept = b"".join(given)
        assert given.result().output == 10_000
    assert kept == b"".join(line for line in text.splitlines(keepends=True) if b"odd" in line)


def test_what_a_stream_takes_and_gives_is_as_in_cpython(load: Load) -> None:
    body = """
    said = [len(stream.read(prepared)), len(stream.read(prepared))]
    for wrong in (lambda: stream.read(0), lambda: stream.write("text"), lambda: stream.read("1")):
        try:
            wrong()
        except Exception as error:
            said.append(type(error).__name__)
    stream.write(bytearray(b"x"))
    stream.write(memoryview(b"yz")[1:])
    return said + [len(piece) for piece in stream.chunks()]
    """
    plugin = load(python(body, stream=True), permissions=ROOM)
    with plugin.stream("main", [b"abc", b"d" * 100_000], input=2) as given:
        assert b"".join(given) == b"xz"
        said = given.result().output
    assert said == [2, 1, "ValueError", "TypeError", "TypeError", 65536, 34464]


@pytest.mark.parametrize("body", ["return stream.read()", "stream.write(b'x')"])
def test_a_call_without_a_stream_says_what_is_missing(script: Script, body: str) -> None:
    with pytest.raises(pocket.PluginError, match='metadata say "stream": True'):
        output(script(body))


# The engine as a file


def test_no_path_of_the_machine_that_built_the_engine_is_in_it() -> None:
    engine = python("return 1")
    assert not re.search(rb"/(home|root|work|tmp|Users)/", engine)
