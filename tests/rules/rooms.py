"""Which room may import what: the table of the design, as code that reads the imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

OUR_ROOMS = ("data", "etl", "dashboard", "pages", "tests")


@dataclass(frozen=True)
class Room:
    """A part of the program: what of ours it may import, and what of others' it must not."""

    name: str
    may_import: tuple[str, ...]
    must_not_import: dict[str, str]
    """Package and the room to use instead."""
    instead: str
    """Where to go for what the room may not import of ours."""
    sees_clock: bool = True


_NO_PICTURES = {"streamlit": "dashboard/ui", "plotly": "dashboard/charts"}
_NO_DATABASE = {
    "sqlalchemy": "data",
    "sqlmodel": "data",
}
_ONE_LIBRARY = "data.store (one SQLite library for a file)"
_SECOND_SQLITE = dict.fromkeys(("adbc_driver_sqlite", "connectorx", "duckdb"), _ONE_LIBRARY)
_NO_PRICE_TABLE = {"genai_prices": "data.prices (one look-up of prices for all)"}
_SLOW_START = ("scipy", "statsmodels", "pandas")

# The most particular name comes first: dashboard/analysis before dashboard.
ROOMS = (
    Room("data", (), {**_NO_PICTURES, **_SECOND_SQLITE}, "nothing: data is the contract that others build on"),
    Room(
        "etl",
        ("data",),
        {**_NO_PICTURES, **_SECOND_SQLITE, **_NO_PRICE_TABLE},
        "data: etl and dashboard meet only there",
    ),
    Room(
        "dashboard/analysis",
        ("data",),
        {**_NO_PICTURES, **_SECOND_SQLITE, **_NO_PRICE_TABLE},
        "data, or let dashboard/ui hand the value over",
        sees_clock=False,
    ),
    Room(
        "dashboard/charts",
        ("dashboard.analysis",),
        {"streamlit": "dashboard/ui", **_NO_DATABASE, **_SECOND_SQLITE, "sqlite3": "dashboard/analysis"},
        "dashboard/analysis: a chart takes a frame and returns a figure",
    ),
    Room(
        "dashboard/reports",
        ("data", "dashboard.analysis", "dashboard.exports"),
        {**_NO_PICTURES, **_NO_DATABASE, **_SECOND_SQLITE, "sqlite3": "dashboard/analysis"},
        "dashboard/analysis: a report shows a document that is already there",
        sees_clock=False,
    ),
    Room(
        "dashboard/ui",
        ("data", "dashboard.analysis", "dashboard.charts", "dashboard.exports", "dashboard.reports"),
        {"plotly": "dashboard/charts", **_SECOND_SQLITE},
        "dashboard/analysis or data",
    ),
    Room(
        "dashboard",
        ("data",),
        {"plotly": "dashboard/charts", **_SECOND_SQLITE},
        "data: etl and dashboard meet only there",
    ),
    Room(
        "pages",
        ("dashboard.analysis", "dashboard.charts", "dashboard.ui"),
        {"plotly": "dashboard/charts", **_NO_DATABASE, **_SECOND_SQLITE, "sqlite3": "dashboard/analysis"},
        "dashboard/ui: a page asks, it neither computes nor opens the store",
    ),
)

_CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
}


def room_of(path: str) -> Room | None:
    """Return the room that a file (relative to the root, with slashes) is in."""
    return next((room for room in ROOMS if path.startswith(room.name + "/")), None)


def violations(path: str, source: str) -> list[str]:
    """Return what a file breaks: file, line, rule, and the room to use instead."""
    room = room_of(path)
    if room is None:
        return []
    tree = ast.parse(source, path)
    found = [f"{path}:{line}: {reason}" for line, module in _imports(tree) for reason in _reasons(room, path, module)]
    if not room.sees_clock:
        found += [
            f"{path}:{line}: {room.name} must not ask for the time ({call}). Take `as_of` as a parameter instead."
            for line, call in _clock_calls(tree)
        ]
    if room.name.startswith(("dashboard", "pages")):
        found += [
            f"{path}:{line}: {module} takes a second to import, before the first page. Import it inside the function "
            "that needs it instead."
            for line, module in _imports_at_start(tree)
            if module.split(".")[0] in _SLOW_START
        ]
    return found


def imported_packages(source: str) -> set[str]:
    """Return the top-level packages that a file imports anywhere."""
    return {module.split(".")[0] for _, module in _imports(ast.parse(source))}


def _reasons(room: Room, path: str, module: str) -> Iterator[str]:
    package = module.split(".")[0]
    if package in room.must_not_import:
        yield f"{room.name} must not import {package}. Use {room.must_not_import[package]} instead."
    if package in OUR_ROOMS and not _may(room, module):
        yield f"{room.name} must not import {module}. Use {room.instead}."
    if room.name == "dashboard" and package == "streamlit" and path not in ("dashboard/app.py", "dashboard/cli.py"):
        yield "dashboard must not import streamlit outside app.py and cli.py. Use dashboard/ui instead."


def _may(room: Room, module: str) -> bool:
    if room.name == "pages":
        allowed = room.may_import
    elif room.name == "dashboard":
        allowed = (*room.may_import, "dashboard")
    else:
        allowed = (*room.may_import, room.name.replace("/", "."))
    return any(module == name or module.startswith(name + ".") for name in allowed)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            # `from dashboard import ui` names dashboard.ui, `from dashboard.ui import view` names dashboard.ui.view.
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _imports_at_start(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(ast.Module([node], []))


def _clock_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", None)
            if (owner, node.attr) in _CLOCK:
                yield node.lineno, f"{owner}.{node.attr}"
