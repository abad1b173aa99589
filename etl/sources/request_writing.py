"""Writing pull and merge requests: one row each, whichever files mention it, with commits, files and reviews."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from data.words import Platform, PullRequestState, ReviewState
from etl.context import LoadContext, day_of, insert
from etl.sources.platform_copies import Together, Written, put_together
from etl.sources.platform_rows import replace_rows, stored_rows
from etl.sources.request_facts import RequestFacts, ReviewFact, Row

# Of two states of one review the one that is later in its life counts, then the stricter one.
_LATER_STATE = {
    state.value: number
    for number, state in enumerate(
        (
            ReviewState.PENDING,
            ReviewState.COMMENTED,
            ReviewState.APPROVED,
            ReviewState.CHANGES_REQUESTED,
            ReviewState.DISMISSED,
        )
    )
}


def write_requests(platform: Platform, facts: list[RequestFacts], context: LoadContext) -> list[Written]:
    """Write the facts of some records; return for each what became of it.

    What depends on the order of files is nowhere: copies are put together by rank, parts are a union.
    """
    copies, together = put_together((one.copy for one in facts if one.copy is not None), context)
    new = copies | _write_commits(facts, context) | _write_files(facts, context) | _write_reviews(facts, context)
    _write_rows(platform, together, context)
    outcome: list[Written] = []
    for one in facts:
        mine = _keys_of(one) & new
        if mine:
            context.touched.pull_request_keys.add(one.request_key)
            new -= mine
        reviews = [review.key for review in one.reviews]
        outcome.append(Written(bool(mine), reviews if one.copy is None else [one.request_key, *reviews]))
    return outcome


def _keys_of(one: RequestFacts) -> set[int]:
    keys = {row[0] for row in one.commits}
    keys.update(row[0] for row in one.files)
    keys.update(review.key for review in one.reviews)
    if one.copy is not None:
        keys.add(one.copy.key)
    return keys


def _write_commits(facts: Iterable[RequestFacts], context: LoadContext) -> set[int]:
    rows = {row[0]: row for one in facts for row in one.commits}
    known = stored_rows(context.connection, "pull_request_commit", rows)
    new = [rows[key] for key in sorted(rows.keys() - known.keys())]
    insert(context.connection, "pull_request_commit", new)
    return {row[0] for row in new}


def _write_files(facts: Iterable[RequestFacts], context: LoadContext) -> set[int]:
    rows: dict[int, Row] = {}
    for one in facts:
        for row in one.files:
            rows[row[0]] = _more_lines(row, rows.get(row[0]))
    known = stored_rows(context.connection, "pull_request_file", rows)
    changed = {
        key: merged for key, row in rows.items() if (merged := _more_lines(row, known.get(key))) != known.get(key)
    }
    replace_rows(context.connection, "pull_request_file", changed.values())
    return set(changed)


def _more_lines(row: Row, other: Row | None) -> Row:
    return row if other is None else (*row[:4], _most(row[4], other[4]), _most(row[5], other[5]))


def _most(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)


def _write_reviews(facts: Iterable[RequestFacts], context: LoadContext) -> set[int]:
    found: dict[int, ReviewFact] = {}
    rows: dict[int, Row] = {}
    for one in facts:
        for review in one.reviews:
            found[review.key] = review
            rows[review.key] = _merged_review(review.row(context.load_id), rows.get(review.key))
    known = stored_rows(context.connection, "pull_request_review", rows)
    changed: dict[int, Row] = {}
    for key, row in rows.items():
        before = known.get(key)
        merged = _merged_review(row, before)
        # The load that first brought it is no part of what it says.
        if before is None or merged[:-1] != before[:-1]:
            changed[key] = merged
            context.touched.pull_request_keys.add(found[key].request_key)
            context.touched.days.update(day for one in (before, merged) if one and (day := one[7]) is not None)
    replace_rows(context.connection, "pull_request_review", changed.values())
    return set(changed)


def _merged_review(row: Row, other: Row | None) -> Row:
    if other is None:
        return row
    key, request, person, reviewer, is_bot, state, at, day, number, _load = row
    return (
        key,
        request,
        max(person or "", other[2] or "") or None,
        _most(reviewer, other[3]),
        _most(is_bot, other[4]),
        max(state, other[5], key=_LATER_STATE.__getitem__),
        _most(at, other[6]),
        _most(day, other[7]),
        min(number, other[8]),
        other[9],
    )


def _write_rows(platform: Platform, together: Mapping[int, Together], context: LoadContext) -> None:
    if not together:
        return
    rows = [_row_of(platform, key, one, context) for key, one in together.items()]
    connection, days = context.connection, context.touched.days
    before = stored_rows(connection, "pull_request", together)
    days.update(row[10] for row in (*rows, *before.values()) if row[10] is not None)
    # Reviews count in their days with the request that they belong to.
    days.update(_days_of_reviews(connection, together.keys() - before.keys()))
    replace_rows(connection, "pull_request", rows)
    context.touched.pull_request_keys.update(together)


def _days_of_reviews(connection: sqlite3.Connection, request_keys: Iterable[int]) -> set[int]:
    rows = connection.execute(
        "SELECT DISTINCT submitted_date FROM json_each(?) AS wanted "
        "CROSS JOIN pull_request_review ON pull_request_key = wanted.value WHERE submitted_date IS NOT NULL",
        (json.dumps(sorted(request_keys)),),
    )
    return {day for (day,) in rows}


def _row_of(platform: Platform, key: int, one: Together, context: LoadContext) -> Row:
    told = one.told
    state = told["state"]
    is_merged = state == PullRequestState.MERGED
    merged_at = told.get("merged_at") if is_merged else None
    closed_at = None if state == PullRequestState.OPEN else told.get("closed_at") or merged_at
    ended_at = merged_at or closed_at
    as_of = told.get("reviews_told_at")
    return (
        key,
        context.owner.project,
        platform.value,
        told.get("repository") or told.get("place"),
        told["number"],
        told.get("title"),
        str(state),
        told.get("person"),
        told.get("source_branch"),
        told.get("opened_at"),
        day_of(told.get("opened_at")),
        merged_at,
        closed_at,
        told.get("merged_by") if is_merged else None,
        told.get("updated_at"),
        told.get("is_draft"),
        as_of is not None and as_of >= (ended_at or told.get("as_of") or 0),
        told.get("head_sha"),
        told.get("merge_sha") if is_merged else None,
        told.get("squash_sha") if is_merged else None,
        told.get("files_count"),
        told.get("lines_added"),
        told.get("lines_removed"),
        told.get("reverted_number"),
        told.get("reverted_sha"),
        one.rank,
        context.load_id,
    )
