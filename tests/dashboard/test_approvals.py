"""What stands beside the verdicts: decisions over time, what waits, tools, reviewers, replay, the rows behind."""

import pickle
import re
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from statsmodels.stats.multitest import multipletests

from approval_facts import decided_facts, hostile_decisions
from dashboard.analysis.approval_replay import Rule, Worth, _chance, replay_frame, replays, replays_of
from dashboard.analysis.approval_words import decisions_words, one_replay_words, queue_words, replay_words, tool_words
from dashboard.analysis.decision_rows import Group, Shown, decision_row_count, decision_rows
from dashboard.analysis.decisions_over_time import (
    decisions_frame,
    decisions_over_time,
    subjects_asked,
    waiting_frame,
)
from dashboard.analysis.filters import Filter, Period, make_filter
from dashboard.analysis.reviewers import reviewer_load
from dashboard.analysis.second_reviewers import high_risk_zones, second_reviewers
from dashboard.analysis.strictness import Balance, strictness
from dashboard.analysis.strictness_costs import Bounded
from dashboard.analysis.strictness_counts import ALL, Counts, Place, Who
from dashboard.analysis.tool_decisions import tool_decisions
from dashboard.analysis.trend_buckets import Every
from dashboard.analysis.waiting_now import waiting_now
from data.definitions.approval_costs import read_approval_costs
from data.histogram import Histogram
from data.store import Store
from data.words import Actor, Decision, Subject
from fact_rows import Facts, at
from year_of_facts import LAST_DAY

AS_OF = LAST_DAY + timedelta(hours=14)
PERIOD = Period(LAST_DAY.date() - timedelta(days=89), LAST_DAY.date())
CHOSEN = make_filter(AS_OF, custom=PERIOD)
FACTS = {"patch", "approval", "tool_call", "asked", "call", "one"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return decided_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('decided') / 'store.db'}"))


def test_the_verdicts_follow_from_facts(store: Store):
    with store.reading() as connection:
        found = strictness(connection, CHOSEN, AS_OF)
    verdicts = {(cell.place.zone, cell.place.who): cell.verdict for cell in found.by_zone}
    assert verdicts["billing", Who.HUMAN] is Balance.TOO_LAX
    assert verdicts["environment", Who.HUMAN] is Balance.TOO_RESTRICTIVE
    billing = found.at(Place("billing", ALL, Who.HUMAN))
    assert billing is not None
    # 82 days of the 90 are old enough: the newest 8 (20 to 13 November) can still see a rollback.
    assert (billing.lax.k, billing.lax.n) == (82, 4 * 82)
    assert billing.median_wait_hours == pytest.approx(21.5 / 60, rel=0.02)


def filters() -> list[Filter]:
    return [
        CHOSEN,
        make_filter(AS_OF, custom=PERIOD, project="shop", task_class="edit", route="anthropic/claude-sonnet-4-5"),
    ]


@pytest.mark.parametrize("shown", Shown)
@pytest.mark.parametrize("chosen", filters(), ids=["everything", "filtered"])
def test_the_rows_behind_a_group_are_as_many_as_the_rollup_counts(store: Store, shown: Shown, chosen: Filter):
    seen = 0
    with store.reading() as connection:
        found = strictness(connection, chosen, AS_OF)
        places = [cell.place for cell in (*found.by_zone, *found.by_zone_and_class, *found.whole)]
        for place in places:
            for only_settled in (True, False):
                group = Group(place, shown, only_settled=only_settled)
                count = decision_row_count(connection, chosen, AS_OF, group)
                rows = decision_rows(connection, chosen, AS_OF, group, limit=10_000, offset=0)
                assert rows.height == count, (place, only_settled)
                assert set(rows["decided_by"]) <= {place.who.value}
                seen += count
        everybody = Group(Place(ALL, ALL, Who.HUMAN), shown, True, False, high_risk_zones())
        count = decision_row_count(connection, chosen, AS_OF, everybody)
        assert decision_rows(connection, chosen, AS_OF, everybody, limit=10_000, offset=0).height == count
    assert seen > 0


