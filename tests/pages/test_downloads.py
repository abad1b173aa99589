"""What the buttons of all pages give: clean CSV in full, the same bytes as the command, a picture of each chart."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest
import streamlit as st
from page_runs import PAGES, run_page
from streamlit.testing.v1 import AppTest

from dashboard.analysis.as_of import newest_record
from dashboard.analysis.call_rows import Calls
from dashboard.analysis.filters import Compare, Period
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.quarters import read_quarter
from dashboard.export_rows import ROW_TABLES
from dashboard.export_views import TREND_NAMES, VIEW_TABLES
from dashboard.exports import Selection, exports, write_csv
from dashboard.reports.csv_bundle import write_csv_bundle
from data.definitions import slos
from data.store import Store
from fact_rows import Facts
from year_of_facts import HOSTILE, odd_facts, year_of_facts

FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)
OTHER = Period(date(2026, 3, 2), date(2026, 5, 31))
DAYS = {"from": str(FIRST), "to": str(LAST), "compare": f"{OTHER.first}..{OTHER.last}"}
PLACES: list[tuple[str, dict[str, str]]] = [
    *((page, {}) for page in PAGES),
    *(("slo-trends", {"slo": slo.name, "every": "day"}) for slo in slos().slo),
    *(("slo-trends", {"slo": slo.name, "every": "month", "by": "route"}) for slo in slos().slo),
    ("slo-trends", {"slo": "provider_stability", "by": "project", "project": "shop"}),
    ("provider-routes", {"quality": "acceptance", "task_class": "fix"}),
    *(("spend", {"by": by, "every": every}) for by, every in (("provider", "day"), ("task_class", "month"))),
    ("spend", {"by": "project", "project": "shop", "prices": "2025-08-01"}),
]
NOT_BY_COMMAND = {"freshness"}
"""Ages change with the clock."""
ROWS = {table.name for table in ROW_TABLES}
"""Rows behind figures: they compare nothing."""
UNITS = ("_usd", "_s", "_ms", "_rate", "_count", "_tokens", "_days", "_hours", "_k", "_n", "_low", "_high", "_burn")
PLAIN = {
    # Shares of 0 to 1, ratios, and what counts the records that its neighbours name.
    *("n", "success", "acceptance", "error", "unknown_cost", "served_as_fallback", "quality", "share", "team_share"),
    *("success_standardised", "acceptance_standardised", "success_shrunk", "acceptance_shrunk", "compared_n"),
    *("covered_share_of_mix", "overlap", "p_value", "raw_difference", "within_classes_difference", "mix_difference"),
    *(
        "before",
        "reference",
        "times",
        "kept_tasks_per_dollar",
        "per_100_useful",
        "limit",
        "usage_level",
        "quality_per_usd",
        "quality_per_usd_standardised",
        "factor",
        "good",
        "total",
        "value",
        "low",
        "high",
        "objective",
        "load_id",
        "number",
    ),
}
# Shares whose parts are all counted beside them: nothing is estimated, so they have an n and no interval.
COUNTED = {
    "remaining_rate",
    "price_change_rate",
    "share_rate",
    "share_of_known_rate",
    "share_of_spend_rate",
    "corrected_chance_rate",
}


@dataclass(frozen=True)
class Given:
    """What one button gives."""

    name: str
    file_name: str
    content: bytes

    def rows(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.content.decode("utf-8"), newline=""), strict=True))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('year') / 'year.db'}"))


def downloads(
    monkeypatch: pytest.MonkeyPatch, url: str, page: str, params: Mapping[str, str]
) -> tuple[AppTest, list[Given]]:
    """Return a page that has run, and what each of its buttons gives."""
    # The pages of the first runs have buttons of their own, which do not count.
    app = run_page(monkeypatch, url, page)
    given: dict[str, Given] = {}

    def button(*_: object, data, key: str, file_name: str, **__: object) -> bool:
        # Reports in other formats have tests of their own.
        if file_name.endswith(".csv"):
            given[key] = Given(re.sub(r"^(csv|export)_", "", key), file_name, data())
        return False

    monkeypatch.setattr(st, "download_button", button)
    for name, value in params.items():
        app.query_params[name] = value
    assert not app.run().exception
    return app, list(given.values())


def selection_of(params: Mapping[str, str]) -> Selection:
    return Selection(
        FIRST, LAST, project=params.get("project"), task_class=params.get("task_class"), compare=Compare.DATES,
        other=OTHER,
    )  # fmt: skip


def evidence_files(connection: sqlite3.Connection) -> dict[str, bytes]:
    """Return what dashboard review writes as CSV, by file name: of the last quarter that had ended on 20 November."""
    as_of, out = newest_record(connection), io.BytesIO()
    assert as_of is not None
    write_csv_bundle(make_review(connection, read_quarter("2026Q3"), as_of), out)
    with zipfile.ZipFile(out) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


@pytest.mark.parametrize(("page", "params"), PLACES, ids=str)
def test_a_csv_has_the_same_bytes_from_the_page_and_from_the_command_line(monkeypatch, year: Store, page, params):
    _, given = downloads(monkeypatch, year.url, page, {**DAYS, **params})
    views = {view.name for view in VIEW_TABLES}
    offered = {found.name for found in exports()}
    # Of commands only proposals are loaded: nothing to show.
    assert given or params["slo"] == "runtime_health"
    with year.reading() as connection:
        as_of = newest_record(connection)
        for one in given:
            if "_page-" in one.file_name or "_of_group" in one.file_name or one.name in NOT_BY_COMMAND:
                continue
            if page == "quarterly-review" and one.name not in offered:
                # Evidence depends on the answers: it is in the files that dashboard review --format csv writes.
                assert one.content == evidence_files(connection)[f"{one.name}.csv"], one.name
                continue
            assert one.name in offered, f"dashboard export does not know {one.name}"
            selection = selection_of(params)
            if one.name in ("price_effect", "spend_change") and "prices" in params:
                selection = replace(selection, prices_of=date.fromisoformat(params["prices"]))
            if one.name in ROWS:
                # Those of Provider routes are of one route.
                header, first, *_ = one.rows()
                route = first[header.index("route")] if page == "provider-routes" else selection.route
                selection = replace(selection, compare=Compare.NONE, other=None, route=route)
            if one.name == "slo_daily":
                selection = Selection(FIRST, LAST, params.get("project"), None, params.get("task_class"))
            elif page == "quarterly-review":
                # The last quarter that had ended on 20 November.
                selection = Selection(date(2026, 7, 1), date(2026, 9, 30))
            elif one.name not in views | ROWS:
                selection = Selection()
            out = io.BytesIO()
            write_csv(connection, one.name, out, selection, as_of)
            assert out.getvalue() == one.content, one.name


@pytest.mark.parametrize(("page", "params"), PLACES, ids=str)
def test_every_csv_is_clean_and_in_full(monkeypatch, year: Store, page, params):
    _, given = downloads(monkeypatch, year.url, page, {**DAYS, **params})
    problems = [problem for one in given for problem in problems_of(one)]
    assert problems == []


@pytest.mark.parametrize("page", PAGES)
def test_so_is_every_csv_of_odd_data_with_hostile_names(monkeypatch, store: Store, page: str):
    _, given = downloads(monkeypatch, odd_facts(store).url, page, {"period": "all", "project": HOSTILE})
    assert [problem for one in given for problem in problems_of(one)] == []


@pytest.mark.parametrize(("page", "params"), PLACES, ids=str)
def test_every_chart_has_its_csv_and_a_button_that_saves_it_as_svg(monkeypatch, year: Store, page, params):
    app, given = downloads(monkeypatch, year.url, page, {**DAYS, **params})
    tables = {one.file_name.removesuffix(".csv") for one in given}
    for chart in app.get("plotly_chart"):
        config = json.loads(chart.proto.config)
        assert config["displayModeBar"] == "hover"
        assert config["modeBarButtons"] == [["toImage"]]
        assert config["toImageButtonOptions"]["format"] == "svg"
        assert config["toImageButtonOptions"]["filename"] in tables


def test_the_pictures_of_the_overview_have_their_data(monkeypatch, year: Store):
    _, given = downloads(monkeypatch, year.url, "overview", DAYS)
    assert {one.name for one in given} == {"slo_figures", "slo_daily", "control_plane"}


@pytest.mark.parametrize("project", [None, "shop"])
def test_the_calls_behind_figures_of_spend_are_exports_when_they_are_opened(monkeypatch, store: Store, project):
    facts, costs = Facts(), {"cost_micro_usd": 700, "reported_cost_micro_usd": 700, "computed_cost_micro_usd": 600}
    for number in range(90):
        when = f"2026-08-{number % 28 + 1:02}T09:{number % 60:02}"
        task = facts.task(when) if number % 2 else None
        kinds = ({"cost_micro_usd": None}, {"cost_micro_usd": 500}, costs)[number % 3]
        facts.call(when, project="blog" if number % 5 else "shop", task_key=task, **kinds)
    facts.write(store)
    params = dict.fromkeys(Calls, "1") | ({} if project is None else {"project": project})
    _, given = downloads(monkeypatch, store.url, "spend", {**DAYS, **params})
    files = {one.name: one for one in given if "_page-" not in one.file_name}
    chosen = replace(selection_of(params), compare=Compare.NONE, other=None)
    with store.reading() as connection:
        for calls in Calls:
            out = io.BytesIO()
            write_csv(connection, calls.value, out, chosen, newest_record(connection))
            assert out.getvalue() == files[calls.value].content
            # 30 without a cost, 45 without a task, 30 with two costs; one project in five.
            count = {Calls.UNPRICED: 30, Calls.UNATTRIBUTED: 45, Calls.TWO_COSTS: 30}[calls]
            assert len(files[calls.value].rows()) == 1 + (count if project is None else count // 5)


def test_the_trends_that_can_be_exported_are_those_that_are_drawn(year: Store):
    from dashboard.analysis.filters import make_filter
    from dashboard.analysis.trend_buckets import Every
    from dashboard.analysis.trends import slo_trends

    with year.reading() as connection:
        as_of = newest_record(connection)
        assert as_of is not None
        for slo, names in TREND_NAMES.items():
            found = slo_trends(connection, make_filter(as_of), as_of, slo, Every.DAY)
            assert tuple(trend.name for trend in found) == names


def test_more_points_than_can_be_drawn_are_refused_with_what_to_do(year: Store):
    from dashboard.export_view_table import TooManyPointsError

    days = Selection(date(2020, 1, 1), date(2026, 10, 31))
    with year.reading() as connection:
        as_of = newest_record(connection)
        assert as_of is not None
        for name in ("task_success_rate_by_day", "spend_by_day_and_model"):
            with pytest.raises(TooManyPointsError, match="Choose fewer days with --from and --to, or export by week"):
                write_csv(connection, name, io.BytesIO(), days, as_of)


def problems_of(one: Given) -> Iterator[str]:
    """Say what is wrong with a file: its form, its names, its values."""
    text = one.content.decode("utf-8")
    assert not text.startswith("\ufeff")
    if not text.endswith("\r\n") or re.search(r"(?<!\r)\n", re.sub(r'"[^"]*"', "", text)):
        yield f"{one.name}: lines do not end in CRLF"
    header, *rows = one.rows()
    if len(set(header)) != len(header) or any(not re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in header):
        yield f"{one.name}: names {header}"
    if any(len(row) != len(header) for row in rows):
        yield f"{one.name}: rows of another width"
    for place, name in enumerate(header):
        values = [row[place] for row in rows if row[place]]
        yield from (f"{one.name}.{name}: {problem}" for problem in _problems_of_column(name, values))
    yield from (f"{one.name}: {problem}" for problem in _missing_beside(header))


def _problems_of_column(name: str, values: list[str]) -> Iterator[str]:
    numbers = [value for value in values if re.fullmatch(r"-?\d+(\.\d+)?", value)]
    if any(value[0] in "=+-@\t\r\n" for value in values if value not in numbers):
        yield "a formula"
    is_id = name.endswith("_id") or name in ("position", "excerpt", "detail", "file_sha256")
    odd = r"nan|inf|-inf|NaN|None|null" if is_id else r"-?\d+(\.\d+)?[eE][-+]?\d+|nan|inf|-inf|NaN|None|null"
    if any(re.fullmatch(odd, value) for value in values):
        yield "a number that is not written plainly"
    if name.endswith(("_date", "_month")) or name in ("date", "month"):
        assert all(date.fromisoformat(value) for value in values)
    if name.endswith("_at"):
        assert all(value.endswith("Z") and datetime.fromisoformat(value) for value in values)
    if name.startswith("is_") and not set(values) <= {"true", "false"}:
        yield "neither true nor false"
    has_unit = name.endswith(UNITS) or name in PLAIN
    if values and len(numbers) == len(values) and not is_id and not has_unit:
        yield "a number without a unit in its name"


def _missing_beside(header: list[str]) -> Iterator[str]:
    """Say which estimates lack an interval or an n."""
    rates = [name for name in header if name.endswith("_rate") and not re.search(r"(^|_)(low|high)_", name)]
    has_n = any(name.endswith(("_count", "_n")) or name in ("n", "total") for name in header)
    if rates and not has_n:
        yield f"no n beside {rates}"
    for name in rates:
        stem = name.removesuffix("_rate")
        bounds = {f"{stem}_low_rate", "low_rate", f"{stem}_low"}
        is_fixed = (
            name in COUNTED or stem.startswith(("compared_", "before_", "objective", "share_of")) or stem in CENSUS
        )
        if not is_fixed and not bounds & set(header):
            yield f"no interval of {name}"


CENSUS = {
    # What is loaded of what there is: every record is counted.
    *("commit_linked", "pull_request_linked", "deployment_linked", "unlinked", "usage_known", "cost_known"),
    *("unknown_cost", "covered_mix", "latency_known", "attributed", "attributed_spend", "unpriced", "cache_read"),
    # Parts of the same tasks, that add up to one; the one that is judged has its interval.
    *("fallback", "allowed", "other", "forbidden"),
}
