"""Recognising what a file is, by its content and never by its name; what is not recognised is refused with help."""

import re

import msgspec

from data.words import SourceKind
from etl.credentials import credential_text, outermost, refuse_credential_json
from etl.lookalikes import lookalike
from etl.redact import redact_title
from etl.sources.base import RawFile, RefusedError, Source
from etl.sources.bolt_chats import BoltChats
from etl.sources.bolt_events import BoltEvents
from etl.sources.git_history import GIT
from etl.sources.github_deployments import GITHUB_DEPLOYMENTS
from etl.sources.github_pulls import GITHUB_PULLS
from etl.sources.gitlab_deployments import GITLAB_DEPLOYMENTS
from etl.sources.gitlab_merges import GITLAB_MERGES
from etl.sources.litellm import PAYLOAD, SPEND
from etl.sources.netlify_deploys import NETLIFY_DEPLOYS
from etl.sources.openrouter import OpenRouter
from etl.sources.otlp import Otlp
from etl.sources.own_records import RECORDS
from etl.sources.vercel_deployments import VERCEL_DEPLOYMENTS
from etl.streams import encoding_problem

SOURCES: tuple[Source, ...] = (
    BoltChats(),
    BoltEvents(),
    SPEND,
    PAYLOAD,
    OpenRouter(),
    Otlp(),
    GIT,
    GITHUB_PULLS,
    GITLAB_MERGES,
    GITHUB_DEPLOYMENTS,
    GITLAB_DEPLOYMENTS,
    NETLIFY_DEPLOYS,
    VERCEL_DEPLOYMENTS,
    RECORDS,
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (
        b"SQLite format 3\0",
        "is a SQLite database. Only exports are read: of LiteLLM's database, export the spend rows.",
    ),
    (b"%PDF", "is a PDF. Event logs are read as JSON: choose JSON in the export menu."),
    (b"\x89PNG", "is a picture."),
    (b"\xff\xd8\xff", "is a picture."),
    (b"GIF8", "is a picture."),
    (b"RIFF", "is a picture, sound or film."),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive. Unpack it, or pack as zip or gzip."),
    (b"Rar!", "is a RAR archive. Unpack it, or pack as zip or gzip."),
    (b"\xfd7zXZ", "is an xz archive. Unpack it, or pack as zip or gzip."),
    (b"BZh", "is a bzip2 archive. Unpack it, or pack as zip or gzip."),
    (b"\x28\xb5\x2f\xfd", "is a zstd archive. Unpack it, or pack as zip or gzip."),
    (b"\x7fELF", "is a program."),
    (b"MZ", "is a program."),
)
_TAR_MAGIC_AT = 257
_HTML = re.compile(rb"(?i)\A\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.DOTALL)
_XML = re.compile(rb"\A\s*<\?xml")
_EVENT_TEXT = re.compile(rb"\A\s*\[[^\]\n]{4,60}\] [A-Z]{4,8}: [^\n]*\n(?:Category: )")
_DEBUG_LOG = re.compile(rb"=== DETAILED DEBUG DATA ===|\A\W*bolt\.diy debug", re.IGNORECASE)
_COLUMN = re.compile(r'"?[A-Za-z][\w .-]{0,40}"?')
_MOST_NAMES = 8


def recognise(file: RawFile) -> tuple[SourceKind, Source]:
    """Return what a file is and the source that loads it.

    Raises RefusedError when it holds credentials, is a thing that is known and not read, or is not known at all.
    """
    head = file.head
    refuse_credential_json(file.name, head)
    for source in SOURCES:
        kind = source.recognise(file)
        if kind is not None:
            return kind, source
    raise RefusedError(f"{file.name} {_what_it_is(head)}\n{accepted()}")


def accepted() -> str:
    """Return what is accepted and how to get it, a line each."""
    lines = [f"- {source.about.title}: {source.about.how_to_get}" for source in SOURCES]
    return "\n".join(["Accepted (plain, or inside zip or gzip):", *lines])


def _what_it_is(head: bytes) -> str:
    for magic, meaning in _MAGIC:
        if head.startswith(magic):
            return meaning
    if head[_TAR_MAGIC_AT:].startswith(b"ustar"):
        return "is a tar archive. Unpack it, or pack as zip."
    if b"\0" in head[:4096]:
        return "is a binary file of a kind that is not known."
    if _HTML.match(head):
        return "is a web page (HTML), probably a login or error page that was saved in its place. Export again."
    if _XML.match(head):
        return "is XML, which is not read."
    if _DEBUG_LOG.search(head[:20_000]):
        return "is a bolt.diy debug log. It can hold terminal text and is not read: export the event log as JSON."
    if _EVENT_TEXT.match(head):
        return (
            "is a bolt.diy event log as text. Its times have no time zone, so it is not read: export the event log as "
            "JSON."
        )
    if credential := credential_text(head):
        return credential
    if problem := encoding_problem(head):
        return f"is {problem}."
    return (
        lookalike(head) or _what_json_it_is(head) or _what_table_it_is(head) or "is text of a kind that is not known."
    )


def _what_json_it_is(head: bytes) -> str | None:
    text = head.lstrip()
    if not text.startswith((b"{", b"[")):
        return None
    if text.startswith(b"["):
        return "is a JSON list whose items are of no kind that is known."
    names = [redact_title(key)[:40] for key in outermost(head)]
    if not names:
        return "begins like JSON and cannot be parsed. It may be cut off or damaged: export it again."
    shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    state = "" if _parses(head) else ", and it is cut off or damaged"
    return f"is JSON of a kind that is not known (keys: {shown}){state}."


def _parses(head: bytes) -> bool:
    try:
        msgspec.json.decode(head.splitlines()[0] if b"\n{" in head else head, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return len(head) >= 64 << 10
    return True


def _what_table_it_is(head: bytes) -> str | None:
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    separator = max(",;\t", key=first.count)
    cells = first.split(separator)
    if len(cells) < 3 or not all(_COLUMN.fullmatch(cell) for cell in cells):
        return None
    names = [redact_title(cell.strip('"'))[:40] for cell in cells]
    shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    return f"is a table of a kind that is not known (columns: {shown})."
