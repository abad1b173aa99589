"""What the comparison of routes says, in sentences that the numbers beside them bear out."""

from collections.abc import Sequence

from dashboard.analysis.comparison import Yardstick, rate_change
from dashboard.analysis.figures import Direction, Unit, Verdict
from dashboard.analysis.frontier import FULL_COVERAGE, PlanePoint
from dashboard.analysis.rates import RELEVANT_RATE
from dashboard.analysis.route_comparison import FEWEST_TASKS, FEWEST_TO_SUSPECT, Comparison, Effect, Pair, Quality
from dashboard.analysis.route_table import RouteTable
from dashboard.analysis.units import difference_text, value_text
from dashboard.analysis.wording import listed

_OBJECT = {Quality.SUCCESS: "task success", Quality.ACCEPTANCE: "diff acceptance"}


def headline(table: RouteTable) -> str:
    """Return which route is best at what, who ties, or why it cannot be told yet."""
    return " ".join(part for part in (quality_words(table.comparisons[Quality.SUCCESS]), value_words(table)) if part)


def quality_words(comparison: Comparison) -> str:
    """Return how the routes stand on one quality, the mix of tasks considered."""
    about, routes = _OBJECT[comparison.quality], comparison.routes
    if not routes:
        return f"Cannot tell yet which route is best: none has {FEWEST_TASKS} {comparison.quality.unit} that count."
    if len(routes) == 1:
        return (
            f"Only {routes[0]} has enough {comparison.quality.unit} to be judged; there is nothing to compare it with."
        )
    behind = [route for route in routes if comparison.beaten[route]]
    ahead = [route for route in routes if route not in behind]
    if len(ahead) == 1 and set(ahead) == {better for route in behind for better in comparison.beaten[route]}:
        won = [route for route in behind if ahead[0] in comparison.beaten[route]]
        if len(won) == len(behind):
            return f"{ahead[0]} is best on {about}."
    if behind:
        rest = f"the other {len(ahead)} tie" if len(ahead) > 1 else f"{ahead[0]} is not" if ahead else "none is not"
        return f"Clearly behind on {about}: {listed(behind)}; {rest}."
    return _no_difference(comparison)


def value_words(table: RouteTable) -> str:
    """Return which route gives most for a dollar at the team's mix of tasks; empty when no two can be ranked."""
    ranked = [row for row in table.rows if row.per_dollar_at_mix is not None]
    if len(ranked) < 2 or not table.best_value:
        return ""
    about = "Most completed and kept tasks per dollar, at the team's mix of tasks"
    best, *others = table.best_value
    if others:
        return f"{about}: {listed(table.best_value)} tie."
    found = next(row.per_dollar_at_mix for row in ranked if row.route == best)
    if found is None or found.interval is None:
        return f"{about}: {best}."
    low, high = found.interval
    return f"{about}: {best}, {found.value:,.1f} ({low:,.1f} to {high:,.1f})."


def range_words(table: RouteTable, quality: Quality) -> str:
    """Return between which routes one quality lies at the team's mix of tasks, or what is missing to say so.

    A route with too few classes of the mix is left out: its rate says little about the rest.
    """
    found = [
        (at_mix.value, row.route)
        for row in table.rows
        if (at_mix := row.quality[quality].standardised) and at_mix.coverage >= FULL_COVERAGE
    ]
    compared = [one for one in found if one[1] in table.comparisons[quality].routes]
    if len(compared) < 2:
        return f"{quality.label}: fewer than two routes have enough {quality.unit} of the team's classes to be compared"
    (low, last), (high, first) = min(compared), max(compared)
    if value_text(low, Unit.RATE) == value_text(high, Unit.RATE):
        return f"{quality.label} is {value_text(low, Unit.RATE)} on every compared route, at the team's mix of tasks"
    return (
        f"{quality.label} lies between {value_text(low, Unit.RATE)} ({last}) and {value_text(high, Unit.RATE)} "
        f"({first}) at the team's mix of tasks"
    )


def cost_words(table: RouteTable) -> str:
    """Return between which routes the cost of a completed task lies at the team's mix of tasks."""
    costs = [(row.cost_at_mix.value, row.route) for row in table.rows if row.cost_at_mix is not None]
    if not costs:
        return "What a completed task costs cannot be compared: no route has a known price and enough tasks"
    (low, cheapest), (high, dearest) = min(costs), max(costs)
    if len(costs) == 1:
        return f"A completed task costs {value_text(low, Unit.USD)} on {cheapest}; no other route can be compared"
    return (
        f"A completed task costs between {value_text(low, Unit.USD)} ({cheapest}) and {value_text(high, Unit.USD)} "
        f"({dearest}) at the team's mix of tasks"
    )


