"""OpenTelemetry: spans in OTLP JSON, as a collector's file exporter writes them.

Spans of calls to models, of tool calls and of commands are measured, by the attributes in otlp_attributes. Kept are
names, times, figures and how it ended. Never kept: prompts, answers, arguments, results, texts of errors, addresses.
"""

import re

from data.words import SourceKind
from etl.context import LoadContext
from etl.credentials import outermost
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.otlp_attributes import SIGNALS

_BEGINNING = re.compile(rb'(?m)^[ \t]{0,9}\[?[ \t]{0,9}\{[ \t\r\n]{0,40}"resource(?:Spans|Logs|Metrics)"[ ]?:')
_CONSOLE = re.compile(rb'"context"[ ]?:[ ]?\{[ \r\n\t]{0,40}"trace_id"[ ]?:[ ]?"0x')
_HOW_TO_GET = (
    "Let an OpenTelemetry collector write its traces with the file exporter (exporters: file: path: spans.jsonl, "
    "format json), and load the .jsonl files it leaves, gzip too."
)


class Otlp:
    """The source; one record is a span."""

    about = About(
        title="OpenTelemetry spans",
        record="span",
        how_to_get=_HOW_TO_GET,
        gives=(
            "calls to models (gen_ai.* in all its namings) with route, tokens, latency, first token and kind of error; "
            "tool calls; commands with exit code, duration and timeouts"
        ),
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise {"resourceSpans": [...]}, one for each line or one for the whole file; logs and metrics too."""
        head = file.head
        if head.lstrip()[:1] not in (b"{", b"["):
            return SourceKind.OTLP if _BEGINNING.search(head) else None
        if _CONSOLE.search(head):
            raise RefusedError(
                f"{file.name} is what Python's ConsoleSpanExporter prints, which is meant for the eye and not for "
                f"programs. {_HOW_TO_GET}"
            )
        is_otlp = _BEGINNING.search(head) is not None or any(signal in outermost(head) for signal in SIGNALS)
        return SourceKind.OTLP if is_otlp else None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:  # noqa: ARG002
        """Read all spans, some thousands at a time. Raises RefusedError for a file of logs or metrics alone."""
        # Loading takes longer to import than to see that a file holds something else.
        from etl.sources.otlp_loading import load_spans

        span_count, other_signals = load_spans(file, context)
        if other_signals and not span_count:
            raise RefusedError(
                f"{file.name} holds OpenTelemetry logs or metrics and no spans. Calls, tools and commands are read "
                f"from traces. {_HOW_TO_GET}"
            )
