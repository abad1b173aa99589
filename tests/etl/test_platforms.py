"""Files of platforms: what they are recognised as, in which forms they are read, what is refused with which help."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from chat_files import Silent, counts, load

from data.store import Store
from data.words import SourceKind
from etl.files import find_files
from etl.loading import load_files
from etl.owners import Owners
from etl.pseudonyms import Pseudonyms
from etl.recognise import recognise
from etl.sources.base import RefusedError
from etl.sources.platform_fields import chat_of_site, is_active_name, repository_of
from etl.sources.request_facts import reverted_number, reverted_sha

SHA = "0123456789abcdef0123456789abcdef01234567"
PULL = {
    "number": 7,
    "title": "Add cart",
    "state": "MERGED",
    "createdAt": "2026-03-02T10:00:00Z",
    "mergedAt": "2026-03-02T11:00:00Z",
    "headRefName": "cart",
    "url": "https://github.com/acme/shop/pull/7",
}
MERGE = {
    "iid": 7,
    "project_id": 1,
    "title": "Add cart",
    "state": "merged",
    "source_branch": "cart",
    "created_at": "2026-03-02T10:00:00Z",
    "web_url": "https://gitlab.com/acme/shop/-/merge_requests/7",
}
DEPLOYMENT = {
    "id": 1,
    "sha": SHA,
    "ref": "main",
    "environment": "production",
    "created_at": "2026-03-02T10:00:00Z",
    "statuses_url": "https://api.github.com/repos/acme/shop/deployments/1/statuses",
}
GITLAB = {
    "id": 1,
    "iid": 1,
    "ref": "main",
    "sha": SHA,
    "status": "success",
    "environment": {"name": "production"},
    "created_at": "2026-03-02T10:00:00Z",
}
NETLIFY = {"id": "a1", "site_id": "s", "state": "ready", "created_at": "2026-03-02T10:00:00Z", "published_at": None}
VERCEL = {"uid": "dpl_1", "name": "shop", "created": 1772445600000, "state": "READY", "readyState": "READY"}
RECORDS = {
    SourceKind.GITHUB_PULLS: PULL,
    SourceKind.GITLAB_MERGES: MERGE,
    SourceKind.GITHUB_DEPLOYMENTS: DEPLOYMENT,
    SourceKind.GITLAB_DEPLOYMENTS: GITLAB,
    SourceKind.NETLIFY_DEPLOYS: NETLIFY,
    SourceKind.VERCEL_DEPLOYMENTS: VERCEL,
}
FORMS = {
    "one object": lambda one, two: json.dumps(one, indent=2),
    "one object on a line": lambda one, two: json.dumps(one),
    "list": lambda one, two: json.dumps([one, two]),
    "list on many lines": lambda one, two: json.dumps([one, two], indent=2),
    "lines": lambda one, two: f"{json.dumps(one)}\n{json.dumps(two)}\n",
    "lines with windows ends": lambda one, two: f"{json.dumps(one)}\r\n{json.dumps(two)}\r\n",
    "objects one after the other": lambda one, two: json.dumps(one, indent=2) + "\n" + json.dumps(two, indent=2),
    "list of lists": lambda one, two: json.dumps([[one], [two]]),
    "lists one after the other": lambda one, two: json.dumps([one]) + json.dumps([two]),
    "lists on lines": lambda one, two: json.dumps([one]) + "\n" + json.dumps([two]) + "\n",
    "pretty lists one after the other": lambda one, two: (
        json.dumps([one], indent=1) + "\n" + json.dumps([two], indent=1)
    ),
}


@pytest.fixture
def written(tmp_path: Path):
    def write(content: Any, name: str = "export.json") -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def other(record: dict[str, Any]) -> dict[str, Any]:
    """Return the same record under another number."""
    changes = {"number": 8, "iid": 8, "url": "https://github.com/acme/shop/pull/8", "uid": "dpl_2"}
    changed = {name: value for name, value in changes.items() if name in record}
    if "id" in record:
        changed["id"] = 2 if isinstance(record["id"], int) else "a2"
    return record | changed


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", RECORDS)
def test_every_form_of_a_file_is_recognised_and_read(kind: SourceKind, form: str, written, store: Store):
    path = written(FORMS[form](RECORDS[kind], other(RECORDS[kind])))
    [report] = load(store, path)
    assert report.kind == kind
    wanted = 1 if form.startswith("one object") else 2
    assert counts(report) == (wanted, wanted, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        {"deployments": [VERCEL, other(VERCEL)], "pagination": {"count": 2, "next": None}},
        [{"deployments": [VERCEL], "pagination": {}}, {"deployments": [other(VERCEL)], "pagination": {}}],
        {"pagination": {"next": 5}, "deployments": [VERCEL, other(VERCEL)]},
    ],
)
def test_pages_of_vercel_are_read_alone_and_in_a_list(content: Any, written, store: Store):
    [report] = load(store, written(content))
    assert (report.kind, counts(report)) == (SourceKind.VERCEL_DEPLOYMENTS, (2, 2, 0, 0))


def test_a_large_request_is_recognised_although_its_number_stands_behind_the_head(written, store: Store):
    # gh writes keys in alphabetical order, and a hundred commits with their messages come before the number.
    commits = [{"messageBody": "x" * 1000, "oid": f"{number:040x}"} for number in range(100)]
    record = dict(sorted((PULL | {"additions": 1, "changedFiles": 1, "commits": commits}).items()))
    assert json.dumps([record]).index('"number"') > 64 << 10
    [report] = load(store, written([record]))
    assert report.kind == SourceKind.GITHUB_PULLS
    assert store.rows("SELECT count(*) FROM pull_request_commit") == [(100,)]


ISSUE = {"number": 3, "title": "Broken", "state": "open", "labels_url": "x", "events_url": "y", "repository_url": "z"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([ISSUE], "holds issues of GitHub"),
        ([ISSUE | {"pull_request": {"url": "https://api.github.com/repos/a/b/pulls/3"}}], "holds issues of GitHub"),
        ([{"number": 3, "title": "Broken", "state": "OPEN"}], "too little to tell which"),
        ([{"pull_request_review_id": 1, "diff_hunk": "@@", "path": "a", "id": 1}], "remarks on lines"),
        ({"total_count": 1, "workflow_runs": [{"id": 1, "workflow_id": 2, "head_sha": SHA}]}, "holds workflow runs"),
        ([{"databaseId": 1, "workflowName": "CI", "status": "completed"}], "holds workflow runs"),
        (
            {"message": "Bad credentials", "documentation_url": "https://x", "status": "401"},
            "error answer of the GitHub",
        ),
        ({"message": "401 Unauthorized"}, "is an error answer of an API"),
        ({"error": {"code": "forbidden", "message": "Not authorized"}}, "is an error answer of an API"),
        ({"data": None, "errors": [{"message": "Something went wrong"}]}, "a GraphQL answer without records"),
        ([{"iid": 1, "issue_type": "issue", "title": "Broken"}], "holds issues of GitLab"),
        (
            [{"id": 1, "iid": 1, "sha": SHA, "ref": "main", "source": "push", "web_url": "x"}],
            "holds pipelines",
        ),
        ([{"id": "s", "name": "shop", "published_deploy": {}, "account_slug": "a"}], "holds sites of Netlify"),
        ([{"sha": SHA, "commit": {}, "parents": []}], "holds commits"),
        ([], "is an empty list"),
        ([[]], "is an empty list"),
        ({"deployments": [], "pagination": {"count": 0}}, "is an empty list"),
        ("<!doctype html><title>Sign in</title>", "is a web page (HTML), probably a login"),
    ],
)
def test_what_looks_alike_is_refused_with_what_to_hand_over_instead(content: Any, told: str, written):
    with pytest.raises(RefusedError) as refused:
        recognise(find_files([written(content)])[0])
    assert told in str(refused.value)


TOKEN = "nfp_Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5Zq8Yw2Lm9Xr4"


@pytest.mark.parametrize(
    "content",
    [
        {"connections": {"netlify_connection": {"token": TOKEN, "stats": {"deploys": [NETLIFY]}}}},
        {"netlify_connection": {"token": TOKEN, "stats": {"deploys": [NETLIFY]}}},
        {"vercel_connection": {"token": TOKEN, "stats": {"projects": [{"latestDeployments": [VERCEL]}]}}},
        {"_raw": {"localStorage": {"netlify_connection": TOKEN}}, "deployments": [VERCEL]},
        {"deployments": [VERCEL], "githubToken": TOKEN},
    ],
)
def test_a_settings_export_stays_refused_although_deployments_lie_in_it(content: Any, written):
    with pytest.raises(RefusedError) as refused:
        recognise(find_files([written(content)])[0])
    assert "settings export" in str(refused.value)
    assert TOKEN not in str(refused.value)


SECRETS = [
    "ghp_Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5Zq8Yw2Lm9Xr4",
    "glpat-Zq8Yw2Lm9Xr4Tn6Vb1Kc",
    "sk-proj-Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5",
    "postgres://ann:hunter2hunter2@db.example.org/shop",
]


def _texts(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, str):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for step, item in items for found in _texts(item, (*path, step))]


FULL = {
    SourceKind.GITHUB_PULLS: PULL
    | {
        "author": {"login": "ann", "name": "Ann"},
        "body": "words",
        "mergedBy": {"login": "bob"},
        "files": [{"path": "src/a.ts", "additions": 1, "deletions": 0}],
        "reviews": [
            {"author": {"login": "bob"}, "state": "APPROVED", "submittedAt": "2026-03-02T10:30:00Z", "body": "x"}
        ],
    },
    SourceKind.GITLAB_MERGES: MERGE
    | {"author": {"username": "ann"}, "approved_by": [{"user": {"username": "bob"}}], "description": "words"},
    SourceKind.GITHUB_DEPLOYMENTS: DEPLOYMENT
    | {"creator": {"login": "ann"}, "statuses": [{"state": "success", "created_at": "2026-03-02T10:01:00Z"}]},
    SourceKind.GITLAB_DEPLOYMENTS: GITLAB
    | {"user": {"username": "ann"}, "deployable": {"web_url": "https://gitlab.com/acme/shop/-/jobs/1"}},
    SourceKind.NETLIFY_DEPLOYS: NETLIFY
    | {"name": "shop", "branch": "main", "committer": "ann", "title": "x", "url": "https://shop.netlify.app"},
    SourceKind.VERCEL_DEPLOYMENTS: VERCEL | {"creator": {"username": "ann"}, "meta": {"githubCommitRef": "main"}},
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kind", FULL)
def test_a_secret_in_any_text_of_a_record_is_not_stored(kind: SourceKind, secret: str, written, store: Store):
    records: list[Any] = []
    for path in _texts(FULL[kind]):
        for kept in (False, True):
            record = json.loads(json.dumps(FULL[kind]))
            place = record
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = f"{place[path[-1]]} {secret}" if kept else secret
            records.append(record)
    [report] = load(store, written([FULL[kind], *records]))
    assert report.refused is None
    assert report.read == report.loaded + report.known + report.quarantined
    with store.reading() as connection:
        stored = "\n".join(connection.iterdump())
    assert "Zq8Yw2Lm9Xr4" not in stored
    assert "hunter2" not in stored


WEIRD = [None, True, -1, 10**400, 1e308, 0.5, "", "\0", "\ud800", "x" * 5000, [], [[]], {}, {"a": {}}, "NaN", [None, 1]]


@pytest.mark.parametrize("kind", FULL)
def test_a_hostile_value_in_any_place_spoils_at_most_its_record(kind: SourceKind, written, store: Store):
    records: list[Any] = [FULL[kind]]
    for name in FULL[kind]:
        records += [FULL[kind] | {name: value} for value in WEIRD]
    chance = random.Random(7)
    for _ in range(100):
        names = chance.sample(sorted(FULL[kind]), 2)
        records.append(FULL[kind] | {name: chance.choice(WEIRD) for name in names})
    text = json.dumps(records).replace('"NaN"', "NaN")
    [report] = load(store, written(text))
    assert report.refused is None
    assert report.loaded >= 1
    assert report.read == report.loaded + report.known + report.quarantined
    assert report.read >= len(records)


def test_a_record_that_is_nested_too_deep_spoils_no_other(written, store: Store):
    deep = json.dumps(other(PULL))[:-1] + ', "body": ' + "[" * 5000 + "]" * 5000 + "}"
    [report] = load(store, written(f"[{json.dumps(PULL)},\n{deep}]"))
    assert counts(report) == (2, 1, 0, 1)
    assert store.rows("SELECT reason FROM quarantine") == [("too_deep",)]


def test_a_file_that_is_cut_off_keeps_its_whole_records(written, store: Store):
    text = json.dumps([PULL, other(PULL)])
    [report] = load(store, written(text[:-30]))
    assert counts(report) == (2, 1, 0, 1)
    assert store.rows("SELECT position, reason FROM quarantine") == [("element 2", "not_json")]


def test_a_broken_line_spoils_no_other(written, store: Store):
    [report] = load(store, written(f'{json.dumps(PULL)}\n{{"number": \n{json.dumps(other(PULL))}\n'))
    assert counts(report) == (3, 2, 0, 1)
    assert store.rows("SELECT position FROM quarantine") == [("line 2",)]


@pytest.mark.parametrize(
    ("title", "branch", "body", "number"),
    [
        ('Revert "Add cart"', "revert-11-cart", None, 11),
        ('Revert "Add cart (#11)"', "undo", None, 11),
        ('Revert "Add cart" (#11)', None, None, 11),
        ('Revert "Add cart (#11)" (#12)', None, None, 11),
        ('Revert "Add cart" (#12)', None, None, None),
        ('Revert "Add cart"', None, "Reverts acme/shop#11\n\nIt broke.", 11),
        ('Revert "Add cart"', None, "This reverts merge request !11", 11),
        ("Fix what the last one broke", "fix", "Does not revert #11", None),
        ("Add cart (#11)", "cart", None, None),
        ("Add revert button", "revert-button", None, None),
        ('Reapply "Add cart"', "revert-11-revert-10-cart", None, 11),
    ],
)
def test_a_request_says_which_one_it_undoes(title: str, branch: str | None, body: str | None, number: int | None):
    assert reverted_number(title, branch, body, 12) == number


def test_a_branch_of_gitlab_tells_the_commit_that_is_undone():
    assert reverted_sha("revert-e1e1e1e1", None) == "e1e1e1e1"
    assert reverted_sha("revert-cart", None) is None
    assert reverted_sha("cart", f"This reverts commit {SHA}.") == SHA


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/acme/shop/pull/7", "github.com/acme/shop"),
        ("https://api.github.com/repos/acme/shop/pulls/7", "github.com/acme/shop"),
        ("https://git.example.org/api/v3/repos/acme/shop/deployments/7", "git.example.org/acme/shop"),
        ("https://gitlab.example.org/a/b/c/-/merge_requests/7", "gitlab.example.org/a/b/c"),
        ("https://gitlab.example.org/a/b/merge_requests/7", "gitlab.example.org/a/b"),
        ("https://ann:word@github.com/acme/shop/pull/7", "github.com/acme/shop"),
        ("ftp://github.com/acme/shop/pull/7", None),
        ("https://github.com/", None),
        (7, None),
    ],
)
def test_an_address_tells_host_and_repository(address: object, repository: str | None):
    assert repository_of(address) == repository


@pytest.mark.parametrize(
    ("name", "chat"),
    [
        ("bolt-diy-12-1772445600000", "12"),
        ("bolt-diy-12-1772445600000-ann", "12"),
        ("bolt-diy-shop-1772445600000", "shop"),
        ("bolt-diy-12", None),
        ("my-bolt-diy-12-1772445600000", None),
        (None, None),
    ],
)
def test_a_site_that_bolt_diy_made_tells_the_chat(name: str | None, chat: str | None):
    assert chat_of_site(name) == chat


def test_names_of_environments_tell_what_users_see():
    shown = ["production", "Production", "prod", "eu-prod", "live", "github-pages", "Production – shop"]
    hidden = ["staging", "preview", "pre-production", "preprod", "non-prod", "review/live-chat/dev", "product-page", ""]
    assert [name for name in shown + hidden if is_active_name(name)] == shown


def test_people_and_owners_of_repositories_get_pseudonyms_where_the_store_wants_them(written, store: Store):

    owners = Owners(person="ann.smith", project="shop", pseudonyms=Pseudonyms(b"k" * 32))
    record = FULL[SourceKind.GITHUB_PULLS] | {
        "title": "Ann Smith adds a cart",
        "headRefName": "ann.smith/cart",
        "url": "https://github.com/annsmith/shop/pull/7",
        "author": {"login": "ann.smith"},
    }
    [report] = load_files(store, find_files([written([record])]), owners, Silent())
    assert counts(report)[1] == 1
    with store.reading() as connection:
        stored = "\n".join(line for line in connection.iterdump() if '"load"' not in line).lower()
    assert "ann.smith" not in stored
    assert "ann smith" not in stored
    assert "annsmith" not in stored
    assert "bob" not in stored
