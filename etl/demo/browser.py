"""A person's browser over the whole span: chats come and go, exports are made, patches are taken back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from data.words import Outcome
from etl.demo.apps import Pushing
from etl.demo.asking import Asking
from etl.demo.calendar import HOUR, MINUTE, asked_at, day_at, local_time
from etl.demo.conversation import Chat
from etl.demo.facts import TaskFact
from etl.demo.people import AIKO, DIEGO, JONAS, LENA, MIRA, SAM, TOMAS, Person
from etl.demo.planning import Planner
from etl.demo.plants import SPATE_REWOUND_SHARE, Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.routes import DEEPSEEK

_MOST_TASKS = 14
_REWOUND_SHARE = 0.025
_REWIND_LATEST = 6 * 24 * HOUR
# People delete chats that nobody touched for so long, so that the browser stays quick.
_KEPT = 8 * 24 * HOUR
_HANDED_TO = {MIRA.name: JONAS.name, LENA.name: DIEGO.name}


@dataclass
class HandedChat:
    """A chat that was exported alone and given to a colleague."""

    chat: Chat
    at: int


@dataclass
class Shelf:
    """Chats on their way from one browser to another, by the name of who imports them."""

    waiting: dict[str, list[HandedChat]] = field(default_factory=dict[str, list[HandedChat]])


@dataclass
class Snapshot:
    """One export, as the chats it shows and when."""

    at: int
    chats: list[Chat]
    is_full: bool


@dataclass
class Browser:
    """The browser of one person."""

    person: Person
    plants: Plants
    chance: Chance
    shelf: Shelf
    pushing: Pushing
    chats: list[Chat] = field(default_factory=list[Chat])
    facts: list[TaskFact] = field(default_factory=list[TaskFact])
    last_export: int = 0
    rewind_due: float = 0.0
    rewinds: list[tuple[Chat, int]] = field(default_factory=list[tuple[Chat, int]])
    """Chats whose newest tasks will be taken back by the next request in them."""
    quotas: Quotas = field(default_factory=Quotas)
    branches: Counter[str] = field(default_factory=Counter[str])
    """How many forks, copies and imports of chats were made."""

    def __post_init__(self) -> None:
        """Set up what plans and carries out tasks."""
        self.planner = Planner(self.person, self.plants, self.chance)
        self.asking = Asking(self.person, self.plants, self.chance)

    @property
    def now(self) -> int:
        """The person's clock in milliseconds."""
        return self.asking.now

    def work(self, day: date, task_count: int) -> None:
        """Ask the day's tasks."""
        for moment in asked_at(self.person, day, task_count, self.chance):
            self.asking.now = max(moment, self.now + self.chance.between(40_000, 5 * MINUTE))
            chat, is_branch = self._choose_chat()
            may_edit = not is_branch and not chat.is_shared
            plan = self.planner.plan(chat, day_at(self.now), may_edit=may_edit)
            fact = self.asking.carry_out(chat, plan)
            self.facts.append(fact)
            self.pushing.after_task(chat, fact, self.now)

    # Which chat.

    def _choose_chat(self) -> tuple[Chat, bool]:
        """Return the chat of the next task, and whether the task begins a branch of messages that another chat has."""
        chance = self.chance
        while self.rewinds:
            chat, count = self.rewinds.pop(0)
            patches = [patch for mark in chat.marks[-count:] for patch in mark.fact.patches]
            if chat in self.chats and self.now - min(patch.proposed for patch in patches) < _REWIND_LATEST:
                self._take_back(chat, count)
                return chat, True
        in_lost = self.person is AIKO and day_at(self.now) in self.plants.lost_usage
        usable = [chat for chat in self.chats if not chat.is_import_copy and self.now - chat.saved < 12 * 24 * HOUR]
        if in_lost:
            usable = [chat for chat in usable if day_at(chat.marks[0].fact.asked) in self.plants.lost_usage]
        else:
            branch = self._imported() or self._forked(usable)
            if branch is not None:
                return branch, True
        open_chats = [chat for chat in usable if len(chat.marks) < _MOST_TASKS]
        if open_chats and not chance.happens(0.13):
            newest = max(open_chats, key=lambda chat: chat.saved)
            return (chance.choice(open_chats) if chance.happens(0.15) else newest), False
        return self._new_chat(), False

    def _new_chat(self) -> Chat:
        chat = Chat(number=max((chat.number for chat in self.chats), default=0) + 1)
        if self.quotas.take("from git", 0.05):
            chat.git_url = f"https://github.com/example-team/{self.person.project}"
        self.chats.append(chat)
        return chat

    def _forked(self, usable: list[Chat]) -> Chat | None:
        """Fork or copy a chat now and then; the new one goes on from there."""
        whole = [
            chat for chat in usable
            if len(chat.marks) >= 3 and chat.has_reply_tail and not chat.is_shared and self._is_clean(chat, 2)
        ]  # fmt: skip
        if not whole or not self.quotas.take("fork", 0.012):
            return None
        original = max(whole, key=lambda chat: chat.saved)
        is_copy = self.quotas.take("copy", 0.4)
        count = len(original.marks) if is_copy else len(original.marks) - 1
        number = max(chat.number for chat in self.chats) + 1
        chat = original.copied(number, count, self.now, "(copy)" if is_copy else "(fork)")
        self.chats.append(chat)
        self.branches["copies" if is_copy else "forks"] += 1
        return chat

    def _imported(self) -> Chat | None:
        """Import the chat of a colleague, if one is waiting."""
        waiting = self.shelf.waiting.get(self.person.name, [])
        if not waiting or self.now < waiting[0].at + 2 * HOUR:
            return None
        handed = waiting.pop(0)
        number = max((chat.number for chat in self.chats), default=0) + 1
        chat = handed.chat.copied(number, len(handed.chat.marks), self.now, "")
        self.chats.append(chat)
        self.branches["imports"] += 1
        return chat

    def _is_clean(self, chat: Chat, newest: int) -> bool:
        return all(mark.fact.outcome is Outcome.COMPLETED for mark in chat.marks[-newest:])

    # Rewinds.

    def _take_back(self, chat: Chat, count: int) -> None:
        for fact in chat.rewind(count):
            fact.outcome = Outcome.FAILED
            for patch in fact.patches:
                patch.rewound_at = self.now

    def _plan_rewinds(self, exported: int) -> None:
        """Choose which of the exported tasks the next requests take back."""
        if self.person is SAM:
            return
        self.rewind_due += sum(count for _, count in self.rewinds)
        self.rewinds.clear()
        candidates = [
            chat for chat in self.chats
            if not chat.is_shared and not chat.is_import_copy and len(chat.marks) >= 2 and chat.has_reply_tail
        ]  # fmt: skip
        for chat in sorted(candidates, key=lambda chat: -chat.saved):
            wanted = min(int(self.rewind_due), 3, len(chat.marks) - 1)
            count = 0
            while count < wanted and self._can_rewind(chat.marks[-count - 1].fact, exported):
                count += 1
            if count:
                self.rewind_due -= count
                self.rewinds.append((chat, count))

    def _can_rewind(self, fact: TaskFact, exported: int) -> bool:
        in_spate = self._is_spate(fact)
        return (
            fact.outcome is Outcome.COMPLETED
            and bool(fact.patches)
            and not any(patch.is_rolled_back for patch in fact.patches)
            and exported - fact.asked < (30 if in_spate else 60) * HOUR
        )

    def _is_spate(self, fact: TaskFact) -> bool:
        return self.person is TOMAS and fact.route is DEEPSEEK and day_at(fact.asked) in self.plants.spate

    # Exports.

    def export(self, day: date, *, is_last: bool) -> Snapshot | None:
        """Export the chats on the person's days: all that the browser holds, or between times those that changed."""
        in_spate = self.person is TOMAS and day in self.plants.spate and day.weekday() < 5
        is_friday = day.weekday() == 4 and day.toordinal() // 7 % 4 == self.person.export_week
        is_before_loss = self.person is AIKO and day + timedelta(days=1) == self.plants.lost_usage.first
        is_after_loss = self.person is AIKO and day == self.plants.lost_usage.last + timedelta(days=1)
        if self.person is AIKO and day in self.plants.lost_usage:
            return None
        if not (in_spate or is_friday or is_last or is_before_loss or is_after_loss):
            return None
        at = max(local_time(self.person, day, 1090), self.now + 3 * MINUTE)
        self.asking.now = at
        if is_after_loss:
            self._replace_browser(at - 2 * MINUTE)
        is_full = is_friday and not in_spate
        shown = [chat for chat in self.chats if is_full or chat.saved > self.last_export]
        if not any(chat.saved > self.last_export for chat in shown):
            return None
        self._note_export(shown, at)
        return Snapshot(at, shown, is_full)

    def _note_export(self, shown: list[Chat], at: int) -> None:
        fresh = [
            mark.fact for chat in shown if not chat.is_import_copy for mark in chat.marks if not mark.fact.is_exported
        ]
        for fact in fresh:
            fact.is_exported = True
            share = SPATE_REWOUND_SHARE if self._is_spate(fact) else _REWOUND_SHARE
            self.rewind_due += share if fact.patches else 0.0
        for chat in shown:
            chat.is_exported = True
        self._plan_rewinds(at)
        self.last_export = at

    def _replace_browser(self, moment: int) -> None:
        """Move to a new computer through a data-tab import; what was asked since the last export loses its usage."""
        for chat in self.chats:
            if chat.saved > self.last_export and not chat.is_shared:
                chat.lose_usage(moment)
                for mark in chat.marks:
                    if not mark.fact.is_exported:
                        mark.fact.outcome, mark.fact.is_usage_lost = Outcome.UNKNOWN, True

    def clean_up(self, at: int) -> int | None:
        """Delete old chats after a full export, and seldom the newest one, whose number is then used again."""
        newest = max(self.chats, key=lambda chat: chat.number, default=None)
        waits = {id(chat) for chat, _ in self.rewinds}
        self.chats = [chat for chat in self.chats if chat is newest or id(chat) in waits or at - chat.saved < _KEPT]
        if newest is None or id(newest) in waits or not newest.is_exported or newest.is_shared:
            return None
        if self.quotas.take("delete newest", 0.1):
            self.chats.remove(newest)
            return newest.number
        return None

    def hand_over(self, at: int, snapshot: Snapshot) -> Chat | None:
        """Give a finished chat to a colleague as a single-chat export; return it."""
        receiver = _HANDED_TO.get(self.person.name)
        if receiver is None:
            return None
        waits = {id(chat) for chat, _ in self.rewinds}
        fitting = [
            chat for chat in snapshot.chats
            if len(chat.marks) >= 2 and chat.has_reply_tail and not chat.is_shared and id(chat) not in waits
            and self._is_clean(chat, 2) and not chat.is_import_copy
        ]  # fmt: skip
        if not fitting or not self.quotas.take("hand over", 0.25):
            return None
        chat = fitting[0]
        handed = chat.copied(chat.number, len(chat.marks), at, "")
        self.shelf.waiting.setdefault(receiver, []).append(HandedChat(handed, at))
        return chat
