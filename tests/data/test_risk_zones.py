"""Risk zones: which files are in which, in the order of care, and what is wrong with a file of them."""

import pytest

from data.definitions.risk_zones import RiskZones, read_risk_zones, risk_zones
from data.errors import DefinitionError

LAST = '[[zone]]\nname = "rest"\ntitle = "Rest"\nowner = "o"\nwhy = "w"\nis_high_risk = false\n'


def zones(*patterns: str, last: str = LAST) -> RiskZones:
    listed = ", ".join(f"'{pattern}'" for pattern in patterns)
    first = (
        f'[[zone]]\nname = "risky"\ntitle = "R"\nowner = "o"\nwhy = "w"\nis_high_risk = true\npatterns = [{listed}]\n'
    )
    return read_risk_zones((first + last).encode())


def zone_of(path: str, zones: RiskZones | None = None) -> str:
    found = zones or risk_zones()
    return found.names[found.place_of(path)]


def test_the_shipped_zones_are_in_order_of_care_and_the_last_takes_all_other_files():
    names = risk_zones().names
    assert names == ("authentication", "environment", "deployment", "billing", "integrations", "everything_else")
    assert [zone.is_high_risk for zone in risk_zones().zone] == [True, True, True, True, True, False]


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("src/pages/Login.tsx", "authentication"),
        ("app/(auth)/callback/route.ts", "authentication"),
        ("app/api/auth/[...nextauth]/route.ts", "authentication"),
        ("src/hooks/useAuth.ts", "authentication"),
        ("server/middleware/requireAuth.js", "authentication"),
        ("supabase/migrations/20260101_orders_rls.sql", "authentication"),
        (".env", "environment"),
        ("apps/shop/.env.production", "environment"),
        ("vite.config.ts", "environment"),
        ("src/config/features.ts", "environment"),
        (".github/workflows/deploy.yml", "deployment"),
        ("supabase/migrations/20260101_orders.sql", "deployment"),
        ("Dockerfile", "deployment"),
        ("src/pages/Checkout.tsx", "billing"),
        ("src/lib/stripe.ts", "billing"),
        ("supabase/functions/notify/index.ts", "integrations"),
        ("app/api/webhooks/github/route.ts", "integrations"),
        ("src/lib/supabaseClient.ts", "integrations"),
        ("src/components/AuthorCard.tsx", "everything_else"),
        ("src/pages/Authors.tsx", "everything_else"),
        ("src/styles/tokens.css", "everything_else"),
        ("package.json", "everything_else"),
        ("tailwind.config.js", "everything_else"),
        ("src/App.tsx", "everything_else"),
    ],
)
def test_files_of_usual_apps_fall_in_the_zones_a_careful_reader_would_name(path: str, zone: str):
    assert zone_of(path) == zone
    assert zone_of(path.upper()) == zone


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("auth", ["auth", "auth/a.ts", "src/auth/deep/a.ts", "src/AUTH"], ["src/auths", "my-auth", "auth.ts"]),
        ("auth/", ["auth/a.ts", "src/auth/deep/a.ts"], ["auth", "src/auth"]),
        ("*.env", [".env", "a.env", "src/b.env"], [".env.local", "env"]),
        ("v?.ts", ["v1.ts", "src/v2.ts"], ["v.ts", "v12.ts", "v/.ts"]),
        ("/config", ["config", "config/a.ts"], ["src/config"]),
        ("src/lib", ["src/lib", "src/lib/a/b.ts"], ["app/src/lib", "src/library"]),
        ("**/src/lib", ["src/lib/a.ts", "app/src/lib"], ["src/a/lib"]),
        ("src/**/keys.ts", ["src/keys.ts", "src/a/b/keys.ts"], ["keys.ts", "srcx/keys.ts", "src/monkeys.ts"]),
        ("src/*/keys.ts", ["src/a/keys.ts"], ["src/keys.ts", "src/a/b/keys.ts"]),
        ("src/**", ["src/a.ts", "src/a/b.ts"], ["src", "app/src/a.ts"]),
        ("[id]", ["app/[id]/page.tsx"], ["app/i/page.tsx"]),
        ("a.b", ["a.b"], ["axb"]),
    ],
)
def test_patterns_mean_what_they_mean_to_git(pattern: str, fits: list[str], fits_not: list[str]):
    found = zones(pattern)
    assert {path: zone_of(path, found) for path in fits} == dict.fromkeys(fits, "risky")
    assert {path: zone_of(path, found) for path in fits_not} == dict.fromkeys(fits_not, "rest")


def test_a_name_is_looked_up_and_one_that_is_gone_is_null():
    found = risk_zones().named("billing")
    assert found is not None
    assert found.title == "Billing and usage"
    assert risk_zones().named("payments") is None


def test_everything_that_is_wrong_is_said_at_once():
    content = """
zones = 3

[[zone]]
name = "Auth Zone"
title = "A"
owner = "o"
why = "w"
is_high_risk = true
patterns = ["auth"]

[[zone]]
name = "risky"
title = "R"
owner = ""
why = "w"
is_high_risk = 1
pattern = ["auth"]

[[zone]]
name = "rest"
title = "R"
owner = "o"
why = "w"
is_high_risk = false
patterns = ["a//b", "{a,b}", "!c", "d\\\\e", "**", "f**", " g", "H", "h"]
"""
    with pytest.raises(DefinitionError) as caught:
        read_risk_zones(content.encode())
    lines = str(caught.value).splitlines()
    assert lines[0] == "data/definitions/risk_zones.toml is wrong:"
    for said in (
        "unknown key zones (is zone meant?); expected is zone",
        "zone 1 (Auth Zone): name: ",
        "zone 2 (risky): unknown key pattern (is patterns meant?); expected are name, title, owner, why, is_high_risk",
        "zone 2 (risky): owner: ",
        "zone 2 (risky): is_high_risk: ",
        "zone rest: pattern 'a//b': a name is missing",
        "zone rest: pattern '{a,b}': alternatives in braces",
        "zone rest: pattern '!c': exceptions",
        "zone rest: pattern 'd\\e': folders are parted by /",
        "zone rest: pattern '**': it takes every file",
        "zone rest: pattern 'f**': ** stands alone",
        "zone rest: pattern ' g': it begins or ends with a blank",
        "zone rest: pattern 'h' is written 2 times",
    ):
        assert any(line.startswith(said) for line in lines), said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[zone\n", "risk_zones.toml is wrong"),
        ("", "zone is missing"),
        ("zone = []", r"no \[\[zone\]\] in it"),
        (LAST + LAST, "zone rest: the name stands for 2 zones"),
        (LAST.replace("rest", "first") + LAST, "zone first: patterns is missing"),
        (LAST + 'patterns = ["a"]', "zone rest: the last zone takes all other files"),
    ],
)
def test_what_cannot_be_meant_is_refused(content: str, said: str):
    with pytest.raises(DefinitionError, match=said):
        read_risk_zones(content.encode())
