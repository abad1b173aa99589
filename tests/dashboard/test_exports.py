"""Exports: the agreed columns, plain values, safe cells, an order that loading cannot change, and sums that agree."""

import csv
import io
from datetime import UTC, date, datetime

import polars as pl
import pytest
from sqlmodel import SQLModel

from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.slo_rows import slo_rows, slo_rows_name
from dashboard.export_rows import ROW_TABLES
from dashboard.export_views import VIEW_TABLES
from dashboard.exports import (
    ExportError,
    Selection,
    check_export,
    csv_bytes,
    exports,
    safe_file_name,
    write_csv,
)
from data.frames import schema_of
from data.store import Store
from data.tables import (
    AccessGrant,
    Incident,
    Owner,
    Patch,
    PatchEvidence,
    PatchLink,
    PolicyChange,
    PullRequest,
    PullRequestReview,
    SecretRotation,
    Task,
    VcsCommit,
)
from fact_rows import Facts, at

AS_OF = at("2026-03-20T12:00")
AGREED = {
    "tasks": "task_id person project task_class requested_at outcome provider model cost_usd",
    "llm_calls": "llm_call_id task_id source provider model started_at input_tokens output_tokens total_tokens "
    "usage_status cost_usd cost_basis status error_kind latency_ms",
    "patches": "patch_id task_id proposed_at files_count lines_added lines_removed outcome rolled_back_at "
    "rollback_evidence risk_zone accepted_again_at accepted_again_id",
    "patch_files": "patch_file_id patch_id path",
    "approvals": "approval_id subject tool decision actor asked_at decided_at risk_zone accepted_again_at",
    "command_runs": "command_run_id status duration_ms",
    "tool_calls": "tool_call_id tool status",
    "deployments": "deployment_id platform status",
    "commits": "commit_id sha committed_at subject revert_kind",
    "pull_requests": "pull_request_id number state opened_at merged_at",
    "reviews": "review_id pull_request_id state submitted_at",
    "patch_links": "patch_id kind target_id method confidence",
    "patch_evidence": "patch_id kind evidence source happened_at taken_back_at confidence",
    "policy_changes": "policy_change_id area stage released_at",
    "incidents": "incident_id severity started_at resolved_at",
    "secret_rotations": "secret_rotation_id secret rotated_at due_at",
    "access_grants": "access_grant_id role granted_at revoked_at",
    "owners": "owner_id owned_kind owned since_at until_at",
    "chats": "chat_id title",
    "events": "event_id kind",
    "loads": "load_id file_name read_count loaded_count known_count quarantined_count",
    "quarantine": "load_id position reason",
    "slo_daily": "date slo good total value low high",
    "trusted_months": "figure trusted_from_month trusted_to_month needs",
    "records_by_month": "month label record_count",
    "links_by_month": "month patch_count commit_linked_rate unlinked_rate",
    "links_by_method": "kind method link_count",
    "coverage_by_month": "month source call_count cost_known_rate",
    "duplicates": "reason known_count",
    "quarantine_reasons": "reason record_count",
    "glossary": "group entry part meaning",
    "routes": "route tasks completed spend_usd quality_per_usd quality_per_usd_low quality_per_usd_high",
}
# These have rows also when nothing is loaded: what would have to be, and what words mean.
NEVER_EMPTY = {"trusted_months", "glossary"}


def text_of(store: Store, name: str, as_of: datetime = AS_OF, **selected: object) -> bytes:
    out = io.BytesIO()
    with store.reading() as connection:
        write_csv(connection, name, out, Selection(**selected), as_of)  # type: ignore[arg-type]
    return out.getvalue()


def rows(store: Store, name: str, as_of: datetime = AS_OF, **selected: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(store, name, as_of, **selected).decode(), newline="")))


def column(found: list[dict[str, str]], name: str) -> list[str]:
    return [row[name] for row in found]


@pytest.mark.parametrize("name", AGREED)
def test_every_agreed_column_is_there_also_in_an_empty_store(store: Store, name: str) -> None:
    header = text_of(store, name).decode().split("\r\n")
    assert header[1:] == [""] or name in NEVER_EMPTY
    assert set(AGREED[name].split()) <= set(header[0].split(","))