def test_rows_say_what_became_of_a_patch_and_name_no_person(store: Store):
    with store.reading() as connection:
        lax = Group(Place("billing", ALL, Who.HUMAN), Shown.ROLLED_BACK)
        rows = decision_rows(connection, CHOSEN, AS_OF, lax, limit=20, offset=20)
        strict = Group(Place("environment", ALL, Who.HUMAN), Shown.GOOD_REJECTED)
        rejected = decision_rows(connection, CHOSEN, AS_OF, strict, limit=20, offset=0)
    assert rows.height == 20
    assert rows["is_rolled_back"].all()
    assert rows["proposed_at"].is_sorted(descending=True)
    assert rejected["accepted_again_at"].null_count() == 0
    assert rejected["wait_hours"].to_list() == pytest.approx([24 + 2 / 60, 24 + 1 / 60] * 10)
    assert not {"person", "decided_by_person", "reviewer"} & set(rows.columns)


def test_the_pages_of_rows_are_the_whole_of_them(store: Store):
    group = Group(Place("billing", ALL, Who.HUMAN))
    with store.reading() as connection:
        total = decision_row_count(connection, CHOSEN, AS_OF, group)
        asked = (connection, CHOSEN, AS_OF, group)
        whole = decision_rows(*asked, limit=total, offset=0)
        pages = [decision_rows(*asked, limit=20, offset=start) for start in range(0, total, 20)]
        beyond = decision_rows(*asked, limit=20, offset=total)
    assert total % 20 != 0
    assert whole.height == total
    assert pl.concat(pages).equals(whole)
    assert beyond.is_empty()
    assert beyond.schema == whole.schema


def test_people_and_rules_are_series_of_their_own_and_add_up(store: Store):
    with store.reading() as connection:
        asked = subjects_asked(connection, CHOSEN)
        by_every = {every: decisions_over_time(connection, CHOSEN, AS_OF, Subject.PATCH, every) for every in Every}
    # 90 days with 4 + 3 decisions of people and 1 of a rule each, and one that is pending.
    assert asked == {Subject.PATCH: 90 * 8 + 1, Subject.COMMAND: 1, Subject.TOOL_CALL: 90}
    for found in by_every.values():
        people, rules = found.total(Actor.HUMAN), found.total(Actor.POLICY)
        assert people == {Decision.APPROVED: 90 * 5, Decision.REJECTED: 90 * 2, Decision.PENDING: 1}
        assert rules == {Decision.AUTO_APPROVED: 90}
    weeks = decisions_frame(by_every[Every.WEEK]).filter(pl.col("decided_by") == "human")
    assert weeks["rejected_count"].sum() == 180
    assert weeks["rejected_rate"].to_list() == pytest.approx([2 / 7] * weeks.height)
    assert (weeks["rejected_low_rate"] < 2 / 7).all()
    assert decisions_words(by_every[Every.WEEK]) == (
        "Decisions on patches: people rejected 28.6 % of 630; rules rejected 0.0 % of 90"
    )


def test_the_median_wait_has_an_interval_where_there_are_enough_decisions(store: Store):
    with store.reading() as connection:
        found = decisions_over_time(connection, CHOSEN, AS_OF, Subject.PATCH, Every.MONTH)
        daily = decisions_over_time(connection, CHOSEN, AS_OF, Subject.COMMAND, Every.DAY)
    frame = waiting_frame(found).filter((pl.col("decided_by") == "human") & (pl.col("waiting_known_count") > 100))
    assert frame.height == 3
    # Four of seven wait 20 to 23 minutes.
    assert frame["median_wait_hours"].to_list() == pytest.approx([23 / 60] * 3, rel=0.02)
    assert (frame["median_wait_low_hours"] <= frame["median_wait_hours"]).all()
    # A day: 4 wait 20 to 23 minutes, 3 wait 24 hours and 0 to 2 minutes, so 86 + 4,323 minutes over 90 days.
    people = waiting_frame(found).filter(pl.col("decided_by") == "human")
    assert people["total_wait_hours"].sum() == pytest.approx(90 * (86 + 4_323) / 60)
    assert waiting_frame(daily)["total_wait_hours"].null_count() == waiting_frame(daily).height
    assert waiting_frame(daily)["median_wait_hours"].null_count() == waiting_frame(daily).height


