"""Measures speed and memory of loading, each figure beside its floor in the same run; how many of the demo's rollbacks
are found; and what people wait for: reruns of each page, many visitors, the browser, large downloads.

make bench                                        everything, at the sizes of the targets
make bench ARGS="litellm --records 100000"        one section, smaller
make bench ARGS="pages --tasks 10000"             one size; --page spend: one page
make bench ARGS="pages visitors browser csv"      all that people wait for; stores are made once, in bench/
make bench ARGS="evidence --evidence-tasks 1000"
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import bench_browser
import bench_calls
import bench_csv
import bench_evidence
import bench_git
import bench_outcomes
import bench_pages
import bench_platforms
import bench_records
import bench_visitors
import generate
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FOLDER = ROOT / "bench"
SECTIONS = (
    "litellm",
    "chats",
    "git",
    "platforms",
    "records",
    "calls",
    "outcomes",
    "pages",
    "visitors",
    "browser",
    "csv",
    "evidence",
)
# A file younger than this when it is loaded is read again the next time, as it may have changed since.
SETTLE_SECONDS = 3
console = Console(width=132)


def step(name: str, *arguments: object) -> dict[str, float]:
    """Run a step in a process of its own and return its figures."""
    command = [sys.executable, str(HERE / "steps.py"), name, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def verdict(value: float, limit: float, *, most: bool = True) -> str:
    """Return how a value stands to its target."""
    met = value <= limit if most else value >= limit
    return "[green]met[/green]" if met else "[red]missed[/red]"


def fresh(name: str) -> Path:
    """Return the path of a store that does not exist."""
    for leftover in FOLDER.glob(f"{name}.db*"):
        leftover.unlink()
    return FOLDER / f"{name}.db"


def table(title: str, *columns: str) -> Table:
    """Return an empty table with a title; the first column is text, the others are figures."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left", no_wrap=True)
    return made


def litellm(records: int) -> None:
    """LiteLLM rows: load, unchanged reload, and the floor."""
    path = FOLDER / f"litellm-{records}.ndjson"
    if not path.exists():
        console.print(f"Writing {records:,} spend rows ...")
        generate.litellm_rows(path, records)
        time.sleep(SETTLE_SECONDS)
    database = fresh("litellm")
    size = path.stat().st_size
    loaded = step("load", database, path)
    again = step("load", database, path)
    floor = step("floor_lines", database, path)
    ascending = step("floor_lines_ascending", database, path)
    rows = table(
        f"LiteLLM: {records:,} rows, {size / 1e9:.2f} GB NDJSON, {size / records / 1000:.2f} kB a row",
        "", "seconds", "CPU s", "records/s", "times the floor", "peak MB", "target",
    )  # fmt: skip
    ratio = loaded["seconds"] / floor["seconds"]
    rate = records / loaded["seconds"]
    rows.add_row(
        "floor: decode + executemany, file order",
        *_s(floor),
        f"{records / floor['seconds']:,.0f}",
        "1.00",
        _mb(floor),
        "",
    )
    rows.add_row(
        "  with all keys ascending", *_s(ascending), f"{records / ascending['seconds']:,.0f}",
        f"{ascending['seconds'] / floor['seconds']:.2f}", _mb(ascending), "",
    )  # fmt: skip
    rows.add_row("etl load", *_s(loaded), f"{rate:,.0f}", f"{ratio:.2f}", _mb(loaded), f"<= 4.00: {verdict(ratio, 4)}")
    rows.add_row("", "", "", "", "", "", f">= 40,000/s: {verdict(rate, 40_000, most=False)}")
    rows.add_row("", "", "", "", "", "", f"<= 1,000 MB: {verdict(loaded['peak_mb'], 1000)}")
    rows.add_row(*_unchanged(loaded, again))
    console.print(rows)


