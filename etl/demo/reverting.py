"""Reverts of what reached a trunk, in the forms that git, GitHub and GitLab give them; some are taken back themselves.

Only what nobody built on is reverted, so that it is certain which patches are gone.
"""

from dataclasses import dataclass, field
from typing import Literal

from etl.demo.calendar import HOUR, MINUTE
from etl.demo.commits import Commit
from etl.demo.facts import PatchFact
from etl.demo.pulls import Pull, quick_yes
from etl.demo.randomness import Quotas
from etl.demo.repository import INITIAL, AppLine, Repository

Form = Literal["commit", "squash_number", "squash_body", "revert_branch", "merge"]
_REVERTED_SHARE = 0.18
_PUT_BACK_SHARE = 0.3


@dataclass(eq=False)
class Revert:
    """A commit that undid another one, and the patches that went with it."""

    form: Form
    project: str
    undone: Commit
    commit: Commit
    patches: tuple[PatchFact, ...]
    put_back: Commit | None = None
    """The commit that undid the revert; null while it stands."""


@dataclass
class Reverting:
    """Reverts of all repositories."""

    reverts: list[Revert] = field(default_factory=list[Revert])
    _quotas: Quotas = field(default_factory=Quotas)
    _begun: set[str] = field(default_factory=set[str])

    def on_last(self, repository: Repository, line: AppLine, commit: Commit) -> None:
        """Revert what came last to an app, or not."""
        if not _may_go(commit):
            return
        # The first one of each project, so that a small demo has some too.
        if not repository.quotas.take("revert", _REVERTED_SHARE) and repository.project in self._begun:
            return
        self._begun.add(repository.project)
        at = commit.at + repository.chance.between(HOUR, 60 * HOUR)
        repository.later(at, lambda at: self._revert(repository, line, commit, at))

    def _revert(self, repository: Repository, line: AppLine, undone: Commit, at: int) -> None:
        if line.trunk is not undone:
            return
        if repository.workflow == "direct":
            body = f"This reverts commit {undone.sha}."
            self._commit(repository, line, undone, at, "commit", body)
        elif repository.workflow == "github":
            self._by_request(repository, line, undone, at)
        elif repository.quotas.take("by merge", 0.5):
            body = f"This reverts commit {undone.sha}, reversing\nchanges made to {undone.parents[0].sha}."
            self._commit(repository, line, undone, at, "merge", body)
        else:
            self._by_request(repository, line, undone, at)

    def _commit(
        self, repository: Repository, line: AppLine, undone: Commit, at: int, form: Form, body: str
    ) -> None:  # fmt: skip
        author = repository.chance.choice(repository.reviewers)
        subject = f'Revert "{undone.subject}"'
        commit = repository.commit(line.trunk, author, at, subject, undone.parents[0].tree, body)
        repository.arrive(line, commit)
        self._note(repository, line, form, undone, commit, commit)

    def _by_request(self, repository: Repository, line: AppLine, undone: Commit, at: int) -> None:
        """Ask for the revert in a request of its own, as the button on GitHub and GitLab does."""
        asked = next(pull for pull in repository.pulls if pull.merge is undone)
        form: Form
        if repository.workflow == "gitlab":
            form, branch = "revert_branch", f"revert-{undone.sha[:8]}"
            title, commit_body = f'Revert "{undone.subject}"', f"This reverts merge request !{asked.number}"
            body = commit_body
        else:
            form = "squash_number" if repository.quotas.take("by number", 0.5) else "squash_body"
            branch = f"revert-{asked.number}-{asked.branch}"
            commit_body = f"This reverts commit {undone.sha}."
            title = (
                f'Revert "{asked.title} (#{asked.number})"' if form == "squash_number" else f'Revert "{asked.title}"'
            )
            body = "" if form == "squash_number" else f"Reverts {repository.path}#{asked.number}"
        author = repository.chance.choice(repository.reviewers)
        tree = undone.parents[0].tree
        commit = repository.commit(line.trunk, author, at, f'Revert "{undone.subject}"', tree, commit_body,
                                   is_on_branch=True)  # fmt: skip
        pull = Pull(title, author, branch, line.name, at + MINUTE, [commit], body=body, undoes=asked)
        reviewer = next(name for name in reversed(repository.reviewers) if name != author)
        fate = quick_yes(pull.opened_at, reviewer, repository.chance)
        repository.open(line, pull, fate)
        # After the merge, which happens at that very moment.
        repository.later(fate.ends_at + 1, lambda _: self._requested(repository, line, form, undone, pull))

    def _requested(self, repository: Repository, line: AppLine, form: Form, undone: Commit, pull: Pull) -> None:
        if pull.merge is not None:
            shown = pull.squash or pull.head
            self._note(repository, line, form, undone, shown, pull.merge)

    def _note(
        self, repository: Repository, line: AppLine, form: Form, undone: Commit, commit: Commit, trunk: Commit
    ) -> None:
        revert = Revert(form, repository.project, undone, commit, tuple(undone.carries))
        self.reverts.append(revert)
        for patch in revert.patches:
            patch.reverted_at = commit.at
        if self._quotas.take("put back", _PUT_BACK_SHARE):
            at = trunk.at + repository.chance.between(2 * HOUR, 30 * HOUR)
            repository.later(at, lambda at: self._put_back(repository, line, revert, trunk, at))

    def _put_back(self, repository: Repository, line: AppLine, revert: Revert, trunk: Commit, at: int) -> None:
        if line.trunk is not trunk:
            return
        subject = f'Revert "{trunk.subject}"'
        if repository.workflow == "direct" and repository.quotas.take("reapply", 0.5):
            subject = f'Reapply "{revert.undone.subject}"'
        body = f"This reverts commit {trunk.sha}."
        if trunk.is_merge:
            body = f"This reverts commit {trunk.sha}, reversing\nchanges made to {trunk.parents[0].sha}."
        author = repository.chance.choice(repository.reviewers)
        revert.put_back = repository.commit(trunk, author, at, subject, revert.undone.tree, body)
        repository.arrive(line, revert.put_back)
        for patch in revert.patches:
            patch.reverted_at, patch.is_reapplied = None, True


def _may_go(commit: Commit) -> bool:
    """Say whether it is certain what a revert would undo: patches that are whole and in place, and nothing else."""
    return (
        commit.is_clean
        and bool(commit.carries)
        and commit.subject != INITIAL
        and all(patch.is_in_place for patch in commit.carries)
    )
