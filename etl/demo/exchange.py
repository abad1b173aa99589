"""One request and its reply: the same event as the chat, the event log and the gateway see it."""

from dataclasses import dataclass, field
from typing import Any

from data.words import Decision, ToolStatus
from etl.demo import gateway, log_entries
from etl.demo.calendar import day_at
from etl.demo.conversation import Chat, Message
from etl.demo.drafts import Draft
from etl.demo.facts import PatchFact, TaskFact, ToolFact
from etl.demo.gateway import Attempt, Failure, Purpose
from etl.demo.log_entries import Entry
from etl.demo.people import PRIYA, Person
from etl.demo.plants import Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.routes import GATEWAY_GEMINI, GATEWAY_SONNET, GEMINI, Route, Served
from etl.demo.shapes import Record, context_note, reply, summary_note, tool_note, tool_part, usage_note, utf16_length
from etl.demo.texts import Wording

_TOOLS: tuple[tuple[str, str, str, Record, str], ...] = (
    (
        "context7",
        "resolve-library-id",
        "Resolves a package name to a Context7 library id",
        {"libraryName": "react"},
        "/facebook/react",
    ),
    (
        "context7",
        "get-library-docs",
        "Fetches documentation of a library",
        {"topic": "hooks"},
        "useMemo caches a value",
    ),
    ("postgres", "query", "Runs a read-only query", {"sql": "select count(*) from orders"}, "1204"),
    ("github", "create_issue", "Creates an issue in a repository", {"title": "Follow-up"}, "#118"),
    ("github", "search_code", "Searches code in repositories", {"q": "formatDate"}, "3 results"),
)
_TOOL_ENDS: dict[str, tuple[Any, Decision, ToolStatus]] = {
    "rejected": ("Error: User denied access to tool execution", Decision.REJECTED, ToolStatus.DENIED),
    "failed": ("Error: An error occured while calling tool", Decision.APPROVED, ToolStatus.FAILED),
    "not_run": ("Error: No execute function found on tool", Decision.APPROVED, ToolStatus.NOT_RUN),
    "pending": (None, Decision.PENDING, ToolStatus.PENDING),
}


