"""Parquet files, read in a process of its own: a hostile one can bring down only that, and use only so much memory."""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, cast

from etl.sources.base import RawFile, RefusedError

_LARGEST = 2 << 30
_BLOCK_BYTES = 1 << 20
_SECONDS = 60


def parquet_columns(file: RawFile) -> dict[str, str]:
    """Return names and types of the columns of a Parquet file. Raises RefusedError when it cannot be read."""
    with _copy(file) as path:
        try:
            done = subprocess.run([*_COMMAND, "schema", path], capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise _damaged(file) from None
    if done.returncode:
        raise _damaged(file)
    return cast("dict[str, str]", json.loads(done.stdout))


class _Lines(io.RawIOBase):
    """Rows as lines of JSON, from the process that reads them; its end is checked when the lines end."""

    def __init__(self, file: RawFile) -> None:
        self._file = file
        self._copy = _copy(file)
        self._process = subprocess.Popen(
            [*_COMMAND, "rows", self._copy.__enter__()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = cast("io.BufferedReader", self._process.stdout).readinto(cast("bytearray", buffer))
        if not count and self._process.wait():
            raise _damaged(self._file)
        return count

    def close(self) -> None:
        if not self.closed:
            self._process.kill()
            self._process.wait()
            cast("IO[bytes]", self._process.stdout).close()
            self._copy.__exit__(None, None, None)
        super().close()


def parquet_lines(file: RawFile) -> io.BufferedReader:
    """Return the rows of a Parquet file as lines of JSON; reading raises RefusedError where it is damaged."""
    return io.BufferedReader(_Lines(file), _BLOCK_BYTES)


# By its path and without the folder of it: nothing that lies around is imported.
_COMMAND = (sys.executable, "-P", str(Path(__file__).with_name("parquet_rows.py")))


@contextmanager
def _copy(file: RawFile) -> Generator[str]:
    """Write the bytes where another process can read them; removed afterwards."""
    with tempfile.NamedTemporaryFile(prefix="boltscope-", suffix=".parquet") as target:
        size = 0
        with closing(file.open()) as stream:
            while block := stream.read(_BLOCK_BYTES):
                size += len(block)
                if size > _LARGEST:
                    raise RefusedError(
                        f"{file.name} is larger than {_LARGEST >> 30} GB. Write the records into several Parquet files."
                    )
                target.write(block)
        target.flush()
        yield target.name


def _damaged(file: RawFile) -> RefusedError:
    return RefusedError(
        f"{file.name} begins like a Parquet file and cannot be read as one: it is damaged, cut off, encrypted, or "
        "unpacks to far more than its size. Write it again, or as NDJSON or CSV. Nothing of it was kept."
    )
