"""What the data covers, whether all of it is accounted for, the control plane, and the choices of the filters."""

from datetime import date

import pytest

from dashboard.analysis import health
from dashboard.analysis.choices import choices
from dashboard.analysis.control_plane import control_plane
from dashboard.analysis.coverage import coverage
from dashboard.analysis.filters import NONE_NAME, Period, make_filter
from data.store import Store
from fact_rows import Facts, at

AS_OF = at("2026-03-20T12:00")
CHOSEN = make_filter(AS_OF, custom=Period(date(2026, 3, 1), date(2026, 3, 20)))


def a_bit_of_everything() -> Facts:
    facts = Facts()
    task = facts.task("2026-03-02T10:00")
    facts.task("2026-03-04T10:00", "unknown", project=None, task_class="fix", route="openai/gpt-5")
    facts.call("2026-03-02T10:00", task_key=task, total_tokens=10, latency_ms=5, cost_micro_usd=900_000)
    facts.call("2026-03-03T10:00", cost_micro_usd=100_000, source="bolt_chat", is_fallback=True)
    facts.call("2026-04-03T10:00", cost_micro_usd=None)
    facts.call(None)
    facts.patch("2026-03-02T10:00", "2026-03-03", task_key=task)
    facts.command(task_key=task)
    facts.command(status=None)
    facts.approval()
    facts.approval(decision="pending", actor="unknown")
    facts.tool_call()
    facts.deployment()
    facts.event()
    facts.load(
        1,
        read=10,
        loaded=6,
        known=3,
        bad=1,
        first_record_at=at("2026-03-02"),
        last_record_at=at("2026-03-18T12:00"),
        finished_at=at("2026-03-19"),
    )
    facts.load(2, read=5, loaded=0, known=5, kind="litellm_spend", is_demo=True)
    facts.known(1, "loaded_before", 2)
    facts.known(1, "repeated_in_file", 1)
    facts.known(2, "loaded_before", 5)
    facts.quarantined(1, "bad_time", excerpt="{}")
    return facts


@pytest.fixture
def full(store: Store) -> Store:
    return a_bit_of_everything().write(store)


def test_coverage_says_what_is_there_how_fresh_and_how_much_is_known(full: Store) -> None:
    with full.reading() as connection:
        found = coverage(connection, CHOSEN, AS_OF)
    assert (found.first_day, found.last_day) == (date(2026, 3, 2), date(2026, 4, 3))
    assert (found.file_count, found.is_demo, found.is_all_demo) == (2, True, False)
    assert found.days_with_data == 3  # 2, 3 and 4 March
    assert found.undated_count == 1
    chats, gateway = found.sources
    assert (chats.kind, chats.record_count, chats.age_days) == ("bolt_chats", 6, 2.0)
    assert (gateway.kind, gateway.first_record_at, gateway.age_days) == ("litellm_spend", None, None)
    assert {fact.label: fact.value for fact in found.shares} == {
        "Tasks of known outcome": 1 / 2,
        "Calls of known cost": 1.0,
        "Calls of known tokens": 1 / 2,
        "Calls of known duration": 1 / 2,
        "Spend that belongs to a task": 0.9,
    }


def test_an_empty_store_covers_nothing(store: Store) -> None:
    with store.reading() as connection:
        found = coverage(connection, CHOSEN, AS_OF)
        offered = choices(connection)
    assert (found.first_day, found.newest_record_at, found.sources, found.file_count) == (None, None, (), 0)
    assert [fact.value for fact in found.shares] == [None] * 5
    assert (offered.projects, offered.routes, offered.task_classes, offered.first_day) == ((), (), (), None)


def test_every_record_read_is_loaded_known_or_quarantined(full: Store) -> None:
    with full.reading() as connection:
        found = health.accounting(connection)
        known = health.duplicates(connection)
        bad = health.quarantine_reasons(connection)
    assert (found.read, found.loaded, found.known, found.quarantined) == (15, 6, 8, 1)
    assert found.is_balanced
    assert known["known_count"].sum() == found.known
    assert bad["record_count"].sum() == found.quarantined
    assert known.row(0) == ("loaded_before", "an earlier file holds the same record", "litellm_spend", 5, 1)


