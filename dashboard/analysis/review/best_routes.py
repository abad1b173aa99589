"""Question 2: which provider routes deliver the best ratio of quality to cost?"""

from collections.abc import Mapping
from math import log
from statistics import NormalDist

from dashboard.analysis.comparison import POWER, Estimate, Yardstick, estimate_change
from dashboard.analysis.figures import Direction, Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import Z
from dashboard.analysis.review.asked import Asked, sentences
from dashboard.analysis.review.best_evidence import (
    Named,
    charts,
    cost_of,
    pair_table,
    quality_table,
    value_table,
    why_not,
)
from dashboard.analysis.review.document import Answer, AnswerState, ReviewFigure
from dashboard.analysis.review.parts import not_measured, rate_figure, usd_words
from dashboard.analysis.route_comparison import Comparison, Quality, compare
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.route_value import PairValue, RouteValues, more_tasks, named_best, route_values
from dashboard.analysis.route_words import pair_words
from dashboard.analysis.route_work import RouteWork, route_work
from dashboard.analysis.stratified import total
from dashboard.analysis.units import share_text, value_text
from dashboard.analysis.wording import listed
from data.definitions.review_questions import review_questions

KEY = "best_routes"
_Z_POWER = NormalDist().inv_cdf(POWER)
_PRICES = (
    "Known prices: load gateway rows (LiteLLM, OpenRouter), or write prices into data/definitions/price_overrides.toml."
)


def best_routes(asked: Asked) -> Answer:
    """Return which routes give most completed and kept tasks for a dollar, at the team's mix of tasks."""
    question = review_questions().best_routes
    values = _values(asked, asked.chosen)
    if not any(route.task_count or route.calls for route in values.routes):
        return not_measured(
            KEY, question, asked, "No task asked for a route", "Load bolt.diy chat exports: etl load PATH."
        )
    named = named_best(values)
    works = route_work(asked.connection, asked.chosen, asked.as_of)
    comparison = compare(works, Quality.SUCCESS, values.order)
    before = _values(asked, asked.before) if asked.has_before else None
    state, verdict, sentence = _said(values, named, comparison)
    title = f"{listed(named)}: least spend per completed and kept task" if state is AnswerState.ANSWERED else verdict
    return Answer(
        key=KEY,
        number=question.number,
        question=question.question,
        owner=question.owner,
        state=state,
        verdict=verdict,
        sentence=sentence,
        rule=question.rule_words,
        figures=_figures(values, before, works),
        charts=charts(values, before, works, (asked.quarter.name, asked.quarter.previous().name), title),
        tables=(
            value_table(values, named),
            *((pair_table(values),) if values.pairs else ()),
            quality_table(works, comparison),
        ),
        since_last=_since_last(asked, values, named, before),
        would_change=_would_change(values, named),
        limits=(*_limits(values, comparison), *asked.limits()),
        links=(
            asked.rows("Routes compared", "provider-routes"),
            asked.rows("Spend by model", "spend", by="model"),
        ),
    )


def _values(asked: Asked, chosen: Filter) -> RouteValues:
    question = review_questions().best_routes
    return route_values(asked.connection, chosen, question.least_tasks, question.least_covered_share)


def _said(values: RouteValues, named: Named, comparison: Comparison) -> tuple[AnswerState, str, str]:
    order = values.order
    if not order:
        return _nothing_ranked(values)
    best, cost = order[0], _cost_words(values, order[0])
    if len(order) == 1:
        told = f"Cannot tell yet: only {best} can be ranked ({cost}), so there is nothing to compare it with."
        return AnswerState.CANNOT_TELL, "Cannot tell yet", told
    if not named:
        told = (
            f"Cannot tell yet: of {listed(order)} each is clearly dearer than another one in the classes of tasks that "
            "both have."
        )
        return AnswerState.CANNOT_TELL, "Cannot tell yet", told
    behind, names = [name for name in order if name not in named], listed(named)
    if len(named) == 1:
        pair = values.pair(best, order[1])
        lead = "" if pair is None else f"; on {order[1]}, the next, it costs {_times_words(pair)}"
        at_mix = f"At the team's mix of tasks {best} gives most for its cost: {cost}{lead}"
        return AnswerState.ANSWERED, _verdict(best, comparison), f"{at_mix}{_quality(best, values, comparison)}."
    if behind:
        told = (
            f"At the team's mix of tasks {names} give most for their cost and cannot be told apart ({best}: {cost}); "
            f"clearly dearer: {listed(behind)}."
        )
        return AnswerState.ANSWERED, f"{names}, tied", told
    strangers = [name for name in named if name != best and values.pair(best, name) is None]
    if strangers:
        told = f"Cannot tell yet: {best} and {listed(strangers)} have no class of tasks in common to be compared by."
        return AnswerState.CANNOT_TELL, "Cannot tell yet", told
    more = _more(values, named)
    if more:
        return AnswerState.CANNOT_TELL, "Cannot tell yet", f"Cannot tell yet: {names} cannot be told apart; {more}."
    return AnswerState.ANSWERED, "All tie", f"No difference seen: {names} tie at the team's mix ({best}: {cost})."


