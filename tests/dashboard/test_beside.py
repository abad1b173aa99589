"""Answers that are worked out by processes beside the server are those that the server works out by itself."""

import os
import signal
import sqlite3
import time
from collections.abc import Generator
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier, Event, Lock, Thread, Timer

import pytest

from dashboard.analysis.choices import choices
from dashboard.analysis.filters import Compare, Period, make_filter
from dashboard.analysis.route_table import route_table
from dashboard.analysis.route_work import route_work
from dashboard.analysis.slos import slo_figures
from dashboard.ui import beside, cache, turns
from dashboard.ui.answering import Asked, Reply
from dashboard.ui.beside import CROWD, Answerers
from dashboard.ui.stores import data_version, store_name
from data.errors import BoltscopeError, DefinitionError
from data.store import Store
from year_of_facts import LAST_DAY, year_of_facts

AS_OF = LAST_DAY + timedelta(hours=12)
START_SECONDS = 30


def asked(store: Store, question: object, *arguments: object) -> Asked:
    with store.reading() as connection:
        name, version = store_name(connection, store.path), data_version(connection)
    return Asked(name, version, question, arguments, {})  # pyright: ignore[reportArgumentType]


def started(count: int = 1) -> Answerers:
    """Return processes of which one is there."""
    answerers = Answerers()
    answerers.allow(count)
    answerers.visited_by(CROWD)
    wait_for(answerers)
    return answerers


def wait_for(answerers: Answerers) -> None:
    until = time.perf_counter() + START_SECONDS
    while not answerers.can_answer(choices):
        assert time.perf_counter() < until, "no process has started"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def _own_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLTSCOPE_DATABASE", f"sqlite:///{store.path}")
    # Another process finds the questions below.
    folders = Path(__file__).parent, Path(__file__).parent.parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, folders)))


@pytest.fixture
def answerers(_own_store: None) -> Generator[Answerers]:
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


def for_a_while(connection: sqlite3.Connection, seconds: float) -> None:
    time.sleep(seconds)


