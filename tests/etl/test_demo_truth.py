"""What truth.json says adds up, shows a plausible team, and is found in the store figure by figure."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from demo_files import small_demo
from loads import load_json

from data.store import Store
from etl.demo import MARKER

_DAY = "CAST(julianday(?) - 2440587.5 AS INTEGER)"


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return small_demo().truth


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, Any]]:
    """The small demo in a store, and what the load said."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'store.db'}"
    said = load_json(url, small_demo().folder)
    return Store(url, create=False), said


@pytest.fixture
def store(loaded: tuple[Store, dict[str, Any]]) -> Store:
    return loaded[0]


def counts(store: Store, sql: str, *parameters: object) -> dict[str, int]:
    return dict(store.rows(f"SELECT {sql} GROUP BY 1 ORDER BY 1", parameters))


def one(store: Store, sql: str, *parameters: object) -> tuple[Any, ...]:
    return store.rows(f"SELECT {sql}", parameters)[0]


# The truth by itself.


def test_parts_sum_to_the_whole(truth: dict[str, Any]) -> None:
    tasks, gateway = truth["tasks"], truth["gateway"]
    assert tasks["total"] == 300
    for part in ("by_outcome", "by_person", "by_project", "by_class", "by_route", "by_requested_route"):
        assert sum(tasks[part].values()) == 300, part
    assert gateway["rows"] == gateway["llm_calls"] + gateway["refused_model_lists"]
    assert gateway["llm_calls"] == gateway["calls_of_tasks"] + gateway["calls_without_chat"]
    assert gateway["llm_calls"] == sum(gateway["calls_by_served_route"].values())
    assert gateway["spend_micro_usd"] == gateway["spend_of_tasks_micro_usd"] + gateway["spend_without_chat_micro_usd"]
    for part in ("by_decision", "by_status", "by_server"):
        assert sum(truth["tool_calls"][part].values()) == truth["tool_calls"]["total"]
    patches = truth["patches"]
    assert len(patches["rewound"]) == patches["rewound_count"]
    undone = [patch for how in ("rewound", "overwritten", "reverted", "withdrawn") for patch in patches[how]]
    assert len(set(undone)) == len(undone)
    assert [entry["message_id"] for entry in truth["planted"]["git_reverts"]["patches"]] == patches["reverted"]
    assert [entry["message_id"] for entry in truth["planted"]["deploy_rollbacks"]["patches"]] == patches["withdrawn"]
    assert len(truth["quarantine"]["where"]) == truth["quarantine"]["records"] == 6


def all_records(truth: dict[str, Any]) -> int:
    """Return how many records all files hold; a merge request stands in two files of GitLab."""
    exports = truth["chats"]["message_records"] + truth["event_log"]["records"] + truth["gateway"]["records"]
    commits = sum(figures["commits"] for figures in truth["git"].values())
    requests = sum(
        figures["requests"] * (2 if project == "backoffice" else 1) for project, figures in truth["reviews"].items()
    )
    builds = sum(figures["attempts"] for figures in truth["deployments"].values())
    return exports + commits + requests + builds + truth["records"]["records"]


def test_records_are_distinct_repeated_or_broken(truth: dict[str, Any]) -> None:
    broken = truth["quarantine"]["records"]
    records = truth["chats"]["message_records"] + truth["event_log"]["records"] + truth["gateway"]["records"]
    kept = truth["chats"]["messages"] + truth["event_log"]["entries"] + truth["gateway"]["rows"]
    repeated = sum(truth[part]["repeated_records"] for part in ("chats", "event_log", "gateway"))
    assert records == kept + repeated + broken


def test_the_team_is_plausible(truth: dict[str, Any]) -> None:
    outcomes, patches, gateway = truth["tasks"]["by_outcome"], truth["patches"], truth["gateway"]
    counted = outcomes["completed"] + outcomes["failed"] + outcomes["aborted"]
    assert 0.88 < outcomes["completed"] / counted < 0.97
    undone = sum(patches[f"{how}_count"] for how in ("rewound", "overwritten", "reverted", "withdrawn"))
    assert 0.8 < 1 - undone / (patches["total"] - patches["unfinished"]) < 0.93
    outage = truth["planted"]["outage"]
    failed, calls = gateway["failed_calls"] - outage["failed_calls"], gateway["llm_calls"] - outage["calls"]
    assert failed / calls < 0.03


