"""The rules that people agree on, and the providers, as entries of the glossary."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from dashboard.analysis.declared_columns import list_words, sentence
from dashboard.analysis.figures import Unit
from dashboard.analysis.trend_frames import window_words
from dashboard.analysis.units import share_text, value_text
from data.definitions import (
    PriceOverride,
    Provider,
    TaskClassRule,
    price_overrides,
    providers,
    reporting,
    routing_policy,
    slos,
    task_classes,
)
from data.definitions.approval_costs import approval_costs
from data.definitions.budgets import Budget, ProjectBudget, budgets
from data.definitions.burn_windows import BurnRule, burn_windows
from data.definitions.review_questions import review_questions, threshold_words
from data.definitions.risk_zones import risk_zones
from data.definitions.routing import EVERY_CLASS, RoutingRule

Details = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule: its name, what it says, owner and reason, and its conditions."""

    name: str
    meaning: str
    details: Details = ()
    parts: tuple[tuple[str, str], ...] = ()


def rule_entries() -> Iterator[RuleEntry]:
    """Return every rule that people agree on, kind by kind."""
    yield from _task_classes()
    yield from _risk_zones()
    yield _approval_costs()
    yield from (_burn_rule(rule) for rule in burn_windows().rule)
    yield from _routing()
    yield from (_price(override) for override in price_overrides().override)
    yield _budget("all spend", budgets().whole)
    for budget in budgets().project:
        yield _budget(f"project {budget.name}", budget)
    yield from _review()
    yield RuleEntry(
        "Rollback window",
        f"A patch that was not rolled back within {slos().rollback_window_days} days counts as kept.",
        _file("slos"),
    )
    yield RuleEntry(
        "Reporting time zone",
        f"Days, weeks, months and quarters are cut in {reporting().time_zone}; times are shown in UTC. "
        f"Records dated before {reporting().first_year} are taken for broken clocks and quarantined. "
        "Where the fiscal year begins with another month than January, a quarter is written FY2027Q1, after the year "
        "of the calendar in which the fiscal year ends.",
        _file("reporting"),
    )


def provider_entries() -> Iterator[RuleEntry]:
    """Return the providers of models."""
    return (_provider(provider) for provider in providers().provider)


def _task_classes() -> Iterator[RuleEntry]:
    rules = task_classes()
    for word, meaning in list_words("TaskClass"):
        own = [(number, rule) for number, rule in enumerate(rules.rule, 1) if rule.task_class == word]
        yield RuleEntry(
            f"Task class: {word}",
            sentence(meaning),
            (("Owner", rules.owner), ("Version of the rules", rules.version), *_file("task_classes")),
            tuple((f"rule {number}", f"{_conditions(rule)}. {rule.why}") for number, rule in own),
        )


def _conditions(rule: TaskClassRule) -> str:
    """Return the conditions of a rule in words; the first rule that holds names the class."""
    given = {
        name: value
        for name, value in msgspec.structs.asdict(rule).items()
        if name not in ("task_class", "why") and value not in (None, ())
    }
    if not given:
        return "When no rule before it holds"
    return "When " + " and ".join(_condition(name, value) for name, value in given.items())


_FILES = "its files"
_YES_NO = {
    "has_patch": ("it has a patch", "it has no patch"),
    "is_answered": ("it was answered", "it got no answer"),
    "is_first_of_chat": ("it is the first request of its chat", "it is not the first request of its chat"),
    "is_fix_request": ("it began with an automatic fix request", "it began with no automatic fix request"),
}


def _condition(name: str, value: object) -> str:
    words = name.replace("_", " ")
    if isinstance(value, tuple):
        listed: tuple[str, ...] = value
        return f"its request has one of the words {', '.join(listed)}"
    if isinstance(value, bool):
        return _YES_NO[name][not value]
    bound = {"min ": "at least", "max ": "at most"}.get(words[:4])
    return f"it has {bound} {value} {words[4:]}" if bound else f"{words}: {value}"


def _risk_zones() -> Iterator[RuleEntry]:
    zones = risk_zones().zone
    for number, zone in enumerate(zones, 1):
        reviewer = "should have a second reviewer" if zone.is_high_risk else "needs no second reviewer"
        yield RuleEntry(
            f"Risk zone: {zone.title}",
            f"{sentence(zone.why)} A patch is in the first zone that any of its files falls in; this is number "
            f"{number} of {len(zones)}. An edit in it {reviewer}.",
            (("Owner", zone.owner), ("Name in CSV files", zone.name), *_file("risk_zones")),
            ((_FILES, _listed(zone.patterns) or "all that no zone before it takes"),),
        )


