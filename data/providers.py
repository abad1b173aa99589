"""What providers.toml says of one provider, by its canonical name."""

from functools import cache

from data.definitions import Provider, providers


@cache
def definition_of(provider: str | None) -> Provider | None:
    """Return what providers.toml says of a canonical provider; null when it is not in it."""
    return next((one for one in providers().provider if one.name == provider), None)


def is_self_hosted(provider: str | None) -> bool:
    """Tell whether a provider runs on own machines, without a price per token."""
    found = definition_of(provider)
    return found is not None and found.is_self_hosted
