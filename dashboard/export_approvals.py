"""Exports of the approvals page: the same bytes as its buttons give."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

import polars as pl

from dashboard.analysis.approval_replay import replay_frame, replays_of
from dashboard.analysis.decisions_over_time import (
    DecisionSeries,
    decisions_frame,
    decisions_over_time,
    waiting_frame,
)
from dashboard.analysis.filters import Filter
from dashboard.analysis.reviewers import reviewer_frame
from dashboard.analysis.second_reviewers import second_reviewer_frame, second_reviewers
from dashboard.analysis.strictness import Strictness, StrictnessCell, strictness
from dashboard.analysis.strictness_frames import verdict_frame
from dashboard.analysis.tool_decisions import tool_decisions, tool_frame
from dashboard.analysis.trend_buckets import Every
from dashboard.analysis.waiting_now import waiting_now, waiting_now_frame
from dashboard.export_view_table import FrameOf, ViewTable, fits
from data.words import Subject


def _approvals() -> Iterator[ViewTable]:
    families: tuple[tuple[str, str, Callable[[Strictness], tuple[StrictnessCell, ...]]], ...] = (
        ("zone_verdicts", "risk zone and actor", lambda found: found.by_zone),
        ("class_verdicts", "task class and actor", lambda found: found.by_class),
        ("zone_and_class_verdicts", "risk zone, task class and actor", lambda found: found.by_zone_and_class),
        ("whole_verdicts", "actor", lambda found: found.whole),
    )
    for name, grain, cells in families:
        yield ViewTable(
            name, f"one row per {grain}: lax and restrictive error, what both cost, and the verdict", _verdicts(cells)
        )
    for subject in Subject:
        for every in Every:
            for name, meaning, frame in (
                ("decisions", "decisions by outcome, and the share of rejections", decisions_frame),
                ("waiting", "how long decisions took", waiting_frame),
            ):
                yield ViewTable(
                    f"{subject.value}_{name}_by_{every.value}",
                    f"one row per {every.value} and actor: {meaning}",
                    _decisions(subject, every, frame),
                )
    others: tuple[tuple[str, str, FrameOf], ...] = (
        (
            "waiting_now",
            "one row per kind of subject: what waits for a decision at the newest record, whatever the period",
            lambda connection, chosen, as_of: waiting_now_frame(waiting_now(connection, chosen, as_of)),
        ),
        (
            "tool_decisions",
            "one row per MCP server and tool: its calls and what was decided before them",
            lambda connection, chosen, _: tool_frame(tool_decisions(connection, chosen)),
        ),
        (
            "second_reviewers",
            "one row per high-risk zone: accepted edits, and those without a second reviewer",
            lambda connection, chosen, _: second_reviewer_frame(second_reviewers(connection, chosen)),
        ),
        (
            "approval_replay",
            "one row per risk zone and rule: what the rule would have done on history; proposed, never applied",
            lambda connection, chosen, as_of: replay_frame(replays_of(strictness(connection, chosen, as_of))),
        ),
        (
            "reviewers",
            "one row per reviewer: decisions on patches and waiting; none where fewer than five people decided",
            lambda connection, chosen, _: reviewer_frame(connection, chosen),
        ),
    )
    for name, meaning, frame in others:
        yield ViewTable(name, meaning, frame)


def _verdicts(cells: Callable[[Strictness], tuple[StrictnessCell, ...]]) -> FrameOf:
    def frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
        found = strictness(connection, chosen, as_of)
        return verdict_frame(found, cells(found))

    return frame


def _decisions(subject: Subject, every: Every, frame_of: Callable[[DecisionSeries], pl.DataFrame]) -> FrameOf:
    def frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
        found = decisions_over_time(connection, chosen, as_of, subject, every)
        fits(found.every, every, chosen)
        return frame_of(found)

    return frame


APPROVAL_TABLES = tuple(_approvals())
