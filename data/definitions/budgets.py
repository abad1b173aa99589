"""Monthly budgets: what may be spent on calls to models, in all and by project, who owns the figure and why."""

from collections import Counter
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from data.errors import DefinitionError

_FILE = "data/definitions/budgets.toml"
_Text = Annotated[str, Meta(min_length=1)]
_Usd = Annotated[float, Meta(gt=0)]
_OWN_KEYS = ("owner", "why", "month_usd")


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be spent in a calendar month, in USD."""

    owner: _Text
    why: _Text
    month_usd: _Usd


class ProjectBudget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one project may spend in a calendar month, in USD."""

    name: _Text
    owner: _Text
    why: _Text
    month_usd: _Usd


class Budgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The budget of all spend, and those of single projects, which count in it too."""

    whole: Budget
    project: tuple[ProjectBudget, ...] = ()

    def of(self, project: str | None) -> Budget | ProjectBudget | None:
        """Return the budget of a project, or that of all spend for none; null when the project has none."""
        if project is None:
            return self.whole
        return next((budget for budget in self.project if budget.name == project), None)


_Shape = TypeVar("_Shape", Budget, ProjectBudget)


@cache
def budgets() -> Budgets:
    """Return the budgets. Raises DefinitionError that lists all that is wrong with the file."""
    try:
        content = files("data.definitions").joinpath("budgets.toml").read_bytes()
    except OSError as error:
        raise DefinitionError(f"{_FILE} is wrong: {error}") from error
    return read_budgets(content)


def read_budgets(content: bytes) -> Budgets:
    """Read budgets from TOML. Raises DefinitionError that lists all errors at once."""
    try:
        raw: dict[str, Any] = msgspec.toml.decode(content)
    except msgspec.DecodeError as error:
        raise DefinitionError(f"{_FILE} is wrong: {error}") from error
    wrong = [
        f"unknown key {name}; owner, why, month_usd and [[project]] are expected"
        for name in raw
        if name not in (*_OWN_KEYS, "project")
    ]
    whole = _entry({name: raw[name] for name in _OWN_KEYS if name in raw}, Budget, "the budget of all", wrong)
    entries = raw.get("project", [])
    if not isinstance(entries, list):
        wrong.append("project: [[project]] with two brackets is expected")
        entries = []
    found = [_entry(entry, ProjectBudget, _title(number, entry), wrong) for number, entry in enumerate(entries, 1)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    projects = tuple(budget for budget in found if budget is not None)
    repeated = Counter(budget.name for budget in projects)
    wrong += [f"project {name}: has {times} budgets; one is expected" for name, times in repeated.items() if times > 1]
    if wrong or whole is None:
        raise DefinitionError("\n".join([f"{_FILE} is wrong:", *wrong]))
    return Budgets(whole, projects)


def _entry(entry: object, shape: type[_Shape], title: str, wrong: list[str]) -> _Shape | None:
    """Read one budget key by key, so that each wrong one is named, not only the first."""
    if not isinstance(entry, dict):
        wrong.append(f"{title}: keys and values are expected")
        return None
    given: dict[str, object] = {str(key): value for key, value in entry.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    expected = {field.name: field.type for field in msgspec.structs.fields(shape)}
    problems = [f"{title}: unknown key {key}" for key in given if key not in expected]
    problems += [f"{title}: {key} is missing" for key in expected if key not in given]
    for key, kind in expected.items():
        if key in given:
            try:
                value: object = msgspec.convert(given[key], kind)
            except msgspec.ValidationError as error:
                problems.append(f"{title}: {key}: {error}")
            else:
                if isinstance(value, float) and not isfinite(value):
                    problems.append(f"{title}: {key}: a number of dollars is expected")
    wrong += problems
    return None if problems else msgspec.convert(given, shape)


def _title(number: int, entry: object) -> str:
    name: object = entry.get("name") if isinstance(entry, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return f"project {name}" if isinstance(name, str) and name else f"project number {number}"
