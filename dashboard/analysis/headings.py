"""How columns and their cells read: the words over a column, its unit, and each value as people write it."""

_ACRONYMS = {"usd": "USD", "id": "ID", "csv": "CSV", "slo": "SLO"}
_HEADINGS = {
    "commit_linked_rate": "In a commit",
    "pull_request_linked_rate": "In a pull request",
    "deployment_linked_rate": "In a deployment",
    "unlinked_count": "In none",
    "unlinked_rate": "Share in none",
    "unsure_count": "Of them unsure",
    "n_count": "n",
    "error_count": "Errors",
    "compared_n_count": "Compared n",
    "fewest_count": "Fewest events",
    "at_risk_count": "Observed that long",
    "age_hours": "Age (hours)",
    "corrected_chance_rate": "Chance if alike",
    "primary_rate": "On primary",
    "primary_low_rate": "Low",
    "primary_high_rate": "High",
    "fallback_call_count": "Calls as a fallback",
    "error_rate": "Calls failed",
    "error_low_rate": "Low",
    "error_high_rate": "High",
    "asked_route": "Route asked for",
    "served_rate": "Share served",
    "served_low_rate": "Low",
    "served_high_rate": "High",
    "list_cost_usd": "At its days' prices (USD)",
    "at_date_usd": "At the other prices (USD)",
    "at_date_low_usd": "Low",
    "at_date_high_usd": "High",
    "price_basis": "Known by",
    "price_effect_usd": "Prices (USD)",
    "volume_effect_usd": "Volume (USD)",
    "route_mix_effect_usd": "Mix of routes (USD)",
    "token_mix_effect_usd": "Mix of tokens (USD)",
    "billing_effect_usd": "Billing (USD)",
    "known_once_effect_usd": "Known in one period only (USD)",
    "saved_low_usd": "Low",
    "saved_high_usd": "High",
    "rejected_rate": "Share rejected",
    "rejected_low_rate": "Low",
    "rejected_high_rate": "High",
    "without_second_rate": "Share without second",
    "without_second_low_rate": "Low",
    "without_second_high_rate": "High",
    "median_wait_hours": "Median wait (hours)",
    "median_wait_low_hours": "Low",
    "median_wait_high_hours": "High",
    "total_wait_hours": "Total wait (hours)",
    "wait_hours": "Wait (hours)",
    "median_age_hours": "Median age (hours)",
    "oldest_age_hours": "Oldest (hours)",
    "share_decided_rate": "Share decided on",
    "useless_rate": "Share useless",
    "useless_low_rate": "Low",
    "useless_high_rate": "High",
    "p_value": "p-value",
}
_COUNTED = {
    "file": "files",
    "record": "records",
    "new_record": "new records",
    "call": "calls",
    "day": "days with records",
    "patch": "patches",
    "task": "tasks",
    "link": "links",
    "missing_month": "missing months",
    "unpriced_call": "unpriced calls",
    "completed_task": "completed tasks",
    "approver": "approvers",
    "tool_call": "calls",
    "without_tokens": "calls without tokens",
    "counted_task": "counted tasks",
    "failed_task": "failed tasks",
    "decided_patch": "decided patches",
    "young_patch": "young patches",
    "attempt": "attempts",
    "timeout": "timeouts",
    "retry": "retries",
    "event": "events",
}


def heading(column: str) -> str:
    """Return the words over a column: its name in the CSV file, readable; times say that they are UTC."""
    if column in _HEADINGS:
        return _HEADINGS[column]
    if column.startswith("before_"):
        return f"{heading(column.removeprefix('before_'))} before"
    if column.endswith("_at"):
        return sentence_of(column.removesuffix("_at")) + " (UTC)"
    if column.endswith("_days"):
        return sentence_of(column.removesuffix("_days")) + " (days)"
    if column.endswith("_count"):
        noun = column.removesuffix("_count")
        return sentence_of(_COUNTED.get(noun, noun))
    return sentence_of(column.removeprefix("is_").removesuffix("_rate").removesuffix("_month"))


def sentence_of(name: str) -> str:
    """Return a name with underscores as words that start a sentence."""
    text = " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]
