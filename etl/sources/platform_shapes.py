"""What the records in a JSON file of a platform are, told from the keys in its beginning."""

import re
from collections.abc import Iterator

# A text that is cut off reaches to the end: otherwise each quote in it would be searched to the end in vain.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[{}\[\]:,]', re.DOTALL)
_LONGEST_KEY = 100
_DEEPEST = 8
_MOST_OBJECTS = 50
_ITEM = "[]"
# Lists in which APIs hand out records, and the beginning of GraphQL's answers.
_WRAPPERS = frozenset({"deployments", "nodes", "latestDeployments"})
_GRAPHQL = "data"

Path = tuple[str, ...]


def record_keys(head: bytes) -> list[frozenset[str]]:
    """Return the keys of the first objects that stand where records stand, as far as the head shows them.

    Records stand at the top, in lists and lists of lists, in {"deployments": [...]} and in the nodes of GraphQL.
    """
    return [frozenset(keys) for path, keys in outline(head) if is_record_place(path)]


def is_record_place(path: Path) -> bool:
    """Tell whether records may stand at a path: names of keys, and [] for an element of a list."""
    names = [step for step in path if step != _ITEM]
    if not names:
        return True
    if path[-1] != _ITEM or names[-1] not in _WRAPPERS:
        return False
    return len(names) == 1 or names[0] == _GRAPHQL


def outline(head: bytes) -> list[tuple[Path, set[str]]]:
    """Return path and keys of the first objects in a text of JSON, whole or cut off, one value or several."""
    found: list[tuple[Path, set[str]]] = []
    # For each open bracket: the path of the value, and the keys when it is an object.
    open_values: list[tuple[Path, set[str] | None]] = []
    text, last_key = b"", ""
    for token in _tokens(head):
        if token == b":":
            keys = open_values[-1][1] if open_values else None
            if keys is not None and 2 <= len(text) <= _LONGEST_KEY:
                last_key = text[1:-1].decode("utf-8", "replace")
                keys.add(last_key)
        elif token in (b"{", b"["):
            path = _path_below(open_values, last_key)
            keys = set[str]() if token == b"{" else None
            open_values.append((path, keys))
            if keys is not None and len(path) <= _DEEPEST:
                found.append((path, keys))
            if sum(is_record_place(path) for path, _ in found[-1:]) and len(found) > _MOST_OBJECTS:
                break
        elif token in (b"}", b"]"):
            if open_values:
                open_values.pop()
        elif token != b",":
            text = token
    return found


def _tokens(head: bytes) -> Iterator[bytes]:
    for match in _TOKEN.finditer(head):
        yield match[0]


def _path_below(open_values: list[tuple[Path, set[str] | None]], last_key: str) -> Path:
    if not open_values:
        return ()
    path, keys = open_values[-1]
    if len(path) > _DEEPEST:
        return path
    return (*path, _ITEM if keys is None else last_key)
