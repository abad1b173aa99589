"""Approvals judged from both sides: an example to check on paper, honest intervals, and answers that are known."""

import random
from dataclasses import replace
from datetime import timedelta
from math import inf, isinf

import msgspec
import numpy as np
import polars as pl
import pytest
from scipy.stats import beta, t
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from dashboard.analysis.filters import Period, make_filter
from dashboard.analysis.strictness import Balance, Strictness, judged, outcomes_of, strictness
from dashboard.analysis.strictness_costs import (
    NO_WAITING,
    Outcomes,
    UnitCosts,
    Waiting,
    chance_within,
    decisions_needed,
    difference,
    lax_side,
    rate_interval,
    restrictive_side,
)
from dashboard.analysis.strictness_counts import ALL, Counts, Place, Who, rolled_up, total
from dashboard.analysis.strictness_frames import verdict_frame
from dashboard.analysis.strictness_words import changed_words, headline, never_rejected_words, support_words
from data.definitions.approval_costs import read_approval_costs
from data.histogram import Histogram
from data.store import Store
from decision_rows import DAY, HOUR_MS, decisions, seen_until
from fact_rows import at

AS_OF = at("2026-03-31")
CHOSEN = make_filter(AS_OF, custom=Period(DAY - timedelta(days=60), DAY + timedelta(days=29)))
# 60 USD an hour, so that a minute is a dollar.
COSTS = read_approval_costs(
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
[[zone]]
name = "authentication"
owner = "s"
why = "x"
minutes_per_rollback = 240
""",
    ("authentication",),
)
UNIT = UnitCosts(90, 30, 2)


def counts(accepted: int, rolled_back: int, rejected: int = 0, again: int = 0, hours: float | None = None) -> Counts:
    """Decisions that all waited about as long; the waits differ a little."""
    decided = accepted + rejected
    waits = [] if hours is None else [round(hours * HOUR_MS * (0.5 + i / (decided - 1))) for i in range(decided)]
    return Counts(
        accepted=accepted, rolled_back=rolled_back, rejected=rejected, accepted_again=again, waiting_known=len(waits),
        waiting_ms=sum(waits), waits=(Histogram.of(waits),),
    )  # fmt: skip


def place(zone: str = "billing", who: Who = Who.HUMAN, task_class: str = "edit") -> Place:
    return Place(zone, task_class, who)


def by_zone(parts: dict[Place, Counts]):
    return {cell.place.zone: cell for cell in judged(parts, COSTS, zones=True, classes=False)}


def test_both_sides_add_up_as_on_paper():
    # Of 100 decisions 80 were accepted and 8 of these rolled back; 5 of 20 rejected ones were accepted later; each
    # waited 3 hours on average. Lax: 8 x 90 = 720. Restrictive: 5 x 30 + 100 x 3 x 2 = 750.
    cell = by_zone({place(): counts(80, 8, 20, 5, hours=3)})["billing"]
    assert (cell.lax.value, cell.restrictive.value) == (0.1, 0.25)
    assert cell.lax_usd is not None
    assert cell.lax_usd.value == pytest.approx(720)
    assert cell.restrictive_usd is not None
    assert cell.restrictive_usd.value == pytest.approx(750, rel=1e-6)
    assert cell.difference_usd is not None
    assert cell.difference_usd.value == pytest.approx(-30, rel=1e-4)
    assert cell.wait_hours == pytest.approx(300)
    assert cell.median_wait_hours == pytest.approx(3, rel=0.01)
    # In authentication a rollback costs 240: 8 x 240 = 1920.
    dearer = by_zone({place("authentication"): counts(80, 8, 20, 5, hours=3)})["authentication"]
    assert dearer.lax_usd is not None
    assert dearer.lax_usd.value == pytest.approx(1920)


def test_a_rollback_that_costs_nothing_costs_nothing_over_all_zones_too():
    free = msgspec.structs.replace(COSTS, zone=(msgspec.structs.replace(COSTS.zone[0], minutes_per_rollback=0),))
    (cell,) = judged({place("authentication"): counts(80, 8, 20, 5, hours=3)}, free, zones=False, classes=False)
    assert cell.lax_usd is not None
    assert (cell.counts.rolled_back, cell.lax_usd.value) == (8, 0)


def test_rejected_changes_that_cannot_be_compared_say_nothing():
    # 5 of 20 rejected ones were good; of 20 more nobody can tell: they are taken to be like these, 10 of 40.
    known = counts(80, 8, 20, 5, hours=3)
    cell = by_zone({place(): replace(counts(80, 8, 40, 5, hours=3), incomparable=20)})["billing"]
    assert (cell.restrictive.k, cell.restrictive.n) == (5, 20)
    assert cell.restrictive_usd is not None
    assert cell.restrictive_usd.value == pytest.approx(100 * (10 / 120 * 30 + 3 * 2), rel=1e-4)
    assert "25.0 % of 20 rejected ones were good (11.2 % to 46.9 %), 20 more cannot be compared" in support_words(cell)
    # Where none can, any of them may have been good: an approval is never too lax for certain, nor its cost known.
    lax = by_zone({place(): replace(counts(400, 200, 40, 0, hours=0.1), incomparable=40)})["billing"]
    assert lax.restrictive.value is None
    assert not lax.is_asking_known
    assert lax.restrictive_usd is not None
    assert lax.restrictive_usd.high > 3_000
    assert "none of 40 rejected ones can be compared" in support_words(lax)
    assert known.judged == known.decided == 100


@pytest.mark.parametrize(("k", "n"), [(3, 40), (39, 40), (250, 1000)])
def test_the_interval_of_a_rate_is_wilsons(k: int, n: int):
    assert rate_interval(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"))


@pytest.mark.parametrize("n", [1, 5, 100])
def test_none_or_all_seen_has_the_exact_bound(n: int):
    # The largest rate at which none in n still happens with a chance of 5 %; 0 of 5 allows 45 %.
    assert rate_interval(0, n) == (0.0, pytest.approx(beta.ppf(0.95, 1, n)))
    assert rate_interval(n, n) == (pytest.approx(beta.ppf(0.05, n, 1)), 1.0)
    assert rate_interval(0, 0) is None


def test_the_cost_of_rollbacks_has_the_interval_of_their_share():
    found = lax_side(Outcomes(200, 12, 0, NO_WAITING), UNIT)
    low, high = proportion_confint(12, 200, method="wilson")
    assert (found.low, found.high) == pytest.approx((9000 * low, 9000 * high))


def test_the_cost_of_waiting_has_students_interval():
    found = restrictive_side(Outcomes(10, 0, 0, Waiting(3.0, 1.5, 10)), UnitCosts(90, 0, 2))
    half = float(t.ppf(0.975, 9)) * 1.5 / np.sqrt(10)
    assert (found.low, found.high) == pytest.approx((200 * (3 - half), 200 * (3 + half)))


def test_without_correlation_the_difference_is_newcombes():
    # One share is 0 of n, so that the two shares of the same decisions are not correlated below the difference; the
    # lower end is Newcombe's up to the exact bound of 0, which is wider than Wilson's.
    found = difference(Outcomes(300, 40, 0, NO_WAITING), UnitCosts(1, 1, 0))
    low, high = confint_proportions_2indep(40, 300, 0, 300, compare="diff", method="newcomb")
    assert found.high == pytest.approx(100 * high, rel=1e-9)
    assert found.low == pytest.approx(100 * low, rel=0.02)


def test_the_interval_of_the_difference_holds_the_truth_as_often_as_it_says():
    chance = np.random.default_rng(5)
    p, q, n, hours, spread = 0.08, 0.05, 200, 3.0, 2.0
    truth = 100 * (p * 90 - q * 30 - hours * 2)
    drawn = chance.multinomial(n, [p, q, 1 - p - q], size=1_500)
    held = 0
    for rolled_back, again, _ in drawn.tolist():
        waits = chance.gamma((hours / spread) ** 2, spread**2 / hours, size=n)
        waiting = Waiting(float(waits.mean()), float(waits.std(ddof=1)), n)
        bounds = difference(Outcomes(n, rolled_back, again, waiting), UNIT)
        held += bounds.low <= truth <= bounds.high
    assert 0.935 <= held / len(drawn) <= 0.975


def test_two_shares_of_the_same_decisions_widen_the_interval_of_their_difference():
    apart = confint_proportions_2indep(90, 300, 90, 300, compare="diff", method="newcomb")
    found = difference(Outcomes(300, 90, 90, NO_WAITING), UnitCosts(1, 1, 0))
    # Variance of a difference of two multinomial shares of 0.3: (0.3 + 0.3) / n, instead of 2 x 0.3 x 0.7 / n.
    assert found.high / (100 * apart[1]) == pytest.approx((0.6 / 0.42) ** 0.5, rel=0.01)


def test_the_chance_is_five_percent_where_the_interval_touches_the_tolerance():
    found = Outcomes(200, 30, 4, Waiting(3.0, 2.0, 200))
    touching = difference(found, UNIT).low
    assert chance_within(found, UNIT, touching) == pytest.approx(0.05, abs=1e-6)
    assert chance_within(found, UNIT, touching / 2) < 0.05
    assert chance_within(found, UNIT, difference(found, UNIT).value + 1) == 1.0


@pytest.mark.parametrize(("decided", "rolled_back"), [(1, 1), (4, 1), (40, 3), (100, 5)])
def test_one_known_wait_tells_nothing_of_the_cost_of_asking(decided: int, rolled_back: int):
    # Seen is too restrictive; without a wait (the interval of one begins there) it would not be.
    unit = UnitCosts(rollback=120.0, blocked=60.0, waiting_hour=2.667)
    found = Outcomes(decided, rolled_back, 0, Waiting(100_000.0, None, 1), 1.0, is_asked=True)
    assert difference(found, unit).value < -640
    assert chance_within(found, unit, 640.0) == 1.0


def test_as_many_decisions_as_are_asked_for_settle_it_four_times_out_of_five():
    p, q, tolerance = 0.09, 0.02, 200.0
    seen = Outcomes(100, 9, 2, NO_WAITING)
    needed = decisions_needed(seen, UNIT, tolerance, compared=1)
    assert needed is not None
    chance = np.random.default_rng(11)
    drawn = chance.multinomial(needed, [p, q, 1 - p - q], size=2_000)
    settled = [
        difference(Outcomes(needed, rolled_back, again, NO_WAITING), UNIT).low > tolerance
        for rolled_back, again, _ in drawn.tolist()
    ]
    assert 0.74 <= np.mean(settled) <= 0.9
    # Among ten groups a difference has to be clearer; one that lies at the tolerance is never settled.
    assert (decisions_needed(seen, UNIT, tolerance, compared=10) or 0) > needed
    assert decisions_needed(seen, UNIT, difference(seen, UNIT).value, compared=1) is None


def test_every_verdict_comes_from_where_the_interval_lies():
    cells = by_zone(
        {
            # 100 decisions cost 15 x 90 = 1350 for rollbacks and 200 for waiting.
            place("lax"): counts(990, 150, 10, hours=1),
            # 2 x 90 = 180 for rollbacks; 20 x 30 + 100 x 6 x 2 = 1800 for asking.
            place("strict"): counts(700, 20, 300, 200, hours=6),
            # 2 x 90 = 180 for rollbacks, 1 x 30 + 100 x 0.8 x 2 = 190 for asking.
            place("right"): counts(2900, 60, 100, 30, hours=0.8),
            place("few"): counts(5, 1, 1, hours=1),
        }
    )
    assert cells["lax"].verdict is Balance.TOO_LAX
    assert cells["strict"].verdict is Balance.TOO_RESTRICTIVE
    assert cells["right"].verdict is Balance.ABOUT_RIGHT
    assert cells["few"].verdict is Balance.CANNOT_TELL
    assert (cells["few"].more or 0) > 6
    assert all(cells[zone].more is None for zone in ("lax", "strict", "right"))


def test_waiting_that_nobody_records_can_not_make_an_approval_too_lax():
    cells = by_zone({place("lax"): counts(900, 150, 100), place("strict"): counts(100, 0, 900, 800)})
    assert cells["lax"].verdict is Balance.CANNOT_TELL
    assert cells["lax"].difference_usd is not None
    assert isinf(cells["lax"].difference_usd.low)
    assert "too little is known of how long" in (cells["lax"].reason or "")
    assert cells["strict"].verdict is Balance.TOO_RESTRICTIVE
    # Where nobody is asked nothing can be blocked, for certain; a rule may have, even where none was seen.
    sides = {who: restrictive_side(outcomes_of(counts(900, 150), who), UNIT) for who in (Who.POLICY, Who.NOT_ASKED)}
    assert sides[Who.NOT_ASKED].high == 0 < sides[Who.POLICY].high
    # A rule decides at once, so that what it does not record costs nothing.
    parts = {Place("lax", "edit", who): counts(900, 150) for who in (Who.POLICY, Who.NOT_ASKED)}
    assert {cell.verdict for cell in judged(parts, COSTS, zones=True, classes=False)} == {Balance.TOO_LAX}


def test_among_many_groups_one_is_not_named_by_chance_alone():
    # Alone, 8 rollbacks of 80 stand out by a chance of a few percent.
    lucky = {place("lax"): counts(80, 8, hours=1)}
    assert by_zone(lucky)["lax"].verdict is Balance.TOO_LAX
    many = lucky | {place(f"z{number}"): counts(400, 13, hours=1) for number in range(30)}
    found = by_zone(many)["lax"]
    assert found.verdict is Balance.CANNOT_TELL
    assert (found.more or 0) > 0


def test_people_rules_and_nobody_are_never_one_rate_and_parts_add_up_to_the_whole():
    chance = random.Random(3)
    parts = {}
    for zone in ("authentication", "billing", "everything_else"):
        for task_class in ("edit", "fix"):
            for who in Who:
                accepted, rejected = chance.randrange(5, 90), chance.randrange(30) * (who is not Who.NOT_ASKED)
                parts[Place(zone, task_class, who)] = counts(
                    accepted, chance.randrange(accepted), rejected, chance.randrange(rejected + 1), hours=2
                )
    for zones in (True, False):
        for classes in (True, False):
            groups = rolled_up(parts, zones=zones, classes=classes)
            for who in Who:
                own = total(found for group, found in groups.items() if group.who is who)
                whole = total(found for part, found in parts.items() if part.who is who)
                assert (own.accepted, own.rolled_back, own.rejected, own.accepted_again, own.waiting_ms) == (
                    whole.accepted, whole.rolled_back, whole.rejected, whole.accepted_again, whole.waiting_ms,
                )  # fmt: skip
                assert own.histogram.counts.tolist() == whole.histogram.counts.tolist()
    # Over zones a rollback costs what those seen cost on average, so that the lax sides add up in dollars too.
    zoned = judged(parts, COSTS, zones=True, classes=False)
    for cell in judged(parts, COSTS, zones=False, classes=False):
        own = [part for part in zoned if part.place.who is cell.place.who]
        summed = sum((part.lax_usd.value if part.lax_usd else 0) * part.counts.decided for part in own)
        assert cell.lax_usd is not None
        assert cell.lax_usd.value * cell.counts.decided == pytest.approx(summed)


@pytest.fixture
def judged_store(store: Store) -> Store:
    """Billing too lax, configuration too restrictive, everything else about right, infrastructure hardly used."""
    for back in range(30):
        day = DAY - timedelta(days=back)
        # 200 USD of waiting a hundred, by the shipped costs of 2 minutes an hour and 80 USD: 2.67 USD an hour.
        decisions(store, "billing", accepted=30, rolled_back=4, hours=[0.4, 0.5, 0.6], day=day)
        decisions(store, "environment", accepted=12, rejected=10, again=8, hours=[20, 30, 25], day=day)
        decisions(store, "everything_else", None, accepted=60, rolled_back=1, day=day)
    decisions(store, "deployment", accepted=5, hours=[1, 2])
    # Too young to be judged: proposed three days before the newest chat export.
    decisions(store, "billing", accepted=40, rolled_back=40, day=DAY + timedelta(days=26))
    seen_until(store, AS_OF)
    return store


def ask(store: Store, **chosen: object) -> Strictness:
    with store.reading() as connection:
        return strictness(connection, make_filter(AS_OF, custom=CHOSEN.period, **chosen), AS_OF)


def test_the_lax_and_the_strict_zone_are_the_answer(judged_store: Store):
    found = ask(judged_store)
    verdicts = {(cell.place.zone, cell.place.who.value): cell.verdict.value for cell in found.by_zone}
    assert verdicts == {
        ("billing", "human"): "too lax",
        ("environment", "human"): "too restrictive",
        ("everything_else", "not_asked"): "about right",
        ("deployment", "human"): "cannot tell",
    }
    assert headline(found) == (
        "Approvals are too lax in Billing and usage (people decide), and too restrictive in Environment and "
        "configuration (people decide)"
    )
    assert found.young == 40
    billing = found.at(Place("billing", ALL, Who.HUMAN))
    assert billing is not None
    assert (billing.lax.k, billing.lax.n) == (120, 900)
    assert "13.3 % of 900 accepted changes were taken back (11.3 % to 15.7 %)" in support_words(billing)


def test_a_zone_where_nobody_rejected_says_what_that_still_allows(judged_store: Store):
    said = {cell.place.zone: never_rejected_words(cell) for cell in ask(judged_store).by_zone}
    assert said["deployment"] == "0 of 5 rejected still allows 45 %"
    # Where people did reject, or nobody was asked, there is nothing to say.
    assert said["environment"] is None
    assert said["everything_else"] is None


def test_filters_select_and_the_compared_period_stands_beside(judged_store: Store):
    decisions(
        judged_store, "billing", accepted=900, rolled_back=4, hours=[0.4, 0.5] * 20, day=DAY - timedelta(days=100)
    )
    assert ask(judged_store, project="intranet").by_zone == ()
    assert len(ask(judged_store, project="shop", task_class="edit", route="anthropic/claude-sonnet-4-5").by_zone) == 4
    found = ask(judged_store)
    frame = verdict_frame(found, found.by_zone)
    billing = frame.row(by_predicate=pl.col("risk_zone") == "billing", named=True)
    assert billing["compared_lax_error_rate"] == pytest.approx(4 / 900)
    assert billing["compared_verdict"] == "about right"
    assert "Billing and usage (people decide): about right, now too lax" in (changed_words(found) or "")


def test_bounds_that_do_not_exist_are_empty_and_never_infinite(store: Store):
    decisions(store, "billing", accepted=50, rolled_back=5)
    seen_until(store, AS_OF)
    found = ask(store)
    row = verdict_frame(found, found.by_zone).row(0, named=True)
    assert row["cost_difference_low_usd"] is None
    assert row["restrictive_cost_high_usd"] is None
    assert row["restrictive_cost_usd"] is None
    assert row["total_wait_hours"] is None
    assert inf not in [value for value in row.values() if isinstance(value, float)]


def test_nothing_and_nothing_old_enough_are_said(store: Store):
    assert headline(ask(store)) == "No decision on a patch in this period"
    decisions(store, accepted=3, day=DAY + timedelta(days=28))
    seen_until(store, AS_OF)
    assert headline(ask(store)) == "Cannot tell yet: all 3 decisions of this period are too young to be judged"
