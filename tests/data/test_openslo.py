"""OpenSLO v1 documents of the five objectives: out and in again, and everything that cannot be taken."""

import re
from typing import Any

import msgspec
import pytest
import yaml

from data.definitions import slos
from data.definitions.openslo import openslo_of, slos_of_openslo
from data.definitions.yaml_documents import MOST_BYTES
from data.errors import DefinitionError

EXAMPLE = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: cost-efficiency
  displayName: Cost of work
  annotations:
    boltscope.owner: "Finance"
    boltscope.threshold: "2.5"
spec:
  description: Tasks should stay cheap.
  service: boltscope
  indicator:
    metadata:
      name: cost-efficiency
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: boltscope
            spec:
              events: completed tasks within 2.50 USD
        total:
          metricSource:
            type: boltscope
            spec:
              events: completed tasks with known cost
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - targetPercent: 99.9
"""


def taken(text: str):
    found = slos_of_openslo(text.encode(), "team.yaml", slos())
    return found.slos, found.kept


def left_out(text: str) -> tuple[str, ...]:
    return slos_of_openslo(text.encode(), "team.yaml", slos()).left_out


def wrong(content: str | bytes) -> list[str]:
    content = content.encode() if isinstance(content, str) else content
    with pytest.raises(DefinitionError) as refused:
        slos_of_openslo(content, "team.yaml", slos())
    first, *lines = str(refused.value).splitlines()
    assert first == "team.yaml is wrong:"
    return lines


def test_what_goes_out_comes_in_again_as_it_was():
    assert taken(openslo_of(slos())) == (slos(), ())


def test_odd_words_and_numbers_come_in_again_as_they_were():
    odd = 'yes: "no" # [x] {y} *z &a ! | > % @ \n line \t tab ünïcode 🦊 \x85 \x07 30'
    changed = [
        msgspec.structs.replace(
            slo, why=odd, owner="30", good="true", total="null", help=odd, objective=0.9500000000000001
        )
        for slo in slos().slo
    ]
    changed[2] = msgspec.structs.replace(
        changed[2], threshold=0.000125, headline_target=1e9, headline_unit="s", window_days=365
    )
    objectives = msgspec.structs.replace(slos(), slo=tuple(changed), rollback_window_days=14)
    assert taken(openslo_of(objectives)) == (objectives, ())


def test_one_document_changes_one_objective_and_leaves_what_it_does_not_say():
    asked, kept = taken(EXAMPLE)
    now = slos().named("cost_efficiency")
    assert asked.named("cost_efficiency") == msgspec.structs.replace(
        now,
        title="Cost of work",
        owner="Finance",
        # 99.9 / 100, without the last digit of a binary division
        objective=0.999,
        # 4 weeks * 7 days
        window_days=28,
        threshold=2.5,
        good="completed tasks within 2.50 USD",
        help="Tasks should stay cheap.",
    )
    assert kept == ("task_success", "diff_acceptance", "runtime_health", "provider_stability")
    assert [asked.named(name) for name in kept] == [slos().named(name) for name in kept]
    assert asked.rollback_window_days == slos().rollback_window_days


def test_the_documents_keep_the_rules_of_the_specification():
    """Rules of schemas/v1 of OpenSLO at revision ca2b593; 02e6460, an older one, limits values of annotations too."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(openslo_of(slos())))
    assert len(documents) == 5
    for document in documents:
        assert list(document) == ["apiVersion", "kind", "metadata", "spec"]
        assert (document["apiVersion"], document["kind"]) == ("openslo/v1", "SLO")
        metadata, spec = document["metadata"], document["spec"]
        inner = spec["indicator"]["metadata"]
        for named in (metadata, inner):
            assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", named["name"])
            assert len(named["displayName"]) <= 63
        assert all(
            re.fullmatch(r"[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?", key) for key in metadata["annotations"]
        )
        assert all(isinstance(value, str) for value in metadata["annotations"].values())
        assert len(spec["description"]) <= 1050
        assert len(spec["timeWindow"]) == 1
        assert re.fullmatch(r"[1-9][0-9]*[mhdwMQY]", spec["timeWindow"][0]["duration"])
        assert spec["budgetingMethod"] == "Occurrences"
        ratio = spec["indicator"]["spec"]["ratioMetric"]
        assert set(ratio) == {"counter", "good", "total"}
        assert all(ratio[part]["metricSource"]["spec"] for part in ("good", "total"))
        assert [0 <= objective["target"] < 1 for objective in spec["objectives"]] == [True]


