"""A secret in any text of any source reaches neither the store nor an export. All secrets here are invented."""

import copy
import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from chat_files import all_chats, artifact, chat, load, reply, request, single_chat
from gateway_rows import aborted, completed, csv_file, entry, failed, log_file
from loads import litellm_row, ndjson

from dashboard.exports import Selection, exports, write_csv
from data.store import Store
from etl.sources.bolt_artifacts import read_artifacts

R = "Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5"
SECRETS = {
    "key of a provider": f"sk-proj-{R}",
    "key of a cloud": "AKIAIOSFODNN7EXAMPLE",
    "password in an address": "mysql://root:hunter2hunter2@db/x",
    "token of a repository": "glpat-Zq8Yw2Lm9Xr4Tn6Vb1Kc",
}
# What would give a secret away, even when its beginning is masked.
TELLING = [R[:12].encode(), b"IOSFODNN", b"hunter2"]


@pytest.fixture(params=SECRETS.values(), ids=SECRETS.keys())
def secret(request: pytest.FixtureRequest) -> str:
    return request.param


def planted(record: Any, secret: str) -> list[Any]:
    """Return copies of a record, each with the secret in place of one of its texts, or behind it."""
    copies: list[Any] = []
    for path in texts_in(record):
        for kept in (False, True):
            changed = copy.deepcopy(record)
            place = changed
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = f"{place[path[-1]]} {secret}" if kept else secret
            copies.append(changed)
    return copies


def texts_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts_in(item, (*path, step))


