"""The server of the app: the pages, the downloads beside them, and a warm-up before the port answers."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from streamlit import App
from streamlit.runtime import Runtime

from dashboard.ui.cache import answerers
from dashboard.ui.downloads import routes
from dashboard.ui.garbage import leave_what_is_there, look_less_often
from dashboard.ui.warming import warm

MOST_SECONDS = 5
"""How long the port waits for the warm-up."""
_SWITCH_SECONDS = 0.0005
"""How long a thread may compute while others wait: with the default, ten times as long, the thread that sends and
receives waited for every page that was being worked out; one in twenty of 50 visitors waited twice as long."""


def run(script: Path, settings: Mapping[str, object], names: Sequence[str], *, warm_up: bool) -> None:
    """Run the app until it is stopped, with settings of Streamlit by name; it answers under the given names only."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    look_less_often()
    answerers.allow()
    App(script, lifespan=warmed if warm_up else cold, routes=routes(list(names))).run(config=settings)


@asynccontextmanager
async def cold(_: object) -> AsyncGenerator[None]:
    """Answer at once; the processes beside the server end with it."""
    try:
        yield
    finally:
        answerers.close()


@asynccontextmanager
async def warmed(_: object) -> AsyncGenerator[None]:
    """Let the pages run once, before the server answers; what takes long goes on beside the first visitors."""
    running = asyncio.create_task(warm(Runtime.instance()))
    # A page that fails here fails for the visitors too, who see why.
    running.add_done_callback(lambda task: task.cancelled() or task.exception())
    await asyncio.wait({running}, timeout=MOST_SECONDS)
    # Modules, definitions, answers of the default views.
    leave_what_is_there()
    async with cold(_):
        try:
            yield
        finally:
            running.cancel()
