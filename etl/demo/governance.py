"""The team's own records about how it governs the platform: policies, incidents, secrets, access, owners."""

from datetime import date

from etl.demo.calendar import DAY, HOUR, MINUTE, NEVER, iso, start_of
from etl.demo.people import PEOPLE
from etl.demo.plants import SLOW_PROJECT, Plants
from etl.demo.records import RecordTally, Row, Write, as_csv
from etl.demo.repository import MAINTAINERS
from etl.demo.routes import GPT

_PLATFORM_LEAD = "nora"
_SECRETS = (
    ("ANTHROPIC_API_KEY", "anthropic", 90),
    ("OPENAI_API_KEY", "openai", 90),
    ("GOOGLE_API_KEY", "google", 180),
    ("LITELLM_MASTER_KEY", None, 180),
)
_GATE_RULES = (
    ("Changes of sign-in are let through without a question", "storefront", "nora"),
    ("Every change of configuration is asked about twice", "field-app", "ines"),
)
"""What the gate does in the quarter that the review is about."""
_OWNED = (
    ("slo", "task_success", "nora"),
    ("slo", "diff_acceptance", "nora"),
    ("slo", "runtime_health", "viktor"),
    ("slo", "provider_stability", "nora"),
    ("slo", "cost_efficiency", "ines"),
    ("integration", "github", "viktor"),
    ("integration", "postgres", "viktor"),
    ("project", "storefront", "nora"),
    ("project", "backoffice", "viktor"),
    ("project", "field-app", "ines"),
)


def write_governance(plants: Plants, write: Write, tally: RecordTally) -> None:
    """Write a file for each table that has rows; the dates are those of what was planted."""
    tables = {
        "policy-changes": _policies(plants),
        "incidents": _incidents(plants),
        "secret-rotations": _rotations(plants),
        "access-grants": _grants(plants),
        "owners": _owners(plants),
    }
    for name, rows in tables.items():
        tally.governance[name] = rows
        if rows:
            write(f"records/{name}.csv", as_csv(rows))


def _time(day: date, minutes: int = 0) -> str:
    return iso(start_of(day) + minutes * MINUTE)


def _policies(plants: Plants) -> list[Row]:
    first = start_of(plants.span.first)
    rows: list[Row] = [
        {
            "id": "policy-1",
            "title": "Migrations and tools that write are asked about",
            "area": "approval",
            "stage": "released",
            "project": None,
            "person": "viktor",
            "proposed_at": iso(first - 12 * DAY),
            "staged_at": iso(first - 5 * DAY),
            "released_at": iso(first),
        }
    ]
    if plants.policy_on != NEVER:
        released = start_of(plants.policy_on)
        rows.append(
            {
                "id": "policy-2",
                "title": "Prompt template optimized, and context optimisation on",
                "area": "prompt",
                "stage": "released",
                "project": "field-app",
                "person": "ines",
                "proposed_at": iso(released - 15 * DAY),
                "staged_at": iso(released - 6 * DAY),
                "released_at": iso(released),
            }
        )
    if plants.review_quarter.days:
        begins = start_of(plants.review_quarter.first)
        for title, project, person in _GATE_RULES:
            rows.append(
                {
                    "id": f"policy-{len(rows) + 1}",
                    "title": title,
                    "area": "approval",
                    "stage": "released",
                    "project": project,
                    "person": person,
                    "proposed_at": iso(begins - 9 * DAY),
                    "staged_at": iso(begins - 4 * DAY),
                    "released_at": iso(begins),
                }
            )
    return rows


def _incidents(plants: Plants) -> list[Row]:
    rows: list[Row] = []
    if plants.outage.days:
        began, over = start_of(plants.outage.first), start_of(plants.outage.last) + DAY
        rows.append(
            _incident(
                len(rows) + 1, f"{GPT.model} answers with server errors", "major", "provider failure", None, began, over
            )
        )
    if plants.slow_commands.days:
        began, over = start_of(plants.slow_commands.first), start_of(plants.slow_commands.last) + DAY
        rows.append(
            _incident(
                len(rows) + 1, "Builds run into their time limit", "minor", "slow runner", SLOW_PROJECT, began, over
            )
        )
    return rows


def _incident(
    number: int, title: str, severity: str, playbook: str, project: str | None, began: int, over: int
) -> Row:  # fmt: skip
    return {
        "id": f"incident-{number}",
        "title": title,
        "severity": severity,
        "project": project,
        "person": MAINTAINERS.get(project or "", _PLATFORM_LEAD),
        "playbook": playbook,
        "started_at": iso(began + 7 * HOUR),
        "detected_at": iso(began + 7 * HOUR + 35 * MINUTE),
        "mitigated_at": iso(over - 6 * HOUR),
        "resolved_at": iso(over - 2 * HOUR),
    }


def _rotations(plants: Plants) -> list[Row]:
    rows: list[Row] = []
    for secret, provider, days in _SECRETS:
        for day in plants.span.days[2::days]:
            rows.append(
                {
                    "id": f"rotation-{len(rows) + 1}",
                    "secret": secret,
                    "provider": provider,
                    "person": "viktor",
                    "rotated_at": _time(day, 9 * 60),
                    "due_at": iso(start_of(day) + (days + 7) * DAY),
                }
            )
    return rows


def _grants(plants: Plants) -> list[Row]:
    first = start_of(plants.span.first)
    middle = first + len(plants.span.days) // 2 * DAY
    grants = [(person.name, person.project, "use bolt.diy") for person in PEOPLE]
    grants += [(name, project, "approve and merge") for project, name in MAINTAINERS.items()]
    return [
        {
            "id": f"grant-{number}",
            "person": name,
            "project": project,
            "role": role,
            "granted_by": _PLATFORM_LEAD,
            "granted_at": iso(first - 20 * DAY),
            "reviewed_at": iso(middle) if number % 4 else None,
        }
        for number, (name, project, role) in enumerate(grants, 1)
    ]


def _owners(plants: Plants) -> list[Row]:
    since = iso(start_of(plants.span.first) - 20 * DAY)
    return [
        {"id": f"owner-{number}", "owned_kind": kind, "owned": owned, "person": person, "since_at": since}
        for number, (kind, owned, person) in enumerate(_OWNED, 1)
    ]
