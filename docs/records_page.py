"""Writes docs/records.md from the declarations of the record tables. `make docs` runs it; a test compares."""

import importlib
import importlib.util
from pathlib import Path

from data.words import Word
from etl.records.contract import Column, RecordTable
from etl.records.tables import TABLES
from etl.records.template import csv_text, example, ndjson_text

PAGE = Path(__file__).parent / "records.md"
_ATTRIBUTES = "etl.sources.otlp_attributes"
_INTRODUCTION = """# Your own records

What your gate, runner or script knows, and no export does: write it into files with the columns below, and `etl load`
reads them. This page is written by `make docs` from the tables themselves.

```sh
.venv/bin/etl template command_runs --out inbox/shop/command_runs.csv   # the header; --format ndjson: an example record
.venv/bin/etl load inbox
```

**Files.** One file holds one table, as CSV, NDJSON (one JSON object a line), a JSON array of objects, or Parquet,
plain or in zip or gzip. The table is told by the columns, never by the file's name. Columns may be in any order;
optional ones may be left out. A column that is not in the contract refuses the file, with the nearest valid names; a
record that cannot be used is quarantined and spoils no other.

**CSV** is UTF-8, separated by commas, semicolons (then amounts may have a decimal comma) or tabs. An empty cell is
unknown, never 0. Lists of paths are separated by semicolons, within quotes where semicolons separate cells; in JSON
and Parquet they are lists.

**Times** are ISO 8601 with a zone: `2026-03-02T10:00:00Z` or `2026-03-02T12:00:00+02:00`. A time without a zone is
refused, not guessed. In Parquet a time column needs a zone too. Units are in the names: `_ms` milliseconds, `_usd` US
dollars, `_tokens`, `_chars`, `_count`.

**Ids.** Every record has an `id` of your own, unique in its table and project. Records with the same id are copies of
one: the one with the newest `recorded_at` counts, copies without it come before all others, and of equals a checksum
decides, so that the order of files never does. To correct or complete a record, write it again with a newer
`recorded_at`. A record names another one by its id (`task_id`, `subject_id`), in the same project, before or after
that one is loaded.

**Once.** Calls to models that a gateway, spans and a record tell are found to be one and count once. Tasks, patches and
tool calls are not: hand in only those that no chat export tells, else they count twice.

**Whose.** `person` and `project` that are empty come from the folder, the options or `sources.toml`, as for every
file, where the table says so; names and addresses are mapped by `[people]` and `[projects]` of `sources.toml`.

**Not kept.** Of a command only its first word and a hash. Titles, names, paths and ids are stored without secrets and
e-mail addresses.
"""


def page() -> str:
    """Return the text of docs/records.md."""
    contents = "\n".join(f"- [{table.name}](#{table.name}): {table.grain}" for table in TABLES)
    return "\n".join([_INTRODUCTION, contents, "", *map(_section, TABLES), _attributes()]).rstrip() + "\n"


def _section(table: RecordTable) -> str:
    needed = example(table, only_required=True)
    extra = [column for column in table.columns if not column.is_required and column.example is not None][:3]
    shown = {**needed, **{column.name: column.example for column in extra}}
    rows = [_row(table, column) for column in table.columns]
    names = ", ".join(f"`{column.name}`" for column in table.columns if column.is_required)
    return "\n".join(
        [
            f"## {table.name}",
            "",
            f"One row per {_cell(table.grain)}. Needed: {names}.",
            "",
            "| column | type | needed | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
            *_words(table),
            "```csv",
            csv_text(table, [shown], tuple(shown)).rstrip(),
            "```",
            "",
            "```json",
            ndjson_text([shown]).rstrip(),
            "```",
            "",
        ]
    )


def _row(table: RecordTable, column: Column) -> str:
    kind = column.reads.value.split(" (")[0] + (f", {column.unit}" if column.unit else "")
    return f"| `{column.name}` | {kind} | {'yes' if column.is_required else ''} | {_cell(table.meaning(column))} |"


def _words(table: RecordTable) -> list[str]:
    lines: list[str] = []
    for column in table.columns:
        if column.words is not None:
            lines += [f"Words of `{column.name}`:", "", *map(_word, column.words), ""]
    return lines


def _word(word: Word) -> str:
    return f"- `{word.value}`: {word.meaning}"


def _attributes() -> str:
    """Return what is read from OpenTelemetry spans, as its source says."""
    if importlib.util.find_spec(_ATTRIBUTES) is None:
        return ""
    documented = getattr(importlib.import_module(_ATTRIBUTES), "DOCUMENTED", ())
    if not documented:
        return ""
    rows = [f"| `{attribute}` | {_cell(column)} | {_cell(meaning)} |" for attribute, column, meaning in documented]
    return "\n".join(
        [
            "## OpenTelemetry attributes",
            "",
            "A team that instruments bolt.diy, or runs its agents with OpenTelemetry, needs no files of its own:",
            "calls, tool calls and commands are read from spans (OTLP JSON lines, as the collector's file exporter",
            "writes them) with these attributes.",
            "",
            "| attribute | column | meaning |",
            "|---|---|---|",
            *rows,
        ]
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
