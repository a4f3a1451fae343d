"""A plugin's folder on its author's machine, and the tools that are run in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pocket.errors import BuildFailed

_SHOWN_LINES: Final = 200
"""A compiler's first errors matter, but its last lines say what it gave up on."""
_PATIENCE_S: Final = 2.0
"""npm and cargo take a few milliseconds to leave."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs tools in a plugin's folder; they are the author's own and no sandbox holds them.

    Attributes:
        folder: with manifest.yaml.
        wasm: where the manifest says that the wasm file is, or `dist/` if it says no folder.
        show: told what goes on.
    """

    folder: Path
    wasm: Path
    show: Callable[[str], None]

    def run(
        self,
        *command: str,
        install: str,
        hints: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
        stdout_is_data: bool = False,
    ) -> str:
        """Run a tool to its end and give what it wrote on stdout.

        Args:
            command: the tool's name and its arguments.
            install: how to get the tool.
            hints: what to do, by a text in the tool's output that tells of the problem.
            environ: variables besides those of this process.
            stdout_is_data: what it writes there is not for people.

        Raises:
            BuildFailed: the tool is missing, or says no.
        """
        tool = shutil.which(command[0])
        if tool is None:
            raise BuildFailed(f"{command[0]} is not installed", hint=install)
        # npm's own flags are of no interest to whoever waits.
        line = " ".join(word for word in command if not word.startswith("-"))
        self.show(line)
        with subprocess.Popen(
            [tool, *command[1:]],
            cwd=self.folder,
            env=os.environ | dict(environ or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # Of its own, so that what the tool has started can be ended with it.
            process_group=0,
        ) as process:
            try:
                stdout, stderr = process.communicate()
            except BaseException:
                _interrupt(process)
                raise
        if process.returncode:
            said = stderr if stdout_is_data else stdout + stderr
            raise BuildFailed(
                f"{self.folder}: `{line}` failed with exit code {process.returncode}",
                hint=next((do for text, do in (hints or {}).items() if text in said), None),
                detail="\n".join(said.strip("\n").splitlines()[-_SHOWN_LINES:]),
            )
        return stdout


def _interrupt(process: subprocess.Popen[str]) -> None:
    """End a tool and all that it has started, as Ctrl-C at its own terminal would, but surely."""
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGINT)
        process.wait(_PATIENCE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
