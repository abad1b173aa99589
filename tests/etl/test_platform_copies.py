"""Copies of one request or deployment that tell different things: whatever comes first, the store says the same."""

import json
import tempfile
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import Any

from chat_files import counts, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads import facts

from data.store import Store

_EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
A, B, C = "a" * 40, "b" * 40, "c" * 40
URL = "https://github.com/acme/shop/pull/7"


def at(hour: int) -> str:
    return f"2026-03-02T{hour:02}:00:00Z"


def review(login: str, state: str, hour: int) -> dict[str, Any]:
    return {"author": {"login": login}, "state": state, "submittedAt": at(hour)}


OPEN = {
    "number": 7,
    "title": "Add cart",
    "state": "OPEN",
    "createdAt": at(8),
    "updatedAt": at(9),
    "mergedAt": None,
    "closedAt": None,
    "isDraft": True,
    "author": {"login": "ann", "is_bot": False},
    "headRefOid": A,
    "additions": 10,
    "files": [{"path": "src/a.ts", "additions": 10, "deletions": 0}],
    "commits": [{"oid": A}],
    "reviews": [review("bob", "CHANGES_REQUESTED", 9)],
    "url": URL,
}
CLOSED = OPEN | {"state": "CLOSED", "closedAt": at(10), "updatedAt": at(10), "isDraft": False}
REOPENED = OPEN | {"updatedAt": at(11), "isDraft": False, "headRefOid": B, "commits": [{"oid": B}]}
MERGED = REOPENED | {
    "state": "MERGED",
    "updatedAt": at(13),
    "mergedAt": at(12),
    "closedAt": at(12),
    "mergeCommit": {"oid": C},
    "mergedBy": {"login": "cat"},
    "additions": 12,
    "files": [{"path": "src/a.ts", "additions": 12, "deletions": 3}, {"path": "src/b.ts", "additions": 1}],
    "reviews": [review("bob", "DISMISSED", 9), review("cat", "APPROVED", 11)],
}
REST_REVIEW = {
    "id": 5,
    "user": {"login": "cat", "type": "User"},
    "state": "APPROVED",
    "submitted_at": at(11),
    "commit_id": B,
    "pull_request_url": "https://api.github.com/repos/acme/shop/pulls/7",
}
_ALWAYS = {"number", "title", "state", "url", "mergedAt", "createdAt"}
_DROPPED = st.sets(st.sampled_from(sorted(OPEN.keys() - _ALWAYS)), max_size=6)
_PULLS = st.one_of(
    st.builds(
        lambda record, dropped: {name: value for name, value in record.items() if name not in dropped},
        st.sampled_from([OPEN, CLOSED, REOPENED, MERGED]),
        _DROPPED,
    ),
    st.just(REST_REVIEW),
)
DEPLOYMENT = {
    "id": 3,
    "sha": A,
    "ref": "main",
    "environment": "production",
    "production_environment": True,
    "created_at": at(8),
    "updated_at": at(9),
    "creator": {"login": "ann"},
    "statuses_url": "https://api.github.com/repos/acme/shop/deployments/3/statuses",
}


def status(number: int, state: str, hour: int, environment: str | None = "production") -> dict[str, Any]:
    return {
        "id": number,
        "state": state,
        "created_at": at(hour),
        "environment": environment,
        "deployment_url": "https://api.github.com/repos/acme/shop/deployments/3",
    }


STATUSES = [
    status(1, "queued", 8),
    status(2, "in_progress", 9),
    status(3, "success", 10),
    status(4, "inactive", 11),
    status(5, "success", 12, None),
    status(6, "success", 12),
    status(7, "failure", 9, "staging"),
]
_DEPLOYMENTS = st.one_of(
    st.sampled_from(STATUSES),
    st.builds(
        lambda dropped, later, statuses: (
            {name: value for name, value in DEPLOYMENT.items() if name not in dropped}
            | {"updated_at": at(later), "statuses": statuses}
        ),
        st.sets(st.sampled_from(["ref", "creator", "production_environment"])),
        st.sampled_from([9, 10, 11]),
        st.lists(st.sampled_from(STATUSES), max_size=2),
    ),
)


def _loaded(folder: Path, files: list[list[Any]], order: Iterable[int]) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        store = Store(f"sqlite:///{own}/store.db")
        for number in order:
            path = Path(own) / f"{number}.json"
            path.write_text(json.dumps(files[number]))
            [report] = load(store, path)
            assert report.refused is None
            assert report.read == report.loaded + report.known + report.quarantined
        return facts(store.url)


@_EXAMPLES
@given(st.lists(st.lists(_PULLS, min_size=1, max_size=3), min_size=2, max_size=4), st.data())
def test_the_order_of_copies_of_a_request_never_shows(files: list[list[Any]], data: st.DataObject):
    order = data.draw(st.permutations(range(len(files))))
    with tempfile.TemporaryDirectory() as folder:
        straight = _loaded(Path(folder), files, range(len(files)))
        assert _loaded(Path(folder), files, order) == straight


@_EXAMPLES
@given(st.lists(st.lists(_DEPLOYMENTS, min_size=1, max_size=3), min_size=2, max_size=4), st.data())
def test_the_order_of_deployments_and_their_statuses_never_shows(files: list[list[Any]], data: st.DataObject):
    order = data.draw(st.permutations(range(len(files))))
    with tempfile.TemporaryDirectory() as folder:
        straight = _loaded(Path(folder), files, range(len(files)))
        assert _loaded(Path(folder), files, order) == straight


