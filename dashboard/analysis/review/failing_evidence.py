"""What the answer on failing task classes rests on: tasks and patches by class, and the pictures and tables of them."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.analysis.as_of import day_number, newest_mature_day
from dashboard.analysis.breakdowns import PartOfSlo
from dashboard.analysis.comparison import Yardstick, rate_change
from dashboard.analysis.figures import Direction, Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.review.asked import Asked
from dashboard.analysis.review.document import ChartKind, EvidenceChart, EvidenceTable
from dashboard.analysis.review.failure_reasons import Reasons
from dashboard.analysis.review.parts import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    bounded,
    bounds,
    rate_cells,
    rate_series,
    table_of,
)
from dashboard.analysis.review.worst import Counts, Worst
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of
from dashboard.analysis.units import value_text
from dashboard.analysis.wording import capital, listed
from data.definitions import slos
from data.definitions.review_questions import review_questions

_MEASURES = ("task_count", "completed_count", "failed_count", "aborted_count", "unknown_count")


@dataclass(frozen=True, slots=True)
class Class:
    """Tasks and patches of one class in a quarter."""

    task_count: int = 0
    completed_count: int = 0
    failed_count: int = 0
    aborted_count: int = 0
    unknown_count: int = 0
    decided_patches: int = 0
    """Old enough to be judged."""
    undone_patches: int = 0
    """Of these: rolled back within the window."""
    young_patches: int = 0
    """Decided, and too young to be judged."""

    @property
    def counts(self) -> Counts:
        """Failed and stopped tasks, of those with a known outcome."""
        bad = self.failed_count + self.aborted_count
        return bad, bad + self.completed_count


Classes = Mapping[str, Class]


@shared
def classes_of(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Classes:
    """Return the classes of the tasks of a filter; patches are those old enough to be judged, the young ones apart."""
    settled = day_number(newest_mature_day(connection, as_of))
    patches = strips_of(connection, chosen, chosen.period, "patch_daily")
    by, decided = ("task_class",), ("decided_count", "rolled_back_count")
    old = patches.until(settled).sums(by, decided)
    young = patches.after(settled).sums(by, decided[:1])
    tasks = strips_of(connection, chosen, chosen.period, "task_daily")
    return {
        name: Class(*sums, *old.get(name, (0, 0)), *young.get(name, (0,)))
        for name, sums in sorted(tasks.sums(by, _MEASURES).items())
    }


def charts(worst: Worst, before: Classes, reasons: Reasons, asked: Asked) -> tuple[EvidenceChart, ...]:
    """Return the rates of all classes, and the reasons of the one that stands out, or of all, as pictures."""
    names = tuple(part.name for part in worst.parts)
    series = [rate_series(asked.quarter.name, [(part.bad, part.total) for part in worst.parts])]
    if asked.has_before:
        earlier = [before.get(name, Class()).counts for name in names]
        series.append(rate_series(asked.quarter.previous().name, earlier))
    objective = 1 - slos().named("task_success").objective
    rates = EvidenceChart(
        name="failing_classes_rates",
        title=_rates_title(worst),
        kind=ChartKind.POINTS,
        categories=names,
        series=tuple(series),
        unit=Unit.RATE,
        axis="Share of tasks that failed or were stopped",
        n_unit="tasks",
        reference=objective,
        reference_label=f"At most {value_text(objective, Unit.RATE)} is the objective",
    )
    focus = worst.named[0] if len(worst.named) == 1 else None
    whole = [(reason, count) for reason, count in ordered(_pooled(reasons, focus))]
    if not whole:
        return (rates,)
    total = sum(count for _, count in whole)
    own = [rate_series(f"{focus} tasks" if focus else "all classes", [(count, total) for _, count in whole])]
    if focus is not None:
        others = _pooled({name: found for name, found in reasons.items() if name != focus}, None)
        rest = sum(others.values())
        own.append(rate_series("other classes", [(others.get(reason, 0), rest) for reason, _ in whole]))
    first, most = whole[0]
    of = f"{focus} failures" if focus else "failures"
    return (
        rates,
        EvidenceChart(
            name="failing_classes_reasons",
            title=f"{value_text(most / total, Unit.RATE)} of {of}: {first}",
            kind=ChartKind.POINTS,
            categories=tuple(reason for reason, _ in whole),
            series=tuple(own),
            unit=Unit.RATE,
            axis="Share of the failures",
            n_unit="failed or stopped tasks",
        ),
    )


def _rates_title(worst: Worst) -> str:
    if worst.named:
        names = listed(worst.named)
        return f"{capital(names)} tasks fail clearly more often than the others"
    return "No class fails clearly more often than the others"


_RATES = {
    "task_class": TEXT,
    "task_count": COUNT,
    "counted_task_count": COUNT,
    "failed_count": COUNT,
    "aborted_count": COUNT,
    "unknown_count": COUNT,
    **bounded("failure_rate"),
    "is_named": FLAG,
    "against_the_rest": TEXT,
    "corrected_chance_rate": NUMBER,
}


def rates(worst: Worst, now: Classes) -> EvidenceTable:
    """Return the rates of all classes, and how each stands against the others."""
    rows = [
        {
            "task_class": part.name,
            "task_count": now[part.name].task_count,
            "counted_task_count": part.total,
            "failed_count": now[part.name].failed_count,
            "aborted_count": now[part.name].aborted_count,
            "unknown_count": now[part.name].unknown_count,
            **rate_cells("failure_rate", (part.bad, part.total)),
            "is_named": part.name in worst.named,
            "against_the_rest": "too few tasks" if part.verdict is None else part.verdict.value,
            "corrected_chance_rate": part.chance,
        }
        for part in worst.parts
    ]
    return table_of(
        rows,
        _RATES,
        name="failing_classes_rates",
        title="How often tasks of each class fail",
        meaning="one row per task class, the highest share of failures first",
    )


_CHANGES = {
    "task_class": TEXT,
    "counted_task_count": COUNT,
    **bounded("failure_rate"),
    "before_counted_task_count": COUNT,
    **bounded("before_failure_rate"),
    **bounded("change_rate"),
    "verdict": TEXT,
}


def changes(worst: Worst, before: Classes) -> EvidenceTable:
    """Return the rates of all classes beside those of the quarter before."""
    rows: list[dict[str, object]] = []
    for part in worst.parts:
        earlier = before.get(part.name, Class()).counts
        change = rate_change(part.bad, part.total, *earlier, yardstick())
        rows.append(
            {
                "task_class": part.name,
                "counted_task_count": part.total,
                **rate_cells("failure_rate", (part.bad, part.total)),
                "before_counted_task_count": earlier[1],
                **rate_cells("before_failure_rate", earlier),
                "change_rate": change.difference,
                "change_low_rate": change.low,
                "change_high_rate": change.high,
                "verdict": change.verdict.value,
            }
        )
    return table_of(
        rows,
        _CHANGES,
        name="failing_classes_changes",
        title="Failures of each class in this quarter and in the one before",
        meaning="one row per task class; each by itself, not corrected for their number",
    )


_PATCH_TABLE = {
    "task_class": TEXT,
    "decided_patch_count": COUNT,
    **bounded("rolled_back_rate"),
    "young_patch_count": COUNT,
}


def patches_table(now: Classes) -> EvidenceTable:
    """Return how many patches of each class were rolled back."""
    rows: list[dict[str, object]] = []
    for name, found in now.items():
        if found.decided_patches or found.young_patches:
            rows.append(
                {
                    "task_class": name,
                    "decided_patch_count": found.decided_patches,
                    **rate_cells("rolled_back_rate", (found.undone_patches, found.decided_patches)),
                    "young_patch_count": found.young_patches,
                }
            )
    return table_of(
        rows,
        _PATCH_TABLE,
        name="failing_classes_patches",
        title="Patches of each class that were rolled back within the window",
        meaning="one row per task class",
    )


_REASONS = {"task_class": TEXT, "reason": TEXT, "failed_task_count": COUNT, **bounded("share_of_failures_rate")}


def reasons_table(worst: Worst, reasons: Reasons) -> EvidenceTable:
    """Return why the tasks of each class failed."""
    rows: list[dict[str, object]] = []
    for part in worst.parts:
        found = reasons.get(part.name, {})
        total = sum(found.values())
        for reason, count in ordered(found):
            shares = rate_cells("share_of_failures_rate", (count, total))
            rows.append({"task_class": part.name, "reason": reason, "failed_task_count": count, **shares})
    return table_of(
        rows,
        _REASONS,
        name="failing_classes_reasons",
        title="Why tasks of each class failed",
        meaning="one row per task class and reason",
    )


_ROUTES = {
    "task_class": TEXT,
    "route": TEXT,
    "counted_task_count": COUNT,
    **bounded("failure_rate"),
    "against_the_rest": TEXT,
    "corrected_chance_rate": NUMBER,
}


def route_table(worst: Worst, routes: Sequence[PartOfSlo]) -> tuple[EvidenceTable, ...]:
    """Return the failures of the class that stands out by route; nothing when none or several do."""
    if not routes:
        return ()
    name = worst.named[0]
    rows = [
        {
            "task_class": name,
            "route": part.name,
            "counted_task_count": part.total,
            "failure_rate": None if part.rate is None else 1 - part.rate,
            **bounds("failure_rate", None if part.interval is None else (1 - part.interval[1], 1 - part.interval[0])),
            "against_the_rest": part.verdict.value,
            "corrected_chance_rate": part.chance,
        }
        for part in routes
    ]
    return (
        table_of(
            rows,
            _ROUTES,
            name="failing_classes_routes",
            title=f"Failures of {name} tasks by the route they asked for",
            meaning="one row per route, most failures first",
        ),
    )


def ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what is counted, most first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _pooled(reasons: Reasons, task_class: str | None) -> Mapping[str, int]:
    if task_class is not None:
        return reasons.get(task_class, {})
    pooled: dict[str, int] = {}
    for found in reasons.values():
        for reason, count in found.items():
            pooled[reason] = pooled.get(reason, 0) + count
    return pooled


def yardstick() -> Yardstick:
    """Return how differences of failure rates are judged."""
    return Yardstick(Unit.RATE, Direction.LOWER, "tasks", review_questions().failing_classes.relevant_share)
