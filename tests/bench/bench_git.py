"""Speed of loading git histories: a repository by git itself and a saved log, each beside its floor."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
Figures = dict[str, float]
FIRST = 1_761_955_200
"""1 November 2025, in seconds."""
_FILES = 2000
_PEOPLE = 40
_NEW = 10
# Rows handled at a time by the floor.
_BATCH = 50_000
_TABLES = ("vcs_commit", "commit_file", "repository_head")


def write_repository(path: Path, commits: int) -> None:
    """Write a bare repository of so many commits in a row over a year, each of one to five files of a few lines."""
    git(path, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=path, stdin=subprocess.PIPE)
    assert importer.stdin is not None
    with importer.stdin as stream:
        for piece in _commits(0, commits, 365 * 86_400 // commits):
            stream.write(piece)
    if importer.wait():
        raise RuntimeError("git fast-import failed")


def add_commits(path: str, commits: str, more: str) -> Figures:
    """Add some commits to the end of a repository that has so many."""
    first, step = int(commits), 365 * 86_400 // int(commits)
    pieces = b"".join(_commits(first, first + int(more), step, parent=git(Path(path), "rev-parse", "main").strip()))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input=pieces, check=True)
    return {}


def _commits(first: int, end: int, step: int, parent: str = "") -> Iterator[bytes]:
    for number in range(first, end):
        person = number * 7 % _PEOPLE
        subject = f"Change part {number % 97} of shop {number} (#{number})"
        body = ""
        if number % 50 == 49:
            subject, body = (
                f'Revert "Change part {(number - 1) % 97} of shop {number - 1} (#{number - 1})"',
                (f"\n\nReverts example/shop#{number - 1}"),
            )
        message = f"{subject}{body}\n\nReviewed-by: Person {person + 1} <person{person + 1}@example.org>\n".encode()
        when = f"Person {person} <person{person}@example.org> {FIRST + number * step} +0100"
        base = f"from {parent}\n" if parent and number == first else ""
        yield f"commit refs/heads/main\nauthor {when}\ncommitter {when}\ndata {len(message)}\n".encode() + message
        yield f"\n{base}".encode()
        for index in range(1 + number % 5):
            path = (number * 31 + index * 17) % _FILES
            text = "".join(f"line {line} of {path} by {number if line == number % 9 else 0}\n" for line in range(9))
            yield f"M 100644 inline src/part{path % 40}/file{path}.tsx\ndata {len(text)}\n{text}\n".encode()


def git(path: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    path.mkdir(parents=True, exist_ok=True)
    return subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True, text=True).stdout


def floor_repository(loaded: str, path: str) -> Figures:
    """Let git write its log, cut it into lines and fields, and write the rows of the loaded store with executemany."""
    from etl.sources.git_records import SAVED_FORMAT

    options = ("--raw", "--numstat", "--no-renames", "--no-abbrev", f"--pretty=format:{SAVED_FORMAT}")
    with subprocess.Popen(["git", "log", "--all", *options], cwd=path, stdout=subprocess.PIPE) as running:
        return _floor(loaded, running.stdout)


def floor_log(loaded: str, path: str) -> Figures:
    """Cut a saved log into lines and fields, and write the rows of the loaded store with executemany."""
    with Path(path).open("rb") as stream:
        return _floor(loaded, stream)


def _floor(loaded: str, stream: Any) -> Figures:
    from data.store import Store

    source, target = Store(f"sqlite:///{loaded}", create=False), Path(loaded).with_suffix(".floor.db")
    for leftover in target.parent.glob(target.name + "*"):
        leftover.unlink()
    start, own = time.perf_counter(), time.process_time()
    fields = 0
    rest = b""
    for block in iter(lambda: stream.read(1 << 20), b""):
        *records, rest = (rest + block).split(b"\x1e")
        for record in records:
            fields += len([field.decode("utf-8", "replace") for field in record.split(b"\x1f")])
            fields += len([line.split(b"\t") for line in record.splitlines()])
    decoding = time.perf_counter() - start
    reading = reading_own = 0.0
    rows = 0
    with closing(source.connect()) as reader, Store(f"sqlite:///{target}").writing() as writer:
        for table in _TABLES:
            keys = [key for (key,) in reader.execute(f'SELECT rowid FROM "{table}" ORDER BY rowid')]
            for first in range(0, len(keys), _BATCH):
                since, since_own = time.perf_counter(), time.process_time()
                span = (keys[first], keys[min(first + _BATCH, len(keys)) - 1])
                batch = reader.execute(f'SELECT * FROM "{table}" WHERE rowid BETWEEN ? AND ?', span).fetchall()
                reading += time.perf_counter() - since
                reading_own += time.process_time() - since_own
                writer.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(batch[0]))})', batch)
                rows += len(batch)
    return {
        "seconds": time.perf_counter() - start - reading,
        "cpu": time.process_time() - own - reading_own,
        "decoding": decoding,
        "rows": rows,
    }


STEPS: dict[str, Callable[..., Figures]] = {
    "floor_repository": floor_repository,
    "floor_log": floor_log,
    "add_commits": add_commits,
}


def section(commits: int, folder: Path, bench: Any) -> None:
    """Measure it all; bench is the module that runs steps and draws tables."""
    path, log = folder / f"git-{commits}.git", folder / f"git-{commits}.log"
    if not log.exists():
        bench.console.print(f"Writing a repository of {commits:,} commits and its log ...")
        subprocess.run(["rm", "-rf", str(path)], check=True)
        write_repository(path, commits)
        _save_log(path, log)
        time.sleep(bench.SETTLE_SECONDS)
    database, logged = bench.fresh("git"), bench.fresh("git-log")
    git(path, "update-ref", "refs/heads/main", _at(path, commits))
    loaded = bench.step("load", database, path)
    again = bench.step("load", database, path)
    floor = bench.step("floor_repository", database, path)
    bench.step("add_commits", path, commits, _NEW)
    newer = bench.step("load", database, path)
    git(path, "update-ref", "refs/heads/main", _at(path, commits))
    saved = bench.step("load", logged, log)
    saved_floor = bench.step("floor_log", logged, log)
    rows = bench.table(
        f"git: {commits:,} commits, {floor['rows']:,.0f} rows, log of {log.stat().st_size / 1e6:,.0f} MB",
        "", "seconds", "CPU s", "commits/s", "times the floor", "peak MB", "target",
    )  # fmt: skip
    ratio = loaded["seconds"] / floor["seconds"]
    saved_ratio = saved["seconds"] / saved_floor["seconds"]
    for name, figures, times, said in (
        ("floor: git log + split + executemany", floor, 1.0, ""),
        ("etl load of the repository", loaded, ratio, f"<= 4.00: {bench.verdict(ratio, 4)}"),
        ("  at 100,000 commits", loaded, ratio, f"< 60 s: {bench.verdict(loaded['seconds'], 60)}"),
        ("etl load, unchanged", again, 0.0, f"< 2 %: {bench.verdict(again['seconds'] / loaded['seconds'], 0.02)}"),
        (f"etl load, {_NEW} new commits", newer, 0.0, f"about 1 s: {bench.verdict(newer['seconds'], 1.5)}"),
        ("floor: saved log, split + executemany", saved_floor, 1.0, ""),
        ("etl load of the saved log", saved, saved_ratio, f"<= 4.00: {bench.verdict(saved_ratio, 4)}"),
    ):
        speed = f"{commits / figures['seconds']:,.0f}" if times else ""
        rows.add_row(
            name, f"{figures['seconds']:.2f}", f"{figures['cpu']:.2f}", speed, f"{times:.2f}" if times else "",
            f"{figures['peak_mb']:,.0f}", said,
        )  # fmt: skip
    bench.console.print(rows)


def _at(path: Path, commits: int) -> str:
    """Return the commit at the end of so many."""
    count = int(git(path, "rev-list", "--count", "main"))
    return git(path, "rev-parse", f"main~{count - commits}").strip()


def _save_log(path: Path, log: Path) -> None:
    sys.path.insert(0, str(ROOT))
    from etl.sources.git_records import SAVED_FORMAT

    options = ("--raw", "--numstat", "--no-renames", "--no-abbrev", "--date=iso-strict")
    with log.open("wb") as stream:
        subprocess.run(
            ["git", "log", "--all", *options, f"--pretty=format:{SAVED_FORMAT}"], cwd=path, stdout=stream, check=True
        )