def _pull(store: Store, columns: str) -> tuple[Any, ...]:
    [row] = store.rows(f"SELECT {columns} FROM pull_request")
    return row


def _write(folder: Path, name: str, records: list[Any]) -> Path:
    path = folder / name
    path.write_text(json.dumps(records))
    return path


def test_a_newer_copy_that_is_silent_on_a_column_leaves_what_an_older_one_tells(tmp_path: Path, store: Store):
    silent = {"number": 7, "title": "Add cart", "mergedAt": at(12), "updatedAt": at(14), "url": URL, "state": "MERGED"}
    load(store, _write(tmp_path, "new.json", [silent]), _write(tmp_path, "old.json", [MERGED]))
    assert _pull(store, "lines_added, merge_sha, updated_at / 3600000000 % 24") == (12, C, 14)


def test_a_request_that_was_opened_again_is_not_closed_any_more(tmp_path: Path):
    paths = [_write(tmp_path, f"{n}.json", [one]) for n, one in enumerate((OPEN, CLOSED, REOPENED))]
    for number, order in enumerate(permutations(paths)):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        load(store, *order)
        assert _pull(store, "state, closed_at, head_sha") == ("open", None, B)


def test_reviews_are_known_only_when_told_after_the_merge(tmp_path: Path, store: Store):
    # The list with reviews was saved at 9 while the request was open; that nobody approved by 12 does not follow.
    without = {name: value for name, value in MERGED.items() if name != "reviews"}
    load(store, _write(tmp_path, "a.json", [OPEN | {"reviews": []}]), _write(tmp_path, "b.json", [without]))
    assert _pull(store, "state, is_review_known") == ("merged", 0)
    load(store, _write(tmp_path, "c.json", [MERGED | {"reviews": []}]))
    assert _pull(store, "state, is_review_known") == ("merged", 1)


def test_a_dismissed_review_is_one_review_whichever_copy_came_first(tmp_path: Path):
    before = MERGED | {"reviews": [review("bob", "APPROVED", 9)], "updatedAt": at(9)}
    paths = [_write(tmp_path, "a.json", [before]), _write(tmp_path, "b.json", [MERGED])]
    for number, order in enumerate(permutations(paths)):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        load(store, *order)
        assert store.rows("SELECT person, state FROM pull_request_review ORDER BY person") == [
            ("bob", "dismissed"),
            ("cat", "approved"),
        ]


def test_commits_files_and_reviews_are_a_union_over_all_copies(tmp_path: Path, store: Store):
    load(store, _write(tmp_path, "a.json", [OPEN]), _write(tmp_path, "b.json", [MERGED]))
    assert store.rows("SELECT sha FROM pull_request_commit ORDER BY sha") == [(A,), (B,)]
    # Of src/a.ts the copies tell 10 and 12 lines added, none and 3 removed.
    assert store.rows("SELECT path, lines_added, lines_removed FROM pull_request_file ORDER BY path") == [
        ("src/a.ts", 12, 3),
        ("src/b.ts", 1, None),
    ]


def test_what_was_loaded_before_counts_as_known_and_changes_nothing(tmp_path: Path, store: Store):
    first = _write(tmp_path, "a.json", [MERGED, REST_REVIEW])
    [report] = load(store, first)
    # The review is the second one that the request tells already.
    assert counts(report) == (2, 1, 1, 0)
    assert report.known_by_reason == {"repeated_in_file": 1}
    before = facts(store.url)
    [again] = load(store, _write(tmp_path, "b.json", [REST_REVIEW, MERGED, OPEN | {"files": [], "commits": []}]))
    assert counts(again) == (3, 0, 3, 0)
    assert again.known_by_reason == {"loaded_before": 2, "repeated_in_file": 1}
    assert facts(store.url) == before


def test_a_status_without_its_deployment_waits_for_it(tmp_path: Path, store: Store):
    load(store, _write(tmp_path, "s.json", STATUSES[:3]))
    row = "status, commit_sha, native_id, environment, target, finished_at / 3600000000 % 24"
    assert store.rows(f"SELECT {row} FROM deployment") == [("success", None, "3", "active", "github.com/acme/shop", 10)]
    load(store, _write(tmp_path, "d.json", [DEPLOYMENT]))
    assert store.rows(f"SELECT {row} FROM deployment") == [("success", A, "3", "active", "github.com/acme/shop", 10)]


def test_a_deployment_made_active_again_keeps_the_end_of_its_build(tmp_path: Path, store: Store):
    # In progress at 9, success at 10, inactive at 11, success again at 12: built for an hour, published at 12.
    load(store, _write(tmp_path, "d.json", [DEPLOYMENT | {"statuses": STATUSES[:6]}]))
    [row] = store.rows(
        "SELECT finished_at / 3600000000 % 24, duration_ms, published_at / 3600000000 % 24 FROM deployment"
    )
    assert row == (10, 3_600_000, 12)


def test_days_of_reviews_are_counted_when_their_request_arrives(tmp_path: Path, store: Store):
    load(store, _write(tmp_path, "r.json", [REST_REVIEW]))
    assert store.rows("SELECT record_count FROM source_daily WHERE thing = 'review'") == []
    load(store, _write(tmp_path, "p.json", [MERGED | {"createdAt": "2026-02-01T08:00:00Z", "reviews": []}]))
    assert store.rows("SELECT record_count FROM source_daily WHERE thing = 'review'") == [(1,)]
