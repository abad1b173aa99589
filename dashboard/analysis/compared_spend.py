"""Whether the spend of two periods can be held against each other: one answer for all that compares spend."""

from datetime import date

from dashboard.analysis.figures import Unit
from dashboard.analysis.filters import Period
from dashboard.analysis.spend_amounts import Amount
from dashboard.analysis.units import value_text


def why_not_compared(now: Amount, before: Amount, compared: Period, records_begin: date | None) -> str | None:
    """Say why the spend of a period is not held against that of the compared one, without a full stop; null if it is.

    ``records_begin`` is the day of the first call of the project: a compared period that begins before it is cut short.
    """
    if not before.calls:
        return "No call in the compared period: nothing to hold this one against"
    if now.known_usd is None and before.known_usd is None:
        return "No cost is known in either period: nothing to compare"
    if now.known_usd is None or before.known_usd is None:
        where = "this period" if now.known_usd is None else "the compared period"
        return f"No cost is known in {where}: it cannot be held against the other one"
    if records_begin is not None and records_begin > compared.first:
        begin = f"{records_begin.day} {records_begin:%b %Y}"
        return (
            f"Records of calls begin on {begin}, within the compared period: its "
            f"{value_text(before.known_usd, Unit.USD)} cannot be held against this one"
        )
    return None
