"""Every page on an empty store, one task, odd data and hostile names: what it shows, and what it says to do."""

import sqlite3
from itertools import permutations

import pytest
from page_runs import PAGES, run_page, texts

from dashboard.charts.theme import STYLE
from data.store import Store
from year_of_facts import HOSTILE, odd_facts, one_task, year_of_facts

ESCAPED = "&lt;script&gt;"


@pytest.mark.parametrize("page", PAGES)
def test_a_missing_store_says_how_to_load(monkeypatch: pytest.MonkeyPatch, database_url: str, page: str):
    app = run_page(monkeypatch, database_url)
    assert not app.exception
    assert "There is no store at" in texts(app).replace("\\", "")
    assert f"etl load PATH --database {database_url}" in [code.value for code in app.code]


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_says_how_to_load(monkeypatch: pytest.MonkeyPatch, store: Store, page: str):
    app = run_page(monkeypatch, store.url, page)
    assert not app.exception
    assert "Nothing has been loaded yet" in texts(app)
    assert f"etl load PATH --database {store.url}" in [code.value for code in app.code]


def test_a_newer_store_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch, store: Store):
    with store.writing() as connection:
        connection.execute("PRAGMA user_version=99")
    app = run_page(monkeypatch, store.url)
    assert not app.exception
    assert "newer Boltscope" in texts(app).replace("\\", "")


def test_a_damaged_store_is_told_from_a_missing_one(monkeypatch: pytest.MonkeyPatch, store: Store):
    store.path.write_bytes(b"not a database at all" * 100)
    app = run_page(monkeypatch, store.url)
    assert not app.exception
    assert "is not a SQLite file, or it is damaged" in texts(app).replace("\\", "")


def test_a_locked_store_says_to_try_again(monkeypatch: pytest.MonkeyPatch, store: Store):
    def locked(self: Store) -> sqlite3.Connection:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    monkeypatch.setattr(Store, "connect", locked)
    app = run_page(monkeypatch, store.url)
    assert not app.exception
    assert "locked by another program" in texts(app).replace("\\", "")
    assert [button.label for button in app.button] == ["Try again"]


def test_the_overview_shows_five_objectives_with_interval_n_and_verdict(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, year_of_facts(store).url)
    assert not app.exception
    labels = [metric.label for metric in app.metric]
    assert labels == [
        "Task success",
        "Diff acceptance without rollback",
        "Runtime health",
        "Provider stability",
        "Cost efficiency",
        "Newest record",
    ]
    said = texts(app).replace("\u00a0", " ")
    assert said.count("95 % interval") >= 4
    assert "Objective 95.0 %:" in said
    assert "n = " in said
    assert "5 objectives:" in said
    # Only proposals of commands are loaded: the card says so and what to load.
    assert "Not measured" in said
    assert "What to do:" in said


def test_the_overview_names_the_days_and_what_they_are_compared_with(monkeypatch: pytest.MonkeyPatch, store: Store):
    said = texts(run_page(monkeypatch, year_of_facts(store).url)).replace("\u00a0", " ")
    # The newest record is of 20 November: 28 days are 24 October to 20 November, the 28 before end on 23 October.
    assert "24 Oct – 20 Nov 2026" in said
    assert "compared with 26 Sep – 23 Oct 2026" in said


def test_the_control_plane_has_every_stage_with_a_count_or_says_not_loaded(monkeypatch, store: Store):
    app = run_page(monkeypatch, year_of_facts(store).url)
    picture = next(str(html.proto.body) for html in app.get("html") if "bs-plane-frame" in str(html.proto.body))
    assert picture.count("<li") == 6
    assert picture.count("bs-count") == 6
    assert "not loaded yet" in picture


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("write", [one_task, odd_facts])
def test_small_and_odd_stores_show_without_an_exception(monkeypatch, store: Store, page: str, write):
    app = run_page(monkeypatch, write(store).url, page)
    assert not app.exception
    assert app.title


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_are_never_markup(monkeypatch, store: Store, page: str):
    app = run_page(monkeypatch, odd_facts(store).url, page, project=HOSTILE)
    assert not app.exception
    for html in app.get("html"):
        body = str(html.proto.body)
        assert body == STYLE or "<script" not in body
    for text in [*app.markdown, *app.caption]:
        assert "<script" not in str(text.value).replace("\\<", "")
        assert ":smile:" not in str(text.value)


def test_demo_data_is_labelled_and_real_data_is_not(monkeypatch, store: Store, tmp_path):
    assert "Demo data." in texts(run_page(monkeypatch, year_of_facts(store, days=20).url))
    real = year_of_facts(Store(f"sqlite:///{tmp_path / 'real.db'}"), days=20, is_demo=False)
    assert "Demo data" not in texts(run_page(monkeypatch, real.url))


