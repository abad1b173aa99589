"""Texts on the screen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.ui.text import NBSP, age, counted, day, days, literal

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def shown(markdown: str) -> str:
    """What a person sees of escaped text: without backslashes and invisible joiners."""
    return markdown.replace("\\", "").replace("\u2060", "")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold** _it_ `code` [link](http://x)",
        "$a$ costs $5",
        ":smile: :material/home: :red[red]",
        "a -> b <- c >= d",
        "https://example.org www.example.org ann@example.org",
        "# heading\nand - a list",
    ],
)
def test_foreign_text_is_shown_as_it_is(text: str):
    assert shown(literal(text)) == text.replace("\n", " ")


@pytest.mark.parametrize("mark", list("\\`*_{}[]<>()#+-.!|~:$&@=\"'"))
def test_every_mark_is_escaped(mark: str):
    assert f"\\{mark}" in literal(f"a{mark}b")


def test_names_of_emoji_and_addresses_are_parted_so_that_nothing_recognises_them():
    assert ":smile" not in literal(":smile:").replace("\\", "")
    assert "://" not in literal("https://example.org").replace("\\", "")
    assert "www." not in literal("www.example.org").replace("\\", "")
    assert "ann@" not in literal("ann@example.org").replace("\\", "")


def test_one_is_singular_and_thousands_are_marked():
    assert counted(1, "task") == f"1{NBSP}task"
    assert counted(0, "task") == f"0{NBSP}tasks"
    assert counted(12345, "file") == f"12,345{NBSP}files"


def test_a_span_of_days_says_the_year_once():
    assert days(date(2026, 10, 26), date(2026, 11, 22)) == f"26{NBSP}Oct – 22{NBSP}Nov{NBSP}2026"
    assert days(date(2025, 12, 30), date(2026, 1, 2)) == f"30{NBSP}Dec{NBSP}2025 – 2{NBSP}Jan{NBSP}2026"
    assert days(date(2026, 1, 2), date(2026, 1, 2)) == day(date(2026, 1, 2))


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(minutes=59), "less than an hour ago"),
        (timedelta(hours=1), f"1{NBSP}hour ago"),
        (timedelta(hours=47), f"47{NBSP}hours ago"),
        (timedelta(hours=48), f"2{NBSP}days ago"),
        (timedelta(hours=-1), "in the future"),
    ],
)
def test_age_in_words(back: timedelta, words: str):
    assert age(NOW - back, NOW) == words


def test_no_time_at_all_is_never():
    assert age(None, NOW) == "never"


def test_figures_are_not_torn_and_foreign_text_stays():
    shown = literal("5.3 % of 95 (n = 12) took > 3 s on *model* 7 b").replace("\\", "")
    assert shown == f"5.3{NBSP}% of 95 (n{NBSP}={NBSP}12) took >{NBSP}3{NBSP}s on *model* 7 b"
    assert "\\*model\\*" in literal("*model*")
