"""What wrong approvals cost, on either side, and what asking costs; approval_costs.toml has the figures."""

from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from data.definitions.reading import Reading, content_of, shown
from data.definitions.risk_zones import risk_zones

_FILE_NAME = "approval_costs.toml"
_Text = Annotated[str, Meta(min_length=1)]
_Above0 = Annotated[float, Meta(gt=0)]
_From0 = Annotated[float, Meta(ge=0)]


class ZoneCost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rollback costs in one risk zone, where that is not what it costs elsewhere."""

    name: _Text
    owner: _Text
    why: _Text
    minutes_per_rollback: _From0


class ApprovalCosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Costs in minutes of people; an hour of a person in USD turns them into money."""

    owner: _Text
    why: _Text
    usd_per_person_hour: _Above0
    minutes_per_rollback: _From0
    minutes_per_blocked_change: _From0
    minutes_per_waiting_hour: _From0
    tolerance_minutes_per_100_decisions: _Above0
    """How far both sides may be apart for a hundred decisions and still be about right."""
    accepted_again_hours: Annotated[int, Meta(ge=1, le=24 * 90)]
    """Within this time after the rejection the same change is accepted, and was a good one."""
    alike_share: Annotated[float, Meta(gt=0, le=1)]
    """Least share of the files of both together that both change, for two changes to be the same."""
    fewest_decisions_in_zone: Annotated[int, Meta(ge=1)]
    """From so many decisions of people in a zone their behaviour there is taken from the zone itself."""
    zone: tuple[ZoneCost, ...] = ()

    def usd(self, minutes: float) -> float:
        """Return what so many minutes of a person cost."""
        return minutes / 60 * self.usd_per_person_hour

    def rollback_usd(self, zone: str | None) -> float:
        """Return what a rollback costs in a risk zone."""
        own = next((cost for cost in self.zone if cost.name == zone), None)
        return self.usd(self.minutes_per_rollback if own is None else own.minutes_per_rollback)

    @property
    def accepted_again_days(self) -> int:
        """Whole days after which it is known whether a rejected change was accepted again."""
        return -(-self.accepted_again_hours // 24)

    @property
    def blocked_usd(self) -> float:
        """What a good change costs that was rejected and accepted later."""
        return self.usd(self.minutes_per_blocked_change)

    @property
    def waiting_hour_usd(self) -> float:
        """What an hour costs that a change waits for its decision."""
        return self.usd(self.minutes_per_waiting_hour)

    @property
    def tolerance_usd(self) -> float:
        """By how much one side may cost more than the other for a hundred decisions."""
        return self.usd(self.tolerance_minutes_per_100_decisions)


@cache
def approval_costs() -> ApprovalCosts:
    """Return the costs. Raises DefinitionError that lists all that is wrong with the file."""
    return read_approval_costs(content_of(_FILE_NAME), risk_zones().names)


def read_approval_costs(content: bytes, zones: Collection[str]) -> ApprovalCosts:
    """Read costs from TOML; zones are the names that may be used. Raises DefinitionError that lists all errors."""
    reading = Reading(content, _FILE_NAME)
    found = reading.whole(ApprovalCosts)
    times = Counter(cost.name for cost in reading.entries("zone", ZoneCost))
    reading.wrong += [
        f"zone {shown(name)}: has {count} costs; one is expected" for name, count in times.items() if count > 1
    ]
    reading.wrong += [
        f"zone {shown(name)}: is none of the zones of risk_zones.toml: {', '.join(zones)}"
        for name in times
        if name not in zones
    ]
    if reading.wrong or found is None:
        raise reading.refuse()
    return found
