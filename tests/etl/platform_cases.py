"""Cases of platforms: folders with the files of a case, and what the store should say after loading them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from chat_files import counts, load

from data.epoch import EPOCH, EPOCH_DAY
from data.store import Store

CASES = Path(__file__).parents[1] / "cases"
PREFIXES = ("github_pulls_", "gitlab_merges_", "github_deployments_", "gitlab_deployments_", "netlify_", "vercel_")
FOLDERS = sorted(folder for prefix in PREFIXES for folder in CASES.glob(f"{prefix}*"))
# Keys are hashes, which nobody can check on paper; whether a deployment is a rollback is derived from all of them.
_TABLES = {
    "pull_request": "number, repository",
    "pull_request_commit": "sha",
    "pull_request_file": "path",
    "pull_request_review": "submitted_at, person, state",
    "deployment": "native_id",
    "deployment_state": "occurred_at, state",
}
_UNSHOWN = ("_key", "_hash", "load_id", "record_rank", "project", "_count", "is_rollback", "rolled_back_at")


def files_of(case: Path) -> list[Path]:
    return sorted(case.glob("input*"))


def shown(name: str, value: object) -> object:
    """Return a value as expected.json writes it: times and days as ISO 8601, truth values as such."""
    if isinstance(value, int) and name.endswith("_at"):
        return (EPOCH + timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
    if isinstance(value, int) and name.endswith("_date"):
        return (EPOCH_DAY + timedelta(days=value)).isoformat()
    return bool(value) if name.startswith("is_") and value is not None else value


def rows_of(store: Store, table: str) -> list[dict[str, object]]:
    """Return the rows of a table with the columns that can be checked on paper, those that are null left out."""
    with store.reading() as connection:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {_TABLES[table]}")
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor]
    return [
        {
            name: shown(name, value)
            for name, value in row.items()
            if value is not None and (name == "files_count" or not name.endswith(_UNSHOWN))
        }
        for row in found
    ]


def outcome_of(store: Store, case: Path) -> dict[str, Any]:
    """Load the files of a case and return what its expected.json should say."""
    reports = [report for file in files_of(case) for report in load(store, file)]
    rows = {table: found for table in _TABLES if (found := rows_of(store, table))}
    kinds = {report.kind.value if report.kind else report.refused for report in reports}
    known: dict[str, int] = {}
    for report in reports:
        for reason, number in report.known_by_reason.items():
            known[reason] = known.get(reason, 0) + number
    return {
        "kind": sorted(map(str, kinds)),
        "counts": [list(counts(report)) for report in reports],
        "known_by_reason": known,
        "rows": rows,
        "quarantine": [
            list(row) for row in store.rows("SELECT position, reason, detail FROM quarantine ORDER BY quarantine_id")
        ],
    }


def expected_of(case: Path) -> dict[str, Any]:
    return json.loads((case / "expected.json").read_text())
