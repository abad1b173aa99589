"""Rewinds: messages that are gone from a later export of the same chat which kept what came before them."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from data.words import Outcome
from etl.derive.endings import ending_of
from etl.derive.lineage import Export, Lineage

SINGLE_EXPORT_CONFIDENCE = 0.7
"""A single-chat export does not say which chat of the browser it is; title and messages make it likely."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """When a message was taken back: gone at the one instant, still there at the other."""

    rolled_back_at: int
    rolled_back_after: int
    confidence: float


def find_rewinds(lineage: Lineage) -> dict[int, Rewind]:
    """Return the rewound messages of a lineage.

    Not rewinds: a lost failed reply whose request stayed (a retry), a chat that reuses an id (nothing shared), a
    message that is back in the newest export, exports without a time or of the same instant.
    """
    found: dict[int, Rewind] = {}
    for exports in _chats(lineage):
        distinct = [
            export for index, export in enumerate(exports) if index == len(exports) - 1 or _differs(exports, index)
        ]
        for index, (earlier, later) in enumerate(pairwise(distinct)):
            remaining = {key for export in distinct[index + 1 :] for key in export.messages}
            shown = {key for export in distinct[:index] for key in export.messages}
            for key, rewind in _lost(lineage, earlier, later, shown):
                if key not in remaining:
                    found.setdefault(key, rewind)
    return found


def _differs(exports: list[Export], index: int) -> bool:
    """Whether the next export shows other messages; of equal ones only the newest matters."""
    return exports[index].messages != exports[index + 1].messages


def _chats(lineage: Lineage) -> list[list[Export]]:
    """Group exports by chat of a browser; a single-chat export joins the only chat that fits its start and title."""
    chats: dict[int, list[Export]] = defaultdict(list)
    singles: list[Export] = []
    for export in lineage.exports:
        if export.native_chat_id is None:
            singles.append(export)
        else:
            chats[export.chat_key].append(export)
    for single in singles:
        fitting = [key for key, exports in chats.items() if any(_fits(single, export) for export in exports)]
        chats[fitting[0] if len(fitting) == 1 else single.chat_key].append(single)
    return [sorted(exports, key=lambda export: export.order) for exports in chats.values()]


def _fits(single: Export, export: Export) -> bool:
    return (
        (single.person, single.project, single.title) == (export.person, export.project, export.title)
        and single.fork_kind is None
        and export.fork_kind is None
        and single.messages[:1] == export.messages[:1]
    )


def _lost(lineage: Lineage, earlier: Export, later: Export, shown: set[int]) -> list[tuple[int, Rewind]]:
    if not earlier.order[0] < later.order[0] or not earlier.order[0]:
        return []
    kept = 0
    for before, after in zip(earlier.messages, later.messages, strict=False):
        if before != after:
            break
        kept += 1
    gone = earlier.messages[kept:]
    if kept == 0 or not gone or set(gone) & set(later.messages):
        return []
    # A failed or stopped reply that is lost alone, while its request stayed, was dropped by a retry.
    while gone and lineage.messages[gone[0]].role == "assistant":
        reply = lineage.messages[gone[0]]
        if reply.is_reply and ending_of(reply, lineage.usage_seen)[0] == Outcome.COMPLETED:
            break
        gone = gone[1:]
    after_at, until = earlier.order[0], later.order[0]
    if later.saved_at is not None and after_at <= later.saved_at < until:
        until = later.saved_at
    new = later.messages[kept : kept + 1]
    new_at = lineage.messages[new[0]].created_at if new else None
    if new_at is not None and new_at < after_at and new[0] not in shown:
        # What follows a rewind is younger than the export that still shows what was lost, or came back from before it.
        return []
    if later.person is None and not new:
        # Of an export that names nobody, a shorter chat may be a colleague's copy.
        return []
    first_new = new_at if new_at is not None and new_at <= until else until
    is_numbered = earlier.native_chat_id is not None and later.native_chat_id is not None
    rewind = Rewind(first_new, after_at, 1.0 if is_numbered else SINGLE_EXPORT_CONFIDENCE)
    return [(key, rewind) for key in gone]
