"""Many visitors at once, in a process of its own: each changes something at a fixed pace; prints JSON."""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field

import visitor

_SWITCHES = 0.15
"""Share of the changes that are a switch to another page; all others are a filter or a choice of the page."""
_UNDONE = 0.5
"""Share of the changes after which the next one takes them back: people look at one thing, and then at another."""


Changed = tuple[str, str] | None
"""Label of the widget that was changed last, and its value before."""


@dataclass
class Tally:
    """What the visitors met."""

    seconds: list[float] = field(default_factory=list[float])
    """From the moment at which a change was due to the end of the run, the wait for the run before it included."""
    opened: list[float] = field(default_factory=list[float])
    failed: int = 0


async def _visit(address: str, number: int, pace: float, begins: float, ends: float, tally: Tally) -> None:
    chance = random.Random(number)
    try:
        async with visitor.visit(address) as session:
            tally.opened.append(await session.open())
            pages = list(session.pages)
            await session.open(pages[number % len(pages)].hash)
            due = begins + pace * chance.random()
            changed: Changed = None
            while due < ends:
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                changed = await _change(session, pages, chance, changed)
                tally.seconds.append(time.perf_counter() - due)
                due += pace
    except (visitor.PageFailedError, OSError, TimeoutError) as error:
        tally.failed += 1
        print(f"visitor {number}: {type(error).__name__}: {error}", file=sys.stderr)


async def _change(
    session: visitor.Visitor, pages: list[visitor.Place], chance: random.Random, changed: Changed
) -> Changed:
    """Change something, or take back what was changed before; return what can be taken back next."""
    if changed is not None and changed[0] in session.widgets and chance.random() < _UNDONE:
        await session.change(session.widgets[changed[0]], changed[1])
        return None
    widgets = [widget for widget in session.widgets.values() if widget.others]
    if chance.random() < _SWITCHES or not widgets:
        await session.open(chance.choice(pages).hash)
        return None
    widget = chance.choice(widgets)
    await session.change(widget, chance.choice(widget.others))
    return widget.label, widget.value


async def crowd(address: str, visitors: int, pace: float, seconds: float) -> Tally:
    """Let visitors come one after the other within some seconds, and change something for as long as asked."""
    tally = Tally()
    begins = time.perf_counter() + visitors / 8
    running: list[asyncio.Task[None]] = []
    for number in range(visitors):
        running.append(asyncio.create_task(_visit(address, number, pace, begins, begins + seconds, tally)))
        await asyncio.sleep(0.1)
    await asyncio.gather(*running)
    return tally


if __name__ == "__main__":
    found = asyncio.run(crowd(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
    print(json.dumps({"seconds": found.seconds, "opened": found.opened, "failed": found.failed}))
