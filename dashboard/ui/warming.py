"""Warm-up: each page runs once before the first person comes, so that nobody waits for imports and empty caches."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from streamlit.runtime import Runtime, SessionClient

from data.definitions import slos
from data.errors import BoltscopeError

if TYPE_CHECKING:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# A page that waits for a locked store, or runs into an error, ends by itself; this is for what nobody thought of.
_LONGEST_RUN_SECONDS = 30


class _Nobody(SessionClient):
    """Takes what the server sends to a visitor who is not there; notes the pages, and when a run has ended."""

    def __init__(self) -> None:
        self.pages: Mapping[str, str] = {}
        """Ends of their addresses, by what the server calls them."""
        self.ended = asyncio.Event()

    def write_forward_msg(self, msg: "ForwardMsg") -> None:
        kind = msg.WhichOneof("type")
        if kind == "navigation":
            self.pages = {page.page_script_hash: page.url_pathname for page in msg.navigation.app_pages}
        elif kind == "script_finished":
            self.ended.set()


async def warm(runtime: Runtime) -> int:
    """Run the default view of every page as a visitor does, one after the other, and return how many pages there were.

    Then each objective of SLO trends: what its burn rates and curves rest on is read once for every filter, and takes
    longest. What a page shows then (that the store is empty, locked or missing) does not matter, and neither does an
    error: the first visitor will see it.
    """
    nobody = _Nobody()
    session = runtime.connect_session(client=nobody, user_info={})
    try:
        # The first page runs twice: it is what tells the others, and running it again costs next to nothing.
        await _run(runtime, session, nobody, "")
        for page in nobody.pages:
            await _run(runtime, session, nobody, page)
        for page, choice in _choices(nobody.pages):
            await _run(runtime, session, nobody, page, choice)
    finally:
        runtime.close_session(session)
    return len(nobody.pages)


def _choices(pages: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    try:
        names = [slo.name for slo in slos().slo]
    except BoltscopeError:
        return
    for page, path in pages.items():
        if path == "slo-trends":
            yield from ((page, f"slo={name}") for name in names)


async def _run(runtime: Runtime, session: str, nobody: _Nobody, page: str, choice: str = "") -> None:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    asked = BackMsg()
    asked.rerun_script.page_script_hash = page
    asked.rerun_script.query_string = choice
    nobody.ended.clear()
    runtime.handle_backmsg(session, asked)
    await asyncio.wait_for(nobody.ended.wait(), _LONGEST_RUN_SECONDS)
