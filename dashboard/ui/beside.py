"""Processes beside the server that work out answers while several people are served.

Threads of one process wait for each other at every row that they read. Where several people are served, what is not
known yet is asked of another process; the page waits for the answer, and lets another page have its turn.
"""

import logging
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Condition, Thread, local
from typing import Any, NamedTuple

from dashboard.ui import answering
from dashboard.ui.answering import Asked, Reply, program
from data.errors import BoltscopeError

AT_A_TIME = max(2, min(os.cpu_count() or 1, 4))
"""How many processes: while one works on something long, another one answers what is short."""
CROWD = 2
"""So many people at once are a crowd: then the processes start."""
_LONGEST_SECONDS = 60
"""A process that has not answered by then is given up."""
_MOST_AGAIN = 8
"""So many that were lost are replaced, in all: what ends them may be there to stay."""
_log = logging.getLogger(__name__)


class _Answerer(NamedTuple):
    """A process that answers, and the line to it."""

    running: subprocess.Popen[bytes]
    line: Connection

    def reply(self, message: bytes) -> bytes:
        """Return what it says to a question. Raises EOFError or OSError when it says nothing."""
        self.line.send_bytes(message)
        if not self.line.poll(_LONGEST_SECONDS):
            raise EOFError
        return self.line.recv_bytes()

    def end(self) -> None:
        """End it, whatever it is doing."""
        self.running.kill()
        self.running.wait()
        self.line.close()


class Answerers:
    """The processes of a server, started when there may be a crowd. Whatever fails, the server answers by itself."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._to_start = 0
        self._again = _MOST_AGAIN
        self._is_closed = False
        self._program = ""
        self._all: list[_Answerer] = []
        self._free: list[_Answerer] = []
        self._here = local()
        self._unfit: set[Callable[..., Any]] = set()

    def allow(self, count: int = AT_A_TIME) -> None:
        """Let so many processes start when they are needed, of the program as it is now; without it there are none."""
        try:
            self._program = program()
        except (OSError, BoltscopeError) as error:
            # What is wrong with a file is shown by the pages that read it.
            _log.warning("No processes beside the server: %s", error)
            return
        self._to_start = count

    def visited_by(self, people: int) -> None:
        """Note that so many people are there now; when they are a crowd, start the processes."""
        with self._changed:
            if people < CROWD:
                return
            starting, self._to_start = self._to_start, 0
        for _ in range(starting):
            self._start()

    def can_answer(self, question: Callable[..., Any]) -> bool:
        """Whether a process is there that can be asked."""
        return bool(self._all) and question not in self._unfit

    def ask(self, asked: Asked) -> Reply:
        """Return what a process answers, once one is free."""
        try:
            message = pickle.dumps(asked)
        except Exception:  # whatever the arguments are made of: the question stays here
            self._unfit.add(asked.question)
            return Reply()
        answerer = self._taken()
        if answerer is None:
            return Reply()
        written = None
        try:
            written = answerer.reply(message)
        except (EOFError, OSError):
            # It ended, or was ended, over this question: the next one shall not.
            self._unfit.add(asked.question)
        finally:
            if written is None:
                self._lost(answerer)
            else:
                self._give(answerer)
        try:
            reply: Reply = Reply() if written is None else pickle.loads(written)  # by our own process
        except Exception:  # it can be written and not be read
            reply = Reply(is_fit=False)
        if not reply.is_fit:
            self._unfit.add(asked.question)
        return reply

    def close(self) -> None:
        """End all processes; whoever waits for one of them gets no answer."""
        with self._changed:
            self._is_closed = True
            free, self._free = self._free, []
            busy = [one for one in self._all if one not in free]
            self._all = busy
            self._changed.notify_all()
        for answerer in free:
            answerer.end()
        for answerer in busy:
            # Whoever asked it notices, and closes the line.
            answerer.running.kill()

    def _taken(self) -> _Answerer | None:
        """Wait for a process that is free, and take it; null when none is left, or none has become free in time.

        The one that this thread asked last knows parts of what it asks next.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._free or not self._all, _LONGEST_SECONDS) or not self._free:
                return None
            last: _Answerer | None = getattr(self._here, "last", None)
            answerer = last if last in self._free else self._free[-1]
            self._free.remove(answerer)
        self._here.last = answerer
        return answerer

    def _give(self, answerer: _Answerer) -> None:
        with self._changed:
            if not self._is_closed:
                self._free.append(answerer)
                self._changed.notify()
                return
        self._lost(answerer)

    def _lost(self, answerer: _Answerer) -> None:
        """End a process that does not answer, and start another one in its place."""
        answerer.end()
        with self._changed:
            self._all = [one for one in self._all if one is not answerer]
            is_replaced = not self._is_closed and self._again > 0
            self._again -= is_replaced
            # Whoever waits for the last one waits in vain.
            self._changed.notify_all()
        if not self._is_closed:
            _log.warning("A process beside the server was lost%s.", "; another one starts" if is_replaced else "")
        if is_replaced:
            self._start()

    def _start(self) -> None:
        Thread(target=self._started, daemon=True).start()

    def _started(self) -> None:
        """Start a process and wait until it has imported what it needs."""
        try:
            ours, theirs = socket.socketpair()
            line = Connection(ours.detach())
            with theirs:
                number = theirs.fileno()
                command = [sys.executable, "-m", answering.__name__, str(number), self._program]
                running = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL)
        except OSError as error:
            _log.warning("No process beside the server: %s", error)
            return
        answerer = _Answerer(running, line)
        try:
            line.recv_bytes()
        except (EOFError, OSError):
            answerer.end()
            _log.warning("A process beside the server ended at once: the program or its definitions have changed.")
            return
        with self._changed:
            self._all = [*self._all, answerer]
        self._give(answerer)
