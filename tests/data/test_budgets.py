"""Budgets: who owns them is said, and everything that is wrong with the file is said at once."""

import pytest

from data.definitions.budgets import budgets, read_budgets
from data.errors import DefinitionError

WHOLE = 'owner = "o"\nwhy = "w"\nmonth_usd = 100\n'


def test_the_shipped_file_has_a_budget_with_owner_and_reason():
    whole = budgets().whole
    assert whole.month_usd > 0
    assert whole.owner
    assert whole.why


def test_a_project_has_its_own_budget_or_none():
    found = read_budgets((WHOLE + '[[project]]\nname = "shop"\nowner = "s"\nwhy = "x"\nmonth_usd = 2.5\n').encode())
    shop = found.of("shop")
    assert shop is not None
    assert shop.month_usd == 2.5
    assert found.of("intranet") is None
    assert found.of(None) is found.whole
    assert found.whole.month_usd == 100.0


def test_everything_that_is_wrong_is_said_at_once():
    content = """
owner = ""
month_usd = -5
monthly = 3

[[project]]
name = "shop"
owner = "s"
why = "x"
month_usd = 0

[[project]]
name = "intranet"
owner = "s"
why = "x"
month_usd = 4
budget = 5

[[project]]
owner = 7
why = "x"
month_usd = nan
"""
    with pytest.raises(DefinitionError) as caught:
        read_budgets(content.encode())
    lines = str(caught.value).splitlines()
    assert lines[0] == "data/definitions/budgets.toml is wrong:"
    assert [line.split(":")[0] for line in lines[1:]] == [
        "unknown key monthly (is month_usd meant?); expected are owner, why, month_usd, project",
        "owner",
        "why is missing",
        "month_usd",
        "project 1 (shop)",
        "project 2 (intranet)",
        "project 3",
        "project 3",
        "project 3",
    ]
    assert "project 2 (intranet): unknown key budget; expected are name, owner, why, month_usd" in lines
    assert "project 3: name is missing" in lines


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[project\n", "budgets.toml is wrong"),
        (WHOLE + "project = 3", "two brackets"),
        (WHOLE + "project = [3]", "keys and values"),
        (WHOLE + 2 * '[[project]]\nname = "a"\nowner = "s"\nwhy = "x"\nmonth_usd = 1\n', "a: has 2 budgets"),
        (WHOLE.replace("100", "inf"), "month_usd: a finite number"),
        (WHOLE.replace("100", '"100"'), "month_usd"),
    ],
)
def test_what_cannot_be_meant_is_refused(content: str, said: str):
    with pytest.raises(DefinitionError, match="data/definitions/budgets") as caught:
        read_budgets(content.encode())
    assert said in str(caught.value)
