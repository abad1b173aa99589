"""Rollups say what the facts say: the parts equal the whole under every grouping, on all days or on some."""

import pytest

from data.histogram import Histogram
from data.store import Store
from data.tables import FoundFallback
from etl.rollups import refresh
from fact_rows import Facts, at
from random_facts import random_facts

DAY = 20_514  # 2026-03-02
IDENTITIES = [
    ("task_daily", "task_count", "SELECT count(*) FROM task"),
    ("task_daily", "completed_count", "SELECT count(*) FROM task WHERE outcome = 'completed'"),
    ("task_daily", "known_cost_micro_usd", "SELECT sum(known_cost_micro_usd) FROM task"),
    ("patch_daily", "patch_count", "SELECT count(*) FROM patch"),
    ("patch_daily", "unfinished_count", "SELECT count(*) FROM patch WHERE NOT is_closed"),
    ("call_daily", "call_count", "SELECT count(*) FROM llm_call WHERE is_counted"),
    ("call_daily", "cost_micro_usd", "SELECT sum(cost_micro_usd) FROM llm_call WHERE is_counted"),
    ("call_daily", "latency_known_count", "SELECT count(latency_ms) FROM llm_call WHERE is_counted"),
    ("call_daily", "cache_write_tokens", "SELECT sum(cache_write_tokens) FROM llm_call WHERE is_counted"),
    (
        "call_daily",
        "both_costs_count",
        "SELECT sum(reported_cost_micro_usd >= 0 AND computed_cost_micro_usd >= 0) FROM llm_call WHERE is_counted",
    ),
    (
        "call_daily",
        "both_billed_count",
        (
            "SELECT sum(cost_basis = 'reported') FROM llm_call WHERE is_counted AND "
            "reported_cost_micro_usd + computed_cost_micro_usd >= 0"
        ),
    ),
    (
        "call_daily",
        "both_reported_micro_usd - both_computed_micro_usd",
        "SELECT sum(reported_cost_micro_usd - computed_cost_micro_usd) FROM llm_call WHERE is_counted",
    ),
    ("fallback_daily", "call_count", "SELECT sum(fallback_count) FROM call_daily"),
    ("fallback_daily", "cost_micro_usd", "SELECT sum(cost_micro_usd) FROM llm_call WHERE is_counted AND is_fallback"),
    ("fallback_daily", "error_count", "SELECT sum(fallback_count) FROM call_daily WHERE status = 'error'"),
    ("route_daily", "call_count", "SELECT count(*) FROM llm_call WHERE is_counted"),
    ("route_daily", "cost_micro_usd", "SELECT sum(cost_micro_usd) FROM llm_call WHERE is_counted"),
    ("command_daily", "proposed_count", "SELECT count(*) FROM command_run WHERE status IS NULL"),
    ("approval_daily", "approval_count", "SELECT count(*) FROM approval"),
    ("failure_daily", "task_count", "SELECT count(*) FROM task WHERE outcome IN ('failed', 'aborted')"),
    (
        "integration_daily",
        "attempt_count",
        (
            "SELECT 1 + count(*) + (SELECT count(*) FROM tool_call) FROM command_run "
            "WHERE status IN ('ok', 'failed', 'timeout')"
        ),
    ),
    ("project_daily", "task_count", "SELECT count(*) FROM task"),
    ("project_daily", "call_count", "SELECT count(*) FROM llm_call WHERE is_counted"),
    ("project_daily", "error_call_count", "SELECT count(*) FROM llm_call WHERE is_counted AND status = 'error'"),
    ("project_daily", "patch_count", "SELECT count(*) FROM patch"),
    ("project_daily", "approval_count", "SELECT count(*) FROM approval"),
    ("project_daily", "tool_call_count", "SELECT count(*) FROM tool_call"),
    ("tool_call_daily", "tool_call_count", "SELECT count(*) FROM tool_call"),
    (
        "patch_reviewer_daily",
        "decided_count",
        "SELECT count(*) FROM approval WHERE subject = 'patch' AND actor = 'human' AND decision <> 'pending'",
    ),
    ("project_daily", "failed_deployment_count", "SELECT 1"),
    ("project_daily", "event_count", "SELECT 1"),
]


