"""Kaplan-Meier of patches: against statsmodels, and on paper."""

import random
from datetime import date, timedelta

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from dashboard.analysis.filters import Filter, Period, make_filter
from dashboard.analysis.intervals import Z
from dashboard.analysis.survival import MARKS, patch_survival, survival, survival_frame
from data.store import Store
from fact_rows import Facts, at

AS_OF = at("2026-05-30")
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def march(**named: str) -> Filter:
    return make_filter(AS_OF, custom=MARCH, **named)


def found(store: Store, chosen: Filter | None = None):
    with store.reading() as connection:
        return patch_survival(connection, chosen or march(), AS_OF)


def test_values_and_greenwoods_errors_are_those_of_statsmodels():
    chance = random.Random(3)
    times = [chance.randrange(1, 60_000) for _ in range(400)]
    gone = [chance.random() < 0.4 for _ in times]
    rows = [(time, is_gone, 1, 0) for time, is_gone in zip(times, gone, strict=True)]
    other = SurvfuncRight(np.array(times), np.array(gone, dtype=int))
    for mark in survival("all", rows).marks:
        place = int(np.searchsorted(other.surv_times, mark.age_minutes, side="right")) - 1
        value = float(other.surv_prob[place]) if place >= 0 else 1.0
        assert mark.value == pytest.approx(value)
        if place < 0:
            continue
        # The log(-log) interval from Greenwood's error: value ** exp(+- z * error / (value * log(value))).
        width = Z * float(other.surv_prob_se[place]) / (value * np.log(value))
        assert mark.low == pytest.approx(value ** np.exp(-width))
        assert mark.high == pytest.approx(value ** np.exp(width))


def test_on_paper(store: Store):
    facts = Facts()
    facts.patch("2026-03-01T10:00", "2026-03-01T10:30")
    facts.patch("2026-03-01T10:00", "2026-03-03T10:00")
    for _ in range(2):
        facts.patch("2026-03-01T10:00")
    only = found(facts.write(store)).groups[0]
    # One of 4 is gone within the hour: 3/4. One of the 3 left goes on day 2: 3/4 * 2/3 = 1/2.
    assert [mark.value for mark in only.marks] == pytest.approx([0.75, 0.75, 0.5, 0.5])
    assert [mark.at_risk for mark in only.marks] == [3, 3, 2, 2]
    assert (only.n, only.rolled_back) == (4, 2)
    for mark in only.marks:
        assert mark.low is not None
        assert mark.high is not None
        assert 0 <= mark.low < mark.value < mark.high <= 1  # pyright: ignore[reportOperatorIssue]


def test_patches_that_left_the_sight_do_not_count_as_kept(store: Store):
    facts = Facts()
    facts.patch("2026-03-30T10:00")
    facts.load(1, exported_at=at("2026-04-01T10:00"))
    only = found(facts.write(store)).groups[0]
    # Seen for two days: nothing can be said of seven.
    assert [mark.value for mark in only.marks] == [1.0, 1.0, None, None]
    assert only.marks[0].low == pytest.approx(1 - 0.95)  # none of 1 still allows 95 %
    frame = survival_frame(found(store))
    assert frame["kept_rate"].to_list() == [1.0, 1.0, None, None]
    assert frame["age_hours"].to_list() == [1, 24, 168, 720]


def test_what_people_accepted_stands_apart_from_what_was_applied(store: Store):
    facts = Facts()
    for number in range(40):
        facts.patch("2026-03-01T10:00", "2026-03-02" if number < 20 else None)
        facts.patch("2026-03-01T10:00", "2026-03-02" if number < 2 else None, decision="approved", by="human")
    facts.patch("2026-03-01T10:00", decision="rejected")
    facts.patch("2026-03-01T10:00", decision="pending")
    facts.patch("2026-03-01T10:00", is_closed=False)
    facts.patch(None)
    both = found(facts.write(store))
    assert [(group.group, group.n) for group in both.groups] == [
        ("Accepted by a person", 40),
        ("Accepted without a person", 40),
    ]
    assert [group.marks[2].value for group in both.groups] == pytest.approx([0.95, 0.5])
    assert both.difference is not None
    assert both.difference.words.startswith("Better")


def test_rollbacks_known_only_to_lie_between_two_exports_are_counted(store: Store):
    facts = Facts()
    facts.patch("2026-03-01T10:00", "2026-03-20", rolled_back_after=at("2026-03-01T10:30"))
    facts.patch("2026-03-01T10:00", "2026-03-01T10:40", rolled_back_after=at("2026-03-01T10:20"))
    only = found(facts.write(store)).groups[0]
    assert (only.rolled_back, only.loosely_dated) == (2, 1)


def test_the_filter_selects_patches_and_an_empty_store_has_no_curve(store: Store):
    assert found(store).groups == ()
    assert survival_frame(found(store)).is_empty()
    facts = Facts()
    facts.patch("2026-03-01T10:00", project="shop")
    facts.patch("2026-03-01T10:00", project="intranet")
    facts.write(store)
    assert found(store, march(project="shop")).groups[0].n == 1


def test_all_gone_is_a_survival_of_none():
    marks = survival("all", [(10, True, 5, 0)]).marks
    assert [(mark.value, mark.low, mark.high) for mark in marks] == [(0.0, 0.0, 0.0)] * len(MARKS)


def test_patches_older_than_the_curve_count_as_if_they_were_read_one_by_one(store: Store):
    chance = random.Random(5)
    facts = Facts()
    rows: dict[bool, list[tuple[int, bool, int, int]]] = {True: [], False: []}
    for _ in range(300):
        proposed = at("2026-03-01") + timedelta(minutes=chance.randrange(85 * 1440))
        undone = proposed + timedelta(minutes=chance.randrange(1, 50_000)) if chance.random() < 0.3 else None
        is_human = chance.random() < 0.4
        facts.patch(
            f"{proposed:%Y-%m-%dT%H:%M}",
            undone and f"{undone:%Y-%m-%dT%H:%M}",
            decision="approved" if is_human else None,
            by="human" if is_human else None,
        )
        is_gone = undone is not None and undone <= AS_OF
        age = ((undone if undone is not None and is_gone else AS_OF) - proposed) // timedelta(minutes=1)
        rows[is_human].append((age, is_gone, 1, 0))
    whole = make_filter(AS_OF, custom=Period(date(2026, 3, 1), date(2026, 5, 30)))
    groups = found(facts.write(store), whole).groups
    for group, is_human in zip(groups, (True, False), strict=True):
        one_by_one = survival(group.group, rows[is_human])
        assert group.n == len(rows[is_human])
        assert group.marks == one_by_one.marks
        assert group.curve == one_by_one.curve
