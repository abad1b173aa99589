"""What the SLO trends page reads of facts, it reads by an index: no statement goes through a whole table."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from dashboard.analysis.as_of import day_number
from dashboard.analysis.burn_rates import burn_table
from dashboard.analysis.filters import Filter, Period, make_filter
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.slo_rows import slo_listing
from dashboard.analysis.survival import patch_survival
from data.definitions import slos
from data.store import Store
from fact_rows import at

AS_OF = at("2026-11-20T12:00")
FACTS = {"task", "patch", "llm_call", "command_run"}


def filters() -> Iterator[Filter]:
    for period in (Period(date(2026, 11, 1), date(2026, 11, 20)), Period(date(2025, 1, 1), date(2026, 11, 20))):
        yield make_filter(AS_OF, custom=period)
        yield make_filter(AS_OF, custom=period, project="shop", route="a/b", task_class="fix")


@pytest.mark.parametrize("chosen", list(filters()))
def test_facts_are_read_by_index(store: Store, chosen: Filter):
    plans: list[tuple[str, str]] = []
    with store.reading() as connection:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        for slo in slos().slo:
            burn_table(connection, chosen, AS_OF, slo.name)
            counts, day = [(day_number(chosen.period.last), 90)], events_of(slo.name).date
            slo_listing(chosen.alone(), slo.name, only_bad=True).page_of_days(connection, day, counts, 20, 40)
        patch_survival(connection, chosen, AS_OF)
        connection.set_trace_callback(None)
        for statement in statements:
            plans += [(statement, row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    whole = [
        (step, statement)
        for statement, step in plans
        if (found := re.match(r"SCAN (\w+)(?! USING (COVERING )?INDEX ix_patch_undone)", step))
        and found.group(1) in {*FACTS, "run"}
    ]
    assert len(statements) > 10
    assert not whole
