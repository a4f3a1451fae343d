"""`pocket.metrics`: what Prometheus reads of a host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import prometheus_client
import pytest
from guests.build import guest, plugin_folder
from prometheus_client import CollectorRegistry

import pocket
import pocket.metrics
from pocket.supervisor.meter import BUCKETS_S

Load = Callable[[str], pocket.Plugin]


@pytest.fixture
def host(shared_home: Path) -> Iterator[pocket.Host]:
    with pocket.Host(home=shared_home, queue=0, replicas=2) as host:
        yield host


@pytest.fixture
def registry(host: pocket.Host) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(pocket.metrics.collector(host))
    return registry


def load(host: pocket.Host, root: Path, name: str) -> pocket.Plugin:
    return host.load(plugin_folder(root, name.replace("_", "-"), wasm=guest(name)))


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"pocket_{name}", labels)


def test_calls_are_counted_by_outcome(
    host: pocket.Host, registry: CollectorRegistry, tmp_path: Path
) -> None:
    echo, trap = load(host, tmp_path, "echo"), load(host, tmp_path, "trap")
    for number in range(3):
        echo.call("main", number)
    with pytest.raises(pocket.InvalidInput):
        echo.call("main", {1})
    list(echo.map("main", [1, {2}, 3], return_errors=True))  # type: ignore[list-item]
    with pytest.raises(pocket.PluginCrashed):
        trap.prepare("main")(None)
    assert value(registry, "calls_total", plugin="echo", outcome="ok") == 5
    assert value(registry, "calls_total", plugin="echo", outcome="invalid-input") == 2
    assert value(registry, "calls_total", plugin="trap", outcome="plugin-crashed") == 1


def test_durations_are_a_histogram(
    host: pocket.Host, registry: CollectorRegistry, tmp_path: Path
) -> None:
    plugin = load(host, tmp_path, "echo")
    for number in range(20):
        plugin.call("main", number)
    name = "call_duration_seconds"
    assert value(registry, f"{name}_count", plugin="echo") == 20
    assert value(registry, f"{name}_bucket", plugin="echo", le="+Inf") == 20
    counts = [value(registry, f"{name}_bucket", plugin="echo", le=str(le)) for le in BUCKETS_S]
    assert counts == sorted(counts, key=lambda count: count or 0)
    assert counts[0] != counts[-1] == 20
    total_s = value(registry, f"{name}_sum", plugin="echo")
    assert total_s is not None
    assert 20 * 2e-6 < total_s < 20


def test_streams_are_counted_with_their_bytes(
    host: pocket.Host, registry: CollectorRegistry, tmp_path: Path
) -> None:
    copy, fails, flood = (
        load(host, tmp_path, name) for name in ("stream_copy", "stream_fails", "stream_flood")
    )
    for _ in range(2):
        assert copy.stream("main", [b"abc", b"de"]).result().output == 5
    with pytest.raises(pocket.PluginError):
        fails.stream("main", [b"x"]).result()
    with flood.stream("main", []) as stream:
        first = next(stream)
        # While it goes on, too.
        assert value(registry, "stream_written_bytes_total", plugin="stream-flood") == len(first)
        assert value(registry, "streams_total", plugin="stream-flood", outcome="closed") is None
    outcomes = {"stream-copy": "ok", "stream-fails": "plugin-error", "stream-flood": "closed"}
    counted = {
        name: value(registry, "streams_total", plugin=name, outcome=outcome)
        for name, outcome in outcomes.items()
    }
    assert counted == {"stream-copy": 2, "stream-fails": 1, "stream-flood": 1}
    assert value(registry, "stream_read_bytes_total", plugin="stream-copy") == 10
    assert value(registry, "stream_written_bytes_total", plugin="stream-copy") == 10
    seconds = value(registry, "stream_seconds_total", plugin="stream-copy")
    assert seconds is not None
    assert 0 < seconds < 20
    assert value(registry, "calls_total", plugin="stream-copy", outcome="ok") is None


def test_workers_their_memory_and_their_deaths(
    host: pocket.Host, registry: CollectorRegistry, tmp_path: Path
) -> None:
    plugin = load(host, tmp_path, "echo")
    plugin.prewarm()
    assert value(registry, "workers", plugin="echo") == 2
    assert value(registry, "worker_starts_total", plugin="echo") == 2
    memory_bytes = value(registry, "memory_bytes", plugin="echo")
    assert memory_bytes is not None
    assert 100_000 < memory_bytes < 100_000_000
    os.kill(plugin.pids[0], signal.SIGKILL)
    os.kill(plugin.pids[1], signal.SIGKILL)
    with pytest.raises(pocket.PluginCrashed):
        plugin.call("main", None)
    assert value(registry, "workers", plugin="echo") == 1
    assert value(registry, "worker_restarts_total", plugin="echo") == 1


def test_calls_that_wait_and_calls_that_are_refused(shared_home: Path, tmp_path: Path) -> None:
    registry = CollectorRegistry()
    with pocket.Host(home=shared_home, queue=1) as host:
        registry.register(pocket.metrics.collector(host))
        plugin = load(host, tmp_path, "echo")
        replica = plugin._pool.take()
        thread = threading.Thread(target=plugin.call, args=("main", None))
        thread.start()
        while value(registry, "calls_waiting", plugin="echo") != 1:
            assert thread.is_alive()
        with pytest.raises(pocket.PoolSaturated):
            plugin.call("main", None)
        plugin._pool.give(replica)
        thread.join()
        assert value(registry, "calls_refused_total", plugin="echo") == 1
        assert value(registry, "calls_total", plugin="echo", outcome="pool-saturated") == 1


def test_plugins_of_one_name_count_together(
    host: pocket.Host, registry: CollectorRegistry, tmp_path: Path
) -> None:
    for folder in ("here", "there"):
        load(host, tmp_path / folder, "echo").call("main", None)
    assert value(registry, "calls_total", plugin="echo", outcome="ok") == 2
    assert value(registry, "workers", plugin="echo") == 2


def test_every_metric_is_on_its_page(host: pocket.Host, tmp_path: Path) -> None:
    registry = CollectorRegistry()
    registry.register(pocket.metrics.collector(host))
    load(host, tmp_path, "echo").call("main", None)
    page = (Path(__file__).parents[1] / "docs" / "metrics.md").read_text()
    text = prometheus_client.generate_latest(registry).decode()
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert names
    assert {name for name in names if f"| `{name}` |" not in page} == set()


def test_without_a_collector_nothing_is_counted_or_imported(shared_home: Path) -> None:
    script = (
        "import sys, pocket; host = pocket.Host(home=sys.argv[1]); "
        "assert not [name for name in sys.modules if 'prometheus' in name]; host.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(shared_home)], check=True)


def test_without_prometheus_client_the_error_says_what_to_install() -> None:
    script = "import sys; sys.modules['prometheus_client.core'] = None; import pocket.metrics"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "pip install 'pocket[metrics]'" in run.stderr
