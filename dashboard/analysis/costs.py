"""Cost efficiency: spend of all tasks per completed task, and completed tasks within the task budget."""

import sqlite3
from dataclasses import replace
from itertools import chain

from dashboard.analysis.bootstrap import RatioEstimate, ratio_over_days
from dashboard.analysis.comparison import Estimate, Yardstick, estimate_change
from dashboard.analysis.figures import Change, Direction, Fact, Figure, Point, SloFigure, Standing, Unit
from dashboard.analysis.intervals import ratio
from dashboard.analysis.rates import GoodOfTotal, View, part, slo_rate
from dashboard.analysis.selection import Sums, daily_histograms
from dashboard.analysis.self_hosted import completed_at_no_cost, without_self_hosted_cost
from dashboard.analysis.series import Bucket
from data.definitions import Slo
from data.histogram import Histogram

MICRO_USD = 1_000_000
_RELEVANT_SHARE = 0.1
"""A cost that moved by less than a tenth is not worth a decision."""
_PARTIAL_SHARE = 0.05
"""From this share of unpriced calls on, a figure is marked as partial."""


def cost_efficiency(connection: sqlite3.Connection, slo: Slo, view: View) -> SloFigure:
    """Return spend of all tasks, failed ones included, per completed task; and the budget's indicator.

    Self-hosted routes have no price per token: where only they served, nothing is measured rather than 0.
    """
    chosen = view.chosen
    now = without_self_hosted_cost(connection, chosen, chosen.period, view.now)
    before = view.before
    if before is not None and chosen.compared is not None:
        before = without_self_hosted_cost(connection, chosen, chosen.compared, before)
    is_hosted = now is not view.now
    view = replace(view, now=now, before=before)
    spend = _facts(connection, view, is_hosted=is_hosted)
    rate = slo_rate(slo, "completed tasks", view, within_budget, spend)
    headline = _headline(view, spend)
    if is_hosted:
        rate = replace(rate, reason=_HOSTED_REASON, remedy=_HOSTED_REMEDY)
        headline = replace(headline, reason=_HOSTED_REASON, remedy=_HOSTED_REMEDY)
    elif rate.n == 0:
        rate = replace(rate, reason=_why_unmeasured(view.now), remedy=_remedy(view.now))
    return SloFigure(slo, rate, headline)


_PRICES = "Load gateway logs beside the chats (etl load PATH), or add prices to data/definitions/price_overrides.toml."
_NO_TASK = "Load bolt.diy chat exports (etl load PATH), or choose a longer period."
_NOTHING_DONE = "Choose a longer period; task success says how the tasks ended."

_HOSTED_REASON = "all calls of known cost ran on self-hosted routes, which have no price per token"
_HOSTED_REMEDY = "To count what own machines cost, give their models a price in data/definitions/price_overrides.toml."


def within_budget(sums: Sums) -> GoodOfTotal:
    """Return completed tasks within the task budget, and completed tasks of known cost."""
    return sums.total("within_budget_count"), sums.total("completed_priced_count")


def _why_unmeasured(sums: Sums) -> str:
    if sums.total("task_count") == 0:
        return "no task in this period"
    if sums.total("completed_count") == 0:
        return "no task was completed in this period"
    return "no completed task has a known cost"


def _remedy(sums: Sums) -> str:
    if sums.total("task_count") == 0:
        return _NO_TASK
    return _PRICES if sums.total("completed_count") else _NOTHING_DONE


def _headline(view: View, beside: tuple[Fact, ...]) -> Figure:
    now = _spend_per_completed(view.now)
    low, high = now.interval or (None, None)
    completed = view.now.total("completed_count")
    return Figure(
        name="spend_per_completed_task",
        title="Spend per completed task",
        unit=Unit.USD,
        direction=Direction.LOWER,
        value=now.value,
        n=completed,
        n_unit="completed tasks",
        low=low,
        high=high,
        standing=Standing.NOT_MEASURED if now.value is None else Standing.NO_OBJECTIVE,
        change=_change(view, now),
        series=view.points(lambda bucket: _point(view.now, bucket)),
        beside=beside,
        reason=_why_unmeasured(view.now) if now.value is None else now.reason,
        remedy=_remedy(view.now) if now.value is None else None,
    )


