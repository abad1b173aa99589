"""The questions of the quarterly review: who owns each, why it is asked, and the rule by which it is answered."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from data.definitions.objectives import Text
from data.definitions.reading import Reading, content_of

_FILE_NAME = "review_questions.toml"
_NAMED = re.compile(r"\{(\w+)\}")
Share = Annotated[float, Meta(gt=0, lt=1)]
Least = Annotated[int, Meta(ge=1)]
Amount = Annotated[float, Meta(gt=0)]
Level = Annotated[float, Meta(gt=1, le=100)]
Number = Annotated[int, Meta(ge=1, le=99)]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all questions have. In the rule, {name} stands for the threshold of that name."""

    number: Number
    question: Text
    owner: Text
    why: Text
    rule: Text

    @property
    def rule_words(self) -> str:
        """The rule with its thresholds: shares as percent."""
        return _NAMED.sub(lambda found: threshold_words(found[1], self.thresholds()[found[1]]), self.rule)

    def thresholds(self) -> dict[str, Any]:
        """Return the thresholds by name."""
        own = msgspec.structs.asdict(self)
        return {name: value for name, value in own.items() if name not in Question.__struct_fields__}


class FailingClasses(Question, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which task classes fail most often and why?"""

    least_tasks: Least
    """A class with fewer is shown and not judged."""
    relevant_share: Share
    """The smallest difference of failure rates that matters."""
    reason_share: Share
    """A reason is named when at least this share of the failures has it."""
    unknown_share: Share
    """From this share of tasks of unknown outcome on, the answer says that they could change it."""


class BestRoutes(Question, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which provider routes deliver the best quality/cost ratio?"""

    least_tasks: Least
    """A route with fewer is shown and not ranked."""
    relevant_share: Share
    """The smallest lead, as a share of the ratio, that matters."""
    least_covered_share: Share
    """A route whose classes make up less of the team's mix is shown and not ranked."""


class ApprovalPatterns(Question, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Are approval patterns too lax or too restrictive? Its other thresholds are the costs of approval_costs.toml."""

    least_decisions: Least
    """A verdict on a group with fewer is not named, here and before scaling."""


class NoisyIntegrations(Question, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which integrations create the most operational noise?"""

    least_uses: Least
    """An integration with fewer attempts is shown and not judged."""
    relevant_share: Share
    """The smallest difference in the share of useless attempts that matters."""


class BeforeScaling(Question, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What policy updates are needed before scaling usage?"""

    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=5)]
    """Multiples of usage that are looked at."""
    nearly_spent_share: Share
    """An error budget of which no more than this is left counts as nearly spent."""
    least_events: Least
    """An objective or a provider with fewer events is not judged."""
    most_waiting_hours: Amount
    """How many hours in a month decisions may wait in all."""
    most_limited_share: Share
    """Share of a provider's calls that it may refuse for its limits."""
    least_route_share: Share
    """A route that fewer of the tasks ask for is not looked at."""
    relevant_share: Share
    """The smallest change of spend since the quarter before that matters, as a share of it."""


class ReviewQuestions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All questions, by key."""

    failing_classes: FailingClasses
    best_routes: BestRoutes
    approval_patterns: ApprovalPatterns
    noisy_integrations: NoisyIntegrations
    before_scaling: BeforeScaling

    def in_order(self) -> tuple[tuple[str, Question], ...]:
        """Return key and question, by number."""
        found = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return tuple(sorted(found, key=lambda pair: pair[1].number))


@cache
def review_questions() -> ReviewQuestions:
    """Return the questions. Raises DefinitionError that lists all that is wrong with the file."""
    return read_review_questions(content_of(_FILE_NAME))


def read_review_questions(content: bytes) -> ReviewQuestions:
    """Read questions from TOML. Raises DefinitionError that lists all errors at once."""
    reading = Reading(content, _FILE_NAME)
    found = reading.whole(ReviewQuestions)
    if found is not None:
        reading.wrong += _problems(found)
    if reading.wrong or found is None:
        raise reading.refuse()
    return found


def _problems(found: ReviewQuestions) -> Iterator[str]:
    asked = found.in_order()
    levels = found.before_scaling.levels
    if list(levels) != sorted(set(levels)):
        yield "before_scaling: levels: each must be above the one before"
    times = Counter(question.number for _, question in asked)
    yield from (f"number {number} is given to {count} questions" for number, count in times.items() if count > 1)
    for key, question in asked:
        known = question.thresholds()
        for name in dict.fromkeys(_NAMED.findall(question.rule)):
            if name not in known:
                yield f"{key}: rule: {{{name}}} is no threshold; there are {', '.join(known)}"


def threshold_words(name: str, value: object) -> str:
    """Return a threshold as it is read: shares as percent."""
    if isinstance(value, tuple):
        listed: tuple[object, ...] = value
        return ", ".join(threshold_words(name, one) for one in listed)
    if isinstance(value, float):
        return f"{value * 100:g} %" if name.endswith("share") else f"{value:g}"
    return str(value)
