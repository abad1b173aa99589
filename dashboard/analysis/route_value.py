"""What a dollar buys, and what a completed task costs, on each route at the team's mix of task classes, with intervals.

For each class a route keeps a share of its tasks and spends so much on each; weighted with the team's mix, the first
divided by the second is kept tasks per dollar; spend divided by the completed share is the cost of a completed task.
At a route's own mix these are the plain ratios of its sums. Days are drawn whole, and the same days for all routes, so
that what happens to all on a day does not look like a difference.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import erfc, exp, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dashboard.analysis.bootstrap import FEWEST_DAYS, bca, drawn_days, none_seen
from dashboard.analysis.class_days import class_calls, class_tasks
from dashboard.analysis.filters import NONE_NAME, Filter, route_name
from dashboard.analysis.intervals import CONFIDENCE, Interval, Z
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.routes import MICRO_USD, PARTIAL_SHARE
from dashboard.analysis.self_hosted import self_hosted_providers
from dashboard.analysis.shared import shared
from dashboard.analysis.stratified import FEWEST_IN_CLASS
from dashboard.analysis.ties import clear_ones, letters, tie_groups

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RouteDays:
    """One route by day and class: rows are days, columns classes, both in the order of the whole."""

    name: str
    is_self_hosted: bool
    tasks: Array
    """Tasks that asked for it."""
    kept: Array
    """Of these, completed with no patch rolled back."""
    completed: Array
    """Of these, completed."""
    spend: Array
    """Known spend of the calls of tasks that it served, in US dollars."""
    calls: int
    unpriced: int

    @property
    def task_count(self) -> int:
        """All tasks that asked for it."""
        return int(self.tasks.sum())

    @property
    def kept_count(self) -> int:
        """All tasks that were completed and kept."""
        return int(self.kept.sum())

    @property
    def spend_usd(self) -> float | None:
        """Known spend; null when no call has a known cost."""
        return float(self.spend.sum()) if self.calls > self.unpriced else None

    @property
    def pricing(self) -> Pricing:
        """How its spend is known."""
        if self.is_self_hosted:
            return Pricing.SELF_HOSTED
        if not self.calls:
            return Pricing.NO_CALLS
        if self.calls == self.unpriced or not self.spend.sum():
            return Pricing.UNPRICED
        return Pricing.PARTIAL if self.unpriced > PARTIAL_SHARE * self.calls else Pricing.PRICED

    @property
    def raw(self) -> float | None:
        """Kept tasks per dollar as counted; null without a known price."""
        spend = self.spend_usd
        return self.kept_count / spend if spend and self.pricing is Pricing.PRICED else None


@dataclass(frozen=True, slots=True)
class AtMix:
    """A ratio of a route at the team's mix."""

    value: float
    interval: Interval | None
    covered: float
    """Share of the mix that the classes make up which the route has enough tasks of."""


@dataclass(frozen=True, slots=True)
class PairValue:
    """One route's kept tasks per dollar over another's, within the classes that both have."""

    first: str
    second: str
    times: float
    """How many times as many; above 1 the first one gives more."""
    interval: Interval
    p_value: float
    spread: float
    """Standard deviation of its logarithm over the drawn days."""


