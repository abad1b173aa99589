"""Routes: one name for one provider and model, whichever source wrote it."""

import pytest

from data.definitions import providers
from data.providers import is_self_hosted
from etl.routes import Route, provider_of_bolt, provider_of_gateway, providers_of_bolt, route_of_gateway

BOLT_PROVIDERS = (
    "AmazonBedrock Anthropic Cerebras Cohere Deepseek Fireworks Github Google Groq HuggingFace Hyperbolic LMStudio "
    "Mistral Moonshot Ollama OpenRouter OpenAILike OpenAI Perplexity Together xAI Z.ai"
)


def test_every_provider_of_bolt_diy_has_one_canonical_name():
    names = providers_of_bolt(BOLT_PROVIDERS.split())
    assert len(set(names)) == 22
    assert set(names) <= {one.name for one in providers().provider}
    assert provider_of_bolt("OpenAILike") == "openai_like"
    assert provider_of_bolt("openai") == provider_of_bolt("OpenAI") == "openai"


def test_an_unknown_provider_keeps_its_name_in_lower_case():
    assert provider_of_bolt("  Brand New\n") == "brand new"
    assert provider_of_gateway("Nebius") == "nebius"
    assert (provider_of_bolt(""), provider_of_bolt(None), provider_of_gateway(None)) == (None, None, None)


@pytest.mark.parametrize(
    ("custom_llm_provider", "model", "api_base", "expected"),
    [
        ("anthropic", "anthropic/claude-sonnet-4-5", "https://api.anthropic.com", "anthropic/claude-sonnet-4-5"),
        ("anthropic", "claude-sonnet-4-5", None, "anthropic/claude-sonnet-4-5"),
        ("openrouter", "openrouter/anthropic/claude-sonnet-4.5", None, "openrouter/anthropic/claude-sonnet-4.5"),
        ("openrouter", "anthropic/claude-sonnet-4.5", None, "openrouter/anthropic/claude-sonnet-4.5"),
        ("groq", "openai/gpt-oss-120b", None, "groq/openai/gpt-oss-120b"),
        ("gemini", "gemini/gemini-2.5-pro", None, "google/gemini-2.5-pro"),
        ("vertex_ai", "vertex_ai/claude-sonnet-4@20250514", None, "google/claude-sonnet-4@20250514"),
        (
            "bedrock",
            "bedrock/us.anthropic.claude-3-haiku-20240307-v1:0",
            None,
            "aws/us.anthropic.claude-3-haiku-20240307-v1:0",
        ),
        ("nebius", "nebius/deepseek-ai/DeepSeek-V3", None, "nebius/deepseek-ai/DeepSeek-V3"),
        (None, "azure/gpt-4o", None, "azure/gpt-4o"),
        ("", "claude-3-5-sonnet", "https://api.anthropic.com/v1", "anthropic/claude-3-5-sonnet"),
        ("openai", "deepseek-chat", "https://api.deepseek.com/v1", "deepseek/deepseek-chat"),
        ("openai", "gpt-4o", "https://eu.api.openai.com/v1", "openai/gpt-4o"),
        ("openai", "gpt-4o", "https://team.openai.azure.com", "azure/gpt-4o"),
        ("openai", "qwen", "http://10.0.0.3:8000/v1", "openai/qwen"),
        ("openai", "gpt-4o", "https://notopenai.com/v1", "openai/gpt-4o"),
        ("openai", "gpt-4o", "http://[broken", "openai/gpt-4o"),
        ("hosted_vllm", "hosted_vllm/qwen", "http://gpu:8000", "vllm/qwen"),
    ],
)
def test_the_route_of_a_gateway_call(custom_llm_provider, model, api_base, expected):
    assert route_of_gateway(custom_llm_provider, model, api_base).name == expected


def test_what_the_gateway_does_not_say_stays_unknown():
    assert route_of_gateway(None, "gpt-4o", None) == Route(None, "gpt-4o")
    assert route_of_gateway(None, None, None) == Route(None, None)
    assert route_of_gateway("openai", "", None) == Route("openai", None)
    assert route_of_gateway("openai", "", None).name is None


def test_own_machines_are_known():
    assert [name for name in ("ollama", "lmstudio", "vllm", "openai", "nebius", None) if is_self_hosted(name)] == [
        "ollama",
        "lmstudio",
        "vllm",
    ]


def test_no_name_and_no_host_belongs_to_two_providers():
    for names in ("bolt_names", "gateway_names", "api_hosts"):
        given = [name for one in providers().provider for name in getattr(one, names)]
        assert len(given) == len(set(given)), names
