"""What counts as a change of a plugin's sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pocket.authoring.sources import Sources


class Hand:
    """Does one thing each time that somebody looks; then it fails the test."""

    def __init__(self, *deeds: Callable[[], object]) -> None:
        self._deeds = list(deeds)

    def __call__(self) -> None:
        assert self._deeds, "nothing is seen to have changed"
        self._deeds.pop(0)()


def nothing() -> None:
    """Leave everything as it is."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "plugin.ts").write_text("one")
    (tmp_path / "manifest.yaml").write_text("name: x")
    return tmp_path


def test_what_is_written_added_or_removed_is_told(folder: Path) -> None:
    def work() -> None:
        (folder / "src" / "plugin.ts").write_text("three")
        (folder / ".cargo").mkdir()
        (folder / ".cargo" / "config.toml").write_text("[build]")
        (folder / "manifest.yaml").unlink()

    sources = Sources(folder, Hand(nothing, work, nothing))
    assert sources.changed() == [".cargo/config.toml", "manifest.yaml", "src/plugin.ts"]


def test_what_is_made_or_hidden_is_no_source(folder: Path) -> None:
    made = [
        "node_modules/a/index.js", "target/release/x", "dist/plugin.js", "src/__pycache__/x.pyc",
        ".git/index", "src/.plugin.ts.swp", "src/plugin.ts~", "plugin.wasm", "src/plugin.o",
        "package-lock.json", "Cargo.lock",
    ]  # fmt: skip

    def build() -> None:
        for name in made:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("made")

    def work() -> None:
        (folder / "src" / "b.ts").write_text("two")

    assert Sources(folder, Hand(build, nothing, work, nothing)).changed() == ["src/b.ts"]


def test_it_waits_until_whoever_writes_is_done(folder: Path) -> None:
    def write(name: str) -> Callable[[], object]:
        return lambda: (folder / name).write_text(name)

    sources = Sources(
        folder, Hand(write("a"), write("b"), write("c"), nothing, write("d"), nothing)
    )
    sources.changed()
    # What came while it waited is no second change.
    assert sources.changed() == ["d"]


def test_what_changes_while_it_is_built_is_built_again(folder: Path) -> None:
    sources = Sources(folder, Hand(nothing))
    (folder / "src" / "plugin.ts").write_text("changed while the first build ran")
    assert sources.changed() == ["src/plugin.ts"]


def test_what_every_build_writes_starts_no_build_for_ever(folder: Path) -> None:
    def build(number: int) -> None:
        (folder / "version.h").write_text("1" * number)

    def work() -> None:
        (folder / "src" / "plugin.ts").write_text("two, by hand")

    sources = Sources(folder, Hand(nothing, work, nothing))
    build(1)
    assert sources.changed() == ["version.h"]
    build(2)
    assert sources.changed() == ["src/plugin.ts"]


def test_a_folder_that_goes_away_meanwhile_is_a_change(folder: Path) -> None:
    def remove() -> None:
        (folder / "src" / "plugin.ts").unlink()
        (folder / "src").rmdir()

    assert Sources(folder, Hand(remove, nothing)).changed() == ["src/plugin.ts"]
