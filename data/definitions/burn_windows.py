"""Burn-rate rules: pairs of windows, and how fast an error budget may burn in them; burn_windows.toml holds them."""

from collections import Counter
from functools import cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from data.definitions import Slo, Slos, slos
from data.definitions.objectives import Share, Text
from data.definitions.reading import Reading, content_of

SLOT_MINUTES = 5
"""Events are counted in slots of this length, so windows are whole multiples of it."""
_FILE_NAME = "burn_windows.toml"
_DAY_MINUTES = 24 * 60
Minutes = Annotated[int, Meta(ge=SLOT_MINUTES, multiple_of=SLOT_MINUTES)]


class BurnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One pair of windows: fires when the burn rates of both exceed its factor."""

    name: Text
    severity: Literal["page", "ticket"]
    owner: Text
    why: Text
    long_minutes: Minutes
    short_minutes: Minutes
    budget_share: Share
    """Share of the budget that is gone when the long window has burnt at the factor from beginning to end."""

    def factor(self, window_days: int) -> float:
        """Return the burn rate to exceed, for an SLO with a window of this many days."""
        return self.budget_share * window_days * _DAY_MINUTES / self.long_minutes

    def can_fire(self, slo: Slo) -> bool:
        """Whether the burn rate of an SLO can exceed the factor at all, and the windows fit into that of the SLO."""
        return self.factor(slo.window_days) < greatest_burn_rate(slo) * (1 - 1e-9) and self._fits(slo)

    def why_not(self, slo: Slo) -> str | None:
        """Return why the rule cannot fire for an SLO; null when it can."""
        if not self._fits(slo):
            return f"its long window is longer than the {slo.window_days} days of the objective"
        if self.can_fire(slo):
            return None
        return (
            f"a burn rate over {self.factor(slo.window_days):.4g} is needed, and with an objective of "
            f"{slo.objective:.4g} it cannot exceed {greatest_burn_rate(slo):.4g}: then every event is bad"
        )

    def _fits(self, slo: Slo) -> bool:
        return self.long_minutes <= slo.window_days * _DAY_MINUTES


class BurnWindows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All burn-rate rules, the most urgent first."""

    rule: tuple[BurnRule, ...]


def greatest_burn_rate(slo: Slo) -> float:
    """Return the burn rate when every event is bad: 1 / (1 - objective)."""
    return 1 / (1 - slo.objective)


@cache
def burn_windows() -> BurnWindows:
    """Return the burn-rate rules. Raises DefinitionError that lists all that is wrong with the file."""
    return read_burn_windows(content_of(_FILE_NAME), slos())


def read_burn_windows(content: bytes, objectives: Slos) -> BurnWindows:
    """Read rules from TOML and check them against the objectives. Raises DefinitionError that lists all errors."""
    reading = Reading(content, _FILE_NAME)
    found = reading.whole(BurnWindows)
    rules = reading.entries("rule", BurnRule)
    if found is not None and not rules:
        reading.wrong.append("no [[rule]] in it; write at least one")
    reading.wrong += [problem for rule in rules for problem in _problems(rule, objectives)]
    times = Counter(rule.name for rule in rules)
    reading.wrong += [f"rule {name}: the name stands for {count} rules" for name, count in times.items() if count > 1]
    if reading.wrong or found is None:
        raise reading.refuse()
    return found


def _problems(rule: BurnRule, objectives: Slos) -> list[str]:
    found: list[str] = []
    if rule.short_minutes >= rule.long_minutes:
        found.append(
            f"rule {rule.name}: short_minutes = {rule.short_minutes} must be below long_minutes = {rule.long_minutes}"
        )
    reasons = {slo.name: rule.why_not(slo) for slo in objectives.slo}
    if reasons and all(reasons.values()):
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        found.append(f"rule {rule.name}: can fire for no SLO ({told}). Lower budget_share or lengthen the long window.")
    return found
