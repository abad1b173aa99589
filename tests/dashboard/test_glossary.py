"""The glossary holds everything that is declared, once, and says nothing that is not declared."""

from collections import Counter

import pytest

import data.tables
from dashboard.analysis.glossary import GLOSSARY_COLUMNS, Entry, Group, found_in, glossary, glossary_frame
from dashboard.analysis.slo_explained import all_explained
from data import definitions, words
from data.definitions.burn_windows import burn_windows
from data.definitions.risk_zones import risk_zones
from data.tables.base import table_name
from data.words import TaskClass, Word

ENTRIES = glossary()


def entry(name: str) -> Entry:
    return next(found for found in ENTRIES if found.name == name)


def part(of: str, name: str) -> str:
    return next(found.meaning for found in entry(of).parts if found.name == name)


def names(group: Group) -> list[str]:
    return [found.name for found in ENTRIES if found.group is group]


def test_an_entry_holds_what_the_definition_of_the_objective_says():
    slo = definitions.slos().named("task_success")
    found = entry("Task success")
    assert found.meaning == slo.help
    assert found.details[:5] == (
        ("Formula", "completed tasks / completed, failed and aborted tasks"),
        ("Objective", "at least 95.0 % over 30 days"),
        ("Owner", slo.owner),
        ("Why", slo.why),
        ("n counts", "completed, failed and aborted tasks"),
    )
    details = dict(found.details)
    assert details["Read from"] == "Chats, or own records of tasks"
    assert details["How it is known"].startswith("outcome_basis: answer, error, recorded")


def test_every_objective_has_sources_and_says_how_it_is_known():
    assert len(all_explained()) == len(definitions.slos().slo)
    for found in all_explained():
        assert found.sources, found.slo.name
        assert found.known_by, found.slo.name
    shown_large = {found.slo.name: found.headline for found in all_explained() if found.headline}
    assert shown_large == {
        "runtime_health": "median command latency, which should be at most 10 s",
        "cost_efficiency": "spend per completed task",
    }


def test_every_table_and_column_of_the_store_is_there_with_its_grain():
    listed = {*names(Group.RECORDED), *names(Group.SUMS)}
    tables = [getattr(data.tables, name) for name in data.tables.__all__]
    assert listed == {table_name(table) for table in tables}
    for table in tables:
        found = entry(table_name(table))
        assert found.meaning.startswith("One row per ")
        assert [column.name for column in found.parts] == list(table.model_fields)
        assert all(len(column.meaning) > 3 for column in found.parts)
    assert part("task", "outcome") == "How it ended. One of: completed, failed, aborted, unknown."


def test_every_closed_list_is_there_with_every_word_and_its_meaning():
    lists = {name: getattr(words, name) for name in words.__all__ if name != "Word"}
    assert {*names(Group.KNOWN), *names(Group.WORDS)} == set(lists)
    for name, found in lists.items():
        assert issubclass(found, Word)
        assert [one.name for one in entry(name).parts] == [word.value for word in found]
    assert part("CostBasis", "computed") == "Tokens times the price on the day of the call."


def test_lists_that_say_how_something_is_known_stand_apart():
    assert {"CostBasis", "LatencyBasis", "UsageStatus", "TimeBasis", "RollbackEvidence"} <= set(names(Group.KNOWN))
    assert {"CallStatus", "Outcome", "TaskClass"} <= set(names(Group.WORDS))


def test_every_rule_is_there_with_owner_and_reason():
    rules = names(Group.RULES)
    assert [name for name in rules if name.startswith("Task class: ")] == [f"Task class: {word}" for word in TaskClass]
    shown = [one for name in rules if name.startswith("Task class: ") for one in entry(name).parts]
    assert len(shown) == len(definitions.task_classes().rule)
    assert sum(name.startswith("Burn-rate rule: ") for name in rules) == len(burn_windows().rule)
    assert sum(name.startswith("Routing policy: ") for name in rules) == len(definitions.routing_policy().rule)
    assert sum(name.startswith("Own price: ") for name in rules) == len(definitions.price_overrides().override)
    assert [name for name in rules if name.startswith("Risk zone: ")] == [
        f"Risk zone: {zone.title}" for zone in risk_zones().zone
    ]
    for name in rules:
        if not name.startswith(("Rollback", "Reporting")):
            assert dict(entry(name).details)["Owner"], name
    # Windows of 30 days: 2 % x 30 days / 1 hour = 14.4; with an objective of 85 % it cannot exceed 1 / 0.15 = 6.7.
    assert "14.4 for objectives over 30 days" in entry("Burn-rate rule: page, 1 h").meaning
    assert dict(entry("Burn-rate rule: page, 1 h").details)["Cannot fire for"] == "Diff acceptance without rollback"
    assert part("Task class: refactor", "rule 6") == "When it has at least 5 edited files. Changes many existing files."
    assert part("Task class: discuss", "rule 1").startswith("When it has no patch and it was answered. ")


def test_a_risk_zone_says_its_place_its_files_and_whether_it_wants_a_second_reviewer():
    first, last = entry("Risk zone: Authentication and authorization"), entry("Risk zone: Everything else")
    assert "this is number 1 of 6. An edit in it should have a second reviewer." in first.meaning
    assert "An edit in it needs no second reviewer." in last.meaning
    assert "login*" in first.parts[0].meaning
    assert last.parts[0].meaning == "all that no zone before it takes"


def test_every_provider_is_there_with_its_names():
    assert names(Group.PROVIDERS) == [provider.title for provider in definitions.providers().provider]
    assert entry("Ollama").meaning == "Written ollama in routes; served by own machines: no price for each token."
    assert part("Ollama", "in bolt.diy") == "Ollama"


def test_a_column_that_means_something_else_in_one_table_says_in_which():
    computed = names(Group.COMPUTED)
    assert computed.index("n_count") < computed.index("n_count (burn rates)")
    assert entry("n_count (burn rates)").meaning == "Events in the long window."


def test_no_entry_of_a_part_has_the_name_of_another():
    keys = [(found.group, found.name) for found in ENTRIES]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cost_basis", {"llm_call", "CostBasis"}),
        ("cost basis", {"llm_call", "CostBasis"}),
        ("BURN rate", {"burn rate", "Burn-rate rule: page, 1 h", "long_burn"}),
        ("5 september", {"Own price: deepseek/deepseek-chat"}),
    ],
)
def test_a_search_takes_every_word_in_any_case_with_blanks_for_underscores(text: str, expected: set[str]):
    assert expected <= {found.name for found in found_in(ENTRIES, text)}


def test_of_an_entry_that_fits_by_its_parts_only_those_are_found():
    found = {one.name: one for one in found_in(ENTRIES, "rollback_evidence")}
    assert [column.name for column in found["patch"].parts] == ["rollback_evidence"]
    # The list itself fits as a whole, so all of its words stay.
    assert len(found["RollbackEvidence"].parts) == len(words.RollbackEvidence)


@pytest.mark.parametrize("text", ["zzzz", "<script>", "\x00", "a" * 100, "(", "*"])
def test_a_search_for_what_is_not_there_finds_nothing_and_does_not_fail(text: str):
    assert all(one.name for one in found_in(ENTRIES, text))


def test_the_frame_has_one_row_per_entry_and_part():
    frame = glossary_frame()
    assert frame.columns == list(GLOSSARY_COLUMNS)
    assert frame.height == len(ENTRIES) + sum(len(one.parts) for one in ENTRIES)
    assert frame["meaning"].str.len_chars().min() > 2