def _nothing_ranked(values: RouteValues) -> tuple[AnswerState, str, str]:
    least = review_questions().best_routes.least_tasks
    used = [route for route in values.routes if route.task_count >= least]
    if used and all(route.pricing is not Pricing.PRICED for route in used):
        told = listed([f"{route.name} ({why_not(route)})" for route in used])
        return AnswerState.NOT_MEASURED, "Not measured", f"No route that is used enough has a known price: {told}."
    most = max(route.task_count for route in values.routes)
    need = f"{least - most:,} more tasks on the most used route" if most < least else "more days and classes of tasks"
    told = f"Cannot tell yet: no route can be ranked; at least {need} are needed."
    return AnswerState.CANNOT_TELL, "Cannot tell yet", told


def _beaten(route: str, comparison: Comparison) -> tuple[str, ...]:
    return comparison.beaten.get(route, ())


def _verdict(best: str, comparison: Comparison) -> str:
    return f"{best}, at lower task success" if _beaten(best, comparison) else best


def _quality(best: str, values: RouteValues, comparison: Comparison) -> str:
    """Return how the task success of the cheapest route stands, and which is cheapest of those not behind in it."""
    if best not in comparison.routes:
        return ""
    beaten = _beaten(best, comparison)
    if not beaten:
        return ", and no route has a clearly higher task success"
    told = f"; but its task success is clearly behind that of {listed(beaten, 2)}"
    good = [name for name in values.order if name in comparison.routes and not _beaten(name, comparison)]
    found = cost_of(values, good[0]) if good else None
    if found is None:
        return told
    return f"{told}. Of the routes that are not behind, {good[0]} gives most ({usd_words(found[0])})"


def _cost_words(values: RouteValues, name: str) -> str:
    found = cost_of(values, name)
    per_dollar = f"{values.at_mix[name].value:,.1f} per dollar"
    covered = values.at_mix[name].covered
    part = f", by classes that make up {value_text(covered, Unit.RATE)} of the mix" if covered < 1 else ""
    if found is None:
        return f"{per_dollar} completed and kept tasks{part}"
    value, (low, high) = found
    bounds = f"{usd_words(low)} to {usd_words(high)}"
    return f"{usd_words(value)} for a completed and kept task ({bounds}), {per_dollar}{part}"


def _times_words(pair: PairValue) -> str:
    low, high = pair.interval
    return f"{pair.times:.1f} times as much ({low:.1f} to {high:.1f})"


def _figures(
    values: RouteValues, before: RouteValues | None, works: Mapping[str, RouteWork]
) -> tuple[ReviewFigure, ...]:
    if not values.order:
        kept = sum(route.kept_count for route in values.routes)
        tasks = sum(total(work.success)[1] for work in works.values())
        return (rate_figure("Tasks completed and kept, whatever they cost", (kept, tasks), "tasks of known outcome"),)
    best = values.order[0]
    found, earlier = cost_of(values, best), None if before is None else cost_of(before, best)
    value, (low, high) = found or (None, (None, None))
    success = total(works[best].success) if best in works else (0, 0)
    return (
        ReviewFigure(
            label=f"Spend per completed and kept task on {best}, at the team's mix",
            value=value,
            unit=Unit.USD,
            n=values.route(best).task_count,
            n_unit="tasks",
            low=low,
            high=high,
            before=None if earlier is None else earlier[0],
        ),
        rate_figure(f"Task success on {best}", success, "tasks"),
    )


