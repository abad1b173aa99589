"""The command etl load: find files, load one after the other, report on each."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import StoreError
from data.store import Store, store_url
from data.words import KnownReason
from etl.display import LoadProgress, print_json, print_load
from etl.files import InputFile, find_files
from etl.loading import FileReport, load_files
from etl.owners import Owners, owners
from etl.pseudonyms import pseudonyms_of


@dataclass
class Outcome:
    """What a load command did."""

    reports: list[FileReport] = field(default_factory=list[FileReport])
    skipped: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    stopped: str | None = None
    """Why it ended before the last file: the store could not be used, or it was interrupted."""
    exit_code: int = 0


def run(
    paths: Sequence[Path],
    *,
    database: str | None = None,
    person: str | None = None,
    project: str | None = None,
    sources_file: Path | None = None,
    pseudonymous: bool = False,
    as_json: bool = False,
    debug: bool = False,
) -> int:
    """Load the files at the paths and print what became of each; return the exit code."""
    outcome = Outcome()
    files = find_files(paths, on_skip=lambda file, reason: outcome.skipped.append({"file": file, "reason": reason}))
    owned = owners(paths, person=person, project=project, sources_file=sources_file)
    store = Store(store_url(database))
    with LoadProgress(files) as progress:
        owned.pseudonyms = pseudonyms_of(store, wanted=pseudonymous, on_wait=progress.says)
        _load_all(store, files, owned, progress, outcome, debug=debug)
    if as_json:
        print_json(_summary(outcome))
        if outcome.stopped:
            print(outcome.stopped, file=sys.stderr)
    else:
        print_load(outcome.reports, outcome.skipped, outcome.stopped)
    return outcome.exit_code


def _load_all(
    store: Store, files: list[InputFile], owned: Owners, progress: LoadProgress, outcome: Outcome, *, debug: bool
) -> None:
    try:
        for report in load_files(store, files, owned, progress, on_fault=None if debug else _fault):
            outcome.reports.append(report)
            if report.refused:
                outcome.exit_code = 1
    except StoreError as error:
        outcome.stopped, outcome.exit_code = str(error), 1
    except KeyboardInterrupt:
        outcome.stopped = "Stopped. Files that were finished are kept; of the one in progress nothing is."
        outcome.exit_code = 130


def _fault(file: InputFile, error: Exception) -> FileReport:
    # The text of the error may repeat what is in the file, so only its kind is told.
    return FileReport(
        file.name,
        refused=f"{file.name} could not be loaded because of a fault in Boltscope ({type(error).__name__}); nothing of "
        "it was kept. Run 'etl --debug load' on this file to see where, and report it.",
    )


def _summary(outcome: Outcome) -> dict[str, object]:
    files: list[dict[str, object]] = [
        {
            "file": report.file,
            "kind": report.kind.value if report.kind else None,
            "read": report.read,
            "loaded": report.loaded,
            "known": report.known,
            "quarantined": report.quarantined,
            "refused": report.refused,
            "known_by_reason": report.known_by_reason,
            "load_id": report.load_id,
            "note": report.note,
        }
        for report in outcome.reports
    ]
    new = [
        report.load_id
        for report in outcome.reports
        if report.load_id is not None and KnownReason.SAME_FILE.value not in report.known_by_reason
    ]
    return {"files": files, "load_ids": new, "skipped": outcome.skipped, "stopped": outcome.stopped}
