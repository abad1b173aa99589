"""Own records: command runs in three forms, each beside the floor of decoding and inserting the same rows."""

import csv
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NAMES = ("id", "started_at", "command", "status", "duration_ms", "exit_code", "task_id", "person", "project")
_COMMANDS = ("npm run build", "npm install", "npm test -- --run", "npx vite build", "node scripts/seed.js")
_STATUSES = ("ok",) * 17 + ("failed", "failed", "timeout")


def section(records: int, folder: Path, bench: Any) -> None:
    """Load command runs in three forms and print seconds and memory beside the floor."""
    rows = bench.table(
        f"Own records: {records:,} command runs",
        "",
        "seconds",
        "CPU s",
        "records/s",
        "times the floor",
        "peak MB",
        "target",
    )
    for form, write in (("csv", write_csv), ("ndjson", write_ndjson), ("parquet", write_parquet)):
        path = folder / f"command-runs-{records}.{form}"
        if not path.exists():
            write(path, records)
            time.sleep(bench.SETTLE_SECONDS)
        database = bench.fresh(f"records-{form}")
        loaded = bench.step("load", database, path)
        floor = bench.step("floor_own_records", database, path)
        for name, figures in ((f"floor of {form}: decode + executemany", floor), (f"etl load, {form}", loaded)):
            ratio = figures["seconds"] / floor["seconds"]
            rows.add_row(
                name,
                f"{figures['seconds']:.2f}",
                f"{figures['cpu']:.2f}",
                f"{records / figures['seconds']:,.0f}",
                f"{ratio:.2f}",
                f"{figures['peak_mb']:,.0f}",
                f"<= 4.00: {bench.verdict(ratio, 4)}" if figures is loaded else "",
            )
    bench.console.print(rows)


def command_runs(records: int) -> Iterator[dict[str, Any]]:
    """Yield command runs in the order of time, over a year."""
    random_numbers = random.Random(5)
    at = datetime(2025, 7, 1, tzinfo=UTC)
    step = timedelta(days=365) / records
    for number in range(records):
        yield {
            "id": f"run-{number:07}",
            "started_at": (at + step * number).isoformat().replace("+00:00", "Z"),
            "command": random_numbers.choice(_COMMANDS),
            "status": (status := random_numbers.choice(_STATUSES)),
            "duration_ms": int(random_numbers.lognormvariate(8.5, 1)),
            "exit_code": 0 if status == "ok" else 1,
            "task_id": f"task-{number // 4}",
            "person": f"person{number % 40}",
            "project": ("shop", "blog", "intern")[number % 3],
        }


def write_csv(path: Path, records: int) -> None:
    """Write command runs as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, NAMES)
        writer.writeheader()
        writer.writerows(command_runs(records))


def write_ndjson(path: Path, records: int) -> None:
    """Write command runs as lines of JSON."""
    with path.open("w") as file:
        file.writelines(json.dumps(record) + "\n" for record in command_runs(records))


def write_parquet(path: Path, records: int) -> None:
    """Write command runs as Parquet."""
    import polars as pl

    pl.DataFrame(list(command_runs(records))).write_parquet(path)


def decode(path: Path) -> Iterator[None]:
    """Decode all records of a file with the fastest reader that gives Python values."""
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            for _ in csv.reader(file):
                pass
    elif path.suffix == ".parquet":
        import polars as pl

        for _ in pl.read_parquet(path).iter_rows():
            pass
    else:
        import msgspec

        decoder = msgspec.json.Decoder(msgspec.defstruct("Run", [(name, Any, None) for name in NAMES], gc=False))
        with path.open("rb", buffering=1 << 20) as file:
            for line in file:
                decoder.decode(line)
    yield None
