"""What a log says about the files of a commit: raw lines, counted lines, names with a letter, in any mixture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from data.words import FileOperation, QuarantineReason
from etl.sources.git_records import BadRecordError

_PLAIN_PATH = rb"([^\t\n\r\0\"][^\t\n\r\0]*)$"
_ID = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_PLAIN_RAW = re.compile(rb"(?m)^:[0-7]{6} ([0-7]{6}) " + _ID + rb" (" + _ID + rb") ([AMD])\t" + _PLAIN_PATH)
_PLAIN_COUNTED = re.compile(rb"(?m)^(\d{1,9}|-)\t(\d{1,9}|-)\t" + _PLAIN_PATH)
_RAW_PARTS = 5
# Length of ids of SHA-1 and SHA-256 that are not shortened.
_WHOLE_IDS = (40, 64)
_NO_BLOB = (b"0" * 40, b"0" * 64)
_COUNTED = re.compile(rb"(\d+|-)\t(\d+|-)\t")
_LETTER = re.compile(rb"([AMDTRC])\d{0,3}\t")
TELLS_FILES = re.compile(
    rb"(?m)(?:^|\0):[0-7]{6} [0-7]{6} [0-9a-f.]{4,67} |(?:^|\0)(?:\d{1,9}|-)\t(?:\d{1,9}|-)\t|^[AMDTRC]\d{0,3}\t"
)
"""Finds a line about a file: then a commit without any changes none."""
TELLS_LINES = re.compile(rb"(?m)(?:^|\0)(?:\d{1,9}|-)\t(?:\d{1,9}|-)\t")
"""Finds a line that counts lines."""
_RENAMED_PART = re.compile(r"\{([^{}]*) => ([^{}]*)\}")
_DIFF = re.compile(rb"(?m)^diff --")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_OPERATIONS = {
    b"A": FileOperation.CREATE,
    b"M": FileOperation.EDIT,
    b"T": FileOperation.EDIT,
    b"D": FileOperation.DELETE,
    b"R": FileOperation.CREATE,
    b"C": FileOperation.CREATE,
}
_SUBMODULE = b"160000"
_MOST_LINES = 10**9


@dataclass(slots=True)
class FileChange:
    """What a commit does to one file."""

    operation: FileOperation | None = None
    blob: str | None = None
    """Id of the content afterwards, whole; null when the log does not tell, or nothing is left."""
    added: int | None = None
    removed: int | None = None


@dataclass(slots=True)
class Changes:
    """What a log says about the files of one commit."""

    files: dict[str, FileChange] = field(default_factory=dict[str, FileChange])
    raw_lines: int = 0
    counted_lines: int = 0
    has_blobs: bool = False
    has_changed_type: bool = False
    """Whether a file became a link or the like: git counts its lines twice."""


def changes_of(text: bytes) -> Changes:
    """Return the files of a commit by their path. Raises BadRecordError for numbers that cannot be."""
    if (plain := _plain_changes(text)) is not None:
        return plain
    changes = Changes()
    tokens = _tokens(text)
    for token in tokens:
        if token.startswith(b":"):
            _add_raw(token, tokens, changes)
        elif counted := _COUNTED.match(token):
            _add_counted(counted, token[counted.end() :], tokens, changes)
        elif letter := _LETTER.match(token):
            paths = [_path(part) for part in token[letter.end() :].split(b"\t")]
            _note(changes, letter[1], paths, None)
    return changes


def _plain_changes(text: bytes) -> Changes | None:
    """Return the files where each has one raw line and one counted line with a plain path: nearly always, and fast.

    Null for everything else.
    """
    lines = text.strip(b"\n")
    raw, counted = _PLAIN_RAW.findall(lines), _PLAIN_COUNTED.findall(lines)
    paths = [path for *_, path in raw]
    if not raw or paths != [path for *_, path in counted] or lines.count(b"\n") + 1 != 2 * len(raw):
        return None
    files = {
        _text(path): FileChange(
            _OPERATIONS[letter],
            None if mode == _SUBMODULE or blob in _NO_BLOB else blob.decode("ascii"),
            _lines(added),
            _lines(removed),
        )
        for (mode, blob, letter, path), (added, removed, _) in zip(raw, counted, strict=True)
    }
    return Changes(files, len(raw), len(counted), has_blobs=True)


def _tokens(text: bytes) -> Iterator[bytes]:
    if b"\0" in text:
        return iter(text.strip(b"\r\n").split(b"\0"))
    # Where a log shows the changes themselves, nothing of them is read.
    text = text[: found.start()] if (found := _DIFF.search(text)) else text
    return (line.rstrip(b"\r") for line in text.split(b"\n") if line)


def _add_raw(token: bytes, tokens: Iterator[bytes], changes: Changes) -> None:
    """Add one line such as ":100644 100644 <blob> <blob> M<tab>path"; of merges, with more of each, nothing is read."""
    described, tab, rest = token.partition(b"\t")
    parts = described.split(b" ")
    if len(parts) != _RAW_PARTS or token.startswith(b"::") or not parts[4]:
        return
    _, mode, _, blob, status = parts
    letter = status[:1]
    if tab:
        paths = [_path(rest)] if b"\t" not in rest else [_path(part) for part in rest.split(b"\t")]
    else:
        paths = [_text(next(tokens, b"")) for _ in range(2 if letter in b"RC" else 1)]
    changes.raw_lines += 1
    if letter == b"T":
        changes.has_changed_type = True
    is_blob = len(blob) in _WHOLE_IDS
    changes.has_blobs = changes.has_blobs or is_blob
    is_content = is_blob and mode != _SUBMODULE and blob not in _NO_BLOB
    _note(changes, letter, paths, blob.decode("ascii", "replace") if is_content else None)


def _note(changes: Changes, letter: bytes, paths: list[str], blob: str | None) -> None:
    """Note one file; a renamed one is gone from its old path and new at its new one, a copied one only new."""
    operation = _OPERATIONS.get(letter)
    if not paths[-1] or operation is None:
        return
    if letter == b"R" and len(paths) > 1:
        _change(changes, paths[0]).operation = FileOperation.DELETE
    change = _change(changes, paths[-1])
    change.operation, change.blob = operation, blob


def _add_counted(counted: re.Match[bytes], rest: bytes, tokens: Iterator[bytes], changes: Changes) -> None:
    """Add one line such as "3<tab>1<tab>path"; after -z, the two paths of a renamed file follow it."""
    added, removed = _lines(counted[1]), _lines(counted[2])
    changes.counted_lines += 1
    if rest:
        old, new = _counted_paths(rest, changes)
    else:
        old, new = _text(next(tokens, b"")), _text(next(tokens, b""))
    if not new:
        return
    change = _change(changes, new)
    change.added, change.removed = added, removed
    if old != new:
        _change(changes, old).operation = FileOperation.DELETE
        change.operation = change.operation or FileOperation.CREATE


def _change(changes: Changes, path: str) -> FileChange:
    change = changes.files.get(path)
    if change is None:
        change = changes.files[path] = FileChange()
    return change


def _counted_paths(rest: bytes, changes: Changes) -> tuple[str, str]:
    """Return old and new path; only where no raw line names the path does an arrow in it mean that it was renamed."""
    path = _path(rest)
    if b" => " not in rest or path in changes.files or _QUOTED.fullmatch(rest):
        return path, path
    if b'"' in rest:
        old, _, new = rest.partition(b" => ")
        return _path(old), _path(new)
    return _renamed(path)


def _renamed(path: str) -> tuple[str, str]:
    """Return old and new path of "src/{a => b}/c" and "a => b"; the path twice when it is no such thing."""
    if " => " not in path:
        return path, path
    if part := _RENAMED_PART.search(path):
        before, after = path[: part.start()], path[part.end() :]
        # Without a folder between, two slashes would be left.
        return tuple((before + name + after).replace("//", "/") for name in part.groups())  # type: ignore[return-value]
    old, _, new = path.partition(" => ")
    return old, new


def _lines(number: bytes) -> int | None:
    if number == b"-":
        return None
    if len(number) > 10 or (lines := int(number)) > _MOST_LINES:
        raise BadRecordError(QuarantineReason.BAD_NUMBER, "a number of lines is larger than any file")
    return lines


def _path(text: bytes) -> str:
    """Return a path; git puts it in quotes and escapes what is not plain ASCII."""
    if not (text.startswith(b'"') and text.endswith(b'"') and len(text) > 1):
        return _text(text)
    return _text(_ESCAPE.sub(_unescaped, text[1:-1]))


def _unescaped(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    return bytes([int(escaped, 8) & 0xFF]) if len(escaped) > 1 else _ESCAPED.get(escaped, escaped)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "replace")
