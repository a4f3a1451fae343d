"""A crash of a package that somebody installed: its author's lines, and nothing of whoever built it."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from guests.build import plugin_folder

import pocket
from conformance.cases import NODES, PERMISSIONS, Bench, crash_at_its_mark
from conformance.languages import LANGUAGES, Language
from pocket.authoring.package_file import write_package
from pocket.plugin.module import split_module, with_debug_sections
from pocket.plugin.package import Package, read_package

CRASHING = [language for language in LANGUAGES if "the stack of a crash" not in language.cannot]


def packed(language: Language, folder: Path) -> Package:
    """Package the plugin as in its own folder, with a manifest that names all of its nodes."""
    of_manifest = plugin_folder(
        folder, language.name, wasm=language.built(), permissions=PERMISSIONS, nodes=NODES
    )
    package = replace(read_package(of_manifest), path=str(language.folder))
    written = write_package(package, folder / "plugin.tar.gz")
    assert written.warnings == ()
    again = write_package(package, folder / "again.tar.gz")
    assert again.sha256 == written.sha256
    return read_package(written.file)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", CRASHING, ids=lambda language: language.name)
def test_a_crash_has_the_author_s_line(language: Language, tmp_path: Path) -> None:
    package = packed(language, tmp_path)
    with pocket.Host(home=tmp_path / "home") as host:
        host.store.install(package)
        plugin = host.load(language.name)
        crash_at_its_mark(Bench(b"", host, tmp_path, language.sources), plugin)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", CRASHING, ids=lambda language: language.name)
def test_lines_cost_little_and_change_nothing_of_what_runs(
    language: Language, tmp_path: Path
) -> None:
    module = packed(language, tmp_path).module
    built = split_module(language.built(), "built")
    package = split_module(module, "packed")
    assert (package.core, package.core_hash) == (built.core, built.core_hash)
    bare = with_debug_sections(module, b"", "packed")
    assert len(gzip.compress(module)) <= 1.1 * len(gzip.compress(bare))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", CRASHING, ids=lambda language: language.name)
def test_no_path_of_whoever_built_it_is_in_its_debug_information(
    language: Language, tmp_path: Path
) -> None:
    module = packed(language, tmp_path).module
    lines = module[len(with_debug_sections(module, b"", "packed")) :]
    for path in (str(language.folder), str(Path.home()), "site-packages", "/rustc/", "sdk/"):
        assert path.encode() not in lines
