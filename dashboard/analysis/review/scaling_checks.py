"""What breaks when usage grows: budgets, objectives and approvals, each checked by itself."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor, log10

from dashboard.analysis.as_of import day_number
from dashboard.analysis.breakdowns import By, breakdown
from dashboard.analysis.burn_rates import fewest_events
from dashboard.analysis.error_budget import remaining_of
from dashboard.analysis.figures import SloFigure, Standing, Unit, Verdict
from dashboard.analysis.filters import Period
from dashboard.analysis.intervals import wilson
from dashboard.analysis.review.asked import Asked
from dashboard.analysis.review.needs import NOW, Area, Checked, Measure, Need, level_words
from dashboard.analysis.review.usage_spend import (
    DAYS_OF_MONTH,
    BudgetUse,
    MonthOf,
    measured_days,
    month_of,
)
from dashboard.analysis.strictness import Balance, StrictnessCell
from dashboard.analysis.strictness_counts import Who
from dashboard.analysis.strictness_words import named, place_words, zone_title
from dashboard.analysis.strips import strips_of
from dashboard.analysis.units import interval_text, value_text
from dashboard.analysis.wording import capital, listed
from data.definitions import Slo
from data.definitions.burn_windows import burn_windows
from data.definitions.review_questions import review_questions
from data.words import Actor

_HOUR_MS = 3_600_000


def spend_check(use: BudgetUse) -> Checked:
    """Check the spend of a month against its budget, at each level."""
    levels = review_questions().before_scaling.levels
    if use.month is None or not use.month.value:
        why = "no call has a known cost" if use.calls else "no call is recorded"
        return Checked(missing=f"{use.label.lower()} against its budget ({why})", is_measured=False)
    limit = None if use.budget is None else use.budget.month_usd
    measure = Measure(f"{use.label} in a month", use.month, Unit.USD, "US dollars", limit)
    if limit is None:
        return Checked(
            measures=(measure,), missing=f"{use.label.lower()} against a budget (there is none for these filters)"
        )
    edge, bounds = use.month.break_even(limit)
    reach = "" if bounds is None else f" ({bounds[0]:.1f}× to {bounds[1]:.1f}×)"
    at_edge = f"{use.label} reaches the budget of {_usd(limit)} at {edge:.1f}× usage{reach}."
    level = use.month.first_over(limit, levels)
    if level is None:
        return Checked(measures=(measure,), would_change=(at_edge,))
    then = use.month.at(level)
    enough = _usd(_rounded_up(then))
    of = "" if use.name is None else f" for project {use.name}"
    need = Need(
        Area.BUDGET,
        level,
        f"Agree on a monthly budget of {enough}{of} in place of {_usd(limit)}, or on a limit of usage",
        f"{use.label} is {_month_words(use.month)} a month now; the budget is {_usd(limit)}, reached at {edge:.1f}× "
        f"usage{reach}",
        f"At {level_words(level) if level > NOW else 'the usage of now'} it is {_month_words(then)} a month: "
        f"{_usd(then.value - limit)} more than was agreed on",
        weight=then.value / limit,
    )
    return Checked((need,), (measure,), (at_edge,))


def objective_checks(asked: Asked) -> tuple[Checked, ...]:
    """Check what is left of the error budgets of the quarter."""
    return tuple(_objective(asked, figure) for figure in asked.objectives)


_ADVICE = {
    "task_success": (By.TASK_CLASS, "Let usage of {part} grow only when task success is back at {objective}"),
    "diff_acceptance": (By.TASK_CLASS, "Ask for a decision before patches of {part} are applied"),
    "runtime_health": (By.TASK_CLASS, "Give commands of {part} a time limit, or faster machines"),
    "provider_stability": (By.ROUTE, "Let a tested fallback stand in for {part}, or take it off the primary routes"),
    "cost_efficiency": (By.TASK_CLASS, "Stop {part} at the task budget and ask before more is spent"),
}
_PLAIN = {By.TASK_CLASS: "all tasks", By.ROUTE: "every route"}


def _objective(asked: Asked, figure: SloFigure) -> Checked:
    question, rate, slo = review_questions().before_scaling, figure.rate, figure.slo
    if rate.k is None or rate.n < question.least_events:
        needed = max(question.least_events - rate.n, 0)
        return Checked(
            missing=f"{slo.title.lower()} ({rate.n:,} {rate.n_unit}, {needed:,} more are needed)", is_measured=False
        )
    bad = rate.n - rate.k
    remaining, bounds = remaining_of(slo, bad, rate.n)
    assert remaining is not None
    if remaining > question.nearly_spent_share:
        edge = (1 - slo.objective) * rate.n * (1 - question.nearly_spent_share)
        more = max(ceil(edge - 1e-9) - bad, 1)
        left = f"{value_text(remaining, Unit.RATE)} of its error budget is left"
        said = f"{slo.title}: {left}; with {more:,} more bad {rate.n_unit} in the quarter it would be nearly spent."
        return Checked(would_change=(said,))
    is_missed = rate.standing is Standing.MISSED
    fewest = 0 if is_missed else _fewest(slo)
    if rate.n < fewest:
        counted = f"{bad:,} bad of {rate.n:,} {rate.n_unit}, {fewest - rate.n:,} more are needed"
        words = f"whether the error budget of {slo.title.lower()} is nearly spent ({counted})"
        return Checked(cannot_tell=(words,))
    by, advice = _ADVICE.get(slo.name, (By.TASK_CLASS, "Bring {part} back to the objective of {objective}"))
    objective = value_text(slo.objective, Unit.RATE)
    highest = question.levels[-1]
    a_month, allowed = bad / _months(asked), (1 - slo.objective) * rate.n / _months(asked)
    left = "nothing" if remaining <= 0 else value_text(remaining, Unit.RATE)
    spent = "is missed" if is_missed else f"has {left} of its error budget left"
    edges = "" if bounds is None else f", {interval_text(rate.low, rate.high, Unit.RATE)}"
    need = Need(
        Area.OBJECTIVES,
        NOW if is_missed else question.levels[0],
        advice.format(part=_worst_part(asked, slo.name, by), objective=objective),
        f"{slo.title} {spent}: {value_text(rate.value, Unit.RATE)} of {rate.n:,} {rate.n_unit}{edges}, objective "
        f"{objective}",
        f"The rate stays as usage grows, the number does not: {a_month:,.0f} bad {rate.n_unit} a month become "
        f"{a_month * highest:,.0f} at {level_words(highest)}; at the objective {allowed * highest:,.0f}",
        weight=-remaining,
    )
    return Checked((need,))


def _fewest(slo: Slo) -> int:
    """Return from how many events on a budget can be called nearly spent: those of the most patient burn-rate rule.

    With fewer, one or two bad events more make an objective that is kept look as though its budget were gone.
    """
    factors = [rule.factor(slo.window_days) for rule in burn_windows().rule]
    found = [fewest_events(1 - slo.objective, factor) for factor in factors]
    return max((fewest for fewest in found if fewest is not None), default=0)


def _worst_part(asked: Asked, slo_name: str, by: By) -> str:
    """Return the class or route that is clearly worse than the rest; all of them when none is."""
    parts = breakdown(asked.connection, asked.chosen, asked.as_of, slo_name, by)
    worse = [part.name for part in parts if part.verdict is Verdict.WORSE]
    if not worse:
        return _PLAIN[by]
    return listed(worse, 2) if by is By.ROUTE else f"{listed(worse, 2)} tasks"


def zone_checks(asked: Asked) -> Checked:
    """Check whether approvals are too lax or too restrictive anywhere: needed now, whatever the usage."""
    found = asked.approvals
    if not any(cell.counts.decided for cell in found.by_zone):
        return Checked(missing="approvals by risk zone (no decision that is old enough)", is_measured=False)
    months = _settled_months(asked)
    needs: list[Need] = []
    for balance in (Balance.TOO_LAX, Balance.TOO_RESTRICTIVE):
        wrong = named(found.by_zone, balance)
        for who in Who:
            cells = [cell for cell in wrong if cell.place.who is who]
            if cells:
                needs.append(_zones(cells, balance, who, months))
    open_cells = [cell for cell in named(found.by_zone, Balance.CANNOT_TELL) if cell.more is not None]
    nearest = sorted(open_cells, key=lambda cell: cell.more or 0)[:1]
    least = review_questions().approval_patterns.least_decisions
    few = [cell for cell in found.by_zone if 0 < cell.counts.decided < least]
    short = listed([f"{place_words(cell)}: {least - cell.counts.decided:,} more" for cell in few], 7) if few else ""
    return Checked(
        tuple(needs),
        cannot_tell=(f"whether approvals are right, with fewer than {least} decisions: {short}",) if few else (),
        would_change=tuple(
            f"{cell.more:,} more decisions in {zone_title(cell.place.zone)} would tell whether it is too lax or strict."
            for cell in nearest
        ),
    )


_LAX = {
    Who.NOT_ASKED: "Ask a person before changes in {zones} are applied",
    Who.POLICY: "Let a person decide on changes in {zones}, where a rule does now",
    Who.HUMAN: "Ask a second reviewer for changes in {zones}",
    Who.UNKNOWN: "Find out who lets changes in {zones} through, and ask a person",
}
_STRICT = {
    Who.HUMAN: "Let a rule accept small changes in {zones}, or ask fewer people",
    Who.POLICY: "Loosen the rule that rejects changes in {zones}",
    Who.NOT_ASKED: "Loosen what holds up changes in {zones}",
    Who.UNKNOWN: "Find out what rejects changes in {zones}, and loosen it",
}


def _zones(cells: Sequence[StrictnessCell], balance: Balance, who: Who, months: float) -> Need:
    """Return one proposal for all zones with the same fault and the same decider."""
    is_lax = balance is Balance.TOO_LAX
    zones = listed([zone_title(cell.place.zone) for cell in cells], 6)
    mistakes = sum(cell.lax.k if is_lax else cell.restrictive.k for cell in cells)
    of = sum(cell.lax.n if is_lax else cell.restrictive.n for cell in cells)
    levels = review_questions().before_scaling.levels
    a_month = mistakes / months
    grows = ", ".join(f"{a_month * level:,.1f} at {level_words(level)}" for level in levels)
    what = "accepted changes were taken back" if is_lax else "rejected changes were good"
    share = value_text(mistakes / of, Unit.RATE) if of else "none"
    low, high = wilson(mistakes, of) or (None, None)
    weight = sum(abs(cell.difference_usd.value) * cell.counts.decided for cell in cells if cell.difference_usd)
    return Need(
        Area.ZONES,
        NOW,
        (_LAX if is_lax else _STRICT)[who].format(zones=zones),
        f"{mistakes:,} of {of:,} {what} ({share}, {interval_text(low, high, Unit.RATE)}); {balance.value} by the "
        "costs of approval_costs.toml",
        f"Fewer than the {a_month:,.1f} a month of now, which become {grows}",
        weight=weight,
    )


def queue_check(asked: Asked) -> Checked:
    """Check how long changes wait for people in a month, with the same reviewers."""
    question = review_questions().before_scaling
    patches = strips_of(asked.connection, asked.chosen, asked.chosen.period, "patch_decision_daily")
    by_people = patches.of("actor", Actor.HUMAN)
    known, accepted, rejected, pending = by_people.total(
        "waiting_known_count", "accepted_count", "rejected_count", "pending_count"
    )
    decided = accepted + rejected
    days = measured_days(asked.chosen.period, asked.as_of, asked.records_begin)
    if not known or days is None:
        return Checked(missing="waiting for decisions (no decision with a known waiting time)", is_measured=False)
    hours = {day: waited / _HOUR_MS for _, day, (waited,) in by_people.daily((), ("waiting_ms",))}
    first = day_number(days.first)
    month = month_of([hours.get(first + number, 0.0) for number in range(days.day_count)], known)
    if month is None:
        return Checked()
    # Decisions that nobody timed are taken to wait as long as the others; the lower end counts none of their hours.
    month = _scaled(month, max(decided / known, 1.0))
    limit = question.most_waiting_hours
    timed = f"of {decided:,} decisions {known:,} are timed" if known < decided else f"from {known:,} decisions"
    waiting = f" {pending:,} more changes wait without a decision and are not counted." if pending else ""
    note = f"{capital(timed)}; the others are taken to wait as long.{waiting}" if known < decided else waiting.strip()
    measure = Measure("Hours in a month that changes wait for people", month, Unit.COUNT, "hours", limit, note)
    edge, bounds = month.break_even(limit)
    reach = "" if bounds is None else f" ({bounds[0]:.1f}× to {bounds[1]:.1f}×)"
    at_edge = f"Waiting reaches {limit:g} hours a month at {edge:.1f}× usage{reach}, with the same reviewers."
    level = month.first_over(limit, question.levels)
    if level is None:
        return Checked(measures=(measure,), would_change=(at_edge,))
    then, when = month.at(level), "already now" if level <= NOW else f"at {level_words(level)}"
    need = Need(
        Area.QUEUE,
        level,
        "Add reviewers, or let a rule decide where people seldom reject",
        f"Changes wait {_hours(month)} a month in all ({timed}); agreed are at most {limit:g}",
        f"With the same reviewers {_hours(then)} a month {when}, and more once they are busy: a "
        "queue near its limit grows faster than usage",
        weight=then.value / limit,
    )
    return Checked((need,), (measure,), (at_edge,))


def _scaled(month: MonthOf, by: float) -> MonthOf:
    interval = None if month.interval is None else (month.interval[0], month.interval[1] * by)
    return replace(month, value=month.value * by, interval=interval)


def _months(asked: Asked) -> float:
    days = measured_days(asked.chosen.period, asked.as_of, asked.records_begin) or asked.chosen.period
    return days.day_count / DAYS_OF_MONTH


def _settled_months(asked: Asked) -> float:
    """Return how many months of the quarter hold decisions that can be judged."""
    period = asked.chosen.period
    first = period.first if asked.records_begin is None else max(period.first, asked.records_begin)
    last = min(period.last, asked.approvals.settled)
    return (Period(first, last).day_count if first <= last else period.day_count) / DAYS_OF_MONTH


def _usd(amount: float) -> str:
    return value_text(amount, Unit.USD)


def _month_words(month: MonthOf) -> str:
    if month.interval is None:
        return _usd(month.value)
    return f"{_usd(month.value)} ({interval_text(*month.interval, Unit.USD)})"


def _hours(month: MonthOf) -> str:
    if month.interval is None:
        return f"{month.value:,.0f} hours"
    return f"{month.value:,.0f} hours ({month.interval[0]:,.0f} to {month.interval[1]:,.0f})"


def _rounded_up(month: MonthOf) -> float:
    """Return the upper end, rounded up to two digits: what a budget must be so that it very likely holds."""
    amount = month.value if month.interval is None else month.interval[1]
    step = 10.0 ** (floor(log10(amount)) - 1)
    return ceil(amount / step - 1e-9) * step
