"""A changed definition reaches what is loaded already, and no period mixes two rules."""

import json
from pathlib import Path

import msgspec
import pytest
from chat_files import all_chats, artifact, at, chat, contents, load, reply, request

from data import definitions, prices
from data.store import Store
from etl.derive import anew


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    chats = all_chats(
        tmp_path / "chats.json", [chat("1", [request("u1", "Go", 0), reply("msg-a", artifact(("a", "x")), 0)])]
    )
    row = {
        "request_id": "r1", "call_type": "acompletion", "spend": 0.0, "prompt_tokens": 1_000_000,
        "completion_tokens": 0, "total_tokens": 1_000_000, "startTime": at(30), "endTime": at(31),
        "model": "house-model", "model_group": "house", "custom_llm_provider": "mistral", "status": "success",
        "metadata": {}, "api_key": "88dc28",
    }  # fmt: skip
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps([row]))
    return chats, rows


def forget_prices() -> None:
    prices.cells_of.cache_clear()
    prices._overrides_by_model.cache_clear()


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An own price for a model that had none, and a task budget that nothing meets."""
    override = definitions.PriceOverride(
        provider="mistral", model="house-model", owner="Us", why="Contract", input_usd_per_million=2.0,
        output_usd_per_million=4.0,
    )  # fmt: skip
    overrides, slos = definitions.price_overrides(), definitions.slos()
    dearer = msgspec.structs.replace(overrides, override=(override, *overrides.override))
    stricter = tuple(
        msgspec.structs.replace(slo, threshold=0.0001) if slo.name == "cost_efficiency" else slo for slo in slos.slo
    )
    monkeypatch.setattr(prices, "price_overrides", lambda: dearer)
    forget_prices()
    monkeypatch.setattr("etl.rollups.slos", lambda: msgspec.structs.replace(slos, slo=stricter))
    monkeypatch.setattr(anew, "fingerprint", lambda: "changed")


def test_prices_and_objectives_reach_what_was_loaded(
    store: Store, files: tuple[Path, Path], request: pytest.FixtureRequest
) -> None:
    load(store, *files)
    assert store.rows("SELECT cost_micro_usd FROM llm_call WHERE source = 'litellm'") == [(None,)]
    assert store.rows("SELECT sum(within_budget_count) FROM task_daily") == [(1,)]
    version = store.data_version
    request.getfixturevalue("changed")
    reports = load(store, *files)
    assert [report.loaded for report in reports] == [0, 0]
    # One million tokens at 2 USD a million.
    assert store.rows("SELECT cost_micro_usd, cost_basis FROM llm_call WHERE source = 'litellm'") == [
        (2_000_000, "computed")
    ]
    assert store.rows("SELECT sum(within_budget_count) FROM task_daily") == [(0,)]
    assert store.rows("SELECT sum(cost_micro_usd) FROM call_daily WHERE source = 'litellm'") == [(2_000_000,)]
    assert store.data_version > version
    forget_prices()


def test_deriving_anew_with_the_same_definitions_changes_nothing(store: Store, files: tuple[Path, Path]) -> None:
    load(store, *files)
    before = contents(store)
    with store.writing() as connection:
        anew.derive_anew(connection)
    assert contents(store) == before


def test_unchanged_definitions_are_noticed(store: Store, files: tuple[Path, Path]) -> None:
    assert not anew.definitions_changed(store)
    load(store, *files)
    assert not anew.definitions_changed(store)


def test_every_column_of_a_day_is_cut_anew():
    from sqlmodel import SQLModel

    import data.tables
    from data.tables.types import Day
    from etl.derive.anew import _DAYS

    cut = {(table, day) for table, _, day in _DAYS}
    # Rollups are written anew as a whole, links with their patches; a day that a person entered stays as it is.
    derived = {("found_fallback", "started_date"), ("patch_link", "proposed_date"), ("review_note", "due_date")}
    for table in (getattr(data.tables, name) for name in data.tables.__all__):
        columns = SQLModel.metadata.tables[str(table.__tablename__)].columns
        for column in columns:
            if isinstance(column.type, Day) and not str(table.__tablename__).endswith("_daily"):
                assert (str(table.__tablename__), column.name) in cut | derived
