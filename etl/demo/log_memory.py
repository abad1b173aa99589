"""What a browser remembers of its event log: all since the last reload, and after one only a few old entries."""

from dataclasses import dataclass, field

from etl.demo import log_entries
from etl.demo.log_entries import Entry
from etl.demo.people import Person
from etl.demo.randomness import Chance

# A cookie of 4 KB holds about eight entries; later ones do not fit, and the old set stays.
_COOKIE_ENTRIES = 8


@dataclass
class LogMemory:
    """The log of one browser tab."""

    person: Person
    chance: Chance
    entries: list[Entry] = field(default_factory=list[Entry])
    cookie: list[Entry] = field(default_factory=list[Entry])

    def add(self, entries: list[Entry]) -> None:
        """Remember new entries."""
        self.entries += entries
        self.cookie += entries[: _COOKIE_ENTRIES - len(self.cookie)]

    def reload(self, moment: int) -> None:
        """Reload the page: what the cookie holds comes back, the rest is gone."""
        self.entries = list(self.cookie)
        self.add(log_entries.boot(moment, self.person, self.chance))

    def restart(self, moment: int) -> None:
        """Restart the browser: the cookie of the session is gone too."""
        self.entries, self.cookie = [], []
        self.add(log_entries.boot(moment, self.person, self.chance))
