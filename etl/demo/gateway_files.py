"""Files of the gateway's log: one a month, three shapes over the year, some overlap, a few broken records."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from etl.demo.calendar import Span, day_at
from etl.demo.gateway import Attempt, Shape, row_text, spend_row

Write = Callable[[str, str], None]

_OVERLAP_ROWS = 40


@dataclass
class GatewayTally:
    """What the gateway's files hold."""

    records: int = 0
    repeated: int = 0
    broken: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


def write_gateway(attempts: list[Attempt], span: Span, write: Write) -> GatewayTally:
    """Write all rows, oldest first."""
    tally = GatewayTally()
    by_file: dict[tuple[str, Shape], list[Attempt]] = defaultdict(list)
    for attempt in sorted(attempts, key=lambda attempt: (attempt.started, attempt.row_id)):
        day = day_at(attempt.started)
        by_file[f"{day.year}-{day.month:02d}", _shape_on(day, span)].append(attempt)
    files = list(by_file.items())
    last_spend = max((number for number, ((_, shape), _) in enumerate(files) if shape == "spend"), default=None)
    for number, ((month, shape), rows) in enumerate(files):
        name = f"gateway/litellm-{'payloads' if shape == 'payload' else 'spend'}-{month}.ndjson"
        if shape == "old_spend":
            name = name.replace("spend", "spend-before-upgrade")
        lines = [row_text(row, shape) for row in rows]
        is_last = number == len(files) - 1
        if number == 0:
            place = max(len(lines) // 2, 1)
            lines.insert(place, _changed(rows[0], shape, startTime="1970-01-01 00:00:00.000000"))
            # A small demo has one file only: the line that is put in below comes before this one.
            _note(tally, name, place + 1 + is_last, "bad_time")
        if is_last:
            whole = lines[-1]
            lines.insert(1, _changed(rows[0], shape, prompt_tokens=-1200))
            _note(tally, name, 2, "bad_number")
            lines.append(whole[: len(whole) * 2 // 3])
            _note(tally, name, len(lines), "not_json")
        tally.records += len(lines)
        write(name, "\n".join(lines) + "\n")
        if number == last_spend:
            # Fetched once more through the API: rows that the month's file has already.
            again = rows[-_OVERLAP_ROWS:]
            page = {
                "data": [spend_row(row) for row in again],
                "total": len(again),
                "page": 1,
                "page_size": 100,
                "total_pages": 1,
            }
            write(f"gateway/litellm-spend-{month}-page-1.json", json.dumps(page, separators=(",", ":")))
            tally.records += len(again)
            tally.repeated += len(again)
    return tally


def _shape_on(day: date, span: Span) -> Shape:
    length = len(span.days)
    if day < span.first + timedelta(days=length // 4):
        return "old_spend"
    return "spend" if day < span.first + timedelta(days=length * 55 // 100) else "payload"


def _changed(attempt: Attempt, shape: Shape, **values: Any) -> str:
    """Return a row with an id of its own and values that cannot be."""
    record = json.loads(row_text(attempt, shape))
    ident = "id" if shape == "payload" else "request_id"
    return json.dumps(record | {ident: f"broken-{record[ident]}"} | values, separators=(",", ":"))


def _note(tally: GatewayTally, name: str, line: int, reason: str) -> None:
    tally.broken.append({"file": name, "position": f"line {line}", "reason": reason})
