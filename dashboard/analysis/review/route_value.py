"""What a dollar buys on each route at the team's mix of task classes: completed tasks that were kept, with intervals.

For each class a route keeps a share of its tasks and spends so much on each; weighted with the team's mix, the first
divided by the second is kept tasks per dollar. At a route's own mix that is the plain ratio of its sums. Days are drawn
whole, and the same days for all routes, so that what happens to all on a day does not look like a difference.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import erfc, exp, log, sqrt

import numpy as np
import numpy.typing as npt

from dashboard.analysis.bootstrap import FEWEST_DAYS, bca, drawn_days
from dashboard.analysis.filters import NONE_NAME, Filter, route_name
from dashboard.analysis.intervals import Interval, Z
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.routes import MICRO_USD, PARTIAL_SHARE
from dashboard.analysis.selection import condition_of, smallest_rollup
from dashboard.analysis.self_hosted import self_hosted_providers
from dashboard.analysis.shared import shared
from dashboard.analysis.stratified import FEWEST_IN_CLASS
from dashboard.analysis.ties import clear_ones

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
    """Kept tasks per dollar at the team's mix."""

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
    at_mix: dict[str, AtMix]
    """Of the ranked routes."""
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
        and int((route.spend.sum(axis=1) > 0).sum()) >= FEWEST_DAYS
    ]
    if not able:
        return RouteValues(routes, classes, {}, ())
    days = np.sum([route.tasks + route.spend for route in able], axis=(0, 2)) > 0
    counts = drawn_days(int(days.sum()))
    drawn = _drawn(able, counts, days)
    at_mix = {one.route.name: _at_mix(one, mix) for one in drawn}
    pairs = [_pair(one, two, mix) for one, two in combinations(drawn, 2)]
    return RouteValues(routes, classes, at_mix, tuple(pair for pair in pairs if pair is not None))


def more_tasks(pair: PairValue, tasks: int, relevant: float, z_power: float) -> int:
    """Return how many more tasks would very likely show a lead that matters; widths shrink with the root of n."""
    times = (Z + z_power) * pair.spread / log(1 + relevant)
    return max(round(tasks * (times**2 - 1)), 0)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """One route's sums by class: tasks, kept tasks and spend, in this order."""

    route: RouteDays
    whole: tuple[Array, Array, Array]
    drawn: tuple[Array, Array, Array]
    """Of each resample, one row each."""
    left_out: tuple[Array, Array, Array]
    """Without each day in turn."""
    known: dict[bytes, "_Ratios"] = field(default_factory=dict[bytes, "_Ratios"])
    """Ratios that were worked out, by the weights: most pairs of routes have the same classes."""


def _drawn(routes: Sequence[RouteDays], counts: Array, days: npt.NDArray[np.bool_]) -> list[_Drawn]:
    parts = [part[days] for route in routes for part in (route.tasks, route.kept, route.spend)]
    # One product for all is several times faster than one for each.
    drawn = np.split(counts @ np.hstack(parts), len(parts), axis=1)
    found: list[_Drawn] = []
    for number, route in enumerate(routes):
        first = 3 * number
        tasks, kept, spend = parts[first : first + 3]
        whole = tasks.sum(axis=0), kept.sum(axis=0), spend.sum(axis=0)
        left_out = whole[0] - tasks, whole[1] - kept, whole[2] - spend
        found.append(_Drawn(route, whole, (drawn[first], drawn[first + 1], drawn[first + 2]), left_out))
    return found


def _enough(route: RouteDays) -> npt.NDArray[np.bool_]:
    return route.tasks.sum(axis=0) >= FEWEST_IN_CLASS


def _covered(route: RouteDays, mix: Array) -> float:
    whole = float(mix.sum())
    return float(mix[_enough(route)].sum()) / whole if whole else 0.0


def _at_mix(drawn: _Drawn, mix: Array) -> AtMix:
    route = drawn.route
    value, resampled, left_out = _ratios(drawn, np.where(_enough(route), mix, 0.0))
    low, high = bca(value, resampled, left_out)
    # Unpriced calls may have cost as much as a mean call.
    return AtMix(value, (low * (route.calls - route.unpriced) / route.calls, high), _covered(route, mix))


def _pair(one: _Drawn, two: _Drawn, mix: Array) -> PairValue | None:
    weights = np.where(_enough(one.route) & _enough(two.route), mix, 0.0)
    if not weights.sum():
        return None
    (value1, drawn1, left1), (value2, drawn2, left2) = _ratios(one, weights), _ratios(two, weights)
    if value1 <= 0 or value2 <= 0:
        return None
    usable, fine = (drawn1 > 0) & (drawn2 > 0), (left1 > 0) & (left2 > 0)
    distance, drawn = log(value1 / value2), np.log(drawn1[usable] / drawn2[usable])
    low, high = bca(distance, drawn, np.log(left1[fine] / left2[fine]))
    spread = float(drawn.std())
    p_value = 1.0 if spread == 0 and distance == 0 else erfc(abs(distance) / (max(spread, 1e-12) * sqrt(2)))
    return PairValue(one.route.name, two.route.name, exp(distance), (exp(low), exp(high)), p_value, spread)


_Ratios = tuple[float, Array, Array]