@pytest.fixture
def full(store: Store) -> Store:
    return random_facts().write(store)


@pytest.mark.parametrize(("table", "measure", "facts"), IDENTITIES, ids=lambda part: str(part)[:40])
def test_a_rollup_adds_up_to_the_facts(full: Store, table: str, measure: str, facts: str) -> None:
    assert full.rows(f"SELECT sum({measure}) FROM {table}") == full.rows(facts)


@pytest.mark.parametrize("dimension", ["project", "task_class", "provider", "model", "requested_date"])
def test_tasks_agree_with_the_facts_in_every_group(full: Store, dimension: str) -> None:
    rolled = "date" if dimension == "requested_date" else dimension
    assert full.rows(
        f"SELECT {rolled}, sum(task_count), sum(failed_count) FROM task_daily GROUP BY 1 ORDER BY 1"
    ) == full.rows(f"SELECT {dimension}, count(*), sum(outcome = 'failed') FROM task GROUP BY 1 ORDER BY 1")


@pytest.mark.parametrize(
    "dimension", ["source", "project", "task_class", "provider", "model", "status", "error_kind", "started_date"]
)
def test_calls_agree_with_the_facts_in_every_group(full: Store, dimension: str) -> None:
    rolled = "date" if dimension == "started_date" else dimension
    assert full.rows(
        f"SELECT {rolled}, sum(call_count), sum(cost_micro_usd) FROM call_daily GROUP BY 1 ORDER BY 1"
    ) == full.rows(
        f"SELECT {dimension}, count(*), coalesce(sum(cost_micro_usd), 0) FROM llm_call WHERE is_counted "
        "GROUP BY 1 ORDER BY 1"
    )


@pytest.mark.parametrize("dimension", ["date", "project", "task_class", "provider", "model"])
def test_fallbacks_by_route_asked_for_equal_those_of_calls_in_every_group(full: Store, dimension: str) -> None:
    assert full.rows(f"SELECT {dimension}, sum(call_count) FROM fallback_daily GROUP BY 1 ORDER BY 1") == full.rows(
        f"SELECT {dimension}, sum(fallback_count) FROM call_daily GROUP BY 1 HAVING sum(fallback_count) > 0 ORDER BY 1"
    )


def test_a_fallback_was_asked_of_the_route_that_failed_beside_it_else_of_the_name_in_its_record(store: Store) -> None:
    facts = Facts()
    beside = facts.call(is_fallback=True, requested_model="backup", route="openai/gpt-5")
    facts.add(FoundFallback, llm_call_key=beside, failed_provider="anthropic", failed_model="claude-sonnet-4-5")
    facts.call(is_fallback=True, requested_model="smart", route="openai/gpt-5", status="error")
    facts.call(requested_model="smart")
    facts.write(store)
    assert store.rows(
        "SELECT requested_provider, requested_model, provider, model, call_count, error_count, cost_micro_usd "
        "FROM fallback_daily ORDER BY requested_model"
    ) == [
        ("anthropic", "claude-sonnet-4-5", "openai", "gpt-5", 1, 0, 500_000),
        (None, "smart", "openai", "gpt-5", 1, 1, 500_000),
    ]


def test_every_patch_is_decided_rejected_unfinished_or_pending(full: Store) -> None:
    rows = full.rows(
        "SELECT sum(patch_count), sum(decided_count + rejected_count + unfinished_count + pending_count), "
        "sum(rolled_back_count), sum(rewind_count + git_revert_count + deploy_rollback_count + human_overwrite_count) "
        "FROM patch_daily"
    )
    patches, parts, undone, by_evidence = rows[0]
    assert patches == parts == 120
    assert undone == by_evidence > 0


_OF_PATCH_DAILY = ("patch", "decided", "rejected", "pending", "unfinished", "rolled_back")
_OF_DECISIONS = ("patch", "accepted", "rejected", "pending", "unfinished", "rolled_back")


