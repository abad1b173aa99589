"""What a trend shows, in one sentence that is computed from its points.

A bucket counts as clearly on the wrong side only when that would be unlikely by chance among so many buckets
(Benjamini-Hochberg over the settled ones), so that a title does not tell of the unluckiest of ninety days.
"""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from dashboard.analysis.breakdowns import benjamini_hochberg, compare_parts
from dashboard.analysis.burn_rates import chance_on_budget
from dashboard.analysis.figures import Direction, Standing, Unit, Verdict
from dashboard.analysis.intervals import ratio, wilson
from dashboard.analysis.rates import standing
from dashboard.analysis.remembered import remembered
from dashboard.analysis.ties import FALSE_SHARE
from dashboard.analysis.trend_buckets import Every, Trend, TrendPoint, bucket_name
from dashboard.analysis.units import value_text

_FEWEST_TO_COMPARE = 4


@remembered(256)
def trend_words(trend: Trend, where: str = "") -> str:
    """Return what the picture shows; only what the intervals support is claimed.

    ``where`` says of the days of the last miss where it was, in words that go on the sentence.
    """
    if not any(point.value is not None for point in trend.points):
        return f"{trend.title}: nothing was measured in this period"
    if not trend.settled:
        return f"{trend.title}: nothing settled yet, every {trend.every.value} may still change"
    return _over_time(trend) if trend.objective is None else _against_objective(trend, trend.objective, where)


def last_miss(trend: Trend) -> tuple[date, date] | None:
    """Return the first and the last day of the last points that clearly missed the objective, one after the other."""
    runs = [] if trend.objective is None else _runs(trend, clear_standings(trend))
    return (runs[-1][0].first, runs[-1][-1].last) if runs else None


def _against_objective(trend: Trend, objective: float, where: str) -> str:
    wrong = "below" if trend.direction is Direction.HIGHER else "above"
    target = f"the objective of {value_text(objective, trend.unit)}"
    standings = clear_standings(trend)
    runs = _runs(trend, standings)
    if not runs:
        return f"{trend.title} {_as_a_whole(trend, target)}"
    last = runs[-1]
    later = [point for point in trend.settled if point.first > last[-1].first]
    together = _together(trend, later)[0] if later else Standing.MISSED
    if together is Standing.MISSED and not any(_holds(trend, point) for point in later):
        if len(last) == 1 and not later:
            fell, again = "fell" if wrong == "below" else "rose", "" if len(runs) == 1 else " again"
            return f"{trend.title} {fell} {wrong} {target}{again} {_when(last[0], trend)}{where}"
        return f"{trend.title} has been {wrong} {target} since {_name(last[0], trend)}{where}"
    count = sum(len(run) for run in runs)
    if len(runs) > 1:
        span = f"in {count} {trend.every.value}s, last {_when(last[-1], trend)}"
    else:
        span = _when(last[0], trend) if count == 1 else f"from {_name(last[0], trend)} to {_name(last[-1], trend)}"
    came_back = together is Standing.MET or any(
        found is Standing.MET and point.first > last[-1].first
        for point, found in zip(trend.settled, standings, strict=True)
    )
    only = ""
    if together is Standing.MISSED:
        end = f"; {wrong} it since then too, taken together ({_together(trend, later)[1]})"
    else:
        only = " only" if came_back and count == 1 else ""
        end = "" if came_back else _since(trend, later)
    return f"{trend.title} was {wrong} {target} {span}{only}{where}{end}"


def _as_a_whole(trend: Trend, target: str) -> str:
    """Say how all settled points together stand, where no single one is clearly on the wrong side."""
    found, rate = _together(trend, trend.settled)
    match found:
        case Standing.MET:
            return f"met {target}"
        case Standing.MISSED:
            return f"missed {target}, without one {trend.every.value} that stands out"
        case _ if trend.unit is not Unit.RATE:
            # Medians of buckets do not add up to that of the whole.
            met = sum(trend.standing(point) is Standing.MET for point in trend.settled)
            every = trend.every.value
            return f"met {target} in {met} of {len(trend.settled)} {every}s, and clearly missed it in no {every}"
        case _:
            return f"is not clearly above or below {target}{f': {rate}{_counted(trend)}' if rate else ''}"


def _counted(trend: Trend) -> str:
    """Say which days were counted, where points at an end of the period are cut short or may still change."""
    first, last = trend.settled[0].first, max(point.last for point in trend.settled)
    measured = [point for point in trend.points if point.n]
    is_earlier, is_later = any(one.last < first for one in measured), any(one.first > last for one in measured)
    with_year = trend.points[0].first.year != trend.points[-1].last.year
    begin, end = (bucket_name(day, Every.DAY, with_year=with_year) for day in (first, last))
    if is_earlier:
        return f" from {begin} to {end}"
    return f" until {end}" if is_later else ""


def _since(trend: Trend, later: Sequence[TrendPoint]) -> str:
    rate = _together(trend, later)[1]
    return f"; {rate} since then do not tell whether it came back" if rate else "; not clearly back since"


def _together(trend: Trend, points: Sequence[TrendPoint]) -> tuple[Standing, str]:
    """Return how some points together stand, and their rate in words; no words for what does not add up."""
    if trend.unit is Unit.RATE:
        good, n = sum(_good(point) for point in points), sum(point.n for point in points)
        low, high = wilson(good, n) or (None, None)
        words = f"{value_text(ratio(good, n), trend.unit)} of {n:,} {trend.n_unit}"
        return standing(low, high, trend.objective, trend.direction), words
    are_met = all(trend.standing(point) is Standing.MET for point in points)
    return (Standing.MET if are_met else Standing.CANNOT_TELL), ""


