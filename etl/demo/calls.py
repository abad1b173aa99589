"""Calls behind the gateway: what one person's requests leave in its log."""

from dataclasses import dataclass, field
from typing import Any

from etl.demo import gateway
from etl.demo.calendar import day_at
from etl.demo.facts import TaskFact
from etl.demo.gateway import Attempt, Failure, Purpose
from etl.demo.people import PRIYA, Person
from etl.demo.randomness import Chance, Quotas
from etl.demo.routes import GATEWAY_GEMINI, GATEWAY_SONNET, GEMINI, GPT, SONNET, Route, Served

_FALLBACK_SHARE = 0.012


@dataclass
class GatewayCalls:
    """Collects the gateway's rows of one person; does nothing for routes past the gateway."""

    person: Person
    chance: Chance
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    quotas: Quotas = field(default_factory=Quotas)

    def answered(
        self, fact: TaskFact, route: Route, purpose: Purpose, started: int, ended: int, prompt: int, completion: int,
        *, first_token: int | None = None,
    ) -> None:  # fmt: skip
        """Add a call that was answered; now and then the first choice fails and a fallback serves it."""
        served = route.served
        if served is None:
            return
        is_main = purpose == "main"
        cached = prompt // 2 // 64 * 64 if served is GPT and is_main and prompt > 12_000 else 0
        ids: dict[str, Any] = {"call_id": self.chance.uuid(), "trace_id": self.chance.uuid()}
        group, fallback_from = route.model, None
        if is_main and route is GATEWAY_SONNET and self.quotas.take("fallback", _FALLBACK_SHARE):
            # The gateway names the fallback's group in both rows, which share trace and call.
            group, fallback_from = GATEWAY_GEMINI.model, route.model
            ids["fallback_from"] = route.model
            self._add(fact, served, group, purpose, started, started + 900, failure=gateway.OVERLOADED, **ids)
            served, started, ended, first_token = GEMINI, started + 950, max(ended, started + 2200), started + 1550
        counts: dict[str, Any] = {
            "prompt": prompt,
            "cached": cached if fallback_from is None else 0,
            "completion": completion,
        }
        self._add(fact, served, group, purpose, started, ended, first_token=first_token, **counts, **ids)

    def failed(self, fact: TaskFact, route: Route, failure: Failure, started: int) -> int:
        """Add the attempts that the SDK of bolt.diy makes; each has a trace of its own. Returns the end.

        There are three; what the provider will refuse again is not sent again.
        """
        for pause in (0,) if failure is gateway.CONTEXT_FULL else (2000, 4000, 0):
            took = 60_000 if failure is gateway.TIMED_OUT else self.chance.between(200, 1600)
            if route.served is not None:
                self._add(fact, route.served, route.model, "main", started, started + took, failure=failure)
            started += took + pause
        return started

    def without_chat(self, route: Route, purpose: Purpose, moment: int) -> None:
        """Add a call shortly before a request that no chat shows: the prompt enhancer, or the choice of a template."""
        if route.served is None:
            return
        took = self.chance.between(900, 4500)
        started = moment - took - self.chance.between(6000, 40_000)
        counts: dict[str, Any] = {
            "prompt": self.chance.randrange(500, 2600),
            "completion": self.chance.randrange(20, 320),
        }
        self._add(
            None, route.served, route.model, purpose, started, started + took, first_token=started + 400, **counts
        )

    def refused_model_list(self, moment: int) -> None:
        """Add what an outdated key leaves: a refused request for the list of models."""
        self._add(None, SONNET, "", "model_list", moment, moment + 4, failure=gateway.KEY_REFUSED)

    def _add(
        self, fact: TaskFact | None, served: Served, group: str, purpose: Purpose, started: int, ended: int,
        *, first_token: int | None = None, failure: Failure | None = None, **values: Any,
    ) -> None:  # fmt: skip
        skew = self.person.clock_skew_ms
        ids = {"call_id": self.chance.uuid(), "trace_id": self.chance.uuid()} if "call_id" not in values else {}
        attempt = Attempt(
            row_id=f"chatcmpl-{self.chance.uuid()}" if failure is None else self.chance.uuid(),
            purpose=purpose,
            person=self.person,
            is_shared_key=self._uses_shared_key(started),
            served=served,
            group=group,
            started=started - skew,
            first_token=None if first_token is None else first_token - skew,
            ended=ended - skew,
            failure=failure,
            **ids,
            **values,
        )
        self.attempts.append(attempt)
        if fact is not None:
            fact.gateway_rows += 1
            fact.gateway_spend += attempt.spend

    def _uses_shared_key(self, moment: int) -> bool:
        """Tell the days on which a restarted browser had lost the person's own key."""
        return self.person is PRIYA and day_at(moment).toordinal() % 19 == 0
