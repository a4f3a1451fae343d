"""What plugins log, as somebody at the command line sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from guests.build import guest, plugin_folder


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ([], ["warning", "error"]),
        (["--log", "debug"], ["debug", "info", "warning", "error"]),
        (["--log", "error"], ["error"]),
    ],
)
def test_lines_of_a_plugins_log_are_shown_from_the_chosen_level_on(
    terminal, tmp_path: Path, option: list[str], shown: list[str]
) -> None:
    plugin_folder(tmp_path, "chatty", wasm=guest("log_hello"))
    done = terminal.run(
        *option, "plugins", "call", str(tmp_path / "chatty"), "main", "--input", "{}"
    )
    lines = [line for line in done.stderr.splitlines() if line.endswith("chatty: hello")]
    assert lines == [f"{level}: chatty: hello" for level in shown]
    assert done.returncode == 22


def test_a_log_cannot_write_what_a_terminal_obeys(terminal, tmp_path: Path) -> None:
    plugin_folder(tmp_path, "odd", wasm=guest("log_odd"))
    done = terminal.run(
        "--log", "debug", "plugins", "call", str(tmp_path / "odd"), "main", "--input", "{}"
    )
    assert "\x1b" not in done.stderr
    assert "odd: " in done.stderr
