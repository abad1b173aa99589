"""Writes the files that the benchmarks load: deterministic, in the real formats and sizes."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FIRST = datetime(2025, 11, 1, tzinfo=UTC)
DAYS = 365
PEOPLE = 40
# Model asked for, provider, model sent, price in USD per million tokens sent and received.
ROUTES = (
    ("sonnet", "anthropic", "claude-sonnet-4-5", 3.0, 15.0),
    ("haiku", "anthropic", "claude-haiku-4-5", 1.0, 5.0),
    ("gpt", "openai", "gpt-5", 1.25, 10.0),
    ("mini", "openai", "gpt-5-mini", 0.25, 2.0),
    ("gemini", "gemini", "gemini-2.5-pro", 1.25, 10.0),
    ("deepseek", "deepseek", "deepseek-chat", 0.28, 0.42),
)
ERRORS = (("429", "RateLimitError"), ("529", "InternalServerError"), ("408", "Timeout"), ("401", "AuthenticationError"))


def litellm_rows(path: Path, records: int) -> None:
    """Write spend rows as NDJSON, about 1.2 kB each, in the order of time; 3 in 100 are failures."""
    random_numbers = random.Random(1)
    step = timedelta(days=DAYS) / records
    with path.open("w", buffering=1 << 20) as file:
        for number in range(records):
            file.write(_litellm_row(number, FIRST + number * step, random_numbers))


def _litellm_row(number: int, start: datetime, chance: random.Random) -> str:
    group, provider, model, price_in, price_out = ROUTES[int(chance.random() ** 2 * len(ROUTES))]
    person = int(chance.random() * PEOPLE)
    sent, received = int(2000 + chance.random() * 30_000), int(50 + chance.random() * 4000)
    cached = int(sent * chance.random() * 0.5)
    failed = chance.random() < 0.03
    seconds = 0.8 + received / 80 * chance.random()
    end, first = start + timedelta(seconds=seconds), start + timedelta(seconds=min(seconds, 0.7))
    error = ""
    if failed:
        sent = received = cached = 0
        code, name = ERRORS[int(chance.random() * len(ERRORS))]
        error = (
            f'"error_information": {{"error_code": "{code}", "error_class": "{name}", "llm_provider": "{provider}", '
            f'"error_message": "litellm.{name}: {provider} said no", "traceback": ""}}, '
        )
    spend = (sent * price_in + received * price_out) / 1e6
    key = f"{person:02x}" * 32
    status = "failure" if failed else "success"
    return (
        f'{{"request_id": "chatcmpl-{chance.getrandbits(96):024x}", '
        f'"litellm_call_id": "{chance.getrandbits(128):032x}", '
        f'"call_type": "acompletion", "api_key": "{key}", "spend": {spend:.9f}, "total_tokens": {sent + received}, '
        f'"prompt_tokens": {sent}, "completion_tokens": {received}, "startTime": "{start.isoformat()}", '
        f'"endTime": "{end.isoformat()}", "completionStartTime": "{first.isoformat()}", '
        f'"request_duration_ms": {int(seconds * 1000)}, "model": "{model}", "model_id": "{group}-{number % 3}", '
        f'"model_group": "{group}", "custom_llm_provider": "{provider}", '
        f'"api_base": "https://api.{provider}.example/v1", "user": "person{person}@example.org", "end_user": "", '
        f'"team_id": "team-{person % 5}", "organization_id": null, "session_id": "s-{number // 3:08x}", '
        f'"status": "{status}", "cache_hit": "None", "cache_key": "Cache OFF", "request_tags": "[\\"bolt\\"]", '
        f'"metadata": {{"user_api_key_alias": "person{person}", "user_api_key_user_id": "person{person}@example.org", '
        f'"user_api_key_team_id": "team-{person % 5}", "status": "{status}", {error}'
        f'"usage_object": {{"prompt_tokens": {sent}, "completion_tokens": {received}, "prompt_tokens_details": '
        f'{{"cached_tokens": {cached}}}}}, "attempted_retries": 0, "attempted_fallbacks": 0, '
        f'"user_agent": "ai-sdk/openai-compatible"}}, "messages": {{}}, "response": {{}}, '
        f'"requester_ip_address": "10.0.0.{person}"}}\n'
    )


def bolt_chats(folder: Path, chats: int, kilobytes: int, files: int) -> None:
    """Write all-chats exports under inbox/shop/<person>/, one for each person; each chat as large as asked for."""
    chance = random.Random(2)
    for person in range(files):
        mine = range(person, chats, files)
        path = folder / "inbox" / "shop" / f"person{person}" / "bolt-chats.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        records = [_chat(number, FIRST + timedelta(days=DAYS) * number / chats, kilobytes, chance) for number in mine]
        export = {"chats": records, "exportDate": _text(FIRST + timedelta(days=DAYS, seconds=person))}
        path.write_text(json.dumps(export, indent=2))


def _chat(number: int, start: datetime, kilobytes: int, chance: random.Random) -> dict[str, Any]:
    """One chat: a first build of five files, then turns that rewrite two of them with some lines changed."""
    sources = {f"src/part{index}.tsx": _code(chance, 60) for index in range(5)}
    messages: list[dict[str, Any]] = []
    size, moment = 0, start
    for turn in _turns():
        touched = list(sources) if turn == 0 else chance.sample(list(sources), 2)
        for path in touched if turn else ():
            for _ in range(6):
                sources[path][chance.randrange(len(sources[path]))] = _line(chance)
        actions = "\n".join(
            f'<boltAction type="file" filePath="{path}">\n' + "\n".join(sources[path]) + "\n</boltAction>"
            for path in touched
        )
        asked = (
            "[Model: claude-sonnet-4-5]\n\n[Provider: Anthropic]\n\n"
            f"Please change part {turn} of shop {number} so that the list shows what was ordered last."
        )
        answer = (
            f'I will do that.\n\n<boltArtifact id="shop-{number}" title="Shop">\n{actions}\n'
            '<boltAction type="shell">npm install && npm run build</boltAction>\n</boltArtifact>\n\nDone.'
        )
        moment += timedelta(minutes=4)
        messages += [_request(asked, moment, chance), _reply(answer, moment + timedelta(seconds=2), chance)]
        # Content stands twice in an export, and JSON writes two characters for a line's end and a quotation mark.
        size += 2 * len(json.dumps(answer))
        if size >= kilobytes * 1000:
            break
    return {
        "id": str(number + 1),
        "messages": messages,
        "urlId": f"shop-{number}",
        "description": f"Shop {number}",
        "timestamp": _text(moment + timedelta(minutes=1)),
    }


def _turns() -> Iterator[int]:
    turn = 0
    while True:
        yield turn
        turn += 1


def _request(text: str, moment: datetime, chance: random.Random) -> dict[str, Any]:
    parts = [{"type": "text", "text": text}]
    return {"role": "user", "content": text, "parts": parts, "id": _name(chance, 16), "createdAt": _text(moment)}


def _reply(text: str, moment: datetime, chance: random.Random) -> dict[str, Any]:
    sent, received = chance.randrange(5000, 30_000), chance.randrange(300, 6000)
    usage = {"completionTokens": received, "promptTokens": sent, "totalTokens": sent + received}
    return {
        "id": f"msg-{_name(chance, 24)}",
        "createdAt": _text(moment),
        "role": "assistant",
        "content": text,
        "parts": [{"type": "step-start"}, {"type": "text", "text": text}],
        "annotations": [{"type": "usage", "value": usage}],
        "revisionId": _name(chance, 16),
    }


def _code(chance: random.Random, lines: int) -> list[str]:
    return [_line(chance) for _ in range(lines)]


def _line(chance: random.Random) -> str:
    key, label, target = f"{chance.getrandbits(40):x}", chance.randrange(1000), chance.randrange(99)
    return f'  <Row key="{key}" label="Item {label}" onClick={{() => open({target})}} />'


def _name(chance: random.Random, length: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(chance.choices(letters, k=length))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
