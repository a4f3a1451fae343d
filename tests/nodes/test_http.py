"""`http` asks as it is told, and no server can make more of that."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from capability.loopback import Names, Site, ToSite, deaf_port, redirect, response, site

from nodes.conftest import Load, Refused, Run
from pocket.errors import NodeError, NodeTimeout, NodeUnavailable, RunTimeout
from pocket.flow import Workflow
from pocket.nodes.catalog import BUILTIN
from pocket.workflow.engine import WorkflowResult

QUICK = {"max_attempts": 3, "delay": "10ms"}
JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")


def in_turn(*answers: bytes):
    """Answers each request with the next one, and for ever with the last."""
    left: Iterator[bytes] = iter(answers)

    def answer(connection, _):
        connection.sendall(next(left, answers[-1]))

    return answer


def at(serving: Site, path: str = "/") -> str:
    return f"http://127.0.0.1:{serving.port}{path}"


@pytest.fixture
def network(monkeypatch):
    """Puts names and sockets of a test in the place of this machine's."""

    def put(names: Names, sockets: ToSite) -> None:
        monkeypatch.setattr("pocket.capability.http_client.SystemResolver", lambda: names)
        monkeypatch.setattr("pocket.capability.http_client.SystemConnector", lambda: sockets)

    return put


@pytest.mark.parametrize("example", BUILTIN["http"].metadata.examples, ids=lambda it: it.name)
def test_an_example_gives_what_it_promises(run: Run, example):
    promised = example.output
    body = json.dumps(promised["body"]).encode() if promised["body"] else b""
    headers = list(promised["headers"].items())
    with site(response(body, status=promised["status"], headers=headers)) as serving:
        url = at(serving, "/" + example.config["url"].rpartition("/")[2])
        output = run("http", example.input, **{**example.config, "url": url}).output
    output["headers"].pop("content-length")
    assert output == promised


def test_every_part_of_a_request_is_a_template(run: Run):
    config = {
        "url": "{{.url}}?a=1#part",
        "method": "{{.method}}",
        "params": {"q": "{{.q}}", "n": 3, "yes": True, "several": ["x", "{{.q}}"], "none": None},
        "headers": {"X-Name": "{{.q}}", "X-Two": [1, 2]},
        "body": {"text": "{{.q}}", "list": ["{{.method}}", 1.5, None]},
    }
    with site(response(b"ok")) as serving:
        value = {"url": at(serving, "/p"), "method": "post", "q": "a&b=c d/é"}
        output = run("http", value, **config).output
    [asked] = serving.asked
    assert output == {"status": 200, "headers": {"content-length": "2"}, "body": "ok"}
    q = "a%26b%3Dc+d%2F%C3%A9"
    assert asked.line == f"POST /p?a=1&q={q}&n=3&yes=true&several=x&several={q} HTTP/1.1"
    assert asked.headers["x-two"] == "2"
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {"text": "a&b=c d/é", "list": ["post", 1.5, None]}


def test_a_text_is_sent_as_it_is(run: Run):
    config = {"method": "PUT", "body": "<{{.}}>", "headers": {"Content-Type": "text/x"}}
    with site(response()) as serving:
        run("http", "é", url=at(serving), **config)
    assert serving.asked[0].body == "<é>".encode()
    assert serving.asked[0].headers["content-type"] == "text/x"


@pytest.mark.parametrize(
    ("kind", "body", "read"),
    [
        ("application/json", b'{"a": [1, "x"]}', {"body": {"a": [1, "x"]}}),
        ("application/problem+json; charset=utf-8", b"null", {"body": None}),
        ("application/json", b"{oops", {"body": "{oops"}),
        ("application/json", b"[" * 5000, {"body": "[" * 5000}),
        ("text/plain", b'{"a": 1}', {"body": '{"a": 1}'}),
        ("text/plain; charset=iso-8859-1", b"\xe9", {"body": "é"}),
        ("image/png", b"\x89PNG\xff", {"body": None, "bodyBase64": "iVBOR/8="}),
        ("application/json", b"", {"body": ""}),
    ],
)
def test_a_body_is_read_as_what_it_says_it_is(run: Run, kind, body, read):
    with site(response(body, headers=[("Content-Type", kind)])) as serving:
        output = run("http", None, url=at(serving)).output
    assert {key: output[key] for key in output if key.startswith("body")} == read