def test_a_file_whose_records_do_not_add_up_is_noticed(store: Store) -> None:
    facts = Facts()
    facts.load(1, read=10, loaded=9)
    facts.load(2, read=10, loaded=11)  # the sums over both files agree; each file does not
    with facts.write(store).reading() as connection:
        found = health.accounting(connection)
    assert (found.unbalanced_files, found.is_balanced) == (2, False)


def test_loads_and_quarantine_come_a_page_at_a_time_newest_first(full: Store) -> None:
    with full.reading() as connection:
        assert health.loads(connection)["load_id"].to_list() == [2, 1]
        assert health.loads(connection, limit=1, offset=1)["load_id"].to_list() == [1]
        assert health.quarantine_rows(connection)["reason"].to_list() == ["bad_time"]
        assert health.quarantine_rows(connection, reason="not_json").is_empty()


@pytest.mark.parametrize(
    "table",
    [health.loads, health.duplicates, health.quarantine_reasons, health.quarantine_rows, health.coverage_by_month],
)
def test_tables_of_an_empty_store_have_their_columns_and_types(store: Store, full: Store, table) -> None:
    empty = Store(str(full.url).replace("store.db", "empty.db"))
    with empty.reading() as nothing, full.reading() as something:
        assert table(nothing).schema == table(something).schema
        assert table(nothing).is_empty()


def test_coverage_by_month_tells_sources_apart(full: Store) -> None:
    with full.reading() as connection:
        rows = health.coverage_by_month(connection).rows()
    assert rows == [
        # month, source, calls, usage, cost, latency, attributed calls, attributed spend
        (date(2026, 3, 1), "bolt_chat", 1, 0.0, 1.0, 0.0, 0.0, 0.0),
        (date(2026, 3, 1), "litellm", 1, 1.0, 1.0, 1.0, 1.0, 1.0),
        (date(2026, 4, 1), "litellm", 1, 0.0, 0.0, 0.0, 0.0, None),
    ]


def test_the_control_plane_counts_what_flowed_through_it(full: Store) -> None:
    with full.reading() as connection:
        found = control_plane(connection, CHOSEN, AS_OF)
    counts = {stage.name: {fact.label: fact.value for fact in stage.counts} for stage in found.stages}
    assert counts["tasks"] == {"Tasks": 2, "Completed": 1, "Failed": 0, "Aborted": 0}
    assert counts["decisions"] == {"Decisions": 2, "By a person": 1, "Waiting": 1}
    assert counts["routes"] == {"Routes": 1, "Calls": 2, "By a fallback": 1}
    assert counts["changes"] == {"Patches": 1, "Rolled back": 1, "Commands": 2, "Tool calls": 1, "Deployments": 1}
    assert counts["telemetry"] == {"Calls": 2, "Log entries": 1, "Files loaded": 2}
    assert counts["alerts"] == {"Alerts": None}
    assert {name for flow in found.flows for name in flow} == {stage.name for stage in found.stages}


def test_what_has_no_route_is_not_counted_for_one(full: Store) -> None:
    chosen = make_filter(AS_OF, custom=CHOSEN.period, route="anthropic/claude-sonnet-4-5")
    with full.reading() as connection:
        found = control_plane(connection, chosen, AS_OF)
    tools = next(fact for stage in found.stages for fact in stage.counts if fact.label == "Tool calls")
    assert tools.value is None
    assert tools.note


def test_the_filters_offer_what_occurs_and_rows_without_a_name_last(full: Store) -> None:
    with full.reading() as connection:
        found = choices(connection)
    assert found.projects == ("shop", NONE_NAME)
    assert found.routes == ("anthropic/claude-sonnet-4-5", "openai/gpt-5")
    assert found.task_classes == ("edit", "fix")
    assert (found.first_day, found.last_day) == (date(2026, 3, 2), date(2026, 4, 3))
