"""Objectives as OpenSLO v1 documents, and back: the shape of the documents, and how each of our values is written.

Names follow RFC 1123 there, so task_success is task-success. What OpenSLO has no place for is an annotation. What a
document has beside its objective (labels, annotations of others, alert policies, documents of other kinds) is left out
and said; what would change what an objective means is refused.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from data.definitions.burn_windows import read_burn_windows
from data.definitions.mistakes import shown
from data.definitions.objectives import FILE_NAME, MEASURED, Slo, Slos, read_slos
from data.definitions.objectives_toml import toml_of
from data.definitions.openslo_shapes import (
    Annotations,
    Counted,
    IndicatorSpec,
    MetricSource,
    Objective,
    SliDocument,
    SloDocument,
    TimeWindow,
    own_annotations,
)
from data.definitions.reading import content_of, is_table, problems_of, refusal
from data.definitions.yaml_documents import YamlError, read_documents, write_documents
from data.errors import DefinitionError

_SERVICE = "boltscope"
_TYPE = "boltscope"
_DAYS_IN = {"h": 1 / 24, "d": 1, "w": 7}
_OF_ALL = "rollback_window_days"
_OWN = ("threshold", "threshold_unit", "headline", "headline_target", "headline_unit")
_NAMES = tuple(name.replace("_", "-") for name in MEASURED)
_NUMBERS = ("threshold", "headline_target")
_OTHER_KINDS = ("Service", "DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget")
"""Kinds of OpenSLO v1 documents that say nothing of an objective."""
_ADVICE = {
    "thresholdMetric": "shares of events are measured; name one of Boltscope's indicators with indicatorRef",
    "bad": "good and total events are counted; write good instead",
    "raw": "good and total events are counted, not a ratio that is ready",
    "rawType": "good and total events are counted, not a ratio that is ready",
    "calendar": "windows roll; leave it out and write isRolling: true",
    "op": "it belongs to thresholds of a metric; an objective here is a share of events, so leave it out",
    "value": "it belongs to thresholds of a metric; an objective here is a share of events, so leave it out",
    "timeSliceTarget": "events are counted, not slices of time; leave it out",
    "timeSliceWindow": "events are counted, not slices of time; leave it out",
    "indicator": "an objective has one indicator, in spec",
    "indicatorRef": "an objective has one indicator, in spec",
    "compositeWeight": "an objective has one indicator, and no weights",
}
"""What OpenSLO v1 knows and Boltscope does not measure: what is measured, and what to do."""


class Taken(NamedTuple):
    """What an OpenSLO file comes to."""

    slos: Slos
    kept: tuple[str, ...]
    """Names of the objectives that it has no document of: they are as they were."""
    left_out: tuple[str, ...]
    """What it has that Boltscope has no place for, a sentence for each."""


def openslo_of(objectives: Slos) -> str:
    """Return objectives as OpenSLO v1 YAML, a document for each, in their order."""
    return write_documents([_document(slo, objectives) for slo in objectives.slo])


def slos_of_openslo(content: bytes, file: str, current: Slos) -> Taken:
    """Return the objectives that an OpenSLO file asks for.

    What a document may leave out stays as it is now. An indicator may stand in the document, in an SLI document of the
    file, or be named as one of Boltscope's. Raises DefinitionError that lists everything that Boltscope cannot take:
    unknown objectives and keys, other indicators, windows that are not whole days, burn rules that no objective can
    reach any more.
    """
    try:
        documents = _separate(read_documents(content))
    except YamlError as error:
        raise refusal(file, [str(error)]) from None
    wrong: list[str] = [] if documents else ["it has no document; dashboard slos --openslo writes what is expected"]
    left_out: list[str] = []
    read: list[SloDocument] = []
    indicators: dict[str, IndicatorSpec] = {}
    slis = [given for given in documents if _inside(given, "kind") == "SLI"]
    known = {*_NAMES, *(name for name in map(_name, slis) if name)}
    sources = _sources_of(documents)
    for number, given in enumerate(documents, 1):
        place, kind = f"document {number}{_named(given)}", _inside(given, "kind")
        if isinstance(kind, str) and kind in _OTHER_KINDS:
            left_out.append(f"{place} is of kind {kind}")
            continue
        shape = SliDocument if kind == "SLI" else SloDocument
        problems = [_with_advice(problem) for problem in problems_of(given, shape, place)]
        if not is_table(given):
            wrong += problems
            continue
        problems += _problems_of_metadata(given, place)
        if kind == "SLI":
            problems += _problems_of_metrics(_inside(given, "spec"), sources, f"{place}: spec")
        else:
            problems += [*_problems(given, place), *_problems_of_indicators(given, known, f"{place}: spec")]
            inner = _inside(given, "spec", "indicator", "spec")
            problems += _problems_of_metrics(inner, sources, f"{place}: spec: indicator: spec")
        wrong += problems
        left_out += _left_out(given, place)
        if not problems and kind == "SLI":
            sli = msgspec.convert(given, SliDocument)
            indicators[sli.metadata.name] = sli.spec
        elif not problems:
            read.append(msgspec.convert(given, SloDocument))
    objectives = [given for given in documents if _inside(given, "kind") not in ("SLI", *_OTHER_KINDS)]
    times = Counter(name for name in map(_name, objectives) if name)
    wrong += [f"{shown(name)} is there {count} times; once is expected" for name, count in times.items() if count > 1]
    if documents and not objectives:
        wrong.append("it has no document of kind SLO; dashboard slos --openslo writes what is expected")
    if wrong:
        raise refusal(file, wrong)
    by_name = {document.metadata.name.replace("-", "_"): document for document in read}
    windows = [document.metadata.own.rollback_window_days for document in read]
    window = next((int(days) for days in windows if days is not UNSET), current.rollback_window_days)
    slos = tuple(_slo(by_name[slo.name], slo, indicators) if slo.name in by_name else slo for slo in current.slo)
    asked = Slos(window, slos)
    _check_as_definitions(asked, file)
    return Taken(asked, tuple(slo.name for slo in current.slo if slo.name not in by_name), tuple(left_out))


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


def _problems_of_metadata(given: object, place: str) -> Iterator[str]:
    """Tell what is wrong with Boltscope's own annotations; those of others are not looked at."""
    annotations = _inside(given, "metadata", "annotations")
    if not problems_of(annotations, dict[str, str] | None):
        yield from problems_of(own_annotations(annotations), Annotations, f"{place}: metadata: annotations")


