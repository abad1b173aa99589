"""What links chats with event logs and with the gateway, derived anew in every block of time that a load touched."""

import sqlite3

from etl.context import Touched
from etl.derive.events import derive_events
from etl.derive.gateway import match_gateway, spans_of_new_people
from etl.derive.pairing import pair_entries
from etl.derive.windows import read_blocks, touched_spans


def derive_links(connection: sqlite3.Connection, touched: Touched) -> None:
    """Derive what event logs add to chats, then match both with gateway rows. Runs after derive_chats.

    Adds changed tasks and days to touched. Blocks are read once for both steps.
    """
    spans = [*touched_spans(connection, touched), *spans_of_new_people(connection, touched)]
    spans += [span for span in (touched.event_span, touched.gateway_span) if span is not None]
    links = [(block, pair_entries(block)) for block in read_blocks(connection, spans)]
    derive_events(connection, links, touched)
    match_gateway(connection, links, touched)
