"""Secrets and personal data do not pass the door. All secrets here are invented."""

import pytest

from etl.redact import redact_id, redact_name, redact_path, redact_person, redact_title, redact_url, shape_of

R = "Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5"  # 24 random characters
FAKES = {
    "openai": f"sk-proj-{R}T3BlbkFJ{R}",
    "openai old": f"sk-{R}{R}",
    "anthropic": f"sk-ant-api03-{R}-{R}AA",
    "openrouter": f"sk-or-v1-{'0a1b2c3d' * 8}",
    "google": f"AIzaSy{R}{R[:9]}",
    "xai": f"xai-{R}{R}",
    "groq": f"gsk_{R}{R}",
    "hugging face": f"hf_{R}abcdefghij",
    "github": f"ghp_{R}{R[:12]}",
    "github fine": f"github_pat_11{R}_{R}{R}",
    "gitlab": f"glpat-{R[:20]}",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "slack": "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "private key": "-----BEGIN RSA PRIVATE KEY----- MIIEowIBAAKCAQEA7",
    "basic auth": "https://ann:hunter2@example.org/x",
    "postgres": "postgres://app:s3cr3tpw@db.internal:5432/shop",
    "redis without user": "redis://:s3cr3tpw@cache:6379",
    "password": "password=hunter2!",
    "api key": 'api_key: "abc123def"',
    "bearer": f"Bearer {R}",
    "unknown service": f"{R}{R}",
    "hex key": "9f86d081884c7d659a2feaa0c55ad015",
    "stripe": "sk_live_" + R,
}


@pytest.mark.parametrize("secret", FAKES.values(), ids=FAKES.keys())
def test_a_secret_in_a_title_is_masked_and_the_words_around_it_stay(secret):
    title = redact_title(f"Connect {secret} please")

    assert secret not in title
    assert not any(part in title for part in (R, R[:12], "hunter2", "s3cr3tpw", "dozjgNry", "MIIEow", "abc123def"))
    assert title.startswith("Connect ")
    assert "[secret]" in title


@pytest.mark.parametrize(
    "title",
    [
        "Todo App",
        "Project Files (fork)",
        "Git Project:landing-page-2024",
        "Reset the password by token",
        "Add API key settings page",
        "Upgrade to v1.2.3 and Node 22",
        "Fix src/components/TodoList.tsx, line 14",
        "Überblick für Größen 日本語 👩‍💻",
        "Internationalization of authentication-settings-components",
    ],
)
def test_an_ordinary_title_stays_as_it_is(title):
    assert redact_title(title) == title


def test_addresses_of_people_and_machines_are_masked():
    assert redact_title("Mail ann.lee+x@mail.example.org from 8.8.8.8") == "Mail [e-mail] from [address]"


def test_control_direction_and_half_characters_are_removed():
    assert redact_title("a\x00b\r\nc\u202ed\x1b[31m \ud800e") == "ab cd[31m \ufffde"


def test_a_long_title_is_cut_after_redaction():
    title = redact_title("x" * 190 + " sk-ant-" + R + " " + "y" * 400)

    assert len(title) == 200
    assert "sk-ant" not in title


@pytest.mark.parametrize("value", [None, 3, ["Todo"], {"a": 1}])
def test_what_is_not_text_has_no_title(value):
    assert redact_title(value) == ""


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://ann:hunter2@github.com/acme/landing.git?token=x#y", "https://github.com/acme/landing.git"),
        ("https://x-access-token:ghp_abc@github.com:8443/acme/a", "https://github.com:8443/acme/a"),
        ("git@github.com:acme/landing.git", "github.com:acme/landing.git"),
        (f"https://git.example.org/glpat-{R[:20]}/a", "https://git.example.org/[secret]/a"),
        ("http://[bad", ""),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_an_address_keeps_host_and_path_only(url, kept):
    assert redact_url(url) == kept


