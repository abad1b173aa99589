"""What breaks on the routes when usage grows: forbidden ones in use, untested fallbacks, limits of providers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.analysis.as_of import day_end
from dashboard.analysis.figures import Unit
from dashboard.analysis.filters import NONE_NAME
from dashboard.analysis.intervals import wilson
from dashboard.analysis.review.asked import Asked
from dashboard.analysis.review.needs import NOW, Area, Checked, Need, level_words
from dashboard.analysis.review.usage_spend import measured_days
from dashboard.analysis.route_calls import calls_by_route
from dashboard.analysis.route_table import Rate, rate
from dashboard.analysis.routing_policy import ClassDrift, Fallback, Place, Readiness, drift, fallbacks
from dashboard.analysis.strips import strips_of
from dashboard.analysis.units import interval_text, value_text
from dashboard.analysis.wording import listed
from data.definitions import routing_policy, slos
from data.definitions.review_questions import review_questions
from data.words import ErrorKind

_MOST_CALLS = 10_000_000
"""More than this are no advice."""


def route_checks(asked: Asked) -> Checked:
    """Check whether routes in use are allowed, and whether another one would stand in for each primary."""
    question = review_questions().before_scaling
    drifts = drift(asked.connection, asked.chosen, asked.as_of)
    tasks = sum(one.tasks for one in drifts)
    if tasks < question.least_events:
        return Checked(missing=f"routes against the routing policy ({tasks:,} tasks)", is_measured=False)
    # Fallbacks as they stood at the end of the quarter.
    seen_from = min(asked.as_of, day_end(asked.quarter.last))
    known = fallbacks(asked.connection, asked.chosen, seen_from)
    needs = [*_forbidden(drifts, tasks), *_untested(asked, drifts, known, tasks)]
    is_open = any(one.readiness is not Readiness.TESTED for one in known)
    days = routing_policy().tested_within_days
    tested = f"A fallback counts as tested when it stood in for another route within {days} days."
    return Checked(tuple(needs), would_change=(tested,) if is_open else ())


def _forbidden(drifts: Sequence[ClassDrift], tasks: int) -> list[Need]:
    question = review_questions().before_scaling
    used: dict[str, list[tuple[str, int]]] = {}
    for one in drifts:
        for route, place, count in one.by_route:
            if place is Place.FORBIDDEN:
                used.setdefault(route, []).append((one.task_class, count))
    found: list[Need] = []
    for route, classes in used.items():
        count = sum(number for _, number in classes)
        if count < question.least_route_share * tasks:
            continue
        low, high = wilson(count, tasks) or (None, None)
        names = listed([name for name, _ in sorted(classes, key=lambda pair: -pair[1])])
        found.append(
            Need(
                Area.ROUTES,
                NOW,
                f"Take {route} out of use, or allow it in the routing policy",
                f"{value_text(count / tasks, Unit.RATE)} of {tasks:,} tasks asked for it "
                f"({interval_text(low, high, Unit.RATE)}), most of them {names}; the policy forbids it",
                f"{count:,} tasks of the quarter would move to routes that were agreed on",
                weight=count / tasks,
            )
        )
    return found


def _untested(asked: Asked, drifts: Sequence[ClassDrift], known: Sequence[Fallback], tasks: int) -> list[Need]:
    question = review_questions().before_scaling
    primaries: dict[str, int] = {}
    for one in drifts:
        for route, place, count in one.by_route:
            if place is Place.PRIMARY:
                primaries[route] = primaries.get(route, 0) + count
    errors = _errors(asked)
    objective = slos().named("provider_stability").objective
    found: list[Need] = []
    for primary, count in primaries.items():
        own = [one for one in known if one.primary == primary]
        if count < question.least_route_share * tasks or any(one.readiness is Readiness.TESTED for one in own):
            continue
        error = errors.get(primary, rate(0, 0))
        is_unsafe = (
            error.interval is not None and error.n >= question.least_events and (error.interval[0] > 1 - objective)
        )
        told = listed([f"{one.route} ({one.readiness.value})" for one in own]) if own else "none is named"
        high = question.levels[-1]
        found.append(
            Need(
                Area.ROUTES,
                NOW if is_unsafe else question.levels[0],
                f"Test a fallback of {primary}: let it stand in for a day"
                if own
                else f"Name a fallback of {primary} and test it",
                f"{value_text(count / tasks, Unit.RATE)} of {tasks:,} tasks ask for it; its fallbacks: {told}; "
                f"{_error_words(error)}",
                f"While it is down, {count / _days(asked):,.1f} tasks a day would stand still, "
                f"{high * count / _days(asked):,.1f} at {level_words(high)}; with a fallback they go on",
                weight=count / tasks,
            )
        )
    return found


def _errors(asked: Asked) -> Mapping[str, Rate]:
    """Return the errors of the calls that each route served, of those whose end is known."""
    calls = calls_by_route(asked.connection, replace(asked.chosen, route=None), asked.chosen.period)
    return {name: rate(one.error_count, one.without_error[1]) for name, one in calls.items()}


def _error_words(error: Rate) -> str:
    if error.value is None or error.interval is None:
        return "no call of it is known"
    bounds = interval_text(*error.interval, Unit.RATE)
    return f"{value_text(error.value, Unit.RATE)} of its {error.n:,} calls failed ({bounds})"


def _days(asked: Asked) -> int:
    """Return the days that have ended: tasks of a quarter that runs are those of its part."""
    period = asked.chosen.period
    return (measured_days(period, asked.as_of, asked.records_begin) or period).day_count


def limit_checks(asked: Asked) -> tuple[Checked, ...]:
    """Check how many calls providers refuse for their limits; refusals are taken to grow in proportion to usage."""
    question = review_questions().before_scaling
    served = strips_of(asked.connection, asked.chosen, asked.chosen.period, "call_daily")
    by, counted = ("provider",), ("call_count",)
    refused = served.of("error_kind", ErrorKind.RATE_LIMIT, ErrorKind.QUOTA).sums(by, counted, _provider)
    enough = [
        (name, sum(refused.get(name, ())), calls)
        for name, (calls,) in sorted(served.sums(by, counted, _provider).items())
        if calls >= question.least_events
    ]
    if not enough:
        return (Checked(missing="limits of providers (too few calls)", is_measured=False),)
    return tuple(_limit(*one) for one in enough)


def _provider(name: str | None) -> str:
    return name or NONE_NAME


def _limit(provider: str, refused: int, calls: int) -> Checked:
    question = review_questions().before_scaling
    share, most = refused / calls, question.most_limited_share
    low, high = wilson(refused, calls) or (0.0, 1.0)
    if not refused:
        return Checked()
    edge = most / share
    level = next((one for one in (NOW, *question.levels) if share * one > most), None)
    at_edge = f"{provider} would refuse {value_text(most, Unit.RATE)} of its calls at {edge:.1f}× usage."
    if level is None:
        return Checked(would_change=(at_edge,))
    bounds, highest = interval_text(low, high, Unit.RATE), question.levels[-1]
    if low * highest <= most:
        more = _more_calls(share, calls, most / highest)
        needed = "" if more is None else f"; {more:,} more calls would tell, if the share stays"
        counted = f"{refused:,} of {calls:,} calls were refused ({value_text(share, Unit.RATE)}, {bounds})"
        words = f"whether {provider} refuses too many calls up to {level_words(highest)} usage: {counted}{needed}"
        return Checked(cannot_tell=(words,))
    # Needed now is only what is clear now; else it is needed before the first level that it is expected at.
    level = level if low > most else max(level, question.levels[0])
    need = Need(
        Area.LIMITS,
        level,
        f"Ask {provider} for higher limits, or spread its calls over a second route",
        f"{refused:,} of {calls:,} calls were refused for limits: {value_text(share, Unit.RATE)} ({bounds}), at most "
        f"{value_text(most, Unit.RATE)} may be",
        f"At {level_words(highest)} about {value_text(min(share * highest, 1.0), Unit.RATE)} would be refused, if "
        "refusals grow as usage does",
        weight=share,
    )
    return Checked((need,), would_change=(at_edge,))


def _more_calls(share: float, calls: int, limit: float) -> int | None:
    """Return how many more calls, refused as often, would put the lower end of the share above a limit."""

    def tells(n: int) -> bool:
        low, _ = wilson(round(share * n), n) or (0.0, 1.0)
        return low > limit

    fewest, most = calls, calls * 2
    while not tells(most):
        fewest, most = most, most * 2
        if most > _MOST_CALLS:
            return None
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if tells(middle) else (middle, most)
    return most - calls
