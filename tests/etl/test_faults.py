"""Bad input and faults: nothing is half-loaded, nothing is lost silently, and every message says what to do."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from chat_files import all_chats, chat, reply, request
from loads import balance, facts, litellm_row, load_json, ndjson, run_etl

from data.errors import StoreError
from data.store import Store
from etl.derive import run as derive_run
from etl.files import find_files
from etl.loading import load_file
from etl.owners import Owners


class Quiet:
    def __init__(self):
        self.said = []

    def file_begins(self, file): ...

    def records_read(self, records): ...

    def says(self, message):
        self.said.append(message)

    def file_ends(self, report): ...


def load_one(store, path, **options):
    return load_file(store, find_files([path])[0], Owners("ann", "web"), options.pop("progress", Quiet()), **options)


def messages(first, number=2):
    """Return so many requests and replies, with ids that begin at a number."""
    pairs = [
        (request(f"17724456{first + n:05}", f"Build page {n}", n), reply(f"msg-{first + n}", "Done.", n))
        for n in range(number)
    ]
    return [message for pair in pairs for message in pair]


def log_file(path, entries, **changes):
    filters = {"level": "all", "searchQuery": ""}
    path.write_text(
        json.dumps({"timestamp": "2026-03-02T12:00:00.000Z", "logs": entries, "filters": filters} | changes)
    )
    return path


def log_entry(number, **changes):
    return {
        "id": f"1772445600{number:03}-abc",
        "timestamp": f"2026-03-02T10:{number:02}:00.000Z",
        "level": "info",
        "category": "provider",
        "message": "Chat response aborted",
        "details": {"component": "Chat", "action": "abort", "model": "m", "provider": "OpenAI"},
    } | changes


# What is wrong with a whole file


@pytest.mark.parametrize("kept", [0.3, 0.999])
def test_a_truncated_export_of_chats_or_events_is_refused_and_leaves_nothing(tmp_path, store, kept):
    for path in (
        all_chats(tmp_path / "c.json", [chat("1", messages(0))]),
        log_file(tmp_path / "l.json", [log_entry(1)]),
    ):
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * kept)])

        report = load_one(store, path)

        assert report.refused is not None
        assert "cut off or damaged" in report.refused or "cut off, damaged" in report.refused
        assert (report.read, report.load_id) == (0, None)
    assert store.rows("SELECT count(*) FROM load") == [(0,)]
    assert store.rows("SELECT count(*) FROM message") == [(0,)]


def test_rows_before_the_cut_of_a_truncated_gateway_file_are_kept_and_the_cut_is_quarantined(tmp_path, store):
    path = ndjson(tmp_path / "g.ndjson", [litellm_row(1), litellm_row(2)])
    path.write_bytes(path.read_bytes()[:-40])

    report = load_one(store, path)

    assert (report.read, report.loaded, report.quarantined) == (2, 1, 1)


def test_a_file_in_another_encoding_is_refused_with_the_way_to_mend_it(tmp_path, store):
    path = all_chats(tmp_path / "c.json", [chat("1", messages(0), title="Shop")])
    path.write_bytes(path.read_bytes().replace(b"Shop", "Geschäft".encode("cp1252")))

    report = load_one(store, path)

    assert report.refused is not None
    assert "UTF-8" in report.refused
    assert store.rows("SELECT count(*) FROM chat") == [(0,)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_that_a_windows_shell_saved_is_loaded_all_the_same(tmp_path, store, encoding):
    path = ndjson(tmp_path / "g.ndjson", [litellm_row(number, user="Jörg") for number in range(3)])
    path.write_bytes(path.read_bytes().decode().replace("\n", "\r\n").encode(encoding))

    report = load_one(store, path)

    assert (report.read, report.loaded, report.refused) == (3, 3, None)


def deep_file(path, where, deep):
    """Write a file of a kind that holds a value nested very deep."""
    if where == "nothing else":
        path.write_text(deep)
    elif where == "chats":
        all_chats(path, [chat("1", [*messages(0), {"id": "x", "role": "user", "content": "DEEP"}])])
    elif where == "event log":
        log_file(path, [log_entry(1), log_entry(2, details="DEEP")])
    else:
        ndjson(path, [litellm_row(1), litellm_row(2, metadata="DEEP")])
    path.write_text(path.read_text().replace('"DEEP"', deep))
    return path


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize(
    ("where", "refusal"),
    [
        ("nothing else", "not known|no kind that is known"),
        ("chats", "deeper than any"),
        ("event log", "deeper than any"),
    ],
)
def test_a_document_nested_too_deep_is_refused_and_leaves_nothing(tmp_path, store, opening, where, refusal):
    deep = opening * 100_000 + "1" + {"[": "]", '{"a":': "}"}[opening] * 100_000

    report = load_one(store, deep_file(tmp_path / "deep.json", where, deep))

    assert re.search(refusal, report.refused)
    assert (report.read, report.load_id) == (0, None)
    assert store.rows("SELECT count(*) FROM load") == [(0,)]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_gateway_row_nested_too_deep_is_quarantined_alone(tmp_path, store, opening):
    deep = opening * 100_000 + "1" + {"[": "]", '{"a":': "}"}[opening] * 100_000

    report = load_one(store, deep_file(tmp_path / "deep.ndjson", "gateway", deep))

    assert (report.read, report.loaded, report.quarantined, report.refused) == (2, 1, 1, None)
    assert store.rows("SELECT reason, position FROM quarantine") == [("too_deep", "line 2")]


def test_a_directory_of_junk_is_refused_file_by_file_and_the_one_good_file_is_loaded(tmp_path, database_url):
    folder = tmp_path / "junk"
    folder.mkdir()
    (folder / "page.json").write_text("<!DOCTYPE html><html>Sign in</html>")
    (folder / "empty.json").touch()
    (folder / "zeros.json").write_bytes(bytes(5000))
    (folder / "random.gz").write_bytes(os.urandom(5000))
    (folder / "null.json").write_text("null")
    (folder / "number.json").write_text("1e999")
    (folder / "list.json").write_text("[]")
    (folder / "object.json").write_text("{}")
    (folder / "quote.csv").write_text('"a","b\n1,2')
    (folder / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    os.mkfifo(folder / "pipe")
    (folder / "out").symlink_to("/etc")
    all_chats(folder / "good.json", [chat("1", messages(0))])

    printed = load_json(database_url, folder, expected_code=1)

    loaded = [file["file"] for file in printed["files"] if file["refused"] is None]
    assert loaded == [str(folder / "good.json")]
    assert len(printed["files"]) == 13
    assert balance(database_url) == [(4, 4, 0, 0)]


# What is wrong with a record


BAD_ROWS = {
    "not json": (b'{"request_id": "x", ', "not_json"),
    "not a number": (json.dumps(litellm_row(9, spend=float("nan"))).encode(), "bad_number"),
    "infinite": (json.dumps(litellm_row(9, prompt_tokens=float("inf"))).encode(), "bad_number"),
    "negative tokens": (litellm_row(9, prompt_tokens=-5), "bad_number"),
    "huge number": (json.dumps(litellm_row(9, total_tokens=10**400)).encode(), "bad_number"),
    "year 1970": (litellm_row(9, startTime="1970-01-01T00:00:00Z", endTime="1970-01-01T00:00:01Z"), "bad_time"),
    "year 2099": (litellm_row(9, startTime="2099-01-01T00:00:00Z", endTime="2099-01-01T00:00:01Z"), "bad_time"),
    "no time": (litellm_row(9, startTime="yesterday", endTime="today"), "bad_time"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_gateway_row_is_quarantined_alone_and_its_text_is_not_kept(tmp_path, store, bad, reason):
    path = ndjson(tmp_path / "g.ndjson", [litellm_row(1), bad, litellm_row(2)])

    report = load_one(store, path)

    assert (report.read, report.loaded, report.quarantined, report.refused) == (3, 2, 1, None)
    ((found, position, excerpt),) = store.rows("SELECT reason, position, excerpt FROM quarantine")
    assert (found, position) == (reason, "line 2")
    assert "claude-sonnet" not in (excerpt or "")


BAD_MESSAGES = {
    "wrong type": ({"id": "9", "role": "user", "content": 7}, "wrong_type"),
    "unknown role": ({"id": "9", "role": "robot", "content": "x"}, "unknown_role"),
    "a number": (7, "wrong_type"),
    "null": (None, "wrong_type"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_MESSAGES.values(), ids=BAD_MESSAGES.keys())
def test_a_bad_message_is_quarantined_alone(tmp_path, store, bad, reason):
    path = all_chats(tmp_path / "c.json", [chat("1", [*messages(0), bad])])

    report = load_one(store, path)

    assert (report.read, report.loaded, report.quarantined) == (5, 4, 1)
    assert store.rows("SELECT reason, position FROM quarantine") == [(reason, "chats[0].messages[4]")]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("NaN", "wrong_type"),
        ("-Infinity", "wrong_type"),
        ("1e400", "wrong_type"),
        ("-3", "bad_number"),
        ("9" * 400, "bad_number"),
    ],
    ids=["not a number", "infinite", "too large for a float", "negative", "400 digits"],
)
def test_an_impossible_number_of_tokens_never_reaches_a_sum(tmp_path, store, number, reason):
    bad = reply("msg-9", "Done.", 9, usage=((770077, 5),))
    path = all_chats(tmp_path / "c.json", [chat("1", [*messages(0), request("9", "More", 9), bad])])
    path.write_text(path.read_text().replace("770077", number))

    report = load_one(store, path)

    assert (report.read, report.loaded, report.quarantined, report.refused) == (6, 5, 1, None)
    assert store.rows("SELECT reason, position FROM quarantine") == [(reason, "chats[0].messages[5]")]
    assert store.rows("SELECT total_tokens FROM llm_call") == [(1200,), (1200,)]  # the two replies before it


@pytest.mark.parametrize("year", ["1970", "2099"])
def test_an_impossible_time_never_becomes_a_day(tmp_path, store, year):
    wrong = [message | {"createdAt": message["createdAt"].replace("2026", year)} for message in messages(5, 1)]
    load_one(store, all_chats(tmp_path / "c.json", [chat("1", [*messages(0), *wrong])]))
    load_one(store, log_file(tmp_path / "l.json", [log_entry(1, timestamp=f"{year}-03-02T10:00:00.000Z")]))

    for table, column in (("task", "requested_date"), ("llm_call", "started_date"), ("event", "occurred_date")):
        # Days since 1970 of 2020-01-01 and 2027-01-01.
        assert store.rows(f"SELECT count(*) FROM {table} WHERE {column} NOT BETWEEN 18262 AND 20819") == [(0,)]


def test_duplicate_ids_are_counted_and_not_added_up(tmp_path, store):
    report = load_one(store, ndjson(tmp_path / "g.ndjson", [litellm_row(1), litellm_row(1), litellm_row(1)]))

    assert (report.read, report.loaded, report.known) == (3, 1, 2)
    assert store.rows("SELECT count(*), sum(cost_micro_usd) FROM llm_call") == [(1, 4500)]


def test_unknown_keys_are_passed_over_and_not_stored(tmp_path, store):
    secret = "something nobody asked for"
    chats = all_chats(
        tmp_path / "c.json", [chat("1", [message | {"novel": secret} for message in messages(0)]) | {"novel": secret}]
    )
    rows = ndjson(tmp_path / "g.ndjson", [litellm_row(1, novel={"deep": [secret]})])
    log = log_file(tmp_path / "l.json", [log_entry(1, novel=secret)], novel=secret)

    assert [load_one(store, path).loaded for path in (chats, rows, log)] == [4, 1, 1]
    assert secret not in repr(facts(store.url))


def test_a_formula_and_a_script_are_stored_as_text_and_break_nothing(tmp_path, store):
    title, model = '=HYPERLINK("http://x","y")<script>alert(1)</script>', "@SUM(1+1)*<script>'; DROP TABLE llm_call;--"
    asked = request("1772445600000", "Build", 0)
    asked["content"] = asked["content"].replace("claude-sonnet-4-5", model)
    asked["parts"][0]["text"] = asked["content"]

    load_one(store, all_chats(tmp_path / "c.json", [chat("1", [asked, reply("msg-1", "Done.", 1)], title=title)]))
    load_one(store, ndjson(tmp_path / "g.ndjson", [litellm_row(1, model=model, model_group=model)]))

    assert store.rows("SELECT title FROM chat") == [(title,)]
    assert store.rows("SELECT count(*) FROM llm_call") == [(2,)]


# Limits


def test_a_file_of_200_mb_is_loaded_in_bounded_memory(tmp_path, database_url):
    text = json.dumps(litellm_row(0, request_id="req-N", metadata={"status": "success", "padding": "p" * 3000}))
    with (tmp_path / "big.ndjson").open("w") as stream:
        for number in range(60_000):
            stream.write(text.replace("req-N", f"req-{number}") + "\n")
    assert (tmp_path / "big.ndjson").stat().st_size > 200_000_000

    printed, peak = _peak_of_load(database_url, tmp_path / "big.ndjson")

    assert printed["files"][0]["loaded"] == 60_000
    assert peak < 1 << 30


def test_a_chat_export_of_200_mb_with_pictures_is_loaded_in_bounded_memory(tmp_path, database_url):
    picture = {"type": "file", "mimeType": "image/png", "data": "PICTURE"}
    asked = request("1772445600000", "Build this", 0)
    asked["parts"].append(picture)
    path = all_chats(tmp_path / "c.json", [chat("1", [asked, reply("msg-1", "Done.", 1)])])
    path.write_text(path.read_text().replace("PICTURE", "iVBORw0KGgo" * 19_000_000))
    assert path.stat().st_size > 200_000_000

    printed, peak = _peak_of_load(database_url, path)

    assert printed["files"][0]["loaded"] == 2
    assert peak < 1 << 30


def test_a_sparse_file_of_four_gigabytes_is_refused_at_once(tmp_path, database_url):
    with (tmp_path / "sparse.json").open("wb") as stream:
        stream.truncate(4 << 30)

    printed, peak = _peak_of_load(database_url, tmp_path / "sparse.json")

    assert "is a binary file" in printed["files"][0]["refused"]
    assert peak < 300 << 20


def _peak_of_load(url, path):
    """Load in another process; return what it printed and its greatest memory in bytes."""
    script = (
        "import re, sys\nfrom etl import cli\nsys.argv = ['etl', *sys.argv[1:]]\n"
        "try:\n    cli.main()\nfinally:\n"
        "    print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "load", "--json", "--database", url, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(ended.stdout), int(ended.stderr.split()[-1]) * 1024


# Faults around the store


HELD = textwrap.dedent(
    """
    import sys
    from etl import cli
    from etl.derive import run

    real = run.derive

    def held(connection, touched):
        real(connection, touched)
        print("HELD", file=sys.stderr, flush=True)
        sys.stdin.read(1)

    run.derive = held
    sys.argv = ["etl", *sys.argv[1:]]
    cli.main()
    """
)


@pytest.fixture
def held_load():
    """Start a load in another process that waits, with everything written, before it commits."""
    started = []

    def start(url, path):
        process = subprocess.Popen(
            [sys.executable, "-c", HELD, "load", "--json", "--person", "ann", "--database", url, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr.readline() == "HELD\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_load_that_is_killed_leaves_nothing_and_a_second_one_completes_it(tmp_path, database_url, held_load):
    first = all_chats(tmp_path / "a.json", [chat("1", messages(0))])
    second = ndjson(tmp_path / "b.ndjson", [litellm_row(number) for number in range(500)])
    load_json(database_url, first, "--person", "ann")
    before = facts(database_url)

    process = held_load(database_url, second)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert facts(database_url) == before
    assert balance(database_url) == [(4, 4, 0, 0)]
    assert Store(database_url).rows("PRAGMA integrity_check") == [("ok",)]

    printed = load_json(database_url, first, second, "--person", "ann")
    assert [file["loaded"] for file in printed["files"]] == [0, 500]

    other = f"sqlite:///{tmp_path}/never-killed.db"
    load_json(other, first, second, "--person", "ann")
    assert facts(database_url) == facts(other)


def test_of_two_loads_at_once_one_waits_and_says_who_holds_the_store(tmp_path, database_url, held_load):
    process = held_load(database_url, all_chats(tmp_path / "a.json", [chat("1", messages(0))]))
    progress = Quiet()

    def release(message):
        progress.said.append(message)
        process.stdin.write("x")
        process.stdin.flush()

    progress.says = release
    report = load_one(Store(database_url), all_chats(tmp_path / "b.json", [chat("2", messages(50))]), progress=progress)
    process.wait()

    assert progress.said == [f"Waiting: the store {tmp_path}/store.db is being written by process {process.pid}."]
    assert report.loaded == 4
    assert balance(database_url) == [(4, 4, 0, 0), (4, 4, 0, 0)]


def test_of_two_loads_of_the_same_file_at_once_one_finds_it_known(tmp_path, database_url, held_load):
    path = all_chats(tmp_path / "a.json", [chat("1", messages(0))])
    process = held_load(database_url, path)
    progress = Quiet()
    progress.says = lambda message: (process.stdin.write("x"), process.stdin.flush())

    report = load_one(Store(database_url), path, progress=progress)
    process.wait()

    assert (report.read, report.known, report.loaded) == (4, 4, 0)
    assert balance(database_url) == [(4, 4, 0, 0)]


def test_a_store_that_is_read_while_a_load_writes_shows_old_or_new_and_never_half(tmp_path, store, monkeypatch):
    load_one(store, all_chats(tmp_path / "a.json", [chat("1", messages(0))]))
    seen = []
    real = derive_run.derive

    def look():
        counts = ("SELECT count(*) FROM message", "SELECT count(*) FROM task", "SELECT count(*) FROM load",
                  "SELECT sum(task_count) FROM task_daily")  # fmt: skip
        return [store.rows(sql)[0][0] for sql in counts] + [store.data_version]

    def watched(connection, touched):
        seen.append(look())
        real(connection, touched)
        seen.append(look())

    monkeypatch.setattr(derive_run, "derive", watched)
    old = look()
    with store.reading() as reader:
        begun = reader.execute("SELECT count(*) FROM message").fetchone()
        load_one(store, all_chats(tmp_path / "b.json", [chat("2", messages(50))]))
        still = reader.execute("SELECT count(*) FROM message").fetchone()

    assert seen == [old, old]
    assert begun == still == (4,)
    assert look() == [8, 4, 2, 4, old[-1] + 1]


def test_a_full_disk_keeps_the_store_whole_and_says_so(tmp_path, store, monkeypatch):
    load_one(store, all_chats(tmp_path / "a.json", [chat("1", messages(0))]))
    before = facts(store.url)
    path = ndjson(tmp_path / "b.ndjson", [litellm_row(number) for number in range(500)])
    real = Store.connect

    def nearly_full(self):
        connection = real(self)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 20}")
        return connection

    monkeypatch.setattr(Store, "connect", nearly_full)
    with pytest.raises(StoreError, match=r"is full\. Nothing of this load was kept; free space and load again"):
        load_one(Store(store.url), path)
    monkeypatch.undo()

    assert facts(store.url) == before
    assert load_one(Store(store.url), path).loaded == 500


def test_a_disk_that_fails_ends_with_1_and_json_and_no_trace(tmp_path, database_url):
    path = ndjson(tmp_path / "b.ndjson", [litellm_row(number) for number in range(3000)])
    load_json(database_url, all_chats(tmp_path / "a.json", [chat("1", messages(0))]))
    before = facts(database_url)
    limit = (Path(f"{tmp_path}/store.db").stat().st_size) + 100_000
    script = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from etl import cli; sys.argv = ['etl', *sys.argv[1:]]; cli.main()"
    )
    command = [sys.executable, "-c", script, "load", "--json", "--database", database_url, str(path)]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "Nothing of this load was kept" in json.loads(ended.stdout)["stopped"]
    assert "Traceback" not in ended.stderr
    assert facts(database_url) == before
    assert Store(database_url).rows("PRAGMA integrity_check") == [("ok",)]


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_half_made(tmp_path):
    path = all_chats(tmp_path / "a.json", [chat("1", messages(0))])

    ended = run_etl("load", "--database", "sqlite:////proc/boltscope.db", path)

    assert ended.returncode == 1
    assert "cannot be" in ended.stderr or "No permission" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_damaged_store_is_named_and_not_written_over(tmp_path):
    (tmp_path / "store.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
    (tmp_path / "text.db").write_text("my notes " * 500)
    path = all_chats(tmp_path / "a.json", [chat("1", messages(0))])

    for name in ("store.db", "text.db"):
        before = (tmp_path / name).read_bytes()
        ended = run_etl("load", "--database", f"sqlite:///{tmp_path}/{name}", path)

        assert ended.returncode == 1
        assert "is not a SQLite file, or it is damaged" in ended.stderr
        assert (tmp_path / name).read_bytes() == before
