"""What a commit's message says: that it undoes something and what, whose push it is, which request it belongs to.

Message bodies are looked at here and not kept. Others find a commit by its first line with subject_hash.
"""

import re
from dataclasses import dataclass

from data.keys import stable_key
from data.words import PushKind, RevertKind

_HEX = r"[0-9a-fA-F]{7,64}"
_QUOTED = re.compile(r'(Revert|Reapply) "(.+)"(?:\s+\(#(\d{1,10})\)|\s+\(!(\d{1,10})\))?', re.DOTALL)
_BY_COMMIT = re.compile(rf"(?i)\bThis reverts commits?\s+({_HEX})\b(,\s+reversing\s+changes\s+made\s+to\b)?")
_BY_REQUEST = re.compile(
    r"(?im)^\W{0,4}(?:This\s+)?reverts\s+(?:(?:merge|pull)\s+request\s+|MR\s+|PR\s+)?"
    r"(?:[\w.-]{1,100}(?:/[\w.-]{1,100}){1,20})?[#!](\d{1,10})\b"
)
_LISTED = re.compile(r"(?m)^\s{0,3}[*-] ")
_GITHUB_MERGE = re.compile(r"Merge pull request #(\d{1,10}) from (\S+)")
_BRANCH_MERGE = re.compile(r"Merge (?:remote-tracking )?branch '([^']{1,300})'")
_REVERT_OF_NUMBER = re.compile(r"(?:[^/]{1,100}/)?((?:revert-\d{1,10}-)+)")
_REVERT_OF_COMMIT = re.compile(r"(?:[^/]{1,100}/)?revert-([0-9a-f]{7,40})(?:-.{0,200})?")
_VERSION = re.compile(rf"Reverted all changes back to version ({_HEX})\b")
_OWN_NUMBER = (
    re.compile(r"\((?:#|!|pull request #)(\d{1,10})\)\s*\Z"),
    re.compile(r"Merge pull request #(\d{1,10}) from "),
    re.compile(r"Merged PR (\d{1,10}): "),
)
_GITLAB_NUMBER = re.compile(r"(?m)^See merge request (?:[\w./-]{1,300})?!(\d{1,10})\s*$")
_PUSHES = {
    "initial commit from bolt.diy": PushKind.INITIAL,
    "update from bolt.diy": PushKind.UPDATE,
    "initial commit from your app": PushKind.WORKBENCH,
    "commit multiple files": PushKind.WORKBENCH,
}
# People are called Claude or Devin too: of co-authors the address counts, or an account that is marked as a program.
_ASSISTANT = re.compile(
    r"(?i)@(?:anthropic|cursor|openhands|all-hands|aider|openai|devin|codeium|windsurf|ampcode|sourcegraph|lovable|"
    r"cognition|cognition-labs|continue|cline|roocode|bolt|stackblitz|factory|warp)\.[a-z]{2,6}\b"
    r"|\+copilot@users\.noreply\.github\.com|<copilot@github\.com>|<junie@jetbrains\.com>|<gemini[\w.-]*@google\.com>"
    r"|\b(?:copilot|cursor|claude|codex|devin|gemini|jules|junie|openhands|sweep|aider|amp|factory)[\w-]{0,40}\[bot\]"
    r"|^aider \("
)
_ASSISTANT_KEYS = {"assisted-by", "generated-by", "ai-assisted-by", "ai-generated-by"}
_AUTHOR_KEYS = {"co-authored-by", "co-developed-by"}
_REVIEW_KEYS = {"reviewed-by", "approved-by", "acked-by"}
_GENERATED = re.compile(
    r"(?im)^\W{0,6}(?:generated|created|written|made|authored) (?:with|by) \[?"
    r"(?:claude code|cursor|github copilot|copilot|openhands|devin|codex|openai codex|aider|amp|gemini cli|bolt\.diy|"
    r"bolt\.new|cline|roo code|windsurf|dyad)\b"
)
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):\s+(\S.*)")
_MOST_NESTED = 50


@dataclass(frozen=True)
class Undoing:
    """What a commit says that it undoes."""

    kind: RevertKind
    sha: str | None = None
    """Hash, or the beginning of it, in small letters; of kind VERSION the version that it goes back to."""
    subject: str | None = None
    """First line of the commit that it undoes."""
    number: int | None = None
    """Number of the pull or merge request that it undoes."""


@dataclass(frozen=True)
class Trailers:
    """What the trailers of a message say."""

    is_ai_assisted: bool
    reviewers: int


def subject_hash(subject: str) -> int:
    """Return the hash by which a commit is found by its first line, exactly as it is, without blanks around it."""
    return stable_key("subject", subject.strip())


def push_kind_of(subject: str) -> PushKind | None:
    """Return which of bolt.diy's own messages a first line is; null when it is none."""
    return _PUSHES.get(subject.strip().casefold())


def pull_number_of(subject: str, body: str) -> int | None:
    """Return the number of the pull or merge request that a commit says it brings in."""
    for pattern in _OWN_NUMBER:
        if found := pattern.search(subject):
            return int(found[1])
    found = _GITLAB_NUMBER.search(body) if "See merge request" in body else None
    return int(found[1]) if found else None


