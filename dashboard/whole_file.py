"""Files that are written beside their place and put there when they are whole: a reader never finds half of one."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from data.errors import BoltscopeError


class FileNotWrittenError(BoltscopeError):
    """A file cannot be written; the text names it, the reason and what to do."""


@contextmanager
def whole_file(path: Path) -> Generator[BinaryIO]:
    """Give a file to write to, which replaces the one at the path at the end, and only then and without an error."""
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with half.open("wb") as file:
                yield file
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise FileNotWrittenError(
            f"{path} cannot be written: {error.strerror or error}.\n"
            "Name a file in a folder that exists and may be written."
        ) from error
