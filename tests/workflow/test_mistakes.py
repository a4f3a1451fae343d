"""A file with a mistake in it is one clear error with its place: no traceback, no silent success."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.conftest import Terminal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocket import Host, Workflow
from pocket.document import MAX_BYTES
from pocket.errors import InvalidWorkflow

GOOD: dict[str, Any] = {
    "name": "good",
    "description": "all kinds of nodes",
    "version": "1",
    "start": "check",
    "metadata": {"owner": "me"},
    "nodes": [
        {
            "name": "check",
            "type": "validate",
            "config": {"schema": {"type": "object"}, "fail_on_error": False},
        },
        {
            "name": "route",
            "type": "router",
            "config": {"route": "{{.data.x}}", "routes": {"a": "say"}},
        },
        {
            "name": "say",
            "type": "template",
            "config": {"template": "{{.data.x | upper}}", "output_format": "string"},
            "timeout": "5s",
            "retry": {"max_attempts": 2, "delay": "1ms", "multiplier": 2, "max_delay": "1s"},
            "fallback": {"output": "nothing"},
            "ends": ["default"],
        },
        {
            "name": "choose",
            "type": "conditional",
            "config": {"conditions": [{"if": "{{.x}}", "then": "wait"}], "on_error": "else"},
            "fallback": {"node": "all"},
        },
        {"name": "wait", "type": "delay", "config": {"duration": "1ms"}},
        {
            "name": "all",
            "type": "parallel",
            "config": {
                "fail_fast": True,
                "max_concurrency": 2,
                "timeout": "1s",
                "tasks": [
                    {
                        "name": "t",
                        "node": "echo",
                        "config": {"message": "{{.}}"},
                        "input": {"a": "{{.}}"},
                    }
                ],
            },
        },
        {"name": "find", "type": "jsonpath", "config": {"path": "$.a", "multiple": True}},
        {"name": "sum", "type": "aggregate", "config": {"mode": "object", "key": "a", "count": 2}},
        {
            "name": "ask",
            "type": "http",
            "config": {
                "url": "http://localhost/",
                "retry": {"max_attempts": 2},
                "max_bytes": "1MB",
            },
        },
        {
            "name": "run",
            "type": "exec",
            "config": {"command": "true", "args": ["{{.}}"], "env": {"A": "b"}},
        },
        {
            "name": "save",
            "type": "file",
            "config": {"operation": "write", "path": "x", "content": "y"},
        },
        {"name": "last", "type": "echo", "config": {"message": "{{.}}"}},
    ],
    "connections": [
        {"from": "check", "to": "route", "action": "valid"},
        {"from": "check", "to": "last", "action": "invalid"},
        {"from": "route", "to": "choose"},
        {"from": "wait", "to": "find"},
        {"from": "find", "to": "sum"},
        {"from": "sum", "to": "ask"},
        {"from": "ask", "to": "run"},
        {"from": "run", "to": "save"},
        {"from": "save", "to": "last"},
    ],
}
FREE = {("metadata",), ("nodes", 2, "fallback", "output"), ("nodes", 0, "config", "schema")}
"""Whatever stands below these, the file means something."""

Way = tuple[str | int, ...]


def below(value: Any, way: Way = ()) -> Iterator[Way]:
    """Give the way to every value, except where anything goes."""
    yield way
    if way in FREE:
        return
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from below(item, (*way, key))


WAYS = [way for way in below(GOOD) if way]


def at(data: Any, way: Way) -> Any:
    for step in way:
        data = data[step]
    return data


def put(data: Any, way: Way, value: Any) -> Any:
    changed = copy.deepcopy(data)
    at(changed, way[:-1])[way[-1]] = value
    return changed


WRONG: dict[type, list[Any]] = {
    str: [7, True, [], {}, ["x"], {"x": 1}],
    bool: ["yes", 7, [], {}],
    int: ["seven", True, [], {}, -1, 1.5],
    list: ["x", 7, True, {"x": 1}, [None]],
    dict: ["x", 7, True, ["x"]],
}


@st.composite
def of_a_wrong_type(draw: Callable[..., Any]) -> Any:
    way = draw(st.sampled_from([w for w in WAYS if not taken_as_it_is(w)]))
    return put(GOOD, way, draw(st.sampled_from(WRONG[type(at(GOOD, way))])))


def taken_as_it_is(way: Way) -> bool:
    """Say whether a value of any type may stand there."""
    free = ("input", "output", "value")
    return (
        way in FREE
        or any(step in free for step in way[3:])
        or way == ("version",)
        or way[-1] == "multiplier"
        or (len(way) > 3 and way[:3] == ("nodes", 0, "config") and way[3] == "schema")
    )


@st.composite
def with_an_unknown_key(draw: Callable[..., Any]) -> Any:
    ways = [(), *(w for w in WAYS if isinstance(at(GOOD, w), dict) and not taken_as_it_is(w))]
    way = draw(
        st.sampled_from([w for w in ways if w[-1:] not in [("routes",), ("env",), ("metadata",)]])
    )
    return put(GOOD, (*way, draw(st.sampled_from(["nmae", "x", "", "тест", "a b", "$ref"]))), 1)


@st.composite
def without_a_needed_key(draw: Callable[..., Any]) -> Any:
    needed = {
        "name",
        "type",
        "nodes",
        "from",
        "to",
        "command",
        "path",
        "operation",
        "url",
        "conditions",
        "tasks",
        "node",
        "if",
        "then",
    }
    ways = [w for w in WAYS if w[-1] in needed and "fallback" not in w]
    way = draw(st.sampled_from(ways))
    changed = copy.deepcopy(GOOD)
    del at(changed, way[:-1])[way[-1]]
    return changed


NAMES = [
    ("start",),
    ("nodes", 3, "fallback", "node"),
    *(("connections", i, end) for i in range(9) for end in ("from", "to")),
]
DURATIONS = [w for w in WAYS if w[-1] in {"timeout", "delay", "max_delay", "duration"}]
TEXTS = [w for w in WAYS if isinstance(at(GOOD, w), str) and "{{" in at(GOOD, w)]


@st.composite
def with_a_wrong_text(draw: Callable[..., Any]) -> Any:
    ways, texts = draw(
        st.sampled_from(
            [
                (NAMES, ["nobody", "", "chekc", "LAST"]),
                (DURATIONS, ["", "5", "soon", "-1s", "1 s", "99999999h", "5 parsecs"]),
                (
                    TEXTS,
                    [
                        "{{",
                        "{{.x",
                        "{{end}}",
                        "{{nothing .}}",
                        "{{if .}}",
                        "{{`",
                        "{{range}}{{end}}",
                    ],
                ),
                (
                    [("nodes", i, "type") for i in range(12)],
                    ["", "echoo", "no/such", "ECHO", "../x"],
                ),
                ([("nodes", 5, "config", "tasks", 0, "node")], ["", "ecoh", "parallel"]),
                (
                    [("nodes", 6, "config", "path")],
                    ["", "a", "$[", "$..", "$[?@.a ==]", "$" + "[" * 5000],
                ),
                ([("nodes", 8, "config", "max_bytes")], ["", "many", "1XB", "1TB"]),
                (
                    [
                        ("nodes", 2, "config", "output_format"),
                        ("nodes", 7, "config", "mode"),
                        ("nodes", 10, "config", "operation"),
                    ],
                    ["", "xml"],
                ),
                (WAYS_OF_TEXTS, ["${", "${NO_SUCH_VARIABLE}", "${1}"]),
            ]
        )
    )
    return put(GOOD, draw(st.sampled_from(ways)), draw(st.sampled_from(texts)))


WAYS_OF_TEXTS = [w for w in WAYS if isinstance(at(GOOD, w), str) and w not in FREE]


@st.composite
def with_something_twice(draw: Callable[..., Any]) -> Any:
    changed = copy.deepcopy(GOOD)
    where = draw(st.sampled_from(["nodes", "connections", "tasks"]))
    items = changed["nodes"][5]["config"]["tasks"] if where == "tasks" else changed[where]
    items.insert(draw(st.integers(0, len(items))), copy.deepcopy(draw(st.sampled_from(items))))
    return changed


def loaded(folder: Path, text: str | bytes, host: Host) -> InvalidWorkflow | Workflow:
    file = folder / "w.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        return Workflow.load(file, host=host)
    except InvalidWorkflow as error:
        return error


def assert_clear(outcome: InvalidWorkflow | Workflow) -> None:
    assert isinstance(outcome, InvalidWorkflow), "it was taken as it is"
    for problem in outcome.problems:
        assert problem.place.line, str(problem)
        assert problem.place.column, str(problem)
        assert problem.message
        assert len(str(problem)) < 2000, str(problem)[:300]


def test_the_file_without_a_mistake_is_taken(tmp_path: Path, host: Host) -> None:
    assert isinstance(loaded(tmp_path, yaml.safe_dump(GOOD), host), Workflow)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120
)
@given(
    mistaken=st.one_of(
        of_a_wrong_type(),
        with_an_unknown_key(),
        without_a_needed_key(),
        with_a_wrong_text(),
        with_something_twice(),
    ),
    form=st.sampled_from(["yaml", "json"]),
)
def test_a_mistake_in_any_place_is_told_at_its_place(
    tmp_path: Path, host: Host, mistaken: Any, form: str
) -> None:
    text = yaml.safe_dump(mistaken, sort_keys=False) if form == "yaml" else json.dumps(mistaken)
    assert_clear(loaded(tmp_path, text, host))


TEXT = yaml.safe_dump(GOOD, sort_keys=False).encode()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120
)
@given(st.data())
def test_bytes_that_were_changed_never_end_in_another_error(
    tmp_path: Path, host: Host, data: st.DataObject
) -> None:
    changed = bytearray(TEXT)
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.integers(0, len(changed) - 1))
        piece = data.draw(
            st.one_of(
                st.binary(min_size=0, max_size=3),
                st.sampled_from(
                    [
                        b"\t",
                        b"\0",
                        b"\xff",
                        b"&a ",
                        b"*a",
                        b"!!x ",
                        b"{",
                        b"[",
                        b"- ",
                        b": ",
                        b"\n",
                        b"'",
                        b'"',
                        b"|",
                        b"%",
                        b"---\n",
                        b"\xe2\x80\xa8",
                        b"\xef\xbb\xbf",
                    ]
                ),
            )
        )
        end = min(len(changed), where + data.draw(st.integers(0, 4)))
        changed[where:end] = piece
    outcome = loaded(tmp_path, bytes(changed), host)
    if isinstance(outcome, InvalidWorkflow):
        assert_clear(outcome)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)
HEAD = "name: w\nnodes:\n  - {name: a, type: echo}\n"

WHOLE: dict[str, str | bytes] = {
    "nothing": "",
    "only a comment": "# nothing\n",
    "a text": "hello",
    "a list": "- a\n- b\n",
    "null": "null\n",
    "no nodes": "name: w\nnodes: []\n",
    "nodes of null": "name: w\nnodes:\n",
    "a bomb of aliases": BOMB,
    "an anchor": HEAD.replace("echo", "&x echo"),
    "an alias": HEAD + "start: *a\n",
    "a merge key": HEAD + "metadata:\n  <<: {a: 1}\n  <<: {a: 2}\n",
    "a tag": HEAD + "metadata: !!python/object/apply:os.system ['true']\n",
    "two documents": HEAD + "---\n" + HEAD,
    "a tab for an indent": "name: w\nnodes:\n\t- {name: a, type: echo}\n",
    "a NUL": HEAD + "description: a\0b\n",
    "an escape": HEAD + "description: a\x1bb\n",
    "Latin-1": (HEAD + "description: é\n").encode("latin-1"),
    "UTF-16": HEAD.encode("utf-16"),
    "half a character": HEAD.encode() + b"description: \xe2\x82\n",
    "a surrogate": HEAD.encode() + b"description: \xed\xa0\x80\n",
    "an unclosed quote": HEAD + 'description: "abc\n',
    "an unclosed list": HEAD + "metadata: [1, 2\n",
    "deep lists": HEAD + "metadata: {a: " + "[" * 3000 + "]" * 3000 + "}\n",
    "deep maps": HEAD + "metadata: " + "{a: " * 3000 + "1" + "}" * 3000 + "\n",
    "deep blocks": HEAD + "metadata:\n" + "".join(" " * (n + 1) + "a:\n" for n in range(500)),
    "a key twice": HEAD + "name: again\n",
    "a key that is a list": HEAD + "? [a, b]\n: 1\n",
    "a key that is null": HEAD + "~: 1\n",
    "a huge number": HEAD + "metadata: {a: 1e999}\n",
    "no number": HEAD + "metadata: {a: .nan}\n",
    "10 MB of text": HEAD + "description: " + "x" * 10_000_000 + "\n",
    "10 MB of spaces": HEAD + " " * 10_000_000 + "\n",
    "a text of almost all that may be": HEAD.replace("echo", "x" * (MAX_BYTES - 100)),
    "a timeout of almost all that may be": HEAD.replace(
        "echo", "echo, timeout: " + "x" * (MAX_BYTES - 100)
    ),
    "a template of almost all that may be": HEAD.replace(
        "type: echo", "type: echo, config: {message: '{{" + "(" * 500_000 + "'}"
    ),
    "many nodes of one name": "name: w\nnodes:\n" + "  - {name: a, type: echo}\n" * 20_000,
    "many unknown nodes": HEAD + "connections:\n" + "  - {from: a, to: b}\n" * 20_000,
    "a chain that is none": "name: w\nnodes:\n  - {name: a, type: echo, ends: [default], fallback: {node: a}, timeout: 0s}\n",
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_is_wrong_as_a_whole_is_told_at_once(
    tmp_path: Path, host: Host, kind: str
) -> None:
    outcome = loaded(tmp_path, WHOLE[kind], host)
    assert isinstance(outcome, InvalidWorkflow)
    assert len(str(outcome)) < 100_000
    for problem in outcome.problems:
        assert problem.place.line or "bytes" in problem.message
        assert len(str(problem)) < 2000


@pytest.mark.parametrize(
    "kind",
    [
        "nothing",
        "a bomb of aliases",
        "a NUL",
        "Latin-1",
        "deep lists",
        "a tab for an indent",
        "10 MB of text",
    ],
)
def test_the_command_says_it_in_lines_and_ends_with_12(terminal: Terminal, kind: str) -> None:
    text = WHOLE[kind]
    (terminal.folder / "w.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    for command in (("run", "w.yaml"), ("run", "w.yaml", "--dry-run"), ("graph", "w.yaml")):
        ended = terminal.run(*command)
        assert (ended.returncode, ended.stdout) == (12, "")
        assert ended.stderr.startswith("error: w.yaml")
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("what", ["a folder", "nothing there"])
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path, what: str) -> None:
    file = tmp_path / "w.yaml"
    if what == "a folder":
        file.mkdir()
    with pytest.raises(InvalidWorkflow, match=r"w\.yaml: "):
        Workflow.load(file)
