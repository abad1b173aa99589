"""Pull requests and deployments: each beside the floor of decoding and inserting the same rows."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

_DAY = timedelta(days=1)


def section(requests: int, folder: Path, bench: Any) -> None:
    """Load pull requests and deployments and print seconds and memory beside the floor."""
    rows = bench.table(
        f"Platforms: {requests:,} requests of gh pr list, {requests:,} deployments of GitHub with three statuses each",
        "", "seconds", "CPU s", "records/s", "times the floor", "peak MB", "target",
    )  # fmt: skip
    for name, record_of in (("pulls", pull), ("deployments", deployment)):
        path = folder / f"{name}-{requests}.json"
        if not path.exists():
            write(path, requests, record_of)
            time.sleep(bench.SETTLE_SECONDS)
        database = bench.fresh(name)
        loaded = bench.step("load", database, path)
        floor = bench.step("floor_platforms", database, path)
        for what, figures in ((f"floor: decode + executemany, {name}", floor), (f"etl load, {name}", loaded)):
            ratio = figures["seconds"] / floor["seconds"]
            rows.add_row(
                what, f"{figures['seconds']:.2f}", f"{figures['cpu']:.2f}", f"{requests / figures['seconds']:,.0f}",
                f"{ratio:.2f}", f"{figures['peak_mb']:,.0f}",
                f"<= 4.00: {bench.verdict(ratio, 4)}" if figures is loaded else "",
            )  # fmt: skip
    bench.console.print(rows)


def decode(path: Path) -> Iterator[None]:
    """Decode a file in one go."""
    msgspec.json.decode(path.read_bytes())
    yield None


def write(path: Path, count: int, record_of: Any) -> None:
    """Write a list of records over a year, the newest first, as platforms do."""
    numbers = random.Random(11)
    newest = datetime(2026, 6, 1, tzinfo=UTC)
    with path.open("w") as file:
        for number in range(count, 0, -1):
            made = newest - (count - number) * 365 * _DAY / count
            file.write(("[" if number == count else ",") + json.dumps(record_of(number, made, numbers)))
        file.write("]")


def pull(number: int, made: datetime, numbers: random.Random) -> dict[str, Any]:
    """Return a merged request with three commits, four files and two reviews, as gh writes it."""
    hours = [_iso(made + timedelta(hours=hour)) for hour in range(5)]
    return {
        "additions": 40,
        "author": {"id": "U_1", "is_bot": False, "login": f"dev{number % 20}", "name": "Dev"},
        "changedFiles": 4,
        "closedAt": hours[4],
        "commits": [
            {"oid": _sha(numbers), "messageHeadline": f"Step {step} of {number}", "committedDate": hours[0]}
            for step in range(3)
        ],
        "createdAt": hours[0],
        "deletions": 12,
        "files": [
            {"path": f"src/part{numbers.randrange(200)}/file{step}.ts", "additions": 10, "deletions": 3}
            for step in range(4)
        ],
        "headRefName": f"feature-{number}",
        "headRefOid": _sha(numbers),
        "isDraft": False,
        "mergeCommit": {"oid": _sha(numbers)},
        "mergedAt": hours[4],
        "mergedBy": {"login": "dev1"},
        "number": number,
        "reviews": [
            {"id": f"R{number}-{hour}", "author": {"login": f"dev{hour}"}, "state": state, "submittedAt": hours[hour]}
            for hour, state in ((1, "COMMENTED"), (3, "APPROVED"))
        ],
        "state": "MERGED",
        "title": f"Feature {number}",
        "updatedAt": hours[4],
        "url": f"https://github.com/acme/shop/pull/{number}",
    }


def deployment(number: int, made: datetime, numbers: random.Random) -> dict[str, Any]:
    """Return a deployment with its statuses, as the REST API of GitHub gives it."""
    place = f"https://api.github.com/repos/acme/shop/deployments/{number}"
    states = [("queued", 1), ("in_progress", 5), ("failure" if number % 9 == 0 else "success", 200)]
    return {
        "url": place,
        "id": number,
        "sha": _sha(numbers),
        "ref": "main",
        "task": "deploy",
        "environment": "production",
        "created_at": _iso(made),
        "updated_at": _iso(made + timedelta(seconds=200)),
        "creator": {"login": f"dev{number % 20}", "type": "User"},
        "statuses_url": f"{place}/statuses",
        "transient_environment": False,
        "production_environment": True,
        "statuses": [
            {"id": number * 10 + step, "state": state, "created_at": _iso(made + timedelta(seconds=seconds))}
            for step, (state, seconds) in enumerate(states)
        ],
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _sha(numbers: random.Random) -> str:
    return f"{numbers.getrandbits(160):040x}"
