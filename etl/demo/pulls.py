"""Pull and merge requests of the demo: what is asked, who reviews it after how long, and how it ends."""

from dataclasses import dataclass, field
from typing import Literal

from etl.demo.calendar import HOUR, MINUTE
from etl.demo.commits import Commit
from etl.demo.randomness import Chance, Quotas

Verdict = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]
State = Literal["open", "merged", "closed"]
Course = Literal["approved", "twice", "changes", "unreviewed", "automatic", "abandoned"]

POLICY_BOT = "merge-policy"
"""The program that merges what touches no sensitive place, without a question."""
_COURSES: dict[Course, float] = {
    "twice": 0.15,
    "changes": 0.12,
    "unreviewed": 0.08,
    "automatic": 0.06,
    "abandoned": 0.03,
}
"""Shares of the courses; all other requests are approved once."""
_SLOW_SHARE = 0.1
"""Share of reviews for which people wait days instead of hours."""


@dataclass(frozen=True)
class Review:
    """One review that somebody handed in."""

    reviewer: str
    verdict: Verdict
    at: int


@dataclass(eq=False)
class Pull:
    """One pull or merge request."""

    title: str
    author: str
    branch: str
    base: str
    opened_at: int
    commits: list[Commit]
    number: int = 0
    """Its number in the project; 0 until it is opened."""
    body: str = ""
    state: State = "open"
    reviews: list[Review] = field(default_factory=list[Review])
    merged_by: str | None = None
    ended_at: int | None = None
    merge: Commit | None = None
    squash: Commit | None = None
    """The one commit that its commits were squashed into."""
    is_automatic: bool = False
    undoes: "Pull | None" = None

    @property
    def updated_at(self) -> int:
        """When it last changed."""
        return max(self.opened_at, self.ended_at or 0, *(review.at for review in self.reviews), self.head.at)

    @property
    def head(self) -> Commit:
        """Newest commit of its branch."""
        return self.commits[-1]

    @property
    def decisions(self) -> list[Review]:
        """Reviews that decided something, oldest first."""
        return [review for review in self.reviews if review.verdict != "COMMENTED"]


@dataclass(frozen=True)
class Fate:
    """What will happen to a request: reviews in their order, and how and when it ends."""

    reviews: tuple[Review, ...]
    ends_as: State
    ends_at: int
    ended_by: str
    is_automatic: bool = False


def quick_yes(opened: int, reviewer: str, chance: Chance) -> Fate:
    """Return the fate of a request that undoes something: somebody looks at once."""
    at = opened + chance.between(2 * MINUTE, 50 * MINUTE)
    return Fate((Review(reviewer, "APPROVED", at),), "merged", at + chance.between(MINUTE, 10 * MINUTE), reviewer)


def fate_of(opened: int, reviewers: list[str], author: str, chance: Chance, quotas: Quotas) -> Fate:
    """Draw what will happen to a request that was just opened."""
    course = next((course for course, share in _COURSES.items() if quotas.take(course, share)), "approved")
    if course == "automatic":
        return Fate((), "merged", opened + chance.between(4 * MINUTE, 15 * MINUTE), POLICY_BOT, is_automatic=True)
    if course == "unreviewed":
        return Fate((), "merged", opened + chance.between(10 * MINUTE, 5 * HOUR), author)
    first, second = chance.sample([name for name in reviewers if name != author], 2)
    at = opened + _wait(chance)
    reviews: list[Review] = []
    if chance.happens(0.12):
        reviews.append(Review(second, "COMMENTED", opened + (at - opened) // 2))
    if course in ("changes", "abandoned"):
        reviews.append(Review(first, "CHANGES_REQUESTED", at))
        at += _wait(chance)
    if course == "abandoned":
        return Fate(tuple(reviews), "closed", at, author)
    reviews.append(Review(first, "APPROVED", at))
    if course == "twice":
        at += chance.between(5 * MINUTE, 6 * HOUR)
        reviews.append(Review(second, "APPROVED", at))
    return Fate(tuple(reviews), "merged", at + chance.between(MINUTE, 40 * MINUTE), chance.choice((first, author)))


def _wait(chance: Chance) -> int:
    wait = chance.between(9 * MINUTE, 7 * HOUR)
    return wait * 8 if chance.happens(_SLOW_SHARE) else wait
