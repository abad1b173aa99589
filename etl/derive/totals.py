"""Totals of tasks over their counted calls, added up after all matching is done."""

import sqlite3

from data.words import FactSource
from etl.context import Touched

_OF_ROUTE = (("approval", "asked_date"), ("command_run", "started_date"), ("tool_call", "called_date"))


def total_tasks(connection: sqlite3.Connection, touched: Touched) -> None:
    """Write calls, spend and tokens of the touched tasks: sums over llm_call rows with is_counted.

    Adds the days of the tasks, and of what rollups tell by their route, to touched.days.
    """
    if not touched.task_keys:
        return
    connection.execute("DROP TABLE IF EXISTS temp.totalled_task")
    connection.execute("CREATE TEMP TABLE totalled_task (task_key INTEGER PRIMARY KEY)")
    connection.executemany(
        "INSERT OR IGNORE INTO totalled_task VALUES (?)", ((key,) for key in sorted(touched.task_keys))
    )
    connection.execute(
        """
        UPDATE task SET
            call_count = coalesce(total.call_count, 0),
            unpriced_call_count = coalesce(total.unpriced_call_count, 0),
            fallback_count = coalesce(total.fallback_count, 0),
            known_cost_micro_usd = coalesce(total.known_cost_micro_usd, 0),
            total_tokens = total.total_tokens
        FROM (
            SELECT t.task_key,
                   count(c.llm_call_key) AS call_count,
                   -- A failed call without tokens was answered by nobody; it does not make the cost of a task unknown.
                   sum(c.llm_call_key IS NOT NULL AND c.cost_micro_usd IS NULL
                       AND NOT (c.status = 'error' AND c.total_tokens IS NULL)) AS unpriced_call_count,
                   sum(coalesce(c.is_fallback, 0)) AS fallback_count,
                   sum(c.cost_micro_usd) AS known_cost_micro_usd,
                   sum(c.total_tokens) AS total_tokens
            FROM totalled_task t LEFT JOIN llm_call c ON c.task_key = t.task_key AND c.is_counted
            GROUP BY t.task_key
        ) AS total
        WHERE task.task_key = total.task_key
        """
    )
    for table, date in _OF_ROUTE:
        # Their rollups tell the route of their task, which may have changed, and may be of another day.
        days = connection.execute(
            f"SELECT DISTINCT {date} FROM totalled_task CROSS JOIN {table} USING (task_key) WHERE {date} IS NOT NULL"  # noqa: S608
        )
        touched.days.update(day for (day,) in days)
    # Patches of chats are counted with their task; of records whatever file brings them.
    connection.execute(
        "UPDATE task SET patch_count = (SELECT count(*) FROM patch WHERE patch.task_key = task.task_key) "
        "WHERE task_key IN (SELECT task_key FROM totalled_task) AND source = ?",
        (FactSource.RECORD.value,),
    )
    touched.days.update(
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT requested_date FROM totalled_task CROSS JOIN task USING (task_key) "
            "WHERE requested_date IS NOT NULL"
        )
    )
