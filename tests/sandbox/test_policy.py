"""Each policy against the kernel: every rule allows, everything beside it kills.

The cases come out of the policy files themselves.
"""

from __future__ import annotations

import platform
import re
import signal

import pytest

from sandbox.policy import NAMES, Policy
from sandbox.probe import Prober

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers here are those of x86-64"
)

HIGHEST = 480
"""Above every system call of the kernels that this was written on."""
X32 = 0x4000_0000
"""Marks a call of the x32 ABI, which shares the architecture's number."""
KERNELS_OWN = {335: "uretprobe", 336: "uprobe"}
"""The kernel lets them past every seccomp filter, and answers them in its own trampolines alone."""
NO_RETURN = {"rt_sigreturn"}
"""Jumps to wherever the stack says, here nowhere: a fault, but the call itself is let through."""


@pytest.fixture(params=NAMES)
def policy(request: pytest.FixtureRequest) -> Policy:
    return Policy.read(request.param)


def test_a_policy_kills_by_default_and_says_why_it_allows(policy: Policy) -> None:
    assert policy.data["mismatch_action"] == "kill_process"
    assert policy.data["match_action"] == "allow"
    for rule in policy.rules:
        assert len(rule.comment) > 2, rule
        assert all(pin.comment for pin in rule.pins), rule


def test_no_policy_names_a_call_by_which_a_worker_gets_out(policy: Policy) -> None:
    never = re.compile(
        r"^(open|openat|creat|socket.*|connect|bind|accept4?|sendto|sendmsg|clone3?|v?fork|execve.*"
        r"|kill|tkill|tgkill|ptrace|process_vm_.*|io_uring_.*|bpf|userfaultfd|keyctl|mount|unshare"
        r"|setns|memfd_create|prctl|seccomp|ioctl|personality|pidfd_.*|perf_event_open|shm.*)$"
    )
    assert [rule.syscall for rule in policy.rules if never.match(rule.syscall)] == []


def test_every_allowed_call_comes_back(policy: Policy, probe: Prober) -> None:
    for rule in policy.rules:
        answer = probe(policy.name, "syscall", rule.number, *rule.arguments())
        # What returns to nowhere dies of where that is, and of no filter.
        nowhere = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL)
        expected = nowhere if rule.syscall in NO_RETURN else (0, 1)
        assert answer.code in expected, (rule, answer)


def test_every_changed_argument_kills(policy: Policy, probe: Prober) -> None:
    survivors = [
        (rule.syscall, pin.comment, arguments)
        for rule in policy.rules
        for pin, arguments in policy.beside(rule)
        if not probe(policy.name, "syscall", rule.number, *arguments).killed
    ]
    assert survivors == []


def test_every_other_system_call_kills(policy: Policy, probe: Prober) -> None:
    allowed = policy.numbers | KERNELS_OWN.keys()
    others = [number for number in range(HIGHEST) if number not in allowed]
    survivors = [number for number in others if not probe(policy.name, "syscall", number).killed]
    assert survivors == []


def test_the_calls_that_no_filter_sees_give_nothing(policy: Policy, probe: Prober) -> None:
    for number in KERNELS_OWN:
        assert not probe(policy.name, "syscall", number).worked


def test_calls_of_the_x32_abi_kill_even_where_their_number_is_allowed(
    policy: Policy, probe: Prober
) -> None:
    survivors = [
        rule.syscall
        for rule in policy.rules
        if not probe(policy.name, "syscall", rule.number | X32, *rule.arguments()).killed
    ]
    assert survivors == []


def test_calls_by_the_32_bit_entry_kill(policy: Policy, probe: Prober) -> None:
    # A kernel without that entry answers with SIGSEGV.
    assert probe(policy.name, "compat-call").code in (-signal.SIGSYS, -signal.SIGSEGV)


def test_a_number_that_is_none_kills(policy: Policy, probe: Prober) -> None:
    for number in (-1, 2**31, 0xFFFF_FFFF, 100_000):
        assert probe(policy.name, "syscall", number).killed, number
