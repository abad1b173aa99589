"""Only so many pages are worked out at a time, and a page that fails gives its turn back."""

from threading import Event, Lock, Thread

import pytest

from dashboard.ui.turns import AT_A_TIME, turn


def test_one_page_too_many_waits_until_another_has_ended():
    started: list[int] = []
    lock, may_end, all_there = Lock(), Event(), Event()

    def work_out(number: int) -> None:
        with turn():
            with lock:
                started.append(number)
                if len(started) == AT_A_TIME:
                    all_there.set()
            assert may_end.wait(10)

    pages = [Thread(target=work_out, args=(number,)) for number in range(AT_A_TIME + 1)]
    for page in pages:
        page.start()
    assert all_there.wait(10)
    assert len(started) == AT_A_TIME
    may_end.set()
    for page in pages:
        page.join(10)
    assert sorted(started) == list(range(AT_A_TIME + 1))


def test_a_page_that_fails_gives_its_turn_back():
    for _ in range(AT_A_TIME + 1):
        with pytest.raises(ZeroDivisionError), turn():
            raise ZeroDivisionError
