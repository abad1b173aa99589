"""Counts and rates as truth.json shows them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from data.words import Outcome
from etl.demo.facts import PatchFact, TaskFact

Figures = dict[str, Any]

COUNTED = (Outcome.COMPLETED, Outcome.FAILED, Outcome.ABORTED)


def counts(words: Iterable[str]) -> dict[str, int]:
    """Return how often each word occurs, by word."""
    return dict(sorted(Counter(words).items()))


def outcomes(facts: list[TaskFact]) -> dict[str, int]:
    """Return how many tasks had each outcome, also those that none had."""
    found = Counter(fact.outcome for fact in facts)
    return {outcome.value: found[outcome] for outcome in (*COUNTED, Outcome.UNKNOWN)}


def success(facts: list[TaskFact]) -> Figures:
    """Return how many tasks were completed, of those that count."""
    found = outcomes(facts)
    counted = len(facts) - found[Outcome.UNKNOWN.value]
    completed = found[Outcome.COMPLETED.value]
    return {"tasks": len(facts), "completed": completed, "counted": counted, "success_rate": rate(completed, counted)}


def rate(part: int, whole: int) -> float | None:
    """Return a share; null of nothing."""
    return round(part / whole, 6) if whole else None


def usd(micro_usd: int) -> float:
    """Return an amount in USD."""
    return micro_usd / 1_000_000


def all_patches(facts: list[TaskFact]) -> list[PatchFact]:
    """Return the patches of tasks, in their order."""
    return [patch for fact in facts for patch in fact.patches]
