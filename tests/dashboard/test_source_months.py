"""Coverage by source and month, and from which month on a figure can be trusted: few rows, counted on paper."""

from datetime import date

from dashboard.analysis.link_coverage import links_by_method, links_by_month
from dashboard.analysis.source_months import NEEDS, months_between, records_by_month, trusted_months
from data.store import Store
from data.tables import PatchLink, VcsCommit
from data.words import FactSource, Thing
from fact_rows import Facts, at


def commit(facts: Facts, number: int, when: str) -> None:
    facts.add(
        VcsCommit,
        vcs_commit_key=number,
        project="shop",
        sha=f"{number:040x}",
        parent_shas="",
        committed_at=at(when),
        committed_date=at(when).date(),
        is_left_behind=False,
    )


def trusted(store: Store) -> dict[str, tuple[date | None, date | None, int | None, int]]:
    with store.reading() as connection:
        return {row[0]: row[1:5] for row in trusted_months(connection).rows()}


def test_records_are_counted_by_month_source_and_thing_with_the_days_that_have_any(store: Store) -> None:
    facts = Facts()
    for when in ("2026-03-02T10:00", "2026-03-02T11:00", "2026-03-05T09:00", "2026-04-01T09:00"):
        facts.task(when)
    facts.command("2026-03-02T10:00", "ok", 900)
    with facts.write(store).reading() as connection:
        found = records_by_month(connection)
    assert found.rows() == [
        (date(2026, 3, 1), "bolt_chat", "task", "Chats: tasks", 3, 2),
        (date(2026, 3, 1), "record", "command_run", "Own records: commands", 1, 1),
        (date(2026, 4, 1), "bolt_chat", "task", "Chats: tasks", 1, 1),
    ]


def test_a_figure_is_trusted_from_the_newest_unbroken_run_of_months(store: Store) -> None:
    facts = Facts()
    for month in (1, 2, 5, 6):
        facts.task(f"2026-0{month}-10T10:00")
    for month in (3, 4):
        commit(facts, month, f"2026-0{month}-10T10:00")
    found = trusted(facts.write(store))
    # Tasks: January and February, nothing in March and April, then May and June, the newest month of the store.
    assert found["Task success"] == (date(2026, 5, 1), date(2026, 6, 1), 2, 4)
    # Commits: March and April; nothing since, so May and June are missing.
    assert found["Diff acceptance: git reverts"] == (date(2026, 3, 1), date(2026, 4, 1), 2, 2)
    assert found["Runtime health"] == (None, None, None, 0)


def test_commands_that_were_only_proposed_in_a_chat_tell_nothing_about_the_runtime(store: Store) -> None:
    facts = Facts()
    facts.command("2026-03-02T10:00", None, None)
    assert trusted(facts.write(store))["Runtime health"] == (None, None, None, 0)
    facts = Facts()
    facts.command("2026-03-02T11:00", "ok", 5, command_run_key=2)
    assert trusted(facts.write(store))["Runtime health"] == (date(2026, 3, 1), date(2026, 3, 1), 0, 1)


def test_an_empty_store_has_every_figure_and_no_month(store: Store) -> None:
    assert trusted(store) == {need.figure: (None, None, None, 0) for need in NEEDS}


def test_every_need_names_things_and_sources_that_exist() -> None:
    for need in NEEDS:
        assert need.things <= set(Thing)
        assert need.sources
        assert need.sources <= set(FactSource)


def test_months_between_leave_no_gap_and_cross_the_year() -> None:
    assert months_between([date(2026, 2, 1), date(2025, 11, 1)]) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert months_between([]) == []


def linked(facts: Facts, patch: int, kind: str, method: str, confidence: float) -> None:
    facts.add(
        PatchLink,
        patch_link_key=len(facts.rows),
        patch_key=patch,
        kind=kind,
        method=method,
        confidence=confidence,
        project="shop",
        proposed_date=at("2026-03-02").date(),
    )


def test_links_are_rates_of_all_patches_and_the_unlinked_ones_are_counted(store: Store) -> None:
    facts = Facts()
    first = facts.patch(has_commit=True, has_pull_request=True, has_deployment=False)
    second = facts.patch(has_commit=True, has_pull_request=False, has_deployment=False)
    facts.patch(has_commit=False, has_pull_request=False, has_deployment=False)
    facts.patch()
    linked(facts, first, "commit", "content", 1.0)
    linked(facts, second, "commit", "paths", 0.6)
    linked(facts, first, "pull_request", "commit", 1.0)
    with facts.write(store).reading() as connection:
        # 4 patches: 2 in commits, 1 of them in a request, none deployed, 2 nowhere.
        assert links_by_month(connection).rows() == [(date(2026, 3, 1), 4, 0.5, 0.25, 0.0, 2, 0.5)]
        methods = links_by_method(connection)
    assert methods.select("kind", "method", "link_count", "unsure_count").rows() == [
        ("commit", "content", 1, 0),
        ("commit", "paths", 1, 1),
        ("pull request", "commit", 1, 0),
    ]
