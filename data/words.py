"""Closed word lists: every value that a column of the store may hold where it holds a word, with its meaning.

Each member carries its definition (``Outcome.FAILED.meaning``); pages, exports and documentation take it from here.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of a closed list together with what it means."""

    _value_: str
    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Build a member from its stored value and its definition."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class SourceKind(Word):
    """What a file was recognised as, by its content."""

    BOLT_CHATS = "bolt_chats", "bolt.diy export of all or of selected chats"
    BOLT_CHAT = "bolt_chat", "bolt.diy export of a single chat"
    BOLT_EVENTS_JSON = "bolt_events_json", "bolt.diy event log, JSON"
    BOLT_EVENTS_CSV = "bolt_events_csv", "bolt.diy event log, CSV"
    LITELLM_SPEND = "litellm_spend", "LiteLLM spend rows (API JSON, v2 page, CSV or NDJSON)"
    LITELLM_PAYLOAD = "litellm_payload", "LiteLLM StandardLoggingPayload records (JSON or NDJSON)"


class CallSource(Word):
    """Which kind of record an llm_call was read from."""

    BOLT_CHAT = "bolt_chat", "a reply in a bolt.diy chat, one call per HTTP request to the app"
    BOLT_EVENTS = "bolt_events", "an entry of a bolt.diy event log that no chat and no gateway row explains"
    LITELLM = "litellm", "a row of the LiteLLM gateway, one per attempt that the gateway logged"


class Outcome(Word):
    """How a task ended."""

    COMPLETED = "completed", "the last turn ended with an answer and the work was not taken back"
    FAILED = "failed", "ended in an error or an unfinished artifact, or was taken back by a rewind"
    ABORTED = "aborted", "stopped by the person"
    UNKNOWN = "unknown", "cannot be told from the files at hand; shown beside the rate, never counted in it"


class OutcomeBasis(Word):
    """The footprint from which an outcome was read."""

    ANSWER = "answer", "the last reply has text or a closed artifact, with usage reported or recorded as missing"
    ERROR = "error", "no reply, an empty reply, or a request that the event log reports as failed"
    UNCLOSED = "unclosed", "the last reply ends inside an artifact"
    NO_REPLY = "no_reply", "the newest export ends with the request; no reply to judge"
    UNUSABLE = "unusable", "a message of it was quarantined, so nothing can be told from it"
    STOPPED = "stopped", "the last reply has text and no usage record, or the event log reports an abort"
    REWOUND = "rewound", "the messages are gone from a later export that kept what came before them"
    PENDING_TOOL = "pending_tool", "the last reply waits for a decision on a tool call"
    USAGE_LOST = "usage_lost", "the chat went through a data-tab import, which drops the marks that tell"


class TaskClass(Word):
    """What kind of work a task asked for; rules in definitions/task_classes.toml, first match wins."""

    SCAFFOLD = "scaffold", "first build of a chat"
    FEATURE = "feature", "adds files"
    EDIT = "edit", "changes a few existing files"
    REFACTOR = "refactor", "changes many existing files"
    FIX = "fix", "asked to repair something"
    BATCH = "batch", "repetitive bulk work"
    DISCUSS = "discuss", "no patch"


class TimeBasis(Word):
    """How an instant is known."""

    GIVEN = "given", "recorded by the source"
    ID = "id", "read from the epoch milliseconds in the message id"
    NEIGHBOUR = "neighbour", "taken from the next or previous message of the chat that has a time"
    NONE = "none", "not known"


class UsageStatus(Word):
    """How the tokens of a call are known."""

    REPORTED = "reported", "counted by the provider or the gateway"
    MISSING = "missing", "recorded as 0/0/0, which bolt.diy writes when the provider sent no usage"
    ABSENT = "absent", "no usage record at all (stopped, failed, or lost by an import)"


