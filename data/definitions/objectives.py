"""Service level objectives: the five that are measured, who owns each, what it asks for and why."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from data.definitions.reading import Reading

FILE_NAME = "slos.toml"
MEASURED = ("task_success", "diff_acceptance", "runtime_health", "provider_stability", "cost_efficiency")
"""Names of the objectives; each is measured by code of its own."""
_THRESHOLD_UNITS = {"runtime_health": "s", "cost_efficiency": "USD"}
"""Objectives whose good events are those within a threshold, which must be given in this unit."""

Text = Annotated[str, Meta(min_length=1)]
Share = Annotated[float, Meta(gt=0, lt=1)]
Days = Annotated[int, Meta(ge=1, le=3660)]
# As long as OpenSLO lets them be.
_Title = Annotated[str, Meta(min_length=1, max_length=63)]
_Description = Annotated[str, Meta(min_length=1, max_length=1050)]


class Slo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service level objective."""

    name: Text
    title: _Title
    owner: Text
    objective: Share
    window_days: Days
    why: Text
    good: Text
    total: Text
    help: _Description
    threshold: float | None = None
    threshold_unit: str | None = None
    headline: str | None = None
    headline_target: float | None = None
    headline_unit: str | None = None


class Slos(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All service level objectives, and the windows they share."""

    rollback_window_days: Days
    slo: tuple[Slo, ...]

    def named(self, name: str) -> Slo:
        """Return one SLO by its name."""
        return next(slo for slo in self.slo if slo.name == name)


def read_slos(content: bytes) -> Slos:
    """Read objectives from TOML. Raises DefinitionError that lists everything that is wrong."""
    reading = Reading(content, FILE_NAME)
    found = reading.whole(Slos)
    entries = reading.entries("slo", Slo)
    reading.wrong += [problem for slo in entries for problem in _problems(slo)]
    times = Counter(slo.name for slo in entries)
    reading.wrong += [
        f"slo {name}: is there {count} times; once is expected" for name, count in times.items() if count > 1
    ]
    if found is not None:
        reading.wrong += [f"slo {name}: is missing; every page shows it" for name in MEASURED if name not in times]
    if reading.wrong or found is None:
        raise reading.refuse()
    return found


def _problems(slo: Slo) -> Iterator[str]:
    if slo.name not in MEASURED:
        yield f"slo {slo.name}: nothing measures it; there are {', '.join(MEASURED)}"
        return
    unit = _THRESHOLD_UNITS.get(slo.name)
    if unit is None and (slo.threshold is not None or slo.threshold_unit is not None):
        yield f"slo {slo.name}: threshold and threshold_unit mean nothing here; its good events have no threshold"
    if unit is not None and (slo.threshold is None or not slo.threshold > 0):
        yield f"slo {slo.name}: threshold must be a number above 0, in {unit}"
    if unit is not None and slo.threshold_unit != unit:
        yield f'slo {slo.name}: threshold_unit must be "{unit}"'
    if slo.headline is None and (slo.headline_target is not None or slo.headline_unit is not None):
        yield f"slo {slo.name}: headline_target and headline_unit need a headline"
    if slo.headline_target is not None and not slo.headline_unit:
        yield f"slo {slo.name}: headline_unit is missing, the unit of headline_target"
