import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

import data.store
from data.errors import StoreBusyError, StoreError, StoreMissingError
from data.migrations import SCHEMA_VERSION, Migration
from data.store import URL_VARIABLE, Store, store_url
from processes import as_ordinary_person, in_child_process, start_python

# One quarantined record; enough columns to be a row.
INSERT = "INSERT INTO quarantine (load_id, position, reason, detail) VALUES (1, 'line 1', 'not_json', 'x')"
COUNT = "SELECT count(*) FROM quarantine"

HOLD = f"""
import sys, time
from data.store import Store
with Store(sys.argv[1]).writing() as connection:
    for _ in range(1000):
        connection.execute("{INSERT}")
    print("holding", flush=True)
    sys.stdin.readline()
"""


def count(store: Store) -> int:
    return int(store.rows(COUNT)[0][0])


# Creating and opening


def test_a_new_store_has_every_table_and_is_in_write_ahead_mode(store: Store):
    tables = {name for (name,) in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables >= set(SQLModel.metadata.tables)
    assert store.rows("PRAGMA journal_mode") == [("wal",)]
    assert store.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert store.data_version == 0


def test_every_new_store_has_an_id_of_its_own_which_opening_again_keeps(store: Store, tmp_path: Path):
    query = "SELECT value FROM setting WHERE name = 'store_id'"
    ids = [Store(url).rows(query)[0][0] for url in (store.url, store.url, f"sqlite:///{tmp_path / 'other.db'}")]
    assert ids[0] == ids[1] != ids[2]


def test_opening_again_keeps_what_is_there(store: Store, database_url: str):
    with store.writing() as connection:
        connection.execute(INSERT)
    assert count(Store(database_url)) == 1
    assert count(Store(database_url, create=False)) == 1


def test_folders_on_the_way_to_the_store_are_made(tmp_path: Path):
    assert count(Store(f"sqlite:///{tmp_path}/a/b/c.db")) == 0


def test_a_name_with_blanks_and_signs_is_a_name(tmp_path: Path):
    # A question mark begins the parameters of a URL; as part of a name it is written %3F.
    Store(f"sqlite:///{tmp_path}/team ä #1 %3F.db")
    assert (tmp_path / "team ä #1 ?.db").exists()


def test_the_address_comes_from_the_environment_where_it_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path}/named.db")
    assert Store().path == tmp_path / "named.db"
    monkeypatch.delenv(URL_VARIABLE)
    assert data.store.default_url() == "sqlite:///data/boltscope.db"


def test_a_missing_store_is_not_made_when_only_reading_was_asked_for(tmp_path: Path):
    with pytest.raises(StoreMissingError, match="etl load PATH"):
        Store(f"sqlite:///{tmp_path}/none.db", create=False)
    assert not (tmp_path / "none.db").exists()


def test_a_store_that_was_deleted_under_an_open_app_is_said_to_be_missing_and_not_made_anew(store: Store):
    store.path.unlink()
    with pytest.raises(StoreMissingError):
        store.rows(COUNT)
    assert not store.path.exists()


def test_an_empty_file_becomes_a_store(tmp_path: Path):
    path = tmp_path / "empty.db"
    path.touch()
    assert count(Store(f"sqlite:///{path}")) == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///data/x.db", "sqlite:///{here}/data/x.db"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("x.db", "sqlite:///{here}/x.db"),
        ("postgresql://h/x", "postgresql://h/x"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
    ],
)
def test_the_address_of_a_store_means_the_same_file_from_any_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, expected: str
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(URL_VARIABLE, url)
    assert store_url(url) == store_url() == expected.format(here=tmp_path)


# Refusing


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cret@db.example/boltscope",
        "postgresql://db.example/boltscope?password=s3cret",
        "postgresql:/ann:s3cret@db.example",
        "ann:s3cret@db.example",
        "mysql+pymysql://ann:s3cret@db.example/x",
        "sqlite://ann:s3cret@db.example/x.db",
        "sqlite:///file:x.db?key=s3cret&uri=true",
        "sqlite://",
        "sqlite:///:memory:",
        "data/boltscope.db",
        "://",
    ],
)
def test_an_address_that_is_no_sqlite_file_is_refused_without_repeating_its_password(url: str):
    with pytest.raises(StoreError, match=r"sqlite:///data/boltscope\.db") as refusal:
        Store(url)
    assert "s3cret" not in str(refusal.value)


