"""When people work: the days of the demo, how busy each is, and at which minutes tasks are asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from data.epoch import EPOCH_DAY
from etl.demo.people import Person
from etl.demo.randomness import Chance

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_WEEKDAY_WEIGHTS = (1.0, 1.08, 1.1, 1.0, 0.82, 0.05, 0.03)
_WORKING_MINUTES = 510


@dataclass(frozen=True)
class Span:
    """Days from first to last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> list[date]:
        """All days, in order."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def workdays(self) -> list[date]:
        """Mondays to Fridays, in order."""
        return [day for day in self.days if day.weekday() < 5]


NEVER = date.max
NOWHERE = Span(date.max, date.min)
"""Holds no day, and touches none."""


def start_of(day: date) -> int:
    """Return the first millisecond of a day in UTC."""
    return (day - EPOCH_DAY).days * DAY


def day_at(moment: int) -> date:
    """Return the UTC day of an instant in milliseconds."""
    return EPOCH_DAY + timedelta(days=moment // DAY)


def iso(moment: int) -> str:
    """Return an instant (milliseconds) as JavaScript writes it: 2026-02-08T10:18:03.891Z."""
    text = datetime.fromtimestamp(moment // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment % 1000:03d}Z"


def local_time(person: Person, day: date, minute: int) -> int:
    """Return the instant at which it is that minute of that day where the person is."""
    return start_of(day) + (minute - person.utc_offset_minutes) * MINUTE


def busy_days(
    people: Sequence[Person], span: Span, tasks: int, fixed: Counter[tuple[str, date]], chance: Chance
) -> Counter[tuple[str, date]]:
    """Spread tasks over people and days: busy weeks, quiet weekends and holidays, slow growth over the span.

    The fixed ones come first and count; the sum is exactly the number of tasks.
    """
    places: list[tuple[str, date]] = []
    weights: list[float] = []
    for person in people:
        away = _holidays(span, chance)
        for number, day in enumerate(span.days):
            growth = 0.75 + 0.5 * number / len(span.days)
            places.append((person.name, day))
            weights.append(person.share * growth * _weight(day) * (0.0 if day in away else 1.0))
    spread = Counter(fixed)
    spread.update(chance.choices(places, weights, k=tasks - fixed.total()))
    return spread


def busiest_share(span: Span) -> float:
    """Return the part of the tasks that falls on the busiest day."""
    weights = [_weight(day) for day in span.days]
    return max(weights) / sum(weights)


def _weight(day: date) -> float:
    if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2):
        return 0.1 * _WEEKDAY_WEIGHTS[day.weekday()]
    return _WEEKDAY_WEIGHTS[day.weekday()] * (0.75 if day.month == 8 else 1.0)


def _holidays(span: Span, chance: Chance) -> set[date]:
    length = len(span.days)
    found: set[date] = set()
    for _ in range(length // 120):
        first = span.first + timedelta(days=chance.randrange(length))
        found.update(first + timedelta(days=number) for number in range(chance.randrange(5, 13)))
    return found


def asked_at(person: Person, day: date, count: int, chance: Chance) -> list[int]:
    """Return the instants at which a person asks on one day, in order; fewer around noon."""
    moments: list[int] = []
    for _ in range(count):
        minute = chance.randrange(_WORKING_MINUTES)
        if 195 <= minute < 250 and chance.happens(0.7):
            minute = chance.randrange(_WORKING_MINUTES)
        moments.append(local_time(person, day, person.starts_at_minute + minute) + chance.randrange(MINUTE))
    return sorted(moments)
