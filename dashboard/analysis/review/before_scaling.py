"""Question 5: what policy updates are needed before scaling usage?"""

from collections.abc import Sequence

from dashboard.analysis.comparison import Estimate, Yardstick, estimate_change
from dashboard.analysis.figures import Direction, Standing, Unit
from dashboard.analysis.review.asked import Asked, sentences
from dashboard.analysis.review.document import (
    Answer,
    AnswerState,
    ChartKind,
    ChartSeries,
    EvidenceChart,
    EvidenceTable,
    ReviewFigure,
    RowsLink,
)
from dashboard.analysis.review.needs import NOW, Checked, Measure, Need, level_words, ordered, until_words
from dashboard.analysis.review.parts import COUNT, FLAG, NUMBER, TEXT, Row, table_of
from dashboard.analysis.review.scaling_checks import objective_checks, queue_check, spend_check, zone_checks
from dashboard.analysis.review.scaling_routes import limit_checks, route_checks
from dashboard.analysis.review.usage_spend import BudgetUse, budget_uses
from dashboard.analysis.units import difference_text, value_text
from dashboard.analysis.wording import listed
from data.definitions.review_questions import review_questions

KEY = "before_scaling"


def before_scaling(asked: Asked) -> Answer:
    """Return the changes of policy that are needed, by the level of usage at which each becomes necessary."""
    question = review_questions().before_scaling
    uses = budget_uses(asked.connection, asked.chosen, asked.as_of)
    before = budget_uses(asked.connection, asked.before, asked.as_of) if asked.has_before else ()
    checks = (
        *(spend_check(use) for use in uses),
        *objective_checks(asked),
        zone_checks(asked),
        route_checks(asked),
        queue_check(asked),
        *limit_checks(asked),
    )
    needs = ordered([need for check in checks for need in check.needs])
    measures = [measure for check in checks for measure in check.measures]
    missing = tuple(check.missing for check in checks if check.missing is not None)
    state, verdict, sentence = _said(asked, checks, needs)
    return Answer(
        key=KEY,
        number=question.number,
        question=question.question,
        owner=question.owner,
        state=state,
        verdict=verdict,
        sentence=sentence,
        rule=question.rule_words,
        figures=_figures(measures, needs, before),
        charts=_charts(measures),
        tables=(_proposals(needs), _levels(measures)),
        since_last=_since_last(asked, uses, before),
        would_change=tuple(text for check in checks for text in check.would_change)[:_MOST_TOLD] or (_NOTHING,),
        limits=(*_limits(uses, missing, [words for check in checks for words in check.cannot_tell]), *asked.limits()),
        links=_links(asked),
    )


_MOST_TOLD = 8
_NOTHING = "Records of calls, tasks and decisions: then it can be computed at which usage something breaks."


def _said(asked: Asked, checks: Sequence[Checked], needs: Sequence[Need]) -> tuple[AnswerState, str, str]:
    question = review_questions().before_scaling
    if not any(check.is_measured for check in checks):
        is_empty = not any(figure.rate.n for figure in asked.objectives)
        if is_empty:
            return AnswerState.NOT_MEASURED, "Not measured", f"Nothing was recorded in {asked.quarter.months}."
        told = "Cannot tell yet: there are too few records to say what breaks when usage grows."
        return AnswerState.CANNOT_TELL, "Cannot tell yet", told
    highest = level_words(question.levels[-1])
    if not needs:
        is_open = any(check.missing is not None or check.cannot_tell for check in checks)
        known = ", as far as it is measured" if is_open else ""
        told = f"No change of policy is needed up to {highest} usage{known}."
        return AnswerState.ANSWERED, f"None up to {highest}", told
    levels = sorted({need.level for need in needs})
    counts = [(level, [need for need in needs if need.level == level]) for level in levels]
    verdict = ", ".join(
        f"{len(own)} {'now' if level <= NOW else f'before {level_words(level)}'}" for level, own in counts
    )
    told = "; ".join(f"{_until(level)} {_first_of(own)}" for level, own in counts)
    return AnswerState.ANSWERED, f"{verdict}", f"Needed {told}."


