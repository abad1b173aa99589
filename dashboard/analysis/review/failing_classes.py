"""Question 1: which task classes fail most often, and why?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dashboard.analysis.breakdowns import By, PartOfSlo, breakdown, difference_chance
from dashboard.analysis.comparison import rate_change
from dashboard.analysis.figures import Unit, Verdict
from dashboard.analysis.review.asked import Asked, sentences
from dashboard.analysis.review.document import Answer, AnswerState, RowsLink
from dashboard.analysis.review.failing_evidence import (
    Class,
    Classes,
    changes,
    charts,
    classes_of,
    ordered,
    patches_table,
    rates,
    reasons_table,
    route_table,
    yardstick,
)
from dashboard.analysis.review.failure_reasons import Reasons, failure_reasons
from dashboard.analysis.review.parts import not_measured, rate_figure, share_of, share_words
from dashboard.analysis.review.worst import (
    Counts,
    Worst,
    each_to_tell,
    fewer_to_tie,
    find_worst,
    more_to_tell,
    worse_to_stand_out,
)
from dashboard.analysis.ties import clear_ones
from dashboard.analysis.units import difference_text, value_text
from dashboard.analysis.wording import capital, listed
from data.definitions.review_questions import review_questions

KEY = "failing_classes"


def failing_classes(asked: Asked) -> Answer:
    """Return which classes fail most often and why."""
    question = review_questions().failing_classes
    now = classes_of(asked.connection, asked.chosen, asked.as_of)
    before = classes_of(asked.connection, asked.before, asked.as_of) if asked.has_before else {}
    counts = {name: found.counts for name, found in now.items() if found.counts[1]}
    if not counts:
        why = "No task of known outcome was asked" if now else "No task was asked"
        return not_measured(KEY, question, asked, why, "Load bolt.diy chat exports of the quarter: etl load PATH.")
    worst = find_worst(counts, question.least_tasks)
    reasons = failure_reasons(asked.connection, asked.chosen)
    routes = _routes(asked, worst.named[0]) if len(worst.named) == 1 else ()
    state, verdict, sentence = _said(worst, reasons, routes)
    first = worst.parts[0] if worst.compared == () else worst.compared[0]
    compared = before.get(first.name, Class()).counts if asked.has_before else None
    return Answer(
        key=KEY,
        number=question.number,
        question=question.question,
        owner=question.owner,
        state=state,
        verdict=verdict,
        sentence=sentence,
        rule=question.rule_words,
        figures=(
            rate_figure(f"{first.name.capitalize()} tasks that failed", (first.bad, first.total), "tasks", compared),
            rate_figure(
                "All tasks that failed",
                _sum(counts.values()),
                "tasks",
                _sum(found.counts for found in before.values()) if asked.has_before else None,
            ),
        ),
        charts=charts(worst, before, reasons, asked),
        tables=(
            rates(worst, now),
            *((changes(worst, before),) if asked.has_before else ()),
            reasons_table(worst, reasons),
            *route_table(worst, routes),
            patches_table(now),
        ),
        since_last=_since_last(worst, counts, before, asked),
        would_change=_would_change(worst),
        limits=(*_limits(now, worst), *asked.limits()),
        links=_links(asked, worst),
    )


def _routes(asked: Asked, task_class: str) -> tuple[PartOfSlo, ...]:
    chosen = replace(asked.chosen, task_class=task_class)
    return breakdown(asked.connection, chosen, asked.as_of, "task_success", By.ROUTE)


def _said(worst: Worst, reasons: Reasons, routes: Sequence[PartOfSlo]) -> tuple[AnswerState, str, str]:
    """Return state, verdict and sentence."""
    question = review_questions().failing_classes
    if worst.named:
        one = worst.part(worst.named[0])
        rest = worst.rest_of(one.name)
        if len(worst.named) == 1:
            verdict = f"{one.name.capitalize()} tasks"
            sentence = (
                f"{verdict} fail most often: {share_words(one.bad, one.total)}, against "
                f"{value_text(share_of(*rest), Unit.RATE)} of all others{_why(one.name, reasons)}{_where(routes)}."
            )
        else:
            names = listed(worst.named)
            verdict = f"{capital(names)} tasks, tied"
            sentence = (
                f"{capital(names)} tasks fail most often and cannot be told apart: {one.name} "
                f"{share_words(one.bad, one.total)}{_why(one.name, reasons)}."
            )
        return AnswerState.ANSWERED, verdict, sentence
    compared = worst.compared
    if len(compared) < 2:
        short = f"fewer than {question.least_tasks} tasks of known outcome"
        sentence = (
            f"Cannot tell yet: every class has {short}."
            if not compared
            else f"Cannot tell yet: all classes but {compared[0].name} have {short}, so there is nothing to compare."
        )
        return AnswerState.CANNOT_TELL, "Cannot tell yet", sentence
    first = compared[0]
    more = more_to_tell(first, worst.rest_of(first.name), question.relevant_share, "tasks")
    relevant = difference_text(question.relevant_share, Unit.RATE).lstrip("+")
    highest = f"the highest share is that of {first.name}, {share_words(first.bad, first.total)}"
    if more == 0:
        sentence = (
            f"No class fails clearly more often than the others: {highest}, and one {relevant} above the others would "
            "very likely show."
        )
        return AnswerState.ANSWERED, "None stands out", sentence
    needed = f"{more:,} more {first.name} tasks would show" if more else "a longer period is needed to see"
    return (
        AnswerState.CANNOT_TELL,
        "Cannot tell yet",
        f"Cannot tell yet: {highest}, not clearly above the others; {needed} a distance of {relevant}.",
    )


def _why(task_class: str, reasons: Reasons) -> str:
    """Return what most failures of a class have in common, after a comma; empty when nothing is."""
    found = reasons.get(task_class)
    if not found:
        return ""
    total, share = sum(found.values()), review_questions().failing_classes.reason_share
    named = [(reason, count) for reason, count in ordered(found) if count >= share * total]
    if not named:
        return ", with no reason that many of them share"
    told = " and ".join(f"{value_text(count / total, Unit.RATE)} are {reason}" for reason, count in named[:2])
    return f"; of these failures {told}"


def _where(routes: Sequence[PartOfSlo]) -> str:
    worse = [part for part in routes if part.verdict is Verdict.WORSE]
    if not worse:
        return ""
    part = worse[0]
    return f"; worst on {part.name}: {share_words(part.total - part.good, part.total)}"


def _since_last(worst: Worst, counts: Mapping[str, Counts], before: Classes, asked: Asked) -> str:
    if not asked.has_before:
        return asked.no_before()
    previous = asked.quarter.previous().name
    earlier = {name: found.counts for name, found in before.items() if found.counts[1]}
    last = find_worst(earlier, review_questions().failing_classes.least_tasks)
    told = f"In {previous} {_last_words(last)}."
    both = sorted(counts.keys() & earlier.keys())
    chances = [difference_chance(*counts[name], *earlier[name]) for name in both]
    clear = clear_ones([1.0 if chance is None else chance for chance in chances])
    moved = [
        f"{name} {difference_text(_rate(counts[name]) - _rate(earlier[name]), Unit.RATE)}"
        for name, is_clear in zip(both, clear, strict=True)
        if is_clear
    ]
    named = [
        f"{capital(name)}: {rate_change(*counts[name], *earlier.get(name, (0, 0)), yardstick()).words}"
        for name in worst.named[:2]
    ]
    changes = f"Clear changes, all classes considered: {listed(moved, 7)}." if moved else "No class changed clearly."
    return sentences((told, *named, changes))


def _last_words(last: Worst) -> str:
    if not last.named:
        return "no class stood out"
    names = listed(last.named)
    return f"{names} tasks failed most often" + (", tied" if len(last.named) > 1 else "")


def _would_change(worst: Worst) -> tuple[str, ...]:
    question = review_questions().failing_classes
    found: list[str] = []
    if worst.named:
        first = worst.part(worst.named[0])
        if worst.next is not None:
            fewer = fewer_to_tie(first, worst.next)
            if fewer is not None:
                found.append(
                    f"Had {fewer:,} fewer of its {first.total:,} tasks failed, {first.name} could not be told apart "
                    f"from {worst.next.name}."
                )
        if len(worst.named) > 1:
            each = each_to_tell(first.bad / first.total, question.relevant_share, "tasks")
            relevant = difference_text(question.relevant_share, Unit.RATE).lstrip("+")
            found.append(
                f"{each:,} tasks of each would show a distance of {relevant} between {listed(worst.named)}; there are "
                f"{listed([f'{worst.part(name).total:,}' for name in worst.named])}."
            )
    elif len(worst.compared) > 1:
        first = worst.compared[0]
        needed = worse_to_stand_out(first, worst.rest_of(first.name))
        if needed is not None:
            found.append(
                f"Had {needed:,} more of its {first.total:,} tasks failed, {first.name} would lie clearly above the "
                "others."
            )
    few = [part for part in worst.parts if part.verdict is None]
    found += [
        f"{question.least_tasks - part.total:,} more {part.name} tasks would let that class be judged."
        for part in few[:3]
    ]
    otherwise = f"A class of at least {question.least_tasks} tasks that clearly fails more often than the others."
    return tuple(found) or (otherwise,)


def _limits(now: Classes, worst: Worst) -> tuple[str, ...]:
    question = review_questions().failing_classes
    tasks = sum(found.task_count for found in now.values())
    unknown = sum(found.unknown_count for found in now.values())
    found: list[str] = []
    if unknown:
        share = value_text(unknown / tasks, Unit.RATE)
        weight = "; that is enough to change the answer" if unknown > question.unknown_share * tasks else ""
        found.append(f"The outcome of {share} of {tasks:,} tasks is unknown; they count neither way{weight}.")
    few = [part.name for part in worst.parts if part.verdict is None]
    if few:
        found.append(f"Not judged, with fewer than {question.least_tasks} tasks: {listed(few, 7)}.")
    return tuple(found)


def _links(asked: Asked, worst: Worst) -> tuple[RowsLink, ...]:
    found = [asked.rows("Task success by class", "slo-trends")]
    found += [
        asked.rows(f"{name.capitalize()} tasks that failed", "slo-trends", task_class=name) for name in worst.named[:3]
    ]
    return tuple(found)


def _rate(counts: Counts) -> float:
    return counts[0] / counts[1]


def _sum(counts: Iterable[Counts]) -> Counts:
    pairs = list(counts)
    return sum(bad for bad, _ in pairs), sum(total for _, total in pairs)
