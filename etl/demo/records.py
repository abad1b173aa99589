"""The team's own records: commands that its runner ran, its calls of tools, and who or which rule let them through."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from data.words import Actor, CommandStatus, Decision, Subject, ToolStatus
from etl.demo.calendar import HOUR, MINUTE, day_at, iso
from etl.demo.facts import TaskFact
from etl.demo.plants import SLOW_FACTOR, SLOW_PROJECT, Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.repository import MAINTAINERS

Write = Callable[[str, str], None]
Row = dict[str, Any]

TIME_LIMIT_MS = 60_000
"""The runner stops a command after this time."""
_COMMANDS = {
    "npm run build": ("build", 6_000, 24_000),
    "npm test": ("shell", 3_000, 26_000),
    "npx eslint src": ("shell", 1_800, 7_000),
    "npm install": ("shell", 7_000, 30_000),
}
_MIGRATION = "npx supabase db push"
_LINES = {"storefront": "csv", "backoffice": "ndjson", "field-app": "csv"}


@dataclass
class RecordTally:
    """What the team's own records say, counted while they are made."""

    runs: list[Row] = field(default_factory=list[Row])
    approvals: list[Row] = field(default_factory=list[Row])
    tool_calls: list[Row] = field(default_factory=list[Row])
    patches: list[Row] = field(default_factory=list[Row])
    governance: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])

    @property
    def record_count(self) -> int:
        """Records in all files."""
        own = len(self.runs) + len(self.approvals) + len(self.tool_calls) + len(self.patches)
        return own + sum(len(rows) for rows in self.governance.values())

    def count(self, rows: list[Row], column: str) -> Counter[str]:
        """Return how many rows hold each word."""
        return Counter(row[column] for row in rows)


def write_work_records(
    facts: list[TaskFact], plants: Plants, project: str, chance: Chance, write: Write, tally: RecordTally
) -> None:
    """Write what the runner of a project knows: each patch is built, some are tested, and what asks is answered."""
    runs, approvals, calls = _Runner(project, plants, chance).run(facts)
    ending = _LINES[project]
    for name, rows in (("command-runs", runs), ("approvals", approvals), ("tool-calls", calls)):
        if rows:
            write(f"inbox/{project}/{name}.{ending}", as_csv(rows) if ending == "csv" else as_lines(rows))
    tally.runs += runs
    tally.approvals += approvals
    tally.tool_calls += calls


def write_gate_records(
    project: str, patches: list[Row], approvals: list[Row], write: Write, tally: RecordTally
) -> None:  # fmt: skip
    """Write what the gate of a project knows: changes that asked before they were applied, and the decisions."""
    write(f"inbox/{project}/gate-patches.csv", as_csv(patches))
    write(f"inbox/{project}/gate-approvals.csv", as_csv(approvals))
    tally.patches += patches
    tally.approvals += approvals


def write_database_checks(rows: list[Row], write: Write, tally: RecordTally) -> None:
    """Write the calls that the runner made of the database's MCP server."""
    if rows:
        write(f"inbox/{rows[0]['project']}/database-checks.ndjson", as_lines(rows))
    tally.tool_calls += rows


