"""What goes wrong between a team and its exports: clocks that differ, files that are missing, squashed pushes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from etl.demo.apps import Push
from etl.demo.calendar import DAY, MINUTE
from etl.demo.facts import App
from etl.demo.randomness import Chance, Quotas

Write = Callable[[str, str], None]

_MOST_SKEW = 2 * MINUTE
_MISSING_SHARE = 0.08
_SQUASHED_SHARE = 0.3
_NEVER_MISSING = ("git-log.txt", "-deployments.json")
"""Each is the only one of its project: without it nothing could be found, which would tell nothing."""


@dataclass
class Noise:
    """Spoils the exports of a demo, or leaves them as they are."""

    chance: Chance
    is_on: bool
    quotas: Quotas = field(default_factory=Quotas)

    def skew(self) -> int:
        """Return how far the clock of the next source is off, in milliseconds."""
        return self.chance.randrange(-_MOST_SKEW, _MOST_SKEW + 1) if self.is_on else 0

    def dropping(self, write: Write) -> Write:
        """Return what writes files, and leaves some out."""

        def write_most(name: str, text: str) -> None:
            is_gone = self.is_on and not name.endswith(_NEVER_MISSING) and self.quotas.take("missing", _MISSING_SHARE)
            if not is_gone:
                write(name, text)

        return write_most

    def squashed(self, pushes: list[Push]) -> list[Push]:
        """Return the pushes without those that were squashed into the next one of the same app, within a day."""
        if not self.is_on:
            return pushes
        next_at: dict[App, int] = {}
        kept: list[Push] = []
        for push in reversed(pushes):
            following = next_at.get(push.app)
            is_gone = following is not None and following - push.at < DAY
            if not (is_gone and self.quotas.take("squashed", _SQUASHED_SHARE)):
                kept.append(push)
                next_at[push.app] = push.at
        return kept[::-1]
