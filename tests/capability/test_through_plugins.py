"""What the permissions promise, kept by the whole of it: plugin, worker, host and the world.

The tests beside this one look at each capability alone; here a plugin tries it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Load
from guests.build import plugin_folder
from guests.javascript import javascript
from loopback import Names, deaf_port, redirect, response, site
from wasi import errnos
from wasi.build import program

import pocket

ROOM = {"memory": "64MB", "cpu": "5s", "timeout": "30s"}
SOON_S = 5.0
"""At once, on a machine that is busy; what these tests would wait for otherwise takes 30 s."""

FETCH = "const r = await fetch(input); return [r.status, await r.text()];"
TRY = (
    "try { return await (async () => { %s })(); } catch (e) { return [e.name, e.code, e.message]; }"
)
COUNT = """
const count = (await pocket.store.get('count') ?? 0) + 1;
await pocket.store.set('count', count);
return [count, ++calls];
"""

Script = Callable[..., pocket.Plugin]


@pytest.fixture
def script(load: Load) -> Script:
    """Load a plugin in JavaScript with some permissions."""

    def script(body: str, *, name: str = "script", **permissions: object) -> pocket.Plugin:
        return load(javascript(body), name=name, permissions=ROOM | permissions)

    return script


def _output(plugin: pocket.Plugin, value: Any = None) -> Any:
    return plugin.call("main", value).output


# Network


def test_a_plugin_fetches_from_the_host_that_its_manifest_names(script: Script) -> None:
    with site(response("grüße".encode())) as server:
        origin = f"http://127.0.0.1:{server.port}"
        plugin = script(FETCH, network=[origin])
        assert _output(plugin, f"{origin}/a?b=c") == [200, "grüße"]
        assert [asked.target for asked in server.asked] == ["/a?b=c"]


def test_what_a_plugin_sends_arrives_as_it_was_sent(script: Script) -> None:
    post = """
    const headers = { 'x-mine': 'yes', cookie: 'a=b' };
    const r = await fetch(input, { method: 'POST', headers, body: JSON.stringify({ n: 1 }) });
    return r.status;
    """
    with site(response(status=201)) as server:
        origin = f"http://127.0.0.1:{server.port}"
        assert _output(script(post, network=[origin]), origin) == 201
        (asked,) = server.asked
    assert (asked.line, asked.body) == ("POST / HTTP/1.1", b'{"n":1}')
    assert asked.headers["x-mine"] == "yes"
    assert asked.headers["host"] == origin.removeprefix("http://")


def test_a_signal_of_a_time_ends_a_request_that_takes_longer(script: Script) -> None:
    waiting = "return await fetch(input, { signal: AbortSignal.timeout(300) });"
    with deaf_port() as port:
        origin = f"http://127.0.0.1:{port}"
        plugin = script(TRY % waiting, network=[origin])
        began = time.monotonic()
        name, _, message = _output(plugin, origin)
        took_s = time.monotonic() - began
    assert (name, message) == ("TimeoutError", "the time is over")
    assert 0.3 <= took_s < SOON_S


def test_another_host_is_refused_with_the_permission_in_the_error(script: Script) -> None:
    with site(response()) as server:
        plugin = script(TRY % FETCH, network=["http://127.0.0.1:9"])
        for url, origin in (
            ("https://other.example/", "https://other.example"),
            (f"http://127.0.0.1:{server.port}/", f"http://127.0.0.1:{server.port}"),
            (f"http://127.1:{server.port}/", f"http://127.0.0.1:{server.port}"),
            ("http://169.254.169.254/latest", "http://169.254.169.254"),
        ):
            name, code, message = _output(plugin, url)
            assert (name, code) == ("PermissionError", "permission-denied")
            assert f"permissions.network does not allow {origin}" in message
        assert server.asked == []


def test_a_refusal_that_a_plugin_does_not_catch_is_the_error_of_its_call(script: Script) -> None:
    plugin = script(FETCH, network=["api.example.com"])
    with pytest.raises(pocket.PluginError, match=r"permissions\.network does not allow"):
        plugin.call("main", "https://other.example/")


def test_a_plugin_that_asks_for_no_network_is_told_which_permission_it_lacks(
    script: Script,
) -> None:
    for permissions in ({}, {"store": "1MB"}):
        plugin = script(TRY % FETCH, name=f"with{len(permissions)}", **permissions)
        name, code, message = _output(plugin, "https://api.example.com/")
        assert (name, code) == ("PermissionError", "permission-denied")
        assert "permissions.network" in message


def test_a_redirect_is_followed_as_far_as_the_rules_go(script: Script) -> None:
    with site(response(b"inner")) as inner:
        there = f"http://127.0.0.1:{inner.port}"
        with site(redirect(f"{there}/secret")) as server:
            origin = f"http://127.0.0.1:{server.port}"
            narrow = script(TRY % FETCH, name="narrow", network=[origin])
            name, code, message = _output(narrow, origin)
            assert (name, code) == ("PermissionError", "permission-denied")
            assert f"does not allow {there}, where {origin} redirects to" in message
            assert inner.asked == []
            wide = script(FETCH, name="wide", network=[origin, there])
            assert _output(wide, origin) == [200, "inner"]


def test_a_name_that_leads_to_a_private_address_is_refused(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(**{"api.example.com": [["93.184.216.34", "127.0.0.1"]]})
    monkeypatch.setattr("pocket.capability.http_client.SystemResolver", lambda: names)
    plugin = script(TRY % FETCH, network=["api.example.com"])
    name, _, message = _output(plugin, "http://api.example.com/")
    assert name == "PermissionError"
    assert "api.example.com resolves to an address that is not public" in message


def test_a_failure_of_the_network_is_an_error_with_a_code_and_no_refusal(script: Script) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    name, code, _ = _output(script(TRY % FETCH, network=[origin]), origin)
    assert (name, code) == ("TypeError", "unavailable")


def test_a_server_that_never_answers_costs_no_more_than_the_time_of_the_call(
    script: Script,
) -> None:
    with deaf_port() as port:
        origin = f"http://127.0.0.1:{port}"
        plugin = script(TRY % FETCH, network=[origin], timeout="500ms")
        begun = time.monotonic()
        # The plugin hears of it 20 ms before its own end, which a busy machine may take away.
        with suppress(pocket.CallTimeout):
            assert _output(plugin, origin)[:2] == ["TypeError", "timeout"]
        assert 0.4 < time.monotonic() - begun < SOON_S


# Store


def test_the_store_lasts_from_fresh_call_to_fresh_call_and_nothing_else_does(
    script: Script,
) -> None:
    plugin = script(COUNT, store="1MB")
    assert [_output(plugin) for _ in range(3)] == [[1, 1], [2, 1], [3, 1]]


def test_the_store_lasts_from_host_to_host(tmp_path: Path, shared_home: Path) -> None:
    folder = plugin_folder(
        tmp_path, "keeper", wasm=javascript(COUNT), permissions=ROOM | {"store": "1MB"}
    )
    for expected in (1, 2):
        with pocket.Host(home=shared_home) as host:
            assert _output(host.load(folder)) == [expected, 1]


def test_no_plugin_sees_the_store_of_another(script: Script) -> None:
    first = script(COUNT, name="first", store="1MB")
    second = script(
        "return [await pocket.store.keys(), await pocket.store.get('count')];",
        name="second",
        store="1MB",
    )
    _output(first)
    assert _output(second) == [[], None]


def test_a_store_that_is_full_refuses_more_and_keeps_what_it_has(script: Script) -> None:
    fill = TRY % ("for (let n = 0; ; n++) await pocket.store.set(`key ${n}`, 'x'.repeat(input));")
    plugin = script(fill, name="full", store="16KB")
    name, code, message = _output(plugin, 1000)
    assert (name, code) == ("HostError", "quota-exceeded")
    assert "the plugin may keep 16KB" in message
    keys = script("return (await pocket.store.keys()).length;", name="other", store="16KB")
    assert _output(keys) == 0


def test_a_plugin_without_a_store_is_told_which_permission_it_lacks(script: Script) -> None:
    name, _, message = _output(script(TRY % COUNT))
    assert name == "PermissionError"
    assert "permissions.store" in message


def test_one_call_asks_its_host_a_thousand_times_and_no_more(script: Script) -> None:
    body = """
    for (let n = 0; ; n++) {
      try { await pocket.store.get('k'); } catch (e) { return [n, e.code]; }
    }
    """
    plugin = script(body, store="1MB")
    for _ in range(2):
        assert _output(plugin) == [1000, "quota-exceeded"]


# Environment


def test_a_plugin_sees_exactly_the_variables_that_its_manifest_names(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKET_TEST_KEY", "ключ=1")
    monkeypatch.setenv("POCKET_TEST_OTHER", "secret")
    monkeypatch.delenv("POCKET_TEST_NONE", raising=False)
    body = "return Object.entries(pocket.env);"
    named = script(body, name="named", env=["POCKET_TEST_KEY", "POCKET_TEST_NONE"])
    assert _output(named) == [["POCKET_TEST_KEY", "ключ=1"]]
    assert _output(script(body, name="nothing")) == []


# Files


def _files(load: Load, folder: Path, name: str, *grants: str, **options: Any) -> dict[str, Any]:
    permissions = ROOM | {"filesystem": list(grants)}
    plugin = load(program("grants"), name=name, permissions=permissions, **options)
    output: dict[str, Any] = _output(plugin, str(folder))
    return output


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder that may be granted, with a secret beside it."""
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "hello").write_text("hello")
    return folder


