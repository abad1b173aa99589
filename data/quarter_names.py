"""The order of quarters by their days: names of the calendar and of the fiscal year do not sort as texts."""

import re
from datetime import date

from data.definitions import reporting

_WRITTEN = re.compile(r"(FY)?(\d{4})Q([1-4])")


def first_day(name: str) -> date:
    """Return the first day of a quarter by its name; quarters of fiscal years begin as reporting.toml says now.

    A name that is none comes before all others.
    """
    found = _WRITTEN.fullmatch(name)
    if found is None:
        return date.min
    year, number, starts = int(found[2]), int(found[3]), reporting().fiscal_year_starts
    if found[1] is None:
        starts = 1
    elif starts != 1:
        # A fiscal year is named after the calendar year in which it ends.
        year -= 1
    month = starts - 1 + 3 * (number - 1)
    return date(max(year + month // 12, 1), month % 12 + 1, 1)
