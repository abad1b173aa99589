"""The files of the project, as git would keep them."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
_MADE = {".git", ".venv", ".pytest_cache", ".ruff_cache", ".hypothesis", "__pycache__", "demo", "bench", "inbox"}


def files() -> list[Path]:
    """Return every file of the project, tracked or about to be; outside of git all that make did not make."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listing.returncode == 0 and listing.stdout:
        found = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _MADE & set(path.relative_to(ROOT).parts[:-1])]
    return sorted(path for path in found if path.is_file())


def modules() -> list[Path]:
    """Return every Python file."""
    return [path for path in files() if path.suffix == ".py"]


def name_of(path: Path) -> str:
    """Return a path as messages and rules name it."""
    return path.relative_to(ROOT).as_posix()


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
