"""Tables about loading: what was read, what was already known, what could not be used, and settings of the store."""

from datetime import datetime

from data.tables.base import Row
from data.tables.columns import big, col, count, instant, must, name_key, number


class Load(Row, table=True):
    """One row per file that was loaded; read_count = loaded_count + known_count + quarantined_count, always."""

    load_id: int | None = number("number of the load, counted up")
    file_name: str = must("name of the file as it was given; a member of an archive is archive/member")
    file_path: str | None = col("where the file was, to notice cheaply that it has not changed", index=True)
    file_sha256: str = must("SHA-256 of the file's bytes, hexadecimal", index=True)
    file_bytes: int | None = big("size of the file in bytes")
    file_mtime_ns: int | None = big("time of the file's last change, nanoseconds since 1970")
    kind: str = must("what the file was recognised as (SourceKind)")
    person: str | None = col("whose export it is; null when not told")
    project: str | None = col("which project it belongs to; null when not told")
    exported_at: datetime | None = instant("when the export was made, as the file says")
    started_at: datetime | None = instant("when the load began")
    finished_at: datetime | None = instant("when the load was committed")
    read_count: int = count("records read")
    loaded_count: int = count("records that were new or that added something")
    known_count: int = count("records that brought nothing new")
    quarantined_count: int = count("records that could not be used")
    first_record_at: datetime | None = instant("earliest time of a record in the file")
    last_record_at: datetime | None = instant("latest time of a record in the file")
    is_demo: bool = must("whether the file was written by the demo generator")
    boltscope_version: str = must("version of the program that loaded it")


class LoadKnown(Row, table=True):
    """One row per load and reason: how many of its records brought nothing new, and why; they sum to known_count."""

    load_id: int = must("the load", index=True)
    load_known_id: int | None = number("number of the row")
    reason: str = must("why the records brought nothing new (KnownReason)")
    known_count: int = count("how many records")


class Quarantine(Row, table=True):
    """One row per record that could not be used."""

    quarantine_id: int | None = number("number of the row, counted up")
    load_id: int = must("the load that met the record", index=True)
    position: str = must("where in the file: a path such as chats[3].messages[4], or a line or row number")
    reason: str = must("why it could not be used (QuarantineReason)")
    detail: str = must("what exactly is wrong and what was expected")
    excerpt: str | None = col("shape of the record: its keys, with every text value masked")


class Setting(Row, table=True):
    """One row per setting of the store."""

    name: str = name_key("name of the setting")
    value: str = must("its value as text")
