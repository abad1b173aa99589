"""What part of the store a page looks at: a period, what it is compared with, a project, a route, a task class."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from dashboard.analysis.as_of import day_of
from data.words import TaskClass

NONE_NAME = "(none)"
"""Stands for rows without a project (route, task class) in a filter, in a URL and on the command line."""
_LONGEST_NAME = 300
Member = TypeVar("Member", bound=StrEnum)


class Preset(StrEnum):
    """Ways to name a period; all but custom move with as_of."""

    LAST_7_DAYS = "last-7-days"
    LAST_28_DAYS = "last-28-days"
    LAST_90_DAYS = "last-90-days"
    THIS_MONTH = "this-month"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"
    YEAR_TO_DATE = "year-to-date"
    ALL = "all"
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        """Name on screen."""
        return self.value.replace("-", " ").capitalize()


class Compare(StrEnum):
    """What the period is compared with."""

    PREVIOUS = "previous"
    LAST_YEAR = "last-year"
    DATES = "dates"
    """Days of one's own; in a URL and on the command line they are written FROM..TO."""
    NONE = "none"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {
            "previous": "Previous period",
            "last-year": "Same period last year",
            "dates": "Other dates",
            "none": "No comparison",
        }[self.value]


DEFAULT_PRESET = Preset.LAST_28_DAYS
DEFAULT_COMPARE = Compare.PREVIOUS


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period ends on or after its first day; got {self.first} to {self.last}")

    @property
    def day_count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Filter:
    """The one filter of all pages. Null means all; NONE_NAME selects rows that have none."""

    period: Period
    preset: Preset = Preset.CUSTOM
    compare: Compare = DEFAULT_COMPARE
    compared: Period | None = None
    """The compared period; null when nothing is compared."""
    project: str | None = None
    route: str | None = None
    """provider/model; for tasks and patches the route asked for, for calls the route that served."""
    task_class: str | None = None

    def to_params(self) -> dict[str, str]:
        """Return the filter as the plain words of a URL; what is at its default is left out."""
        params: dict[str, str] = {}
        if self.preset is Preset.CUSTOM:
            params |= {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        elif self.preset is not DEFAULT_PRESET:
            params["period"] = self.preset.value
        if self.compare is Compare.DATES and self.compared is not None:
            params["compare"] = f"{self.compared.first}..{self.compared.last}"
        elif self.compare is not DEFAULT_COMPARE:
            params["compare"] = self.compare.value
        named = {"project": self.project, "route": self.route, "task_class": self.task_class}
        return params | {name: value for name, value in named.items() if value is not None}

    @property
    def has_dimension(self) -> bool:
        """Whether a project, a route or a task class is selected."""
        return any(value is not None for value in (self.project, self.route, self.task_class))

    def alone(self) -> "Filter":
        """Return the filter for questions that compare nothing: whatever is compared, their answers are the same."""
        return replace(self, compare=Compare.NONE, compared=None)

    def during(self, period: Period) -> "Filter":
        """Return what is selected of project, route and task class, in another period, with nothing compared."""
        return Filter(period, project=self.project, route=self.route, task_class=self.task_class)

    def selects(self, project: str | None, task_class: str | None, route: str) -> bool:
        """Whether records of a project, a class and a written route are selected, whatever their day."""
        return (
            self.project in (None, NONE_NAME if project is None else project)
            and self.task_class in (None, NONE_NAME if task_class is None else task_class)
            and self.route in (None, route)
        )

    def words(self) -> str:
        """Return the filter in words, for headings and empty states."""
        parts = [str(self.period)]
        parts += [f"project {self.project}"] if self.project is not None else []
        parts += [f"route {self.route}"] if self.route is not None else []
        parts += [f"task class {self.task_class}"] if self.task_class is not None else []
        return ", ".join(parts)


def make_filter(
    as_of: datetime,
    *,
    preset: Preset = DEFAULT_PRESET,
    custom: Period | None = None,
    first_day: date | None = None,
    compare: Compare = DEFAULT_COMPARE,
    other: Period | None = None,
    project: str | None = None,
    route: str | None = None,
    task_class: str | None = None,
) -> Filter:
    """Build a filter as seen from as_of; first_day is the earliest day of the store, for the period "all".

    ``other`` is what is compared with days of one's own; without it they are those of the default comparison.
    """
    chosen = Preset.CUSTOM if custom is not None else preset
    period = custom or preset_period(preset, day_of(as_of), first_day)
    if compare is Compare.DATES:
        compared = other or compared_period(period, DEFAULT_COMPARE)
    else:
        compared = compared_period(period, compare)
    return Filter(period, chosen, compare, compared, project, route, task_class)


def filter_from_params(params: Mapping[str, str], as_of: datetime, first_day: date | None = None) -> Filter:
    """Read a filter from the words of a URL. What cannot be read falls back to its default: a URL is typed by hand."""
    custom = _custom_period(params.get("from"), params.get("to"))
    compare, other = read_compare(params.get("compare")) or (DEFAULT_COMPARE, None)
    return make_filter(
        as_of,
        preset=_member(Preset, params.get("period"), DEFAULT_PRESET),
        custom=custom,
        first_day=first_day,
        compare=compare,
        other=other,
        project=_name(params.get("project")),
        route=_name(params.get("route")),
        task_class=_task_class(params.get("task_class")),
    )


def read_compare(text: str | None) -> tuple[Compare, Period | None] | None:
    """Read a comparison as it is written: previous, last-year, none, or FROM..TO; null when it is none of them."""
    first, dots, last = (text or "").partition("..")
    if dots:
        days = _custom_period(first, last)
        return None if days is None else (Compare.DATES, days)
    words = [word for word in Compare if word is not Compare.DATES and word.value == text]
    return (words[0], None) if words else None


def preset_period(preset: Preset, today: date, first_day: date | None = None) -> Period:
    """Return the days that a preset names, seen from a day."""
    lengths = {Preset.LAST_7_DAYS: 7, Preset.LAST_28_DAYS: 28, Preset.LAST_90_DAYS: 90}
    if preset in lengths:
        return Period(today - timedelta(days=lengths[preset] - 1), today)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    match preset:
        case Preset.THIS_MONTH:
            return Period(today.replace(day=1), today)
        case Preset.THIS_QUARTER:
            return Period(quarter, today)
        case Preset.LAST_QUARTER:
            return Period(_months_before(quarter, 3), quarter - timedelta(days=1))
        case Preset.YEAR_TO_DATE:
            return Period(date(today.year, 1, 1), today)
        case _:
            return Period(min(first_day or today, today), today)


def compared_period(period: Period, compare: Compare) -> Period | None:
    """Return the period to compare with; null when nothing is compared, or when the calendar has no such days.

    Days of one's own do not follow from the period: see make_filter.

    The previous period of whole months is as many whole months before it; of any other span, as many days before it.
    """
    try:
        return _compared(period, compare)
    except (ValueError, OverflowError):
        return None


def _compared(period: Period, compare: Compare) -> Period | None:
    if compare in (Compare.NONE, Compare.DATES):
        return None
    if compare is Compare.LAST_YEAR:
        return Period(_year_before(period.first), _year_before(period.last))
    after = period.last + timedelta(days=1)
    last = period.first - timedelta(days=1)
    if period.first.day == 1 and after.day == 1:
        months = 12 * (after.year - period.first.year) + after.month - period.first.month
        return Period(_months_before(period.first, months), last)
    return Period(period.first - timedelta(days=period.day_count), last)


def stored_name(name: str | None) -> str | None:
    """Return a name of a filter as the store has it: null for NONE_NAME, and where nothing is asked for."""
    return None if name == NONE_NAME else name


def route_name(provider: str | None, model: str | None) -> str:
    """Return a route as it is written everywhere: provider/model."""
    return NONE_NAME if provider is None and model is None else f"{provider or '?'}/{model or '?'}"


def route_condition(route: str, provider: str = "provider", model: str = "model") -> tuple[str, dict[str, object]]:
    """Return the SQL condition, with its named parameters, for the rows whose route is written like this.

    Providers and models may both hold slashes: then the written name is compared, last, since it is put together for
    each row; what could stand before and after a slash leads into the index. "?" stands for none, and for itself.
    """
    if route == NONE_NAME:
        return f"{provider} IS NULL AND {model} IS NULL", {}
    cuts = [place for place, letter in enumerate(route) if letter == "/"]
    providers, models = [route[:cut] for cut in cuts], [route[cut + 1 :] for cut in cuts]
    if len(cuts) == 1 and not {"", "?"} & {*providers, *models}:
        named: dict[str, object] = {"route_provider": providers[0], "route_model": models[0]}
        return f"{provider} = :route_provider AND {model} = :route_model", named
    parts: list[str] = []
    parameters: dict[str, object] = {"route": route}
    for column, name, candidates in ((provider, "route_providers", providers), (model, "route_models", models)):
        if "?" not in candidates:
            parts.append(f"{column} IN (SELECT value FROM json_each(:{name}))")  # noqa: S608
            parameters[name] = json.dumps(candidates)
    parts.append(f"coalesce(nullif({provider}, ''), '?') || '/' || coalesce(nullif({model}, ''), '?') = :route")
    if route == "?/?":
        # Rows with neither are written NONE_NAME.
        parts.append(f"({provider} IS NOT NULL OR {model} IS NOT NULL)")
    return " AND ".join(parts), parameters


def _months_before(first_of_month: date, months: int) -> date:
    count = 12 * first_of_month.year + first_of_month.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 2, 28)


def _custom_period(first: str | None, last: str | None) -> Period | None:
    try:
        days = date.fromisoformat(first or ""), date.fromisoformat(last or "")
    except ValueError:
        return None
    if min(days).year < 1971 or max(days).year > 9000:
        return None
    return Period(min(days), max(days))


def _member(words: type[Member], value: str | None, default: Member) -> Member:
    return next((word for word in words if word.value == value), default)


def _name(value: str | None) -> str | None:
    return value if value and len(value) <= _LONGEST_NAME and value.isprintable() else None


def _task_class(value: str | None) -> str | None:
    return value if value == NONE_NAME or value in set(TaskClass) else None