@dataclass(frozen=True, eq=False)
class RouteValues:
    """All routes of a period."""

    routes: tuple[RouteDays, ...]
    classes: tuple[str, ...]
    at_mix: Mapping[str, AtMix]
    """Of the ranked routes: kept tasks per dollar."""
    cost_at_mix: Mapping[str, AtMix]
    """Of the ranked routes that completed a task: spend of all tasks per completed task, in US dollars."""
    pairs: tuple[PairValue, ...]

    @cached_property
    def clear(self) -> tuple[bool, ...]:
        """Of each pair, whether its routes are told apart, corrected for the number of pairs."""
        return clear_ones([pair.p_value for pair in self.pairs])

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The ranked routes: none before one that clearly gives more than it, else the highest ratio first.

        The ratio of each is of the classes that it has, which may be fewer than those of another; only a pair compares
        the same classes. Where routes are clearly ahead of each other in a circle, the highest ratio decides.
        """
        left, found = sorted(self.at_mix, key=lambda name: (-self.at_mix[name].value, name)), list[str]()
        while left:
            free = [name for name in left if not any(self.is_ahead(other, name) for other in left)]
            found.append((free or left)[0])
            left.remove(found[-1])
        return tuple(found)

    @property
    def tie_marks(self) -> dict[str, str]:
        """Letters of the tie groups of the ranked routes: two that share one are not told apart."""
        return letters(tie_groups(self.order, self._apart))

    def is_ahead(self, first: str, second: str) -> bool:
        """Whether one route clearly gives more than another, within the classes that both have."""
        pair = self.pair(first, second)
        return pair is not None and pair.times > 1 and frozenset((first, second)) in self._apart

    @cached_property
    def _apart(self) -> frozenset[frozenset[str]]:
        pairs = zip(self.pairs, self.clear, strict=True)
        return frozenset(frozenset((pair.first, pair.second)) for pair, is_clear in pairs if is_clear)

    def route(self, name: str) -> RouteDays:
        """Return a route by its name."""
        return next(route for route in self.routes if route.name == name)

    def pair(self, first: str, second: str) -> PairValue | None:
        """Return two routes compared, seen from the first; null when they share no class."""
        for pair in self.pairs:
            if (pair.first, pair.second) == (first, second):
                return pair
            if (pair.first, pair.second) == (second, first):
                low, high = pair.interval
                return PairValue(first, second, 1 / pair.times, (1 / high, 1 / low), pair.p_value, pair.spread)
        return None


@shared
def route_values(connection: sqlite3.Connection, chosen: Filter, least_tasks: int, least_covered: float) -> RouteValues:
    """Return what a dollar buys on each route; ranked are those with enough tasks, classes and known prices."""
    routes, classes = _read(connection, chosen)
    mix = np.sum([route.tasks.sum(axis=0) for route in routes], axis=0) if routes else np.zeros(len(classes))
    able = [
        route
        for route in routes
        if route.name != NONE_NAME
        and route.pricing is Pricing.PRICED
        and route.task_count >= least_tasks
        and _covered(route, mix) >= least_covered
        and route.spend[:, _enough(route)].sum() > 0
        and int((route.spend.sum(axis=1) > 0).sum()) >= FEWEST_DAYS
    ]
    if not able:
        return RouteValues(routes, classes, {}, {}, ())
    days = np.sum([route.tasks + route.spend for route in able], axis=(0, 2)) > 0
    counts = drawn_days(int(days.sum()))
    drawn = _drawn(able, counts, days)
    known: _Known = {}
    at_mix = {one.route.name: _at_mix(one, mix, known) for one in drawn}
    costs = {one.route.name: cost for one in drawn if (cost := _cost_at_mix(one, mix)) is not None}
    pairs = [_pair(one, two, mix, known) for one, two in combinations(drawn, 2)]
    return RouteValues(routes, classes, at_mix, costs, tuple(pair for pair in pairs if pair is not None))


def more_tasks(pair: PairValue, tasks: int, relevant: float, z_power: float) -> int:
    """Return how many more tasks would very likely show a lead that matters; widths shrink with the root of n."""
    times = (Z + z_power) * pair.spread / log(1 + relevant)
    return max(round(tasks * (times**2 - 1)), 0)


class _Sums(NamedTuple):
    """Sums by class: of all days one row, of resamples or of days left out one row each."""

    tasks: Array
    kept: Array
    completed: Array
    spend: Array


@dataclass(frozen=True, eq=False)
class _Drawn:
    """One route's sums."""

    route: RouteDays
    whole: _Sums
    drawn: _Sums
    """Of each resample."""
    left_out: _Sums
    """Without each day in turn."""


