"""The store of a plugin: what it keeps, how much, and what neither plugins nor files can break."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pocket.capability import store_file
from pocket.capability.refusal import CODES, Refusal
from pocket.capability.store import FILE_NAME, KeyValueStore
from pocket.plugin.data_folder import data_folder, data_folder_of

MB = 1 << 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KeyValueStore]:
    store = KeyValueStore(tmp_path / "home" / "data" / "weather", MB)
    yield store
    store.close()


def ask(store: KeyValueStore, call: str, *, within_s: float = 10.0, **request: Any) -> Any:
    whole = {"call": f"store.{call}", **request}
    return store.answer(f"store.{call}", whole, monotonic() + within_s)


def refusal_of(store: KeyValueStore, call: str, **request: Any) -> str:
    with pytest.raises(Refusal) as raised:
        ask(store, call, **request)
    assert raised.value.code in CODES
    return raised.value.code


def stored_bytes(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as db:
        (total,) = db.execute("SELECT total(length(key) + length(value)) FROM entry").fetchone()
        (counted,) = db.execute("SELECT bytes FROM total").fetchone()
    assert counted == total
    return counted


def test_what_is_set_is_there_for_the_next_who_asks(store: KeyValueStore, tmp_path: Path) -> None:
    value = {"a": [1, 2.5, None, True, "\u00e9\0"], "": {}}
    assert ask(store, "get", key="k") is None
    assert ask(store, "set", key="k", value=value) is None
    other = KeyValueStore(tmp_path / "home" / "data" / "weather", MB)
    assert ask(other, "get", key="k") == value
    assert ask(other, "delete", key="k") is True
    assert ask(other, "delete", key="k") is False
    assert ask(store, "get", key="k") is None
    other.close()


def test_keys_come_in_order_a_page_at_a_time(store: KeyValueStore) -> None:
    for name in ("b", "a/2", "a/1", "a/10", "aa", "\u00e9", "\U0001f600"):
        ask(store, "set", key=name, value=0)
    assert ask(store, "keys") == ["a/1", "a/10", "a/2", "aa", "b", "\u00e9", "\U0001f600"]
    assert ask(store, "keys", prefix="a/", limit=2) == ["a/1", "a/10"]
    assert ask(store, "keys", prefix="a/", limit=2, after="a/10") == ["a/2"]
    assert ask(store, "keys", prefix="a/", after="zzz") == []
    assert ask(store, "keys", prefix="\U0001f600") == ["\U0001f600"]


def test_a_plugin_without_the_permission_has_no_store(tmp_path: Path) -> None:
    store = KeyValueStore(tmp_path / "data", 0)
    for call in ("get", "set", "delete", "keys", "drop"):
        assert refusal_of(store, call, key="a", value=1) == "permission-denied"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("call", "request_", "code"),
    [
        ("get", {}, "invalid-request"),
        ("get", {"key": ""}, "invalid-request"),
        ("get", {"key": 7}, "invalid-request"),
        ("get", {"key": None}, "invalid-request"),
        ("get", {"key": ["a"]}, "invalid-request"),
        ("get", {"key": "\ud800"}, "invalid-request"),
        ("get", {"key": "k" * 513}, "too-large"),
        ("get", {"key": "\u00e9" * 257}, "too-large"),
        ("get", {"key": "a", "kee": "b"}, "invalid-request"),
        ("set", {"key": "a"}, "invalid-request"),
        ("set", {"key": "a", "value": "\ud800"}, "invalid-request"),
        ("set", {"key": "a", "value": "v" * MB}, "quota-exceeded"),
        ("keys", {"limit": 0}, "invalid-request"),
        ("keys", {"limit": 1001}, "invalid-request"),
        ("keys", {"limit": True}, "invalid-request"),
        ("keys", {"limit": 1.0}, "invalid-request"),
        ("keys", {"limit": "10"}, "invalid-request"),
        ("keys", {"prefix": 1}, "invalid-request"),
        ("keys", {"after": "a" * 513}, "too-large"),
        ("drop", {}, "invalid-request"),
        ("", {}, "invalid-request"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    store: KeyValueStore, call: str, request_: dict[str, Any], code: str
) -> None:
    assert refusal_of(store, call, **request_) == code


def test_a_value_too_deep_to_be_kept_is_refused(store: KeyValueStore) -> None:
    deep = orjson.loads(b"[" * 1000 + b"]" * 1000)
    assert refusal_of(store, "set", key="a", value=deep) == "invalid-request"


@pytest.mark.parametrize(
    "key",
    ["'; DROP TABLE entry; --", "%", "_", "a\0b", "\0", "../../x", "k" * 512, "\u202e", "\uffff"],
)
def test_a_hostile_key_is_a_key(store: KeyValueStore, key: str) -> None:
    ask(store, "set", key="other", value=1)
    ask(store, "set", key=key, value=key)
    assert ask(store, "get", key=key) == key
    assert ask(store, "keys", prefix=key) == [key]
    assert ask(store, "delete", key=key) is True
    assert ask(store, "keys") == ["other"]


def test_the_quota_counts_keys_and_values_to_the_byte(tmp_path: Path) -> None:
    store = KeyValueStore(tmp_path, 1024)
    ask(store, "set", key="k", value="v" * 1021)  # with its quotes 1023
    assert refusal_of(store, "set", key="l", value=1) == "quota-exceeded"
    assert refusal_of(store, "set", key="k", value="v" * 1022) == "quota-exceeded"
    assert ask(store, "get", key="k") == "v" * 1021
    ask(store, "set", key="k", value="v" * 1019)
    ask(store, "set", key="l", value=1)
    assert stored_bytes(tmp_path / FILE_NAME) == 1024
    assert ask(store, "delete", key="k") is True
    ask(store, "set", key="m", value="v" * 1000)
    store.close()


def test_a_version_with_less_quota_may_still_make_room(tmp_path: Path) -> None:
    before = KeyValueStore(tmp_path, MB)
    for name in ("a", "b"):
        ask(before, "set", key=name, value="v" * 4000)
    before.close()
    store = KeyValueStore(tmp_path, 1024)
    assert refusal_of(store, "set", key="c", value=1) == "quota-exceeded"
    assert len(ask(store, "get", key="a")) == 4000
    ask(store, "set", key="a", value="v" * 900)
    assert ask(store, "delete", key="b") is True
    ask(store, "set", key="c", value=1)
    store.close()


def test_the_file_stays_small_whatever_is_done_to_it(tmp_path: Path) -> None:
    store = KeyValueStore(tmp_path, 64 << 10)
    chance = random.Random(7)
    for turn in range(3000):
        key = f"{chance.randrange(500)}"
        with contextlib.suppress(Refusal):
            ask(store, "set", key=key, value="v" * chance.choice((0, 10, 500, 30_000)))
        if turn % 3 == 0:
            ask(store, "delete", key=f"{chance.randrange(500)}")
    on_disk = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert on_disk < 3 * MB
    store.close()


def test_short_entries_are_bounded_by_the_quota_too(tmp_path: Path) -> None:
    store = KeyValueStore(tmp_path, 16 << 10)
    kept = 0
    with contextlib.suppress(Refusal):
        for kept in range(100_000):
            ask(store, "set", key=f"{kept:x}", value=0)
    assert (16 << 10) - 4 <= stored_bytes(store.path) <= 16 << 10
    assert kept < 16 << 10
    store.close()


def test_pages_are_counted_behind_the_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_file, "_FIRST_PAGES", 8)
    monkeypatch.setattr(store_file, "_SLACK", 0)
    store = KeyValueStore(tmp_path, MB)
    assert refusal_of(store, "set", key="a", value="v" * 100_000) == "quota-exceeded"
    ask(store, "set", key="a", value="v" * 4000)
    assert ask(store, "keys") == ["a"]
    store.close()
    assert store.path.stat().st_size <= 8 * 4096


class Model(RuleBasedStateMachine):
    """A store of 300 bytes beside a dict."""

    KEYS = st.sampled_from(["", "a", "ab", "b", "\u00e9", "a\0", "x" * 200])
    VALUES = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(codec="utf-8"), max_size=60),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner),
        max_leaves=4,
    )
    QUOTA = 300

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = KeyValueStore(Path(self.folder.name), self.QUOTA)
        self.model: dict[str, Any] = {}

    def size(self) -> int:
        return sum(
            len(key.encode()) + len(orjson.dumps(value)) for key, value in self.model.items()
        )

    @rule(key=KEYS, value=VALUES)
    def set(self, key: str, value: Any) -> None:
        before = dict(self.model)
        self.model[key] = value
        if key == "" or self.size() > self.QUOTA:
            self.model = before
            code = refusal_of(self.store, "set", key=key, value=value)
            assert code == ("quota-exceeded" if key else "invalid-request")
        else:
            ask(self.store, "set", key=key, value=value)

    @rule(key=KEYS.filter(bool))
    def delete(self, key: str) -> None:
        was = key in self.model
        assert ask(self.store, "delete", key=key) is was
        self.model.pop(key, None)

    @rule(key=KEYS.filter(bool))
    def get(self, key: str) -> None:
        assert ask(self.store, "get", key=key) == self.model.get(key)

    @rule(prefix=KEYS, after=KEYS, limit=st.integers(1, 4))
    def keys(self, prefix: str, after: str, limit: int) -> None:
        known = sorted(self.model, key=str.encode)
        wanted = [key for key in known if key.startswith(prefix) and key > after]
        found = ask(self.store, "keys", prefix=prefix, after=after, limit=limit)
        assert found == wanted[:limit]

    @rule()
    def reopen(self) -> None:
        self.store.close()

    @precondition(lambda self: self.model)
    @invariant()
    def the_quota_holds(self) -> None:
        assert stored_bytes(self.store.path) == self.size() <= self.QUOTA

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


Model.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestModel = Model.TestCase


WRITER = """
import sys
from pathlib import Path
from time import monotonic
from pocket.capability import store_file
from pocket.capability.refusal import Refusal
from pocket.capability.store import KeyValueStore
store, name, full = KeyValueStore(Path(sys.argv[1]), int(sys.argv[2])), sys.argv[3], 0
sys.stdin.readline()
for turn in range(int(sys.argv[4])):
    request = {"key": f"{name}/{turn}", "value": "v" * 50}
    try:
        store.answer("store.set", request, monotonic() + 30)
    except Refusal as refusal:
        assert refusal.code == "quota-exceeded", refusal
        full += 1