def test_the_sqlite_file_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path):
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photo (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["photos.db"]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreError, match="not a SQLite file, or it is damaged"):
        Store(f"sqlite:///{path}")
    assert path.read_text() == "Dear diary, " * 100


def test_a_damaged_store_is_said_to_be_damaged(store: Store):
    with store.writing() as connection:
        connection.executemany(INSERT, [()] * 5000)
    with closing(store.connect()) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(store.path.read_bytes())
    # Every page but the first one: the header still tells a store.
    content[4096:] = b"\xaa" * (len(content) - 4096)
    store.path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        store.rows("SELECT * FROM quarantine")


def test_a_folder_in_place_of_the_store_is_refused(tmp_path: Path):
    with pytest.raises(StoreError, match="is a folder"):
        Store(f"sqlite:///{tmp_path}")


def test_a_file_in_place_of_the_folder_is_refused_naming_it(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=str(tmp_path / "file")):
        Store(f"sqlite:///{tmp_path}/file/store.db")


# Schema versions


def test_a_store_of_a_newer_version_is_refused_and_keeps_its_data(store: Store, database_url: str):
    with store.writing() as connection:
        connection.execute(INSERT)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    with pytest.raises(StoreError, match=rf"newer Boltscope \(schema {SCHEMA_VERSION + 1}; .* Update Boltscope"):
        Store(database_url)
    assert count(store) == 1


def test_a_store_of_an_older_version_is_brought_forward_step_by_step_and_keeps_its_data(
    store: Store, database_url: str
):
    with store.writing() as connection:
        connection.execute(INSERT)
    first = Migration(
        SCHEMA_VERSION, lambda connection: _run(connection, "ALTER TABLE quarantine ADD COLUMN hint TEXT DEFAULT 'old'")
    )
    second = Migration(
        SCHEMA_VERSION + 1, lambda connection: _run(connection, "UPDATE quarantine SET hint = hint || '!'")
    )
    newer = Store(database_url, migrations=(second, first), schema_version=SCHEMA_VERSION + 2)
    assert newer.rows("SELECT position, hint FROM quarantine") == [("line 1", "old!")]
    assert newer.rows("PRAGMA user_version") == [(SCHEMA_VERSION + 2,)]
    again = Store(database_url, migrations=(second, first), schema_version=SCHEMA_VERSION + 2)
    assert again.rows("SELECT hint FROM quarantine") == [("old!",)], "a step runs once"


def test_a_step_that_fails_leaves_the_store_as_it_was(store: Store, database_url: str):
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE quarantine")
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        Store(database_url, migrations=(Migration(SCHEMA_VERSION, fail),), schema_version=SCHEMA_VERSION + 1)
    assert count(Store(database_url)) == 0
    assert store.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]


def test_a_missing_step_is_an_error_and_not_a_store_with_a_wrong_number(store: Store, database_url: str):
    with pytest.raises(StoreError, match=f"from {SCHEMA_VERSION} to {SCHEMA_VERSION + 1}"):
        Store(database_url, migrations=(), schema_version=SCHEMA_VERSION + 1)
    assert store.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]


# Permissions and space


