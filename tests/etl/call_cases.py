"""Cases of sources of calls: expected figures beside the input, and how they are compared with the store."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from chat_files import counts, load

from data.epoch import EPOCH
from data.store import Store
from etl.loading import FileReport

CASES = Path(__file__).parents[1] / "cases"


def cases(prefix: str) -> list[Path]:
    """Return the case folders of one source."""
    return sorted(CASES.glob(f"{prefix}_*"))


def rows_of(store: Store, table: str, by: str = "native_id") -> dict[str, dict[str, Any]]:
    """Return the rows of a table by one of their columns, as a case writes them."""
    with store.reading() as connection:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    return {row[by]: {name: _shown(name, value) for name, value in row.items()} for row in rows}


def _shown(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, int):
        return (EPOCH + timedelta(microseconds=value)).isoformat()
    return bool(value) if name.startswith("is_") and value is not None else value


def check_case(case: Path, store: Store, tables: dict[str, str]) -> tuple[FileReport, dict[str, Any]]:
    """Load a case and compare counts, the named columns of the rows, and what was quarantined.

    ``tables`` says which part of expected.json holds the rows of which table.
    """
    expected = json.loads((case / "expected.json").read_text())
    [source] = case.glob("input.*")
    [report] = load(store, source, person="ann", project="demo")
    assert report.refused is None
    assert report.kind == expected["kind"]
    assert dict(zip(("read", "loaded", "known", "quarantined"), counts(report), strict=True)) == expected["counts"]
    assert report.known_by_reason == expected.get("known_by_reason", {})
    assert report.note == expected.get("note")
    for part, table in tables.items():
        rows, wanted = rows_of(store, table), expected.get(part, {})
        assert set(rows) == set(wanted)
        for native_id, columns in wanted.items():
            assert {name: rows[native_id][name] for name in columns} == columns, native_id
    found = store.rows("SELECT position, reason, detail FROM quarantine ORDER BY quarantine_id")
    assert sorted(found) == sorted((one["position"], one["reason"], one["detail"]) for one in expected["quarantine"])
    return report, expected
