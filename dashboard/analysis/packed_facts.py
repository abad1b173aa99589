"""Facts read once for every filter: a number for each, which a filter then picks from what is at hand."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.analysis.filters import Filter, route_name

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Packed:
    """The facts of one project, task class and route."""

    project: str | None
    task_class: str | None
    route: str
    numbers: Numbers


def packed(
    connection: sqlite3.Connection,
    number: str,
    facts: str,
    where: str,
    parameters: Mapping[str, object],
    dimensions: Mapping[str, str],
) -> tuple[Packed, ...]:
    """Return the number of each fact that meets a condition, by project, class and route.

    All texts are SQL of the program; ``dimensions`` names that of project, task_class, provider and model. The numbers
    of a group come as one text, which numpy takes apart.
    """
    of = [f"{dimensions[name]} AS of_{name}" for name in ("project", "task_class", "provider", "model")]
    rows = connection.execute(
        f"SELECT {', '.join(of)}, group_concat({number}, ' ') FROM {facts} WHERE {where} "  # noqa: S608
        "GROUP BY of_project, of_task_class, of_provider, of_model",
        parameters,
    )
    return tuple(
        Packed(project, task_class, route_name(provider, model), np.array(text.split(), dtype=np.int64))
        for project, task_class, provider, model, text in rows
    )


def picked(groups: Sequence[Packed], chosen: Filter) -> Numbers:
    """Return the numbers of the facts that a filter selects, whatever their day."""
    own = [one.numbers for one in groups if chosen.selects(one.project, one.task_class, one.route)]
    return np.concatenate([np.empty(0, dtype=np.int64), *own])
