"""What Streamlit is told of the columns of a table is shared by all who look at it, and stays as it was."""

import json
from copy import deepcopy
from datetime import date

import polars as pl
from streamlit.testing.v1 import AppTest

from dashboard.ui import tables

FRAME = pl.DataFrame({"first_date": [date(2026, 1, 1)], "task_count": [3], "cost_usd": [0.5], "model": ["<b>"]})


def shown() -> None:
    from test_shown_tables import FRAME

    from dashboard.ui.tables import table

    table(FRAME, name="cost_efficiency_by_day")


def test_showing_a_table_changes_nothing_that_others_are_shown():
    told = tables._columns("cost_efficiency_by_day", tuple(FRAME.schema.items()))
    before = json.dumps(told, sort_keys=True, default=str)
    assert deepcopy(told) == told
    for _ in range(2):
        app = AppTest.from_function(shown).run()
        assert not app.exception
        assert len(app.dataframe) == 1
    assert json.dumps(told, sort_keys=True, default=str) == before
    assert tables._columns("cost_efficiency_by_day", tuple(FRAME.schema.items())) is told
