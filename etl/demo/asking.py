"""One task in a chat: what is sent, what comes back, retries, fix turns and what the person does to the files."""

from dataclasses import dataclass
from datetime import date

from data.words import Outcome
from etl.demo import drafts, log_entries
from etl.demo.calendar import day_at
from etl.demo.conversation import Chat, Message
from etl.demo.drafts import Draft
from etl.demo.exchange import Exchange
from etl.demo.facts import TaskFact
from etl.demo.gateway import CONTEXT_FULL
from etl.demo.people import DIEGO, LENA, MIRA, Person
from etl.demo.planning import Plan
from etl.demo.plants import Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.routes import Route
from etl.demo.shapes import first_request, later_request, prefixed, quick_action, template_start
from etl.demo.texts import Wording


@dataclass
class Asking:
    """Carries out the tasks of one person, one after the other."""

    person: Person
    plants: Plants
    chance: Chance
    now: int = 0
    """The person's clock in milliseconds; every step moves it on."""
    task_count: int = 0

    def __post_init__(self) -> None:
        """Begin with an empty log."""
        self.quotas = Quotas()
        self.wording = Wording(self.person.project, self.chance)
        self.exchange = Exchange(self.person, self.plants, self.chance, self.wording)
        self._logged: set[str] = set()

    def carry_out(self, chat: Chat, plan: Plan) -> TaskFact:
        """Carry out a plan in a chat, and return what came of it."""
        fact = TaskFact(self.person, plan.route, plan.kind, self.now, chat.is_new)
        self.task_count += 1
        self._prepare(plan, day_at(self.now))
        words = self._new_words(chat, plan.kind)
        # What the person saved belongs to this task: taking it back takes these edits back too.
        chat.begin(fact)
        edits = self._edited_files(chat, plan)
        self._send_first(chat, plan, edits, words)
        self._finish(chat, fact, plan, words)
        return fact

    def _prepare(self, plan: Plan, day: date) -> None:
        calls = self.exchange.calls
        if plan.is_enhanced:
            calls.without_chat(plan.route, "enhancer", self.now)
        if plan.has_template:
            calls.without_chat(plan.route, "template", self.now)
        if self.person.uses_gateway and self.quotas.take("old key", 0.012):
            calls.refused_model_list(self.now - 90_000)
        self._log_settings(day)

    def _send_first(self, chat: Chat, plan: Plan, edits: str, words: str) -> None:
        """Send the request that begins a task: alone, with a template, or with files that the person saved."""
        text = prefixed(plan.route, edits + words)
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
        if plan.ending == "too_long":
            self._outgrow(chat, fact, route, draft)
            return
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

    def _outgrow(self, chat: Chat, fact: TaskFact, route: Route, draft: Draft) -> None:
        """Let a reply be cut off, and the request to go on no longer fit the model."""
        self.now = self.exchange.answer(chat, fact, route, self.now, drafts.cut_off(draft, chat, self.chance))
        self._name(chat, draft)
        self.now += self.chance.between(6000, 60_000)
        self._send(chat, route, "continue")
        fact.outcome, fact.is_too_long = Outcome.FAILED, True
        self.now = self.exchange.fail(chat, fact, route, self.now, CONTEXT_FULL)

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
                    self.now, self.person, self.person.project, 10 + self.task_count % 25, self.chance, is_ok=is_ok
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
