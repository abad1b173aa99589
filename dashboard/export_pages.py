"""Exports of the tables of pages that are about the whole store: the same bytes as the button on the page gives."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from dashboard.analysis import health
from dashboard.analysis.glossary import GLOSSARY_COLUMNS, glossary_frame
from dashboard.analysis.link_coverage import links_by_method, links_by_month
from dashboard.analysis.source_months import records_of_sources, trusted_months


@dataclass(frozen=True, slots=True)
class PageTable:
    """One table of a page. It has no filter: it accounts for everything in the store."""

    name: str
    meaning: str
    columns: tuple[str, ...]
    frame: Callable[[sqlite3.Connection], pl.DataFrame]


PAGE_TABLES = (
    PageTable(
        "trusted_months",
        "one row per figure: the newest unbroken run of months for which its sources told records",
        ("figure", "trusted_from_month", "trusted_to_month", "missing_month_count", "record_count", "needs"),
        trusted_months,
    ),
    PageTable(
        "records_by_month",
        "one row per month, source and kind of record that has any",
        ("month", "label", "record_count", "day_count"),
        records_of_sources,
    ),
    PageTable(
        "links_by_month",
        "one row per month: how many of its patches were found again outside the chat",
        (
            "month",
            "patch_count",
            "commit_linked_rate",
            "pull_request_linked_rate",
            "deployment_linked_rate",
            "unlinked_count",
            "unlinked_rate",
        ),
        links_by_month,
    ),
    PageTable(
        "links_by_method",
        "one row per kind and method of link between patches and what carried them, the surest first",
        ("kind", "method", "meaning", "link_count", "unsure_count"),
        links_by_method,
    ),
    PageTable(
        "coverage_by_month",
        "one row per source of calls and month: how much of it is known",
        (
            "month",
            "source",
            "call_count",
            "usage_known_rate",
            "cost_known_rate",
            "latency_known_rate",
            "attributed_rate",
            "attributed_spend_rate",
        ),
        health.coverage_by_month,
    ),
    PageTable(
        "duplicates",
        "one row per reason and kind of file: records that brought nothing new",
        ("reason", "meaning", "kind", "known_count", "file_count"),
        health.duplicates,
    ),
    PageTable(
        "quarantine_reasons",
        "one row per reason and kind of file: records that could not be used",
        ("reason", "meaning", "kind", "record_count", "file_count"),
        health.quarantine_reasons,
    ),
    PageTable(
        "glossary",
        "one row per objective, term, table, word list, rule and provider, and one per column and word of it",
        GLOSSARY_COLUMNS,
        lambda _: glossary_frame(),
    ),
)
