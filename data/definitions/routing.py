"""The routing policy: which route serves which class of tasks, who owns it and why."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from data.definitions.reading import Reading
from data.words import TaskClass

EVERY_CLASS = "*"
_FILE_NAME = "routing_policy.toml"
_Text = Annotated[str, Meta(min_length=1)]
_Days = Annotated[int, Meta(ge=1)]


class RoutingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Routes of one class of tasks; each is named once."""

    task_class: _Text
    primary: _Text
    why: _Text
    fallbacks: tuple[str, ...] = ()
    """In the order in which they are tried."""
    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def routes(self) -> tuple[str, ...]:
        """Every route that the rule names."""
        return (self.primary, *self.fallbacks, *self.allowed, *self.forbidden)


class RoutingPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules, and how recent a fallback's last use must be."""

    owner: _Text
    why: _Text
    tested_within_days: _Days
    rule: tuple[RoutingRule, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, naming everything at once."""
        wrong = _problems_across(self.rule)
        if all(rule.task_class != EVERY_CLASS for rule in self.rule):
            wrong.append(
                f'no rule has task_class = "{EVERY_CLASS}", which the classes without a rule of their own follow'
            )
        if wrong:
            raise ValueError("\n".join(wrong))

    def rule_for(self, task_class: str) -> RoutingRule:
        """Return the rule that a class follows."""
        by_class = {rule.task_class: rule for rule in self.rule}
        return by_class.get(task_class, by_class[EVERY_CLASS])


def read_routing_policy(content: bytes) -> RoutingPolicy:
    """Read the policy from TOML. Raises DefinitionError that lists everything that is wrong."""
    reading = Reading(content, _FILE_NAME)
    found = reading.whole(RoutingPolicy)
    if found is None:
        told = _problems_across(reading.entries("rule", RoutingRule))
        reading.wrong += [problem for problem in told if problem not in reading.wrong]
        raise reading.refuse()
    return found


def _problems_across(rules: tuple[RoutingRule, ...]) -> list[str]:
    wrong = [problem for rule in rules for problem in _problems_of(rule)]
    times = Counter(rule.task_class for rule in rules)
    return wrong + [f"{name} has {count} rules; one is expected" for name, count in times.items() if count > 1]


def _problems_of(rule: RoutingRule) -> Iterator[str]:
    if rule.task_class != EVERY_CLASS and rule.task_class not in list(TaskClass):
        yield f"task_class '{rule.task_class}' is none of {EVERY_CLASS}, {', '.join(TaskClass)}"
    for route in dict.fromkeys(rule.routes):
        provider, _, model = route.partition("/")
        if not provider or not model:
            yield f"route '{route}' of {rule.task_class} is not written provider/model"
    for route, count in Counter(rule.routes).items():
        if count > 1:
            yield f"{rule.task_class} names {route} {count} times; a route is primary, fallback, allowed or forbidden"