def test_filters_come_from_the_url_and_survive_a_page_switch(monkeypatch, store: Store):
    app = run_page(monkeypatch, year_of_facts(store).url, period="last-7-days", project="shop", compare="none")
    assert app.selectbox(key="filter_period").value == "last-7-days"
    assert app.selectbox(key="filter_project").value == "shop"
    app.switch_page(str(PAGES["data-health"])).run()
    app.switch_page(str(PAGES["overview"])).run()
    assert app.selectbox(key="filter_project").value == "shop"
    said = texts(app).replace("\u00a0", " ")
    assert "14 – 20 Nov 2026" in said or "14 Nov – 20 Nov 2026" in said
    assert "compared with" not in said


def test_a_filter_that_is_picked_is_written_into_the_url(monkeypatch, store: Store):
    app = run_page(monkeypatch, year_of_facts(store).url)
    app.selectbox(key="filter_task_class").select("fix").run()
    assert app.query_params["task_class"] == "fix"
    app.button[0].click().run()
    assert "task_class" not in app.query_params


@pytest.mark.parametrize(
    "params",
    [
        {"period": "<script>", "compare": "' OR 1=1 --"},
        {"from": "2026-99-99", "to": "x"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"project": "\x00", "route": "a" * 100_000},
        {"project": "not there", "task_class": "nothing"},
    ],
)
def test_hostile_addresses_fall_back_to_the_defaults(monkeypatch, store: Store, params: dict[str, str]):
    app = run_page(monkeypatch, year_of_facts(store, days=60).url, **params)
    assert not app.exception
    assert app.selectbox(key="filter_period").value == "last-28-days"
    assert app.selectbox(key="filter_project").value == ""


def test_an_address_that_asks_for_an_unknown_project_says_so(monkeypatch, store: Store):
    app = run_page(monkeypatch, one_task(store).url, project="not there")
    assert "not there" in app.warning[0].value


def test_data_health_accounts_for_every_record(monkeypatch, store: Store):
    app = run_page(monkeypatch, odd_facts(store).url, "data-health")
    # 20 read = 12 loaded + 3 known + 5 quarantined
    assert "20 records read = 12 loaded + 3 already known + 5 quarantined" in texts(app)
    assert "Every record that was read is accounted for" in texts(app)


def test_data_health_says_when_records_are_missing(monkeypatch, store: Store):
    odd_facts(store)
    with store.writing() as connection:
        connection.execute("UPDATE load SET read_count = 21")
        connection.execute("UPDATE setting SET value = value + 1 WHERE name = 'data_version'")
    app = run_page(monkeypatch, store.url, "data-health")
    assert "Records are missing" in texts(app)


def test_a_long_table_is_shown_a_page_at_a_time(monkeypatch, store: Store):
    app = run_page(monkeypatch, year_of_facts(store, days=30).url, "data-health")
    loads = app.dataframe[-1].value
    assert loads.shape[0] == 20
    assert "Rows 1 to 20 of 45." in texts(app)


def test_a_page_shows_the_old_state_while_a_load_runs_and_the_new_one_after_it(monkeypatch, store: Store):
    odd_facts(store)
    with store.writing() as connection:
        connection.execute("UPDATE load SET read_count = 30, loaded_count = 22")
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('data_version', '7')")
        app = run_page(monkeypatch, store.url, "data-health")
        assert "20 records read = 12 loaded" in texts(app)
    app.run()
    assert "30 records read = 22 loaded" in texts(app)


def test_a_store_that_took_the_place_of_a_deleted_one_shows_its_own_figures(monkeypatch, store: Store):
    app = run_page(monkeypatch, odd_facts(store).url, "data-health")
    assert "20 records read = 12 loaded" in texts(app)
    for file in store.path.parent.glob("store.db*"):
        file.unlink()
    # The same path, and the same data version: only the store is another one.
    one_task(Store(store.url))
    app.run()
    assert "2 records read = 2 loaded" in texts(app)
    assert "20 records read" not in texts(app)


def test_a_store_without_an_id_is_told_from_another_file_at_its_path(monkeypatch, store: Store, tmp_path):
    other = one_task(Store(f"sqlite:///{tmp_path / 'other.db'}"))
    odd_facts(store)
    for written in (store, other):
        with written.writing() as connection:
            connection.execute("DELETE FROM setting WHERE name = 'store_id'")
        with written.connect() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "20 records read = 12 loaded" in texts(run_page(monkeypatch, store.url, "data-health"))
    other.path.replace(store.path)
    assert "2 records read = 2 loaded" in texts(run_page(monkeypatch, store.url, "data-health"))


def test_each_page_can_follow_each_other_one(monkeypatch, store: Store):
    """Widgets of the same name on two pages do not get into each other's way."""
    app = run_page(monkeypatch, year_of_facts(store, days=60).url)
    failed: list[tuple[str, str]] = []
    for first, second in permutations(PAGES, 2):
        app.switch_page(str(PAGES[first])).run()
        if app.switch_page(str(PAGES[second])).run().exception:
            failed.append((first, second))
    assert failed == []
