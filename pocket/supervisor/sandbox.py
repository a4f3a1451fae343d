"""The layers of the workers' sandbox, and the operator's switch to leave some of them out."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterable
from typing import Final

from pocket.errors import SandboxUnavailable, suggest

UNSAFE_WITHOUT: Final = "POCKET_UNSAFE_WITHOUT"
"""Environment variable that names layers to leave out, as `landlock,seccomp`."""

NAMESPACES: Final = "POCKET_NAMESPACES"
"""Environment variable that asks for namespaces, with `1`; a worker then starts 1 ms later."""

REMOVABLE: Final = ("landlock", "seccomp")

_logger = logging.getLogger("pocket")


def left_out() -> tuple[str, ...]:
    """Give the layers that the operator leaves out; none unless the environment says so.

    Raises:
        SandboxUnavailable: the variable names something that is no such layer.
    """
    named = os.environ.get(UNSAFE_WITHOUT, "")
    layers = tuple(dict.fromkeys(name.strip() for name in named.split(",") if name.strip()))
    for layer in layers:
        if layer not in REMOVABLE:
            raise SandboxUnavailable(
                f"{UNSAFE_WITHOUT}: there is no layer {layer!r} to leave out",
                hint=suggest(layer, REMOVABLE) or f"it may name {' and '.join(REMOVABLE)}",
            )
    return layers


def namespaces_wanted() -> bool:
    """Give whether the operator asks for namespaces."""
    return os.environ.get(NAMESPACES, "") not in ("", "0")


def worker_arguments() -> list[str]:
    """Give the words that tell a worker which layers to leave out, or to put on top."""
    return arguments(left_out(), namespaces=namespaces_wanted())


def arguments(without: Iterable[str], *, namespaces: bool = False) -> list[str]:
    """Give the words for a choice of layers."""
    layers = ",".join(without)
    words = ["--unsafe-without", layers] if layers else []
    return [*words, "--namespaces"] if namespaces else words


def warning() -> str | None:
    """Say what is left out, or give None when nothing is."""
    layers = left_out()
    if not layers:
        return None
    return (
        f"plugins run WITHOUT {' and '.join(layers)}, because {UNSAFE_WITHOUT} says so; "
        "a plugin that breaks out of WebAssembly can then do what this user can"
    )


def warn() -> None:
    """Log what weakens the host: layers that are left out, and a signal that ends it."""
    text = warning()
    if text is not None:
        _logger.warning("%s", text)
    if signal.getsignal(signal.SIGPIPE) is signal.SIG_DFL:
        _logger.warning(
            "SIGPIPE ends this program, so a plugin that crashes can end it; "
            "leave the signal ignored, as Python does by itself"
        )