@pytest.mark.parametrize(
    ("coarse", "fine", "group"),
    [
        ("zone_decision_daily", "patch_decision_daily", "date, task_class, risk_zone, actor"),
        ("zone_decision_project_daily", "patch_decision_daily", "date, project, task_class, risk_zone, actor"),
        ("zone_decision_route_daily", "patch_decision_daily", "date, task_class, provider, model, risk_zone, actor"),
        ("route_daily", "call_daily", "date, source, provider, model, status, error_kind"),
        ("call_project_daily", "call_daily", "date, source, project, provider, model, status, error_kind"),
        (
            "call_route_daily",
            "call_daily",
            "date, source, task_class, provider, model, status, error_kind, is_attributed",
        ),
        ("task_route_daily", "task_daily", "date, task_class, provider, model"),
        ("patch_route_daily", "patch_daily", "date, task_class, provider, model"),
        ("command_route_daily", "command_daily", "date, task_class, provider, model"),
        ("decision_daily", "approval_daily", "date, task_class, subject, decision, actor"),
        ("decision_project_daily", "approval_daily", "date, project, task_class, subject, decision, actor"),
        ("decision_route_daily", "approval_daily", "date, task_class, provider, model, subject, decision, actor"),
        ("tool_daily", "tool_call_daily", "date, server, tool, is_mutating"),
        ("tool_project_daily", "tool_call_daily", "date, project, server, tool, is_mutating"),
        ("tool_route_daily", "tool_call_daily", "date, task_class, provider, model, server, tool, is_mutating"),
        ("reviewer_daily", "patch_reviewer_daily", "date, reviewer"),
        ("reviewer_project_daily", "patch_reviewer_daily", "date, project, reviewer"),
        ("reviewer_route_daily", "patch_reviewer_daily", "date, task_class, provider, model, reviewer"),
    ],
)
def test_a_coarser_rollup_adds_up_to_the_finer_one(full: Store, coarse: str, fine: str, group: str) -> None:
    columns, finer = ([row[1] for row in full.rows(f"PRAGMA table_info({table})")] for table in (coarse, fine))
    shared = [name for name in finer if name.endswith(("_count", "_usd", "_tokens", "_ms"))]
    assert shared
    assert set(shared) <= set(columns)
    sums = f"{group}, {', '.join(f'sum({name})' for name in shared)}"
    rows = full.rows(f"SELECT {sums} FROM {coarse} GROUP BY {group} ORDER BY {group}")
    assert rows == full.rows(f"SELECT {sums} FROM {fine} GROUP BY {group} ORDER BY {group}")
    assert full.rows(f"SELECT count(*) FROM {coarse}") == [(len(rows),)]
    histograms = [name for name in finer if name.endswith("histogram")]
    assert histograms == [name for name in columns if name.endswith("histogram")]
    for histogram in histograms:
        merged, same = (
            Histogram.merged(row[0] for row in full.rows(f"SELECT {histogram} FROM {table} WHERE {histogram} NOT NULL"))
            for table in (coarse, fine)
        )
        assert merged.n > 0
        assert merged.encode() == same.encode()


@pytest.mark.parametrize(("table", "names"), [("route_daily", ""), ("call_project_daily", "project, ")])
def test_calls_of_tasks_over_classes_add_up_to_the_finer_rollup(full: Store, table: str, names: str) -> None:
    measures = ("call_count", "unpriced_count", "cost_micro_usd")
    coarser = ", ".join(f"sum(attributed_{name})" for name in measures)
    finer = ", ".join(f"sum(iif(is_attributed, {name}, 0))" for name in measures)
    names = f"date, {names}provider, model"
    rows = full.rows(f"SELECT {coarser}, {names} FROM {table} GROUP BY {names} ORDER BY {names}")
    assert rows == full.rows(f"SELECT {finer}, {names} FROM call_daily GROUP BY {names} ORDER BY {names}")
    assert all(sum(row[number] for row in rows) > 0 for number in range(3))


