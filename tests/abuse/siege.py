"""One attack at a time: run it, time it, and look at what is left when it is over."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Self

from guests.build import guest, plugin_folder

import pocket
from abuse.evidence import Evidence
from abuse.footprint import Footprint, forget_peak, peak
from abuse.table import Row

QUICK = {"memory": "16MB", "cpu": "100ms", "timeout": "2s"}
DEADLINE_S = 10.0
"""For most attacks: the longest of `QUICK`, a start, a compile and a machine that is busy."""
ANSWER_S = 4.0
"""Longest that another plugin's caller may wait meanwhile, on two cores that others use too."""
PEAK_MB = 640
"""By how much the host may grow meanwhile: some copies of the largest frame, and what the largest
tree of JSON takes."""
_SETTLE_S = 3.0
"""Threads and processes that were told to end may take a moment."""


class StillRunning(BaseException):
    """The attack was not over at its deadline."""


class Bystander:
    """Another plugin of the same host, called all the time while an attack runs."""

    def __init__(self, plugin: pocket.Plugin) -> None:
        self._plugin = plugin
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._call_on)
        self._error: BaseException | None = None
        self.longest_s = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Fail unless every call was answered, in time, and one more is."""
        if self._error is not None:
            raise AssertionError("another plugin got no answer") from self._error
        assert self.longest_s < ANSWER_S, f"another plugin waited {self.longest_s:.1f} s"
        self._ask("after")

    def _call_on(self) -> None:
        turn = 0
        try:
            while not self._stop.wait(0.01):
                turn += 1
                self._ask(turn)
        except BaseException as error:  # noqa: BLE001
            self._error = error

    def _ask(self, value: object) -> None:
        begun = time.monotonic()
        answer: Any = self._plugin.call("main", value).output
        self.longest_s = max(self.longest_s, time.monotonic() - begun)
        assert answer["input"] == value


class Siege:
    """Runs the attack of one row, and holds the host to what every row promises.

    Args:
        row: gets what happened.
        host: the attacked one, which has another plugin too.
        home: the host's.
        root: for the folders of plugins.
    """

    def __init__(self, row: Row, host: pocket.Host, home: Path, root: Path) -> None:
        self.host = host
        self.root = root
        self.row = row
        self.evidence = Evidence()
        self._home = home
        self._loaded: list[pocket.Plugin] = []
        other = host.load(plugin_folder(root, "bystander", wasm=guest("echo")))
        other.call("main", None)
        self._bystander = Bystander(other)
        self._before = Footprint.now(home)

    def folder(self, wasm: str | bytes, *, name: str = "hostile", **options: Any) -> Path:
        """Write a plugin of a guest's name or of a module."""
        module = guest(wasm) if isinstance(wasm, str) else wasm
        options.setdefault("permissions", QUICK)
        return plugin_folder(self.root, name, wasm=module, **options)

    def load(self, wasm: str | bytes, *, name: str = "hostile", **options: Any) -> pocket.Plugin:
        """Load a guest by name, or a module, as a plugin with the node `main`."""
        plugin = self.host.load(self.folder(wasm, name=name, **options))
        self.keep(plugin)
        return plugin

    def keep(self, plugin: pocket.Plugin) -> None:
        """Close a plugin before looking for what is left."""
        self._loaded.append(plugin)

    def fails(
        self,
        attack: Callable[[], object],
        *errors: type[pocket.PocketError],
        within_s: float = DEADLINE_S,
    ) -> pocket.PocketError:
        """Hold that the attack ends in one of these errors, in time, and leaves nothing."""
        raised: list[pocket.PocketError] = []

        def attempt() -> None:
            try:
                attack()
            except errors as error:
                raised.append(error)

        self._run(attempt, within_s)
        assert raised, "the attack ended without an error"
        self._end(raised[0])
        return raised[0]

    def fails_or_passes(
        self,
        attack: Callable[[], object],
        *errors: type[pocket.PocketError],
        within_s: float = DEADLINE_S,
    ) -> None:
        """Hold that the attack does no harm, whether it is refused or done as it asks."""
        raised: list[pocket.PocketError] = []

        def attempt() -> None:
            try:
                attack()
            except errors as error:
                raised.append(error)

        self._run(attempt, within_s)
        if raised:
            self._end(raised[0])
        else:
            self._close("an ordinary answer", "done as asked")

    def answers(
        self,
        attack: Callable[[], object],
        wanted: object,
        *,
        by: str | None = None,
        within_s: float = DEADLINE_S,
    ) -> None:
        """Hold that the attack comes to an ordinary answer, in time, and leaves nothing.

        Args:
            attack: gives the answer.
            wanted: the answer.
            by: what was seen to stop it, for answers that say so themselves.
            within_s: the attack's deadline.
        """
        given: list[object] = []
        self._run(lambda: given.append(attack()), within_s)
        assert given == [wanted]
        self._close(by or "an ordinary answer", f"{given[0]!r}")

    def refused(
        self, attack: Callable[[], object], *codes: str, within_s: float = DEADLINE_S
    ) -> None:
        """Hold that a host call is answered by a refusal with one of these codes."""
        answers: list[Any] = []
        self._run(lambda: answers.append(attack()), within_s)
        assert answers[0]["ok"] is False, answers
        code = answers[0]["error"]["code"]
        assert code in codes, answers
        self._close(f"capability: {code}", answers[0]["error"]["message"])

    def _run(self, attack: Callable[[], object], within_s: float) -> None:
        held = forget_peak()
        with self._bystander, self.evidence.gather(), _deadline(within_s):
            begun = time.monotonic()
            try:
                attack()
            finally:
                self.row.took_s = time.monotonic() - begun
        self.row.peak_mb = (peak() - held) >> 20
        assert self.row.took_s < within_s
        assert self.row.peak_mb < PEAK_MB, f"{self.row.peak_mb} MB in between"

    def _end(self, error: pocket.PocketError) -> None:
        assert str(error).strip()
        stopped_by = self.evidence.stopped_by(error)
        error.__traceback__ = error.__context__ = error.__cause__ = None  # frames hold answers
        self._close(stopped_by, type(error).__name__)

    def _close(self, stopped_by: str, ended_as: str) -> None:
        self.row.stopped_by, self.row.ended_as = stopped_by, ended_as
        self._bystander.check()
        for plugin in self._loaded:
            plugin.close()
        until = time.monotonic() + _SETTLE_S
        while left := Footprint.now(self._home).leftovers(self._before):
            assert time.monotonic() < until, f"left behind: {'; '.join(left)}"
            time.sleep(0.02)
        self.row.passed = True


@contextmanager
def _deadline(within_s: float) -> Iterator[None]:
    """Raise `StillRunning` in the main thread when the time is over."""

    def overrun(number: int, frame: FrameType | None) -> None:
        raise StillRunning(f"not over after {within_s} s")

    main = threading.main_thread().ident
    assert main is not None
    before = signal.signal(signal.SIGUSR1, overrun)
    timer = threading.Timer(within_s, signal.pthread_kill, (main, signal.SIGUSR1))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGUSR1, before)