def test_what_is_listed_can_be_exported_and_the_header_is_as_listed(store: Store) -> None:
    views = {view.name for view in (*VIEW_TABLES, *ROW_TABLES)}
    assert {found.name for found in exports()} == set(AGREED) | views
    assert len(exports()) == len(AGREED) + len(views)
    for found in exports():
        assert text_of(store, found.name).decode().split("\r\n")[0] == ",".join(found.columns)


def test_every_column_that_can_be_exported_says_what_it_means() -> None:
    undeclared = [(found.name, column) for found in exports() for column, meaning in found.meanings() if not meaning]
    assert undeclared == []


@pytest.mark.parametrize("selected", [{"first": date(2026, 3, 1)}, {"project": "shop"}, {"person": "ada"}])
def test_a_table_about_the_whole_store_takes_no_filter_and_says_so(selected: dict[str, object]) -> None:
    with pytest.raises(ExportError, match="links_by_month accounts for the whole store and takes no filter"):
        check_export("links_by_month", Selection(**selected))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "table"), [("tasks", Task), ("patches", Patch)])
def test_what_a_table_counts_and_dates_has_the_same_name_in_its_file(name: str, table: type[SQLModel]) -> None:
    columns = set(next(found.columns for found in exports() if found.name == name))
    asked = {column for column in columns if column.endswith(("_count", "_at", "_after", "_kind", "_basis"))}
    assert asked
    assert asked <= set(schema_of(table))


class TestValues:
    def test_ids_instants_and_money_are_written_plainly(self, store: Store) -> None:
        facts = Facts()
        facts.task("2026-03-02T10:00:00.000123", task_key=0xABC, known_cost_micro_usd=1_234_567)
        row = rows(facts.write(store), "tasks")[0]
        assert row["task_id"] == "x0000000000000abc"
        assert row["requested_at"] == "2026-03-02T10:00:00.000123Z"
        assert row["requested_date"] == "2026-03-02"
        assert row["cost_usd"] == "1.234567"
        assert datetime.fromisoformat(row["requested_at"]) == datetime(2026, 3, 2, 10, 0, 0, 123, UTC)

    @pytest.mark.parametrize(
        ("calls", "unpriced", "cost"), [(2, 0, "0.500000"), (2, 1, ""), (0, 0, "")], ids=["known", "in part", "no call"]
    )
    def test_the_cost_of_a_task_is_empty_unless_all_of_it_is_known(
        self, store: Store, calls: int, unpriced: int, cost: str
    ) -> None:
        facts = Facts()
        facts.task(call_count=calls, unpriced_call_count=unpriced, known_cost_micro_usd=500_000)
        row = rows(facts.write(store), "tasks")[0]
        assert row["cost_usd"] == cost
        assert (row["known_cost_usd"], row["unpriced_call_count"]) == ("0.500000", str(unpriced))

    def test_unknown_values_are_empty_and_zero_is_zero(self, store: Store) -> None:
        facts = Facts()
        facts.call(cost_micro_usd=None, latency_ms=None, total_tokens=0)
        facts.call(cost_micro_usd=0, latency_ms=0)
        unknown, known = sorted(rows(facts.write(store), "llm_calls"), key=lambda row: row["cost_basis"], reverse=True)
        assert (unknown["cost_usd"], unknown["latency_ms"], unknown["total_tokens"]) == ("", "", "0")
        assert (known["cost_usd"], known["latency_ms"]) == ("0.000000", "0")

    def test_calls_that_another_row_describes_are_left_out(self, store: Store) -> None:
        facts = Facts()
        facts.call(cost_micro_usd=1)
        facts.call(cost_micro_usd=2, is_counted=False)
        assert column(rows(facts.write(store), "llm_calls"), "cost_usd") == ["0.000001"]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_text_that_looks_like_a_formula_gets_an_apostrophe_and_numbers_do_not(
        self, store: Store, start: str
    ) -> None:
        facts = Facts()
        facts.task(model=start + "cmd|' /C calc'!A0", provider="plain")
        facts.patch_file(facts.patch(lines_added=-5), start + "file")
        facts.write(store)
        assert column(rows(store, "tasks"), "model") == ["'" + start + "cmd|' /C calc'!A0"]
        assert column(rows(store, "patch_files"), "path") == ["'" + start + "file"]
        assert column(rows(store, "patches"), "lines_added") == ["-5"]
        assert rows(store, "routes", route=f"plain/{start}cmd|' /C calc'!A0")[0]["route"].startswith("plain/")

    def test_a_route_that_looks_like_a_formula_is_safe_in_figures_too(self, store: Store) -> None:
        facts = Facts()
        facts.task(provider="=1+1", model="x")
        assert column(rows(facts.write(store), "routes"), "route") == ["'=1+1/x"]

    def test_quotes_commas_and_line_breaks_survive(self, store: Store) -> None:
        title = 'A "new", shop\r\nwith lines – ünïcode 🦀'
        facts = Facts()
        facts.task(project=title)
        written = text_of(facts.write(store), "tasks")
        assert b'"A ""new"", shop\r\nwith lines' in written
        assert column(rows(store, "tasks"), "project") == [title]


