"""The installed plugins: both files or neither, and never neither of old and new."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from archives import MANIFEST, archive_of

import pocket.plugin.package
from pocket.errors import InstallError, InvalidManifest, InvalidPackage, PluginNotFound, PocketError
from pocket.plugin.package import Package, parse_package, read_package
from pocket.plugin.store import Store, default_home

WASM = b"\0asm\1\0\0\0"


def package(version: str = "1.0.0", *, name: str = "guest", place: str = "plugin.wasm") -> Package:
    manifest = MANIFEST.replace(b"1.0.0", version.encode()).replace(b"guest", name.encode())
    return parse_package(archive_of({"manifest.yaml": manifest, place: WASM}), "p")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def installed(store: Store) -> dict[str, str]:
    return {plugin.name: plugin.manifest.version for plugin in store.listing().plugins}


def leftovers(store: Store) -> set[str]:
    return {entry.name for entry in store.plugins_folder.iterdir()} - {".lock"}


def test_an_installed_plugin_is_listed_found_and_removed(store: Store) -> None:
    assert store.listing().plugins == ()
    plugin = store.install(package(place="dist/plugin.wasm"))
    assert plugin == store.get("guest")
    files = {str(f.relative_to(plugin.folder)) for f in plugin.folder.rglob("*") if f.is_file()}
    assert files == {"manifest.yaml", "plugin.wasm"}
    assert read_package(plugin.folder).module == WASM
    assert plugin.folder.stat().st_mode & 0o077 == 0
    store.remove("guest")
    assert installed(store) == {}
    assert leftovers(store) == set()


def test_the_home_is_what_the_environment_says(tmp_path: Path) -> None:
    assert default_home({"POCKET_HOME": str(tmp_path)}) == tmp_path
    assert default_home({}) == default_home({"POCKET_HOME": ""}) == Path.home() / ".pocket"


def test_two_files_copied_by_hand_are_an_installed_plugin(store: Store) -> None:
    folder = store.plugins_folder / "guest"
    folder.mkdir(parents=True)
    (folder / "manifest.yaml").write_bytes(MANIFEST)
    (folder / "plugin.wasm").write_bytes(WASM)
    assert installed(store) == {"guest": "1.0.0"}
    store.install(package("2.0.0"), replace=True)
    assert installed(store) == {"guest": "2.0.0"}


def test_the_name_of_an_installed_plugin_is_not_taken_over(store: Store) -> None:
    store.install(package("1.0.0"))
    with pytest.raises(InstallError, match="plugin guest is installed already") as raised:
        store.install(package("6.6.6"))
    assert raised.value.hint == "replace it with --replace, or remove it first"
    assert installed(store) == {"guest": "1.0.0"}
    store.install(package("6.6.6"), replace=True)
    assert installed(store) == {"guest": "6.6.6"}
    assert leftovers(store) == {"guest"}


def test_a_broken_plugin_hides_no_other_and_can_be_removed(store: Store) -> None:
    store.install(package())
    for name, manifest in (("bad", b"name: 1"), ("other", MANIFEST)):
        (store.plugins_folder / name).mkdir()
        (store.plugins_folder / name / "manifest.yaml").write_bytes(manifest)
    (store.plugins_folder / "empty").mkdir()
    (store.plugins_folder / "fifo").mkdir()
    os.mkfifo(store.plugins_folder / "fifo" / "manifest.yaml")
    (store.plugins_folder / "a-file").write_bytes(b"")
    (store.plugins_folder / ".mine").mkdir()
    listing = store.listing()
    assert [plugin.name for plugin in listing.plugins] == ["guest"]
    kinds = [type(problem) for problem in listing.problems]
    assert kinds == [InvalidManifest, InvalidPackage, InvalidPackage, InstallError]
    assert listing.problems[3].hint == "rename the folder to guest"
    for name in ("bad", "empty", "fifo", "other"):
        store.remove(name)
    assert leftovers(store) == {"guest", "a-file", ".mine"}


def test_a_name_that_is_not_installed_is_answered_with_the_nearest(store: Store) -> None:
    store.install(package())
    with pytest.raises(PluginNotFound) as raised:
        store.get("gest")
    assert raised.value.hint == "did you mean 'guest'?"
    for name in ("gest", "../guest", "..", ".", "", ".lock", "guest/"):
        with pytest.raises(PluginNotFound):
            store.remove(name)
        with pytest.raises(PluginNotFound):
            store.get(name)
    assert installed(store) == {"guest": "1.0.0"}


def test_a_link_in_the_place_of_a_plugin_is_removed_and_its_target_is_not(
    store: Store, tmp_path: Path
) -> None:
    target = tmp_path / "guest"
    target.mkdir()
    (target / "manifest.yaml").write_bytes(MANIFEST)
    store.plugins_folder.mkdir(parents=True)
    (store.plugins_folder / "guest").symlink_to(target)
    assert installed(store) == {"guest": "1.0.0"}
    store.remove("guest")
    assert leftovers(store) == set()
    assert (target / "manifest.yaml").exists()


KILLED_AT = """
import os, sys, signal
from dataclasses import replace
from pathlib import Path
from archives import MANIFEST
from plugin.test_store import package
from pocket.plugin.store import Store

