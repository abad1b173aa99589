"""The questions of the review as data: rules that state their thresholds, and every mistake told at once."""

import pytest

from data.definitions.reading import content_of
from data.definitions.review_questions import read_review_questions, review_questions
from data.definitions.texts import definition_texts, definitions_hash
from data.errors import DefinitionError


def spoilt(*changes: tuple[str, str]) -> bytes:
    text = content_of("review_questions.toml").decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text.encode()


def test_each_question_has_owner_reason_and_a_rule_that_states_its_thresholds():
    for key, question in review_questions().in_order():
        assert question.owner, key
        assert question.why, key
        assert "{" not in question.rule_words, key
    failing = review_questions().failing_classes
    assert f"at least {failing.least_tasks} tasks" in failing.rule_words
    assert f"from {failing.reason_share * 100:g} % of them on" in failing.rule_words


def test_questions_come_in_the_order_of_their_numbers():
    numbers = [question.number for _, question in review_questions().in_order()]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(numbers)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(DefinitionError) as caught:
        read_review_questions(
            spoilt(
                ("least_tasks = 30", "least_tasks = 0\nleast_task = 30"),
                ("[noisy_integrations]", "[noisy]"),
                ("relevant_share = 0.2", "relevant_share = 20"),
            )
        )
    lines = str(caught.value).splitlines()
    assert lines[0] == "data/definitions/review_questions.toml is wrong:"
    for said in (
        "unknown key noisy;",
        "unknown key least_task (is least_tasks meant?);",
        "least_tasks: ",
        "relevant_share: ",
        "noisy_integrations is missing",
    ):
        assert sum(said in line for line in lines[1:]) == 1, said


def test_a_rule_that_names_no_threshold_and_a_number_given_twice_are_errors():
    with pytest.raises(DefinitionError) as caught:
        read_review_questions(spoilt(("{reason_share}", "{reason}"), ("number = 2", "number = 1")))
    known = "least_tasks, relevant_share, reason_share, unknown_share"
    assert str(caught.value).splitlines()[1:] == [
        "number 1 is given to 2 questions",
        f"failing_classes: rule: {{reason}} is no threshold; there are {known}",
    ]


def test_the_hash_of_the_definitions_changes_with_any_text_and_any_name():
    texts = definition_texts()
    assert "review_questions.toml" in texts
    assert definitions_hash() == definitions_hash(texts) == definitions_hash(dict(reversed(texts.items())))
    for name in texts:
        assert definitions_hash({**texts, name: texts[name] + "\n"}) != definitions_hash(texts)
    # Text that moves over to the next file is noticed, though all bytes in a row are the same.
    assert definitions_hash({"a": "xb", "b": ""}) != definitions_hash({"a": "x", "b": "b"})