def test_what_waits_is_seen_from_the_newest_record_whatever_the_period(store: Store):
    old = make_filter(AS_OF, custom=Period(date(2026, 1, 1), date(2026, 1, 2)))
    with store.reading() as connection:
        queues = {queue.subject: queue for queue in waiting_now(connection, old, AS_OF)}
        none = waiting_now(connection, make_filter(AS_OF, project="not there"), AS_OF)
    assert {subject: queue.count for subject, queue in queues.items()} == {Subject.PATCH: 1, Subject.COMMAND: 1}
    # Asked at 9:30 of the newest day, seen at 14:00; and at 8:00 of 1 November, 19 days and 6 hours before.
    assert queues[Subject.PATCH].median_hours == pytest.approx(4.5)
    assert queues[Subject.COMMAND].oldest_hours == pytest.approx(19 * 24 + 6)
    assert queues[Subject.COMMAND].by_age == (0, 0, 0, 1, 0)
    told = "1 patch, 1 command wait for a decision; 1 for longer than a week"
    assert queue_words(tuple(queues.values())) == told
    assert queue_words(none) == "Nothing waits for a decision"


def test_a_patch_that_only_its_own_record_calls_pending_waits_too_and_none_counts_twice(tmp_path):
    facts = Facts()
    both = facts.patch("2026-11-02T10:00", decision="pending")
    facts.approval("2026-11-02T11:00", "pending", subject="patch", subject_key=both)
    facts.patch("2026-11-02T13:00", decision="pending")
    facts.load(1, last_record_at=AS_OF)
    with facts.write(Store(f"sqlite:///{tmp_path / 'pending.db'}")).reading() as connection:
        (queue,) = waiting_now(connection, CHOSEN, at("2026-11-02T14:00"))
    assert (queue.count, queue.median_hours, queue.oldest_hours) == (2, 2.0, 3.0)


def test_tools_that_change_something_come_first_with_what_was_decided(store: Store):
    with store.reading() as connection:
        found = tool_decisions(connection, CHOSEN)
    told = {tool.tool: tool for tool in found}
    assert [tool.tool for tool in found] == ["write", "execute_sql", "find"]
    assert (told["execute_sql"].approved_by_person, told["execute_sql"].rejected_by_person) == (72, 18)
    assert told["execute_sql"].not_asked == 0
    assert (told["write"].not_asked, told["write"].decided_share) == (90, 0.0)
    assert told["find"].is_mutating is None
    assert tool_words(found) == (
        "90 of 180 tool calls that change something were made without a decision; of 90 more nobody says whether they "
        "do"
    )


def test_high_risk_edits_without_a_second_reviewer_are_counted_by_zone(store: Store):
    with store.reading() as connection:
        zones = {zone.zone: zone for zone in second_reviewers(connection, CHOSEN)}
        rows = Group(Place(ALL, ALL, Who.HUMAN), Shown.WITHOUT_SECOND, True, False, high_risk_zones())
        listed = decision_rows(connection, CHOSEN, AS_OF, rows, limit=10_000, offset=0)
    assert set(zones) == {"environment", "deployment", "billing"}
    for zone in zones.values():
        assert zone.accepted == zone.known + zone.not_asked + zone.not_known
    # Nobody says how many people approved what a rule let through.
    assert (zones["deployment"].known, zones["deployment"].not_known) == (0, 90)
    assert sum(zone.without_second.k for zone in zones.values()) == listed.height
    assert (listed["approver_count"] < 2).all()


UNIT = read_approval_costs(
    b"""
owner = "o"
why = "w"
usd_per_person_hour = 60
minutes_per_rollback = 90
minutes_per_blocked_change = 30
minutes_per_waiting_hour = 2
tolerance_minutes_per_100_decisions = 200
accepted_again_hours = 72
alike_share = 0.5
fewest_decisions_in_zone = 20
""",
    (),
)


