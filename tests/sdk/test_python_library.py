"""The library of Python plugins against CPython's, and what an engine without it would not say."""

from __future__ import annotations

import time
from typing import Any

import pytest
from conftest import Load
from guests.python import bundle
from python_library import BODIES
from side_by_side import ROOM, function, in_cpython, runner

import pocket


@pytest.fixture
def plugin(load: Load) -> pocket.Plugin:
    return load(runner(), permissions=ROOM)


@pytest.mark.parametrize("name", BODIES)
def test_what_the_library_gives_is_cpython_s(plugin: pocket.Plugin, name: str) -> None:
    given: Any = plugin.call("main", [function(BODIES[name])]).output
    expected: Any = in_cpython(BODIES[name])
    assert list(enumerate(given)) == list(enumerate(expected))


def test_the_time_is_the_host_s(plugin: pocket.Plugin) -> None:
    body = """
        from datetime import date, datetime, timezone
        now = datetime.now(timezone.utc)
        return [now.timestamp(), str(now.utcoffset()), datetime.now().tzinfo, datetime.utcnow() >= datetime(2020, 1, 1), str(date.today())]
        """
    before = time.time()
    given: Any = plugin.call("main", [function(body)]).output
    assert before - 0.001 <= given[0] <= time.time() + 0.001
    assert given[1:4] == ["0:00:00", None, True]
    assert given[4] in {time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (before, time.time())}


def test_what_a_node_gives_may_be_of_a_class_made_of_one_that_json_has(
    plugin: pocket.Plugin,
) -> None:
    body = """
        from collections import Counter, defaultdict, namedtuple
        from enum import Enum, IntEnum
        class Kind(str, Enum):
            A = "a"
        class Level(IntEnum):
            LOW = 1
        return [Counter("aab"), defaultdict(int, {"x": 1}), namedtuple("P", "x y")(1, 2), Kind.A, Level.LOW]
        """
    given = plugin.call("main", [function(body)]).output
    assert given == [{"a": 2, "b": 1}, {"x": 1}, [1, 2], "a", 1]


def test_modules_of_the_plugin_come_before_those_of_the_engine(load: Load) -> None:
    source = "from pocket_plugin import PluginNode\nimport textwrap, re\nclass Main(PluginNode):\n"
    source += "    metadata = {'type': 'main'}\n    def exec(self, prepared):\n"
    source += "        return [textwrap.own, re.sub('a', 'b', prepared)]\nnodes = [Main()]\n"
    plugin = load(bundle({"plugin.py": source, "textwrap.py": "own = 1\n"}), permissions=ROOM)
    assert plugin.call("main", "cat").output == [1, "cbt"]


def test_a_pattern_of_the_start_costs_a_call_no_more_for_letters_beyond_ascii(load: Load) -> None:
    source = "from pocket_plugin import PluginNode\nimport re\nWORD = re.compile(r'\\b\\w+\\b')\n"
    source += "class Main(PluginNode):\n    metadata = {'type': 'main'}\n"
    source += (
        "    def exec(self, prepared):\n        return WORD.sub('x', prepared)\nnodes = [Main()]\n"
    )
    plugin = load(bundle({"plugin.py": source}), permissions=ROOM)
    texts = "a green hill", "ein grüner Hügel"
    for text in texts:
        assert plugin.call("main", text).output == "x x x"
    plain, accented = (
        [plugin.call("main", text).usage.cpu_us for _ in range(50)] for text in texts
    )
    # Compiling the pattern for Unicode in the call makes it ten times as long.
    assert min(accented) < 6 * min(plain)
