"""Which commits were undone, from when and by which: reverts, reverts of reverts, and what was applied again.

Pure over the commits that say that they undo something; what they name is looked up by the caller.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.words import RevertKind

NAMED_BY_HASH = 1.0
NAMED_BY_NUMBER = 0.9
NAMED_BY_SUBJECT = 0.8
SUBJECT_OF_SEVERAL = 0.6
"""Several earlier commits bear the first line that is named: most likely the latest of them is meant."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """A commit that undoes others, in force from an instant on."""

    key: int
    at: int
    kind: RevertKind
    targets: tuple[int, ...]
    """Keys of the commits that it names, and of all that they brought in."""
    confidence: float


@dataclass(frozen=True, slots=True)
class Undone:
    """That a commit was undone: by which, from when, and until when if that was undone itself."""

    by: int
    at: int
    taken_back_at: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class _Effect:
    commits: tuple[int, ...]
    is_undone: bool
    """False where the commits are put back."""
    confidence: float


def find_undone(undoings: Iterable[Undoing]) -> dict[int, list[Undone]]:
    """Return for each commit that was undone when and by which, in order of time.

    A commit that undoes an undoing turns all its effects around, through chains of any length. What names itself in a
    circle has no effect. A second undoing of what is undone already adds nothing.
    """
    known = {undoing.key: undoing for undoing in sorted(undoings, key=lambda one: (one.at, one.key))}
    effects: dict[int, list[_Effect]] = {}
    order: dict[int, tuple[int, int, int]] = {}
    for key in _named_first(known):
        undoing = known[key]
        effects[key] = _effects(undoing, known, effects)
        named = [order[target] for target in undoing.targets if target in known]
        # By a clock that is wrong a commit may seem older than what it names; it follows nevertheless.
        at = max([undoing.at, *(one[0] for one in named)])
        order[key] = (at, 1 + max((one[1] for one in named), default=0), key)
    found: dict[int, list[Undone]] = defaultdict(list)
    for key in sorted(order, key=lambda one: order[one]):
        at = order[key][0]
        for effect in effects[key]:
            for commit in effect.commits:
                _apply(found[commit], effect, key, at)
    return {commit: undone for commit, undone in found.items() if undone}


def _apply(undone: list[Undone], effect: _Effect, by: int, at: int) -> None:
    is_in_force = bool(undone) and undone[-1].taken_back_at is None
    if effect.is_undone and not is_in_force:
        undone.append(Undone(by, at, None, effect.confidence))
    elif not effect.is_undone and is_in_force:
        last = undone[-1]
        undone[-1] = Undone(last.by, last.at, at, last.confidence)


def _effects(undoing: Undoing, known: Mapping[int, Undoing], effects: Mapping[int, Sequence[_Effect]]) -> list[_Effect]:
    plain = tuple(target for target in undoing.targets if target not in known)
    puts_back = undoing.kind is RevertKind.REAPPLY
    found = [_Effect(plain, not puts_back, undoing.confidence)] if plain else []
    own = set(undoing.targets)
    for target in undoing.targets:
        for effect in effects.get(target, ()):
            # Of a whole stretch that is undone, what undid a part of the stretch itself puts nothing back.
            commits = tuple(commit for commit in effect.commits if commit not in own)
            found.append(_Effect(commits, not effect.is_undone, min(effect.confidence, undoing.confidence)))
    return found


def _named_first(known: Mapping[int, Undoing]) -> list[int]:
    """Return the keys so that each comes after those it names; those in circles, and what names them, are left out."""
    waiting = {key: {target for target in one.targets if target in known} for key, one in known.items()}
    namers: dict[int, list[int]] = defaultdict(list)
    for key, targets in waiting.items():
        for target in targets:
            namers[target].append(key)
    ready = [key for key, targets in waiting.items() if not targets]
    ordered: list[int] = []
    while ready:
        key = ready.pop()
        ordered.append(key)
        for namer in namers[key]:
            waiting[namer].discard(key)
            if not waiting[namer]:
                ready.append(namer)
    return ordered
