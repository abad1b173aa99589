"""The verdict on approvals in words: one sentence for the page and the review, and a reason for each group."""

from collections.abc import Sequence
from math import isfinite

from dashboard.analysis.figures import Unit
from dashboard.analysis.filters import NONE_NAME
from dashboard.analysis.intervals import most_when_none_seen
from dashboard.analysis.strictness import Balance, Rate, Strictness, StrictnessCell
from dashboard.analysis.strictness_counts import ALL, Who
from dashboard.analysis.units import value_text
from data.definitions.risk_zones import risk_zones

_MOST_NAMED = 2
_BY = {
    Who.HUMAN: "people decide",
    Who.POLICY: "rules decide",
    Who.NOT_ASKED: "nobody is asked",
    Who.UNKNOWN: "it is not known who decides",
}


def zone_title(name: str) -> str:
    """Return a risk zone as people name it; one that is no longer defined by its name."""
    if name == ALL:
        return "All zones"
    if name == NONE_NAME:
        return "No zone known"
    zone = risk_zones().named(name)
    return name if zone is None else zone.title


def headline(found: Strictness) -> str:
    """Return the answer in one sentence, from the groups by zone."""
    cells = found.by_zone
    if not any(cell.counts.decided for cell in cells):
        return _nothing(found)
    asked = [cell for cell in cells if cell.place.who is not Who.NOT_ASKED]
    lax, strict = named(asked, Balance.TOO_LAX), named(asked, Balance.TOO_RESTRICTIVE)
    said = [f"too lax in {_listed(lax)}"] if lax else []
    said += [f"too restrictive in {_listed(strict)}"] if strict else []
    sentences = [f"approvals are {', and '.join(said)}"] if said else []
    unasked = named([cell for cell in cells if cell.place.who is Who.NOT_ASKED], Balance.TOO_LAX)
    if unasked:
        sentences.append(f"asking nobody is too lax in {_listed(unasked, with_who=False)}")
    if not sentences:
        return _nothing_named(cells)
    whole = "; ".join(sentences)
    return f"{whole[:1].upper()}{whole[1:]}"


def named(cells: Sequence[StrictnessCell], verdict: Balance) -> list[StrictnessCell]:
    """Return the groups of a verdict, largest difference over all its decisions first, empty ones left out."""
    own = [cell for cell in cells if cell.verdict is verdict and cell.counts.decided]
    return sorted(own, key=lambda cell: -_weight(cell))


def named_first(found: Strictness) -> list[StrictnessCell]:
    """Return the groups by zone that are called too lax or too restrictive, those that the headline names first."""
    asked = [cell for cell in found.by_zone if cell.place.who is not Who.NOT_ASKED]
    unasked = [cell for cell in found.by_zone if cell.place.who is Who.NOT_ASKED]
    lax, strict = named(asked, Balance.TOO_LAX), named(asked, Balance.TOO_RESTRICTIVE)
    return [*lax[:1], *strict[:1], *lax[1:], *strict[1:], *named(unasked, Balance.TOO_LAX)]


def place_words(cell: StrictnessCell) -> str:
    """Return a group in words: Billing and usage (people decide)."""
    task_class = "" if cell.place.task_class == ALL else f", {cell.place.task_class} tasks"
    return f"{zone_title(cell.place.zone)}{task_class} ({_BY[cell.place.who]})"


def verdict_words(cell: StrictnessCell) -> str:
    """Return the verdict with what supports it, or with what is missing."""
    if cell.verdict is not Balance.CANNOT_TELL:
        return cell.verdict.value
    if cell.more is not None:
        return f"{Balance.CANNOT_TELL.value} ({cell.more:,} more decisions)"
    return f"{Balance.CANNOT_TELL.value} ({cell.reason})"


