"""A visitor without a browser: speaks the websocket protocol of Streamlit, changes widgets, and waits for the page."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_SIDEBAR = 1
_KINDS = ("selectbox", "button_group", "checkbox", "pagination", "date_input")
FOLD = "fold"
"""A part of a page that is worked out when it is opened."""
_LONGEST_LABEL = 44
PATIENCE_SECONDS = 60
_KEPT_RUNS = 2
"""A browser keeps a large message for so many runs after it was last used (Streamlit's maxCachedMessageAge)."""


class PageFailedError(Exception):
    """A page did not run to its end, or shows an exception."""


@dataclass(frozen=True)
class Widget:
    """Something that a person can change: a filter in the sidebar, or a choice of the page."""

    id: str
    label: str
    kind: str
    options: tuple[str, ...]
    value: str
    is_filter: bool

    @property
    def others(self) -> tuple[str, ...]:
        """The values that are not picked."""
        return tuple(option for option in self.options if option != self.value)


@dataclass(frozen=True)
class Place:
    """A page of the app."""

    hash: str
    title: str
    path: str


@dataclass
class Visitor:
    """One session: where it is, what its page offers, and what the last run sent."""

    connection: ClientConnection
    pages: tuple[Place, ...] = ()
    widgets: dict[str, Widget] = field(default_factory=dict[str, Widget])
    """What the last run showed, by label."""
    query: str = ""
    page: str = ""
    bytes_sent: int = 0
    """Bytes that the last run sent."""
    _values: dict[str, str] = field(default_factory=dict[str, str])
    """What is picked, by the id of the widget: a browser tells all of it with each run."""
    _kept: dict[str, tuple[int, ForwardMsg]] = field(default_factory=dict[str, tuple[int, ForwardMsg]])
    """Large messages by hash, with the run that used them last: a browser tells which ones it has."""
    _runs: int = 0

    async def open(self, page: str = "") -> float:
        """Run a page by its hash (none: the first one), as a click in the navigation does; return the seconds."""
        self.page, self.query = page, ""
        # As a browser does: only what is on every page is told to the next one.
        self.widgets = {label: widget for label, widget in self.widgets.items() if widget.is_filter}
        return await self._run()

    async def rerun(self) -> float:
        """Run the page again as it stands."""
        return await self._run()

    async def change(self, widget: Widget, value: str) -> float:
        """Change a widget and wait until the page has run to its end; return the seconds."""
        return await self._run(widget, value)

    async def _run(self, widget: Widget | None = None, value: str = "") -> float:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self.page
        if widget is not None:
            self._values[widget.id] = value
        for shown in self.widgets.values():
            if self._values[shown.id]:
                state = message.rerun_script.widget_states.widgets.add()
                state.id = shown.id
                _set(state, shown.kind, self._values[shown.id])
        self._runs += 1
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] >= self._runs - 1 - _KEPT_RUNS}
        message.rerun_script.cached_message_hashes.extend(self._kept)
        start = time.perf_counter()
        await self.connection.send(message.SerializeToString())
        found: dict[str, Widget] = {}
        self.bytes_sent = 0
        while True:
            data = await asyncio.wait_for(self.connection.recv(decode=False), PATIENCE_SECONDS)
            self.bytes_sent += len(data)
            answer = self._resolved(ForwardMsg.FromString(data))
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
                self._note(answer, found)
            elif kind == "delta" and answer.delta.add_block.expandable.id:
                self._note_fold(answer.delta.add_block.expandable, found)
            elif kind == "navigation":
                self.pages = tuple(
                    Place(page.page_script_hash, page.page_name, page.url_pathname)
                    for page in answer.navigation.app_pages
                )
                self.page = answer.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = answer.page_info_changed.query_string
            elif kind == "script_finished":
                if answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    self.widgets = found
                    return time.perf_counter() - start
                if answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise PageFailedError("the script does not compile")

    def _resolved(self, answer: ForwardMsg) -> ForwardMsg:
        """Keep a large message, or take the one that is referred to."""
        if answer.WhichOneof("type") == "ref_hash":
            kept = self._kept[answer.ref_hash][1]
            self._kept[answer.ref_hash] = self._runs, kept
            kept.metadata.CopyFrom(answer.metadata)
            return kept
        if answer.metadata.cacheable:
            self._kept[answer.hash] = self._runs, answer
        return answer

    def _note(self, answer: ForwardMsg, found: dict[str, Widget]) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise PageFailedError(f"{element.exception.type}: {element.exception.message}")
        if kind in _KINDS:
            proto: Any = getattr(element, kind)
            is_filter = answer.metadata.delta_path[0] == _SIDEBAR
            label = getattr(proto, "label", "") or {"pagination": "Page of rows"}.get(kind, kind)
            label = label if is_filter else f"{label} (page)"
            options, value = _offered(kind, proto)
            if not proto.set_value:
                value = self._values.get(proto.id, value)
            self._values[proto.id] = value
            found[label] = Widget(proto.id, label, kind, options, value, is_filter)

    def _note_fold(self, proto: Any, found: dict[str, Widget]) -> None:
        value = self._values.setdefault(proto.id, "on" if proto.expanded else "off")
        label = proto.label.replace("\\", "")
        label = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
        found[label] = Widget(proto.id, label, FOLD, ("on", "off"), value, is_filter=False)


@asynccontextmanager
async def visit(address: str) -> AsyncIterator[Visitor]:
    """Open a session on a dashboard that listens on http://HOST:PORT."""
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    plain: dict[str, Any] = {"compression": None, "ping_interval": None, "max_size": None}
    async with connect(url, subprotocols=["streamlit"], open_timeout=PATIENCE_SECONDS, **plain) as connection:
        yield Visitor(connection)


def _set(state: Any, kind: str, value: str) -> None:
    if kind == "selectbox":
        state.string_value = value
    elif kind in ("checkbox", FOLD):
        state.bool_value = value == "on"
    elif kind == "pagination":
        state.int_value = int(value)
    else:
        state.string_array_value.data.extend(value.split(","))


def _offered(kind: str, proto: Any) -> tuple[tuple[str, ...], str]:
    """Return the values that a widget can take, and the one that it has."""
    if kind == "selectbox":
        return tuple(proto.options), proto.raw_value if proto.set_value else proto.options[proto.default]
    if kind == "button_group":
        options = tuple(option.content for option in proto.options)
        picked = list(proto.raw_values) if proto.set_value else [options[number] for number in proto.default]
        return options, picked[0] if picked else ""
    if kind == "checkbox":
        return ("on", "off"), "on" if (proto.value if proto.set_value else proto.default) else "off"
    if kind == "pagination":
        number = proto.value if proto.set_value else proto.default
        last = proto.num_pages
        return tuple(str(page) for page in sorted({1, min(2, last), max(last // 2, 1), last})), str(number or 1)
    # A picker of dates: any days, which are written with a comma between them.
    return (), ",".join(proto.value if proto.set_value else proto.default)
