"""Deriving everything anew when a definition changed: prices, classes, objectives, providers, risk zones, time zone."""

import sqlite3
from hashlib import sha256
from importlib.metadata import version

from data.definitions.approval_costs import approval_costs
from data.definitions.reading import content_of
from data.store import Store
from etl.context import Touched, day_of
from etl.derive.call_sources import OUTSIDE

SETTING = "definitions"
_RULES = b"11"
"""Raised when what is derived from the same facts becomes another, so that stores are derived anew."""
_FILES = (
    "price_overrides.toml",
    "providers.toml",
    "reporting.toml",
    "risk_zones.toml",
    "slos.toml",
    "task_classes.toml",
)
_BATCH = 100_000
_OUTSIDE_SPAN = f"SELECT min(started_at), max(started_at) FROM llm_call WHERE source IN {OUTSIDE}"  # noqa: S608


def fingerprint() -> str:
    """Return a hash of definitions, price table's version and rules: what derived rows depend on beside facts."""
    digest = sha256(_RULES + version("genai-prices").encode())
    # Of the costs of approvals only what is derived from: other costs need nothing derived anew.
    costs = approval_costs()
    digest.update(f"{costs.accepted_again_hours} {costs.alike_share} ".encode())
    for name in _FILES:
        digest.update(content_of(name))
    return digest.hexdigest()


def definitions_changed(store: Store) -> bool:
    """Tell whether the store was derived with other definitions; an empty store was not derived at all."""
    found = store.rows("SELECT value FROM setting WHERE name = ?", (SETTING,))
    return bool(found) and found[0][0] != fingerprint()


def remember_definitions(connection: sqlite3.Connection) -> None:
    """Write down with which definitions the store is derived."""
    connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (SETTING, fingerprint()))


def derive_anew(connection: sqlite3.Connection) -> None:
    """Price all gateway calls anew, cut days anew, and derive all that follows from facts, in the open transaction.

    Words of new task class rules are not found in requests that were read before: their text is not kept.
    """
    from etl.derive.run import derive
    from etl.rollups import refresh

    _price_gateway_calls(connection)
    _cut_days(connection)
    derive(connection, _everything(connection))
    refresh(connection, None)
    remember_definitions(connection)
    connection.execute(
        "UPDATE setting SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE name = 'data_version'"
    )


def _everything(connection: sqlite3.Connection) -> Touched:
    touched = Touched()
    touched.chat_keys = {row[0] for row in connection.execute("SELECT DISTINCT chat_key FROM chat_export")}
    touched.changed_chat_keys = set(touched.chat_keys)
    touched.message_keys = {row[0] for row in connection.execute("SELECT message_key FROM message")}
    # Of chats, tasks are derived anew; the totals of recorded ones follow from their calls.
    touched.task_keys = {row[0] for row in connection.execute("SELECT task_key FROM task WHERE source = 'record'")}
    for table, keys in (
        ("patch", touched.patch_keys),
        ("vcs_commit", touched.commit_keys),
        ("pull_request", touched.pull_request_keys),
        ("deployment", touched.deployment_keys),
    ):
        keys.update(row[0] for row in connection.execute(f"SELECT {table}_key FROM {table}"))  # noqa: S608
    for sql, add in (
        ("SELECT min(occurred_at), max(occurred_at) FROM event", touched.add_event_span),
        (_OUTSIDE_SPAN, touched.add_gateway_span),
    ):
        first, last = connection.execute(sql).fetchone()
        if first is not None:
            add(first, last)
    for day, source in connection.execute(
        f"SELECT DISTINCT started_date, source FROM llm_call WHERE source IN {OUTSIDE}"  # noqa: S608
    ):
        touched.call_sources.add(source)
        if day is not None:
            touched.call_days.add(day)
    return touched


def _price_gateway_calls(connection: sqlite3.Connection) -> None:
    import polars as pl

    from etl.price_frames import PRICED_BY, with_cost

    stored = {"llm_call_key": pl.Int64(), "source": pl.String(), **PRICED_BY, "is_cache_hit": pl.Int64()}
    last = -1
    while rows := connection.execute(
        f"SELECT {', '.join(stored)} FROM llm_call WHERE llm_call_key > ? AND source IN {OUTSIDE} "  # noqa: S608
        "ORDER BY llm_call_key LIMIT ?",
        (last, _BATCH),
    ).fetchall():
        last = rows[-1][0]
        calls = pl.DataFrame(rows, schema=stored, orient="row").with_columns(pl.col("is_cache_hit").cast(pl.Boolean))
        priced = with_cost(calls).select(
            "computed_cost_micro_usd", "price_version", "cost_micro_usd", "cost_basis", "llm_call_key"
        )
        connection.executemany(
            "UPDATE llm_call SET computed_cost_micro_usd = ?, price_version = ?, cost_micro_usd = ?, cost_basis = ? "
            "WHERE llm_call_key = ?",
            priced.rows(),
        )


_DAYS = (
    ("llm_call", "started_at", "started_date"),
    ("event", "occurred_at", "occurred_date"),
    ("deployment", "coalesce(finished_at, created_at)", "finished_date"),
    ("vcs_commit", "committed_at", "committed_date"),
    ("pull_request", "opened_at", "opened_date"),
    ("pull_request_review", "submitted_at", "submitted_date"),
    ("task", "requested_at", "requested_date"),
    ("patch", "proposed_at", "proposed_date"),
    ("approval", "asked_at", "asked_date"),
    ("tool_call", "called_at", "called_date"),
    ("command_run", "coalesce(started_at, proposed_at)", "started_date"),
    ("policy_change", "released_at", "released_date"),
    ("incident", "started_at", "started_date"),
    ("secret_rotation", "rotated_at", "rotated_date"),
    ("access_grant", "granted_at", "granted_date"),
    ("owner", "since_at", "since_date"),
)
"""Tables of facts, or with rows of own records: what their day is cut from. What is derived gets its day again."""


def _cut_days(connection: sqlite3.Connection) -> None:
    """Write the days of facts anew, in case the reporting time zone changed."""
    connection.create_function("day_of", 1, day_of, deterministic=True)
    for table, instant, day in _DAYS:
        connection.execute(
            f"UPDATE {table} SET {day} = day_of({instant}) WHERE {day} IS NOT day_of({instant})"  # noqa: S608
        )
