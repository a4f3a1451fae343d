"""The policies as data: what they allow, and what is just beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "workers" / "policies"
NAMES = ("serve", "serve-files", "compile", "symbolise")

NUMBERS = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10,
    "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigreturn": 15, "pread64": 17,
    "pwrite64": 18, "sched_yield": 24, "mremap": 25, "madvise": 28,
    "setitimer": 38, "fcntl": 72, "fsync": 74, "fdatasync": 75, "ftruncate": 77, "getrusage": 98,
    "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "getdents64": 217,
    "restart_syscall": 219, "clock_gettime": 228, "clock_nanosleep": 230, "exit_group": 231,
    "mkdirat": 258, "newfstatat": 262, "unlinkat": 263, "linkat": 265,
    "symlinkat": 266, "readlinkat": 267, "ppoll": 271, "utimensat": 280, "fallocate": 285,
    "prlimit64": 302, "renameat2": 316,
    "getrandom": 318, "openat2": 437,
}  # fmt: skip
"""System calls of x86-64 that a policy names."""


@dataclass(frozen=True)
class Pin:
    """What one argument of a rule has to be."""

    index: int
    value: int
    mask: int
    comment: str

    @classmethod
    def of(cls, data: dict[str, Any]) -> Pin:
        whole = 2**64 - 1 if data["type"] == "qword" else 2**32 - 1
        mask = whole if data["op"] == "eq" else data["op"]["masked_eq"]
        return cls(data["index"], data["val"], mask, data["comment"])

    def fits(self, arguments: list[int]) -> bool:
        return arguments[self.index] & self.mask == self.value & self.mask

    def others(self) -> Iterator[int]:
        """Give values that do not fit: near ones, and with single bits turned over."""
        near = (self.value + 1, abs(self.value - 1))
        bits = (self.value ^ 1 << bit for bit in (0, 1, 2, 3, 4, 5, 9, 12, 17, 31, 32, 63))
        yield from (value for value in (*near, *bits) if (value ^ self.value) & self.mask)


@dataclass(frozen=True)
class Rule:
    """One entry of a policy."""

    syscall: str
    comment: str
    pins: tuple[Pin, ...]

    @property
    def number(self) -> int:
        return NUMBERS[self.syscall]

    def arguments(self) -> list[int]:
        """Give the pinned arguments, and zero for the others."""
        values = [0] * 6
        for pin in self.pins:
            values[pin.index] = pin.value
        return values

    def allows(self, number: int, arguments: list[int]) -> bool:
        return number == self.number and all(pin.fits(arguments) for pin in self.pins)


@dataclass(frozen=True)
class Policy:
    """One file of `workers/policies`."""

    name: str
    rules: tuple[Rule, ...]
    data: dict[str, Any]

    @classmethod
    def read(cls, name: str) -> Policy:
        data = json.loads((FOLDER / f"{name}.json").read_text())[name]
        rules = tuple(
            Rule(rule["syscall"], rule.get("comment", ""), tuple(map(Pin.of, rule.get("args", []))))
            for rule in data["filter"]
        )
        return cls(name, rules, data)

    @property
    def numbers(self) -> set[int]:
        return {rule.number for rule in self.rules}

    def allows(self, number: int, arguments: list[int]) -> bool:
        return any(rule.allows(number, arguments) for rule in self.rules)

    def beside(self, rule: Rule) -> Iterator[tuple[Pin, list[int]]]:
        """Give arguments that miss one pin of a rule, and that no other rule allows."""
        for pin in rule.pins:
            for value in pin.others():
                arguments = rule.arguments()
                arguments[pin.index] = value
                if not self.allows(rule.number, arguments):
                    yield pin, arguments
