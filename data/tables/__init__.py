"""The tables of the store, one class per table; each class says its grain, each column its meaning and unit."""

from data.tables.calls import FoundFallback, GatewayPersonHour, LlmCall, MatchedOwner
from data.tables.chats import Chat, ChatExport, Event, Message, MessagePresence, UnusableMessage
from data.tables.decisions import Approval, CommandRun, Deployment, ToolCall
from data.tables.loads import Load, LoadKnown, Quarantine, Setting
from data.tables.rollups import ApprovalDaily, CallDaily, CommandDaily, PatchDaily, ProjectDaily, RouteDaily, TaskDaily
from data.tables.tasks import Patch, PatchFile, Task

__all__ = [
    "Approval",
    "ApprovalDaily",
    "CallDaily",
    "Chat",
    "ChatExport",
    "CommandDaily",
    "CommandRun",
    "Deployment",
    "Event",
    "FoundFallback",
    "GatewayPersonHour",
    "LlmCall",
    "Load",
    "LoadKnown",
    "MatchedOwner",
    "Message",
    "MessagePresence",
    "Patch",
    "PatchDaily",
    "PatchFile",
    "ProjectDaily",
    "Quarantine",
    "RouteDaily",
    "Setting",
    "Task",
    "TaskDaily",
    "ToolCall",
    "UnusableMessage",
]
