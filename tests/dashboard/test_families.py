"""Kinds of files that take each other's place count as one source: the newest of them says how fresh it is."""

from dashboard.analysis.coverage import SourceCoverage
from dashboard.analysis.families import families
from data.words import SourceKind
from fact_rows import at


def source(kind: SourceKind, files: int, records: int, last: str | None, age: float | None) -> SourceCoverage:
    seen = at(last) if last else None
    return SourceCoverage(kind.value, kind.meaning, files, records, seen, seen, seen, age)


def test_a_gateway_whose_files_changed_their_form_is_as_fresh_as_its_newest_file() -> None:
    rows = source(SourceKind.LITELLM_SPEND, 10, 4325, "2026-06-10", 166.0)
    payloads = source(SourceKind.LITELLM_PAYLOAD, 6, 4249, "2026-11-20", 3.0)
    (gateway,) = families([rows, payloads])
    assert (gateway.title, gateway.file_count, gateway.record_count) == ("LiteLLM gateway", 16, 8574)
    assert (gateway.first_record_at, gateway.last_record_at) == (at("2026-06-10"), at("2026-11-20"))
    assert gateway.age_days == 3.0


def test_a_family_without_a_dated_record_has_no_age() -> None:
    (own,) = families([source(SourceKind.RECORD_OWNERS, 1, 3, None, None)])
    assert (own.title, own.age_days, own.last_record_at) == ("Own records", None, None)


def test_every_kind_of_file_is_in_exactly_one_family() -> None:
    every = [source(kind, 1, 1, "2026-03-02", 1.0) for kind in SourceKind]
    assert sum(family.file_count for family in families(every)) == len(SourceKind)
