"""Following the contents of paths through a chat: lines that patches change, and what people restore."""

from dataclasses import dataclass
from typing import Any

import msgspec

from data.keys import stable_key
from data.words import FileOperation, LinesBasis
from etl.derive.features import FileEdit
from etl.places import blob_of_text, stored_path
from etl.sources.bolt_messages import ReadMessage
from etl.sources.line_changes import line_changes, lines_of


@dataclass(slots=True)
class Content:
    """Newest content of a path while a chat is read, and the one before it."""

    lines: list[str]
    content_hash: int
    before: "Content | None" = None


def track(message: ReadMessage, contents: dict[str, Content]) -> list[tuple[Any, ...]]:
    """Follow the contents of paths through the chat; return the patch_file rows of a reply, the edits of a request."""
    if message.role == "user":
        edits = [FileEdit(stored_path(path), 0) for path in message.edited_paths]
        for action in message.edited:
            edited = _content(action.content)
            newest = contents.get(action.path)
            before = newest.before if newest else None
            restores = before is not None and before.content_hash == edited.content_hash
            blob = blob_of_text(action.content)
            edits.append(FileEdit(stored_path(action.path), edited.content_hash, restores, blob))
            contents[action.path] = edited
        if edits:
            message.features = msgspec.structs.replace(message.features, human_edits=tuple(edits))
        return []
    rows: dict[str, tuple[Any, ...]] = {}
    written: dict[str, Content | None] = {}
    for action in message.files:
        # The same path twice in one patch: its lines count once, against the content before the patch.
        before = written.setdefault(action.path, contents.get(action.path))
        if before is not None:
            # Contents further back are never asked for again.
            before.before = None
        contents[action.path] = after = _content(action.content, before)
        if not message.features.is_synthetic:
            size = len(action.content) if action.content.isascii() else len(action.content.encode("utf-8", "replace"))
            rows[action.path] = _file_row(message.key, action.path, action.content, size, before, after)
    return list(rows.values())


def _content(text: str, before: Content | None = None) -> Content:
    lines = lines_of(text)
    return Content(lines, stable_key("content", "\n".join(lines)), before)


def _file_row(
    patch_key: int, path: str, text: str, size: int, before: Content | None, after: Content
) -> tuple[Any, ...]:
    added, removed = (len(after.lines), 0) if before is None else line_changes(before.lines, after.lines)
    return (
        stable_key("patch_file", patch_key, path),
        patch_key,
        stored_path(path),
        (FileOperation.CREATE if before is None else FileOperation.EDIT).value,
        added,
        removed,
        (LinesBasis.NEW_FILE if before is None else LinesBasis.CHAT).value,
        size,
        after.content_hash,
        None if before is None else before.content_hash,
        blob_of_text(text),
    )