def test_everything_that_cannot_be_taken_is_said_at_once():
    text = (
        EXAMPLE.replace("cost-efficiency\n  displayName", "cost-eficiency\n  displayName")
        .replace('boltscope.owner: "Finance"', "boltscope.ownr: ops\n    boltscope.rollback_window_days: '3'")
        .replace("openslo/v1", "openslo/v2alpha")
        .replace("4w", "1M")
        .replace("isRolling: true", "isRolling: false")
        .replace("Occurrences", "Timeslices")
        .replace("targetPercent: 99.9", "targetPercent: 99.9\n      target: 0.9\n      op: lte")
        .replace("type: boltscope", "type: Prometheus", 1)
    )
    place = "document 1 (cost-eficiency): "
    assert wrong(text) == [
        place + "apiVersion: 'openslo/v2alpha' is not known; expected is openslo/v1",
        place + "spec: budgetingMethod: Timeslices is not measured by Boltscope: events are counted; write Occurrences",
        place + "spec: objectives 1: op is not measured by Boltscope: it belongs to thresholds of a metric; an "
        "objective here is a share of events, so leave it out",
        place + "metadata: annotations: unknown key boltscope.ownr (is boltscope.owner meant?); expected are "
        "boltscope.owner, boltscope.why, boltscope.threshold, boltscope.threshold_unit, boltscope.headline, "
        "boltscope.headline_target, boltscope.headline_unit, boltscope.rollback_window_days",
        place
        + "metadata: name: 'cost-eficiency' is not measured by Boltscope; there are task-success, diff-acceptance, "
        "runtime-health, provider-stability, cost-efficiency",
        place + "metadata: annotations: boltscope.rollback_window_days belongs to diff-acceptance",
        place + "spec: timeWindow: isRolling must be true; windows of the calendar are not measured",
        place + "spec: timeWindow: duration: '1M' is no number of whole days such as 30d, 4w or 720h",
        place + "spec: indicator: spec: ratioMetric: good: metricSource is 'Prometheus', and Boltscope counts the "
        "events itself. Write indicatorRef with one of task-success, diff-acceptance, runtime-health, "
        "provider-stability, cost-efficiency instead, or type: boltscope with what is counted as spec: events",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("targetPercent: 99.9", "target: 1", "target must be between 0 and 1"),
        ("targetPercent: 99.9", "target: 0.0", "target must be between 0 and 1"),
        ("targetPercent: 99.9", "targetPercent: 0.95\n    - target: 0.5", "objectives: exactly one is expected"),
        ("targetPercent: 99.9", "target: .nan", "a finite number is expected"),
        ("targetPercent: 99.9", "target: 'x'", "target: a number is expected, not text"),
        ("targetPercent: 99.9", "target: 0.9\n      op: lt", "op is not measured by Boltscope: it belongs"),
        ("4w", "25h", "'25h' is no number of whole days"),
        ("4w", "0d", "'0d' is no number"),
        ("4w", "4000d", "window_days: must be at most 3660, and is 4000"),
        ("4w", "30", "duration: text is expected, not a whole number; write it in quotes"),
        ('"2.5"', "2.5", "annotations: one of its values: text is expected, not a number; write it in"),
        ('"2.5"', '"-2.5"', "boltscope.threshold"),
        ('"2.5"', '"0"', "slo cost_efficiency: threshold must be a number above 0, in USD"),
        ('"Finance"', '"\\ud800"', "boltscope.owner: half of a surrogate pair is no text"),
        ('"Finance"', '""', "boltscope.owner: must not be empty"),
        ("cost-efficiency\n  displayName", "cost_efficiency\n  displayName", "'cost_efficiency' is not measured"),
        ("cost-efficiency\n  displayName", "runtime-health\n  displayName", None),
        ("kind: SLO", "kind: Objective", "kind: 'Objective' is not known; expected is SLO"),
        ("    metadata:\n      name: cost-efficiency\n", "", "spec: indicator: metadata is missing"),
        (
            "        counter: true\n        good:",
            "        bad:",
            "bad is not measured by Boltscope: good and total",
        ),
        ("    metadata:\n      name: cost-efficiency\n    spec:", "    spec:", "spec: indicator: metadata is missing"),
        ("  service: boltscope\n", "  service: ''\n", "service: must not be empty"),
        ("  service: boltscope\n", "  service: shop\n  indicatorRef: cost-efficiency\n", "either indicator or indica"),
        ("Cost of work", "C" * 64, "title: must have at most 63 characters, and has 64"),
    ],
)
def test_one_thing_that_cannot_be_taken_is_named(before: str, after: str, said: str | None):
    assert before in EXAMPLE
    text = EXAMPLE.replace(before, after, 1)
    if said is None:
        taken(text.replace('    boltscope.threshold: "2.5"\n', ""))
        return
    assert any(said in line for line in wrong(text)), wrong(text)


