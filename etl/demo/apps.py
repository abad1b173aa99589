"""What leaves the chats: apps that are pushed to the project's repository, or published straight from bolt.diy."""

from dataclasses import dataclass, field
from typing import Literal

from data.words import Outcome
from etl.demo.conversation import Chat
from etl.demo.facts import App, Life, PatchFact, TaskFact
from etl.demo.people import Person
from etl.demo.randomness import Chance, Quotas

Place = Literal["repository", "site"]

_BEGIN_SHARE = 0.6
"""Share of chats that become an app which somebody else can see."""
_PUSH_SHARE = 0.45
"""Share of finished tasks of such a chat after which its state is sent on."""
_SITE_SHARE = {"storefront": 0.3, "backoffice": 0.0, "field-app": 0.3}
"""Share of apps that bolt.diy publishes itself, without a repository."""


@dataclass(frozen=True)
class Push:
    """The state of a chat at the moment when it was sent to the repository or to the site of its app."""

    app: App
    person: Person
    at: int
    contents: dict[str, str]
    """Every file of the chat, as bolt.diy sends all of them."""
    patches: tuple[PatchFact, ...]
    """Patches of the chat so far, oldest first; those that were taken back are not among them."""


@dataclass
class Pushing:
    """Decides, for one person, which chats leave the browser and when; draws nothing that the chats depend on."""

    person: Person
    chance: Chance
    quotas: Quotas = field(default_factory=Quotas)
    pushes: list[Push] = field(default_factory=list[Push])
    lives: dict[int, list[Life]] = field(default_factory=dict[int, list[Life]])
    """Chats of the browser that have patches, by number; numbers are used again."""
    app_count: int = 0

    def after_task(self, chat: Chat, fact: TaskFact, now: int) -> None:
        """Note when the chat lives, and push it or not, right after a task in it and before the next one is asked."""
        if fact.patches:
            if not chat.life.first:
                chat.life.first = fact.patches[0].proposed
                self.lives.setdefault(chat.number, []).append(chat.life)
            chat.life.last = max(chat.life.last, fact.patches[-1].proposed)
        if chat.is_import_copy or chat.is_kept_local or not fact.patches or fact.outcome is not Outcome.COMPLETED:
            return
        if chat.app is None:
            # What two chats hold in common would be pushed twice, to two apps.
            if chat.is_shared or not self.quotas.take("begin", _BEGIN_SHARE):
                chat.is_kept_local = True
                return
            chat.app = self._new_app(chat)
        elif not self.quotas.take("push", _PUSH_SHARE):
            return
        patches = tuple(patch for mark in chat.marks for patch in mark.fact.patches)
        at = now + self.chance.randrange(8_000, 32_000)
        self.pushes.append(Push(chat.app, self.person, at, dict(chat.contents), patches))

    def _new_app(self, chat: Chat) -> App:
        self.app_count += 1
        project = self.person.project
        slug = "-".join((chat.title or "new app").lower().split())
        place: Place = "site" if self.quotas.take("site", _SITE_SHARE[project]) else "repository"
        return App(f"{slug}-{self.person.name[0]}{self.app_count}", project, chat.number, place == "site")
