"""Tokens by route: sent, received, and how much of what was sent came from a provider's cache."""

import sqlite3

import polars as pl

from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.intervals import ratio
from dashboard.analysis.route_days import route_days
from data.frames import Schema, frame_of


def token_use(connection: sqlite3.Connection, chosen: Filter) -> pl.DataFrame:
    """Return one row per route, most tokens first; a share of null says that no cached token was ever reported.

    Of calls whose tokens are not known nothing is in the sums; the columns of counts say how many those are.
    """
    by_route: dict[str, list[int]] = {}
    for one in route_days(connection, chosen, chosen.period):
        sums = by_route.setdefault(route_name(one.provider, one.model), [0] * 5)
        for place, value in enumerate((one.calls, one.known_calls, one.sent, one.cache_read, one.received)):
            sums[place] += value
    rows = [
        (name, calls, known, *_or_unknown(known, sent, received), cached or None, ratio(cached, sent) or None)
        for name, (calls, known, sent, cached, received) in sorted(
            by_route.items(), key=lambda entry: (-entry[1][2] - entry[1][4], entry[0])
        )
    ]  # fmt: skip
    schema: Schema = {
        "route": pl.String(),
        **dict.fromkeys(("call_count", "n_count"), pl.Int64()),
        **dict.fromkeys(("input_tokens", "output_tokens", "cache_read_tokens"), pl.Int64()),
        "cache_read_rate": pl.Float64(),
    }
    return frame_of(rows, schema)


def _or_unknown(known: int, sent: int, received: int) -> tuple[int | None, int | None]:
    return (sent, received) if known else (None, None)
