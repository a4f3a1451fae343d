"""How `--help` looks: plain text with the examples at its end, as they are typed."""

from __future__ import annotations

import inspect
from typing import Any

from typer.core import TyperCommand, TyperGroup

_EXAMPLES = "Examples:"


class Command(TyperCommand):
    """A command whose docstring ends with `Examples:` and one command a line."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write everything but the examples as typer does, then the examples line by line."""
        text, _, examples = inspect.cleandoc(self.help or "").partition(_EXAMPLES)
        whole, self.help = self.help, text
        try:
            super().format_help(ctx, formatter)
        finally:
            self.help = whole
        write_examples(formatter, examples)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Write a required argument as `FILE`, where typer writes `{FILE}`."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def get_short_help_str(self, limit: int = 0) -> str:
        """Give the first sentence whole, to be wrapped in the list of commands, not cut."""
        return super().get_short_help_str(max(limit, 200))


class Group(TyperGroup):
    """A group of commands whose epilog is one example a line."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the examples."""
        write_examples(formatter, self.epilog or "")


def write_examples(formatter: Any, examples: str) -> None:
    """Write one example a line, however wide the terminal is: each is to be copied whole."""
    lines = [line.strip() for line in examples.splitlines() if line.strip()]
    if lines:
        formatter.write_paragraph()
        formatter.write(f"{_EXAMPLES}\n")
        formatter.write("".join(f"  {line}\n" for line in lines))
