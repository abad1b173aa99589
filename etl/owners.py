"""Whose files and gateway rows are: options first, then sources.toml, then the folder inbox/<project>/<person>/."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import msgspec

from data.definitions.toml_content import TomlError, read_toml
from data.errors import BoltscopeError
from etl.context import Owner
from etl.files import INBOX, SOURCES_FILE, InputFile, shown
from etl.pseudonyms import HiddenNames, Pseudonyms
from etl.redact import redact_path

_LONGEST_NAME = 100
_HASH = re.compile(r"[0-9a-f]{8,128}")


class SourcesError(BoltscopeError):
    """A sources.toml is wrong; the text lists everything wrong at once."""


class FileRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files of one path pattern, and whose they are."""

    path: str
    person: str | None = None
    project: str | None = None


class Sources(msgspec.Struct, frozen=True):
    """What one sources.toml says, and the folder it says it about."""

    folder: Path
    rules: tuple[FileRule, ...]
    people: dict[str, str]
    projects: dict[str, str]


@dataclass
class Owners:
    """Answers whose a file or gateway row is, by name or by pseudonym."""

    person: str | None = None
    project: str | None = None
    sources: Sequence[Sources] = ()
    pseudonyms: Pseudonyms | None = None
    _people: dict[str, str] = field(init=False, default_factory=dict[str, str])
    _projects: dict[str, str] = field(init=False, default_factory=dict[str, str])
    _hidden: dict[str | None, HiddenNames] = field(init=False, default_factory=dict[str | None, HiddenNames])

    def __post_init__(self) -> None:
        for source in self.sources:
            self._people |= {_folded(key): value for key, value in source.people.items()}
            self._projects |= {_folded(key): value for key, value in source.projects.items()}

    def owner_of(self, file: InputFile) -> Owner:
        """Return whose file it is; null where neither options, nor sources.toml, nor its folder says."""
        person, project = self._named_owner(file)
        return Owner(self._shown_person(person), project, self._hidden_names(person))

    def person_of_gateway_user(self, user: str | None) -> str | None:
        """Return the person of a user, e-mail address, key alias or key hash at the gateway; itself when unmapped."""
        if not user or not (name := _clean(user)):
            return None
        return self._shown_person(self._people.get(_folded(name)) or self._person_of_hash(name) or name)

    def is_mapped(self, user: str | None) -> bool:
        """Say whether sources.toml names the person of a user, e-mail address, key alias or key hash."""
        name = _clean(user or "")
        return bool(name) and (_folded(name) in self._people or self._person_of_hash(name) is not None)

    def project_of_team(self, team: str | None) -> str | None:
        """Return the project of a team at the gateway; the team's own name when unmapped."""
        if not team or not (name := _clean(team)):
            return None
        return self._projects.get(_folded(name), name)

    def stored_name(self, file: InputFile) -> str:
        """Return the file's name as the store keeps it: without secrets and, with pseudonyms, without the person."""
        if self.pseudonyms is None:
            return file.name
        name = redact_path(file.name)
        person, _project = self._named_owner(file)
        if person:
            name = re.sub(re.escape(person), self.pseudonyms.of(person), name, flags=re.IGNORECASE)
        hidden = self._hidden_names(person)
        return hidden.in_text(name) if hidden else name

    def stored_path(self, file: InputFile) -> str:
        """Return what the store keeps to find the file again; with pseudonyms only a hash, as paths name people."""
        path = file.identity.path
        return path if self.pseudonyms is None else self.pseudonyms.hidden(path)

    def _named_owner(self, file: InputFile) -> tuple[str | None, str | None]:
        person, project = self.person, self.project
        for source in self.sources:
            rule = _rule_of(source, file)
            if rule is not None:
                person, project = person or rule.person, project or rule.project
                break
        inbox_project, inbox_person = _inbox_owner(file.folders)
        return person or inbox_person, project or inbox_project

    def _shown_person(self, person: str | None) -> str | None:
        return person if person is None or self.pseudonyms is None else self.pseudonyms.of(person)

    def _hidden_names(self, person: str | None) -> HiddenNames | None:
        if self.pseudonyms is None:
            return None
        if person not in self._hidden:
            called = [(name, who) for name, who in self._people.items() if not _HASH.fullmatch(name)]
            self._hidden[person] = HiddenNames(self.pseudonyms, person, called)
        return self._hidden[person]

    def _person_of_hash(self, name: str) -> str | None:
        """Gateways and lists shorten key hashes differently: the shorter of two equal beginnings is enough."""
        key = name.lower()
        if not _HASH.fullmatch(key):
            return None
        found = {
            person
            for known, person in self._people.items()
            if _HASH.fullmatch(known) and (known.startswith(key) or key.startswith(known))
        }
        return found.pop() if len(found) == 1 else None