def test_a_status_is_no_failure_unless_that_is_said(run: Run):
    with site(response(b"no", status=404)) as serving:
        assert run("http", None, url=at(serving)).output["status"] == 404
        with pytest.raises(NodeError, match="answered with status 404") as raised:
            run("http", None, url=at(serving), fail_on_error=True)
    assert not raised.value.retryable


def test_what_fails_for_now_is_tried_again(run: Run):
    answers = in_turn(response(status=503), response(status=429), response(b"1"))
    with site(answers) as serving:
        assert run("http", None, url=at(serving), retry=QUICK).output["body"] == "1"
    assert len(serving.asked) == 3


def test_the_last_answer_counts_where_all_fail(run: Run):
    with site(response(b"down", status=500)) as serving:
        output = run("http", None, url=at(serving), retry={**QUICK, "max_attempts": 2}).output
        assert (output["status"], output["body"]) == (500, "down")
        assert len(serving.asked) == 2
        with pytest.raises(NodeUnavailable, match="status 500") as raised:
            run("http", None, url=at(serving), retry=QUICK, fail_on_error=True)
    assert raised.value.retryable


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_may_have_been_done_is_not_done_again(run: Run, method):
    with site(response(status=503)) as serving:
        config = {"url": at(serving), "method": method, "retry": QUICK}
        assert run("http", None, **config).output["status"] == 503
        assert len(serving.asked) == 1
        with pytest.raises(NodeError, match="status 503") as raised:
            run("http", None, **config, fail_on_error=True)
        assert not raised.value.retryable
        run("http", None, **{**config, "retry": {**QUICK, "unsafe": True}})
    assert len(serving.asked) == 5


def test_a_broken_connection_leaves_open_whether_a_post_was_done(run: Run):
    with site(b"") as serving:
        with pytest.raises(NodeError, match="whether the request was done is not known") as raised:
            run("http", None, url=at(serving), method="POST", body="x", retry=QUICK)
        assert len(serving.asked) == 1
        assert not raised.value.retryable
        with pytest.raises(NodeUnavailable, match=r"127\.0\.0\.1"):
            run("http", None, url=at(serving), retry=QUICK)
        assert len(serving.asked) == 4


def test_where_nothing_was_sent_anything_is_tried_again(run: Run, network):
    nobody = ToSite(None)
    network(Names(), nobody)
    with pytest.raises(NodeUnavailable, match=r"no connection to http://api\.test:80") as raised:
        run("http", None, url="http://api.test", method="POST", body="x", retry=QUICK)
    assert len(nobody.connected) == 3
    assert raised.value.retryable


def test_a_redirect_that_ends_nowhere_is_no_request_that_was_not_sent(run: Run):
    with deaf_port() as gone:
        pass
    not_known = pytest.raises(NodeError, match="whether the request was done is not known")
    with site(redirect(f"http://127.0.0.1:{gone}/", 307)) as serving, not_known:
        run("http", None, url=at(serving), method="POST", body="x", retry=QUICK)
    assert len(serving.asked) == 1


def test_the_server_says_how_long_to_wait_within_bounds(run: Run):
    started_s = time.monotonic()
    with site(response(status=429, headers=[("Retry-After", "3600")])) as serving:
        assert run("http", None, url=at(serving), timeout="20s").output["status"] == 429
        assert len(serving.asked) == 1
        config = {"retry": {**QUICK, "max_delay": "50ms"}}
        assert run("http", None, url=at(serving), **config).output["status"] == 429
        assert len(serving.asked) == 4
    assert time.monotonic() - started_s < 10
    answers = in_turn(response(status=503, headers=[("Retry-After", "1")]), response())
    with site(answers) as serving:
        started_s = time.monotonic()
        run("http", None, url=at(serving), retry=QUICK)
    assert time.monotonic() - started_s >= 1


def node(
    folder: Path,
    serving: Site,
    retry: dict[str, Any],
    /,
    *,
    timeout_s: float | None = None,
    **config: Any,
) -> WorkflowResult:
    """Run an http node that has a `retry` of its own beside its config."""
    config = {"url": at(serving), **config}
    nodes = [{"name": "n", "type": "http", "config": config, "retry": retry}]
    file = folder / "workflow.yaml"
    file.write_text(json.dumps({"name": "w", "nodes": nodes}))
    return Workflow.load(file).run(None, timeout_s=timeout_s)


