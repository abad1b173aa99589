"""The server of the app: the pages, the downloads beside them, and a warm-up before the port answers."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from streamlit import App
from streamlit.runtime import Runtime

from dashboard.ui.downloads import routes
from dashboard.ui.warming import warm

MOST_SECONDS = 5
"""How long the port waits for the warm-up."""


def run(script: Path, settings: Mapping[str, object], names: Sequence[str], *, warm_up: bool) -> None:
    """Run the app until it is stopped, with settings of Streamlit by name; it answers under the given names only."""
    App(script, lifespan=warmed if warm_up else None, routes=routes(list(names))).run(config=settings)


@asynccontextmanager
async def warmed(_: object) -> AsyncGenerator[None]:
    """Let the pages run once, before the server answers; what takes long goes on beside the first visitors."""
    running = asyncio.create_task(warm(Runtime.instance()))
    # A page that fails here fails for the visitors too, who see why.
    running.add_done_callback(lambda task: task.cancelled() or task.exception())
    await asyncio.wait({running}, timeout=MOST_SECONDS)
    try:
        yield
    finally:
        running.cancel()
