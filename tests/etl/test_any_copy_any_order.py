"""Copies of one chat that differ in small things, as bugs, imports and people make them, loaded in any order."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

from chat_files import all_chats, artifact, at, chat, data_tab_copy, human_edit, load, reply, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads import facts

from data.store import Store

_EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
_TOOL = {"state": "result", "toolCallId": "tool-1", "toolName": "search", "args": {}, "result": "Yes, approved."}


@dataclass(frozen=True)
class Export:
    """One export of the chat: what was done to which of its messages, what is missing, and whose it is."""

    changes: dict[int, str] = field(default_factory=dict[int, str])
    length: int = 6
    left_out: int | None = None
    minute: int = 60
    person: str | None = "ann"

    def messages(self) -> list[dict[str, Any]]:
        """Return the messages that the export holds."""
        changed = [_CHANGES[self.changes[n]](one) if n in self.changes else one for n, one in enumerate(shop())]
        return [one for number, one in enumerate(changed[: self.length]) if number != self.left_out]


def shop() -> list[dict[str, Any]]:
    """Return a chat in which everything occurs that a copy can lose: marks, times, usage, decisions, edits."""
    tool = {"type": "tool-invocation", "toolInvocation": _TOOL}
    third = reply("msg-c", artifact(("src/a.ts", "a\nb"), ("src/c.ts", "c")), 20, usage=((5, 1), (6, 2)))
    return [
        request("1772445600000", "Build a shop", 0),
        reply("msg-a", artifact(("src/a.ts", "a"), commands=["npm install"]), 0),
        request("aaaaaaaaaaaaaaa2", "Set it up", 5, annotations=["hidden"]),
        reply("msg-b", artifact(("src/a.ts", "a\nb\nc"), ("src/b.ts", "b")), 5),
        request("aaaaaaaaaaaaaaa3", human_edit(("src/a.ts", "a")) + "Now blue", 20),
        third | {"parts": [*third["parts"], tool]},
    ]


def _without(message: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != name}


_CHANGES = {
    "no marks": lambda one: _without(one, "annotations"),
    "no parts": lambda one: _without(one, "parts"),
    "no time": lambda one: _without(one, "createdAt"),
    "later": lambda one: one | {"createdAt": at(59)},
    "earlier": lambda one: one | {"createdAt": "2026-03-02T09:59:00.000Z"},
    "unknown time": lambda one: one | {"createdAt": "yesterday"},
    "broken": lambda one: one | {"content": 7},
    "no role": lambda one: _without(one, "role"),
    "hidden": lambda one: one | {"annotations": [*one.get("annotations", []), "hidden"]},
    "other usage": lambda one: reply(one["id"], one["content"], 0, usage=((77, 7),)) | {"role": one["role"]},
    "shorter": lambda one: one | {"content": one["content"][:-1] + "."},
    "undecided": lambda one: (
        one | {"parts": [{"type": "tool-invocation", "toolInvocation": _TOOL | {"state": "call"}}]}
    ),
    "imported": data_tab_copy,
}


_EXPORTS = st.builds(
    Export,
    changes=st.dictionaries(st.integers(0, 5), st.sampled_from(sorted(_CHANGES)), max_size=3),
    length=st.sampled_from([6, 6, 6, 5, 4, 3, 2, 1]),
    left_out=st.one_of(st.none(), st.integers(0, 5)),
    minute=st.sampled_from([60, 61, 90]),
    person=st.sampled_from(["ann", "ann", "bob", None]),
)


def _loaded(folder: Path, exports: list[Export], order: Iterable[int]) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        store = Store(f"sqlite:///{own}/store.db")
        for index in order:
            export = exports[index]
            # The title keeps the bytes of different people apart: equal bytes are one file, whoever loads them first.
            record = chat("1", export.messages(), title=f"App of {export.person}")
            load(store, all_chats(Path(own) / "chats.json", [record], exported=export.minute), person=export.person)
        return facts(store.url)


@_EXAMPLES
@given(st.lists(_EXPORTS, min_size=2, max_size=3), st.data())
def test_the_order_of_loading_copies_that_differ_never_shows(exports: list[Export], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(exports))))
    with tempfile.TemporaryDirectory() as folder:
        straight = _loaded(Path(folder), exports, range(len(exports)))
        assert _loaded(Path(folder), exports, order) == straight


def test_an_earlier_export_that_comes_last_still_says_whose_the_chat_is(tmp_path: Path) -> None:
    exports = [Export(minute=60, person="bob"), Export(minute=61, person="ann"), Export(minute=62, person="bob")]
    expected = _loaded(tmp_path, exports, [0, 1, 2])
    assert {row[1] for row in expected["task"]} == {"bob"}
    for order in permutations(range(3)):
        assert _loaded(tmp_path, exports, order) == expected, order
