"""Pictures as SVG within a page of HTML: colours come from the page's own style, so they follow light and dark."""

from html import escape

from dashboard.reports.picture import Box, Label, Line, Mark, Picture, Shape

_R = 4.2


def svg(picture: Picture, *, title: str, description: str, name: str) -> str:
    """Return a picture as an SVG element with its title and description; the name tells its elements apart."""
    shapes = "".join(_shape(shape) for shape in picture.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{name}-t {name}-d" '
        f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>{shapes}</svg>'
    )


def _shape(shape: Shape) -> str:
    match shape:
        case Line():
            dash = ' stroke-dasharray="5 3"' if shape.is_dashed else ""
            return (
                f'<line x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}" '
                f'class="s-{shape.colour}" stroke-width="{_n(shape.width)}"{dash}/>'
            )
        case Box():
            return (
                f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}" '
                f'class="f-{shape.colour}"/>'
            )
        case Mark():
            return _mark(shape)
        case Label():
            return (
                f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" class="f-{shape.colour}" '
                f'text-anchor="{shape.anchor}">{escape(shape.text)}</text>'
            )


def _mark(mark: Mark) -> str:
    x, y, colour = mark.x, mark.y, f"f-series-{mark.series % 6}"
    match mark.series % 4:
        case 0:
            return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(_R)}" class="{colour}"/>'
        case 1:
            return f'<rect x="{_n(x - _R + 0.6)}" y="{_n(y - _R + 0.6)}" width="7.2" height="7.2" class="{colour}"/>'
        case 2:
            points = ((x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y))
        case _:
            points = ((x, y - 5), (x + 5, y + 4), (x - 5, y + 4))
    return f'<polygon points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in points)}" class="{colour}"/>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
