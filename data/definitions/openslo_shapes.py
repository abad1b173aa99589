"""The shape of OpenSLO v1 documents, as far as Boltscope takes them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from data.definitions.reading import is_table

OWN_PREFIX = "boltscope."
"""How the names of annotations begin that hold what OpenSLO has no place for."""
_Text = Annotated[str, Meta(min_length=1)]
_Number = Annotated[str, Meta(pattern=r"^\d{1,12}(\.\d{1,12})?$", examples=["'2.5'"])]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class Annotations(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=lambda name: f"{OWN_PREFIX}{name}"):
    """What of an objective OpenSLO has no place for."""

    owner: _Text | UnsetType = UNSET
    why: _Text | UnsetType = UNSET
    threshold: _Number | UnsetType = UNSET
    threshold_unit: _Text | UnsetType = UNSET
    headline: _Text | UnsetType = UNSET
    headline_target: _Number | UnsetType = UNSET
    headline_unit: _Text | UnsetType = UNSET
    rollback_window_days: Annotated[str, Meta(pattern=r"^\d{1,4}$", examples=["'7'"])] | UnsetType = UNSET


class Metadata(_Strict, frozen=True):
    """What a document, or an indicator in it, is called."""

    name: _Text
    display_name: _Text | UnsetType = UNSET
    labels: dict[str, Any] | UnsetType | None = UNSET
    annotations: dict[str, str] | UnsetType | None = UNSET

    @property
    def own(self) -> Annotations:
        """Annotations of Boltscope, which were found right."""
        return msgspec.convert(own_annotations(self.annotations), Annotations)


class Counted(_Strict, frozen=True):
    """What Boltscope counts, in words."""

    events: _Text


class MetricSource(_Strict, frozen=True):
    """Who counts: a kind of source, or the name of a document of kind DataSource."""

    type: _Text | UnsetType = UNSET
    metric_source_ref: _Text | UnsetType = UNSET
    spec: dict[str, Any] = {}


class Metric(_Strict, frozen=True):
    """Good or total events."""

    metric_source: MetricSource


class RatioMetric(_Strict, frozen=True):
    """Good events of all."""

    good: Metric
    total: Metric
    counter: bool | UnsetType = UNSET


class IndicatorSpec(_Strict, frozen=True):
    """What an indicator measures."""

    ratio_metric: RatioMetric
    description: _Text | UnsetType = UNSET


class Indicator(_Strict, frozen=True):
    """An indicator within an objective."""

    metadata: Metadata
    spec: IndicatorSpec


class TimeWindow(_Strict, frozen=True):
    """The days that an objective looks at."""

    duration: _Text
    is_rolling: bool | UnsetType = UNSET


class Objective(_Strict, frozen=True):
    """The share of good events that is asked for."""

    display_name: _Text | UnsetType = UNSET
    target: float | UnsetType = UNSET
    target_percent: float | UnsetType = UNSET


class Spec(_Strict, frozen=True, kw_only=True):
    """What an objective is."""

    service: _Text
    indicator: Indicator | UnsetType = UNSET
    indicator_ref: _Text | UnsetType = UNSET
    time_window: tuple[TimeWindow, ...]
    budgeting_method: Literal["Occurrences"]
    objectives: tuple[Objective, ...]
    description: _Text | UnsetType = UNSET
    alert_policies: list[Any] | UnsetType | None = UNSET


class SloDocument(_Strict, frozen=True):
    """A document of an objective."""

    api_version: Literal["openslo/v1"]
    kind: Literal["SLO"]
    metadata: Metadata
    spec: Spec


class SliDocument(_Strict, frozen=True):
    """A document of an indicator."""

    api_version: Literal["openslo/v1"]
    kind: Literal["SLI"]
    metadata: Metadata
    spec: IndicatorSpec


def own_annotations(annotations: object) -> dict[str, object]:
    """Return those of a document's annotations that are Boltscope's."""
    found = annotations.items() if is_table(annotations) else ()
    return {str(key): value for key, value in found if str(key).startswith(OWN_PREFIX)}
