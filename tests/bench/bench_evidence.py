"""What became of patches: every planted rollback is found and none is invented, and what noise does to that."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

UNTIL = date(2026, 11, 22)
DAYS = 365
KEPT, NOT_LOADED = "kept", "not loaded"
PLANTED = {
    "rewound": "rewind",
    "overwritten": "human_overwrite",
    "reverted": "git_revert",
    "withdrawn": "deploy_rollback",
}
EVIDENCE = tuple(PLANTED.values())


def run(console: Console, tasks: int) -> bool:
    """Print precision and recall of planted rollbacks, without and with noise; return whether the target is met."""
    is_met = True
    for is_noisy in (False, True):
        with tempfile.TemporaryDirectory(prefix="boltscope-bench-") as folder:
            truth, found, seconds = _write_and_load(Path(folder), tasks, is_noisy=is_noisy)
        planted = planted_rollbacks(truth)
        title = f"Rollbacks of {truth['patches']['total']:,} patches, "
        title += "with noise: clocks, missing files, squashed pushes" if is_noisy else "exports as they are"
        console.print(_scores(f"{title}; written and loaded in {seconds:.0f} s", planted, found, is_noisy=is_noisy))
        console.print(_confusion(planted, found))
        if not is_noisy:
            is_met = all(found.get(patch, NOT_LOADED) == evidence for patch, evidence in planted.items())
            is_met &= set(planted) == {patch for patch, evidence in found.items() if evidence != KEPT}
    return is_met


def planted_rollbacks(truth: dict[str, Any]) -> dict[str, str]:
    """Return the evidence of each planted rollback, by the id of the message that proposed the patch."""
    patches = truth["patches"]
    return {patch: evidence for name, evidence in PLANTED.items() for patch in patches[name]}


def found_rollbacks(store: Any) -> dict[str, str]:
    """Return the evidence that the store shows for each patch, or that it was kept, by message id."""
    rows = store.rows(
        "SELECT message_id, rollback_evidence FROM patch JOIN message ON message_key = patch_key ORDER BY message_key"
    )
    return {message_id: evidence or KEPT for message_id, evidence in rows}


def precision(planted: Iterable[str], found: Iterable[str]) -> float | None:
    """Return the share of what was found that was planted; null when nothing was found."""
    shown = set(found)
    return len(shown & set(planted)) / len(shown) if shown else None


def recall(planted: Iterable[str], found: Iterable[str]) -> float | None:
    """Return the share of what was planted that was found; null when nothing was planted."""
    return precision(found, planted)


def _write_and_load(folder: Path, tasks: int, *, is_noisy: bool) -> tuple[dict[str, Any], dict[str, str], float]:
    from data.store import Store
    from etl.demo import write_demo
    from etl.files import find_files
    from etl.loading import load_files
    from etl.owners import owners

    start = time.perf_counter()
    report = write_demo(folder / "demo", tasks=tasks, days=DAYS, until=UNTIL, is_noisy=is_noisy)
    store = Store(f"sqlite:///{folder / 'store.db'}")
    loads = list(load_files(store, find_files([report.folder]), owners([report.folder]), _Unwatched()))
    refused = [load.refused for load in loads if load.refused]
    if refused:
        raise RuntimeError("\n".join(refused))
    truth = json.loads((report.folder / "truth.json").read_text())
    return truth, found_rollbacks(store), time.perf_counter() - start


class _Unwatched:
    """Progress that nobody watches."""

    def file_begins(self, file: object) -> None: ...

    def records_read(self, records: int) -> None: ...

    def says(self, message: str) -> None: ...

    def file_ends(self, report: object) -> None: ...


def _scores(title: str, planted: dict[str, str], found: dict[str, str], *, is_noisy: bool) -> Table:
    made = _table(title, "evidence", "planted", "found", "precision", "recall", "target")
    shown = {patch: evidence for patch, evidence in found.items() if evidence != KEPT}
    for evidence in (*EVIDENCE, "any"):
        wanted = [patch for patch, kind in planted.items() if evidence in (kind, "any")]
        seen = [patch for patch, kind in shown.items() if evidence in (kind, "any")]
        scores = precision(wanted, seen), recall(wanted, seen)
        is_met = all(score in (None, 1.0) for score in scores)
        said = "" if is_noisy else f"1.0 and 1.0: {'[green]met[/green]' if is_met else '[red]missed[/red]'}"
        made.add_row(evidence, f"{len(wanted):,}", f"{len(seen):,}", *(_score(score) for score in scores), said)
    return made


def _confusion(planted: dict[str, str], found: dict[str, str]) -> Table:
    made = _table("Planted (rows) and found (columns)", "", *EVIDENCE, KEPT, NOT_LOADED)
    pairs = Counter((planted.get(patch, KEPT), found.get(patch, NOT_LOADED)) for patch in planted.keys() | found.keys())
    for wanted in (*EVIDENCE, KEPT):
        made.add_row(wanted, *(f"{pairs[wanted, shown]:,}" for shown in (*EVIDENCE, KEPT, NOT_LOADED)))
    return made


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.3f}"


def _table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number else "left", no_wrap=True)
    return made
