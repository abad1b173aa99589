"""Cutting git's logs into records: the documented format, saved or live, and the log that git prints for people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from data.words import QuarantineReason
from etl.revert_words import trailers_in
from etl.streams import BLOCK_BYTES

_FIELDS = ("H", "P", "an", "ae", "aI", "cI", "s", "b", "(trailers:unfold,separator=%x1d)")
SAVED_FORMAT = "%x1e" + "%x1f".join(f"%{field}" for field in _FIELDS)
"""Format of the documented command for saved logs."""
LIVE_FORMAT = "".join(f"%x00%{field}" for field in _FIELDS)
"""The same fields after bytes that no message and no path can hold, so that no commit can pass for another."""

# The whole content of a very large project in one commit takes a tenth of this.
LARGEST_RECORD = 256 << 20
_SHA = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_BEGINS = re.compile(_SHA + rb"\x1f")
SAVED_LOG = re.compile(rb"\s*\x1e" + _SHA + rb"\x1f")
PLAIN_LOG = re.compile(rb"\s*commit [0-9a-f]{4,64}(?: [^\n]{0,5000})?\r?\n(?:Merge|Author|AuthorDate|Date|Reflog):? ")
_PLAIN_COMMIT = re.compile(rb"(?:(?<=[\n\0])|\A)commit (?=[0-9a-f]{4,64}[ \r\n])")
# The word, a hash, and what ends it.
_LONGEST_BEGINNING = 80
_WHOLE_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PARENTS = re.compile(r"(?:[0-9a-f]{40,64}(?: |\Z))*")
_PERSON = re.compile(r"\s*(.*?)\s*<([^<>]*)>\s*", re.DOTALL)
_SPLIT_SEPARATORS = len(_FIELDS) - 1


class BadRecordError(Exception):
    """One record of a log cannot be used."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        """Take the reason, and what was expected, without any text of the record."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class LoggedCommit:
    """One commit as a log tells it."""

    sha: str
    parents: str | None
    """Hashes of its parents, separated by spaces; null when the log does not tell."""
    author: str
    email: str
    authored: str
    committed: str | None
    """Null when the log tells only when it was written."""
    subject: str
    body: str
    trailers: list[str]
    changes: bytes
    """What the log says about its files, undecoded."""
    is_merge: bool


def live_records(stream: BinaryIO) -> Iterator[list[bytes] | None]:
    """Yield the fields of each record of git's own output; null for one that is too large."""
    pieces = _pieces(stream, b"\0")
    # What stands before the first mark is no record.
    next(pieces, None)
    fields: list[bytes] = []
    is_whole = True
    for piece in pieces:
        is_whole = is_whole and piece is not None
        fields.append(piece or b"")
        if len(fields) == len(_FIELDS):
            yield fields if is_whole else None
            fields, is_whole = [], True
    if fields:
        yield fields


def saved_records(stream: BinaryIO) -> Iterator[list[bytes] | None]:
    """Yield the fields of each record of a saved log, whatever marks its messages hold; null for one too large."""
    held: bytes | None = None
    for piece in _pieces(stream, b"\x1e"):
        if piece is None:
            if held is not None:
                yield held.split(b"\x1f")
                held = None
            yield None
        elif held is not None and _continues(held, piece):
            held += b"\x1e" + piece
        elif held is not None or piece.strip():
            if held is not None:
                yield _fields_of(held)
            held = piece
    if held is not None:
        yield _fields_of(held)