def undoing_of(subject: str, body: str) -> Undoing | None:
    """Return what a commit says that it undoes; null when it says nothing of the kind."""
    if "evert" not in subject and "evert" not in body and "Reapply" not in subject:
        return None
    subject = subject.strip()
    if version := _VERSION.match(subject):
        return Undoing(RevertKind.VERSION, sha=version[1].lower())
    if merge := _merge_of_revert(subject, body):
        return merge
    quoted = _QUOTED.fullmatch(subject)
    named = _named_in(body, is_certain=quoted is not None)
    if quoted is None:
        return named
    undone = _undone_subject(quoted[1], quoted[2])
    kind = named.kind if named else RevertKind.SUBJECT
    if _undoes_revert(subject):
        kind = RevertKind.REAPPLY
    number = named.number if named else None
    return Undoing(kind, named.sha if named else None, undone, number or _number_at_end(undone))


def trailers_of(trailers: list[str], body: str) -> Trailers:
    """Return what trailers say: whether a coding assistant took part, and how many reviewers are named."""
    assisted = (" with " in body or " by " in body) and _GENERATED.search(body) is not None
    reviewers: set[str] = set()
    for trailer in trailers:
        found = _TRAILER.match(trailer.strip())
        if found is None:
            continue
        key, value = found[1].lower(), found[2].strip()
        if key in _REVIEW_KEYS:
            reviewers.add(value.casefold())
        elif key in _ASSISTANT_KEYS or (key in _AUTHOR_KEYS and _ASSISTANT.search(value)):
            assisted = True
    return Trailers(assisted, len(reviewers))


def trailers_in(body: str) -> list[str]:
    """Return the trailers of a body that stands for itself: the lines "Key: value" of its last paragraph."""
    last = re.split(r"\n\s*\n", body.strip())[-1].splitlines() if body.strip() else []
    return [line.strip() for line in last if _TRAILER.match(line.strip())]


def _named_in(body: str, *, is_certain: bool) -> Undoing | None:
    """Return what a body names as undone.

    The body of a squashed branch lists the messages of its commits; what one of those undid was undone in the branch.
    """
    commit = _BY_COMMIT.search(body)
    request = _BY_REQUEST.search(body)
    if not is_certain and commit and body[: commit.start()].rpartition("\n")[2].strip():
        commit = None
    if not is_certain and (listed := _LISTED.search(body)):
        commit = commit if commit and commit.start() < listed.start() else None
        request = request if request and request.start() < listed.start() else None
    number = int(request[1]) if request else None
    if commit:
        return Undoing(RevertKind.MERGE if commit[2] else RevertKind.COMMIT, commit[1].lower(), None, number)
    return Undoing(RevertKind.PULL_REQUEST, number=number) if number is not None else None


def _merge_of_revert(subject: str, body: str) -> Undoing | None:
    """Return what the merge of a branch named revert-… undoes: GitHub names a request, GitLab a commit."""
    title = next((line.strip() for line in body.splitlines() if line.strip()), "")
    quoted = _QUOTED.fullmatch(title)
    undone = _undone_subject(quoted[1], quoted[2]) if quoted else None
    is_reapply = quoted is not None and _undoes_revert(title)
    if merge := _GITHUB_MERGE.match(subject):
        _, _, branch = merge[2].partition("/")
    elif merge := _BRANCH_MERGE.match(subject):
        branch = merge[1]
    else:
        return None
    if numbers := _REVERT_OF_NUMBER.match(branch):
        chain = re.findall(r"\d+", numbers[1])
        # Seven digits and more in a merge of GitLab are the beginning of a hash.
        if not (subject.startswith("Merge branch") and len(chain[0]) >= 7):
            kind = RevertKind.REAPPLY if is_reapply or len(chain) % 2 == 0 else RevertKind.PULL_REQUEST
            return Undoing(kind, None, undone, int(chain[0]))
    if not subject.startswith("Merge pull request") and (commit := _REVERT_OF_COMMIT.fullmatch(branch)):
        return Undoing(RevertKind.REAPPLY if is_reapply else RevertKind.COMMIT, commit[1], undone)
    if quoted is None:
        return None
    return Undoing(RevertKind.REAPPLY if is_reapply else RevertKind.SUBJECT, None, undone, _number_at_end(undone))


def _undone_subject(word: str, quoted: str) -> str:
    """Return the first line of what is undone: git writes Reapply "x" for undoing Revert "x"."""
    return quoted if word == "Revert" else f'Revert "{quoted}"'


def _undoes_revert(subject: str) -> bool:
    """Say whether what comes out is the change itself again: each Revert around it turns it round."""
    reverts = 0
    while reverts < _MOST_NESTED and (found := _QUOTED.fullmatch(subject)) and found[1] == "Revert":
        reverts, subject = reverts + 1, found[2]
    return reverts % 2 == 0


def _number_at_end(subject: str | None) -> int | None:
    found = _OWN_NUMBER[0].search(subject) if subject else None
    return int(found[1]) if found else None
