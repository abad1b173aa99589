"""Names of files and sheets, from names that anybody may have given."""

from collections.abc import Iterable, Sequence

from dashboard.exports import safe_file_name

_LONGEST = 80


def unique_names(names: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return a name that every file system takes for each of these, none twice, capital letters or not."""
    used = {name.lower() for name in taken}
    found: list[str] = []
    for name in names:
        stem = safe_file_name(name, extension="x").removesuffix(".x")[:_LONGEST]
        candidate, number = stem, 1
        while candidate.lower() in used:
            number += 1
            candidate = f"{stem}-{number}"
        used.add(candidate.lower())
        found.append(candidate)
    return found
