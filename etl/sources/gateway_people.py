"""Who caused a call and for which project, from the names of users, keys and teams that a gateway knows."""

import re
from functools import lru_cache
from hashlib import sha256

from etl.context import LoadContext
from etl.redact import SECRET, redact_name, redact_person

_MISSING_WORDS = frozenset({"", "None", "null"})
# The gateway's own administrator, under which calls without a user run; not a person.
_NOBODY = frozenset({"", "None", "null", "default_user_id", "litellm_proxy_master_key", "litellm-proxy-master-key"})
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY_HASH = re.compile(r"[0-9a-f]{12,}")


@lru_cache(maxsize=4096)
def key_hash_of(key: str | None) -> str | None:
    """Return the first 12 digits of the hash of a gateway key; a plain key is hashed as LiteLLM does it."""
    if key is None or key in _MISSING_WORDS:
        return None
    return key[:12] if _KEY_HASH.fullmatch(key) else sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _plainness(name: str) -> int:
    """Return how far a name is from what people are called: 0 a plain name, 1 an e-mail address, 2 a UUID."""
    return 1 if "@" in name else 2 if _UUID.fullmatch(name) else 0


class People:
    """Who caused a call and for which project, asked once per combination of names."""

    def __init__(self, context: LoadContext) -> None:
        self._context = context
        self.person_of = lru_cache(maxsize=4096)(self._person_of)
        self.project_of = lru_cache(maxsize=4096)(self._project_of)

    def _person_of(self, key: str | None, *names: str | None) -> str | None:
        """Return whom sources.toml says one of the names at the gateway is, else the best name, else the file's owner.

        Names come in the order of trust: of users, of the key, the address. Plain names go before addresses, which no
        folder of an inbox is called, and these before UUIDs. The hash of the key counts only where sources.toml names
        its person: it is no name, and keys get shared.
        """
        context = self._context
        given = sorted((name for name in names if name and name not in _NOBODY), key=_plainness)
        mapped = [name for name in (*given, key) if name and context.is_mapped_user(name)]
        # Some clients send a key where a name belongs: nobody is called that, unless sources.toml says who it is.
        shown = [name for name in given if redact_person(name).strip() != SECRET]
        known = (redact_person(context.person_of_gateway_user(name)) for name in (*mapped, *shown))
        return next(filter(None, known), context.owner.person)

    def _project_of(self, *names: str | None) -> str | None:
        """Return the project of the team at the gateway, else the project of the file."""
        known = (self._context.project_of_team(name) for name in names if name and name not in _MISSING_WORDS)
        return next(filter(None, map(redact_name, known)), self._context.owner.project)
