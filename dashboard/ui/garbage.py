"""How often Python looks for objects that only point at each other: less often than by default in a server."""

import gc

_LOOKS = (50_000, 20, 20)
"""So many more objects made than given back before Python looks for circles among the newest, and so many such looks
before it looks among older ones. By default (700, 10, 10), which stops everybody for a third of a second at times."""


def look_less_often() -> None:
    """Look less often from now on."""
    gc.set_threshold(*_LOOKS)


def leave_what_is_there() -> None:
    """Never look at what is there now: it stays as long as the process."""
    gc.collect()
    gc.freeze()