def _drawn(routes: Sequence[RouteDays], counts: Array, days: npt.NDArray[np.bool_]) -> list[_Drawn]:
    own = [_Sums(*(part[days] for part in (one.tasks, one.kept, one.completed, one.spend))) for one in routes]
    parts = [part for sums in own for part in sums]
    # One product for all is several times faster than one for each.
    drawn = np.split(counts @ np.hstack(parts), len(parts), axis=1)
    found: list[_Drawn] = []
    for number, (route, sums) in enumerate(zip(routes, own, strict=True)):
        whole = _Sums(*(part.sum(axis=0) for part in sums))
        left_out = _Sums(*(all_days - part for all_days, part in zip(whole, sums, strict=True)))
        resampled = _Sums(*drawn[len(sums) * number : len(sums) * (number + 1)])
        found.append(_Drawn(route, whole, resampled, left_out))
    return found


def _enough(route: RouteDays) -> npt.NDArray[np.bool_]:
    return route.tasks.sum(axis=0) >= FEWEST_IN_CLASS


def _covered(route: RouteDays, mix: Array) -> float:
    whole = float(mix.sum())
    return float(mix[_enough(route)].sum()) / whole if whole else 0.0


def _at_mix(drawn: _Drawn, mix: Array, known: "_Known") -> AtMix:
    route, weights = drawn.route, np.where(_enough(drawn.route), mix, 0.0)
    value, resampled, left_out = _ratios(drawn, weights, known)
    if value == 0:
        # None was kept. At most so many might have been, all of them where they would weigh most.
        used = weights > 0
        share = weights[used] / drawn.whole.tasks[used]
        low, high = 0.0, none_seen(1.0)[1] * float(share.max() / (share @ drawn.whole.spend[used]))
    else:
        low, high = bca(value, resampled, left_out)
    # Unpriced calls may have cost as much as a mean call.
    return AtMix(value, (low * (route.calls - route.unpriced) / route.calls, high), _covered(route, mix))


def _cost_at_mix(drawn: _Drawn, mix: Array) -> AtMix | None:
    """Return spend per completed task; without interval where nearly all completed ones fell on too few days."""
    route, weights = drawn.route, np.where(_enough(drawn.route), mix, 0.0)
    used = weights > 0
    plain = _Sums(*(part[used] / drawn.whole.tasks[used] for part in drawn.whole))
    done = float(plain.completed @ weights[used])
    if done == 0:
        return None
    value, covered = float(plain.spend @ weights[used]) / done, _covered(route, mix)
    resampled, left_out = (
        _ratio(sums, plain, weights, used, "spend", "completed") for sums in (drawn.drawn, drawn.left_out)
    )
    usable = resampled > 0
    if usable.mean() < CONFIDENCE or not (left_out > 0).all():
        return AtMix(value, None, covered)
    low, high = bca(value, resampled[usable], left_out)
    return AtMix(value, (low, high * route.calls / (route.calls - route.unpriced)), covered)


def _pair(one: _Drawn, two: _Drawn, mix: Array, known: "_Known") -> PairValue | None:
    weights = np.where(_enough(one.route) & _enough(two.route), mix, 0.0)
    if not weights.sum():
        return None
    (value1, drawn1, left1), (value2, drawn2, left2) = _ratios(one, weights, known), _ratios(two, weights, known)
    if value1 <= 0 or value2 <= 0:
        return None
    usable, fine = (drawn1 > 0) & (drawn2 > 0), (left1 > 0) & (left2 > 0)
    distance, drawn = log(value1 / value2), np.log(drawn1[usable] / drawn2[usable])
    low, high = bca(distance, drawn, np.log(left1[fine] / left2[fine]))
    spread = float(drawn.std())
    p_value = 1.0 if spread == 0 and distance == 0 else erfc(abs(distance) / (max(spread, 1e-12) * sqrt(2)))
    return PairValue(one.route.name, two.route.name, exp(distance), (exp(low), exp(high)), p_value, spread)


_Ratios = tuple[float, Array, Array]
_Known = dict[tuple[str, bytes], _Ratios]
"""Ratios that were worked out, by route and weights: most pairs of routes have the same classes."""