def chats(count: int, kilobytes: int, files: int) -> None:
    """Chats: load, unchanged reload, and the floor."""
    folder = FOLDER / f"chats-{count}-{kilobytes}-{files}"
    if not folder.exists():
        console.print(f"Writing {count:,} chats of {kilobytes} kB ...")
        generate.bolt_chats(folder, count, kilobytes, files)
        time.sleep(SETTLE_SECONDS)
    database = fresh("chats")
    size = sum(path.stat().st_size for path in folder.rglob("*.json"))
    loaded = step("load", database, folder)
    again = step("load", database, folder)
    floor = step("floor_documents", database, folder)
    rows = table(
        f"Chats: {count:,} in {files} exports, {size / 1e6:,.0f} MB, {size / count / 1000:,.0f} kB a chat",
        "", "seconds", "CPU s", "MB/s", "times the floor", "peak MB", "target",
    )  # fmt: skip
    ratio = loaded["seconds"] / floor["seconds"]
    name = f"floor: decode + executemany of {floor['rows']:,.0f} rows"
    rows.add_row(name, *_s(floor), f"{size / 1e6 / floor['seconds']:,.0f}", "1.00", _mb(floor), "")
    speed = f"{size / 1e6 / loaded['seconds']:,.0f}"
    rows.add_row("etl load", *_s(loaded), speed, f"{ratio:.2f}", _mb(loaded), f"<= 4.00: {verdict(ratio, 4)}")
    rows.add_row("", "", "", "", "", "", f"<= 1,000 MB: {verdict(loaded['peak_mb'], 1000)}")
    rows.add_row(*_unchanged(loaded, again))
    console.print(rows)


def _unchanged(loaded: dict[str, float], again: dict[str, float]) -> tuple[str, ...]:
    share = again["seconds"] / loaded["seconds"]
    return (
        "etl load, unchanged",
        *_s(again),
        "",
        f"{share:.1%} of the load",
        _mb(again),
        f"< 2 %: {verdict(share, 0.02)}",
    )


def _s(figures: dict[str, float]) -> tuple[str, str]:
    return f"{figures['seconds']:.2f}", f"{figures['cpu']:.2f}"


def _mb(figures: dict[str, float]) -> str:
    return f"{figures['peak_mb']:,.0f}"


def main() -> None:
    """Run the sections that were asked for."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all when none is named")
    parser.add_argument("--records", type=int, default=1_000_000, help="LiteLLM rows")
    parser.add_argument("--chats", type=int, default=2000)
    parser.add_argument("--kilobytes", type=int, default=200, help="size of a chat")
    parser.add_argument("--files", type=int, default=20, help="exports that the chats are in, one for each person")
    parser.add_argument("--commits", type=int, default=100_000, help="commits of the git repository")
    parser.add_argument("--requests", type=int, default=50_000, help="pull requests, and as many deployments")
    parser.add_argument("--commands", type=int, default=200_000, help="command runs of own records")
    parser.add_argument("--calls", type=int, default=100_000, help="spans, and as many rows of OpenRouter")
    parser.add_argument(
        "--tasks", type=int, nargs="+", default=(10_000, 100_000, 1_000_000), help="sizes of the stores of the pages"
    )
    parser.add_argument("--visitors", type=int, default=50, help="sessions at once")
    parser.add_argument("--page", help="only this page, by its title or the end of its address")
    parser.add_argument("--patches", type=int, default=100_000, help="patches whose outcomes are derived")
    parser.add_argument(
        "--evidence-tasks", type=int, default=3000, help="tasks of the demo whose rollbacks are looked for"
    )
    asked = parser.parse_args()
    unknown = set(asked.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    FOLDER.mkdir(exist_ok=True)
    sections = asked.sections or SECTIONS
    start = time.perf_counter()
    if "litellm" in sections:
        litellm(asked.records)
    if "chats" in sections:
        chats(asked.chats, asked.kilobytes, asked.files)
    if "git" in sections:
        bench_git.section(asked.commits, FOLDER, sys.modules[__name__])
    if "platforms" in sections:
        bench_platforms.section(asked.requests, FOLDER, sys.modules[__name__])
    if "records" in sections:
        bench_records.section(asked.commands, FOLDER, sys.modules[__name__])
    if "calls" in sections:
        bench_calls.section(asked.calls, FOLDER, sys.modules[__name__])
    if "outcomes" in sections:
        bench_outcomes.section(asked.patches, sys.modules[__name__])
    if "pages" in sections:
        bench_pages.section(sorted(asked.tasks), asked.page, FOLDER, sys.modules[__name__])
    if "visitors" in sections:
        bench_visitors.section(sorted(asked.tasks), asked.visitors, FOLDER, sys.modules[__name__])
    if "browser" in sections:
        bench_browser.section(max(asked.tasks), FOLDER, sys.modules[__name__])
    if "csv" in sections:
        bench_csv.section(max(asked.tasks), FOLDER, sys.modules[__name__])
    if "evidence" in sections:
        bench_evidence.run(console, asked.evidence_tasks)
    console.print(
        f"Took {time.perf_counter() - start:.0f} s. Files are kept in bench/ for the next run; make clean removes them."
    )


if __name__ == "__main__":
    main()
