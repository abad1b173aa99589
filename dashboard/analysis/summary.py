"""The state of the objectives in one sentence."""

from collections import Counter
from collections.abc import Sequence

from dashboard.analysis.figures import SloFigure, Standing

_WORDS = (
    (Standing.MET, "met"),
    (Standing.MISSED, "missed"),
    (Standing.CANNOT_TELL, "cannot be told yet"),
    (Standing.NOT_MEASURED, "not measured"),
)


def standing_words(figures: Sequence[SloFigure]) -> str:
    """Return how many objectives are met, missed, not to be told yet and not measured; the parts add up to all."""
    counts = Counter(figure.rate.standing for figure in figures)
    parts = [f"{counts[standing]} {words}" for standing, words in _WORDS if counts[standing]]
    return f"{len(figures)} objectives: {', '.join(parts)}."
