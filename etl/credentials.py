"""Files that hold credentials are refused before anything of them is kept; the reason is named, never the secret."""

import re

import msgspec

from data.definitions import providers
from etl.secret_patterns import find_secrets
from etl.sources.base import RefusedError

_SETTINGS_EXPORT = (
    "is a bolt.diy settings export. It holds API keys and tokens in plain text and is never loaded; nothing of it was "
    "kept. Do not hand it around. Chats are exported under Settings, Data, Export all chats."
)
_OTHER = (
    "Such a file is never loaded, and nothing of it was kept. Take it out of the folder; if it was shared, change the "
    "credentials in it."
)

_SETTINGS_KEYS = {
    "_raw": "the raw copy of cookies and local storage",
    "apiKeys": "API keys of providers",
    "connections": "tokens of connected services",
    "netlify_connection": "the token of Netlify",
    "vercel_connection": "the token of Vercel",
    "github_connection": "the token of GitHub",
    "gitlab_connection": "the token of GitLab",
    "supabase_connection": "the token of Supabase",
    "githubToken": "the token of GitHub",
    "gitlabToken": "the token of GitLab",
    "VITE_VERCEL_ACCESS_TOKEN": "the token of Vercel",
    "mcp_settings": "settings of MCP servers with their keys",
    "cookies": "cookies",
    "localStorage": "a copy of local storage",
}
_CREDENTIAL_KEYS = {
    "api_keys": "API keys",
    "access_token": "an access token",
    "accessToken": "an access token",
    "refresh_token": "a refresh token",
    "refreshToken": "a refresh token",
    "client_secret": "a client secret",
    "clientSecret": "a client secret",
    "private_key": "a private key",
    "privateKey": "a private key",
    "password": "a password",
    "auths": "logins of registries",
    "credentials": "credentials",
}
_ALL_KEYS = _SETTINGS_KEYS | _CREDENTIAL_KEYS
# Parts of a settings export that was limited to some categories, and has no raw copy.
_SETTINGS_PARTS = {"core", "providers", "features", "ui", "debug", "updates", "chatSnapshots", "_meta"}

_SUSPICIOUS_KEY = re.compile(
    ("|".join(f'"{re.escape(key)}"' for key in (*_ALL_KEYS, *_SETTINGS_PARTS, "userProfile"))).encode()
)
# A text that is cut off reaches to the end: otherwise each quote after it would be searched to the end in vain.
_JSON_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_KEY_NAME = re.compile(r"(?i)(?:[a-z0-9]+[_-])*(?:api[_-]?key|token|secret|password)s?")

# Each is looked for in single lines of limited length, so that no text takes long.
_LINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r".{0,200}-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File-")),
    (
        "an environment file (.env) with keys or passwords",
        re.compile(
            r"\s*(?:export\s+)?[A-Za-z][A-Za-z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)[A-Z0-9_]*"
            r"\s*=\s*[^\s=]"
        ),
    ),
    ("a netrc file with logins", re.compile(r"\s*(?:machine\s+\S+|default)\s+login\s+\S+\s+password\s+\S")),
    ("a file of stored Git logins", re.compile(r"https?://[^\s/:@]+:[^\s/@]+@\S+\s*$")),
    ("a package manager's login (.npmrc, .pypirc)", re.compile(r"//\S+:_(?:authToken|auth|password)\s*=\s*\S")),
    ("a cookie file", re.compile(r"# (?:Netscape )?HTTP Cookie File")),
    ("a file of cloud credentials", re.compile(r"(?i)\s*aws_(?:secret_access_key|session_token)\s*=\s*\S")),
    (
        "a configuration file with logins (kubeconfig or the like)",
        re.compile(r"\s*(?:client-key-data|oauth_token|access_token|refresh_token|password)\s*[:=]\s*[^\s{\[]"),
    ),
    ("a PostgreSQL password file", re.compile(r"[^\s:{}\[\]\"]+:(?:\d+|\*):[^\s:]+:[^\s:]+:\S+\s*$")),
)
_NETRC = re.compile(r"\A\s{0,100}machine\s{1,100}\S{1,300}\s{1,100}login\s{1,100}\S{1,300}\s{1,100}password\s{1,100}\S")
_MOST_LINES = 2000
_LONGEST_LINE = 500
_LARGEST_KEY_LIST = 20_000
_HAR = re.compile(r'\A\s*\{\s*"log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries)"')