def _since_last(asked: Asked, values: RouteValues, named: Named, before: RouteValues | None) -> str:
    if before is None:
        return asked.no_before()
    previous = asked.quarter.previous().name
    last = named_best(before)
    told = (
        f"In {previous} {listed(last)} {'tied' if len(last) > 1 else 'led'}."
        if last
        else f"In {previous} no route was ranked."
    )
    changes: list[str] = []
    for name in named[:2]:
        now, earlier = cost_of(values, name), cost_of(before, name)
        if now is None or earlier is None:
            changes.append(f"{name} was not ranked in both quarters.")
            continue
        yardstick = Yardstick(
            Unit.USD, Direction.LOWER, "tasks", review_questions().best_routes.relevant_share * earlier[0]
        )
        change = estimate_change(
            Estimate(now[0], *now[1], values.route(name).task_count),
            Estimate(earlier[0], *earlier[1], before.route(name).task_count),
            yardstick,
        )
        changes.append(f"A kept task on {name}: {change.words[0].lower()}{change.words[1:]}")
    return sentences((told, *changes))


def _would_change(values: RouteValues, named: Named) -> tuple[str, ...]:
    found: list[str] = []
    if len(named) == 1 and len(values.order) > 1:
        best, following = values.order[:2]
        pair = values.pair(best, following)
        if pair is not None:
            tied, lost = pair.interval[0] - 1, pair.times - 1
            found.append(
                f"If a kept task on {best} cost {share_text(tied)} more, it could not be told apart from {following}; "
                f"from {share_text(lost)} more on {following} would give more."
            )
    elif len(named) > 1:
        found += [text for text in (_more(values, named),) if text]
    short = [route for route in values.routes if route.pricing is Pricing.PRICED and route.name not in values.at_mix]
    least = review_questions().best_routes.least_tasks
    found += [
        f"{least - route.task_count:,} more tasks on {route.name} would let it be ranked."
        for route in short[:2]
        if 0 < route.task_count < least
    ]
    if any(route.pricing in (Pricing.UNPRICED, Pricing.PARTIAL) for route in values.routes):
        found.append(_PRICES)
    return tuple(found) or ("A route that clearly gives more kept tasks per dollar within the same task classes.",)


def _more(values: RouteValues, named: Named) -> str:
    """Return how many more tasks would tell the first of tied routes from the others; empty when there are enough."""
    relevant, wanted = review_questions().best_routes.relevant_share, []
    for name in named[1:]:
        pair = values.pair(named[0], name)
        if pair is None:
            continue
        if (Z + _Z_POWER) * pair.spread > log(1 + relevant):
            tasks = values.route(name).task_count
            wanted.append(f"{more_tasks(pair, tasks, relevant, _Z_POWER):,} more tasks on {name}")
    return f"about {listed(wanted)} would show a lead of {share_text(relevant)} of {named[0]}" if wanted else ""


def _partly(values: RouteValues) -> list[str]:
    """Say which ranked routes lack classes of the mix: their own cost is of another basket than that of the others."""
    parts = [(name, values.at_mix[name].covered) for name in values.order if values.at_mix[name].covered < 1]
    if not parts:
        return []
    told = listed([f"{name} ({value_text(covered, Unit.RATE)})" for name, covered in parts], 4)
    words = "These routes do not have every class of the mix, so their own cost is of the share in brackets"
    return [f"{words}: {told}. Routes are told apart only by classes that both have."]


def _limits(values: RouteValues, comparison: Comparison) -> tuple[str, ...]:
    found: list[str] = []
    priced = [route for route in values.routes if route.raw and route.name in values.at_mix]
    if priced:
        first = max(priced, key=lambda route: (route.raw or 0.0, route.name))
        pair = values.pair(values.order[0], first.name)
        if first.name != values.order[0] and pair is not None and pair.times > 1:
            found.append(
                f"As counted {first.name} looks best ({first.raw:,.1f} kept tasks per dollar); at the team's mix of "
                f"tasks {values.order[0]} is ahead: {first.name} has the easier or smaller tasks."
            )
        found += _partly(values)
    found += [pair_words(pair, Quality.SUCCESS) for pair in comparison.misleading[:2]]
    unranked = [route for route in values.routes if route.task_count and route.pricing is not Pricing.PRICED]
    if unranked:
        told = listed([f"{route.name} ({why_not(route)})" for route in unranked], 4)
        found.append(f"Without a ratio, judged by quality alone: {told}.")
    calls, unpriced = sum(route.calls for route in values.routes), sum(route.unpriced for route in values.routes)
    if unpriced:
        found.append(f"The cost of {value_text(unpriced / calls, Unit.RATE)} of {calls:,} calls of tasks is unknown.")
    return tuple(found)
