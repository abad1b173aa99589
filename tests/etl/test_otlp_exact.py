"""Lines in the exact form of collectors are read fast; what they give is what the lenient way gives."""

import json
import random
from typing import Any

from etl.sources.litellm_records import UnusableRecordError
from etl.sources.otlp_exact import NotExactError, exact_groups, read_exact
from etl.sources.otlp_reading import read_leniently
from etl.sources.otlp_spans import PLACES, read_span

_VALUES: tuple[Any, ...] = (
    {"stringValue": "chat"}, {"stringValue": "gemütlich"}, {"stringValue": "a" * 5000}, {"stringValue": "error"},
    {"intValue": "5"}, {"intValue": 7}, {"intValue": 2**70}, {"intValue": "x"}, {"doubleValue": 1},
    {"doubleValue": 1.5}, {"doubleValue": "NaN"}, {"boolValue": True}, {"boolValue": "x"}, {"kvlistValue": {}}, {},
    {"arrayValue": {"values": [{"stringValue": "error"}]}}, {"arrayValue": {}}, {"arrayValue": None}, None, "plain", 3,
    {"stringValue": None}, {"intValue": "3", "stringValue": "b"}, {"intValue": "3", "boolValue": True},
)  # fmt: skip
_NAMES = (*PLACES, *["something.else"] * 9)


def test_a_span_in_the_exact_form_says_the_same_as_read_leniently() -> None:
    chance = random.Random(3)
    compared = 0
    for _ in range(4000):
        line = _line([_span(chance)], chance)
        groups = exact_groups(line)
        if groups is None:
            continue
        try:
            exact = [read_exact(span, {}) for _, spans in groups for span in spans]
        except (UnusableRecordError, NotExactError):
            continue
        request = read_leniently("line 1", line)
        # As texts, because NaN is not equal to itself.
        assert repr(exact) == repr([read_span(span, {}) for _, spans in request.groups for span in spans])
        compared += exact != [None]
    assert compared > 150


def test_whatever_is_beside_the_exact_form_is_left_to_the_lenient_way() -> None:
    span = {"attributes": [{"key": "a", "value": {"stringValue": "b"}}]}
    whole = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    assert exact_groups(json.dumps(whole).encode()) is not None
    for other in (
        whole | {"resourceLogs": []},
        whole | {"resourceMetrics": None},
        {"resourceSpans": [{"instrumentationLibrarySpans": [{"spans": [span]}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [span, None]}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [span | {"attributes": {"a": "b"}}]}]}]},
        {"resourceSpans": [{"scopeSpans": [{"spans": [span | {"startTimeUnixNano": 1.5}]}]}]},
        {"resourceLogs": []},
        [whole],
    ):
        assert exact_groups(json.dumps(other).encode()) is None
    assert exact_groups(json.dumps(whole | {"unread": "?"}).encode().replace(b"?", b"\xff")) is None
    assert exact_groups(b'{"resourceSpans": ' + b"[" * 100_000) is None


def _line(spans: list[Any], chance: random.Random) -> bytes:
    document = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": spans}]}]}
    return json.dumps(document, ensure_ascii=chance.random() < 0.5).encode()


def _span(chance: random.Random) -> dict[str, Any]:
    rare = chance.random() < 0.1
    span: dict[str, Any] = {
        "traceId": chance.choice(["", None, 5, "zz"]) if rare else "ab" * 16,
        "spanId": "cd" * 8,
        "name": chance.choice(["ai.toolCall", "chat", 3 if rare else "x"]),
        "startTimeUnixNano": chance.choice(["1750000000000000000", 1750000000000000000, "x" if rare else "1750"]),
        "endTimeUnixNano": chance.choice(["1750000001000000000", "", "0"]),
        "status": chance.choice([{}, {"code": 2, "message": "m"}, {"code": "STATUS_CODE_ERROR"}, {"code": rare}]),
        "attributes": [
            {"key": chance.choice(_NAMES), "value": chance.choice(_VALUES)} for _ in range(chance.randrange(4))
        ],
        "events": [{"name": "exception", "attributes": [{"key": "exception.type", "value": {"stringValue": "E"}}]}],
    }
    span["attributes"].append(
        {"key": "gen_ai.operation.name", "value": {"stringValue": chance.choice(["chat", "execute_tool"])}}
    )
    for name in list(span):
        if chance.random() < 0.05:
            del span[name]
    return span
