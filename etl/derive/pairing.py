"""Which entry of an event log is about which reply: the same person, route and length, at a time that fits."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.keys import stable_key
from data.words import CallStatus, EventKind
from etl.derive.windows import LONGEST_CONVERSATION, Block, LogEntry, Window


class _Timeline:
    """The windows of one person, in order of time."""

    def __init__(self) -> None:
        self._windows: list[Window] = []
        self._starts: list[int] = []

    def add(self, window: Window) -> None:
        """Add a window; windows come in order of asked_at."""
        self._windows.append(window)
        self._starts.append(window.asked_at)

    def before(self, instant: int) -> list[Window]:
        """Return the windows that were asked before an instant and can still reach it."""
        first = bisect_left(self._starts, instant - LONGEST_CONVERSATION)
        return self._windows[first : bisect_right(self._starts, instant)]


@dataclass
class Pairs:
    """What the event logs say about the windows of one block."""

    completed: dict[int, LogEntry] = field(default_factory=dict[int, LogEntry])
    """Message key of a reply to the entry that ended its first request."""
    last_completed: dict[int, LogEntry] = field(default_factory=dict[int, LogEntry])
    """Message key of a reply to the entry that ended its last request, with the tokens of the main call."""
    aborted: dict[int, LogEntry] = field(default_factory=dict[int, LogEntry])
    failed: dict[int, LogEntry] = field(default_factory=dict[int, LogEntry])
    unexplained: list[tuple[LogEntry, Window | None]] = field(default_factory=list[tuple[LogEntry, "Window | None"]])
    """Entries that no call of a chat explains, with the window they fall in where the chat shows that one."""


def pair_entries(block: Block) -> Pairs:
    """Pair the entries of a block with its windows, in order of time; every entry is used at most once.

    A reply of one request is paired with an entry of exactly its length. One with several requests (a person decided
    about tools in between) has one entry for each, with the length the reply had by then.
    """
    pairs = Pairs()
    by_person: dict[str | None, _Timeline] = defaultdict(_Timeline)
    for window in block.windows:
        for person in window.people:
            by_person[person].add(window)
    rest: list[LogEntry] = []
    for entry in block.entries:
        windows = by_person[entry.person].before(entry.occurred_at)
        if entry.kind == EventKind.RESPONSE_COMPLETED:
            if not _pair_single(entry, windows, pairs):
                rest.append(entry)
        elif not _pair_ending(entry, windows, pairs):
            pairs.unexplained.append((entry, _unanswered(entry, windows)))
    _pair_several(rest, by_person, pairs)
    return pairs


def _pair_single(entry: LogEntry, windows: Sequence[Window], pairs: Pairs) -> bool:
    fitting = [
        window
        for window in windows
        if window.has_reply
        and not window.has_tools
        and window.message_key not in pairs.completed
        and window.text_chars == entry.message_chars
        and _same_route(entry, window)
        and _is_in_reply(entry, window)
    ]
    if not fitting:
        return False
    window = max(fitting, key=lambda window: (window.started_at, window.message_key))
    pairs.completed[window.message_key] = pairs.last_completed[window.message_key] = entry
    return True


def _pair_several(entries: Sequence[LogEntry], by_person: dict[str | None, _Timeline], pairs: Pairs) -> None:
    """Pair what is left with replies of several requests; the first is sure only when every request has its entry."""
    found: dict[int, list[LogEntry]] = defaultdict(list)
    windows: dict[int, Window] = {}
    for entry in entries:
        fitting = [
            window
            for window in by_person[entry.person].before(entry.occurred_at)
            if window.has_tools
            and (entry.message_chars or 0) <= window.text_chars
            and len(found[window.message_key]) < max(1, len(window.features.usage))
            and _same_route(entry, window)
            and _is_in_reply(entry, window)
        ]
        if fitting:
            window = max(fitting, key=lambda window: (window.started_at, window.message_key))
            windows[window.message_key] = window
            found[window.message_key].append(entry)
        else:
            pairs.unexplained.append((entry, None))
    for key, window in windows.items():
        requests, ended = max(1, len(window.features.usage)), found[key]
        is_sure_first = len(ended) == requests or (requests == 2 and ended[0].message_chars != window.text_chars)
        if is_sure_first:
            pairs.completed[key] = ended[0]
        if ended[-1].message_chars == window.text_chars:
            pairs.last_completed[key] = ended[-1]


def _pair_ending(entry: LogEntry, windows: Sequence[Window], pairs: Pairs) -> bool:
    """Pair an abort or a failure with the newest window before it whose calls hold no usage.

    Several entries of one window are about the same request: the first one counts.
    """
    is_abort = entry.kind == EventKind.RESPONSE_ABORTED
    fitting = [
        window
        for window in windows
        if window.calls
        and window.footprint is not None
        and window.asked_at <= entry.occurred_at <= window.ends_at
        and (_same_route(entry, window) if is_abort else _same_provider(entry, window))
    ]
    if not fitting:
        return False
    window = max(fitting, key=lambda window: (window.asked_at, window.message_key))
    (pairs.aborted if is_abort else pairs.failed).setdefault(window.message_key, entry)
    return True


def _unanswered(entry: LogEntry, windows: Sequence[Window]) -> Window | None:
    """Return the newest request without a reply that the entry can be about."""
    fitting = [
        window
        for window in windows
        if not window.calls and window.asked_at <= entry.occurred_at <= window.ends_at and _same_provider(entry, window)
    ]
    return max(fitting, key=lambda window: (window.asked_at, window.message_key), default=None)


def log_call_key(entry: LogEntry) -> int:
    """Return the key of the call that stands for an entry no chat explains."""
    return stable_key("bolt_events", entry.key)


def ending_status(window: Window, pairs: Pairs) -> tuple[CallStatus, str | None] | None:
    """Return how a window without usage ended, and the kind of error: the log goes before the chat's footprint."""
    footprint = window.footprint
    if footprint is None:
        return None
    if window.message_key in pairs.aborted:
        return CallStatus.CANCELLED, None
    failed = pairs.failed.get(window.message_key)
    if failed is not None:
        return CallStatus.ERROR, failed.error_kind or "unknown"
    return footprint, "unknown" if footprint is CallStatus.ERROR else None


def _is_in_reply(entry: LogEntry, window: Window) -> bool:
    return window.started_at <= entry.occurred_at <= window.ends_at


def _same_provider(entry: LogEntry, window: Window) -> bool:
    named = entry.provider
    return named is None or named.lower() == (window.requested_provider or "").lower()


def _same_route(entry: LogEntry, window: Window) -> bool:
    return _same_provider(entry, window) and (entry.model is None or entry.model == window.requested_model)
