"""What became of the patches that a load touched: what carried them, what befell them, and what was decided."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.keys import stable_keys
from data.words import LinkKind
from etl.context import Touched
from etl.derive.approvals import approver_count, find_approvals, recorded_answers, stored_approvals
from etl.derive.commit_search import find_carriers
from etl.derive.deployment_rollbacks import derive_rollbacks
from etl.derive.differences import add_keys, key_table, write_differences
from etl.derive.fix_commits import patches_near_fixes
from etl.derive.outcome_evidence import Link, Undoings, find_evidence, read_links, stored_evidence
from etl.derive.patch_facts import JUDGED, PatchFacts, read_patches, undone_in_chat
from etl.derive.patch_outcomes import Evidence, judge
from etl.derive.patch_scope import carriers_known, choose_patches
from etl.derive.publishing import find_deployments
from etl.derive.requests import find_requests
from etl.derive.undone_scope import patches_of_undone

_NOTHING = (False, False, False)
_COMMIT, _REQUEST, _DEPLOYMENT = (kind.value for kind in (LinkKind.COMMIT, LinkKind.PULL_REQUEST, LinkKind.DEPLOYMENT))


def derive_outcomes(connection: sqlite3.Connection, touched: Touched) -> None:
    """Derive anew what became of all patches that depend on what a load touched; runs after chats and totals.

    Rows are compared with the stored ones and only differences written; their days go into touched.days.
    """
    if not (touched.patch_keys or touched.commit_keys or touched.pull_request_keys or touched.deployment_keys):
        return
    derive_rollbacks(connection, touched)
    is_all = choose_patches(connection, touched)
    is_carried = carriers_known(connection)
    patches = read_patches(connection, "outcome_patch", with_files=is_carried)
    undoings: Undoings = {}
    links: list[Link] = []
    changed: set[int] = set()
    if is_carried:
        links, changed = _link(connection, patches, touched)
    if is_carried and not is_all:
        more = patches_near_fixes(connection, touched.commit_keys | changed)
        more |= patches_of_undone(connection, touched, undoings)
        key_table(connection, "further_patch", more - patches.keys())
        patches |= read_patches(connection, "further_patch")
        links += read_links(connection, "further_patch").values()
        add_keys(connection, "outcome_patch", more)
    _judge(connection, patches, links, undoings, touched)


def _link(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], touched: Touched
) -> tuple[list[Link], set[int]]:
    """Write the links of patches anew; return them, and the keys of commits that got a link or lost one."""
    before = read_links(connection, "outcome_patch")
    carriers = find_carriers(connection, patches, "outcome_patch")
    requests = find_requests(connection, patches, carriers)
    deployments = find_deployments(connection, patches, carriers, undone_in_chat(connection, "outcome_patch"))
    found: list[tuple[PatchFacts, str, int, str, float, int | None]] = []
    for key, patch in patches.items():
        if carrier := carriers.get(key):
            found.append((patch, _COMMIT, carrier.key, carrier.method.value, carrier.confidence, carrier.at))
        for kind, links in ((_REQUEST, requests.get(key, ())), (_DEPLOYMENT, deployments.get(key, ()))):
            found += [(patch, kind, one.key, one.method.value, one.confidence, one.at) for one in links]
    keys = stable_keys("patch_link", (f"{patch.key} {kind} {target}" for patch, kind, target, *_ in found))
    after = {
        key: Link(key, patch.key, kind, target, method, confidence, patch.project, at, patch.proposed_date)
        for key, (patch, kind, target, method, confidence, at) in zip(keys, found, strict=True)
    }
    changed = write_differences(connection, "patch_link", before, after)
    touched.days.update(row[8] for row in changed if row[8] is not None)
    return list(after.values()), {row[3] for row in changed if row[2] == _COMMIT}


def _judge(
    connection: sqlite3.Connection,
    patches: Mapping[int, PatchFacts],
    links: Sequence[Link],
    undoings: Undoings,
    touched: Touched,
) -> None:
    """Write evidence, approvals and the derived columns of patches."""
    evidence_after = find_evidence(connection, patches, links, undoings)
    write_differences(connection, "patch_evidence", stored_evidence(connection, "outcome_patch"), evidence_after)
    approvals, reviewed = find_approvals(connection, patches, links)
    changed = write_differences(connection, "approval", stored_approvals(connection, "outcome_patch"), approvals)
    touched.days.update(row[13] for row in changed if row[13] is not None)
    # Rollups count how long patches waited on the days on which they were proposed; that of one that is gone is noted.
    proposed = (patches[row[2]].proposed_date for row in changed if row[2] in patches)
    touched.days.update(day for day in proposed if day is not None)
    answers = recorded_answers(connection, "outcome_patch")
    evidence = _all_evidence(connection)
    carried = _carried(links)
    updates: list[tuple[Any, ...]] = []
    for key, patch in sorted(patches.items()):
        said, answered = reviewed.get(key), answers.get(key, ())
        count = approver_count(patch, said, answered) if said or answered else None
        judged = judge(
            patch.proposed_at, evidence.get(key, ()), answered, said and said.verdict, count, carried.get(key, _NOTHING)
        )
        if judged != patch.judged:
            updates.append((*judged, key))
            if patch.proposed_date is not None:
                touched.days.add(patch.proposed_date)
    key_table(connection, "judged_patch", (update[-1] for update in updates))
    touched.days.update(_days_of_tasks(connection))
    columns = ", ".join(f"{name} = ?" for name in JUDGED)
    connection.executemany(f"UPDATE patch SET {columns} WHERE patch_key = ?", updates)  # noqa: S608


def _days_of_tasks(connection: sqlite3.Connection) -> set[int]:
    """Return the days of the tasks of patches that were judged anew: their rollups count the tasks that were kept."""
    return {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT t.requested_date FROM temp.judged_patch k CROSS JOIN patch p ON p.patch_key = k.key "
            "CROSS JOIN task t ON t.task_key = p.task_key WHERE t.requested_date IS NOT NULL"
        )
    }


def _carried(links: Iterable[Link]) -> dict[int, tuple[bool, bool, bool]]:
    """Return of each patch whether a commit, a request, a deployment carried it."""
    found: dict[int, int] = {}
    bits = {_COMMIT: 4, _REQUEST: 2, _DEPLOYMENT: 1}
    for link in links:
        found[link.patch_key] = found.get(link.patch_key, 0) | bits[link.kind]
    sets = [(bool(bit & 4), bool(bit & 2), bool(bit & 1)) for bit in range(8)]
    return {key: sets[bit] for key, bit in found.items()}


def _all_evidence(connection: sqlite3.Connection) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = defaultdict(list)
    for patch_key, *row in connection.execute(
        "SELECT e.patch_key, e.patch_evidence_key, e.kind, e.evidence, e.happened_at, e.seen_before_at, "
        "e.taken_back_at, e.confidence FROM temp.outcome_patch k CROSS JOIN patch_evidence e ON e.patch_key = k.key"
    ):
        found[patch_key].append(Evidence(*row))
    return found
