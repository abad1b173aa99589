"""All definition files as this process works with them: what a frozen review keeps, and a hash that says any change.

Files are read once; what is on disk later takes effect with the next start.
"""

from collections.abc import Mapping
from hashlib import sha256

from data.definitions.reading import content_of, content_on_disk, file_names
from data.errors import DefinitionError


def definition_texts() -> dict[str, str]:
    """Return the text of every file of definitions, by name, in order: the one that its values were read from.

    Raises DefinitionError that names a file that is no text.
    """
    return {name: _text_of(name) for name in file_names()}


def _text_of(name: str) -> str:
    try:
        return content_of(name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(f"data/definitions/{name} is wrong: it is not written in UTF-8 ({error}).") from error


def changed_on_disk() -> tuple[str, ...]:
    """Return the names of the files that are another on disk than this process works with."""
    return tuple(name for name in file_names() if content_of(name) != content_on_disk(name))


def on_disk_words() -> str | None:
    """Return in words that definitions on disk differ and what to do; null where they do not."""
    names = changed_on_disk()
    if not names:
        return None
    return (
        f"Definitions on disk differ from those that this dashboard works with: {', '.join(names)}. Restart the "
        "dashboard, and run etl load once, so that all figures follow from them."
    )


def definitions_hash(texts: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 over the definitions, names and texts, in hexadecimal digits."""
    digest = sha256()
    for name, text in sorted((definition_texts() if texts is None else texts).items()):
        # Lengths first, so that text cannot move from one file to the next unnoticed.
        content = text.encode()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
