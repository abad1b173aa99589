"""Fields of a platform's record: each is of its type, plausible and redacted, or says what is wrong with it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from data.keys import stable_key
from data.words import QuarantineReason
from etl.context import LoadContext, earliest_allowed
from etl.redact import redact_name, redact_person, redact_title
from etl.sources.bolt_messages import instant_of
from etl.sources.platform_reading import UnusableRecordError

Fields = Mapping[str, Any]
_MOST = 10**12
_SHA = re.compile(r"[0-9a-fA-F]{7,64}")
_NO_TIME = frozenset({"", "0001-01-01T00:00:00Z"})
_ADDRESS = re.compile(r"https?://(?:[^/@\s]{0,200}@)?([A-Za-z0-9.-]{1,200}(?::\d{1,5})?)/([^?#\s]{1,500})")
_GITHUB_API = re.compile(r"(?:api/v3/)?repos/([^/]+/[^/]+)(?:/|$)")
_GITHUB_PAGE = re.compile(r"([^/]+/[^/]+)/(?:pull|pulls|deployments|commit|tree)(?:/|$)")
_GITLAB_PAGE = re.compile(r"(.+?)/(?:-/(?:merge_requests|jobs|pipelines|environments|commit)|merge_requests)(?:/|$)")
_BOT = re.compile(r"(?i)app/(.+)|(.+)\[bot\]|((?:project|group)_\d+_bot(?:_[0-9a-z]+)?)")
_BOLT_SITE = re.compile(r"bolt-diy-([0-9A-Za-z][0-9A-Za-z_-]{0,39}?)-(\d{13})(?:\D.*)?")
_ACTIVE = re.compile(r"(?i)(?:^|[^a-z])(?:production|prod|live|www|github-pages)(?:$|[^a-z])")
_NOT_ACTIVE = re.compile(
    r"(?i)(?:^|[^a-z])(?:pre|non|not|no|test|testing|stage|staging|dev|preview|review)(?:$|[^a-z])"
)


def wrong(reason: QuarantineReason, detail: str) -> UnusableRecordError:
    """Return the error that sends a record into quarantine."""
    return UnusableRecordError(reason, detail)


def missing(name: str) -> UnusableRecordError:
    """Return the error for a field that the record cannot do without."""
    return wrong(QuarantineReason.MISSING_FIELD, f"{name} is missing")


def text(fields: Fields, name: str) -> str | None:
    """Return a text as it is; null when it is not told or empty. Raises when it is something else."""
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not text")


def flag(fields: Fields, name: str) -> bool | None:
    """Return a truth value; null when it is not told. Raises when it is something else."""
    value = fields.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is neither true nor false")


def whole(fields: Fields, name: str, most: int = _MOST) -> int | None:
    """Return a whole number from 0; null when it is not told. Raises when it is none or cannot be."""
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not a number")
    if not 0 <= value <= most or value != int(value):
        raise wrong(QuarantineReason.BAD_NUMBER, f"{name} must be a whole number from 0 to {most}")
    return int(value)


def seconds_as_ms(fields: Fields, name: str) -> int | None:
    """Return a duration in seconds as milliseconds; null when it is not told."""
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not a number of seconds")
    if not 0 <= value <= 10**9:
        raise wrong(QuarantineReason.BAD_NUMBER, f"{name} is not a duration that can be")
    return round(value * 1000)


def identity(fields: Fields, name: str) -> str | None:
    """Return an id, a text or a number, as text; null when it is not told."""
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(whole(fields, name, 1 << 62))
    return text(fields, name)


def part(fields: Fields, name: str) -> Fields | None:
    """Return an object in the record; null when it is not told. Raises when it is something else."""
    value = fields.get(name)
    if value is None or isinstance(value, dict):
        return cast("Fields | None", value)
    raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not an object")


def parts(fields: Fields, name: str) -> list[Any] | None:
    """Return a list in the record, or the nodes of one as GraphQL gives it; null when it is not told."""
    value = fields.get(name)
    if isinstance(value, dict) and isinstance(nodes := cast("Fields", value).get("nodes"), list):
        return cast("list[Any]", nodes)
    if value is None or isinstance(value, list):
        return cast("list[Any] | None", value)
    raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not a list")


def instant(fields: Fields, name: str, context: LoadContext) -> int | None:
    """Return a time, ISO 8601 or milliseconds since 1970, as microseconds; null when it is not told.

    Raises when it is no time, before 2020 or in the future. The load notes that it saw it.
    """
    value = fields.get(name)
    if isinstance(value, str):
        if value in _NO_TIME:
            return None
        found = instant_of(value)
    elif value is None:
        return None
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value * 1000
    else:
        raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not a time")
    if found is None:
        raise wrong(QuarantineReason.BAD_TIME, f"{name} is not a time; expected 2026-03-02T10:00:00Z")
    if not earliest_allowed() <= found <= context.latest_allowed:
        raise wrong(QuarantineReason.BAD_TIME, f"{name} is before 2020 or in the future")
    return found


def sha(fields: Fields, name: str) -> str | None:
    """Return a commit's hash in small letters; null when it is not told. Raises when it is none."""
    value = text(fields, name)
    if value is None:
        return None
    if not _SHA.fullmatch(value):
        raise wrong(QuarantineReason.WRONG_TYPE, f"{name} is not the hash of a commit")
    return value.lower()


