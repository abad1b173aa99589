"""Why tasks failed: the kind of error of their last failed call, or the footprint that shows how they ended."""

import sqlite3
from collections import Counter
from collections.abc import Mapping

from dashboard.analysis.filters import Filter
from dashboard.analysis.rollup_choice import condition_of
from data.words import ErrorKind, Outcome, OutcomeBasis

Reasons = Mapping[str, Counter[str]]
"""By task class: how many of its failed or stopped tasks have each reason."""

STOPPED = "stopped by the person"
_OF_KIND = {
    ErrorKind.AUTH: "key missing or wrong",
    ErrorKind.QUOTA: "credit used up",
    ErrorKind.RATE_LIMIT: "too many requests at a time (rate limit)",
    ErrorKind.TIMEOUT: "no answer in time (timeout)",
    ErrorKind.TRANSIENT: "provider overloaded or down",
    ErrorKind.CONTEXT_WINDOW: "more text than the model takes (context window)",
    ErrorKind.CONTENT_FILTER: "refused by a content policy",
    ErrorKind.INVALID_REQUEST: "request that the provider calls wrong",
    ErrorKind.CONFIG: "unknown model or wrong setting",
    ErrorKind.UNKNOWN: "error of a kind that nobody told",
}
_OF_BASIS = {
    OutcomeBasis.REWOUND: "taken back by the person (rewind)",
    OutcomeBasis.UNCLOSED: "reply that ended unfinished",
    OutcomeBasis.RECORDED: "recorded as failed, without a reason",
    OutcomeBasis.ERROR: "no answer, and no record says why",
}


def failure_reasons(connection: sqlite3.Connection, chosen: Filter) -> Reasons:
    """Return the reasons of the failed and stopped tasks of a filter, by task class."""
    condition, parameters = condition_of(chosen, chosen.period, "failure_daily")
    found: dict[str, Counter[str]] = {}
    for task_class, outcome, basis, kind, count in connection.execute(
        "SELECT task_class, outcome, outcome_basis, error_kind, sum(task_count) FROM failure_daily "  # noqa: S608
        f"WHERE {condition} GROUP BY 1, 2, 3, 4",
        parameters,
    ):
        found.setdefault(task_class, Counter())[reason_words(outcome, basis, kind)] += count
    return found


def reason_words(outcome: str, basis: str, kind: str | None) -> str:
    """Return why a task failed, in words. What a person took back or stopped is not put down to an error before it."""
    if outcome == Outcome.ABORTED:
        return STOPPED
    if basis == OutcomeBasis.REWOUND:
        return _OF_BASIS[OutcomeBasis.REWOUND]
    if kind is not None:
        return _OF_KIND.get(ErrorKind(kind), kind)
    return _OF_BASIS.get(OutcomeBasis(basis), basis.replace("_", " "))