def store_of(tmp_path: Path, *paths: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    assert [report.refused for report in load(store, *paths)] == [None] * len(paths)
    return store


def assert_nothing_secret(store: Store) -> None:
    """Search the files of the store and every export, byte by byte."""
    kept = {path.name: path.read_bytes() for path in store.path.parent.glob("store.db*")}
    assert any(kept.values())
    with store.reading() as connection:
        dump = "\n".join(connection.iterdump()).encode()
        for export in exports():
            out = io.BytesIO()
            write_csv(connection, export.name, out, Selection(), datetime(2026, 4, 1, tzinfo=UTC))
            kept[export.name] = out.getvalue()
    shown = [line for line in dump.splitlines() if any(part in line for part in TELLING)]
    assert shown == []
    assert [(name, part) for name, content in kept.items() for part in TELLING if part in content] == []


def test_no_text_of_a_chat_brings_a_secret_into_the_store(tmp_path, secret):
    text = artifact(
        (f"src/{secret}/ann.ts", "const a = 1"),
        ("src/App.tsx", f"const key = '{secret}'"),
        commands=[f"OPENAI_API_KEY={secret} npm run dev", f'export KEY="{secret} x"', f"{secret}", f"KEY='a {secret}"],
    )
    call = {"toolCallId": "call-1", "toolName": "query", "args": {"sql": "select"}, "state": "result", "result": "ok"}
    note = {"type": "toolCall", "toolCallId": "call-1", "serverName": "db", "toolName": "query"}
    words = f"Add a page {secret}"
    messages = [request("m1", words, 0), reply("r1", text, 0, annotations=[note])]
    messages[0]["content"] = f"[Model: {secret}]\n\n[Provider: {secret}]\n\n{words}"
    messages[1]["parts"].append({"type": "tool-invocation", "toolInvocation": call})
    messages.append(request(secret, "x", 1) | {"createdAt": "no time"})
    record = chat("1", messages) | {"metadata": {"gitUrl": "https://gitlab.com/acme/shop.git", "gitBranch": "main"}}

    store = store_of(
        tmp_path,
        all_chats(tmp_path / "chats.json", [record, *planted(record, secret)]),
        single_chat(tmp_path / "chat.json", messages, title=f"App {secret}"),
    )

    assert store.rows("SELECT count(*) > 50 FROM chat_export") == [(1,)]
    assert store.rows("SELECT count(*) > 0 FROM command_run WHERE command_head = 'npm'") == [(1,)]
    assert_nothing_secret(store)


def test_no_text_of_an_event_log_brings_a_secret_into_the_store(tmp_path, secret):
    entries = [
        completed(0, 0, 25),
        aborted(1, 0),
        failed(2, 0, "No such model"),
        entry("GitLab deployment completed successfully", 3, 0, projectPath="acme/shop", filesCount=3, name="x"),
        entry("GitLab deployment failed", 4, 0, repoName="shop"),
        entry("Provider OpenAI enabled", 5, 0),
        entry(f"Provider {secret} enabled", 5, 1),
        entry(f"Base URL updated for {secret}", 6, 0),
        entry(f"Prompt template updated to {secret}", 7, 0),
    ]
    all_entries = [*entries, *(changed for one in entries for changed in planted(one, secret))]

    store = store_of(
        tmp_path, log_file(tmp_path / "log.json", *all_entries), csv_file(tmp_path / "log.csv", *all_entries)
    )

    assert store.rows("SELECT count(*) > 20 FROM event") == [(1,)]
    assert_nothing_secret(store)


def gateway_record() -> dict[str, Any]:
    error = {"error_code": "429", "error_class": "RateLimitError", "error_message": "slow down", "traceback": "at x"}
    metadata = {
        "status": "failure",
        "user_api_key": "88dc28d0f030",
        "user_api_key_alias": "ann-laptop",
        "user_api_key_user_id": "ann",
        "user_api_key_user_email": "ann@example.org",
        "user_api_key_team_id": "t-1",
        "user_api_key_team_alias": "web",
        "user_api_key_end_user_id": "ann",
        "user_api_key_request_route": "/chat/completions",
        "original_model_group": "sonnet",
        "error_information": error,
        "requester_ip_address": "10.0.0.1",
    }
    return litellm_row(1) | {
        "api_base": "https://api.anthropic.com",
        "end_user": "ann",
        "session_id": "s-1",
        "cache_hit": "False",
        "status": "failure",
        "error_str": "litellm.RateLimitError: slow down",
        "messages": [{"role": "user", "content": "Hello"}],
        "response": {"text": "Hello"},
        "request_tags": ["web"],
        "metadata": metadata,
    }


def without_names(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a row in which only one place names somebody, so that no other name goes before it."""
    places = ("user_api_key_user_id", "user_api_key_user_email", "user_api_key_end_user_id", "user_api_key_alias")
    row = copy.deepcopy(row)
    for place in (*places, "user_api_key_team_alias", "user_api_key_team_id"):
        row["metadata"].pop(place)
    return row | {"user": name, "end_user": name, "team_id": name}


def test_no_text_of_a_gateway_row_brings_a_secret_into_the_store(tmp_path, secret):
    spend = gateway_record()
    payload = {key: value for key, value in spend.items() if key != "request_id"}
    payload |= {"id": "p-1", "trace_id": "t-1", "response_cost": 0.1, "model_parameters": {"stream": True}}
    spends = [spend, *planted(spend, secret), without_names(spend, secret), without_names(spend, f"ann {secret}")]
    payloads = [payload, *planted(payload, secret), without_names(payload, secret)]
    for number, row in enumerate((*spends, *payloads)):
        for key in ("request_id", "id"):
            if key in row:
                row[key] = f"{number}-{row[key]}"
    table = tmp_path / "rows.csv"
    with table.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(spend))
        writer.writeheader()
        for row in spends:
            cells = row | {"metadata": json.dumps(row["metadata"]), "request_id": f"table-{row['request_id']}"}
            writer.writerow(cells)

    store = store_of(tmp_path, ndjson(tmp_path / "a.ndjson", spends), ndjson(tmp_path / "b.ndjson", payloads), table)

    assert store.rows("SELECT count(*) > 100 FROM llm_call") == [(1,)]
    assert_nothing_secret(store)


def test_a_record_in_quarantine_does_not_repeat_its_text(tmp_path):
    plan = "quarterly-plan"
    chats = [
        chat("1", [request("m1", "x", 0) | {"role": f"My {plan}"}, request("m2", "x", 0) | {"role": "system"}]),
        chat("2", [request("m3", "x", 0) | {"createdAt": plan}, request("m4", "x", 0) | {"createdAt": "1999-01-01"}]),
        chat("3", [reply("r1", "x", 0) | {"annotations": [{"type": "usage", "value": {"promptTokens": plan}}]}]),
        chat("4", [{"role": "user", "content": {plan: plan}}, {"role": [plan]}]),
    ]
    log = [completed(0, 0, 25) | {"timestamp": plan}, completed(0, 0, 25) | {"timestamp": "1999-01-01"}]
    rows = [litellm_row(1) | {"startTime": plan}, litellm_row(2) | {"spend": plan}, litellm_row(3, prompt_tokens=plan)]

    store = store_of(
        tmp_path,
        all_chats(tmp_path / "a.json", chats),
        log_file(tmp_path / "b.json", *log),
        ndjson(tmp_path / "c.ndjson", [litellm_row(0), *rows, f'{{"request_id": "{plan}'.encode()]),
    )

    details = [detail for (detail,) in store.rows("SELECT detail FROM quarantine ORDER BY quarantine_id")]
    assert details[:2] == [
        "role is an unknown text of 17 characters; expected user or assistant",
        "role is system; expected user or assistant",
    ]
    assert len(details) == 7 + 2 + 4
    with store.reading() as connection:
        assert plan not in "\n".join(connection.iterdump())


def test_ordinary_names_ids_and_addresses_of_people_are_kept_as_they_are(tmp_path):
    model = "anthropic.claude-3-5-sonnet-20241022-v2:0"
    rows = [
        litellm_row(1, request_id="chatcmpl-9f8a7BqLx3", user="ann@example.com", model=model, model_group="qwen:32b"),
        litellm_row(2, request_id="6f1c7b1e-8a1a-4b7e-9c7d-0a1b2c3d4e5f", user=None, team_id="9f86d081884c"),
        # A key in place of a name is nobody's name: the row belongs to whoever else is named, or to the file's owner.
        litellm_row(3, user="sk-1234", end_user="bob"),
        litellm_row(4, user=f"sk-{R}"),
    ]

    store = store_of(tmp_path, ndjson(tmp_path / "a.ndjson", rows))

    assert store.rows(
        "SELECT native_id, person, project, requested_model, model FROM llm_call ORDER BY started_at"
    ) == [
        ("chatcmpl-9f8a7BqLx3", "ann@example.com", "web", "qwen:32b", model),
        ("6f1c7b1e-8a1a-4b7e-9c7d-0a1b2c3d4e5f", "ann", "9f86d081884c", "sonnet", "claude-sonnet-4-5"),
        ("req-3", "bob", "web", "sonnet", "claude-sonnet-4-5"),
        ("req-4", "ann", "web", "sonnet", "claude-sonnet-4-5"),
    ]


@pytest.mark.parametrize(
    ("command", "head"),
    [
        ("npm run dev", "npm"),
        ("OPENAI_API_KEY=abc npm run dev", "npm"),
        ('A=\'x y\' B="z \\" w" C=$(pwd); vite', "vite"),
        ("A=1 && B=2 && ./run.sh", "./run.sh"),
        ("KEY=abc", None),
        ("KEY='never closed npm", None),
        ("mysql://root:hunter2@db/x", "[secret]"),
        ("", None),
    ],
)
def test_of_a_command_only_the_program_is_kept(command, head):
    found = read_artifacts(artifact(commands=[command]))
    assert [one.head for one in found.commands] == [head]
