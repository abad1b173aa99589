"""What can be exported of the evidence outside the chat: commits, requests, reviews, links, and what they show."""

from dashboard.export_columns import OWNER, ExportTable, day, filters_of, flag, instant, key, plain, text

_COMMITS = ExportTable(
    name="commits",
    meaning="one row per commit of a project, without the body of its message",
    source="vcs_commit",
    day="committed_date",
    order="committed_at, vcs_commit_key",
    filters=filters_of("vcs_commit", has_class=False),
    columns=(
        key("commit_id", "vcs_commit_key"),
        *OWNER,
        text("repository"),
        text("sha"),
        text("parent_shas"),
        instant("authored_at"),
        instant("committed_at"),
        day("committed_date"),
        text("subject"),
        *plain("push_kind", "revert_kind"),
        text("reverted_sha"),
        *plain("reverted_number", "pull_number", "files_count", "lines_added", "lines_removed"),
        *plain("review_trailer_count"),
        flag("is_ai_assisted"),
        flag("is_left_behind"),
    ),
)

_PULL_REQUESTS = ExportTable(
    name="pull_requests",
    meaning="one row per pull or merge request, as its newest copy shows it",
    source="pull_request",
    day="opened_date",
    order="opened_at, pull_request_key",
    filters=filters_of("pull_request", has_class=False),
    columns=(
        key("pull_request_id", "pull_request_key"),
        *OWNER,
        *plain("platform"),
        text("repository"),
        *plain("number", "state"),
        text("title"),
        text("source_branch"),
        instant("opened_at"),
        instant("merged_at"),
        instant("closed_at"),
        text("merged_by"),
        *plain("files_count", "lines_added", "lines_removed", "reverted_number"),
        flag("is_draft"),
        flag("is_review_known"),
        text("merge_sha"),
    ),
)

_REVIEWS = ExportTable(
    name="reviews",
    meaning="one row per review that was handed in on a pull or merge request",
    source="pull_request_review AS review LEFT JOIN pull_request AS request USING (pull_request_key)",
    day="review.submitted_date",
    order="review.submitted_at, review.pull_request_review_key",
    filters={"project": "request.project", "person": "review.person"},
    columns=(
        key("review_id", "review.pull_request_review_key"),
        key("pull_request_id", "pull_request_key"),
        text("person", "review.person"),
        text("project", "request.project"),
        *plain("platform"),
        *plain("number"),
        *plain("state", of="review"),
        instant("submitted_at"),
        flag("is_bot"),
    ),
)

_PATCH_LINKS = ExportTable(
    name="patch_links",
    meaning="one row per patch and what carried it out of the chat, with how that was found and how sure it is",
    source="patch_link AS link JOIN patch USING (patch_key)",
    day="link.proposed_date",
    order="patch.proposed_at, link.patch_link_key",
    filters=filters_of("patch", "patch"),
    columns=(
        key("patch_id", "patch_key"),
        key("task_id", "patch.task_key"),
        text("person", "patch.person"),
        text("project", "patch.project"),
        *plain("kind", of="link"),
        key("target_id", "link.target_key"),
        *plain("method", "confidence", of="link"),
        instant("linked_at", "link.linked_at"),
    ),
)

_PATCH_EVIDENCE = ExportTable(
    name="patch_evidence",
    meaning="one row per piece of evidence about what became of a patch, also of what does not count (any more)",
    source="patch JOIN patch_evidence AS shown USING (patch_key)",
    day="patch.proposed_date",
    order="patch.proposed_at, shown.patch_evidence_key",
    filters=filters_of("patch", "patch"),
    columns=(
        key("patch_id", "patch_key"),
        text("person", "patch.person"),
        text("project", "patch.project"),
        *plain("kind", "evidence", "source", of="shown"),
        key("source_id", "shown.source_key"),
        instant("happened_at", "shown.happened_at"),
        instant("seen_before_at", "shown.seen_before_at"),
        instant("taken_back_at", "shown.taken_back_at"),
        *plain("confidence", of="shown"),
    ),
)

EVIDENCE_TABLES = (_COMMITS, _PULL_REQUESTS, _REVIEWS, _PATCH_LINKS, _PATCH_EVIDENCE)
