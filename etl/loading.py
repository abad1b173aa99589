"""Loading files: one file, one transaction; the same bytes again change nothing and cost almost nothing."""

import gc
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Protocol

from data.epoch import DAY_MICROSECONDS
from data.errors import StoreError
from data.store import Store
from data.words import KnownReason, SourceKind
from etl.context import LoadContext, Owner
from etl.derive.anew import definitions_changed, derive_anew, remember_definitions
from etl.files import InputFile
from etl.sources.base import RefusedError, Source


class Ownership(Protocol):
    """Answers who files and gateway rows belong to."""

    def owner_of(self, file: InputFile) -> Owner:
        """Return whose file it is."""
        ...

    def person_of_gateway_user(self, user: str | None) -> str | None:
        """Return the person behind a user, key alias or key hash at the gateway."""
        ...

    def is_mapped(self, user: str | None) -> bool:
        """Tell whether somebody said who a user, key alias or key hash at the gateway is."""
        ...

    def project_of_team(self, team: str | None) -> str | None:
        """Return the project of a team at the gateway."""
        ...

    def stored_name(self, file: InputFile) -> str:
        """Return the file's name as the store keeps it; with pseudonyms it names nobody."""
        ...

    def stored_path(self, file: InputFile) -> str:
        """Return what the store keeps to find the file again; with pseudonyms only a hash."""
        ...


class Progress(Protocol):
    """Is told how far a load is."""

    def file_begins(self, file: InputFile) -> None:
        """A file is about to be read."""
        ...

    def records_read(self, records: int) -> None:
        """So many records of the file were read so far."""
        ...

    def says(self, message: str) -> None:
        """Something worth knowing, such as waiting for another load."""
        ...

    def file_ends(self, report: "FileReport") -> None:
        """The file is committed, known or refused."""
        ...


@dataclass
class FileReport:
    """What became of one file: read = loaded + known + quarantined, or refused with the reason."""

    file: str
    kind: SourceKind | None = None
    read: int = 0
    loaded: int = 0
    known: int = 0
    quarantined: int = 0
    refused: str | None = None
    load_id: int | None = None
    note: str | None = None
    """What to know about a file that was loaded: before, or now with something to tell."""
    is_kept_for_others: bool = False
    """It was loaded before for another person or project than now asked for, and stays theirs."""
    known_by_reason: dict[str, int] = field(default_factory=dict[str, int])


def load_files(
    store: Store,
    files: Iterable[InputFile],
    ownership: Ownership,
    progress: Progress,
    *,
    on_fault: Callable[[InputFile, Exception], FileReport] | None = None,
    now: Callable[[], float] = time.time,
) -> Iterator[FileReport]:
    """Load files one after the other, yielding a report on each; a refused file leaves nothing and stops no other.

    What a mistake in the program makes of a file is up to on_fault; without it the error is raised. Raises StoreError
    when the store cannot be written.
    """
    if definitions_changed(store):
        progress.says("Definitions or prices changed since the last load: everything is derived anew from the facts.")
        with store.writing(on_wait=progress.says) as connection:
            derive_anew(connection)
    for file in files:
        progress.file_begins(file)
        try:
            with _no_search_for_cycles():
                report = load_file(store, file, ownership, progress, now=now)
        except StoreError:
            raise
        except Exception as error:
            if on_fault is None:
                raise
            report = on_fault(file, error)
        progress.file_ends(report)
        yield report


