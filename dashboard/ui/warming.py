"""Warm-up: each page runs once before the first person comes, so that nobody waits for imports and empty caches."""

import asyncio
from typing import TYPE_CHECKING

from streamlit.runtime import Runtime, SessionClient

if TYPE_CHECKING:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# A page that waits for a locked store, or runs into an error, ends by itself; this is for what nobody thought of.
_LONGEST_RUN_SECONDS = 30


class _Nobody(SessionClient):
    """Takes what the server sends to a visitor who is not there; notes the pages, and when a run has ended."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.ended = asyncio.Event()

    def write_forward_msg(self, msg: "ForwardMsg") -> None:
        kind = msg.WhichOneof("type")
        if kind == "navigation":
            self.pages = [page.page_script_hash for page in msg.navigation.app_pages]
        elif kind == "script_finished":
            self.ended.set()


async def warm(runtime: Runtime) -> int:
    """Run the default view of every page as a visitor does, one after the other, and return how many there were.

    What a page shows then (that the store is empty, locked or missing) does not matter, and neither does an error: the
    first visitor will see it.
    """
    nobody = _Nobody()
    session = runtime.connect_session(client=nobody, user_info={})
    try:
        # The first page runs twice: it is what tells the others, and running it again costs next to nothing.
        await _run(runtime, session, nobody, "")
        for page in nobody.pages:
            await _run(runtime, session, nobody, page)
    finally:
        runtime.close_session(session)
    return len(nobody.pages)


async def _run(runtime: Runtime, session: str, nobody: _Nobody, page: str) -> None:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    asked = BackMsg()
    asked.rerun_script.page_script_hash = page
    nobody.ended.clear()
    runtime.handle_backmsg(session, asked)
    await asyncio.wait_for(nobody.ended.wait(), _LONGEST_RUN_SECONDS)
