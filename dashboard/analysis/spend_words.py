"""What the spend page shows, in sentences that are computed from the data."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.analysis.compared_spend import why_not_compared
from dashboard.analysis.cost_discrepancy import NOTICEABLE_SHARE, Discrepancies
from dashboard.analysis.figures import Unit
from dashboard.analysis.intervals import ratio
from dashboard.analysis.spend import Spend
from dashboard.analysis.spend_amounts import MICRO_USD, Amount, Range, UnitCosts, unpriced_range
from dashboard.analysis.spend_month import BudgetVerdict, MonthSpend
from dashboard.analysis.spend_parts import UnpricedRoute
from dashboard.analysis.spend_spikes import Spike
from dashboard.analysis.units import difference_text, share_text, value_text
from dashboard.analysis.wording import listed


def dollars(value: float | None) -> str:
    """Return an amount as people say it."""
    return value_text(value, Unit.USD)


def headline(found: Spend) -> str:
    """Say how much was spent, as a range where calls are unpriced, and where most of it went."""
    total = found.total
    if not total.calls:
        return "No call to a model in this period"
    if total.known_usd is None:
        between = unpriced_range(total, found.costs)
        they = "it" if total.calls == 1 else "together they"
        said = "" if between.low_usd is None else f"; {they} may have cost {_span(between)}"
        none = "the only call has no" if total.calls == 1 else f"none of {total.calls:,} calls has a"
        return f"What was spent is not known: {none} known cost{said}"
    if not total.micro_usd and not total.unpriced:
        return f"Nothing was paid by the token: {_calls(total.calls)} without a cost"
    said = f"{dollars(total.known_usd)} was spent"
    if total.unpriced:
        said += f", and {_calls(total.unpriced)} of unknown cost{_between(total, found.costs)}"
    top = max(found.groups, key=lambda group: (not group.is_other, group.total.micro_usd))
    share = ratio(top.total.micro_usd, total.micro_usd)
    if len(found.groups) > 1 and share is not None and not top.is_other:
        said += f"; {value_text(share, Unit.RATE)} of what is known went to {top.name}"
    return said


def _calls(count: int) -> str:
    return f"{count:,} call{'' if count == 1 else 's'}"


def _between(amount: Amount, costs: UnitCosts | None) -> str:
    between = unpriced_range(amount, costs)
    if between.low_usd is None:
        return ""
    return f" may add {_span(between)}"


def _span(between: Range) -> str:
    low, high = dollars(between.low_usd), dollars(between.high_usd)
    return f"about {low}" if low == high else f"{low} to {high}"


def compared_words(found: Spend) -> str | None:
    """Say what the compared period cost; null when nothing is compared."""
    if found.before is None or found.compared is None:
        return None
    refused = why_not_compared(found.total, found.before, found.compared, found.records_begin)
    if refused is not None:
        return f"{refused}."
    change = ratio(found.total.micro_usd - found.before.micro_usd, found.before.micro_usd)
    share = "" if change is None else f" ({'+' if change > 0 else ''}{share_text(change)})"
    difference = (found.total.micro_usd - found.before.micro_usd) / MICRO_USD
    moved = f", {difference_text(difference, Unit.USD)}{share}" if share else ""
    return f"Known spend was {dollars(found.before.known_usd)} in the compared period{moved}."


def spike_words(spike: Spike, noun: str) -> str:
    """Say when far more was spent than usual, and where."""
    one_day = spike.first == spike.last
    when = f"On {_day(spike.first)}" if one_day else f"From {_day(spike.first)} to {_day(spike.last)}"
    usual = spike.usual_micro_usd / 1e6
    times = ratio(spike.micro_usd, spike.usual_micro_usd)
    told = "" if times is None else f", {times:.1f} times the usual {dollars(usual)}"
    where = f"{value_text(spike.group_share, Unit.RATE)} of the excess by {noun} {spike.group}"
    return f"{when} {dollars(spike.micro_usd / 1e6)} was spent{told}; {where}."


def over_time_words(found: Spend) -> str:
    """Say what the picture of the whole shows: the days that stand out, or how far apart the buckets are."""
    if found.spikes:
        spike = max(found.spikes, key=lambda one: one.micro_usd - one.usual_micro_usd)
        when = _day(spike.first) if spike.first == spike.last else f"{_day(spike.first)} to {_day(spike.last)}"
        more = len(found.spikes) - 1
        others = f", and {more} more time{'' if more == 1 else 's'}" if more else ""
        return f"Spend stood out on {when}: {dollars(spike.micro_usd / 1e6)}{others}"
    known = [bucket.amount.known_usd for bucket in found.buckets if bucket.amount.calls]
    values = [value for value in known if value is not None]
    if not values:
        return "No spend is known in this period"
    if len(values) == 1:
        return f"{dollars(values[0])} in one {found.every.value}"
    return f"Between {dollars(min(values))} and {dollars(max(values))} a {found.every.value}; no day stands out"


def parts_words(found: Spend) -> str:
    """Say which part costs most."""
    named = [group for group in found.groups if not group.is_other and group.total.micro_usd]
    if not named:
        return f"By {found.by.noun}: no part has a known cost"
    top = max(named, key=lambda group: group.total.micro_usd)
    share = value_text(ratio(top.total.micro_usd, found.total.micro_usd), Unit.RATE)
    if len(found.groups) == 1:
        return f"All of it is {found.by.noun} {top.name}"
    return f"{top.name} is the dearest {found.by.noun}: {dollars(top.total.known_usd)}, {share} of known spend"


def month_words(month: MonthSpend) -> str:
    """Say how the running month stands against its budget."""
    name = f"{month.today:%B}" + (f", project {month.name}" if month.name else "")
    spent = f"{dollars(month.spent_usd)} spent" if month.spent_usd is not None else "spend unknown"
    if not month.calls:
        spent = "no call recorded"
    if month.projected_usd is None:
        return f"{name}: {spent} so far; cannot tell where it ends"
    projected = f"projected {dollars(month.projected_usd)}"
    if month.interval is not None and month.interval[0] != month.interval[1]:
        projected += f" ({dollars(month.interval[0])} to {dollars(month.interval[1])})"
    if month.budget is None:
        return f"{name}: {spent} so far, {projected} by month end"
    limit = f"the budget of {dollars(month.budget.month_usd)}"
    match month.verdict:
        case BudgetVerdict.WITHIN:
            return f"{name} stays within {limit}: {projected}"
        case BudgetVerdict.OVER:
            return f"{name} will go over {limit}: {projected}"
        case BudgetVerdict.SPENT:
            return f"{name} is over {limit}: {spent}, {projected}"
        case _:
            return f"{name}: cannot tell yet whether {limit} holds: {projected}"


def left_words(month: MonthSpend) -> str:
    """Say what remains of the budget, and when it would be used up; why there is no projection or no budget."""
    said: list[str] = []
    if month.budget is not None and month.left_usd is not None:
        days = (month.last - month.today).days
        left = month.left_usd
        if left >= 0:
            a_day = f", {dollars(left / days)} a day for {days} more days" if days else ""
            said.append(f"{dollars(left)} of {dollars(month.budget.month_usd)} is left{a_day}.")
        else:
            said.append(f"{dollars(-left)} more than the budget of {dollars(month.budget.month_usd)} is spent.")
        if month.used_up_on is not None and left >= 0:
            said.append(f"At the usual pace it is used up on {_day(month.used_up_on)}.")
        said.append(f"{month.budget.why} Owner: {month.budget.owner}.")
    if month.reason is not None:
        said.append(f"Cannot tell where the month ends: {month.reason}.")
    if month.spike_days and month.projected_usd is not None:
        one = month.spike_days == 1
        said.append(
            f"{month.spike_days} day{' of the last eight weeks was' if one else 's of the last eight weeks were'} far "
            "dearer than usual; the projection and its upper end allow for such days."
        )
    if month.unpriced:
        one = month.unpriced == 1
        said.append(
            f"{month.unpriced:,} of {_calls(month.calls)} {'has' if one else 'have'} no known cost and "
            f"{'comes' if one else 'come'} on top."
        )
    return " ".join(said)


def unpriced_words(routes: Sequence[UnpricedRoute], costs: UnitCosts | None) -> str:
    """Say how many calls are unpriced and what they may have cost."""
    if not routes:
        return "Every call has a known cost"
    whole = sum((route.amount for route in routes), Amount())
    between = unpriced_range(whole, costs)
    if between.low_usd is None:
        return f"{_calls(whole.unpriced)} of unknown cost, and no route with a price to judge them by"
    return f"{_calls(whole.unpriced)} of unknown cost: {_span(between)} on top of what is known"


def unpriced_remedies(routes: Sequence[UnpricedRoute]) -> str:
    """Say what would tell the cost: a price where tokens are known, tokens where a call that succeeded has none.

    A failed or cancelled call without tokens has none to load: only the provider's bill tells whether it cost anything.
    """
    no_price = [one.route for one in routes if one.unpriced.without_tokens < one.amount.unpriced]
    no_tokens = [one.route for one in routes if one.unpriced.ok_without_tokens]
    failed = [one.route for one in routes if one.unpriced.without_tokens > one.unpriced.ok_without_tokens]
    said: list[str] = []
    if no_price:
        said.append(
            f"To make the range of {listed(no_price)} a number, add the model to data/definitions/price_overrides.toml."
        )
    if no_tokens:
        without = sum(one.unpriced.ok_without_tokens for one in routes)
        said.append(
            f"Of {_calls(without)} that succeeded no file tells the tokens ({listed(no_tokens)}): a price cannot help "
            f"there. Load what the gateway recorded of {'it' if without == 1 else 'them'}."
        )
    if failed:
        without = sum(one.unpriced.without_tokens - one.unpriced.ok_without_tokens for one in routes)
        said.append(
            f"Of {_calls(without)} without tokens it is not known that the provider answered ({listed(failed)}): "
            f"{'it' if without == 1 else 'they'} may have cost nothing; only the provider's bill tells."
        )
    return " ".join(said)


def discrepancy_words(found: Discrepancies) -> str:
    """Say on which route the reported cost is furthest from tokens times price."""
    if not found.routes:
        return "No call has both a reported and a computed cost"
    noticed = [route for route in found.routes if abs(route.relative or 0.0) > NOTICEABLE_SHARE]
    if not noticed:
        within = value_text(NOTICEABLE_SHARE, Unit.RATE)
        return f"Reported and computed cost agree within {within} on every route ({found.calls:,} calls)"
    worst = noticed[0]
    more = "more" if worst.difference_usd > 0 else "less"
    share = value_text(abs(worst.relative or 0.0), Unit.RATE)
    others = {1: "", 2: "; 1 more differs"}.get(len(noticed), f"; {len(noticed) - 1} more differ")
    difference = difference_text(worst.difference_usd, Unit.USD)
    return f"{worst.route} is reported {share} {more} than tokens times price: {difference}{others}"


def unattributed_words(frame: pl.DataFrame) -> str:
    """Say how much was spent that no task explains."""
    if frame.is_empty():
        return "Every call belongs to a task"
    calls, known = int(frame["call_count"].sum()), frame["known_usd"].sum()
    share = frame["share_of_spend_rate"].sum()
    part = "" if not share else f", {value_text(float(share), Unit.RATE)} of known spend"
    belong = "belongs" if calls == 1 else "belong"
    if frame["known_usd"].is_null().all():
        return f"{_calls(calls)} {belong} to no task, and what {'it' if calls == 1 else 'they'} cost is not known"
    return f"{_calls(calls)} {belong} to no task: {dollars(float(known or 0.0))}{part}"


def token_words(frame: pl.DataFrame) -> str:
    """Say how many tokens were used, and how much of the input came from caches."""
    if frame.is_empty() or not frame["n_count"].sum():
        return "No tokens are known"
    sent, received = float(frame["input_tokens"].sum() or 0), float(frame["output_tokens"].sum() or 0)
    cached = float(frame["cache_read_tokens"].sum() or 0)
    said = f"{_millions(sent)} tokens sent, {_millions(received)} received"
    if not cached or not sent:
        return f"{said}; no read from a cache was reported"
    return f"{said}; {value_text(cached / sent, Unit.RATE)} of the sent ones were read from caches"


def _millions(count: float) -> str:
    if count >= 1e6:
        return f"{count / 1e6:,.1f} million"
    return f"{count:,.0f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
