"""Elements of a JSON array of any size, one after the other, from a stream; nothing larger than one element is held."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from etl.sources.record_bytes import BLOCK_BYTES, LONGEST_RECORD, CutOff, RecordBytes, TooLarge

# A whole string, a bracket, or a comma. A quote without an end matches alone: its string goes on in the next block.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\],]', re.DOTALL)
_SPACE = b" \t\r\n"
_TRIES = 8


def split_elements(
    stream: BinaryIO,
    beginning: bytes = b"",
    *,
    block_bytes: int = BLOCK_BYTES,
    longest: int = LONGEST_RECORD,
    in_one_go: bool = True,
) -> Iterator[list[RecordBytes]]:
    """Yield the elements of an array as bytes, a block's worth at a time; stops at the closing bracket of the array.

    The stream, with ``beginning`` before it, stands right behind the opening bracket. Elements are told apart by
    brackets, strings and commas alone: a malformed one is yielded as it is and does not spoil those after it, as long
    as its brackets and quotes pair up. Nothing behind a last comma is no element. ``in_one_go`` lets the JSON parser
    split well-formed blocks, which is faster and gives the same elements.
    """
    splitter = _Splitter(longest, in_one_go=in_one_go)
    if beginning:
        yield splitter.feed(beginning)
    while not splitter.is_done and (block := stream.read(block_bytes)):
        yield splitter.feed(block)
    yield splitter.end()


class _Splitter:
    def __init__(self, longest: int, *, in_one_go: bool) -> None:
        self.is_done = False
        self._longest = longest
        self._in_one_go = in_one_go
        self._buffer = b""
        """Begins at the current element; of one that is too large only what tells where it ends is left."""
        self._is_too_large = False
        self._depth = 0
        """Open brackets before the buffer, for an element that is too large."""

    def feed(self, block: bytes) -> list[RecordBytes]:
        """Return the elements that end in the next block."""
        self._buffer += block
        elements: list[RecordBytes] = []
        if self._in_one_go and not self._is_too_large:
            elements += self._whole_elements()
        return elements + self._scan()

    def end(self) -> list[RecordBytes]:
        """Return what is left when the stream ends before the array does."""
        if self.is_done:
            return []
        if self._is_too_large:
            return [TooLarge()]
        rest = self._buffer.strip(_SPACE)
        return [CutOff(rest)] if rest else []

    def _whole_elements(self) -> list[bytes]:
        """Return the elements of the buffer up to a comma between objects, where they parse as a list.

        A text that parses as a list when brackets are put around it is made of whole elements: a cut within an element
        leaves a bracket or a string open.
        """
        cut = self._buffer.rfind(b"},")
        for _ in range(_TRIES):
            if cut <= 0:
                break
            try:
                elements = msgspec.json.decode(b"[" + self._buffer[: cut + 1] + b"]", type=list[msgspec.Raw])
            except (msgspec.DecodeError, RecursionError):
                cut = self._buffer.rfind(b"},", 0, cut)
                continue
            if any(len(element) > self._longest for element in elements):
                break
            self._buffer = self._buffer[cut + 2 :]
            return [bytes(element) for element in elements]
        return []

    def _scan(self) -> list[RecordBytes]:
        elements: list[RecordBytes] = []
        buffer, start, depth = self._buffer, 0, self._depth
        read_to = len(buffer)
        for match in _TOKEN.finditer(buffer):
            token = match[0]
            if token in b"{[":
                depth += 1
            elif token in b"}]":
                depth -= 1
                if depth < 0:
                    last = self._element(buffer[start : match.start()])
                    self.is_done = True
                    return [*elements, last] if last else elements
            elif token == b"," and depth == 0:
                elements.append(self._element(buffer[start : match.start()]))
                start = match.end()
            elif token == b'"':
                read_to = match.start()
                break
        if not self._is_too_large and len(buffer) - start > self._longest:
            self._is_too_large = True
        self._depth = depth if self._is_too_large else 0
        self._buffer = _end_of(buffer[read_to:]) if self._is_too_large else buffer[start:]
        return elements

    def _element(self, element: bytes) -> RecordBytes:
        """Return the element that ends here."""
        is_too_large = self._is_too_large or len(element) > self._longest
        self._is_too_large = False
        return TooLarge() if is_too_large else element.strip(_SPACE)


def _end_of(text: bytes) -> bytes:
    """Return what must be kept of an open string to find its end: the quote, and backslashes at the end."""
    return b'"' + text[len(text.rstrip(b"\\")) :] if text.startswith(b'"') else b""
