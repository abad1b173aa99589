"""What a file is, by its content; what is refused, and what the refusal says. All secrets here are invented."""

import json

import msgspec
import pytest

from data.words import SourceKind
from etl.credentials import Envelope, refuse_credentials_in
from etl.files import find_files
from etl.recognise import SOURCES, accepted, recognise
from etl.sources.base import RefusedError

SECRET = "sk-ant-api03-Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5"


@pytest.fixture
def file_of(tmp_path):
    def build(content, name="export.json"):
        data = (
            content
            if isinstance(content, bytes)
            else (content if isinstance(content, str) else json.dumps(content)).encode()
        )
        (tmp_path / name).write_bytes(data)
        return find_files([tmp_path / name])[0]

    return build


def refusal(file):
    with pytest.raises(RefusedError) as refused:
        recognise(file)
    text = str(refused.value)
    assert SECRET not in text
    assert SECRET[:12] not in text
    return text


CHAT = {"messages": [], "description": "Todo", "exportDate": "2026-02-08T10:20:31.114Z"}
LOG = {"timestamp": "2026-02-08T10:20:40.001Z", "logs": [], "filters": {"level": "all", "searchQuery": ""}}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"chats": [], "exportDate": "2026-02-08T10:20:31.114Z"}, SourceKind.BOLT_CHATS),
        (CHAT, SourceKind.BOLT_CHAT),
        (LOG, SourceKind.BOLT_EVENTS_JSON),
        ('"Timestamp","Level","Category","Message","Details"', SourceKind.BOLT_EVENTS_CSV),
    ],
)
def test_the_content_says_what_a_file_is_and_the_name_does_not(file_of, content, kind):
    for name in ("a.json", "b.txt", "chats.png", "noname"):
        assert recognise(file_of(content, name))[0] is kind


SETTINGS = {
    "core": {"bolt_profile": {"username": "ann"}},
    "providers": {"apiKeys": json.dumps({"Anthropic": SECRET})},
    "_raw": {"cookies": {"apiKeys": SECRET}},
    "_meta": {"version": "2.0"},
}


@pytest.mark.parametrize(
    "content",
    [
        SETTINGS,
        {key: SETTINGS[key] for key in ("core", "providers")},
        {"providers": {"provider_settings": {}}},
        {"core": {}, "features": {}, "ui": {}},
        {"userProfile": {}, "settings": {}, "exportDate": "2025-01-20"},
        {"githubToken": SECRET, "theme": "dark"},
        {"chats": [], "exportDate": "2026-02-08", "apiKeys": {"Anthropic": SECRET}},
        {"apiKeys": {}, "chats": []},
    ],
    ids=[
        "whole",
        "some categories",
        "providers only",
        "no secrets",
        "jan 2025",
        "dec 2024",
        "beside chats",
        "before chats",
    ],
)
def test_every_era_of_a_settings_export_is_refused_and_the_reason_named(file_of, content):
    text = refusal(file_of(content, "bolt-chats.json"))

    assert "is a bolt.diy settings export. It holds API keys and tokens in plain text and is never loaded" in text


def test_a_settings_export_that_is_cut_off_is_refused_all_the_same(file_of):
    assert "settings export" in refusal(file_of(json.dumps(SETTINGS)[:60]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"Anthropic": SECRET, "OpenAI": SECRET, "Z.ai": ""}, "is a list of providers' API keys"),
        ({"ANTHROPIC_API_KEY": SECRET, "OpenRouter_API_KEY": ""}, "is a list of providers' API keys"),
        ({"type": "service_account", "private_key": SECRET}, "holds a private key under the key 'private_key'"),
        ({"auths": {"ghcr.io": {"auth": SECRET}}}, "holds logins of registries"),
        ({"config": {"server": {"token": SECRET}}}, "holds what looks like a credential under the key 'token'"),
        ([{"name": "x", "api_key": SECRET}], "holds what looks like a credential under the key 'api_key'"),
        (f"# keys\nexport ANTHROPIC_API_KEY={SECRET}\nPORT=3000\n", "is an environment file (.env)"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n", "is a private key"),
        (f"machine api.example.org login ann password {SECRET}\n", "is a netrc file"),
        (f"machine api.example.org\n  login ann\n  password {SECRET}\n", "is a netrc file"),
        (f"https://ann:{SECRET}@github.com\n", "is a file of stored Git logins"),
        (f"//packages.example/:_authToken={SECRET}\n", "is a package manager's login"),
        (
            f"[default]\naws_access_key_id = AKIA\naws_secret_access_key = {SECRET}\n",
            "an environment file|cloud credentials",
        ),
        ("# Netscape HTTP Cookie File\n.x.org\tTRUE\t/\tTRUE\t0\tsid\tabc\n", "is a cookie file"),
        (f"users:\n- user:\n    client-key-data: {SECRET}\n", "is a configuration file with logins"),
        (f"db.example.org:5432:shop:ann:{SECRET}\n", "is a PostgreSQL password file"),
        ({"log": {"version": "1.2", "entries": []}}, "is a recording of network traffic (HAR)"),
        (
            f"my notes: use {SECRET} for the gateway\n",
            "holds what looks like a credential (API key of a model provider)",
        ),
    ],
)
def test_other_files_with_credentials_are_refused_and_the_reason_named(file_of, content, reason):
    text = refusal(file_of(content))

    assert any(part in text for part in reason.split("|"))
    assert "nothing of it was kept" in text


