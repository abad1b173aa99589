"""One request and its reply: the same event as the chat, the event log and the gateway see it."""

from dataclasses import dataclass, field
from typing import Any

from data.words import Decision, ToolStatus
from etl.demo import gateway, log_entries
from etl.demo.calendar import day_at
from etl.demo.calls import GatewayCalls
from etl.demo.conversation import Chat, Message
from etl.demo.drafts import Draft
from etl.demo.facts import PatchFact, TaskFact, ToolFact
from etl.demo.gateway import Failure, Purpose
from etl.demo.log_entries import Entry
from etl.demo.people import Person
from etl.demo.plants import Plants
from etl.demo.randomness import Chance
from etl.demo.routes import Route
from etl.demo.shapes import Record, context_note, reply, summary_note, tool_note, tool_part, usage_note, utf16_length
from etl.demo.texts import TOOLS, Wording

_TOOL_ENDS: dict[str, tuple[Any, Decision, ToolStatus]] = {
    "rejected": ("Error: User denied access to tool execution", Decision.REJECTED, ToolStatus.DENIED),
    "failed": ("Error: An error occured while calling tool", Decision.APPROVED, ToolStatus.FAILED),
    "not_run": ("Error: No execute function found on tool", Decision.APPROVED, ToolStatus.NOT_RUN),
    "pending": (None, Decision.PENDING, ToolStatus.PENDING),
}
_TOOL_OPENING = "Let me look that up. "


@dataclass
class _Reply:
    """A reply while it is being written."""

    chat: Chat
    fact: TaskFact
    route: Route
    request_id: str
    created: int
    at: int
    is_huge: bool
    parts: list[Record] = field(default_factory=list[Record])
    notes: list[Record] = field(default_factory=list[Record])

    @property
    def text(self) -> str:
        """What it says so far."""
        return "".join(part["text"] for part in self.parts if part["type"] == "text")


