"""Words about patches, what carried them and what became of them."""

from data.words.word import Word


class PatchOutcome(Word):
    """What became of a patch, as far as the evidence reaches."""

    KEPT = "kept", "applied, older than the rollback window, and not rolled back in it"
    ROLLED_BACK = "rolled_back", "undone, with evidence"
    IMMATURE = "immature", "applied, and younger than the rollback window: cannot tell yet"
    UNFINISHED = "unfinished", "the reply ended inside the artifact; not a decided patch"
    REJECTED = "rejected", "decided against"


class RollbackEvidence(Word):
    """What shows that a patch was undone."""

    REWIND = "rewind", "its messages are gone from a later export of the chat that kept what came before"
    GIT_REVERT = "git_revert", "a commit that carries it was reverted"
    DEPLOY_ROLLBACK = "deploy_rollback", "an older build was published again"
    HUMAN_OVERWRITE = "human_overwrite", "a person restored its files to the content before it"


class ReworkKind(Word):
    """Repair that followed a patch; weaker than a rollback."""

    FIX_REQUEST = "fix_request", "an automatic request to fix an error followed in the same task"
    HUMAN_EDIT = "human_edit", "a person edited one of its files before the next turn"
    FIX_COMMIT = "fix_commit", "a commit that carries no patch and says that it fixes changed one of its files"


class LinesBasis(Word):
    """How changed lines were counted."""

    CHAT = "chat", "against the previous content of the same path in the chat"
    NEW_FILE = "new_file", "no previous content in the chat: every line counts as added"
    RECORDED = "recorded", "as a team's own record says"


class FileOperation(Word):
    """What a patch does to a file."""

    CREATE = "create", "the path had no content before"
    EDIT = "edit", "the path had content before"
    DELETE = "delete", "the path is gone afterwards"


class LinkKind(Word):
    """What was found to carry a patch out of the chat."""

    COMMIT = "commit", "a commit in the project's repository"
    PULL_REQUEST = "pull_request", "a pull or merge request"
    DEPLOYMENT = "deployment", "a deployment"


class LinkMethod(Word):
    """How a patch and what carried it were found to belong together, the surest first."""

    GIVEN = "given", "a team's own record names it"
    CONTENT = "content", "a file has exactly the content that the patch wrote"
    LATER_PATCH = "later_patch", "it carries a later patch of the same chat on the same files"
    PATHS = "paths", "it changes the files of the patch soon after it was proposed"
    COMMIT = "commit", "it holds the commit that carries the patch"
    SQUASH = "squash", "it was squashed into the commit that carries the patch"
    CHAT_NAME = "chat_name", "the name of the site tells the chat, and the time the patch"


class EvidenceKind(Word):
    """What a piece of evidence about a patch shows."""

    DECISION = "decision", "that it was decided on"
    ROLLBACK = "rollback", "that it was undone"
    REWORK = "rework", "that a repair followed"


class PushKind(Word):
    """Which of bolt.diy's own commit messages a commit bears."""

    INITIAL = "initial", "the first push of a chat to a new repository"
    UPDATE = "update", "a later push of a chat"
    WORKBENCH = "workbench", "a push from the workbench with its proposed message"


class RevertKind(Word):
    """How a commit says that it undoes another one."""

    COMMIT = "commit", "names the commit in its body"
    SUBJECT = "subject", "names the first line of the commit only"
    PULL_REQUEST = "pull_request", "names a pull or merge request"
    MERGE = "merge", "undoes a merge and all that it brought in"
    REAPPLY = "reapply", "undoes a revert"
    VERSION = "version", "goes back to an earlier version as a whole"


class Platform(Word):
    """Where code is reviewed."""

    GITHUB = "github", "GitHub, pull requests"
    GITLAB = "gitlab", "GitLab, merge requests"


class PullRequestState(Word):
    """How a pull or merge request stands."""

    OPEN = "open", "not merged and not closed"
    MERGED = "merged", "brought in"
    CLOSED = "closed", "closed without being brought in"


class ReviewState(Word):
    """What a review of a pull or merge request decided."""

    APPROVED = "approved", "the reviewer said yes"
    CHANGES_REQUESTED = "changes_requested", "the reviewer asked for changes first"
    COMMENTED = "commented", "remarks without a decision"
    DISMISSED = "dismissed", "an earlier decision that was set aside"
    PENDING = "pending", "asked for or begun, and not handed in"
