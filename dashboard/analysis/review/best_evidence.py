"""What the answer on the best routes rests on, as pictures and tables."""

from collections.abc import Mapping, Sequence

from dashboard.analysis.figures import Unit
from dashboard.analysis.intervals import Interval
from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart, EvidenceTable
from dashboard.analysis.review.parts import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    Row,
    bounded,
    bounds,
    rate_cells,
    rate_series,
    table_of,
)
from dashboard.analysis.route_comparison import Comparison, Quality
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.route_value import RouteDays, RouteValues
from dashboard.analysis.route_work import RouteWork
from dashboard.analysis.stratified import mix_of, standardised, total
from data.definitions.review_questions import review_questions

Named = tuple[str, ...]


def cost_of(values: RouteValues, name: str) -> tuple[float, Interval] | None:
    """Return US dollars per kept task at the team's mix, with interval; null when the route is not ranked."""
    found = values.at_mix.get(name)
    if found is None or not found.value or found.interval is None or found.interval[0] <= 0:
        return None
    low, high = found.interval
    return 1 / found.value, (1 / high, 1 / low)


def charts(
    values: RouteValues, before: RouteValues | None, works: Mapping[str, RouteWork], names: tuple[str, str], title: str
) -> tuple[EvidenceChart, ...]:
    """Return cost at the team's mix and task success of the ranked routes; ``names`` are this quarter and the last."""
    routes = tuple(name for name in values.order if cost_of(values, name) is not None)
    if not routes:
        return ()
    series = [_costs(names[0], values, routes)]
    if before is not None:
        series.append(_costs(names[1], before, routes))
    success = [total(works[name].success) if name in works else (0, 0) for name in routes]
    return (
        EvidenceChart(
            name="best_routes_cost",
            title=title,
            kind=ChartKind.POINTS,
            categories=routes,
            series=tuple(series),
            unit=Unit.USD,
            axis="Spend per completed and kept task, at the team's mix of tasks",
            n_unit="tasks",
        ),
        EvidenceChart(
            name="best_routes_success",
            title="Task success of the same routes, as counted",
            kind=ChartKind.POINTS,
            categories=routes,
            series=(rate_series(names[0], success),),
            unit=Unit.RATE,
            axis="Share of tasks that completed",
            n_unit="tasks",
        ),
    )


def _costs(label: str, values: RouteValues, routes: Sequence[str]) -> ChartSeries:
    found = [cost_of(values, name) for name in routes]
    known = {route.name: route.task_count for route in values.routes}
    return ChartSeries(
        label,
        values=tuple(None if one is None else one[0] for one in found),
        low=tuple(None if one is None else one[1][0] for one in found),
        high=tuple(None if one is None else one[1][1] for one in found),
        n=tuple(known.get(name) for name in routes),
    )


_VALUE = {
    "route": TEXT,
    "is_named": FLAG,
    "task_count": COUNT,
    "completed_without_rollback_count": COUNT,
    "spend_usd": NUMBER,
    "pricing": TEXT,
    "unknown_cost_rate": NUMBER,
    "kept_task_as_counted_usd": NUMBER,
    **bounded("kept_task_at_mix_usd"),
    "kept_tasks_per_dollar": NUMBER,
    "covered_mix_rate": NUMBER,
    "not_ranked": TEXT,
}


def value_table(values: RouteValues, named: Named) -> EvidenceTable:
    """Return what a kept task costs on each route, as counted and at the team's mix."""
    ranked = [values.route(name) for name in values.order]
    rows = [_value(values, route, named) for route in (*ranked, *(one for one in values.routes if one not in ranked))]
    return table_of(
        rows,
        _VALUE,
        name="best_routes_value",
        title="What a completed and kept task costs on each route",
        meaning="one row per route, the ranked ones first, the cheapest of them at the top",
    )


