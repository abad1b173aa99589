"""How a rollup follows from facts, and the one that counts the records of each day by source."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.buckets import bucket_sql
from data.words import FactSource, Thing


@dataclass(frozen=True)
class Rollup:
    """How one rollup table follows from facts: each row is a group of equal dimensions, measures are sums over it."""

    table: str
    facts: str
    """FROM clause, without WHERE."""
    date: str
    """Column of the day, indexed."""
    dimensions: Mapping[str, str]
    """Column of the rollup: expression over the facts."""
    measures: Mapping[str, str]
    where: str = "1"
    histograms: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column of the rollup: aggregate that makes a histogram."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rollup, in the order in which they are written."""
        return ("date", *self.dimensions, *self.measures, *self.histograms)

    def insert_sql(self, days: str) -> str:
        """Return the statement that writes the rows of the days that a condition on the day column selects."""
        grouped = [self.date, *self.dimensions.values()]
        values = [
            *grouped,
            *(f"coalesce(sum({expression}), 0)" for expression in self.measures.values()),
            *self.histograms.values(),
        ]
        return (
            f"INSERT INTO {self.table} ({', '.join(self.columns)}) SELECT {', '.join(values)} FROM {self.facts} "  # noqa: S608
            f"WHERE ({self.where}) AND {days} GROUP BY {', '.join(grouped)}"
        )

    def summed(self, table: str, *dimensions: str, extra: Mapping[str, str] | None = None) -> "Rollup":
        """Return the rollup that adds up the rows of this one over all dimensions but some, under the same names.

        ``extra`` has more measures: column of the new rollup by expression over the columns of this one.
        """
        return Rollup(
            table=table,
            facts=self.table,
            date="date",
            dimensions={name: name for name in dimensions},
            measures={name: name for name in self.measures} | dict(extra or {}),
            histograms={name: f"merge_histograms({name})" for name in self.histograms},
        )

    def with_coarser(
        self, by_project: str, by_route: str, whole: str, *kept: str, by_class: bool = True
    ) -> "tuple[Rollup, ...]":
        """Return this rollup and those over routes, over projects and over both, in the order in which they follow.

        ``kept`` are the dimensions that all of them have. ``by_class`` says that task classes are among them; else the
        rollup by route alone keeps these apart.
        """
        over_projects = self.summed(by_route, *(() if by_class else ("task_class",)), "provider", "model", *kept)
        return self, self.summed(by_project, "project", *kept), over_projects, over_projects.summed(whole, *kept)


def histogram_sql(value: str, condition: str = "1") -> str:
    """Return the aggregate that makes a histogram of the values of the facts that meet a condition."""
    return f"encode_buckets(group_concat(CASE WHEN {condition} THEN {bucket_sql(value)} END))"


_THINGS: tuple[tuple[Thing, str, str, str], ...] = (
    (Thing.EVENT, "event", f"'{FactSource.BOLT_EVENTS}'", "occurred_date"),
    (Thing.TASK, "task", "source", "requested_date"),
    (Thing.LLM_CALL, "llm_call", "source", "started_date"),
    (Thing.PATCH, "patch", "source", "proposed_date"),
    (Thing.APPROVAL, "approval", "source", "asked_date"),
    (Thing.TOOL_CALL, "tool_call", "source", "called_date"),
    (Thing.COMMIT, "vcs_commit", f"'{FactSource.GIT}'", "committed_date"),
    (Thing.PULL_REQUEST, "pull_request", "platform", "opened_date"),
    (
        Thing.REVIEW,
        "pull_request_review AS review JOIN pull_request AS request USING (pull_request_key)",
        "platform",
        "submitted_date",
    ),
    (Thing.POLICY_CHANGE, "policy_change", f"'{FactSource.RECORD}'", "released_date"),
    (Thing.INCIDENT, "incident", f"'{FactSource.RECORD}'", "started_date"),
    (Thing.SECRET_ROTATION, "secret_rotation", f"'{FactSource.RECORD}'", "rotated_date"),
    (Thing.ACCESS_GRANT, "access_grant", f"'{FactSource.RECORD}'", "granted_date"),
    (Thing.OWNER, "owner", f"'{FactSource.RECORD}'", "since_date"),
)


def source_rollups() -> list[Rollup]:
    """Return the parts of source_daily: one for each kind of dated fact, except those that etl.fact_sums counts."""
    return [counted_by_source(thing, facts, source, date) for thing, facts, source, date in _THINGS]


def counted_by_source(thing: Thing, facts: str, source: str, date: str, count: str = "1") -> Rollup:
    """Return the part of source_daily of one kind of fact."""
    return Rollup(
        table="source_daily",
        facts=facts,
        date=date,
        dimensions={"project": "project", "source": source, "thing": f"'{thing}'"},
        measures={"record_count": count},
    )