def test_every_truth_stands_out(truth: dict[str, Any]) -> None:
    planted = truth["planted"]
    assert planted["outage"]["error_rate"] > 0.25 > 5 * planted["outage"]["error_rate_outside"]
    spike = planted["cost_spike"]
    assert min(spike["spend_by_day_micro_usd"].values()) > 4 * spike["median_workday_micro_usd"]
    spate = planted["bad_patches"]
    assert spate["inside"]["rewound_rate"] > 0.25 > 2 * (spate["outside"]["rewound_rate"] or 0)
    easy, hard = planted["easy_route"]["easy"], planted["easy_route"]["hard"]
    assert easy["success_rate"] > hard["success_rate"]
    policy = planted["helpful_policy"]
    assert policy["after"]["success_rate"] > policy["before"]["success_rate"]
    missing = planted["missing_usage"]
    assert missing["requests"] == missing["requests_without_usage"] > 0
    assert planted["unpriced_model"]["requests_with_usage"] > 0


def test_the_easy_route_is_no_better_in_any_class(truth: dict[str, Any]) -> None:
    """In each class both routes lose the same share of tasks, give or take one task of each."""
    easy, hard = (truth["planted"]["easy_route"][side]["by_class"] for side in ("easy", "hard"))
    assert easy.keys() & hard.keys()
    for name in easy.keys() & hard.keys():
        lost_easy, lost_hard = (1 - side[name]["completed"] / side[name]["tasks"] for side in (easy, hard))
        assert abs(lost_easy - lost_hard) <= 1 / easy[name]["tasks"] + 1 / hard[name]["tasks"]


# The truth in the store.


def test_every_record_is_accounted_for(loaded: tuple[Store, dict[str, Any]], truth: dict[str, Any]) -> None:
    store, said = loaded
    assert [file["refused"] for file in said["files"] if file["refused"]] == []
    assert len(said["files"]) == small_demo().file_count - 1  # all but truth.json
    records = all_records(truth)
    assert sum(file["read"] for file in said["files"]) == records
    assert sum(file["quarantined"] for file in said["files"]) == truth["quarantine"]["records"]
    assert sum(file["loaded"] + file["known"] for file in said["files"]) == records - truth["quarantine"]["records"]
    assert one(store, "count(*), min(is_demo) FROM load") == (len(said["files"]), 1)
    assert one(store, "count(*) FROM message") == (truth["chats"]["messages"],)
    assert one(store, "count(*) FROM event") == (truth["event_log"]["entries"],)


def test_what_is_broken_is_in_quarantine_at_its_place(store: Store, truth: dict[str, Any]) -> None:
    found = store.rows("SELECT file_path, position, reason FROM quarantine JOIN load USING (load_id)")
    folder = small_demo().folder.absolute()
    shown = {(Path(path).relative_to(folder).as_posix(), position, reason) for path, position, reason in found}
    assert shown == {tuple(where.values()) for where in truth["quarantine"]["where"]}


def test_tasks_are_found(store: Store, truth: dict[str, Any]) -> None:
    tasks = truth["tasks"]
    outcomes = dict.fromkeys(tasks["by_outcome"], 0)
    assert outcomes | counts(store, "outcome, count(*) FROM task") == tasks["by_outcome"]
    assert counts(store, "person, count(*) FROM task") == tasks["by_person"]
    assert counts(store, "project, count(*) FROM task") == tasks["by_project"]
    assert counts(store, "task_class, count(*) FROM task") == tasks["by_class"]
    assert counts(store, "provider || '/' || model, count(*) FROM task") == tasks["by_route"]
    assert one(store, "sum(retry_count), sum(fix_request_count) FROM task") == (tasks["retries"], tasks["fix_requests"])
    assert one(store, "count(*) FROM task WHERE outcome_basis = 'usage_lost'") == (tasks["usage_lost"],)


