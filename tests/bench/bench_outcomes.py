"""Speed of deriving what became of patches: everything at once, then one more commit and one more patch."""

import argparse
import gc
import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Figures = dict[str, float]
_START = 1_735_689_600_000_000
"""2025-01-01, in microseconds."""
_YEAR = 365 * 86_400_000_000
_DAY = 86_400_000_000


def outcomes(database: str, patches: str, contents: str, deployments: str = "0") -> Figures:
    """Derive a year of patches with as many commits, from a store that holds only facts; seconds, and milliseconds."""
    from data.store import Store
    from etl.context import Touched
    from etl.derive.outcomes import derive_outcomes

    count, has_contents = int(patches), contents == "contents"
    store = Store(f"sqlite:///{database}")
    with store.writing() as connection:
        _write(connection, count, has_contents=has_contents, deployed=int(deployments))
    touched = Touched()
    # As a load does (etl.loading).
    gc.disable()
    with store.writing() as connection:
        touched.patch_keys = _keys(connection, "patch")
        touched.commit_keys = _keys(connection, "vcs_commit")
        touched.deployment_keys = _keys(connection, "deployment")
        start, begun = time.perf_counter(), time.process_time()
        derive_outcomes(connection, touched)
        seconds, cpu = time.perf_counter() - start, time.process_time() - begun
    linked, undone, fixed = store.rows(
        "SELECT sum(has_commit), sum(rolled_back_at IS NOT NULL), sum(rework_kind IS NOT NULL) FROM patch"
    )[0]
    figures = {"seconds": seconds, "cpu": cpu, "linked": linked, "undone": undone, "fixed": fixed}
    for name, table, add in (
        ("commit_ms", "vcs_commit", lambda touched, key: touched.commit_keys.add(key)),
        ("patch_ms", "patch", lambda touched, key: touched.patch_keys.add(key)),
    ):
        figures[name] = _again(store, table, add)
    return figures


