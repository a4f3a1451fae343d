"""Plugins that are made for measuring."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "tests"


def echo_plugin(folder: Path) -> Path:
    """Make a plugin that gives every request back."""
    sys.path.insert(0, str(TESTS))
    from guests.build import guest, plugin_folder

    permissions = {"memory": "256MB", "cpu": "10s", "timeout": "30s"}
    return plugin_folder(folder, "echo", wasm=guest("echo"), permissions=permissions)
