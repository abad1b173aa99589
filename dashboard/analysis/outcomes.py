"""Task success, and diff acceptance without rollback."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from dashboard.analysis.as_of import day_number, day_of, newest_mature_day, patches_judged_at
from dashboard.analysis.figures import Fact, Figure, Point, SloFigure, Standing, Unit
from dashboard.analysis.intervals import ratio
from dashboard.analysis.rates import GoodOfTotal, View, part, rate_point, slo_rate
from dashboard.analysis.selection import Sums, undated_count
from dashboard.analysis.series import Bucket
from data.definitions import Slo, slos

_LOAD_CHATS = "Load bolt.diy chat exports (etl load PATH), or choose a longer period."


def task_success(connection: sqlite3.Connection, slo: Slo, view: View) -> SloFigure:
    """Completed of completed, failed and aborted tasks; unknown outcomes beside."""
    unknown = view.now.total("unknown_count")
    beside = [
        Fact("Failed", view.now.total("failed_count")),
        Fact("Aborted", view.now.total("aborted_count"), note="stopped by the person"),
        Fact(
            "Outcome unknown",
            ratio(unknown, view.now.total("task_count")),
            Unit.RATE,
            f"{unknown:,} tasks that the files do not tell about; not counted in the rate",
            is_warning=unknown > 0.05 * view.now.total("task_count"),
        ),
    ]
    undated = undated_count(connection, view.chosen, ["task_count"])
    if undated:
        beside.append(Fact("Tasks without a time", undated, note="in no period"))
    rate = slo_rate(slo, "tasks", view, completed_of_ended, beside)
    if rate.n == 0:
        reason = f"all {unknown:,} tasks have an unknown outcome" if unknown else "no task in this period"
        rate = replace(rate, reason=reason, remedy=_LOAD_CHATS)
    return SloFigure(slo, rate)


def diff_acceptance(connection: sqlite3.Connection, slo: Slo, view: View) -> SloFigure:
    """Patches accepted and not rolled back of patches decided, both only of days older than the rollback window."""
    newest = newest_mature_day(connection, view.as_of)
    mature = view.now.until(day_number(newest))

    def kept(sums: Sums) -> GoodOfTotal:
        return kept_of_decided(sums.until(day_number(newest)))

    judged = _judged(patches_judged_at(connection, view.as_of), view.as_of)
    rate = slo_rate(slo, "patches", view, kept, [judged, *_patch_facts(view.now, mature)])
    rate = replace(rate, series=_patch_points(view, day_number(newest)))
    if rate.n == 0:
        young = view.now.total("decided_count") + view.now.total("rejected_count")
        rate = _no_patches(rate, young, f"{newest + timedelta(days=1)}")
    return SloFigure(slo, rate)


def completed_of_ended(sums: Sums) -> GoodOfTotal:
    """Return completed tasks, and completed, failed and aborted ones."""
    completed = sums.total("completed_count")
    return completed, completed + sums.total("failed_count") + sums.total("aborted_count")


def kept_of_decided(sums: Sums) -> GoodOfTotal:
    """Return patches accepted and not rolled back, and patches decided; maturity of days is the caller's concern."""
    decided = sums.total("decided_count")
    return decided - sums.total("rolled_back_count"), decided + sums.total("rejected_count")


def _patch_points(view: View, newest: int) -> tuple[Point, ...]:
    """Buckets that hold a day younger than the window are provisional: their patches can still be rolled back."""

    def measure(bucket: Bucket) -> Point | None:
        return rate_point(
            bucket, *kept_of_decided(part(view.now, bucket)), is_provisional=day_number(bucket.last) > newest
        )

    return view.points(measure)


def _judged(judged_at: datetime, as_of: datetime) -> Fact:
    label = "Judged from the chat export of" if judged_at < as_of else "Judged as of the newest record"
    note = "only a later chat export shows that a patch was taken back; newer records of other sources do not"
    return Fact(label, day_of(judged_at).isoformat(), Unit.DAY, note)


def _patch_facts(everything: Sums, mature: Sums) -> list[Fact]:
    window = slos().rollback_window_days
    decided = everything.total("decided_count") + everything.total("rejected_count")
    immature = decided - mature.total("decided_count") - mature.total("rejected_count")
    by_person, rolled_back_by_person = mature.total("human_decided_count"), mature.total("human_rolled_back_count")
    automatic = mature.total("decided_count") - by_person
    rolled_back_automatic = mature.total("rolled_back_count") - rolled_back_by_person
    unsure = mature.total("rolled_back_unsure_count")
    facts = [
        Fact("Too young to tell", immature, note=f"decided on days less than {window} days before the day of judging"),
        Fact("Rejected", mature.total("rejected_count")),
        Fact("Rolled back", mature.total("rolled_back_count"), note=f"within {window} days"),
        *(
            Fact(f"Rolled back by {words}", mature.total(f"{evidence}_count"))
            for evidence, words in (
                ("rewind", "a rewind"),
                ("git_revert", "a git revert"),
                ("deploy_rollback", "a deployment rollback"),
                ("human_overwrite", "a person who restored the files"),
            )
            if mature.total(f"{evidence}_count")
        ),
        Fact(
            "Kept, of those accepted without a person",
            ratio(automatic - rolled_back_automatic, automatic),
            Unit.RATE,
            f"{automatic:,} patches: let through, applied, or by whom is not known",
        ),
        Fact(
            "Kept, of those that a person accepted",
            ratio(by_person - rolled_back_by_person, by_person),
            Unit.RATE,
            f"{by_person:,} patches",
        ),
        Fact(
            "Rework",
            mature.total("reworked_count"),
            note="a repair followed; weaker than a rollback, not counted against the rate",
        ),
    ]
    if unsure:
        facts.append(
            Fact(
                "Rolled back at an unknown time",
                unsure,
                note="the exports are too far apart to tell whether it was within the window; counted as kept",
                is_warning=True,
            )
        )
    return facts


def _no_patches(rate: Figure, young: int, first_young: str) -> Figure:
    if young:
        return replace(
            rate,
            standing=Standing.NOT_MEASURED,
            reason=f"all {young:,} patches are too young: they can still be rolled back",
            remedy=f"Choose a period that begins before {first_young}, or load newer chat exports.",
        )
    return replace(rate, reason="no patch was decided in this period", remedy=_LOAD_CHATS)