def _again(store: Any, table: str, add: Callable[[Any, int], None]) -> float:
    """Return the median milliseconds of deriving what follows from one row, for the newest and for others."""
    from etl.context import Touched
    from etl.derive.outcomes import derive_outcomes

    order = "committed_at" if table == "vcs_commit" else "proposed_at"
    times: list[float] = []
    keys = [row[0] for row in store.rows(f"SELECT {table}_key FROM {table} ORDER BY {order} DESC LIMIT 9")]
    for key in keys:
        with store.writing() as connection:
            touched = Touched()
            add(touched, key)
            start = time.process_time()
            derive_outcomes(connection, touched)
            times.append(time.process_time() - start)
    return sorted(times)[len(times) // 2] * 1000


def _keys(connection: sqlite3.Connection, table: str) -> set[int]:
    return {row[0] for row in connection.execute(f"SELECT {table}_key FROM {table}")}


def _write(connection: sqlite3.Connection, count: int, *, has_contents: bool, deployed: int) -> None:
    """Write patches of two files, commits of three, some of them reverts and fixes, and deployments."""
    from data.keys import stable_key
    from etl.places import commit_key, place_hash

    chance = random.Random(7)
    paths = ["src/App.tsx", "package.json", *(f"src/pages/page{number}.tsx" for number in range(200))]
    places = [place_hash("shop", path) for path in paths]
    patches, tasks, patch_files, commits, files, deployments = [], [], [], [], [], []
    parent = ""
    for number in range(count):
        at = _START + number * _YEAR // count
        day = at // _DAY
        key, task = stable_key("p", number), stable_key("t", number)
        tasks.append((task, number // 20, at, day))
        patches.append((key, task, at, day))
        sha = f"{stable_key('sha', number):016x}" * 2 + f"{number:08x}"
        commit, made = commit_key("shop", sha), at + chance.randint(0, 4) * 60_000_000
        one, other = 0, chance.randint(1, len(paths) - 1)
        for place in (one, other):
            blob = stable_key("blob", number, place)
            patch_files.append((stable_key("pf", number, place), key, paths[place], blob))
            told = blob if has_contents and chance.random() < 0.7 else None
            files.append((stable_key("cf", number, place), commit, paths[place], places[place], made, told))
        extra = chance.randint(1, len(paths) - 1)
        if extra != other:
            files.append((stable_key("cf", number, -1), commit, paths[extra], places[extra], made, None))
        kind = ("commit", f"{stable_key('sha', number - 9):016x}" * 2 + f"{number - 9:08x}") if number % 30 == 9 else ()
        subject = "fix: cart" if number % 20 == 3 else "Update from Bolt.diy"
        commits.append((commit, sha, parent, made, made // _DAY, subject, *(kind or (None, None))))
        parent = sha
        if number * deployed // count != (number - 1) * deployed // count:
            deployments.append((stable_key("d", number), made + 60_000_000, day, made + 60_000_000, sha))
    fixed = {"project": "shop", "source": "bolt_chat"}
    zeros = ("prompt_chars", "turn_count", "retry_count", "fix_request_count", "patch_count", "call_count")
    zeros += ("unpriced_call_count", "fallback_count", "known_cost_micro_usd")
    task = {"task_class": "edit", "outcome": "completed", "task_class_version": "1", "requested_at_basis": "given"}
    task |= {"outcome_basis": "answer", **fixed, **dict.fromkeys(zeros, 0)}
    live = {"project": "shop", "platform": "github", "target": "live", "environment": "active", "status": "success"}
    for table, names, others, rows in (
        ("task", "task_key chat_key requested_at requested_date", task, tasks),
        (
            "patch",
            "patch_key task_key proposed_at proposed_date",
            {"proposed_at_basis": "given", "is_closed": 1, "files_count": 2, **fixed},
            patches,
        ),
        (
            "patch_file",
            "patch_file_key patch_key path blob_hash",
            {"operation": "edit", "lines_basis": "chat"},
            patch_files,
        ),
        (
            "vcs_commit",
            "vcs_commit_key sha parent_shas committed_at committed_date subject revert_kind reverted_sha",
            {"project": "shop", "is_left_behind": 0},
            commits,
        ),
        ("commit_file", "commit_file_key vcs_commit_key path place_hash committed_at blob_hash", {}, files),
        (
            "deployment",
            "deployment_key finished_at finished_date published_at commit_sha",
            {"source": "github", **live},
            deployments,
        ),
    ):
        columns = [*names.split(), *others]
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            ((*row, *others.values()) for row in sorted(rows)),
        )


def section(patches: int, bench: Any) -> None:
    """Derive outcomes of patches with and without contents, and with deployments, and print the figures."""
    rows = bench.table(
        f"Outcomes: {patches:,} patches of two files, {patches:,} commits of three, in one project and year",
        "", "seconds", "CPU s", "linked", "rolled back", "peak MB", "one more commit", "one more patch", "target",
    )  # fmt: skip
    for name, contents, deployments in (
        ("contents told", "contents", 0),
        ("paths only", "none", 0),
        ("contents, ten deployments a day", "contents", patches * 3650 // 100_000),
    ):
        found = bench.step("outcomes", bench.fresh("outcomes"), patches, contents, deployments)
        rows.add_row(
            name, f"{found['seconds']:.2f}", f"{found['cpu']:.2f}", f"{found['linked']:,.0f}",
            f"{found['undone']:,.0f}", f"{found['peak_mb']:,.0f}", f"{found['commit_ms']:.0f} ms",
            f"{found['patch_ms']:.0f} ms", f"<= 5.00: {bench.verdict(found['seconds'], 5)}",
        )  # fmt: skip
    bench.console.print(rows)


def main() -> None:
    """Measure once, in a new store at the given path, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--patches", type=int, default=100_000)
    parser.add_argument("--deployments", type=int, default=0)
    parser.add_argument("--no-contents", action="store_true", help="a log without the hashes of contents")
    asked = parser.parse_args()
    for leftover in asked.database.parent.glob(f"{asked.database.name}*"):
        leftover.unlink()
    contents = "none" if asked.no_contents else "contents"
    json.dump(outcomes(str(asked.database), str(asked.patches), contents, str(asked.deployments)), sys.stdout)


if __name__ == "__main__":
    main()
