"""Words about decisions, tools, commands, deployments and governance."""

from data.words.word import Word


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
    RUNNING = "running", "not finished in the newest file"


class CommandKind(Word):
    """What kind of action proposed a command."""

    SHELL = "shell", "command in the shell"
    START = "start", "command that starts the app"
    BUILD = "build", "build before a deployment"
    SUPABASE = "supabase", "database migration or query"
    OTHER = "other", "any other command"


class DeploymentStatus(Word):
    """How a deployment ended."""

    SUCCESS = "success", "published"
    FAILURE = "failure", "not published"
    RUNNING = "running", "not finished in the newest file"
    CANCELLED = "cancelled", "stopped before it was published"


class Environment(Word):
    """Where a deployment went."""

    ACTIVE = "active", "what users see"
    PREVIEW = "preview", "a preview or a repository push that users do not see"


class PolicyArea(Word):
    """What a policy change is about."""

    ROUTING = "routing", "which provider and model serve what"
    APPROVAL = "approval", "what must be asked before it is done"
    PROMPT = "prompt", "prompt templates and context"
    BUDGET = "budget", "limits of spend and of rates"
    TOOLS = "tools", "which tools and commands may run"
    ACCESS = "access", "who may do what"
    OTHER = "other", "anything else"


class PolicyStage(Word):
    """How far a policy change is."""

    PROPOSED = "proposed", "written down, not in force"
    STAGED = "staged", "in force for a part"
    RELEASED = "released", "in force"
    ROLLED_BACK = "rolled_back", "taken back"


class Severity(Word):
    """How bad an incident is."""

    CRITICAL = "critical", "most people cannot work"
    MAJOR = "major", "a part cannot work, or all work badly"
    MINOR = "minor", "a nuisance with a way around it"


class IntegrationKind(Word):
    """What kind of integration something is tried with."""

    MCP_SERVER = "mcp_server", "an MCP server, whose tools are called"
    PROVIDER = "provider", "a provider of models, which is called"
    PLATFORM = "platform", "a platform that is published to"
    COMMANDS = "commands", "commands of one kind, which are run"


class OwnedKind(Word):
    """What kind of thing somebody answers for."""

    SLO = "slo", "a service level objective"
    ALERT_RULE = "alert_rule", "an alert rule"
    POLICY = "policy", "a policy"
    SECRET = "secret", "a secret"
    INTEGRATION = "integration", "an integration, such as an MCP server"
    PROJECT = "project", "a project"
    PLAYBOOK = "playbook", "a playbook"


class NoteKind(Word):
    """What somebody entered in a quarterly review."""

    DECISION = "decision", "something to be done, with an owner and a due date"
    NOTE = "note", "something to remember"


class NoteStatus(Word):
    """How a decision of a quarterly review stands."""

    OPEN = "open", "to be done"
    DONE = "done", "done"
    DROPPED = "dropped", "not to be done any more"
