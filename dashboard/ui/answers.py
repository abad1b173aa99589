"""The answers of a server by what was asked: each worked out once, however many people ask for it at a time."""

from collections import OrderedDict
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Lock
from typing import Any

State = tuple[str, int]
"""Name of a store, and version of its data."""
_Key = tuple[State, str]


class Answers:
    """Places of answers by state and question, the last used ones. Those of a state go when a newer one is seen."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._newest: State = "", 0
        self._places: OrderedDict[_Key, Future[Any]] = OrderedDict()

    def place(self, state: State, question: str) -> tuple[Future[Any], bool]:
        """Return the place of an answer, and whether it is the caller's to fill, as nobody has begun to."""
        key = state, question
        with self._lock:
            self._look(state)
            found = self._places.get(key)
            if found is not None:
                self._places.move_to_end(key)
                return found, False
            own = self._places[key] = Future()
            if len(self._places) > self._most:
                self._places.popitem(last=False)
            return own, True

    @contextmanager
    def filling(self, state: State, question: str, place: Future[Any]) -> Generator[None]:
        """Leave a place without an answer after an error, where it has none: whoever waits works it out by itself."""
        try:
            yield
        except BaseException as error:
            if not place.done():
                with self._lock:
                    if self._places.get((state, question)) is place:
                        del self._places[state, question]
                place.set_exception(error)
            raise

    def _look(self, state: State) -> None:
        name, version = state
        newest_name, newest_version = self._newest
        # A page that began before the last load still asks of the state before.
        if name != newest_name or version > newest_version:
            self._newest = state
            self._places.clear()
