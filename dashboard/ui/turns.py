"""Turns: as many pages are worked out at a time as there are processors; the others wait until one has ended."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import Semaphore

AT_A_TIME = max(os.cpu_count() or 1, 2)
"""Two at least: while one page waits for the disk, another one is worked out."""
_turns = Semaphore(AT_A_TIME)


@contextmanager
def turn() -> Generator[None]:
    """Wait for a turn, and keep it until the page has been worked out, however it ends.

    More pages at once only get in each other's way: each takes memory, and the processors change between them.
    """
    with _turns:
        yield
