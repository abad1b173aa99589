"""Fifty visitors who each change something every two seconds, and what the first visitor after a start waits for."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import bench_pages
import visitor

HERE = Path(__file__).parent
PACE_SECONDS, MEASURED_SECONDS = 2, 40
P95 = 400


def section(sizes: Sequence[int], visitors: int, folder: Path, bench: Any) -> None:
    """Measure the crowd on the smallest and the largest store, and the first visitor on the largest."""
    rows = bench.table(
        f"{visitors} visitors, each changes something every {PACE_SECONDS} s; from due to done, in ms", "",
        "p50", "p95", "worst", "changes/s", "failed", "first page p95", "CPU cores", "server MB", "target",
    )  # fmt: skip
    for tasks in dict.fromkeys((min(sizes), max(sizes))):
        with bench_pages.served(bench_pages.store_of(tasks, folder, bench), "visitors") as dashboard:
            found, cores = _crowd(dashboard, visitors)
            resident = bench_pages.resident_mb(dashboard.process.pid)
        seconds = found["seconds"]
        worst = bench_pages.quantile(seconds, 0.95)
        rows.add_row(
            f"{tasks:,} tasks", f"{median(seconds) * 1000:.0f}", f"{worst:.0f}", f"{max(seconds) * 1000:.0f}",
            f"{len(seconds) / MEASURED_SECONDS:.1f}", f"{found['failed']}",
            f"{bench_pages.quantile(found['opened'], 0.95):.0f}", f"{cores:.2f}", f"{resident:,.0f}",
            f"p95 <= {P95}: {bench.verdict(worst, P95)}",
        )  # fmt: skip
    bench.console.print(rows)
    first_visitor(max(sizes), folder, bench)


def first_visitor(tasks: int, folder: Path, bench: Any) -> None:
    """Measure what the first visitor of each page waits for, with and without the warm-up."""
    rows = bench.table(
        f"First visitor after a start, {tasks:,} tasks: seconds until the port answers, then ms for each page", "",
        "port answers s", "first page", "slowest other page", "all other pages",
    )  # fmt: skip
    for name, options in (("without warm-up", ["--no-warm-up"]), ("with warm-up", [])):
        start = time.perf_counter()
        with bench_pages.served(bench_pages.store_of(tasks, folder, bench), "first", options) as dashboard:
            answers = time.perf_counter() - start
            first, others = asyncio.run(_first(dashboard.address))
        rows.add_row(
            name, f"{answers:.2f}", f"{first * 1000:.0f}", f"{max(others) * 1000:.0f}", f"{sum(others) * 1000:.0f}"
        )
    bench.console.print(rows)


async def _first(address: str) -> tuple[float, list[float]]:
    start = time.perf_counter()
    async with visitor.visit(address) as session:
        await session.open()
        first = time.perf_counter() - start
        return first, [await session.open(page.hash) for page in session.pages[1:]]


def _crowd(dashboard: Any, visitors: int) -> tuple[dict[str, Any], float]:
    before, start = bench_pages.cpu_seconds(dashboard.process.pid), time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / "crowd.py"), dashboard.address, str(visitors), str(PACE_SECONDS),
         str(MEASURED_SECONDS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode or done.stderr:
        print(done.stderr[-2000:], file=sys.stderr)
    cores = (bench_pages.cpu_seconds(dashboard.process.pid) - before) / (time.perf_counter() - start)
    return json.loads(done.stdout.splitlines()[-1]), cores
