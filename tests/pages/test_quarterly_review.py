"""The quarterly review: quarters, entries that reach the store, freezing, and the screens of a meeting."""

import io
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from re import sub

import msgspec
import pytest
from page_runs import show, texts
from streamlit.testing.v1 import AppTest

from dashboard import export_review
from dashboard.analysis.review import usage_spend
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.quarters import read_quarter
from dashboard.analysis.review.words import before_words
from dashboard.analysis.units import interval_text, value_text
from dashboard.export_summaries import plain_number
from dashboard.reports.bundle import FORMATS
from dashboard.review_command import Asked, write_review
from data.definitions import reporting
from data.definitions.budgets import Budget, Budgets, ProjectBudget
from data.definitions.texts import definition_texts
from data.frozen_reviews import frozen_definitions, frozen_document, revisions
from data.migrations import fill_calls_by_project, rebuild
from data.review_notes import Entry, Note, add_note, notes_of
from data.store import Store
from data.strip_writing import rewrite_strips
from data.words import NoteKind, NoteStatus
from report_text import text_of
from year_of_facts import HOSTILE, LAST_DAY, odd_facts, year_of_facts

PAGE = "quarterly-review"
NOW = datetime(2026, 10, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year that ends on 20 November 2026; every test copies it."""
    store = year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('year') / 'year.db'}"))
    with store.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('data_version', '1')")
    return store.path


@pytest.fixture
def own(year: Path, tmp_path: Path) -> Store:
    """A copy of the year that the test may write to."""
    target = tmp_path / "own.db"
    with closing(sqlite3.connect(year)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return Store(f"sqlite:///{target}")


def opened(monkeypatch: pytest.MonkeyPatch, store: Store, **params: str) -> AppTest:
    app = show(monkeypatch, store.url, PAGE, params)
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return texts(app).replace("\\", "").replace("\u00a0", " ").replace("\u2060", "")


def notes(store: Store, quarter: str) -> tuple[Note, ...]:
    with store.reading() as connection:
        return notes_of(connection, quarter)


def fill(app: AppTest, values: Mapping[str, object]) -> None:
    for key, value in values.items():
        widgets = [*app.text_input, *app.text_area, *app.date_input, *app.segmented_control]
        next(widget for widget in widgets if widget.key == key).set_value(value)


def press(app: AppTest, label: str, number: int = 0) -> AppTest:
    [button for button in app.button if button.label == label][number].click().run()
    assert not app.exception
    return app


def enter(app: AppTest, text: str, question: str = "whole", **values: object) -> AppTest:
    """Open the form of a question, fill it in and keep it."""
    app.session_state[f"note_{question}_popover"] = True
    app.run()
    fill(app, {f"note_{question}_text": text, **{f"note_{question}_{name}": value for name, value in values.items()}})
    forms = [button for button in app.button if button.label == "Keep"]
    next(button for button in forms if f"note_{question}_form" in button.form_id).click().run()
    assert not app.exception
    return app


def test_the_last_quarter_that_ended_is_shown_first_and_every_quarter_can_be_chosen(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    picker = app.selectbox(key="address_quarter")
    assert picker.value == "2026Q3"
    assert picker.options == [
        "2026Q4: October to December 2026", "2026Q3: July to September 2026", "2026Q2: April to June 2026",
        "2026Q1: January to March 2026", "2025Q4: October to December 2025",
    ]  # fmt: skip
    assert "1 Jul – 30 Sep 2026 (the days of the quarter, whatever the period filter says)" in said(app).replace(
        "**", ""
    )
    assert not app.info
    picker.select("2026Q4").run()
    assert app.query_params["quarter"] == "2026Q4"
    assert "This quarter is not over yet" in app.info[0].value


@pytest.mark.parametrize("quarter", ["", "2026Q9", "<script>", "a" * 10_000, "1999Q1"])
def test_an_address_that_names_no_quarter_of_the_store_shows_the_default(monkeypatch, own: Store, quarter: str):
    app = opened(monkeypatch, own, quarter=quarter, revision="9", screen="x")
    assert app.selectbox(key="address_quarter").value == "2026Q3"


def test_what_is_entered_is_in_the_store_and_on_the_page_at_once_and_after_a_load(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    enter(app, f"Ask first {HOSTILE}", owner="Ann", due=date(2026, 12, 1))
    (note,) = notes(own, "2026Q3")
    assert (note.text, note.owner, note.due_date) == (f"Ask first {HOSTILE}", "Ann", date(2026, 12, 1))
    assert (note.kind, note.status, note.question) == (NoteKind.DECISION, NoteStatus.OPEN, None)
    assert f"Ask first {HOSTILE}" in said(app)
    assert "<script" not in "".join(str(text.value).replace("\\<", "") for text in app.markdown)
    assert app.text_area(key="note_whole_text").value == ""
    # Somebody else's entry shows on the next rerun, though no figure has changed.
    with own.writing() as connection:
        add_note(connection, "2026Q3", Entry("From another room", NoteKind.NOTE), NOW)
    assert "From another room" in said(app.run())


def test_an_empty_entry_is_refused_with_words_and_what_was_typed_stays(monkeypatch, own: Store):
    app = enter(opened(monkeypatch, own), "   ", owner="Ann")
    assert "The text is empty" in app.warning[0].value
    assert app.text_input(key="note_whole_owner").value == "Ann"
    assert notes(own, "2026Q3") == ()


def test_an_entry_is_changed_where_it_stands(monkeypatch, own: Store):
    with own.writing() as connection:
        key = add_note(connection, "2026Q3", Entry("Rotate keys"), NOW)
    app = opened(monkeypatch, own)
    form = f"change_{key}_{NOW.timestamp():.6f}"
    app.session_state[f"{form}_popover"] = True
    app.run()
    fill(app, {f"{form}_status": "done", f"{form}_text": "Rotate all keys", f"{form}_owner": "Eve"})
    next(button for button in app.button if button.label == "Keep" and str(key) in button.form_id).click().run()
    (note,) = notes(own, "2026Q3")
    assert (note.status, note.text, note.owner) == (NoteStatus.DONE, "Rotate all keys", "Eve")
    assert "Decision · Eve · done" in said(app)


def test_open_decisions_of_the_quarter_before_are_shown_on_top_and_carried_over_once(monkeypatch, own: Store):
    with own.writing() as connection:
        add_note(connection, "2026Q2", Entry("Rotate keys", owner="Ann"), NOW)
    app = opened(monkeypatch, own)
    assert "1 decision of earlier quarters still open, the oldest of 2026Q2" in said(app).replace("**", "")
    press(app, "Carry 1\u00a0open decision over to 2026Q3")
    (note,) = notes(own, "2026Q3")
    assert note.carried_from_key == notes(own, "2026Q2")[0].key
    assert "Decision · Ann · open · carried over from 2026Q2" in said(app)
    assert not [button for button in app.button if button.label.startswith("Carry")]
    assert "carried over to 2026Q3" in said(opened(monkeypatch, own, quarter="2026Q2"))


def test_an_entry_of_a_question_that_is_not_asked_any_more_is_not_lost(monkeypatch, own: Store):
    with own.writing() as connection:
        add_note(connection, "2026Q3", Entry("Of a question of before", question="gone"), NOW)
    freeze(opened(monkeypatch, own))
    for revision in ({}, {"revision": "1"}):
        whole = said(opened(monkeypatch, own, **revision)).split("Decisions and notes on the review as a whole")
        assert "Of a question of before" in whole[0] + whole[1]


def test_while_a_load_runs_the_page_says_so_soon_and_keeps_what_was_typed(monkeypatch, own: Store):
    monkeypatch.setattr("dashboard.ui.entries.WAIT_SECONDS", 0.1)
    app = opened(monkeypatch, own)
    with own.writing():
        enter(app, "Ask first")
        assert "A load is running" in app.warning[0].value
        assert app.text_area(key="note_whole_text").value == "Ask first"
    enter(app, "Ask first")
    assert [note.text for note in notes(own, "2026Q3")] == ["Ask first"]


def test_a_store_that_cannot_be_written_says_so(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    lock = own.path.with_name(own.path.name + ".lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    enter(app, "Ask first")
    assert "The store cannot be opened" in app.warning[0].value
    monkeypatch.setattr("dashboard.ui.entries.can_write", lambda: False)
    app.run()
    assert "the store can only be read" in said(app)
    assert not [button for button in app.button if button.label == "Keep" or button.label.startswith("Freeze")]


def freeze(app: AppTest, by: str = "Ann", reason: str | None = None) -> AppTest:
    fill(app, {"freeze_by": by} | ({} if reason is None else {"freeze_reason": reason}))
    next(button for button in app.button if button.label.startswith("Freeze")).click().run()
    assert not app.exception
    return app


def kept(store: Store) -> list[bytes]:
    with store.reading() as connection:
        return [frozen_document(connection, one) for one in revisions(connection, "2026Q3", "")]


def change_the_data(store: Store) -> None:
    """All tasks failed, as a load would find out, and a file was loaded."""
    with store.writing() as connection:
        for table in ("task_daily", "project_daily"):
            connection.execute(f"UPDATE {table} SET failed_count = failed_count + completed_count, completed_count = 0")
        rewrite_strips(connection, None)
        connection.execute("UPDATE load SET finished_at = ? WHERE load_id = 1", (4_000_000_000_000_000,))
        connection.execute("UPDATE setting SET value = '2' WHERE name = 'data_version'")


def unfold(app: AppTest) -> AppTest:
    """Open everything that is folded away."""
    for fold in app.expander:
        if fold.key is not None:
            app.session_state[fold.key] = True
    app.run()
    assert not app.exception
    return app


def view_of(app: AppTest) -> tuple[object, ...]:
    unfold(app)
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    html = [str(part.proto.body) for part in app.get("html")]
    return html, charts, [table.value.to_csv() for table in app.dataframe]


def test_the_address_says_what_is_unfolded_and_forgets_what_is_not_there(monkeypatch, own: Store):
    app = opened(monkeypatch, own, open="nothing,best_routes_rule")
    assert [fold.label for fold in app.expander if fold.proto.expanded] == [
        "How this is answered, and who answers for the question"
    ]
    assert app.query_params["open"] == "best_routes_rule"
    app.session_state["open_best_routes_rule"] = False
    app.session_state["open_failing_classes_rule"] = True
    app.run()
    assert app.query_params["open"] == "failing_classes_rule"
    app.session_state["open_failing_classes_rule"] = False
    app.run()
    assert "open" not in app.query_params


def test_a_frozen_quarter_renders_the_same_whatever_is_loaded_and_says_what_changed(monkeypatch, own: Store):
    app = enter(opened(monkeypatch, own), "Ask first")
    freeze(app)
    before = kept(own)
    frozen_view = view_of(opened(monkeypatch, own, revision="1"))
    change_the_data(own)
    enter(opened(monkeypatch, own), "Later")
    later = opened(monkeypatch, own, revision="1")
    assert kept(own) == before
    assert view_of(later) == frozen_view
    assert "Revision 1, frozen on" in said(later).replace("**", "")
    assert "Ask first" in said(later)
    assert "Later" not in said(later).replace("Later,", "")
    assert "would differ" in said(later)
    assert "1 file with" in said(later)
    assert "Task success" in said(later).split("would differ")[1]
    # As it is now differs, and can be entered into; the frozen one cannot.
    assert view_of(opened(monkeypatch, own)) != frozen_view
    assert not [button for button in later.button if button.label == "Keep"]


def test_nothing_changed_is_said_too(monkeypatch, own: Store):
    freeze(opened(monkeypatch, own))
    assert "Computed anew, this review would say the same" in said(opened(monkeypatch, own, revision="1"))


def test_freezing_twice_is_refused_unless_a_reason_is_given_and_both_stay(monkeypatch, own: Store):
    app = freeze(opened(monkeypatch, own))
    freeze(app, reason="  ")
    assert "2026Q3 is frozen already, as revision 1" in said(app)
    assert len(kept(own)) == 1
    freeze(app, by="Eve", reason="Late exports")
    assert len(kept(own)) == 2
    text = said(app).replace("**", "")
    assert "Revision 2, " in text
    assert "by Eve: Late exports" in text
    assert app.selectbox(key="address_revision").options[0] == "As it is now"
    assert [option[:10] for option in app.selectbox(key="address_revision").options[1:]] == ["Revision 2", "Revision 1"]


def test_what_changed_after_the_page_was_drawn_is_not_frozen_unseen(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    change_the_data(own)
    freeze(app)
    assert "nothing was frozen" in app.warning[0].value
    assert kept(own) == []


def test_revisions_belong_to_their_filters(monkeypatch, own: Store):
    freeze(opened(monkeypatch, own, project="shop"))
    assert kept(own) == []
    with own.reading() as connection:
        assert [one.revision for one in revisions(connection, "2026Q3", "project=shop")] == [1]


def test_the_meeting_goes_through_one_screen_each_and_ends(monkeypatch, own: Store):
    app = press(opened(monkeypatch, own), "Meeting mode")
    assert app.query_params["screen"] == "1"
    last = int(next(str(text.value) for text in app.markdown if " of " in str(text.value)).split(" of ")[1])
    screens = [said(app)]
    for number in range(2, last + 1):
        press(app, "Next")
        assert app.query_params["screen"] == str(number)
        assert not app.title
        screens.append(said(app))
    assert len(set(screens)) == last
    assert next(button for button in app.button if button.label == "Next").disabled
    enter(app, "Decided in the room", "whole_meeting")
    assert [note.text for note in notes(own, "2026Q3")] == ["Decided in the room"]
    assert "1 decision, 1 open" in said(app)
    press(app, "Back")
    press(app, "End meeting")
    assert "screen" not in app.query_params
    assert app.title


def test_a_meeting_keeps_quarter_and_revision(monkeypatch, own: Store):
    freeze(opened(monkeypatch, own))
    change_the_data(own)
    app = opened(monkeypatch, own, quarter="2026Q3", revision="1", screen="1")
    assert "revision 1" in said(app)
    press(app, "Next")
    assert (app.query_params["quarter"], app.query_params["revision"]) == ("2026Q3", "1")
    assert "Q2" not in said(opened(monkeypatch, own, quarter="2026Q1", screen="1")).split("Quarterly review")[1][:100]


def test_odd_data_show_in_a_meeting_and_freeze(monkeypatch, store: Store):
    odd = odd_facts(store)
    app = opened(monkeypatch, odd, project=HOSTILE, screen="1")
    for html in app.get("html"):
        assert "<script" not in str(html.proto.body)
    app = freeze(opened(monkeypatch, odd, project=HOSTILE))
    assert "is frozen" in app.success[0].value


def test_every_project_with_a_budget_has_its_own_chart_and_export(monkeypatch, own: Store):
    projects = tuple(ProjectBudget(name, "Ann", "why", 50.0) for name in ("shop", "intranet", "crm", "wiki"))
    found = Budgets(Budget("Ann", "why", 140.0), projects)
    monkeypatch.setattr(usage_spend, "budgets", lambda: found)
    monkeypatch.setattr(export_review, "budgets", lambda: found)
    names = [table.name for table in export_review.review_tables()]
    with own.writing() as connection:
        connection.execute("UPDATE call_daily SET project = 'crm' WHERE project = 'shop' AND task_class = 'edit'")
        connection.execute("DELETE FROM call_project_daily")
        fill_calls_by_project(connection)
        rewrite_strips(connection, None)
    app = opened(monkeypatch, own)
    titles = [str(text.value) for text in app.markdown if "in a month" in str(text.value)]
    assert [title.strip("*").partition(" in a month")[0] for title in titles] == [
        "Spend", "Spend of project shop", "Spend of project intranet", "Spend of project crm"
    ]  # fmt: skip
    assert {f"review_before_scaling_chart{number}" for number in ("", "_2", "_3", "_7")} <= set(names)


def test_definitions_edited_since_the_start_are_told_and_nothing_is_frozen(monkeypatch, own: Store, tmp_path: Path):
    app = opened(monkeypatch, own)
    assert not app.warning
    edited = tmp_path / "definitions"
    edited.mkdir()
    for name, text in definition_texts().items():
        (edited / name).write_text(text + ("# edited\n" if name == "approval_costs.toml" else ""))
    with monkeypatch.context() as patched:
        patched.setattr("data.definitions.reading.files", lambda _package: edited)
        freeze(app)
    assert kept(own) == []
    told = [str(warning.value).replace("\\", "") for warning in app.warning]
    assert any("approval_costs.toml. Restart the dashboard" in text and "Nothing was frozen" in text for text in told)
    assert any("approval_costs.toml. Restart the dashboard" in text and "frozen" not in text for text in told)
    freeze(opened(monkeypatch, own))
    with own.reading() as connection:
        assert frozen_definitions(connection, revisions(connection, "2026Q3", "")[0]) == definition_texts()


def test_a_store_that_came_up_from_an_older_version_asks_for_a_load_and_nothing_is_frozen(monkeypatch, own: Store):
    assert "older version" not in said(opened(monkeypatch, own))
    with own.writing() as connection:
        rebuild(connection)
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('definitions', '')")
    app = opened(monkeypatch, own)
    assert said(app).count("This store was brought up from an older version") == 1
    assert any("etl load PATH" in str(code.value) for code in app.code)
    freeze(app)
    assert "brought up from an older version" in app.warning[0].value
    assert kept(own) == []
    with own.writing() as connection:
        connection.execute("UPDATE setting SET value = 'derived' WHERE name = 'definitions'")
    assert "older version" not in said(opened(monkeypatch, own))


def test_a_meeting_about_demo_data_says_so(monkeypatch, own: Store):
    def banners(**params: str) -> int:
        app = opened(monkeypatch, own, **params)
        return sum("<b>Demo data.</b>" in str(part.proto.body) for part in app.get("html"))

    assert banners() == banners(screen="1") == banners(screen="3") == 1
    with own.writing() as connection:
        connection.execute("UPDATE load SET is_demo = 0")
        connection.execute("UPDATE setting SET value = '2' WHERE name = 'data_version'")
    assert banners() == banners(screen="1") == 0


def test_a_frozen_quarter_stays_to_be_found_when_fiscal_years_begin_otherwise(monkeypatch, own: Store, tmp_path: Path):
    freeze(opened(monkeypatch, own))
    fiscal = msgspec.structs.replace(reporting(), fiscal_year_starts=2)
    monkeypatch.setattr("dashboard.analysis.review.quarters.reporting", lambda: fiscal)
    app = opened(monkeypatch, own, quarter="2026Q3", revision="1")
    picker = app.selectbox(key="address_quarter")
    assert picker.value == "2026Q3"
    assert "2026Q3: July to September 2026" in picker.options
    assert "Revision 1, frozen on" in said(app).replace("**", "")
    asked = Asked(tmp_path / "out", "2026Q3", is_frozen=True, formats="csv")
    ((path, _),) = write_review(asked, own.url)
    assert "2026Q3_revision-1" in path.name


def words_of(html: str) -> str:
    return " ".join(unescape(sub(r"<[^>]*>", " ", html)).replace("\u00a0", " ").replace("\u2060", "").split())


def test_every_figure_of_the_document_is_on_the_page_and_in_every_format(monkeypatch, own: Store):
    page = " ".join(words_of(str(part.proto.body)) for part in opened(monkeypatch, own).get("html"))
    with own.reading() as connection:
        document = make_review(connection, read_quarter("2026Q3"), LAST_DAY)
    figures = [*document.summary, *(figure for answer in document.answers for figure in answer.figures)]
    assert len(figures) > 10
    assert any(figure.low is not None and figure.before is not None for figure in figures)
    reports: dict[str, str] = {}
    for one in FORMATS:
        out = io.BytesIO()
        one.write(document, out)
        reports[one.name] = text_of(one.name, out.getvalue())
    for figure in figures:
        value, interval = (
            value_text(figure.value, figure.unit), interval_text(figure.low, figure.high, figure.unit)
        )  # fmt: skip
        sure = f"n = {figure.n:,} {figure.n_unit}"
        sure = sure if figure.low is None else f"95 % interval {interval}, {sure}"
        # With the label beside the value, no figure passes for another.
        on_page = [f"{figure.label} {value} {sure}", f"{value} {figure.label} {sure}"]
        assert any(words_of(text) in page for text in on_page), on_page
        assert before_words(figure) in page
        for name in ("html", "xlsx", "pptx"):
            assert words_of(f"{figure.label} {value} {interval}") in reports[name], (name, figure)
        for text in (value, interval):
            assert words_of(text) in reports["pdf"], figure
        numbers = (figure.value, figure.low, figure.high)
        row = " ".join([figure.label, *(plain_number(number) or "" for number in numbers), str(figure.n)])
        assert words_of(row) in reports["csv"], row


def test_what_is_folded_away_is_filled_when_it_is_opened(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    with own.reading() as connection:
        document = make_review(connection, read_quarter("2026Q3"), LAST_DAY)
    tables = [table for answer in document.answers for table in answer.tables if table.rows]
    assert len(app.dataframe) == 1
    rule = document.answers[0].rule
    assert rule not in said(app)
    unfold(app)
    assert len(app.dataframe) == len(tables) > 10
    assert sorted(table.value.shape for table in app.dataframe) == sorted(table.frame().shape for table in tables)
    assert rule in said(app)
    assert "Owner: " in said(app)
    buttons = {button.key for button in app.get("download_button")}
    assert {f"csv_{table.name}" for table in tables} <= buttons


def test_a_form_is_made_when_it_is_opened_and_stays(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    assert not app.text_area
    for is_open in (True, False):
        app.session_state["note_whole_popover"] = is_open
        app.run()
        assert [area.key for area in app.text_area] == ["note_whole_text"]


def test_proposals_are_shown_open_and_other_tables_are_folded(monkeypatch, own: Store):
    app = opened(monkeypatch, own)
    folded = {expander.label.replace("\\", "") for expander in app.expander}
    assert "What a month comes to at each level of usage" in folded
    title = "Changes of policy, by the usage at which they become necessary"
    assert title not in folded
    assert f"**{title}**" in said(app)