@pytest.fixture
def open_folder() -> Generator[Path]:
    """A folder that every person of the machine can reach (folders of the tests are private)."""
    folder = Path(tempfile.mkdtemp(prefix="boltscope-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_without_permission_is_named(open_folder: Path):
    open_folder.chmod(0o555)
    message = as_ordinary_person(lambda: str(Store(f"sqlite:///{open_folder}/store.db").path))
    assert message == (
        f"StoreError: No permission for {open_folder}/store.db.lock. Check the permissions of the file and its folder."
    )


def test_a_store_without_permission_to_write_says_so(open_folder: Path):
    store = Store(f"sqlite:///{open_folder}/store.db")
    (open_folder / "store.db.lock").chmod(0o666)
    store.path.chmod(0o444)
    open_folder.chmod(0o555)

    def write() -> str:
        with store.writing() as connection:
            connection.execute(INSERT)
        return "written"

    assert as_ordinary_person(write) == (
        f"StoreError: The store {store.path} cannot be written. Check the permissions of the file and its folder."
    )


def test_a_full_disk_is_said_to_be_full_and_keeps_nothing_of_the_load(store: Store):
    def fill() -> None:
        with store.writing() as connection:
            # SQLite reports this limit exactly as it reports a disk without space.
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages + 2}")
            connection.executemany(INSERT, [()] * 10_000)

    with pytest.raises(StoreError, match=r"full\. Nothing of this load was kept; free space and load again"):
        fill()
    assert count(store) == 0
    with store.writing() as connection:
        connection.execute(INSERT)
    assert count(store) == 1, "with space again, the next load works"


def test_an_error_of_the_program_is_not_dressed_up_as_one_of_the_disk(store: Store):
    with store.writing() as connection:
        connection.execute("CREATE TABLE full_readonly_locked (x UNIQUE)")
        connection.execute("INSERT INTO full_readonly_locked VALUES (1)")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO full_readonly_locked VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), store.writing() as connection:
        connection.execute("INSERT INTO full_readonly_locked VALUES (1)")


def test_an_error_while_reading_another_file_passes_as_it_is(store: Store):
    with pytest.raises(FileNotFoundError, match=r"export\.json"), store.writing():
        Path("export.json").read_text()


# One writer at a time


def test_a_transaction_that_fails_leaves_nothing(store: Store):
    def fail() -> None:
        with store.writing() as connection:
            connection.execute(INSERT)
            raise KeyError("anything")

    with pytest.raises(KeyError):
        fail()
    assert count(store) == 0


def test_a_second_writer_is_told_who_holds_the_store_and_gives_up_in_time(store: Store):
    holder = start_python(HOLD, store.url)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        told: list[str] = []
        with (
            pytest.raises(StoreBusyError, match=f"being written by process {holder.pid}"),
            store.writing(wait_seconds=0.3, on_wait=told.append),
        ):
            pass
        assert told == [f"Waiting: the store {store.path} is being written by process {holder.pid}."]
        assert count(store) == 0, "readers do not wait, and see nothing half-written"
    finally:
        holder.communicate("\n", timeout=30)
    assert count(store) == 1000


def test_a_second_writer_waits_until_the_first_has_finished(store: Store):
    holder = start_python(HOLD, store.url)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "holding\n"

    def let_go(_message: str) -> None:
        holder.stdin.write("\n")
        holder.stdin.flush()

    with store.writing(wait_seconds=30, on_wait=let_go) as connection:
        assert connection.execute(COUNT).fetchone() == (1000,)
        connection.execute(INSERT)
    holder.communicate(timeout=30)
    assert count(store) == 1001


