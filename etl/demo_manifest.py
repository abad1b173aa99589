"""Which files the demo generator wrote: truth.json beside them lists each with the hash of its bytes."""

from functools import lru_cache
from pathlib import Path

import msgspec

from etl.files import TRUTH_FILE, InputFile, is_demo_folder

# The list of the largest demo has about 1 MB.
_LARGEST_MANIFEST = 64 << 20


class _Manifest(msgspec.Struct):
    files: dict[str, str]


def is_demo(file: InputFile) -> bool:
    """Say whether the demo generator wrote a file: its bytes are listed in truth.json of a folder above it.

    What somebody put into the folder of a demo is not the demo's, nor is any member of an archive.
    """
    path = Path(file.identity.path)
    is_member = path.parts != file.parts
    return not is_member and any(file.sha256 in written for folder in path.parents if (written := _hashes(folder)))


def written_files(folder: Path) -> dict[str, str]:
    """Return the files that the demo generator wrote into a folder, path in it to SHA-256; empty when there is none."""
    if not is_demo_folder(folder):
        return {}
    try:
        with (folder / TRUTH_FILE).open("rb") as stream:
            return msgspec.json.decode(stream.read(_LARGEST_MANIFEST), type=_Manifest).files
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return {}


def _hashes(folder: Path) -> frozenset[str]:
    try:
        status = (folder / TRUTH_FILE).stat()
    except OSError:
        return frozenset()
    return _hashes_of(folder, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=100)
def _hashes_of(folder: Path, _mtime_ns: int, _size: int) -> frozenset[str]:
    return frozenset(written_files(folder).values())