class TestPatchOutcome:
    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            ({}, "kept"),
            ({"when": "2026-03-12T23:59"}, "kept"),  # its day ended 13 March 00:00, 7 days 12 hours before as_of
            ({"when": "2026-03-13T00:00"}, "immature"),
            ({"undone": "2026-03-03"}, "rolled_back"),
            ({"undone": "2026-03-09T10:01"}, "rolled_back"),  # exactly 7 days
            ({"undone": "2026-03-09T10:02"}, "kept"),  # after the window
            ({"when": "2026-03-19T10:00", "undone": "2026-03-20T10:00"}, "rolled_back"),
            ({"is_closed": False}, "unfinished"),
            ({"decision": "rejected"}, "rejected"),
            ({"decision": "pending"}, ""),
            ({"when": None}, ""),
        ],
    )
    def test_an_outcome_is_as_far_as_the_evidence_reaches(
        self, store: Store, columns: dict[str, object], expected: str
    ) -> None:
        facts = Facts()
        facts.patch(**columns)  # type: ignore[arg-type]
        assert column(rows(facts.write(store), "patches"), "outcome") == [expected]

    def test_a_patch_grows_up_with_as_of(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-13T00:00")
        facts.write(store)
        assert column(rows(store, "patches", at("2026-03-21")), "outcome") == ["kept"]

    def test_a_patch_is_judged_from_the_newest_chat_export_not_from_other_sources(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-01T10:00")
        facts.load(1, exported_at=at("2026-03-02"))
        facts.load(2, kind="litellm_spend", last_record_at=at("2026-04-02"))
        assert column(rows(facts.write(store), "patches", at("2026-04-02")), "outcome") == ["immature"]

    def test_outcomes_and_the_daily_objective_agree(self, store: Store) -> None:
        facts = Facts()
        for number in range(40):
            facts.patch(
                f"2026-03-{1 + number % 18:02d}T10:00",
                f"2026-03-{3 + number % 18:02d}T10:00" if number % 3 == 0 else None,
                decision="rejected" if number % 7 == 0 else None,
                is_closed=number % 11 != 0,
            )
        facts.write(store)
        mature = [row for row in rows(store, "patches") if row["proposed_at"] < "2026-03-13"]
        daily = [row for row in rows(store, "slo_daily") if row["slo"] == "diff_acceptance"]
        outcomes = [row["outcome"] for row in mature]
        assert sum(int(row["good"]) for row in daily) == outcomes.count("kept")
        assert sum(int(row["total"]) for row in daily) == len(outcomes) - outcomes.count("unfinished")


def outside_the_chat(facts: Facts, day: int) -> None:
    """Add a commit, a request with its review, a link, evidence, and one record of each kind of governance."""
    when = at(f"2026-03-{day:02d}T10:00")
    patch = facts.patch(f"2026-03-{day:02d}T10:00", patch_key=day)
    dated = {"project": "shop", "person": "ada"}
    facts.add(
        VcsCommit,
        vcs_commit_key=day,
        sha=f"{day:040x}",
        parent_shas="",
        committed_at=when,
        committed_date=when.date(),
        subject="=1+1",
        is_left_behind=False,
        **dated,
    )
    facts.add(
        PullRequest,
        pull_request_key=day,
        platform="github",
        number=day,
        state="open",
        opened_at=when,
        opened_date=when.date(),
        is_review_known=True,
        **dated,
    )
    facts.add(
        PullRequestReview,
        pull_request_review_key=day,
        pull_request_key=day,
        number_in_request=0,
        state="approved",
        submitted_at=when,
        submitted_date=when.date(),
        person="bob",
    )
    known = {"patch_key": patch, "confidence": 1.0}
    facts.add(
        PatchLink,
        patch_link_key=day,
        kind="commit",
        method="content",
        target_key=day,
        proposed_date=when.date(),
        **known,
    )
    facts.add(
        PatchEvidence,
        patch_evidence_key=day,
        kind="rollback",
        evidence="git_revert",
        source="git",
        is_fact=False,
        happened_at=when,
        **known,
    )
    facts.add(PolicyChange, policy_change_key=day, native_id=f"p{day}", area="tools", stage="proposed", **dated)
    facts.add(Incident, incident_key=day, native_id=f"i{day}", severity="minor", started_at=when, **dated)
    facts.add(SecretRotation, secret_rotation_key=day, native_id=f"s{day}", rotated_at=when, **dated)
    facts.add(AccessGrant, access_grant_key=day, native_id=f"a{day}", granted_at=when, **dated)
    facts.add(Owner, owner_key=day, native_id=f"o{day}", owned_kind="slo", since_at=when, **dated)


def test_the_first_line_of_a_commit_cannot_be_a_formula(store: Store) -> None:
    facts = Facts()
    outside_the_chat(facts, 1)
    assert column(rows(facts.write(store), "commits"), "subject") == ["'=1+1"]


def test_a_decision_says_the_zone_of_its_patch_and_no_other_decision_has_one(store: Store) -> None:
    facts = Facts()
    facts.patch(patch_key=7, risk_zone="billing", decision="rejected", accepted_again_at=at("2026-03-03"))
    facts.approval(subject="patch", subject_key=7, decision="rejected", tool=None)
    facts.approval(subject="command", subject_key=7, tool="npm")  # a command of the same number
    facts.write(store)
    found = {row["subject"]: (row["risk_zone"], row["accepted_again_at"]) for row in rows(store, "approvals")}
    assert found == {"patch": ("billing", "2026-03-03T00:00:00.000000Z"), "command": ("", "")}


def test_a_link_and_its_evidence_lead_to_the_patch_and_to_what_shows_it(store: Store) -> None:
    facts = Facts()
    outside_the_chat(facts, 2)
    facts.write(store)
    (link,), (shown,) = rows(store, "patch_links"), rows(store, "patch_evidence")
    assert link["patch_id"] == shown["patch_id"] == column(rows(store, "patches"), "patch_id")[0]
    assert link["target_id"] == column(rows(store, "commits"), "commit_id")[0]
    assert (link["kind"], link["method"], link["confidence"]) == ("commit", "content", "1.0")
    assert (shown["evidence"], shown["happened_at"]) == ("git_revert", "2026-03-02T10:00:00.000000Z")


class TestOrderAndSelection:
    def test_rows_come_by_time_and_id_those_without_time_last(self, store: Store) -> None:
        facts = Facts()
        for when, key in ((None, 1), ("2026-03-05", 2), ("2026-03-02", 4), ("2026-03-02", 3), ("2026-03-02T09:00", 5)):
            facts.task(when, task_key=key)
        facts.write(store)
        assert [int(row["task_id"].removeprefix("x"), 16) for row in rows(store, "tasks")] == [3, 4, 5, 2, 1]

    @pytest.mark.parametrize("name", [name for name in AGREED if name not in ("loads", "quarantine")])
    def test_the_order_of_loading_does_not_show(self, store: Store, name: str) -> None:
        facts = Facts()
        for day in range(1, 6):
            when = f"2026-03-{day:02d}T10:00"
            task = facts.task(when, task_key=day)
            facts.patch_file(facts.patch(when, task_key=task), "a.ts")
            facts.call(when, task_key=task)
            facts.approval(when, task_key=task)
            facts.command(when, task_key=task)
            facts.tool_call(when, task_key=task)
            facts.deployment(when)
            facts.event(when)
            outside_the_chat(facts, day)
        backwards = Facts(rows=list(reversed(facts.rows)))
        other = Store(store.url.replace("store.db", "other.db"))
        written = text_of(facts.write(store), name)
        assert written == text_of(backwards.write(other), name)
        assert name in ("chats", "duplicates", "quarantine_reasons") or written.count(b"\r\n") > 1

    def test_fact_exports_do_not_tell_loads(self) -> None:
        for found in exports():
            assert found.name in ("loads", "quarantine") or "load_id" not in found.columns

    @pytest.mark.parametrize(
        ("selected", "expected"),
        [
            ({}, 5),
            ({"first": date(2026, 3, 3)}, 2),
            ({"last": date(2026, 3, 2)}, 2),
            ({"first": date(2026, 3, 2), "last": date(2026, 3, 2)}, 2),
            ({"project": "shop"}, 4),
            ({"project": "(none)"}, 1),
            ({"person": "bob"}, 1),
            ({"task_class": "fix"}, 1),
            ({"route": "openrouter/a/b"}, 1),
            ({"route": "my/llm/qwen"}, 1),
            ({"project": "none such"}, 0),
        ],
    )
    def test_a_selection_takes_its_rows(self, store: Store, selected: dict[str, object], expected: int) -> None:
        facts = Facts()
        facts.task("2026-03-02T00:00", project=None)
        facts.task("2026-03-02T23:59", person="bob")
        facts.task("2026-03-03T00:00", task_class="fix")
        facts.task("2026-03-04T00:00", route="openrouter/a/b")
        facts.task(None, provider="my/llm", model="qwen")
        assert len(rows(facts.write(store), "tasks", **selected)) == expected

    def test_loads_are_selected_by_their_start(self, store: Store) -> None:
        facts = Facts()
        facts.load(1, started_at=at("2026-03-02T23:59"))
        facts.load(2, started_at=at("2026-03-03T00:00"))
        facts.quarantined(2)
        facts.write(store)
        assert column(rows(store, "loads", first=date(2026, 3, 3)), "load_id") == ["2"]
        assert column(rows(store, "loads", last=date(2026, 3, 2)), "load_id") == ["1"]
        assert column(rows(store, "quarantine", last=date(2026, 3, 2)), "load_id") == []

    @pytest.mark.parametrize("name", ["approvals", "command_runs", "tool_calls", "patch_files"])
    def test_what_belongs_to_a_task_is_selected_by_its_route(self, store: Store, name: str) -> None:
        facts = Facts()
        for route in ("openai/gpt-5", "anthropic/claude-sonnet-4-5"):
            task = facts.task(route=route)
            facts.approval(task_key=task)
            facts.command(task_key=task)
            facts.tool_call(task_key=task)
            facts.patch_file(facts.patch(task_key=task, route=route), "a.ts")
        assert len(rows(facts.write(store), name, route="openai/gpt-5")) == 1
        assert len(rows(store, name)) == 2


class TestRoutes:
    def test_spend_lies_with_the_route_that_served_and_the_task_with_the_one_asked_for(self, store: Store) -> None:
        facts = Facts()
        for day in range(1, 11):
            when = f"2026-03-{day:02d}T10:00"
            task = facts.task(when, route="openai/gpt-5")
            facts.call(when, task_key=task, route="openai/gpt-5", cost_micro_usd=400_000)
            facts.call(
                when, task_key=task, route="anthropic/claude-sonnet-4-5", cost_micro_usd=100_000, is_fallback=True
            )
        facts.call(route="openai/gpt-5", cost_micro_usd=9_000_000)  # of no task
        anthropic, openai = rows(facts.write(store), "routes")
        assert (openai["route"], openai["tasks"], openai["completed"], openai["spend_usd"]) == (
            "openai/gpt-5",
            "10",
            "10",
            "4.0",
        )
        assert openai["quality_per_usd"] == "2.5"  # 10 tasks kept / 4 USD
        assert (openai["quality_per_usd_low"], openai["quality_per_usd_high"]) == ("2.5", "2.5")
        assert (anthropic["tasks"], anthropic["spend_usd"], anthropic["quality_per_usd"]) == (
            "0",
            "1.0",
            "0.0",
        )

    def test_tasks_whose_patches_were_undone_are_no_quality(self, store: Store) -> None:
        facts = Facts()
        kept, undone = facts.task(), facts.task()
        facts.patch(undone="2026-03-03", task_key=undone)
        for task in (kept, undone):
            facts.call(task_key=task, cost_micro_usd=500_000)
        row = rows(facts.write(store), "routes")[0]
        assert (row["completed"], row["completed_without_rollback"], row["quality_per_usd"]) == ("2", "1", "1.0")

    def test_young_tasks_count_and_are_told_beside(self, store: Store) -> None:
        facts = Facts()
        # Seen from noon of 20 March, 12 March is the newest mature day; seen from the export of 12 March, 4 March is.
        for when in ("2026-03-02T10:00", "2026-03-12T10:00", "2026-03-13T10:00", "2026-03-19T10:00"):
            facts.call(when, task_key=facts.task(when), cost_micro_usd=500_000)
        row = rows(facts.write(store), "routes")[0]
        assert (row["tasks"], row["completed"], row["spend_usd"]) == ("4", "4", "2.0")
        assert (row["completed_without_rollback"], row["quality_per_usd"]) == ("4", "2.0")  # 4 / (4 * 0.50)
        assert row["immature_task_count"] == "2"
        facts = Facts()
        facts.load(1, exported_at=at("2026-03-12T10:00"))
        assert rows(facts.write(store), "routes")[0]["immature_task_count"] == "3"

    @pytest.mark.parametrize(
        ("route", "cost", "spend"),
        [("ollama/qwen", 0, "0.0"), ("openai/gpt-5", None, ""), ("openai/gpt-5", 0, "0.0")],
        ids=["self-hosted", "unknown", "zero"],
    )
    def test_without_spend_there_is_no_ratio(self, store: Store, route: str, cost: int | None, spend: str) -> None:
        facts = Facts()
        facts.call(task_key=facts.task(route=route), route=route, cost_micro_usd=cost)
        row = rows(facts.write(store), "routes")[0]
        assert (row["spend_usd"], row["quality_per_usd"], row["tasks"]) == (spend, "", "1")
        assert row["is_self_hosted"] == ("true" if route.startswith("ollama") else "false")

    def test_unpriced_calls_make_a_range_instead_of_a_number(self, store: Store) -> None:
        facts = Facts()
        for day in range(1, 11):
            when = f"2026-03-{day:02d}T10:00"
            task = facts.task(when)
            facts.call(when, task_key=task, cost_micro_usd=500_000)
            facts.call(when, task_key=task, cost_micro_usd=None)
        row = rows(facts.write(store), "routes")[0]
        assert (row["unpriced_call_count"], row["is_spend_known"], row["spend_usd"]) == ("10", "false", "5.0")
        assert row["quality_per_usd"] == ""
        # 10 tasks for 5 USD at best; for 10 USD if each unpriced call cost as much as the others.
        assert (row["quality_per_usd_low"], row["quality_per_usd_high"]) == ("1.0", "2.0")


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "selected", "words"),
        [
            ("task", {}, ["no table 'task'", "Did you mean tasks?", "slo_daily", "--list"]),
            ("zzz", {}, ["no table 'zzz'", "Tables: tasks"]),
            ("slo_daily", {"person": "ada"}, ["slo_daily cannot be filtered by --person", "not kept by person"]),
            ("chats", {"task_class": "fix", "route": "a/b"}, ["--route, --task-class", "--project"]),
            (
                "tasks",
                {"first": date(2026, 3, 2), "last": date(2026, 3, 1)},
                ["--from 2026-03-02 is after --to 2026-03-01"],
            ),
        ],
    )
    def test_a_wrong_export_says_what_there_is(self, name: str, selected: dict[str, object], words: list[str]) -> None:
        with pytest.raises(ExportError) as raised:
            check_export(name, Selection(**selected))  # type: ignore[arg-type]
        for word in words:
            assert word in str(raised.value)


