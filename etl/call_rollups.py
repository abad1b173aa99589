"""Rollups of calls to providers' models: by route that served, and of fallbacks by the route that was asked for."""

from data.words import CallStatus, CostBasis
from etl.source_rollups import Rollup, histogram_sql

_BOTH = "reported_cost_micro_usd IS NOT NULL AND computed_cost_micro_usd IS NOT NULL"


def call_rollups() -> tuple[Rollup, ...]:
    """Return the rollups of calls; each is made of facts, or of one before it."""
    return (
        _calls(),
        _by_class_and_route(),
        _fallbacks(),
        _over_classes(_by_class_and_route(), "route_daily"),
        _over_classes(_calls(), "call_project_daily", "project"),
    )


def _calls() -> Rollup:
    return Rollup(
        table="call_daily",
        facts="llm_call",
        where="is_counted",
        date="started_date",
        dimensions={
            # The most varied first: the sort that groups a million calls then compares least.
            **{name: name for name in ("task_class", "project", "model", "source")},
            "is_attributed": "task_key IS NOT NULL",
            **{name: name for name in ("status", "provider", "error_kind")},
        },
        measures={
            "call_count": "1",
            "unpriced_count": f"cost_basis = '{CostBasis.UNKNOWN}'",
            "usage_known_count": "total_tokens IS NOT NULL",
            "latency_known_count": "latency_ms IS NOT NULL",
            "fallback_count": "is_fallback",
            "retry_count": "retry_count",
            "cost_micro_usd": "cost_micro_usd",
            "both_costs_count": _BOTH,
            "both_billed_count": f"{_BOTH} AND cost_basis = '{CostBasis.REPORTED}'",
            "both_reported_micro_usd": f"iif({_BOTH}, reported_cost_micro_usd, NULL)",
            "both_computed_micro_usd": f"iif({_BOTH}, computed_cost_micro_usd, NULL)",
            "computed_cost_micro_usd": "computed_cost_micro_usd",
            "input_tokens": "input_tokens",
            "cache_read_tokens": "cache_read_tokens",
            "cache_write_tokens": "cache_write_tokens",
            "output_tokens": "output_tokens",
        },
        histograms={"latency_histogram": histogram_sql("latency_ms")},
    )


def _by_class_and_route() -> Rollup:
    return _calls().summed(
        "call_route_daily", "source", "task_class", "provider", "model", "status", "error_kind", "is_attributed"
    )


def _fallbacks() -> Rollup:
    # The gateway may write the fallback's own group into its row; the failed attempt beside it tells what was asked.
    asked = {
        name: f"iif(found.failed_model IS NULL, call.requested_{name}, found.failed_{name})"
        for name in ("provider", "model")
    }
    return Rollup(
        table="fallback_daily",
        facts="llm_call AS call LEFT JOIN found_fallback AS found USING (llm_call_key)",
        where="call.is_counted AND call.is_fallback",
        date="call.started_date",
        dimensions={
            "project": "call.project",
            "task_class": "call.task_class",
            "requested_provider": asked["provider"],
            "requested_model": asked["model"],
            "provider": "call.provider",
            "model": "call.model",
        },
        measures={
            "call_count": "1",
            "error_count": f"call.status = '{CallStatus.ERROR}'",
            "cost_micro_usd": "call.cost_micro_usd",
        },
    )


def _over_classes(finer: Rollup, table: str, *kept: str) -> Rollup:
    """Return the rollup over task classes; measures of its own tell what belongs to tasks."""
    attributed = ("call_count", "unpriced_count", "cost_micro_usd")
    return finer.summed(
        table,
        *(*kept, "source", "provider", "model", "status", "error_kind"),
        extra={f"attributed_{name}": f"iif(is_attributed, {name}, 0)" for name in attributed},
    )
