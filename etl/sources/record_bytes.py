"""Records of a file as bytes, in blocks, so that memory does not grow with the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 24 << 20
# A gateway record with its whole conversation and pictures stays below this; a longer one is not read.
LONGEST_RECORD = 32 << 20


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Stands for a record that is longer than LONGEST_RECORD."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """The rest of a file that ends in the middle of a record."""

    rest: bytes


RecordBytes = bytes | TooLarge | CutOff


def split_lines(
    stream: BinaryIO, block_bytes: int = BLOCK_BYTES, longest: int = LONGEST_RECORD
) -> Iterator[list[bytes | TooLarge]]:
    """Yield the lines of a stream without their ends, some megabytes at a time; every line is yielded, blank ones too.

    A line that is too large is skipped to its end, and TooLarge stands in its place.
    """
    rest = b""
    is_too_large = False
    while block := stream.read(block_bytes):
        lines: list[bytes | TooLarge] = list((rest + block).split(b"\n"))
        rest = b""
        last = lines.pop()
        if lines and is_too_large:
            lines[0], is_too_large = TooLarge(), False
        if not is_too_large and isinstance(last, bytes):
            is_too_large = len(last) > longest
            rest = b"" if is_too_large else last
        if lines:
            yield [TooLarge() if isinstance(line, bytes) and len(line) > longest else line for line in lines]
    if rest or is_too_large:
        yield [TooLarge() if is_too_large else rest]