def plain_records(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield each commit of a log as git prints it for people, without its first word; null for one too large."""
    rest: list[bytes] = []
    size = 0
    is_skipped = False
    for block in iter(lambda: stream.read(BLOCK_BYTES), b""):
        seam = rest[-1][-_LONGEST_BEGINNING:] if rest else b""
        rest.append(block)
        size += len(block)
        if size <= LARGEST_RECORD and b"commit " not in seam + block:
            continue
        text = b"".join(rest)
        starts = [found.start() for found in _PLAIN_COMMIT.finditer(text)]
        for start, end in pairwise(starts):
            yield text[start + 7 : end]
        text = text[starts[-1] :] if starts else text
        is_skipped = is_skipped and not starts
        if len(text) > LARGEST_RECORD and not is_skipped:
            yield None
            is_skipped = True
        rest = [b" " + text[-_LONGEST_BEGINNING:] if is_skipped else text]
        size = len(rest[0])
    text = b"".join(rest)
    if text.startswith(b"commit "):
        yield text[7:]


def commit_of(fields: list[bytes]) -> LoggedCommit:
    """Return the commit of one record of the documented format. Raises BadRecordError."""
    if len(fields) != len(_FIELDS):
        raise BadRecordError(
            QuarantineReason.MISSING_FIELD, f"the record has {len(fields)} of {len(_FIELDS)} fields: it was cut off"
        )
    sha, parents, author, email, authored, committed, subject, body = (
        field.decode("utf-8", "replace") for field in fields[:-1]
    )
    if not _WHOLE_SHA.fullmatch(sha):
        raise BadRecordError(QuarantineReason.WRONG_TYPE, "the commit's hash is not 40 or 64 hexadecimal digits")
    if not _PARENTS.fullmatch(parents):
        raise BadRecordError(QuarantineReason.WRONG_TYPE, "the parents are not hashes separated by spaces")
    trailers, _, changes = fields[-1].partition(b"\n")
    listed = trailers.rstrip(b"\r\0").decode("utf-8", "replace")
    named = listed.split("\x1d") if listed else []
    is_merge = " " in parents.strip()
    return LoggedCommit(sha, parents, author, email, authored, committed, subject, body, named, changes, is_merge)


def plain_commit_of(record: bytes) -> LoggedCommit:
    """Return the commit of a log as git prints it for people. Raises BadRecordError."""
    first, _, rest = record.partition(b"\n")
    sha = first.split(b" ", 1)[0].strip().decode("ascii", "replace")
    if not _WHOLE_SHA.fullmatch(sha):
        raise BadRecordError(
            QuarantineReason.MISSING_FIELD, "the commit's hash is shortened; make the log with --no-abbrev-commit"
        )
    heads, message, changes = _parts_of(rest)
    author = _PERSON.fullmatch(heads.get("author", ""))
    subject, body = _message(message)
    return LoggedCommit(
        sha,
        None,
        author[1] if author else heads.get("author", ""),
        author[2] if author else "",
        heads.get("authordate") or heads.get("date") or "",
        heads.get("commitdate"),
        subject,
        body,
        trailers_in(body),
        changes,
        "merge" in heads,
    )


def _parts_of(rest: bytes) -> tuple[dict[str, str], list[str], bytes]:
    """Return the named lines at the top, the lines of the message, and what follows it."""
    heads: dict[str, str] = {}
    message: list[str] = []
    position, is_top = 0, True
    while position < len(rest):
        end = rest.find(b"\n", position)
        end = len(rest) if end < 0 else end
        line = rest[position:end].rstrip(b"\r")
        if is_top and line and not line.startswith(b" "):
            name, _, value = line.partition(b":")
            heads.setdefault(name.decode("ascii", "replace").lower(), value.decode("utf-8", "replace").strip())
        elif line.startswith(b"    ") or not line:
            is_top = False
            message.append(line[4:].decode("utf-8", "replace"))
        else:
            break
        position = end + 1
    return heads, message, rest[position:]


def _message(lines: list[str]) -> tuple[str, str]:
    """Return first paragraph on one line, as git itself gives it, and the rest."""
    text = "\n".join(lines).strip("\n")
    first, _, body = text.partition("\n\n")
    return " ".join(line.strip() for line in first.split("\n")), body.strip("\n")


def _continues(held: bytes, piece: bytes) -> bool:
    """Say whether a piece goes on with a record whose message holds the mark of a beginning."""
    if _BEGINS.match(piece) or piece.count(b"\x1f") >= _SPLIT_SEPARATORS:
        return False
    # Whatever follows the trailers follows the end of their line, or the mark that -z puts there.
    last = held.rsplit(b"\x1f", 1)[1]
    return held.count(b"\x1f") < _SPLIT_SEPARATORS or (b"\n" not in last and b"\0" not in last)


def _fields_of(record: bytes) -> list[bytes]:
    """Return the fields; marks between them that the message holds stay in the message."""
    fields = record.split(b"\x1f")
    if len(fields) <= len(_FIELDS):
        return fields
    return [*fields[:7], b"\x1f".join(fields[7:-1]), fields[-1]]


def _pieces(stream: BinaryIO, separator: bytes) -> Iterator[bytes | None]:
    """Yield what stands between separators; null for what is larger than any record."""
    held: list[bytes] = []
    size = 0
    for block in iter(lambda: stream.read(BLOCK_BYTES), b""):
        first, *others = block.split(separator)
        size += len(first)
        if size <= LARGEST_RECORD:
            held.append(first)
        if not others:
            continue
        yield b"".join(held) if size <= LARGEST_RECORD else None
        yield from others[:-1]
        held, size = [others[-1]], len(others[-1])
    yield b"".join(held) if size <= LARGEST_RECORD else None
