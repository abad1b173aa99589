"""Facts of quarters in few lines, and the answer to one question of the review of the third quarter of 2026."""

from datetime import UTC, date, datetime, timedelta

from dashboard.analysis.filters import Filter
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.document import Answer, ReviewDocument
from dashboard.analysis.review.quarters import read_quarter
from data.store import Store
from fact_rows import Facts

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
Q2, Q3, Q4 = date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)
DAYS = 90


def moment(first: date, number: int) -> str:
    """Return a time of one of the days of a quarter, day after day in turn."""
    return f"{first + timedelta(days=number % DAYS)}T{8 + number // DAYS % 12:02d}:00"


def add_tasks(facts: Facts, task_class: str, failed: int, total: int, first: date = Q3, **columns: object) -> None:
    """Add tasks of a class spread over a quarter, the failed ones among them; columns are those of all of them."""
    for number in range(total):
        is_failed = number * failed // total < (number + 1) * failed // total
        outcome = "failed" if is_failed else "completed"
        facts.task(moment(first, number), outcome, task_class=task_class, **columns)


def review_of(store: Store, quarter: str = "2026Q3", scope: Filter | None = None) -> ReviewDocument:
    with store.reading() as connection:
        return make_review(connection, read_quarter(quarter), AS_OF, scope)


def answer_of(store: Store, key: str, quarter: str = "2026Q3", scope: Filter | None = None) -> Answer:
    """Return the answer to a question in a quarter."""
    return next(answer for answer in review_of(store, quarter, scope).answers if answer.key == key)


def rows_of(answer: Answer, table: str) -> list[dict[str, object]]:
    """Return the rows of one of the tables of an answer."""
    return next(found for found in answer.tables if found.name == table).frame().to_dicts()
