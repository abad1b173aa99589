"""Many comparisons at once: which differences hold, and which of the compared stay tied."""

from collections.abc import Mapping, Sequence

FALSE_SHARE = 0.05
"""Share of wrong ones that is accepted among the differences that are called clear."""


def clear_ones(p_values: Sequence[float], false_share: float = FALSE_SHARE) -> tuple[bool, ...]:
    """Return which hypotheses are rejected (Benjamini–Hochberg), in the order given."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    count = 0
    for rank, at in enumerate(order, 1):
        if p_values[at] <= false_share * rank / len(p_values):
            count = rank
    clear = set(order[:count])
    return tuple(at in clear for at in range(len(p_values)))


def tie_groups(ranked: Sequence[str], told_apart: frozenset[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the largest groups in which no two are told apart, the group of the best first.

    Being tied is not transitive: A may be tied with B and B with C while A and C differ. B is then in both groups,
    instead of A and C being called equal or one of them losing a tie.
    """
    ties = {
        name: {other for other in ranked if other != name and frozenset((name, other)) not in told_apart}
        for name in ranked
    }
    groups: list[frozenset[str]] = []
    _grow(frozenset(), set(ranked), set(), ties, groups)
    places = {name: place for place, name in enumerate(ranked)}
    ordered = [tuple(sorted(group, key=places.__getitem__)) for group in groups]
    return tuple(sorted(ordered, key=lambda group: [places[name] for name in group]))


def _grow(
    group: frozenset[str],
    candidates: set[str],
    seen: set[str],
    ties: Mapping[str, set[str]],
    groups: list[frozenset[str]],
) -> None:
    """Find all largest groups of mutually tied names (Bron and Kerbosch, with pivot)."""
    if not candidates and not seen:
        if group:
            groups.append(group)
        return
    pivot = max(sorted(candidates | seen), key=lambda name: len(ties[name] & candidates))
    for name in sorted(candidates - ties[pivot]):
        _grow(group | {name}, candidates & ties[name], seen & ties[name], ties, groups)
        candidates.remove(name)
        seen.add(name)


def letters(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the letters of the groups that each name is in: two that share a letter are tied."""
    marks: dict[str, str] = {}
    for number, group in enumerate(groups):
        letter = chr(ord("A") + number) if number < 26 else f"({number + 1})"
        for name in group:
            marks[name] = marks.get(name, "") + letter
    return marks
