"""Meanings of columns: the same everywhere, from the table whose rows are shown, never a word written twice."""

import pytest

from dashboard.analysis.column_words import MADE
from dashboard.analysis.declared_columns import column_of, declared_tables, list_words, word_lists
from dashboard.analysis.meanings import meaning_of

TASK_ROWS = ("task_id", "requested_at", "person", "outcome", "outcome_basis", "cost_usd")
COMMAND_ROWS = ("command_run_id", "started_at", "command_head", "status", "duration_s", "task_id")


def text(column: str, table: str = "", beside: tuple[str, ...] = ()) -> str:
    found = meaning_of(column, table, beside)
    assert found is not None
    return found.text


def test_a_column_means_what_the_table_says_whose_rows_are_shown():
    # status is a column of calls, commands, tools and deployments.
    assert meaning_of("status", "runtime_health_rows", COMMAND_ROWS).list_name == "CommandStatus"
    assert meaning_of("status", "provider_stability_rows", ("llm_call_id", "started_at", "status", "error_kind")) == (
        meaning_of("status", "llm_calls", ("llm_call_id", "latency_ms", "status", "cost_usd"))
    )
    assert text("outcome", "task_success_rows", TASK_ROWS) == "how it ended"
    assert meaning_of("outcome", "patches", ("patch_id", "proposed_at", "outcome")).list_name == "PatchOutcome"


def test_ids_dollars_and_seconds_are_explained_by_the_columns_they_come_from():
    assert (
        text("task_id", "", TASK_ROWS) == "hash of its first message and its first reply; x and 16 hexadecimal digits"
    )
    assert text("duration_s", "", COMMAND_ROWS) == "how long it ran, in seconds"
    assert text("reported_cost_usd", "llm_calls") == "cost as the gateway reported it, in US dollars"


def test_the_ends_of_an_interval_name_the_figure_they_belong_to():
    assert text("low_rate") == "lower end of the 95 % interval"
    assert text("high_usd") == "upper end of the 95 % interval"
    assert text("error_high_rate") == f"upper end of the 95 % interval of this figure: {MADE['error_rate']}"
    assert text("long_burn_low") == f"lower end of the 95 % interval of this figure: {MADE['long_burn']}"


def test_a_compared_figure_is_explained_by_the_figure():
    assert text("compared_value_rate") == f"the same in the compared period: {MADE['value_rate']}"


def test_what_nothing_declares_has_no_meaning_rather_than_a_guess():
    for name in ("flux_rate", "flux_low_rate", "compared_flux", "", "low_", "_high"):
        assert meaning_of(name) is None, name


def test_what_is_empty_on_screen_is_never_called_null():
    for table in declared_tables():
        for column in table.forms.values():
            assert "null" not in column.meaning.split(), f"{table.name}.{column.name}"


@pytest.mark.parametrize("name", MADE)
def test_a_column_of_the_store_is_not_explained_a_second_time(name: str):
    table, _, column = name.rpartition(".")
    if not table:
        # Tables of the store that happen to have such a name are explained by their own declaration where their rows
        # are shown; no other table may be what the words are about.
        others = {
            found.name for found in declared_tables() if column in found.columns and found.name.endswith("_daily")
        }
        assert not others, f"{column} is declared in {others}: drop it from column_words.py, or name its table"
    assert "(" not in column_of(column, MADE[name]).meaning or "(Kaplan-Meier)" in MADE[name]


def test_every_closed_list_that_a_column_names_has_words_with_meanings():
    for name in word_lists():
        assert all(word and meaning for word, meaning in list_words(name))
