"""Reruns of each page after each change of a filter or of a choice of the page, on stores of several sizes.

Measured in a real session of a real server, from the changed widget to the end of the run: what a person waits for.
The stores are read through once before, so that no size waits for the disk: a small one never does.
"""

import asyncio
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import big_store
import visitor

ROOT = Path(__file__).parent.parent.parent
P50, P95, GROWTH = 200, 400, 1.5
_OWN_DAYS = ("2026-03-02,2026-05-31", "2026-08-10,2026-08-16")
"""Days of one's own, a quarter and a week, that nothing else asks for."""
_MOST_VALUES = 2
_AT_A_TIME = 1 << 24
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Samples:
    """Seconds of reruns by what was changed: values never asked before, and the same once more."""

    first: float = 0.0
    """The first run after a load: nothing is known."""
    new: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu_seconds: float = 0.0
    runs: int = 0

    @property
    def all_new(self) -> list[float]:
        return [value for values in self.new.values() for value in values]

    @property
    def all_known(self) -> list[float]:
        return [value for values in self.known.values() for value in values]


@contextmanager
def served(database: Path, name: str = "pages", options: Sequence[str] = ()) -> Iterator[Any]:
    """Serve a store with the code of this folder, in a process of its own."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browser_harness import start_dashboard

    os.environ["PYTHONPATH"] = str(ROOT)
    dashboard = start_dashboard(f"sqlite:///{database}", database.with_name(f"{name}.log"), options)
    try:
        yield dashboard
    finally:
        dashboard.stop()


def store_of(tasks: int, folder: Path, bench: Any) -> Path:
    """Return the store of so many tasks, made when it is not there yet."""
    path = folder / f"pages-{tasks}-{big_store.version()}.db"
    if not path.exists():
        for older in folder.glob(f"pages-{tasks}-*.db*"):
            older.unlink()
        bench.console.print(f"Writing a store of {tasks:,} tasks ...")
        making = bench.fresh("pages-making")
        big_store.write_store(making, tasks)
        making.rename(path)
    return path


def read_through(database: Path) -> None:
    """Let the system keep a store in memory, as it does where the store is in use."""
    with database.open("rb") as file:
        while file.read(_AT_A_TIME):
            pass


def forget_answers(database: Path) -> None:
    """Count the version of the data up, as a load does: no answer is known for it."""
    from data.store import Store

    with Store(f"sqlite:///{database}").writing() as connection:
        connection.execute(
            "INSERT INTO setting VALUES ('data_version', '1') "
            "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
        )


def section(sizes: Sequence[int], only: str | None, folder: Path, bench: Any) -> None:
    """Measure all pages at each size and print a table by page and one by filter."""
    databases = {tasks: store_of(tasks, folder, bench) for tasks in sizes}
    for database in databases.values():
        read_through(database)
    with ExitStack() as stack:
        dashboards = {
            tasks: stack.enter_context(served(database, f"pages-{tasks}")) for tasks, database in databases.items()
        }
        found = asyncio.run(_measure(dashboards, databases, only))
    _by_page(found, bench)
    _by_filter(found, bench)


async def _measure(
    dashboards: Mapping[int, Any], databases: Mapping[int, Path], only: str | None
) -> dict[int, dict[str, Samples]]:
    """Measure one page after the other, each at all sizes in turn: a machine that becomes slower does so for all."""
    found: dict[int, dict[str, Samples]] = {tasks: {} for tasks in dashboards}
    async with AsyncExitStack() as stack:
        sessions: dict[int, visitor.Visitor] = {}
        for tasks, dashboard in dashboards.items():
            sessions[tasks] = await stack.enter_async_context(visitor.visit(dashboard.address))
            await sessions[tasks].open()
        for pages in zip(*(session.pages for session in sessions.values()), strict=True):
            for (tasks, session), page in zip(sessions.items(), pages, strict=True):
                if only is None or page.path == only or page.title == only:
                    forget_answers(databases[tasks])
                    found[tasks][page.title] = await _measure_page(session, page, dashboards[tasks].process.pid)
    return found


async def _measure_page(session: visitor.Visitor, page: visitor.Place, process: int) -> Samples:
    samples = Samples()
    before = cpu_seconds(process)
    samples.first = await session.open(page.hash)
    for _ in range(4):
        samples.known["as it was"].append(await session.rerun())
        samples.runs += 1
    for label, widget in list(session.widgets.items()):
        if widget.kind == visitor.FOLD:
            await _open_and_change(session, label, samples)
        else:
            await _change_each(session, label, widget, samples)
    samples.cpu_seconds = cpu_seconds(process) - before
    return samples


async def _open_and_change(session: visitor.Visitor, fold: str, samples: Samples) -> None:
    """Open a part that is folded away, change each thing that it offers, and close it."""
    outside = set(session.widgets)
    samples.new[f"Open: {fold}"].append(await session.change(session.widgets[fold], "on"))
    for label, widget in [(label, one) for label, one in session.widgets.items() if label not in outside]:
        await _change_each(session, label, widget, samples)
    samples.known[f"Open: {fold}"].append(await session.change(session.widgets[fold], "off"))
    samples.runs += 2


async def _change_each(session: visitor.Visitor, label: str, widget: visitor.Widget, samples: Samples) -> None:
    for value in _values(widget):
        if label in session.widgets:
            await _change_and_return(session, label, value, samples)


async def _change_and_return(session: visitor.Visitor, label: str, value: str, samples: Samples) -> None:
    """Change a widget, run the page once more, and change it back."""
    widget = session.widgets[label]
    if value not in ("Custom", "Dates"):
        samples.new[label].append(await session.change(widget, value))
        samples.known[label].append(await session.rerun())
    else:
        shown = set(session.widgets)
        samples.new[label].append(await session.change(widget, value))
        for days in _OWN_DAYS:
            pickers = [one for name, one in session.widgets.items() if name not in shown and one.kind == "date_input"]
            for picker in pickers:
                samples.new[f"{label}: own days"].append(await session.change(picker, days))
                samples.known[f"{label}: own days"].append(await session.rerun())
                samples.runs += 2
    samples.runs += 3
    if label in session.widgets:
        samples.known[label].append(await session.change(session.widgets[label], widget.value))


def _values(widget: visitor.Widget) -> tuple[str, ...]:
    """Return some of the other values: all periods and comparisons, else a few spread over what is offered."""
    others = widget.others
    if widget.label in ("Period", "Compare with") or len(others) <= _MOST_VALUES:
        return others
    return (others[0], *(others[len(others) * number // _MOST_VALUES] for number in range(1, _MOST_VALUES)))


def cpu_seconds(process: int) -> float:
    """Return the time that a process and those that it started have computed for."""
    seconds = 0.0
    for one in _family(process):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / _TICKS
    return seconds


def resident_mb(process: int) -> float:
    """Return the memory that a process and those that it started hold of their own.

    Pages of the store that are mapped are the system's cache.
    """
    kilobytes = 0
    for one in _family(process):
        status = Path(f"/proc/{one}/status").read_text()
        kilobytes += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:"))
    return kilobytes / 1024


def _family(process: int) -> list[int]:
    started = [int(one) for one in " ".join(
        path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")
    ).split()]  # fmt: skip
    return [process, *(member for one in started for member in _family(one))]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, in milliseconds."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000


def _by_page(found: dict[int, dict[str, Samples]], bench: Any) -> None:
    sizes = list(found)
    small, large = sizes[0], sizes[-1]
    rows = bench.table(
        "Reruns of each page, in ms: p50 / p95 of values never asked before; known: p50 of the same once more",
        "", *(f"{tasks:,}" for tasks in sizes), "known", "first", "CPU", "growth",
        f"p50 <= {P50}, p95 <= {P95}, growth <= {GROWTH}",
    )  # fmt: skip
    for page in found[small]:
        of_page = [found[tasks][page] for tasks in sizes]
        last = of_page[-1]
        if not last.all_new:
            continue
        middle = [median(samples.all_new) * 1000 for samples in of_page]
        worst = quantile(last.all_new, 0.95)
        growth = middle[-1] / middle[0]
        cells = [f"{one:.0f} / {quantile(s.all_new, 0.95):.0f}" for one, s in zip(middle, of_page, strict=True)]
        said = [bench.verdict(middle[-1], P50), bench.verdict(worst, P95)]
        said += [bench.verdict(growth, GROWTH)] if small != large else []
        rows.add_row(
            page, *cells, f"{median(last.all_known) * 1000:.0f}", f"{last.first * 1000:.0f}",
            f"{last.cpu_seconds / last.runs * 1000:.0f}", f"{growth:.2f}", ", ".join(said),
        )  # fmt: skip
    bench.console.print(rows)


def _by_filter(found: dict[int, dict[str, Samples]], bench: Any) -> None:
    """Print what each change costs: filters over all pages, choices of a page by themselves."""
    sizes = list(found)
    rows = bench.table(
        "Reruns after each change, in ms: p50 / worst of values never asked before, and known", "",
        *(f"{tasks:,}" for tasks in sizes), "known", "growth", "n", "target",
    )  # fmt: skip
    grouped: dict[str, dict[int, tuple[list[float], list[float]]]] = {}
    for tasks, pages in found.items():
        for page, samples in pages.items():
            for label in samples.new:
                name = f"{page}: {label.removesuffix(' (page)')}" if label.endswith(" (page)") else label
                new, known = grouped.setdefault(name, {}).setdefault(tasks, ([], []))
                new += samples.new[label]
                known += samples.known.get(label, [])
    for name, by_size in grouped.items():
        if set(by_size) != set(sizes):
            continue
        middle = [median(by_size[tasks][0]) * 1000 for tasks in sizes]
        cells = [f"{one:.0f} / {max(by_size[tasks][0]) * 1000:.0f}" for one, tasks in zip(middle, sizes, strict=True)]
        new, known = by_size[sizes[-1]]
        known_text = f"{median(known) * 1000:.0f}" if known else ""
        said = f"{bench.verdict(middle[-1], P50)}, {bench.verdict(quantile(new, 0.95), P95)}"
        rows.add_row(name, *cells, known_text, f"{middle[-1] / middle[0]:.2f}", f"{len(new)}", said)
    bench.console.print(rows)