def test_a_grant_to_read_gives_no_right_to_write_and_the_other_way_round(
    load: Load, data: Path
) -> None:
    read = _files(load, data, "reader", f"read:{data}")
    assert (read["content"], read["writing"]) == ("hello", errnos.ROFS)
    assert [file.name for file in data.iterdir()] == ["hello"]
    written = _files(load, data, "writer", f"write:{data}")
    assert (written["content"], written["reading"]) == ("", errnos.ACCES)
    assert (data / "new").stat().st_size == written["kilobytes"] * 1024 > 0


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd"])
def test_a_link_in_a_granted_folder_leads_nowhere_outside(
    load: Load, data: Path, target: str
) -> None:
    (data / "hello").unlink()
    (data / "hello").symlink_to(target)
    (data / "new").symlink_to("../made")
    seen = _files(load, data, "climber", f"read:{data}", f"write:{data}")
    assert (seen["content"], seen["reading"]) == ("", errnos.PERM)
    assert (seen["kilobytes"], seen["writing"]) == (0, errnos.PERM)
    assert not (data.parent / "made").exists()


def test_a_folder_of_pocket_s_own_is_never_granted(
    load: Load, shared_home: Path, data: Path
) -> None:
    (data / "hello").unlink()
    (data / "home").symlink_to(shared_home)
    for path in (shared_home, shared_home / "data", data / "home", shared_home.parent):
        with pytest.raises(pocket.PermissionDenied):
            load(
                program("grants"),
                name=f"thief-{abs(hash(path))}",
                permissions=ROOM | {"filesystem": [f"read:{path}"]},
            )