def waits(count: int, hours: float) -> dict[str, object]:
    spread = Histogram.of([round(hours * 3_600_000)] * count)
    return {"waiting_known": count, "waiting_ms": round(hours * 3_600_000) * count, "waits": (spread,)}


BILLING, PASSED = Place("billing", "edit", Who.HUMAN), Place("billing", "edit", Who.NOT_ASKED)
PEOPLE = Counts(163, 10, 37, 17, reviewers_known=163, second_reviewed=0, **waits(200, 1.0))
PEOPLE_IN_PAIRS = replace(PEOPLE, second_reviewed=163)


def test_a_replay_adds_up_as_on_paper():
    # People saw 30 bad changes and rejected 20 of them, saw 170 good ones and rejected 17; each waited an hour.
    found = {replay.rule: replay for replay in replays({BILLING: PEOPLE, PASSED: Counts(500, 60)}, UNIT)}
    asked = found[Rule.ASK]
    assert asked.caught is not None
    assert asked.held is not None
    assert asked.wait_hours is not None
    assert asked.saved_usd is not None
    # 60 escapes x 20 / 30; 440 good ones x 17 / 170; 500 hours. Saved: 40 x 90 - 44 x 30 - 500 x 2 = 1280.
    assert (asked.caught.value, asked.held.value) == (pytest.approx(40), pytest.approx(44))
    assert asked.wait_hours.value == pytest.approx(500)
    assert asked.saved_usd.value == pytest.approx(1280)
    passing = found[Rule.LET_PASS]
    assert passing.caught is not None
    assert passing.saved_usd is not None
    # 20 bad ones come through, 17 good ones are no longer held, 200 hours less: -20 x 90 + 17 x 30 + 200 x 2 = -890.
    assert passing.caught.value == pytest.approx(-20)
    assert passing.saved_usd.value == pytest.approx(-890)
    assert passing.worth is Worth.NO
    second = found[Rule.SECOND_REVIEWER]
    assert second.caught is not None
    assert (second.changes, second.escapes) == (163, 10)
    assert second.caught.value == pytest.approx(10 * 20 / 30)
    assert "would have caught 40 (29 to 48) of 60 mistakes that got through and held 44" in one_replay_words(asked)


def test_the_best_of_many_replays_is_not_named_by_luck():
    two = replays({BILLING: PEOPLE_IN_PAIRS, PASSED: Counts(500, 60)}, UNIT)
    three = replays({BILLING: PEOPLE, PASSED: Counts(500, 60)}, UNIT)
    best, same = (next(one for one in found if one.rule is Rule.ASK) for found in (two, three))
    # The same saving with the same interval, which lies above 0: among two rules it is named, among three no longer.
    assert best.saved_usd == same.saved_usd
    assert best.saved_usd is not None
    assert best.saved_usd.low > 0
    assert (best.worth, same.worth) == (Worth.YES, Worth.CANNOT_TELL)
    assert replay_words(two) == (
        "If every rejected change would have been rolled back, asking a person about every change in Billing and usage "
        f"would have saved about $1,280 (${best.saved_usd.low:,.0f} to ${best.saved_usd.high:,.0f}) in this period"
    )
    assert not replay_words(three).startswith("If")
    corrected = multipletests([_chance(one.saved_usd) for one in three if one.saved_usd], method="fdr_bh")[1]
    assert [one.chance for one in three] == pytest.approx(corrected.tolist())


@pytest.mark.parametrize("saved", [Bounded(10, 0, 30), Bounded(-10, -30, 0)])
def test_the_chance_of_a_saving_is_five_percent_where_its_interval_touches_0(saved: Bounded):
    assert _chance(saved) == pytest.approx(0.05)


