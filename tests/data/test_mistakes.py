"""Words for what is wrong in a file of definitions: what is given, what is expected, and where."""

from pathlib import Path

import pytest

from data.definitions import DateText, reading, slos
from data.definitions.burn_windows import read_burn_windows
from data.definitions.objectives import read_slos
from data.definitions.objectives_toml import toml_of
from data.definitions.reading import problems_of
from data.definitions.review_questions import Level
from data.definitions.risk_zones import RiskZone
from data.errors import DefinitionError

SHIPPED = toml_of(slos())


def refused(content: bytes) -> str:
    with pytest.raises(DefinitionError) as wrong:
        read_slos(content)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('owner = "Runtime team"', "owner = 3", "owner: text is expected, not a whole number; write it in quotes"),
        ('owner = "Runtime team"', 'owner = ""', "owner: must not be empty"),
        ('owner = "Runtime team"', "owner = [1]", "owner: text is expected, not a list"),
        ("objective = 0.98", 'objective = "98 %"', "objective: a number is expected, not text"),
        ("objective = 0.98", "objective = 0.0", "objective: must be above 0, and is 0.0"),
        ("window_days = 30", "window_days = 4000", "window_days: must be at most 3660, and is 4000"),
        ("window_days = 30", "window_days = 2026-03-01", "window_days: a whole number is expected, not a date"),
        ("window_days = 30", "window_day = 30", "unknown key window_day (is window_days meant?); expected are name"),
    ],
)
def test_a_value_is_told_with_what_is_expected_of_it(before: str, after: str, said: str):
    assert before in SHIPPED
    assert said in refused(SHIPPED.replace(before, after, 1).encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty, or has comments alone\nrollback_window_days is missing\nslo is missing"),
        (b"# soon\n", "it is empty, or has comments alone"),
        (b"a = 1\nobjective 0.9\n", "line 2, column 11 is no TOML, expected '=' after a key in a key/value pair: obj"),
        (b"a = 1\n# caf\xe9\n", "line 2 is not written in UTF-8; save the file as UTF-8."),
        (b"a = [", "it is no TOML: at its end, "),
        (b"a = " + b"[" * 5000, "too many levels lie in each other"),
    ],
)
def test_a_file_is_told_with_the_line_that_is_wrong(content: bytes, said: str):
    assert said in refused(content)


def test_a_mark_of_utf_8_at_the_beginning_is_no_mistake():
    assert read_slos(b"\xef\xbb\xbf" + SHIPPED.encode()) == slos()


def test_lists_patterns_and_multiples_have_words_too():
    zone = {"name": "a", "title": "A", "owner": "o", "why": "w", "is_high_risk": True, "patterns": ["a", 3]}
    assert problems_of(zone, RiskZone, "zone 1") == [
        "zone 1: patterns: entry 2: text is expected, not a whole number; write it in quotes"
    ]
    assert problems_of("Deployment", RiskZone.__annotations__["name"]) == [
        "'Deployment' is not written as expected, such as deployment_keys"
    ]
    assert problems_of("31.3.2026", DateText) == ["'31.3.2026' is not written as expected, such as 2026-03-31"]
    assert problems_of([2.0, 200.0], tuple[Level, ...]) == ["entry 2: must be at most 100, and is 200.0"]
    rule = '[[rule]]\nname = "x"\nseverity = "page"\nowner = "o"\nwhy = "w"\nlong_minutes = 61\nshort_minutes = 5\n'
    with pytest.raises(DefinitionError, match="long_minutes: must be a multiple of 5, and is 61"):
        read_burn_windows(f"{rule}budget_share = 0.02\n".encode(), slos())


def test_a_file_that_is_not_there_or_cannot_be_read_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "files", lambda _: tmp_path)
    with pytest.raises(DefinitionError, match=r"slos\.toml is not there\. Put it back"):
        reading.content_on_disk("slos.toml")
    (tmp_path / "slos.toml").mkdir()
    with pytest.raises(DefinitionError, match=r"slos\.toml cannot be read: Is a directory\. Check that it is a file"):
        reading.content_on_disk("slos.toml")
