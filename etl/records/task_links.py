"""What ties records to the task that they name: its key, and its class, which they share whichever came first."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from data.words import FactSource
from etl.context import LoadContext
from etl.records.contract import Rows, record_keys

_CHILDREN = (
    ("llm_call", "started_date"),
    ("patch", "proposed_date"),
    ("approval", "asked_date"),
    ("command_run", "started_date"),
)


def keys_of_tasks(rows: Rows) -> list[int | None]:
    """Return the keys of the tasks that records name."""
    return record_keys("task", rows, "task_id")


def classes_of(connection: sqlite3.Connection, task_keys: Sequence[int | None]) -> list[str | None]:
    """Return the class of each task, as far as the store has it."""
    known: dict[int | None, str] = dict(
        connection.execute(
            "SELECT task_key, task_class FROM json_each(?) CROSS JOIN task ON task_key = value",
            (json.dumps(sorted({key for key in task_keys if key is not None})),),
        ).fetchall()
    )
    return [known.get(key) for key in task_keys]


def class_children(context: LoadContext, task_keys: Iterable[int]) -> None:
    """Give the records that belong to tasks the class of their task; note the days, and the patches, of what changes.

    Decisions that reviews tell of a patch bear its class.
    """
    keys = json.dumps(sorted(task_keys))
    for table, date in _CHILDREN:
        # A call of a gateway has the task of a record where both are the same call.
        by_record = "1" if table == "llm_call" else f"{table}.source = '{FactSource.RECORD}'"
        changed = context.connection.execute(
            f"UPDATE {table} SET task_class = task.task_class FROM json_each(?) AS wanted "  # noqa: S608
            "CROSS JOIN task ON task.task_key = wanted.value "
            f"WHERE {table}.task_key = task.task_key AND {by_record} "
            f"AND {table}.task_class IS NOT task.task_class RETURNING {table}.{date}, {table}.{table}_key",
            (keys,),
        ).fetchall()
        context.touched.days.update(row[0] for row in changed if row[0] is not None)
        if table == "patch":
            context.touched.patch_keys.update(row[1] for row in changed)
