"""Changes that asked before they were applied: what the team's gate knows of those its command-line agent proposed.

One change touches one file that no other one does, so that it is certain which changes are the same one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.words import Actor, Decision, RollbackEvidence, Subject
from etl.demo.calendar import DAY, HOUR, MINUTE, Span, iso, start_of
from etl.demo.people import PEOPLE
from etl.demo.plants import LAX_ZONE, STRICT_ZONE, Plants
from etl.demo.randomness import Chance, Quotas
from etl.demo.repository import MAINTAINERS

Row = dict[str, Any]

_SECOND_REVIEWER = "nora"
_ROLLED_BACK_SHARE = 0.04
_REJECTED_SHARE = 0.06
_TWICE_SHARE = 0.15
_LAX_ROLLED_BACK_SHARE = 0.26
_STRICT_REJECTED_SHARE = 0.6
_STRICT_AGAIN_SHARE = 0.85
_STRICT_ROLLED_BACK_SHARE = 0.02
_PLANTED_SHARE, _OTHERS_SHARE, _USUAL_SHARE = 0.112, 0.045, 0.025
"""Changes to each zone for each task: of the planted zones and of the others in the quarter, and at other times."""
_LEAST_PLANTED, _LEAST_OTHERS = 24, 8
_SECOND_LATER = 50 * MINUTE
_UNDONE_WITHIN = 6 * DAY
_UNTOUCHED_DAYS = 6
"""Nothing is proposed in the last days of the demo, so that all is decided before it ends."""
_CLASSES = ("edit", "feature", "edit", "fix")


@dataclass(frozen=True)
class GateZone:
    """Where the agent changes things: the zone, its project, and the names of files in it."""

    name: str
    project: str
    paths: tuple[str, ...]


ZONES = (
    GateZone(
        "authentication", "storefront",
        ("src/auth/LoginForm{n}.tsx", "src/auth/session{n}.ts", "server/auth/policy{n}.ts", "src/auth/roles{n}.ts"),
    ),
    GateZone("environment", "field-app", ("src/config/flags{n}.ts", "src/config/regions{n}.ts", ".env.stage{n}")),
    GateZone("deployment", "backoffice", (".github/workflows/check{n}.yml", "supabase/migrations/9{n}_report.sql")),
    GateZone("billing", "backoffice", ("server/billing/taxes{n}.ts", "server/billing/dunning{n}.ts")),
    GateZone("integrations", "storefront", ("server/webhooks/orders{n}.ts", "supabase/functions/mail{n}/index.ts")),
)  # fmt: skip


@dataclass(eq=False)
class Change:
    """One patch that the agent proposed, and what became of it."""

    zone: GateZone
    ident: str
    proposed: int
    person: str
    paths: tuple[str, ...]
    task_class: str
    lines: tuple[int, int]
    decision: Decision = Decision.APPROVED
    actor: Actor = Actor.HUMAN
    decided: int = 0
    approvers: tuple[str, ...] = ()
    rolled_back: int | None = None
    evidence: RollbackEvidence | None = None
    again: "Change | None" = None
    """Of a rejected change: the same one, accepted later."""

    @property
    def waited(self) -> int:
        """Milliseconds until the last of those who were asked had decided."""
        return self.decided - self.proposed + max(0, len(self.approvers) - 1) * _SECOND_LATER

    @property
    def is_accepted(self) -> bool:
        """Whether it was applied."""
        return self.decision is not Decision.REJECTED


@dataclass
class Gate:
    """Lives through the changes of all zones, in the order of zones and time."""

    plants: Plants
    tasks: int
    chance: Chance
    changes: list[Change] = field(default_factory=list[Change])

    def __post_init__(self) -> None:
        """Begin with nothing proposed."""
        self._quotas = Quotas()
        self._end = start_of(self.plants.span.last) + DAY - 1

    def live(self) -> None:
        """Propose changes in every zone, more of them in the zones and the quarter that the review asks about."""
        for zone in ZONES:
            for day in self._days(zone):
                self._propose(zone, day)

    def rows(self, project: str) -> tuple[list[Row], list[Row]]:
        """Return the records of patches and of approvals of one project, in the order of time."""
        own = sorted((one for one in self.changes if one.zone.project == project), key=lambda one: one.proposed)
        return [_patch(one) for one in own], [row for one in own for row in _approvals(one)]

    def _days(self, zone: GateZone) -> Iterator[date]:
        quarter, span = self.plants.review_quarter, self.plants.span
        days = [day for day in span.workdays if (span.last - day).days >= _UNTOUCHED_DAYS]
        inside = [day for day in days if day in quarter]
        outside = [day for day in days if day not in quarter]
        is_planted = zone.name in (LAX_ZONE, STRICT_ZONE)
        # By the day, so that a quarter of which the demo holds only a part has a part of them.
        by_day = self.tasks / len(span.days)
        least, share = (_LEAST_PLANTED, _PLANTED_SHARE) if is_planted else (_LEAST_OTHERS, _OTHERS_SHARE)
        yield from _spread(inside, max(least, round(by_day * len(inside) * share)))
        yield from _spread(outside, round(by_day * len(outside) * _USUAL_SHARE))

    def _propose(self, zone: GateZone, day: date) -> None:
        chance = self.chance
        number = len(self.changes) + 1
        people = [person.name for person in PEOPLE if person.project == zone.project]
        change = Change(
            zone,
            f"{zone.project}-gate-{number}",
            start_of(day) + 8 * HOUR + chance.randrange(8 * HOUR),
            people[number % len(people)],
            (zone.paths[number % len(zone.paths)].format(n=number),),
            _CLASSES[number % len(_CLASSES)],
            (chance.between(2, 60), chance.between(0, 25)),
        )
        self.changes.append(change)
        is_planted = day in self.plants.review_quarter
        if is_planted and zone.name == LAX_ZONE:
            self._let_through(change)
        elif is_planted and zone.name == STRICT_ZONE:
            self._refuse(change)
        else:
            self._review(change)

    def _review(self, change: Change) -> None:
        """Let a colleague decide within some hours, as it should be."""
        change.decided = change.proposed + self.chance.between(8 * MINUTE, 4 * HOUR)
        if self._quotas.take("rejected", _REJECTED_SHARE):
            change.decision, change.approvers = Decision.REJECTED, (MAINTAINERS[change.zone.project],)
            return
        self._approve(change, is_twice=self._quotas.take("twice", _TWICE_SHARE))
        self._undo(change, "undone", _ROLLED_BACK_SHARE)

    def _let_through(self, change: Change) -> None:
        """Let a rule decide at once, without anybody looking, and let many be taken back."""
        change.decision, change.actor = Decision.AUTO_APPROVED, Actor.POLICY
        change.decided = change.proposed + self.chance.between(900, 4_000)
        self._undo(change, "lax", _LAX_ROLLED_BACK_SHARE)

    def _refuse(self, change: Change) -> None:
        """Let it wait most of a day, refuse most, and accept the same change when it comes back."""
        chance = self.chance
        change.decided = change.proposed + chance.between(6 * HOUR, 40 * HOUR)
        if not self._quotas.take("refused", _STRICT_REJECTED_SHARE):
            self._approve(change)
            self._undo(change, "strict", _STRICT_ROLLED_BACK_SHARE)
            return
        change.decision, change.approvers = Decision.REJECTED, (MAINTAINERS[change.zone.project],)
        proposed = change.decided + chance.between(HOUR, 12 * HOUR)
        decided = proposed + chance.between(5 * HOUR, 30 * HOUR)
        if decided > self._end or not self._quotas.take("again", _STRICT_AGAIN_SHARE):
            return
        ident = f"{change.ident}-again"
        again = Change(change.zone, ident, proposed, change.person, change.paths, change.task_class, change.lines)
        again.decided = decided
        self._approve(again)
        self._undo(again, "strict", _STRICT_ROLLED_BACK_SHARE)
        change.again = again
        self.changes.append(again)

    def _approve(self, change: Change, *, is_twice: bool = False) -> None:
        change.decision = Decision.APPROVED
        first = MAINTAINERS[change.zone.project]
        second = _SECOND_REVIEWER if first != _SECOND_REVIEWER else "viktor"
        change.approvers = (first, second) if is_twice else (first,)

    def _undo(self, change: Change, kind: str, share: float) -> None:
        if self._quotas.take(kind, share):
            at = change.decided + self.chance.between(2 * HOUR, _UNDONE_WITHIN - 40 * HOUR)
            if at <= self._end:
                change.rolled_back = at
                is_revert = self._quotas.take("revert", 0.7)
                change.evidence = RollbackEvidence.GIT_REVERT if is_revert else RollbackEvidence.REWIND


def _spread(days: Sequence[date], count: int) -> Iterator[date]:
    """Yield that many days, evenly."""
    return (days[number * len(days) // count] for number in range(count if days else 0))


def in_span(changes: Sequence[Change], span: Span, zone: str) -> list[Change]:
    """Return the changes of a zone that were proposed in a span."""
    first, after = start_of(span.first), start_of(span.last) + DAY
    return [one for one in changes if one.zone.name == zone and first <= one.proposed < after]


def _patch(change: Change) -> Row:
    return {
        "id": change.ident,
        "proposed_at": iso(change.proposed),
        "paths": ";".join(change.paths),
        "person": change.person,
        "project": change.zone.project,
        "task_class": change.task_class,
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "lines_added": change.lines[0],
        "lines_removed": change.lines[1],
        "rolled_back_at": None if change.rolled_back is None else iso(change.rolled_back),
        "rollback_evidence": None if change.evidence is None else change.evidence.value,
    }


def _approvals(change: Change) -> Iterator[Row]:
    for number, approver in enumerate(change.approvers or (None,)):
        yield {
            "id": f"{change.ident}-ask-{number + 1}",
            "subject": Subject.PATCH.value,
            "subject_id": change.ident,
            "asked_at": iso(change.proposed),
            "decided_at": iso(change.decided + number * _SECOND_LATER),
            "decision": change.decision.value,
            "actor": change.actor.value,
            "decided_by": approver,
            "policy": f"gate for {change.zone.name}",
            "person": change.person,
            "project": change.zone.project,
            "is_second_reviewer": number > 0,
        }
