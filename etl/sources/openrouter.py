"""OpenRouter's activity export: a CSV with one row per generation, read by the names of its columns.

Kept of a row: which model, when, how long, how it ended, tokens, cost, and whose key where sources.toml says so.
"""

import re

from data.words import SourceKind
from etl.context import LoadContext
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.openrouter_header import REQUIRED, header_of

_SPEND_COLUMNS = frozenset({"model", "spend"})
# The answer of /api/v1/activity, and of /api/v1/generation.
_DAILY_SUMS = re.compile(
    rb'"model_permaslug"\s*:.{0,400}"requests"\s*:|"requests"\s*:.{0,400}"model_permaslug"', re.DOTALL
)
_GENERATION = re.compile(rb'"id"\s*:\s*"gen-.{0,4000}"native_tokens_prompt"', re.DOTALL)
_HOW_TO_GET = (
    "On openrouter.ai, Activity, choose the period and Export as CSV (openrouter_activity_….csv, one row per "
    "generation). Leave the file as it is: a spreadsheet may change ids and times."
)


class OpenRouter:
    """The source; one record is a generation."""

    about = About(
        title="OpenRouter activity export",
        record="generation",
        how_to_get=_HOW_TO_GET,
        gives=(
            "models, tokens with cache, billed cost, latency, first token, stopped calls; of errors only a lower "
            "bound: most failed calls are not in it"
        ),
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise the table by its columns; refuses OpenRouter's sums per model or day."""
        head = file.head
        header = header_of(head)
        if set(REQUIRED) <= set(header):
            return SourceKind.OPENROUTER_ACTIVITY
        if set(header) >= _SPEND_COLUMNS and len(header) <= 8:
            raise RefusedError(f"{file.name} holds the spend of each model, not single calls. {_HOW_TO_GET}")
        if head.lstrip()[:1] in (b"{", b"["):
            if _DAILY_SUMS.search(head):
                raise RefusedError(
                    f"{file.name} holds OpenRouter's sums per day and model (/api/v1/activity), not single calls; no "
                    f"error, duration or task can be told from them. {_HOW_TO_GET}"
                )
            if _GENERATION.search(head):
                raise RefusedError(f"{file.name} is one generation of OpenRouter's API. {_HOW_TO_GET}")
        return None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:  # noqa: ARG002
        """Read all rows, some thousands at a time."""
        header = header_of(file.head)
        if not set(REQUIRED) <= set(header):
            raise RefusedError(f"{file.name} is not an activity export of OpenRouter. {_HOW_TO_GET}")
        # Loading takes longer to import than to see that a file holds something else.
        from etl.sources.openrouter_loading import load_rows

        load_rows(file, header, context)