def _spend_per_completed(sums: Sums) -> RatioEstimate:
    """Return the ratio in USD; null when nothing of the spend is known, which is not the same as free."""
    if _is_unpriced(sums):
        return RatioEstimate(None, None, "no cost is known")
    days = sums.days.values()
    return ratio_over_days(
        [day.get("known_cost_micro_usd", 0) / MICRO_USD for day in days],
        [day.get("completed_count", 0) for day in days],
    )


def _is_unpriced(sums: Sums) -> bool:
    return sums.total("known_cost_micro_usd") == 0 and sums.total("completed_priced_count") == 0


def _point(sums: Sums, bucket: Bucket) -> Point | None:
    days = part(sums, bucket)
    completed = days.total("completed_count")
    value = None if _is_unpriced(days) else ratio(days.total("known_cost_micro_usd") / MICRO_USD, completed)
    return None if value is None else Point(bucket.first, bucket.last, value, completed)


def _change(view: View, now: RatioEstimate) -> Change | None:
    if view.before is None:
        return None
    before = _spend_per_completed(view.before)
    yardstick = Yardstick(
        Unit.USD, Direction.LOWER, "completed tasks", _RELEVANT_SHARE * (before.value or now.value or 1)
    )
    return estimate_change(_estimate(now, view.now), _estimate(before, view.before), yardstick)


def _estimate(found: RatioEstimate, sums: Sums) -> Estimate | None:
    if found.value is None or found.interval is None:
        return None
    return Estimate(found.value, *found.interval, sums.total("completed_count"))


def _facts(connection: sqlite3.Connection, view: View, *, is_hosted: bool) -> tuple[Fact, ...]:
    sums = view.now
    unpriced, calls = sums.total("unpriced_call_count"), sums.total("call_count")
    unattributed = sums.total("cost_micro_usd") - sums.total("attributed_cost_micro_usd")
    spend = None if is_hosted else sums.total("known_cost_micro_usd") / MICRO_USD
    hosted = completed_at_no_cost(connection, view.chosen, view.chosen.period)
    facts = [Fact("Known spend of all tasks", spend, Unit.USD)]
    if hosted:
        facts.append(Fact("Completed on self-hosted routes", hosted, note=_HOSTED_NOTE))
    if unpriced:
        facts += [
            Fact(
                "Unpriced calls",
                unpriced,
                note="their cost is unknown, so the spend is a lower bound",
                is_warning=unpriced > _PARTIAL_SHARE * calls,
            ),
            Fact("Spend is a lower bound; at most about", _upper_bound(view, unpriced), Unit.USD, _BOUND),
        ]
    facts += [
        Fact("Calls of unknown cost", ratio(sums.total("unpriced_count"), calls), Unit.RATE, f"of {calls:,} calls"),
        Fact(
            "Median cost of a completed task",
            None if is_hosted else _median_cost(connection, view),
            Unit.USD,
            "tasks of known cost",
        ),
        Fact("Unattributed spend", unattributed / MICRO_USD, Unit.USD, "gateway calls that belong to no known task"),
    ]
    return tuple(facts)


_HOSTED_NOTE = "tasks at no counted cost; they count as completed, so the spend per completed task is that much lower"
_BOUND = "per completed task, if each unpriced call cost as much as a mean call on the dearest route of the period"


def _upper_bound(view: View, unpriced: int) -> float | None:
    means = (route.cost_micro_usd / route.priced_count for route in view.routes.values() if route.priced_count)
    dearest = max(means, default=0)
    if not dearest:
        return None
    spend = view.now.total("known_cost_micro_usd") + unpriced * dearest
    return ratio(spend / MICRO_USD, view.now.total("completed_count"))


def _median_cost(connection: sqlite3.Connection, view: View) -> float | None:
    blobs = daily_histograms(connection, view.chosen, view.chosen.period, "task_daily", "cost_histogram")
    median = Histogram.merged(chain.from_iterable(blobs.values())).median()
    return None if median is None else median / MICRO_USD