def test_patches_and_what_undid_them_are_found(store: Store, truth: dict[str, Any]) -> None:
    patches = truth["patches"]
    assert one(store, "count(*), sum(files_count), sum(NOT is_closed) FROM patch WHERE source = 'bolt_chat'") == (
        patches["total"],
        patches["files"],
        patches["unfinished"],
    )
    for evidence, name in (
        ("rewind", "rewound"),
        ("human_overwrite", "overwritten"),
        ("git_revert", "reverted"),
        ("deploy_rollback", "withdrawn"),
    ):
        found = store.rows(
            "SELECT message_id FROM patch JOIN message ON message_key = patch_key "
            "WHERE rollback_evidence = ? ORDER BY 1",
            (evidence,),
        )
        assert [row[0] for row in found] == patches[name]


def test_decisions_about_tools_are_found(store: Store, truth: dict[str, Any]) -> None:
    tools = truth["tool_calls"]
    assert (
        counts(store, "decision, count(*) FROM approval WHERE subject = 'tool_call' AND source = 'bolt_chat'")
        == tools["by_decision"]
    )
    assert counts(store, "status, count(*) FROM tool_call WHERE source = 'bolt_chat'") == tools["by_status"]
    assert counts(store, "server, count(*) FROM tool_call WHERE source = 'bolt_chat'") == tools["by_server"]


def test_tokens_are_found(store: Store, truth: dict[str, Any]) -> None:
    direct, gateway = truth["tokens"]["chats_past_the_gateway"], truth["tokens"]["gateway"]
    found = one(
        store,
        "count(*), sum(usage_status = 'missing'), sum(input_tokens), sum(output_tokens) FROM llm_call "
        "WHERE source = 'bolt_chat' AND is_counted AND usage_status <> 'absent'",
    )
    assert found == (direct["requests"], direct["requests_without_usage"], direct["input"], direct["output"])
    found = one(
        store, "sum(input_tokens), sum(cache_read_tokens), sum(output_tokens) FROM llm_call WHERE source = 'litellm'"
    )
    assert found == (gateway["input"], gateway["cached_input"], gateway["output"])


def test_calls_and_spend_of_the_gateway_are_found(store: Store, truth: dict[str, Any]) -> None:
    gateway = truth["gateway"]
    found = one(
        store,
        "count(*), sum(status = 'error'), sum(is_fallback), sum(reported_cost_micro_usd), "
        "sum(cost_micro_usd) FROM llm_call WHERE source = 'litellm' AND is_counted",
    )
    assert found == (
        gateway["llm_calls"],
        gateway["failed_calls"],
        gateway["fallback_successes"],
        gateway["spend_micro_usd"],
        gateway["spend_micro_usd"],
    )
    assert one(store, "sum(fallback_count) FROM task") == (gateway["fallback_successes"],)
    routes = counts(store, "provider || '/' || model, count(*) FROM llm_call WHERE source = 'litellm'")
    assert routes == gateway["calls_by_served_route"]


def test_every_call_of_a_task_is_attributed_and_no_other_one(store: Store, truth: dict[str, Any]) -> None:
    gateway = truth["gateway"]
    found = one(store, "count(*), sum(cost_micro_usd) FROM llm_call WHERE source = 'litellm' AND task_key IS NOT NULL")
    assert found == (gateway["calls_of_tasks"], gateway["spend_of_tasks_micro_usd"])
    # Each call counts once: no chat call beside its gateway rows, no log entry that nothing explains.
    assert one(store, "count(*) FROM llm_call WHERE requested_provider = 'OpenAILike' AND is_counted") == (0,)
    assert one(store, "count(*) FROM llm_call WHERE source = 'bolt_events' AND is_counted") == (0,)


def test_computed_cost_equals_what_the_gateway_billed(store: Store) -> None:
    found = one(
        store,
        "count(computed_cost_micro_usd), sum(abs(computed_cost_micro_usd - reported_cost_micro_usd) > 1) "
        "FROM llm_call WHERE source = 'litellm' AND status = 'success'",
    )
    assert found[0] > 100
    assert found[1] == 0


def test_the_outage_is_found(store: Store, truth: dict[str, Any]) -> None:
    outage = truth["planted"]["outage"]
    found = one(
        store,
        "count(*), sum(status = 'error') FROM llm_call WHERE is_counted AND provider = ? AND model = ? "
        f"AND started_date BETWEEN {_DAY} AND {_DAY}",
        outage["provider"],
        outage["model"],
        outage["first_day"],
        outage["last_day"],
    )
    assert found == (outage["calls"], outage["failed_calls"])


