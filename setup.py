"""Adds to the package what is no Python: the interpreters of `transform` and `lua`, and the SDKs.

pyproject.toml has all else.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
BUILT = {"javascript": "dist/engine.wasm", "python": "src/pocket_plugin/engine.wasm"}
"""SDKs that are taken along only where `make plugins` has built them."""
LEFT_OUT = ("node_modules", "target", "build", "engine", "test", "tests", "__pycache__")


class BuildWithParts(build_py):
    """Copies the package, builds its interpreters, and adds the SDKs."""

    def run(self) -> None:
        """Build into the copy; an editable install has none, and builds into the source."""
        super().run()
        package = Path("pocket") if self.editable_mode else Path(self.build_lib, "pocket")
        build = HERE / "interpreters" / "build.py"
        subprocess.run([sys.executable, build, package / "interpreters"], check=True)
        # An editable install finds them beside the package.
        if not self.editable_mode:
            copy_sdks(package / "authoring" / "sdk")


def copy_sdks(to: Path) -> None:
    """Put in what `pocket plugins new` gives to a plugin."""
    shutil.rmtree(to, ignore_errors=True)
    for sdk in sorted(HERE.joinpath("sdk").iterdir()):
        built = BUILT.get(sdk.name)
        if built is None:
            shutil.copytree(sdk, to / sdk.name, ignore=shutil.ignore_patterns(*LEFT_OUT, "dist"))
        elif (sdk / built).exists():
            shutil.copytree(sdk, to / sdk.name, ignore=shutil.ignore_patterns(*LEFT_OUT))


setup(cmdclass={"build_py": BuildWithParts})
