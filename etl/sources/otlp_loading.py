"""Loading spans, some thousands at a time, each into the table of what it is about."""

from typing import cast

from data.definitions import reporting
from data.words import KnownReason, QuarantineReason
from etl.behind import fast_python
from etl.context import LoadContext, earliest_allowed
from etl.redact import shape_of
from etl.sources.action_writing import write_ranked
from etl.sources.base import RawFile
from etl.sources.call_writing import CallWriter
from etl.sources.gateway_people import People
from etl.sources.litellm_records import UnusableRecordError
from etl.sources.otlp_actions import Row, command_run_row, tool_call_row
from etl.sources.otlp_attributes import RESOURCE_ATTRIBUTES
from etl.sources.otlp_calls import check_call, llm_calls
from etl.sources.otlp_exact import Groups, NotExactError, read_exact
from etl.sources.otlp_reading import Request, read_leniently, read_requests
from etl.sources.otlp_spans import Facts, Kind, Span, facts_of, read_span

_AT_ONCE = 20_000


def load_spans(file: RawFile, context: LoadContext) -> tuple[int, int]:
    """Read all spans of a file; return how many there were, and how many logs or metrics."""
    with fast_python(), CallWriter(context) as writer:
        batch = _Batch(context, writer)
        for request in read_requests(file):
            batch.add(request)
        batch.flush()
        writer.wait()
    return batch.span_count, batch.other_signals


class _Batch:
    """Spans that wait to be written, by what they are about."""

    def __init__(self, context: LoadContext, writer: CallWriter) -> None:
        self.span_count = 0
        self.other_signals = 0
        self._context = context
        self._writer = writer
        self._people = People(context)
        self._earliest_allowed = earliest_allowed()
        self._clear()

    def _clear(self) -> None:
        self._calls: list[Span] = []
        self._tools: list[Row] = []
        self._commands: list[Row] = []
        self._problems: list[tuple[str, UnusableRecordError, object]] = []
        self._read = self._not_measured = 0

    def add(self, request: Request) -> None:
        """Read what one line holds."""
        if request.exact is not None:
            if self._add_exact(request.exact):
                return
            request = read_leniently(request.position, cast("bytes", request.raw))
        if request.problem is not None:
            self._problems.append((request.position, request.problem, request.raw))
            self._read += 1
        self.other_signals += request.other_count
        self._read += request.other_count
        self._not_measured += request.other_count
        number = 0
        for attributes, spans in request.groups:
            resource = _resource_of(attributes)
            for raw in spans:
                number += 1
                self._read += 1
                try:
                    self._add_span(read_span(raw, resource))
                except UnusableRecordError as error:
                    self._problems.append((f"{request.position}, span {number}", error, raw))
        self.span_count += number
        if self._read >= _AT_ONCE:
            self.flush()

    def _add_exact(self, groups: Groups) -> bool:
        """Read the spans of one line in the exact form; false, and nothing is read, when one needs a closer look."""
        spans: list[Span] = []
        number = 0
        try:
            for attributes, group in groups:
                resource = _resource_of(attributes)
                number += len(group)
                for one in group:
                    if (span := read_exact(one, resource)) is not None:
                        self._check(span)
                        spans.append(span)
        except (UnusableRecordError, NotExactError):
            return False
        self._read += number
        self.span_count += number
        self._not_measured += number - len(spans)
        for span in spans:
            self._place(span)
        if self._read >= _AT_ONCE:
            self.flush()
        return True

    def _add_span(self, span: Span | None) -> None:
        if span is None:
            self._not_measured += 1
            return
        self._check(span)
        self._place(span)

    def _check(self, span: Span) -> None:
        if not self._earliest_allowed <= span.started_at <= self._context.latest_allowed:
            raise UnusableRecordError(
                QuarantineReason.BAD_TIME, f"startTimeUnixNano is before {reporting().first_year} or in the future"
            )
        if span.kind is Kind.CALL:
            check_call(span)

    def _place(self, span: Span) -> None:
        if span.kind is Kind.CALL:
            self._calls.append(span)
        elif span.kind is Kind.TOOL:
            self._tools.append(tool_call_row(span, self._people, self._context))
        else:
            self._commands.append(command_run_row(span, self._people, self._context))

    def flush(self) -> None:
        """Write what waits, and count it."""
        context = self._context
        context.read(self._read)
        context.already_known(KnownReason.NOT_MEASURED, self._not_measured)
        calls = llm_calls(self._calls, context) if self._calls else None
        self._writer.wait()
        for position, problem, raw in self._problems:
            context.quarantine(position, problem.reason, problem.detail, shape_of(raw))
        write_ranked(context, "tool_call", self._tools, day="called_date", instant="called_at")
        write_ranked(context, "command_run", self._commands, day="started_date", instant="started_at")
        if calls is not None:
            self._writer.write(calls)
        self._clear()


def _resource_of(attributes: object) -> Facts:
    found = facts_of(attributes)
    return {attribute: found[attribute] for attribute in RESOURCE_ATTRIBUTES if attribute in found}
