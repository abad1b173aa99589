"""The repository of one project: what is pushed, merged and mended by hand, and what is asked for in between.

Every app has a branch of its own that it is built from, apps/<name>, since a chat sends all its files each time.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

from etl.demo.apps import Push
from etl.demo.calendar import DAY, HOUR, MINUTE, Span, start_of
from etl.demo.commits import Author, Commit, made_sha, stored_text
from etl.demo.facts import App
from etl.demo.people import PEOPLE
from etl.demo.pulls import Fate, Pull, Review, fate_of
from etl.demo.randomness import Chance, Quotas

Workflow = Literal["github", "gitlab", "direct"]
WORKFLOWS: dict[str, Workflow] = {"storefront": "github", "backoffice": "gitlab", "field-app": "direct"}
MAINTAINERS = {"storefront": "nora", "backoffice": "viktor", "field-app": "ines"}
"""One colleague in each project who reviews and mends, and uses no app builder."""
INITIAL, UPDATE, WORKBENCH = "Initial commit from Bolt.diy", "Update from Bolt.diy", "Commit multiple files"
ORGANISATION = "example-team"

_OFFSETS = {person.name: person.utc_offset_minutes for person in PEOPLE}
_HAND_SHARE = 0.16
"""Share of what reaches a trunk after which a person commits something by hand."""


@dataclass(eq=False)
class AppLine:
    """The line of commits of one app, and what is open on it."""

    app: App
    pushes_left: int
    trunk: Commit | None = None
    pull: Pull | None = None
    carried: set[str] = field(default_factory=set[str])
    """Patches that reached the trunk, by message id."""
    pull_count: int = 0

    @property
    def name(self) -> str:
        """The branch that the app is built from."""
        return f"apps/{self.app.name}"

    @property
    def is_done(self) -> bool:
        """Whether nothing more comes from its chat."""
        return self.pushes_left == 0 and self.pull is None


@dataclass
class Repository:
    """Lives through the pushes of one project; everything that it draws is its own."""

    project: str
    span: Span
    chance: Chance
    seed: int
    on_last: Callable[["Repository", AppLine, Commit], None]
    """Is told when the last push of an app reached its trunk: nobody builds on it any more."""
    commits: list[Commit] = field(default_factory=list[Commit])
    pulls: list[Pull] = field(default_factory=list[Pull])
    arrivals: list[tuple[AppLine, Commit]] = field(default_factory=list[tuple[AppLine, Commit]])
    """What reached the trunk of an app, in the order of time."""
    fix_count: int = 0

    def __post_init__(self) -> None:
        """Begin with a repository that holds a few words."""
        self.workflow = WORKFLOWS[self.project]
        self.maintainer = MAINTAINERS[self.project]
        self.reviewers = [person.name for person in PEOPLE if person.project == self.project] + [self.maintainer]
        self.quotas = Quotas()
        self._agenda: list[tuple[int, int, Callable[[int], None]]] = []
        self._turn = 0
        self._made = 0
        self._texts: dict[str, str] = {}
        self._end = start_of(self.span.last) + DAY - 1
        first = start_of(self.span.first) + 5 * HOUR
        self.main = self.commit(None, self.maintainer, first, "Add a readme", {"README.md": f"# {self.project}\n"})

    @property
    def path(self) -> str:
        """Organisation and name."""
        return f"{ORGANISATION}/{self.project}"

    def live(self, pushes: list[Push]) -> None:
        """Run through all pushes in the order of time, with what people do in between."""
        left = Counter(push.app.name for push in pushes)
        lines = {push.app.name: AppLine(push.app, left[push.app.name]) for push in pushes}
        for number, day in enumerate(self.span.workdays):
            if number % 4 == 1:
                at = start_of(day) + 8 * HOUR + self.chance.randrange(6 * HOUR)
                self.later(at, lambda at, number=number: self._tend_main(at, number))
        for push in pushes:
            self._note(push.at, lambda _, push=push: self._push(lines[push.app.name], push))
        while self._agenda:
            at, _, action = heappop(self._agenda)
            action(at)
        for line in lines.values():
            if line.pull:
                self.commits += line.pull.commits

    def later(self, at: int, action: Callable[[int], None]) -> None:
        """Do something later, unless the demo is over by then."""
        if at <= self._end:
            self._note(at, action)

    def _note(self, at: int, action: Callable[[int], None]) -> None:
        self._turn += 1
        heappush(self._agenda, (at, self._turn, action))

    def commit(
        self, parent: Commit | tuple[Commit, ...] | None, author: str, at: int, subject: str, tree: dict[str, str],
        body: str = "", *, trailers: tuple[str, ...] = (), is_on_branch: bool = False,
    ) -> Commit:  # fmt: skip
        """Return a new commit; those on branches are shown when it is known that the branch stays."""
        parents = () if parent is None else (parent,) if isinstance(parent, Commit) else parent
        self._made += 1
        offset = 0 if subject in (INITIAL, UPDATE, WORKBENCH) else _OFFSETS.get(author, 60)
        sha = made_sha(f"{self.seed}/{self.project}/{self._made}")
        made = Commit(sha, parents, Author(author, offset), at, subject, body, tree, trailers=trailers)
        if not is_on_branch:
            self.commits.append(made)
        return made

    def arrive(self, line: AppLine, commit: Commit) -> None:
        """Note that a commit is the newest of an app's trunk now."""
        line.trunk = commit
        line.carried.update(patch.message_id for patch in commit.carries)
        self.arrivals.append((line, commit))

    # What bolt.diy pushes.

    def _push(self, line: AppLine, push: Push) -> None:
        line.pushes_left -= 1
        if line.trunk is None:
            self.arrive(line, self._pushed(push, self.main, INITIAL, set()))
            self._after_arrival(line, line.trunk)
        elif self.workflow == "direct":
            message = WORKBENCH if self.quotas.take("workbench", 0.1) else UPDATE
            self.arrive(line, self._pushed(push, line.trunk, message, line.carried))
            self._after_arrival(line, line.trunk)
        elif line.pull is None:
            commit = self._pushed(push, line.trunk, UPDATE, line.carried, is_on_branch=True)
            line.pull_count += 1
            title = f"{line.app.name.replace('-', ' ').capitalize()}, part {line.pull_count}"
            branch = f"bolt/{line.app.name}-{line.pull_count}"
            opened = push.at + self.chance.between(2 * MINUTE, 25 * MINUTE)
            line.pull = Pull(title, push.person.name, branch, line.name, opened, [commit])
            self.open(line, line.pull, fate_of(opened, self.reviewers, push.person.name, self.chance, self.quotas))
        else:
            known = line.carried.union(*({patch.message_id for patch in made.carries} for made in line.pull.commits))
            line.pull.commits.append(self._pushed(push, line.pull.head, UPDATE, known, is_on_branch=True))

    def _pushed(
        self, push: Push, parent: Commit, message: str, known: set[str], *, is_on_branch: bool = False
    ) -> Commit:
        files = {path: self._stored(text) for path, text in push.contents.items()}
        tree = parent.tree | files
        made = self.commit(parent, push.person.name, push.at, message, tree, is_on_branch=is_on_branch)
        changed = {path for path, _, _ in made.changes}
        made.carries = [
            patch for patch in push.patches
            if patch.message_id not in known and not changed.isdisjoint(patch.paths)
            and (patch.overwritten_at is None or patch.overwritten_at > push.at)
        ]  # fmt: skip
        made.is_clean = changed <= {path for patch in made.carries for path in patch.paths}
        return made

    def _stored(self, text: str) -> str:
        """Return what is stored for a text; the same object for the same text, since every push sends all files."""
        if text not in self._texts:
            self._texts[text] = stored_text(text)
        return self._texts[text]

    # Requests.

    def open(self, line: AppLine, pull: Pull, fate: Fate) -> None:
        """Open a request when its time has come, and let its fate happen."""

        def opened(_: int) -> None:
            self.pulls.append(pull)
            pull.number = len(self.pulls)
            for review in fate.reviews:
                self.later(review.at, lambda _, review=review: self._reviewed(pull, review))
            end = self._close if fate.ends_as == "closed" else self._merge
            self.later(fate.ends_at, lambda at: end(line, pull, fate, at))

        self.later(pull.opened_at, opened)

    def _reviewed(self, pull: Pull, review: Review) -> None:
        pull.reviews.append(review)

    def _close(self, line: AppLine, pull: Pull, _fate: Fate, at: int) -> None:
        pull.state, pull.ended_at = "closed", at
        if self.workflow == "github":
            # GitLab deletes the branch; here it stays, and what it holds comes in by another request.
            self.commits += pull.commits
        line.pull = None

    def _merge(self, line: AppLine, pull: Pull, fate: Fate, at: int) -> None:
        pull.state, pull.ended_at, pull.merged_by = "merged", at, fate.ended_by
        pull.is_automatic = fate.is_automatic
        if line.pull is pull:
            line.pull = None
        reviewed = tuple(f"Reviewed-by: {name} <{name}@example.com>" for name in _approvers(pull))
        trunk = line.trunk or self.main
        changes = [change for made in pull.commits for change in made.changes]
        tree = dict(trunk.tree)
        for path, _, after in changes:
            if after is None:
                tree.pop(path, None)
            else:
                tree[path] = after
        if self.workflow == "github" and (pull.undoes or not self.quotas.take("merge commit", 0.25)):
            body = pull.body if pull.undoes else "\n\n".join(f"* {made.subject}" for made in pull.commits[1:])
            merged = self.commit(trunk, pull.author, at, f"{pull.title} (#{pull.number})", tree, body)
            pull.squash = merged
        elif self.workflow == "github":
            self.commits += pull.commits
            subject = f"Merge pull request #{pull.number} from {ORGANISATION}/{pull.branch}"
            merged = self.commit((trunk, pull.head), fate.ended_by, at, subject, tree, pull.title)
        else:
            source = pull.head
            if not pull.undoes and self.quotas.take("squash", 0.25):
                source = pull.squash = self.commit(trunk, pull.author, at - 1000, pull.title, tree)
                _hand_on(pull, source, trunk)
            else:
                self.commits += pull.commits
            body = f"{pull.title}\n\nSee merge request {self.path}!{pull.number}"
            subject = f"Merge branch '{pull.branch}' into '{pull.base}'"
            merged = self.commit((trunk, source), fate.ended_by, at, subject, tree, body, trailers=reviewed)
        _hand_on(pull, merged, trunk)
        pull.merge = merged
        self.arrive(line, merged)
        if not pull.undoes:
            self._after_arrival(line, merged)

    # What people do by hand.

    def _after_arrival(self, line: AppLine, commit: Commit | None) -> None:
        if commit is None:
            return
        if line.is_done:
            self.on_last(self, line, commit)
        elif line.pushes_left and self.quotas.take("by hand", _HAND_SHARE):
            at = commit.at + self.chance.between(30 * MINUTE, 5 * HOUR)
            self.later(at, lambda at: self._by_hand(line, commit, at))

    def _by_hand(self, line: AppLine, after: Commit, at: int) -> None:
        """Mend a file of the newest patches, or add one that no chat knows, while nothing else is under way."""
        if line.trunk is not after or line.pull or not line.pushes_left:
            return
        touched = [path for path, _, text in after.changes if text is not None and path.startswith("src/")]
        tree = dict(after.tree)
        author = self.maintainer if self.chance.happens(0.6) else self.chance.choice(self.reviewers)
        if touched and self.quotas.take("fix", 0.6):
            path = self.chance.choice(touched)
            tree[path] += f"// {self.chance.base36(6)}: empty lists are fine here\n"
            stem = path.rsplit("/", 1)[-1].split(".", 1)[0]
            self.arrive(line, self.commit(after, author, at, f"Fix {stem} for empty lists", tree))
            self.fix_count += 1
        else:
            name = f"docs/{line.app.name}.md"
            tree[name] = tree.get(name, f"# {line.app.name}\n") + f"Checked on {self.chance.base36(4)}.\n"
            self.arrive(line, self.commit(after, author, at, f"Describe {line.app.name}", tree))

    def _tend_main(self, at: int, number: int) -> None:
        """Keep the main branch; now and then such a commit is taken back, which undoes no patch."""
        path = self.chance.choice(("scripts/check.sh", "docs/running.md", ".editorconfig"))
        tree = dict(self.main.tree)
        tree[path] = tree.get(path, "") + f"# {self.chance.base36(8)}\n"
        subject = f"Tidy {path.rsplit('/', 1)[-1]}, round {number}"
        self.main = self.commit(self.main, self.maintainer, at, subject, tree)
        if self.quotas.take("main reverted", 0.12):
            self.later(at + HOUR, lambda at, made=self.main: self._untidy(at, made))

    def _untidy(self, at: int, made: Commit) -> None:
        body = f"This reverts commit {made.sha}."
        self.main = self.commit(made, self.maintainer, at, f'Revert "{made.subject}"', made.parents[0].tree, body)


def _approvers(pull: Pull) -> list[str]:
    return [review.reviewer for review in pull.reviews if review.verdict == "APPROVED"]


def _hand_on(pull: Pull, merged: Commit, trunk: Commit) -> None:
    """Note what a merge brings in: whatever the commits of the branch carry."""
    merged.carries = [patch for made in pull.commits for patch in made.carries]
    changed = {path for path, before, after in merged.changes if before != after}
    written = {path for patch in merged.carries for path in patch.paths}
    merged.is_clean = changed <= written and trunk is merged.parents[0]