class TestFrames:
    def test_a_frame_is_written_like_the_exports(self) -> None:
        frame = pl.DataFrame(
            {
                "title": ["=1+1", "plain", None],
                "count": [-5, 0, None],
                "rate": [0.25, 1e-7, float("nan")],
                "at": [at("2026-03-02T10:00"), None, None],
                "day": [date(2026, 3, 2), None, None],
                "is_demo": [True, False, None],
            }
        )
        assert csv_bytes(frame).decode() == (
            "title,count,rate,at,day,is_demo\r\n"
            "'=1+1,-5,0.25,2026-03-02T10:00:00.000000Z,2026-03-02,true\r\n"
            "plain,0,0.0000001,,,false\r\n"
            ",,,,,\r\n"
        )

    def test_an_empty_frame_has_its_header(self) -> None:
        assert csv_bytes(pl.DataFrame(schema={"a": pl.String, "b": pl.Int64})) == b"a,b\r\n"

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            (("boltscope", "tasks", "2026-03-01_to_2026-03-31"), "boltscope_tasks_2026-03-01_to_2026-03-31.csv"),
            (("tasks", None, "openai/gpt-5"), "tasks_openai-gpt-5.csv"),
            (("../../etc/passwd",), "etc-passwd.csv"),
            (("Ünïcode shop", "a\nb", "=cmd"), "Unicode-shop_a-b_cmd.csv"),
            (("///",), "export.csv"),
            (("x" * 500,), "x" * 150 + ".csv"),
        ],
    )
    def test_a_file_name_holds_nothing_that_a_file_system_dislikes(
        self, parts: tuple[str | None, ...], expected: str
    ) -> None:
        assert safe_file_name(*parts) == expected