@pytest.mark.parametrize("group", ["1", "date", "project", "task_class", "provider, model", "date, project, model"])
def test_decisions_by_zone_and_actor_add_up_to_what_became_of_patches(full: Store, group: str) -> None:
    def sums(table: str, names: tuple[str, ...]) -> list[tuple[object, ...]]:
        summed = ", ".join(f"sum({name}_count)" for name in names)
        return full.rows(f"SELECT {group}, {summed} FROM {table} GROUP BY {group} ORDER BY {group}")

    assert sums("patch_decision_daily", _OF_DECISIONS) == sums("patch_daily", _OF_PATCH_DAILY)
    by_person = "SELECT sum(accepted_count), sum(rolled_back_count) FROM patch_decision_daily WHERE actor = 'human'"
    assert full.rows(by_person) == full.rows(
        "SELECT sum(human_decided_count), sum(human_rolled_back_count) FROM patch_daily"
    )


def test_every_patch_has_the_actor_that_its_decision_tells(full: Store) -> None:
    found = full.rows(
        "SELECT actor, sum(accepted_count) > 0, sum(rejected_count) > 0, sum(pending_count) > 0 "
        "FROM patch_decision_daily GROUP BY 1 ORDER BY 1"
    )
    # Nobody was asked; any of the three accepts, rejects or waits.
    assert found == [(None, 1, 0, 0), ("human", 1, 1, 1), ("policy", 1, 1, 1), ("unknown", 1, 1, 1)]


def test_what_one_decider_approved_and_rejected_stands_in_one_group(store: Store) -> None:
    facts = Facts()
    # A rule approves 30 and rejects 10, people accept 3 and reject 2; nobody says who decided on the other 60 + 20.
    for decision, actor, count in (
        ("approved", "policy", 30), ("rejected", "policy", 10), ("edited", "human", 3), ("rejected", "human", 2),
        ("approved", None, 60), ("rejected", None, 20), ("auto_approved", None, 4),
    ):  # fmt: skip
        for _ in range(count):
            facts.patch(decision=decision, by=actor)
    facts.write(store)
    sums = "SELECT actor, sum(accepted_count), sum(rejected_count) FROM patch_decision_daily GROUP BY 1 ORDER BY 1"
    assert store.rows(sums) == [("human", 3, 2), ("policy", 34, 10), ("unknown", 60, 20)]
    assert store.rows("SELECT human_decided_count FROM patch_daily") == [(3,)]


def test_a_decider_that_an_approval_names_later_takes_the_place_of_the_unknown(store: Store) -> None:
    facts = Facts()
    facts.patch(patch_key=1, decision="approved")
    facts.write(store)
    assert store.rows("SELECT decision_actor, deciding_approval_key FROM patch") == [("unknown", None)]
    later = Facts()
    later.approval(approval_key=7, subject="patch", subject_key=1)
    later.write(store, {DAY})
    assert store.rows("SELECT decision_actor, deciding_approval_key FROM patch") == [("human", 7)]
    assert store.rows("SELECT actor, accepted_count FROM patch_decision_daily") == [("human", 1)]


def test_who_rejected_and_how_long_it_took_tells_the_approval_nearest_to_the_decision(store: Store) -> None:
    facts = Facts()
    facts.patch(patch_key=1, decision="rejected", decided_at=at("2026-03-03T10:00"), approver_count=1)
    for key, decision, decided, actor, waited in (
        (1, "rejected", "2026-03-03T09:00", "human", 5_000),
        (2, "rejected", "2026-03-03T10:01", "policy", 7_000),  # nearest
        (3, "approved", "2026-03-03T10:00", "human", 9_000),  # another decision
        (4, "rejected", None, "unknown", 11_000),
    ):
        facts.approval(
            approval_key=key, decision=decision, actor=actor, waiting_ms=waited, subject="patch", subject_key=1,
            decided_at=None if decided is None else at(decided),
        )  # fmt: skip
    # No approval of it is known, so it is not known by whom: from 10:01, when it was proposed, to 10:31.
    facts.patch(patch_key=2, decision="approved", decided_at=at("2026-03-02T10:31"), approver_count=2)
    facts.patch(patch_key=3, decision="pending", decided_at=at("2026-03-02T10:31"))
    facts.patch(patch_key=4)
    facts.write(store)
    rows = store.rows(
        "SELECT actor, accepted_count, rejected_count, pending_count, waiting_known_count, waiting_ms, "
        "reviewers_known_count, second_reviewed_count FROM patch_decision_daily ORDER BY 1"
    )
    assert rows == [
        (None, 1, 0, 0, 0, 0, 0, 0),
        ("policy", 0, 1, 0, 1, 7_000, 0, 0),
        ("unknown", 1, 0, 1, 1, 30 * 60_000, 1, 1),
    ]