class Unreadable:
    """Can be written, and not be read back."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return int, ("no number",)


def unreadable(connection: sqlite3.Connection) -> Unreadable:
    return Unreadable()


def choices_of(connection: sqlite3.Connection, whose: Unreadable) -> object:
    return choices(connection)


def not_for_others(connection: sqlite3.Connection) -> object:
    return lambda: 1


def test_answers_are_the_same(store: Store, answerers: Answerers):
    year_of_facts(store)
    chosen = make_filter(AS_OF, custom=Period(date(2026, 1, 1), LAST_DAY.date()), compare=Compare.NONE)
    for question, arguments in ((choices, ()), (slo_figures, (chosen, AS_OF)), (route_table, (chosen, AS_OF))):
        reply = answerers.ask(asked(store, question, *arguments))
        with store.reading() as connection:
            assert reply == Reply(question(connection, *arguments), is_found=True)


def test_a_store_that_has_moved_on_is_not_answered_of(store: Store, answerers: Answerers):
    before = asked(store, choices)
    assert answerers.ask(before).is_found
    year_of_facts(store)
    assert not answerers.ask(before._replace(data_version=before.data_version + 5)).is_found
    assert not answerers.ask(before._replace(store_name="another")).is_found
    assert answerers.ask(asked(store, choices)).is_found


def test_what_cannot_be_handed_over_is_not_asked_again(store: Store, answerers: Answerers):
    for question in (lambda connection: 1, not_for_others):
        assert answerers.can_answer(question)
        assert not answerers.ask(asked(store, question)).is_found
        assert not answerers.can_answer(question)
    assert answerers.ask(asked(store, choices)).is_found


def test_an_error_is_met_again_where_it_is_shown(store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch):
    assert not answerers.ask(asked(store, wrong)).is_found
    monkeypatch.setattr(cache, "answerers", answerers)
    with store.reading() as connection, pytest.raises(BoltscopeError, match="not what it seems"):
        cache.ask(connection, store_name(connection, store.path), data_version(connection), wrong)


def test_a_page_asks_them_and_answers_by_itself_when_they_are_gone(
    store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "answerers", answerers)
    with store.reading() as connection:
        name, version = store_name(connection, store.path), data_version(connection)
        other = cache.ask(connection, name, version, whoever)
        assert other != os.getpid()
        answerers.close()
        assert not answerers.can_answer(choices)
        assert cache.ask(connection, name, version, choices).routes == ()
    # Nobody waits for a process that will never be free.
    assert answerers.ask(asked(store, choices)) == Reply()


def test_one_that_is_lost_is_replaced_and_the_question_stays_here(store: Store, answerers: Answerers):
    other = answerers.ask(asked(store, whoever)).answer
    Timer(0.5, os.kill, (other, signal.SIGKILL)).start()
    assert answerers.ask(asked(store, for_ever)) == Reply()
    assert not answerers.can_answer(for_ever)
    wait_for(answerers)
    assert answerers.ask(asked(store, whoever)).answer not in (other, os.getpid())


def test_one_that_does_not_answer_in_time_is_given_up(
    store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(beside, "_LONGEST_SECONDS", 0.5)
    assert answerers.ask(asked(store, for_ever)) == Reply()
    assert not answerers.can_answer(for_ever)


def test_so_many_lost_ones_are_replaced_and_no_more(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(beside, "_MOST_AGAIN", 0)
    answerers = started()
    os.kill(answerers.ask(asked(store, whoever)).answer, signal.SIGKILL)
    assert answerers.ask(asked(store, for_ever)) == Reply()
    time.sleep(0.2)
    assert not answerers.can_answer(choices)


def test_an_error_nobody_thought_of_keeps_no_process(
    store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch
):
    def no_memory(_line: Connection) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "recv_bytes", no_memory)
        with pytest.raises(MemoryError):
            answerers.ask(asked(store, choices))
        assert answerers.ask(asked(store, choices)) == Reply()


def test_what_cannot_be_read_back_stays_here(store: Store, answerers: Answerers):
    for question, arguments in ((choices_of, (Unreadable(),)), (unreadable, ())):
        assert answerers.ask(asked(store, question, *arguments)).answer is None
        assert not answerers.can_answer(question) or question is choices_of
    assert answerers.ask(asked(store, choices)).is_found


def test_processes_end_with_the_server_and_say_nothing(store: Store, capfd: pytest.CaptureFixture[str]):
    answerers = started()
    other = answerers.ask(asked(store, whoever)).answer
    busy = Thread(target=answerers.ask, args=(asked(store, for_ever),))
    busy.start()
    time.sleep(0.3)
    answerers.close()
    busy.join(10)
    assert not busy.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)
    assert capfd.readouterr() == ("", "")


def test_none_is_started_before_there_is_a_crowd_or_without_leave():
    answerers = Answerers()
    answerers.visited_by(9)
    assert not answerers.can_answer(choices)
    answerers.allow(1)
    answerers.visited_by(CROWD - 1)
    assert not answerers.can_answer(choices)


def test_definitions_that_cannot_be_read_leave_the_server_alone(monkeypatch: pytest.MonkeyPatch):
    def wrong_file() -> str:
        raise DefinitionError("data/definitions/slos.toml is wrong")

    monkeypatch.setattr(beside, "program", wrong_file)
    answerers = Answerers()
    answerers.allow(1)
    answerers.visited_by(CROWD)
    assert not answerers.can_answer(choices)


def test_a_process_of_another_program_or_of_other_definitions_does_not_answer(caplog: pytest.LogCaptureFixture):
    answerers = Answerers()
    answerers._program = "before the update"
    # It ends before it says that it is ready.
    answerers._started()
    assert not answerers.can_answer(choices)
    assert "have changed" in caplog.text


def test_whoever_waits_for_an_answer_lets_others_have_their_turn(
    store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "answerers", answerers)
    ended: list[str] = []

    def page(name: str, question: object, *arguments: object) -> None:
        with turns.turn(), store.reading() as connection:
            at = store_name(connection, store.path), data_version(connection)
            cache.ask(connection, *at, question, *arguments)  # pyright: ignore[reportArgumentType]
            ended.append(name)

    page("known", choices)
    slow = [Thread(target=page, args=("slow", for_a_while, 2.0)) for _ in range(3 * turns.AT_A_TIME)]
    for one in slow:
        one.start()
    time.sleep(0.3)
    page("known", choices)
    assert ended == ["known", "known"]
    for one in slow:
        one.join(20)
    assert len(ended) == 2 + len(slow)


def test_no_more_pages_than_turns_are_worked_out_when_no_process_can_answer(
    store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "answerers", answerers)
    lock = Lock()
    at_once: list[int] = [0]

    def counted(_connection: sqlite3.Connection, number: int) -> int:
        with lock:
            at_once.append(at_once[-1] + 1)
        time.sleep(0.02)
        with lock:
            at_once.append(at_once[-1] - 1)
        return number

    def page(number: int) -> None:
        with turns.turn(), store.reading() as connection:
            name = store_name(connection, store.path)
            # The page began before a load that has been committed since: the processes see another version.
            cache.ask(connection, name, data_version(connection), counted, number)

    pages = [Thread(target=page, args=(number,)) for number in range(6 * turns.AT_A_TIME)]
    for one in pages:
        one.start()
    for one in pages:
        one.join(20)
    assert max(at_once) == turns.AT_A_TIME


def test_a_part_may_be_asked_for_by_itself(store: Store):
    year_of_facts(store)
    with store.reading() as connection:
        at = store_name(connection, store.path), data_version(connection)
        chosen = make_filter(AS_OF, custom=Period(date(2026, 1, 1), LAST_DAY.date()), compare=Compare.NONE)
        assert cache.ask(connection, *at, route_work, chosen, AS_OF) == route_work(connection, chosen, AS_OF)


def test_pages_that_wait_for_one_answer_do_not_keep_it_from_coming(
    store: Store, answerers: Answerers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cache, "answerers", answerers)
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
            with turns.given_away():
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
