"""A worker that was taken over: what its host stands against, and what the kernel refuses it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox.policy import NAMES
from sandbox.probe import NOBODY, Answer, Prober

import pocket
from abuse.conftest import TakeOver, stand_ins
from abuse.siege import Siege

SCENARIOS = {
    "a flood of stderr": ("stderr_flood", pocket.CallTimeout),
    "writes to every descriptor": ("writes_to_every_fd", pocket.ProtocolViolation),
    "pipes made blocking": ("blocks_the_pipes", pocket.CallTimeout),
    "all signals ignored and blocked": ("ignores_signals", pocket.CallTimeout),
    "an abort, and its core": ("aborts", pocket.PluginCrashed),
    "every descriptor closed": ("closes_everything", pocket.PluginCrashed),
    "a child that holds the pipes": ("child_holds_the_pipes", pocket.CallTimeout),
    "a loop with its timer disarmed": ("spins", pocket.CallTimeout),
    "fifty children": ("fifty_children", pocket.CallTimeout),
}


@pytest.mark.parametrize(("scenario", "error"), SCENARIOS.values(), ids=SCENARIOS)
def test_on_the_hosts_side(
    siege: Siege,
    take_over: TakeOver,
    hostile_worker: Path,
    scenario: str,
    error: type[pocket.PocketError],
) -> None:
    plugin = take_over(scenario)
    siege.fails(lambda: plugin.call("main", None), error)
    _wait_for_none(hostile_worker)


def test_pipes_made_non_blocking_and_appending(siege: Siege, take_over: TakeOver) -> None:
    plugin = take_over("unblocks_the_pipes")
    siege.answers(lambda: [plugin.call("main", None).output for _ in range(2)], [1, 1])


def test_a_grandchild_in_a_session_of_its_own_holds_the_pipes(
    siege: Siege, take_over: TakeOver, hostile_worker: Path
) -> None:
    # Nothing but seccomp keeps a process from leaving its group; the stand-in has none.
    plugin = take_over("grandchild_in_a_session")
    siege.fails(lambda: plugin.call("main", None), pocket.CallTimeout)
    for pid in stand_ins(hostile_worker):
        os.kill(pid, signal.SIGKILL)
    _wait_for_none(hostile_worker)


def _wait_for_none(program: Path) -> None:
    until = time.monotonic() + 5
    while left := stand_ins(program):
        assert time.monotonic() < until, f"still running: {left}"
        time.sleep(0.01)


# The kernel's side: the real worker, all its layers on, tries one thing.

ATTEMPTS = {
    "fork": ("fork",),
    "clone3": ("clone3",),
    "a thread": ("thread",),
    "reading /proc/self/environ": ("environ",),
    "reading the host's memory by /proc": ("parent-memory",),
    "reading the host's memory": ("read-parent",),
    "writing the host's memory": ("write-parent",),
    "reading ~/.ssh": ("open", str(Path("~/.ssh/id_rsa").expanduser())),
    "reading /etc/shadow": ("open", "/etc/shadow"),
    "kill(parent)": ("signal-parent",),
    "kill(-1)": ("signal-all",),
    "ptrace of the host": ("ptrace-parent",),
    "O_NONBLOCK on its pipes": ("nonblock",),
    "an abstract socket": ("abstract-socket",),
    "a listening TCP socket": ("tcp-bind",),
    "io_uring": ("io-uring",),
    "userfaultfd": ("userfaultfd",),
    "bpf": ("bpf",),
    "keyctl": ("keyctl",),
    "mount": ("mount",),
    "unshare": ("unshare",),
    "execve": ("execve",),
    "a shared mapping": ("mmap-shared",),
    "memory made executable": ("mprotect-exec",),
    "an executable mapping": ("mmap-exec",),
    "memfd": ("memfd",),
    "making a file": ("create",),
    "openat2": ("openat2",),
    "raising its own limits": ("raise-limit",),
    "setsid": ("setsid",),
    "being dumpable again": ("dumpable",),
    "outliving its host": ("outlive-parent",),
    "a 32-bit system call": ("compat-call",),
}
_ALLOWED = {("serve-files", "openat2"), ("serve-files", "nonblock"), ("compile", "thread")}
"""What a role cannot do without; its own tests say what stands behind."""


@pytest.fixture(scope="session")
def root_prober() -> Iterator[Prober]:
    """Probes as whoever runs the tests, most likely root."""
    prober = Prober()
    yield prober
    prober.close()


@pytest.fixture(scope="session")
def nobody_prober() -> Iterator[Prober]:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    prober = Prober(NOBODY)
    yield prober
    prober.close()


@pytest.fixture(
    scope="session",
    params=["root_prober", "nobody_prober"],
    ids=["as this user", f"as user {NOBODY}"],
)
def prober(request: pytest.FixtureRequest) -> Prober:
    found: Prober = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("words", ATTEMPTS.values(), ids=ATTEMPTS)
def test_attempts(prober: Prober, siege: Siege, words: tuple[str, ...]) -> None:
    given: list[Answer] = []

    def attack() -> bool:
        given[:] = [
            prober(policy, *words) for policy in NAMES if (policy, words[0]) not in _ALLOWED
        ]
        return all(answer.stopped for answer in given)

    siege.answers(attack, True)
    siege.row.stopped_by = ", ".join(sorted({_layer(answer) for answer in given}))
    siege.row.ended_as = f"in {len(given)} roles"


def _layer(answer: Answer) -> str:
    return "kernel: seccomp, SIGSYS" if answer.killed else f"kernel: {answer.said.strip()}"


def test_a_socket_of_every_family(root_prober: Prober, siege: Siege) -> None:
    given: list[Answer] = []

    def attack() -> bool:
        given[:] = [root_prober("serve", "socket", family) for family in range(46)]
        return all(answer.stopped for answer in given)

    siege.answers(attack, True)
    siege.row.stopped_by = ", ".join(sorted({_layer(answer) for answer in given}))


def test_a_core_dump(root_prober: Prober, siege: Siege) -> None:
    given: list[Answer] = []

    def attack() -> bool:
        given[:] = [root_prober("serve", "abort")]
        return given[0].code < 0  # that no core lies about is seen with all other files

    siege.answers(attack, True)
    siege.row.stopped_by = f"kernel: {signal.Signals(-given[0].code).name}, RLIMIT_CORE"
