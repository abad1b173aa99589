"""Writing the demo: people in turn, then the gateway, then what is true of it all."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from etl.demo.browser import Shelf
from etl.demo.calendar import Span, busy_days
from etl.demo.facts import TaskFact
from etl.demo.gateway import Attempt
from etl.demo.gateway_files import write_gateway
from etl.demo.people import PEOPLE
from etl.demo.plants import LEAST_DAYS, LEAST_TASKS, fixed_tasks, plants_of
from etl.demo.randomness import Chance
from etl.demo.truth import Truth, truth_of
from etl.demo.year import Tally, Year
from etl.files import UsageError, is_demo_folder

MARKER = "truth.json"
"""Names what was planted; all exports below the folder that holds it are of the demo, and loads are labelled so."""
DEFAULT_TASKS = 6000
DEFAULT_DAYS = 365

OnProgress = Callable[[int, int], None]
"""Is told how many steps are done, and how many there are."""


class DemoError(UsageError):
    """The demo cannot be written as asked; nothing was written."""


@dataclass(frozen=True)
class DemoReport:
    """What was written."""

    folder: Path
    truth: Truth
    task_count: int
    file_count: int
    byte_count: int

    def __str__(self) -> str:
        return (
            f"Wrote {self.file_count} files ({self.byte_count / 1e6:.0f} MB) with {self.task_count:,} tasks "
            f"to {self.folder}. What was planted: {self.folder / MARKER}"
        )


@dataclass
class _Folder:
    """The folder that is written to, with counts."""

    path: Path
    files: int = 0
    bytes: int = 0

    def write(self, name: str, text: str) -> None:
        """Write a file below the folder."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        target.write_bytes(data)
        self.files += 1
        self.bytes += len(data)


def write_demo(
    out: Path,
    *,
    until: date,
    tasks: int = DEFAULT_TASKS,
    days: int = DEFAULT_DAYS,
    seed: int = 7,
    on_progress: OnProgress | None = None,
) -> DemoReport:
    """Write the exports of a demo team for the days up to and including a date, and truth.json.

    The same numbers give the same bytes. Raises DemoError when the numbers are too small for what is planted, or when
    the folder holds something that is not a demo.
    """
    if tasks < LEAST_TASKS or days < LEAST_DAYS:
        raise DemoError(
            f"A demo needs at least {LEAST_TASKS} tasks and {LEAST_DAYS} days to show what is planted in it; "
            f"asked for {tasks} tasks and {days} days. Give --tasks and --days at least these values."
        )
    folder = _prepared(out)
    plants = plants_of(Span(until - timedelta(days=days - 1), until))
    counts = busy_days(PEOPLE, plants.span, tasks, fixed_tasks(plants), Chance(f"{seed}/calendar"))
    shelf = Shelf()
    facts: list[TaskFact] = []
    attempts: list[Attempt] = []
    tallies: dict[str, Tally] = {}
    steps = len(PEOPLE) + 1
    for number, person in enumerate(PEOPLE):
        year = Year(person, plants, Chance(f"{seed}/{person.name}"), shelf, folder.write)
        browser = year.live(counts)
        facts += browser.facts
        attempts += browser.asking.exchange.calls.attempts
        tallies[person.name] = year.tally
        if on_progress:
            on_progress(number + 1, steps)
    gateway = write_gateway(attempts, plants.span, folder.write)
    truth = truth_of(facts, attempts, tallies, gateway, plants, seed)
    folder.write(MARKER, json.dumps(truth, indent=2) + "\n")
    if on_progress:
        on_progress(steps, steps)
    return DemoReport(out, truth, len(facts), folder.files, folder.bytes)


def _prepared(out: Path) -> _Folder:
    """Empty the folder of an earlier demo; any other content is left alone and refused."""
    if out.is_file():
        raise DemoError(f"{out} is a file. Name a folder for the demo with --out.")
    if out.is_dir() and any(out.iterdir()):
        if not is_demo_folder(out):
            raise DemoError(f"{out} is not empty and holds no demo. Name an empty or new folder with --out.")
        for name in ("inbox", "gateway"):
            shutil.rmtree(out / name, ignore_errors=True)
        (out / MARKER).unlink()
    return _Folder(out)
