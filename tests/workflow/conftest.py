from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from cli.conftest import terminal
from guests.build import guest, plugin_folder

from pocket import Host
from pocket.flow import Workflow
from pocket.plugin.package import read_package

__all__ = ["terminal"]

Install = Callable[..., None]


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Workflow]:
    """Writes a workflow file and loads it."""

    def write_and_load(text: str, host: Host | None = None) -> Workflow:
        file = tmp_path / "workflow.yaml"
        file.write_text(dedent(text))
        return Workflow.load(file, host=host)

    return write_and_load


@pytest.fixture
def install(host: Host, tmp_path: Path) -> Install:
    """Installs a guest as a plugin of its name, whose one node type has that name, too."""

    def install(name: str, **options: Any) -> None:
        plugin = name.replace("_", "-")
        folder = plugin_folder(tmp_path, plugin, wasm=guest(name), nodes=[plugin], **options)
        host.store.install(read_package(folder), replace=True)

    return install