def test_every_command_is_proposed_run_cancelled_or_untimed(full: Store) -> None:
    rows = full.rows("SELECT sum(proposed_count + run_count + cancelled_count + untimed_count) FROM command_daily")
    assert rows == [(120,)]


def test_project_rows_are_the_sums_of_the_finer_rollups(full: Store) -> None:
    for table in ("task_daily", "patch_daily", "command_daily"):
        measures = [name for (name,) in full.rows(f"SELECT name FROM pragma_table_info('{table}')") if "_count" in name]
        summed = ", ".join(f"sum({name})" for name in measures)
        finer = full.rows(f"SELECT date, project, {summed} FROM {table} GROUP BY 1, 2 ORDER BY 1, 2")
        with_some = " OR ".join(f"{name} > 0" for name in measures)
        coarser = full.rows(
            f"SELECT date, project, {', '.join(measures)} FROM project_daily WHERE {with_some} ORDER BY 1, 2"
        )
        assert [row for row in finer if any(row[2:])] == coarser


def test_refreshing_some_days_gives_the_same_as_refreshing_all(full: Store) -> None:
    tables = [
        name for (name,) in full.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%_daily'")
    ]
    assert len(tables) == 32

    def content() -> list[list[tuple[object, ...]]]:
        columns = {
            table: [row[1] for row in full.rows(f"PRAGMA table_info({table})") if row[1] != f"{table}_id"]
            for table in tables
        }
        return [sorted(full.rows(f"SELECT {', '.join(columns[table])} FROM {table}"), key=repr) for table in tables]

    before = content()
    with full.writing() as connection:
        connection.execute("DELETE FROM task_daily WHERE date = ?", (DAY,))
        connection.execute("UPDATE project_daily SET task_count = 99 WHERE date = ?", (DAY,))
        refresh(connection, {DAY})
    assert content() == before
    with full.writing() as connection:
        refresh(connection, set(range(DAY - 50, DAY + 50)))  # more days than are looked up by index
    assert content() == before


def test_only_the_given_days_are_rewritten(full: Store) -> None:
    with full.writing() as connection:
        connection.execute("UPDATE task_daily SET task_count = 1000")
        refresh(connection, {DAY})
    rewritten = full.rows("SELECT DISTINCT date FROM task_daily WHERE task_count < 1000 ORDER BY date")
    assert rewritten == [(None,), (DAY,)]  # records without a time are always rewritten


def test_a_day_that_lost_its_facts_loses_its_rows(store: Store) -> None:
    facts = Facts()
    facts.task()
    facts.write(store)
    with store.writing() as connection:
        connection.execute("DELETE FROM task")
        refresh(connection, {DAY})
    assert store.rows("SELECT * FROM task_daily") == []
    assert store.rows("SELECT * FROM project_daily") == []


def test_calls_that_another_row_describes_are_left_out(store: Store) -> None:
    facts = Facts()
    facts.call(cost_micro_usd=3)
    facts.call(cost_micro_usd=5, is_counted=False)
    facts.write(store)
    assert store.rows("SELECT call_count, cost_micro_usd FROM call_daily") == [(1, 3)]


def test_a_rollback_counts_up_to_the_last_moment_of_the_window(store: Store) -> None:
    facts = Facts()
    facts.patch("2026-03-02T10:00", "2026-03-09T10:00", rolled_back_after=at("2026-03-02T10:00"))  # exactly 7 days
    facts.patch("2026-03-02T10:00", "2026-03-09T10:01", rolled_back_after=at("2026-03-09T10:00"))  # perhaps not late
    facts.patch("2026-03-02T10:00", "2026-03-20T10:00", rolled_back_after=at("2026-03-15T10:00"))  # surely late
    facts.patch("2026-03-02T10:00")
    facts.write(store)
    rows = store.rows(
        "SELECT decided_count, rolled_back_count, rolled_back_late_count, rolled_back_unsure_count FROM patch_daily"
    )
    assert rows == [(4, 1, 2, 1)]


