"""Reviews and deployments of every form, case by case: what is expected stands beside the input, to check on paper."""

import tempfile
from itertools import permutations
from pathlib import Path

import pytest
from chat_files import load
from loads import facts
from platform_cases import FOLDERS, PREFIXES, expected_of, files_of, outcome_of

from data.store import Store


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_the_files_of_a_case_give_the_expected_rows_and_quarantine(case: Path, store: Store):
    found = outcome_of(store, case)
    assert found == expected_of(case)
    for read, loaded, known, quarantined in found["counts"]:
        assert read == loaded + known + quarantined


def test_every_source_has_a_case_and_a_case_of_bad_records():
    for prefix in PREFIXES:
        names = {case.name for case in FOLDERS if case.name.startswith(prefix)}
        assert f"{prefix}bad" in names
        assert len(names) >= 2


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_the_files_of_a_case_give_the_same_store_in_any_order_and_again(case: Path, tmp_path: Path):
    found = []
    for order in permutations(files_of(case)):
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            store = Store(f"sqlite:///{folder}/store.db")
            load(store, *order)
            load(store, *reversed(order))
            found.append(facts(store.url))
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_nothing_that_somebody_typed_is_stored(case: Path, store: Store):
    load(store, *files_of(case))
    with store.reading() as connection:
        stored = "\n".join(connection.iterdump())
    assert "typed words" not in stored
    assert "messageHeadline" not in stored
