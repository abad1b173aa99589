"""All definitions as text, to keep beside what was made with them, and to tell what changed since."""

from hashlib import sha256
from importlib.resources import files


def definition_texts() -> dict[str, str]:
    """Return the text of every file of definitions by its name, in the order of names."""
    folder = files("data.definitions")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def definitions_hash(texts: dict[str, str]) -> str:
    """Return the SHA-256 of definitions: names and texts, each with its length, in hexadecimal digits."""
    digest = sha256()
    for name, text in sorted(texts.items()):
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