def test_another_program_that_locks_the_file_is_named_as_the_reason(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data.store, "_BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="locked by another program"), store.writing():
            pass


def test_a_writer_that_is_killed_leaves_nothing_and_blocks_nobody(store: Store):
    writer = start_python(HOLD, store.url)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "holding\n"
    writer.kill()
    writer.communicate(timeout=30)
    assert count(store) == 0
    with store.writing(wait_seconds=0) as connection:
        connection.execute(INSERT)
    assert count(store) == 1
    assert store.rows("PRAGMA integrity_check") == [("ok",)]


def test_processes_that_write_at_once_lose_no_row(store: Store):
    # 4 processes add 1 to the same number 25 times each: 4 * 25 = 100.
    with store.writing() as connection:
        connection.execute("INSERT INTO setting VALUES ('data_version', '0')")
    program = """
import sys
from data.store import Store
store = Store(sys.argv[1])
for _ in range(25):
    with store.writing() as connection:
        value = int(connection.execute("SELECT value FROM setting WHERE name = 'data_version'").fetchone()[0])
        connection.execute("UPDATE setting SET value = ? WHERE name = 'data_version'", (str(value + 1),))
"""
    writers = [start_python(program, store.url) for _ in range(4)]
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert errors == [""] * 4
    assert store.data_version == 100


def test_processes_that_create_the_store_at_once_all_get_it(database_url: str):
    program = "import sys; from data.store import Store; sys.stdin.readline(); Store(sys.argv[1]); print('open')"
    makers = [start_python(program, database_url) for _ in range(5)]
    results = [maker.communicate("\n", timeout=60) for maker in makers]
    assert results == [("open\n", "")] * 5
    assert count(Store(database_url, create=False)) == 0


# Readers


def test_a_reader_sees_the_old_state_until_the_load_is_committed_and_then_all_of_it(store: Store):
    with store.writing() as connection:
        connection.execute(INSERT)
        connection.execute("INSERT INTO setting VALUES ('data_version', '1')")
        assert (count(store), store.data_version) == (0, 0)
    assert (count(store), store.data_version) == (1, 1)


def test_queries_of_one_reading_see_one_state_whatever_is_committed_between_them(store: Store):
    with store.reading() as reader:
        assert reader.execute(COUNT).fetchone() == (0,)
        with store.writing() as connection:
            connection.execute(INSERT)
        assert reader.execute("SELECT count(*) FROM load").fetchone() == (0,)
        assert reader.execute(COUNT).fetchone() == (0,)
    assert count(store) == 1


def test_a_reader_cannot_write(store: Store):
    with pytest.raises(StoreError, match="cannot be written"), store.reading() as connection:
        connection.execute(INSERT)
    assert count(store) == 0


def test_transactions_of_the_engine_are_real_ones(store: Store):
    with store.engine.connect() as connection:
        connection.execute(text(INSERT))
        connection.rollback()
    assert count(store) == 0
    with store.engine.begin() as connection:
        connection.execute(text(INSERT))
        assert count(store) == 0
    assert count(store) == 1


# Connections that are kept


def test_another_file_in_the_place_of_the_store_is_seen_by_the_next_query(store: Store, tmp_path: Path):
    other = Store(f"sqlite:///{tmp_path}/other.db")
    with other.writing() as connection:
        connection.execute(INSERT)
    with closing(other.connect()) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert count(store) == 0
    other.path.replace(store.path)
    assert count(store) == 1


def test_queries_in_many_threads_at_once_each_have_a_connection(store: Store):
    with store.writing() as connection:
        connection.executemany(INSERT, [()] * 100)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: count(store), range(200))) == [100] * 200


def test_a_reading_inside_a_reading_sees_its_own_state(store: Store):
    with store.reading() as outer:
        assert outer.execute(COUNT).fetchone() == (0,)
        with store.writing() as connection:
            connection.execute(INSERT)
        with store.reading() as inner:
            assert inner.execute(COUNT).fetchone() == (1,)
        assert outer.execute(COUNT).fetchone() == (0,)


def test_a_child_process_gets_connections_of_its_own(store: Store):
    assert count(store) == 0
    with store.writing() as connection:
        connection.execute(INSERT)
    assert in_child_process(lambda: str(len(store._readers._idle))) == "1"

    def write() -> str:
        with store.writing() as connection:
            connection.execute(INSERT)
        return str(count(store))

    assert in_child_process(write) == "2"
    assert count(store) == 2


def test_a_store_that_is_no_longer_used_leaves_no_open_connection(database_url: str):
    store = Store(database_url)
    assert count(store) == 0
    kept = store._readers
    assert len(kept._idle) == 1
    del store
    gc.collect()
    assert kept._idle == []


def _run(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(sql)


def test_nothing_but_the_store_its_log_and_its_lock_is_left_beside_it(store: Store):
    with store.writing() as connection:
        connection.execute(INSERT)
    assert {path.name.removeprefix("store.db") for path in store.path.parent.iterdir()} <= {"", "-wal", "-shm", ".lock"}
    assert os.access(store.path, os.R_OK)
