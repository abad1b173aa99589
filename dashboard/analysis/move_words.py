"""What a move of tasks to another route would change, in sentences."""

from dashboard.analysis.figures import Unit, Verdict
from dashboard.analysis.units import difference_text
from dashboard.analysis.what_if import FEWEST_TASKS, Expected, Move


def move_words(move: Move) -> tuple[str, ...]:
    """Return the sentences: what is moved, what becomes of success, what becomes of spend."""
    if move.needed:
        more = " and ".join(f"{count:,} more on {route}" for route, count in move.needed)
        left = None if move.enough is None else max(move.enough - move.target.ended, 0)
        if left is None:
            shown = f" With {move.origin.ended:,} on {move.origin.route} no number of others would show 5 pp."
        else:
            shown = f" {left:,} more on {move.target.route} would show a difference of 5 pp." if left else ""
        needed = f"each route needs {FEWEST_TASKS} {move.task_class} tasks that ended in this period"
        return (f"Cannot tell: {needed}; {more}.{shown}",)
    return (_moved(move), _success(move), _kept(move), _spend(move.spend_per_month))


def _moved(move: Move) -> str:
    return (
        f"About {move.tasks_per_month:,.0f} {move.task_class} tasks a month ask for {move.origin.route} now; "
        f"{move.target.route} had {move.target.ended:,} of this class in the period."
    )


def _success(move: Move) -> str:
    change = move.success
    seen = (
        f"{difference_text(change.difference, Unit.RATE)} "
        f"({difference_text(change.low, Unit.RATE)} to {difference_text(change.high, Unit.RATE)})"
    )
    expected = move.completed_per_month
    counted = (
        f"{_signed(expected.value)} completed tasks a month ({_signed(expected.low)} to {_signed(expected.high)}); "
        f"success rate {seen}"
    )
    match change.verdict:
        case Verdict.BETTER:
            return f"Success would be better: {counted}."
        case Verdict.WORSE:
            return f"Success would be worse: {counted}."
        case Verdict.NO_DIFFERENCE:
            return f"No difference of success seen: {counted}; one of 5 pp or more would very likely show."
        case _:
            needed = (
                f"{change.more_needed:,} more {move.task_class} tasks on {move.target.route} would show one of 5 pp"
                if change.more_needed is not None
                else f"{move.origin.route} has too few of them, {move.origin.ended:,}; choose a longer period"
            )
            return f"Cannot tell whether success would change: {counted}; {needed}."


def _kept(move: Move) -> str:
    change, expected = move.kept, move.kept_per_month
    verdict = {
        Verdict.BETTER: "would be better",
        Verdict.WORSE: "would be worse",
        Verdict.NO_DIFFERENCE: "no difference seen",
    }.get(change.verdict, "cannot tell")
    target = move.target.route
    more = f"; {change.more_needed:,} more on {target} would show 5 pp" if change.more_needed else ""
    bounds = f"{difference_text(change.low, Unit.RATE)} to {difference_text(change.high, Unit.RATE)}"
    return (
        f"Completed and kept, with no patch rolled back: {verdict}; {_signed(expected.value)} tasks a month "
        f"({_signed(expected.low)} to {_signed(expected.high)}), share {difference_text(change.difference, Unit.RATE)} "
        f"({bounds}){more}."
    )


def _spend(expected: Expected) -> str:
    if expected.value is None:
        return f"Cannot tell what it would cost: {expected.reason}."
    if expected.low is None or expected.high is None:
        return f"Cannot tell what it would cost: {_money(expected.value)} a month, but {expected.reason}."
    amount = f"{_money(expected.value)} a month ({_money(expected.low)} to {_money(expected.high)})"
    if round(expected.high, 2) < 0:
        return f"Spend would fall: {amount}."
    return f"Spend would rise: {amount}." if round(expected.low, 2) > 0 else f"No clear change of spend: {amount}."


def _money(value: float) -> str:
    # To the cent: what is less in a month is no change.
    return difference_text(round(value, 2), Unit.USD)


def _signed(value: float | None) -> str:
    if value is None:
        return "–"
    text = f"{abs(value):,.1f}"
    return ("±" if text == "0.0" else "+" if value > 0 else "−") + text