print(full)
"""


def write_together(folder: Path, quota: int, turns: int) -> int:
    """Let four processes write at once; gives how many entries found no room."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(quota), str(name), str(turns)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in range(4)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    answers = [writer.communicate(timeout=100)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4
    return sum(int(answer) for answer in answers)


def test_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    assert write_together(tmp_path, MB, 100) == 0
    store = KeyValueStore(tmp_path, MB)
    assert len(ask(store, "keys", limit=1000)) == 400
    stored_bytes(tmp_path / FILE_NAME)
    store.close()


def test_processes_that_write_at_once_stay_within_the_quota_together(tmp_path: Path) -> None:
    full = write_together(tmp_path, 4096, 100)
    total = stored_bytes(tmp_path / FILE_NAME)
    assert 4096 - 60 < total <= 4096
    store = KeyValueStore(tmp_path, 4096)
    assert full == 400 - len(ask(store, "keys", limit=1000))
    store.close()


def test_threads_share_one_store(store: KeyValueStore) -> None:
    failed: list[Exception] = []

    def work(name: int) -> None:
        try:
            for turn in range(50):
                ask(store, "set", key=f"{name}/{turn}", value=turn)
                assert ask(store, "get", key=f"{name}/{turn}") == turn
        except Exception as error:  # noqa: BLE001 - told in the main thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(ask(store, "keys", limit=1000)) == 300


