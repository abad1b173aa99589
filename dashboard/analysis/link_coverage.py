"""How many patches were found again outside the chat: in commits, pull or merge requests, deployments."""

import sqlite3
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.intervals import ratio_expression
from data.frames import Schema, frame_of
from data.words import LinkKind, LinkMethod

_BY_MONTH = """
    SELECT CAST(strftime('%Y', date * 86400, 'unixepoch') AS INTEGER) AS year,
           CAST(strftime('%m', date * 86400, 'unixepoch') AS INTEGER) AS month,
           sum(patch_count), sum(commit_linked_count), sum(pull_request_linked_count), sum(deployment_linked_count),
           sum(unlinked_count)
    FROM project_daily WHERE date IS NOT NULL GROUP BY year, month HAVING sum(patch_count) > 0 ORDER BY year, month
"""


def links_by_month(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per month: how many of its patches were found again outside the chat.

    Columns: month (first day), patch_count, commit_linked_rate, pull_request_linked_rate, deployment_linked_rate,
    unlinked_count, unlinked_rate. A patch may be in a commit, a request and a deployment, so rates do not add up.
    """
    rows = connection.execute(_BY_MONTH).fetchall()
    names = ("patch_count", "commit", "pull_request", "deployment", "unlinked_count")
    counted = frame_of(
        [(day_number(date(year, month, 1)), *rest) for year, month, *rest in rows],
        {"month": pl.Date(), **dict.fromkeys(names, pl.Int64())},
    )
    patches = pl.col("patch_count")
    return counted.select(
        "month",
        "patch_count",
        *(
            ratio_expression(pl.col(kind), patches).alias(f"{kind}_linked_rate")
            for kind in ("commit", "pull_request", "deployment")
        ),
        "unlinked_count",
        ratio_expression(pl.col("unlinked_count"), patches).alias("unlinked_rate"),
    )


def links_by_method(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per kind and method of link, the surest first: kind, method, meaning, link_count, unsure_count.

    unsure_count is of the links with a confidence below 0.8.
    """
    rows = connection.execute(
        "SELECT kind, method, sum(link_count), sum(unsure_count) FROM link_daily GROUP BY kind, method"
    ).fetchall()
    kinds, methods = [kind.value for kind in LinkKind], [method.value for method in LinkMethod]
    ordered = sorted(
        (row for row in rows if row[0] in kinds and row[1] in methods),
        key=lambda row: (kinds.index(row[0]), methods.index(row[1])),
    )
    schema: Schema = {
        "kind": pl.String(),
        "method": pl.String(),
        "meaning": pl.String(),
        "link_count": pl.Int64(),
        "unsure_count": pl.Int64(),
    }
    named = [
        (_in_words(kind), _in_words(method), LinkMethod(method).meaning, links, unsure)
        for kind, method, links, unsure in ordered
    ]
    return frame_of(named, schema)


def _in_words(word: str) -> str:
    return word.replace("_", " ")