class CostBasis(Word):
    """How the cost of a call is known."""

    REPORTED = "reported", "as the gateway billed it"
    COMPUTED = "computed", "tokens times the price on the day of the call"
    SELF_HOSTED = "self_hosted", "served by own machines; no price per token"
    UNKNOWN = "unknown", "no price or no tokens; the cost is unknown, not zero"


class LatencyBasis(Word):
    """How the duration of a call is known."""

    GATEWAY = "gateway", "end minus start, as the gateway recorded them"
    EVENT_LOG = "event_log", "event log entry minus the start of the reply, on one browser's clock"
    CHAT_SAVED = "chat_saved", "last save of the chat minus the start of its last reply"
    NONE = "none", "not known"


class CallStatus(Word):
    """How an llm_call ended."""

    SUCCESS = "success", "the provider answered"
    ERROR = "error", "the provider or the gateway answered with an error"
    CANCELLED = "cancelled", "the person stopped it; not an error"
    UNKNOWN = "unknown", "cannot be told"


class ErrorKind(Word):
    """What kind of error a call ended in."""

    AUTH = "auth", "key missing, wrong or without permission"
    QUOTA = "quota", "budget or credit used up"
    RATE_LIMIT = "rate_limit", "too many requests or tokens in a time"
    TIMEOUT = "timeout", "no answer in time"
    TRANSIENT = "transient", "server error, overload or network failure"
    CONTEXT_WINDOW = "context_window", "more tokens than the model takes"
    CONTENT_FILTER = "content_filter", "refused by a content policy"
    INVALID_REQUEST = "invalid_request", "the request itself was wrong"
    CONFIG = "config", "unknown model or a wrong setting"
    UNKNOWN = "unknown", "failed, and the record does not say how"


class MatchQuality(Word):
    """How well a call in a chat was matched to gateway rows."""

    EXACT = "exact", "same model and time window, and the tokens add up exactly"
    EXACT_MAIN = "exact_main", "the main row equals the usage in the event log"
    TIME = "time", "no usage in the chat, and the time window fits this turn alone"
    AMBIGUOUS = "ambiguous", "several turns or sums fit; not allocated to a task"
    NONE = "none", "no counterpart found"


class Decision(Word):
    """What was decided about a patch, command, tool call or deployment."""

    APPROVED = "approved", "a person or rule said yes"
    REJECTED = "rejected", "a person or rule said no"
    EDITED = "edited", "accepted after changes"
    AUTO_APPROVED = "auto_approved", "let through without a question"
    PENDING = "pending", "not decided in the newest file"


class Subject(Word):
    """What an approval is about."""

    PATCH = "patch", "a set of file changes"
    COMMAND = "command", "a command to run"
    TOOL_CALL = "tool_call", "a call of an MCP tool"
    DEPLOYMENT = "deployment", "an attempt to publish"


class Actor(Word):
    """Who decided."""

    HUMAN = "human", "a person"
    POLICY = "policy", "a rule"
    UNKNOWN = "unknown", "the source does not say"


class ToolStatus(Word):
    """How a tool call ended."""

    OK = "ok", "ran and returned a result"
    FAILED = "failed", "approved, and the tool failed"
    NOT_RUN = "not_run", "approved, and never executed"
    DENIED = "denied", "rejected by the person"
    PENDING = "pending", "waits for a decision, or was abandoned"


class CommandStatus(Word):
    """How a command ended; null where only the proposal is known."""

    OK = "ok", "exit code 0"
    FAILED = "failed", "exit code other than 0"
    TIMEOUT = "timeout", "stopped after its time limit"
    CANCELLED = "cancelled", "stopped by a person"


class CommandKind(Word):
    """What kind of action proposed a command."""

    SHELL = "shell", "command in the shell"
    START = "start", "command that starts the app"
    BUILD = "build", "build before a deployment"
    SUPABASE = "supabase", "database migration or query"


class DeploymentStatus(Word):
    """How a deployment ended."""

    SUCCESS = "success", "published"
    FAILURE = "failure", "not published"
    RUNNING = "running", "not finished in the newest file"


