"""Monthly budgets: what may be spent on calls to models, in all and by project, who owns the figure and why."""

from collections import Counter
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from data.definitions.reading import Reading, content_of

_FILE_NAME = "budgets.toml"
_Text = Annotated[str, Meta(min_length=1)]
_Usd = Annotated[float, Meta(gt=0)]


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


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owner: _Text
    why: _Text
    month_usd: _Usd
    project: tuple[ProjectBudget, ...] = ()


@cache
def budgets() -> Budgets:
    """Return the budgets. Raises DefinitionError that lists all that is wrong with the file."""
    return read_budgets(content_of(_FILE_NAME))


def read_budgets(content: bytes) -> Budgets:
    """Read budgets from TOML. Raises DefinitionError that lists all errors at once."""
    reading = Reading(content, _FILE_NAME)
    found = reading.whole(_File)
    times = Counter(budget.name for budget in reading.entries("project", ProjectBudget))
    reading.wrong += [
        f"project {name}: has {count} budgets; one is expected" for name, count in times.items() if count > 1
    ]
    if reading.wrong or found is None:
        raise reading.refuse()
    return Budgets(Budget(found.owner, found.why, found.month_usd), found.project)
