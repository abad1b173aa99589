"""Risk zones: which files need most care when they are changed, who answers for it and why; see risk_zones.toml."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from data.definitions.objectives import Text
from data.definitions.reading import Reading, content_of, shown

FILE_NAME = "risk_zones.toml"
_Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", examples=["deployment_keys"])]
_NOTHING = "(?!)"
"""An expression that nothing matches."""


class RiskZone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One zone: the files it takes, as patterns of .gitignore, and whether an edit in it wants a second reviewer."""

    name: _Name
    title: Text
    owner: Text
    why: Text
    is_high_risk: bool
    patterns: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zone: tuple[RiskZone, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RiskZones:
    """All zones in the order of care that they need; the last takes every file that none before it takes."""

    zone: tuple[RiskZone, ...]
    _expressions: tuple[re.Pattern[str], ...]
    """Of each zone but the last, what its paths match."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the zones, in order of care."""
        return tuple(zone.name for zone in self.zone)

    def named(self, name: str) -> RiskZone | None:
        """Return the zone of a name; null for one that is not, or no longer, in the file."""
        return next((zone for zone in self.zone if zone.name == name), None)

    def place_of(self, path: str) -> int:
        """Return the place in order of care, from 0 on, of the zone that one file falls in."""
        for place, expression in enumerate(self._expressions):
            if expression.fullmatch(path):
                return place
        return len(self._expressions)


@cache
def risk_zones() -> RiskZones:
    """Return the zones. Raises DefinitionError that lists all that is wrong with the file."""
    return read_risk_zones(content_of(FILE_NAME))


def read_risk_zones(content: bytes) -> RiskZones:
    """Read zones from TOML. Raises DefinitionError that lists all errors at once."""
    reading = Reading(content, FILE_NAME)
    found = reading.whole(_File)
    zones = reading.entries("zone", RiskZone)
    reading.wrong += _problems_across(zones, is_whole=found is not None)
    reading.wrong += [problem for zone in zones for problem in _problems_of(zone)]
    if reading.wrong or found is None:
        raise reading.refuse()
    return RiskZones(zones, tuple(_expression(zone.patterns) for zone in zones[:-1]))


def _problems_across(zones: tuple[RiskZone, ...], *, is_whole: bool) -> Iterator[str]:
    for name, count in Counter(zone.name for zone in zones).items():
        if count > 1:
            yield f"zone {name}: the name stands for {count} zones"
    if not is_whole:
        return
    if not zones:
        yield "no [[zone]] in it; write at least one, the last without patterns"
    elif zones[-1].patterns:
        yield f"zone {zones[-1].name}: the last zone takes all other files, so it has no patterns"
    for zone in zones[:-1]:
        if not zone.patterns:
            yield f"zone {zone.name}: patterns is missing; only the last zone is without"


def _problems_of(zone: RiskZone) -> Iterator[str]:
    for pattern in zone.patterns:
        if why := _why_not(pattern):
            yield f"zone {zone.name}: pattern '{shown(pattern)}': {why}"
    for pattern, count in Counter(pattern.lower() for pattern in zone.patterns).items():
        if count > 1:
            yield f"zone {zone.name}: pattern '{shown(pattern)}' is written {count} times"


def _why_not(pattern: str) -> str | None:
    """Return why a pattern can fit no file, or does not say what it seems to; null for a good one."""
    parts = pattern.removeprefix("/").removesuffix("/").split("/")
    if not all(parts):
        return "a name is missing"
    if pattern != pattern.strip():
        return "it begins or ends with a blank"
    if "\\" in pattern:
        return "folders are parted by /"
    if pattern.startswith("!"):
        return "exceptions are not possible; write a zone before this one"
    if "{" in pattern:
        return "alternatives in braces are not possible; write a pattern for each"
    if any("**" in part and part != "**" for part in parts):
        return "** stands alone between slashes; within a name, * is enough"
    if set(parts) <= {"*", "**"}:
        return "it takes every file; the last zone does that, without patterns"
    return None


def _expression(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return one expression for all patterns; those that fit at any depth share the search for where to begin."""
    anywhere: list[str] = []
    from_root: list[str] = []
    for pattern in patterns:
        body = pattern.removeprefix("/")
        is_anywhere = "/" not in pattern.removesuffix("/") or body.startswith("**/")
        (anywhere if is_anywhere else from_root).append(_translated(body))
    return re.compile(
        f"(?:.*/)?(?:{'|'.join(anywhere) or _NOTHING})|(?:{'|'.join(from_root) or _NOTHING})",
        re.IGNORECASE | re.DOTALL,
    )


def _translated(pattern: str) -> str:
    """Return a pattern as an expression for a whole path from where it begins; what is below a folder goes with it."""
    parts = pattern.removesuffix("/").split("/")
    while parts[0] == "**":
        del parts[0]
    below = "/.+" if pattern.endswith("/") else "(?:/.*)?"
    if parts[-1] == "**":
        below = "/.+"
        del parts[-1]
    found = ""
    for part in parts:
        found += "(?:.*/)?" if part == "**" else "".join(_SIGNS.get(sign) or re.escape(sign) for sign in part) + "/"
    return found.removesuffix("/") + below


_SIGNS = {"*": "[^/]*", "?": "[^/]"}