def _ratios(drawn: _Drawn, weights: Array) -> _Ratios:
    """Return kept tasks per dollar at the weights: of all days, of each resample, and without each day in turn."""
    key = weights.tobytes()
    if key not in drawn.known:
        drawn.known[key] = _ratios_at(drawn, weights)
    return drawn.known[key]


def _ratios_at(drawn: _Drawn, weights: Array) -> _Ratios:
    used = weights > 0
    tasks, *parts = (part[used] for part in drawn.whole)
    plain = [part / tasks for part in parts]
    value = float((plain[0] @ weights[used]) / (plain[1] @ weights[used]))
    return value, _ratio(drawn.drawn, plain, weights, used), _ratio(drawn.left_out, plain, weights, used)


def _ratio(
    sums: tuple[Array, Array, Array], plain: Sequence[Array], weights: Array, used: npt.NDArray[np.bool_]
) -> Array:
    tasks, kept, spend = (part[:, used] for part in sums)
    is_empty = tasks == 0
    fewest = np.where(is_empty, 1.0, tasks)
    # A class that no drawn day has stays at what all days say of it.
    good = np.where(is_empty, plain[0], kept / fewest) @ weights[used]
    dear = np.where(is_empty, plain[1], spend / fewest) @ weights[used]
    return np.divide(good, dear, out=np.zeros_like(dear), where=dear > 0)


def _read(connection: sqlite3.Connection, chosen: Filter) -> tuple[tuple[RouteDays, ...], tuple[str, ...]]:
    """Return the routes, most used first, and the classes. Days come as one text a group, which numpy takes apart."""
    tasks = _by_day(connection, chosen, smallest_rollup(chosen, "task_daily"), "1", ("task_count", "kept_count"))
    table = smallest_rollup(chosen, "call_daily", "task_class")
    calls = _by_day(connection, chosen, table, "is_attributed", ("cost_micro_usd", "call_count", "unpriced_count"))
    classes = tuple(sorted({task_class or NONE_NAME for _, _, task_class, _ in (*tasks, *calls)}))
    places = {name: place for place, name in enumerate(classes)}
    shape = (chosen.period.day_count, len(classes))
    cells: dict[str, tuple[Array, Array, Array]] = {}
    counts: dict[str, list[int]] = {}
    own_machines = self_hosted_providers()
    hosted: dict[str, bool] = {}
    for rows, is_tasks in ((tasks, True), (calls, False)):
        for provider, model, task_class, days in rows:
            name = route_name(provider, model)
            if name not in cells:
                cells[name] = np.zeros(shape), np.zeros(shape), np.zeros(shape)
                hosted[name] = provider in own_machines
            place = places[task_class or NONE_NAME]
            asked, kept, spend = cells[name]
            # Routes of which the name leaves out what tells them apart ("?") come together.
            if is_tasks:
                asked[:, place] += days[0]
                kept[:, place] += days[1]
            else:
                spend[:, place] += days[0] / MICRO_USD
                total = counts.setdefault(name, [0, 0])
                total[0], total[1] = total[0] + int(days[1].sum()), total[1] + int(days[2].sum())
    found = [RouteDays(name, hosted[name], *cells[name], *counts.get(name, [0, 0])) for name in sorted(cells)]
    return tuple(sorted(found, key=lambda route: (-route.task_count, route.name))), classes


def _by_day(
    connection: sqlite3.Connection, chosen: Filter, table: str, where: str, measures: Sequence[str]
) -> list[tuple[str | None, str | None, str | None, Array]]:
    """Return provider, model, class, and a row for each measure: its sum on each day of the period."""
    condition, parameters = condition_of(chosen, chosen.period, table)
    names, grouped = ", ".join(measures), ""
    if table == "call_route_daily":
        # A day has several rows of a route, one for each way in which calls end: added up here, fewer become text.
        names, grouped = ", ".join(f"sum({name}) AS {name}" for name in measures), "GROUP BY date, 1, 2, 3"
    listed = " || ' ' || ".join(("day", *measures))
    return [
        (provider, model, task_class, _sums(text, len(measures), chosen.period.day_count))
        for provider, model, task_class, text in connection.execute(
            f"SELECT provider, model, task_class, group_concat({listed}, ' ') FROM ("  # noqa: S608
            f"SELECT provider, model, task_class, date - :first AS day, {names} FROM {table} "
            f"WHERE {where} AND {condition} {grouped}) GROUP BY 1, 2, 3",
            parameters,
        )
    ]


def _sums(text: str, measures: int, day_count: int) -> Array:
    """Return the sums by day of rows that are written one behind the other: the day and its measures."""
    rows = np.array(text.split(), dtype=np.float64).reshape(-1, measures + 1)
    days = rows[:, 0].astype(np.int64)
    return np.array([np.bincount(days, rows[:, place + 1], day_count) for place in range(measures)], dtype=np.float64)


def named_best(values: RouteValues) -> tuple[str, ...]:
    """Return the first route and those that it is not clearly ahead of; nothing when a route is clearly ahead of it."""
    if not values.order:
        return ()
    best, *others = values.order
    if any(values.is_ahead(name, best) for name in others):
        return ()
    return (best, *(name for name in others if values.at_mix[name].value > 0 and not values.is_ahead(best, name)))
