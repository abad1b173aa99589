"""Numbers and rules that people argue about, as TOML files with owner and reason; unknown keys are errors."""

from collections import Counter
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from data.definitions import objectives
from data.definitions.objectives import Slo as Slo
from data.definitions.objectives import Slos, Text, read_slos
from data.definitions.reading import content_of, read_whole
from data.definitions.routing import RoutingPolicy, read_routing_policy
from data.definitions.terms import Terms
from data.words import TaskClass

Price = Annotated[float, Meta(ge=0)]
DateText = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-03-31"])]


class TaskClassRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: every condition that is given must hold; the first rule that holds names the class."""

    task_class: Text
    why: Text
    has_patch: bool | None = None
    is_answered: bool | None = None
    is_first_of_chat: bool | None = None
    is_fix_request: bool | None = None
    words: tuple[str, ...] = ()
    min_files: int | None = None
    max_files: int | None = None
    min_new_files: int | None = None
    min_edited_files: int | None = None

    def __post_init__(self) -> None:
        """Refuse a class that does not exist."""
        if self.task_class not in list(TaskClass):
            raise ValueError(f"task_class '{self.task_class}' is none of {', '.join(TaskClass)}")


class TaskClasses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that name the class of a task, in order, with their version."""

    version: Text
    owner: Text
    rule: tuple[TaskClassRule, ...]


class PriceOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Price of a model for a time, in USD per million tokens; goes before the price table."""

    provider: Text
    model: Text
    owner: Text
    why: Text
    input_usd_per_million: Price
    output_usd_per_million: Price
    cache_read_usd_per_million: Price | None = None
    cache_write_usd_per_million: Price | None = None
    valid_from: DateText | None = None
    valid_until: DateText | None = None


class PriceOverrides(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All price overrides, and the most and the least that an unpriced model is assumed to cost."""

    override: tuple[PriceOverride, ...] = ()


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider of models under its one name, with the names that sources use for it."""

    name: Text
    title: Text
    bolt_names: tuple[str, ...] = ()
    gateway_names: tuple[str, ...] = ()
    api_hosts: tuple[str, ...] = ()
    price_table_id: str | None = None
    is_self_hosted: bool = False
    is_gateway: bool = False


class Providers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All providers."""

    provider: tuple[Provider, ...]

    def __post_init__(self) -> None:
        """Refuse a name that stands for two providers."""
        for names in (
            [provider.name for provider in self.provider],
            [name for provider in self.provider for name in provider.bolt_names],
            [name for provider in self.provider for name in provider.gateway_names],
        ):
            repeated = [name for name, times in Counter(names).items() if times > 1]
            if repeated:
                raise ValueError(f"names that stand for more than one provider: {', '.join(repeated)}")


class Reporting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of all reports."""

    time_zone: Text
    first_year: int
    fiscal_year_starts: Annotated[int, Meta(ge=1, le=12)] = 1
    """Month with which the fiscal year begins; quarters are cut from it on."""

    def __post_init__(self) -> None:
        """Refuse a time zone that does not exist."""
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"time_zone '{self.time_zone}' is not a time zone such as Europe/Berlin") from error


@cache
def slos() -> Slos:
    """Return the service level objectives."""
    return read_slos(content_of(objectives.FILE_NAME))


@cache
def task_classes() -> TaskClasses:
    """Return the task class rules."""
    return read_whole("task_classes.toml", TaskClasses)


@cache
def price_overrides() -> PriceOverrides:
    """Return the price overrides."""
    return read_whole("price_overrides.toml", PriceOverrides)


@cache
def providers() -> Providers:
    """Return the providers."""
    return read_whole("providers.toml", Providers)


@cache
def reporting() -> Reporting:
    """Return the settings of reports."""
    return read_whole("reporting.toml", Reporting)


@cache
def routing_policy() -> RoutingPolicy:
    """Return which route serves which class of tasks."""
    return read_routing_policy(content_of("routing_policy.toml"))


@cache
def terms() -> Terms:
    """Return the words of the pages that nothing else declares."""
    return read_whole("terms.toml", Terms)
