"""Words about where records come from and how what they say is known."""

from data.words.word import Word


class SourceKind(Word):
    """What a file was recognised as, by its content."""

    BOLT_CHATS = "bolt_chats", "bolt.diy export of all or of selected chats"
    BOLT_CHAT = "bolt_chat", "bolt.diy export of a single chat"
    BOLT_EVENTS_JSON = "bolt_events_json", "bolt.diy event log, JSON"
    BOLT_EVENTS_CSV = "bolt_events_csv", "bolt.diy event log, CSV"
    LITELLM_SPEND = "litellm_spend", "LiteLLM spend rows (API JSON, v2 page, CSV or NDJSON)"
    LITELLM_PAYLOAD = "litellm_payload", "LiteLLM StandardLoggingPayload records (JSON or NDJSON)"
    GIT_REPOSITORY = "git_repository", "git repository, work tree or bare"
    GIT_LOG = "git_log", "saved git log"
    GITHUB_PULLS = "github_pulls", "GitHub pull requests or reviews, JSON"
    GITLAB_MERGES = "gitlab_merges", "GitLab merge requests or approvals, JSON"
    GITHUB_DEPLOYMENTS = "github_deployments", "GitHub deployments with statuses, JSON"
    GITLAB_DEPLOYMENTS = "gitlab_deployments", "GitLab deployments, JSON"
    NETLIFY_DEPLOYS = "netlify_deploys", "Netlify deploys, JSON"
    VERCEL_DEPLOYMENTS = "vercel_deployments", "Vercel deployments, JSON"
    OTLP = "otlp", "OpenTelemetry spans (OTLP JSON lines)"
    OPENROUTER_ACTIVITY = "openrouter_activity", "OpenRouter activity export, CSV"
    RECORD_TASKS = "record_tasks", "your own records: tasks"
    RECORD_LLM_CALLS = "record_llm_calls", "your own records: calls to models"
    RECORD_PATCHES = "record_patches", "your own records: patches"
    RECORD_APPROVALS = "record_approvals", "your own records: approvals"
    RECORD_COMMAND_RUNS = "record_command_runs", "your own records: command runs"
    RECORD_TOOL_CALLS = "record_tool_calls", "your own records: tool calls"
    RECORD_DEPLOYMENTS = "record_deployments", "your own records: deployments"
    RECORD_POLICY_CHANGES = "record_policy_changes", "your own records: policy changes"
    RECORD_INCIDENTS = "record_incidents", "your own records: incidents"
    RECORD_SECRET_ROTATIONS = "record_secret_rotations", "your own records: secret rotations"
    RECORD_ACCESS_GRANTS = "record_access_grants", "your own records: access grants"
    RECORD_OWNERS = "record_owners", "your own records: owners"


class FactSource(Word):
    """Where a fact was read, whatever file it came in."""

    BOLT_CHAT = "bolt_chat", "a chat of bolt.diy"
    BOLT_EVENTS = "bolt_events", "an event log of bolt.diy"
    LITELLM = "litellm", "rows of the LiteLLM gateway"
    OPENROUTER = "openrouter", "activity export of OpenRouter"
    OTLP = "otlp", "OpenTelemetry spans"
    GIT = "git", "a git repository or a saved log"
    GITHUB = "github", "GitHub"
    GITLAB = "gitlab", "GitLab"
    NETLIFY = "netlify", "Netlify"
    VERCEL = "vercel", "Vercel"
    RECORD = "record", "a team's own record"


class Thing(Word):
    """What records tell about, for coverage by source."""

    EVENT = "event", "log entries"
    TASK = "task", "tasks"
    LLM_CALL = "llm_call", "calls to models"
    PATCH = "patch", "patches"
    APPROVAL = "approval", "decisions"
    COMMAND_RUN = "command_run", "commands"
    TOOL_CALL = "tool_call", "tool calls"
    COMMIT = "commit", "commits"
    PULL_REQUEST = "pull_request", "pull and merge requests"
    REVIEW = "review", "reviews"
    DEPLOYMENT = "deployment", "deployments"
    POLICY_CHANGE = "policy_change", "policy changes"
    INCIDENT = "incident", "incidents"
    SECRET_ROTATION = "secret_rotation", "secret rotations"
    ACCESS_GRANT = "access_grant", "access grants"
    OWNER = "owner", "owners"


class CallSource(Word):
    """Which kind of record an llm_call was read from."""

    BOLT_CHAT = "bolt_chat", "a reply in a bolt.diy chat, one call per HTTP request to the app"
    BOLT_EVENTS = "bolt_events", "an entry of a bolt.diy event log that no chat and no gateway row explains"
    LITELLM = "litellm", "a row of the LiteLLM gateway, one per attempt that the gateway logged"
    OPENROUTER = "openrouter", "a generation in OpenRouter's activity export; most failed calls are not in it"
    OTLP = "otlp", "an OpenTelemetry span about a call"
    RECORD = "record", "a team's own record of a call"


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
    SPAN = "span", "end minus start of an OpenTelemetry span"
    RECORDED = "recorded", "as a team's own record says"
    CHAT_SAVED = "chat_saved", "last save of the chat minus the start of its last reply"
    NONE = "none", "not known"


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
    UNKNOWN_WORD = "unknown_word", "a word that is not in the list of the column"
    NOT_TEXT = "not_text", "bytes that are no text where text is expected"


class KnownReason(Word):
    """Why a record brought nothing new."""

    SAME_FILE = "same_file", "the same file was loaded before"
    LOADED_BEFORE = "loaded_before", "an earlier file holds the same record"
    REPEATED_IN_FILE = "repeated_in_file", "the record occurs more than once in this file (fork, copy or repeated row)"
    NOT_A_CALL = "not_a_call", "a request that is no model call, such as a model list or a file upload"
    NOT_MEASURED = (
        "not_measured",
        "a record of a kind that nothing here is measured from, such as a span of a web server",
    )