class Environment(Word):
    """Where a deployment went."""

    ACTIVE = "active", "what users see"
    PREVIEW = "preview", "a preview or a repository push that users do not see"


class PatchOutcome(Word):
    """What became of a patch, as far as the evidence reaches."""

    KEPT = "kept", "applied, older than the rollback window, and not rolled back in it"
    ROLLED_BACK = "rolled_back", "undone, with evidence"
    IMMATURE = "immature", "applied, and younger than the rollback window: cannot tell yet"
    UNFINISHED = "unfinished", "the reply ended inside the artifact; not a decided patch"
    REJECTED = "rejected", "decided against"


class RollbackEvidence(Word):
    """What shows that a patch was undone."""

    REWIND = "rewind", "its messages are gone from a later export of the chat that kept what came before"
    GIT_REVERT = "git_revert", "a commit that carries it was reverted"
    DEPLOY_ROLLBACK = "deploy_rollback", "an older build was published again"
    HUMAN_OVERWRITE = "human_overwrite", "a person restored its files to the content before it"


class ReworkKind(Word):
    """Repair that followed a patch; weaker than a rollback."""

    FIX_REQUEST = "fix_request", "an automatic request to fix an error followed in the same task"
    HUMAN_EDIT = "human_edit", "a person edited one of its files before the next turn"


class LinesBasis(Word):
    """How changed lines were counted."""

    CHAT = "chat", "against the previous content of the same path in the chat"
    NEW_FILE = "new_file", "no previous content in the chat: every line counts as added"


class FileOperation(Word):
    """What a patch does to a file."""

    CREATE = "create", "the path had no content in the chat before"
    EDIT = "edit", "the path had content in the chat before"


class ForkKind(Word):
    """How a chat came from another one."""

    FORK = "fork", "copy of the beginning of another chat"
    COPY = "copy", "duplicate of another chat"
    IMPORT = "import", "imported chat"


class EventKind(Word):
    """What an entry of a bolt.diy event log says."""

    RESPONSE_COMPLETED = "response_completed", "a reply was finished"
    RESPONSE_ABORTED = "response_aborted", "a person stopped a reply"
    REQUEST_FAILED = "request_failed", "a request to a provider failed"
    PROVIDER_ENABLED = "provider_enabled", "a provider was switched on"
    PROVIDER_DISABLED = "provider_disabled", "a provider was switched off"
    PROVIDER_CHANGED = "provider_changed", "the address of a provider was changed"
    SETTING_CHANGED = "setting_changed", "prompt template, context optimisation or template selection changed"
    DEPLOYMENT = "deployment", "a deployment to GitLab ended"
    OTHER = "other", "housekeeping of the app; kept for completeness, not measured"


class QuarantineReason(Word):
    """Why a record could not be used."""

    NOT_JSON = "not_json", "the text of the record cannot be parsed"
    WRONG_TYPE = "wrong_type", "a field holds another type than the format allows"
    MISSING_FIELD = "missing_field", "a field that the record cannot do without is missing"
    BAD_TIME = "bad_time", "a time that cannot be: not a time, before 2020 or in the future"
    BAD_NUMBER = "bad_number", "a number that cannot be: negative, not finite or too large"
    TOO_DEEP = "too_deep", "nested deeper than any real record"
    TOO_LARGE = "too_large", "larger than any real record"
    UNKNOWN_ROLE = "unknown_role", "a message by neither user nor assistant"


class KnownReason(Word):
    """Why a record brought nothing new."""

    SAME_FILE = "same_file", "the same file was loaded before"
    LOADED_BEFORE = "loaded_before", "an earlier file holds the same record"
    REPEATED_IN_FILE = "repeated_in_file", "the record occurs more than once in this file (fork, copy or repeated row)"
    NOT_A_CALL = "not_a_call", "a request that is no model call, such as a model list or a file upload"
