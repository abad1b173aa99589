"""Reading boltArtifact and boltAction marks in the text of a reply."""

import re
from dataclasses import dataclass

from data.keys import stable_key
from data.words import CommandKind
from etl.derive.features import Command
from etl.redact import redact_name

_ARTIFACT_OPEN = re.compile(r"<boltArtifact([^>]*)>")
_ACTION_OPEN = re.compile(r"<boltAction([^>]*)>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_ACTION_CLOSE = "</boltAction>"
_ARTIFACT_CLOSE = "</boltArtifact>"
_PROJECT_ROOT = "/home/project/"
_SYNTHETIC_ARTIFACTS = frozenset({"imported-files", "project-setup", "restored-project-setup"})
# What is stored of a path is redacted and shorter; it is cut only then, so that no half of a secret is overlooked.
_MAX_PATH = 1000
_HEAD_CHARACTERS = 60
# NAME=value before a program, and what may stand between: values are often keys.
_ASSIGNMENT = re.compile(r"""[A-Za-z_]\w*\+?=(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"';&|\\])*[\s;&|]*""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FileAction:
    """A file that an artifact writes whole; content without surrounding blank lines."""

    path: str
    content: str


@dataclass(slots=True)
class Artifacts:
    """What the artifacts of one text hold."""

    files: list[FileAction]
    commands: list[Command]
    is_bundled: bool = False
    """Template, import, clone or restore: not model work."""
    is_closed: bool = True


def read_artifacts(text: str) -> Artifacts:
    """Return the file actions and commands of a text, in order; an unclosed last action is not among them."""
    found = Artifacts([], [])
    if "<boltArtifact" not in text:
        return found
    position = 0
    while artifact := _ARTIFACT_OPEN.search(text, position):
        attributes = _attributes(artifact[1])
        if attributes.get("type") == "bundled" or attributes.get("id") in _SYNTHETIC_ARTIFACTS:
            found.is_bundled = True
        position = _read_actions(text, artifact.end(), found)
    return found


def _read_actions(text: str, position: int, found: Artifacts) -> int:
    """Read the actions of one artifact from just behind its opening mark; return where it ends."""
    while True:
        action = _ACTION_OPEN.search(text, position)
        end = text.find(_ARTIFACT_CLOSE, position)
        if action is None or 0 <= end < action.start():
            if end < 0:
                found.is_closed = False
                return len(text)
            return end + len(_ARTIFACT_CLOSE)
        close = text.find(_ACTION_CLOSE, action.end())
        if close < 0:
            found.is_closed = False
            return len(text)
        _keep(_attributes(action[1]), text[action.end() : close], found)
        position = close + len(_ACTION_CLOSE)


def _keep(attributes: dict[str, str], content: str, found: Artifacts) -> None:
    kind = attributes.get("type", "")
    if kind == "file" and attributes.get("filepath"):
        found.files.append(FileAction(project_path(attributes["filepath"]), content.strip("\r\n")))
    elif kind in ("shell", "start", "build", "supabase"):
        command = content.strip()
        # Of a database action only the operation is named; its text is SQL, not a program.
        operation = redact_name(attributes.get("operation"), _HEAD_CHARACTERS)
        head = operation if kind == "supabase" else head_of_command(command)
        found.commands.append(Command(CommandKind(kind).value, head or None, stable_key("command", command)))


def head_of_command(command: str) -> str:
    """Return the program that a command calls, without secrets; empty when it only sets variables."""
    position = 0
    while assignment := _ASSIGNMENT.match(command, position):
        position = assignment.end()
    words = command[position : position + 1000].split(None, 1)
    # A quote that never ends belongs to the value of a variable, not to a program.
    is_value = position > 0 and words and words[0][0] in "\"'\\"
    return redact_name(words[0], _HEAD_CHARACTERS) if words and not is_value else ""


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): value for name, value in _ATTRIBUTE.findall(text)}


def project_path(path: str) -> str:
    """Return a path inside the project, without the project's root and without a leading slash."""
    path = path.strip()
    return path.removeprefix(_PROJECT_ROOT).lstrip("/")[:_MAX_PATH]
