"""`pocket security`: what holds a plugin on this machine."""

from __future__ import annotations

import typer

from pocket.cli.help import Command, Group
from pocket.cli.options import Output
from pocket.cli.output import Format, emit, table

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="See what holds plugins on this machine.",
    epilog="""
    pocket security status
    pocket security status --output json
    """,
)


@app.command("status", cls=Command)
def status(output: Output = Format.TEXT) -> None:
    """Try every layer of the sandbox, and show which are in force.

    Exits with 41 where a required one is missing.

    Examples:

      pocket security status

      pocket security status --output json
    """
    from pocket.supervisor import security

    found = security.layers()
    if output is Format.TEXT:
        rows = [
            (
                layer.state.value,
                "required" if layer.required else "optional",
                f"{layer.name} ({layer.detail})" if layer.detail else layer.name,
                f"{layer.meaning} ({layer.found_by})",
            )
            for layer in found
        ]
        print(table(rows, ("STATE", "", "LAYER", "WHAT IT MEANS (HOW IT WAS FOUND OUT)")))
    else:
        emit(
            [
                {
                    "name": layer.name,
                    "required": layer.required,
                    "state": layer.state.value,
                    "found_by": layer.found_by,
                    "meaning": layer.meaning,
                    "detail": layer.detail or None,
                }
                for layer in found
            ],
            output,
        )
    security.require(found)