def support_words(cell: StrictnessCell) -> str:
    """Return the figures behind the verdict on one group, in one sentence."""
    apart = cell.difference_usd
    if apart is None:
        return f"{place_words(cell)}: {cell.reason}."
    more = "more" if apart.value >= 0 else "less"
    bounds = f"{_edge(apart.low)} to {_edge(apart.high)}"
    none = never_rejected_words(cell) or "none was rejected"
    if cell.counts.rejected and not cell.restrictive.n:
        none = f"none of {cell.counts.rejected:,} rejected ones can be compared with later changes"
    rejected = _rate_words(cell.restrictive, "rejected ones were good", none)
    if cell.restrictive.n and cell.counts.incomparable:
        rejected += f", {cell.counts.incomparable:,} more cannot be compared"
    if cell.place.who is Who.NOT_ASKED:
        rejected = "nothing was asked about"
    said = (
        f"{place_words(cell)}: {_rate_words(cell.lax, 'accepted changes were taken back', 'none was accepted')}, "
        f"{rejected}. For a hundred decisions mistakes that got through cost {_usd(abs(apart.value))} {more} "
        f"than asking (95 % interval {bounds})"
    )
    if not cell.is_waiting_known:
        said += ", waiting not counted: no record tells of it"
    return f"{said}."


def never_rejected_words(cell: StrictnessCell) -> str | None:
    """Say of a group that was asked and never rejected what that still allows; null for others."""
    n = cell.counts.decided
    if cell.place.who is Who.NOT_ASKED or cell.counts.rejected or not n:
        return None
    return f"0 of {n:,} rejected still allows {_whole(most_when_none_seen(n) or 0.0)}"


def changed_words(found: Strictness) -> str | None:
    """Say which verdicts by zone are other than in the compared period; null when nothing is compared."""
    if found.before is None:
        return None
    changes = [
        f"{place_words(cell)}: {earlier.verdict.value}, now {cell.verdict.value}"
        for cell in found.by_zone
        if (earlier := found.before.at(cell.place)) is not None
        and earlier.verdict is not cell.verdict
        and Balance.CANNOT_TELL not in (earlier.verdict, cell.verdict)
    ]
    if changes:
        return f"Changed since the compared period. {'; '.join(changes)}."
    return "No verdict is other than in the compared period, as far as both can tell."


def _nothing(found: Strictness) -> str:
    if found.young:
        noun = "decision of this period is" if found.young == 1 else "decisions of this period are"
        return f"Cannot tell yet: all {found.young:,} {noun} too young to be judged"
    return "No decision on a patch in this period"


def _nothing_named(cells: Sequence[StrictnessCell]) -> str:
    right, open_cells = named(cells, Balance.ABOUT_RIGHT), named(cells, Balance.CANNOT_TELL)
    if right and not open_cells:
        return "Approvals are about right in every zone that has decisions"
    about = f"About right in {_listed(right)}; of the rest " if right else ""
    return f"{about}{_cannot_tell(open_cells, is_rest=bool(right))}"


def _listed(cells: Sequence[StrictnessCell], *, with_who: bool = True) -> str:
    names = [place_words(cell) if with_who else zone_title(cell.place.zone) for cell in cells[:_MOST_NAMED]]
    left = len(cells) - _MOST_NAMED
    names += [f"{left} more"] if left > 0 else []
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cannot_tell(cells: Sequence[StrictnessCell], *, is_rest: bool) -> str:
    nearest = min((cell for cell in cells if cell.more is not None), key=lambda cell: cell.more or 0, default=None)
    start = "nothing can be told yet" if is_rest else "Cannot tell yet whether approvals are too lax or too restrictive"
    if nearest is None:
        return start
    return f"{start}: {nearest.more:,} more decisions in {place_words(nearest)} would settle it there"


def _weight(cell: StrictnessCell) -> float:
    apart = cell.difference_usd
    return 0.0 if apart is None else abs(apart.value) * cell.counts.decided


def _rate_words(rate: Rate, of: str, none: str) -> str:
    if rate.value is None:
        return none
    low, high = rate.interval or (0.0, 1.0)
    bounds = f"{value_text(low, Unit.RATE)} to {value_text(high, Unit.RATE)}"
    return f"{value_text(rate.value, Unit.RATE)} of {rate.n:,} {of} ({bounds})"


def _edge(usd: float) -> str:
    if not isfinite(usd):
        return "any amount less"
    return f"{'−' if usd < 0 else ''}{_usd(abs(usd))}"


def _usd(amount: float) -> str:
    """Write an amount for a hundred decisions: cents say nothing there."""
    return f"${amount:,.0f}" if amount >= 10 else value_text(amount, Unit.USD)


def _whole(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 else value_text(share, Unit.RATE)
