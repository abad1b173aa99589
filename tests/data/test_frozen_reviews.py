"""Frozen reviews: kept byte for byte, refused a second time, a new revision beside the first."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.definitions.texts import definition_texts, definitions_hash
from data.errors import StoreError
from data.frozen_reviews import (
    AlreadyFrozenError,
    Revision,
    freeze,
    frozen_definitions,
    frozen_document,
    frozen_quarters,
    revisions,
)
from data.review_notes import EntryError
from data.store import Store

NOW = datetime(2026, 10, 2, 9, tzinfo=UTC)
TEXTS = {"slos.toml": "a = 1"}


def frozen(store: Store, reason: str | None = None, scope: str = "", quarter: str = "2026Q3") -> Revision:
    with store.writing() as connection:
        return freeze(
            connection, quarter, scope, lambda revision: f'{{"ü": {revision}}}'.encode(), frozen_at=NOW,
            frozen_by=" Ann ", reason=reason, data_version=7, definitions=TEXTS,
            definitions_hash=definitions_hash(TEXTS),
        )  # fmt: skip


def test_a_second_freezing_is_refused_unless_a_reason_is_given_and_both_are_kept(store: Store):
    first = frozen(store, reason="not needed the first time")
    assert (first.revision, first.frozen_by, first.reason) == (1, "Ann", None)
    for reason in (None, "", "  \n"):
        with pytest.raises(AlreadyFrozenError, match="2026Q3 is frozen already, as revision 1"):
            frozen(store, reason)
    second = frozen(store, "A late export came in")
    assert frozen(store, scope="project=shop").revision == 1
    with store.reading() as connection:
        assert revisions(connection, "2026Q3", "") == (second, first)
        assert second.reason == "A late export came in"
        assert [frozen_document(connection, one).decode() for one in (first, second)] == ['{"ü": 1}', '{"ü": 2}']
        assert frozen_definitions(connection, first) == TEXTS
        assert frozen_quarters(connection) == ("2026Q3",)


def test_too_long_a_reason_freezes_nothing(store: Store):
    frozen(store)
    with pytest.raises(EntryError, match="The reason has 501 letters"):
        frozen(store, "a" * 501)
    with store.reading() as connection:
        assert len(revisions(connection, "2026Q3", "")) == 1


def test_of_people_who_freeze_at_the_same_time_one_succeeds_and_the_others_are_told(store: Store):
    outcomes: list[object] = []

    def run() -> None:
        try:
            outcomes.append(frozen(Store(store.url)).revision)
        except AlreadyFrozenError:
            outcomes.append("refused")

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1", *["refused"] * 5]


def test_a_document_that_was_changed_in_the_store_is_refused(store: Store):
    revision = frozen(store)
    with store.writing() as connection:
        connection.execute("UPDATE frozen_review SET document = '{}'")
    with store.reading() as connection, pytest.raises(StoreError, match="is not what was frozen"):
        frozen_document(connection, revision)


def test_definitions_are_all_files_and_their_hash_notices_any_change():
    texts = definition_texts()
    folder = Path(__file__).parent.parent.parent / "data" / "definitions"
    assert texts == {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
    known = definitions_hash(texts)
    assert definitions_hash(dict(reversed(texts.items()))) == known
    assert definitions_hash({**texts, "slos.toml": texts["slos.toml"] + "\n"}) != known
    assert definitions_hash({"a": "bc"}) != definitions_hash({"ab": "c"})
