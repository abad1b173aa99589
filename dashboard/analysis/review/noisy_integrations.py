"""Question 4: which integrations create the most operational noise?"""

from dashboard.analysis.breakdowns import difference_chance
from dashboard.analysis.comparison import Yardstick, rate_change
from dashboard.analysis.figures import Direction, Unit
from dashboard.analysis.intervals import wilson
from dashboard.analysis.review.asked import Asked, sentences
from dashboard.analysis.review.document import Answer, AnswerState, ReviewFigure, RowsLink
from dashboard.analysis.review.integration_noise import KIND_WORDS, Integration, integrations, per_100
from dashboard.analysis.review.noise_evidence import Found, charts, kinds_table, noise_table, per_100_bounds
from dashboard.analysis.review.parts import not_measured, share_of
from dashboard.analysis.review.worst import (
    Counts,
    Judged,
    Worst,
    each_to_tell,
    fewer_to_tie,
    find_worst,
    more_to_tell,
    worse_to_stand_out,
)
from dashboard.analysis.rollup_choice import needs_fine_rollups
from dashboard.analysis.ties import clear_ones
from dashboard.analysis.units import difference_text, value_text
from dashboard.analysis.wording import capital, listed
from data.definitions.review_questions import review_questions
from data.words import IntegrationKind

KEY = "noisy_integrations"
_ALERTS = "Alerts are not stored yet, so how many of them were noise is not measured and does not count here."


def noisy_integrations(asked: Asked) -> Answer:
    """Return which integrations have the highest share of useless attempts, and what they came to."""
    question = review_questions().noisy_integrations
    now = integrations(asked.connection, asked.chosen)
    if not now:
        remedy = "Load chats, gateway rows, deployments or own records of tool calls and commands: etl load PATH."
        return not_measured(KEY, question, asked, "No attempt at an integration is recorded", remedy)
    before = integrations(asked.connection, asked.before) if asked.has_before else {}
    worst = find_worst({label: one.counts for label, one in now.items()}, question.least_uses)
    state, verdict, sentence = _said(worst, now)
    return Answer(
        key=KEY,
        number=question.number,
        question=question.question,
        owner=question.owner,
        state=state,
        verdict=verdict,
        sentence=sentence,
        rule=question.rule_words,
        figures=_figures(worst, now, before if asked.has_before else None),
        charts=charts(worst, now, before if asked.has_before else None, asked),
        tables=(noise_table(worst, now, before), kinds_table(worst, now)),
        since_last=_since_last(worst, now, before, asked),
        would_change=_would_change(worst),
        limits=(_ALERTS, *_limits(worst, now, is_narrow=needs_fine_rollups(asked.chosen)), *asked.limits()),
        links=_links(asked, worst, now),
    )


def _said(worst: Worst, now: Found) -> tuple[AnswerState, str, str]:
    question = review_questions().noisy_integrations
    if worst.named:
        first, names = worst.part(worst.named[0]), listed(worst.named)
        rest = worst.rest_of(first.name)
        told = f"{_noise_words(first)}; it came to {_came_to(now[first.name])}{_most(worst, now)}"
        if len(worst.named) == 1:
            against = value_text(share_of(*rest), Unit.RATE)
            others = f"Of the attempts at all others {against} were useless."
            sentence = f"{capital(names)} makes most noise for its use: {told}. {others}"
            return AnswerState.ANSWERED, capital(first.name), sentence
        return (
            AnswerState.ANSWERED,
            f"{capital(names)}, tied",
            f"{capital(names)} make most noise for their use and cannot be told apart: {first.name} {told}.",
        )
    compared = worst.compared
    if len(compared) < 2:
        short = f"fewer than {question.least_uses} attempts"
        which = f"all but {compared[0].name} have" if compared else "each has"
        return AnswerState.CANNOT_TELL, "Cannot tell yet", f"Cannot tell yet: of the integrations {which} {short}."
    first = compared[0]
    more = more_to_tell(first, worst.rest_of(first.name), question.relevant_share, "attempts")
    relevant = difference_text(question.relevant_share, Unit.RATE).lstrip("+")
    highest = f"the highest share is that of {first.name}, {_noise_words(first)}"
    if more == 0:
        told = f"No integration stands out: {highest}, and one {relevant} above the others would very likely show."
        return AnswerState.ANSWERED, "None stands out", told
    needed = f"{more:,} more attempts would show" if more else "a longer period is needed to see"
    return (
        AnswerState.CANNOT_TELL,
        "Cannot tell yet",
        f"Cannot tell yet: {highest}, not clearly above the others; {needed} a distance of {relevant}.",
    )