def test_a_task_is_kept_when_it_completed_and_no_patch_of_it_was_undone_in_time(store: Store) -> None:
    facts = Facts()
    facts.patch("2026-03-02T10:00", "2026-03-03", task_key=facts.task())
    facts.patch("2026-03-02T10:00", "2026-04-03", task_key=facts.task())  # undone after the window
    facts.task()
    facts.task(outcome="failed")
    facts.write(store)
    assert store.rows("SELECT task_count, completed_count, kept_count FROM task_daily") == [(4, 3, 2)]


def test_the_task_budget_counts_completed_tasks_of_known_cost_up_to_three_dollars(store: Store) -> None:
    facts = Facts()
    facts.task(known_cost_micro_usd=3_000_000)
    facts.task(known_cost_micro_usd=3_000_001)
    facts.task(known_cost_micro_usd=1, unpriced_call_count=1)  # cost not wholly known
    facts.task(known_cost_micro_usd=0, call_count=0)  # no call at all: cost not known
    facts.task(known_cost_micro_usd=1_000_000, outcome="failed")
    facts.write(store)
    rows = store.rows(
        "SELECT task_count, priced_count, completed_priced_count, within_budget_count, known_cost_micro_usd, "
        "cost_histogram FROM task_daily"
    )
    assert rows[0][:5] == (5, 3, 2, 1, 3_000_000 + 3_000_001 + 1 + 1_000_000)
    assert Histogram.merged([rows[0][5]]).n == 2


def test_commands_that_ended_are_told_from_proposals_timeouts_and_unknown_durations(store: Store) -> None:
    facts = Facts()
    facts.command(status="ok", ms=30_000)  # exactly the threshold
    facts.command(status="failed", ms=30_001)
    facts.command(status="timeout", ms=120_000)
    facts.command(status="ok", ms=None)
    facts.command(status="cancelled", ms=10)
    facts.command(status=None)
    facts.write(store)
    rows = store.rows(
        "SELECT run_count, good_count, timeout_count, untimed_count, cancelled_count, proposed_count, "
        "duration_histogram FROM command_daily"
    )
    assert rows[0][:6] == (3, 1, 1, 1, 1, 1)
    assert Histogram.merged([rows[0][6]]).n == 2  # a timeout has no duration of its own


def test_durations_survive_the_rollup_within_one_percent(store: Store) -> None:
    durations = [3, 127, 128, 999, 15_000, 3_600_000]
    facts = Facts()
    for milliseconds in durations:
        facts.call(latency_ms=milliseconds)
    facts.call(latency_ms=-5)  # a broken clock: no duration, and no error
    facts.write(store)
    for table in ("call_daily", "route_daily"):
        merged = Histogram.merged(row[0] for row in store.rows(f"SELECT latency_histogram FROM {table}"))
        assert merged.n == len(durations)
        for rank, milliseconds in enumerate(durations, start=1):
            assert merged.at_rank(rank) == pytest.approx(milliseconds, rel=0.01)


def test_route_and_class_of_a_decision_and_a_command_are_those_of_the_task(store: Store) -> None:
    facts = Facts()
    task = facts.task(route="openai/gpt-5")
    facts.command(task_key=task)
    facts.approval(task_key=task)
    facts.approval(task_key=None)
    facts.write(store)
    assert store.rows("SELECT provider, model FROM command_daily") == [("openai", "gpt-5")]
    assert store.rows("SELECT provider, approval_count FROM approval_daily ORDER BY 1") == [(None, 1), ("openai", 1)]


def test_an_empty_store_has_no_rollups(store: Store) -> None:
    with store.writing() as connection:
        refresh(connection, None)
    assert store.rows("SELECT count(*) FROM project_daily") == [(0,)]
