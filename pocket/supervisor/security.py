"""What holds a plugin on this machine, layer by layer, found out by trying it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pocket.errors import SandboxUnavailable
from pocket.supervisor import sandbox
from pocket.supervisor.probe import Answer, killed_by_the_host, probe

_HANG_S = 0.05
_SIGKILL = 9
_SIGPROF = 27
_UNCONFINED = 3
_ABI_OF_TCP = 4
_ABI_OF_SCOPES = 6
_OWN_DESCRIPTORS = 2
"""The image of the guest's memory and its page map."""


class State(StrEnum):
    """Whether a layer is in force."""

    ON = "on"
    OFF = "off"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer between a plugin and the machine."""

    name: str
    required: bool
    state: State
    found_by: str
    meaning: str
    detail: str = ""
    """Which version of it, or how much."""

    @property
    def missing(self) -> bool:
        """Whether no plugin should run like this."""
        return self.required and self.state is not State.ON


def layers() -> list[Layer]:
    """Try every layer and give what was found, the required ones first."""
    report = _report()
    found = [*_process(report), _landlock(report), _seccomp(report), *_limits(), *_caps()]
    return [*found, _namespaces(), _cgroup(), _yama()]


def require(found: list[Layer]) -> None:
    """Refuse to go on where a required layer is missing.

    Raises:
        SandboxUnavailable: it names each of them.
    """
    missing = [layer.name for layer in found if layer.missing]
    if not missing:
        return
    left_out = sandbox.left_out()
    raise SandboxUnavailable(
        f"not in force, and required: {', '.join(missing)}",
        hint=f"{sandbox.UNSAFE_WITHOUT}={','.join(left_out)} leaves out what it names; unset it"
        if left_out
        else "plugins do not start here; docs/security.md says what each layer needs",
    )


def _flags(*, without: tuple[str, ...] = ()) -> list[str]:
    """Give a worker's flags, with more left out than the operator does."""
    left_out = dict.fromkeys((*sandbox.left_out(), *without))
    return sandbox.arguments(left_out, namespaces=sandbox.namespaces_wanted())


def _try(what: str, *, policy: str = "serve", without: tuple[str, ...] = ()) -> Answer:
    """Try something as a worker would; one that cannot put its sandbox on tries nothing."""
    try:
        return probe(what, policy=policy, flags=_flags(without=without))
    except SandboxUnavailable as error:
        return Answer(_UNCONFINED, str(error))


def _report() -> dict[str, int]:
    """Ask a worker what the kernel says of it; both layers would be in the way of the questions."""
    said = _try("report", without=sandbox.REMOVABLE).said
    pairs = (line.partition("=") for line in said.split() if "=" in line)
    return {name: int(value) for name, _, value in pairs}


def _state(on: object) -> State:
    return State.ON if on else State.OFF


def _process(report: dict[str, int]) -> Iterator[Layer]:
    def asked(name: str, what: str, on: object, meaning: str) -> Layer:
        return Layer(name, True, _state(on), f"a worker asked {what}", meaning)

    started = _try("nothing")
    yield Layer(
        "process",
        True,
        State.ON if started.worked else State.UNAVAILABLE,
        "a worker was started and ended",
        "each plugin has a process of its own, with an empty environment",
        "" if started.worked else started.said.strip(),
    )
    yield asked(
        "dies with the host",
        "for its parent-death signal",
        report.get("death_signal") == _SIGKILL,
        "no worker outlives the process that started it",
    )
    yield asked(
        "no new privileges",
        "for PR_GET_NO_NEW_PRIVS",
        report.get("no_new_privs") == 1,
        "no program that it could run would give it more rights",
    )
    yield asked(
        "undumpable",
        "for PR_GET_DUMPABLE",
        report.get("dumpable") == 0,
        "processes of the same user cannot read or trace it",
    )
    yield asked(
        "closed descriptors",
        "for each descriptor from 3 on",
        report.get("descriptors") == _OWN_DESCRIPTORS,
        "no open file or socket of the host reaches it",
    )
    limits = ("data", "address_space", "open_files", "file_size", "core")
    yield asked(
        "resource limits",
        f"for its hard limits of {', '.join(limits).replace('_', ' ')}",
        report.get("core") == 0 and all(report.get(name, -1) >= 0 for name in limits),
        "the kernel bounds its memory, its open files and what it writes",
    )