def _until(level: float) -> str:
    return f"{until_words(level)}:"


def _first_of(needs: Sequence[Need]) -> str:
    first = needs[0].proposal
    rest = f" (and {len(needs) - 1} more)" if len(needs) > 1 else ""
    return f"{first[0].lower()}{first[1:]}{rest}"


def _figures(
    measures: Sequence[Measure], needs: Sequence[Need], before: Sequence[BudgetUse]
) -> tuple[ReviewFigure, ...]:
    earlier = before[0].month.value if before and before[0].month is not None else None
    found: list[ReviewFigure] = []
    for number, measure in enumerate(measures):
        low, high = measure.month.interval or (None, None)
        n_unit = "calls" if measure.unit is Unit.USD else "decisions"
        limit = "" if measure.limit is None else f"Limit: {value_text(measure.limit, measure.unit)}."
        is_spend = number == 0 and measure.unit is Unit.USD
        found.append(
            ReviewFigure(
                label=f"{measure.name}, at the usage of now",
                value=measure.month.value,
                unit=measure.unit,
                n=measure.month.n,
                n_unit=n_unit,
                low=low,
                high=high,
                before=earlier if is_spend else None,
                note=sentences((limit, measure.note)) or None,
            )
        )
    levels = review_questions().before_scaling.levels
    return (
        *found,
        ReviewFigure(
            label=f"Changes of policy needed up to {level_words(levels[-1])}",
            value=float(len(needs)),
            unit=Unit.COUNT,
            n=len(needs),
            n_unit="proposals",
        ),
    )


def _charts(measures: Sequence[Measure]) -> tuple[EvidenceChart, ...]:
    levels = (NOW, *review_questions().before_scaling.levels)
    found: list[EvidenceChart] = []
    for number, measure in enumerate(measures, 1):
        months = [measure.month.at(level) for level in levels]
        found.append(
            EvidenceChart(
                name=f"before_scaling_levels_{number}",
                title=_level_title(measure),
                kind=ChartKind.BARS,
                categories=tuple("Now" if level <= NOW else level_words(level) for level in levels),
                series=(
                    ChartSeries(
                        measure.name,
                        values=tuple(month.value for month in months),
                        low=tuple(None if month.interval is None else month.interval[0] for month in months),
                        high=tuple(None if month.interval is None else month.interval[1] for month in months),
                        n=tuple(month.n for month in months),
                    ),
                ),
                unit=measure.unit,
                axis=f"{measure.name}, {measure.unit_words}",
                n_unit="calls" if measure.unit is Unit.USD else "decisions",
                reference=measure.limit,
                reference_label=_limit_words(measure),
                note=sentences(("Each unit of usage as it is now; usage grows evenly.", measure.note)),
            )
        )
    return tuple(found)


def _limit_words(measure: Measure) -> str | None:
    if measure.limit is None:
        return None
    unit = "" if measure.unit is Unit.USD else f" {measure.unit_words}"
    return f"At most {value_text(measure.limit, measure.unit)}{unit}"


def _level_title(measure: Measure) -> str:
    if measure.limit is None:
        return f"{measure.name} as usage grows"
    level = measure.month.first_over(measure.limit, review_questions().before_scaling.levels)
    limit = value_text(measure.limit, measure.unit)
    if level is None:
        return f"{measure.name}: stays within {limit} at every level"
    return f"{measure.name}: over {limit} {'already now' if level <= NOW else f'at {level_words(level)} usage'}"


_PROPOSALS = {
    "needed": TEXT,
    "usage_level": NUMBER,
    "area": TEXT,
    "proposal": TEXT,
    "evidence": TEXT,
    "expected_effect": TEXT,
}


def _proposals(needs: Sequence[Need]) -> EvidenceTable:
    rows: list[Row] = [
        {
            "needed": until_words(need.level),
            "usage_level": need.level,
            "area": need.area.value,
            "proposal": need.proposal,
            "evidence": need.evidence,
            "expected_effect": need.effect,
        }
        for need in needs
    ]
    return table_of(
        rows,
        _PROPOSALS,
        name="before_scaling_proposals",
        title="Changes of policy, by the usage at which they become necessary",
        meaning="one row per proposal",
    )


