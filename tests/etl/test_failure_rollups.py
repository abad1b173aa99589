"""Why tasks failed and what attempts came to, by day: each attempt once, each failed task with its last error."""

from data.store import Store
from fact_rows import Facts


def test_a_failed_task_has_the_kind_of_its_last_counted_error(store: Store) -> None:
    facts = Facts()
    for outcome in ("failed", "completed"):
        task = facts.task(outcome=outcome, outcome_basis="error")
        facts.call("2026-03-02T10:00", "error", task_key=task, error_kind="timeout")
        facts.call("2026-03-02T10:05", "error", task_key=task, error_kind="context_window")
        facts.call("2026-03-02T10:06", "success", task_key=task)
        facts.call("2026-03-02T10:07", "error", task_key=task, error_kind="auth", is_counted=False)
    facts.task(outcome="aborted", outcome_basis="stopped")
    facts.task(outcome="unknown")
    rows = facts.write(store).rows(
        "SELECT outcome, outcome_basis, error_kind, task_count FROM failure_daily ORDER BY outcome"
    )
    # The task that completed in spite of its errors is no failure.
    assert rows == [("aborted", "stopped", None, 1), ("failed", "error", "context_window", 1)]


def test_attempts_at_integrations_are_told_apart_by_how_they_ended(store: Store) -> None:
    facts = Facts()
    task = facts.task(task_class="fix")
    for minute, status in enumerate(("failed", "ok", "denied", "not_run", "ok", "pending")):
        facts.tool_call(f"2026-03-02T10:0{minute}", status, task_key=task, server="jira", tool="search")
    facts.tool_call("2026-03-02T10:09", task_key=task, server="jira", tool="create")
    facts.tool_call("2026-03-03T10:09", task_key=task, server="jira", tool="search")
    for status in ("success", "failure", "running", "cancelled"):
        facts.deployment(status=status, platform="vercel")
    for status in ("ok", "failed", "timeout", "cancelled", None):
        facts.command(status=status, kind="build")
    rows = facts.write(store).rows(
        "SELECT kind, name, sum(attempt_count), sum(useful_count), sum(failed_count), sum(timeout_count), "
        "sum(denied_count), sum(not_run_count), sum(repeated_count) FROM integration_daily GROUP BY 1, 2"
    )
    assert rows == [
        ("commands", "build", 3, 1, 1, 1, 0, 0, 0),
        # Pending calls have not ended. After the failed call the same tool was called four more times; another tool
        # and another day do not count.
        ("mcp_server", "jira", 7, 4, 1, 0, 1, 1, 4),
        ("platform", "vercel", 2, 1, 1, 0, 0, 0, 0),
    ]
