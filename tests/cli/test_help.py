"""`--help` of every command: that there is one, with examples, and what the first look like."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from cli.conftest import Terminal
from pocket.cli.main import app


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_ends_with_examples_of_the_command(path: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(app, [*path, "--help"])
    assert (ended.exit_code, ended.stderr) == (0, "")
    _, _, examples = ended.stdout.partition("\nExamples:\n")
    lines = examples.splitlines()
    assert lines
    assert all(f"{line} ".startswith(f"  {' '.join(('pocket', *path))} ") for line in lines)
    assert CliRunner().invoke(app, [*path, "-h"]).stdout == ended.stdout


def test_every_example_works_when_it_is_pasted() -> None:
    """As far as its command takes the options and arguments."""
    root = typer.main.get_command(app)
    checked = 0
    for path in ALL:
        command: Any = root
        for name in path:
            command = command.commands[name]
        if hasattr(command, "commands"):
            continue
        _, _, examples = command.help.partition("Examples:")
        for example in filter(str.strip, examples.splitlines()):
            # What stands behind a pipe or a > is the shell's.
            words = shlex.split(re.split(r" [|>] ", example)[0])[len(path) + 1 :]
            command.make_context(" ".join(path), words)
            checked += 1
    assert checked > 40


def test_the_list_of_commands_says_of_each_what_it_says_of_itself() -> None:
    root: Any = typer.main.get_command(app)
    listed = {name: root.get_command(None, name) for name in root.list_commands(None)}
    assert list(listed) == list(root.commands)
    for name, command in root.commands.items():
        assert listed[name].get_short_help_str() == command.get_short_help_str()


def test_help_and_wrong_usage_look_like_this(
    terminal: Terminal, same: Callable[[str, str], None]
) -> None:
    same(
        "help",
        terminal.session(
            "--help",
            "run --help",
            "plugins --help",
            "plugins call --help",
            "plugin",
            "plugins instal x",
            "plugins call x",
            "run",
            "run a.yaml --outptu json",
            "nodes list --output xml",
        ),
    )


@pytest.mark.parametrize("path", [(), ("plugins",), ("nodes",)])
def test_a_group_alone_shows_its_help(path: tuple[str, ...]) -> None:
    alone, helped = CliRunner().invoke(app, path), CliRunner().invoke(app, [*path, "--help"])
    assert alone.output == helped.output
    assert alone.exit_code == 2
