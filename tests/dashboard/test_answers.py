"""Answers are worked out once however many ask, a failure is nobody else's, and those of past states go."""

import sqlite3
from concurrent.futures import Future
from threading import Barrier, Thread

import pytest

from dashboard.ui import cache
from dashboard.ui.answers import Answers
from data.errors import BoltscopeError
from data.store import Store

STATE = "store", 1


def test_a_place_is_filled_by_the_first_who_asks():
    answers = Answers(most=2)
    place, is_own = answers.place(STATE, "how many")
    assert is_own
    place.set_result(3)
    assert answers.place(STATE, "how many") == (place, False)


def test_the_last_used_ones_are_kept():
    answers = Answers(most=2)
    first = answers.place(STATE, "first")[0]
    answers.place(STATE, "second")
    assert answers.place(STATE, "first")[0] is first
    answers.place(STATE, "third")
    assert answers.place(STATE, "first") == (first, False)
    assert answers.place(STATE, "second")[1]


def test_answers_of_a_past_state_go_when_a_newer_one_is_seen():
    answers = Answers(most=10)
    answers.place(STATE, "how many")
    answers.place(("store", 2), "how many")
    # A page that began before the load asks once more, and does not take what is known of the new state away.
    assert answers.place(STATE, "how many")[1]
    assert not answers.place(("store", 2), "how many")[1]
    assert answers.place(("another", 1), "how many")[1]
    assert answers.place(("store", 2), "how many")[1]


def test_a_place_that_is_given_up_is_free_again():
    answers = Answers(most=10)
    place: Future[object] = answers.place(STATE, "how many")[0]
    with pytest.raises(ZeroDivisionError), answers.filling(STATE, "how many", place):
        raise ZeroDivisionError
    assert isinstance(place.exception(), ZeroDivisionError)
    assert answers.place(STATE, "how many")[1]


def test_who_waits_for_one_that_fails_asks_for_itself(store: Store):
    count = 4
    all_there = Barrier(count)
    answered: list[object] = []
    failed: list[int] = []

    def fails_once(_: sqlite3.Connection) -> str:
        if not failed:
            failed.append(1)
            raise BoltscopeError("The store is locked.")
        return "answer"

    def page() -> None:
        with store.reading() as connection:
            all_there.wait(10)
            try:
                answered.append(cache.ask(connection, "once", 1, fails_once))
            except BoltscopeError:
                answered.append("error")

    pages = [Thread(target=page) for _ in range(count)]
    for one in pages:
        one.start()
    for one in pages:
        one.join(10)
    assert sorted(map(str, answered)) == [*["answer"] * (count - 1), "error"]


def test_nothing_wrong_is_kept(store: Store):
    def fails(_: sqlite3.Connection) -> None:
        raise BoltscopeError("The store is locked.")

    with store.reading() as connection:
        for _ in range(2):
            with pytest.raises(BoltscopeError, match="locked"):
                cache.ask(connection, "wrong", 1, fails)