# Policy


def _under(policy: dict[str, Any], home: Path) -> pocket.Host:
    return pocket.Host(home=home, policy=pocket.Policy.from_mapping(policy))


def test_a_limit_that_no_manifest_names_is_the_policy_s(tmp_path: Path, shared_home: Path) -> None:
    wasm = javascript("for (;;);")
    folder = plugin_folder(tmp_path, "busy", wasm=wasm, permissions={"memory": "64MB"})
    with _under({"limits": {"cpu": "60ms"}}, shared_home) as host:
        with pytest.raises(pocket.CpuLimitExceeded) as raised:
            host.load(folder).call("main", None)
        assert "60ms" in str(raised.value)


@pytest.mark.parametrize(
    ("asked", "policy", "said"),
    [
        ({"network": ["api.example.com"]}, {"network": "none"}, r"permissions\.network\[0\]"),
        ({"env": ["HOME"]}, {"env": {"allow": ["ACME_*"]}}, r"permissions\.env\[0\]"),
        ({"store": "2MB"}, {"limits": {"store": "1MB"}}, r"permissions\.store"),
        ({"filesystem": ["read:/srv"]}, {"filesystem": "none"}, r"permissions\.filesystem\[0\]"),
        ({"cpu": "5s"}, {"limits": {"cpu": "1s"}}, r"permissions\.cpu"),
    ],
)
def test_a_plugin_that_asks_for_more_than_the_policy_allows_is_never_started(
    tmp_path: Path, shared_home: Path, asked: dict[str, Any], policy: dict[str, Any], said: str
) -> None:
    folder = plugin_folder(tmp_path, "greedy", wasm=javascript("return 1;"), permissions=asked)
    with _under(policy, shared_home) as host, pytest.raises(pocket.PermissionDenied, match=said):
        host.load(folder)
    with pocket.Host(home=shared_home, policy=pocket.Policy()) as host:
        assert list(host.load(folder).nodes) == ["main"]


# Time


def test_a_timer_waits_without_using_cpu_time(script: Script) -> None:
    body = "await new Promise((go) => setTimeout(go, 300)); return 'woken';"
    result = script(body, cpu="200ms").call("main", None)
    assert result.output == "woken"
    assert result.usage.wall_us >= 300_000
    assert result.usage.cpu_us < 200_000


def test_a_timer_that_is_longer_than_the_call_may_take_is_a_timeout(script: Script) -> None:
    plugin = script(
        "await new Promise((go) => setTimeout(go, input)); return 'woken';", timeout="500ms"
    )
    begun = time.monotonic()
    with pytest.raises(pocket.CallTimeout, match="500ms"):
        plugin.call("main", 3_600_000)
    assert time.monotonic() - begun < SOON_S
    assert _output(plugin, 1) == "woken"


# Ways to call


