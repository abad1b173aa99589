"""Which commit carried each patch: as a record says, by content, with a later patch of its chat, or by paths and time.

Pure: facts in, links out. Each patch gets at most one commit, and no link that is less likely right than wrong.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from data.epoch import DAY_MICROSECONDS
from data.words import LinkMethod
from etl.context import HOUR_MICROSECONDS, MICROSECONDS
from etl.derive.patch_facts import PatchFacts

EARLY = 5 * 60 * MICROSECONDS
"""Clocks of a browser and of the machine that commits may be this far apart where contents agree."""
CONTENT_WINDOW = 60 * DAY_MICROSECONDS
SKEW = 2 * 60 * MICROSECONDS
"""The same where only paths agree."""
PATHS_WINDOW = 2 * HOUR_MICROSECONDS
LATER_CONFIDENCE = 0.9
LEAST = 0.5
"""A link that is less likely right than wrong is not made."""
_FEW = 8
"""Of commits that change one file in a window, so many of the earliest are looked at: enough for a file in all."""


@dataclass(slots=True, eq=False)
class CommitFacts:
    """What linking needs of a commit; there is one object for each."""

    key: int
    sha: str
    at: int
    person: str | None = None
    is_push: bool = False
    """Whether it bears one of bolt.diy's own messages."""
    is_abandoned: bool = False
    """Whether only requests that were closed without being merged bring it in."""


class Carrier(NamedTuple):
    """The commit that carried a patch, and how that is known."""

    key: int
    sha: str
    at: int | None
    method: LinkMethod
    confidence: float


_NONE: tuple[Sequence[int], Sequence[CommitFacts]] = ((), ())
Contents = Mapping[tuple[int, int | None], Sequence[CommitFacts]]
"""Place and blob: the commits that put this content there, in their order of time."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What commits of some time change."""

    by_place: Mapping[int, tuple[Sequence[int], Sequence[CommitFacts]]]
    """Place: the times of the commits that change it and these commits, in their order of time."""
    by_commit: Mapping[CommitFacts, Mapping[int, "int | None"]]
    """Commit: the places that it changes, with the blob after it where the log tells."""


def by_content(patch: PatchFacts, contents: Contents) -> Carrier | None:
    """Return the commit that holds most of what a patch wrote, the earliest of those, from 5 minutes before to 60 days.

    A file that a person edited before the next turn agrees as it was written and as it was edited. A commit that only
    requests brought in which were closed goes last: what it holds may have come in later, by another one.

    Confidence is 0.6 + 0.4 times the share of the patch's files that agree. A commit before the patch that agrees
    with a part of it only may carry an earlier patch: one after it goes first.
    """
    if patch.proposed_at is None:
        return None
    proposed_at, total = patch.proposed_at, len(patch.files)
    first, last = proposed_at - EARLY, proposed_at + CONTENT_WINDOW
    agreeing: dict[CommitFacts, int] = {}
    for place, blob in patch.files.items():
        commits = contents.get((place, blob), ())
        fitting: Iterable[CommitFacts] = _within(commits, first, last) if commits else ()
        if patch.edited and place in patch.edited:
            edits = (_within(contents.get((place, edit), ()), first, last) for edit in patch.edited[place])
            fitting = {*fitting, *chain.from_iterable(edits)}
        for commit in fitting:
            agreeing[commit] = agreeing.get(commit, 0) + 1
    if not agreeing:
        return None
    best = next(iter(agreeing))
    if len(agreeing) > 1:
        best = min(
            agreeing,
            key=lambda c: (c.is_abandoned, -agreeing[c], agreeing[c] < total and c.at < proposed_at, c.at, c.key),
        )
    confidence = round(0.6 + 0.4 * agreeing[best] / total, 3)
    return Carrier(best.key, best.sha, best.at, LinkMethod.CONTENT, confidence)


def _within(commits: Sequence[CommitFacts], first: int, last: int) -> Sequence[CommitFacts]:
    """Return the earliest commits of a time."""
    if len(commits) == 1:
        return commits if first <= commits[0].at <= last else ()
    start = bisect_left(commits, first, key=_at)
    return [commit for commit in commits[start : start + _FEW] if first <= commit.at <= last]


