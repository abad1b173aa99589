"""What a process beside the server runs: it answers one question after the other, with what the server would say."""

import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, NamedTuple

import data
from dashboard import analysis
from dashboard.analysis.shared import keeping, question_key, unwrapped
from dashboard.ui.answers import Answers
from dashboard.ui.garbage import leave_what_is_there, look_less_often
from dashboard.ui.stores import data_version, opened_store, store_name
from data.definitions.texts import definitions_hash
from data.errors import BoltscopeError

READY = b"ready"
_CODE = (Path(analysis.__file__).parent.parent, Path(data.__file__).parent)
_MOST_PARTS = 400
"""Parts of answers that are kept: those of the last views."""


class Asked(NamedTuple):
    """A question about one state of one store."""

    store_name: str
    data_version: int
    question: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]


class Reply(NamedTuple):
    """What a process says."""

    answer: Any = None
    is_found: bool = False
    is_fit: bool = True
    """Whether the answer can be handed from one process to another at all."""


class Parts:
    """Answers questions about the state that the store is in; parts that they rest on are kept."""

    def __init__(self) -> None:
        self._known = Answers(most=_MOST_PARTS)

    def answer(self, asked: Asked) -> Any:
        """Return the answer. Raises BoltscopeError where the store has moved on."""
        store = opened_store()
        with store.reading() as connection:
            state = store_name(connection, store.path), data_version(connection)
            if state != (asked.store_name, asked.data_version):
                raise BoltscopeError("The store has changed since the question was asked.")

            def keep(part: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
                key = question_key(part, arguments, named)
                place, is_own = self._known.place(state, key)
                if is_own:
                    with self._known.filling(state, key, place):
                        place.set_result(part(connection, *arguments, **named))
                return place.result()

            with keeping(keep):
                return unwrapped(asked.question)(connection, *asked.arguments, **asked.named)


def program() -> str:
    """Return what changes with the code on disk and with the definitions that this process works with.

    Raises DefinitionError or OSError where one of them cannot be read.
    """
    code = sha256()
    for folder in _CODE:
        for path in sorted(folder.rglob("*.py")):
            content = path.read_bytes()
            code.update(f"{path}\n{len(content)}\n".encode() + content)
    return f"{code.hexdigest()}{definitions_hash()}"


def answer_all(connection: Connection) -> None:
    """Answer one question after the other until the server has ended."""
    parts = Parts()
    try:
        connection.send_bytes(READY)
        while True:
            connection.send_bytes(_written(_reply(parts, connection.recv_bytes())))
    except (EOFError, OSError):
        return


def _reply(parts: Parts, message: bytes) -> Reply:
    try:
        return Reply(parts.answer(pickle.loads(message)), is_found=True)  # written by our own server
    except Exception:  # the server asks again by itself, and shows what is wrong
        return Reply()


def _written(reply: Reply) -> bytes:
    try:
        return pickle.dumps(reply, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception:  # whatever an answer is made of: it stays with the server
        return pickle.dumps(Reply(is_fit=False))


def _main() -> None:
    # An interrupt from the keyboard is for the server; this process ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if program() != sys.argv[2]:
        # Updated, or redefined, since the server has started: its figures would not go with those of the server.
        return
    # What questions need, so that the first ones do not wait for it.
    for module in (
        "scipy.special",
        *(found.name for found in walk_packages(analysis.__path__, f"{analysis.__name__}.")),
    ):
        import_module(module)
    leave_what_is_there()
    look_less_often()
    answer_all(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    # Questions and answers name this module's classes by its real name.
    from dashboard.ui.answering import _main as main

    main()
