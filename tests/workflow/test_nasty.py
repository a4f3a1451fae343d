"""Whatever a template or a file is made of, it ends soon and in an error that Pocket knows."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocket.document import parse_document
from pocket.errors import InvalidWorkflow, PocketError
from pocket.flow import Workflow
from pocket.workflow.functions import FUNCTIONS
from pocket.workflow.kinds import MAX_TEXT_CHARS
from pocket.workflow.scope import MAX_RENDER_S, Scope
from pocket.workflow.template import TemplateSourceError, compile_text

SOON_S = MAX_RENDER_S * 4
"""No single step of a rendering takes as long as the whole may; the machine may be busy."""

QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from("abxy") | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)
PARTS = """{{ }} {{- -}} . .a .b.x $ $x := = , | ( ) if else end range with define template block break
    continue nil true 0 1 -1 2.5 1e9 99999999999 'a' "a" "%d" "%s" "%v" "%5000000s" "%.99999f" `x`
    /* */ and or not len index slice call"""
WORDS = st.sampled_from([*PARTS.split(), *sorted(FUNCTIONS)])
ACTIONS = st.lists(WORDS, max_size=8).map(lambda words: f"{{{{{' '.join(words)}}}}}")
SOURCES = (
    st.lists(WORDS | st.text(max_size=5), max_size=25).map(" ".join)
    | st.lists(ACTIONS | st.text(max_size=5), max_size=12).map("".join)
    | st.text(max_size=50).map(lambda text: f"{{{{{text}}}}}")
)


@QUIET
@given(source=SOURCES, value=JSON)
def test_any_template_over_any_input_renders_or_is_refused(source, value):
    started_s = time.monotonic()
    with contextlib.suppress(TemplateSourceError, PocketError):
        text = compile_text(source, "fuzzed")(value, Scope(value))
        assert len(text) <= max(MAX_TEXT_CHARS, len(source))
    assert time.monotonic() - started_s < SOON_S


@pytest.mark.parametrize("open_", ["{{if 1}}", "{{(", "{{with 1}}{{range .}}", "{{- (print "])
def test_a_template_nested_too_deep_is_refused(open_):
    with pytest.raises(TemplateSourceError):
        compile_text(open_ * 5000, "deep")


FIELDS = """name type config start nodes connections from to action description version metadata message
    template conditions if then else on_error output_format timeout retry fallback ends route routes
    default schema schema_file fail_on_error mode key count tasks node input max_concurrency"""
TYPES = ["echo", "template", "conditional", "router", "validate", "aggregate", "parallel"]
KEYS = st.sampled_from(FIELDS.split())
VALUES = st.recursive(
    JSON
    | st.sampled_from(["a", "b", "echo", "template", "conditional", "default", "${X}", "{{.}}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)
NODES = st.fixed_dictionaries(
    {"name": VALUES, "type": st.sampled_from(TYPES) | VALUES},
    optional={"config": st.dictionaries(KEYS, VALUES, max_size=4) | VALUES},
)
FILES = st.fixed_dictionaries(
    {"name": st.just("fuzzed") | VALUES, "nodes": st.lists(NODES, max_size=4) | VALUES},
    optional={"start": VALUES, "connections": VALUES, "metadata": VALUES},
)


def load(text: str | bytes) -> Workflow | None:
    try:
        document = parse_document(text, "fuzzed.yaml", error=InvalidWorkflow)
        return Workflow(document)
    except InvalidWorkflow:
        return None


@QUIET
@given(data=FILES, value=JSON)
def test_any_file_loads_or_is_an_invalid_workflow(data, value):
    workflow = load(json.dumps(data))
    if workflow is not None:
        with contextlib.suppress(PocketError):
            workflow.run(value, max_steps=20)


@QUIET
@given(text=st.binary(max_size=200) | st.text(alphabet="-:[]{}&*!|>'\"#%@ \n\tab01,?", max_size=80))
def test_any_bytes_are_an_invalid_workflow(text):
    assert load(text) is None