def test_a_path_loses_the_name_of_a_home_folder_and_secrets():
    assert redact_path("/Users/ann/app/x.ts") == "/Users/[person]/app/x.ts"
    assert redact_path("/home/project/src/App.tsx") == "/home/project/src/App.tsx"
    assert redact_path("src/ann@example.org/a\n.ts") == "src/[e-mail]/a .ts"


def test_the_shape_of_a_record_shows_keys_and_numbers_and_no_text():
    record = {
        "id": "msg-1",
        "createdAt": "2026-02-08T10:00:00Z",
        "content": "Build a secret app",
        "usage": {"promptTokens": -3, "x": 1.5},
        "parts": [{"type": "text"}, 1, 2],
        "ok": None,
    }

    assert shape_of(record) == (
        '{id: <text of 5>, createdAt: "9999-99-99T99:99:99Z", content: <text of 18>, '
        "usage: {promptTokens: -3, x: 1.5}, parts: [{type: <text of 4>} and 2 more], ok: null}"
    )
    assert shape_of(b'{"id": "msg-1"}') == "{id: <text of 5>}"


def test_keys_that_could_be_text_are_masked_too():
    assert shape_of({f"sk-ant-{R}": 1, "write me a poem": 2}) == "{<key of 31>: 1, <key of 15>: 2}"


def test_bytes_that_do_not_parse_show_only_a_masked_beginning():
    assert shape_of(b'{"prompt": "hunter2') == '19 bytes: {"aaaaaa": "aaaaaa9'


def test_hostile_records_have_a_short_shape():
    deep: object = 1
    for _ in range(5000):
        deep = [deep]

    assert shape_of(deep) == "[[[[[1 items]]]]]"
    assert len(shape_of({f"k{'a' * i}": "v" for i in range(50)})) <= 300
    assert shape_of(10**5000) == "<integer of 16610 bits>"
    assert shape_of(b"[" * 100_000).startswith("100000 bytes: [[[")
    assert shape_of(float("nan")) == "nan"


@pytest.mark.parametrize("secret", [secret for name, secret in FAKES.items() if name != "hex key"])
def test_a_secret_in_a_name_or_path_is_masked(secret):
    for kept in (redact_name(f"team {secret}"), redact_name(secret), redact_person(secret), redact_path(f"a/{secret}")):
        assert not any(part in kept for part in (R[:12], "hunter2", "s3cr3tpw", "dozjgNry", "MIIEow", "abc123def"))
        assert "[secret]" in kept


@pytest.mark.parametrize(
    "name",
    [
        "claude-3-5-sonnet-20241022",
        "qwen2.5-coder:32b",
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
        "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
        "ft:gpt-4o-mini-2024-07-18:acme::AbC123xY",
        "vertex_ai/claude-sonnet-4@20250514",
        "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "9f86d081884c7d659a2feaa0c55ad015",
        "6f1c7b1e-8a1a-4b7e-9c7d-0a1b2c3d4e5f",
        "My Azure Deployment 2024 (west europe)",
        "risk-model",
    ],
)
def test_an_ordinary_name_stays_as_it_is(name):
    assert redact_name(name) == redact_person(name) == name


def test_an_address_is_a_name_of_a_person_and_of_nothing_else():
    assert redact_person(" ann.lee+x@mail.example.org\n") == "ann.lee+x@mail.example.org"
    assert redact_name("ann.lee+x@mail.example.org") == "[e-mail]"
    assert redact_person("sk-1234") == "[secret]"


def test_an_id_looks_random_and_is_masked_only_for_a_known_form_of_secret():
    assert redact_id(f"chatcmpl-{R}{R}") == f"chatcmpl-{R}{R}"
    assert redact_id(f"src/sk-ant-api03-{R}/x") == "[secret]"
    assert redact_id("a" * 300, 120) == "a" * 120


def test_a_login_or_value_with_slashes_in_a_path_is_masked_whole():
    assert redact_path("x/mysql://root:hun/ter2@db/x") == "x/mysql://[secret]db/x"
    assert redact_path("x/AWS_SECRET_KEY=wJalr/K7MDENG/bPx") == "x/[secret]"
