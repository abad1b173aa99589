"""The five service level objectives as they stand in a period."""

import sqlite3
from datetime import datetime

from dashboard.analysis.figures import SloFigure
from dashboard.analysis.filters import Filter


def slo_figures(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[SloFigure, ...]:
    """Return the five objectives, in the order of definitions/slos.toml, for the filter as seen from as_of."""
    raise NotImplementedError
