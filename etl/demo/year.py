"""One person's year, day by day: tasks, exports of chats and of the event log, as files."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from etl.demo import log_entries
from etl.demo.apps import Pushing
from etl.demo.browser import Browser, Shelf, Snapshot
from etl.demo.calendar import MINUTE, day_at, iso
from etl.demo.conversation import Chat, all_chats, single_chat
from etl.demo.log_memory import LogMemory
from etl.demo.people import MIRA, Person
from etl.demo.plants import Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.shapes import Record

Write = Callable[[str, str], None]
"""Takes a path below the folder of the demo, and the text of the file."""


@dataclass
class Tally:
    """What the files of one person hold, counted while they are written."""

    message_records: int = 0
    messages: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Id and content of each distinct message that was exported."""
    event_records: int = 0
    event_ids: set[str] = field(default_factory=set[str])
    chat_files: int = 0
    log_files: int = 0
    reused_chat_numbers: int = 0
    branches: Counter[str] = field(default_factory=Counter[str])
    broken: list[Record] = field(default_factory=list[Record])


@dataclass
class Year:
    """The year of one person."""

    person: Person
    plants: Plants
    chance: Chance
    shelf: Shelf
    write: Write
    pushing: Pushing
    tally: Tally = field(default_factory=Tally)

    def live(self, counts: Counter[tuple[str, date]]) -> Browser:
        """Run through all days; files are written as they are exported."""
        browser = Browser(self.person, self.plants, self.chance, self.shelf, self.pushing)
        memory = LogMemory(self.person, self.chance)
        self._quotas = Quotas()
        exports = 0
        days = self.plants.span.days
        for day in days:
            count = counts[self.person.name, day]
            if count:
                browser.work(day, count)
            if not memory.entries and browser.asking.exchange.log:
                memory.restart(browser.asking.exchange.log[0].moment - 3 * MINUTE)
            memory.add(sorted(browser.asking.exchange.log, key=lambda entry: entry.moment))
            browser.asking.exchange.log.clear()
            self.tally.branches = browser.branches
            snapshot = browser.export(day, is_last=day == days[-1])
            if snapshot is None:
                continue
            exports += 1
            self._write_chats(browser, snapshot)
            if snapshot.is_full or day == days[-1]:
                self._write_log(memory, snapshot.at + 5 * MINUTE)
                memory.restart(snapshot.at + 9 * MINUTE) if exports % 5 == 0 else memory.reload(
                    snapshot.at + 9 * MINUTE
                )
            elif self._quotas.take("reload", 0.15):
                memory.reload(snapshot.at + 9 * MINUTE)
            if snapshot.is_full and browser.clean_up(snapshot.at) is not None:
                self.tally.reused_chat_numbers += 1
        return browser

    def _path(self, moment: int, name: str) -> str:
        return f"inbox/{self.person.project}/{self.person.name}/{day_at(moment).isoformat()}/{name}"

    def _write_chats(self, browser: Browser, snapshot: Snapshot) -> None:
        name = "bolt-chats.json" if snapshot.is_full else "bolt-selected-chats.json"
        self.write(self._path(snapshot.at, name), all_chats(snapshot.chats, snapshot.at))
        self.tally.chat_files += 1
        for chat in snapshot.chats:
            self._count_messages([message.record for message in chat.messages])
        handed = browser.hand_over(snapshot.at, snapshot)
        if handed is not None:
            self._write_single(handed, snapshot.at + 2 * MINUTE)
        elif self._quotas.take("single", 0.15) or (self.person is MIRA and not self.tally.broken):
            self._write_single(self.chance.choice(snapshot.chats), snapshot.at + 2 * MINUTE)

    def _write_single(self, chat: Chat, at: int) -> None:
        messages = [message.record for message in chat.messages]
        name = f"chat-{iso(at).replace(':', '_')}.json"
        path = self._path(at, name)
        self._count_messages(messages)
        if self.person is MIRA and not self.tally.broken:
            broken = self._broken_messages(path, len(messages), at)
            messages = messages + broken
            self.tally.message_records += len(broken)
        self.write(path, single_chat(messages, chat.title, at))
        self.tally.chat_files += 1

    def _count_messages(self, messages: list[Record]) -> None:
        self.tally.message_records += len(messages)
        self.tally.messages.update((str(message["id"]), str(message["content"])) for message in messages)

    def _broken_messages(self, path: str, position: int, at: int) -> list[Record]:
        """Return messages that no loader can use, and note them."""
        for place, reason in ((position, "unknown_role"), (position + 1, "bad_number")):
            self.tally.broken.append({"file": path, "position": f"messages[{place}]", "reason": reason})
        usage = {"type": "usage", "value": {"completionTokens": 210, "promptTokens": -40, "totalTokens": 170}}
        return [
            {"id": self.chance.letters(16), "role": "system", "content": "You are Bolt."},
            {
                "id": f"msg-{self.chance.letters(24)}",
                "createdAt": iso(at),
                "role": "assistant",
                "content": "Counted wrongly.",
                "parts": [{"type": "step-start"}, {"type": "text", "text": "Counted wrongly."}],
                "annotations": [usage],
                "revisionId": self.chance.letters(16),
            },
        ]

    def _write_log(self, memory: LogMemory, at: int) -> None:
        if not self.person.exports_logs or not memory.entries:
            return
        number = self.tally.log_files
        path = self._path(at, f"bolt-event-logs-{iso(at).replace(':', '_')}.json")
        entries = list(memory.entries)
        is_csv_only = self.person is MIRA and number % 5 == 2
        if not is_csv_only:
            broken = self._broken_entries(path, len(entries)) if self.person is MIRA and number == 1 else []
            self._count_log(entries, len(broken))
            self.write(path, log_entries.as_json([*entries, *broken], at))
        if is_csv_only or (self.person is MIRA and number % 5 == 3):
            self._count_log(entries, 0)
            self.write(path.removesuffix(".json") + ".csv", log_entries.as_csv(entries))

    def _count_log(self, entries: list[log_entries.Entry], broken: int) -> None:
        self.tally.log_files += 1
        self.tally.event_records += len(entries) + broken
        self.tally.event_ids.update(str(entry.record["id"]) for entry in entries)

    def _broken_entries(self, path: str, position: int) -> list[log_entries.Entry]:
        self.tally.broken.append({"file": path, "position": f"logs[{position}]", "reason": "bad_time"})
        details = {"component": "Chat", "action": "abort", "model": "gpt-5.1", "provider": "OpenAILike"}
        record = log_entries.entry(0, "Chat response aborted", details, self.chance, category="provider").record
        return [log_entries.Entry(0, record | {"timestamp": "yesterday, after lunch"})]
