"""Own records of every form, case by case: the expected rows stand beside the input and can be checked on paper."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from chat_files import counts, load

from data.epoch import EPOCH, EPOCH_DAY
from data.store import Store

CASES = sorted((Path(__file__).parents[1] / "cases").glob("record_*"))


def rows_by_id(store: Store, table: str) -> dict[str, dict[str, object]]:
    with store.reading() as connection:
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        return {
            row[names.index("native_id")]: {name: shown(name, value) for name, value in zip(names, row, strict=True)}
            for row in cursor
        }


def shown(name: str, value: object) -> object:
    if isinstance(value, int) and name.endswith("_at"):
        return (EPOCH + timedelta(microseconds=value)).isoformat()
    if isinstance(value, int) and name.endswith("_date"):
        return (EPOCH_DAY + timedelta(days=value)).isoformat()
    return bool(value) if name.startswith("is_") and value is not None else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_of_own_records_gives_the_expected_rows(case: Path, store: Store):
    expected = json.loads((case / "expected.json").read_text())
    [source] = case.glob("input.*")
    [report] = load(store, source, person="cleo", project="shop")
    assert report.refused is None
    assert report.kind == expected["kind"]
    found = store.rows("SELECT position, reason, detail FROM quarantine ORDER BY quarantine_id")
    assert sorted(found) == sorted(tuple(one.values()) for one in expected["quarantine"])
    assert dict(zip(("read", "loaded", "known", "quarantined"), counts(report), strict=True)) == expected["counts"]
    assert report.known_by_reason == expected.get("known_by_reason", {})
    for table, wanted in expected["rows"].items():
        rows = rows_by_id(store, table)
        assert set(rows) == set(wanted)
        for native_id, columns in wanted.items():
            assert {name: rows[native_id][name] for name in columns} == columns
    for sql, wanted in expected.get("all_rows", {}).items():
        assert store.rows(sql) == [tuple(row) for row in wanted]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_secret_and_nothing_typed_is_stored(case: Path, store: Store):
    [source] = case.glob("input.*")
    load(store, source)
    forbidden = json.loads((case / "expected.json").read_text()).get("not_stored", [])
    with store.reading() as connection:
        stored = "\n".join(connection.iterdump())
    assert not [text for text in forbidden if text in stored]


def test_there_are_cases_of_good_and_bad_records():
    assert len(CASES) >= 7
    assert len([case for case in CASES if "bad" in case.name]) >= 2