def _noise_words(part: Judged) -> str:
    """Return noise for its use: 34.2 useless attempts per 100 useful ones (25 to 46), n = 402."""
    value = per_100(part.bad, part.total - part.bad)
    low, high = per_100_bounds(part.interval) or (None, None)
    if value is None:
        return f"none of {part.total:,} attempts was useful"
    edge = f" ({low:,.1f} to {high:,.1f})" if low is not None and high is not None else ""
    return f"{value:,.1f} useless attempts per 100 useful ones{edge}, n = {part.total:,}"


def _came_to(one: Integration) -> str:
    parts = [
        (one.failed_count, "failed"),
        (one.timeout_count, "timed out"),
        (one.denied_count, "denied"),
        (one.not_run_count, "never run"),
        (one.retry_count, "retried"),
    ]
    return listed([f"{count:,} {word}" for count, word in sorted(parts, key=lambda part: -part[0]) if count], 5)


def _most(worst: Worst, now: Found) -> str:
    """Return which integration has most useless attempts in number, where that is another one."""
    most = max(now.values(), key=lambda one: (one.useless_count, one.label))
    if most.label in worst.named:
        return ""
    return f"; most in number {most.label}, {most.useless_count:,} useless of {most.counts[1]:,}"


def _figures(worst: Worst, now: Found, before: Found | None) -> tuple[ReviewFigure, ...]:
    first = (worst.compared or worst.parts)[0]
    low, high = first.interval or (None, None)
    earlier = None if before is None or first.name not in before else before[first.name].counts
    figures = [
        ReviewFigure(
            label=f"Useless attempts at {first.name}",
            value=first.rate,
            unit=Unit.RATE,
            n=first.total,
            n_unit="attempts",
            low=low,
            high=high,
            before=None if earlier is None else share_of(*earlier),
            note=f"That is {_noise_words(first)}.",
        )
    ]
    for kind in IntegrationKind:
        own = [one.counts for one in now.values() if one.kind is kind]
        if not own:
            continue
        bad, total = sum(pair[0] for pair in own), sum(pair[1] for pair in own)
        interval = wilson(bad, total) or (None, None)
        was = None if before is None else [one.counts for one in before.values() if one.kind is kind]
        earlier_share = share_of(sum(pair[0] for pair in was), sum(pair[1] for pair in was)) if was else None
        title = "All commands" if kind is IntegrationKind.COMMANDS else f"All {KIND_WORDS[kind]}s"
        figures.append(
            ReviewFigure(title, share_of(bad, total), Unit.RATE, total, "attempts", *interval, earlier_share)
        )
    return tuple(figures)


def _since_last(worst: Worst, now: Found, before: Found, asked: Asked) -> str:
    if not asked.has_before:
        return asked.no_before()
    question, previous = review_questions().noisy_integrations, asked.quarter.previous().name
    if not before:
        return f"No attempt at an integration is recorded in {previous}."
    last = find_worst({label: one.counts for label, one in before.items()}, question.least_uses)
    told = f"In {previous} none stood out."
    if last.named:
        told = f"In {previous} {listed(last.named)} made most noise{', tied' if len(last.named) > 1 else ''}."
    yardstick = Yardstick(Unit.RATE, Direction.LOWER, "attempts", question.relevant_share)
    changes = [
        f"{capital(name)}: {rate_change(*now[name].counts, *_counts(before, name), yardstick).words}"
        for name in worst.named[:2]
    ]
    both = sorted(now.keys() & before.keys())
    chances = [difference_chance(*now[name].counts, *before[name].counts) for name in both]
    clear = clear_ones([1.0 if chance is None else chance for chance in chances])
    moved = [
        f"{name} {difference_text(_rate(now[name].counts) - _rate(before[name].counts), Unit.RATE)}"
        for name, is_clear in zip(both, clear, strict=True)
        if is_clear
    ]
    changed = f"Clear changes: {listed(moved, 5)}." if moved else "No integration changed clearly."
    return sentences((told, *changes, changed))


