"""Tables of calls to providers' models, of when the gateway saw whom, and of what a match with a chat filled in."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from data.tables.base import Row
from data.tables.columns import big, col, day, instant, key, must, ref


class LlmCall(Row, table=True):
    """One row per request to a provider's model, as finely as the source tells; totals count rows with is_counted."""

    __table_args__ = (
        # The newest rows of a period come in this order: nothing is sorted.
        Index("ix_llm_call_started_date", "started_date", "started_at"),
        # Calls of chats and event logs are looked up by time; gateway rows, which are most, do not pay for this index.
        Index("ix_llm_call_own_started_at", "started_at", sqlite_where=text("source IN ('bolt_chat', 'bolt_events')")),
    )

    llm_call_key: int = key("hash of the source and of what identifies the call there")
    native_id: str | None = col("id in the source: the gateway's id, or message id and number of the request")
    source: str = must("where it was read (CallSource)")
    record_rank: int | None = big("how complete this copy of the record is; the most complete copy wins")
    is_counted: bool = must("false where another row describes the same call; one call counts once")
    match_quality: str = must("how well chat and gateway rows were matched (MatchQuality)")
    task_key: int | None = ref("the task it served; null when not attributed", index=True)
    message_key: int | None = ref("the reply it produced", index=True)
    person: str | None = col("who caused it; for gateway rows the user named there, as far as mapped")
    project: str | None = col("which project")
    key_hash: str | None = col("hash of the gateway key that paid, shortened; a hint at the person, not proof")
    requested_provider: str | None = col("provider asked for")
    requested_model: str | None = col("model or model group asked for")
    provider: str | None = col("provider that served it, canonical")
    model: str | None = col("model that served it, without provider prefix")
    task_class: str | None = col("class of its task")
    started_at: datetime | None = instant("when it was sent")
    started_date: date | None = day("day it was sent", index=False)
    latency_ms: int | None = big("duration in milliseconds")
    latency_basis: str = must("how the duration is known (LatencyBasis)")
    time_to_first_token_ms: int | None = big("until the first token, in milliseconds")
    status: str = must("how it ended (CallStatus)")
    error_kind: str | None = col("kind of error (ErrorKind); null when it did not fail")
    error_class: str | None = col("name of the error in the source")
    input_tokens: int | None = big("tokens sent, cached ones included")
    cache_read_tokens: int | None = big("of these, read from the provider's cache")
    cache_write_tokens: int | None = big("of these, written to the provider's cache")
    output_tokens: int | None = big("tokens received")
    total_tokens: int | None = big("tokens sent and received")
    usage_status: str = must("how the tokens are known (UsageStatus)")
    reported_cost_micro_usd: int | None = big("cost as the gateway reported it, in millionths of a US dollar")
    computed_cost_micro_usd: int | None = big("tokens times price on the day of the call, in millionths of a US dollar")
    cost_micro_usd: int | None = big("the cost that counts, in millionths of a US dollar; null when unknown")
    cost_basis: str = must("how that cost is known (CostBasis)")
    price_version: str | None = col("which price table computed it")
    trace_hash: int | None = ref("groups the attempts of one logical request at the gateway")
    retry_count: int | None = big("retries that the gateway made inside this row")
    is_fallback: bool | None = col("whether another route than the one asked for served it")
    is_cache_hit: bool | None = col("whether the gateway answered from its own cache")
    call_type: str | None = col("kind of request at the gateway (acompletion, aembedding, ...)")
    load_id: int | None = ref("the load that first brought it")


class SameCall(Row, table=True):
    """One row per call that another row describes as well, which counts in its place, with what that one took from it.

    Tells where else a counted call was seen, and lets the next load undo it.
    """

    llm_call_key: int = key("the call that does not count")
    counted_call_key: int | None = ref("the row that counts in its place", index=True)
    is_person_taken: bool = must("whether the person of the row that counts came from this one")
    is_project_taken: bool = must("whether its project did")
    is_task_taken: bool = must("whether its task did, which an own record names")
    is_cost_taken: bool = must("whether its reported cost did")
    own_reported_cost_micro_usd: int | None = big(
        "what the row that counts had reported itself, where it took the cost, in millionths of a US dollar"
    )


class MatchedOwner(Row, table=True):
    """One row per gateway call that took its person or project from the chat it was matched to, to undo it."""

    llm_call_key: int = key("the gateway call")
    is_person_filled: bool = must("whether its person came from the chat")
    is_project_filled: bool = must("whether its project came from the chat")


class FoundFallback(Row, table=True):
    """One row per gateway call that is a fallback by the failed attempt beside it, to undo it."""

    llm_call_key: int = key("the gateway call")
    started_date: date | None = day("day it was sent")
    is_fallback_by_record: bool | None = col("what its own record says; null when it does not say")
    failed_provider: str | None = col("provider of the failed attempt that it stood in for, the first of them")
    failed_model: str | None = col("model of that attempt")


class GatewayPersonHour(Row, table=True):
    """One row per person and hour in which a gateway row of any file names the person.

    Says when a person whose first chats arrive was seen before, without looking through all calls.
    """

    person: str = Field(primary_key=True, description="the person, as far as mapped")
    hour: int = Field(primary_key=True, description="whole hours since 1970, UTC")
