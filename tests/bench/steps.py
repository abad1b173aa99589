"""One measured step in a process of its own, so that its peak memory is its own; prints its figures as JSON."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import bench_git
import bench_outcomes

# Lines or rows handled at a time by the floor.
BATCH = 50_000
Figures = dict[str, float]


class Clock:
    """Adds up the time, and the time of this process alone, that is spent inside of it."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __enter__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def __exit__(self, *_error: object) -> None:
        self.seconds += time.perf_counter() - self._start[0]
        self.cpu += time.process_time() - self._start[1]


def run(step: str, *arguments: str) -> Figures:
    """Run a step here and return its figures, with the peak memory of this process in MB."""
    start = time.process_time()
    figures = STEPS[step](*arguments)
    figures.setdefault("cpu", time.process_time() - start)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def load(database: str, path: str) -> Figures:
    """Load files the way `etl load` does, in seconds."""
    from etl.cli import main

    start = time.perf_counter()
    sys.argv = ["etl", "load", path, "--database", f"sqlite:///{database}", "--json"]
    try:
        main()
    except SystemExit as finished:
        if finished.code:
            raise RuntimeError(f"etl load ended with {finished.code}") from finished
    return {"seconds": time.perf_counter() - start}


def floor_lines(loaded: str, path: str) -> Figures:
    """Decode the lines with msgspec and write the rows of the loaded store with executemany.

    Both in the order of the file, rows of a batch sorted by key: what a loader that streams cannot do without.
    """
    return _floor(loaded, lambda: _decode_lines(Path(path)), "started_at")


def floor_lines_ascending(loaded: str, path: str) -> Figures:
    """Decode the lines and write the rows with all keys ascending: what only a loader that holds all rows can reach."""
    return _floor(loaded, lambda: _decode_lines(Path(path)), "llm_call_key")


def floor_platforms(loaded: str, path: str) -> Figures:
    """Decode a platform's list and write the rows of the loaded store with executemany, keys of a batch ascending."""
    from bench_platforms import decode

    return _floor(loaded, lambda: decode(Path(path)), "llm_call_key")


def floor_own_records(loaded: str, path: str) -> Figures:
    """Decode own records and write the rows of the loaded store with executemany, keys of a batch ascending."""
    from bench_records import decode

    return _floor(loaded, lambda: decode(Path(path)), "llm_call_key")


def floor_calls(loaded: str, path: str) -> Figures:
    """Decode spans or an export and write the rows of the loaded store with executemany, in the order of time."""
    from bench_calls import decode

    return _floor(loaded, lambda: decode(Path(path)), "started_at")


def floor_documents(loaded: str, folder: str) -> Figures:
    """Decode the documents with msgspec and write the rows of the loaded store with executemany, keys ascending."""
    return _floor(loaded, lambda: _decode_documents(Path(folder)), "llm_call_key")


def _floor(loaded: str, decode: Callable[[], Iterator[None]], call_order: str) -> Figures:
    from data.store import Store

    source, target = Store(f"sqlite:///{loaded}", create=False), Path(loaded).with_suffix(".floor.db")
    for leftover in target.parent.glob(target.name + "*"):
        leftover.unlink()
    clock = Clock()
    with clock:
        for _ in decode():
            pass
    decoding = clock.seconds
    with closing(source.connect()) as reader, Store(f"sqlite:///{target}").writing() as writer:
        for sql, rows in _rows(reader, call_order):
            with clock:
                writer.executemany(sql, rows)
        clock.__enter__()
    # The commit is part of the writing.
    clock.__exit__()
    return {"seconds": clock.seconds, "cpu": clock.cpu, "decoding": decoding, "rows": _count(source)}


def _rows(reader: Any, call_order: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield batches of the rows of every table, read outside of the measured time."""
    # A new store has settings of its own.
    for (table,) in reader.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'setting' ORDER BY name"
    ).fetchall():
        if table.startswith("sqlite_"):
            continue
        order = call_order if table == "llm_call" else "rowid"
        keys = [row[0] for row in reader.execute(f'SELECT rowid FROM "{table}" ORDER BY {order}')]
        width = len(reader.execute(f'SELECT * FROM "{table}" LIMIT 0').description)
        sql = f'INSERT INTO "{table}" VALUES ({", ".join("?" * width)})'
        for first in range(0, len(keys), BATCH):
            batch = sorted(keys[first : first + BATCH])
            reader.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (key INTEGER PRIMARY KEY)")
            reader.execute("DELETE FROM wanted")
            reader.executemany("INSERT INTO wanted VALUES (?)", ((key,) for key in batch))
            yield sql, reader.execute(f'SELECT t.* FROM wanted JOIN "{table}" t ON t.rowid = wanted.key').fetchall()


def _count(store: Any) -> int:
    with store.reading() as reader:
        tables = [name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        return sum(reader.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)


def _decode_lines(path: Path) -> Iterator[None]:
    import msgspec

    class Row(msgspec.Struct, gc=False):
        request_id: str
        status: str
        startTime: str  # noqa: N815
        endTime: str  # noqa: N815
        completionStartTime: str  # noqa: N815
        model: str
        model_group: str
        custom_llm_provider: str
        prompt_tokens: int
        completion_tokens: int
        total_tokens: int
        spend: float
        api_key: str
        user: str
        team_id: str
        metadata: dict[str, Any]

    decoder = msgspec.json.Decoder(Row)
    with path.open("rb", buffering=1 << 20) as file:
        for line in file:
            decoder.decode(line)
    yield None


def _decode_documents(folder: Path) -> Iterator[None]:
    import msgspec

    decoder = msgspec.json.Decoder()
    for path in sorted(folder.rglob("*.json")):
        decoder.decode(path.read_bytes())
        yield None


STEPS: dict[str, Callable[..., Figures]] = {
    "load": load,
    "floor_lines": floor_lines,
    "floor_lines_ascending": floor_lines_ascending,
    "floor_documents": floor_documents,
    "floor_platforms": floor_platforms,
    "floor_own_records": floor_own_records,
    "floor_calls": floor_calls,
    "outcomes": bench_outcomes.outcomes,
    **bench_git.STEPS,
}

if __name__ == "__main__":
    figures = run(*sys.argv[1:])
    # The last line: whatever the step printed comes before it.
    print("\n" + json.dumps(figures))