def _problems_of_metrics(given: object, sources: Mapping[str, str], place: str) -> Iterator[str]:
    """Tell where the events of an indicator are counted by somebody else."""
    for part in ("good", "total"):
        source, here = _inside(given, "ratioMetric", part, "metricSource"), f"{place}: ratioMetric: {part}"
        if source is None or problems_of(source, MetricSource):
            continue
        read = msgspec.convert(source, MetricSource)
        named = sources.get(read.metric_source_ref, read.metric_source_ref) if read.metric_source_ref else UNSET
        kind = read.type or named
        if kind is UNSET:
            yield f"{here}: metricSource: type is missing; expected is {_TYPE}"
        elif kind != _TYPE:
            yield (
                f"{here}: metricSource is '{shown(kind)}', and Boltscope counts the events itself. Write indicatorRef "
                f"with one of {', '.join(_NAMES)} instead, or type: {_TYPE} with what is counted as spec: events"
            )
        else:
            yield from problems_of(read.spec, Counted, f"{here}: metricSource: spec")


def _separate(documents: Iterable[object]) -> list[object]:
    """Return documents one by one: tools of OpenSLO also write them as one document that is a list of them."""
    return [one for given in documents for one in (given if isinstance(given, list) else [given]) if one is not None]


def _sources_of(documents: Iterable[object]) -> Mapping[str, str]:
    """Return the types of the data sources that a file has documents of, by name."""
    return {
        name: kind
        for given in documents
        if _inside(given, "kind") == "DataSource" and (name := _name(given)) is not None
        if isinstance(kind := _inside(given, "spec", "type"), str)
    }


