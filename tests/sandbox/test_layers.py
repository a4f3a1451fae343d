"""Each layer alone: what it stops works without it, so it is that layer which stops it."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

from sandbox.policy import NAMES
from sandbox.probe import NOBODY, Prober

BOTH = "landlock,seccomp"

FOR_SECCOMP = [
    "fork",
    "clone3",
    "thread",
    "mmap-exec",
    "mprotect-exec",
    "mmap-shared",
    "memfd",
    "dumpable",
    "outlive-parent",
    "unshare",
    "nonblock",
]
"""Attempts that nothing but seccomp stops, so they work without it."""

FOR_LANDLOCK = ["tcp-bind", "execve"]
"""Attempts that landlock refuses where seccomp is left out, and that work without both."""

OF_ROOT = ["environ", "parent-memory", "signal-parent"]
"""Attempts of this kind that the kernel lets nobody but root make at all, or on its own kind."""

FAMILIES = range(46)
"""AF_UNSPEC to AF_MCTP."""

EVERYTHING = [
    *FOR_SECCOMP,
    *FOR_LANDLOCK,
    *OF_ROOT,
    "open",
    "openat2",
    "create",
    "abstract-socket",
    "ptrace-parent",
    "read-parent",
    "write-parent",
    "signal-all",
    "io-uring",
    "userfaultfd",
    "bpf",
    "keyctl",
    "mount",
    "raise-limit",
    "setsid",
]


@pytest.mark.parametrize("policy", NAMES)
@pytest.mark.parametrize("attempt", EVERYTHING)
def test_a_worker_that_was_taken_over_gets_nowhere(
    policy: str, attempt: str, probe_as: Prober
) -> None:
    allowed_by_seccomp = {("serve-files", "openat2"), ("serve-files", "nonblock")}
    if (policy, attempt) in allowed_by_seccomp:
        pytest.skip("a call that files need; landlock has its own test")
    if (policy, attempt) == ("compile", "thread"):
        pytest.skip("the one thread that waits for it is part of the compiler")
    assert probe_as(policy, attempt).killed


@pytest.mark.parametrize("policy", NAMES)
def test_no_socket_of_any_family_can_be_made(policy: str, probe: Prober) -> None:
    survivors = [family for family in FAMILIES if not probe(policy, "socket", family).killed]
    assert survivors == []


@pytest.mark.parametrize("attempt", FOR_SECCOMP)
def test_without_seccomp_and_with_landlock_it_would_work(attempt: str, probe_as: Prober) -> None:
    answer = probe_as("serve", attempt, without="seccomp")
    assert answer.worked, answer


@pytest.mark.parametrize("attempt", FOR_LANDLOCK)
def test_landlock_refuses_it_where_seccomp_is_left_out(attempt: str, probe_as: Prober) -> None:
    assert probe_as("serve", attempt, without="seccomp").refused
    assert probe_as("serve", attempt, without=BOTH).worked


@pytest.mark.skipif(os.geteuid() != 0, reason="another user may not do it anyway")
@pytest.mark.parametrize("attempt", OF_ROOT)
def test_landlock_refuses_root_what_only_root_may(attempt: str, probe: Prober) -> None:
    assert probe("serve", attempt, without="seccomp").refused
    assert probe("serve", attempt, without=BOTH).worked


def test_landlock_alone_keeps_files_outside_the_granted_folder(probe_as: Prober) -> None:
    (probe_as.folder / "own.txt").write_text("mine")
    (probe_as.folder / "link").unlink(missing_ok=True)
    (probe_as.folder / "link").symlink_to("/etc/passwd")
    assert probe_as("serve-files", "openat2", "own.txt").worked
    for path in ("/etc/passwd", "../../etc/passwd", "link"):
        assert probe_as("serve-files", "openat2", path).refused, path
        assert probe_as("serve-files", "openat2", path, without="landlock").worked or path[0] == "."


def test_landlock_alone_keeps_a_grant_to_read_from_writing(probe_as: Prober) -> None:
    (probe_as.folder / "kept.txt").write_text("as it was")
    (probe_as.folder / "kept.txt").chmod(0o666)
    (probe_as.folder / "new.txt").unlink(missing_ok=True)
    assert probe_as("serve-files-read", "openat2", "kept.txt").worked
    assert probe_as("serve-files-read", "openat2-write", "kept.txt").refused
    assert probe_as("serve-files-read", "openat2-create", "new.txt").refused
    assert probe_as("serve-files", "openat2-write", "kept.txt").worked
    assert probe_as("serve-files", "openat2-create", "new.txt").worked
    assert probe_as("serve-files-read", "openat2-write", "kept.txt", without="landlock").worked


def test_landlock_grants_nothing_where_the_manifest_does_not(probe_as: Prober) -> None:
    assert probe_as("serve", "open", str(probe_as.folder), without="seccomp").refused
    assert probe_as("serve", "open", str(probe_as.folder), without=BOTH).worked


@pytest.fixture
def listener() -> Iterator[str]:
    name = f"pocket-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{name}")
        server.listen(1)
        yield name


def test_landlock_cuts_off_abstract_sockets_of_others(probe_as: Prober, listener: str) -> None:
    assert probe_as("serve", "abstract-socket", listener, without="seccomp").refused
    assert probe_as("serve", "abstract-socket", listener, without=BOTH).worked


def test_the_limits_hold_without_either_layer(probe_as: Prober) -> None:
    lines = probe_as("serve", "report", without=BOTH).said.split()
    report = {name: int(value) for name, value in (line.split("=") for line in lines)}
    assert report["no_new_privs"] == 1
    assert report["dumpable"] == 0
    assert report["death_signal"] == signal.SIGKILL
    assert report["descriptors"] == 2
    assert report["core"] == 0
    assert 0 < report["open_files"] <= 16


def test_an_ordinary_worker_cannot_raise_its_limits_even_without_seccomp(
    prober_of_nobody: Prober,
) -> None:
    assert prober_of_nobody("serve", "raise-limit", without=BOTH).refused


def test_a_panic_and_a_fault_end_as_what_they_are(probe: Prober) -> None:
    assert probe("serve", "panic").code == 101
    assert probe("compile", "panic").code == 101
    assert probe("serve", "fault").code == -signal.SIGSEGV
    # An abort would have to send a signal, which no policy allows.
    assert probe("serve", "abort").killed


def test_a_layer_that_does_not_exist_cannot_be_left_out(probe: Prober) -> None:
    assert probe("serve", "nothing", without="everything").code == 3


SCRIPT = """
import os, pathlib, sys
import pocket

def call(home):
    with pocket.Host(home=pathlib.Path(home)) as host:
        return host.load(sys.argv[1]).call("main", {"a": 1}).output["input"]

call(sys.argv[2])  # as root, so that all modules of Python are loaded
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
print(call(sys.argv[3]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_calls_a_plugin_in_the_whole_sandbox(prober_of_nobody: Prober) -> None:
    with tempfile.TemporaryDirectory(prefix="pocket-nobody-") as name:
        home = Path(name)
        plugin_folder(home, "guest", wasm=guest("echo"), permissions={"memory": "16MB"})
        (home / "own").mkdir()
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        said = subprocess.run(
            [
                sys.executable,
                "-c",
                SCRIPT,
                *(str(home / part) for part in ("guest", "root", "own")),
            ],
            env={**os.environ, "POCKET_WORKER": prober_of_nobody.binary},
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == "{'a': 1}"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="written for this machine's numbers")
def test_a_worker_that_makes_a_forbidden_call_is_reported_as_such(probe: Prober) -> None:
    from pocket.supervisor.process import Ending, _ending

    answer = probe("serve", "fork")
    assert _ending(answer.code, "") is Ending.SANDBOX
