"""The SDK in CPython, as an author's own tests use it."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pocket_plugin import (
    HostError,
    PermissionDenied,
    PluginNode,
    _serve,
    env,
    http,
    log,
    store,
    stream,
)
from pocket_plugin.testing import answering, run, streaming

SOURCES = Path(__file__).parents[1] / "src"


class Sum(PluginNode):
    metadata = {
        "type": "sum",
        "configSchema": {
            "properties": {
                "start": {"default": 0},
                "style": {"default": {"digits": 2}, "properties": {"sign": {"default": "+"}}},
            }
        },
    }

    def prep(self, value):
        return value["numbers"]

    def exec(self, prepared):
        return self.config["start"] + sum(prepared)

    def post(self, value, output):
        return {"sum": output, "of": len(value["numbers"])}, "high" if output > 10 else "low"


class Plain(PluginNode):
    metadata = {"type": "plain"}

    def exec(self, prepared):
        return prepared


def test_a_node_runs_through_its_three_steps():
    assert run(Sum(), {"numbers": [1, 2]}) == ({"sum": 3, "of": 2}, "low")
    assert run(Sum(), {"numbers": [1, 2]}, {"start": 10}).next == "high"
    assert run(Plain(), [1]) == ([1], "default")


def test_a_config_gets_its_defaults_as_in_pocket():
    node = Sum()
    run(node, {"numbers": []})
    assert node.config == {"start": 0, "style": {"digits": 2}}
    run(node, {"numbers": []}, {"style": {}})
    assert node.config == {"start": 0, "style": {"sign": "+"}}
    node.config["style"]["sign"] = "changed"
    assert Sum.metadata["configSchema"]["properties"]["style"]["default"] == {"digits": 2}


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), object()])
def test_what_json_cannot_say_is_found_by_a_unit_test(value):
    with pytest.raises((TypeError, ValueError)):
        run(Plain(), value)


def test_post_has_to_choose():
    class Wrong(Plain):
        def post(self, _value, output):
            return output

    with pytest.raises(TypeError, match="post has to give a tuple"):
        run(Wrong(), 1)


def test_a_request_is_answered_with_json_and_an_error_with_its_place():
    _serve.register([Sum(), Plain()])
    request = {"node": "plain", "function": "run", "config": {}, "input": 5}
    assert json.loads(_serve.answer(json.dumps(request))) == {"success": True, "output": 5}
    request["node"] = "none"
    answer = json.loads(_serve.answer(json.dumps(request)))
    assert answer["success"] is False
    assert answer["error"].startswith("LookupError: there is no node of the type none")
    metadata = json.loads(_serve.answer('{"node": "", "function": "metadata"}'))["output"]
    assert [node["type"] for node in metadata["nodes"]] == ["sum", "plain"]
    assert metadata["abi"] == 1


def test_the_store_of_a_test_is_its_own():
    with answering() as kept:
        store.set("b", {"n": 1})
        store.set("a", 2)
        assert kept == {"b": {"n": 1}, "a": 2}
        assert (store.get("a"), store.get("c")) == (2, None)
        assert (store.keys(), store.keys("b"), store.keys(after="a")) == (["a", "b"], ["b"], ["b"])
        assert [store.delete("a"), store.delete("a")] == [True, False]
    with answering() as kept:
        assert kept == {}


def test_a_test_says_what_http_answers():
    asked = []

    def answer(question):
        asked.append(question)
        return {"status": 404, "url": "u", "headers": [["X-Y", "z"]], "body": '{"a": "ü"}'}

    with answering(http_request=answer):
        response = http.post("https://example.com", {"b": 1}, headers={"x-mine": "1"})
    assert (response.status, response.ok, response.json()) == (404, False, {"a": "ü"})
    assert (response.header("x-y"), response.header("none")) == ("z", None)
    assert asked[0]["headers"] == [["content-type", "application/json"], ["x-mine", "1"]]
    assert asked[0]["bodyBase64"] == "eyJiIjogMX0="


def test_without_an_answer_http_says_what_to_do():
    with pytest.raises(HostError, match=r"http\.request: .*testing\.answering"):
        http.get("https://example.com")


def test_a_refusal_can_be_tested():
    def refuse(_question):
        raise PermissionDenied("permissions.network does not allow it")

    with answering(http_request=refuse), pytest.raises(PermissionDenied) as caught:
        http.get("https://example.com")
    assert caught.value.code == "permission-denied"
    assert "permissions.network" in caught.value.message


def test_the_log_is_python_s_and_the_environment_is_the_process_s(caplog):
    with caplog.at_level("DEBUG", logger="pocket_plugin"):
        log.debug("a", 1)
        log.error("b")
    assert caplog.record_tuples == [
        ("pocket_plugin", logging.DEBUG, "a 1"),
        ("pocket_plugin", logging.ERROR, "b"),
    ]
    assert env["PATH"] == os.environ["PATH"]


class Numbered(PluginNode):
    metadata = {"type": "numbered", "stream": True}

    def exec(self, prepared):
        count = 0
        for line in stream.lines():
            count += 1
            stream.write(b"%d %b" % (count, line))
        return count


def test_a_stream_goes_through_a_node_line_by_line_wherever_its_pieces_end():
    for pieces in (b"a\nbc\n\nd", [b"a\nb", b"", b"c", b"\n\n", b"d"]):
        with streaming(pieces) as written:
            assert run(Numbered(), None).output == 4
        assert written == b"1 a\n2 bc\n3 \n4 d"
    with streaming(b"") as written:
        assert run(Numbered(), None).output == 0
    assert written == b""


def test_a_stream_is_read_in_pieces_of_the_size_asked_for():
    with streaming([b"abc", b"", b"d"]) as written:
        assert [stream.read(2), stream.read(2), stream.read(9), stream.read()] == [
            b"ab",
            b"c",
            b"d",
            b"",
        ]
        with pytest.raises(ValueError, match="one byte or more"):
            stream.read(0)
        stream.write(bytearray(b"x"))
        stream.write(memoryview(b"yz"))
        with pytest.raises(TypeError):
            stream.write("text")
    assert written == b"xyz"
    with streaming(b"x" * 100_000):
        assert [len(piece) for piece in stream.chunks()] == [65536, 34464]


def test_a_call_without_streams_says_what_is_missing():
    for use in (stream.read, lambda: list(stream.chunks()), lambda: stream.write(b"")):
        with pytest.raises(RuntimeError, match='"stream": True'):
            use()


def compile_plugin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pocket_plugin", "compile", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_all_files_of_a_folder_go_into_the_plugin(tmp_path):
    (tmp_path / "src" / "words").mkdir(parents=True)
    (tmp_path / "src" / "plugin.py").write_text("nodes = []  # grün\n")
    (tmp_path / "src" / "words" / "__init__.py").write_text("")
    (tmp_path / "src" / "notes.txt").write_text("not this one")
    done = compile_plugin(tmp_path, "src", "-o", "dist/plugin.wasm")
    assert (done.returncode, done.stderr) == (0, "")
    engine = (SOURCES / "pocket_plugin" / "engine.wasm").read_bytes()
    plugin = (tmp_path / "dist" / "plugin.wasm").read_bytes()
    assert plugin.startswith(engine)
    name = b"pocket.source"
    bundle = json.loads(plugin[len(engine) :].partition(name)[2])
    assert bundle == {"plugin.py": "nodes = []  # grün\n", "words/__init__.py": ""}
    assert compile_plugin(tmp_path, "src", "-o", "again.wasm").returncode == 0
    assert (tmp_path / "again.wasm").read_bytes() == plugin


def test_what_is_no_python_is_named_with_its_place(tmp_path):
    (tmp_path / "plugin.py").write_text("x = 1\ndef f(:\n")
    done = compile_plugin(tmp_path, ".", "-o", "plugin.wasm")
    assert done.returncode == 2
    assert done.stderr.startswith("error: plugin.py:2:7: ")
    assert not (tmp_path / "plugin.wasm").exists()


def test_a_folder_without_a_plugin_is_named(tmp_path):
    done = compile_plugin(tmp_path, "src", "-o", "plugin.wasm")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "error: src: there is no plugin.py",
    )