def owners(
    paths: Sequence[str | Path],
    *,
    person: str | None = None,
    project: str | None = None,
    sources_file: Path | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> Owners:
    """Return the owners for the given paths: options, and the sources.toml of the paths or the one that is named.

    A sources.toml is looked for in a given folder, beside a given file, and in the folders above it up to an inbox.
    Raises SourcesError with everything that is wrong in any of them.
    """
    found = [sources_file] if sources_file else sorted({file for path in paths if (file := _sources_of(Path(path)))})
    read: list[Sources] = []
    problems: list[str] = []
    for file in found:
        try:
            read.append(read_sources(file))
        except SourcesError as error:
            problems.append(str(error))
    problems += _contradictions(read)
    if problems:
        raise SourcesError("\n".join(problems))
    return Owners(_option(person, "--person"), _option(project, "--project"), read, pseudonyms)


def read_sources(path: Path) -> Sources:
    """Read one sources.toml. Raises SourcesError that lists everything wrong in it."""
    try:
        content = read_toml(path.read_bytes())
    except TomlError as error:
        raise SourcesError(f"{path} is wrong: {error}.") from None
    except OSError as error:
        raise SourcesError(f"{path} cannot be read: {error.strerror}.") from error
    problems: list[str] = []
    tables = {"file", "people", "projects"}
    problems += [_unknown(key, tables, "table") for key in content if key not in tables]
    rules = [
        rule for number, entry in enumerate(_listed(content, problems)) if (rule := _rule(entry, number, problems))
    ]
    people = _mapping(content, "people", "person", problems)
    projects = _mapping(content, "projects", "project", problems)
    if problems:
        raise SourcesError(
            "\n".join([f"{path} is wrong:", *(f"  - {problem}" for problem in problems), *_EXAMPLE.splitlines()])
        )
    return Sources(path.absolute().parent, tuple(rules), people, projects)


_EXAMPLE = """Expected, for example:
  [[file]]
  path = "shop/ann/**"
  person = "ann"
  project = "shop"

  [people]
  "ann@example.org" = "ann"

  [projects]
  "team-web" = "shop\""""


def _listed(content: Mapping[str, Any], problems: list[str]) -> list[Any]:
    entries = content.get("file", [])
    if isinstance(entries, list):
        return cast("list[Any]", entries)
    problems.append("'file' must be a list of tables: write [[file]] with two brackets.")
    return []


def _rule(entry: Any, number: int, problems: list[str]) -> FileRule | None:
    where = f"[[file]] number {number + 1}"
    keys = set(FileRule.__struct_fields__)
    if not isinstance(entry, dict):
        problems.append(f"{where} is not a table.")
        return None
    table = cast("dict[str, Any]", entry)
    before = len(problems)
    problems += [f"{where}: {_unknown(key, keys, 'key')}" for key in table if key not in keys]
    problems += [
        f"{where}: {key!r} must be a text that is not empty and at most {_LONGEST_NAME} long."
        for key in sorted(keys & table.keys())
        if not isinstance(table[key], str) or not _clean(table[key]) or (key != "path" and not _fits(table[key]))
    ]
    if "path" not in table:
        problems.append(f"{where}: 'path' is missing, the pattern of the files meant.")
    if not {"person", "project"} & table.keys():
        problems.append(f"{where}: neither 'person' nor 'project' is given.")
    if len(problems) > before:
        return None
    names = {key: _clean(table[key]) for key in ("person", "project") if key in table}
    return FileRule(path=table["path"], **names)


def _mapping(content: Mapping[str, Any], name: str, what: str, problems: list[str]) -> dict[str, str]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        problems.append(f'[{name}] must be a table of lines such as "at the gateway" = "{what}".')
        return {}
    entries = cast("dict[str, Any]", table)
    problems += [
        f"[{name}] {shown(key)!r}: the {what} must be a text that is not empty and at most {_LONGEST_NAME} long."
        for key, value in entries.items()
        if not isinstance(value, str) or not _fits(value)
    ]
    return {key: _clean(value) for key, value in entries.items() if isinstance(value, str)}


def _contradictions(sources: Sequence[Sources]) -> list[str]:
    problems: list[str] = []
    for name in ("people", "projects"):
        seen: dict[str, tuple[str, Path]] = {}
        for source in sources:
            for key, value in cast("dict[str, str]", getattr(source, name)).items():
                other = seen.setdefault(_folded(key), (value, source.folder))
                if other[0] != value:
                    problems.append(
                        f"[{name}] {shown(key)!r} is {value!r} in {source.folder / SOURCES_FILE} and {other[0]!r} in "
                        f"{other[1] / SOURCES_FILE}. Keep one of them."
                    )
    return problems


def _unknown(key: str, known: set[str], what: str) -> str:
    near = get_close_matches(key, sorted(known), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."
    return f"unknown {what} {shown(key)!r}. {hint}"


def _sources_of(path: Path) -> Path | None:
    absolute = path.absolute()
    folder = absolute if absolute.is_dir() else absolute.parent
    candidates = [folder]
    names = [part.lower() for part in folder.parts]
    if INBOX in names:
        top = len(names) - names[::-1].index(INBOX)
        candidates += [parent for parent in folder.parents if len(parent.parts) >= top - 1]
    for candidate in candidates:
        if (candidate / SOURCES_FILE).is_file():
            return candidate / SOURCES_FILE
    return None


def _rule_of(source: Sources, file: InputFile) -> FileRule | None:
    root = source.folder.parts
    if file.parts[: len(root)] != root:
        return None
    path = unicodedata.normalize("NFC", "/".join(file.parts[len(root) :]))
    return next((rule for rule in source.rules if _pattern(rule.path).fullmatch(path)), None)


@lru_cache(maxsize=1000)
def _pattern(glob: str) -> re.Pattern[str]:
    """Return a glob as a pattern: * within one folder, ** across folders; without a slash, the name in any folder."""
    glob = unicodedata.normalize("NFC", glob).removeprefix("./").lstrip("/")
    if glob.endswith("/"):
        glob += "**"
    if "/" not in glob:
        glob = f"**/{glob}"
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(meanings.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


def _inbox_owner(folders: Sequence[str]) -> tuple[str | None, str | None]:
    """Return project and person of inbox/<project>/<person>/..."""
    names = [folder.lower() for folder in folders]
    if INBOX not in names:
        return None, None
    below = [_clean(folder) for folder in folders[len(names) - names[::-1].index(INBOX) :]]
    return (below[0] or None) if below else None, (below[1] or None) if len(below) > 1 else None


def _option(value: str | None, option: str) -> str | None:
    if value is None:
        return None
    if not _fits(value):
        raise SourcesError(f"{option} must be a name that is not empty and at most {_LONGEST_NAME} characters long.")
    return _clean(value)


def _fits(name: str) -> bool:
    return 0 < len(_clean(name)) <= _LONGEST_NAME and len(name) <= _LONGEST_NAME * 2


def _clean(name: str) -> str:
    """Return a name in one form: composed characters (macOS decomposes file names), one line, single spaces."""
    return " ".join(unicodedata.normalize("NFC", shown(name)).replace("\ufffd", " ").split())[:_LONGEST_NAME]


def _folded(name: str) -> str:
    return _clean(name).casefold()