def test_the_retry_of_the_node_tries_again_too(tmp_path: Path):
    answers = in_turn(response(status=503), response(b"x", status=502), response(b"fine"))
    with site(answers) as serving:
        config = {"retry": {"max_attempts": 1}, "fail_on_error": True}
        result = node(tmp_path, serving, {"max_attempts": 5, "delay": "1ms"}, **config)
    assert result.output["body"] == "fine"
    assert result.path[0].attempts == 3


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_the_retry_of_the_node_stands_for_that_of_the_config(tmp_path: Path, attempts):
    retry = {"max_attempts": attempts, "delay": "1ms"}
    with site(response(b"down", status=503)) as serving:
        result = node(tmp_path, serving, retry)
        assert (result.output["status"], result.output["body"]) == (503, "down")
        assert result.path[0].attempts == len(serving.asked) == attempts
        with pytest.raises(NodeUnavailable, match="status 503"):
            node(tmp_path, serving, retry, fail_on_error=True)
    assert len(serving.asked) == 2 * attempts


def test_no_retry_repeats_what_is_no_failure_for_now_or_may_have_been_done(tmp_path: Path):
    retry = {"max_attempts": 3, "delay": "1ms"}
    with site(response(status=404)) as serving:
        assert node(tmp_path, serving, retry).output["status"] == 404
    assert len(serving.asked) == 1
    with site(response(status=503)) as serving:
        assert node(tmp_path, serving, retry, method="POST").output["status"] == 503
    assert len(serving.asked) == 1


