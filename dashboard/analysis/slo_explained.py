"""What an objective is measured from, in words: formula, what n counts, sources, and how its figures are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.analysis.declared_columns import DeclaredColumn, declared_tables, list_words
from dashboard.analysis.figures import Unit
from dashboard.analysis.source_months import NEEDS
from dashboard.analysis.units import value_text
from data.definitions import Slo, slos

# Columns that say how the events of an objective are known: table and column.
_KNOWN_BY: Mapping[str, Sequence[tuple[str, str]]] = {
    "task_success": (("task", "outcome_basis"), ("task", "requested_at_basis")),
    "diff_acceptance": (("patch", "decision"), ("patch", "rollback_evidence"), ("patch", "proposed_at_basis")),
    "runtime_health": (("command_run", "status"),),
    "provider_stability": (("llm_call", "status"), ("llm_call", "error_kind")),
    "cost_efficiency": (("task", "outcome_basis"), ("llm_call", "cost_basis"), ("llm_call", "usage_status")),
}


@dataclass(frozen=True, slots=True)
class SloExplained:
    """One objective in words; each text is a sentence or a phrase of its own."""

    slo: Slo
    formula: str
    objective: str
    counts: str
    """What n counts."""
    sources: tuple[str, ...]
    """What must be loaded to measure it."""
    known_by: tuple[DeclaredColumn, ...]
    """Columns that say how each of its events is known."""
    headline: str | None
    """What is shown large where it is not the rate."""


def explained(slo: Slo) -> SloExplained:
    """Return what an objective is measured from, in words."""
    tables = {table.name: table for table in declared_tables()}
    return SloExplained(
        slo=slo,
        formula=f"{slo.good} / {slo.total}",
        objective=f"at least {value_text(slo.objective, Unit.RATE)} over {slo.window_days} days",
        counts=slo.total,
        sources=tuple(need.needs for need in NEEDS if slo.name in need.slos),
        known_by=tuple(tables[table].columns[column] for table, column in _KNOWN_BY.get(slo.name, ())),
        headline=_headline(slo),
    )


def all_explained() -> tuple[SloExplained, ...]:
    """Return every objective in words, in the order of definitions/slos.toml."""
    return tuple(explained(slo) for slo in slos().slo)


def known_words(column: DeclaredColumn) -> str:
    """Return a column that says how something is known, with its words: outcome_basis: answer, error, recorded."""
    if column.list_name is None:
        return f"{column.name}: {column.meaning}"
    return f"{column.name}: {', '.join(word for word, _ in list_words(column.list_name))}"


def _headline(slo: Slo) -> str | None:
    if slo.headline is None:
        return None
    if slo.headline_target is None:
        return slo.headline
    return f"{slo.headline}, which should be at most {slo.headline_target:g} {slo.headline_unit}"