def by_later_patch(
    chat: Sequence[PatchFacts], carriers: Mapping[int, Carrier], undone: Mapping[int, int]
) -> dict[int, Carrier]:
    """Return the commits that carried patches of a chat together with a later one, as a push carries the whole chat.

    The later patch is the next that writes one of its files and whose commit is known by content. Confidence is 0.9
    times the share of its files that patches in the same commit wrote over. What was undone before is not carried.
    """
    found: dict[int, Carrier] = {}
    following: dict[int, tuple[int, PatchFacts]] = {}
    written: dict[int, set[int]] = defaultdict(set)
    for number, patch in zip(range(len(chat), 0, -1), reversed(chat), strict=True):
        carrier = carriers.get(patch.key)
        if carrier is not None:
            if carrier.method in (LinkMethod.CONTENT, LinkMethod.GIVEN):
                following.update((place, (number, patch)) for place in patch.files)
                written[carrier.key].update(patch.files)
            continue
        later = [following[place] for place in patch.files if place in following]
        if not later:
            continue
        _, next_patch = min(later, key=lambda one: one[0])
        carrier = carriers[next_patch.key]
        if _is_undone(undone.get(patch.key), next_patch.proposed_at) or _is_late(patch, carrier):
            continue
        share = len(written[carrier.key] & patch.files.keys()) / len(patch.files)
        confidence = round(LATER_CONFIDENCE * share * min(1.0, carrier.confidence), 3)
        if confidence >= LEAST:
            found[patch.key] = Carrier(carrier.key, carrier.sha, carrier.at, LinkMethod.LATER_PATCH, confidence)
    return found


def by_paths(patch: PatchFacts, changes: Changes, undone_at: int | None) -> Carrier | None:
    """Return the commit that changes at least half of a patch's files, from 2 minutes before to 2 hours after it.

    Most files first, then the same person, then bolt.diy's own messages, then after the patch, then the earliest.
    Confidence is 0.5 + 0.2 for all files (0 for half of them), + 0.1 for bolt.diy's own messages, - 0.1 for another
    person; half of what is above 0.5 when other commits are as good. A commit that tells contents for all the shared
    files, and others than the patch wrote, carries something else.
    """
    if patch.proposed_at is None:
        return None
    first, last = patch.proposed_at - SKEW, patch.proposed_at + PATHS_WINDOW
    if undone_at is not None:
        last = min(last, undone_at)
    # Of a file that everybody changes only the earliest commits are candidates by themselves.
    nearest: dict[CommitFacts, None] = {}
    for place in patch.files:
        times, commits = changes.by_place.get(place, _NONE)
        start = bisect_left(times, first)
        for commit in commits[start : start + _FEW]:
            if commit.at > last:
                break
            nearest[commit] = None
    most, good = 1, list[CommitFacts]()
    for commit in nearest:
        shared = _shared(patch, changes.by_commit[commit])
        if shared > most:
            most, good = shared, [commit]
        elif shared == most:
            good.append(commit)
    share = most / len(patch.files)
    if not good or share < LEAST:
        return None
    ranks = [_rank(patch, commit) for commit in good]
    best_rank = min(ranks)
    best = min(
        (commit for commit, rank in zip(good, ranks, strict=True) if rank == best_rank),
        key=lambda commit: (commit.at < (patch.proposed_at or 0), commit.at, commit.key),
    )
    confidence = LEAST + 0.2 * (2 * share - 1) + 0.1 * best.is_push - 0.1 * (best_rank[0] > 1)
    if confidence < LEAST - 1e-9:
        return None
    if ranks.count(best_rank) > 1:
        confidence = LEAST + (confidence - LEAST) / 2
    return Carrier(best.key, best.sha, best.at, LinkMethod.PATHS, round(confidence, 3))


def _shared(patch: PatchFacts, changed: Mapping[int, int | None]) -> int:
    """Return how many files of a patch a commit changes; 0 when it tells contents for all of them, and other ones."""
    shared = others = 0
    for place, blob in patch.files.items():
        if place in changed:
            shared += 1
            committed = changed[place]
            others += blob is not None and committed is not None and blob != committed
    return shared if others < shared else 0


def paths_windows(patches: Iterable[PatchFacts]) -> list[tuple[int, int, int]]:
    """Return place, first and last instant of the changes that by_paths looks at; windows of a place do not overlap."""
    starts: dict[int, list[int]] = defaultdict(list)
    for patch in patches:
        if patch.proposed_at is not None:
            for place in patch.files:
                starts[place].append(patch.proposed_at)
    found: list[tuple[int, int, int]] = []
    for place, times in sorted(starts.items()):
        times.sort()
        first = last = times[0]
        for at in times:
            if at - SKEW > last + PATHS_WINDOW:
                found.append((place, first - SKEW, last + PATHS_WINDOW))
                first = at
            last = at
        found.append((place, first - SKEW, last + PATHS_WINDOW))
    return found


def _rank(patch: PatchFacts, commit: CommitFacts) -> tuple[int, bool]:
    return _person_rank(patch, commit), not commit.is_push


def _person_rank(patch: PatchFacts, commit: CommitFacts) -> int:
    """Return 0 for the same person, 1 when it cannot be told, 2 for another one."""
    if patch.person is None or commit.person is None:
        return 1
    return 0 if patch.person == commit.person else 2


def _is_undone(undone_at: int | None, by: int | None) -> bool:
    return undone_at is not None and by is not None and undone_at <= by


def _is_late(patch: PatchFacts, carrier: Carrier) -> bool:
    return carrier.at is not None and carrier.at > (patch.proposed_at or 0) + CONTENT_WINDOW


def _at(commit: CommitFacts) -> int:
    return commit.at
