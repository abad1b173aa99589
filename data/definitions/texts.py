"""All definition files as they are: what a frozen review keeps, and the hash that says whether any of them changed."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files


def definition_texts() -> dict[str, str]:
    """Return the text of every file of definitions, by name, in order."""
    folder = files("data.definitions")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def definitions_hash(texts: Mapping[str, str] | None = None) -> str:
    """Return the SHA-256 over the definitions, names and texts, in hexadecimal digits."""
    digest = sha256()
    for name, text in sorted((definition_texts() if texts is None else texts).items()):
        # Lengths first, so that text cannot move from one file to the next unnoticed.
        content = text.encode()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
