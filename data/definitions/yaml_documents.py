"""YAML documents of a file that nobody vouches for: bounded in size and depth, without aliases and repeated keys."""

from collections.abc import Hashable
from typing import Any

import yaml

from data.definitions.mistakes import shown

MOST_BYTES = 1_000_000
_MOST_DEPTH = 30
_MOST_DOCUMENTS = 100
_MOST_EVENTS = 5_000
"""Beginnings, ends and values, of which the five objectives have some 500. Building values is what takes time."""
_LONGEST_VALUE = 10_000
"""Characters; the time to read a number of YAML's base 60 grows with the square of them."""


class YamlError(Exception):
    """The file is not taken as YAML; the text says why and, where known, in which line."""


class _Loader(yaml.SafeLoader):
    """Plain values only; a key that is there twice is an error, as one of its values would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    raise YamlError(f"line {key.start_mark.line + 1}: the key '{shown(key.value)}' is there twice")
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def read_documents(content: bytes) -> list[object]:
    """Return the documents of a file as plain values, empty ones left out. Raises YamlError."""
    if len(content) > MOST_BYTES:
        raise YamlError(f"it is larger than {MOST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise YamlError("it is no UTF-8 text") from None
    try:
        _check_events(text)
        return [document for document in yaml.load_all(text, _Loader) if document is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise YamlError(f"{place}{shown(error.problem or error.context or 'it is no YAML', 200)}") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as error:
        raise YamlError(f"it is no YAML of plain values ({type(error).__name__})") from None


def write_documents(documents: list[object]) -> str:
    """Return documents as YAML, keys in the order given, each document begun by ---."""
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=120, explicit_start=True)


def _check_events(text: str) -> None:
    """Read the marks of the file one by one, which neither builds nor copies anything, and refuse what grows."""
    depth = documents = 0
    for number, event in enumerate(yaml.parse(text, yaml.SafeLoader)):
        if number > _MOST_EVENTS:
            raise YamlError(f"it has more than {_MOST_EVENTS:,} keys and values")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > _LONGEST_VALUE:
            raise YamlError(f"line {event.start_mark.line + 1}: a value has more than {_LONGEST_VALUE:,} characters")
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(f"line {event.start_mark.line + 1}: aliases (*name) are not taken; write the value out")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MOST_DEPTH:
            raise YamlError(f"line {event.start_mark.line + 1}: more than {_MOST_DEPTH} levels in each other")
        if documents > _MOST_DOCUMENTS:
            raise YamlError(f"it has more than {_MOST_DOCUMENTS} documents")