def as_csv(rows: list[Row]) -> str:
    """Return rows under a header; every row has the same columns, null is an empty cell."""
    lines = [",".join(rows[0])]
    lines += [",".join(_cell(value) for value in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def as_lines(rows: list[Row]) -> str:
    """Return rows as one JSON object a line."""
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


class _Runner:
    """Runs the commands of one project, one patch after the other."""

    def __init__(self, project: str, plants: Plants, chance: Chance) -> None:
        self._project, self._plants, self._chance = project, plants, chance
        self._quotas = Quotas()
        self._proposed = 0
        self._runs: list[Row] = []
        self._approvals: list[Row] = []
        self._calls: list[Row] = []

    def run(self, facts: list[TaskFact]) -> tuple[list[Row], list[Row], list[Row]]:
        """Return command runs, approvals and calls of tools, in the order of time of the tasks."""
        for fact in sorted(facts, key=lambda fact: (fact.asked, fact.person.name)):
            for patch in fact.patches:
                at = patch.proposed + self._chance.between(40_000, 3 * MINUTE)
                for command in self._commands(patch.paths):
                    at = self._command(command, fact.person.name, at) + 800
                if self._quotas.take("issue", 0.04):
                    self._tool(fact.person.name, at)
        return self._runs, self._approvals, self._calls

    def _commands(self, paths: tuple[str, ...]) -> list[str]:
        found = ["npm install"] if "package.json" in paths else []
        found.append("npm run build")
        if self._quotas.take("test", 0.35):
            found.append("npm test")
        if self._quotas.take("lint", 0.15):
            found.append("npx eslint src")
        if any(path.endswith(".sql") for path in paths):
            found.append(_MIGRATION)
        return found

    def _command(self, command: str, person: str, at: int) -> int:
        """Run a command, once it is let through; return when it ended."""
        chance, quotas = self._chance, self._quotas
        kind, least, most = _COMMANDS.get(command, ("supabase", 2_000, 12_000))
        self._proposed += 1
        ident = f"{self._project}-run-{self._proposed}"
        is_risky = command == _MIGRATION
        if is_risky or quotas.take("asked", 0.25):
            decision, at = self._ask(Subject.COMMAND, ident, person, at, is_risky=is_risky, tool=command.split()[0])
            if decision is Decision.REJECTED:
                return at
        is_slow = self._project == SLOW_PROJECT and day_at(at) in self._plants.slow_commands
        duration = chance.between(least, most) * (SLOW_FACTOR if is_slow else 1)
        exit_code: int | None = 0
        status = CommandStatus.OK
        if duration >= TIME_LIMIT_MS or quotas.take("hangs", 0.004):
            status, duration, exit_code = CommandStatus.TIMEOUT, TIME_LIMIT_MS, None
        elif quotas.take("fails", 0.05):
            status, exit_code = CommandStatus.FAILED, 1
        elif quotas.take("stopped", 0.006):
            status, exit_code = CommandStatus.CANCELLED, None
        self._runs.append(
            {
                "id": ident,
                "started_at": iso(at),
                "command": command,
                "kind": kind,
                "status": status.value,
                "duration_ms": duration,
                "exit_code": exit_code,
                "person": person,
                "project": self._project,
            }
        )
        return at + duration

    def _ask(
        self, subject: Subject, ident: str, person: str, at: int, *, is_risky: bool, tool: str
    ) -> tuple[Decision, int]:
        """Ask a person about what is risky, and the rule about the rest; return the decision and when it was made."""
        chance = self._chance
        rule = "migrations and writing tools" if is_risky else "known commands"
        if is_risky:
            decided = at + chance.between(30_000, 4 * HOUR)
            is_refused = self._quotas.take(f"refused {subject.value}", 0.12)
            decision, actor = Decision.REJECTED if is_refused else Decision.APPROVED, Actor.HUMAN
        else:
            decided, decision, actor = at + chance.randrange(20, 90), Decision.AUTO_APPROVED, Actor.POLICY
        self._approvals.append(
            {
                "id": f"{self._project}-ask-{len(self._approvals) + 1}",
                "subject": subject.value,
                "subject_id": ident,
                "asked_at": iso(at),
                "decided_at": iso(decided),
                "decision": decision.value,
                "actor": actor.value,
                "decided_by": MAINTAINERS[self._project] if actor is Actor.HUMAN else None,
                "policy": rule,
                "person": person,
                "project": self._project,
                "tool": tool,
            }
        )
        return decision, decided

    def _tool(self, person: str, at: int) -> None:
        """Let the runner open an issue about what it saw, when a person agrees."""
        ident = f"{self._project}-call-{len(self._calls) + 1}"
        decision, at = self._ask(Subject.TOOL_CALL, ident, person, at, is_risky=True, tool="create_issue")
        status = ToolStatus.DENIED if decision is Decision.REJECTED else ToolStatus.OK
        if status is ToolStatus.OK and self._quotas.take("tool fails", 0.06):
            status = ToolStatus.FAILED
        self._calls.append(
            {
                "id": ident,
                "called_at": iso(at),
                "server": "github",
                "tool": "create_issue",
                "status": status.value,
                "is_mutating": True,
                "duration_ms": None if status is ToolStatus.DENIED else self._chance.between(180, 2400),
                "person": person,
                "project": self._project,
            }
        )