def test_a_secret_in_the_text_of_a_chat_does_not_refuse_the_chat(file_of):
    text = f'Use this: {{"apiKeys": {{"Anthropic": "{SECRET}"}}, "_raw": 1}}'
    arguments = {"apiKeys": {"x": SECRET}, "_raw": 1, "password": SECRET}
    message = {"id": "1", "role": "user", "content": text, "toolInvocations": [{"args": arguments}]}

    assert recognise(file_of({"messages": [message], "exportDate": "2026-02-08"}))[0] is SourceKind.BOLT_CHAT
    assert recognise(file_of({"chats": [{"id": "1", "messages": [message]}]}))[0] is SourceKind.BOLT_CHATS


def test_a_credential_behind_the_head_is_noticed_when_the_outermost_object_is_decoded():
    class Chats(Envelope):
        chats: list[msgspec.Raw]

    data = json.dumps({"chats": [{"apiKeys": 1}] * 10_000, "_raw": {"cookies": SECRET}}).encode()

    with pytest.raises(RefusedError, match="settings export") as refused:
        refuse_credentials_in(msgspec.json.decode(data, type=Chats), "x.json")

    assert SECRET not in str(refused.value)
    refuse_credentials_in(msgspec.json.decode(b'{"chats": [{"apiKeys": 1}]}', type=Chats), "x.json")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"SQLite format 3\0" + bytes(100), "is a SQLite database"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF. Event logs are read as JSON"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive. Unpack it"),
        (bytes([1, 0, 200, 0, 3, 9, 0, 0, 5]) * 40, "is a binary file"),
        ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "is a web page (HTML), probably a login or error page"),
        ("\n <html lang=en>", "is a web page (HTML)"),
        ("<?xml version='1.0'?><a/>", "is XML"),
        ("[11/23/2026, 8:59:19 AM] INFO: Application initialized\nCategory: system\nDetails:\n{}", "event log as text"),
        ("bolt.diy Debug Log\n\n=== DETAILED DEBUG DATA ===\n\n{}", "is a bolt.diy debug log"),
        ({"a": 1, "b": {"c": 2}}, "is JSON of a kind that is not known (keys: a, b)."),
        ('{"a": 1, "b": {"c": 2', "(keys: a, b), and it is cut off or damaged"),
        ("{nonsense", "begins like JSON and cannot be parsed"),
        ([1, 2], "is a JSON list whose items are of no kind that is known"),
        ("name,size,colour\na,1,red\n", "is a table of a kind that is not known (columns: name, size, colour)"),
        ("Dear all,\nsee you.", "is text of a kind that is not known"),
        ("Grüße an alle".encode("cp1252"), "is not UTF-8: byte 0xfc at offset 2"),
    ],
)
def test_what_is_not_read_is_named_and_what_is_accepted_is_listed(file_of, content, reason):
    text = refusal(file_of(content))

    assert reason in text
    assert text.endswith(accepted())


def test_the_list_of_what_is_accepted_names_every_source_and_how_to_get_it():
    for source in SOURCES:
        assert source.about.title in accepted()
        assert source.about.how_to_get in accepted()


def test_names_of_keys_in_a_message_are_redacted(file_of):
    assert "(keys: a, [e-mail])" in refusal(file_of({"a": 1, "ann@example.org": 2}))


@pytest.mark.parametrize("beginning", ["", '{"a":"', "[", "x,y,z\n"])
@pytest.mark.parametrize(
    "unit", ["\n", '"', '\\"', "{", '["a",', "machine ", "password", "A_KEY", "a@", "//:_authToken="]
)
def test_no_text_is_so_contrived_that_recognising_it_hangs(file_of, beginning, unit):
    # With a pattern that searches to the end from every place, any one of these took minutes.
    assert "Accepted" in refusal(file_of(beginning + unit * (65_536 // len(unit))))
