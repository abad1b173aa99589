"""What changed since a review was frozen: verdict by verdict, figure by figure, file by file."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.compare import compare
from dashboard.analysis.review.document import Answer, AnswerState, ReviewDocument, ReviewFigure
from dashboard.analysis.review.since import loads_since
from data.store import Store
from fact_rows import Facts

FAILED = ReviewFigure("Failed", 0.25, Unit.RATE, 12, "tasks", 0.1, 0.5)
ANSWER = Answer(
    "failing_classes", 1, "Which fail?", "Us", AnswerState.ANSWERED, "Fix tasks", "Fix tasks fail.", "Rule.", (FAILED,)
)
FROZEN = ReviewDocument(
    "2026Q3", date(2026, 7, 1), date(2026, 9, 30), "UTC", "", datetime(2026, 10, 1, tzinfo=UTC), True, 7, "ab", "1",
    (ANSWER,), summary=(ReviewFigure("Task success", 0.9, Unit.RATE, 100, "tasks", 0.8, 0.95),),
)  # fmt: skip


def with_figures(*figures: ReviewFigure, **changes) -> ReviewDocument:
    answer = msgspec.structs.replace(ANSWER, figures=figures, **changes)
    return msgspec.structs.replace(FROZEN, answers=(answer,))


def test_the_same_review_has_no_difference_whatever_was_loaded():
    later = msgspec.structs.replace(FROZEN, data_version=9, revision=1, as_of=FROZEN.as_of + timedelta(days=9))
    found = compare(FROZEN, later, {"a": "1"}, {"a": "1"})
    assert found.is_same
    assert (found.figure_count, found.is_other_data, found.is_other_prices) == (2, True, False)
    assert not found.definitions.has_any


def test_a_figure_that_differs_is_told_with_both_values():
    now = with_figures(msgspec.structs.replace(FAILED, value=0.3, n=20, high=0.45))
    (change,) = compare(FROZEN, now, {}, {}).figures
    assert (change.question, change.label) == ("Which fail?", "Failed")
    assert change.frozen_words == "25.0 % (10.0 % to 50.0 %), n = 12"
    assert change.now_words == "30.0 % (10.0 % to 45.0 %), n = 20"


def test_a_last_bit_is_no_difference_and_one_more_record_is():
    assert compare(FROZEN, with_figures(msgspec.structs.replace(FAILED, value=0.25 + 1e-15)), {}, {}).is_same
    assert not compare(FROZEN, with_figures(msgspec.structs.replace(FAILED, n=13)), {}, {}).is_same


def test_figures_of_one_label_are_told_apart_and_missing_ones_are_named():
    twice = with_figures(FAILED, FAILED)
    (more,) = compare(FROZEN, twice, {}, {}).figures
    assert (more.frozen, more.frozen_words) == (None, "no such figure")
    (fewer,) = compare(twice, FROZEN, {}, {}).figures
    assert fewer.now is None
    (unknown,) = compare(FROZEN, with_figures(msgspec.structs.replace(FAILED, value=None)), {}, {}).figures
    assert unknown.now_words.startswith("–")


def test_another_verdict_is_told_also_where_a_question_came_or_went():
    now = with_figures(FAILED, verdict="Edits", state=AnswerState.ANSWERED)
    (change,) = compare(FROZEN, now, {}, {}).verdicts
    assert (change.question, change.frozen, change.now) == ("Which fail?", "Fix tasks", "Edits")
    (gone,) = compare(FROZEN, msgspec.structs.replace(FROZEN, answers=()), {}, {}).verdicts
    assert (gone.frozen, gone.now) == ("Fix tasks", None)


def test_definitions_that_changed_came_or_went_are_named():
    found = compare(FROZEN, FROZEN, {"a": "1", "b": "1", "c": "1"}, {"b": "1", "c": "2", "d": "1"}).definitions
    assert (found.changed, found.added, found.removed) == (("c",), ("d",), ("a",))


def test_loads_since_a_moment_are_counted_and_the_newest_named(store: Store):
    facts, moment = Facts(), datetime(2026, 10, 2, tzinfo=UTC)
    for number in range(1, 6):
        facts.load(
            number, 10, 4, 6, file_name=f"{number}.json", finished_at=moment + timedelta(hours=number - 1),
            last_record_at=moment,
        )  # fmt: skip
    facts.write(store)
    with store.reading() as connection:
        found = loads_since(connection, moment)
        assert loads_since(connection, moment + timedelta(days=9)).file_count == 0
    # Number 1 finished at the very moment; 4 files brought 4 new records each.
    assert (found.file_count, found.record_count) == (4, 16)
    assert found.newest_files == ("5.json", "4.json", "3.json")