def in_s(seconds: float) -> str:
    """Give a date in HTTP's form, which has whole seconds."""
    return formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize("after", ["1", in_s], ids=["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_the_retry_of_the_node_waits_as_long_as_the_server_says(tmp_path: Path, status, after):
    # A date may be up to a second earlier than it is meant.
    said, least_s = (after, 1) if isinstance(after, str) else (after(2), 0.9)
    busy = response(status=status, headers=[("Retry-After", said)])
    with site(in_turn(busy, response())) as serving:
        started_s = time.monotonic()
        result = node(tmp_path, serving, {"max_attempts": 2, "delay": "1ms"})
        assert least_s <= time.monotonic() - started_s < 10
    assert (result.output["status"], result.path[0].attempts) == (200, 2)


@pytest.mark.parametrize("after", ["3600", in_s(3600), in_s(-3600), "soon", "-1", "1e3", "9" * 30])
def test_the_retry_of_the_node_waits_no_longer_than_its_max_delay(tmp_path: Path, after):
    with site(response(status=429, headers=[("Retry-After", after)])) as serving:
        started_s = time.monotonic()
        retry = {"max_attempts": 4, "delay": "1ms", "max_delay": "20ms"}
        assert node(tmp_path, serving, retry).output["status"] == 429
        assert time.monotonic() - started_s < 10
    assert len(serving.asked) == 4


def test_an_attempt_that_could_not_begin_in_time_is_not_waited_for(tmp_path: Path):
    busy = response(b"busy", status=503, headers=[("Retry-After", "3600")])
    with site(busy) as serving:
        started_s = time.monotonic()
        result = node(tmp_path, serving, {"max_attempts": 2, "max_delay": "1h"}, timeout_s=20)
        assert result.output["body"] == "busy"
        assert time.monotonic() - started_s < 10
    assert len(serving.asked) == 1


def test_both_retries_are_done_where_both_are_said(tmp_path: Path):
    with site(response(status=503)) as serving:
        node(tmp_path, serving, {"max_attempts": 2, "delay": "1ms"}, retry=QUICK)
    assert len(serving.asked) == 6


def drip(connection, _):
    """Keep a response from ever being whole, though something comes all the time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("answer", [drip, lambda _c, _a: time.sleep(3)], ids=["drips", "is silent"])
def test_one_deadline_is_over_all(run: Run, one: Load, answer):
    with site(answer) as serving:
        started_s = time.monotonic()
        with pytest.raises(NodeTimeout, match="no whole response in time"):
            run("http", None, url=at(serving), timeout="300ms")
        with pytest.raises(RunTimeout):
            one("http", url=at(serving)).run(None, timeout_s=0.3)
        with pytest.raises(NodeError, match="is not known"):
            run("http", None, url=at(serving), method="POST", timeout="300ms")
        assert time.monotonic() - started_s < 10


def test_nobody_waits_for_attempts_longer_than_for_one(run: Run):
    started_s = time.monotonic()
    config = {"timeout": "1s", "retry": {"max_attempts": 100, "delay": "100ms"}}
    with site(response(status=500)) as serving:
        assert run("http", None, url=at(serving), **config).output["status"] == 500
    assert time.monotonic() - started_s < 10


@pytest.mark.parametrize("zipped", [False, True])
def test_a_body_that_is_too_large_is_not_taken(run: Run, zipped):
    body = bytes(3_000_000)
    headers = [("Content-Encoding", "gzip")] if zipped else []
    with site(response(gzip.compress(body) if zipped else body, headers=headers)) as serving:
        with pytest.raises(NodeError, match="the body is larger than 1MB") as raised:
            run("http", None, url=at(serving), max_bytes="1MB", retry=QUICK)
        assert not raised.value.retryable
        assert len(serving.asked) == 1
        assert len(run("http", None, url=at(serving)).output["body"]) == 3_000_000


def test_private_addresses_may_be_asked_and_redirect_among_themselves(run: Run):
    with site(response(b"here")) as end, site(redirect(f"http://localhost:{end.port}/x")) as begin:
        assert run("http", None, url=f"http://localhost:{begin.port}").output["body"] == "here"


@pytest.mark.parametrize(
    "inside",
    ["http://127.0.0.1/", "http://169.254.169.254/latest", "http://in.test/", "http://[::1]/"],
)
def test_no_redirect_leads_from_outside_into_a_network(run: Run, network, inside):
    with site(in_turn(redirect(inside), response(b"secret"))) as serving:
        sockets = ToSite(serving.port)
        network(Names(**{"in.test": [["10.0.0.1"]]}), sockets)
        with pytest.raises(NodeError, match="an address that is not public") as raised:
            run("http", None, url="http://out.test/", retry=QUICK)
        assert len(sockets.connected) == 1
    assert not raised.value.retryable


def test_a_redirect_without_end_is_left(run: Run):
    left = pytest.raises(NodeError, match="redirects over 5 times")
    with site(redirect("/again")) as serving, left:
        run("http", None, url=at(serving))
    assert len(serving.asked) == 6


def test_no_proxy_of_the_environment_is_asked(run: Run, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with site(response(b"direct")) as serving:
        assert run("http", None, url=at(serving)).output["body"] == "direct"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"url": "file:///etc/passwd"}, "file is neither http nor https"),
        ({"url": "{{.}}/x"}, "not an absolute URL"),
        ({"url": "http://user:pw@127.0.0.1"}, "must not have a user"),
        ({"url": "http://127.0.0.1/\r\nX: y"}, "not an absolute URL"),
        ({"headers": {"X": "{{.}}"}}, "a character that none may"),
        ({"headers": {"X: y": "1"}}, "not the name of a header"),
        ({"headers": {"Host": "evil"}}, "set by Pocket alone"),
        ({"method": "FETCH"}, "method has to be one of"),
        ({"body": "x"}, "GET has no body"),
        ({"params": {"a": "x" * 9000}}, "a URL has at most"),
    ],
)
def test_what_cannot_be_sent_fails_before_anything_is_sent(run: Run, config, said):
    with site(response()) as serving:
        with pytest.raises(NodeError, match=said) as raised:
            run("http", "a\r\nb: c", **{"url": at(serving), **config})
        assert not raised.value.retryable
    assert not serving.asked


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "'url' is missing"),
        ({"url": "x", "timeout": "soon"}, "'soon' is not a duration"),
        ({"url": "x", "max_bytes": "11MB"}, "max_bytes is more than 10MB"),
        ({"url": "x", "max_bytes": "some"}, "max_bytes: 'some' is not a size"),
        ({"url": "x", "retry": {"max_attempts": 0}}, "retry.max_attempts"),
        ({"url": "x", "params": {"a": "{{if}}"}}, "params.a: template 1:5"),
    ],
)
def test_a_config_that_cannot_work_is_refused_at_load(refused: Refused, config, said):
    assert said in refused("http", **config)