def pair_words(pair: Pair, quality: Quality) -> str:
    """Return what a raw lead is worth, for a lead that misleads or may."""
    if pair.effect is Effect.PLAIN:
        return ""
    leader, other = (_rate_text(*counts) for counts in (pair.leader_counts, pair.other_counts))
    seen = (
        f"{pair.leader} looks better than {pair.other} on {_OBJECT[quality]}: {leader} against {other}, "
        f"{difference_text(pair.raw.value, Unit.RATE)} ({_interval(pair.raw.low, pair.raw.high)})."
    )
    pooled = pair.pooled
    if pooled is None or pair.effect is Effect.UNCLEAR:
        return f"{seen} {_unclear(pair, quality)}"
    within = f"{difference_text(pooled.value, Unit.RATE)} ({_interval(pooled.low, pooled.high)})"
    if pair.effect is Effect.REVERSED:
        return (
            f"{seen} That is a reversal (Simpson): within the same task classes {pair.other} is clearly better; there "
            f"the difference is {within}. {pair.leader} has the easier tasks."
        )
    mix = f"{difference_text(pair.mix.value, Unit.RATE)} ({_interval(pair.mix.low, pair.mix.high)})"
    claim = "That is" if pair.raw.low > 0 else "The lead is not clear of 0, and what there is of it is"
    return (
        f"{seen} {claim} a mix effect: {pair.leader} has the easier tasks. The mix of task classes makes {mix}; "
        f"within the classes that both have, the difference is {within}."
    )


def _unclear(pair: Pair, quality: Quality) -> str:
    """Say that too few records of both routes are of the same classes."""
    (_, own), (_, others) = pair.shared
    return (
        f"Whether {pair.leader} just has the easier tasks cannot be told: only {own:,} of its "
        f"{pair.leader_counts[1]:,} {quality.unit}, and {others:,} of {pair.other_counts[1]:,} of {pair.other}, are of "
        "task classes that both have. Let both work on the same classes, or choose a longer period."
    )


def frontier_words(points: Sequence[PlanePoint], quality: Quality) -> str:
    """Return which routes are on the efficient frontier."""
    efficient = [point.route for point in points if point.is_efficient]
    if not efficient:
        return "No compared route has a cost at the team's mix: quality stands alone"
    about = _OBJECT[quality]
    if len(efficient) == 1:
        return f"Of the compared routes {efficient[0]} costs least per completed task, and none has a higher {about}"
    return f"On the frontier of cost and {about}: {listed(efficient)}"


def _no_difference(comparison: Comparison) -> str:
    about, unit = _OBJECT[comparison.quality], comparison.quality.unit
    first, second = comparison.routes[:2]
    counts = {
        name: next(
            pair.leader_counts if pair.leader == name else pair.other_counts
            for pair in comparison.pairs
            if name in (pair.leader, pair.other)
        )
        for name in (first, second)
    }
    yardstick = Yardstick(Unit.RATE, Direction.HIGHER, unit, RELEVANT_RATE)
    change = rate_change(*counts[second], *counts[first], yardstick)
    if change.verdict is Verdict.CANNOT_TELL:
        needed = (
            f"{change.more_needed:,} more {unit} on {second} would show a difference of 5 pp to {first}"
            if change.more_needed is not None
            else f"even {first}, the most used, has only {counts[first][1]:,} {unit}; choose a longer period"
        )
        return f"Cannot tell yet which route is best on {about}: {needed}."
    return f"No difference seen on {about}: {len(comparison.routes)} routes tie."


def _rate_text(k: int, n: int) -> str:
    return f"{value_text(k / n, Unit.RATE)} of {n:,}"


def _interval(low: float, high: float) -> str:
    return f"{difference_text(low, Unit.RATE)} to {difference_text(high, Unit.RATE)}"


def use_words(table: RouteTable) -> str:
    """Return which compared route has the most unusual mix of tasks, and in what class it shows."""
    whole = sum(work.task_count for work in table.works.values())
    team = {
        name: sum(work.tasks.get(name, 0) for work in table.works.values()) / whole
        for name in {name for work in table.works.values() for name in work.tasks}
    }
    compared = [work for work in table.works.values() if work.task_count >= FEWEST_TO_SUSPECT]
    if len(compared) < 2:
        return "What each route is used for"
    apart = {
        work.name: {name: work.tasks.get(name, 0) / work.task_count - share for name, share in team.items()}
        for work in compared
    }
    # Half the summed distances is the share of tasks that would have to change class.
    route = max(sorted(apart), key=lambda name: sum(abs(shift) for shift in apart[name].values()))
    task_class = max(sorted(team), key=lambda name: abs(apart[route][name]))
    work = table.works[route]
    share = value_text(work.tasks.get(task_class, 0) / work.task_count, Unit.RATE)
    return (
        f"{route} has the most unusual mix of tasks: {share} {task_class}, "
        f"against {value_text(team[task_class], Unit.RATE)} in the team"
    )
