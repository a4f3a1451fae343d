"""A new plugin's folder: a template with the plugin's name in it, and the SDK beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from pocket.authoring.languages import toolchain
from pocket.authoring.toolchain import Toolchain
from pocket.errors import InvalidInput
from pocket.plugin.manifest import manifest_schema
from pocket.version import VERSION

TEMPLATES: Final = Path(__file__).with_name("templates")
_SDKS: Final = (Path(__file__).with_name("sdk"), Path(__file__).parents[2] / "sdk")
"""Where SDKs can be: in the package, where `pip install` puts them, or beside it in a checkout."""


def create(
    name: str, language: str, *, into: Path, sdk: Path | None, taken: Collection[str]
) -> Path:
    """Write the folder of a new plugin and give its path.

    Args:
        name: of the plugin, its folder and its node type.
        language: a key of `LANGUAGES`.
        into: the folder that gets the new one.
        sdk: `sdk/` of Pocket's repository; by default what came with the Pocket that runs.
        taken: node types that no plugin can have.

    Raises:
        InvalidInput: the name or the language cannot be had, the folder exists, or there is no
            SDK; nothing was written.
    """
    _check_name(name, taken)
    tools = toolchain(language)
    folder = into / name
    try:
        files = dict(_from_template(language, name))
        files |= tools.vendored(_sdk_folder(tools, sdk))
        folder.mkdir()
        for path, data in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    except FileExistsError:
        hint = "take another name, or remove it first"
        raise InvalidInput(f"{folder}: exists already, and is left as it is", hint=hint) from None
    except OSError as error:
        raise InvalidInput(f"{error.filename}: {error.strerror}") from None
    return folder


def _check_name(name: str, taken: Collection[str]) -> None:
    import jsonschema

    schema: Any = manifest_schema()
    if not jsonschema.Draft202012Validator(schema["properties"]["name"]).is_valid(name):
        raise InvalidInput(
            f"{name!r:.80} is no name of a plugin",
            hint="use up to 64 small letters, digits and single hyphens, like word-count",
        )
    if name in taken:
        raise InvalidInput(
            f"{name} is a node type of Pocket itself, which would go before the plugin's",
            hint="take another name",
        )


def _from_template(language: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Give the files of a template by path; a leading underscore stands for a dot."""
    words = {"{{NAME}}": name, "{{POCKET}}": VERSION}
    root = TEMPLATES / language
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        parts = file.relative_to(root).parts
        # Where pip installed Pocket, it has compiled the template's Python files, too.
        if "__pycache__" in parts:
            continue
        text = file.read_text(encoding="utf-8")
        for placeholder, word in words.items():
            text = text.replace(placeholder, word)
        yield "/".join(f".{p[1:]}" if p.startswith("_") else p for p in parts), text.encode()


def _sdk_folder(tools: Toolchain, sdk: Path | None) -> Path:
    if sdk is None:
        found = [folder for folder in _SDKS if (folder / tools.sdk).is_dir()]
        if not found:
            raise InvalidInput(
                f"this Pocket was installed without the SDK of {tools.sdk}",
                hint="in Pocket's repository, run `make plugins`, then `pip install .` again",
            )
        return found[0] / tools.sdk
    if not (sdk / tools.sdk).is_dir():
        raise InvalidInput(
            f"{sdk / tools.sdk}: there is no SDK here",
            hint="get Pocket's repository and name its folder: --sdk path/to/pocket/sdk",
        )
    return sdk / tools.sdk