def _landlock(report: dict[str, int]) -> Layer:
    abi = report.get("landlock", 0)
    refused = _try("open", without=("seccomp",)).refused
    unavailable = State.UNAVAILABLE if abi < 1 else State.OFF
    what = ["file", *(("TCP port",) if abi >= _ABI_OF_TCP else ())]
    what += ("signal or abstract socket",) if abi >= _ABI_OF_SCOPES else ()
    return Layer(
        "landlock",
        True,
        State.ON if refused else unavailable,
        "a worker without seccomp tried to open /",
        f"no {', '.join(what)} leads out of the sandbox",
        f"ABI {abi}" if abi > 0 else "",
    )


def _seccomp(report: dict[str, int]) -> Layer:
    killed = _try("fork").killed and _try("fork", policy="compile").killed
    rules = [
        f"{name.removeprefix('rules_')} {count}"
        for name, count in report.items()
        if name.startswith("rules_")
    ]
    return Layer(
        "seccomp",
        True,
        _state(killed),
        "a worker and a compiler tried to fork",
        "any system call that is not on a short list kills the worker",
        f"rules: {', '.join(rules)}",
    )


def _limits() -> Iterator[Layer]:
    yield Layer(
        "CPU timer",
        True,
        _state(_try("spin").code == -_SIGPROF),
        "a worker looped past a timer of 10 ms",
        "a call that computes for too long is killed by the kernel",
    )
    yield Layer(
        "wall clock",
        True,
        _state(killed_by_the_host(_HANG_S)),
        "a worker hung and was killed after 50 ms",
        "a call that takes too long is killed by the host, whatever it does",
    )


def _caps() -> Iterator[Layer]:
    for what in ("memory", "table"):
        yield Layer(
            f"WebAssembly {what} cap",
            True,
            _state(_try(f"wasm-{what}").refused),
            f"a worker made a {what} twice as large as its cap",
            f"a plugin's {what} cannot grow past its limit",
        )


def _namespaces() -> Layer:
    found_by, meaning = (
        "a worker tried to enter them",
        "a network without interfaces and users of its own, behind the other layers",
    )
    flags = sandbox.arguments(sandbox.left_out(), namespaces=True)
    try:
        probe("nothing", flags=flags)
    except SandboxUnavailable:
        return Layer("namespaces", False, State.UNAVAILABLE, found_by, meaning)
    wanted = sandbox.namespaces_wanted()
    hint = "" if wanted else f"; {sandbox.NAMESPACES}=1 turns them on"
    return Layer("namespaces", False, _state(wanted), found_by, meaning + hint)


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _seen(name: str, path: str, meaning: str, judge: Callable[[str], bool]) -> Layer:
    """Give a layer of the machine that Pocket does not set, only looks at."""
    content = _read(path)
    state = State.UNAVAILABLE if content is None else _state(judge(content))
    return Layer(name, False, state, f"{path} was read", meaning)


def _cgroup() -> Layer:
    return _seen(
        "cgroup v2",
        "/sys/fs/cgroup/cgroup.controllers",
        "Pocket makes no cgroup; an operator can bound the host and all its workers with one",
        lambda _: _read("/proc/self/cgroup") not in (None, "0::/"),
    )


def _yama() -> Layer:
    return _seen(
        "yama",
        "/proc/sys/kernel/yama/ptrace_scope",
        "processes of one user may not trace each other, workers or not",
        lambda scope: scope != "0",
    )
