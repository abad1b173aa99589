"""Provider stability by model: against the objective, the others and the compared days; and what is said of it."""

from datetime import date

import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.analysis.error_kinds import errors_by_model, errors_frame, errors_of, errors_words
from dashboard.analysis.figures import Standing, Verdict
from dashboard.analysis.filters import Compare, Filter, Period
from data.store import Store
from fact_rows import Facts

GOOD, BAD = "openai/gpt-5", "mistral/devstral"
MARCH = Period(date(2026, 3, 1), date(2026, 3, 10))
CHOSEN = Filter(MARCH, compare=Compare.PREVIOUS, compared=Period(date(2026, 2, 1), date(2026, 2, 10)))


def add(facts: Facts, route: str, month: str, calls: int, errors: int, unknown: int = 0) -> None:
    for number in range(calls):
        status = "error" if number < errors else "unknown" if number < errors + unknown else "success"
        kind = {"error_kind": "timeout"} if status == "error" else {}
        facts.call(f"2026-{month}-{number % 10 + 1:02}T10:00", route=route, status=status, **kind)


@pytest.fixture
def store_of_two(store: Store) -> Store:
    """BAD fails 40 of 200 calls whose end is known and failed 2 of 200; GOOD fails 2 of 400, as before."""
    facts = Facts()
    add(facts, GOOD, "03", 400, 2)
    add(facts, GOOD, "02", 400, 2)
    add(facts, BAD, "03", 210, 40, unknown=10)
    add(facts, BAD, "02", 200, 2)
    return facts.write(store)


def test_each_model_stands_against_objective_others_and_compared_days(store_of_two: Store):
    with store_of_two.reading() as connection:
        found = errors_by_model(connection, CHOSEN)
    assert [one.route for one in found] == [BAD, GOOD]
    bad, good = found
    assert (bad.rate.k, bad.rate.n, bad.calls.unknown_count) == (160, 200, 10)
    assert (bad.rate.low, bad.rate.high) == pytest.approx(proportion_confint(160, 200, method="wilson"))
    assert (bad.rate.standing, good.rate.standing) == (Standing.MISSED, Standing.MET)
    assert (bad.against_others, good.against_others) == (Verdict.WORSE, Verdict.BETTER)
    assert bad.rate.change is not None
    assert (bad.rate.change.verdict, bad.rate.change.difference) == (
        Verdict.WORSE,
        pytest.approx(160 / 200 - 198 / 200),
    )
    row = errors_frame(found).to_dicts()[0]
    assert (row["error_count"], row["timeout_error_count"], row["call_count"], row["unknown_end_count"]) == (
        40,
        40,
        210,
        10,
    )


def test_the_model_that_failed_more_often_is_named_with_its_share_of_the_errors(store_of_two: Store):
    with store_of_two.reading() as connection:
        words = errors_words(errors_by_model(connection, CHOSEN))
        of_days = errors_of(connection, CHOSEN, MARCH.first, MARCH.last)
    assert words.startswith(f"{BAD} failed more often than the others: 20.0 % of 200 calls (")
    assert words.endswith(") against 0.5 %")
    # 40 of 42 errors.
    assert of_days == f", 95 % of the errors by {BAD}"


def test_models_that_fail_alike_are_not_told_apart(store: Store):
    facts = Facts()
    add(facts, GOOD, "03", 100, 3)
    add(facts, BAD, "03", 100, 4)
    with facts.write(store).reading() as connection:
        assert errors_words(errors_by_model(connection, CHOSEN)) == "No model clearly failed more often than the others"
        assert errors_of(connection, CHOSEN, MARCH.first, MARCH.last) == ""
