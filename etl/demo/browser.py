"""A person's browser over the whole span: chats come and go, exports are made, patches are taken back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from data.words import Outcome
from etl.demo import drafts, log_entries
from etl.demo.calendar import HOUR, MINUTE, asked_at, day_at, local_time
from etl.demo.conversation import Chat, Message
from etl.demo.drafts import Draft
from etl.demo.exchange import Exchange
from etl.demo.facts import TaskFact
from etl.demo.people import AIKO, DIEGO, JONAS, LENA, MIRA, SAM, TOMAS, Person
from etl.demo.planning import Plan, Planner
from etl.demo.plants import SPATE_REWOUND_SHARE, Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.routes import DEEPSEEK, Route
from etl.demo.shapes import first_request, later_request, prefixed, quick_action, template_start
from etl.demo.texts import Wording

_MOST_TASKS = 14
_REWOUND_SHARE = 0.025
_REWIND_LATEST = 6 * 24 * HOUR
# People delete chats that nobody touched for so long, so that the browser stays quick.
_KEPT = 21 * 24 * HOUR
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
    chats: list[Chat] = field(default_factory=list[Chat])
    facts: list[TaskFact] = field(default_factory=list[TaskFact])
    now: int = 0
    last_export: int = 0
    rewind_due: float = 0.0
    rewinds: list[tuple[Chat, int]] = field(default_factory=list[tuple[Chat, int]])
    """Chats whose newest tasks will be taken back by the next request in them."""
    quotas: Quotas = field(default_factory=Quotas)
    branches: Counter[str] = field(default_factory=Counter[str])
    """How many forks, copies and imports of chats were made."""

    def __post_init__(self) -> None:
        """Set up what plans and sends requests."""
        self.wording = Wording(self.person.project, self.chance)
        self.planner = Planner(self.person, self.plants, self.chance)
        self.exchange = Exchange(self.person, self.plants, self.chance, self.wording)
        self._logged: set[str] = set()

    def work(self, day: date, task_count: int) -> None:
        """Ask the day's tasks."""
        for moment in asked_at(self.person, day, task_count, self.chance):
            self.now = max(moment, self.now + self.chance.between(40_000, 5 * MINUTE))
            self._ask()

    # One task.

    def _ask(self) -> None:
        chat, is_branch = self._choose_chat()
        day = day_at(self.now)
        may_edit = not is_branch and not chat.is_shared
        plan = self.planner.plan(chat, day, may_edit=may_edit)
        fact = TaskFact(self.person, plan.route, plan.kind, self.now, chat.is_new)
        self.facts.append(fact)
        self._prepare(fact, plan, day)
        words = self._new_words(chat, plan.kind)
        fact.asked = self.now
        before = self._edited_files(chat, plan)
        self._send_first(chat, fact, plan, before, words)
        self._finish(chat, fact, plan, words)

    def _prepare(self, fact: TaskFact, plan: Plan, day: date) -> None:
        if plan.is_enhanced:
            self.exchange.overhead(fact, plan.route, self.now, "enhancer")
        if plan.has_template:
            self.exchange.overhead(fact, plan.route, self.now, "template")
        if self.person.uses_gateway and self.quotas.take("old key", 0.012):
            self.exchange.refused_model_list(self.now - 90_000)
        self._log_settings(day)

    def _send_first(self, chat: Chat, fact: TaskFact, plan: Plan, before: str, words: str) -> None:
        """Send the request that begins a task: alone, with a template, or with files that the person saved."""
        chat.begin(fact)
        text = prefixed(plan.route, before + words)
        if not chat.is_new:
            if plan.is_quick_action:
                chat.messages.append(Message(quick_action(text, self.now)))
            else:
                record = later_request(text, self.now, self.chance, has_image=plan.has_image)
                chat.messages.append(Message(record))
        elif plan.has_template:
            title = self.wording.title()
            dump, files = drafts.template_dump(title)
            chat.messages += [Message(record) for record in template_start(plan.route, words, dump, self.now)]
            chat.write(files, is_own=False)
            chat.title, chat.url_id = title, f"2-{self.now}-0"
        else:
            chat.messages.append(Message(first_request(text, self.now)))

    def _finish(self, chat: Chat, fact: TaskFact, plan: Plan, words: str) -> None:
        route = plan.route
        for _ in range(plan.failures):
            self.now = self.exchange.fail(chat, fact, route, self.now) + self.chance.between(4000, 50_000)
            route = plan.retry_route or route
            fact.retries += 1
            self._send(chat, route, words)
        if plan.ending == "error":
            fact.outcome = Outcome.FAILED
            self.now = self.exchange.fail(chat, fact, route, self.now)
            return
        draft = self._draft(chat, plan)
        if plan.is_continued:
            self.now = self.exchange.answer(chat, fact, route, self.now, drafts.cut_off(draft, chat, self.chance))
            self.now += self.chance.between(6000, 60_000)
            self._send(chat, route, "continue")
            draft = drafts.repair(tuple(draft.files), chat, self.wording, self.chance)
        if plan.ending == "unclosed":
            fact.outcome, draft = Outcome.FAILED, drafts.cut_off(draft, chat, self.chance)
        elif plan.ending == "abort":
            fact.outcome, draft = Outcome.ABORTED, drafts.stopped(draft, self.chance)
        elif plan.ending == "pending":
            fact.outcome = Outcome.UNKNOWN
        self.now = self.exchange.answer(
            chat, fact, route, self.now, draft,
            is_stopped=plan.ending == "abort", tool=plan.tool_result, segments=plan.segments, is_huge=plan.is_huge,
        )  # fmt: skip
        self._name(chat, draft)
        for _ in range(plan.fix_turns if fact.patches else 0):
            self._ask_to_fix(chat, fact, route)
        self._deploy(fact)

    def _ask_to_fix(self, chat: Chat, fact: TaskFact, route: Route) -> None:
        self.now += self.chance.between(9000, 200_000)
        self._send(chat, route, self.wording.fix_request())
        fact.fix_requests += 1
        draft = drafts.repair(fact.patches[-1].paths, chat, self.wording, self.chance)
        self.now = self.exchange.answer(chat, fact, route, self.now, draft)

    def _send(self, chat: Chat, route: Route, words: str) -> None:
        chat.drop_failed_reply()
        chat.messages.append(Message(later_request(prefixed(route, words), self.now, self.chance)))

    def _draft(self, chat: Chat, plan: Plan) -> Draft:
        if plan.kind == "discuss":
            return drafts.answer(self.wording)
        return drafts.change(plan.kind, chat, self.wording, self.chance, has_template=plan.has_template)

    def _new_words(self, chat: Chat, kind: str) -> str:
        """Return a request that this chat has not seen, so that none looks like a retry."""
        while True:
            words = self.wording.request(kind)
            if words not in chat.asked_words:
                chat.asked_words.add(words)
                return words

    def _edited_files(self, chat: Chat, plan: Plan) -> str:
        """Return the block of files that the person saved before this request: own changes, or the patch undone."""
        patch = chat.last_patch
        if plan.edit == "none" or patch is None:
            return ""
        if plan.edit == "overwrite":
            files = {path: text for path, text in patch.before.items() if text is not None}
            patch.overwritten_at = self.now
        else:
            path = patch.paths[0]
            files = {path: f"{chat.contents[path]}\n// checked by {self.person.name}"}
        chat.write(files, is_own=False)
        return drafts.edited_files(files, self.now)

    def _name(self, chat: Chat, draft: Draft) -> None:
        if chat.title is None and draft.title is not None:
            chat.title = draft.title
        if chat.url_id is None and len(chat.marks) > 1:
            chat.url_id = f"{chat.messages[1].record['id']}-0"

    def _deploy(self, fact: TaskFact) -> None:
        if self.person in (MIRA, LENA) and fact.patches and self.quotas.take("deployment", 0.07):
            self.now += 40_000
            is_ok = not self.quotas.take("failed deployment", 0.1)
            self.exchange.log.append(
                log_entries.deployment(
                    self.now, self.person, self.person.project, 10 + len(self.facts) % 25, self.chance, is_ok=is_ok
                )
            )

    def _log_settings(self, day: date) -> None:
        """Log the policy change and the new provider on the first task at or after their day."""
        log, chance, plants = self.exchange.log, self.chance, self.plants
        if self.person.project == "field-app" and day >= plants.policy_on and "policy" not in self._logged:
            self._logged.add("policy")
            log.append(log_entries.setting(self.now - 30_000, "Prompt template updated to optimized", chance))
            log.append(log_entries.setting(self.now - 25_000, "Context optimization enabled", chance))
        if self.person is DIEGO and day >= plants.unpriced_from and "unpriced" not in self._logged:
            self._logged.add("unpriced")
            log.append(log_entries.provider_enabled(self.now - 20_000, "Mistral", chance))

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

    def export(self, day: date, *, is_last: bool, number: int) -> Snapshot | None:
        """Export the chats on the person's days; every second time all of them, else those that changed."""
        in_spate = self.person is TOMAS and day in self.plants.spate and day.weekday() < 5
        is_friday = day.weekday() == 4 and day.toordinal() // 7 % 2 == self.person.export_week
        is_before_loss = self.person is AIKO and day + timedelta(days=1) == self.plants.lost_usage.first
        is_after_loss = self.person is AIKO and day == self.plants.lost_usage.last + timedelta(days=1)
        if self.person is AIKO and day in self.plants.lost_usage:
            return None
        if not (in_spate or is_friday or is_last or is_before_loss or is_after_loss):
            return None
        at = max(local_time(self.person, day, 1090), self.now + 3 * MINUTE)
        self.now = at
        if is_after_loss:
            self._replace_browser(at - 2 * MINUTE)
        is_full = not in_spate and number % 4 == 0
        since = at - _KEPT if is_full else self.last_export
        shown = [chat for chat in self.chats if chat.saved > min(since, self.last_export)]
        if not shown:
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
        self.chats = [chat for chat in self.chats if chat is newest or at - chat.saved < _KEPT]
        waits = {id(chat) for chat, _ in self.rewinds}
        if newest is None or id(newest) in waits or not newest.is_exported or newest.is_shared:
            return None
        if self.quotas.take("delete newest", 0.2):
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
