"""What happened in the simulated world, from which truth.json is counted. Never read from the files."""

from dataclasses import dataclass, field

from data.words import Decision, Outcome, ToolStatus
from etl.demo.people import Person
from etl.demo.routes import Route

FIX_WORDS = ("fix",)


@dataclass(frozen=True)
class App:
    """What became of a chat that somebody else can see."""

    name: str
    project: str
    chat_number: int
    is_site: bool
    """Whether bolt.diy publishes it itself, without a repository."""


@dataclass
class Life:
    """When the patches of a chat were proposed, the first and the last of them."""

    first: int = 0
    last: int = 0


@dataclass
class PatchFact:
    """One reply with file actions."""

    message_id: str
    proposed: int
    route: Route
    paths: tuple[str, ...]
    is_closed: bool
    before: dict[str, str | None]
    """Content of each path before it; null where there was none."""
    rewound_at: int | None = None
    overwritten_at: int | None = None
    reverted_at: int | None = None
    """When a commit undid the one that carried it; null again when that was itself undone."""
    withdrawn_at: int | None = None
    """When an older build took the place of the one that brought it."""
    is_reapplied: bool = False
    """Whether it was reverted, and the revert was reverted."""

    @property
    def is_in_place(self) -> bool:
        """Whether it is whole, and nothing undid it or had to put it back."""
        return self.is_closed and not self.is_rolled_back and not self.is_reapplied

    @property
    def is_rolled_back(self) -> bool:
        """Whether it was undone, in whatever way."""
        times = (self.rewound_at, self.overwritten_at, self.reverted_at, self.withdrawn_at)
        return any(time is not None for time in times)


@dataclass
class ToolFact:
    """One call of an MCP tool, as its decision ended."""

    server: str
    tool: str
    decision: Decision
    status: ToolStatus
    at: int
    """When the reply that called it began."""


@dataclass
class TaskFact:
    """One request of a person with its retries and fix turns."""

    person: Person
    route: Route
    kind: str
    """What it was meant to be; its class follows from what came of it."""
    asked: int
    is_first_of_chat: bool
    outcome: Outcome = Outcome.COMPLETED
    is_answered: bool = False
    patches: list[PatchFact] = field(default_factory=list[PatchFact])
    created: int = 0
    edited: int = 0
    retries: int = 0
    fix_requests: int = 0
    failed_turns: int = 0
    tools: list[ToolFact] = field(default_factory=list[ToolFact])
    usage: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Prompt and completion tokens of each usage annotation; 0 and 0 where missing."""
    answered: list[int] = field(default_factory=list[int])
    """When the reply of each of these began."""
    is_too_long: bool = False
    """Whether it ended because the chat no longer fitted the model."""
    gateway_spend: int = 0
    gateway_rows: int = 0
    is_exported: bool = False
    """Whether an export showed it complete."""
    is_usage_lost: bool = False

    @property
    def task_class(self) -> str:
        """Class by the rules in task_classes.toml, version 1."""
        if not self.patches and self.is_answered:
            return "discuss"
        if self.is_first_of_chat:
            return "scaffold"
        if self.kind in ("fix", "batch"):
            return self.kind
        if self.edited >= 5:
            return "refactor"
        return "feature" if self.created else "edit"