class Envelope(msgspec.Struct, kw_only=True):
    """Outermost object of an export; a credential at any place in it is noticed while it is decoded, at no cost.

    Sources decode the outermost object into a subclass and hand it to refuse_credentials_in.
    """

    _raw: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    apiKeys: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    connections: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    providers: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    netlify_connection: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    vercel_connection: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    github_connection: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    gitlab_connection: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    supabase_connection: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    githubToken: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    gitlabToken: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    VITE_VERCEL_ACCESS_TOKEN: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    mcp_settings: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    cookies: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    localStorage: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    api_keys: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    access_token: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    accessToken: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    refresh_token: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    refreshToken: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    client_secret: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    clientSecret: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    private_key: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    privateKey: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815
    password: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    auths: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    credentials: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def refuse_credentials_in(envelope: Envelope, name: str) -> None:
    """Raise RefusedError when the outermost object of a decoded file has a key that holds credentials."""
    for field in Envelope.__struct_fields__:
        if getattr(envelope, field) is not msgspec.UNSET:
            raise RefusedError(f"{name} {_reason_of_keys({field}) or _SETTINGS_EXPORT}")


def refuse_credential_json(name: str, head: bytes) -> None:
    """Raise RefusedError when the outermost JSON object, as far as the head shows it, holds credentials."""
    if not head.lstrip().startswith(b"{"):
        return
    if _SUSPICIOUS_KEY.search(head) and (reason := _reason_of_keys(set(outermost(head)))):
        raise RefusedError(f"{name} {reason}")
    if len(head) < _LARGEST_KEY_LIST and _is_key_list(outermost(head)):
        raise RefusedError(f"{name} is a list of providers' API keys, as bolt.diy hands them out. {_OTHER}")


def credential_text(head: bytes) -> str | None:
    """Return what kind of credential file a text is that no source recognised; null when it is none."""
    text = head.decode("utf-8", "replace")
    lines = [line[:_LONGEST_LINE] for line in text.splitlines()[:_MOST_LINES]]
    for kind, pattern in _LINES:
        if any(map(pattern.match, lines)):
            return f"is {kind}. {_OTHER}"
    if _NETRC.match(text):
        return f"is a netrc file with logins. {_OTHER}"
    if _HAR.match(text):
        return f"is a recording of network traffic (HAR), which holds cookies and tokens. {_OTHER}"
    if text.lstrip().startswith(("{", "[")) and (key := _credential_key(text)):
        return f"holds what looks like a credential under the key {key!r}. {_OTHER}"
    for line in lines:
        if secrets := [secret for secret in find_secrets(line) if not _is_weak(secret.kind)]:
            return f"holds what looks like a credential ({secrets[0].kind}). {_OTHER}"
    return None


def _is_weak(kind: str) -> bool:
    return kind in {"random characters", "Public IP (ipv4)"}


def _reason_of_keys(keys: set[str]) -> str | None:
    if found := sorted(keys & _SETTINGS_KEYS.keys()):
        return f"{_SETTINGS_EXPORT} (It has the key {found[0]!r}: {_SETTINGS_KEYS[found[0]]}.)"
    if found := sorted(keys & _CREDENTIAL_KEYS.keys()):
        return f"holds {_CREDENTIAL_KEYS[found[0]]} under the key {found[0]!r}. {_OTHER}"
    if "providers" in keys or len(keys & _SETTINGS_PARTS) >= 2 or {"userProfile", "settings"} <= keys:
        return _SETTINGS_EXPORT
    return None


def _is_key_list(values: dict[str, str | None]) -> bool:
    names = {name for provider in providers().provider for name in (provider.name, *provider.bolt_names)}
    return bool(values) and all(
        value is not None and (key in names or _KEY_NAME.fullmatch(key)) for key, value in values.items()
    )


def _credential_key(text: str) -> str | None:
    """Return a key anywhere in the text that names a credential and has a text value that could be one."""
    for match in re.finditer(r'"([A-Za-z0-9_-]{3,60})"\s*:\s*"([^"\\]{6,})"', text):
        if _KEY_NAME.fullmatch(match[1]) and " " not in match[2].strip():
            return match[1]
    return None


def outermost(head: bytes) -> dict[str, str | None]:
    """Return the keys of the outermost JSON object that a head shows, each with its value when that is text."""
    keys: dict[str, str | None] = {}
    depth = 0
    key: str | None = None
    last: str | None = None
    for match in _JSON_TOKEN.finditer(head.decode("utf-8", "replace")):
        token = match.group()
        if token in {"{", "["}:
            depth += 1
            key = None if depth == 2 else key
        elif token in {"}", "]"}:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1 and token == ":":
            key = last
            if key is not None:
                keys[key] = None
        elif depth == 1 and token == ",":
            key = last = None
        elif depth == 1:
            last = match[1]
            if key is not None and last is not None:
                keys[key] = last
    return keys
