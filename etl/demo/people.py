"""The demo team: eight people in three projects, in several time zones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One person with one browser. Offsets from UTC are fixed, so that bytes do not depend on a time zone table."""

    name: str
    project: str
    utc_offset_minutes: int
    share: float
    """Part of the team's tasks."""
    uses_gateway: bool = False
    has_context_optimisation: bool = True
    exports_logs: bool = True
    export_week: int = 0
    """0 to 3: exports every fourth Friday, in this week of the four."""
    clock_skew_ms: int = 0
    """Browser clock minus true time."""
    starts_at_minute: int = 525
    """Start of the working day, minutes after local midnight."""
    platform: str = "MacIntel"


MIRA = Person("mira", "storefront", 60, 1.25, uses_gateway=True, clock_skew_ms=120)
JONAS = Person(
    "jonas", "storefront", 60, 1.1, export_week=1, uses_gateway=True, clock_skew_ms=-340, platform="Linux x86_64"
)
PRIYA = Person("priya", "backoffice", 330, 1.1, export_week=2, uses_gateway=True, clock_skew_ms=45)
TOMAS = Person("tomas", "backoffice", 120, 0.95, export_week=3, has_context_optimisation=False, platform="Win32")
SAM = Person("sam", "backoffice", -300, 1.0, export_week=1, clock_skew_ms=210)
LENA = Person("lena", "field-app", 60, 1.05, export_week=2)
DIEGO = Person("diego", "field-app", -180, 0.85, export_week=3, clock_skew_ms=-80, platform="Win32")
AIKO = Person("aiko", "field-app", 540, 0.7, exports_logs=False, starts_at_minute=575)

PEOPLE = (MIRA, JONAS, PRIYA, TOMAS, SAM, LENA, DIEGO, AIKO)