@dataclass
class Exchange:
    """Sends requests of one person; collects gateway rows and log entries."""

    person: Person
    plants: Plants
    chance: Chance
    wording: Wording
    log: list[Entry] = field(default_factory=list[Entry])

    def __post_init__(self) -> None:
        """Begin without calls."""
        self.calls = GatewayCalls(self.person, self.chance)

    def fail(
        self, chat: Chat, fact: TaskFact, route: Route, moment: int, failure: Failure | None = None
    ) -> int:  # fmt: skip
        """Let a request fail: attempts of the SDK, an entry in the log, an empty reply. Returns when it ended."""
        chance = self.chance
        is_outage = day_at(moment) in self.plants.outage
        failure = failure or chance.weighted(
            {gateway.OVERLOADED: 3.0, gateway.SERVER_ERROR: 4.0, gateway.TIMED_OUT: 1.0}
            if is_outage
            else {gateway.OVERLOADED: 4.0, gateway.RATE_LIMITED: 3.0, gateway.SERVER_ERROR: 2.0, gateway.TIMED_OUT: 1.0}
        )
        ended = self.calls.failed(fact, route, failure, moment + 150)
        self.log.append(log_entries.failed(ended + 20, route, failure, chance))
        chat.messages.append(Message(reply(moment + chance.between(30, 90), [], [], chance, is_started=False)))
        chat.saved = ended + 40
        chat.last_patch = None
        fact.failed_turns += 1
        return ended + 60

    def answer(
        self, chat: Chat, fact: TaskFact, route: Route, moment: int, draft: Draft,
        *, is_stopped: bool = False, tool: str | None = None, segments: int = 1, is_huge: bool = False,
    ) -> int:  # fmt: skip
        """Let a request be answered, in one or more segments, with or without a tool call. Returns when it ended."""
        chance = self.chance
        created = moment + chance.between(30, 90)
        request_id = str(chat.messages[-1].record["id"])
        made = _Reply(chat, fact, route, request_id, created, moment + 140, is_huge)
        if tool is not None:
            self._request(made, [_TOOL_OPENING])
            self._call_tool(made, tool)
        if tool != "pending":
            self._request(made, _segments(draft.text, segments), is_stopped=is_stopped)
        record = reply(created, made.parts, made.notes, chance)
        # On the request that follows a decision about a tool, the newest message is the reply itself.
        for note in [note for note in made.notes if note["type"] == "chatSummary"][1:]:
            note["chatId"] = record["id"]
        chat.messages.append(Message(record))
        chat.saved = made.at + 35
        chat.last_patch = None
        fact.is_answered = True
        if tool != "pending" and draft.files:
            _note_patch(chat, fact, str(record["id"]), created, draft)
        return made.at + 60

    def _request(self, made: _Reply, texts: list[str], *, is_stopped: bool = False) -> None:
        """Run one HTTP request of the app: summary and context first where they are on, then a call per segment."""
        chance, chat, route = self.chance, made.chat, made.route
        size = min(8500 + 1500 * len(chat.messages) + 900 * len(chat.contents), 70_000) + chance.randrange(2500)
        if made.is_huge:
            size = chance.randrange(150_000, 188_000)
        # The tokens of both overhead calls arrive even where those of the main call do not.
        total = list(self._overhead(made, size)) if self._has_context(chat, made.at) else [0, 0]
        prompt = completion = 0
        first_token = made.at
        for text in texts:
            made.parts += [{"type": "step-start"}, {"type": "text", "text": text}]
            prompt = size + completion
            completion = len(text) // 3 + (
                chance.randrange(9000, 16_000) if made.is_huge else chance.between(500, 3200)
            )
            first_token = made.at + chance.between(380, 2600)
            ended = first_token + completion * 1000 // chance.randrange(62, 135)
            self.calls.answered(
                made.fact, route, "main", made.at, ended, prompt, completion, first_token=first_token
            )  # fmt: skip
            made.at = ended + 12
            if self._reports_usage(route, made.at):
                total = [total[0] + prompt, total[1] + completion]
        if is_stopped:
            # The person stops it in the middle; the provider answers to the end and bills it.
            made.at -= (made.at - first_token) // 3
            self.log.append(log_entries.aborted(made.at, route, chance))
            return
        made.notes.append(usage_note(total[0], total[1]))
        made.fact.usage.append((total[0], total[1]))
        made.fact.answered.append(made.created)
        last = (prompt, completion) if self._reports_usage(route, made.at) else None
        self.log.append(log_entries.completed(made.at, route, last, utf16_length(made.text), chance))

    def _overhead(self, made: _Reply, size: int) -> tuple[int, int]:
        """Run the two calls of context optimisation; return the tokens sent and received."""
        chance, files = self.chance, len(made.chat.contents)
        calls: tuple[tuple[Purpose, int, int], ...] = (
            ("summary", int(size * 0.62), chance.between(260, 900)),
            ("context", 2600 + 90 * files + chance.randrange(900), chance.between(40, 190)),
        )
        for purpose, prompt, completion in calls:
            ended = made.at + chance.between(1400, 5200)
            self.calls.answered(made.fact, made.route, purpose, made.at, ended, prompt, completion)
            made.at = ended + 15
        made.notes.append(summary_note(self.wording.summary(), made.request_id))
        made.notes.append(context_note(chance.several(list(made.chat.contents), 3)))
        return calls[0][1] + calls[1][1], calls[0][2] + calls[1][2]

    def _call_tool(self, made: _Reply, result: str) -> None:
        chance = self.chance
        tool = chance.choice(TOOLS)
        call_id = made.route.tool_prefix + chance.letters(22)
        fine: Any = {"content": [{"type": "text", "text": tool.result}]}
        value, decision, status = _TOOL_ENDS.get(result, (fine, Decision.APPROVED, ToolStatus.OK))
        made.parts.append(tool_part(call_id, tool.name, tool.arguments, value))
        # The annotation of the tool is written before that of the usage of the same request.
        made.notes.insert(len(made.notes) - 1, tool_note(call_id, tool.server, tool.name, tool.description))
        made.fact.tools.append(ToolFact(tool.server, tool.name, decision, status, made.created))
        if decision is not Decision.PENDING:
            made.at += chance.between(2500, 60_000)

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


def _note_patch(chat: Chat, fact: TaskFact, message_id: str, created: int, draft: Draft) -> None:
    before = {path: chat.contents.get(path) for path in draft.files}
    patch = PatchFact(message_id, created, fact.route, tuple(draft.files), draft.is_closed, before)
    fact.patches.append(patch)
    fact.created += sum(text is None for text in before.values())
    fact.edited += sum(text is not None for text in before.values())
    chat.write(draft.files)
    if draft.is_closed:
        chat.last_patch = patch


def _segments(text: str, count: int) -> list[str]:
    """Cut a text where a model ran into its token limit."""
    if count == 1:
        return [text]
    middle = len(text) // 2
    return [text[:middle], text[middle:]]
