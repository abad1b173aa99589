"""Where the names of points go, so that they hide neither each other nor another point."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

_LETTER, _LINE, _MARK, _GAP = 6.6, 15.0, 13.0, 3.0
"""Size of a letter, a line, a mark and the room between mark and name, in pixels of a usual screen."""
PLACES = tuple(f"{row} {side}" for side in ("right", "left", "center") for row in ("top", "bottom", "middle"))[:-1]
"""Words of Plotly for where a text stands; nothing stands on its own mark."""


@dataclass(frozen=True, slots=True)
class Named:
    """One point with its name: pixels from the left and from the top, and the places that suit it best, in order."""

    x: float
    y: float
    text: str
    preferred: tuple[str, ...] = ()


_Box = tuple[float, float, float, float]


def places(points: Sequence[Named], *widths: float) -> list[str]:
    """Return a place for the name of each point, in their order; earlier points choose first.

    The place that hides least on pictures of all these widths together is taken; of equal ones a preferred one, then
    the first. Points are given on the first width; names are as long on each.
    """
    layouts = [_Layout([replace(point, x=point.x * width / widths[0]) for point in points], width) for width in widths]
    found: list[str] = []
    for number, point in enumerate(points):
        order = [*point.preferred, *(place for place in PLACES if place not in point.preferred)]
        best = min(order, key=lambda place: sum(layout.hidden(number, place) for layout in layouts))
        found.append(best)
        for layout in layouts:
            layout.names.append(_box(layout.points[number], best))
    return found


class _Layout:
    """A picture of one width, with the names that have their place already."""

    def __init__(self, points: Sequence[Named], width: float) -> None:
        self.points = points
        self.names: list[_Box] = []
        self._width = width
        half = _MARK / 2
        self._marks = [(one.x - half, one.y - half, one.x + half, one.y + half) for one in points]

    def hidden(self, number: int, place: str) -> float:
        taken = [*self.names, *self._marks[:number], *self._marks[number + 1 :]]
        return _hidden(_box(self.points[number], place), taken, self._width)


def _box(point: Named, place: str) -> _Box:
    long, off = len(point.text) * _LETTER, _MARK / 2 + _GAP
    left = {"right": point.x + off, "left": point.x - off - long}.get(place.split()[1], point.x - long / 2)
    top = {"top": point.y - off - _LINE, "bottom": point.y + off}.get(place.split()[0], point.y - _LINE / 2)
    return left, top, left + long, top + _LINE


def _hidden(box: _Box, taken: Sequence[_Box], width: float) -> float:
    """Return how much of a box lies on others or outside of the picture."""
    outside = max(0.0, -box[0]) + max(0.0, box[2] - width)
    wide = [max(0.0, min(box[2], other[2]) - max(box[0], other[0])) for other in taken]
    tall = [max(0.0, min(box[3], other[3]) - max(box[1], other[1])) for other in taken]
    shared = sum(each * high for each, high in zip(wide, tall, strict=True))
    return shared + outside * _LINE
