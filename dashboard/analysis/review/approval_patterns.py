"""Question 3: are approval patterns too lax or too restrictive?"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.approval_evidence import charts, tables
from dashboard.analysis.review.asked import Asked
from dashboard.analysis.review.document import Answer, AnswerState, ReviewFigure
from dashboard.analysis.review.parts import not_measured
from dashboard.analysis.strictness import (
    Balance,
    Rate,
    Strictness,
    StrictnessCell,
    outcomes_of,
)
from dashboard.analysis.strictness_costs import Outcomes, UnitCosts, difference
from dashboard.analysis.strictness_counts import Who
from dashboard.analysis.strictness_words import (
    changed_words,
    headline,
    named,
    never_rejected_words,
    place_words,
    support_words,
)
from dashboard.analysis.wording import capital, listed
from data.definitions.approval_costs import approval_costs
from data.definitions.review_questions import review_questions

KEY = "approval_patterns"


def approval_patterns(asked: Asked) -> Answer:
    """Return where approvals are too lax and where too restrictive, zone by zone."""
    question = review_questions().approval_patterns
    found = asked.approvals
    is_judged = any(cell.counts.decided for cell in found.by_zone)
    if not is_judged and not found.young:
        remedy = "Load what tells of decisions: chats, pull requests with reviews, or own records of approvals."
        return not_measured(KEY, question, asked, "No decision on a patch is known", remedy)
    state, verdict = _verdict(found)
    first = _first(found)
    return Answer(
        key=KEY,
        number=question.number,
        question=question.question,
        owner=question.owner,
        state=state,
        verdict=verdict,
        sentence=f"{headline(found)}.",
        rule=question.rule_words,
        figures=_figures(found),
        charts=charts(found) if is_judged else (),
        tables=tables(found, [] if first is None else [first]) if is_judged else (),
        since_last=(changed_words(found) or "") if asked.has_before else asked.no_before(),
        would_change=_would_change(found),
        limits=(*_limits(found), *asked.limits()),
        links=(asked.rows("Verdicts and the decisions behind them", "approvals"),),
    )


def _verdict(found: Strictness) -> tuple[AnswerState, str]:
    lax, strict = named(found.by_zone, Balance.TOO_LAX), named(found.by_zone, Balance.TOO_RESTRICTIVE)
    parts = [
        f"{words} in {len(cells)} {'place' if len(cells) == 1 else 'places'}"
        for words, cells in (("too lax", lax), ("too restrictive", strict))
        if cells
    ]
    if parts:
        return AnswerState.ANSWERED, capital(", ".join(parts))
    right = named(found.by_zone, Balance.ABOUT_RIGHT)
    if right and not named(found.by_zone, Balance.CANNOT_TELL):
        return AnswerState.ANSWERED, "About right"
    if right:
        return AnswerState.ANSWERED, "About right, as far as can be told"
    return AnswerState.CANNOT_TELL, "Cannot tell yet"


def _lax(found: Strictness) -> list[StrictnessCell]:
    """Return the groups that are too lax: those in which somebody or a rule decides first, as the headline has them."""
    return sorted(named(found.by_zone, Balance.TOO_LAX), key=lambda cell: cell.place.who is Who.NOT_ASKED)


def _first(found: Strictness) -> StrictnessCell | None:
    """Return the group that the answer rests on most: the dearest mistake, or the one with most decisions."""
    wrong = [*_lax(found), *named(found.by_zone, Balance.TOO_RESTRICTIVE)]
    known = [cell for cell in found.by_zone if cell.counts.decided]
    return wrong[0] if wrong else max(known, key=lambda cell: cell.counts.decided, default=None)


def _figures(found: Strictness) -> tuple[ReviewFigure, ...]:
    lax, strict = _lax(found), named(found.by_zone, Balance.TOO_RESTRICTIVE)
    chosen = [(cell, True) for cell in lax[:2]] + [(cell, False) for cell in strict[:2]]
    first = _first(found)
    if not chosen:
        if first is None:
            nothing = Rate(0, 0)
            return (_figure("Accepted changes that were taken back", nothing, "accepted changes", None),)
        chosen = [(first, True), (first, False)]
    figures: list[ReviewFigure] = []
    for cell, is_lax in chosen:
        earlier = None if found.before is None else found.before.at(cell.place)
        if is_lax:
            label = f"{place_words(cell)}: accepted changes that were taken back"
            figures.append(_figure(label, cell.lax, "accepted changes", earlier and earlier.lax))
        else:
            label = f"{place_words(cell)}: rejected changes that were good"
            figures.append(_figure(label, cell.restrictive, "rejected changes", earlier and earlier.restrictive))
    return tuple(figures)


def _figure(label: str, rate: Rate, n_unit: str, before: Rate | None) -> ReviewFigure:
    low, high = rate.interval or (None, None)
    return ReviewFigure(label, rate.value, Unit.RATE, rate.n, n_unit, low, high, before and before.value)


def _would_change(found: Strictness) -> tuple[str, ...]:
    said: list[str] = []
    for cell in _lax(found)[:2]:
        fewer = _fewer(cell, found.tolerance_usd, is_lax=True)
        if fewer is not None:
            of = f"{fewer:,} fewer of its {cell.counts.accepted:,} accepted changes taken back"
            said.append(f"{place_words(cell)}: with {of}, too lax could no longer be said.")
    for cell in named(found.by_zone, Balance.TOO_RESTRICTIVE)[:2]:
        fewer = _fewer(cell, found.tolerance_usd, is_lax=False)
        change = "only shorter waiting would: it alone costs more than the mistakes that got through."
        if fewer is not None:
            of = f"{fewer:,} fewer of its {cell.counts.rejected:,} rejected changes good"
            change = f"with {of}, too restrictive could no longer be said."
        said.append(f"{place_words(cell)}: {change}")
    open_cells = [cell for cell in named(found.by_zone, Balance.CANNOT_TELL) if cell.more is not None]
    said += [
        f"{place_words(cell)}: {cell.more:,} more decisions would very likely settle it."
        for cell in sorted(open_cells, key=lambda cell: cell.more or 0)[:3]
    ]
    costs = approval_costs()
    said.append(f"Other costs in approval_costs.toml, which {costs.owner} answers for.")
    return tuple(said)


def _fewer(cell: StrictnessCell, tolerance: float, *, is_lax: bool) -> int | None:
    """Return how many fewer mistakes of its side would let the verdict no longer be said; null when none would do."""
    costs = approval_costs()
    unit = UnitCosts(costs.rollback_usd(cell.place.zone), costs.blocked_usd, costs.waiting_hour_usd)
    outcomes = outcomes_of(cell.counts, cell.place.who)
    seen = outcomes.rolled_back if is_lax else outcomes.accepted_again

    def holds(mistakes: int) -> bool:
        if is_lax:
            return difference(_with(outcomes, rolled_back=mistakes), unit).low > tolerance
        return difference(_with(outcomes, accepted_again=mistakes), unit).high < -tolerance

    return None if holds(0) else seen - _most_without(holds, seen)


def _with(outcomes: Outcomes, *, rolled_back: int | None = None, accepted_again: int | None = None) -> Outcomes:
    return replace(
        outcomes,
        rolled_back=outcomes.rolled_back if rolled_back is None else rolled_back,
        accepted_again=outcomes.accepted_again if accepted_again is None else accepted_again,
    )


def _most_without(holds: Callable[[int], bool], high: int) -> int:
    """Return the largest count below ``high`` for which a condition that holds at ``high`` does not."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return low


def _limits(found: Strictness) -> tuple[str, ...]:
    said: list[str] = []
    wrong: Sequence[StrictnessCell] = [
        *_lax(found),
        *named(found.by_zone, Balance.TOO_RESTRICTIVE),
    ]
    said += [support_words(cell) for cell in wrong[:4]]
    least = review_questions().approval_patterns.least_decisions
    few = [place_words(cell) for cell in found.by_zone if 0 < cell.counts.decided < least]
    if few:
        said.append(f"Cannot be told yet, with fewer than {least} decisions: {listed(few, 6)}.")
    if found.young:
        said.append(f"{found.young:,} decisions of the quarter are too young to be judged.")
    never = [(cell, words) for cell in found.by_zone if (words := never_rejected_words(cell)) is not None]
    said += [f"{place_words(cell)}: {words} rejections." for cell, words in never[:3]]
    return tuple(said)
