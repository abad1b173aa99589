"""From messages to turns to tasks: what was asked, what belongs together, and how it ended."""

from dataclasses import dataclass, field

from data.words import Outcome, OutcomeBasis
from etl.derive.endings import ending_of
from etl.derive.lineage import Lineage, MessageFacts
from etl.derive.rewinds import Rewind


@dataclass(slots=True)
class Turn:
    """A request that is not hidden or synthetic, with the replies until the next request."""

    request: MessageFacts
    parent: "Turn | None"
    replies: list[MessageFacts] = field(default_factory=list[MessageFacts])
    is_followed: bool = False
    """Whether another request came directly after it in the same list of messages."""
    has_unusable: bool = False
    """Whether a reply of it was quarantined, so that its end cannot be told."""


@dataclass(slots=True)
class Task:
    """A turn that a person asked for, with the retries and automatic fix turns that belong to it."""

    turns: list[Turn]
    is_first_of_chat: bool
    retry_count: int = 0
    fix_request_count: int = 0

    @property
    def root(self) -> MessageFacts:
        """The message that asked."""
        return self.turns[0].request

    @property
    def replies(self) -> list[MessageFacts]:
        """All replies, in order."""
        return [reply for turn in self.turns for reply in turn.replies]


def find_tasks(lineage: Lineage) -> list[Task]:
    """Return the tasks of a lineage, in the order of their first messages."""
    usage_seen = lineage.usage_seen
    turn_of: dict[int, Turn] = {}
    task_of: dict[int, Task] = {}
    tasks: list[Task] = []
    for key in lineage.order:
        message = lineage.messages[key]
        parent_key = lineage.parents[key]
        before = turn_of.get(parent_key) if parent_key is not None else None
        if not message.is_request:
            if before is not None:
                turn_of[key] = before
                if message.is_reply:
                    before.replies.append(message)
                before.has_unusable |= message.is_unusable
            continue
        turn = Turn(message, before)
        turn_of[key] = turn
        task = task_of.get(before.request.key) if before is not None else None
        if before is not None and parent_key is not None and not lineage.messages[parent_key].is_reply:
            # Directly, or with nothing but a template between.
            before.is_followed = not before.has_unusable
        if task is not None and before is not None and _continues(message, before, usage_seen):
            task.turns.append(turn)
            task.retry_count += _repeats(message, before, usage_seen)
            task.fix_request_count += message.features.fix_request is not None
        else:
            # A chat that begins with an import or a clone changes an app that exists.
            task = Task([turn], is_first_of_chat=parent_key is None)
            tasks.append(task)
        task_of[key] = task
    # Of a quarantined request only the replies to it show that there was a task.
    return [task for task in tasks if task.replies or not task.root.is_unusable]


def _continues(message: MessageFacts, before: Turn, usage_seen: bool) -> bool:
    return (
        message.features.fix_request is not None
        or message.features.is_continue
        or _repeats(message, before, usage_seen)
    )


def _repeats(message: MessageFacts, before: Turn, usage_seen: bool) -> bool:
    """Whether a request repeats the one before it word for word after that one failed."""
    if message.text_hash is None or message.text_hash != before.request.text_hash or before.has_unusable:
        return False
    if message.features.fix_request is not None:
        return False
    return not before.replies or ending_of(before.replies[-1], usage_seen)[0] is Outcome.FAILED


def outcome_of(task: Task, rewinds: dict[int, Rewind], usage_seen: bool) -> tuple[Outcome, OutcomeBasis]:
    """Return the outcome of a task: that of its last turn which was not taken back."""
    if task.root.key in rewinds:
        return Outcome.FAILED, OutcomeBasis.REWOUND
    last = next(turn for turn in reversed(task.turns) if turn.request.key not in rewinds)
    if not last.replies:
        if last.has_unusable:
            return Outcome.UNKNOWN, OutcomeBasis.UNUSABLE
        if last.is_followed:
            return Outcome.FAILED, OutcomeBasis.ERROR
        return Outcome.UNKNOWN, OutcomeBasis.NO_REPLY
    return ending_of(last.replies[-1], usage_seen)
