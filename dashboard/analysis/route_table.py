"""Everything about the routes of a period: quality raw and standardised, cost, service, and how they compare."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.analysis.filters import NONE_NAME, Filter
from dashboard.analysis.intervals import Interval, wilson
from dashboard.analysis.route_comparison import Comparison, Quality, compare
from dashboard.analysis.route_costs import Pricing, RouteCost, route_costs
from dashboard.analysis.route_service import Latency, RouteService, latency_of, route_service
from dashboard.analysis.route_value import AtMix, RouteValues, named_best, route_values
from dashboard.analysis.route_work import RouteWork, route_work
from dashboard.analysis.routes import RouteFigure, route_figures
from dashboard.analysis.shrinkage import Prior, Shrunk, prior_of, shrunk
from dashboard.analysis.stratified import Standardised, mix_of, standardised_rates, total
from data.definitions.review_questions import review_questions


@dataclass(frozen=True, slots=True)
class Rate:
    """A raw rate with its Wilson interval; null when n is 0."""

    k: int
    n: int
    value: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class RouteQuality:
    """One rate of a route: raw, at the team's mix, and drawn towards the team."""

    raw: Rate
    standardised: Standardised | None
    shrunk: Shrunk | None
    ties: str | None
    """Letters of its tie groups; null when it has too few records to be compared."""
    better: tuple[str, ...]
    """Routes that are clearly better."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route."""

    route: str
    tasks: int
    completed: int
    unknown: int
    quality: Mapping[Quality, RouteQuality]
    figure: RouteFigure
    """Quality per dollar, spend and calls of tasks."""
    per_dollar_at_mix: AtMix | None
    """Kept tasks per dollar at the team's mix; null for routes that the review would not rank."""
    value_ties: str | None
    """Letters of its tie groups by kept tasks per dollar; null where it is not ranked."""
    cost: RouteCost
    cost_at_mix: AtMix | None
    """Spend per completed task at the team's mix, in USD."""
    calls: int
    """All that it served."""
    errors: Rate
    """Of the calls whose end is known."""
    unpriced: Rate
    fallback: Rate
    latency: Latency | None
    pricing: Pricing


@dataclass(frozen=True, slots=True)
class RouteTable:
    """All routes of a period, most used first, and how they compare."""

    rows: tuple[RouteRow, ...]
    reference: str | None
    """The most used route: standardised rates cover the classes that it has too."""
    comparisons: Mapping[Quality, Comparison]
    works: Mapping[str, RouteWork]
    best_value: tuple[str, ...]
    """The route that gives most kept tasks for a dollar at the team's mix, and those it is not clearly ahead of."""

    def row(self, route: str) -> RouteRow | None:
        """Return one route; null when it is not there."""
        return next((row for row in self.rows if row.route == route), None)


def route_table(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> RouteTable:
    """Return the routes that tasks of the filter asked for or that served them."""
    works = route_work(connection, chosen, as_of)
    services = route_service(connection, chosen, chosen.period)
    figures = {figure.route: figure for figure in route_figures(connection, chosen, as_of)}
    costs = route_costs(connection, chosen, tuple(figures.values()))
    rule = review_questions().best_routes
    values = route_values(connection, chosen.alone(), rule.least_tasks, rule.least_covered_share)
    ties = values.tie_marks
    reference = reference_of(works)
    qualities = {quality: _qualities(works, quality, reference) for quality in Quality}
    rows = [
        _row(
            works.get(name, RouteWork(name, figure.is_self_hosted)),
            {quality: found.get(name, _NO_QUALITY) for quality, (found, _) in qualities.items()},
            figure,
            costs[name],
            values,
            ties,
            services.get(name, RouteService()),
        )
        for name, figure in figures.items()
    ]
    return RouteTable(
        rows=tuple(sorted(rows, key=lambda row: (-row.tasks, row.route))),
        reference=reference,
        comparisons={quality: comparison for quality, (_, comparison) in qualities.items()},
        works=works,
        best_value=named_best(values),
    )


def reference_of(works: Mapping[str, RouteWork]) -> str | None:
    """Return the route that most tasks asked for; null when none did."""
    named = [work for work in works.values() if work.name != NONE_NAME and work.task_count]
    return max(named, key=lambda work: (work.task_count, work.name)).name if named else None


def rate(k: int, n: int) -> Rate:
    """Return k of n with its interval."""
    return Rate(k, n, k / n if n else None, wilson(k, n))


def _qualities(
    works: Mapping[str, RouteWork], quality: Quality, reference: str | None
) -> tuple[dict[str, RouteQuality], Comparison]:
    # The mix counts what the rate counts, so that the team's own rate at this mix is its raw rate.
    mix = mix_of(quality.counts(work) for work in works.values())
    shared = frozenset(quality.counts(works[reference])) if reference else frozenset[str]()
    at_mix = standardised_rates({name: quality.counts(work) for name, work in works.items()}, mix, shared)
    raw = {name: rate(*total(quality.counts(work))) for name, work in works.items()}
    order = sorted(
        works, key=lambda name: (-(found.value if (found := at_mix[name]) else raw[name].value or 0.0), name)
    )
    comparison = compare(works, quality, order)
    prior = prior_of([(found.k, found.n) for found in raw.values()])
    return {
        name: RouteQuality(
            raw=raw[name],
            standardised=at_mix[name],
            shrunk=_shrunk(raw[name], prior),
            ties=comparison.tie_marks.get(name),
            better=comparison.beaten.get(name, ()),
        )
        for name in works
    }, comparison


_NO_QUALITY = RouteQuality(Rate(0, 0, None, None), None, None, None, ())


def _shrunk(raw: Rate, prior: Prior | None) -> Shrunk | None:
    return None if prior is None or raw.n == 0 else shrunk(raw.k, raw.n, prior)


def _row(
    work: RouteWork,
    quality: Mapping[Quality, RouteQuality],
    figure: RouteFigure,
    cost: RouteCost,
    values: RouteValues,
    ties: Mapping[str, str],
    service: RouteService,
) -> RouteRow:
    return RouteRow(
        route=work.name,
        tasks=work.task_count,
        completed=work.completed,
        unknown=work.unknown,
        quality=quality,
        figure=figure,
        per_dollar_at_mix=values.at_mix.get(figure.route),
        value_ties=ties.get(figure.route),
        cost=cost,
        cost_at_mix=values.cost_at_mix.get(figure.route),
        calls=service.calls,
        errors=rate(service.errors, service.known_ends),
        unpriced=rate(service.unpriced, service.calls),
        fallback=rate(service.fallback, service.calls),
        latency=latency_of(service),
        pricing=cost.pricing,
    )
