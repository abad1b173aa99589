"""Which pull and merge requests brought in patches: by their commits, or by paths and time where these are untold."""

import sqlite3
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from data.epoch import DAY_MICROSECONDS
from data.words import LinkMethod
from etl.derive.differences import has_rows, key_table, row_table
from etl.derive.patch_facts import PatchFacts
from etl.derive.patch_links import LEAST, SKEW, Carrier

REQUEST_WINDOW = 2 * DAY_MICROSECONDS
"""A request that does not tell its commits is opened at most so long after a patch that it brings in."""
_FEW = 8


@dataclass(frozen=True, slots=True)
class RequestLink:
    """That a request brings in a patch, and how that is known."""

    key: int
    at: int | None
    """When it was opened."""
    method: LinkMethod
    confidence: float


def find_requests(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], carriers: Mapping[int, Carrier]
) -> dict[int, list[RequestLink]]:
    """Return the requests that bring in each patch."""
    found: dict[int, list[RequestLink]] = {}
    if not has_rows(connection, "pull_request"):
        return found
    of_commit = _requests_of_commits(connection, patches, carriers)
    for key, carrier in carriers.items():
        for request, opened_at, method in of_commit.get(carrier.key, ()):
            found.setdefault(key, []).append(RequestLink(request, opened_at, method, carrier.confidence))
    left = [patch for key, patch in patches.items() if key not in found and patch.is_closed and patch.files]
    opened = _untold(connection, left)
    for patch in left if opened else ():
        if link := _by_paths(patch, opened):
            found[patch.key] = [link]
    return found


def _requests_of_commits(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], carriers: Mapping[int, Carrier]
) -> dict[int, list[tuple[int, int | None, LinkMethod]]]:
    carried = {carrier.key: (carrier.sha, patches[key].project) for key, carrier in carriers.items()}
    row_table(
        connection, "carried_commit", "key INTEGER PRIMARY KEY, sha TEXT, project TEXT",
        ((key, *rest) for key, rest in sorted(carried.items())),
    )  # fmt: skip
    found: dict[int, dict[int, tuple[int | None, LinkMethod]]] = defaultdict(dict)
    if not carried:
        return {}
    told = "pull_request_commit c ON c.vcs_commit_key = k.key CROSS JOIN pull_request r USING (pull_request_key)"
    for method, join in (
        (LinkMethod.COMMIT, told),
        (LinkMethod.SQUASH, "pull_request r ON r.merge_sha = k.sha AND r.project IS k.project"),
        (LinkMethod.SQUASH, "pull_request r ON r.squash_sha = k.sha AND r.project IS k.project"),
    ):
        for commit, request, opened_at in connection.execute(
            "SELECT k.key, r.pull_request_key, r.opened_at "  # noqa: S608
            f"FROM temp.carried_commit k CROSS JOIN {join}"
        ):
            found[commit].setdefault(request, (opened_at, method))
    return {
        commit: [(request, *facts) for request, facts in sorted(requests.items())] for commit, requests in found.items()
    }


_Opened = Mapping[int, Sequence[tuple[int, int]]]
"""Place: when requests that change it and do not tell their commits were opened, with their keys, in order of time."""


def _untold(connection: sqlite3.Connection, patches: Sequence[PatchFacts]) -> _Opened:
    if not has_rows(connection, "pull_request_file"):
        return {}
    key_table(connection, "wanted_place", {place for patch in patches for place in patch.files})
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, opened_at, request in connection.execute(
        "SELECT f.place_hash, r.opened_at, r.pull_request_key FROM temp.wanted_place w "
        "CROSS JOIN pull_request_file f ON f.place_hash = w.key "
        "CROSS JOIN pull_request r ON r.pull_request_key = f.pull_request_key WHERE r.opened_at IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM pull_request_commit c WHERE c.pull_request_key = r.pull_request_key)"
    ):
        found[place].append((opened_at, request))
    return {place: sorted(requests) for place, requests in found.items()}


def _by_paths(patch: PatchFacts, opened: _Opened) -> RequestLink | None:
    """Return the request, opened soon after a patch, that changes most of its files and at least half of them."""
    if patch.proposed_at is None:
        return None
    first, last = patch.proposed_at - SKEW, patch.proposed_at + REQUEST_WINDOW
    shared: Counter[tuple[int, int]] = Counter()
    for place in patch.files:
        requests = opened.get(place, ())
        start = bisect_left(requests, (first, 0))
        shared.update(request for request in islice(requests, start, start + _FEW) if request[0] <= last)
    if not shared:
        return None
    best = min(shared, key=lambda request: (-shared[request], request))
    share = shared[best] / len(patch.files)
    if share < LEAST:
        return None
    confidence = LEAST + 0.2 * (2 * share - 1)
    if list(shared.values()).count(shared[best]) > 1:
        confidence = LEAST + (confidence - LEAST) / 2
    return RequestLink(best[1], best[0], LinkMethod.PATHS, round(confidence, 3))
