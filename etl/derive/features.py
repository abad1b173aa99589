"""What is kept of a message's text: counts, flags, hashes and paths, as read once while the file is loaded.

Stored as JSON in message.features. Tasks, calls, patches and decisions are derived from this alone, so that a chat can
be derived anew without its text.
"""

import msgspec


class ToolUse(msgspec.Struct, array_like=True, frozen=True):
    """One call of an MCP tool in a reply."""

    tool_call_id: str
    server: str | None
    tool: str
    decision: str
    status: str


class Command(msgspec.Struct, array_like=True, frozen=True):
    """One command that a reply proposes."""

    kind: str
    head: str | None
    command_hash: int


class FileEdit(msgspec.Struct, array_like=True, frozen=True):
    """One file that a person saved before sending the message; restores is true when it equals the content before
    the newest patch of that path, which takes the patch back."""

    path: str
    content_hash: int
    restores: bool = False
    blob_hash: int = 0
    """Hash of the blob that git makes of it; 0 where the contents are not in the message."""


class Features(msgspec.Struct, omit_defaults=True, frozen=True):
    """Features of one message; those of the other role stay at their defaults."""

    is_hidden: bool = False
    """User: carries the mark 'hidden'."""
    is_synthetic: bool = False
    """Template, import, clone or restore; no model and no person wrote it."""
    fix_request: str | None = None
    """User: preview, terminal, deployment or supabase, when the app asked to fix an error of that kind."""
    is_continue: bool = False
    """User: asks only to go on."""
    matched_words: tuple[str, ...] = ()
    """User: which words of the task class rules occur in the request."""
    human_edits: tuple[FileEdit, ...] = ()
    """User: files saved by the person since the last reply."""
    usage: tuple[tuple[int, int, int], ...] = ()
    """Assistant: prompt, completion and total tokens, one triple per HTTP request; 0/0/0 means missing."""
    usage_lost: bool = False
    """Came through a data-tab import, which drops usage, times and marks."""
    expects_usage: bool = False
    """Assistant: written by a version that records usage with every finished reply."""
    step_count: int = 0
    """Assistant: steps, which are segments of the answer plus tool steps."""
    summary_count: int = 0
    """Assistant: chat summaries; each stands for two extra calls (summary and context selection)."""
    has_text: bool = False
    """Assistant: the reply is not empty."""
    has_artifact: bool = False
    """Assistant: holds at least one file action of the model's own."""
    is_closed: bool = True
    """Assistant: every action and artifact in it is closed."""
    tools: tuple[ToolUse, ...] = ()
    """Assistant: MCP tool calls, by id, once each."""
    commands: tuple[Command, ...] = ()
    """Assistant: proposed commands, in order."""


_DECODER = msgspec.json.Decoder(Features)
_ENCODER = msgspec.json.Encoder()


def encode(features: Features) -> str:
    """Return features as the JSON that is stored."""
    return _ENCODER.encode(features).decode()


def decode(text: str) -> Features:
    """Return features from the JSON that is stored."""
    return _DECODER.decode(text)
