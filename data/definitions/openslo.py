"""Objectives as OpenSLO v1 documents, and back: the shape of the documents, and how each of our values is written.

Names follow RFC 1123 there, so task_success is task-success. What OpenSLO has no place for is an annotation.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from data.definitions.burn_windows import read_burn_windows
from data.definitions.objectives import FILE_NAME, MEASURED, Slo, Slos, read_slos
from data.definitions.objectives_toml import toml_of
from data.definitions.reading import content_of, problems_of, refusal, shown
from data.definitions.yaml_documents import YamlError, read_documents, write_documents
from data.errors import DefinitionError

_SERVICE = "boltscope"
_TYPE = "boltscope"
_Text = Annotated[str, Meta(min_length=1)]
_Number = Annotated[str, Meta(pattern=r"^\d{1,12}(\.\d{1,12})?$")]
_DAYS_IN = {"h": 1 / 24, "d": 1, "w": 7}
_OF_ALL = "rollback_window_days"
_OWN = ("threshold", "threshold_unit", "headline", "headline_target", "headline_unit")
_NAMES = tuple(name.replace("_", "-") for name in MEASURED)
_NUMBERS = ("threshold", "headline_target")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class _Annotations(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=lambda name: f"boltscope.{name}"):
    owner: _Text | UnsetType = UNSET
    why: _Text | UnsetType = UNSET
    threshold: _Number | UnsetType = UNSET
    threshold_unit: _Text | UnsetType = UNSET
    headline: _Text | UnsetType = UNSET
    headline_target: _Number | UnsetType = UNSET
    headline_unit: _Text | UnsetType = UNSET
    rollback_window_days: Annotated[str, Meta(pattern=r"^\d{1,4}$")] | UnsetType = UNSET


class _Metadata(_Strict, frozen=True):
    name: _Text
    annotations: _Annotations = _Annotations()
    display_name: _Text | UnsetType = UNSET


class _IndicatorMetadata(_Strict, frozen=True):
    name: _Text
    display_name: _Text | UnsetType = UNSET


class _Counted(_Strict, frozen=True):
    events: _Text


class _MetricSource(_Strict, frozen=True):
    type: Literal["boltscope"]
    spec: _Counted


class _Metric(_Strict, frozen=True):
    metric_source: _MetricSource


class _RatioMetric(_Strict, frozen=True):
    good: _Metric
    total: _Metric
    counter: bool | UnsetType = UNSET


class _IndicatorSpec(_Strict, frozen=True):
    ratio_metric: _RatioMetric
    description: _Text | UnsetType = UNSET


class _Indicator(_Strict, frozen=True):
    metadata: _IndicatorMetadata
    spec: _IndicatorSpec


class _TimeWindow(_Strict, frozen=True):
    duration: _Text
    is_rolling: bool | UnsetType = UNSET


class _Objective(_Strict, frozen=True):
    display_name: _Text | UnsetType = UNSET
    target: float | UnsetType = UNSET
    target_percent: float | UnsetType = UNSET


class _Spec(_Strict, frozen=True, kw_only=True):
    service: _Text
    indicator: _Indicator | UnsetType = UNSET
    indicator_ref: _Text | UnsetType = UNSET
    time_window: tuple[_TimeWindow, ...]
    budgeting_method: Literal["Occurrences"]
    objectives: tuple[_Objective, ...]
    description: _Text | UnsetType = UNSET
    alert_policies: tuple[()] | UnsetType = UNSET
    """None: what fires is in burn_windows.toml."""


class _Document(_Strict, frozen=True):
    api_version: Literal["openslo/v1"]
    kind: Literal["SLO"]
    metadata: _Metadata
    spec: _Spec


class _SliDocument(_Strict, frozen=True):
    api_version: Literal["openslo/v1"]
    kind: Literal["SLI"]
    metadata: _IndicatorMetadata
    spec: _IndicatorSpec


def openslo_of(objectives: Slos) -> str:
    """Return objectives as OpenSLO v1 YAML, a document for each, in their order."""
    return write_documents([_document(slo, objectives) for slo in objectives.slo])


def slos_of_openslo(content: bytes, file: str, current: Slos) -> tuple[Slos, tuple[str, ...]]:
    """Return the objectives that an OpenSLO file asks for, and the names of those it leaves as they are.

    What a document may leave out stays as it is now. An indicator may stand in the document, in an SLI document of the
    file, or be named as one of Boltscope's. Raises DefinitionError that lists everything that Boltscope cannot take:
    unknown objectives and keys, other indicators, windows that are not whole days, burn rules that no objective can
    reach any more.
    """
    try:
        documents = read_documents(content)
    except YamlError as error:
        raise refusal(file, [str(error)]) from None
    wrong: list[str] = [] if documents else ["it has no document; dashboard slos --openslo writes what is expected"]
    read: list[_Document] = []
    indicators: dict[str, _IndicatorSpec] = {}
    slis = [given for given in documents if _inside(given, "kind") == "SLI"]
    known = {*_NAMES, *(name for name in map(_name, slis) if name)}
    for number, given in enumerate(documents, 1):
        place = f"document {number}{_named(given)}"
        if given in slis:
            problems = problems_of(given, _SliDocument, place)
            if not problems:
                sli = msgspec.convert(given, _SliDocument)
                indicators[sli.metadata.name] = sli.spec
        else:
            problems = problems_of(given, _Document, place)
            problems += [*_problems(given, place), *_problems_of_indicators(given, known, f"{place}: spec")]
            if not problems:
                read.append(msgspec.convert(given, _Document))
        wrong += problems
    times = Counter(name for name in (_name(given) for given in documents if given not in slis) if name)
    wrong += [f"{shown(name)} is there {count} times; once is expected" for name, count in times.items() if count > 1]
    if wrong:
        raise refusal(file, wrong)
    by_name = {document.metadata.name.replace("-", "_"): document for document in read}
    windows = [document.metadata.annotations.rollback_window_days for document in read]
    window = next((int(days) for days in windows if days is not UNSET), current.rollback_window_days)
    slos = tuple(_slo(by_name[slo.name], slo, indicators) if slo.name in by_name else slo for slo in current.slo)
    asked = Slos(window, slos)
    _check_as_definitions(asked, file)
    return asked, tuple(slo.name for slo in current.slo if slo.name not in by_name)


def _document(slo: Slo, objectives: Slos) -> dict[str, Any]:
    annotations = {"boltscope.owner": slo.owner, "boltscope.why": slo.why}
    for key in _OWN:
        value: object = getattr(slo, key)
        if value is not None:
            annotations[f"boltscope.{key}"] = f"{value:.12f}".rstrip("0").rstrip(".") if key in _NUMBERS else str(value)
    if slo.name == "diff_acceptance":
        annotations[f"boltscope.{_OF_ALL}"] = str(objectives.rollback_window_days)
    name = slo.name.replace("_", "-")
    metadata = {"name": name, "displayName": slo.title}
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {**metadata, "annotations": annotations},
        "spec": {
            "description": slo.help,
            "service": _SERVICE,
            "indicator": {
                "metadata": dict(metadata),
                # No counter: a patch that is rolled back later is taken out of the good ones again.
                "spec": {"ratioMetric": {"counter": False, "good": _metric(slo.good), "total": _metric(slo.total)}},
            },
            "timeWindow": [{"duration": f"{slo.window_days}d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": slo.objective}],
        },
    }


def _metric(events: str) -> dict[str, Any]:
    return {"metricSource": {"type": _TYPE, "spec": {"events": events}}}


def _problems(given: object, place: str) -> Iterator[str]:
    """Tell what the shape alone does not say, of all parts that have their shape."""
    name = _name(given)
    if name is not None and name not in _NAMES:
        yield f"{place}: metadata: name: '{shown(name)}' is not measured by Boltscope; there are {', '.join(_NAMES)}"
    if name != "diff-acceptance" and _inside(given, "metadata", "annotations", f"boltscope.{_OF_ALL}") is not None:
        yield f"{place}: metadata: annotations: boltscope.{_OF_ALL} belongs to diff-acceptance"
    yield from _problems_of_windows(_inside(given, "spec", "timeWindow"), f"{place}: spec: timeWindow")
    yield from _problems_of_targets(_inside(given, "spec", "objectives"), f"{place}: spec: objectives")


def _problems_of_indicators(given: object, known: Collection[str], place: str) -> Iterator[str]:
    """Tell where an indicator is missing, there twice, or named and not known."""
    has_own, named = _inside(given, "spec", "indicator") is not None, _inside(given, "spec", "indicatorRef")
    if has_own == (named is not None):
        yield f"{place}: either indicator or indicatorRef is expected"
    elif isinstance(named, str) and named not in known:
        yield (
            f"{place}: indicatorRef: '{shown(named)}' is no SLI document of this file and none of {', '.join(_NAMES)}"
        )


def _problems_of_windows(given: object, place: str) -> Iterator[str]:
    if problems_of(given, tuple[_TimeWindow, ...]):
        return
    windows = msgspec.convert(given, tuple[_TimeWindow, ...])
    if len(windows) != 1:
        yield f"{place}: exactly one is expected"
    for window in windows:
        if window.is_rolling is not True:
            yield f"{place}: isRolling must be true; windows of the calendar are not measured"
        if _days(window.duration) is None:
            yield f"{place}: duration: '{shown(window.duration)}' is no number of whole days such as 30d, 4w or 720h"


def _problems_of_targets(given: object, place: str) -> Iterator[str]:
    if problems_of(given, tuple[_Objective, ...]):
        return
    objectives = msgspec.convert(given, tuple[_Objective, ...])
    if len(objectives) != 1:
        yield f"{place}: exactly one is expected"
    for objective in objectives:
        target = _target(objective)
        if target is None:
            yield f"{place}: either target or targetPercent is expected"
        elif not 0 < target < 1:
            yield f"{place}: target must be between 0 and 1, targetPercent between 0 and 100"


def _slo(document: _Document, now: Slo, indicators: Mapping[str, _IndicatorSpec]) -> Slo:
    """Return the objective of a document that was found right; what it leaves out is as it is now."""
    metadata, spec = document.metadata, document.spec
    named = None if spec.indicator_ref is UNSET else indicators.get(spec.indicator_ref)
    indicator = named if spec.indicator is UNSET else spec.indicator.spec
    # One that is named and has no document is Boltscope's own, as it is now.
    ratio = None if indicator is None else indicator.ratio_metric
    asked: dict[str, Any] = {
        "title": metadata.display_name,
        "owner": metadata.annotations.owner,
        "why": metadata.annotations.why,
        "objective": _target(spec.objectives[0]),
        "window_days": _days(spec.time_window[0].duration),
        "good": UNSET if ratio is None else ratio.good.metric_source.spec.events,
        "total": UNSET if ratio is None else ratio.total.metric_source.spec.events,
        "help": spec.description,
    }
    for key in _OWN:
        value = getattr(metadata.annotations, key)
        asked[key] = float(value) if key in _NUMBERS and value is not UNSET else value
    return msgspec.structs.replace(now, **{key: value for key, value in asked.items() if value is not UNSET})


def _check_as_definitions(asked: Slos, file: str) -> None:
    """Refuse what slos.toml or the burn-rate rules would be wrong with."""
    wrong: list[str] = []
    for check in (
        lambda: read_slos(toml_of(asked).encode()),
        lambda: read_burn_windows(content_of("burn_windows.toml"), asked),
    ):
        try:
            check()
        except DefinitionError as error:
            first, *lines = str(error).splitlines()
            wrong += [line if FILE_NAME in first else f"{first.split(' ')[0]}: {line}" for line in lines]
    if wrong:
        raise refusal(file, wrong)


def _target(objective: _Objective) -> float | None:
    if isinstance(objective.target, float) and objective.target_percent is UNSET:
        return objective.target
    if isinstance(objective.target_percent, float) and objective.target is UNSET:
        return round(objective.target_percent / 100, 14)
    return None


def _days(duration: str) -> int | None:
    found = re.fullmatch(r"([1-9][0-9]{0,6})([hdw])", duration)
    days = int(found[1]) * _DAYS_IN[found[2]] if found else 0.0
    return round(days) if days >= 1 and days == round(days) else None


def _inside(given: object, *keys: str) -> object:
    """Return what a document has at a place; null when it has no such place."""
    for key in keys:
        given = given.get(key) if isinstance(given, dict) else None  # pyright: ignore[reportUnknownMemberType]
    return given


def _name(given: object) -> str | None:
    name = _inside(given, "metadata", "name")
    return name if isinstance(name, str) and name else None


def _named(given: object) -> str:
    name = _name(given)
    return f" ({shown(name)})" if name else ""
