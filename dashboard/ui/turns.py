"""Turns: as many pages are worked out at a time as there are processors; the others wait until one has ended."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import Semaphore, local

AT_A_TIME = max(os.cpu_count() or 1, 2)
"""Two at least: while one page waits for the disk, another one is worked out."""
_turns = Semaphore(AT_A_TIME)


class _Here(local):
    """What is known of one thread."""

    has_turn: bool = False


_here = _Here()


@contextmanager
def turn() -> Generator[None]:
    """Wait for a turn, and keep it until the page has been worked out, however it ends.

    More pages at once only get in each other's way: each takes memory, and the processors change between them.
    """
    _turns.acquire()
    _here.has_turn = True
    try:
        yield
    finally:
        _here.has_turn = False
        _turns.release()


@contextmanager
def given_away() -> Generator[None]:
    """Let another page have the turn of this thread, where it has one, and wait for one again at the end."""
    if not _here.has_turn:
        yield
        return
    _here.has_turn = False
    _turns.release()
    try:
        yield
    finally:
        _turns.acquire()
        _here.has_turn = True
