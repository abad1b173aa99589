"""Costs of approvals: whose they are is said, a zone may have its own, and all that is wrong is said at once."""

import pytest

from data.definitions.approval_costs import approval_costs, read_approval_costs
from data.definitions.risk_zones import risk_zones
from data.errors import DefinitionError

ZONES = ("authentication", "billing")
WHOLE = """
owner = "o"
why = "w"
usd_per_person_hour = 60
minutes_per_rollback = 90
minutes_per_blocked_change = 30
minutes_per_waiting_hour = 2
tolerance_minutes_per_100_decisions = 120
accepted_again_hours = 72
alike_share = 0.5
fewest_decisions_in_zone = 20
"""
OWN = '[[zone]]\nname = "authentication"\nowner = "s"\nwhy = "x"\nminutes_per_rollback = 240\n'


def test_the_shipped_file_has_costs_with_owner_and_reason():
    found = approval_costs()
    assert found.owner
    assert found.why
    assert all(cost.owner and cost.why for cost in found.zone)
    assert {cost.name for cost in found.zone} <= set(risk_zones().names)


def test_minutes_become_dollars_and_a_zone_has_its_own_or_that_of_all():
    # 60 USD an hour: a minute is a dollar.
    found = read_approval_costs((WHOLE + OWN).encode(), ZONES)
    assert found.rollback_usd("authentication") == 240
    assert found.rollback_usd("billing") == 90
    assert found.rollback_usd(None) == 90
    assert found.blocked_usd == 30
    assert found.waiting_hour_usd == 2
    assert found.tolerance_usd == 120


def test_everything_that_is_wrong_is_said_at_once():
    content = (
        WHOLE.replace("why", "because").replace("= 90", "= -90").replace("= 120", "= 0")
        + OWN
        + OWN
        + OWN.replace("authentication", "authentification").replace("240", "inf")
        + OWN.replace("authentication", "payments")
    )
    with pytest.raises(DefinitionError) as caught:
        read_approval_costs(content.encode(), ZONES)
    lines = str(caught.value).splitlines()
    assert lines[0] == "data/definitions/approval_costs.toml is wrong:"
    assert "unknown key because; expected are owner, why, usd_per_person_hour" in lines[1]
    assert "why is missing" in lines
    assert any(line.startswith("minutes_per_rollback: ") for line in lines)
    assert any(line.startswith("tolerance_minutes_per_100_decisions: ") for line in lines)
    assert "zone 3 (authentification): minutes_per_rollback: a finite number is expected" in lines
    assert "zone authentication: has 2 costs; one is expected" in lines
    assert "zone payments: is none of the zones of risk_zones.toml: authentication, billing" in lines


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[zone\n", "approval_costs.toml is wrong"),
        (WHOLE + "zone = 3", "two brackets"),
        (WHOLE.replace("= 2\n", "= inf\n"), "minutes_per_waiting_hour: a finite number"),
        (WHOLE.replace("= 0.5", "= 1.5"), "alike_share"),
        (WHOLE.replace("= 60", '= "60"'), "usd_per_person_hour"),
    ],
)
def test_what_cannot_be_meant_is_refused(content: str, said: str):
    with pytest.raises(DefinitionError) as caught:
        read_approval_costs(content.encode(), ZONES)
    assert said in str(caught.value)
