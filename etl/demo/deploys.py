"""What is published: a build for what reaches a trunk, for open requests, and straight from bolt.diy; some go back.

Only what no later build follows goes back, so that it is certain which patches are withdrawn.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from etl.demo.apps import Push
from etl.demo.calendar import DAY, HOUR, MINUTE, day_at, start_of
from etl.demo.commits import Commit, changes_between
from etl.demo.facts import App, Life, PatchFact
from etl.demo.plants import DEPLOY_SPATE_PROJECT, DEPLOY_SPATE_SHARE, Plants
from etl.demo.pulls import Pull
from etl.demo.randomness import Chance, Quotas
from etl.demo.repository import INITIAL, MAINTAINERS, Repository

Host = Literal["netlify", "github", "vercel"]
HOSTS: dict[str, Host] = {"storefront": "netlify", "backoffice": "github", "field-app": "vercel"}
_CONNECTED_SHARE = 0.8
"""Share of apps with a repository that are published from it."""
_FAILED_SHARE = 0.04
_WITHDRAWN_SHARE = 0.25
_PREVIEWED_SHARE = 0.5


@dataclass(eq=False)
class Build:
    """One attempt to publish."""

    number: int
    app: App
    site: str
    created_at: int
    ended_at: int
    person: str
    is_ok: bool
    commit: Commit | None = None
    """What was built; null for what bolt.diy sends itself."""
    branch: str | None = None
    pull: Pull | None = None
    """The request whose preview it is; null for what users see."""
    brings: tuple[PatchFact, ...] = ()
    """Patches that it shows and that the build before it on the site did not."""
    published_at: int | None = None
    """When it last became what users see."""
    replays: "Build | None" = None
    """The older build that it publishes again."""


@dataclass(frozen=True)
class Withdrawal:
    """An older build took the place of a newer one."""

    project: str
    withdrawn: Build
    shown: Build
    at: int
    patches: tuple[PatchFact, ...]


@dataclass
class Publishing:
    """Publishes the apps of one project; everything that it draws is its own."""

    project: str
    plants: Plants
    chance: Chance
    end: int
    lives: dict[int, list[Life]]
    """When the chats of the project's browsers live, by number."""
    builds: list[Build] = field(default_factory=list[Build])
    withdrawals: list[Withdrawal] = field(default_factory=list[Withdrawal])

    def __post_init__(self) -> None:
        """Begin with nothing published."""
        self.host: Host = HOSTS[self.project]
        self._quotas = Quotas()
        self._number = 0
        self._free_at = 0

    def publish(self, repository: Repository, site_pushes: list[Push]) -> None:
        """Publish what a repository and bolt.diy itself hand over, app by app."""
        commits: dict[App, list[Commit]] = defaultdict(list)
        for line, commit in repository.arrivals:
            commits[line.app].append(commit)
        pulls: dict[str, list[Pull]] = defaultdict(list)
        for pull in repository.pulls:
            pulls[pull.base].append(pull)
        for app, arrived in commits.items():
            if self._quotas.take("connected", _CONNECTED_SHARE):
                self._publish_commits(app, arrived)
                self._preview(app, pulls[f"apps/{app.name}"])
        self._try_again(commits)
        pushes: dict[App, list[Push]] = defaultdict(list)
        for push in site_pushes:
            pushes[push.app].append(push)
        for app, pushed in pushes.items():
            self._publish_pushes(app, pushed)
        self.builds.sort(key=lambda build: (build.created_at, build.number))

    # Builds of commits.

    def _publish_commits(self, app: App, arrived: list[Commit]) -> None:
        site = f"{self.project}-{app.name}"
        shown: list[Build] = []
        self._free_at = 0
        for number, commit in enumerate(arrived):
            at = max(commit.at + self.chance.between(20_000, 2 * MINUTE), self._free_at)
            following = arrived[number + 1].at if number + 1 < len(arrived) else self.end
            build = self._tried(app, site, at, following, commit.author.name, commit, f"apps/{app.name}")
            if build is not None:
                build.brings = tuple(commit.carries)
                shown.append(build)
        if len(shown) < 2 or shown[-1].commit is not arrived[-1]:
            return
        newest, older = shown[-1], shown[-2]
        last = arrived[-1]
        is_certain = last.subject != INITIAL and last.parents[0] is older.commit and last.is_clean
        if is_certain and _may_go(newest.brings):
            self._withdraw(newest, older, last.author.name)

    def _publish_pushes(self, app: App, pushed: list[Push]) -> None:
        site = f"bolt-diy-{app.chat_number}-{pushed[0].at}"
        shown: list[tuple[Build, Push]] = []
        self._free_at = 0
        for number, push in enumerate(pushed):
            following = pushed[number + 1].at if number + 1 < len(pushed) else self.end
            build = self._tried(app, site, max(push.at, self._free_at), following, push.person.name)
            if build is not None:
                build.brings = _new_patches(push, shown[-1][1] if shown else None)
                shown.append((build, push))
        if len(shown) < 2 or shown[-1][1] is not pushed[-1] or self.host == "vercel":
            return
        (older, earlier), (newest, last) = shown[-2:]
        is_certain = (
            _is_clean(last, earlier, newest.brings) and self._is_alone(app, older) and self._is_alone(app, newest)
        )
        if is_certain and _may_go(newest.brings):
            self._withdraw(newest, older, last.person.name)

    def _is_alone(self, app: App, build: Build) -> bool:
        """Say whether no other chat of the number lives then: the name of the site tells nothing but the number."""
        at = build.created_at
        alive = [life for life in self.lives.get(app.chat_number, []) if life.first - HOUR <= at <= life.last + 2 * DAY]
        return len(alive) == 1

    def _tried(
        self, app: App, site: str, at: int, following: int, person: str, commit: Commit | None = None,
        branch: str | None = None,
    ) -> Build | None:  # fmt: skip
        """Publish, again after a failure in the week of failures; return the build that users see then."""
        is_spate = self.project == DEPLOY_SPATE_PROJECT and day_at(at) in self.plants.deploy_spate
        tries = 3 if is_spate else 1
        for _ in range(tries):
            if at >= min(following, self.end):
                return None
            kind, share = ("spate", DEPLOY_SPATE_SHARE) if is_spate else ("failed", _FAILED_SHARE)
            is_ok = not self._quotas.take(kind, share)
            build = self._build(app, site, at, person, commit, branch, is_ok=is_ok)
            # A site is built once at a time.
            self._free_at = build.ended_at + 1000
            if is_ok:
                build.published_at = build.ended_at
                return build
            at = build.ended_at + self.chance.between(2 * MINUTE, 9 * MINUTE)
        return None

    def _try_again(self, commits: dict[App, list[Commit]]) -> None:
        """Let the maintainer try to publish what is newest, twice a day in the week of failures."""
        if self.project != DEPLOY_SPATE_PROJECT:
            return
        newest = sorted(
            (commit.at, number, app) for number, (app, arrived) in enumerate(commits.items()) for commit in arrived
        )
        for day in self.plants.deploy_spate.workdays:
            for at in (start_of(day) + 10 * HOUR, start_of(day) + 15 * HOUR):
                app = next((app for moment, _, app in reversed(newest) if moment < at - HOUR), None)
                if app is None:
                    continue
                commit = [commit for commit in commits[app] if commit.at < at][-1]
                # What is newest for good stays as the builds before left it.
                may_succeed = commit is not commits[app][-1] and not self._quotas.take("spate", DEPLOY_SPATE_SHARE)
                site, branch = f"{self.project}-{app.name}", f"apps/{app.name}"
                build = self._build(app, site, at, MAINTAINERS[self.project], commit, branch, is_ok=may_succeed)
                build.published_at = build.ended_at if may_succeed else None

    def _build(
        self, app: App, site: str, at: int, person: str, commit: Commit | None, branch: str | None, *,
        is_ok: bool, pull: Pull | None = None, replays: Build | None = None,
    ) -> Build:  # fmt: skip
        self._number += 1
        ended = at + self.chance.between(14_000, 110_000)
        build = Build(self._number, app, site, at, ended, person, is_ok, commit, branch, pull, replays=replays)
        self.builds.append(build)
        return build

    def _preview(self, app: App, pulls: list[Pull]) -> None:
        for pull in pulls:
            if self.host == "netlify" and self._quotas.take("preview", _PREVIEWED_SHARE):
                at = max(pull.opened_at, pull.commits[0].at) + self.chance.between(5_000, MINUTE)
                if at < self.end:
                    is_ok = not self._quotas.take("failed preview", 0.08)
                    site = f"{self.project}-{app.name}"
                    self._build(app, site, at, pull.author, pull.commits[0], pull.branch, is_ok=is_ok, pull=pull)

    # Back to an older build.

    def _withdraw(self, newest: Build, older: Build, person: str) -> None:
        at = (newest.published_at or 0) + self.chance.between(20 * MINUTE, 50 * HOUR)
        if at >= self.end or (not self._quotas.take("withdrawn", _WITHDRAWN_SHARE) and self.withdrawals):
            return
        if self.host == "netlify":
            older.published_at = at
        else:
            shown = self._build(
                older.app, older.site, at, person, older.commit, older.branch, is_ok=True, replays=older
            )
            at = shown.published_at = shown.ended_at
            older = shown
        self.withdrawals.append(Withdrawal(self.project, newest, older, at, newest.brings))
        for patch in newest.brings:
            patch.withdrawn_at = at


def _new_patches(push: Push, before: Push | None) -> tuple[PatchFact, ...]:
    """Return the patches that a state of a chat shows and the one before it does not."""
    changed = _changed(push, before)
    known = {patch.message_id for patch in before.patches} if before else set[str]()
    return tuple(
        patch for patch in push.patches
        if patch.message_id not in known and not changed.isdisjoint(patch.paths)
        and (patch.overwritten_at is None or patch.overwritten_at > push.at)
    )  # fmt: skip


def _changed(push: Push, before: Push | None) -> set[str]:
    return {path for path, _, _ in changes_between(before.contents if before else {}, push.contents)}


def _is_clean(push: Push, before: Push, brings: tuple[PatchFact, ...]) -> bool:
    return _changed(push, before) <= {path for patch in brings for path in patch.paths}


def _may_go(patches: tuple[PatchFact, ...]) -> bool:
    return bool(patches) and all(patch.is_in_place for patch in patches)