def test_any_number_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    failed: list[Exception] = []
    for turn in range(60):
        together = threading.Barrier(8)

        def work(folder: Path = tmp_path / f"{turn}", start: threading.Barrier = together) -> None:
            store = KeyValueStore(folder, MB)
            start.wait()
            try:
                ask(store, "set", key=f"{threading.get_ident()}", value=1)
            except Exception as error:  # noqa: BLE001 - told in the main thread
                failed.append(error)
            store.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []


def test_a_busy_store_is_a_timeout_at_the_deadline(store: KeyValueStore) -> None:
    ask(store, "set", key="a", value=1)
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        with pytest.raises(Refusal) as raised:
            ask(store, "set", key="a", value=2, within_s=0.2)
        assert raised.value.code == "timeout"
        assert 0.1 < monotonic() - began < 5
        assert ask(store, "get", key="a") == 1
        other.execute("ROLLBACK")
    ask(store, "set", key="a", value=2)
    assert ask(store, "get", key="a") == 2


def test_a_deadline_that_has_passed_is_a_timeout_where_another_thread_is_at_work(
    store: KeyValueStore,
) -> None:
    ask(store, "set", key="a", value=1)
    with store._lock, pytest.raises(Refusal) as raised:
        ask(store, "get", key="a", within_s=-1)
    assert raised.value.code == "timeout"


