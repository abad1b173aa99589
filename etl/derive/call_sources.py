"""Sources of calls beside chats and event logs, in the order in which they are believed, and as SQL writes them."""

from data.words import CallSource

PRECEDENCE: dict[str, int] = {
    source.value: place
    for place, source in enumerate((CallSource.LITELLM, CallSource.OPENROUTER, CallSource.OTLP, CallSource.RECORD))
}
"""Where several of these describe one call, the first one counts: whoever bills knows best, a person's list least."""
OUTSIDE = "(" + ", ".join(f"'{source}'" for source in PRECEDENCE) + ")"
"""The sources as a list in SQL."""
OWN_TASK = "(c.task_key IS NOT NULL AND c.match_quality = 'none')"
"""Condition on a row c of these sources: a team's own record names its task, so that no match with chats decides."""