def test_the_cost_spike_is_found(store: Store, truth: dict[str, Any]) -> None:
    spike = truth["planted"]["cost_spike"]
    found = store.rows(
        "SELECT date(started_date * 86400, 'unixepoch'), sum(cost_micro_usd) FROM llm_call WHERE is_counted "
        f"AND project = ? AND started_date BETWEEN {_DAY} AND {_DAY} GROUP BY 1",
        (spike["project"], spike["first_day"], spike["last_day"]),
    )
    assert dict(found) == spike["spend_by_day_micro_usd"]


def test_the_spate_of_bad_patches_is_found(store: Store, truth: dict[str, Any]) -> None:
    spate = truth["planted"]["bad_patches"]
    found = store.rows(
        "SELECT message_id, rollback_evidence IS 'rewind', rolled_back_at - proposed_at FROM patch "
        "JOIN message ON message_key = patch_key WHERE patch.provider || '/' || patch.model = ? "
        f"AND proposed_date BETWEEN {_DAY} AND {_DAY}",
        (spate["route"], spate["first_day"], spate["last_day"]),
    )
    assert len(found) == spate["inside"]["patches"]
    assert sorted(row[0] for row in found if row[1]) == spate["rewound"]
    # All within the rollback window of seven days.
    assert max(row[2] for row in found if row[1]) < 7 * 86_400 * 1_000_000


def test_the_route_with_the_easy_tasks_is_found(store: Store, truth: dict[str, Any]) -> None:
    mix = truth["planted"]["easy_route"]
    for side in ("easy", "hard"):
        rows = store.rows(
            "SELECT task_class, count(*), sum(outcome = 'completed') FROM task "
            "WHERE person = ? AND provider || '/' || model = ? GROUP BY 1",
            (mix["person"], mix[side]["route"]),
        )
        wanted = {name: (of["tasks"], of["completed"]) for name, of in mix[side]["by_class"].items()}
        assert {name: (tasks, completed) for name, tasks, completed in rows} == wanted


def test_the_policy_that_helped_is_found(store: Store, truth: dict[str, Any]) -> None:
    policy = truth["planted"]["helpful_policy"]
    for side, comparison in (("before", "<"), ("after", ">=")):
        found = one(
            store,
            "count(*), sum(outcome = 'completed'), sum(outcome <> 'unknown') FROM task "
            f"WHERE project = ? AND requested_date {comparison} {_DAY}",
            policy["project"],
            policy["first_day"],
        )
        assert found == tuple(policy[side][name] for name in ("tasks", "completed", "counted"))
    changed = store.rows(
        f"SELECT DISTINCT kind FROM event WHERE project = ? AND occurred_date >= {_DAY} AND kind = 'setting_changed'",
        (policy["project"], policy["first_day"]),
    )
    assert changed == [("setting_changed",)]


def test_the_missing_usage_is_found_as_unknown_cost(store: Store, truth: dict[str, Any]) -> None:
    missing = truth["planted"]["missing_usage"]
    found = one(
        store,
        "count(*), sum(usage_status = 'missing'), count(input_tokens), count(cost_micro_usd) FROM llm_call "
        "WHERE provider || '/' || model = ? AND usage_status <> 'absent'",
        missing["route"],
    )
    assert found == (missing["requests"], missing["requests_without_usage"], 0, 0)


def test_the_unpriced_model_is_found_with_tokens_and_unknown_cost(store: Store, truth: dict[str, Any]) -> None:
    unpriced = truth["planted"]["unpriced_model"]
    found = one(
        store,
        "count(*), sum(total_tokens), count(cost_micro_usd), min(cost_basis), max(cost_basis) FROM llm_call "
        "WHERE provider || '/' || model = ? AND usage_status = 'reported'",
        unpriced["route"],
    )
    assert found == (unpriced["requests_with_usage"], unpriced["tokens"], 0, "unknown", "unknown")


def test_commits_and_their_reverts_are_found(store: Store, truth: dict[str, Any]) -> None:
    for project, git in truth["git"].items():
        found = one(
            store,
            "count(*), sum(parent_shas LIKE '% %'), sum(files_count) FROM vcs_commit WHERE project = ?",
            project,
        )
        assert found == (git["commits"], git["merges"], git["file_changes"])
        pushes = counts(
            store, "push_kind, count(*) FROM vcs_commit WHERE project = ? AND push_kind IS NOT NULL", project
        )
        assert pushes == git["pushes"]
        files = one(
            store,
            "count(*) FROM commit_file JOIN vcs_commit USING (vcs_commit_key) WHERE vcs_commit.project = ?",
            project,
        )
        assert files == (git["file_changes"],)


