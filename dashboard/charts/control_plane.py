"""The control plane as a picture: one box per stage with its counts, arrows between them; a list for screen readers."""

from html import escape

from dashboard.analysis.control_plane import ControlPlane, Stage
from dashboard.analysis.figures import Fact
from dashboard.analysis.remembered import remembered
from dashboard.analysis.units import value_text


@remembered(96)
def control_plane_picture(plane: ControlPlane) -> str:
    """Return the picture as HTML; boxes stand in a row, and below each other where the screen is narrow."""
    boxes = "".join(_box(stage) for stage in plane.stages)
    return (
        f'<div class="bs-plane-frame"><ol class="bs-plane" aria-label="Stages of the control plane">{boxes}</ol></div>'
    )


def _box(stage: Stage) -> str:
    known = [fact for fact in stage.counts if fact.value is not None]
    if not known:
        note = next((fact.note for fact in stage.counts if fact.note), "")
        return (
            f'<li class="bs-absent"><h4>{escape(stage.title)}</h4><span class="bs-count">not loaded yet</span>'
            f'<span class="bs-facts bs-quiet">{escape(note)}</span></li>'
        )
    first, *others = known
    if not any(fact.value for fact in known):
        return (
            f'<li class="bs-absent"><h4>{escape(stage.title)}</h4><span class="bs-count">0</span>'
            f'<span class="bs-unit">{escape(_noun(first))} in these days</span></li>'
        )
    facts = "".join(f'<span class="bs-facts"{_hover(fact)}>{_words(fact)}</span>' for fact in others)
    return (
        f"<li><h4>{escape(stage.title)}</h4>"
        f'<span class="bs-count"{_hover(first)}>{escape(value_text(first.value, first.unit))}</span>'
        f'<span class="bs-unit">{escape(_noun(first))}</span>{facts}</li>'
    )


def _words(fact: Fact) -> str:
    return f"<b>{escape(value_text(fact.value, fact.unit))}</b> {escape(_noun(fact))}"


def _noun(fact: Fact) -> str:
    return fact.label[:1].lower() + fact.label[1:]


def _hover(fact: Fact) -> str:
    return f' title="{escape(fact.note)}"' if fact.note else ""
