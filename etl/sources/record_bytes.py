"""Records of a file as bytes, in blocks, so that memory does not grow with the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 16 << 20
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
        text = rest + block
        *whole, rest = text.split(b"\n")
        lines: list[bytes | TooLarge] = list(whole)
        if len(text) > longest:
            lines = [TooLarge() if len(line) > longest else line for line in whole]
        if lines and is_too_large:
            lines[0], is_too_large = TooLarge(), False
        if is_too_large or len(rest) > longest:
            is_too_large, rest = True, b""
        if lines:
            yield lines
    if rest or is_too_large:
        yield [TooLarge() if is_too_large else rest]
