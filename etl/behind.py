"""Writing behind reading: another thread writes what was read, while the next records are read."""

import gc
import sys
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Read = TypeVar("Read")


@contextmanager
def fast_python() -> Generator[None]:
    """Settings of Python while many rows are loaded.

    Batches hold hundred thousands of objects and no cycles; looking through them for cycles costs a fifth. The writing
    thread gets its turn soon after SQLite is done with some rows, instead of after 5 ms.
    """
    was_enabled, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if was_enabled:
            gc.enable()


@contextmanager
def written_behind(write: Callable[[Read], None]) -> Generator[Callable[[Read], None]]:
    """Give what hands over something that was read to be written behind: in order, one at a time.

    SQLite works without Python's lock. Only the writing thread uses the connection: who hands over leaves it alone
    until the end. What goes wrong in writing is raised where the next is handed over, or at the end.
    """
    waiting: list[Future[None]] = []

    def hand_over(read: Read) -> None:
        while waiting:
            waiting.pop().result()
        waiting.append(thread.submit(write, read))

    with fast_python(), ThreadPoolExecutor(max_workers=1, thread_name_prefix="writing behind") as thread:
        yield hand_over
        while waiting:
            waiting.pop().result()