def test_map_with_host_calls_keeps_its_order(script: Script) -> None:
    plugin = script(COUNT, name="mapped", store="1MB")
    outputs = [result.output for result in plugin.map("main", range(200))]
    assert outputs == [[turn, 1] for turn in range(1, 201)]


def test_threads_and_acalls_with_host_calls_each_get_their_own_answers(script: Script) -> None:
    with site(lambda connection, asked: connection.sendall(response(asked.target.encode()))) as it:
        origin = f"http://127.0.0.1:{it.port}"
        plugin = script("return (await fetch(input)).text();", network=[origin])

        def url(number: int) -> str:
            return f"{origin}/{number}"

        async def several() -> list[pocket.Result]:
            return await asyncio.gather(*(plugin.acall("main", url(n)) for n in range(20)))

        with ThreadPoolExecutor(4) as threads:
            outputs = list(threads.map(lambda n: _output(plugin, url(n)), range(20)))
        assert outputs == [f"/{number}" for number in range(20)]
        assert [result.output for result in asyncio.run(several())] == outputs


# Ends in the middle of a host call


class Hanging:
    """A server that takes a request and never answers; `asked` is set when it has one."""

    def __init__(self) -> None:
        self.asked, self._over = threading.Event(), threading.Event()

    def __call__(self, connection: socket.socket, _: object) -> None:
        self.asked.set()
        self._over.wait(60)

    def release(self) -> None:
        self._over.set()


def _caught(call: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def test_closing_the_host_ends_a_host_call_at_once(tmp_path: Path, shared_home: Path) -> None:
    hanging = Hanging()
    with site(hanging) as server:
        origin = f"http://127.0.0.1:{server.port}"
        permissions = ROOM | {"network": [origin]}
        folder = plugin_folder(tmp_path, "hung", wasm=javascript(FETCH), permissions=permissions)
        host = pocket.Host(home=shared_home)
        plugin = host.load(folder)
        thread, raised = _caught(lambda: plugin.call("main", origin))
        assert hanging.asked.wait(SOON_S * 2)
        begun = time.monotonic()
        host.close()
        took_s = time.monotonic() - begun
        thread.join(SOON_S)
        hanging.release()
    assert took_s < SOON_S
    assert [type(error) for error in raised] in ([pocket.PluginCrashed], [pocket.HostClosed])


def test_cancelling_an_acall_ends_its_host_call_at_once(script: Script) -> None:
    hanging = Hanging()
    with site(hanging) as server:
        origin = f"http://127.0.0.1:{server.port}"
        plugin = script(TRY % FETCH, network=[origin])

        async def cancelled() -> float:
            task = asyncio.create_task(plugin.acall("main", origin))
            assert await asyncio.to_thread(hanging.asked.wait, SOON_S * 2)
            begun = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.monotonic() - begun

        took_s = asyncio.run(cancelled())
        hanging.release()
    assert took_s < SOON_S
    assert _output(plugin, "https://other.example/")[0] == "PermissionError"


def test_a_worker_that_dies_in_a_host_call_is_a_crash_and_the_next_call_works(
    script: Script,
) -> None:
    hanging = Hanging()
    with site(hanging) as server:
        origin = f"http://127.0.0.1:{server.port}"
        plugin = script(TRY % FETCH, network=[origin])
        thread, raised = _caught(lambda: plugin.call("main", origin))
        assert hanging.asked.wait(SOON_S * 2)
        assert plugin.pid is not None
        os.kill(plugin.pid, signal.SIGKILL)
        hanging.release()
        thread.join(SOON_S)
    assert [type(error) for error in raised] == [pocket.PluginCrashed]
    assert _output(plugin, "https://other.example/")[0] == "PermissionError"


def test_a_forked_child_asks_through_a_worker_and_a_store_of_its_own(script: Script) -> None:
    plugin = script(COUNT, name="forked", store="1MB")
    assert _output(plugin) == [1, 1]
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if _output(plugin) == [2, 1] else 2
            plugin.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert _output(plugin) == [3, 1]


def test_closing_the_host_closes_the_stores_of_its_plugins(
    tmp_path: Path, shared_home: Path
) -> None:
    permissions = ROOM | {"store": "1MB"}
    folder = plugin_folder(tmp_path, "keeper", wasm=javascript(COUNT), permissions=permissions)
    with pocket.Host(home=shared_home) as host:
        plugin = host.load(folder)
        _output(plugin)
        assert _stores_open() == 1
    assert _stores_open() == 0
    del plugin


def _stores_open() -> int:
    links = (os.readlink(file) for file in Path("/proc/self/fd").iterdir() if file.is_symlink())
    return sum(link.endswith("store.sqlite3") for link in links)
