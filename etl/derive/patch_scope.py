"""Which patches a load may have changed the fate of: all whose links or evidence depend on what was touched.

May choose more than needed, never fewer: what becomes of a patch follows from facts alone, so that looking at one more
changes nothing.
"""

import sqlite3
from collections.abc import Iterable

from data.epoch import DAY_MICROSECONDS
from data.words import DeploymentStatus
from etl.context import Touched, day_of
from etl.derive.commit_graph import StoredGraph, brought_in
from etl.derive.differences import add_keys, has_rows, key_table, row_table
from etl.derive.patch_links import CONTENT_WINDOW, EARLY, PATHS_WINDOW, SKEW
from etl.derive.publishing import PUBLISHING_WINDOW, went_out_sql
from etl.derive.requests import REQUEST_WINDOW
from etl.places import commit_key

MANY = 3_000
"""From so many touched commits on, all patches are looked at: that is one pass instead of many searches."""

_HOLDING = (
    "SELECT key FROM temp.touched_commit UNION SELECT c.vcs_commit_key FROM temp.touched_request t "
    "CROSS JOIN pull_request_commit c ON c.pull_request_key = t.key WHERE c.vcs_commit_key IS NOT NULL"
)


def carriers_known(connection: sqlite3.Connection) -> bool:
    """Tell whether the store holds anything at all that can have carried a patch or shown its fate."""
    return any(has_rows(connection, table) for table in ("vcs_commit", "pull_request", "deployment", "patch_link"))


def choose_patches(connection: sqlite3.Connection, touched: Touched) -> bool:
    """Fill the temporary table outcome_patch with the keys of patches to look at, whole chats at a time.

    Returns whether these are all that there are.
    """
    key_table(connection, "outcome_patch", touched.patch_keys)
    if not carriers_known(connection):
        return False
    if len(touched.commit_keys) + len(touched.pull_request_keys) + len(touched.deployment_keys) > MANY:
        connection.execute("INSERT OR IGNORE INTO temp.outcome_patch SELECT patch_key FROM patch")
        return True
    key_table(connection, "touched_commit", touched.commit_keys)
    key_table(connection, "touched_request", touched.pull_request_keys)
    key_table(connection, "touched_deployment", touched.deployment_keys)
    key_table(connection, "outcome_target", touched.commit_keys | touched.pull_request_keys | touched.deployment_keys)
    _add_commits_of_requests(connection)
    _add_published_commits(connection)
    for column, table in (("target_key", "patch_link"), ("source_key", "patch_evidence")):
        _add(connection, f"SELECT o.patch_key FROM temp.outcome_target t CROSS JOIN {table} o ON o.{column} = t.key")  # noqa: S608
    _add_same_contents(connection)
    _add_abbreviated(connection)
    _add_windows(connection)
    _add_named_chats(connection, touched)
    _add_whole_chats(connection)
    return False


def _add(connection: sqlite3.Connection, select: str) -> None:
    connection.execute(f"INSERT OR IGNORE INTO temp.outcome_patch {select}")


def _add_commits_of_requests(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO temp.outcome_target SELECT c.vcs_commit_key FROM temp.touched_request t "
        "CROSS JOIN pull_request_commit c ON c.pull_request_key = t.key WHERE c.vcs_commit_key IS NOT NULL"
    )
    shas = connection.execute(
        "SELECT r.project, r.merge_sha, r.squash_sha, r.head_sha FROM temp.touched_request t "
        "CROSS JOIN pull_request r ON r.pull_request_key = t.key"
    ).fetchall()
    add_keys(connection, "outcome_target", {commit_key(row[0], sha) for row in shas for sha in row[1:] if sha})


