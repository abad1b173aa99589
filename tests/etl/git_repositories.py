"""Real repositories for tests, made with git: people, times and messages as told, nothing of the machine's settings."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from etl.sources.git_records import SAVED_FORMAT

ANN = ("Ann", "ann@example.org")


@dataclass
class Repository:
    """A work tree to commit to; minute by minute after 10:00 on 2 March 2026."""

    path: Path
    minute: int = 0

    def git(self, *arguments: str, **variables: str) -> str:
        """Run git in it and return what it prints."""
        self.path.mkdir(parents=True, exist_ok=True)
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.path), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
            "GIT_CONFIG_GLOBAL": "/dev/null", **variables,
        }  # fmt: skip
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.path, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape")

    def begin(self, *options: str) -> "Repository":
        self.git("init", "--quiet", "--initial-branch=main", *options)
        return self

    def write(self, **files: str | bytes | None) -> None:
        """Write files (dots of names as two underscores); null removes one."""
        for name, content in files.items():
            path = self.path / name.replace("__", ".")
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, message: str, person: tuple[str, str] = ANN, *options: str, **files: str | bytes | None) -> str:
        """Commit the files, a minute after the last commit, and return the hash."""
        self.write(**files)
        self.git("add", "--all")
        self.act("commit", "--quiet", "--allow-empty", "--message", message, *options, person=person)
        return self.head()

    def act(self, *arguments: str, person: tuple[str, str] = ANN) -> None:
        """Run git so that commits bear a person and the next minute."""
        self.minute += 1
        when = f"2026-03-02T{10 + self.minute // 60}:{self.minute % 60:02}:00+00:00"
        roles = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", person[0]), ("EMAIL", person[1]), ("DATE", when))
        }
        self.git(*arguments, **roles)

    def head(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name).strip()

    def saved_log(self, to: Path, *options: str) -> Path:
        """Save the log by the documented command."""
        options = options or ("--raw", "--numstat", "--no-renames", "--no-abbrev")
        log = self.git("log", "--all", *options, "--date=iso-strict", f"--pretty=format:{SAVED_FORMAT}")
        to.write_bytes(log.encode("utf-8", "surrogateescape"))
        return to


def minute_at(minute: int) -> int:
    """Return the time of a minute after 10:00 on 2 March 2026, in microseconds (1,772,445,600 s is 10:00)."""
    return (1_772_445_600 + minute * 60) * 1_000_000
