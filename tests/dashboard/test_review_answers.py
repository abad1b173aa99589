"""The review as a whole: its frame, the objectives beside the answers, and stores that hold next to nothing."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from dashboard.analysis.filters import NONE_NAME, Filter, Period
from dashboard.analysis.meanings import meaning_of
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.document import NoteLine, ReviewDocument, read_document
from dashboard.analysis.review.quarters import Quarter, read_quarter
from data.definitions import reporting, slos
from data.definitions.review_questions import review_questions
from data.store import Store
from fact_rows import Facts
from year_of_facts import odd_facts, year_of_facts

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
Q3 = read_quarter("2026Q3")


def review(store: Store, quarter: Quarter = Q3, scope: Filter | None = None, *notes: NoteLine) -> ReviewDocument:
    with store.reading() as connection:
        return make_review(connection, quarter, AS_OF, scope, notes)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('year') / 'year.db'}"))


def test_the_same_store_gives_the_same_bytes_and_they_read_back_as_the_document(year: Store):
    first, second = review(year), review(year)
    assert first.to_json() == second.to_json()
    assert read_document(first.to_json()) == first


def test_the_frame_says_quarter_days_scope_and_state_of_the_data(year: Store):
    scope = Filter(Period(date(2026, 1, 1), date(2026, 1, 2)), project="shop", task_class="edit")
    note = NoteLine("decision", "open", "Ask for a second reviewer")
    found = review(year, Q3, scope, note)
    assert (found.quarter, found.first, found.last) == ("2026Q3", date(2026, 7, 1), date(2026, 9, 30))
    assert (found.scope, found.is_complete, found.as_of) == ("project shop, task class edit", True, AS_OF)
    assert found.notes == (note,)
    assert found.price_version.startswith("genai-prices ")
    assert review(year).scope == ""


def test_a_running_quarter_says_that_it_is_not_over(year: Store):
    assert not review(year, read_quarter("2026Q4")).is_complete


def test_the_summary_has_every_objective_with_the_quarter_before(store: Store):
    facts = Facts()
    # 3 of 4 tasks completed in the third quarter, 1 of 2 in the second.
    for number, outcome in enumerate(("completed", "completed", "failed", "completed")):
        facts.task(f"2026-08-0{number + 1}T10:00", outcome)
    for number, outcome in enumerate(("completed", "failed")):
        facts.task(f"2026-05-0{number + 1}T10:00", outcome)
    found = review(facts.write(store))
    assert [figure.label for figure in found.summary] == [slo.title for slo in slos().slo]
    success = found.summary[0]
    assert (success.value, success.n, success.before) == (0.75, 4, 0.5)


def test_every_column_of_every_table_says_what_it_means(year: Store, tmp_path):
    odd = odd_facts(Store(f"sqlite:///{tmp_path / 'odd.db'}"))
    for store, quarter in ((year, "2026Q3"), (year, "2026Q4"), (odd, "2026Q4")):
        for table in review(store, read_quarter(quarter)).tables():
            beside = [column.name for column in table.columns]
            unexplained = [name for name in beside if meaning_of(name, table.name, beside) is None]
            assert unexplained == [], f"{table.name}: write them in dashboard/analysis/review/column_words.py"


def test_every_question_is_answered_and_its_tables_and_charts_have_names_of_their_own(year: Store):
    found = review(year)
    assert [answer.key for answer in found.answers] == [key for key, _ in review_questions().in_order()]
    for names in (
        [table.name for table in found.tables()],
        [chart.name for answer in found.answers for chart in answer.charts],
    ):
        assert len(names) == len(set(names))
    for answer in found.answers:
        assert answer.sentence.endswith(".")
        assert answer.would_change
        assert answer.since_last
        assert "None" not in repr((answer.sentence, answer.since_last, answer.would_change, answer.limits)), answer.key


def test_the_projects_of_a_scope_add_up_to_the_whole(year: Store):
    def tasks(project: str | None) -> int:
        scope = Filter(Period(date(2026, 1, 1), date(2026, 1, 2)), project=project)
        return review(year, Q3, scope).answers[0].figures[1].n

    parts = [tasks(project) for project in ("shop", "intranet", NONE_NAME)]
    assert all(parts)
    assert sum(parts) == tasks(None)


def test_a_class_as_scope_leaves_only_that_class_and_says_what_it_cannot_narrow(year: Store):
    scope = Filter(Period(date(2026, 1, 1), date(2026, 1, 2)), task_class="edit")
    answers = {answer.key: answer for answer in review(year, Q3, scope).answers}
    assert [row[0] for row in answers["failing_classes"].tables[0].rows] == ["edit"]
    assert answers["failing_classes"].links[0].params["task_class"] == "edit"
    assert "counted for every route and class" in " ".join(answers["noisy_integrations"].limits)
    assert "there is none for these filters" in " ".join(answers["before_scaling"].limits)


def test_an_empty_store_and_an_empty_quarter_have_a_review_too(store: Store):
    for full in (store, Facts().write(store)):
        found = review(full)
        assert all(figure.value is None and figure.note for figure in found.summary)
        assert read_document(found.to_json()) == found


def test_odd_data_have_a_review(store: Store):
    odd = odd_facts(store)
    for quarter in ("2026Q4", "2026Q3"):
        assert read_document(review(odd, read_quarter(quarter)).to_json())


def test_the_day_that_records_reach_to_is_one_of_the_reporting_time_zone(monkeypatch, store: Store):
    facts = Facts()
    facts.task("2026-08-20T10:00")
    facts.write(store)
    berlin = msgspec.structs.replace(reporting(), time_zone="Europe/Berlin")
    monkeypatch.setattr("dashboard.analysis.as_of.reporting", lambda: berlin)
    # In Berlin it is half past one in the morning of the 21st.
    with store.reading() as connection:
        found = make_review(connection, read_quarter("2026Q3"), datetime(2026, 8, 20, 23, 30, tzinfo=UTC))
    assert all(any("records reach to 21 August 2026" in text for text in answer.limits) for answer in found.answers)
