"""Drift from the routing policy, and readiness of its fallbacks."""

from datetime import date

import pytest

import dashboard.analysis.routing_policy as subject
from dashboard.analysis.policy_frames import drift_frame, drift_routes_frame, fallback_frame
from dashboard.analysis.policy_words import drift_words, fallback_words
from dashboard.analysis.routing_policy import Place, Readiness, drift, fallbacks, place_of
from data.definitions import routing_policy
from data.definitions.routing import RoutingPolicy, RoutingRule
from data.store import Store
from data.words import TaskClass
from fact_rows import Facts
from route_facts import AS_OF, CHOSEN, FLASH, HAIKU, SONNET, add_tasks

POLICY = RoutingPolicy(
    owner="Ann",
    why="for tests",
    tested_within_days=30,
    rule=(
        RoutingRule("*", SONNET, "w", fallbacks=("openai/gpt-5.1",), allowed=(FLASH,), forbidden=("x-ai/grok",)),
        RoutingRule("fix", FLASH, "w", fallbacks=(SONNET, "never/seen", "old/one"), forbidden=(HAIKU,)),
    ),
)


@pytest.fixture(autouse=True)
def _policy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subject, "routing_policy", lambda: POLICY)


def test_tasks_are_counted_by_what_the_rule_of_their_class_says_of_their_route(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (6, 6), "fix": (2, 2)})
    add_tasks(facts, FLASH, {"edit": (3, 3), "fix": (5, 5)})
    add_tasks(facts, HAIKU, {"edit": (1, 1), "fix": (3, 3)})
    facts.task("2026-03-02T10:00", provider=None, model=None)
    facts.write(store)
    with store.reading() as connection:
        edit, fix = drift(connection, CHOSEN, AS_OF)
    assert (edit.task_class, edit.tasks, fix.task_class, fix.tasks) == ("edit", 11, "fix", 10)
    # A task whose route nobody knows is on no agreed route.
    assert {place: found.k for place, found in edit.by_place.items()} == {
        Place.PRIMARY: 6, Place.FALLBACK: 0, Place.ALLOWED: 3, Place.OTHER: 2, Place.FORBIDDEN: 0,
    }  # fmt: skip
    assert {place: found.k for place, found in fix.by_place.items()} == {
        Place.PRIMARY: 5, Place.FALLBACK: 2, Place.ALLOWED: 0, Place.OTHER: 0, Place.FORBIDDEN: 3,
    }  # fmt: skip
    for one in (edit, fix):
        assert sum(found.k for found in one.by_place.values()) == one.tasks
        assert sum(count for _, _, count in one.by_route) == one.tasks
    words = drift_words([edit, fix])
    # 6 + 5 of 21
    assert words.startswith("52.4 % (")
    assert words.endswith("of 21 tasks asked for their primary route; 3 went to a forbidden route")
    frame = drift_frame([edit, fix])
    assert frame["primary_rate"].to_list() == pytest.approx([6 / 11, 0.5])
    assert frame.select(
        "primary_rate", "fallback_rate", "allowed_rate", "other_rate", "forbidden_rate"
    ).sum_horizontal().to_list() == pytest.approx([1.0, 1.0])
    assert drift_routes_frame([edit, fix]).height == 7


def test_a_fallback_is_tested_in_use_idle_or_never_seen(store: Store):
    facts = Facts()
    # Seen from 10 April, the 30 days begin on 12 March.
    facts.call("2026-03-12T10:00", route="openai/gpt-5.1", is_fallback=True)
    facts.call("2026-03-13T10:00", "error", route="openai/gpt-5.1")
    facts.call("2026-04-01T10:00", route=SONNET, is_fallback=False)
    facts.call("2026-03-11T10:00", route="old/one", is_fallback=True)
    facts.write(store)
    with store.reading() as connection:
        found = fallbacks(connection, CHOSEN, AS_OF)
    assert [(one.primary, one.route, one.task_classes, one.readiness) for one in found] == [
        (SONNET, "openai/gpt-5.1", ("*",), Readiness.TESTED),
        (FLASH, SONNET, ("fix",), Readiness.IN_USE),
        (FLASH, "never/seen", ("fix",), Readiness.NOT_SEEN),
        (FLASH, "old/one", ("fix",), Readiness.IDLE),
    ]
    tested = found[0]
    assert (tested.fallback_calls, tested.errors.k, tested.errors.n) == (1, 1, 2)
    assert [one.last_used for one in found] == [date(2026, 3, 13), date(2026, 4, 1), None, date(2026, 3, 11)]
    assert (
        fallback_words(found, 30)
        == "1 of 4 fallbacks stood in for another route in the last 30 days; 1 never seen in the data"
    )
    assert fallback_frame(found)["for_classes"].to_list() == ["all other", "fix", "fix", "fix"]


def test_without_tasks_there_is_nothing_to_hold_against_the_policy(store: Store):
    with store.reading() as connection:
        assert drift(connection, CHOSEN, AS_OF) == ()
    assert drift_words([]) == "No task in this period to hold against the routing policy"
    assert drift_frame([]).is_empty()
    assert fallback_words([], 30) == "The routing policy names no fallback"


def test_the_shipped_policy_names_a_place_for_the_primary_of_every_class():
    policy = routing_policy()
    for task_class in TaskClass:
        rule = policy.rule_for(task_class)
        assert place_of(rule.primary, rule) is Place.PRIMARY
        assert rule.why
        assert rule.fallbacks
