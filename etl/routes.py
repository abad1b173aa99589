"""One name for one provider and one model: from the names that bolt.diy, LiteLLM and the price table use for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import urlsplit

from data.definitions import providers
from etl.redact import redact_name

NAME_CHARACTERS = 200
# Calls that LiteLLM makes through an OpenAI-compatible interface carry this name, whoever answers.
_OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class Route:
    """Provider and model that serve a call; null where the source does not say."""

    provider: str | None
    model: str | None

    @property
    def name(self) -> str | None:
        """Route as people write it: provider/model."""
        return f"{self.provider}/{self.model}" if self.provider and self.model else None


def clean_name(text: str | None) -> str | None:
    """Return a name on one line, without secrets, at most 200 characters; null when nothing is left."""
    return redact_name(plain_name(text)) or None


def plain_name(text: str | None) -> str | None:
    """Return a text without control characters and outer spaces, at most 200 characters; null when nothing is left."""
    if not text:
        return None
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text[: NAME_CHARACTERS * 2])
    return text[: NAME_CHARACTERS * 2].strip()[:NAME_CHARACTERS] or None


@lru_cache(maxsize=10_000)
def provider_of_bolt(name: str | None) -> str | None:
    """Return the canonical name of a provider as bolt.diy writes it; an unknown one keeps its name in lower case."""
    cleaned = clean_name(name)
    return None if cleaned is None else _by_bolt_name().get(cleaned.lower(), cleaned.lower())


@lru_cache(maxsize=10_000)
def provider_of_gateway(name: str | None) -> str | None:
    """Return the canonical name of a custom_llm_provider of LiteLLM; an unknown one keeps its name in lower case."""
    cleaned = clean_name(name)
    return None if cleaned is None else _by_gateway_name().get(cleaned.lower(), cleaned.lower())


@lru_cache(maxsize=4096)
def provider_of_span(name: str | None) -> str | None:
    """Return the canonical name of a provider as spans write it (gen_ai.provider.name, gen_ai.system).

    Some add the kind of interface (``openai.chat``, ``anthropic.messages``): the part before the point names it then.
    """
    cleaned = clean_name(name)
    if cleaned is None:
        return None
    known, lower = _by_gateway_name(), cleaned.lower()
    return known.get(lower) or known.get(lower.partition(".")[0]) or lower


@lru_cache(maxsize=4096)
def route_of_gateway(custom_llm_provider: str | None, model: str | None, api_base: str | None) -> Route:
    """Return the route that served a LiteLLM call.

    The provider is custom_llm_provider, else the known prefix of the model, else the host of api_base. A call through
    the interface of OpenAI to the known host of another provider belongs to that provider; behind an unknown host it
    keeps the name that the gateway gives it. One prefix that names this provider is taken off the model
    (anthropic/claude-sonnet-4-5); what comes after it stays, such as openrouter's anthropic/claude-sonnet-4.5.
    """
    model = clean_name(model)
    head, _, rest = (model or "").partition("/")
    head_provider = _by_gateway_name().get(head.lower()) if rest else None
    provider = provider_of_gateway(custom_llm_provider)
    if provider is None:
        provider = head_provider or _provider_of_host(api_base)
    if rest and (head_provider == provider is not None or head.lower() == (custom_llm_provider or "").strip().lower()):
        model = rest
    if provider == _OPENAI:
        provider = _provider_of_host(api_base) or provider
    return Route(provider, model)


def providers_of_bolt(names: Iterable[str | None]) -> list[str | None]:
    """Return the canonical provider of each name that bolt.diy wrote."""
    return [provider_of_bolt(name) for name in names]


@cache
def _by_bolt_name() -> dict[str, str]:
    return {name.lower(): one.name for one in providers().provider for name in (one.name, *one.bolt_names)}


@cache
def _by_gateway_name() -> dict[str, str]:
    return {name.lower(): one.name for one in providers().provider for name in (*one.gateway_names, one.name)}


@cache
def _by_host() -> dict[str, str]:
    return {host: one.name for one in providers().provider for host in one.api_hosts}


def _provider_of_host(api_base: str | None) -> str | None:
    """Return the provider whose API an address is; the longest part of a domain that is known decides."""
    text = (api_base or "").strip()[:1000]
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return None
    labels = host.lower().split(".")
    return next((found for n in range(len(labels)) if (found := _by_host().get(".".join(labels[n:])))), None)
