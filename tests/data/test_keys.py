import sqlite3
from contextlib import closing
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from data.keys import key_sql, key_text, stable_key, stable_keys, stable_keys_under

PARTS = st.lists(st.none() | st.text(alphabet=st.characters(exclude_categories=())), max_size=4)


def test_keys_have_the_same_value_on_every_machine_and_in_every_version():
    # Stored in every database; a change here makes all of them unreadable.
    assert stable_key("message", "assistant", "msg-1") == 2888489995376860120
    assert stable_key("task", 7, None) == 0x7E2BCFAEBF770801
    assert stable_key() == 7252660547403494068


def test_parts_are_told_apart_by_position_and_by_length():
    look_alikes = [
        ("a", "b"),
        ("b", "a"),
        ("ab",),
        ("ab", ""),
        ("", "ab"),
        ("a", "b", ""),
        ("a", "b", None),
        ("1:a1:b",),
        ("a\x1fb",),
    ]
    keys = [stable_key(*parts) for parts in look_alikes]
    assert all(one != other for one, other in combinations(keys, 2))


def test_null_is_not_the_empty_string_and_not_the_mark_of_null():
    assert len({stable_key(None), stable_key(""), stable_key("~"), stable_key("\x00"), stable_key("None")}) == 5


def test_a_number_and_its_digits_are_the_same_part():
    assert stable_key("chat", 12) == stable_key("chat", "12")


@given(PARTS, PARTS)
def test_different_parts_have_different_keys_that_fit_into_sqlite(one: list[str | None], other: list[str | None]):
    assert (stable_key(*one) == stable_key(*other)) == (one == other)
    assert 0 <= stable_key(*one) < 2**63


def test_half_of_a_surrogate_pair_in_a_hostile_text_has_a_key_too():
    assert stable_key("\ud83d") != stable_key("\ude00")


@given(st.lists(st.tuples(st.sampled_from(["shop", "", None]), st.text(st.characters(exclude_categories=())))))
def test_many_keys_at_once_are_those_of_each(named: list[tuple[str | None, str]]):
    names, texts = [name for name, _ in named], [text for _, text in named]
    befores = {name: ("record", 7, name) for name in names}
    assert stable_keys_under(befores, names, texts) == [stable_key("record", 7, name, text) for name, text in named]
    assert stable_keys("task", texts) == [stable_key("task", text) for text in texts]


def test_people_see_a_key_as_text_that_no_spreadsheet_takes_for_a_number():
    assert key_text(255) == "x00000000000000ff"
    assert key_text(2**63 - 1) == "x7fffffffffffffff"
    assert key_text(None) is None


@given(st.integers(0, 2**63 - 1) | st.none())
def test_sql_writes_a_key_the_same_way(key: int | None):
    with closing(sqlite3.connect(":memory:")) as connection:
        (found,) = connection.execute(f"SELECT {key_sql('?1')}", (key,)).fetchone()
    assert found == key_text(key)
