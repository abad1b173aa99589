"""Words about tasks, calls and what chats and event logs hold."""

from data.words.word import Word


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
    RECORDED = "recorded", "a team's own record says so"
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
