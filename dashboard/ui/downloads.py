"""Downloads of any size: a route of the server that sends an export while it is read, a few rows of memory at a time.

A download button of Streamlit holds the whole file in memory. The route answers besides the pages, so it looks at what
the pages look at: the name under which it is asked, and that no page of another site asks.
"""

from collections.abc import Generator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from dashboard.analysis.filters import Compare, Period, read_compare
from dashboard.exports import ExportError, Selection, check_export, csv_chunks, safe_file_name
from dashboard.ui import stores
from data.errors import BoltscopeError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_FOLDER = "exports"
_FILTERS = ("project", "route", "task_class", "person")
_YEARS = (1971, 9000)
"""Beyond them, days before and after could not be written."""
_served: list[str] = []


def routes(allowed_hosts: list[str]) -> "list[Route]":
    """Return the routes of downloads, for a server that is asked under these names; from now on pages link to them."""
    from starlette.routing import Route

    _served[:] = allowed_hosts
    return [Route(f"/{_FOLDER}/{{name}}.csv", _download, methods=["GET"])]


def is_served() -> bool:
    """Whether this process answers the links."""
    return bool(_served)


def link(name: str, selection: Selection, as_of: datetime, file_name: str) -> str:
    """Return the address of an export, as seen from any page."""
    asked = {"from": selection.first, "to": selection.last, "as_of": as_of.astimezone(UTC).isoformat()}
    asked |= {option: getattr(selection, option) for option in _FILTERS}
    if selection.compare is Compare.DATES and selection.other is not None:
        asked["compare"] = f"{selection.other.first}..{selection.other.last}"
    elif selection.compare is not Compare.NONE:
        asked["compare"] = selection.compare.value
    asked["file"] = file_name.removesuffix(".csv")
    return f"{_FOLDER}/{name}.csv?{urlencode({key: value for key, value in asked.items() if value is not None})}"


def selection_of(asked: Mapping[str, str]) -> Selection:
    """Read what a link selects. Raises ExportError for what cannot be read."""
    compare: tuple[Compare, Period | None] | None = read_compare(asked.get("compare", "none"))
    try:
        days = [date.fromisoformat(asked[name]) if name in asked else None for name in ("from", "to")]
    except ValueError:
        raise ExportError("A day is written YYYY-MM-DD.") from None
    if any(day is not None and not _YEARS[0] <= day.year <= _YEARS[1] for day in days):
        raise ExportError(f"Days are of the years {_YEARS[0]} to {_YEARS[1]}.")
    if compare is None:
        raise ExportError("A comparison is previous, last-year, none, or two days: 2026-10-01..2026-10-31.")
    return Selection(*days, *(asked.get(name) for name in _FILTERS), *compare)


async def _download(request: "Request") -> "Response":
    """Answer with an export; whatever is wrong is said before the first row."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, StreamingResponse

    if not _may_ask(request):
        return PlainTextResponse("Open downloads from the dashboard itself.", status_code=403)
    asked = dict(request.query_params)
    name = request.path_params["name"]
    try:
        selection = selection_of(asked)
        check_export(name, selection)
        as_of = _instant(asked.get("as_of"))
        rows = _rows(name, selection, as_of)
        # Opens the store and reads the first rows: what fails, fails here.
        first = await run_in_threadpool(next, rows)
    except ExportError as error:
        return PlainTextResponse(str(error), status_code=400)
    except BoltscopeError as error:
        return PlainTextResponse(str(error), status_code=503)
    file = safe_file_name(asked.get("file") or name)
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        "Cache-Control": "no-store",
        # As it is: to compress a file of some hundred MB takes longer than to send it.
        "Content-Encoding": "identity",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_with(first, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _rows(name: str, selection: Selection, as_of: datetime) -> Generator[bytes]:
    """Read an export piece by piece from one committed state of the store, on a connection of its own."""
    connection = stores.opened_store().connect()
    try:
        # Pages mapped into memory would count as memory of the server, which reads each of them about once.
        connection.execute("PRAGMA mmap_size=0")
        connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        for chunk, _ in csv_chunks(connection, name, selection, as_of):
            yield chunk
    finally:
        connection.close()


def _with(first: bytes, rows: Generator[bytes]) -> Generator[bytes]:
    try:
        yield first
        yield from rows
    finally:
        # Somebody who goes away in the middle leaves no connection behind.
        rows.close()


def _may_ask(request: "Request") -> bool:
    """Whether the server is asked under one of its names, and not by a page of another site."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    names = {name.strip("[]").lower() for name in _served}
    return host.lower() in names and request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def _instant(text: str | None) -> datetime:
    try:
        found: Any = datetime.fromisoformat(text or "")
    except ValueError:
        raise ExportError("The moment that figures are seen from is missing or not a time.") from None
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise ExportError(f"The moment that figures are seen from is of the years {_YEARS[0]} to {_YEARS[1]}.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
