"""How the team keeps to the routing policy, in sentences."""

from collections.abc import Sequence

from dashboard.analysis.figures import Unit
from dashboard.analysis.routing_policy import ClassDrift, Fallback, Place, Readiness, on_primary
from dashboard.analysis.units import interval_text, value_text


def drift_words(drifts: Sequence[ClassDrift]) -> str:
    """Return the share of tasks on their primary, and what went to forbidden routes."""
    found = on_primary(tuple(drifts))
    if found.value is None or found.interval is None:
        return "No task in this period to hold against the routing policy"
    share = f"{value_text(found.value, Unit.RATE)} ({interval_text(*found.interval, Unit.RATE)})"
    forbidden = sum(one.by_place[Place.FORBIDDEN].k for one in drifts)
    tail = f"{forbidden:,} went to a forbidden route" if forbidden else "none went to a forbidden route"
    return f"{share} of {found.n:,} tasks asked for their primary route; {tail}"


def fallback_words(found: Sequence[Fallback], days: int) -> str:
    """Return how many fallbacks are known to hold."""
    if not found:
        return "The routing policy names no fallback"
    tested = sum(one.readiness is Readiness.TESTED for one in found)
    unseen = sum(one.readiness is Readiness.NOT_SEEN for one in found)
    tail = f"; {unseen} never seen in the data" if unseen else ""
    return f"{tested} of {len(found)} fallbacks stood in for another route in the last {days} days{tail}"