REFERENCE = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: task-success
  displayName: Work gets done
spec:
  description: What people ask for gets done.
  service: app-builder
  indicatorRef: asked-and-done
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: Nearly all
      target: 0.97
  alertPolicies: []
---
apiVersion: openslo/v1
kind: SLI
metadata:
  name: asked-and-done
spec:
  description: tasks that ended as asked
  ratioMetric:
    counter: true
    good:
      metricSource: {type: boltscope, spec: {events: tasks that were completed}}
    total:
      metricSource: {type: boltscope, spec: {events: tasks that ended}}
"""
"""Put together like the published examples schema-test/spec-files/v1/slo/slo-indicatorref-rolling-no-alerts.yaml (no
annotations, a display name of the objective) and test/v1/multi.yaml of oslo (the indicator a document of its own)."""


def test_an_indicator_may_be_a_document_of_its_own():
    asked, kept = taken(REFERENCE)
    now = slos().named("task_success")
    assert asked.named("task_success") == msgspec.structs.replace(
        now, title="Work gets done", help="What people ask for gets done.", objective=0.97, window_days=28,
        good="tasks that were completed", total="tasks that ended",
    )  # fmt: skip
    assert len(kept) == 4


def test_documents_may_stand_in_one_list():
    separate = [yaml.safe_load(EXAMPLE), *yaml.safe_load_all(REFERENCE.replace("asked-and-done", "task-success"))]
    both = yaml.safe_dump([document for document in separate if document and document["kind"] == "SLO"])
    assert both.startswith("- apiVersion")
    found = taken(both)[0]
    assert (found.named("cost_efficiency").objective, found.named("task_success").objective) == (0.999, 0.97)
    assert wrong(yaml.safe_dump([separate[0], 3])) == ["document 2: keys and values are expected"]


def test_a_list_that_is_missing_is_not_told_in_words_of_toml():
    listed = "timeWindow:\n    - duration: 4w\n      isRolling: true"
    assert listed in EXAMPLE
    said = wrong(EXAMPLE.replace(listed, "timeWindow: {unit: Day}"))
    assert said == ["document 1 (cost-efficiency): spec: timeWindow: a list is expected"]


def test_an_indicator_of_ours_may_be_named():
    text = REFERENCE.partition("---")[0].replace("asked-and-done", "task-success")
    now = slos().named("task_success")
    asked = taken(text)[0].named("task_success")
    assert (asked.objective, asked.good, asked.total, asked.owner) == (0.97, now.good, now.total, now.owner)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "indicatorRef: asked-and-done",
            "indicatorRef: other",
            "indicatorRef: 'other' is no SLI document of this file",
        ),
        ("  indicatorRef: asked-and-done\n", "", "either indicator or indicatorRef is expected"),
        # As in the published examples of SLIs, whose events Boltscope does not count.
        (
            "{type: boltscope, spec: {events: tasks that ended}}",
            "{type: Prometheus, spec: {query: up}}",
            "'Prometheus'",
        ),
        ("ratioMetric:", "thresholdMetric:", "spec: thresholdMetric is not measured by Boltscope: shares of events"),
        (
            "isRolling: true",
            "isRolling: false\n      calendar: {timeZone: UTC}",
            "calendar is not measured by Boltscope: windows",
        ),
        ("target: 0.97", "target: 0.97\n      op: gt", "op is not measured by Boltscope"),
        (
            "type: boltscope, spec: {events: tasks that ended}",
            "metricSourceRef: main, spec: {query: up}",
            "ratioMetric: total: metricSource is 'main', and Boltscope counts the events itself. Write indicator",
        ),
        ("{type: boltscope, spec: {events: tasks that ended}}", "{spec: {events: a}}", "metricSource: type is missing"),
    ],
)
def test_what_published_examples_hold_and_boltscope_cannot_take_is_named(before: str, after: str, said: str):
    assert before in REFERENCE
    assert any(said in line for line in wrong(REFERENCE.replace(before, after, 1)))


BESIDE = """\
apiVersion: openslo/v1
kind: Service
metadata: {name: app-builder}
spec: {description: The builder.}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: ours}
spec: {type: boltscope, connectionDetails: {}}
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: task-success
  labels: {team: [web, core]}
  annotations: {team.example/channel: ops, boltscope.owner: Web team}
