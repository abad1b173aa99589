"""What `dashboard serve` does beside the pages: it warms them up, and sends exports of any size to them alone."""

import asyncio
import csv
import io
import sqlite3
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.analysis.filters import Compare, Period
from dashboard.exports import Selection, write_csv
from dashboard.ui import downloads, stores
from data.definitions import slos
from data.errors import DefinitionError
from data.store import URL_VARIABLE, Store
from fact_rows import Facts

AS_OF = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, store: Store):
    """Serve a store with 12,000 tasks of two projects, one with a name that a spreadsheet would run."""
    facts = Facts()
    for number in range(12_000):
        project = "=HYPERLINK(1)" if number % 3 == 0 else "shop"
        facts.task(f"2026-03-{2 + number % 9:02}T10:00", project=project)
    facts.write(store)
    monkeypatch.setenv(URL_VARIABLE, store.url)
    client = TestClient(
        Starlette(routes=downloads.routes(["127.0.0.1", "localhost"])), base_url="http://127.0.0.1:8501"
    )
    yield client
    downloads.routes([])


def address(name: str = "tasks", selection: Selection = Selection()) -> str:
    return f"/{downloads.link(name, selection, AS_OF, 'boltscope_tasks.csv')}"


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(date(2026, 3, 3), date(2026, 3, 4)), Selection(project="shop")], ids=str
)
def test_a_download_has_the_bytes_of_the_command_line(served: TestClient, store: Store, selection: Selection):
    answer = served.get(address(selection=selection))
    out = io.BytesIO()
    with store.reading() as connection:
        count = write_csv(connection, "tasks", out, selection, AS_OF)
    assert answer.status_code == 200
    assert answer.content == out.getvalue()
    assert len(list(csv.reader(io.StringIO(answer.text)))) == count + 1
    assert answer.headers["content-disposition"] == 'attachment; filename="boltscope_tasks.csv"'


def test_rows_go_out_a_few_thousand_at_a_time_from_one_state_of_the_store(served: TestClient, store: Store):
    pieces = downloads._rows("tasks", Selection(), AS_OF)
    sizes = [next(pieces).count(b"\r\n") for _ in range(2)]
    with store.writing() as connection:
        connection.execute("DELETE FROM task")
    sizes += [piece.count(b"\r\n") for piece in pieces]
    # The header, then never more than a batch; rows that are deleted meanwhile are still there.
    assert max(sizes) <= 5000
    assert sum(sizes) == 12_001


def test_nobody_else_may_ask(served: TestClient):
    assert served.get(address(), headers={"sec-fetch-site": "same-origin"}).status_code == 200
    for headers in ({"host": "evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        refused = served.get(address(), headers=headers)
        assert refused.status_code == 403
        assert "task_id" not in refused.text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/exports/taks.csv?as_of=2026-03-20", "Did you mean tasks?"),
        ("/exports/tasks.csv?as_of=2026-03-20&from=monday", "YYYY-MM-DD"),
        ("/exports/tasks.csv?as_of=2026-03-20&from=2026-03-05&to=2026-03-01", "Give the earlier day first"),
        ("/exports/tasks.csv", "not a time"),
        ("/exports/tasks.csv?as_of=2026-03-20&from=0001-01-01", "years 1971 to 9000"),
        ("/exports/tasks.csv?as_of=2026-03-20&to=9999-12-31", "years 1971 to 9000"),
        ("/exports/slo_figures.csv?as_of=2026-03-20&compare=0001-01-01..0001-01-02", "A comparison is"),
        ("/exports/slo_figures.csv?as_of=0001-01-01T00:00:00Z", "years 1971 to 9000"),
        ("/exports/slo_figures.csv?as_of=2026-03-20&compare=sometimes", "A comparison is"),
    ],
)
def test_what_is_wrong_with_a_link_is_said_in_words(served: TestClient, path: str, words: str):
    answer = served.get(path)
    assert answer.status_code == 400
    assert words in answer.text


def test_a_store_that_is_gone_is_said(served: TestClient, store: Store):
    stores._stores.clear()
    store.path.unlink()
    answer = served.get(address())
    assert answer.status_code == 503
    assert "There is no store" in answer.text


def test_somebody_who_goes_away_leaves_no_transaction_behind(served: TestClient, store: Store):
    pieces = downloads._with(b"", downloads._rows("tasks", Selection(), AS_OF))
    next(pieces)
    next(pieces)
    pieces.close()
    with sqlite3.connect(store.path) as connection:
        # Only without readers can the whole log be written back and cut off.
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    connection.close()


@pytest.mark.parametrize(
    "selection",
    [
        Selection(date(2026, 3, 1), date(2026, 3, 31), "a & b", "openai/gpt-5.1", "fix"),
        Selection(compare=Compare.DATES, other=Period(date(2026, 1, 1), date(2026, 1, 31))),
        Selection(compare=Compare.LAST_YEAR),
    ],
    ids=str,
)
def test_a_link_selects_what_it_was_made_for(selection: Selection):
    asked = parse_qs(urlsplit(downloads.link("tasks", selection, AS_OF, "tasks.csv")).query)
    assert downloads.selection_of({name: values[0] for name, values in asked.items()}) == selection


class Runtime:
    """Stands in for the server: runs pages at once, or never."""

    def __init__(self, *, ends: bool = True) -> None:
        self.ran: list[str] = []
        self.open: set[str] = set()
        self._ends = ends

    def connect_session(self, client, user_info) -> str:
        self._client = client
        self.open.add("session")
        return "session"

    def close_session(self, session: str) -> None:
        self.open.remove(session)

    def handle_backmsg(self, session: str, message) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        asked = message.rerun_script
        self.ran.append(f"{asked.page_script_hash}?{asked.query_string}".removesuffix("?"))
        pages, ended = ForwardMsg(), ForwardMsg()
        for name in ("overview", "slo-trends"):
            page = pages.navigation.app_pages.add()
            page.page_script_hash, page.url_pathname = f"{name} hash", name
        ended.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
        for answer in (pages, ended) if self._ends else (pages,):
            self._client.write_forward_msg(answer)


def test_the_warm_up_runs_every_page_and_objective_and_leaves_no_session_behind():
    from dashboard.ui.warming import warm

    runtime = Runtime()
    assert asyncio.run(warm(runtime)) == 2
    objectives = [f"slo-trends hash?slo={slo.name}" for slo in slos().slo]
    assert len(objectives) == 5
    assert runtime.ran == ["", "overview hash", "slo-trends hash", *objectives]
    assert runtime.open == set()


def test_the_warm_up_runs_the_pages_where_objectives_cannot_be_read(monkeypatch: pytest.MonkeyPatch):
    from dashboard.ui import warming

    def broken() -> None:
        raise DefinitionError("slos.toml: not TOML")

    monkeypatch.setattr(warming, "slos", broken)
    runtime = Runtime()
    assert asyncio.run(warming.warm(runtime)) == 2
    assert runtime.ran == ["", "overview hash", "slo-trends hash"]


def test_a_page_that_never_ends_does_not_keep_the_port_closed(monkeypatch: pytest.MonkeyPatch):
    from dashboard.ui import server

    stuck = Runtime(ends=False)
    monkeypatch.setattr(server.Runtime, "instance", lambda: stuck)
    monkeypatch.setattr(server, "MOST_SECONDS", 0.01)

    async def serve() -> None:
        async with server.warmed(None):
            # The server answers, and the page is still waited for.
            assert stuck.open == {"session"}
        await asyncio.sleep(0.01)

    asyncio.run(serve())
    assert stuck.open == set()