def _value(values: RouteValues, route: RouteDays, named: Named) -> Row:
    found, cost, raw = values.at_mix.get(route.name), cost_of(values, route.name), route.raw
    return {
        "route": route.name,
        "is_named": route.name in named,
        "task_count": route.task_count,
        "completed_without_rollback_count": route.kept_count,
        "spend_usd": None if route.is_self_hosted else route.spend_usd,
        "pricing": route.pricing.value,
        "unknown_cost_rate": route.unpriced / route.calls if route.calls else None,
        "kept_task_as_counted_usd": 1 / raw if raw else None,
        "kept_task_at_mix_usd": None if cost is None else cost[0],
        **bounds("kept_task_at_mix_usd", None if cost is None else cost[1]),
        "kept_tasks_per_dollar": None if found is None else found.value,
        "covered_mix_rate": None if found is None else found.covered,
        "not_ranked": None if found is not None else why_not(route),
    }


def why_not(route: RouteDays) -> str:
    """Return why a route is not ranked."""
    question = review_questions().best_routes
    if route.pricing is Pricing.SELF_HOSTED:
        return "own machines have no price per token"
    if route.pricing is Pricing.PARTIAL:
        return "too many of its calls have no known cost"
    if route.pricing is not Pricing.PRICED:
        return "no call of its tasks has a known cost"
    if route.task_count < question.least_tasks:
        return f"fewer than {question.least_tasks} tasks"
    return "too few classes or days to be judged by"


_PAIRS = {
    "route": TEXT,
    "compared_with": TEXT,
    "times": NUMBER,
    "times_low": NUMBER,
    "times_high": NUMBER,
    "p_value": NUMBER,
    "is_clear": FLAG,
}


def pair_table(values: RouteValues) -> EvidenceTable:
    """Return every two ranked routes compared, the one that gives more first."""
    rows: list[Row] = []
    for pair, is_clear in zip(values.pairs, values.clear, strict=True):
        seen = values.pair(pair.second, pair.first) if pair.times < 1 else pair
        assert seen is not None
        rows.append(
            {
                "route": seen.first,
                "compared_with": seen.second,
                "times": seen.times,
                "times_low": seen.interval[0],
                "times_high": seen.interval[1],
                "p_value": seen.p_value,
                "is_clear": is_clear,
            }
        )
    places = {name: place for place, name in enumerate(values.order)}
    rows.sort(key=lambda row: (places[str(row["route"])], places[str(row["compared_with"])]))
    return table_of(
        rows,
        _PAIRS,
        name="best_routes_pairs",
        title="How many times as many kept tasks per dollar one route gives as another",
        meaning="one row per pair of ranked routes, within the task classes that both have",
    )


_QUALITY = {
    "route": TEXT,
    "counted_task_count": COUNT,
    **bounded("success_rate"),
    **bounded("success_at_mix_rate"),
    "decided_patch_count": COUNT,
    **bounded("acceptance_rate"),
    "clearly_better": TEXT,
}


def quality_table(works: Mapping[str, RouteWork], comparison: Comparison) -> EvidenceTable:
    """Return the quality of every route alone: what those without a price can be judged by."""
    mix = mix_of(work.success for work in works.values())
    rows: list[Row] = []
    for work in sorted(works.values(), key=lambda work: (-work.task_count, work.name)):
        success, acceptance = total(Quality.SUCCESS.counts(work)), total(Quality.ACCEPTANCE.counts(work))
        at_mix = standardised(work.success, mix)
        rows.append(
            {
                "route": work.name,
                "counted_task_count": success[1],
                **rate_cells("success_rate", success),
                "success_at_mix_rate": at_mix and at_mix.value,
                **bounds("success_at_mix_rate", at_mix and (at_mix.low, at_mix.high)),
                "decided_patch_count": acceptance[1],
                **rate_cells("acceptance_rate", acceptance),
                "clearly_better": ", ".join(comparison.beaten.get(work.name, ())) or None,
            }
        )
    return table_of(
        rows,
        _QUALITY,
        name="best_routes_quality",
        title="Quality of each route, whatever it costs",
        meaning="one row per route that tasks asked for, most used first",
    )
