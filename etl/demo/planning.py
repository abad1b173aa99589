"""What each task will be: kind, route, and the trouble it runs into; planted truths steer it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from etl.demo.calendar import NEVER
from etl.demo.conversation import Chat
from etl.demo.people import AIKO, DIEGO, JONAS, LENA, MIRA, PRIYA, SAM, TOMAS, Person
from etl.demo.plants import (
    FAILING_CLASS,
    FAILING_PEOPLE,
    FAILING_SHARE,
    FAILING_WEIGHT,
    MIX_TROUBLE,
    OUTAGE_FAILURE_SHARE,
    OUTAGE_PEOPLE,
    TROUBLE_AFTER_POLICY,
    TROUBLE_BEFORE_POLICY,
    Plants,
)
from etl.demo.randomness import Chance, Quotas
from etl.demo.routes import (
    ANTHROPIC_HAIKU,
    ANTHROPIC_SONNET,
    DEEPSEEK,
    GATEWAY_GEMINI,
    GATEWAY_GPT,
    GATEWAY_OPUS,
    GATEWAY_SONNET,
    GOOGLE_FLASH,
    MISTRAL_DEVSTRAL,
    OLLAMA_QWEN,
    XAI_GROK,
    Route,
)

Ending = Literal["answer", "error", "abort", "unclosed", "pending", "too_long"]
Edit = Literal["none", "human", "overwrite"]

_KINDS = {"feature": 27.0, "edit": 36.0, "fix": 10.0, "discuss": 15.0, "refactor": 6.0, "batch": 6.0}
_HARD_KINDS = {"feature": 45.0, "edit": 18.0, "fix": 12.0, "discuss": 5.0, "refactor": 12.0, "batch": 8.0}
_EASY_KINDS = {"feature": 12.0, "edit": 62.0, "discuss": 26.0}
_TROUBLE: dict[Ending, float] = {"error": 0.005, "abort": 0.011, "unclosed": 0.006, "pending": 0.003}
_RETRY_SHARE = 0.013


@dataclass(frozen=True)
class Plan:
    """What one task will be."""

    kind: str
    route: Route
    ending: Ending = "answer"
    failures: int = 0
    """Failed turns before the last one."""
    retry_route: Route | None = None
    """Route of the retries, where the person picked another one."""
    fix_turns: int = 0
    is_continued: bool = False
    """Cut off first, then asked to go on."""
    tool_result: str | None = None
    """Kind of result of an MCP tool that the reply calls."""
    edit: Edit = "none"
    has_template: bool = False
    has_image: bool = False
    is_quick_action: bool = False
    is_enhanced: bool = False
    segments: int = 1
    is_huge: bool = False


class Planner:
    """Plans the tasks of one person, in the order in which they are asked."""

    def __init__(self, person: Person, plants: Plants, chance: Chance) -> None:
        self._person = person
        self._plants = plants
        self._chance = chance
        self._quotas = Quotas()

    def plan(self, chat: Chat, day: date, *, may_edit: bool) -> Plan:
        """Return what the next task in a chat will be; may_edit: the person may have changed files in between."""
        person, plants, chance = self._person, self._plants, self._chance
        if person is AIKO and day in plants.lost_usage:
            return Plan(self._kind(chat, _KINDS), OLLAMA_QWEN)
        if person is SAM:
            return self._plan_of_mix(chat, may_edit)
        route = self._route(day)
        if route is GATEWAY_OPUS:
            return Plan(
                chance.choice(("batch", "refactor")) if len(chat.own_paths) >= 5 else "feature",
                route,
                segments=2,
                is_huge=True,
            )
        kind = self._kind(chat, _KINDS | ({FAILING_CLASS: FAILING_WEIGHT} if self._is_failing_time(day) else {}))
        if route is GATEWAY_GPT and day in plants.outage:
            return self._plan_of_outage(kind, route)
        if self._is_failing_time(day) and kind == FAILING_CLASS:
            # The route that the policy names for it.
            is_too_long = self._quotas.take("too long", FAILING_SHARE)
            return self._usual(chat, kind, GATEWAY_SONNET, "too_long" if is_too_long else "answer", may_edit)
        return self._usual(chat, kind, route, self._ending(day), may_edit)

    def _is_failing_time(self, day: date) -> bool:
        plants = self._plants
        return (
            self._person in FAILING_PEOPLE
            and day in plants.review_quarter
            and day not in plants.outage
            and "failing_class" not in plants.left_out
        )

    def _kind(self, chat: Chat, weights: dict[str, float]) -> str:
        if chat.is_new:
            return "discuss" if self._quotas.take("opening question", 0.12) else "scaffold"
        possible = dict(weights)
        if len(chat.own_paths) < 5:
            possible.pop("refactor", None)
        if len(chat.own_paths) < 2:
            possible.pop("batch", None)
        if not chat.own_paths:
            possible = {"feature": 1.0}
        return self._chance.weighted(possible)

    def _route(self, day: date) -> Route:
        plants, chance, person = self._plants, self._chance, self._person
        if person in OUTAGE_PEOPLE and day in plants.outage:
            return GATEWAY_GPT
        if person is JONAS and day in plants.spike:
            return GATEWAY_OPUS
        if person is TOMAS:
            return DEEPSEEK if day in plants.spate or chance.happens(0.6) else XAI_GROK
        if person is DIEGO and day >= plants.unpriced_from:
            return MISTRAL_DEVSTRAL if self._quotas.take("unpriced", 0.4) else ANTHROPIC_SONNET
        if person is LENA or person is DIEGO:
            return ANTHROPIC_SONNET
        if person is AIKO:
            return OLLAMA_QWEN
        weights: dict[Route, float] = {
            MIRA.name: {GATEWAY_SONNET: 0.7, GATEWAY_GPT: 0.3},
            JONAS.name: {GATEWAY_GPT: 0.45, GATEWAY_GEMINI: 0.4, GATEWAY_SONNET: 0.15},
            PRIYA.name: {GATEWAY_GPT: 0.5, GATEWAY_SONNET: 0.5},
        }[person.name]
        return chance.weighted(weights)

    def _ending(self, day: date) -> Ending:
        if self._person.project == "field-app" and self._plants.policy_on != NEVER:
            is_before = day < self._plants.policy_on
            share = TROUBLE_BEFORE_POLICY if is_before else TROUBLE_AFTER_POLICY
            if not self._quotas.take(f"policy {is_before}", share):
                return "answer"
            return self._chance.weighted({"abort": 0.4, "unclosed": 0.4, "error": 0.2})
        for ending, share in _TROUBLE.items():
            if self._quotas.take(ending, share):
                return ending
        return "answer"

    def _usual(self, chat: Chat, kind: str, route: Route, ending: Ending, may_edit: bool) -> Plan:
        chance, quotas = self._chance, self._quotas
        changes_files = kind != "discuss"
        if ending == "unclosed" and not changes_files:
            ending = "abort"
        edit: Edit = "none"
        if may_edit and chat.last_patch is not None and ending != "error":
            can_restore = all(before is not None for before in chat.last_patch.before.values())
            if can_restore and quotas.take("overwrite", 0.22):
                edit = "overwrite"
            elif quotas.take("human edit", 0.09):
                edit = "human"
        is_plain = ending == "answer" and edit == "none"
        tool = None
        if ending == "pending":
            tool = "pending"
        elif is_plain and kind in ("discuss", "feature", "edit") and not chat.is_new and quotas.take("tool", 0.09):
            tool = chance.weighted({"ok": 84.0, "rejected": 11.0, "failed": 4.0, "not_run": 1.0})
        return Plan(
            kind=kind,
            route=route,
            ending=ending,
            failures=self._failures(ending),
            fix_turns=self._fix_turns(kind) if is_plain and tool is None else 0,
            is_continued=is_plain and tool is None and changes_files and quotas.take("continued", 0.008),
            tool_result=tool,
            edit=edit,
            has_template=kind == "scaffold" and chat.is_new and quotas.take("template", 0.35),
            has_image=not chat.is_new and quotas.take("image", 0.02),
            is_quick_action=is_plain and kind == "edit" and quotas.take("quick action", 0.02),
            is_enhanced=quotas.take("enhanced", 0.07),
            segments=2
            if is_plain and tool is None and kind in ("scaffold", "refactor", "batch") and quotas.take("long", 0.2)
            else 1,
        )

    def _failures(self, ending: Ending) -> int:
        if ending != "error" and self._quotas.take("retry", _RETRY_SHARE):
            return 1
        return 0

    def _fix_turns(self, kind: str) -> int:
        if kind == "discuss" or not self._quotas.take("fix turn", 0.09):
            return 0
        return 2 if self._quotas.take("second fix turn", 0.2) else 1

    def _plan_of_outage(self, kind: str, route: Route) -> Plan:
        """Half of the turns fail; people retry, switch the model, or give up."""
        failures = 0
        while failures < 3 and self._quotas.take("outage", OUTAGE_FAILURE_SHARE):
            failures += 1
        if failures == 3 or (failures and self._quotas.take("give up", 0.3)):
            return Plan(kind, route, "error", failures=failures - 1)
        switched = GATEWAY_SONNET if failures and self._quotas.take("switch", 0.4) else None
        return Plan(kind, route, failures=failures, retry_route=switched)

    def _plan_of_mix(self, chat: Chat, may_edit: bool) -> Plan:
        """One person gives the easy tasks to one route and the hard ones to another; both fail alike in each class."""
        route = ANTHROPIC_HAIKU if chat.is_new or self._chance.happens(0.5) else GOOGLE_FLASH
        kind = self._kind(chat, _HARD_KINDS if route is ANTHROPIC_HAIKU else _EASY_KINDS)
        task_class = kind
        ending: Ending = "answer"
        if self._quotas.take(f"mix {route.name} {task_class}", MIX_TROUBLE[task_class]):
            ending = "abort" if kind == "discuss" else "unclosed"
        return self._usual(chat, kind, route, ending, may_edit)
