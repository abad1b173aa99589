"""Drift from the routing policy, and whether its fallbacks would hold."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dashboard.analysis.as_of import day_from_number, day_of
from dashboard.analysis.filters import NONE_NAME, Filter, Period, route_condition
from dashboard.analysis.route_service import route_service
from dashboard.analysis.route_table import Rate, rate
from dashboard.analysis.route_work import RouteWork, route_work
from data.definitions import routing_policy
from data.definitions.routing import RoutingPolicy, RoutingRule
from data.words import TaskClass


class Place(StrEnum):
    """What the policy says of a route for a class of tasks."""

    PRIMARY = "primary"
    FALLBACK = "fallback"
    ALLOWED = "allowed"
    OTHER = "other"
    """Used, and named by no rule."""
    FORBIDDEN = "forbidden"


class Readiness(StrEnum):
    """Whether a fallback is known to hold."""

    TESTED = "tested"
    """It stood in for another route within the agreed days."""
    IN_USE = "in use, never as a fallback"
    """It serves calls of its own, so its key and its model work."""
    IDLE = "not used lately"
    NOT_SEEN = "not seen"
    """The store holds no call of it."""


@dataclass(frozen=True, slots=True)
class ClassDrift:
    """Tasks of one class by what the policy says of the route that they asked for."""

    task_class: str
    rule: RoutingRule
    tasks: int
    by_place: Mapping[Place, Rate]
    by_route: tuple[tuple[str, Place, int], ...]
    """Route, its place and its tasks, most used first."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """One fallback of the policy in the days before the moment of looking."""

    primary: str
    route: str
    task_classes: tuple[str, ...]
    """Classes whose rule names it; "*" for all without a rule of their own."""
    readiness: Readiness
    fallback_calls: int
    """Calls of other routes that it served within these days."""
    calls: int
    """All that it served within these days, as a fallback or not."""
    errors: Rate
    """Errors of those of them whose end is known."""
    last_used: date | None
    """Newest day with a call that it served; null when it was never seen."""


def drift(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[ClassDrift, ...]:
    """Return how far each class of tasks keeps to the policy, in the filter's period."""
    works = route_work(connection, chosen, as_of)
    policy = routing_policy()
    return tuple(
        _class_drift(task_class, policy.rule_for(task_class), works)
        for task_class in (word.value for word in TaskClass)
        if any(work.tasks.get(task_class) for work in works.values())
    )


def place_of(route: str, rule: RoutingRule) -> Place:
    """Return what a rule says of a route."""
    if route == rule.primary:
        return Place.PRIMARY
    for names, place in (
        (rule.fallbacks, Place.FALLBACK),
        (rule.allowed, Place.ALLOWED),
        (rule.forbidden, Place.FORBIDDEN),
    ):
        if route in names:
            return place
    return Place.OTHER


def on_primary(drifts: tuple[ClassDrift, ...]) -> Rate:
    """Return the tasks of all classes that asked for the primary of their class."""
    return rate(sum(one.by_place[Place.PRIMARY].k for one in drifts), sum(one.tasks for one in drifts))


def fallbacks(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[Fallback, ...]:
    """Return every fallback of the policy and how it did in the agreed days before as_of, over all projects."""
    policy = routing_policy()
    today = day_of(as_of)
    period = Period(today - timedelta(days=policy.tested_within_days - 1), today)
    everything = Filter(period, chosen.preset, chosen.compare)
    services = route_service(connection, everything, period)
    found: list[Fallback] = []
    for (primary, route), classes in _named_fallbacks(policy).items():
        served = services.get(route)
        last = _last_used(connection, route)
        found.append(
            Fallback(
                primary=primary,
                route=route,
                task_classes=classes,
                readiness=_readiness(served.fallback if served else 0, served.calls if served else 0, last),
                fallback_calls=served.fallback if served else 0,
                calls=served.calls if served else 0,
                errors=rate(served.errors, served.known_ends) if served else rate(0, 0),
                last_used=last,
            )
        )
    return tuple(found)


def _class_drift(task_class: str, rule: RoutingRule, works: Mapping[str, RouteWork]) -> ClassDrift:
    counts = {name: work.tasks[task_class] for name, work in works.items() if work.tasks.get(task_class)}
    whole = sum(counts.values())
    # A task whose route nobody knows keeps to nothing.
    places = {name: Place.OTHER if name == NONE_NAME else place_of(name, rule) for name in counts}
    sums = {place: sum(count for name, count in counts.items() if places[name] is place) for place in Place}
    return ClassDrift(
        task_class=task_class,
        rule=rule,
        tasks=whole,
        by_place={place: rate(count, whole) for place, count in sums.items()},
        by_route=tuple(
            (name, places[name], counts[name]) for name in sorted(counts, key=lambda name: (-counts[name], name))
        ),
    )


def _named_fallbacks(policy: RoutingPolicy) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for rule in policy.rule:
        for route in rule.fallbacks:
            pair = (rule.primary, route)
            found[pair] = (*found.get(pair, ()), rule.task_class)
    return found


def _last_used(connection: sqlite3.Connection, route: str) -> date | None:
    condition, parameters = route_condition(route)
    row = connection.execute(f"SELECT max(date) FROM route_daily WHERE {condition}", parameters).fetchone()  # noqa: S608
    return None if row[0] is None else day_from_number(row[0])


def _readiness(fallback_calls: int, calls: int, last_used: date | None) -> Readiness:
    if fallback_calls:
        return Readiness.TESTED
    if calls:
        return Readiness.IN_USE
    return Readiness.NOT_SEEN if last_used is None else Readiness.IDLE
