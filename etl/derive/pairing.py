"""Which entry of an event log is about which reply: the same person, route and length, at a time that fits.

A project is not compared: the entry of a reply is known by its time and length, whatever the files were loaded as.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

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
    ambiguous: list[LogEntry] = field(default_factory=list[LogEntry])
    """Entries about one of several replies, of which it is not known: one side names no person."""


def pair_entries(block: Block) -> Pairs:
    """Pair the entries of a block with its windows, in order of time; every entry is used at most once.

    A reply of one request is paired with an entry of exactly its length. One with several requests (a person decided
    about tools in between) has one entry for each, with the length the reply had by then.

    Entries and windows of the same person come first. Then a log or a chat that was loaded without a person may be
    anybody's: it is paired where exactly one window fits, and where several do, the entry counts as no call of its own.
    """
    pairing = _Pairing(block.windows)
    entries = _distinct(block.entries)
    rest = [entry for entry in entries if not pairing.pair_exactly(entry, pairing.same_person(entry))]
    rest = [entry for entry in rest if not pairing.pair_partly(entry, pairing.same_person(entry))]
    sure = pairing.ended()
    for entry in rest:
        pairing.pair_unnamed(entry, sure)
    return pairing.finished()


def _distinct(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Return entries once each: a log loaded twice, once without its person or project, holds the same ones twice.

    The copy that names its person, and then its project, stays.
    """
    alike: dict[tuple[Any, ...], list[LogEntry]] = defaultdict(list)
    for entry in entries:
        alike[entry._replace(key=0, person=None, project=None)].append(entry)
    kept: set[int] = set()
    for copies in alike.values():
        named = [entry for entry in copies if entry.person is not None] or copies
        of_person: dict[str | None, LogEntry] = {}
        for entry in sorted(named, key=lambda entry: (entry.project is None, entry.key)):
            of_person.setdefault(entry.person, entry)
        kept.update(entry.key for entry in of_person.values())
    return [entry for entry in entries if entry.key in kept]