def _add_published_commits(connection: sqlite3.Connection) -> None:
    """Add the commits that touched deployments, and deployments after touched commits, were the first to publish."""
    went_out = went_out_sql("d")
    columns = f"d.project, d.platform, d.target, d.environment, lower(d.commit_sha), {went_out}"
    rows = set(
        connection.execute(
            f"SELECT {columns} FROM temp.touched_deployment t CROSS JOIN deployment d ON d.deployment_key = t.key "  # noqa: S608
            f"WHERE d.commit_sha IS NOT NULL AND {went_out} IS NOT NULL"
        )
    )
    firsts: dict[str | None, tuple[int, int]] = {
        project: (first, last)
        for project, first, last in connection.execute(
            "SELECT c.project, min(c.committed_at), max(c.committed_at) FROM temp.touched_commit t "
            "CROSS JOIN vcs_commit c ON c.vcs_commit_key = t.key WHERE c.committed_at IS NOT NULL GROUP BY c.project"
        )
    }
    for project, (first, last) in firsts.items():
        rows |= set(
            connection.execute(
                f"SELECT {columns} FROM deployment d WHERE d.finished_date BETWEEN ? AND ? AND d.project IS ? "  # noqa: S608
                f"AND d.commit_sha IS NOT NULL AND {went_out} BETWEEN ? AND ?",
                (_day(first) - 1, _day(last + PUBLISHING_WINDOW) + 1, project, first - EARLY, last + PUBLISHING_WINDOW),
            )
        )
    for project, platform, target, environment, sha, at in sorted(rows, key=repr):
        before = connection.execute(
            f"SELECT lower(d.commit_sha), {went_out} FROM deployment d "  # noqa: S608
            f"WHERE d.finished_date BETWEEN ? AND ? AND {went_out} < ? "
            "AND d.project IS ? AND d.platform = ? AND d.target IS ? AND d.environment IS ? "
            f"AND d.status = '{DeploymentStatus.SUCCESS}' AND d.commit_sha IS NOT NULL "
            f"ORDER BY {went_out} DESC, d.deployment_key DESC LIMIT 1",
            (_day(at - PUBLISHING_WINDOW), _day(at), at, project, platform, target, environment),
        ).fetchone()
        graph = StoredGraph(connection, project)
        found = brought_in(
            graph, [sha], [before[0]] if before else [], oldest=at - PUBLISHING_WINDOW - DAY_MICROSECONDS
        )
        add_keys(connection, "outcome_target", {commit_key(project, one) for one in (sha, *found)})
        _add_later_than(connection, project, before[1] if before else None, at)


def _add_later_than(connection: sqlite3.Connection, project: str | None, before: int | None, at: int) -> None:
    """Add the carrying commits from between two publications: by a wrong clock the earlier one may hold some already.

    Such a publication is passed over for them (etl.derive.publishing), so that the later one may be their first.
    """
    if before is None:
        return
    connection.execute(
        "INSERT OR IGNORE INTO temp.outcome_target SELECT c.vcs_commit_key FROM vcs_commit c "
        "WHERE c.committed_date BETWEEN ? AND ? AND c.committed_at BETWEEN ? AND ? AND c.project IS ? "
        "AND EXISTS (SELECT 1 FROM patch_link l WHERE l.target_key = c.vcs_commit_key)",
        (_day(before), _day(at + EARLY), before + EARLY, at + EARLY, project),
    )


def _add_same_contents(connection: sqlite3.Connection) -> None:
    """Add patches that wrote, or were edited to, what touched commits and commits of touched requests hold."""
    for table in ("patch_file", "patch_edit"):
        _add(
            connection,
            f"SELECT f.patch_key FROM ({_HOLDING}) t CROSS JOIN commit_file c ON c.vcs_commit_key = t.key "  # noqa: S608
            f"CROSS JOIN {table} f ON f.blob_hash = c.blob_hash CROSS JOIN patch p ON p.patch_key = f.patch_key "
            f"WHERE p.proposed_at BETWEEN c.committed_at - {CONTENT_WINDOW} AND c.committed_at + {EARLY}",
        )


def _add_abbreviated(connection: sqlite3.Connection) -> None:
    """Add patches whose records name the beginning of the hash of a touched commit."""
    _add(
        connection,
        "SELECT p.patch_key FROM temp.touched_commit t CROSS JOIN vcs_commit c ON c.vcs_commit_key = t.key "
        "CROSS JOIN patch p ON p.commit_sha IS NOT NULL AND p.commit_sha BETWEEN substr(c.sha, 1, 4) AND c.sha "
        "WHERE substr(c.sha, 1, length(p.commit_sha)) = p.commit_sha",
    )