_LEVELS = {
    "measure": TEXT,
    "usage_level": NUMBER,
    "unit": TEXT,
    "value": NUMBER,
    "value_low": NUMBER,
    "value_high": NUMBER,
    "limit": NUMBER,
    "is_over": FLAG,
    "event_count": COUNT,
}


def _levels(measures: Sequence[Measure]) -> EvidenceTable:
    levels = (NOW, *review_questions().before_scaling.levels)
    rows: list[Row] = []
    for measure in measures:
        for level in levels:
            month = measure.month.at(level)
            low, high = month.interval or (None, None)
            rows.append(
                {
                    "measure": measure.name,
                    "usage_level": level,
                    "unit": measure.unit_words,
                    "value": month.value,
                    "value_low": low,
                    "value_high": high,
                    "limit": measure.limit,
                    "is_over": None if measure.limit is None else month.value > measure.limit,
                    "event_count": month.n,
                }
            )
    return table_of(
        rows,
        _LEVELS,
        name="before_scaling_levels",
        title="What a month comes to at each level of usage",
        meaning="one row per measure and level; each unit of usage as it is now",
    )


def _since_last(asked: Asked, uses: Sequence[BudgetUse], earlier: Sequence[BudgetUse]) -> str:
    if not asked.has_before:
        return asked.no_before()
    now, before = uses[0].month, earlier[0].month
    said: list[str] = []
    if now is not None and before is not None and now.interval is not None and before.interval is not None:
        yardstick = Yardstick(
            Unit.USD, Direction.LOWER, "calls", review_questions().before_scaling.relevant_share * before.value
        )
        change = estimate_change(
            Estimate(now.value, *now.interval, now.n), Estimate(before.value, *before.interval, before.n), yardstick
        )
        low, high = change.low, change.high
        clear = low is not None and high is not None and (low > 0 or high < 0)
        words = "Spend a month changed clearly" if clear else "Spend a month did not change clearly"
        said.append(
            f"{words}: {value_text(before.value, Unit.USD)} in {asked.quarter.previous().name}, "
            f"{value_text(now.value, Unit.USD)} now ({difference_text(low, Unit.USD)} to "
            f"{difference_text(high, Unit.USD)})."
        )
    missed = [figure.slo.title for figure in asked.objectives if figure.rate.standing is Standing.MISSED]
    lower = [
        figure.slo.title
        for figure in asked.objectives
        if figure.rate.change is not None
        and figure.rate.change.before is not None
        and figure.rate.change.before < figure.slo.objective
    ]
    new, gone = [name for name in missed if name not in lower], [name for name in lower if name not in missed]
    said += [f"Newly missed: {listed(new, 5)}."] if new else []
    said += [f"Below the objective in the quarter before, and not clearly any more: {listed(gone, 5)}."] if gone else []
    return sentences(said) or "Nothing that grows with usage can be compared with the quarter before."


def _limits(uses: Sequence[BudgetUse], missing: Sequence[str], open_ones: Sequence[str]) -> tuple[str, ...]:
    found = ["Usage is taken to grow evenly over classes, routes and people; what grows unevenly breaks earlier."]
    found += [f"Cannot tell yet {words}." for words in open_ones]
    if missing:
        found.append(f"Not measured: {'; '.join(missing)}.")
    use = uses[0]
    if use.calls and use.unpriced:
        share = value_text(use.unpriced / use.calls, Unit.RATE)
        found.append(f"The cost of {share} of {use.calls:,} calls is unknown; the interval of spend reaches up to it.")
    return tuple(found)


def _links(asked: Asked) -> tuple[RowsLink, ...]:
    return (
        asked.rows("Spend and budget", "spend"),
        asked.rows("Error budgets", "slo-trends"),
        asked.rows("Approvals by risk zone", "approvals"),
        asked.rows("Routing policy and fallbacks", "provider-routes"),
    )