class _Pairing:
    """Windows and what they were paired with so far. Each step returns whether the entry has found its place."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self._pairs = Pairs()
        self._all = _Timeline()
        self._by_person: dict[str | None, _Timeline] = defaultdict(_Timeline)
        self._parts: dict[int, tuple[Window, list[LogEntry]]] = {}
        for window in windows:
            self._all.add(window)
            for person in window.people:
                self._by_person[person].add(window)

    def same_person(self, entry: LogEntry) -> list[Window]:
        """Return the windows of the entry's person; without a person on both sides they are the same."""
        return self._by_person[entry.person].before(entry.occurred_at)

    def pair_exactly(self, entry: LogEntry, windows: Iterable[Window]) -> bool:
        """Pair with the newest window that fits: a reply of exactly its length, or one that ended without usage."""
        fitting = self._fitting(entry, windows)
        if not fitting:
            return False
        self._put(entry, _newest(entry, fitting))
        return True

    def pair_partly(self, entry: LogEntry, windows: Sequence[Window]) -> bool:
        """Pair with the newest reply of several requests, or note the request without a reply that it is about."""
        if entry.kind == EventKind.RESPONSE_COMPLETED:
            fitting = self._fitting_several(entry, windows)
            if fitting:
                self._put_part(entry, _newest(entry, fitting))
            return bool(fitting)
        unanswered = _unanswered(entry, windows)
        if unanswered:
            self._pairs.unexplained.append((entry, _newest(entry, unanswered)))
        return bool(unanswered)

    def ended(self) -> frozenset[int]:
        """Return the message keys of windows whose stop or failure has an entry."""
        return frozenset((*self._pairs.aborted, *self._pairs.failed))

    def pair_unnamed(self, entry: LogEntry, sure: Set[int]) -> None:
        """Pair an entry with the only window that fits among those that may be of its person; sure ones are taken."""
        timeline = self._all if entry.person is None else self._by_person[None]
        windows = timeline.before(entry.occurred_at)
        whole = [window for window in self._fitting(entry, windows) if window.message_key not in sure]
        parts = [] if whole else self._fitting_several(entry, windows)
        if len(whole) + len(parts) > 1:
            self._pairs.ambiguous.append(entry)
        elif whole:
            self._put(entry, whole[0])
        elif parts:
            self._put_part(entry, parts[0])
        else:
            unanswered = _unanswered(entry, windows)
            self._pairs.unexplained.append((entry, unanswered[0] if len(unanswered) == 1 else None))

    def finished(self) -> Pairs:
        """Return all pairs; of several requests the first is sure only when every request has its entry."""
        pairs = self._pairs
        for key, (window, ended) in self._parts.items():
            ended.sort(key=lambda entry: (entry.occurred_at, entry.key))
            requests = max(1, len(window.features.usage))
            is_sure_first = len(ended) == requests or (requests == 2 and ended[0].message_chars != window.text_chars)
            if is_sure_first:
                pairs.completed[key] = ended[0]
            if ended[-1].message_chars == window.text_chars:
                pairs.last_completed[key] = ended[-1]
        return pairs

    def _fitting(self, entry: LogEntry, windows: Iterable[Window]) -> list[Window]:
        if entry.kind != EventKind.RESPONSE_COMPLETED:
            return _ended_without_usage(entry, windows)
        return [
            window
            for window in windows
            if window.has_reply
            and not window.has_tools
            and window.message_key not in self._pairs.completed
            and window.text_chars == entry.message_chars
            and _same_route(entry, window)
            and _is_in_reply(entry, window)
        ]

    def _fitting_several(self, entry: LogEntry, windows: Iterable[Window]) -> list[Window]:
        if entry.kind != EventKind.RESPONSE_COMPLETED:
            return []
        return [
            window
            for window in windows
            if window.has_tools
            and (entry.message_chars or 0) <= window.text_chars
            and self._part_count(window) < max(1, len(window.features.usage))
            and _same_route(entry, window)
            and _is_in_reply(entry, window)
        ]

    def _part_count(self, window: Window) -> int:
        known = self._parts.get(window.message_key)
        return 0 if known is None else len(known[1])

    def _put(self, entry: LogEntry, window: Window) -> None:
        pairs, key = self._pairs, window.message_key
        if entry.kind == EventKind.RESPONSE_COMPLETED:
            pairs.completed[key] = pairs.last_completed[key] = entry
        else:
            # Several entries of one window are about the same request: the first one counts.
            (pairs.aborted if entry.kind == EventKind.RESPONSE_ABORTED else pairs.failed).setdefault(key, entry)

    def _put_part(self, entry: LogEntry, window: Window) -> None:
        self._parts.setdefault(window.message_key, (window, []))[1].append(entry)


def _ended_without_usage(entry: LogEntry, windows: Iterable[Window]) -> list[Window]:
    """Return the windows before a stop or a failure whose calls hold no usage."""
    same = _same_route if entry.kind == EventKind.RESPONSE_ABORTED else _same_provider
    return [
        window
        for window in windows
        if window.calls
        and window.footprint is not None
        and window.asked_at <= entry.occurred_at <= window.ends_at
        and same(entry, window)
    ]


def _unanswered(entry: LogEntry, windows: Iterable[Window]) -> list[Window]:
    """Return the requests without a reply that a stop or a failure can be about."""
    if entry.kind == EventKind.RESPONSE_COMPLETED:
        return []
    return [
        window
        for window in windows
        if not window.calls and window.asked_at <= entry.occurred_at <= window.ends_at and _same_provider(entry, window)
    ]


def _newest(entry: LogEntry, windows: Iterable[Window]) -> Window:
    """Return the reply that began last, or for a stop or a failure the request that was sent last."""
    is_reply = entry.kind == EventKind.RESPONSE_COMPLETED
    return max(windows, key=lambda window: (window.started_at if is_reply else window.asked_at, window.message_key))


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
