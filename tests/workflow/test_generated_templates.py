"""Generated templates render as Go renders them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from workflow.test_go_templates import GO, NEEDS_GO, render

Go = Callable[[str, Any], str | None]

KEYS = ["a", "b", "name", "list", "map"]
TEXTS = st.text(alphabet="ab <>&\"'\\é漢%{}\n\t", max_size=6)
# Whole numbers only: Go compares none with a fraction.
NUMBERS = st.integers(-1000, 1000)
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=8,
)
INPUTS = st.fixed_dictionaries(
    {
        "a": NUMBERS,
        "b": st.booleans(),
        "name": TEXTS,
        "list": st.lists(SCALARS, max_size=4),
        # Nothing is missing: docs/workflows.md says what differs where something is.
        "map": st.fixed_dictionaries({"a": VALUES, "b": st.fixed_dictionaries({"name": TEXTS})}),
    }
)


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Go]:
    """Asks one process that stays for all of these tests."""
    binary = tmp_path_factory.mktemp("go") / "render"
    environ = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""}
    folder = Path(__file__).parent / "go"
    subprocess.run([str(GO), "build", "-o", binary, "."], cwd=folder, env=environ, check=True)
    with subprocess.Popen(
        [binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:

        def ask(source: str, value: Any) -> str | None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"source": source, "input": value}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return None if "error" in answer else answer["output"]

        yield ask
        assert process.stdin is not None
        process.stdin.close()


FIELDS = [
    ".",
    "$",
    ".a",
    ".b",
    ".name",
    ".list",
    ".map",
    ".map.a",
    ".map.b.name",
    "$.name",
    "$.list",
]
PLAIN = st.text(alphabet="xy .,\n\t{}|'\"é", max_size=6).filter(
    lambda text: "{{" not in text and not text.endswith("{")
)
LITERALS = st.one_of(
    st.integers(-99, 99).map(str),
    st.sampled_from(["true", "false", "0x1F", "'a'", "`raw \\n`"]),
    st.text(alphabet="ab c%d", max_size=4).map(json.dumps),
)
CALLS = [
    "len",
    "not",
    "print",
    "println",
    "html",
    "js",
    "urlquery",
    'printf "%v"',
    "and true",
    "or false",
    "index $.list",
    "eq 1",
    'slice "abc"',
]
TWO = ["eq", "ne", "lt", "le", "gt", "ge", "and", "or", "print", "index"]


@st.composite
def terms(draw: Any, depth: int = 0) -> str:
    kind = draw(st.integers(0, 3 if depth < 2 else 1))
    if kind == 0:
        return draw(LITERALS)
    if kind == 1:
        return draw(st.sampled_from(FIELDS))
    return f"({draw(pipelines(depth + 1))})"


@st.composite
def pipelines(draw: Any, depth: int = 0) -> str:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        first = f"{draw(st.sampled_from(CALLS))} {draw(terms(depth))}"
    elif kind == 1:
        first = f"{draw(st.sampled_from(TWO))} {draw(terms(depth))} {draw(terms(depth))}"
    else:
        first = draw(terms(depth))
    rest = draw(st.lists(st.sampled_from(CALLS), max_size=1 if depth else 2))
    return " | ".join([first, *rest])


def action(text: str, left: bool, right: bool) -> str:
    return f"{{{{{'- ' if left else ''}{text}{' -' if right else ''}}}}}"


@st.composite
def templates(draw: Any, depth: int = 0) -> str:
    return "".join(draw(st.lists(pieces(depth), min_size=1, max_size=3 if depth else 4)))


@st.composite
def pieces(draw: Any, depth: int) -> str:
    kind = draw(st.integers(0, 7 if depth < 3 else 2))
    trims = [draw(st.booleans()) for _ in range(4)] if draw(st.integers(0, 3)) == 0 else [False] * 4
    if kind == 0:
        return draw(PLAIN)
    if kind <= 2:
        return action(draw(pipelines()), *trims[:2])
    if kind == 3:
        return action("/* x */", False, False)
    inner, other = draw(templates(depth + 1)), draw(templates(depth + 1))
    otherwise = action("else", *trims[:2]) + other if draw(st.booleans()) else ""
    end = action("end", *trims[2:])
    asked = draw(pipelines(1))
    if kind == 4:
        return action(f"if {asked}", *trims[:2]) + inner + otherwise + end
    if kind == 5:
        return action(f"with {asked}", *trims[:2]) + inner + otherwise + end
    if kind == 6:
        over = draw(st.sampled_from([".list", "$.list", ".map", "$.map"]))
        named = draw(st.sampled_from(["", "$i, $e := ", "$e := "]))
        inside = inner + draw(st.sampled_from(["", "{{break}}", "{{continue}}", "{{.}}"]))
        return action(f"range {named}{over}", *trims[:2]) + inside + otherwise + end
    return f"{{{{$v := {asked}}}}}{{{{print $v}}}}{inner}"


@NEEDS_GO
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(source=templates(), value=INPUTS)
def test_a_generated_template_renders_as_go_renders_it(go: Go, source: str, value: Any) -> None:
    assert render(source, value) == go(source, value)
