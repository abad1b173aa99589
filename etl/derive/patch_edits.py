"""Files of patches that people edited before the next turn, with the content that a commit may hold instead."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from data.keys import stable_key
from etl.derive.turns import Turn


def edits_of(patch_key: int, paths: Collection[str], followers: Sequence[Turn]) -> Iterable[tuple[Any, ...]]:
    """Yield a row of patch_edit for each file of a patch that the turns right after it edited, and did not restore."""
    for turn in followers:
        for edit in turn.request.features.human_edits:
            if edit.path in paths and edit.blob_hash and not edit.restores:
                key = stable_key("patch_edit", patch_key, edit.path, edit.blob_hash)
                yield key, patch_key, edit.path, edit.blob_hash
