"""Numbers and rules that people argue about, as TOML files with owner and reason; unknown keys are errors."""

from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from data.errors import DefinitionError

T = TypeVar("T")


class Slo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service level objective."""

    name: str
    title: str
    owner: str
    objective: float
    window_days: int
    why: str
    good: str
    total: str
    help: str
    threshold: float | None = None
    threshold_unit: str | None = None
    headline: str | None = None
    headline_target: float | None = None
    headline_unit: str | None = None


class Slos(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All service level objectives, and the windows they share."""

    rollback_window_days: int
    slo: tuple[Slo, ...]

    def named(self, name: str) -> Slo:
        """Return one SLO by its name."""
        return next(slo for slo in self.slo if slo.name == name)


class TaskClassRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: every condition that is given must hold; the first rule that holds names the class."""

    task_class: str
    why: str
    has_patch: bool | None = None
    is_answered: bool | None = None
    is_first_of_chat: bool | None = None
    is_fix_request: bool | None = None
    words: tuple[str, ...] = ()
    min_files: int | None = None
    max_files: int | None = None
    min_new_files: int | None = None
    min_edited_files: int | None = None


class TaskClasses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that name the class of a task, in order, with their version."""

    version: str
    owner: str
    rule: tuple[TaskClassRule, ...]


class PriceOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Price of a model for a time, in USD per million tokens; goes before the price table."""

    provider: str
    model: str
    owner: str
    why: str
    input_usd_per_million: float
    output_usd_per_million: float
    cache_read_usd_per_million: float | None = None
    cache_write_usd_per_million: float | None = None
    valid_from: str | None = None
    valid_until: str | None = None


class PriceOverrides(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All price overrides, and the most and the least that an unpriced model is assumed to cost."""

    override: tuple[PriceOverride, ...] = ()


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider of models under its one name, with the names that sources use for it."""

    name: str
    title: str
    bolt_names: tuple[str, ...] = ()
    gateway_names: tuple[str, ...] = ()
    api_hosts: tuple[str, ...] = ()
    price_table_id: str | None = None
    is_self_hosted: bool = False
    is_gateway: bool = False


class Providers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All providers."""

    provider: tuple[Provider, ...]


class Reporting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of all reports."""

    time_zone: str
    first_year: int


@cache
def slos() -> Slos:
    """Return the service level objectives."""
    return _read("slos.toml", Slos)


@cache
def task_classes() -> TaskClasses:
    """Return the task class rules."""
    return _read("task_classes.toml", TaskClasses)


@cache
def price_overrides() -> PriceOverrides:
    """Return the price overrides."""
    return _read("price_overrides.toml", PriceOverrides)


@cache
def providers() -> Providers:
    """Return the providers."""
    return _read("providers.toml", Providers)


@cache
def reporting() -> Reporting:
    """Return the settings of reports."""
    return _read("reporting.toml", Reporting)


def _read(name: str, shape: type[T]) -> T:
    try:
        return msgspec.toml.decode(files("data.definitions").joinpath(name).read_bytes(), type=shape)
    except (msgspec.DecodeError, OSError) as error:
        raise DefinitionError(f"data/definitions/{name} is wrong: {error}") from error
