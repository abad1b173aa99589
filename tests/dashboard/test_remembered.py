"""What is remembered of pure functions: the same answers give the same result, worked out once, and no others do."""

from dataclasses import dataclass

import polars as pl

from dashboard.analysis.remembered import remembered


@dataclass(frozen=True)
class Answer:
    value: int


def counting(most: int = 256):
    """Return a remembering function and what it was really called with."""
    calls: list[object] = []

    @remembered(most)
    def double(answer: Answer, *, times: int = 1, words: object = ()) -> int:
        calls.append(answer)
        return answer.value * 2 * times

    return double, calls


def test_the_same_answer_is_worked_out_once_and_another_with_the_same_values_anew():
    double, calls = counting()
    one, twin = Answer(3), Answer(3)
    assert [double(one), double(one), double(twin)] == [6, 6, 6]
    # Two answers that are equal are two: nothing large is compared to find out.
    assert len(calls) == 2
    assert [id(call) for call in calls] == [id(one), id(twin)]


def test_plain_arguments_and_tuples_are_told_apart_by_value_and_type():
    double, calls = counting()
    one = Answer(3)
    assert [double(one, times=1), double(one, times=2), double(one, times=2)] == [6, 12, 12]
    double(one, words=("a", 1))
    double(one, words=("a", 1))
    double(one, words=("a", True))
    assert len(calls) == 4


def test_what_may_change_is_never_remembered():
    double, calls = counting()
    one, words = Answer(3), ["a"]
    double(one, words=words)
    words.append("b")
    double(one, words=words)
    assert len(calls) == 2


def test_an_object_that_is_gone_is_not_taken_for_one_that_came_in_its_place():
    @remembered()
    def height(frame: pl.DataFrame) -> int:
        return frame.height

    # Python gives the place in memory of a frame that is gone to the next one; those that are remembered are kept.
    assert [height(pl.DataFrame({"n": range(size)})) for size in range(300)] == list(range(300))


def test_only_the_last_used_results_are_kept():
    double, calls = counting(most=2)
    first, second, third = Answer(1), Answer(2), Answer(3)
    for answer in (first, second, first, third, first, second):
        double(answer)
    assert calls == [first, second, third, second]
