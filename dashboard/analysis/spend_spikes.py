"""Days on which far more was spent than on the same weekday of the eight weeks before, and where it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from dashboard.analysis.as_of import day_from_number

USUAL_WEEKS = 8
USUAL_DAYS = 7 * USUAL_WEEKS
_FEWEST_WEEKS = 4
_DEVIATIONS = 5.0
_MAD_TO_DEVIATION = 1.4826
"""The median absolute deviation times this estimates the standard deviation of normal data."""
_LEAST_TIMES = 3.0
_LEAST_MICRO_USD = 2_000_000
"""A day that cost less than this much more than usual is not worth a sentence."""


@dataclass(frozen=True, slots=True)
class Spike:
    """Days in a row that stand out."""

    first: date
    last: date
    micro_usd: int
    usual_micro_usd: int
    """What the same days cost usually, by the median of their weekday."""
    group: str
    """The part that most of the excess lies in."""
    group_share: float
    """Share of the excess that lies in it, at most 1."""


def spikes(by_group: Mapping[str, Mapping[int, int]], first: int, last: int) -> tuple[Spike, ...]:
    """Return runs of days, numbered from first to last, whose spend stands out against the eight weeks before each.

    A day stands out at 3 times the median of its weekday, 5 deviations (by the median absolute deviation) and 2 dollars
    above it. Weekdays without any spend count as 0, but not before the first day that has a record.
    """
    whole: dict[int, int] = {}
    for days in by_group.values():
        for day, micro_usd in days.items():
            whole[day] = whole.get(day, 0) + micro_usd
    if not whole:
        return ()
    begins = min(whole)
    runs: list[list[int]] = []
    for day in sorted(number for number in whole if first <= number <= last):
        if _stands_out(whole, day, begins):
            if runs and runs[-1][-1] == day - 1:
                runs[-1].append(day)
            else:
                runs.append([day])
    return tuple(_spike(by_group, whole, run, begins) for run in runs)


def _before(days: Mapping[int, int], day: int, begins: int) -> list[int]:
    return [
        days.get(day - 7 * week, 0) for week in range(1, USUAL_WEEKS + 1) if day - 7 * week >= begins
    ]  # fmt: skip


def _stands_out(whole: Mapping[int, int], day: int, begins: int) -> bool:
    usual = _before(whole, day, begins)
    if len(usual) < _FEWEST_WEEKS:
        return False
    middle = median(usual)
    deviation = _MAD_TO_DEVIATION * median([abs(value - middle) for value in usual])
    excess = whole[day] - middle
    return (
        excess >= _LEAST_MICRO_USD and whole[day] >= _LEAST_TIMES * middle and excess > _DEVIATIONS * deviation
    )  # fmt: skip


def _spike(
    by_group: Mapping[str, Mapping[int, int]], whole: Mapping[int, int], run: Sequence[int], begins: int
) -> Spike:
    usual = sum(_usual(whole, day, begins) for day in run)
    spent = sum(whole[day] for day in run)
    excess = {name: sum(days.get(day, 0) - _usual(days, day, begins) for day in run) for name, days in by_group.items()}
    group = min(excess, key=lambda name: (-excess[name], name))
    return Spike(
        first=day_from_number(run[0]),
        last=day_from_number(run[-1]),
        micro_usd=spent,
        usual_micro_usd=round(usual),
        group=group,
        group_share=min(excess[group] / (spent - usual), 1.0),
    )


def _usual(days: Mapping[int, int], day: int, begins: int) -> float:
    values = _before(days, day, begins)
    return median(values) if values else 0.0
