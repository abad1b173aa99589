"""Secrets in a text: the patterns of detect-secrets, and those of services of this field that it does not know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Secret:
    """One place in a text that looks like a secret; never the secret itself."""

    start: int
    end: int
    kind: str


_ASSIGNED_SECRET = (
    r"(?i)(?:password|passwd|\bpwd|secret|api[_-]?key|auth[_-]?key|access[_-]?key|private[_-]?key|\btoken|_token)"
    r"[\"']?\s{0,3}(?:=>|:=|={1,3}|:)\s{0,3}[\"']?[^\s\"',;]{3,}"
)
# What detect-secrets 1.5 does not know, or knows only in an older form.
_COMPLEMENT: tuple[tuple[str, str], ...] = (
    # OpenAI, Anthropic, OpenRouter, LiteLLM, DeepSeek and Moonshot keys all begin with sk-.
    ("API key of a model provider", r"\bsk-[A-Za-z0-9_-]{16,}"),
    ("Google API key", r"\bAIza[A-Za-z0-9_-]{30,}"),
    ("Google OAuth token", r"\bya29\.[A-Za-z0-9_-]{20,}"),
    ("xAI key", r"\bxai-[A-Za-z0-9]{20,}"),
    ("Groq key", r"\bgsk_[A-Za-z0-9]{20,}"),
    ("Hugging Face token", r"\bhf_[A-Za-z0-9]{20,}"),
    ("Perplexity key", r"\bpplx-[A-Za-z0-9]{20,}"),
    ("Fireworks key", r"\bfw_[A-Za-z0-9]{20,}"),
    ("Cerebras key", r"\bcsk-[A-Za-z0-9]{20,}"),
    ("Together key", r"\btgp_v1_[A-Za-z0-9_-]{20,}"),
    ("Replicate token", r"\br8_[A-Za-z0-9]{30,}"),
    ("GitHub fine-grained token", r"\bgithub_pat_[A-Za-z0-9_]{20,}"),
    ("GitHub token", r"\bgh[opsur]_[A-Za-z0-9]{20,}"),
    ("GitLab token", r"\bgl(?:pat|dt|ft|soat|rt|cbt|ptt|agent)-[A-Za-z0-9_-]{12,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{30,}"),
    ("Netlify token", r"\bnf[pcoub]_[A-Za-z0-9]{20,}"),
    ("Supabase token", r"\bsb(?:p|_secret|_publishable)_[A-Za-z0-9_]{20,}"),
    ("Slack token", r"\bxox[a-z]-[A-Za-z0-9-]{10,}"),
    ("Slack app token", r"\bxapp-\d-[A-Za-z0-9-]{20,}"),
    ("Stripe key", r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("Langfuse key", r"\b[sp]k-lf-[A-Za-z0-9-]{16,}"),
    ("JSON Web Token", r"\beyJ[A-Za-z0-9_=-]{8,}\.[A-Za-z0-9_=-]{4,}(?:\.[A-Za-z0-9_.+/=-]*)?"),
    ("private key", r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"),
    ("password in an address", r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s/@:]{0,100}:[^\s/@]{1,200}@"),
    ("token in a header", r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9_.~+/-]{16,}=*"),
    ("value named as a secret", _ASSIGNED_SECRET),
)
# A secret needs a word of ten characters with a digit, a long run of characters, or one of these words or signs; all
# other texts are left early, among them most titles with a number such as (#123).
_SUSPICIOUS = re.compile(
    r"(?i)@|://|\d\.\d|BEGIN|PuTTY|key|pass|pwd|contrase|secret|token|auth|bearer|basic|sk-|xox|eyJ|\S{20}"
    r"|(?<!\S)(?=\S{10})\S*\d"
)
# A pattern may stop inside a token: what is masked reaches to the token's end.
_TOKEN_REST = re.compile(r"[A-Za-z0-9_.~+/=-]*")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_HEX_TOKEN = re.compile(r"(?<![A-Za-z0-9])[0-9a-fA-F]{32,}(?![A-Za-z0-9])")
_LONG_TOKEN_CHARACTERS = 32
RANDOM = "random characters"
PUBLIC_ADDRESS = "Public IP (ipv4)"


def find_secrets(text: str) -> list[Secret]:
    """Return where a text looks like holding secrets, in order, without overlaps; empty for most texts."""
    if not _SUSPICIOUS.search(text):
        return []
    found = sorted(_matches(text), key=lambda secret: (secret.start, -secret.end))
    merged: list[Secret] = []
    for secret in found:
        if merged and secret.start < merged[-1].end:
            last = merged[-1]
            kind = secret.kind if last.kind in {RANDOM, PUBLIC_ADDRESS} else last.kind
            merged[-1] = Secret(last.start, max(last.end, secret.end), kind)
        else:
            merged.append(secret)
    return merged


def _matches(text: str) -> Iterator[Secret]:
    for kind, pattern in _patterns():
        for match in pattern.finditer(text):
            end = len(text) if "private key" in kind.lower() else _token_end(text, match.end())
            yield Secret(match.start(), end, kind)
    keyword, base64_plugin, hex_plugin = _plugins()
    for value in keyword.analyze_string(text):
        start = text.find(value)
        if start >= 0:
            yield Secret(start, start + len(value), "value named as a secret")
    for match in _LONG_TOKEN.finditer(text):
        token = match.group()
        if len(token) >= _LONG_TOKEN_CHARACTERS and is_mixed(token):
            entropy = base64_plugin.calculate_shannon_entropy(token)
            if entropy > base64_plugin.entropy_limit:
                yield Secret(match.start(), match.end(), RANDOM)
    for match in _HEX_TOKEN.finditer(text):
        if hex_plugin.calculate_shannon_entropy(match.group().lower()) > hex_plugin.entropy_limit:
            yield Secret(match.start(), match.end(), RANDOM)


def _token_end(text: str, end: int) -> int:
    rest = _TOKEN_REST.match(text, end)
    return rest.end() if rest else end


def is_mixed(token: str) -> bool:
    """Tell whether a token has digits, capital and small letters."""
    return any(map(str.isdigit, token)) and any(map(str.isupper, token)) and any(map(str.islower, token))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return all patterns with what they find; detect-secrets takes 0.15 s to import, so only when first needed."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.plugins.base import RegexBasedDetector

    classes: dict[str, Any] = get_mapping_from_secret_type_to_class()
    maintained = [
        (str(secret_type), pattern)
        for secret_type, plugin in sorted(classes.items())
        if issubclass(plugin, RegexBasedDetector)
        for pattern in plugin.denylist  # type: ignore[union-attr]
    ]
    return (*((kind, re.compile(pattern)) for kind, pattern in _COMPLEMENT), *maintained)


@cache
def _plugins() -> tuple[Any, Any, Any]:
    from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString, HexHighEntropyString
    from detect_secrets.plugins.keyword import KeywordDetector

    return KeywordDetector(), Base64HighEntropyString(limit=4.5), HexHighEntropyString(limit=3.0)
