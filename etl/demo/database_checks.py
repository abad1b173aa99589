"""Questions that a runner puts to its database through an MCP server: a job asks until it is answered."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from data.words import ToolStatus
from etl.demo.calendar import HOUR, iso, start_of
from etl.demo.people import PEOPLE
from etl.demo.plants import NOISY_SERVER, Plants
from etl.demo.randomness import Chance, Quotas

Row = dict[str, Any]

PROJECT = "backoffice"
_TOOL = "query"
_MOST_RETRIES = 3
_FAILED_SHARE = 0.04
_NOISY_FAILED_SHARE = 0.5
"""Share of calls that fail, in usual times and in the quarter of noise."""


def database_checks(plants: Plants, tasks: int, chance: Chance) -> list[Row]:
    """Return the calls of all jobs, in the order of time; a job is a task of the runner's own."""
    span, quarter, quotas = plants.span, plants.review_quarter, Quotas()
    by_day = tasks / len(span.days)
    inside = [day for day in span.workdays if day in quarter]
    outside = [day for day in span.workdays if day not in quarter]
    jobs = [(day, _NOISY_FAILED_SHARE) for day in _spread(inside, max(20, round(by_day * len(inside) * 0.1)))]
    jobs += [(day, _FAILED_SHARE) for day in _spread(outside, round(by_day * len(outside) * 0.06))]
    rows: list[Row] = []
    for number, (day, share) in enumerate(sorted(jobs), 1):
        rows += _job(number, day, share, chance, quotas)
    return rows


def _job(number: int, day: date, share: float, chance: Chance, quotas: Quotas) -> Iterator[Row]:
    people = [person.name for person in PEOPLE if person.project == PROJECT]
    at = start_of(day) + 8 * HOUR + chance.randrange(8 * HOUR)
    for retry in range(_MOST_RETRIES + 1):
        has_failed = quotas.take(f"fails {share}", share)
        duration = chance.between(4_000, 30_000) if has_failed else chance.between(40, 900)
        yield {
            "id": f"{PROJECT}-check-{number}-{retry + 1}",
            "called_at": iso(at),
            "server": NOISY_SERVER,
            "tool": _TOOL,
            "status": (ToolStatus.FAILED if has_failed else ToolStatus.OK).value,
            "is_mutating": False,
            "duration_ms": duration,
            "task_id": f"{PROJECT}-job-{number}",
            "person": people[number % len(people)],
            "project": PROJECT,
        }
        if not has_failed:
            return
        at += duration + chance.between(2_000, 60_000)


def _spread(days: Sequence[date], count: int) -> Iterator[date]:
    return (days[number * len(days) // count] for number in range(count if days else 0))