def _with_advice(problem: str) -> str:
    """Say of a key that is right in OpenSLO and not measured what to do about it."""
    found = re.fullmatch(r"(.*?)unknown key (\w+)( \(is .*\))?; expected .*", problem, re.DOTALL)
    if found is not None and found[2] in _ADVICE:
        return f"{found[1]}{found[2]} is not measured by Boltscope: {_ADVICE[found[2]]}"
    found = re.fullmatch(r"(.*budgetingMethod: )'(\w+)' is not known; .*", problem, re.DOTALL)
    if found is not None:
        return f"{found[1]}{found[2]} is not measured by Boltscope: events are counted; write Occurrences"
    return problem


def _left_out(given: object, place: str) -> Iterator[str]:
    """Tell what a document has that Boltscope has no place for."""
    for keys in (("metadata",), ("spec", "indicator", "metadata")):
        where = f"{place}: {': '.join(keys)}"
        if _inside(given, *keys, "labels"):
            yield f"{where}: labels"
        others = _inside(given, *keys, "annotations")
        names = [shown(name) for name in others if name not in own_annotations(others)] if is_table(others) else []
        if names:
            yield f"{where}: annotations {', '.join(names)}"
    if _inside(given, "spec", "alertPolicies"):
        yield f"{place}: spec: alertPolicies (what fires is in data/definitions/burn_windows.toml)"


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
    if problems_of(given, tuple[TimeWindow, ...]):
        return
    windows = msgspec.convert(given, tuple[TimeWindow, ...])
    if len(windows) != 1:
        yield f"{place}: exactly one is expected"
    for window in windows:
        if window.is_rolling is not True:
            yield f"{place}: isRolling must be true; windows of the calendar are not measured"
        if _days(window.duration) is None:
            yield f"{place}: duration: '{shown(window.duration)}' is no number of whole days such as 30d, 4w or 720h"


def _problems_of_targets(given: object, place: str) -> Iterator[str]:
    if problems_of(given, tuple[Objective, ...]):
        return
    objectives = msgspec.convert(given, tuple[Objective, ...])
    if len(objectives) != 1:
        yield f"{place}: exactly one is expected"
    for objective in objectives:
        target = _target(objective)
        if target is None:
            yield f"{place}: either target or targetPercent is expected"
        elif not 0 < target < 1:
            yield f"{place}: target must be between 0 and 1, targetPercent between 0 and 100"


def _slo(document: SloDocument, now: Slo, indicators: Mapping[str, IndicatorSpec]) -> Slo:
    """Return the objective of a document that was found right; what it leaves out is as it is now."""
    metadata, own, spec = document.metadata, document.metadata.own, document.spec
    named = None if spec.indicator_ref is UNSET else indicators.get(spec.indicator_ref)
    indicator = named if spec.indicator is UNSET else spec.indicator.spec
    # One that is named and has no document is Boltscope's own, as it is now.
    ratio = None if indicator is None else indicator.ratio_metric
    asked: dict[str, Any] = {
        "title": metadata.display_name,
        "owner": own.owner,
        "why": own.why,
        "objective": _target(spec.objectives[0]),
        "window_days": _days(spec.time_window[0].duration),
        "good": UNSET if ratio is None else ratio.good.metric_source.spec["events"],
        "total": UNSET if ratio is None else ratio.total.metric_source.spec["events"],
        "help": spec.description,
    }
    for key in _OWN:
        value = getattr(own, key)
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


def _target(objective: Objective) -> float | None:
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
