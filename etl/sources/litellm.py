"""LiteLLM gateway: spend rows and StandardLoggingPayload records, one call of a model per row.

Kept of a record: who, which route, when, how long, how it ended, tokens and cost. Never kept: messages, responses,
error texts, addresses, headers, and more of a key than the beginning of its hash.
"""

from data.words import SourceKind
from etl.context import LoadContext
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.litellm_shapes import Shape, layout_of

_KINDS = {Shape.SPEND: SourceKind.LITELLM_SPEND, Shape.PAYLOAD: SourceKind.LITELLM_PAYLOAD}


class LiteLlm:
    """The source; one record is a gateway row."""

    def __init__(self, kind: SourceKind, about: About) -> None:
        self._kind = kind
        self.about = about

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise rows by their keys, in an array, a page {data, total, page}, lines or a table."""
        layout = layout_of(file.head)
        if layout is None:
            return None
        if layout.shape is Shape.DAILY:
            raise RefusedError(
                f"{file.name} holds sums per day, not single calls; no error, duration or route can be told from them. "
                "Ask LiteLLM for the rows: GET /spend/logs?summarize=false&start_date=2026-03-01&end_date=2026-03-02 "
                "(summarize=true is its default), or /spend/logs/v2, or export the table LiteLLM_SpendLogs."
            )
        return self._kind if _KINDS[layout.shape] is self._kind else None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:  # noqa: ARG002
        """Read all rows, batch by batch."""
        layout = layout_of(file.head)
        if layout is None or layout.shape not in _KINDS:
            raise RefusedError(f"{file.name} is not a file of LiteLLM rows.")
        # Loading takes longer to import than to see that a file holds something else.
        from etl.sources.litellm_loading import load_rows

        load_rows(file, layout, context)


SPEND = LiteLlm(
    SourceKind.LITELLM_SPEND,
    About(
        title="LiteLLM spend rows",
        record="gateway row",
        how_to_get=(
            "GET /spend/logs?summarize=false&start_date=…&end_date=… or /spend/logs/v2 of the proxy, saved as JSON; or "
            "the table LiteLLM_SpendLogs as CSV or NDJSON. Not summarize=true, which gives sums per day."
        ),
        gives="routes, retries and fallbacks, error kinds, tokens with cache, reported spend, latency, first token",
    ),
)
PAYLOAD = LiteLlm(
    SourceKind.LITELLM_PAYLOAD,
    About(
        title="LiteLLM StandardLoggingPayload",
        record="gateway row",
        how_to_get="What LiteLLM's file, S3 or GCS loggers write: one JSON object per file, an array, or NDJSON.",
        gives="the same as spend rows, with whether the answer was streamed",
    ),
)
