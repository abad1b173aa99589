"""Writing the demo: people in turn, then the gateway, then what is true of it all."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from etl.demo.apps import Pushing
from etl.demo.browser import Shelf
from etl.demo.calendar import Span, busiest_share, busy_days
from etl.demo.facts import TaskFact
from etl.demo.gateway import Attempt
from etl.demo.gateway_files import write_gateway
from etl.demo.noise import Noise
from etl.demo.outside import live_outside
from etl.demo.people import PEOPLE
from etl.demo.planted import left_out
from etl.demo.plants import fixed_tasks, plants_of
from etl.demo.randomness import Chance
from etl.demo.truth import Truth, truth_of
from etl.demo.year import Tally, Year
from etl.demo_manifest import written_files
from etl.files import UsageError, is_demo_folder

MARKER = "truth.json"
"""Names what was planted, and each file of the demo with its hash, by which loads know that it is demo data."""
_FOLDERS = ("inbox", "gateway", "records")
DEFAULT_TASKS = 6000
DEFAULT_DAYS = 365
_FIRST_DAY = date(2020, 1, 1)
_MOST_TASKS_A_DAY = 400
"""Fits into a day's waking hours of the whole team, so that no task falls past the last day."""

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
        size = f"{self.byte_count / 1e6:.0f} MB" if self.byte_count >= 1e6 else f"{self.byte_count / 1e3:.0f} kB"
        written = f"{_some(self.file_count, 'file')} ({size}) with {_some(self.task_count, 'task')}"
        lines = [f"Wrote {written} to {self.folder}. What was planted: {self.folder / MARKER}"]
        lines += [f"Left out: {name} ({why})." for name, why in self.left_out.items()]
        return "\n".join(lines)

    @property
    def left_out(self) -> dict[str, str]:
        """Why a truth is not in this demo, by its name; from 84 days and 300 tasks on none but the budget."""
        return left_out(self.truth["planted"])


@dataclass
class _Folder:
    """The folder that is written to, with counts."""

    path: Path
    bytes: int = 0
    hashes: dict[str, str] = field(default_factory=dict[str, str])
    """SHA-256 of each file, by its path in the folder."""

    def write(self, name: str, text: str) -> None:
        """Write a file below the folder."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        target.write_bytes(data)
        self.bytes += len(data)
        self.hashes[name] = hashlib.sha256(data).hexdigest()


def write_demo(
    out: Path,
    *,
    until: date,
    tasks: int = DEFAULT_TASKS,
    days: int = DEFAULT_DAYS,
    seed: int = 7,
    is_noisy: bool = False,
    on_progress: OnProgress | None = None,
) -> DemoReport:
    """Write the exports of a demo team for the days up to and including a date, and truth.json.

    The same numbers give the same bytes. A demo of few days or tasks leaves out those truths that do not fit. In a
    noisy demo the clocks of the sources differ by up to two minutes, some files are missing, and some pushes were
    squashed: truth.json then tells what happened, not what the files show. Raises DemoError when the numbers make no
    sense, or when the folder holds something that is not a demo.
    """
    span = _span(until, days, tasks)
    folder = _prepared(out)
    plants = plants_of(span, tasks)
    counts = busy_days(PEOPLE, span, tasks, fixed_tasks(plants), Chance(f"{seed}/calendar"))
    shelf = Shelf()
    facts: list[TaskFact] = []
    attempts: list[Attempt] = []
    tallies: dict[str, Tally] = {}
    pushing: list[Pushing] = []
    noise = Noise(Chance(f"{seed}/noise"), is_noisy)
    write = noise.dropping(folder.write)
    steps = len(PEOPLE) + 1
    for number, person in enumerate(PEOPLE):
        pushing.append(Pushing(person, Chance(f"{seed}/{person.name}/pushes")))
        year = Year(person, plants, Chance(f"{seed}/{person.name}"), shelf, write, pushing[-1])
        browser = year.live(counts)
        facts += browser.facts
        attempts += browser.asking.exchange.calls.attempts
        tallies[person.name] = year.tally
        if on_progress:
            on_progress(number + 1, steps)
    gateway = write_gateway(attempts, span, folder.write)
    outside = live_outside(facts, pushing, plants, seed, noise, write)
    truth = truth_of(facts, attempts, tallies, gateway, outside, plants, seed) | {
        "files": dict(sorted(folder.hashes.items()))
    }
    folder.write(MARKER, json.dumps(truth, indent=2) + "\n")
    if on_progress:
        on_progress(steps, steps)
    return DemoReport(out, truth, len(facts), len(folder.hashes), folder.bytes)


def _some(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _span(until: date, days: int, tasks: int) -> Span:
    """Return the days of the demo, when the team can have lived them."""
    if tasks < 1 or days < 1:
        raise DemoError(
            f"A demo needs at least one task and one day; asked for {tasks} tasks in {days} days. "
            "Give --tasks and --days of 1 or more."
        )
    most_days = (until - _FIRST_DAY).days + 1
    if days > most_days:
        raise DemoError(
            f"A demo begins on {_FIRST_DAY} or later, because loading takes no older record; asked for {days} days up "
            f"to {until}. Give --days {max(most_days, 1)} or less, and --until {_FIRST_DAY} or later."
        )
    span = Span(until - timedelta(days=days - 1), until)
    most_tasks = round(_MOST_TASKS_A_DAY / busiest_share(span))
    if tasks > most_tasks:
        raise DemoError(
            f"The {len(PEOPLE)} people of the demo can ask at most {most_tasks:,} tasks from {span.first} to "
            f"{span.last} ({_MOST_TASKS_A_DAY} on the busiest day); asked for {tasks:,}. "
            "Give fewer --tasks or more --days."
        )
    return span


def _prepared(out: Path) -> _Folder:
    """Empty the folder of an earlier demo; what somebody else put there is never deleted."""
    if out.is_file():
        raise DemoError(f"{out} is a file. Name a folder for the demo with --out.")
    if not out.is_dir() or not any(out.iterdir()):
        return _Folder(out)
    if not is_demo_folder(out):
        raise DemoError(f"{out} is not empty and holds no demo. Name an empty or new folder with --out.")
    written = written_files(out)
    for path in sorted(out.rglob("*")):
        place = path.relative_to(out).as_posix()
        if place.startswith(_FOLDERS) and not _may_go(path, written.get(place)):
            raise DemoError(
                f"{path} was not written by the demo, or was changed since, and would be deleted. Move it elsewhere, "
                "or name another folder with --out. Nothing was written."
            )
    for name in _FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)
    (out / MARKER).unlink()
    return _Folder(out)


def _may_go(path: Path, sha256: str | None) -> bool:
    """Say whether nothing is lost with a file: the demo wrote it, or it is hidden, such as those of file managers."""
    if path.is_symlink():
        return False
    if path.is_dir() or (path.name.startswith(".") and sha256 is None):
        return True
    if sha256 is None or not path.is_file():
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