def test_a_forked_process_opens_the_file_anew(store: KeyValueStore) -> None:
    ask(store, "set", key="parent", value=1)
    with store._lock:
        child = os.fork()
        if child == 0:
            code = 1
            with contextlib.suppress(BaseException):
                ask(store, "set", key="child", value=ask(store, "get", key="parent"))
                store.close()
                code = 0
            os._exit(code)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert ask(store, "keys") == ["child", "parent"]


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 8192, b"SQLite format 3\0" * 300])
def test_a_file_that_is_no_store_is_unavailable_and_logged_once(
    store: KeyValueStore, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(content)
    with caplog.at_level(logging.ERROR, "pocket.store"):
        for _ in range(3):
            assert refusal_of(store, "get", key="a") == "unavailable"
        assert refusal_of(store, "set", key="a", value=1) == "unavailable"
    assert len(caplog.records) == 1
    assert str(store.path) in caplog.text
    store.path.unlink()
    ask(store, "set", key="a", value=1)
    assert ask(store, "get", key="a") == 1


def test_a_store_of_other_tables_is_unavailable(store: KeyValueStore) -> None:
    store.path.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(store.path)) as db:
        db.executescript("CREATE TABLE entry (name TEXT); CREATE VIEW total AS SELECT 1 AS one;")
    for call in ("get", "delete", "keys"):
        fields = {} if call == "keys" else {"key": "a"}
        assert refusal_of(store, call, **fields) == "unavailable"


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO entry VALUES ('text', 7)",
        "INSERT INTO entry VALUES (7, 'text')",
        "INSERT INTO entry VALUES (x'ff', x'22ff22')",
        "INSERT INTO entry VALUES ('b', x'7b')",
        "UPDATE total SET bytes = 'many'",
        "UPDATE total SET bytes = 9223372036854775807",
        "UPDATE total SET bytes = -9223372036854775808",
        "UPDATE total SET bytes = NULL",
        "DELETE FROM total",
        "DROP TABLE entry",
    ],
)
def test_rows_that_no_store_wrote_give_values_or_refusals(
    store: KeyValueStore, damage: str
) -> None:
    ask(store, "set", key="a", value=1)
    with contextlib.closing(sqlite3.connect(store.path)) as db:
        db.execute(damage)
        db.commit()
    for call, fields in (
        ("keys", {}),
        ("get", {"key": "text"}),
        ("get", {"key": "b"}),
        ("set", {"key": "text", "value": 1}),
        ("delete", {"key": "a"}),
    ):
        with contextlib.suppress(Refusal):
            ask(store, call, **fields)


def test_a_count_that_was_lost_is_made_again_when_the_file_is_opened(store: KeyValueStore) -> None:
    ask(store, "set", key="a", value="v" * 1000)
    store.close()
    with contextlib.closing(sqlite3.connect(store.path)) as db:
        db.execute("DELETE FROM total")
        db.commit()
    ask(store, "set", key="b", value=1)
    assert stored_bytes(store.path) == 1005


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    store = KeyValueStore(tmp_path / "data" / "weather", MB)
    assert refusal_of(store, "set", key="a", value=1) == "unavailable"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("healthy")
    store = KeyValueStore(folder, MB)
    for number in range(60):
        ask(store, "set", key=f"key-{number}", value={"text": "v" * (number * 30)})
    store.close()
    return (folder / FILE_NAME).read_bytes()


@settings(max_examples=150, deadline=None)
@given(chance=st.randoms(use_true_random=False), changes=st.integers(1, 30))
def test_a_damaged_file_gives_values_or_refusals_and_nothing_else(
    healthy: bytes, chance: random.Random, changes: int
) -> None:
    damaged = bytearray(healthy)
    for _ in range(changes):
        page = chance.randrange(len(damaged) // 4096) * 4096
        damaged[page + chance.randrange(chance.choice((16, 120, 4096)))] = chance.randrange(256)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILE_NAME).write_bytes(damaged[: chance.choice((len(damaged), 5000))])
        store = KeyValueStore(Path(folder), MB)
        for call, fields in (
            ("keys", {}),
            ("get", {"key": "key-7"}),
            ("set", {"key": "key-8", "value": "w" * 3000}),
            ("delete", {"key": "key-59"}),
            ("keys", {"prefix": "key-1", "limit": 1000}),
        ):
            with contextlib.suppress(Refusal):
                ask(store, call, **fields)
        store.close()
    logging.disable(logging.NOTSET)


def test_folders_of_data_are_closed_to_others(store: KeyValueStore) -> None:
    before = os.umask(0)
    try:
        ask(store, "set", key="a", value=1)
    finally:
        os.umask(before)
    for folder in (store.path.parent, store.path.parent.parent, store.path.parent.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700, folder


def test_only_an_installed_plugin_gets_at_the_data_of_its_name(tmp_path: Path) -> None:
    installed = tmp_path / "plugins" / "weather"
    own = data_folder(tmp_path, "weather")
    assert own == tmp_path / "data" / "weather"
    assert data_folder_of(tmp_path, "weather", str(installed)) == own
    origins = ("/tmp/weather", "weather.tar.gz", f"{installed}/../evil", "https://a.com/w.tar.gz")
    others = [data_folder_of(tmp_path, "weather", origin) for origin in origins]
    assert len({own, *others}) == 5
    assert all(folder.is_relative_to(tmp_path / "data") for folder in others)
