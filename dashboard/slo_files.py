"""Objectives on the command line: as a table, as OpenSLO YAML, and from OpenSLO YAML as the slos.toml that follows."""

import sys
from importlib.resources import files
from pathlib import Path

from dashboard.analysis.units import value_text
from dashboard.whole_file import whole_file
from data.definitions import Slo, Slos, slos
from data.definitions.burn_windows import burn_windows
from data.definitions.objectives import FILE_NAME
from data.errors import DefinitionError

_WIDTH_WITHOUT_TERMINAL = 10_000


def show_slos() -> None:
    """Print the objectives as a table; in a file or pipe each stays on its line."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL)
    table = Table(box=box.SIMPLE, header_style="bold")
    for title in ("name", "objective", "window", "owner", "good", "of"):
        table.add_column(title, overflow="fold")
    for slo in slos().slo:
        table.add_row(*(Text(cell) for cell in _cells(slo)))
    console.print(table)


def write_openslo(out: str | None) -> None:
    """Write the objectives as OpenSLO v1 YAML to a file, or to standard output for none or -."""
    from data.definitions.openslo import openslo_of

    text = openslo_of(slos())
    if out is None or out == "-":
        sys.stdout.buffer.write(text.encode())
        return
    with whole_file(Path(out)) as file:
        file.write(text.encode())


def take_openslo(path: Path, write: bool) -> str:
    """Check an OpenSLO file, and print the slos.toml that follows from it, or put it in place; return what to say.

    Raises DefinitionError that lists all that Boltscope cannot take.
    """
    from data.definitions.objectives_toml import toml_of
    from data.definitions.openslo import slos_of_openslo

    current = slos()
    asked, kept, left_out = slos_of_openslo(_content(path), str(path), current)
    text = toml_of(asked).encode()
    count = len(asked.slo) - len(kept)
    said = [f"{path}: {count} objective{'' if count == 1 else 's'}, {_changes(current.slo, asked.slo)}."]
    if asked.rollback_window_days != current.rollback_window_days:
        said.append(f"rollback_window_days: {current.rollback_window_days} becomes {asked.rollback_window_days}.")
    said += _out_of_reach(current, asked)
    if kept:
        said.append(f"Not in it, and kept as they are: {', '.join(kept)}.")
    said += [f"Left out, Boltscope has no place for it: {one}." for one in left_out]
    if not write:
        sys.stdout.buffer.write(text)
        said.append(f"Nothing was written; --write puts it into data/definitions/{FILE_NAME}.")
        return "\n".join(said)
    target = Path(str(files("data.definitions").joinpath(FILE_NAME)))
    with whole_file(target) as file:
        file.write(text)
    said.append(f"Written to data/definitions/{FILE_NAME}; the next etl load derives everything by it.")
    return "\n".join(said)


def _out_of_reach(current: Slos, asked: Slos) -> list[str]:
    """Say which burn-rate rules can fire for an objective now and could not with what is asked, and why."""
    return [
        f"Burn-rate rule {rule.name} will not be able to fire for {slo.name}: {reason}."
        for rule in burn_windows().rule
        for slo in asked.slo
        if (reason := rule.why_not(slo)) is not None and rule.why_not(current.named(slo.name)) is None
    ]


def _content(path: Path) -> bytes:
    from data.definitions.yaml_documents import MOST_BYTES

    try:
        with path.open("rb") as file:
            # One byte more than is taken tells that there are too many, without reading them all.
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DefinitionError(f"{path} cannot be read: {error.strerror or error}.") from error


def _cells(slo: Slo) -> tuple[str, ...]:
    from dashboard.analysis.figures import Unit

    return slo.name, value_text(slo.objective, Unit.RATE), f"{slo.window_days} days", slo.owner, slo.good, slo.total


def _changes(before: tuple[Slo, ...], after: tuple[Slo, ...]) -> str:
    changed = [slo.name for slo, was in zip(after, before, strict=True) if slo != was]
    return f"changed: {', '.join(changed)}" if changed else "none of them changed"
