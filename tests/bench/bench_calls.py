"""Calls from spans and from OpenRouter's export, each beside its floor, and both of the same calls in one store."""

import csv
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_FIRST = datetime(2025, 7, 1, tzinfo=UTC)
_SPANS_A_LINE = 100
_MODELS = (
    ("anthropic/claude-4.5-sonnet-20250929", "anthropic/claude-sonnet-4.5"),
    ("openai/gpt-5-2025-08-07", "openai/gpt-5"),
    ("google/gemini-2.5-pro", "google/gemini-2.5-pro"),
)
_HEADER = (
    "generation_id,created_at,cost_total,cost_web_search,cost_cache,cost_file_processing,byok_usage_inference,"
    "tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,variant,cancelled,"
    "streamed,user,finish_reason_raw,finish_reason_normalized,generation_time_ms,time_to_first_token_ms,"
    "api_key_disabled,api_key_name,app_name"
)


def section(records: int, folder: Path, bench: Any) -> None:
    """Load spans, an export, and the export after the spans of the same calls; print seconds beside the floor."""
    rows = bench.table(
        f"Calls: {records:,} spans, {records:,} rows of OpenRouter, the same calls",
        "", "seconds", "CPU s", "records/s", "times the floor", "peak MB", "target",
    )  # fmt: skip
    spans, export = folder / f"spans-{records}.jsonl", folder / f"openrouter-{records}.csv"
    for path, write in ((spans, write_spans), (export, write_export)):
        if not path.exists():
            write(path, records)
            time.sleep(bench.SETTLE_SECONDS)
    for name, path in (("spans", spans), ("OpenRouter", export)):
        database = bench.fresh(f"calls-{path.suffix[1:]}")
        loaded = bench.step("load", database, path)
        floor = bench.step("floor_calls", database, path)
        _add(rows, f"floor of {name}: decode + executemany", floor, floor, records, bench)
        _add(rows, f"etl load, {name}", loaded, floor, records, bench)
        if path is spans:
            both = bench.step("load", database, export)
    _add(rows, "etl load, OpenRouter after the spans", both, floor, records, bench)
    bench.console.print(rows)


def _add(rows: Any, name: str, figures: Any, floor: Any, records: int, bench: Any) -> None:
    ratio = figures["seconds"] / floor["seconds"]
    rows.add_row(
        name, f"{figures['seconds']:.2f}", f"{figures['cpu']:.2f}", f"{records / figures['seconds']:,.0f}",
        f"{ratio:.2f}", f"{figures['peak_mb']:,.0f}",
        f"<= 4.00: {bench.verdict(ratio, 4)}" if name in ("etl load, spans", "etl load, OpenRouter") else "",
    )  # fmt: skip


def calls(records: int) -> Iterator[tuple[datetime, str, tuple[str, str], int, int, int]]:
    """Yield time, id, slug and name of the model, tokens sent and received, and milliseconds, over a year."""
    chance = random.Random(7)
    step = timedelta(days=365) / records
    for number in range(records):
        at = _FIRST + step * number
        sent, received = int(2000 + chance.random() * 30_000), int(50 + chance.random() * 4000)
        identity = f"gen-{int(at.timestamp())}-{number:08x}"
        yield at, identity, _MODELS[number % 3], sent, received, int(800 + received * chance.random() * 12)


def write_export(path: Path, records: int) -> None:
    """Write an activity export of OpenRouter with its 24 columns."""
    with path.open("w") as file:
        file.write(_HEADER + "\n")
        for number, (at, identity, (slug, _), sent, received, lasted) in enumerate(calls(records)):
            file.write(
                f"{identity},{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03},{(sent * 3 + received * 15) / 1e6:.7f},"
                f"0,0,0,0,{sent},{received},0,{sent // 2},{slug},Some,standard,false,true,,stop,stop,{lasted},"
                f"{lasted // 3},false,key-{number % 40},bolt.diy\n"
            )


def write_spans(path: Path, records: int) -> None:
    """Write lines of OTLP JSON with spans of the same calls, their prompts and answers included, as collectors do."""
    waiting: list[dict[str, Any]] = []
    with path.open("w") as file:
        for number, (at, identity, (_, model), sent, received, lasted) in enumerate(calls(records)):
            start = int(at.timestamp() * 1e6) * 1000
            values: dict[str, Any] = {
                "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openrouter", "gen_ai.request.model": model,
                "gen_ai.response.model": model, "gen_ai.response.id": identity, "gen_ai.usage.input_tokens": sent,
                "gen_ai.usage.output_tokens": received, "gen_ai.usage.cache_read.input_tokens": sent // 2,
                "gen_ai.request.temperature": "0", "server.address": "openrouter.ai", "server.port": 443,
                "gen_ai.conversation.id": f"c-{number // 9}", "user.id": f"person{number % 40}",
                "gen_ai.input.messages": "word " * 60, "gen_ai.output.messages": "word " * 60,
            }  # fmt: skip
            waiting.append(
                {
                    "traceId": f"{number + 1:032x}", "spanId": f"{number + 1:016x}", "name": f"chat {model}", "kind": 3,
                    "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + lasted * 10**6),
                    "attributes": [
                        {"key": key, "value": {"intValue": str(one)} if isinstance(one, int) else {"stringValue": one}}
                        for key, one in values.items()
                    ],
                    "status": {},
                }
            )  # fmt: skip
            if len(waiting) == _SPANS_A_LINE or number == records - 1:
                scope = {"scope": {"name": "bench"}, "spans": waiting}
                file.write(json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [scope]}]}) + "\n")
                waiting = []


def decode(path: Path) -> Iterator[None]:
    """Decode a file with the fastest reader that gives Python values."""
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            for _ in csv.reader(file):
                pass
    else:
        import msgspec

        decoder = msgspec.json.Decoder()
        with path.open("rb", buffering=1 << 20) as file:
            for line in file:
                decoder.decode(line)
    yield None