@contextmanager
def _no_search_for_cycles() -> Generator[None]:
    """Keep Python from searching millions of living rows for cycles, a fifth of a load of chats."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_file(
    store: Store,
    file: InputFile,
    ownership: Ownership,
    progress: Progress,
    *,
    now: Callable[[], float] = time.time,
) -> FileReport:
    """Load one file in one transaction: facts, then all that is derived from them.

    Raises StoreError when the store cannot be written; what is wrong with the file itself is in the report.
    """
    try:
        known = _loaded_before(store, file, ownership)
        if known is not None:
            return known
        # Sources and derivation take longer to import than to notice that a file has not changed.
        from etl.demo_data import brings_nothing, make_room
        from etl.demo_manifest import is_demo
        from etl.recognise import recognise

        kind, source = recognise(file)
        owner = ownership.owner_of(file)
        from_demo = is_demo(file)
        with store.writing(on_wait=progress.says) as connection:
            # Another process may have loaded the same bytes while this one waited.
            known = _same_bytes(connection, file, ownership, owner)
            if known is not None:
                return known
            demo_gave_way = make_room(connection, file.name, is_demo=from_demo)
            started_at = int(now() * 1_000_000)
            context = LoadContext(
                connection=connection,
                load_id=_begin(connection, file, ownership, kind, owner, started_at, from_demo),
                file_sha256=file.sha256,
                owner=owner,
                latest_allowed=started_at + DAY_MICROSECONDS,
                person_of_gateway_user=ownership.person_of_gateway_user,
                is_mapped_user=ownership.is_mapped,
                project_of_team=ownership.project_of_team,
                file_bytes=file.identity.size,
                on_progress=progress.records_read,
            )
            _load(source, file, kind, context)
            if demo_gave_way:
                if not context.loaded_count:
                    raise brings_nothing(file.name)
                progress.says("The store held demo data. It gives way to your own files; etl demo writes it anew.")
            _finish(context, int(now() * 1_000_000))
            return _report(file, kind, context)
    except RefusedError as error:
        return FileReport(file.name, refused=str(error))


def _load(source: Source, file: InputFile, kind: SourceKind, context: LoadContext) -> None:
    from etl.derive.run import derive
    from etl.streams import encoding_problem

    try:
        source.load(file, kind, context)
    except UnicodeDecodeError:
        problem = encoding_problem(file.read()) or "not text in one encoding"
        raise RefusedError(f"{file.name} is {problem}. Nothing of it was kept.") from None
    accounted = context.loaded_count + sum(context.known.values()) + context.quarantined_count
    if context.read_count != accounted:
        raise AssertionError(f"{file.name}: {context.read_count} records read, {accounted} accounted for")
    derive(context.connection, context.touched)


_LOAD_COLUMNS = "load_id, kind, file_name, person, project, read_count"


def _loaded_before(store: Store, file: InputFile, ownership: Ownership) -> FileReport | None:
    """Report a file that is in the store: by path, size and time of change where that is safe, else by its bytes."""
    identity, asked = file.identity, ownership.owner_of(file)
    with store.reading() as connection:
        if file.is_place:
            return _same_bytes(connection, file, ownership, asked)
        row = connection.execute(
            f"SELECT {_LOAD_COLUMNS}, started_at FROM load WHERE file_path = ? AND file_bytes = ? "  # noqa: S608
            "AND file_mtime_ns = ? ORDER BY load_id DESC LIMIT 1",
            (ownership.stored_path(file), identity.size, identity.mtime_ns),
        ).fetchone()
        if row is not None and identity.is_settled(row[-1]):
            return _known_report(file, row[:-1], asked)
        return _same_bytes(connection, file, ownership, asked)


def _same_bytes(
    connection: sqlite3.Connection, file: InputFile, ownership: Ownership, asked: Owner
) -> FileReport | None:
    if connection.execute("SELECT 1 FROM load LIMIT 1").fetchone() is None:
        return None
    if file.is_place:
        # It may be again what it was before: what counts is what the store learned of it last.
        row = connection.execute(
            f"SELECT {_LOAD_COLUMNS}, file_sha256 FROM load WHERE file_path = ? "  # noqa: S608
            "ORDER BY load_id DESC LIMIT 1",
            (ownership.stored_path(file),),
        ).fetchone()
        return None if row is None or row[-1] != file.sha256 else _known_report(file, row[:-1], asked)
    row = connection.execute(
        f"SELECT {_LOAD_COLUMNS} FROM load WHERE file_sha256 = ? ORDER BY load_id LIMIT 1",  # noqa: S608
        (file.sha256,),
    ).fetchone()
    return None if row is None else _known_report(file, row, asked)


def _known_report(file: InputFile, row: tuple[int, str, str, str | None, str | None, int], asked: Owner) -> FileReport:
    load_id, kind, name, person, project, read = row
    stored = Owner(person, project)
    note = f"The same bytes were loaded before as {name}"
    is_kept = asked.person not in {None, person} or asked.project not in {None, project}
    if is_kept:
        note += f" for {_whose(stored) or 'nobody by name'}, and stay so; asked for was {_whose(asked)}"
    elif whose := _whose(stored):
        note += f" for {whose}"
    return FileReport(
        file.name,
        SourceKind(kind),
        read=read,
        known=read,
        load_id=load_id,
        note=note + ".",
        is_kept_for_others=is_kept,
        known_by_reason={KnownReason.SAME_FILE.value: read},
    )


def _whose(owner: Owner) -> str:
    parts = (owner.person and f"person {owner.person}", owner.project and f"project {owner.project}")
    return " and ".join(part for part in parts if part)


def _begin(
    connection: sqlite3.Connection,
    file: InputFile,
    ownership: Ownership,
    kind: SourceKind,
    owner: Owner,
    started_at: int,
    is_demo: bool,
) -> int:
    identity = file.identity
    cursor = connection.execute(
        "INSERT INTO load (file_name, file_path, file_sha256, file_bytes, file_mtime_ns, kind, person, project, "
        "started_at, read_count, loaded_count, known_count, quarantined_count, is_demo, boltscope_version) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?)",
        (ownership.stored_name(file), ownership.stored_path(file), file.sha256, identity.size, identity.mtime_ns,
         kind.value, owner.person, owner.project, started_at, int(is_demo), version("boltscope")),
    )  # fmt: skip
    load_id = cursor.lastrowid
    if load_id is None:
        raise AssertionError("SQLite gave the new load no number")
    return load_id


def _finish(context: LoadContext, finished_at: int) -> None:
    """Write the counts of the load and raise the data version."""
    context.connection.execute(
        "UPDATE load SET exported_at = ?, finished_at = ?, read_count = ?, loaded_count = ?, known_count = ?, "
        "quarantined_count = ?, first_record_at = ?, last_record_at = ? WHERE load_id = ?",
        (context.exported_at, finished_at, context.read_count, context.loaded_count, sum(context.known.values()),
         context.quarantined_count, context.first_record_at, context.last_record_at, context.load_id),
    )  # fmt: skip
    context.connection.executemany(
        "INSERT INTO load_known (load_id, reason, known_count) VALUES (?, ?, ?)",
        ((context.load_id, reason.value, known) for reason, known in sorted(context.known.items())),
    )
    remember_definitions(context.connection)
    context.connection.execute(
        "INSERT INTO setting (name, value) VALUES ('data_version', '1') "
        "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
    )


def _report(file: InputFile, kind: SourceKind, context: LoadContext) -> FileReport:
    return FileReport(
        file.name,
        kind,
        read=context.read_count,
        loaded=context.loaded_count,
        known=sum(context.known.values()),
        quarantined=context.quarantined_count,
        load_id=context.load_id,
        note=" ".join(context.notes) or None,
        known_by_reason={reason.value: known for reason, known in sorted(context.known.items())},
    )
