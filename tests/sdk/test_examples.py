"""Every example plugin passes `pocket plugins test`, as its README promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "examples" / "plugins"


@pytest.mark.parametrize("name", ["csv-report", "sentiment", "slugify", "statistics", "wordcount"])
def test_the_examples_of_a_plugin_are_true(name, shared_home) -> None:
    folder = PLUGINS / name
    assert (folder / "dist" / "plugin.wasm").exists(), "run `make plugins` first"
    command = [sys.executable, "-m", "pocket.cli.main", "plugins", "test", str(folder)]
    environ = os.environ | {"POCKET_HOME": str(shared_home)}
    run = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=100, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 failed" in run.stdout