def test_only_tables_about_prices_take_a_date_of_prices(store: Store):
    facts = Facts()
    used = {"input_tokens": 1_000_000, "output_tokens": 0, "total_tokens": 1_000_000}
    facts.call(route="deepseek/deepseek-chat", computed_cost_micro_usd=280_000, cost_micro_usd=280_000, **used)
    facts.write(store)
    out = io.BytesIO()
    with store.reading() as connection:
        write_csv(connection, "price_effect", out, Selection(prices_of=date(2025, 8, 1)), at("2026-03-03"))
        with pytest.raises(ExportError, match=r"tasks is not about prices.*price_effect, spend_change"):
            write_csv(connection, "tasks", io.BytesIO(), Selection(prices_of=date(2025, 8, 1)), at("2026-03-03"))
    row = next(row for row in csv.DictReader(io.StringIO(out.getvalue().decode())) if row["route"] != "all")
    # 0.27 USD for 16 hours of a day and 0.135 for 8 of them, instead of 0.28.
    assert (row["prices_of_date"], float(row["at_date_usd"])) == ("2025-08-01", pytest.approx(0.225))


def test_the_rows_behind_an_objective_are_written_whole_and_in_the_order_of_the_page(store: Store) -> None:
    facts = Facts()
    for number in range(45):
        facts.task(f"2026-03-{number % 20 + 1:02}T10:{number:02}", outcome="failed" if number % 3 else "completed")
    chosen = Filter(Period(date(2026, 3, 1), date(2026, 3, 20)))
    selection = Selection(date(2026, 3, 1), date(2026, 3, 20))
    with facts.write(store).reading() as connection:
        for only_bad, count in ((False, 45), (True, 30)):
            out = io.BytesIO()
            name = slo_rows_name("task_success", only_bad=only_bad)
            assert write_csv(connection, name, out, selection, AS_OF) == count
            pages = [
                slo_rows(
                    connection, chosen, "task_success", chosen.period.first, chosen.period.last,
                    only_bad=only_bad, limit=20, offset=offset,
                )
                for offset in (0, 20, 40)
            ]  # fmt: skip
            assert out.getvalue() == csv_bytes(pl.concat(pages))
