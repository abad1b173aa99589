"""CSV of a million rows: from the command line and from the page's link, with the memory that it takes."""

import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.request import urlopen

import bench_pages

EXTRA_MB = 300
_BLOCK = 1 << 20
_AS_OF = "2026-11-20T20:00:00Z"


def section(tasks: int, folder: Path, bench: Any) -> None:
    """Export all tasks of a store both ways; memory is the peak above what the process held before."""
    database = bench_pages.store_of(tasks, folder, bench)
    rows = bench.table(
        f"CSV of all {tasks:,} tasks", "", "seconds", "first byte s", "MB", "rows/s", "extra MB", "target"
    )
    out = folder / "tasks.csv"
    # What the program takes for a table without rows is what it takes anyway.
    base = _command(database, out, "2019-01-01")["peak_mb"]
    found = _command(database, out, None)
    size, count = out.stat().st_size / 1e6, _lines(out)
    command = out.read_bytes()
    _add(rows, bench, "dashboard export tasks", found["seconds"], None, size, count, found["peak_mb"] - base)
    with bench_pages.served(database, "csv") as dashboard:
        address = f"{dashboard.address}/exports/tasks.csv?as_of={_AS_OF}"
        # The first one imports what the route needs.
        urlopen(f"{address}&from=2019-01-01&to=2019-01-01").read()
        before, peak = bench_pages.resident_mb(dashboard.process.pid), _Peak(dashboard.process.pid)
        start = time.perf_counter()
        first = None
        with peak, urlopen(address) as answer, out.open("wb") as file:
            while block := answer.read(_BLOCK):
                first = first or time.perf_counter() - start
                file.write(block)
        seconds = time.perf_counter() - start
    if out.read_bytes() != command:
        sys.exit("the page's link gives other bytes than the command line")
    _add(rows, bench, "link of the page", seconds, first, size, count, peak.most - before)
    bench.console.print(rows)
    out.unlink()


def _add(
    rows: Any, bench: Any, name: str, seconds: float, first: float | None, size: float, count: int, extra: float
) -> None:
    rows.add_row(
        name, f"{seconds:.1f}", "" if first is None else f"{first:.2f}", f"{size:,.0f}", f"{count / seconds:,.0f}",
        f"{extra:,.0f}", f"<= {EXTRA_MB} MB: {bench.verdict(extra, EXTRA_MB)}",
    )  # fmt: skip


def _command(database: Path, out: Path, last: str | None) -> dict[str, float]:
    """Run the command line in a process of its own; its peak of memory comes from the kernel."""
    command = [sys.executable, "-m", "dashboard.cli", "export", "tasks", "--out", str(out), "--as-of", _AS_OF]
    command += ["--database", f"sqlite:///{database}", *(["--to", last, "--from", last] if last else [])]
    start = time.perf_counter()
    # Of the children of this process only the largest is told: a small one between tells nothing.
    program = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
        "print(done.stderr[-500:] if done.returncode else resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=bench_pages.ROOT, capture_output=True, text=True, check=True
    )
    return {"seconds": time.perf_counter() - start, "peak_mb": int(done.stdout) / 1024}


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b"")) - 1


class _Peak:
    """Looks at the memory of a process while something runs."""

    def __init__(self, process: int) -> None:
        self.most = 0.0
        self._process = process
        self._done = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, bench_pages.resident_mb(self._process))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
