"""Which rows of gateways, spans and own records describe the same call.

Rows with the same id of the provider's answer do, when they began at most an hour apart. Else two rows of different
sources do, when they name the same model, received exactly as many tokens and began less than a minute apart, and no
other row of either source fits as well. Failures, which have no tokens, are given five seconds.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from data.words import CallSource, CallStatus
from etl.context import HOUR_MICROSECONDS, MICROSECONDS
from etl.derive.call_sources import PRECEDENCE

LONGEST_APART = HOUR_MICROSECONDS
"""Rows with one id begin at most so far apart."""
REACH = 4 * LONGEST_APART
"""What is farther from a row than this says nothing about it: an id for each source, and minutes for the tokens."""
_APART = 60 * MICROSECONDS - 1
_FAILURES_APART = 5 * MICROSECONDS
_DATE = re.compile(r"[-@](?:20\d{6}|20\d\d-\d\d-\d\d)(?:-v\d+)?$")
_OPENROUTER_ID = "gen-"


class Sighting(NamedTuple):
    """What one row says of a call, as far as it tells calls apart."""

    key: int
    source: str
    native_id: str | None
    started_at: int
    requested_model: str | None
    model: str | None
    output_tokens: int | None
    status: str
    rank: int

    @property
    def order(self) -> tuple[int, int, int]:
        """Order in which rows are believed: by source, then the more complete one, ties by key."""
        return PRECEDENCE[self.source], -self.rank, self.key


def counted_instead(rows: Sequence[Sighting]) -> dict[int, int]:
    """Return, for each row that another one stands for, the key of the row that counts; rows in order of time."""
    better: dict[int, Sighting] = {}
    seen_with: dict[int, set[str]] = defaultdict(set)
    _link_ids(rows, better, seen_with)
    _link_tokens(rows, better, seen_with)
    return {key: _last(row, better).key for key, row in better.items()}


def _link_ids(rows: Iterable[Sighting], better: dict[int, Sighting], seen_with: dict[int, set[str]]) -> None:
    """Link rows with one id to the best of them; note in which other sources the id was seen."""
    by_id: dict[str, list[Sighting]] = defaultdict(list)
    for row in rows:
        if row.native_id:
            by_id[row.native_id].append(row)
    for alike in by_id.values():
        if len(alike) == 1:
            continue
        for row in alike:
            near = [one for one in alike if one is not row and abs(one.started_at - row.started_at) <= LONGEST_APART]
            # Own records have ids of their own: two with one id are records of two projects.
            near = [one for one in near if one.source != row.source or row.source == CallSource.OTLP]
            seen_with[row.key].update(one.source for one in near)
            before = [one for one in near if one.order < row.order]
            if before:
                better[row.key] = min(before, key=lambda one: one.order)


def _link_tokens(rows: Iterable[Sighting], better: dict[int, Sighting], seen_with: dict[int, set[str]]) -> None:
    """Link rows of two sources that fit each other and nothing else of these two sources."""
    parts: dict[object, dict[str, list[Sighting]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        # Of spans with one id the best stands for all.
        if row.key in better and better[row.key].source == row.source:
            continue
        if row.status == CallStatus.ERROR and not row.output_tokens:
            parts[None][row.source].append(row)
        elif row.output_tokens:
            parts[row.output_tokens][row.source].append(row)
    for tokens, by_source in parts.items():
        apart = _FAILURES_APART if tokens is None else _APART
        for first, second in combinations(sorted(by_source, key=PRECEDENCE.__getitem__), 2):
            ones = [row for row in by_source[first] if second not in seen_with[row.key]]
            others = [row for row in by_source[second] if first not in seen_with[row.key]]
            for one, other in _only_pairs(ones, others, apart):
                known = better.get(other.key)
                if known is None or one.order < known.order:
                    better[other.key] = one


def _only_pairs(
    ones: Sequence[Sighting], others: Sequence[Sighting], apart: int
) -> Iterable[tuple[Sighting, Sighting]]:
    """Yield pairs of rows of which each is the only one that fits the other; both in order of time."""
    starts = [row.started_at for row in ones]
    fitting: dict[int, list[Sighting]] = {}
    times: dict[int, int] = defaultdict(int)
    for other in others:
        near = ones[bisect_left(starts, other.started_at - apart) : bisect_right(starts, other.started_at + apart)]
        fits = [one for one in near if _may_be_same(one, other)]
        if fits:
            fitting[other.key] = fits
            for one in fits:
                times[one.key] += 1
    for other in others:
        fits = fitting.get(other.key, ())
        if len(fits) == 1 and times[fits[0].key] == 1:
            yield fits[0], other


def _may_be_same(one: Sighting, other: Sighting) -> bool:
    ids = {row.native_id for row in (one, other) if row.native_id and row.native_id.startswith(_OPENROUTER_ID)}
    if len(ids) > 1:
        # Nobody gives a generation of OpenRouter another id: two ids are two calls.
        return False
    return not model_names(one.requested_model, one.model).isdisjoint(model_names(other.requested_model, other.model))


@lru_cache(maxsize=10_000)
def model_names(*models: str | None) -> frozenset[str]:
    """Return the names of models as they are compared: without providers, dates and variants, in one order of words."""
    return frozenset(name for model in models if model and (name := _compared(model)))


def _compared(model: str) -> str:
    name = _DATE.sub("", model.rstrip("/").rpartition("/")[2].lower().partition(":")[0])
    return "-".join(sorted(name.replace(".", "-").split("-")))


def _last(row: Sighting, better: dict[int, Sighting]) -> Sighting:
    while row.key in better:
        row = better[row.key]
    return row