def clear_standings(trend: Trend) -> list[Standing]:
    """Return how each settled point stands, where missed is corrected for how many points there are."""
    found = [trend.standing(point) for point in trend.settled]
    if trend.unit is not Unit.RATE or trend.objective is None or trend.direction is not Direction.HIGHER:
        return found
    budget = 1 - trend.objective
    chances = [chance_on_budget(point.n - _good(point), point.n, budget) for point in trend.settled]
    for place, chance in enumerate(benjamini_hochberg(chances)):
        if found[place] is Standing.MISSED and chance > FALSE_SHARE:
            found[place] = Standing.CANNOT_TELL
    return found


def _runs(trend: Trend, standings: Sequence[Standing]) -> list[list[TrendPoint]]:
    """Return the missed points in runs; between those of a run every point lies on the wrong side, if not clearly."""
    runs: list[list[TrendPoint]] = []
    is_open = False
    for point, found in zip(trend.settled, standings, strict=True):
        if found is Standing.MISSED:
            if not is_open:
                runs.append([])
            runs[-1].append(point)
            is_open = True
        elif _holds(trend, point):
            is_open = False
    return runs


def _holds(trend: Trend, point: TrendPoint) -> bool:
    """Whether a point as measured lies at the objective or on its good side, clearly or not."""
    if point.value is None or trend.objective is None:
        return False
    distance = point.value - trend.objective
    return distance >= 0 if trend.direction is Direction.HIGHER else distance <= 0


def _over_time(trend: Trend) -> str:
    if trend.unit is Unit.RATE:
        return _rate_over_time(trend)
    known = [point for point in trend.settled if point.low is not None and point.high is not None]
    if len(known) >= _FEWEST_TO_COMPARE:
        highest, lowest = max(known, key=_value), min(known, key=_value)
        if all((highest.low or 0) > (point.high or 0) for point in known if point is not highest):
            return f"{trend.title} was highest {_when(highest, trend)}: {value_text(highest.value, trend.unit)}"
        if all((lowest.high or 0) < (point.low or 0) for point in known if point is not lowest):
            return f"{trend.title} was lowest {_when(lowest, trend)}: {value_text(lowest.value, trend.unit)}"
        first, last = known[0], known[-1]
        if (last.low or 0) > (first.high or 0):
            return f"{trend.title} rose from {_at(first, trend)} to {_at(last, trend)}"
        if (last.high or 0) < (first.low or 0):
            return f"{trend.title} fell from {_at(first, trend)} to {_at(last, trend)}"
    # Only the extremes and the ends were compared: what else stands out is not known.
    return _range(trend, trend.settled, claims=False)


def _rate_over_time(trend: Trend) -> str:
    """Say in which points, one after the other, a rate was furthest from that of all others together.

    Each point is compared with the rest, corrected for how many there are: bad weeks side by side do not hide each
    other.
    """
    points = [point for point in trend.settled if point.value is not None]
    parts = compare_parts([(str(place), _good(point), point.n) for place, point in enumerate(points)])
    compared = list(zip(points, sorted(parts, key=lambda part: int(part.name)), strict=True))
    runs = [(verdict, list(run)) for verdict, run in groupby(compared, key=lambda one: one[1].verdict)]
    apart = [run for run in runs if run[0] in (Verdict.BETTER, Verdict.WORSE)]
    if not apart:
        return _range(trend, points, claims=len(points) >= _FEWEST_TO_COMPARE)
    verdict, furthest = max(apart, key=lambda run: max(abs(part.difference or 0.0) for _, part in run[1]))
    own = [point for point, _ in furthest]
    word = "highest" if verdict is Verdict.BETTER else "lowest"
    rate = value_text(ratio(sum(map(_good, own)), sum(point.n for point in own)), trend.unit)
    if len(own) == 1:
        return f"{trend.title} was {word} {_when(own[0], trend)}: {rate}"
    return f"{trend.title} was {word} from {_name(own[0], trend)} to {_name(own[-1], trend)}: {rate}"


def _range(trend: Trend, points: Sequence[TrendPoint], *, claims: bool) -> str:
    """Say between what the values lie; that nothing stands out is claimed only of points that were compared."""
    values = [point.value for point in points if point.value is not None]
    low, high = value_text(min(values), trend.unit), value_text(max(values), trend.unit)
    if low == high:
        return f"{trend.title} was {low} throughout"
    return f"{trend.title} moved between {low} and {high}" + (", without a change that stands out" if claims else "")


def _good(point: TrendPoint) -> int:
    return round((point.value or 0) * point.n)


def _value(point: TrendPoint) -> float:
    return point.value or 0.0


def _at(point: TrendPoint, trend: Trend) -> str:
    return f"{value_text(point.value, trend.unit)} {_when(point, trend)}"


def _when(point: TrendPoint, trend: Trend) -> str:
    return f"{'on' if trend.every is Every.DAY else 'in'} {_name(point, trend)}"


def _name(point: TrendPoint, trend: Trend) -> str:
    return bucket_name(point.first, trend.every, with_year=_has_years(trend))


def _has_years(trend: Trend) -> bool:
    """Whether the trend spans more than one year, so that names of its points say which."""
    is_weekly = trend.every is Every.WEEK
    return len({found.first.isocalendar().year if is_weekly else found.first.year for found in trend.points}) > 1
