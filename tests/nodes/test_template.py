"""`template` makes texts and values."""

from __future__ import annotations

import pytest

from nodes.conftest import Refused, Run
from pocket.errors import NodeError

NASTY = '"; {{.x}} \\ \n\t\0 \u2028 \x85 \x7f \ufeff é😀 </script> $' + "{HOME} '"


def test_a_text_stays_a_text_whatever_it_looks_like(run: Run):
    assert run("template", {"x": 1}, template="[{{.x}}, null]").output == "[1, null]"


def test_a_nasty_text_passes_through_json_unharmed(run: Run):
    template = '{"text": {{json .}}, "again": [{{. | json}}]}'
    output = run("template", NASTY, template=template, output_format="json").output
    assert output == {"text": NASTY, "again": [NASTY]}


def test_a_nasty_text_passes_through_yaml_unharmed(run: Run):
    output = run("template", NASTY, template="text: {{json .}}", output_format="yaml").output
    assert output == {"text": NASTY}


def test_what_stands_in_the_input_is_never_a_template(run: Run):
    assert run("template", "{{.}} {{node}}", template="<{{.}}>").output == "<{{.}} {{node}}>"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{.a}}", 1),
        ("[1, {{.b}}]", [1, "x"]),
        ('{"a": {{json .}}}', {"a": {"a": 1, "b": '"x"'}}),
        ("null", None),
        ("1" + "0" * 29, 1e29),  # as every other number that comes from outside
    ],
)
def test_json_is_decoded(run: Run, text, value):
    output = run("template", {"a": 1, "b": '"x"'}, template=text, output_format="json").output
    assert output == value


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", "1e999", "{'a': 1}", "1 2", "[" * 5000]
)
def test_what_is_no_json_fails_the_node(run: Run, text):
    with pytest.raises(NodeError, match="the rendered text is not JSON"):
        run("template", None, template=text, output_format="json")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: {{.a}}\nb: [yes, 2.50, '3']", {"a": 1, "b": ["yes", 2.5, "3"]}),
        ("just text", "just text"),
        ("null", None),
    ],
)
def test_yaml_is_decoded(run: Run, text, value):
    assert run("template", {"a": 1}, template=text, output_format="yaml").output == value


@pytest.mark.parametrize(
    "text", ["", "a: [", "a: &x 1\nb: *x", "!!python/object:os.system {}", "a: 1\na: 2", "[" * 500]
)
def test_what_is_no_plain_yaml_fails_the_node(run: Run, text):
    with pytest.raises(NodeError, match="the rendered text is not YAML"):
        run("template", None, template=text, output_format="yaml")


@pytest.mark.parametrize(
    "template",
    [
        '{{printf "%999999999d" 1}}',
        '{{range .}}{{printf "%9999999d" .}}{{end}}',
        '{{printf "%6000000d" 1}}{{printf "%6000000d" 1}}',
        '{{replace " " (printf "%5000d" 1) (printf "%5000d" 1)}}',
    ],
)
def test_a_text_cannot_grow_without_end(run: Run, template):
    with pytest.raises(NodeError, match=r"longer than|budget exceeded"):
        run("template", list(range(100)), template=template)


def test_a_template_that_calls_itself_without_end_is_stopped(run: Run):
    template = '{{define "again"}}{{template "again" .}}{{end}}{{template "again" .}}'
    with pytest.raises(NodeError, match="template-depth budget"):
        run("template", 1, template=template)


@pytest.mark.slow
def test_a_template_that_takes_too_long_is_stopped(run: Run):
    value: dict = {"next": None}
    for _ in range(50):
        value = {"next": value}
    twice = '{{template "walk" .next}}' * 2
    template = f'{{{{define "walk"}}}}{{{{if .next}}}}{twice}{{{{end}}}}{{{{end}}}}{twice}'
    with pytest.raises(NodeError, match="rendering took longer than 5s"):
        run("template", value, template=template)


def test_a_template_can_stand_in_a_file_beside_the_workflow(run: Run, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "hello.tmpl").write_text("Hello {{.}}\n")
    assert run("template", "Ada", template_file="texts/hello.tmpl").output == "Hello Ada\n"


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "link", "absent", ".", "a\0b"])
def test_no_file_is_read_from_elsewhere(refused: Refused, tmp_path, name):
    (tmp_path.parent / "outside").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path.parent / "outside")
    said = refused("template", template_file=name)
    assert "nodes[0].config.template_file" in said
    assert "secret" not in said


def test_either_a_template_or_a_file_is_needed(refused: Refused):
    assert "give either template or template_file" in refused("template")


def test_a_template_file_is_checked_at_load(refused: Refused, tmp_path):
    (tmp_path / "broken").write_text("line\n{{if}}")
    assert "template 2:5" in refused("template", template_file="broken")


def test_what_is_not_there_has_no_name_of_the_engine(run: Run):
    with pytest.raises(NodeError, match="cannot index what is not there"):
        run("template", {}, template="{{index .x 3}}")