def _add_windows(connection: sqlite3.Connection) -> None:
    """Add patches of about the time of touched commits, and of touched requests that do not tell their commits."""
    moments = connection.execute(
        "SELECT DISTINCT c.project, c.committed_at, 0 FROM temp.touched_commit t "
        "CROSS JOIN vcs_commit c ON c.vcs_commit_key = t.key WHERE c.committed_at IS NOT NULL "
        "UNION SELECT r.project, r.opened_at, 1 FROM temp.touched_request t "
        "CROSS JOIN pull_request r ON r.pull_request_key = t.key WHERE r.opened_at IS NOT NULL "
        "ORDER BY 1, 3, 2"
    ).fetchall()
    spans: list[list[int | str | None]] = []
    for project, at, is_request in moments:
        first, last = at - (REQUEST_WINDOW if is_request else PATHS_WINDOW), at + SKEW
        if spans and spans[-1][0] == project and int(spans[-1][1] or 0) <= first <= int(spans[-1][2] or 0):
            spans[-1][2] = max(int(spans[-1][2] or 0), last)
        else:
            spans.append([project, first, last])
    days = [(*span, _day(int(span[1] or 0)), _day(int(span[2] or 0))) for span in spans]
    columns = "project TEXT, first INTEGER, last INTEGER, first_day INTEGER, last_day INTEGER"
    row_table(connection, "outcome_span", columns, days)
    # The unary plus keeps SQLite from making an index of all patches by project.
    _add(
        connection,
        "SELECT p.patch_key FROM temp.outcome_span s CROSS JOIN patch p "
        "ON p.proposed_date BETWEEN s.first_day AND s.last_day "
        "WHERE p.proposed_at BETWEEN s.first AND s.last AND +p.project IS s.project",
    )


def _add_named_chats(connection: sqlite3.Connection, touched: Touched) -> None:
    """Add the patches of chats whose numbers sites name: of touched deployments, and of chats chosen so far.

    A chat that tasks left counts too: another one of its number may now be the only one.
    """
    _fill_chats(connection, touched.former_chat_keys)
    numbers = connection.execute(
        "SELECT d.project, d.native_chat_id FROM temp.touched_deployment t "
        "CROSS JOIN deployment d ON d.deployment_key = t.key WHERE d.native_chat_id IS NOT NULL "
        "UNION SELECT c.project, c.native_chat_id FROM temp.outcome_chat o CROSS JOIN chat c ON c.chat_key = o.key "
        "WHERE EXISTS (SELECT 1 FROM deployment d WHERE d.native_chat_id = c.native_chat_id)"
    ).fetchall()
    row_table(connection, "named_chat", "project TEXT, number TEXT", numbers)
    connection.execute(
        "INSERT OR IGNORE INTO temp.outcome_chat SELECT c.chat_key FROM chat c WHERE EXISTS "
        "(SELECT 1 FROM temp.named_chat n WHERE n.number = c.native_chat_id AND n.project IS c.project)"
        if numbers
        else "SELECT 1"
    )


def _add_whole_chats(connection: sqlite3.Connection) -> None:
    _add(
        connection,
        "SELECT p.patch_key FROM temp.outcome_chat o CROSS JOIN task t ON t.chat_key = o.key "
        "CROSS JOIN patch p ON p.task_key = t.task_key",
    )


def _fill_chats(connection: sqlite3.Connection, former: Iterable[int]) -> None:
    key_table(connection, "outcome_chat", former)
    connection.execute(
        "INSERT OR IGNORE INTO temp.outcome_chat SELECT t.chat_key FROM temp.outcome_patch o "
        "CROSS JOIN patch p ON p.patch_key = o.key CROSS JOIN task t ON t.task_key = p.task_key "
        "WHERE t.chat_key IS NOT NULL"
    )


def _day(at: int) -> int:
    return day_of(at) or 0
