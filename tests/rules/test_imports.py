import re
import sys

import pytest
import repository
from packaging.requirements import Requirement
from rooms import OUR_ROOMS, imported_packages, room_of, violations


def test_every_room_imports_only_what_the_design_allows():
    found = [
        violation
        for path in repository.modules()
        for violation in violations(repository.name_of(path), path.read_text())
    ]
    assert not found, "\n" + "\n".join(found)


def test_every_package_that_the_program_imports_is_a_declared_dependency():
    declared = {
        Requirement(text).name.replace("-", "_").lower() for text in repository.project()["project"]["dependencies"]
    }
    # Installed by sqlmodel, which is built on it and shares its types.
    declared.add("sqlalchemy")
    # The names under which they are imported.
    declared |= {name for package, name in (("pyyaml", "yaml"), ("python_pptx", "pptx")) if package in declared}
    for path in repository.modules():
        if room_of(repository.name_of(path)) is None:
            continue
        undeclared = imported_packages(path.read_text()) - set(sys.stdlib_module_names) - set(OUR_ROOMS) - declared
        assert not undeclared, (
            f"{repository.name_of(path)} imports {undeclared}: add it to pyproject.toml and make lock"
        )


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        (
            "data/x.py",
            "import etl.files",
            "data/x.py:1: data must not import etl.files. Use nothing: data is the contract",
        ),
        ("data/x.py", "import plotly.express as px", "data must not import plotly. Use dashboard/charts instead."),
        ("etl/x.py", "\nfrom dashboard.ui import view", "etl/x.py:2: etl must not import dashboard.ui.view. Use data"),
        ("etl/x.py", "def f():\n    import duckdb", "etl/x.py:2: etl must not import duckdb. Use data.store"),
        ("dashboard/analysis/x.py", "import streamlit as st", "must not import streamlit. Use dashboard/ui instead."),
        ("dashboard/analysis/x.py", "from dashboard.ui import view", "must not import dashboard.ui.view. Use data, or"),
        (
            "dashboard/analysis/x.py",
            "now = datetime.now(UTC)",
            "must not ask for the time (datetime.now). Take `as_of`",
        ),
        (
            "dashboard/analysis/x.py",
            "import datetime\nd = datetime.date.today()",
            "x.py:2: dashboard/analysis must not ask",
        ),
        ("dashboard/analysis/x.py", "import scipy.stats", "scipy.stats takes a second to import"),
        (
            "dashboard/charts/x.py",
            "from data.store import Store",
            "must not import data.store.Store. Use dashboard/analysis",
        ),
        ("dashboard/ui/x.py", "import plotly", "dashboard/ui must not import plotly. Use dashboard/charts instead."),
        ("dashboard/ui/x.py", "from etl import files", "dashboard/ui must not import etl.files."),
        ("dashboard/exports.py", "import streamlit", "must not import streamlit outside app.py and cli.py."),
        ("dashboard/x.py", "import etl", "dashboard must not import etl."),
        ("etl/x.py", "import genai_prices", "etl must not import genai_prices. Use data.prices"),
        (
            "dashboard/analysis/x.py",
            "def f():\n    import genai_prices",
            "must not import genai_prices. Use data.prices",
        ),
        (
            "pages/x.py",
            "from data.store import Store",
            "pages must not import data.store.Store. Use dashboard/ui: a page asks",
        ),
        ("pages/x.py", "import pages.overview", "pages must not import pages.overview."),
        ("pages/x.py", "import sqlite3", "pages must not import sqlite3. Use dashboard/analysis instead."),
    ],
)
def test_a_forbidden_import_is_found_and_the_message_names_file_line_rule_and_room(path: str, source: str, said: str):
    found = violations(path, source)
    assert len(found) == 1
    assert re.search(re.escape(said), found[0]), found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("data/x.py", "import sqlite3\nfrom data.keys import stable_key\nfrom sqlmodel import Field"),
        ("etl/x.py", "from data.store import Store\nfrom etl.context import Owner"),
        ("dashboard/analysis/x.py", "from data.frames import read_table\ndef f():\n    import scipy.stats"),
        ("dashboard/charts/x.py", "import plotly.graph_objects as go\nfrom dashboard.analysis.units import value_text"),
        (
            "dashboard/ui/x.py",
            "import streamlit as st\nfrom dashboard.charts import theme\nfrom data.store import Store",
        ),
        ("dashboard/app.py", "import streamlit as st\nfrom dashboard.ui import view"),
        ("pages/x.py", "import streamlit as st\nfrom dashboard.ui import header"),
        ("tests/x.py", "import etl, dashboard"),
    ],
)
def test_what_the_design_allows_passes(path: str, source: str):
    assert violations(path, source) == []