def _approval_costs() -> RuleEntry:
    costs = approval_costs()
    return RuleEntry(
        "Approval costs",
        f"{sentence(costs.why)} An approval is about right when, for a hundred decisions, neither side costs more than "
        f"{value_text(costs.tolerance_usd, Unit.USD)} more than the other.",
        (("Owner", costs.owner), *_file("approval_costs")),
        (
            ("an hour of a person", value_text(costs.usd_per_person_hour, Unit.USD)),
            ("a rollback", _minutes(costs.minutes_per_rollback)),
            ("a good change that was rejected", _minutes(costs.minutes_per_blocked_change)),
            ("an hour of waiting", _minutes(costs.minutes_per_waiting_hour)),
            ("a rejected change was a good one", f"accepted again within {costs.accepted_again_hours} hours"),
            ("the same change", f"{share_text(costs.alike_share)} of the files of both are in both"),
            ("decisions that show how people of a zone decide", f"{costs.fewest_decisions_in_zone:,} or more"),
            *(
                (f"a rollback in {zone.name}", f"{_minutes(zone.minutes_per_rollback)}. {zone.why} Owner: {zone.owner}")
                for zone in costs.zone
            ),
        ),
    )


def _minutes(minutes: float) -> str:
    return f"{minutes:g} minutes of a person"


def _burn_rule(rule: BurnRule) -> RuleEntry:
    windows = sorted({slo.window_days for slo in slos().slo})
    factors = " and ".join(f"{rule.factor(days):.4g} for objectives over {days} days" for days in windows)
    out_of_reach = [slo.title for slo in slos().slo if not rule.can_fire(slo)]
    return RuleEntry(
        f"Burn-rate rule: {rule.severity}, {window_words(rule.long_minutes)}",
        f"Fires when the burn rate over {window_words(rule.long_minutes)} and that over "
        f"{window_words(rule.short_minutes)} both exceed its factor: {factors}.",
        (
            ("Owner", rule.owner),
            ("Why", rule.why),
            ("Share of the budget", share_text(rule.budget_share)),
            *((("Cannot fire for", ", ".join(out_of_reach)),) if out_of_reach else ()),
            *_file("burn_windows"),
        ),
    )


def _routing() -> Iterator[RuleEntry]:
    policy = routing_policy()
    for rule in policy.rule:
        name = "every class without a rule of its own" if rule.task_class == EVERY_CLASS else rule.task_class
        yield RuleEntry(
            f"Routing policy: {name}",
            sentence(rule.why),
            (
                ("Owner", policy.owner),
                ("Why there is a policy", policy.why),
                ("A fallback counts as tested", f"when it stood in within {policy.tested_within_days} days"),
                *_file("routing_policy"),
            ),
            _routes(rule),
        )


def _routes(rule: RoutingRule) -> tuple[tuple[str, str], ...]:
    named = {
        "primary": (rule.primary,),
        "fallbacks, in this order": rule.fallbacks,
        "allowed": rule.allowed,
        "forbidden": rule.forbidden,
    }
    return tuple((place, ", ".join(routes)) for place, routes in named.items() if routes)


def _price(override: PriceOverride) -> RuleEntry:
    since = [
        f"{word} {day}"
        for word, day in (("from", override.valid_from), ("until", override.valid_until))
        if day is not None
    ]
    prices = {
        "input": override.input_usd_per_million,
        "output": override.output_usd_per_million,
        "read from the cache": override.cache_read_usd_per_million,
        "written to the cache": override.cache_write_usd_per_million,
    }
    return RuleEntry(
        f"Own price: {override.provider}/{override.model}",
        f"Goes before the price table {' '.join(since) or 'always'}.",
        (("Owner", override.owner), ("Why", override.why), *_file("price_overrides")),
        tuple((name, f"{price:g} USD per million tokens") for name, price in prices.items() if price is not None),
    )


def _provider(provider: Provider) -> RuleEntry:
    kinds = [
        *(("served by own machines: no price for each token",) if provider.is_self_hosted else ()),
        *(("a gateway: it stands before other providers",) if provider.is_gateway else ()),
    ]
    if not kinds:
        kinds = ["prices from the price table" if provider.price_table_id else "nobody publishes its prices"]
    names = {
        "in bolt.diy": provider.bolt_names,
        "at gateways and in spans": provider.gateway_names,
        "hosts of its API": provider.api_hosts,
    }
    return RuleEntry(
        provider.title,
        f"Written {provider.name} in routes; {' and '.join(kinds)}.",
        _file("providers"),
        tuple((place, _listed(found)) for place, found in names.items() if found),
    )


def _budget(of: str, budget: Budget | ProjectBudget) -> RuleEntry:
    return RuleEntry(
        f"Budget: {of}",
        f"{value_text(budget.month_usd, Unit.USD)} may be spent in a calendar month. Known spend counts.",
        (("Owner", budget.owner), ("Why", budget.why), *_file("budgets")),
    )


def _review() -> Iterator[RuleEntry]:
    for key, question in review_questions().in_order():
        yield RuleEntry(
            f"Review question {question.number}: {question.question}",
            question.rule_words,
            (("Owner", question.owner), ("Why", question.why), ("Written as", key), *_file("review_questions")),
            tuple((name, f"is {threshold_words(name, value)}") for name, value in question.thresholds().items()),
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _file(name: str) -> Details:
    return (("Written in", f"data/definitions/{name}.toml"),)
