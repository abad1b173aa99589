from pathlib import Path

import pytest

import data.definitions.reading
from data import definitions
from data.definitions import texts
from data.definitions.approval_costs import approval_costs
from data.definitions.budgets import budgets
from data.definitions.burn_windows import burn_windows
from data.definitions.review_questions import review_questions
from data.definitions.risk_zones import risk_zones
from data.definitions.texts import changed_on_disk, definition_texts, definitions_hash, on_disk_words
from data.errors import DefinitionError
from data.words import TaskClass

READERS = {
    "approval_costs.toml": approval_costs,
    "budgets.toml": budgets,
    "burn_windows.toml": burn_windows,
    "slos.toml": definitions.slos,
    "task_classes.toml": definitions.task_classes,
    "price_overrides.toml": definitions.price_overrides,
    "providers.toml": definitions.providers,
    "reporting.toml": definitions.reporting,
    "risk_zones.toml": risk_zones,
    "review_questions.toml": review_questions,
    "routing_policy.toml": definitions.routing_policy,
    "terms.toml": definitions.terms,
}
FOLDER = Path(definitions.__file__).parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the definitions that a test may spoil."""
    for file in FOLDER.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(data.definitions.reading, "files", lambda _package: tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    data.definitions.reading.content_of.cache_clear()
    for reader in READERS.values():
        reader.cache_clear()


def test_every_file_of_definitions_has_a_reader_and_loads():
    assert {file.name for file in FOLDER.glob("*.toml")} == set(READERS)
    for reader in READERS.values():
        assert reader() is not None


@pytest.mark.parametrize("name", READERS)
def test_an_unknown_key_is_an_error_that_names_the_file_and_the_key(folder: Path, name: str):
    with (folder / name).open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write("objektive = 1\n" + text)
    with pytest.raises(DefinitionError, match=rf"data/definitions/{name}(.|\n)*objektive"):
        READERS[name]()


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_no_toml_is_an_error_that_names_it(folder: Path, name: str):
    (folder / name).write_text("[[slo\n")
    with pytest.raises(DefinitionError, match=f"data/definitions/{name}"):
        READERS[name]()


def test_a_missing_file_is_an_error_that_names_it(folder: Path):
    (folder / "slos.toml").unlink()
    with pytest.raises(DefinitionError, match=r"data/definitions/slos\.toml"):
        definitions.slos()


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("slos.toml", "objective = 0.95", "objective = 95", "objective"),
        ("slos.toml", "objective = 0.95", "objective = 1.0", "objective"),
        ("slos.toml", "window_days = 30", "window_days = 0", "window_days"),
        ("slos.toml", 'owner = "Platform team"', 'owner = ""', "owner"),
        ("task_classes.toml", 'task_class = "discuss"', 'task_class = "disscuss"', "disscuss"),
        ("reporting.toml", 'time_zone = "UTC"', 'time_zone = "Europe/Atlantis"', "Europe/Atlantis"),
        ("reporting.toml", "fiscal_year_starts = 1", "fiscal_year_starts = 13", "fiscal_year_starts"),
        ("providers.toml", 'name = "openai"', 'name = "anthropic"', "anthropic"),
        ("providers.toml", 'bolt_names = ["OpenAI"]', 'bolt_names = ["Anthropic"]', "Anthropic"),
        ("routing_policy.toml", 'task_class = "edit"', 'task_class = "editt"', "editt"),
        ("routing_policy.toml", "tested_within_days = 90", "tested_within_days = 0", "tested_within_days"),
        ("routing_policy.toml", 'primary = "openai/gpt-5.1"', 'primary = "gpt-5.1"', "gpt-5.1"),
        ("terms.toml", 'name = "gap"', 'name = "drift"', "drift"),
        ("price_overrides.toml", 'valid_from = "2025-09-05"', 'valid_from = "5 September"', "valid_from"),
        ("price_overrides.toml", "input_usd_per_million = 0.28", "input_usd_per_million = -1", "input_usd_per_million"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_that_names_file_and_value(
    folder: Path, name: str, before: str, after: str, said: str
):
    text = (folder / name).read_text()
    assert before in text
    # The commented example of a file keeps its text.
    lines = [line if line.startswith("#") else line.replace(before, after) for line in text.splitlines()]
    (folder / name).write_text("\n".join(lines))
    with pytest.raises(DefinitionError, match=rf"data/definitions/{name}(.|\n)*{said}"):
        READERS[name]()


def test_each_slo_has_a_name_of_its_own_and_is_found_by_it():
    names = [slo.name for slo in definitions.slos().slo]
    assert len(set(names)) == len(names)
    assert set(names) >= {"task_success", "diff_acceptance", "runtime_health", "provider_stability", "cost_efficiency"}
    assert definitions.slos().named("runtime_health").threshold == 30.0


def test_every_task_class_can_be_reached_and_the_last_rule_catches_all():
    rules = definitions.task_classes().rule
    assert {rule.task_class for rule in rules} == set(TaskClass)
    last = rules[-1]
    assert (last.has_patch, last.is_first_of_chat, last.is_fix_request, last.words) == (None, None, None, ())
    assert (last.min_files, last.max_files, last.min_new_files, last.min_edited_files) == (None, None, None, None)


def test_everything_that_is_wrong_with_the_routing_policy_is_said_at_once(folder: Path):
    (folder / "routing_policy.toml").write_text(
        """
owner = "Ann"
why = "because"
tested_within_days = 30
[[rule]]
task_class = "edit"
primary = "a/b"
fallbacks = ["c/d", "nowhere"]
forbidden = ["a/b"]
why = "w"
[[rule]]
task_class = "edit"
primary = "a/b"
why = "w"
[[rule]]
task_class = "edits"
primary = "a/b"
why = "w"
"""
    )
    with pytest.raises(DefinitionError) as raised:
        definitions.routing_policy()
    for said in (
        "route 'nowhere' of edit is not written provider/model",
        "edit names a/b 2 times",
        "edit has 2 rules; one is expected",
        "task_class 'edits' is none of *, scaffold",
        'no rule has task_class = "*"',
    ):
        assert said in str(raised.value)


def test_a_class_without_a_rule_of_its_own_follows_the_rule_for_all():
    policy = definitions.routing_policy()
    assert policy.rule_for("edit").task_class == "edit"
    assert policy.rule_for("discuss").task_class == "*"


def test_texts_and_hash_are_those_that_the_values_were_read_from(folder: Path):
    file = folder / "approval_costs.toml"
    before, known, hours = definition_texts(), definitions_hash(), approval_costs()
    assert changed_on_disk() == ()
    assert on_disk_words() is None
    file.write_text(f"# Edited while the dashboard runs.\n{file.read_text()}")
    assert (definition_texts(), definitions_hash(), approval_costs()) == (before, known, hours)
    assert changed_on_disk() == ("approval_costs.toml",)
    assert "approval_costs.toml. Restart the dashboard" in str(on_disk_words())
    _forget()
    assert definition_texts()["approval_costs.toml"].startswith("# Edited")
    assert changed_on_disk() == ()


def test_a_file_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(texts, "content_of", lambda name: b"# caf\xe9" if name == "slos.toml" else b"")
    with pytest.raises(DefinitionError, match=r"slos\.toml is wrong: it is not written in UTF-8"):
        definition_texts()
