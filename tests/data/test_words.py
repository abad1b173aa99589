import inspect

import pytest

from data import words
from data.words import Word

LISTS = [
    thing
    for _, thing in inspect.getmembers(words, inspect.isclass)
    if issubclass(thing, Word) and thing is not Word and list(thing)
]


@pytest.mark.parametrize("word_list", LISTS, ids=lambda word_list: word_list.__name__)
def test_every_word_has_a_meaning_of_its_own_and_every_list_says_what_it_is_about(word_list: type[Word]):
    meanings = [word.meaning for word in word_list]
    assert all(len(meaning) > 3 for meaning in meanings)
    assert len(set(meanings)) == len(meanings)
    assert word_list.__doc__
    assert word_list.__doc__ != Word.__doc__


@pytest.mark.parametrize("word_list", LISTS, ids=lambda word_list: word_list.__name__)
def test_stored_values_are_lower_case_words_joined_by_underscores(word_list: type[Word]):
    for word in word_list:
        assert word.value.replace("_", "").isalnum(), word
        assert word.value == word.value.lower() == word.name.lower()


def test_a_word_is_its_stored_value_and_is_found_by_it():
    assert words.Outcome("failed") is words.Outcome.FAILED
    assert words.Outcome.FAILED == "failed"
    assert f"{words.Outcome.FAILED}" == "failed"


def test_a_word_outside_the_list_is_an_error():
    with pytest.raises(ValueError, match="succeeded"):
        words.Outcome("succeeded")
