"""Keys under which chats, git, reviews and deployments find each other: commits, paths in a project, contents."""

from collections.abc import Iterable
from hashlib import sha1

from data.keys import stable_key, stable_keys
from etl.redact import redact_path

PATH_CHARACTERS = 300


def stored_path(path: str) -> str:
    """Return what is stored of a path in a project: without secrets, at most 300 characters, no slash in front.

    Paths are compared as they are stored, so that every source must store them through this function.
    """
    return redact_path(path.removeprefix("./").lstrip("/"), PATH_CHARACTERS)


def place_hash(project: str | None, path: str) -> int:
    """Return the key of a path, as it is stored, in a project."""
    return stable_key("place", project, path)


def commit_key(project: str | None, sha: str) -> int:
    """Return the key of a commit of a project by its whole hash."""
    return stable_key("vcs_commit", project, sha.lower())


def blob_of_id(blob_id: str) -> int:
    """Return the hash of a blob, whatever kind of hash the repository uses for its id (hexadecimal, whole)."""
    return stable_key("blob", blob_id.lower())


def blobs_of_ids(blob_ids: Iterable[str]) -> list[int]:
    """Return blob_of_id of many ids, several times faster than one by one."""
    return stable_keys("blob", (blob_id.lower() for blob_id in blob_ids))


def blob_of_text(text: str) -> int:
    """Return the hash of the blob that git makes of what bolt.diy writes for the text of a file action.

    bolt.diy trims the text and ends it with one line feed; git hashes the bytes with their length in front.
    """
    data = text.strip().encode("utf-8", "replace") + b"\n"
    return blob_of_id(sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest())
