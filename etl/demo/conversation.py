"""A chat as one browser holds it: messages, contents of files, and where each task begins."""

from dataclasses import dataclass, field
from typing import Any

from etl.demo.calendar import iso
from etl.demo.facts import App, Life, PatchFact, TaskFact
from etl.demo.shapes import Record, imported_copy, json_text


class Message:
    """One message; its JSON is written once, however many exports and chats show it."""

    __slots__ = ("_text", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self._text: str | None = None

    @property
    def text(self) -> str:
        """JSON as it stands inside an export of all chats."""
        if self._text is None:
            self._text = json_text(self.record, 8)
        return self._text

    @property
    def is_failed_reply(self) -> bool:
        """Whether it is what a failed request leaves until the next one is sent."""
        return self.record["role"] == "assistant" and not self.record["content"]


@dataclass
class Mark:
    """Where a task begins in a chat, and what the files held then."""

    fact: TaskFact
    position: int
    contents: dict[str, str]
    own_paths: list[str]


@dataclass
class Chat:
    """One chat of one browser."""

    number: int
    messages: list[Message] = field(default_factory=list[Message])
    marks: list[Mark] = field(default_factory=list[Mark])
    contents: dict[str, str] = field(default_factory=dict[str, str])
    own_paths: list[str] = field(default_factory=list[str])
    """Files that the model wrote, oldest first."""
    taken_paths: set[str] = field(default_factory=set[str])
    asked_words: set[str] = field(default_factory=set[str])
    title: str | None = None
    url_id: str | None = None
    git_url: str | None = None
    saved: int = 0
    last_patch: PatchFact | None = None
    """Patch of the newest reply; null when that reply has none or cannot be judged."""
    is_shared: bool = False
    """Forked, imported or handed over: its messages are in other chats too."""
    is_import_copy: bool = False
    is_exported: bool = False
    app: App | None = None
    """What it became outside of the browser; null while nothing was pushed."""
    life: Life = field(default_factory=Life)
    is_kept_local: bool = False
    """Whether the person decided to push nothing of it."""

    @property
    def is_new(self) -> bool:
        """Whether nothing was asked in it yet."""
        return not self.messages

    @property
    def has_reply_tail(self) -> bool:
        """Whether it ends with an answer."""
        return bool(self.messages) and not self.messages[-1].is_failed_reply

    def drop_failed_reply(self) -> None:
        """Drop what a failed request left; bolt.diy does so when the next message is sent."""
        if self.messages and self.messages[-1].is_failed_reply:
            self.messages.pop()

    def begin(self, fact: TaskFact) -> None:
        """Note that a task begins with the next message."""
        self.drop_failed_reply()
        self.marks.append(Mark(fact, len(self.messages), dict(self.contents), list(self.own_paths)))

    def rewind(self, task_count: int) -> list[TaskFact]:
        """Take the newest tasks back and return them."""
        gone = self.marks[-task_count:]
        first = gone[0]
        self.messages = self.messages[: first.position]
        self.contents, self.own_paths = dict(first.contents), list(first.own_paths)
        self.marks = self.marks[:-task_count]
        self.last_patch = None
        return [mark.fact for mark in gone]

    def write(self, files: dict[str, str], *, is_own: bool = True) -> None:
        """Note new contents of files."""
        for path, content in files.items():
            self.contents[path] = content
            self.taken_paths.add(path)
            if is_own and path not in self.own_paths:
                self.own_paths.append(path)

    def copied(self, number: int, task_count: int, moment: int, suffix: str) -> "Chat":
        """Return a fork (the first tasks) or a copy (all tasks) of the chat; both share its messages from now on."""
        self.is_shared = True
        whole = task_count >= len(self.marks)
        end = len(self.messages) if whole else self.marks[task_count].position
        contents = self.contents if whole else self.marks[task_count].contents
        own_paths = self.own_paths if whole else self.marks[task_count].own_paths
        return Chat(
            number=number,
            messages=self.messages[:end],
            marks=self.marks[:task_count],
            contents=dict(contents),
            own_paths=list(own_paths),
            taken_paths=set(self.taken_paths),
            asked_words=set(self.asked_words),
            title=f"{self.title} {suffix}".strip() if self.title else "Forked chat",
            url_id=str(number),
            saved=moment,
            is_shared=True,
        )

    def lose_usage(self, moment: int) -> None:
        """Send the chat through a data-tab import, which keeps ids, titles and times of chats, little of messages."""
        self.messages = [Message(imported_copy(message.record, moment)) for message in self.messages]
        self.is_import_copy = True

    def text(self) -> str:
        """Return the chat as it stands in an export of all chats."""
        ident = str(self.number)
        inner: list[tuple[str, str]] = [
            ("id", json_text(ident)),
            ("messages", _listed([m.text for m in self.messages])),
        ]
        optional: list[tuple[str, Any]] = [("urlId", self.url_id), ("description", self.title)]
        named = [(name, json_text(value)) for name, value in optional if value is not None]
        saved = ("timestamp", json_text(iso(self.saved)))
        if self.is_import_copy:
            title, url_id = json_text(self.title or ""), json_text(self.url_id)
            inner = [inner[0], ("description", title), inner[1], saved, ("urlId", url_id), ("metadata", "null")]
        else:
            inner = [*inner, *named, saved]
            if self.git_url is not None:
                inner.append(("metadata", json_text({"gitUrl": self.git_url}, 6)))
        return "    {\n" + ",\n".join(f'      "{name}": {value}' for name, value in inner) + "\n    }"


def _listed(messages: list[str]) -> str:
    return "[\n        " + ",\n        ".join(messages) + "\n      ]" if messages else "[]"


def all_chats(chats: list[Chat], exported: int) -> str:
    """Return an export of all or of selected chats."""
    listed = ",\n".join(chat.text() for chat in chats)
    return '{\n  "chats": [\n' + listed + f'\n  ],\n  "exportDate": "{iso(exported)}"\n}}'


def single_chat(messages: list[Record], title: str | None, exported: int) -> str:
    """Return an export of a single chat: no number, no times of the chat."""
    record: Record = {"messages": messages}
    if title is not None:
        record["description"] = title
    return json_text(record | {"exportDate": iso(exported)})
