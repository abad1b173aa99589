"""Loading LiteLLM rows, batch by batch."""

from data.words import KnownReason
from etl.behind import fast_python
from etl.context import LoadContext
from etl.redact import shape_of
from etl.sources.base import RawFile
from etl.sources.call_writing import CallWriter
from etl.sources.litellm_calls import calls_of
from etl.sources.litellm_reading import Batch, read_batches
from etl.sources.litellm_shapes import Layout


def load_rows(file: RawFile, layout: Layout, context: LoadContext) -> None:
    """Read all rows, batch by batch."""
    with fast_python(), CallWriter(context) as writer:
        for batch in read_batches(file, layout):
            _load_batch(batch, context, writer)


def _load_batch(batch: Batch, context: LoadContext, writer: CallWriter) -> None:
    context.read(len(batch))
    calls = calls_of(batch.records, context) if batch.records else None
    writer.wait()
    for unusable in batch.unusable:
        context.quarantine(unusable.position, unusable.reason, unusable.detail, shape_of(unusable.raw))
    if calls is None:
        return
    for problem in calls.problems:
        context.quarantine(
            batch.position_of(problem.index), problem.reason, problem.detail, shape_of(batch.raw[problem.index])
        )
    context.already_known(KnownReason.NOT_A_CALL, calls.not_a_call)
    writer.write(calls.frame)
