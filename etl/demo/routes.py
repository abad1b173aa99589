"""Routes of the demo team: what a person picks in bolt.diy, and what serves it behind the gateway."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Served:
    """A model as the gateway calls it, with prices in micro-USD per million tokens (equal to the price table's)."""

    provider: str
    """Canonical provider name."""
    gateway_provider: str
    """custom_llm_provider of the gateway."""
    model: str
    api_base: str
    input_price: int
    cached_price: int
    output_price: int

    @property
    def prefixed(self) -> str:
        """Model with the gateway's provider in front, as its rows name it."""
        return f"{self.gateway_provider}/{self.model}"

    def spend(self, prompt: int, cached: int, completion: int) -> int:
        """Return the cost of one call in micro-USD, rounded half up."""
        exact = (prompt - cached) * self.input_price + cached * self.cached_price + completion * self.output_price
        return (exact + 500_000) // 1_000_000


@dataclass(frozen=True)
class Route:
    """What a person picks in bolt.diy."""

    bolt_provider: str
    model: str
    provider: str
    """Canonical name of the provider asked for."""
    reports_usage: bool = True
    """Whether replies carry tokens; where not, bolt.diy writes 0/0/0."""
    served: Served | None = None
    """What the gateway calls; null for a route past the gateway."""
    tool_prefix: str = "call_"

    @property
    def name(self) -> str:
        """Route as it is written everywhere: provider/model."""
        return f"{self.provider}/{self.model}"


_ANTHROPIC = "https://api.anthropic.com"
_OPENAI = "https://api.openai.com"
_GOOGLE = "https://generativelanguage.googleapis.com"

SONNET = Served("anthropic", "anthropic", "claude-sonnet-4-5", _ANTHROPIC, 3_000_000, 300_000, 15_000_000)
OPUS = Served("anthropic", "anthropic", "claude-opus-4-5", _ANTHROPIC, 5_000_000, 500_000, 25_000_000)
GPT = Served("openai", "openai", "gpt-5.1", _OPENAI, 1_250_000, 125_000, 10_000_000)
GEMINI = Served("google", "gemini", "gemini-2.5-pro", _GOOGLE, 1_250_000, 125_000, 10_000_000)
SERVED = (SONNET, OPUS, GPT, GEMINI)


def _through_gateway(served: Served) -> Route:
    return Route("OpenAILike", served.model, "openai_like", served=served)


GATEWAY_SONNET = _through_gateway(SONNET)
GATEWAY_OPUS = _through_gateway(OPUS)
GATEWAY_GPT = _through_gateway(GPT)
GATEWAY_GEMINI = _through_gateway(GEMINI)

ANTHROPIC_SONNET = Route("Anthropic", "claude-sonnet-4-5", "anthropic", tool_prefix="toolu_01")
ANTHROPIC_HAIKU = Route("Anthropic", "claude-haiku-4-5", "anthropic", tool_prefix="toolu_01")
GOOGLE_FLASH = Route("Google", "gemini-2.5-flash", "google")
DEEPSEEK = Route("Deepseek", "deepseek-chat", "deepseek")
# Built without stream_options, and the provider volunteers nothing: all replies say 0/0/0.
XAI_GROK = Route("xAI", "grok-code-fast-1", "x-ai", reports_usage=False)
# Not in the price table.
MISTRAL_DEVSTRAL = Route("Mistral", "devstral-medium-2507", "mistral")
OLLAMA_QWEN = Route("Ollama", "qwen2.5-coder:32b", "ollama")