def repository_of(address: object) -> str | None:
    """Return host, owner and name of the repository that a web or API address of GitHub or GitLab lies in."""
    if not isinstance(address, str) or (found := _ADDRESS.match(address)) is None:
        return None
    host, path = found[1].lower(), found[2]
    if (api := _GITHUB_API.match(path)) is not None:
        return f"{'github.com' if host == 'api.github.com' else host}/{api[1]}"
    page = _GITHUB_PAGE.match(path) if "/-/" not in path else None
    page = page or _GITLAB_PAGE.match(path)
    return None if page is None else f"{host}/{page[1]}"


def bot_of(login: str) -> tuple[str, bool]:
    """Return an account in one form, and whether its name alone says that it is a program."""
    found = _BOT.fullmatch(login)
    if found is None:
        return login, False
    return (found[3] or f"{found[1] or found[2]}[bot]"), True


def chat_of_site(name: str | None) -> str | None:
    """Return the number of the bolt.diy chat that a site's name tells: bolt-diy-<chat>-<milliseconds>."""
    found = _BOLT_SITE.fullmatch(name or "")
    return found[1] if found else None


def is_active_name(environment: str) -> bool:
    """Tell whether the name of an environment says that it is what users see."""
    return _ACTIVE.search(environment) is not None and _NOT_ACTIVE.search(environment) is None


class Texts:
    """Texts of one file's records as they may be stored: redacted, with pseudonyms where the store wants them."""

    def __init__(self, context: LoadContext) -> None:
        self._context = context
        self._hidden = context.owner.hidden_names
        self.person = lru_cache(maxsize=4096)(self._person)
        self.branch = lru_cache(maxsize=4096)(self._branch)
        self.repository = lru_cache(maxsize=4096)(self._repository)
        self.site = lru_cache(maxsize=4096)(self._site)
        self.account_hash = lru_cache(maxsize=4096)(self._account_hash)

    def title(self, value: str | None) -> str | None:
        """Return a title without secrets and, with pseudonyms, without names."""
        shown = redact_title(value) or None
        return shown if shown is None or self._hidden is None else self._hidden.in_text(shown)

    def _person(self, login: str | None) -> str | None:
        """Return the person behind an account."""
        return None if not login else redact_person(self._context.person_of_gateway_user(login)) or None

    def _branch(self, value: str | None) -> str | None:
        """Return the name of a branch."""
        shown = redact_name(value) or None
        return shown if shown is None or self._hidden is None else self._hidden.in_text(shown)

    def _repository(self, value: str | None) -> str | None:
        """Return host, owner and name of a repository."""
        shown = redact_name(value) or None
        return shown if shown is None or self._hidden is None else self._hidden.in_address(shown)

    def _site(self, value: str | None) -> str | None:
        """Return the name of a site or project."""
        shown = redact_name(value) or None
        return shown if shown is None or self._hidden is None else self._hidden.in_target(shown)

    def _account_hash(self, platform: str, login: str) -> int:
        """Return the hash by which reviewers are told apart."""
        return stable_key("account", platform, login.lower())
