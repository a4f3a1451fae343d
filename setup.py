"""Adds the interpreters of `transform` and `lua` to the package; pyproject.toml has all else."""

import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithInterpreters(build_py):
    """Copies the package, and builds its interpreters."""

    def run(self) -> None:
        """Build into the copy; an editable install has none, and builds into the source."""
        super().run()
        package = Path("pocket") if self.editable_mode else Path(self.build_lib, "pocket")
        build = Path(__file__).with_name("interpreters") / "build.py"
        subprocess.run([sys.executable, build, package / "interpreters"], check=True)


setup(cmdclass={"build_py": BuildWithInterpreters})
