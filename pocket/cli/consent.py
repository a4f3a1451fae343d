"""The question whether a plugin may have what it asks for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pocket.cli.output import note
from pocket.errors import ConsentRequired

if TYPE_CHECKING:
    from pocket.plugin.consent import Difference


def ask_consent(difference: Difference, *, yes: bool) -> None:
    """Return when a plugin may be installed.

    Args:
        difference: what it asks for.
        yes: whether the command line has agreed already.

    Raises:
        ConsentRequired: the answer was no, or there is nobody to ask.
    """
    if yes or not difference.needs_consent:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise difference.refused(hint="if it may have that, install it with --yes")
    note(difference.heading())
    for line in difference.lines():
        note(f"  {line}")
    print("Install it? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise ConsentRequired(f"plugin {difference.plugin} was not installed")