@dataclass
class Exchange:
    """Sends requests of one person; collects gateway rows and log entries."""

    person: Person
    plants: Plants
    chance: Chance
    wording: Wording
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    log: list[Entry] = field(default_factory=list[Entry])
    quotas: Quotas = field(default_factory=Quotas)

    def fail(self, chat: Chat, fact: TaskFact, route: Route, moment: int) -> int:
        """Let a request fail: three attempts of the SDK, an entry in the log, an empty reply. Returns when it ended."""
        chance = self.chance
        is_outage = day_at(moment) in self.plants.outage
        failure = chance.weighted(
            {gateway.OVERLOADED: 3.0, gateway.SERVER_ERROR: 4.0, gateway.TIMED_OUT: 1.0}
            if is_outage
            else {gateway.OVERLOADED: 4.0, gateway.RATE_LIMITED: 3.0, gateway.SERVER_ERROR: 2.0, gateway.TIMED_OUT: 1.0}
        )
        started = moment + 150
        for pause in (2000, 4000, 0):
            took = 60_000 if failure is gateway.TIMED_OUT else chance.between(200, 1600)
            if route.served is not None:
                self._attempt(fact, route.served, route.model, "main", started, None, started + took, failure=failure)
            started += took + pause
        fact.failed_turns += 1
        self.log.append(log_entries.failed(started + 20, route, failure, chance))
        chat.messages.append(Message(reply(moment + chance.between(30, 90), [], [], chance, is_started=False)))
        chat.saved = started + 40
        chat.last_patch = None
        return started + 60

    def answer(
        self, chat: Chat, fact: TaskFact, route: Route, moment: int, draft: Draft,
        *, is_stopped: bool = False, tool: str | None = None, segments: int = 1, is_huge: bool = False,
    ) -> int:  # fmt: skip
        """Let a request be answered, in one or more segments, with or without a tool call. Returns when it ended."""
        chance = self.chance
        request_id = str(chat.messages[-1].record["id"])
        created = moment + chance.between(30, 90)
        before = {path: chat.contents.get(path) for path in draft.files}
        parts: list[Record] = []
        notes: list[Record] = []
        at = moment + 140
        opening = "Let me look that up. "
        if tool is not None:
            parts += [{"type": "step-start"}, {"type": "text", "text": opening}]
            at = self._request(chat, fact, route, at, [opening], notes, request_id, is_huge=is_huge)
            at = self._call_tool(fact, route, tool, at, parts, notes)
        message_id = request_id
        texts = _segments(draft.text, segments)
        if tool != "pending":
            for text in texts:
                parts += [{"type": "step-start"}, {"type": "text", "text": text}]
            length = utf16_length(draft.text) + (utf16_length(opening) if tool is not None else 0)
            at = self._request(
                chat, fact, route, at, texts, notes, message_id, length=length, is_stopped=is_stopped, is_huge=is_huge
            )
        record = reply(created, parts, notes, chance)
        if tool is not None:
            # On the second request the newest message is the reply itself.
            for note in [note for note in notes if note["type"] == "chatSummary"][1:]:
                note["chatId"] = record["id"]
        chat.messages.append(Message(record))
        chat.saved = at + 35
        fact.is_answered = True
        self._note_patch(chat, fact, route, record, created, draft if tool != "pending" else Draft(""), before)
        return at + 60

    def overhead(self, fact: TaskFact, route: Route, moment: int, purpose: Purpose) -> None:
        """Add a call that belongs to no chat: the prompt enhancer, or the choice of a starter template."""
        if route.served is None:
            return
        chance = self.chance
        took = chance.between(900, 4500)
        self._attempt(
            None, route.served, route.model, purpose, moment - took - chance.between(6000, 40_000), 400, moment,
            prompt=chance.randrange(500, 2600), completion=chance.randrange(20, 320), duration=took, owner=fact,
        )  # fmt: skip

    def refused_model_list(self, moment: int) -> None:
        """Add what an outdated key leaves at the gateway: a refused request for the list of models."""
        self._attempt(
            None, GATEWAY_SONNET.served, "", "model_list", moment, None, moment + 4, failure=gateway.KEY_REFUSED
        )

    def _request(
        self, chat: Chat, fact: TaskFact, route: Route, at: int, texts: list[str], notes: list[Record], message_id: str,
        *, length: int | None = None, is_stopped: bool = False, is_huge: bool = False,
    ) -> int:  # fmt: skip
        """Run one HTTP request of the app: summary and context first where they are on, then a call per segment."""
        chance = self.chance
        history = min(8500 + 1500 * len(chat.messages) + 900 * len(chat.contents), 70_000) + chance.randrange(2500)
        if is_huge:
            history = chance.randrange(150_000, 188_000)
        prompt_sum = completion_sum = 0
        if self._has_context(chat, at):
            # The tokens of both overhead calls arrive even where those of the main call do not.
            for purpose, prompt, completion in (
                ("summary", int(history * 0.62), chance.between(260, 900)),
                ("context", 2600 + 90 * len(chat.contents) + chance.randrange(900), chance.between(40, 190)),
            ):
                ended = at + chance.between(1400, 5200)
                self._call(
                    fact, route, "summary" if purpose == "summary" else "context", at, None, ended, prompt, completion
                )
                prompt_sum, completion_sum, at = prompt_sum + prompt, completion_sum + completion, ended + 15
            notes.append(summary_note(self.wording.summary(), message_id))
            notes.append(context_note(chance.several(list(chat.contents), 3)))
        prompt = completion = 0
        first_token = at
        for number, text in enumerate(texts):
            prompt = history + (completion if number else 0)
            completion = len(text) // 3 + (chance.randrange(9000, 16_000) if is_huge else chance.between(500, 3200))
            first_token = at + chance.between(380, 2600)
            ended = first_token + completion * 1000 // chance.randrange(62, 135)
            self._call(fact, route, "main", at, first_token, ended, prompt, completion)
            at = ended + 12
            if self._reports_usage(route, at):
                prompt_sum, completion_sum = prompt_sum + prompt, completion_sum + completion
        if is_stopped:
            # The person stops it in the middle; the provider answers to the end and bills it.
            at -= (at - first_token) // 3
            self.log.append(log_entries.aborted(at, route, chance))
            return at
        notes.append(usage_note(prompt_sum, completion_sum))
        fact.usage.append((prompt_sum, completion_sum))
        last = (prompt, completion) if self._reports_usage(route, at) else None
        shown = utf16_length("".join(texts)) if length is None else length
        self.log.append(log_entries.completed(at, route, last, shown, chance))
        return at

    def _call_tool(
        self, fact: TaskFact, route: Route, result: str, at: int, parts: list[Record], notes: list[Record]
    ) -> int:
        chance = self.chance
        server, name, description, arguments, good = chance.choice(_TOOLS)
        call_id = route.tool_prefix + chance.letters(22)
        fine: Any = {"content": [{"type": "text", "text": good}]}
        value, decision, status = _TOOL_ENDS.get(result, (fine, Decision.APPROVED, ToolStatus.OK))
        parts.append(tool_part(call_id, name, arguments, value))
        # The annotation of the tool is written before that of the usage of the same request.
        notes.insert(len(notes) - 1, tool_note(call_id, server, name, description))
        fact.tools.append(ToolFact(server, name, decision, status))
        return at + chance.between(2500, 60_000) if decision is not Decision.PENDING else at

    def _call(
        self, fact: TaskFact, route: Route, purpose: Purpose, started: int, first_token: int | None, ended: int,
        prompt: int, completion: int,
    ) -> None:  # fmt: skip
        """Add the gateway's row of a successful call; now and then a fallback serves it."""
        if route.served is None:
            return
        cached = prompt // 2 // 64 * 64 if route.model == "gpt-5.1" and purpose == "main" and prompt > 12_000 else 0
        served, group, fallback_from = route.served, route.model, None
        call_id, trace_id = self.chance.uuid(), self.chance.uuid()
        if purpose == "main" and route is GATEWAY_SONNET and self.quotas.take("fallback", 0.012):
            served, group, fallback_from = GEMINI, GATEWAY_GEMINI.model, route.model
            self._attempt(
                fact, route.served, group, purpose, started, None, started + 900, failure=gateway.OVERLOADED,
                fallback_from=fallback_from, ids=(call_id, trace_id),
            )  # fmt: skip
            started += 950
            ended = max(ended, started + 1200)
            first_token = started + 600
        self._attempt(
            fact, served, group, purpose, started, first_token, ended, prompt=prompt, cached=cached, completion=completion,
            fallback_from=fallback_from, ids=(call_id, trace_id),
        )  # fmt: skip

    def _attempt(
        self, fact: TaskFact | None, served: Served | None, group: str, purpose: Purpose, started: int,
        first_token: int | None, ended: int, *, prompt: int = 0, cached: int = 0, completion: int = 0,
        failure: Failure | None = None, fallback_from: str | None = None, ids: tuple[str, str] | None = None,
        duration: int | None = None, owner: TaskFact | None = None,
    ) -> None:  # fmt: skip
        if served is None:
            return
        if duration is not None:
            ended, first_token = started + duration, started + min(first_token or 0, duration)
        skew = self.person.clock_skew_ms
        call_id, trace_id = ids or (self.chance.uuid(), self.chance.uuid())
        attempt = Attempt(
            row_id=f"chatcmpl-{self.chance.uuid()}" if failure is None else self.chance.uuid(),
            call_id=call_id,
            trace_id=trace_id,
            purpose=purpose,
            person=self.person,
            is_shared_key=self._uses_shared_key(started),
            served=served,
            group=group,
            started=started - skew,
            first_token=None if first_token is None else first_token - skew,
            ended=ended - skew,
            prompt=prompt,
            cached=cached,
            completion=completion,
            failure=failure,
            fallback_from=fallback_from,
        )
        self.attempts.append(attempt)
        if fact is not None:
            fact.gateway_rows += 1
            fact.gateway_spend += attempt.spend

    def _uses_shared_key(self, moment: int) -> bool:
        """Tell the days on which a restarted browser had lost the person's own key."""
        return self.person is PRIYA and day_at(moment).toordinal() % 19 == 0

    def _has_context(self, chat: Chat, moment: int) -> bool:
        person = self.person
        is_on = person.has_context_optimisation and (
            person.project != "field-app" or day_at(moment) >= self.plants.policy_on
        )
        return is_on and bool(chat.own_paths)

    def _reports_usage(self, route: Route, moment: int) -> bool:
        if route.served is not None and day_at(moment) in self.plants.gateway_silent:
            return False
        return route.reports_usage

    def _note_patch(
        self, chat: Chat, fact: TaskFact, route: Route, record: Record, created: int, draft: Draft,
        before: dict[str, str | None],
    ) -> None:  # fmt: skip
        chat.last_patch = None
        if not draft.files:
            return
        patch = PatchFact(str(record["id"]), created, fact.route, tuple(draft.files), draft.is_closed, before)
        fact.patches.append(patch)
        fact.created += sum(1 for text in before.values() if text is None)
        fact.edited += sum(1 for text in before.values() if text is not None)
        chat.write(draft.files)
        if draft.is_closed:
            chat.last_patch = patch


def _segments(text: str, count: int) -> list[str]:
    """Cut a text where a model ran into its token limit."""
    if count == 1:
        return [text]
    middle = len(text) // 2
    return [text[:middle], text[middle:]]
