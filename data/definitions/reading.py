"""Reading a file of definitions so that everything that is wrong with it is told at once, not only the first thing."""

from functools import cache
from importlib.resources import files
from math import isfinite
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, Union, get_args, get_origin

import msgspec

from data.definitions.mistakes import mistake_of, shown, unknown_words
from data.definitions.toml_content import TomlError, read_toml
from data.errors import DefinitionError

T = TypeVar("T")
_LIST = "a list is expected"


class Reading:
    """One file that is being read: its content as TOML gives it, and what was found wrong so far."""

    def __init__(self, content: bytes, name: str) -> None:
        """Take the bytes of data/definitions/name apart. Raises DefinitionError when they are no TOML."""
        self.file = f"data/definitions/{name}"
        self.wrong: list[str] = []
        try:
            self.raw = read_toml(content)
        except TomlError as error:
            raise DefinitionError(f"{self.file} is wrong: {error}.") from error

    def whole(self, shape: type[T]) -> T | None:
        """Return the file as its shape; null, with everything that is wrong added to what is wrong, when it cannot."""
        found = [_in_toml(problem) for problem in problems_of(self.raw, shape)]
        if found and not self.raw:
            self.wrong.append("it is empty, or has comments alone")
        self.wrong += found
        if found:
            return None
        try:
            return msgspec.convert(self.raw, shape)
        except msgspec.ValidationError as error:
            self.wrong += str(error).splitlines()
            return None

    def entries(self, key: str, shape: type[T]) -> tuple[T, ...]:
        """Return those of the tables [[key]] that can be read, so that rules across them are checked all the same."""
        given = self.raw.get(key)
        if not _is_list(given):
            return ()
        return tuple(msgspec.convert(entry, shape) for entry in given if not problems_of(entry, shape))

    def refuse(self) -> DefinitionError:
        """Return the error that lists what is wrong, a line for each."""
        return refusal(self.file, self.wrong)


def refusal(file: str, wrong: list[str]) -> DefinitionError:
    """Return the error that says of a file what is wrong with it, a line for each."""
    return DefinitionError("\n".join([f"{file} is wrong:", *wrong]))


@cache
def content_of(name: str) -> bytes:
    """Return the bytes of a file of definitions as they were at the first look, for as long as the process runs.

    What is parsed and what is kept as text come from this one read. Raises DefinitionError that names the file when it
    cannot be read.
    """
    return content_on_disk(name)


def content_on_disk(name: str) -> bytes:
    """Return the bytes of a file of definitions as they are now. Raises DefinitionError when it cannot be read."""
    try:
        return files("data.definitions").joinpath(name).read_bytes()
    except FileNotFoundError as error:
        raise DefinitionError(
            f"data/definitions/{name} is not there. Put it back, from version control or a fresh copy of Boltscope."
        ) from error
    except OSError as error:
        raise DefinitionError(
            f"data/definitions/{name} cannot be read: {error.strerror or error}. Check that it is a file, and that "
            "the user who runs this may read it."
        ) from error


def file_names() -> tuple[str, ...]:
    """Return the names of all files of definitions, in order."""
    return tuple(sorted(entry.name for entry in files("data.definitions").iterdir() if entry.name.endswith(".toml")))


def read_whole(name: str, shape: type[T]) -> T:
    """Read a file that has no rules beyond its shape. Raises DefinitionError that lists all that is wrong."""
    reading = Reading(content_of(name), name)
    found = reading.whole(shape)
    if found is None:
        raise reading.refuse()
    return found


def problems_of(value: object, kind: Any, place: str = "") -> list[str]:
    """Return what keeps a value from being of a kind, each with its place: rule 2 (slow): owner is missing."""
    kind = _without_none(kind, value)
    entry_kind = _entry_kind(kind)
    if _is_struct(kind):
        return _problems_of_keys(value, kind, place)
    if entry_kind is not None:
        if not _is_list(value):
            return [_at(place, _LIST)]
        return [
            problem
            for number, entry in enumerate(value, 1)
            for problem in problems_of(entry, entry_kind, f"{place} {number}{_named(entry)}")
        ]
    try:
        converted = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return [_at(place, mistake_of(error, value, kind))]
    if isinstance(converted, float) and not isfinite(converted):
        return [_at(place, "a finite number is expected")]
    if isinstance(converted, str) and not _is_unicode(converted):
        return [_at(place, "half of a surrogate pair is no text")]
    return []


def _in_toml(problem: str) -> str:
    return f"{problem}; in TOML, tables in two brackets" if problem.endswith(_LIST) else problem


def is_table(value: object) -> TypeGuard[dict[object, object]]:
    """Whether a value of a file is keys and values."""
    return isinstance(value, dict)


def _problems_of_keys(value: object, shape: type[msgspec.Struct], place: str) -> list[str]:
    if not is_table(value):
        return [_at(place, "keys and values are expected")]
    expected = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    found = [_at(place, unknown_words(key, expected)) for key in value if key not in expected]
    for name, field in expected.items():
        if name in value:
            found += problems_of(value[name], field.type, _at(place, name))
        elif field.required:
            found.append(_at(place, f"{name} is missing"))
    if not found:
        try:
            msgspec.convert(value, shape)
        except msgspec.ValidationError as error:
            # Rules of the whole file are told by Reading.whole.
            found += [_at(place, line) for line in str(error).splitlines()] if place else []
    return found


def _at(place: str, text: str) -> str:
    return f"{place}: {text}" if place else text


def _named(entry: object) -> str:
    if is_table(entry):
        for key in ("name", "task_class"):
            name = entry.get(key)
            if isinstance(name, str) and name:
                return f" ({shown(name)})"
    return ""


def _without_none(kind: Any, value: object) -> Any:
    if get_origin(kind) in (Union, UnionType) and value is not None:
        kinds = [one for one in get_args(kind) if one not in (NoneType, msgspec.UnsetType)]
        return kinds[0] if len(kinds) == 1 else kind
    return kind


def _entry_kind(kind: Any) -> type[msgspec.Struct] | None:
    arguments = get_args(kind)
    return arguments[0] if get_origin(kind) is tuple and arguments and _is_struct(arguments[0]) else None


def _is_struct(kind: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