def test_a_zone_where_people_decided_little_borrows_their_behaviour_and_says_so():
    parts = {
        Place("billing", "edit", Who.HUMAN): Counts(5, 1, 0, 0, **waits(5, 1.0)),
        Place("billing", "edit", Who.NOT_ASKED): Counts(100, 10),
        Place("everything_else", "edit", Who.HUMAN): Counts(90, 10, 20, 5, **waits(110, 2.0)),
    }
    found = next(one for one in replays(parts, UNIT) if one.zone == "billing" and one.rule is Rule.ASK)
    assert found.behaviour is not None
    assert (found.behaviour.zone, found.behaviour.decided) == (ALL, 115)
    assert "People's decisions in all zones stand in." in one_replay_words(found)
    # Without any decision of people nothing can be told, and nothing is made up.
    alone = replays({Place("billing", "edit", Who.NOT_ASKED): Counts(100, 10)}, UNIT)
    assert [one.worth for one in alone] == [Worth.CANNOT_TELL]
    assert replay_frame(alone).row(0, named=True)["caught_count"] is None
    assert "cannot tell" in one_replay_words(alone[0])
    assert replay_words(alone) == "Cannot tell yet what another rule would have done"


def test_the_restrictive_zone_would_have_saved_by_asking_nobody(store: Store):
    with store.reading() as connection:
        found = replays_of(strictness(connection, CHOSEN, AS_OF))
    passing = next(one for one in found if (one.zone, one.rule) == ("environment", Rule.LET_PASS))
    assert passing.worth is Worth.YES


def test_reviewers_are_shown_only_where_at_least_five_decided(store: Store, tmp_path):
    with store.reading() as connection:
        six = reviewer_load(connection, CHOSEN)
    assert six.reviewers == 6
    assert six.frame["decided_count"].sum() == 630
    assert six.frame["share_of_decisions_rate"].sum() == pytest.approx(1)
    few = decided_facts(Store(f"sqlite:///{tmp_path / 'few.db'}"), days=20, reviewers=4)
    with few.reading() as connection:
        four = reviewer_load(connection, make_filter(AS_OF))
    assert four.frame.is_empty()
    assert four.words == "Not shown by reviewer: 4 people decided; figures of fewer than 5 people are nobody's"


def test_facts_are_read_by_index(store: Store):
    statements: list[str] = []
    with store.reading() as connection:
        connection.set_trace_callback(statements.append)
        for chosen in filters():
            waiting_now(connection, chosen, AS_OF)
            tool_decisions(connection, chosen)
            reviewer_load(connection, chosen)
            for shown in Shown:
                group = Group(Place("billing", ALL, Who.HUMAN), shown)
                decision_rows(connection, chosen, AS_OF, group, limit=20, offset=0)
        connection.set_trace_callback(None)
        plans = [
            (statement, row[3])
            for statement in statements
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
    whole = [
        (step, statement)
        for statement, step in plans
        if (scan := re.match(r"SCAN (\w+)(?! USING (COVERING )?INDEX ix_(approval|patch)_pending)", step))
        and scan.group(1) in FACTS
    ]
    assert len(statements) > 15
    assert not whole


def test_hostile_names_are_kept_as_they_are(tmp_path):
    store = hostile_decisions(Store(f"sqlite:///{tmp_path / 'hostile.db'}"))
    with store.reading() as connection:
        assert len(reviewer_load(connection, CHOSEN).frame) == 7
        assert tool_decisions(connection, CHOSEN)[0].calls == 7


def test_a_call_that_was_asked_about_twice_counts_once(tmp_path):
    facts = Facts()
    call = facts.tool_call("2026-11-02T10:00", server="s", tool="t", is_mutating=True)
    facts.approval("2026-11-02T10:00", "rejected", subject_key=call, decided_at=at("2026-11-02T10:01"))
    facts.approval("2026-11-02T10:00", "approved", subject_key=call, decided_at=at("2026-11-02T10:02"))
    facts.load(1, last_record_at=AS_OF)
    with facts.write(Store(f"sqlite:///{tmp_path / 'twice.db'}")).reading() as connection:
        (tool,) = tool_decisions(connection, CHOSEN)
    assert (tool.calls, tool.approved_by_person, tool.rejected_by_person, tool.not_asked) == (1, 1, 0, 0)


def test_verdicts_that_were_looked_at_can_be_handed_to_another_process(store: Store):
    with store.reading() as connection:
        found = strictness(connection, CHOSEN, AS_OF)
    needed = [cell.more for cell in found.cells]
    read = pickle.loads(pickle.dumps(found))
    assert read == found
    assert [cell.more for cell in read.cells] == needed
