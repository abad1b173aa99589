"""Runs every check of the project and ends with one summary; pytest's own line is the last.

Arguments are handed on to pytest: make test ARGS="tests/data -x".
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("ruff", "check", "--quiet", ".")),
    ("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    ("pyright", ("pyright",)),
)


def run(command: tuple[str, ...]) -> tuple[int, str]:
    """Run a command of the environment, show its output as it comes, and return its exit code and last line."""
    last = ""
    with subprocess.Popen(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode, last


def main() -> int:
    """Run all checks, whatever fails before; 0 only when every one passed."""
    summary: list[str] = []
    failed = False
    for name, command in CHECKS:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        code, _ = run(command)
        failed |= code != 0
        summary.append(f"{name:<12} {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s")
    print("== pytest", flush=True)
    code, last = run(("pytest", *sys.argv[1:]))
    failed |= code != 0
    print("\n== summary", *summary, f"{'pytest':<12} {last}", sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
