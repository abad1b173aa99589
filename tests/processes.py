"""Other processes, for tests of what happens between them."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOBODY = 65534


def start_python(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a Python program of the project's environment; it says things on stdout and may be told on stdin."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def in_child_process(action: Callable[[], str]) -> str:
    """Run an action in a child process (a fork, with all that is open here) and return what it says."""
    receiver, sender = os.pipe()
    with warnings.catch_warnings():
        # Idle threads of Polars are warned of; the child uses none of them and ends without cleaning up.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            os.write(sender, action().encode())
        except BaseException as error:
            os.write(sender, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


def as_ordinary_person(action: Callable[[], str]) -> str:
    """Run an action in a child process to which permissions of files apply, also when the tests run as root."""

    def without_rights() -> str:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return action()

    return in_child_process(without_rights)
