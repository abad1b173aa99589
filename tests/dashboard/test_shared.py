"""Parts that several answers rest on are worked out once for one state of the store, and as before without a cache."""

import sqlite3
from datetime import date

from dashboard.analysis.filters import Compare, Filter, Period, compared_period
from dashboard.analysis.selection import daily_sums
from dashboard.analysis.shared import keeping, kept_once, shared
from dashboard.ui import cache
from data.store import Store
from fact_rows import Facts

asked: list[int] = []


@shared
def part(connection: sqlite3.Connection, number: int) -> int:
    asked.append(number)
    return number * 10


def whole(connection: sqlite3.Connection, number: int) -> int:
    return part(connection, number) + 1


def other(connection: sqlite3.Connection, number: int) -> int:
    return part(connection, number) + 2


def test_two_answers_share_a_part_for_the_same_data_and_not_for_newer_data(store: Store):
    asked.clear()
    with store.reading() as connection:
        for version in (1, 2):
            assert cache.ask(connection, "test-of-shared", version, whole, 4) == 41
            assert cache.ask(connection, "test-of-shared", version, other, 4) == 42
    assert asked == [4, 4]


def test_without_a_keeper_a_part_is_worked_out_each_time(store: Store):
    asked.clear()
    with store.reading() as connection:
        assert [whole(connection, 1), other(connection, 1)] == [11, 12]
    assert asked == [1, 1]


def test_what_is_compared_makes_no_other_sums(store: Store):
    facts = Facts()
    facts.task("2026-03-02T10:00")
    facts.call("2026-03-02T10:00")
    facts.write(store)
    period = Period(date(2026, 3, 1), date(2026, 3, 7))
    kept: dict[str, object] = {}

    def keep(question, arguments, named):
        key = repr((question.__qualname__, arguments, named))
        if key not in kept:
            kept[key] = question(connection, *arguments, **named)
        return kept[key]

    with store.reading() as connection, keeping(keep):
        sums = [
            daily_sums(connection, Filter(period, compare=compare, compared=compared_period(period, compare)), period)
            for compare in (Compare.PREVIOUS, Compare.LAST_YEAR, Compare.NONE)
        ]
    assert len(kept) == 1
    assert sums[0] is sums[1] is sums[2]
    assert sums[0].total("task_count") == sums[0].total("call_count") == 1


def test_one_rollup_alone_gives_its_own_measures_as_all_together_do(store: Store):
    facts = Facts()
    for hour, outcome in enumerate(("completed", "failed", "completed")):
        when = f"2026-03-02T1{hour}:00"
        facts.patch(when, task_key=facts.task(when, outcome))
        facts.call(when)
    facts.write(store)
    period = Period(date(2026, 3, 1), date(2026, 3, 7))
    chosen = Filter(period, route="anthropic/claude-sonnet-4-5")
    with store.reading() as connection:
        all_of_them, tasks = (daily_sums(connection, chosen, period, *rollups) for rollups in ((), (("task_daily",),)))
    names = ("task_count", "completed_count", "failed_count", "known_cost_micro_usd")
    assert [tasks.total(name) for name in names] == [all_of_them.total(name) for name in names] == [3, 2, 1, 0]
    # Of the other rollups nothing was read.
    assert {"patch_count", "call_count"} & set(next(iter(tasks.days.values()))) == set()


def test_where_nobody_keeps_answers_a_part_can_be_worked_out_once_for_several(store: Store):
    asked.clear()
    with store.reading() as connection:
        with kept_once(connection):
            assert [whole(connection, 1), other(connection, 1), whole(connection, 2)] == [11, 12, 21]
        assert asked == [1, 2]
        assert whole(connection, 1) == 11
    assert asked == [1, 2, 1]


def test_a_keeper_that_is_there_stays(store: Store):
    asked.clear()
    with store.reading() as connection, keeping(lambda *_: 70), kept_once(connection):
        assert whole(connection, 1) == 71
    assert asked == []
