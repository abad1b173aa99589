"""What commit messages say: every way in which git and the platforms write that something is undone."""

import pytest

from data.keys import stable_key
from etl.revert_words import (
    Undoing,
    pull_number_of,
    push_kind_of,
    subject_hash,
    trailers_in,
    trailers_of,
    undoing_of,
)

SHA = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"
OTHER = "ffeeddccbbaa99887766ffeeddccbbaa99887766"


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ('Revert "Add cart"', f"This reverts commit {SHA}.", Undoing("commit", SHA, "Add cart")),
        (
            'Revert "Add cart"',
            f"It broke. This reverts commit {SHA[:8].upper()}.",
            Undoing("commit", SHA[:8], "Add cart"),
        ),
        (
            "Revert \"Merge branch 'cart'\"",
            f"This reverts commit {SHA}, reversing\nchanges made to {OTHER}.",
            Undoing("merge", SHA, "Merge branch 'cart'"),
        ),
        ('Revert "Add cart"', "", Undoing("subject", None, "Add cart")),
        ('Revert "Add cart (#11)"', "", Undoing("subject", None, "Add cart (#11)", 11)),
        ('Revert "Add cart" (#123)', "Reverts shop/web#11", Undoing("pull_request", None, "Add cart", 11)),
        ('Revert "Add cart" (#123)', "", Undoing("subject", None, "Add cart")),
        ("Back out the cart", f"This reverts commit {SHA}.", Undoing("commit", SHA)),
        ("Back out the cart", "This reverts merge request !12", Undoing("pull_request", None, None, 12)),
        (
            "Merge pull request #12 from shop/revert-11-cart",
            'Revert "Add cart"',
            Undoing("pull_request", None, "Add cart", 11),
        ),
        (
            "Merge pull request #13 from shop/revert-12-revert-11-cart",
            'Revert "Revert "Add cart""',
            Undoing("reapply", None, 'Revert "Add cart"', 12),
        ),
        (
            "Merge branch 'revert-1a2b3c4d' into 'main'",
            'Revert "Add cart"\n\nSee merge request shop/web!12',
            Undoing("commit", "1a2b3c4d", "Add cart"),
        ),
        ("Merge branch 'revert-12345678' into 'main'", "", Undoing("commit", "12345678")),
        ('Reapply "Add cart"', f"This reverts commit {SHA}.", Undoing("reapply", SHA, 'Revert "Add cart"')),
        ('Revert "Revert "Add cart""', f"This reverts commit {SHA}.", Undoing("reapply", SHA, 'Revert "Add cart"')),
        ('Revert "Reapply "Add cart""', f"This reverts commit {SHA}.", Undoing("commit", SHA, 'Reapply "Add cart"')),
        (
            'Revert "Revert "Revert "Add cart"""',
            f"This reverts commit {SHA}.",
            Undoing("commit", SHA, 'Revert "Revert "Add cart""'),
        ),
        ("Reverted all changes back to version 1a2b3c4", "", Undoing("version", "1a2b3c4")),
    ],
)
def test_every_way_of_undoing_is_understood(subject: str, body: str, expected: Undoing):
    assert undoing_of(subject, body) == expected


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Add cart", ""),
        ("Revert to the old look", "It was nicer."),
        ("Add cart (#20)", f'* Add cart\n\n* Revert "Try"\n\nThis reverts commit {SHA}.'),
        ("Add cart", f"Unlike what This reverts commit {SHA} did."),
        ("Merge branch 'reverts' into 'main'", ""),
        ("Revert", "x" * 1000),
        ('Revert ""', ""),
    ],
)
def test_what_only_talks_of_undoing_is_no_revert(subject: str, body: str):
    assert undoing_of(subject, body) is None


def test_the_hash_of_a_first_line_is_that_of_the_text_as_it_is():
    assert subject_hash("  Add cart ") == stable_key("subject", "Add cart") != subject_hash("add cart")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Initial commit from Bolt.diy", "initial"),
        ("Update from Bolt.diy", "update"),
        ("Initial commit from your app", "workbench"),
        ("Commit multiple files", "workbench"),
        ("Update from Bolt.diy again", None),
    ],
)
def test_pushes_of_bolt_diy_bear_their_messages(subject: str, expected: str | None):
    assert push_kind_of(subject) == expected


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Add cart (#12)", "", 12),
        ('Revert "Add cart" (#123)', "", 123),
        ('Revert "Add cart (#12)"', "", None),
        ("Merge pull request #12 from shop/cart", "", 12),
        ("Merge branch 'cart' into 'main'", "Add cart\n\nSee merge request shop/web!14", 14),
        ("Merged PR 7: Add cart", "", 7),
        ("Merged in cart (pull request #9)", "", 9),
        ("Fix #12", "", None),
        ("Add cart (#99999999999)", "", None),
    ],
)
def test_the_number_of_the_own_request_is_found(subject: str, body: str, expected: int | None):
    assert pull_number_of(subject, body) == expected


@pytest.mark.parametrize(
    ("trailers", "body", "assisted", "reviewers"),
    [
        (["Co-authored-by: Claude <noreply@anthropic.com>"], "", True, 0),
        (["Co-authored-by: Claude Dupont <claude@example.org>"], "", False, 0),
        (["Co-Authored-By: Cursor <cursoragent@cursor.com>"], "", True, 0),
        (["Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>"], "", True, 0),
        (["Assisted-by: some model"], "", True, 0),
        ([], "Words.\n\n\U0001f916 Generated with [Claude Code](https://example.org)", True, 0),
        (["Reviewed-by: Bob <b@example.org>", "Acked-by: Eve <e@example.org>", "Reviewed-by: Bob <b@example.org>"],
         "", False, 2),
        (["Signed-off-by: Bob <b@example.org>"], "Not generated with care by anybody", False, 0),
    ],
)  # fmt: skip
def test_trailers_name_assistants_and_reviewers(trailers: list[str], body: str, assisted: bool, reviewers: int):
    found = trailers_of(trailers, body)
    assert (found.is_ai_assisted, found.reviewers) == (assisted, reviewers)


def test_trailers_of_a_body_are_the_named_lines_of_its_last_paragraph():
    body = "Note: this is text.\n\nReviewed-by: Bob <b@example.org>\nnothing\nAcked-by: Eve <e@example.org>"
    assert trailers_in(body) == ["Reviewed-by: Bob <b@example.org>", "Acked-by: Eve <e@example.org>"]


@pytest.mark.parametrize(
    "part", ['Revert "', "Revert ", '"', "revert-1-", "This reverts commit ", "* ", "generated with "]
)
def test_long_hostile_messages_are_read_in_no_time(part: str):
    text = part * 20_000
    undoing_of(text, text)
    undoing_of(f"Merge pull request #1 from a/{text}", text)
    undoing_of('Revert "' * 20_000 + "x" + '"' * 20_000, "")
    pull_number_of(text, text)
    trailers_of([text], text)
