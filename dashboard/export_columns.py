"""How a table of facts is exported: its columns in order, and how each value is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.keys import key_sql

_FORMULA_STARTS = "'=', '+', '-', '@', char(9), char(10), char(13)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a CSV file: its name, and the SQL that writes its value."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table of facts that can be exported, in the order of time and id."""

    name: str
    meaning: str
    source: str
    """FROM clause."""
    columns: Sequence[Column]
    order: str
    day: str | None = None
    """Indexed column of the day, by which rows are read piece by piece; null for small tables."""
    instant: str | None = None
    """For small tables: the instant that a period selects by."""
    where: str = "1"
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Expression that a filter compares: project, task_class, person; provider and model for route."""

    @property
    def dated(self) -> str:
        """The table that holds the day, without what is joined to it."""
        return self.source.replace(" LEFT JOIN ", " JOIN ").split(" JOIN ")[0]


def text(name: str, sql: str | None = None) -> Column:
    """Text from outside; what a spreadsheet would take for a formula gets an apostrophe in front."""
    value = sql or name
    return Column(name, f"iif(substr({value}, 1, 1) IN ({_FORMULA_STARTS}), '''' || {value}, {value})")


def plain(*names: str, of: str | None = None) -> tuple[Column, ...]:
    """Numbers, and words of closed lists."""
    return tuple(Column(name, f"{of}.{name}" if of else name) for name in names)


def key(name: str, sql: str) -> Column:
    """Key as text (data.keys)."""
    return Column(name, key_sql(sql))


def flag(name: str, sql: str | None = None) -> Column:
    """True or false."""
    return Column(name, f"CASE {sql or name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")


def usd(name: str, micro_usd: str) -> Column:
    """Millionths of a US dollar as dollars with 6 decimals; empty when unknown."""
    return Column(name, f"iif(({micro_usd}) IS NULL, NULL, printf('%.6f', ({micro_usd}) / 1e6))")


def instant(name: str, sql: str | None = None) -> Column:
    """UTC instant, ISO 8601 with microseconds and Z."""
    value = sql or name
    return Column(
        name,
        f"strftime('%Y-%m-%dT%H:%M:%S', {value} / 1000000, 'unixepoch') || printf('.%06dZ', {value} % 1000000)",
    )


def day(name: str, sql: str | None = None) -> Column:
    """Day in the reporting time zone, ISO 8601."""
    return Column(name, f"date({sql or name} * 86400, 'unixepoch')")


OWNER = (text("person"), text("project"))


def filters_of(of: str, route_of: str | None = None, *, has_class: bool = True) -> dict[str, str]:
    """Return what a table can be filtered by, as expressions over its rows."""
    found = {"project": f"{of}.project", "person": f"{of}.person"}
    if has_class:
        found["task_class"] = f"{of}.task_class"
    if route_of:
        found |= {"provider": f"{route_of}.provider", "model": f"{route_of}.model"}
    return found