def test_patches_are_rolled_back_when_the_revert_or_the_older_build_came(store: Store, truth: dict[str, Any]) -> None:
    at = dict(
        store.rows(
            "SELECT message_id, rolled_back_at FROM patch JOIN message ON message_key = patch_key "
            "WHERE rollback_evidence IN ('git_revert', 'deploy_rollback')"
        )
    )
    for name in ("git_reverts", "deploy_rollbacks"):
        for entry in truth["planted"][name]["patches"]:
            planted = datetime.fromisoformat(entry["at"]).timestamp()
            # A request to revert counts from its commit or from its merge, at most an hour and some minutes later.
            assert abs(at[entry["message_id"]] / 1_000_000 - planted) < 2 * 3600


def test_what_was_put_back_is_kept(store: Store, truth: dict[str, Any]) -> None:
    put_back = truth["planted"]["git_reverts"]["patches_put_back"]
    assert put_back
    evidence = dict(
        store.rows(
            "SELECT message_id, taken_back_at FROM patch_evidence JOIN message ON message_key = patch_key "
            "WHERE evidence = 'git_revert'"
        )
    )
    assert all(evidence[message_id] is not None for message_id in put_back)


def test_reviews_are_found(store: Store, truth: dict[str, Any]) -> None:
    for project, reviews in truth["reviews"].items():
        assert counts(store, "state, count(*) FROM pull_request WHERE project = ?", project) == reviews["by_state"]
        found = counts(
            store,
            "pull_request_review.state, count(*) FROM pull_request_review JOIN pull_request USING (pull_request_key) "
            "WHERE project = ?",
            project,
        )
        assert found == reviews["reviews"]


def test_deployments_are_found(store: Store, truth: dict[str, Any]) -> None:
    for project, deployments in truth["deployments"].items():
        found = one(
            store,
            "count(*), sum(status = 'failure'), sum(environment = 'preview') FROM deployment "
            "WHERE project = ? AND platform = ?",
            project,
            deployments["platform"],
        )
        assert found == (deployments["attempts"], deployments["failed"], deployments["previews"])
    failures = truth["planted"]["deployment_failures"]
    found = one(
        store,
        "count(*), sum(status = 'failure') FROM deployment WHERE project = ? AND environment = 'active' "
        f"AND source <> 'bolt_events' AND finished_date BETWEEN {_DAY} AND {_DAY}",
        failures["project"],
        failures["first_day"],
        failures["last_day"],
    )
    assert found == (failures["inside"]["attempts"], failures["inside"]["failed"])


def test_own_records_are_found(store: Store, truth: dict[str, Any]) -> None:
    records = truth["records"]
    assert (
        counts(store, "status, count(*) FROM command_run WHERE source = 'record'")
        == records["command_runs"]["by_status"]
    )
    assert one(store, "sum(duration_ms) FROM command_run") == (records["command_runs"]["duration_ms"],)
    for column in ("decision", "actor"):
        found = counts(store, f"{column}, count(*) FROM approval WHERE source = 'record'")
        assert found == records["approvals"][f"by_{column}"]
    assert (
        counts(store, "status, count(*) FROM tool_call WHERE source = 'record'") == records["tool_calls"]["by_status"]
    )
    for name, count in records["governance"].items():
        assert one(store, f"count(*) FROM {name.replace('-', '_').removesuffix('s')}") == (count,)


def test_the_slow_commands_are_found(store: Store, truth: dict[str, Any]) -> None:
    slow = truth["planted"]["slow_commands"]
    found = one(
        store,
        "count(*), sum(status = 'timeout') FROM command_run WHERE project = ? AND source = 'record' "
        f"AND started_date BETWEEN {_DAY} AND {_DAY}",
        slow["project"],
        slow["first_day"],
        slow["last_day"],
    )
    assert found == (slow["inside"]["runs"], slow["inside"]["timeouts"])


def test_the_truth_is_beside_the_files() -> None:
    assert (small_demo().folder / MARKER).is_file()