spec:
  service: app-builder
  indicator:
    metadata: {name: done, labels: {a: b}, annotations: }
    spec:
      ratioMetric:
        good: {metricSource: {metricSourceRef: ours, spec: {events: done}}}
        total: {metricSource: {metricSourceRef: boltscope, type: boltscope, spec: {events: ended}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.97}]
  alertPolicies: [{alertPolicyRef: page}]
"""
"""Of the parts that published documents have beside the objective (test/v1 of oslo, schemas/v1 of OpenSLO)."""


def test_what_documents_have_beside_the_objective_is_left_out_and_said():
    asked = taken(BESIDE)[0].named("task_success")
    assert (asked.owner, asked.good, asked.total, asked.objective) == ("Web team", "done", "ended", 0.97)
    assert left_out(BESIDE) == (
        "document 1 (app-builder) is of kind Service",
        "document 2 (ours) is of kind DataSource",
        "document 3 (task-success): metadata: labels",
        "document 3 (task-success): metadata: annotations team.example/channel",
        "document 3 (task-success): spec: indicator: metadata: labels",
        "document 3 (task-success): spec: alertPolicies (what fires is in data/definitions/burn_windows.toml)",
    )
    assert left_out(BESIDE.replace("alertPolicies: [{alertPolicyRef: page}]", "alertPolicies:"))[-1].endswith("labels")
    assert left_out(openslo_of(slos())) == ()


def test_a_file_without_any_objective_is_refused():
    assert wrong(BESIDE.partition("---")[0]) == [
        "it has no document of kind SLO; dashboard slos --openslo writes what is expected"
    ]


def test_an_objective_that_no_burn_rule_can_reach_is_refused_with_the_reason():
    # An objective of 0.01 burns at most at 1 / 0.99 = 1.01: below 14.4, 6 and 3 of the shipped rules.
    low = re.sub(r"target: [0-9.]+", "target: 0.01", openslo_of(slos()))
    said = wrong(low)
    assert len(said) == 3
    assert said[0].startswith(
        "data/definitions/burn_windows.toml: rule page_1h: can fire for no SLO (task_success: a burn"
    )


def test_a_document_that_is_there_twice_is_refused():
    assert wrong(f"{EXAMPLE}---\n{EXAMPLE}") == ["cost-efficiency is there 2 times; once is expected"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it has no document"),
        (b"---\n---\n", "it has no document"),
        (b"# " + b"x" * MOST_BYTES, "larger than 1,000,000 bytes"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b"a: &x [1]\nb: *x\n", "line 2: aliases (*name) are not taken"),
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", "line 4: the key 'c' is there twice"),
        (b"[" * 900_000, "line 1: more than 30 levels in each other"),
        (b"{a: " * 200_000, "line 1: more than 30 levels in each other"),
        (b"- " * 300_000, "line 1: more than 30 levels in each other"),
        (b"[" + b"1," * 499_000 + b"]", "more than 5,000 keys and values"),
        (b"t: " + b"1:" * 300_000 + b"1", "line 1: a value has more than 10,000 characters"),
        (b"--- 1\n" * 101, "more than 100 documents"),
        (b"a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        (b"n: " + b"9" * 5_000, "no YAML of plain values"),
        (b"t: 2020-99-01", "no YAML of plain values"),
        (b"? [a]\n: b", "unhashable key"),
        (b"a: [", "line 1: "),
        (b"a: \x00", "no YAML of plain values"),
        (b"- 1\n--- x\n", "document 2: keys and values are expected"),
        (b"metadata: 3\n1: 2\n", "document 1: unknown key 1;"),
        (b"metadata: {name: [x]}", "document 1: metadata: name: text is expected, not a list"),
        (b'"\\e[31m": 1', "unknown key \\x1b[31m;"),
        (b"!!binary aGk=: 1", "document 1: unknown key"),
    ],
)
def test_files_that_are_no_such_documents_are_refused_with_the_reason(content: bytes, said: str):
    lines = wrong(content)
    assert any(said in line for line in lines), lines
