"""The steps that follow a file's facts, in their order."""

import sqlite3

from etl.context import Touched
from etl.derive.accepted_again import derive_accepted_again
from etl.derive.chats import derive_chats
from etl.derive.fallbacks import find_fallbacks
from etl.derive.links import derive_links
from etl.derive.outcomes import derive_outcomes
from etl.derive.patch_zones import derive_zones
from etl.derive.same_calls import find_same_calls
from etl.derive.totals import total_tasks
from etl.rollups import refresh


def derive(connection: sqlite3.Connection, touched: Touched) -> None:
    """Derive anew all that depends on what was touched, inside the open transaction of the load.

    Chats first (tasks, calls, patches), then which rows of gateways, spans and own records are of one call, then what
    event logs add (latency, errors), then the match with those rows,
    then the totals of tasks over what counts, then the risk zones of patches and what became of them, last the rollups
    of the days that changed.
    """
    derive_chats(connection, touched)
    find_fallbacks(connection, touched)
    find_same_calls(connection, touched)
    derive_links(connection, touched)
    total_tasks(connection, touched)
    derive_zones(connection, touched)
    derive_outcomes(connection, touched)
    derive_accepted_again(connection, touched)
    refresh(connection, touched.days)