left = int(sys.argv[2])

def watch(event, arguments):
    # Audit events come before each change of the file system: die before the one asked for.
    global left
    if event in {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "open", "shutil.rmtree"}:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

store, new = Store(Path(sys.argv[1])), package("2.0.0")
sys.addaudithook(watch)
store.install(new, replace=True)
"""


def test_whenever_an_install_is_killed_the_old_or_the_new_plugin_is_there(tmp_path: Path) -> None:
    """Kills it before its first change of the file system, before its second, and so on."""
    seen = []
    for step in range(60):
        store = Store(tmp_path / str(step))
        store.install(package("1.0.0"))
        store.install(package("1.0.0", name="bystander"))
        run = subprocess.run(
            [sys.executable, "-c", KILLED_AT, str(store.home), str(step)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
        assert run.returncode in (0, -signal.SIGKILL)
        found = installed(store)
        assert found["bystander"] == "1.0.0"
        seen.append(found["guest"])
        store.install(package("3.0.0", name="another"))
        assert leftovers(store) == {"guest", "bystander", "another"}
        assert installed(store)["guest"] == found["guest"]
        if run.returncode == 0:
            break
    assert run.returncode == 0
    assert seen == sorted(seen)
    assert set(seen) == {"1.0.0", "2.0.0"}


def test_an_install_that_fails_leaves_the_old_plugin_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.install(package("1.0.0"))
    real = Path.rename

    def no_space(self: Path, target: Path) -> Path:
        if self.name.startswith(".new-"):
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", no_space)
    with pytest.raises(InstallError, match="guest: No space left on device"):
        store.install(package("2.0.0"), replace=True)
    assert installed(store) == {"guest": "1.0.0"}
    assert leftovers(store) == {"guest"}


def test_a_home_that_cannot_be_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = Store(tmp_path / "file")
    with pytest.raises(InstallError, match="file/plugins"):
        store.install(package())
    with pytest.raises(InstallError, match="file/plugins"):
        store.listing()


def test_installs_at_the_same_time_do_not_disturb_each_other(store: Store) -> None:
    problems: list[BaseException] = []

    def install(name: str) -> None:
        try:
            for _ in range(5):
                store.install(package(name=name), replace=True)
        except PocketError as error:
            problems.append(error)

    threads = [threading.Thread(target=install, args=(name,)) for name in ("a", "b", "a", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert installed(store) == dict.fromkeys("abc", "1.0.0")
    assert leftovers(store) == {"a", "b", "c"}


@pytest.mark.parametrize("when", ["manifest.yaml", "plugin.wasm"])
def test_a_plugin_that_is_replaced_while_it_is_read_is_of_one_version(
    store: Store, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    old, new = package("1.0.0"), replace(package("2.0.0"), module=WASM + b"\0\2\1x")
    store.install(old)
    real = pocket.plugin.package.read_file

    def read_file(path: Path, max_bytes: int) -> bytes:
        if path.name == when and installed(store) == {"guest": "1.0.0"}:
            data = real(path, max_bytes) if when == "manifest.yaml" else b""
            store.install(new, replace=True)
            return data or real(path, max_bytes)
        return real(path, max_bytes)

    monkeypatch.setattr(pocket.plugin.package, "read_file", read_file)
    found = store.package("guest")
    assert (found.manifest.version, found.module) == ("2.0.0", new.module)


def test_a_plugin_that_moves_out_of_the_way_while_it_is_read_is_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.install(package("1.0.0"))
    folder = store.plugins_folder / "guest"
    folder.rename(store.plugins_folder / ".old-guest")  # as far as an install has come
    real = pocket.plugin.package.read_file

    def read_file(path: Path, max_bytes: int) -> bytes:
        if not folder.exists():
            store.install(package("2.0.0"), replace=True)
        return real(path, max_bytes)

    monkeypatch.setattr(pocket.plugin.package, "read_file", read_file)
    found = store.package("guest")
    assert found.manifest.version == "2.0.0"
    assert found.path == str(folder)


def test_a_plugin_that_is_not_whole_cannot_be_read(store: Store) -> None:
    store.install(package())
    (store.plugins_folder / "guest" / "plugin.wasm").unlink()
    for name in ("guest", "other"):
        with pytest.raises(InvalidPackage):
            store.package(name)


def test_a_plugin_that_is_replaced_again_and_again_is_always_found(store: Store) -> None:
    versions = [package("1.0.0"), package("2.0.0")]
    store.install(versions[0])
    over = threading.Event()

    def install() -> None:
        for turn in range(300):
            store.install(versions[turn % 2], replace=True)
        over.set()

    thread = threading.Thread(target=install)
    thread.start()
    try:
        while not over.is_set():
            assert store.get("guest").manifest.version in {"1.0.0", "2.0.0"}
    finally:
        thread.join()
