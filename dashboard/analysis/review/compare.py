"""What differs between a review that was frozen and the same quarter computed now: verdicts, figures, definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose

from dashboard.analysis.review.document import Answer, ReviewDocument, ReviewFigure
from dashboard.analysis.units import interval_text, value_text

_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """One question whose verdict is another now; null where it was not or is no longer asked."""

    question: str
    frozen: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that differs now; null where there was or is none."""

    question: str
    """The question that it belongs to; for the objectives of the quarter: Objectives."""
    label: str
    frozen: ReviewFigure | None
    now: ReviewFigure | None

    @property
    def frozen_words(self) -> str:
        """How it stood when it was frozen: value, interval and n."""
        return figure_words(self.frozen)

    @property
    def now_words(self) -> str:
        """How it stands now."""
        return figure_words(self.now)


@dataclass(frozen=True, slots=True)
class DefinitionChanges:
    """Files of definitions that differ now, by name, in order."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def has_any(self) -> bool:
        """Whether any file differs."""
        return bool(self.changed or self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs."""

    verdicts: tuple[VerdictChange, ...]
    figures: tuple[FigureChange, ...]
    figure_count: int
    """How many figures were compared."""
    definitions: DefinitionChanges
    is_other_data: bool
    """Whether anything was loaded or derived anew since."""
    is_other_prices: bool

    @property
    def is_same(self) -> bool:
        """Whether the answers are what they were, whatever was loaded since."""
        return not self.verdicts and not self.figures


def compare(
    frozen: ReviewDocument, now: ReviewDocument, frozen_definitions: Mapping[str, str], definitions: Mapping[str, str]
) -> Comparison:
    """Return what differs between a frozen review and one of the same quarter and scope computed now."""
    before, after = dict(_figures(frozen)), dict(_figures(now))
    keys = list(dict.fromkeys([*before, *after]))
    return Comparison(
        verdicts=tuple(_verdicts(frozen, now)),
        figures=tuple(
            FigureChange(*key[:2], before.get(key), after.get(key))
            for key in keys
            if not _same(before.get(key), after.get(key))
        ),
        figure_count=len(keys),
        definitions=definition_changes(frozen_definitions, definitions),
        is_other_data=frozen.data_version != now.data_version,
        is_other_prices=frozen.price_version != now.price_version,
    )


def definition_changes(frozen: Mapping[str, str], now: Mapping[str, str]) -> DefinitionChanges:
    """Return the files that differ."""
    return DefinitionChanges(
        changed=tuple(name for name in sorted(frozen.keys() & now.keys()) if frozen[name] != now[name]),
        added=tuple(sorted(now.keys() - frozen.keys())),
        removed=tuple(sorted(frozen.keys() - now.keys())),
    )


def figure_words(figure: ReviewFigure | None) -> str:
    """Return a figure in words, as it is read."""
    if figure is None:
        return "no such figure"
    said = value_text(figure.value, figure.unit)
    if figure.low is not None and figure.high is not None:
        said += f" ({interval_text(figure.low, figure.high, figure.unit)})"
    return f"{said}, n = {figure.n:,}"


def _verdicts(frozen: ReviewDocument, now: ReviewDocument) -> Iterator[VerdictChange]:
    before, after = _by_key(frozen), _by_key(now)
    for key in dict.fromkeys([*before, *after]):
        was, is_now = before.get(key), after.get(key)
        if was is None or is_now is None or (was.verdict, was.state) != (is_now.verdict, is_now.state):
            question = next(answer.question for answer in (is_now, was) if answer is not None)
            yield VerdictChange(question, was and was.verdict, is_now and is_now.verdict)


def _by_key(document: ReviewDocument) -> dict[str, Answer]:
    return {answer.key: answer for answer in document.answers}


def _figures(document: ReviewDocument) -> Iterator[tuple[tuple[str, str, int], ReviewFigure]]:
    """Yield each figure with its question, its label, and how many of the same label came before it."""
    seen: dict[tuple[str, str], int] = {}
    named = [("Objectives", document.summary), *((answer.question, answer.figures) for answer in document.answers)]
    for question, figures in named:
        for figure in figures:
            number = seen.get((question, figure.label), 0)
            seen[question, figure.label] = number + 1
            yield (question, figure.label, number), figure


def _same(one: ReviewFigure | None, other: ReviewFigure | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.n == other.n and all(
        _near(*pair) for pair in ((one.value, other.value), (one.low, other.low), (one.high, other.high))
    )


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=_NEAR, abs_tol=_NEAR)