def _ratios(drawn: _Drawn, weights: Array, known: _Known) -> _Ratios:
    """Return kept tasks per dollar at the weights: of all days, of each resample, and without each day in turn.

    0 where nothing was spent on these classes.
    """
    key = drawn.route.name, weights.tobytes()
    if key not in known:
        known[key] = _ratios_at(drawn, weights)
    return known[key]


def _ratios_at(drawn: _Drawn, weights: Array) -> _Ratios:
    used = weights > 0
    plain = _Sums(*(part[used] / drawn.whole.tasks[used] for part in drawn.whole))
    kept, spend = float(plain.kept @ weights[used]), float(plain.spend @ weights[used])
    value = kept / spend if spend else 0.0
    resampled, left_out = (
        _ratio(sums, plain, weights, used, "kept", "spend") for sums in (drawn.drawn, drawn.left_out)
    )
    return value, resampled, left_out


def _ratio(sums: _Sums, plain: _Sums, weights: Array, used: npt.NDArray[np.bool_], over: str, under: str) -> Array:
    """Return one sum a task over another a task, both at the weights; 0 where there is nothing to divide by."""
    tasks = sums.tasks[:, used]
    is_empty = tasks == 0
    fewest = np.where(is_empty, 1.0, tasks)
    # A class that no drawn day has stays at what all days say of it.
    above, below = (
        np.where(is_empty, getattr(plain, name), getattr(sums, name)[:, used] / fewest) @ weights[used]
        for name in (over, under)
    )
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


def _read(connection: sqlite3.Connection, chosen: Filter) -> tuple[tuple[RouteDays, ...], tuple[str, ...]]:
    """Return the routes, most used first, and the classes."""
    tasks, calls = class_tasks(connection, chosen), class_calls(connection, chosen)
    classes = tuple(sorted({task_class or NONE_NAME for _, _, task_class in (*tasks.keys, *calls.keys)}))
    places = {name: place for place, name in enumerate(classes)}
    shape = (chosen.period.day_count, len(classes))
    cells: dict[str, _Sums] = {}
    counts: dict[str, list[int]] = {}
    own_machines = self_hosted_providers()
    hosted: dict[str, bool] = {}

    def sums_of(provider: str | None, model: str | None) -> tuple[str, _Sums]:
        # Routes of which the name leaves out what tells them apart ("?") come together.
        name = route_name(provider, model)
        if name not in cells:
            cells[name] = _Sums(*(np.zeros(shape) for _ in _Sums._fields))
            hosted[name] = provider in own_machines
        return name, cells[name]

    for row, (provider, model, task_class) in enumerate(tasks.keys):
        _, sums = sums_of(provider, model)
        place = places[task_class or NONE_NAME]
        sums.tasks[:, place] += tasks.sums["task_count"][row]
        sums.kept[:, place] += tasks.sums["kept_count"][row]
        sums.completed[:, place] += tasks.sums["completed_count"][row]
    for row, ((provider, model, task_class), (called, unpriced)) in enumerate(
        zip(calls.keys, calls.totals("call_count", "unpriced_count"), strict=True)
    ):
        name, sums = sums_of(provider, model)
        sums.spend[:, places[task_class or NONE_NAME]] += calls.sums["cost_micro_usd"][row] / MICRO_USD
        total = counts.setdefault(name, [0, 0])
        total[0], total[1] = total[0] + called, total[1] + unpriced
    found = [RouteDays(name, hosted[name], *cells[name], *counts.get(name, [0, 0])) for name in sorted(cells)]
    return tuple(sorted(found, key=lambda route: (-route.task_count, route.name))), classes


def named_best(values: RouteValues) -> tuple[str, ...]:
    """Return the first route and those that it is not clearly ahead of; nothing when a route is clearly ahead of it."""
    if not values.order:
        return ()
    best, *others = values.order
    if any(values.is_ahead(name, best) for name in others):
        return ()
    return (best, *(name for name in others if values.at_mix[name].value > 0 and not values.is_ahead(best, name)))
