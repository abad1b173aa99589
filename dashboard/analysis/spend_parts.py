"""What stands beside spend: spend per completed task of each part, and the routes whose calls have no known cost."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.analysis.bootstrap import RatioEstimate, ratio_over_days
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.route_days import route_days
from dashboard.analysis.self_hosted import self_hosted_providers
from dashboard.analysis.spend import Spend, SpendBy, SpendGroup, group_name
from dashboard.analysis.spend_amounts import (
    MICRO_USD,
    NO_CALLS,
    NOTHING_UNPRICED,
    Amount,
    UnitCosts,
    Unpriced,
    total_amount,
    unpriced_days,
)
from dashboard.analysis.strips import strips_of


@dataclass(frozen=True, slots=True)
class PerTask:
    """Spend of the tasks of one part, failed ones included, per completed task, in USD."""

    completed: int
    estimate: RatioEstimate
    """Null where no cost is known."""


@dataclass
class _Days:
    spend: list[float] = field(default_factory=list[float])
    completed: list[int] = field(default_factory=list[int])
    is_known: bool = False


def per_completed_task(connection: sqlite3.Connection, chosen: Filter, by: SpendBy) -> Mapping[str, PerTask]:
    """Return spend per completed task by name; a provider or model is the one that the tasks asked for."""
    tasks = strips_of(connection, chosen, chosen.period, "task_daily", by.value)
    hosted = self_hosted_providers()
    found: dict[str, _Days] = {}

    def named(first: str | None, second: str | None = None) -> tuple[str, bool]:
        # Own machines have no price per token, which is not the same as free.
        return group_name(by, first, second), by in (SpendBy.PROVIDER, SpendBy.MODEL) and first in hosted

    for (name, is_hosted), _, (completed, cost, priced) in tasks.daily(
        by.columns, ("completed_count", "known_cost_micro_usd", "completed_priced_count"), named
    ):
        part = found.setdefault(name, _Days())
        part.spend.append(cost / MICRO_USD)
        part.completed.append(completed)
        part.is_known |= bool(cost or (priced and not is_hosted))
    return {name: PerTask(sum(part.completed), _estimate(part)) for name, part in found.items()}


def pricing_of(found: Spend, group: SpendGroup) -> Pricing | None:
    """Return how the spend of a part is known; null for the others together, which may be all of these."""
    if group.is_other:
        return None
    provider = group.name.split("/", 1)[0] if found.by is SpendBy.MODEL else group.name
    if found.by in (SpendBy.PROVIDER, SpendBy.MODEL) and provider in self_hosted_providers():
        return Pricing.SELF_HOSTED
    if group.total.known_usd is None:
        return Pricing.UNPRICED
    return Pricing.PARTIAL if group.total.unpriced else Pricing.PRICED


def _estimate(part: _Days) -> RatioEstimate:
    if not part.is_known:
        return RatioEstimate(None, None, "no cost is known")
    return ratio_over_days(part.spend, part.completed)


@dataclass(frozen=True, slots=True)
class UnpricedRoute:
    """A route with calls of unknown cost."""

    route: str
    amount: Amount
    """All calls of the route, and what the unpriced ones may have cost."""
    unpriced: Unpriced

    @property
    def why(self) -> str:
        """Why there is no cost, as far as the calls tell."""
        if self.unpriced.without_tokens == self.amount.unpriced:
            return "no tokens are known: usage is missing, or the calls did not succeed"
        return "no price is known for the model" if not self.unpriced.without_tokens else "no price, or no tokens"


_Route = tuple[str | None, str | None]


def unpriced_routes(
    connection: sqlite3.Connection, chosen: Filter, costs: UnitCosts | None
) -> tuple[UnpricedRoute, ...]:
    """Return the routes with unpriced calls, the widest range first."""
    unpriced: dict[_Route, Unpriced] = {}
    for provider, model, _, _, here in unpriced_days(connection, chosen):
        unpriced[provider, model] = unpriced.get((provider, model), NOTHING_UNPRICED) + here
    amounts: dict[_Route, list[Amount]] = {route: [] for route in unpriced}
    for one in route_days(connection, chosen, chosen.period):
        if (one.provider, one.model) in amounts:
            amounts[one.provider, one.model].append(Amount(one.calls, one.unpriced, one.micro_usd))
    found: dict[str, UnpricedRoute] = {}
    for route, here in unpriced.items():
        name = route_name(*route)
        low, high = (0.0, 0.0) if costs is None else costs.bounds(name, here)
        before = found.get(name, UnpricedRoute(name, NO_CALLS, NOTHING_UNPRICED))
        amount = total_amount([before.amount, *amounts[route], Amount(low_micro_usd=low, high_micro_usd=high)])
        found[name] = UnpricedRoute(name, amount, before.unpriced + here)
    return tuple(
        sorted(found.values(), key=lambda route: (-route.amount.high_micro_usd, -route.amount.unpriced, route.route))
    )