def _counts(found: Found, name: str) -> Counts:
    return found[name].counts if name in found else (0, 0)


def _rate(counts: Counts) -> float:
    return counts[0] / counts[1]


def _would_change(worst: Worst) -> tuple[str, ...]:
    question = review_questions().noisy_integrations
    found: list[str] = []
    if worst.named:
        first = worst.part(worst.named[0])
        fewer = None if worst.next is None else fewer_to_tie(first, worst.next)
        if fewer is not None and worst.next is not None:
            found.append(
                f"With {fewer:,} fewer useless attempts of {first.total:,}, {first.name} could not be told apart from "
                f"{worst.next.name}."
            )
        if len(worst.named) > 1:
            each = each_to_tell(first.bad / first.total, question.relevant_share, "attempts")
            relevant = difference_text(question.relevant_share, Unit.RATE).lstrip("+")
            found.append(
                f"{each:,} attempts at each would show a distance of {relevant} between {listed(worst.named)}."
            )
    elif len(worst.compared) > 1:
        first = worst.compared[0]
        needed = worse_to_stand_out(first, worst.rest_of(first.name))
        if needed is not None:
            found.append(
                f"With {needed:,} more useless attempts of {first.total:,}, {first.name} would lie clearly above the "
                "others."
            )
    few = [part for part in worst.parts if part.verdict is None]
    found += [
        f"{question.least_uses - part.total:,} more attempts at {part.name} would let it be judged." for part in few[:3]
    ]
    return tuple(found) or ("An integration whose share of useless attempts lies clearly above that of the others.",)


def _limits(worst: Worst, now: Found, *, is_narrow: bool) -> tuple[str, ...]:
    found: list[str] = []
    if is_narrow:
        found.append("Tools, deployments and commands are counted for every route and class: nothing tells them apart.")
    kinds = {one.kind for one in now.values()}
    missing = [kind for kind in IntegrationKind if kind not in kinds]
    if missing:
        words = {
            IntegrationKind.MCP_SERVER: "calls of MCP tools",
            IntegrationKind.PROVIDER: "calls to providers",
            IntegrationKind.PLATFORM: "deployments",
            IntegrationKind.COMMANDS: "commands with a known end",
        }
        found.append(f"Nothing is recorded of {listed([words[kind] for kind in missing])}.")
    few = [part.name for part in worst.parts if part.verdict is None]
    if few:
        found.append(f"Not judged, with too few attempts: {listed(few, 5)}.")
    if IntegrationKind.PROVIDER in kinds:
        found.append("Retries that a gateway makes are known only where its rows are loaded.")
    return tuple(found)


def _links(asked: Asked, worst: Worst, now: Found) -> tuple[RowsLink, ...]:
    kind = now[(worst.compared or worst.parts)[0].name].kind
    providers = asked.rows("Calls that ended in an error", "slo-trends", slo="provider_stability", by="route")
    others = {
        IntegrationKind.PROVIDER: (providers,),
        IntegrationKind.COMMANDS: (asked.rows("Commands", "slo-trends", slo="runtime_health"), providers),
        IntegrationKind.MCP_SERVER: (asked.rows("Tool calls and their decisions", "approvals"), providers),
        IntegrationKind.PLATFORM: (asked.rows("What flowed through the control plane", "overview"), providers),
    }
    return others[kind]
