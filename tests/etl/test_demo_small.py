"""Demos of any size: written, loaded without a refusal, and equal to their truth.json in every total."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from chat_files import Silent
from demo_files import UNTIL, files_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.store import Store
from etl.demo import DemoError, DemoReport, write_demo
from etl.demo.plants import LEAST_DAYS, LEAST_TASKS, NEEDS
from etl.files import find_files
from etl.loading import FileReport, load_files
from etl.owners import owners

JUNE = date(2026, 6, 30)


@settings(max_examples=2, deadline=None, derandomize=True, database=None)
@given(tasks=st.integers(1, 90), days=st.integers(1, 40), seed=st.integers(0, 99))
@example(tasks=1, days=1, seed=3)
@example(tasks=40, days=14, seed=3)
@example(tasks=120, days=63, seed=1)
def test_a_small_demo_loads_and_its_truth_is_in_the_store(tasks: int, days: int, seed: int) -> None:
    with TemporaryDirectory() as folder:
        report = write_demo(Path(folder) / "demo", tasks=tasks, days=days, until=JUNE, seed=seed)
        store = Store(f"sqlite:///{folder}/store.db")
        loads = _load(store, report)
        assert [load.refused for load in loads if load.refused] == []
        assert report.task_count == tasks
        assert _totals_of_store(store, loads, report.folder) == _totals_of_truth(report.truth)


def test_small_numbers_give_the_same_bytes_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_demo(tmp_path / name, tasks=40, days=14, until=JUNE, seed=3)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_what_does_not_fit_is_left_out_and_named(tmp_path: Path) -> None:
    report = write_demo(tmp_path, tasks=40, days=14, until=JUNE, seed=3)
    planted = report.truth["planted"]
    assert planted["outage"] == {"planted": False, "why": "needs at least 28 days and 60 tasks"}
    assert planted["cost_spike"] == {"planted": False, "why": "needs at least 63 days and 120 tasks"}
    assert planted["missing_usage"]["planted"]
    assert planted["missing_usage"]["requests"] == planted["missing_usage"]["requests_without_usage"] > 0
    lines = str(report).splitlines()
    assert "Left out: outage (needs at least 28 days and 60 tasks)." in lines
    assert {line.split()[2] for line in lines[1:]} == {name for name in planted if not planted[name]["planted"]}


def test_enough_days_and_too_few_tasks_are_told_apart(tmp_path: Path) -> None:
    report = write_demo(tmp_path, tasks=59, days=28, until=JUNE)
    assert report.left_out["outage"] == "needs at least 60 tasks"
    assert report.left_out["bad_patches"] == "needs at least 56 days and 150 tasks"


@pytest.mark.parametrize("until", [UNTIL, JUNE, date(2026, 3, 1)])
def test_from_84_days_and_300_tasks_on_only_the_budget_is_left_out(tmp_path: Path, until: date) -> None:
    report = write_demo(tmp_path, tasks=LEAST_TASKS, days=LEAST_DAYS, until=until, seed=4)
    # A budget is an amount: it is for the tasks of a whole year.
    assert report.left_out == {"tight_budget": "needs at least 270 days and 5000 tasks"}
    assert report.truth["planted"].keys() == NEEDS.keys()
    assert str(report).count("Left out") == 1


def test_tasks_stay_within_the_days_that_were_asked_for(tmp_path: Path) -> None:
    # Sunday and Monday: nearly all of the 412 tasks, the most that are allowed, fall on the Monday.
    report = write_demo(tmp_path, tasks=412, days=2, until=date(2026, 6, 29))
    days = {Path(name).parts[3] for name in files_of(report.folder) if "/bolt-" in name}
    assert days == {"2026-06-29"}


@pytest.mark.parametrize(
    ("tasks", "days", "message"),
    [
        (0, 14, "at least one task and one day"),
        (40, 0, "at least one task and one day"),
        # A Sunday is 3 % as busy as a Monday: 400 x 1.03 = 412.
        (413, 2, r"at most 412 tasks from 2026-06-28 to 2026-06-29 \(400 on the busiest day\); asked for 413"),
        (6000, 3000, "begins on 2020-01-01 or later.* Give --days 2372 or less"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_and_nothing_is_written(
    tmp_path: Path, tasks: int, days: int, message: str
) -> None:
    with pytest.raises(DemoError, match=message):
        write_demo(tmp_path / "demo", tasks=tasks, days=days, until=date(2026, 6, 29))
    assert not (tmp_path / "demo").exists()


def _load(store: Store, report: DemoReport) -> list[FileReport]:
    return list(load_files(store, find_files([report.folder]), owners([report.folder]), Silent()))


def _totals_of_truth(truth: dict[str, Any]) -> dict[str, Any]:
    tasks, patches, gateway = truth["tasks"], truth["patches"], truth["gateway"]
    direct, served = truth["tokens"]["chats_past_the_gateway"], truth["tokens"]["gateway"]
    return {
        "files": truth["chats"]["files"] + truth["event_log"]["files"],
        "records": truth["chats"]["message_records"] + truth["event_log"]["records"] + gateway["records"],
        "commits": {project: figures["commits"] for project, figures in truth["git"].items()},
        "requests": {
            project: figures["requests"] for project, figures in truth["reviews"].items() if figures["requests"]
        },
        "builds": sum(figures["attempts"] for figures in truth["deployments"].values()),
        "command runs": truth["records"]["command_runs"]["by_status"],
        "messages": truth["chats"]["messages"],
        "entries": truth["event_log"]["entries"],
        "outcomes": {outcome: count for outcome, count in tasks["by_outcome"].items() if count},
        "people": tasks["by_person"],
        "classes": tasks["by_class"],
        "routes": tasks["by_route"],
        "repeats": (tasks["retries"], tasks["fix_requests"], tasks["usage_lost"]),
        "patches": (patches["total"], patches["files"], patches["unfinished"]),
        "patches of the gate": (truth["records"]["patches"]["total"], truth["records"]["patches"]["rolled_back"]),
        "rewound": patches["rewound"],
        "overwritten": patches["overwritten"],
        "reverted": patches["reverted"],
        "withdrawn": patches["withdrawn"],
        "decisions": truth["tool_calls"]["by_decision"],
        "tokens past the gateway": (direct["requests"], direct["input"], direct["output"]),
        "tokens of the gateway": (served["input"], served["cached_input"], served["output"]),
        "calls of the gateway": (gateway["llm_calls"], gateway["failed_calls"], gateway["spend_micro_usd"]),
        "calls of tasks": (gateway["calls_of_tasks"], gateway["spend_of_tasks_micro_usd"]),
        "quarantine": sorted(tuple(entry.values()) for entry in truth["quarantine"]["where"]),
    }


def _totals_of_store(store: Store, loads: list[FileReport], folder: Path) -> dict[str, Any]:
    def groups(what: str) -> dict[str, int]:
        return dict(store.rows(f"SELECT {what} GROUP BY 1"))

    def sums(what: str) -> tuple[int, ...]:
        return tuple(value or 0 for value in store.rows(f"SELECT {what}")[0])

    def undone(evidence: str) -> list[str]:
        found = store.rows(
            "SELECT message_id FROM patch JOIN message ON message_key = patch_key "
            "WHERE rollback_evidence = ? ORDER BY 1",
            (evidence,),
        )
        return [row[0] for row in found]

    broken = store.rows("SELECT file_path, position, reason FROM quarantine JOIN load USING (load_id)")
    return {
        "files": sum(load.kind is not None and load.kind.value.startswith("bolt") for load in loads),
        "records": sum(
            load.loaded + load.known + load.quarantined
            for load in loads
            if load.kind is not None and load.kind.value.startswith(("bolt", "litellm"))
        ),
        "commits": groups("project, count(*) FROM vcs_commit"),
        "requests": groups("project, count(*) FROM pull_request"),
        "builds": sums("count(*) FROM deployment WHERE source <> 'bolt_events'")[0],
        "command runs": groups("status, count(*) FROM command_run WHERE source = 'record'"),
        "messages": sums("count(*) FROM message")[0],
        "entries": sums("count(*) FROM event")[0],
        "outcomes": groups("outcome, count(*) FROM task"),
        "people": groups("person, count(*) FROM task"),
        "classes": groups("task_class, count(*) FROM task"),
        "routes": groups("provider || '/' || model, count(*) FROM task"),
        "repeats": sums("sum(retry_count), sum(fix_request_count), sum(outcome_basis = 'usage_lost') FROM task"),
        "patches": sums("count(*), sum(files_count), sum(NOT is_closed) FROM patch WHERE source = 'bolt_chat'"),
        "patches of the gate": sums("count(*), sum(rolled_back_at IS NOT NULL) FROM patch WHERE source = 'record'"),
        "rewound": undone("rewind"),
        "overwritten": undone("human_overwrite"),
        "reverted": undone("git_revert"),
        "withdrawn": undone("deploy_rollback"),
        "decisions": groups("decision, count(*) FROM approval WHERE subject = 'tool_call' AND source = 'bolt_chat'"),
        "tokens past the gateway": sums(
            "count(*), sum(input_tokens), sum(output_tokens) FROM llm_call "
            "WHERE source = 'bolt_chat' AND is_counted AND usage_status <> 'absent'"
        ),
        "tokens of the gateway": sums(
            "sum(input_tokens), sum(cache_read_tokens), sum(output_tokens) FROM llm_call WHERE source = 'litellm'"
        ),
        "calls of the gateway": sums(
            "count(*), sum(status = 'error'), sum(cost_micro_usd) FROM llm_call WHERE source = 'litellm' AND is_counted"
        ),
        "calls of tasks": sums(
            "count(*), sum(cost_micro_usd) FROM llm_call WHERE source = 'litellm' AND task_key IS NOT NULL"
        ),
        "quarantine": sorted(
            (Path(path).relative_to(folder.absolute()).as_posix(), position, reason)
            for path, position, reason in broken
        ),
    }
