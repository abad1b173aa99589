"""Which attributes of OpenTelemetry spans are read, and what becomes of them: reading and documentation use these.

No other attribute of a span is ever looked at. Where a fact has several names, the first one in its list that a span
has counts: the newest names come first, then those of older conventions and of instrumentations.
"""

from dataclasses import dataclass

SIGNALS = ("resourceSpans", "resourceLogs", "resourceMetrics")
"""Keys of what a collector writes; only the first one holds spans."""


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One fact of a span: the column it goes to, what it means, and the attributes that may hold it."""

    column: str
    meaning: str
    names: tuple[str, ...]


# Calls to models.
OPERATION = Attribute(
    "llm_call.call_type",
    "chat, text_completion, generate_content and embeddings are calls; execute_tool is a tool call; others are counted "
    "and not measured",
    ("gen_ai.operation.name", "llm.request.type"),
)
PROVIDER = Attribute("llm_call.provider", "provider that served", ("gen_ai.provider.name", "gen_ai.system"))
HOST = Attribute(
    "llm_call.provider",
    "host of the API; tells the provider behind an OpenAI-compatible interface",
    ("server.address",),
)
REQUESTED_MODEL = Attribute("llm_call.requested_model", "model asked for", ("gen_ai.request.model",))
MODEL = Attribute("llm_call.model", "model that served; else the one asked for", ("gen_ai.response.model",))
RESPONSE_ID = Attribute(
    "llm_call.native_id",
    "the provider's id of the answer; the same id at a gateway is the same call. Without it the span's id",
    ("gen_ai.response.id",),
)
INPUT_TOKENS = Attribute(
    "llm_call.input_tokens",
    "tokens sent, cached ones included",
    ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"),
)
OUTPUT_TOKENS = Attribute(
    "llm_call.output_tokens",
    "tokens received",
    ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens"),
)
CACHE_READ_TOKENS = Attribute(
    "llm_call.cache_read_tokens",
    "of the tokens sent, read from the provider's cache",
    ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
)
CACHE_WRITE_TOKENS = Attribute(
    "llm_call.cache_write_tokens",
    "of the tokens sent, written to the provider's cache",
    (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
)
COST = Attribute(
    "llm_call.reported_cost_micro_usd",
    "cost in USD; no convention has it, so that the names of several instrumentations are read",
    (
        "gen_ai.usage.cost",
        "gen_ai.usage.total_cost",
        "gen_ai.usage.cost_usd",
        "gen_ai.cost.total_cost",
        "llm.usage.total_cost",
    ),
)
FIRST_CHUNK_SECONDS = Attribute(
    "llm_call.time_to_first_token_ms",
    "seconds until the first part of the answer",
    ("gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token"),
)
FIRST_CHUNK_MS = Attribute(
    "llm_call.time_to_first_token_ms",
    "milliseconds until the first part of the answer, as the AI SDK writes it",
    ("ai.response.msToFirstChunk",),
)
FINISH_REASONS = Attribute(
    "llm_call.status", "error among the reasons makes the call a failed one", ("gen_ai.response.finish_reasons",)
)
RETRIES = Attribute("llm_call.retry_count", "how often the request was sent again", ("http.request.resend_count",))

# Calls and actions alike.
ERROR_TYPE = Attribute("llm_call.error_kind", "kind of failure; also of tool calls and commands", ("error.type",))
EXCEPTION = Attribute(
    "llm_call.error_kind", "on an event named exception, where the span has no error.type", ("exception.type",)
)
HTTP_STATUS = Attribute(
    "llm_call.error_kind", "HTTP status of a failed call", ("http.response.status_code", "http.status_code")
)
PERSON = Attribute("person", "who caused it; mapped by sources.toml", ("enduser.id", "user.id"))
PROJECT = Attribute("project", "which project, on the span or its resource", ("boltscope.project",))
NAMESPACE = Attribute("project", "which project, where nothing else says it", ("service.namespace",))

# Tool calls.
TOOL = Attribute("tool_call.tool", "name of the tool", ("gen_ai.tool.name", "ai.toolCall.name"))
TOOL_CALL_ID = Attribute("tool_call.native_id", "id of the call", ("gen_ai.tool.call.id", "ai.toolCall.id"))
TOOL_SERVER = Attribute("tool_call.server", "MCP server", ("boltscope.tool.server", "mcp.server.name"))
TOOL_MUTATES = Attribute("tool_call.is_mutating", "true when it changes something", ("boltscope.tool.is_mutating",))
TOOL_ARGUMENTS = Attribute(
    "command_run.command_head",
    "of a tool that runs commands in a shell, the first word of the command; nothing else of it is read or kept",
    ("gen_ai.tool.call.arguments", "ai.toolCall.args"),
)

# Commands.
COMMAND_LINE = Attribute(
    "command_run.command_head",
    "the command; its first word is kept, and a hash of all of it to count repeats",
    ("boltscope.command.line", "process.command_line", "process.command_args"),
)
EXECUTABLE = Attribute(
    "command_run.command_head",
    "the program, where there is no command line",
    ("process.command", "process.executable.name"),
)
EXIT_CODE = Attribute(
    "command_run.exit_code",
    "0 is ok, 124 a timeout, 130 and 143 are stopped, others are failed",
    ("process.exit.code", "boltscope.command.exit_code"),
)
COMMAND_STATUS = Attribute(
    "command_run.status",
    "ok, failed, timeout, cancelled; goes before exit code, error.type and the status of the span",
    ("boltscope.command.status",),
)
COMMAND_KIND = Attribute(
    "command_run.kind", "shell, start, build, supabase or other; shell when absent", ("boltscope.command.kind",)
)

ATTRIBUTES: tuple[Attribute, ...] = (
    OPERATION, PROVIDER, HOST, REQUESTED_MODEL, MODEL, RESPONSE_ID, INPUT_TOKENS, OUTPUT_TOKENS, CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS, COST, FIRST_CHUNK_SECONDS, FIRST_CHUNK_MS, FINISH_REASONS, RETRIES, ERROR_TYPE, EXCEPTION,
    HTTP_STATUS, PERSON, PROJECT, NAMESPACE, TOOL, TOOL_CALL_ID, TOOL_SERVER, TOOL_MUTATES, TOOL_ARGUMENTS,
    COMMAND_LINE,
    EXECUTABLE, EXIT_CODE, COMMAND_STATUS, COMMAND_KIND,
)  # fmt: skip
COMMAND_ATTRIBUTES: tuple[Attribute, ...] = (COMMAND_LINE, EXECUTABLE, EXIT_CODE, COMMAND_STATUS, COMMAND_KIND)
"""Any of these on a span (on its resource they describe the program that sends spans) makes it a command."""
RESOURCE_ATTRIBUTES: tuple[Attribute, ...] = (PROJECT, NAMESPACE, PERSON)
"""What is read from the resource of a span too."""

CALL_OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "embeddings"})
TOOL_OPERATION = "execute_tool"
SHELL_TOOLS = frozenset(
    {
        "bash", "shell", "sh", "terminal", "exec", "exec_command", "execute_bash", "execute_command", "run_command",
        "run_commands", "run_in_terminal", "run_shell_command", "run_terminal_cmd", "shell_command",
    }
)  # fmt: skip
"""Names of tools (lower case) whose calls are commands."""

DOCUMENTED: tuple[tuple[str, str, str], ...] = tuple(
    (name, attribute.column, attribute.meaning if place == 0 else f"older or other name of {attribute.names[0]}")
    for attribute in ATTRIBUTES
    for place, name in enumerate(attribute.names)
)
"""Attribute, column and meaning, for docs/records.md."""
