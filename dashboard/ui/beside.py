"""Processes beside the server that work out answers while several people are served.

Threads of one process wait for each other at every row that they read. Where several people are served, what is not
known yet is asked of another process; the page waits for the answer, and lets another page have its turn.
"""

import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import walk_packages
from threading import Condition, Thread, local
from typing import Any, NamedTuple

import data
from dashboard import analysis
from dashboard.analysis.shared import keeping
from dashboard.ui.stores import data_version, opened_store, store_name
from data.definitions.texts import definitions_hash
from data.errors import BoltscopeError

HELPERS = max(2, min(os.cpu_count() or 1, 4))
"""How many processes: while one works on something long, another one answers what is short."""
_CROWD = 3
"""From so many sessions on, the warm-up being one of them, there may be a crowd: then the processes start."""
_LONGEST_SECONDS = 60
"""A process that has not answered by then is given up."""
GARBAGE = (50_000, 20, 20)
"""So many more objects made than given back before Python looks for circles among the newest, and so many such looks
before it looks among older ones. By default (700, 10, 10), which stops everybody for a third of a second at times."""
_CODE = (Path(analysis.__file__).parent.parent, Path(data.__file__).parent)
_MOST_PARTS = 400
"""Parts of answers that a process keeps: those of the last views."""


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


class _Process(NamedTuple):
    """A process that answers, and the line to it."""

    running: subprocess.Popen[bytes]
    line: Connection

    def end(self) -> None:
        """End it, whatever it is doing."""
        self.line.close()
        self.running.kill()
        self.running.wait()


class Helpers:
    """The processes of a server, started when there may be a crowd. Whatever fails, the server answers by itself."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._to_start = 0
        self._program = ""
        self._sessions = 0
        self._starting: list[Thread] = []
        self._alive = 0
        self._free: list[_Process] = []
        self._here = local()
        self._unfit: set[Callable[..., Any]] = set()

    def allow(self, count: int = HELPERS) -> None:
        """Let so many processes start when they are needed, of the program as it is now; without it there are none."""
        self._program = program()
        self._to_start = count

    def visited(self) -> None:
        """Note that a session has begun; when there may be a crowd, start the processes."""
        with self._changed:
            self._sessions += 1
            if self._sessions < _CROWD:
                return
            starting, self._to_start = self._to_start, 0
        for _ in range(starting):
            self._starting.append(Thread(target=self._started, daemon=True))
            self._starting[-1].start()

    def can_answer(self, question: Callable[..., Any]) -> bool:
        """Whether a process is there that can be asked."""
        return self._alive > 0 and question not in self._unfit

    def ask(self, asked: Asked) -> Reply:
        """Return what a process answers, once one is free."""
        try:
            message = pickle.dumps(asked)
        except (pickle.PickleError, AttributeError, TypeError):
            self._unfit.add(asked.question)
            return Reply()
        process = self._taken()
        if process is None:
            return Reply()
        try:
            process.line.send_bytes(message)
            if not process.line.poll(_LONGEST_SECONDS):
                raise EOFError
            written = process.line.recv_bytes()
        except (EOFError, OSError):
            self._ended(process)
            return Reply()
        self._give(process)
        reply: Reply = pickle.loads(written)  # by our own process
        if not reply.is_fit:
            self._unfit.add(asked.question)
        return reply

    def close(self) -> None:
        """End the processes that are free."""
        self._to_start = 0
        while process := self._taken():
            self._ended(process)

    def _taken(self) -> _Process | None:
        """Wait for a process that is free, and take it; null when none is left.

        The one that this thread asked last knows parts of what it asks next.
        """
        with self._changed:
            while not self._free:
                if not self._alive:
                    return None
                self._changed.wait()
            last: _Process | None = getattr(self._here, "last", None)
            process = last if last in self._free else self._free[-1]
            self._free.remove(process)
        self._here.last = process
        return process

    def _give(self, process: _Process) -> None:
        with self._changed:
            self._free.append(process)
            self._changed.notify()

    def _started(self) -> None:
        """Start a process and wait until it has imported what it needs."""
        ours, theirs = socket.socketpair()
        line = Connection(ours.detach())
        with theirs:
            number = theirs.fileno()
            try:
                command = [sys.executable, "-m", __name__, str(number), self._program]
                running = subprocess.Popen(command, pass_fds=[number])
            except (OSError, ValueError):
                # No process more, or a system that hands no sockets over: the server answers by itself.
                line.close()
                return
        process = _Process(running, line)
        try:
            line.recv_bytes()
        except (EOFError, OSError):
            process.end()
            return
        with self._changed:
            self._alive += 1
        self._give(process)

    def _ended(self, process: _Process) -> None:
        process.end()
        with self._changed:
            self._alive -= 1
            # Whoever waits for the last one waits in vain.
            self._changed.notify_all()


class Parts:
    """Answers by question, the last used ones; of one state of one store at a time."""

    def __init__(self) -> None:
        self._state: tuple[str, int] | None = None
        self._known: OrderedDict[str, Any] = OrderedDict()

    def answer(self, asked: Asked) -> Any:
        """Return the answer; parts that it rests on are kept. Raises BoltscopeError where the store has moved on."""
        store = opened_store()
        with store.reading() as connection:
            state = store_name(connection, store.path), data_version(connection)
            if state != (asked.store_name, asked.data_version):
                raise BoltscopeError("The store has changed since the question was asked.")
            if state != self._state:
                self._known.clear()
                self._state = state

            def keep(part: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
                key = repr((part.__module__, part.__qualname__, arguments, named))
                if key not in self._known:
                    self._known[key] = part(connection, *arguments, **named)
                    if len(self._known) > _MOST_PARTS:
                        self._known.popitem(last=False)
                self._known.move_to_end(key)
                return self._known[key]

            with keeping(keep):
                return asked.question(connection, *asked.arguments, **asked.named)


def program() -> str:
    """Return what changes with the code on disk and with the definitions that this process works with."""
    code = sha256()
    for folder in _CODE:
        for path in sorted(folder.rglob("*.py")):
            found = path.stat()
            code.update(f"{path}\n{found.st_size}\n{found.st_mtime_ns}\n".encode())
    return f"{code.hexdigest()}{definitions_hash()}"


def answer_all(connection: Connection) -> None:
    """Answer one question after the other until the server has ended."""
    parts = Parts()
    connection.send_bytes(b"ready")
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            reply = Reply(parts.answer(pickle.loads(message)), is_found=True)  # written by our own server
        except Exception:  # the server asks again by itself, and shows what is wrong
            reply = Reply()
        try:
            written = pickle.dumps(reply, protocol=pickle.HIGHEST_PROTOCOL)
        except (pickle.PickleError, AttributeError, TypeError):
            written = pickle.dumps(Reply(is_fit=False))
        connection.send_bytes(written)


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
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    answer_all(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    # Questions and answers name this module's classes by its real name.
    from dashboard.ui.beside import _main as main

    main()
