"""Meanings of the columns of the spend page, by column or by table.column; see column_words."""

from collections.abc import Mapping

_BOTH = "over the calls that have both costs"

SPEND_MADE: Mapping[str, str] = {
    "known_usd": "known spend of the calls, in US dollars; empty when no call has a known cost",
    "dearest_tasks.known_usd": "known spend of its calls, in US dollars; a lower bound where calls are unpriced",
    "total_low_usd": "known spend plus the least that calls of unknown cost may have added, in US dollars",
    "total_high_usd": "known spend plus the most that calls of unknown cost may have added, in US dollars",
    "share_of_known_rate": "share of the known spend of all parts",
    "compared_known_usd": "known spend of this part in the compared period, in US dollars",
    "per_completed_task_usd": "spend of all its tasks, failed ones included, per completed task, in US dollars",
    "completed_task_count": "completed tasks: the n of the spend per completed task",
    "pricing": "how the spend is known: priced, partly unpriced, unpriced, or self-hosted without a price per token",
    "unpriced_rate": "share of the calls whose cost is unknown",
    "unpriced_calls.n_count": "all calls of the route",
    "unpriced_calls.low_usd": "the least that these calls may have cost, in US dollars",
    "unpriced_calls.high_usd": "the most that these calls may have cost, in US dollars",
    "unpriced_calls.why": "why their cost is unknown",
    "unpriced_tokens": "known tokens of the calls whose cost is unknown, sent and received",
    "without_tokens_count": "of the calls of unknown cost, those whose tokens are not known either",
    "month_to_date.date": "the day",
    "total_usd": "known spend from the first of the month to the end of this day, in US dollars, or projected",
    "is_projected": "whether the day is still to come, or has not ended",
    "budget_of": "all spend, or the project that the budget is for",
    "spent_usd": "known spend of the month so far, in US dollars; empty when no call has a known cost",
    "projected_usd": "known spend of the whole month if days to come are like the last eight weeks, in US dollars",
    "budget_usd": "what may be spent in the month, in US dollars",
    "left_usd": "what is left of the budget, in US dollars; negative when it is overspent",
    "budgets.verdict": "whether the month stays within the budget, the interval of the projection considered",
    "budgets.owner": "who answers for the budget",
    "reported_usd": f"cost as the gateway reported it, {_BOTH}, in US dollars",
    "computed_usd": f"tokens times the price on the day of the call, {_BOTH}, in US dollars",
    "difference_usd": "reported minus computed cost, in US dollars",
    "reported_against_computed.n_count": "calls that have both a reported and a computed cost",
    "reported_against_computed.difference_rate": "reported minus computed cost, as a share of the computed cost",
    "cost_that_counts": "which of the two costs counts in every total",
    "share_of_spend_rate": "share of all known spend of the period",
    "may_be": "what calls that belong to no task may be",
    "tokens.n_count": "calls whose tokens are known",
    "cache_read_rate": "share of the tokens sent that was read from a cache; empty where no source ever reported one",
}
