"""Answers that are worked out by processes beside the server are those that the server works out by itself."""

import os
import signal
import sqlite3
import time
from collections.abc import Generator
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from dashboard.analysis.choices import choices
from dashboard.analysis.filters import Compare, Period, make_filter
from dashboard.analysis.route_table import route_table
from dashboard.analysis.slos import slo_figures
from dashboard.ui import cache, turns
from dashboard.ui.beside import Asked, Helpers, Reply
from dashboard.ui.stores import data_version, store_name
from data.errors import BoltscopeError
from data.store import Store
from year_of_facts import LAST_DAY, year_of_facts

AS_OF = LAST_DAY + timedelta(hours=12)
START_SECONDS = 30


def asked(store: Store, question: object, *arguments: object) -> Asked:
    with store.reading() as connection:
        name, version = store_name(connection, store.path), data_version(connection)
    return Asked(name, version, question, arguments, {})  # pyright: ignore[reportArgumentType]


def started(count: int = 1) -> Helpers:
    """Return helpers of which one is there."""
    helpers = Helpers()
    helpers.allow(count)
    for _ in range(3):
        helpers.visited()
    until = time.perf_counter() + START_SECONDS
    while not helpers.can_answer(choices):
        assert time.perf_counter() < until, "no process has started"
        time.sleep(0.05)
    return helpers


@pytest.fixture(autouse=True)
def _own_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLTSCOPE_DATABASE", f"sqlite:///{store.path}")
    # Another process finds the questions below.
    folders = Path(__file__).parent, Path(__file__).parent.parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, folders)))


@pytest.fixture
def helpers(_own_store: None) -> Generator[Helpers]:
    found = started()
    yield found
    found.close()


def whoever(connection: sqlite3.Connection) -> int:
    """Answer with the number of the process."""
    return os.getpid()


def for_ever(connection: sqlite3.Connection) -> None:
    time.sleep(600)


def wrong(connection: sqlite3.Connection) -> None:
    raise BoltscopeError("The store is not what it seems.")


def not_for_others(connection: sqlite3.Connection) -> object:
    return lambda: 1


def test_answers_are_the_same(store: Store, helpers: Helpers):
    year_of_facts(store)
    chosen = make_filter(AS_OF, custom=Period(date(2026, 1, 1), LAST_DAY.date()), compare=Compare.NONE)
    for question, arguments in ((choices, ()), (slo_figures, (chosen, AS_OF)), (route_table, (chosen, AS_OF))):
        reply = helpers.ask(asked(store, question, *arguments))
        with store.reading() as connection:
            assert reply == Reply(question(connection, *arguments), is_found=True)


def test_a_store_that_has_moved_on_is_not_answered_of(store: Store, helpers: Helpers):
    before = asked(store, choices)
    assert helpers.ask(before).is_found
    year_of_facts(store)
    assert not helpers.ask(before._replace(data_version=before.data_version + 5)).is_found
    assert not helpers.ask(before._replace(store_name="another")).is_found
    assert helpers.ask(asked(store, choices)).is_found


def test_what_cannot_be_handed_over_is_not_asked_again(store: Store, helpers: Helpers):
    for question in (lambda connection: 1, not_for_others):
        assert helpers.can_answer(question)
        assert not helpers.ask(asked(store, question)).is_found
        assert not helpers.can_answer(question)
    assert helpers.ask(asked(store, choices)).is_found


def test_an_error_is_met_again_where_it_is_shown(store: Store, helpers: Helpers, monkeypatch: pytest.MonkeyPatch):
    assert not helpers.ask(asked(store, wrong)).is_found
    monkeypatch.setattr(cache, "helpers", helpers)
    with store.reading() as connection, pytest.raises(BoltscopeError, match="not what it seems"):
        cache.ask(connection, store_name(connection, store.path), data_version(connection), wrong)


def test_a_page_asks_them_and_answers_by_itself_when_they_are_gone(store: Store, monkeypatch: pytest.MonkeyPatch):
    helpers = started()
    monkeypatch.setattr(cache, "helpers", helpers)
    with store.reading() as connection:
        name = store_name(connection, store.path)
        other = cache.ask(connection, name, data_version(connection), whoever)
        assert other != os.getpid()
        os.kill(other, signal.SIGKILL)
        assert not helpers.ask(asked(store, for_ever)).is_found
        assert not helpers.can_answer(choices)
        assert cache.ask(connection, name, data_version(connection), choices).routes == ()
    # Nobody waits for a process that will never be free.
    assert helpers.ask(asked(store, choices)) == Reply()


def test_none_is_started_before_there_may_be_a_crowd_or_without_leave():
    helpers = Helpers()
    for _ in range(9):
        helpers.visited()
    assert not helpers.can_answer(choices)
    helpers.allow(1)
    assert not helpers.can_answer(choices)


def test_a_process_of_another_program_or_of_other_definitions_does_not_answer():
    helpers = Helpers()
    helpers.allow(1)
    helpers._program = "before the update"
    for _ in range(3):
        helpers.visited()
    # It ends before it says that it is ready.
    helpers._starting[0].join(START_SECONDS)
    assert not helpers._starting[0].is_alive()
    assert not helpers.can_answer(choices)


def test_pages_that_wait_for_one_answer_do_not_keep_it_from_coming(
    store: Store, helpers: Helpers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "helpers", helpers)
    answers: list[int] = []

    def page() -> None:
        with turns.turn(), store.reading() as connection:
            name = store_name(connection, store.path)
            answers.append(cache.ask(connection, name, data_version(connection), whoever))

    pages = [Thread(target=page) for _ in range(3 * turns.AT_A_TIME)]
    for one in pages:
        one.start()
    for one in pages:
        one.join(20)
    assert len(answers) == len(pages)
    assert len(set(answers)) == 1


def test_a_turn_that_is_given_away_is_waited_for_again():
    given, taken = Event(), Event()
    all_there = Barrier(turns.AT_A_TIME, taken.set)
    order: list[str] = []

    def first() -> None:
        with turns.turn():
            with turns.taken_back():
                turns.give_away()
                given.set()
                assert taken.wait(10)
            order.append("first")

    def other() -> None:
        with turns.turn():
            all_there.wait(10)
            time.sleep(0.1)
            order.append("other")

    page = Thread(target=first)
    page.start()
    assert given.wait(10)
    # All turns are free for others, that of the first page too.
    others = [Thread(target=other) for _ in range(turns.AT_A_TIME)]
    for one in others:
        one.start()
    for one in (*others, page):
        one.join(10)
    assert sorted(order) == ["first", *["other"] * turns.AT_A_TIME]
    assert order[0] == "other"
