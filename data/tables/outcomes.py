"""Tables of what became of patches, derived anew for what a load touched: what carried each, and what befell it."""

from datetime import date, datetime

from data.tables.base import Row
from data.tables.columns import col, day, instant, key, must, ref


class PatchLink(Row, table=True):
    """One row per patch and commit, pull or merge request or deployment that carried it."""

    patch_link_key: int = key("hash of patch, kind and target")
    patch_key: int | None = ref("the patch", index=True)
    kind: str = must("what carried it (LinkKind)")
    target_key: int | None = ref("key of the commit, request or deployment", index=True)
    method: str = must("how the two were found to belong together (LinkMethod)")
    confidence: float = must("how sure that is, 0 to 1")
    project: str | None = col("project of both")
    linked_at: datetime | None = instant("time of what carried it")
    proposed_date: date | None = day("day the patch was proposed")


class PatchEdit(Row, table=True):
    """One row per file of a patch that a person edited before the next turn: commits may hold it as edited."""

    patch_edit_key: int = key("hash of patch, path and edited content")
    patch_key: int | None = ref("the patch", index=True)
    path: str = must("path in the project, as patch_file has it")
    blob_hash: int | None = ref("hash of the blob that git makes of the edited content", index=True)


class PatchEvidence(Row, table=True):
    """One row per piece of evidence about what became of a patch; the patch row sums them up."""

    patch_evidence_key: int = key("hash of patch, kind, word and source")
    patch_key: int | None = ref("the patch", index=True)
    kind: str = must("what it is evidence of (EvidenceKind)")
    evidence: str = must("the word: of RollbackEvidence, ReworkKind or Decision, by kind")
    source: str = must("where it was read (FactSource)")
    source_key: int | None = ref("key of the message, commit, request, deployment or record that shows it", index=True)
    happened_at: datetime | None = instant("when: the first moment at which it shows")
    seen_before_at: datetime | None = instant("the last moment at which the opposite still showed")
    taken_back_at: datetime | None = instant("when it was itself undone, such as a revert that was reverted")
    confidence: float = must("how sure it is, 0 to 1")
    is_fact: bool = must("whether a file says so itself, so that it is kept when all else is derived anew")
