"""The tables of the store, one class per table; each class says its grain, each column its meaning and unit."""

from data.tables.calls import FoundFallback, GatewayPersonHour, LlmCall, MatchedOwner, SameCall
from data.tables.chats import Chat, ChatExport, Event, Message, MessagePresence, UnusableMessage
from data.tables.decision_rollups import PatchDecisionDaily, ZoneDecisionDaily
from data.tables.decisions import Approval, CommandRun, Deployment, ToolCall
from data.tables.governance import AccessGrant, Incident, Owner, PolicyChange, SecretRotation
from data.tables.loads import Load, LoadKnown, Quarantine, Setting
from data.tables.outcomes import PatchEdit, PatchEvidence, PatchLink
from data.tables.platforms import DeploymentState, PlatformCopy
from data.tables.repositories import (
    CommitFile,
    PullRequest,
    PullRequestCommit,
    PullRequestFile,
    PullRequestReview,
    RepositoryHead,
    VcsCommit,
)
from data.tables.reviews import FrozenReview, ReviewNote
from data.tables.rollups import (
    ApprovalDaily,
    CallDaily,
    CommandDaily,
    FailureDaily,
    FallbackDaily,
    IntegrationDaily,
    LinkDaily,
    PatchDaily,
    ProjectDaily,
    RouteDaily,
    SourceDaily,
    TaskDaily,
)
from data.tables.tasks import Patch, PatchFile, Task

__all__ = [
    "AccessGrant",
    "Approval",
    "ApprovalDaily",
    "CallDaily",
    "Chat",
    "ChatExport",
    "CommandDaily",
    "CommandRun",
    "CommitFile",
    "Deployment",
    "DeploymentState",
    "Event",
    "FailureDaily",
    "FallbackDaily",
    "FoundFallback",
    "FrozenReview",
    "GatewayPersonHour",
    "Incident",
    "IntegrationDaily",
    "LinkDaily",
    "LlmCall",
    "Load",
    "LoadKnown",
    "MatchedOwner",
    "Message",
    "MessagePresence",
    "Owner",
    "Patch",
    "PatchDaily",
    "PatchDecisionDaily",
    "PatchEdit",
    "PatchEvidence",
    "PatchFile",
    "PatchLink",
    "PlatformCopy",
    "PolicyChange",
    "ProjectDaily",
    "PullRequest",
    "PullRequestCommit",
    "PullRequestFile",
    "PullRequestReview",
    "Quarantine",
    "RepositoryHead",
    "ReviewNote",
    "RouteDaily",
    "SameCall",
    "SecretRotation",
    "Setting",
    "SourceDaily",
    "Task",
    "TaskDaily",
    "ToolCall",
    "UnusableMessage",
    "VcsCommit",
    "ZoneDecisionDaily",
]
