"""What the tables beside the verdicts show, in sentences that are computed from them."""

from collections.abc import Sequence

from dashboard.analysis.approval_replay import Replay, Rule, Worth
from dashboard.analysis.decisions_over_time import DecisionSeries
from dashboard.analysis.figures import Unit
from dashboard.analysis.strictness import Rate
from dashboard.analysis.strictness_counts import ALL
from dashboard.analysis.strictness_words import zone_title
from dashboard.analysis.tool_decisions import ToolDecisions
from dashboard.analysis.units import value_text
from dashboard.analysis.waiting_now import Queue
from data.histogram import Histogram
from data.words import Actor, Decision, Subject

NOUNS = {
    Subject.PATCH: "patches",
    Subject.COMMAND: "commands",
    Subject.TOOL_CALL: "tool calls",
    Subject.DEPLOYMENT: "deployments",
}
ACTORS = {Actor.HUMAN: "people", Actor.POLICY: "rules", Actor.UNKNOWN: "not known who"}


def decisions_words(found: DecisionSeries) -> str:
    """Say how many decisions were rejections, people and rules apart."""
    said = [
        f"{ACTORS[actor]} rejected {value_text(rate.value, Unit.RATE)} of {rate.n:,}"
        for actor in found.by_actor
        if (rate := _rejected(found, actor)).n
    ]
    if not said:
        return f"Nothing was decided on {NOUNS[found.subject]} in this period"
    return f"Decisions on {NOUNS[found.subject]}: {'; '.join(said)}"


def waiting_words(found: DecisionSeries) -> str:
    """Say how long half of the decisions took, people and rules apart."""
    said: list[str] = []
    for actor, buckets in found.by_actor.items():
        waits = Histogram.added(bucket.waits for bucket in buckets)
        median = waits.median()
        if median is not None:
            said.append(f"{ACTORS[actor]} took {value_text(median / 1000, Unit.SECONDS)} (n = {waits.n:,})")
    if not said:
        return f"How long {NOUNS[found.subject]} waited is not recorded"
    return f"Half of the decisions on {NOUNS[found.subject]} came within this time: {'; '.join(said)}"


def queue_words(queues: Sequence[Queue]) -> str:
    """Say how much waits now, and how long the oldest has."""
    total = sum(queue.count for queue in queues)
    if not total:
        return "Nothing waits for a decision"
    old = sum(queue.by_age[3] for queue in queues)
    kinds = ", ".join(
        f"{queue.count:,} {NOUNS[queue.subject] if queue.count > 1 else queue.subject.value.replace('_', ' ')}"
        for queue in queues
    )
    late = f"; {old:,} for longer than a week" if old else ""
    return f"{kinds} {'waits' if total == 1 else 'wait'} for a decision{late}"


def tool_words(tools: Sequence[ToolDecisions]) -> str:
    """Say how many calls that change something had a decision before them."""
    mutating = [tool for tool in tools if tool.is_mutating]
    calls = sum(tool.calls for tool in tools)
    unknown = sum(tool.calls for tool in tools if tool.is_mutating is None)
    if not calls:
        return "No tool was called in this period"
    if not mutating:
        told = f"of {unknown:,} calls nobody says" if unknown else "none is known to"
        return f"Which tool calls change something is not known: {told}" if unknown else f"{calls:,} tool calls, {told}"
    changing = sum(tool.calls for tool in mutating)
    without = sum(tool.not_asked for tool in mutating)
    said = f"{without:,} of {changing:,} tool calls that change something were made without a decision"
    if not without:
        said = f"All {changing:,} tool calls that change something were decided on before they ran"
    return f"{said}; of {unknown:,} more nobody says whether they do" if unknown else said


def replay_words(found: Sequence[Replay]) -> str:
    """Say which rule would have saved most; what is said rests on all replays together."""
    worth = [replay for replay in found if replay.worth is Worth.YES and replay.saved_usd is not None]
    if not worth:
        told = any(replay.worth is Worth.NO for replay in found)
        return (
            "No stricter or laxer rule would have paid, as far as history tells"
            if told
            else "Cannot tell yet what another rule would have done"
        )
    best = max(worth, key=lambda replay: replay.saved_usd.value if replay.saved_usd else 0.0)
    assert best.saved_usd is not None
    done = _DONE[best.rule]
    return (
        f"If every rejected change would have been rolled back, {done[:1].lower()}{done[1:]} in "
        f"{zone_title(best.zone)} would have saved about ${best.saved_usd.value:,.0f} "
        f"(${best.saved_usd.low:,.0f} to ${best.saved_usd.high:,.0f}) in this period"
    )


def one_replay_words(replay: Replay) -> str:
    """Say what one rule would have done, with its intervals and where the behaviour of people was seen."""
    start = f"{_DONE[replay.rule]} in {zone_title(replay.zone)} ({replay.changes:,} changes)"
    if replay.caught is None or replay.held is None or replay.behaviour is None:
        return f"{start}: cannot tell, people have decided on too little to know how they would."
    escapes, held = replay.caught, replay.held
    if replay.rule is not Rule.LET_PASS:
        text = (
            f"would have caught {_about(escapes.value, escapes.low, escapes.high)} of {replay.escapes:,.0f} mistakes "
            f"that got through and held {_about(held.value, held.low, held.high)} good changes"
        )
    else:
        text = (
            f"would have let through {_about(-escapes.value, -escapes.high, -escapes.low)} more bad changes and no "
            f"longer held {_about(-held.value, -held.high, -held.low)} good ones"
        )
    waited = ""
    if replay.wait_hours is not None:
        hours = replay.wait_hours.value
        waited = f", with {abs(hours):,.0f} hours of waiting {'more' if hours > 0 else 'fewer'}"
    from_all = " People's decisions in all zones stand in." if replay.behaviour.zone == ALL != replay.zone else ""
    return f"{start} {text}{waited}: {_WORTH[replay.worth]}.{from_all}"


_WORTH = {
    Worth.YES: "it would have paid",
    Worth.NO: "it would have cost more than it saved",
    Worth.CANNOT_TELL: "whether it would have paid cannot be told",
}
_DONE = {
    Rule.ASK: "Asking a person about every change",
    Rule.LET_PASS: "Letting changes pass without asking",
    Rule.SECOND_REVIEWER: "Requiring a second reviewer",
}


def _about(value: float, low: float, high: float) -> str:
    return f"{value:,.0f} ({max(low, 0):,.0f} to {high:,.0f})"


def _rejected(found: DecisionSeries, actor: Actor) -> Rate:
    total = found.total(actor)
    decided = sum(count for decision, count in total.items() if decision is not Decision.PENDING)
    return Rate(total[Decision.REJECTED], decided)
